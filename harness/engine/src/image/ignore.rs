//! `.dockerignore` (<https://docs.docker.com/build/concepts/context/#dockerignore-files>): patterns as Go's
//! `filepath.Match` with `**`, `!` for exceptions, the last match decides.

/// The patterns of one file.
#[derive(Debug, Default)]
pub(crate) struct Ignore {
    patterns: Vec<Pattern>,
}

#[derive(Debug)]
struct Pattern {
    segments: Vec<String>,
    exception: bool,
}

impl Ignore {
    /// Parses the file's text.
    pub(crate) fn parse(text: &str) -> Self {
        let lines = text.trim_start_matches('\u{feff}').lines().filter(|line| !line.starts_with('#'));
        let patterns = lines.filter_map(|line| {
            let line = line.trim();
            let (exception, line) = match line.strip_prefix('!') {
                Some(rest) => (true, rest.trim()),
                None => (false, line),
            };
            let segments: Vec<String> = clean(line);
            (!segments.is_empty()).then_some(Pattern { segments, exception })
        });
        Self { patterns: patterns.collect() }
    }

    /// Whether a path, relative to the context with `/`, stays out. A match of a folder holds for all in it.
    pub(crate) fn excludes(&self, path: &str) -> bool {
        let segments: Vec<&str> = path.split('/').collect();
        let mut excluded = false;
        for pattern in &self.patterns {
            if pattern.exception == excluded
                && (1..=segments.len()).any(|end| matches(&pattern.segments, &segments[..end]))
            {
                excluded = !pattern.exception;
            }
        }
        excluded
    }

    /// Whether an excluded folder must still be walked.
    pub(crate) fn has_exceptions(&self) -> bool {
        self.patterns.iter().any(|pattern| pattern.exception)
    }
}

fn clean(line: &str) -> Vec<String> {
    let mut segments: Vec<String> = Vec::new();
    for segment in line.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            other => segments.push(other.to_owned()),
        }
    }
    segments
}

fn matches(pattern: &[String], path: &[&str]) -> bool {
    match pattern.split_first() {
        None => path.is_empty(),
        Some((first, rest)) if first == "**" => (0..=path.len()).any(|skip| matches(rest, &path[skip..])),
        Some((first, rest)) => path.split_first().is_some_and(|(segment, others)| {
            let pattern: Vec<char> = first.chars().collect();
            let segment: Vec<char> = segment.chars().collect();
            matches_segment(&pattern, &segment) && matches(rest, others)
        }),
    }
}

fn matches_segment(pattern: &[char], text: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some(('*', rest)) => (0..=text.len()).any(|skip| matches_segment(rest, &text[skip..])),
        Some(('?', rest)) => text.split_first().is_some_and(|(_, others)| matches_segment(rest, others)),
        Some(('[', rest)) => match (class(rest), text.split_first()) {
            (Some((accepts, rest)), Some((c, others))) => accepts(*c) && matches_segment(rest, others),
            _ => false,
        },
        Some(('\\', [escaped, rest @ ..]) | (escaped, rest)) => {
            text.split_first().is_some_and(|(c, others)| c == escaped && matches_segment(rest, others))
        }
    }
}

type Accepts<'a> = Box<dyn Fn(char) -> bool + 'a>;

fn class(pattern: &[char]) -> Option<(Accepts<'_>, &[char])> {
    let negated = pattern.first() == Some(&'^');
    let start = usize::from(negated);
    let end = start + pattern.get(start..)?.iter().position(|c| *c == ']').filter(|length| *length > 0)?;
    let members = &pattern[start..end];
    let accepts = move |c: char| {
        let mut at = 0;
        let mut found = false;
        while at < members.len() {
            if members.get(at + 1) == Some(&'-') && at + 2 < members.len() {
                found |= (members[at]..=members[at + 2]).contains(&c);
                at += 3;
            } else {
                found |= members[at] == c;
                at += 1;
            }
        }
        found != negated
    };
    Some((Box::new(accepts), &pattern[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn patterns_decide_as_documented() {
        let ignore = Ignore::parse(
            "# comment\n\n*.md\n!README.md\n/target/\n**/*.tmp\nlog?\nnode_modules\n!node_modules/kept\n[a-c]x\n",
        );
        for path in [
            "NOTES.md",
            "target",
            "target/debug/x",
            "a.tmp",
            "deep/er/a.tmp",
            "log1",
            "node_modules/left",
            "bx",
        ] {
            assert!(ignore.excludes(path), "{path}");
        }
        for path in
            ["README.md", "src/notes.md", "src/target", "log12", "node_modules/kept/a.js", "dx", "sub/log1"]
        {
            assert!(!ignore.excludes(path), "{path}");
        }
        assert!(ignore.has_exceptions() && !Ignore::parse("a\n").has_exceptions());
        assert!(!Ignore::default().excludes("anything"));
    }

    proptest! {
        #[test]
        fn no_pattern_makes_it_panic(text in ".{0,40}", path in "[a-z/.*]{0,20}") {
            let _ = Ignore::parse(&text).excludes(&path);
        }
    }
}
