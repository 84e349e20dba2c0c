//! JSONPath as rules and waivers write it: RFC 9535 without filters and without what counts from the end.

/// A path in a JSON document, from its root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonPath {
    /// The steps, outermost first.
    pub steps: Vec<PathStep>,
}

/// One step of a [`JsonPath`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PathStep {
    /// `.name`, `['name']`.
    Name(String),
    /// `[3]`.
    Index(usize),
    /// `[1:9:2]`: from the first to before the last, in strides.
    Slice {
        /// The first index.
        start: usize,
        /// One past the last; none: to the end.
        end: Option<usize>,
        /// At least 1.
        stride: usize,
    },
    /// `.*`, `[*]`: any member, any item.
    Any,
    /// `['a', 'b', 0]`: one of several.
    OneOf(Vec<PathStep>),
    /// `..`: the place itself and everything below it.
    Deep,
}

/// Each `..` may match at every depth: more of them only cost time.
const MOST_DEEP: usize = 4;

impl JsonPath {
    /// Reads a path.
    ///
    /// # Errors
    /// What is wrong with it, as `a step has no name`.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let mut rest = text.strip_prefix('$').ok_or("it starts with `$`")?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            let (step, tail) = if let Some(deep) = rest.strip_prefix("..") {
                if steps.iter().filter(|step| **step == PathStep::Deep).count() == MOST_DEEP {
                    return Err("it has more than four `..`");
                }
                steps.push(PathStep::Deep);
                deep.strip_prefix('[').map_or_else(|| dotted(deep), bracketed)?
            } else if let Some(name) = rest.strip_prefix('.') {
                dotted(name)?
            } else {
                bracketed(rest.strip_prefix('[').ok_or("a step starts with `.` or `[`")?)?
            };
            steps.push(step);
            rest = tail;
        }
        Ok(Self { steps })
    }
}

type Read<'t> = Result<(PathStep, &'t str), &'static str>;

fn dotted(text: &str) -> Read<'_> {
    if let Some(rest) = text.strip_prefix('*') {
        return Ok((PathStep::Any, rest));
    }
    let end = text.find(['.', '[']).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if name.is_empty() {
        return Err("a step has no name");
    }
    let plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '$' | '@' | ':'));
    if !plain {
        return Err("a name with other characters is written `['name']`");
    }
    Ok((PathStep::Name(name.to_owned()), rest))
}

/// What stands in brackets: one selector, or several with commas.
fn bracketed(text: &str) -> Read<'_> {
    let mut selectors = Vec::new();
    let mut rest = text;
    loop {
        let (selector, tail) = selector(rest.trim_start())?;
        selectors.push(selector);
        rest = tail.trim_start();
        if let Some(tail) = rest.strip_prefix(',') {
            rest = tail;
            continue;
        }
        let tail = rest.strip_prefix(']').ok_or("a `]` is missing")?;
        let only = if selectors.len() == 1 { selectors.pop() } else { None };
        return Ok((only.unwrap_or(PathStep::OneOf(selectors)), tail));
    }
}

fn selector(text: &str) -> Read<'_> {
    match text.chars().next() {
        Some('\'' | '"') => quoted(text),
        Some('*') => Ok((PathStep::Any, &text[1..])),
        Some('?') => Err("filters are not supported"),
        _ => {
            let end = text.find([',', ']']).ok_or("a `]` is missing")?;
            let (numbers, rest) = text.split_at(end);
            Ok((numeric(numbers.trim())?, rest))
        }
    }
}

fn quoted(text: &str) -> Read<'_> {
    let mut chars = text.char_indices();
    let quote = chars.next().map(|(_, c)| c);
    let mut name = String::new();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => name.push(chars.next().ok_or("a quote is not closed")?.1),
            c if Some(c) == quote => return Ok((PathStep::Name(name), &text[at + 1..])),
            c => name.push(c),
        }
    }
    Err("a quote is not closed")
}

/// An index, or a slice.
fn numeric(text: &str) -> Result<PathStep, &'static str> {
    const WRONG: &str = "an index is a number or `*`; a name is written in quotes";
    let number = |text: &str| -> Result<Option<usize>, &'static str> {
        let text = text.trim();
        if text.starts_with('-') {
            return Err("an index cannot count from the end");
        }
        let is_number = text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit());
        if is_number { Ok(text.parse().ok()) } else { Err(WRONG) }
    };
    let mut parts = text.split(':');
    let first = number(parts.next().unwrap_or_default())?;
    let Some(end) = parts.next() else { return first.map(PathStep::Index).ok_or(WRONG) };
    let end = number(end)?;
    let stride = parts.next().map(number).transpose()?.flatten().unwrap_or(1);
    if parts.next().is_some() || stride == 0 {
        return Err("a slice is `[from:to]` or `[from:to:stride]`");
    }
    Ok(PathStep::Slice { start: first.unwrap_or(0), end, stride })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> PathStep {
        PathStep::Name(text.to_owned())
    }

    #[test]
    fn steps_are_read() {
        let steps = |text: &str| JsonPath::parse(text).expect("a path").steps;
        assert_eq!(steps("$"), []);
        assert_eq!(steps("$.a['b c'][3].*"), [name("a"), name("b c"), PathStep::Index(3), PathStep::Any]);
        assert_eq!(steps(r#"$[*]["it\"s"]"#), [PathStep::Any, name("it\"s")]);
        assert_eq!(steps("$..id"), [PathStep::Deep, name("id")]);
        assert_eq!(steps("$['a', 'b']"), [PathStep::OneOf(vec![name("a"), name("b")])]);
        assert_eq!(steps("$[1:4]"), [PathStep::Slice { start: 1, end: Some(4), stride: 1 }]);
        assert_eq!(steps("$[::2]"), [PathStep::Slice { start: 0, end: None, stride: 2 }]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, why) in [
            ("a", "starts with `$`"),
            ("$a", "starts with `.` or `[`"),
            ("$.", "no name"),
            ("$[-1]", "from the end"),
            ("$[?(@.x)]", "filters"),
            ("$[x]", "in quotes"),
            ("$[]", "number or `*`"),
            ("$['a'", "`]` is missing"),
            ("$['a", "not closed"),
            ("$[0:1:0]", "a slice"),
            ("$.a b", "is written `['name']`"),
            ("$..a..a..a..a..a", "more than four"),
        ] {
            let problem = JsonPath::parse(text).expect_err(text);
            assert!(problem.contains(why), "{text}: {problem}");
        }
    }
}
