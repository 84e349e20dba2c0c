//! Names as each ecosystem compares them.

use envparity_model::Ecosystem;

/// The form under which two spellings are one package.
///
/// Python: <https://packaging.python.org/en/latest/specifications/name-normalization/>. Debian and Alpine
/// allow lower case only; RubyGems, npm and rpm tell cases apart.
pub fn normalise_name(ecosystem: Ecosystem, name: &str) -> String {
    let name = name.trim();
    match ecosystem {
        Ecosystem::Pypi => {
            let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
            parts.map(str::to_lowercase).collect::<Vec<_>>().join("-")
        }
        Ecosystem::Deb | Ecosystem::Apk => name.to_lowercase(),
        Ecosystem::Rpm | Ecosystem::Gem | Ecosystem::Npm => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_names_meet_in_one_form() {
        for name in ["Flask_Login", "flask.login", "FLASK-LOGIN", "flask--login", " Flask_.-Login "] {
            assert_eq!(normalise_name(Ecosystem::Pypi, name), "flask-login");
        }
        assert_eq!(normalise_name(Ecosystem::Gem, "RedCloth"), "RedCloth");
    }
}
