//! Places in a JSON document: as written for people, as patterns of rules, as keys of what was learned.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};

use envparity_config::{JsonPath, PathStep};

/// One step down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step<'a> {
    /// Into an object.
    Key(Cow<'a, str>),
    /// Into an array.
    Index(usize),
    /// Into any member of an object whose keys differ by nature.
    AnyKey,
    /// Into a member of an object that is a map from ids: shown with its key, known as any member.
    MapKey(Cow<'a, str>),
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
            Step::AnyKey | Step::MapKey(_) => 1u8.hash(&mut hasher),
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

    /// Whether it leads through an object that is a map from ids.
    pub(crate) fn has_map(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::MapKey(_)))
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
            Step::AnyKey => out.push_str(".*"),
            Step::MapKey(_) if starred => out.push_str(".*"),
            Step::Key(key) | Step::MapKey(key) => render_key(key, &mut out),
            Step::Index(_) if starred => out.push_str("[*]"),
            Step::Index(at) => {
                out.push('[');
                out.push_str(&at.to_string());
                out.push(']');
            }
        }
    }
    out
}

/// Longest key that is written out, in characters: the rest says nothing more to people.
const LONGEST_KEY: usize = 200;

fn render_key(key: &str, out: &mut String) {
    if is_plain(key) && key.len() <= LONGEST_KEY {
        out.push('.');
        return out.push_str(key);
    }
    out.push_str("['");
    for (at, c) in key.chars().enumerate() {
        match c {
            _ if at == LONGEST_KEY => {
                out.push('…');
                break;
            }
            '\\' | '\'' => out.extend(['\\', c]),
            // A key is untrusted text: it must not steer a terminal.
            c if c.is_control() => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out.push_str("']");
}

fn is_plain(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

/// A rendered place with `[*]` for every index.
pub fn without_indices(at: &str) -> String {
    let mut out = String::with_capacity(at.len());
    let mut rest = at;
    while let Some(open) = rest.find('[') {
        let (before, tail) = rest.split_at(open);
        out.push_str(before);
        if let Some(quoted) = tail.strip_prefix("['") {
            let end = 2 + end_of_quote(quoted);
            out.push_str(&tail[..end]);
            rest = &tail[end..];
            continue;
        }
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

/// Bytes up to and with the quote that closes a key, or all of them.
fn end_of_quote(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\'' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The places that a rule's JSONPath names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    parts: Vec<PathStep>,
}

impl Pattern {
    /// Reads a path; none where the text is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        JsonPath::parse(text).ok().map(|path| Self { parts: path.steps })
    }

    /// Whether the pattern names exactly this place.
    pub(crate) fn matches(&self, steps: &[Step<'_>]) -> bool {
        matches(&self.parts, steps)
    }

    /// Whether the pattern may name a place below this one.
    pub(crate) fn reaches_below(&self, steps: &[Step<'_>]) -> bool {
        reaches_below(&self.parts, steps)
    }

    /// How specific: more steps first, then more literal steps, then fewer that reach to any depth.
    pub(crate) fn rank(&self) -> (usize, usize, std::cmp::Reverse<usize>) {
        let count = |is: fn(&PathStep) -> bool| self.parts.iter().filter(|part| is(part)).count();
        let deep = count(|part| *part == PathStep::Deep);
        let literal = count(|part| matches!(part, PathStep::Name(_) | PathStep::Index(_)));
        (self.parts.len() - deep, literal, std::cmp::Reverse(deep))
    }
}

fn matches(parts: &[PathStep], steps: &[Step<'_>]) -> bool {
    let Some((part, later)) = parts.split_first() else {
        return steps.is_empty();
    };
    if *part == PathStep::Deep {
        return (0..=steps.len()).any(|skip| matches(later, &steps[skip..]));
    }
    let Some((step, below)) = steps.split_first() else {
        return false;
    };
    names(part, step) && matches(later, below)
}

fn reaches_below(parts: &[PathStep], steps: &[Step<'_>]) -> bool {
    match (parts.split_first(), steps.split_first()) {
        (None, _) => false,
        // It may skip as many steps as it takes.
        (Some((PathStep::Deep, _)), _) | (Some(_), None) => true,
        (Some((part, later)), Some((step, below))) => names(part, step) && reaches_below(later, below),
    }
}

/// Whether one part of a pattern names one step.
fn names(part: &PathStep, step: &Step<'_>) -> bool {
    match (part, step) {
        (PathStep::Any, _) => true,
        (PathStep::Name(name), Step::Key(key) | Step::MapKey(key)) => name == key,
        (PathStep::Index(wanted), Step::Index(at)) => wanted == at,
        (PathStep::Slice { start, end, stride }, Step::Index(at)) => {
            at >= start && end.is_none_or(|end| *at < end) && (at - start) % stride == 0
        }
        (PathStep::OneOf(parts), step) => parts.iter().any(|part| names(part, step)),
        _ => false,
    }
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
        assert_eq!(without_indices(r"$['it\'s [0]'][1]"), r"$['it\'s [0]'][*]");
    }

    #[test]
    fn patterns_match_whole_paths() {
        assert!(matches(r"$.items[3]['odd key\'s']"));
        assert!(matches("$.items[*].*"));
        assert!(matches("$..*"));
        assert!(matches(r#"$..["odd key's"]"#));
        assert!(matches("$['other', 'items'][2:][*]") && matches("$.items[1:9:2].*"));
        assert!(!matches("$.items[:3].*") && !matches("$.items[2::2].*"));
        assert!(!matches("$.items[*]"));
        assert!(!matches("$.items[2].*"));
    }

    #[test]
    fn a_pattern_knows_what_lies_below() {
        let pattern = Pattern::parse("$.items[*].a.b").expect("a path");
        assert!(pattern.reaches_below(&steps()[..2]));
        assert!(!pattern.reaches_below(&steps()));
        let deep = Pattern::parse("$.other..id").expect("a path");
        assert!(deep.reaches_below(&[]) && !deep.reaches_below(&steps()[..1]));
    }

    #[test]
    fn keys_cannot_steer_a_terminal_or_fill_a_page() {
        let mut path = Path::default();
        path.push(Step::Key("a\u{1b}[2J\n".into()));
        path.push(Step::MapKey("x".repeat(100_000).into()));
        assert!(path.render().starts_with(r"$['a\u{1b}[2J\u{a}']['xxx") && path.render().len() < 300);
        assert_eq!(path.render_starred(), r"$['a\u{1b}[2J\u{a}'].*");
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
