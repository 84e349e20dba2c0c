//! `PARITY_*` variables as settings.

use crate::keys::ROOT;
use crate::resolve::Setting;
use crate::shape::Shape;

/// Sections whose keys are set by variables.
const SECTIONS: [&str; 2] = ["compare", "policy"];

/// The settings among some variables: `PARITY_` and a key of `[compare]` or `[policy]` in capitals, as
/// `PARITY_CONTROL_GAP=2s` and `PARITY_GATE=minor`; `PARITY_IMAGE` is `image`. Other variables are left out, and so
/// are empty ones, which is how many shells unset.
pub fn variable_settings<'v>(variables: impl IntoIterator<Item = (&'v str, &'v str)>) -> Vec<Setting> {
    let setting = |(name, value): (&str, &str)| {
        let key = key_of(name).filter(|_| !value.is_empty())?;
        Some((key, value.to_owned(), name.to_owned()))
    };
    let mut settings: Vec<Setting> = variables.into_iter().filter_map(setting).collect();
    settings.sort();
    settings
}

fn key_of(variable: &str) -> Option<String> {
    let name = variable.strip_prefix("PARITY_")?;
    if name == "IMAGE" {
        return Some("image".to_owned());
    }
    let key = name.to_ascii_lowercase().replace('_', "-");
    // Only capitals, so that one key has one variable.
    let plain = name.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    SECTIONS.into_iter().filter(|_| plain).find_map(|section| {
        let shape = ROOT.child(section)?.child(&key)?;
        (!matches!(shape, Shape::Table(_) | Shape::Map(..) | Shape::WordMap(..)))
            .then(|| format!("{section}.{key}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_two_sections() {
        let settings = variable_settings([
            ("PARITY_GATE", "minor"),
            ("PARITY_CONTROL_GAP", "2s"),
            ("PARITY_CANDIDATES", "qa,dev"),
            ("PARITY_JOBS", ""),
            ("PARITY_LEVELS", "x"),
            ("PARITY_gate", "minor"),
            ("PARITY_DIGEST_KEY", "secret"),
            ("PATH", "/bin"),
        ]);
        let keys: Vec<&str> = settings.iter().map(|(key, ..)| key.as_str()).collect();
        assert_eq!(keys, ["compare.candidates", "compare.control-gap", "policy.gate"]);
        assert_eq!(settings[2].2, "PARITY_GATE");
    }
}
