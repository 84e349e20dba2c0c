//! Facts of the container's system: its name, its language, its time zone.

use std::collections::BTreeMap;

use envparity_manifest::{Root as _, resolve};

use crate::files::Files;

/// `LC_ALL`, or `LANG` and every category that differs from it; `C` where nothing is set.
pub(crate) fn locale(environment: &BTreeMap<String, String>) -> String {
    let set = |name: &str| environment.get(name).filter(|value| !value.is_empty());
    if let Some(all) = set("LC_ALL") {
        return all.clone();
    }
    let lang = set("LANG").map_or("C", String::as_str);
    let categories = environment
        .iter()
        .filter(|(name, value)| name.starts_with("LC_") && !value.is_empty() && value.as_str() != lang);
    categories.fold(lang.to_owned(), |text, (name, value)| format!("{text} {name}={value}"))
}

/// `TZ`, or what `/etc/localtime` is: its zone's name, or the rule at the end of the file; `UTC` where there
/// is none.
pub(crate) fn time_zone(files: &Files, environment: &BTreeMap<String, String>) -> Option<String> {
    if let Some(zone) = environment.get("TZ").filter(|value| !value.is_empty()) {
        return Some(zone.trim_start_matches(':').to_owned());
    }
    if let Ok(target) = files.read_link("/etc/localtime") {
        return Some(target.split_once("/zoneinfo/").map_or(target.clone(), |(_, zone)| zone.to_owned()));
    }
    match files.read("/etc/localtime") {
        // RFC 8536: the footer is a POSIX rule between two line feeds.
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            text.trim_end_matches('\n').rsplit('\n').next().map(str::to_owned)
        }
        Err(_) => Some("UTC".to_owned()),
    }
}

/// `PRETTY_NAME` of `os-release`.
pub(crate) fn name(files: &Files) -> Option<String> {
    let path = resolve(files, "/etc/os-release").or_else(|| resolve(files, "/usr/lib/os-release"))?;
    let text = String::from_utf8_lossy(&files.read(&path).ok()?).into_owned();
    let value = text.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    Some(value.trim().trim_matches(['"', '\'']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_locale_is_what_a_program_would_use() {
        assert_eq!(locale(&environment(&[])), "C");
        assert_eq!(
            locale(&environment(&[("LANG", "C.UTF-8"), ("LC_TIME", "de_DE")])),
            "C.UTF-8 LC_TIME=de_DE"
        );
        assert_eq!(locale(&environment(&[("LANG", "C"), ("LC_ALL", "en_US"), ("LC_TIME", "x")])), "en_US");
    }

    #[test]
    fn the_time_zone_is_what_a_program_would_use() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::below(&dir.path().to_string_lossy());
        assert_eq!(time_zone(&files, &environment(&[("TZ", ":Europe/Paris")])).unwrap(), "Europe/Paris");
        assert_eq!(time_zone(&files, &environment(&[])).unwrap(), "UTC");
        std::fs::create_dir(dir.path().join("etc")).unwrap();
        std::fs::write(dir.path().join("etc/localtime"), b"TZif2\0\nEST5EDT,M3.2.0,M11.1.0\n").unwrap();
        assert_eq!(time_zone(&files, &environment(&[])).unwrap(), "EST5EDT,M3.2.0,M11.1.0");
        std::fs::remove_file(dir.path().join("etc/localtime")).unwrap();
        std::os::unix::fs::symlink("/usr/share/zoneinfo/Etc/UTC", dir.path().join("etc/localtime")).unwrap();
        assert_eq!(time_zone(&files, &environment(&[])).unwrap(), "Etc/UTC");
    }
}
