//! The `Name: value` form that dpkg, opkg and Python's metadata share.

/// One block of fields, in order, continuation lines joined by a line feed.
#[derive(Debug, Default)]
pub(crate) struct Fields<'a> {
    fields: Vec<(&'a str, String)>,
}

impl<'a> Fields<'a> {
    /// Reads up to the first empty line.
    pub(crate) fn parse(text: &'a str) -> Self {
        let mut fields: Vec<(&str, String)> = Vec::new();
        for line in text.lines() {
            if line.trim().is_empty() {
                break;
            }
            if line.starts_with([' ', '\t']) {
                if let Some((_, value)) = fields.last_mut() {
                    value.push('\n');
                    value.push_str(line.trim());
                }
            } else if let Some((name, value)) = line.split_once(':') {
                fields.push((name.trim(), value.trim().to_owned()));
            }
        }
        Self { fields }
    }

    /// The first field of a name, letter case ignored; none where it is empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All fields of a name that are not empty.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let same = move |(other, _): &&(&str, String)| other.eq_ignore_ascii_case(name);
        self.fields.iter().filter(same).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }
}

/// The blocks of a database, separated by empty lines.
pub(crate) fn blocks(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(['\n', '\r']);
        if rest.is_empty() {
            return None;
        }
        let mut end = 0;
        for line in rest.split_inclusive('\n') {
            if line.trim().is_empty() {
                break;
            }
            end += line.len();
        }
        // A line of blanks only is a separator too, and must not stop the iteration.
        if end == 0 {
            end = rest.find('\n').map_or(rest.len(), |at| at + 1);
        }
        let (block, after) = rest.split_at(end);
        rest = after;
        Some(block)
    })
    .filter(|block| !block.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_continuations_are_read() {
        let text = "\nPackage: a\nConffiles:\n /etc/a 1\n /etc/b 2\n\n \n\nPackage: b\r\nVersion: 2\r\n";
        let names: Vec<String> =
            blocks(text).map(|b| Fields::parse(b).get("package").unwrap_or("none").to_owned()).collect();
        assert_eq!(names, ["a", "b"]);
        let first = blocks(text).next().unwrap();
        assert_eq!(Fields::parse(first).get("Conffiles"), Some("\n/etc/a 1\n/etc/b 2"));
    }
}
