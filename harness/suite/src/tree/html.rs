//! HTML, read into the tree that libxml2 makes of it.

use super::rules::{ends, is_frame, is_head_content, is_raw, is_void, strength};
use super::{Builder, Kind, Name};

pub(super) fn read(text: &str) -> Result<Builder, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { rest: text, built: Builder::new(true), seen: Seen::Nothing, ignored: 0 };
    while !reader.rest.is_empty() {
        reader.step()?;
    }
    Ok(reader.built)
}

/// How far the skeleton of the page has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Seen {
    Nothing,
    Head,
    Body,
}

struct Reader<'t> {
    rest: &'t str,
    built: Builder,
    seen: Seen,
    /// How many start tags of `html`, `head` and `body` were ignored: their end tags are, too.
    ignored: usize,
}

impl<'t> Reader<'t> {
    fn step(&mut self) -> Result<(), String> {
        if let Some(name) = self.built.innermost().map(|name| name.local.clone()).filter(|name| is_raw(name))
        {
            return self.raw(&name);
        }
        if let Some(rest) = self.rest.strip_prefix("<!--") {
            let (body, rest) = rest.split_once("-->").unwrap_or((rest, ""));
            self.rest = rest;
            return self.built.push(Kind::Comment(body.to_owned())).map(drop);
        }
        if self.rest.starts_with("<!") || self.rest.starts_with("<?") {
            self.declaration();
            return Ok(());
        }
        if self.rest.starts_with("</") {
            self.end_tag();
            return Ok(());
        }
        let is_tag = self.rest.strip_prefix('<').is_some_and(|rest| rest.starts_with(is_name_start));
        if is_tag {
            return self.start_tag();
        }
        // A lone `<` is text.
        let end = self.rest.char_indices().skip(1).find(|(_, c)| *c == '<').map(|(at, _)| at);
        let text = self.take(end.unwrap_or(self.rest.len()));
        self.text(text)
    }

    fn take(&mut self, end: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    /// Skips a document type, a processing instruction or whatever else begins so.
    fn declaration(&mut self) {
        let end = self.rest.find('>').map_or(self.rest.len(), |at| at + 1);
        self.take(end);
    }

    /// The text of a script or style sheet, and its end tag.
    fn raw(&mut self, name: &str) -> Result<(), String> {
        let closes = |at: usize| {
            let tag = self.rest[at + 2..].get(..name.len());
            tag.is_some_and(|tag| tag.eq_ignore_ascii_case(name))
        };
        let mut found = self.rest.match_indices("</").map(|(at, _)| at);
        let end = found.find(|at| closes(*at));
        let text = self.take(end.unwrap_or(self.rest.len()));
        self.built.text(text)?;
        if end.is_some() {
            self.declaration();
        }
        self.built.close();
        Ok(())
    }

    fn text(&mut self, written: &str) -> Result<(), String> {
        let text = htmlize::unescape(written);
        if text.trim_matches([' ', '\t', '\n', '\r']).is_empty() && self.is_between_blocks() {
            return Ok(());
        }
        // Text that stands in no body gets a paragraph.
        if self.built.innermost().is_none_or(|name| matches!(&*name.local, "html" | "head")) {
            self.end_by("p");
            self.imply("p")?;
            self.open("p")?;
        }
        self.built.text(&text)
    }

    /// Whether white space here is none of the page's text.
    fn is_between_blocks(&self) -> bool {
        let Some(name) = self.built.innermost() else { return true };
        matches!(&*name.local, "html" | "head")
    }

    fn start_tag(&mut self) -> Result<(), String> {
        let rest = &self.rest[1..];
        let end = rest.find(|c: char| !is_name_part(c)).unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        self.rest = &rest[end..];
        let attributes = self.attributes();
        self.end_by(&name);
        self.imply(&name)?;
        if self.is_misplaced(&name) {
            self.ignored += 1;
            return Ok(());
        }
        self.open(&name)?;
        for (name, value) in attributes {
            self.built.push(Kind::Attribute(Box::new(Name::plain(&name)), value))?;
        }
        let closed = self.rest.starts_with("/>");
        self.declaration();
        if closed || is_void(&name) {
            self.built.close();
        }
        Ok(())
    }

    /// A second `html`, `head` or `body`: it is left out.
    fn is_misplaced(&mut self, name: &str) -> bool {
        let misplaced = match name {
            "html" => !self.built.open.is_empty(),
            "head" => self.built.open.len() != 1,
            "body" => self.is_open("body"),
            _ => return false,
        };
        if misplaced {
            self.declaration();
        }
        misplaced
    }

    /// The attributes up to `>` or `/>`, names in lower case, the first of a name.
    fn attributes(&mut self) -> Vec<(String, String)> {
        let mut found: Vec<(String, String)> = Vec::new();
        loop {
            self.rest = self.rest.trim_start_matches(|c: char| c.is_whitespace() || c == '=');
            if self.rest.is_empty() || self.rest.starts_with('>') || self.rest.starts_with("/>") {
                return found;
            }
            if let Some(rest) = self.rest.strip_prefix('/') {
                self.rest = rest;
                continue;
            }
            let end = self.rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/'));
            let name = self.take(end.unwrap_or(self.rest.len())).to_ascii_lowercase();
            let value = self.value();
            if !found.iter().any(|(known, _)| *known == name) {
                found.push((name, value));
            }
        }
    }

    /// `= value`, if it stands here.
    fn value(&mut self) -> String {
        let Some(rest) = self.rest.trim_start().strip_prefix('=') else { return String::new() };
        self.rest = rest.trim_start();
        let value = if let Some(quote @ ('"' | '\'')) = self.rest.chars().next() {
            let (value, rest) = self.rest[1..].split_once(quote).unwrap_or((&self.rest[1..], ""));
            self.rest = rest;
            value
        } else {
            let end = self.rest.find(|c: char| c.is_whitespace() || c == '>');
            self.take(end.unwrap_or(self.rest.len()))
        };
        htmlize::unescape_attribute(value).into_owned()
    }

    fn end_tag(&mut self) {
        let rest = &self.rest[2..];
        let end = rest.find(|c: char| !is_name_part(c)).unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        self.declaration();
        if self.ignored > 0 && matches!(&*name, "html" | "head" | "body") {
            self.ignored -= 1;
            return;
        }
        for depth in (0..self.built.open.len()).rev() {
            let open = self.name_at(depth);
            if open == name {
                while self.built.open.len() > depth {
                    self.built.close();
                }
                return;
            }
            if strength(open) > strength(&name) {
                return;
            }
        }
    }

    fn name_at(&self, depth: usize) -> &str {
        match self.built.document.kind(self.built.open[depth]) {
            Kind::Element(name) => &name.local,
            _ => "",
        }
    }

    fn is_open(&self, name: &str) -> bool {
        (0..self.built.open.len()).any(|depth| self.name_at(depth) == name)
    }

    /// Closes what a start tag ends.
    fn end_by(&mut self, start: &str) {
        while self.built.innermost().is_some_and(|open| ends(start, &open.local)) {
            self.built.close();
        }
    }

    /// Opens what the page has left out: `html`, `head`, `body`.
    fn imply(&mut self, start: &str) -> Result<(), String> {
        if start == "html" {
            return Ok(());
        }
        if self.built.open.is_empty() {
            // What follows after the page is a second page within the first.
            self.built.reopen();
            self.open("html")?;
        }
        if matches!(start, "head" | "body") {
            return Ok(());
        }
        if self.built.open.len() <= 1 && is_head_content(start) {
            if self.seen < Seen::Head {
                self.open("head")?;
            }
        } else if !is_frame(start) && self.seen < Seen::Body && !self.is_open("body") && !self.is_open("head")
        {
            self.open("body")?;
        }
        Ok(())
    }

    fn open(&mut self, name: &str) -> Result<(), String> {
        self.seen = match name {
            "head" => self.seen.max(Seen::Head),
            "body" => Seen::Body,
            _ => self.seen,
        };
        self.built.open(Name::plain(name))
    }
}

fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || c == ':'
}

fn is_name_part(c: char) -> bool {
    c.is_alphanumeric() || "_:-.".contains(c)
}
