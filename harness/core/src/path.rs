//! Places in a JSON document: as written for people, as patterns of rules, as keys of what was learned.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};

/// One step down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step<'a> {
    /// Into an object.
    Key(Cow<'a, str>),
    /// Into an array.
    Index(usize),
    /// Into any member of an object whose keys differ by nature.
    AnyKey,
}

/// A path that grows and shrinks while a document is walked. Beside the steps it keeps, for each depth, a hash of
/// the path with indices dropped: the key under which noise is learned.
#[derive(Debug, Default)]
pub(crate) struct Path<'a> {
    steps: Vec<Step<'a>>,
    hashes: Vec<u64>,
}

impl<'a> Path<'a> {
    pub(crate) fn push(&mut self, step: Step<'a>) {
        let mut hasher = DefaultHasher::new();
        self.hash().hash(&mut hasher);
        match &step {
            Step::Key(key) => key.hash(&mut hasher),
            Step::Index(_) => 0u8.hash(&mut hasher),
            Step::AnyKey => 1u8.hash(&mut hasher),
        }
        self.steps.push(step);
        self.hashes.push(hasher.finish());
    }

    pub(crate) fn pop(&mut self) {
        self.steps.pop();
        self.hashes.pop();
    }

    pub(crate) fn depth(&self) -> usize {
        self.steps.len()
    }

    pub(crate) fn steps(&self) -> &[Step<'a>] {
        &self.steps
    }

    /// The key of this place, indices dropped.
    pub(crate) fn hash(&self) -> u64 {
        self.hashes.last().copied().unwrap_or(0)
    }

    /// As a JSONPath.
    pub(crate) fn render(&self) -> String {
        render(&self.steps, false)
    }

    /// As a JSONPath with `[*]` for indices.
    pub(crate) fn render_starred(&self) -> String {
        render(&self.steps, true)
    }
}

fn render(steps: &[Step<'_>], starred: bool) -> String {
    let mut out = String::from("$");
    for step in steps {
        match step {
            Step::Key(key) if is_plain(key) => {
                out.push('.');
                out.push_str(key);
            }
            Step::Key(key) => {
                out.push_str("['");
                out.push_str(&key.replace('\\', "\\\\").replace('\'', "\\'"));
                out.push_str("']");
            }
            Step::Index(_) if starred => out.push_str("[*]"),
            Step::Index(at) => {
                out.push('[');
                out.push_str(&at.to_string());
                out.push(']');
            }
            Step::AnyKey => out.push_str(".*"),
        }
    }
    out
}

fn is_plain(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

/// A rendered place with `[*]` for every index.
pub(crate) fn without_indices(at: &str) -> String {
    let mut out = String::with_capacity(at.len());
    let mut rest = at;
    while let Some(open) = rest.find('[') {
        let (before, tail) = rest.split_at(open);
        out.push_str(before);
        let digits = tail[1..].bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 && tail[1 + digits..].starts_with(']') {
            out.push_str("[*]");
            rest = &tail[digits + 2..];
        } else {
            out.push('[');
            rest = &tail[1..];
        }
    }
    out.push_str(rest);
    out
}

/// A JSONPath of a rule: `$`, `.name`, `['name']`, `[3]`, `[*]`, `.*`, `..` for any depth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Key(String),
    Index(usize),
    AnyIndex,
    AnyKey,
    AnyDepth,
}

impl Pattern {
    /// Reads a path; none where the text is no JSONPath of this form.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut rest = text.strip_prefix('$')?;
        let mut parts = Vec::new();
        while !rest.is_empty() {
            if let Some(tail) = rest.strip_prefix("..") {
                parts.push(Part::AnyDepth);
                rest = tail;
                if !rest.starts_with('[') {
                    rest = read_name(rest, &mut parts)?;
                }
            } else if let Some(tail) = rest.strip_prefix('.') {
                rest = read_name(tail, &mut parts)?;
            } else {
                rest = read_bracket(rest.strip_prefix('[')?, &mut parts)?;
            }
        }
        Some(Self { parts })
    }

    /// Whether the pattern names exactly this place.
    pub(crate) fn matches(&self, steps: &[Step<'_>]) -> bool {
        matches(&self.parts, steps)
    }

    /// Whether the pattern may name a place below this one.
    pub(crate) fn reaches_below(&self, steps: &[Step<'_>]) -> bool {
        if self.parts.contains(&Part::AnyDepth) {
            return true;
        }
        self.parts.len() > steps.len() && matches(&self.parts[..steps.len()], steps)
    }

    /// How specific: more steps first, then more literal steps.
    pub(crate) fn rank(&self) -> (usize, usize) {
        let literal = self.parts.iter().filter(|p| matches!(p, Part::Key(_) | Part::Index(_))).count();
        (self.parts.iter().filter(|p| **p != Part::AnyDepth).count(), literal)
    }
}

fn matches(parts: &[Part], steps: &[Step<'_>]) -> bool {
    let Some((part, later)) = parts.split_first() else {
        return steps.is_empty();
    };
    if *part == Part::AnyDepth {
        return (0..=steps.len()).any(|skip| matches(later, &steps[skip..]));
    }
    let Some((step, below)) = steps.split_first() else {
        return false;
    };
    let here = match (part, step) {
        (Part::Key(name), Step::Key(key)) => name == key,
        (Part::Index(wanted), Step::Index(at)) => wanted == at,
        (Part::AnyIndex, Step::Index(_)) | (Part::AnyKey, _) => true,
        _ => false,
    };
    here && matches(later, below)
}

fn read_name<'t>(text: &'t str, parts: &mut Vec<Part>) -> Option<&'t str> {
    let end = text.find(['.', '[']).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    match name {
        "" => return None,
        "*" => parts.push(Part::AnyKey),
        name => parts.push(Part::Key(name.to_owned())),
    }
    Some(rest)
}

fn read_bracket<'t>(text: &'t str, parts: &mut Vec<Part>) -> Option<&'t str> {
    if let Some(rest) = text.strip_prefix("*]") {
        parts.push(Part::AnyIndex);
        return Some(rest);
    }
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'));
    let Some(quote) = quote else {
        let (index, rest) = text.split_once(']')?;
        parts.push(Part::Index(index.trim().parse().ok()?));
        return Some(rest);
    };
    let mut name = String::new();
    let mut chars = text[1..].char_indices();
    while let Some((at, c)) = chars.next() {
        if c == '\\' {
            name.push(chars.next()?.1);
        } else if c == quote {
            parts.push(Part::Key(name));
            return text[1 + at + c.len_utf8()..].strip_prefix(']');
        } else {
            name.push(c);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps() -> Vec<Step<'static>> {
        vec![Step::Key("items".into()), Step::Index(3), Step::Key("odd key's".into())]
    }

    fn matches(pattern: &str) -> bool {
        Pattern::parse(pattern).expect("a path").matches(&steps())
    }

    #[test]
    fn paths_read_as_json_paths() {
        let mut path = Path::default();
        for step in steps() {
            path.push(step);
        }
        assert_eq!(path.render(), r"$.items[3]['odd key\'s']");
        assert_eq!(path.render_starred(), r"$.items[*]['odd key\'s']");
        assert_eq!(without_indices(&path.render()), path.render_starred());
        assert_eq!(without_indices("$['a[0']"), "$['a[0']");
    }

    #[test]
    fn patterns_match_whole_paths() {
        assert!(matches(r"$.items[3]['odd key\'s']"));
        assert!(matches("$.items[*].*"));
        assert!(matches("$..*"));
        assert!(matches(r#"$..["odd key's"]"#));
        assert!(!matches("$.items[*]"));
        assert!(!matches("$.items[2].*"));
        for broken in ["items", "$.", "$[", "$['a'", "$[x]", "$.a..", "$x"] {
            assert_eq!(Pattern::parse(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_pattern_knows_what_lies_below() {
        let pattern = Pattern::parse("$.items[*].a.b").expect("a path");
        assert!(pattern.reaches_below(&steps()[..2]));
        assert!(!pattern.reaches_below(&steps()));
    }

    #[test]
    fn hashes_drop_indices() {
        let (mut one, mut two) = (Path::default(), Path::default());
        for (path, at) in [(&mut one, 1), (&mut two, 2)] {
            path.push(Step::Key("items".into()));
            path.push(Step::Index(at));
        }
        assert_eq!(one.hash(), two.hash());
        one.pop();
        assert_ne!(one.hash(), two.hash());
    }
}
