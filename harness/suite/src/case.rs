//! The ids of cases: from file, method and path as written.

use std::collections::HashMap;

use envparity_model::{CaseId, CasePlace, Conditions};

use crate::condition::Named;
use crate::syntax::Fail;

/// The name that a comment gives an entry.
#[derive(Debug)]
pub(crate) struct Name {
    pub(crate) id: String,
    /// Offset of the comment.
    pub(crate) at: usize,
}

/// Gives each entry of a file its id.
pub(crate) struct Names {
    path: String,
    stem: String,
    /// How often each id has been used.
    used: HashMap<String, u32>,
    /// How often each id has been asked for.
    asked: HashMap<String, u32>,
    /// What comments at the top of the file say of all entries.
    pub(crate) conditions: Conditions,
    /// Environments that comments mention, in order.
    pub(crate) mentions: Vec<Named>,
    /// The top of the file is past.
    pub(crate) begun: bool,
}

impl Names {
    pub(crate) fn new(path: &str) -> Self {
        let stem = path.strip_suffix(".hurl").unwrap_or(path).to_owned();
        Self {
            path: path.to_owned(),
            stem,
            used: HashMap::new(),
            asked: HashMap::new(),
            conditions: Conditions::default(),
            mentions: Vec::new(),
            begun: false,
        }
    }

    /// The place of an entry. An id by name must be new; any other is numbered from its second use on.
    pub(crate) fn place(
        &mut self,
        name: Option<Name>,
        line: u32,
        method: &str,
        url: &str,
    ) -> Result<CasePlace, Fail> {
        let path = path_of(url).to_owned();
        let id = match name {
            Some(name) => {
                let id = format!("{} {}", self.stem, name.id);
                if self.used.contains_key(&id) {
                    let message = format!("id `{}` is used twice in this file", name.id);
                    return Err(Fail {
                        at: name.at,
                        message,
                        hint: Some("give each entry its own".to_owned()),
                    });
                }
                id
            }
            None => self.numbered(format!("{} {method} {path}", self.stem)),
        };
        self.used.insert(id.clone(), line);
        Ok(CasePlace { id: CaseId::new(id), file: self.path.clone(), line, method: method.to_owned(), path })
    }

    fn numbered(&mut self, id: String) -> String {
        let asked = self.asked.entry(id.clone()).or_insert(0);
        loop {
            *asked += 1;
            let numbered = if *asked == 1 { id.clone() } else { format!("{id}~{asked}") };
            // A name, or a path that ends as a number would, may have taken it.
            if !self.used.contains_key(&numbered) {
                return numbered;
            }
        }
    }
}

/// What a URL asks for, as written: after the placeholder that it begins with, or after its authority.
fn path_of(url: &str) -> &str {
    let rest = match url.split_once("://").filter(|(scheme, _)| !scheme.contains("{{")) {
        Some((_, rest)) => &rest[authority_end(rest)..],
        None => match url.strip_prefix("{{").and_then(|rest| rest.split_once("}}")) {
            // `{{scheme}}://…` and `{{host}}:{{port}}…`
            Some((_, rest)) => match rest.strip_prefix("://").or_else(|| rest.strip_prefix(':')) {
                Some(rest) => &rest[authority_end(rest)..],
                None => rest,
            },
            None => url,
        },
    };
    if rest.is_empty() { "/" } else { rest }
}

/// Where an authority ends, placeholders in it skipped.
fn authority_end(text: &str) -> usize {
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if text[at..].starts_with("{{") {
            match text[at..].find("}}") {
                Some(end) => at += end + 2,
                None => return text.len(),
            }
        } else if c == '/' || c == '?' {
            return at;
        } else {
            at += c.len_utf8();
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::path_of;

    #[test]
    fn path_is_what_follows_the_address() {
        for (url, path) in [
            ("{{base}}/activity/1?full=true", "/activity/1?full=true"),
            ("{{base}}", "/"),
            ("{{ base }}?q=1", "?q=1"),
            ("{{base}}/a/{{id}}/b", "/a/{{id}}/b"),
            ("http://localhost:4567/x?y={{z}}", "/x?y={{z}}"),
            ("http://localhost:4567", "/"),
            ("https://{{host}}:{{port}}/x", "/x"),
            ("http://{{a}}{{b}}?q", "?q"),
            ("{{scheme}}://{{host}}/x", "/x"),
            ("{{host}}:{{port}}/x", "/x"),
            ("{{base}}v1/x", "v1/x"),
            ("{{base}}/redirect?to=http://x.example/y", "/redirect?to=http://x.example/y"),
        ] {
            assert_eq!(path_of(url), path, "{url}");
        }
    }
}
