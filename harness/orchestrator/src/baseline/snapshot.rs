//! One snapshot file, as insta 1.x writes and reads it: a header of YAML between two lines `---`, then the content.
//! <https://insta.rs/docs/snapshot-files/>

use std::fmt::Write;

use envparity_model::CasePlace;

/// A snapshot: which case it approves, and what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Snapshot {
    /// The case's id: `expression` in the header. None in files that others have written.
    pub(super) case: Option<String>,
    /// The exchange in its normal form.
    pub(super) content: String,
}

impl Snapshot {
    /// Reads a file.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let text = text.replace("\r\n", "\n");
        let rest = text.strip_prefix("---\n").ok_or("it does not begin with `---`")?;
        let (header, content) = rest
            .split_once("\n---\n")
            .or_else(|| rest.strip_prefix("---\n").map(|content| ("", content)))
            .ok_or("its header has no end")?;
        let expression = header.lines().find_map(|line| line.strip_prefix("expression:"));
        let case = expression.map(|value| unquoted(value.trim())).transpose()?;
        Ok(Self { case, content: content.trim_end().to_owned() })
    }
}

/// A file for a case. A `pending` one names the line that it comes from, as `cargo insta review` shows it.
pub(super) fn render(place: &CasePlace, content: &str, pending: bool) -> String {
    let mut out = format!("---\nsource: {}\n", scalar(&place.file));
    if pending {
        let _ = writeln!(out, "assertion_line: {}", place.line);
    }
    let _ = writeln!(out, "expression: {}", scalar(place.id.as_str()));
    let _ = writeln!(out, "---\n{}", content.trim_end());
    out
}

/// The longest name before `.snap`: file systems end at 255 bytes, `.snap.new` and a number among them.
const LONGEST: usize = 200;

/// A case's id as the name of its snapshot: letters, digits and a few signs stay.
pub fn snapshot_name(id: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || "._~-".contains(c) { c } else { '_' };
    let mut name: String = id.replace("{{", "").replace("}}", "").chars().map(safe).collect();
    if name.len() > LONGEST {
        let mark = mark(id);
        name.truncate(LONGEST - mark.len());
        name.push_str(&mark);
    }
    name
}

/// The name where another case has the first choice.
pub(super) fn second_name(id: &str) -> String {
    format!("{}{}", snapshot_name(id), mark(id))
}

fn mark(id: &str) -> String {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(id.as_bytes());
    digest.iter().take(4).fold("-".to_owned(), |out, byte| format!("{out}{byte:02x}"))
}

/// A YAML scalar with insta's choice of when to quote.
fn scalar(text: &str) -> String {
    let special = |c: char| ":{}[],#`\"'\\".contains(c) || c.is_control();
    let word = [
        "yes", "Yes", "YES", "no", "No", "NO", "True", "TRUE", "true", "False", "FALSE", "false", "on", "On",
        "ON", "off", "Off", "OFF", "null", "Null", "NULL", "~",
    ];
    let quoted = text.is_empty()
        || text.starts_with(' ')
        || text.ends_with(' ')
        || text.starts_with(['&', '*', '?', '|', '-', '<', '>', '=', '!', '%', '@', '.'])
        || text.contains(special)
        || word.contains(&text)
        || text.starts_with("0x")
        || text.parse::<f64>().is_ok();
    if !quoted {
        return text.to_owned();
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_ascii_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn unquoted(value: &str) -> Result<String, String> {
    if let Some(inner) = value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        return Ok(inner.replace("''", "'"));
    }
    if !value.starts_with('"') {
        return Ok(value.to_owned());
    }
    // The escapes of a YAML double-quoted line that insta writes are those of JSON.
    serde_json::from_str(value).map_err(|_| "its expression is no line of text".to_owned())
}

#[cfg(test)]
mod tests {
    use envparity_model::CaseId;

    use super::*;

    fn place(id: &str) -> CasePlace {
        CasePlace {
            id: CaseId::new(id),
            file: "activity.hurl".into(),
            line: 4,
            method: "GET".into(),
            path: "/x".into(),
        }
    }

    #[test]
    fn a_snapshot_reads_back() {
        for id in ["activity GET /activity/{{created}}~2", "a b", "a 'b' \"c\" \\ #1", "true", "0x1"] {
            let text = render(&place(id), "200\n\n{\n  \"a\": \"---\"\n}\n", false);
            let back = Snapshot::parse(&text).expect("a snapshot");
            assert_eq!(back.case.as_deref(), Some(id));
            assert_eq!(back.content, "200\n\n{\n  \"a\": \"---\"\n}");
        }
        assert!(Snapshot::parse("200\n").is_err());
        assert!(Snapshot::parse("---\nsource: x\n").is_err());
    }

    #[test]
    fn names_are_short_and_plain() {
        assert_eq!(snapshot_name("a/b GET /x/{{id}}?y=1~2"), "a_b_GET__x_id_y_1~2");
        assert!(snapshot_name(&"x".repeat(400)).len() <= LONGEST);
        assert_ne!(second_name("a GET /x/y"), second_name("a GET /x_y"));
    }
}
