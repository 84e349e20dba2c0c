//! `.netrc` files: a user and a password for each machine.

/// The credentials for a host: of its own `machine`, else those of `default`.
pub(crate) fn credentials(text: &str, host: &str) -> Option<String> {
    let mut found: Option<(&str, &str)> = None;
    let mut inside = false;
    let mut words =
        text.lines().filter(|line| !line.trim_start().starts_with('#')).flat_map(str::split_whitespace);
    while let Some(word) = words.next() {
        match word {
            "machine" => {
                if inside && found.is_some() {
                    break;
                }
                inside = words.next().is_some_and(|name| name.eq_ignore_ascii_case(host));
            }
            "default" => {
                if inside && found.is_some() {
                    break;
                }
                inside = true;
            }
            "login" if inside => {
                found.get_or_insert_default().0 = words.next().unwrap_or_default();
            }
            "password" if inside => {
                found.get_or_insert_default().1 = words.next().unwrap_or_default();
            }
            _ => {}
        }
    }
    found.map(|(login, password)| format!("{login}:{password}"))
}

#[cfg(test)]
mod tests {
    use super::credentials;

    #[test]
    fn the_first_machine_counts_then_the_default() {
        let text = "# ours\nmachine a.example login bob password s3cret\nmachine b.example\n  login eve\n  password x\n\
                    machine a.example login no password no\ndefault login any password one\n";
        assert_eq!(credentials(text, "a.example").as_deref(), Some("bob:s3cret"));
        assert_eq!(credentials(text, "B.example").as_deref(), Some("eve:x"));
        assert_eq!(credentials(text, "c.example").as_deref(), Some("any:one"));
        assert_eq!(credentials("machine a login b", "c"), None);
    }
}
