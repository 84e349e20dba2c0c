//! A text that a regular expression matches.

use regex_syntax::hir::{Class, Hir, HirKind};

/// The longest text, in characters.
const LONGEST: usize = 1_000;

/// The shortest text that a pattern asks for; none where it cannot be told.
pub(crate) fn shortest(pattern: &str) -> Option<String> {
    // What JavaScript writes otherwise.
    let pattern = pattern.replace("\\/", "/");
    let hir = regex_syntax::ParserBuilder::new().nest_limit(64).build().parse(&pattern).ok()?;
    let mut out = String::new();
    push(&hir, &mut out)?;
    // What stands before or after a boundary is not looked at above: ask the pattern itself.
    let regex = regex::RegexBuilder::new(&pattern).size_limit(1 << 20).build().ok()?;
    regex.is_match(&out).then_some(out)
}

fn push(hir: &Hir, out: &mut String) -> Option<()> {
    if out.len() > LONGEST {
        return None;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.push_str(std::str::from_utf8(&literal.0).ok()?),
        HirKind::Class(class) => out.push(member(class)?),
        HirKind::Repetition(repetition) => {
            for _ in 0..repetition.min {
                push(&repetition.sub, out)?;
            }
        }
        HirKind::Capture(capture) => push(&capture.sub, out)?,
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| push(part, out))?,
        HirKind::Alternation(parts) => push(parts.first()?, out)?,
    }
    Some(())
}

/// A character of a class, one that people type if there is one.
fn member(class: &Class) -> Option<char> {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class.ranges().iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) => {
            class.ranges().iter().map(|range| (range.start() as char, range.end() as char)).collect()
        }
    };
    let has = |c: &char| ranges.iter().any(|(start, end)| start <= c && c <= end);
    let typed = ('a'..='z').chain('A'..='Z').chain('1'..='9').chain(['0', '-', '_', '.']).find(has);
    typed.or_else(|| ranges.first().map(|(start, _)| *start))
}

#[cfg(test)]
mod tests {
    use super::shortest;

    #[test]
    fn what_is_made_matches() {
        for (pattern, text) in [
            ("^[A-Z]{3}-\\d{2,4}$", Some("AAA-11")),
            ("^(cat|dog)s?$", Some("cat")),
            ("[^a-z]", Some("A")),
            ("^\\/v[0-9]$", Some("/v1")),
            ("(?=look)", None),
            ("^\\ba\\B$", None),
            ("a{1000000}", None),
        ] {
            assert_eq!(shortest(pattern).as_deref(), text, "{pattern}");
        }
    }
}
