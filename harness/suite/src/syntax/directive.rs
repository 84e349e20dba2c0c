//! Comments that speak to envparity: `# parity: id=create tags=smoke,slow skip-on=qa only-on=local`.
//!
//! Directly above an entry they are the entry's. At the top of a file, with an empty line below them, they are those
//! of all its entries; such have no `id`.

use envparity_model::Conditions;

use crate::case::Name;
use crate::condition::Named;

use super::cursor::{self, Cursor, Fail, Parsed};

/// The keys that a directive may have.
const KEYS: [&str; 4] = ["id", "tags", "skip-on", "only-on"];

/// What the comments above an entry say.
#[derive(Debug, Default)]
pub(super) struct Directive {
    /// Offset of the first one; none where there is none.
    pub(super) at: Option<usize>,
    pub(super) name: Option<Name>,
    pub(super) conditions: Conditions,
    /// Environments that it mentions.
    pub(super) mentions: Vec<Named>,
    /// Keys that were given.
    given: Vec<&'static str>,
}

impl Directive {
    /// Adds the comment that began at `start` and ends at the cursor.
    pub(super) fn read(&mut self, cursor: &mut Cursor<'_>, start: usize) -> Parsed<()> {
        let comment = cursor.since(start);
        let Some((before, text)) = comment.split_once("parity:").filter(|(b, _)| is_start(b)) else {
            let fail = Fail::new(start, "`@cookie_storage_…` comments are not supported");
            return Err(fail.hint("set a cookie in [Cookies]"));
        };
        self.at.get_or_insert(start);
        let mut at = start + before.len() + "parity:".len();
        let mut empty = true;
        for word in text.split([' ', '\t']) {
            if !word.is_empty() {
                empty = false;
                self.setting(cursor, at, word)?;
            }
            at += word.len() + 1;
        }
        if empty { Err(Fail::new(start, "this comment says nothing").hint(HINT)) } else { Ok(()) }
    }

    fn setting(&mut self, cursor: &mut Cursor<'_>, at: usize, word: &str) -> Parsed<()> {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        let Some(known) = KEYS.into_iter().find(|known| *known == key) else {
            return Err(Fail::new(at, format!("unknown directive `{word}`")).hint(HINT));
        };
        if self.given.contains(&known) {
            return Err(Fail::new(at, format!("`{known}` is given twice")).hint("write it once"));
        }
        self.given.push(known);
        let value_at = at + key.len() + 1;
        if known == "id" {
            if value.is_empty() {
                return Err(Fail::new(at, "an id is one word").hint(HINT));
            }
            self.name = Some(Name { id: value.to_owned(), at });
            return Ok(());
        }
        let mut names = Vec::new();
        let mut offset = value_at;
        for name in value.split(',') {
            if name.is_empty() {
                return Err(Fail::new(offset.min(at + word.len()), format!("`{known}` lacks a name"))
                    .hint(format!("as `{known}=one` or `{known}=one,other`")));
            }
            let pos = cursor.pos_at(offset);
            names.push(Named { name: name.to_owned(), line: pos.line, column: pos.column });
            offset += name.len() + 1;
        }
        let words = names.iter().map(|named| named.name.clone()).collect();
        match known {
            "tags" => self.conditions.tags = words,
            "skip-on" => self.conditions.skip_on = words,
            _ => self.conditions.only_on = words,
        }
        if known != "tags" {
            self.mentions.extend(names);
        }
        Ok(())
    }

    /// The error that it stands above no entry.
    pub(super) fn stray(&self) -> Option<Fail> {
        self.at.map(cursor::stray_directive)
    }
}

const HINT: &str = "write `# parity: id=NAME tags=A,B skip-on=ENVIRONMENT only-on=ENVIRONMENT`, any of them";

/// What stands before `parity:` in a comment that is a directive.
fn is_start(before: &str) -> bool {
    before.trim_start_matches('#').trim().is_empty()
}
