//! `PARITY_*` variables as settings.

use envparity_model::Problem;

use crate::keys::ROOT;
use crate::nearest::nearest;
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

/// Variables that the process reads itself, and the mirror that the scripts which build it read.
const OF_PROCESS: [&str; 5] =
    ["PARITY_CACHE_DIR", "PARITY_CONFIG", "PARITY_DEBIAN_MIRROR", "PARITY_DIGEST_KEY", "PARITY_PROFILE"];

/// A `PARITY_*` variable that nothing reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StrayVariable {
    /// What is wrong with it.
    pub problem: Problem,
    /// It is near to one that is read: it was surely meant.
    pub meant: bool,
}

/// The `PARITY_*` variables among some names that set nothing. Some are other programs' own; one that is near to a
/// key is a mistake, and the run would be judged by other rules than its author believes.
pub fn stray_variables<'v>(names: impl IntoIterator<Item = &'v str>) -> Vec<StrayVariable> {
    let known: Vec<String> = known_variables();
    let stray =
        |name: &&str| name.starts_with("PARITY_") && !OF_PROCESS.contains(name) && key_of(name).is_none();
    let mut names: Vec<&str> = names.into_iter().filter(stray).collect();
    names.sort_unstable();
    let stray = |name: &str| {
        let word = name.trim_start_matches("PARITY_");
        let near = nearest(word, known.iter().map(|known| known.trim_start_matches("PARITY_")));
        let problem = Problem::new(format!("the variable `{name}` sets nothing"));
        let hint = match near {
            Some(near) => format!("did you mean `PARITY_{near}`?"),
            None => {
                "`parity config show` lists what can be set; unset it if it is meant for parity".to_owned()
            }
        };
        StrayVariable { problem: problem.hint(hint), meant: near.is_some() }
    };
    names.into_iter().map(stray).collect()
}

fn known_variables() -> Vec<String> {
    let keys = SECTIONS.into_iter().filter_map(|section| ROOT.child(section)).flat_map(Shape::key_names);
    let names = keys.map(|key| format!("PARITY_{}", key.to_ascii_uppercase().replace('-', "_")));
    let names = names.filter(|name| key_of(name).is_some());
    names.chain(["PARITY_IMAGE".to_owned()]).chain(OF_PROCESS.map(str::to_owned)).collect()
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
    fn strays_name_what_is_near() {
        let names = [
            "PARITY_GATE",
            "PARITY_CACHE_DIR",
            "PARITY_DEBIAN_MIRROR",
            "PARITY_IMAGE",
            "PARITY_CONTROL_GAPS",
            "PARITY_GATES",
            "PARITY_XYZZY",
            "PATH",
        ];
        let strays = stray_variables(names);
        let shown: Vec<String> =
            strays.iter().map(|stray| format!("{} {}", stray.meant, stray.problem)).collect();
        insta::assert_snapshot!(shown.join("\n\n"));
    }

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
