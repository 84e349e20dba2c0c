//! XML, read up to where it is no longer well-formed.

use super::entities::Entities;
use super::{Builder, Kind, Name};

const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";

pub(super) fn read(text: &str) -> Result<Builder, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader {
        rest: text,
        built: Builder::new(false),
        entities: Entities::default(),
        scopes: Vec::new(),
        default: false,
    };
    while reader.step()? {}
    Ok(reader.built)
}

struct Reader<'t> {
    rest: &'t str,
    built: Builder,
    entities: Entities,
    /// Namespace declarations in force, each with how many elements were open outside it.
    scopes: Vec<(usize, String, String)>,
    /// Whether the document has declared a default namespace.
    default: bool,
}

impl<'t> Reader<'t> {
    /// Reads the next piece; `false` at the end, or where reading cannot go on.
    fn step(&mut self) -> Result<bool, String> {
        let outside = self.built.open.is_empty();
        if self.rest.is_empty() {
            return Ok(false);
        }
        if let Some(body) = self.between("<!--", "-->") {
            self.built.push(Kind::Comment(body.to_owned()))?;
        } else if let Some(body) = self.between("<![CDATA[", "]]>") {
            if outside {
                return Ok(false);
            }
            self.built.text(body)?;
        } else if let Some(body) = self.between("<?", "?>") {
            let (target, content) = body.split_once([' ', '\t', '\n', '\r']).unwrap_or((body, ""));
            if !target.eq_ignore_ascii_case("xml") {
                self.built.push(Kind::Instruction(target.to_owned(), content.trim_start().to_owned()))?;
            }
        } else if self.rest.starts_with("<!--") || self.rest.starts_with("<![CDATA[") {
            // It has no end.
            return Ok(false);
        } else if self.rest.starts_with("<!DOCTYPE") {
            return Ok(self.doctype());
        } else if let Some(rest) = self.rest.strip_prefix("</") {
            return Ok(self.end_tag(rest));
        } else if let Some(rest) = self.rest.strip_prefix('<') {
            return self.start_tag(rest);
        } else {
            let end = self.rest.find('<').unwrap_or(self.rest.len());
            let text = &self.rest[..end];
            self.rest = &self.rest[end..];
            if outside {
                // Nothing but white space may stand here.
                return Ok(text.trim().is_empty());
            }
            let text = self.entities.resolve(&text.replace("\r\n", "\n"))?;
            self.built.text(&text)?;
        }
        Ok(true)
    }

    /// What stands between `open`, if it is here, and `close`.
    fn between(&mut self, open: &str, close: &str) -> Option<&'t str> {
        let rest = self.rest.strip_prefix(open)?;
        let end = rest.find(close)?;
        self.rest = &rest[end + close.len()..];
        Some(&rest[..end])
    }

    /// Reads a document type for the entities that it declares within itself; files are never read.
    fn doctype(&mut self) -> bool {
        let rest = self.rest;
        let (mut subset, mut at) = (None, "<!DOCTYPE".len());
        while let Some(found) = rest[at..].find(['[', ']', '"', '\'', '>']) {
            at += found;
            let c = rest.as_bytes()[at];
            at += 1;
            match c {
                b'[' => subset = Some(at),
                b']' => {
                    if let Some(start) = subset.take() {
                        self.declarations(&rest[start..at - 1]);
                    }
                }
                b'>' if subset.is_none() => {
                    self.rest = &rest[at..];
                    return true;
                }
                b'>' => {}
                quote => match rest[at..].find(quote as char) {
                    Some(end) => at += end + 1,
                    None => return false,
                },
            }
        }
        false
    }

    fn declarations(&mut self, subset: &str) {
        for declaration in subset.split("<!ENTITY").skip(1) {
            let mut words = declaration.trim_start().splitn(2, char::is_whitespace);
            let (name, value) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            let value = value.trim_start();
            if let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\''))
                && let Some(end) = value[1..].find(quote)
            {
                self.entities.declare(name, &value[1..=end]);
            }
        }
    }

    fn end_tag(&mut self, rest: &'t str) -> bool {
        let Some(end) = rest.find('>') else { return false };
        self.rest = &rest[end + 1..];
        if self.built.open.is_empty() {
            return false;
        }
        // By whatever name: it closes the innermost element.
        self.close();
        true
    }

    fn close(&mut self) {
        self.built.close();
        let depth = self.built.open.len();
        self.scopes.retain(|(outside, _, _)| *outside < depth);
    }

    fn start_tag(&mut self, rest: &'t str) -> Result<bool, String> {
        let end = rest
            .find(|c: char| c.is_whitespace() || matches!(c, '/' | '>' | '<' | '='))
            .unwrap_or(rest.len());
        let (name, mut rest) = rest.split_at(end);
        let second_root = self.built.open.is_empty() && self.built.has_element();
        if second_root {
            return Ok(false);
        }
        if !is_name(name) {
            // A lone `<` is left out.
            self.rest = &self.rest[1..];
            return Ok(!self.built.open.is_empty());
        }
        let mut attributes: Vec<(&str, String)> = Vec::new();
        let closed = loop {
            rest = rest.trim_start();
            if let Some(after) = rest.strip_prefix("/>") {
                rest = after;
                break true;
            }
            if let Some(after) = rest.strip_prefix('>') {
                rest = after;
                break false;
            }
            // Where the tag is broken, the element ends; what follows is text.
            let Some((name, value, after)) = attribute(rest) else { break true };
            let value = self.entities.resolve(value)?.replace(['\t', '\n', '\r'], " ");
            attributes.push((name, value));
            rest = after;
            if !rest.starts_with(|c: char| c.is_whitespace() || matches!(c, '>' | '/')) {
                break true;
            }
        };
        self.rest = rest;
        self.open(name, &attributes)?;
        if closed {
            self.close();
        }
        Ok(true)
    }

    fn open(&mut self, name: &str, attributes: &[(&str, String)]) -> Result<(), String> {
        let outside = self.built.open.len();
        for (name, value) in attributes {
            let prefix = match name.split_once(':') {
                Some(("xmlns", prefix)) => prefix,
                None if *name == "xmlns" => "",
                _ => continue,
            };
            self.scopes.push((outside, prefix.to_owned(), value.clone()));
            if prefix.is_empty() && !value.is_empty() && !self.default {
                // As in Hurl: the first default namespace is `_` in expressions.
                self.default = true;
                self.built.document.namespaces.push(("_".to_owned(), value.clone()));
            } else if !prefix.is_empty() {
                self.built.document.namespaces.push((prefix.to_owned(), value.clone()));
            }
        }
        let element = self.name(name, true);
        self.built.open(element)?;
        for (name, value) in attributes {
            if *name != "xmlns" && !name.starts_with("xmlns:") {
                let name = self.name(name, false);
                self.built.push(Kind::Attribute(Box::new(name), value.clone()))?;
            }
        }
        Ok(())
    }

    fn name(&self, written: &str, element: bool) -> Name {
        let (prefix, local) = written.split_once(':').unwrap_or(("", written));
        let namespace = match prefix {
            "xml" => Some(XML_NAMESPACE),
            "" if !element => Some(""),
            prefix => {
                let found = self.scopes.iter().rev().find(|(_, its, _)| its == prefix);
                found.map(|(_, _, namespace)| namespace.as_str()).or(prefix.is_empty().then_some(""))
            }
        };
        match namespace {
            Some(namespace) => {
                Name { prefix: prefix.to_owned(), local: local.to_owned(), namespace: namespace.to_owned() }
            }
            // A prefix that nobody declared is part of the name.
            None => Name::plain(written),
        }
    }
}

fn is_name(text: &str) -> bool {
    let first = |c: char| c.is_alphabetic() || c == '_' || c == ':';
    text.starts_with(first) && text.chars().all(|c| first(c) || c.is_numeric() || "-.\u{b7}".contains(c))
}

/// The attribute at the front of a text: its name, its value, and what follows.
fn attribute(text: &str) -> Option<(&str, &str, &str)> {
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/' | '<'))?;
    let (name, rest) = text.split_at(end);
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let end = rest[1..].find(quote)?;
    let value = &rest[1..=end];
    (is_name(name) && !value.contains('<')).then_some((name, value, &rest[end + 2..]))
}
