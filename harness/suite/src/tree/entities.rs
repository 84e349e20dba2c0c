//! References in XML: characters, the five known entities, and those that a document type declares.

use std::collections::HashMap;

/// How much text a document's own entities may grow to, over all references: a bomb is refused.
const MAX_EXPANSION: usize = 1 << 20;
/// How deep entities may refer to each other.
const MAX_DEPTH: u32 = 16;

/// The entities of a document.
#[derive(Debug, Default)]
pub(super) struct Entities {
    declared: HashMap<String, String>,
    expanded: usize,
}

impl Entities {
    /// Declares an internal general entity; the first declaration counts.
    pub(super) fn declare(&mut self, name: &str, value: &str) {
        self.declared.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }

    /// Text with its references resolved. What is unknown is left out, as in Hurl.
    pub(super) fn resolve(&mut self, text: &str) -> Result<String, String> {
        let mut out = String::with_capacity(text.len());
        self.push(text, &mut out, 0)?;
        Ok(out)
    }

    fn push(&mut self, text: &str, out: &mut String, depth: u32) -> Result<(), String> {
        let mut rest = text;
        while let Some(at) = rest.find('&') {
            out.push_str(&rest[..at]);
            let name = &rest[at + 1..];
            let end = name.find(|c: char| !c.is_alphanumeric() && !"#_:-.".contains(c)).unwrap_or(name.len());
            self.reference(&name[..end], out, depth)?;
            rest = name[end..].strip_prefix(';').unwrap_or(&name[end..]);
        }
        out.push_str(rest);
        Ok(())
    }

    fn reference(&mut self, name: &str, out: &mut String, depth: u32) -> Result<(), String> {
        if let Some(number) = name.strip_prefix('#') {
            out.extend(character(number));
            return Ok(());
        }
        if let Some(known) = known(name) {
            out.push(known);
            return Ok(());
        }
        let Some(value) = self.declared.get(name).cloned() else { return Ok(()) };
        self.expanded += value.len() + 1;
        if depth >= MAX_DEPTH || self.expanded > MAX_EXPANSION {
            return Err(format!("entity `{name}` grows out of bounds"));
        }
        if value.contains('<') {
            return Err(format!("entity `{name}` holds markup, which is not supported"));
        }
        self.push(&value, out, depth + 1)
    }
}

fn known(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

/// The character of `65` or `x41`.
fn character(number: &str) -> Option<char> {
    let code = match number.strip_prefix('x') {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    code.ok().and_then(char::from_u32).filter(|c| *c != '\0')
}
