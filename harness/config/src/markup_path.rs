//! Places in HTML and XML as rules write them: the part of XPath that reports show, with `*` and `//`.

/// A path in a document, from its root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkupPath {
    /// The steps, outermost first; an attribute is the last.
    pub steps: Vec<MarkupStep>,
}

/// One step of a [`MarkupPath`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MarkupStep {
    /// `/td[3]`, `/td`, `/*`.
    Element {
        /// None: any.
        name: Option<String>,
        /// Which of the siblings of its name, from 1; none, as of `[*]`: each.
        ordinal: Option<usize>,
    },
    /// `/@class`, `/@*`; none: any.
    Attribute(Option<String>),
    /// `//`: the place itself and everything below it.
    Deep,
}

/// Each `//` may match at every depth: more of them only cost time.
const MOST_DEEP: usize = 4;

impl MarkupPath {
    /// Reads a path.
    ///
    /// # Errors
    /// What is wrong with it, as `a step has no name`.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let mut steps = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            rest = rest.strip_prefix('/').ok_or("a step starts with `/`")?;
            if let Some(deep) = rest.strip_prefix('/') {
                if steps.iter().filter(|step| **step == MarkupStep::Deep).count() == MOST_DEEP {
                    return Err("it has more than four `//`");
                }
                steps.push(MarkupStep::Deep);
                rest = deep;
            }
            if let Some(name) = rest.strip_prefix('@') {
                steps.push(MarkupStep::Attribute(attribute(name)?));
                return Ok(Self { steps });
            }
            let (step, tail) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            steps.push(element(step)?);
            rest = tail;
        }
        if steps.is_empty() { Err("it starts with `/`") } else { Ok(Self { steps }) }
    }

    /// Whether it names an attribute.
    pub fn is_attribute(&self) -> bool {
        matches!(self.steps.last(), Some(MarkupStep::Attribute(_)))
    }
}

/// A name of a namespace is `{uri}name`, as reports show it, and may hold slashes.
fn attribute(name: &str) -> Result<Option<String>, &'static str> {
    let local =
        name.strip_prefix('{').and_then(|rest| rest.rsplit_once('}')).map_or(name, |(_, local)| local);
    if local.is_empty() {
        return Err("an attribute has no name");
    }
    if local.contains('/') {
        return Err("an attribute is the last step");
    }
    if name.contains(char::is_whitespace) {
        return Err("a name holds no white space");
    }
    Ok((name != "*").then(|| name.to_owned()))
}

fn element(step: &str) -> Result<MarkupStep, &'static str> {
    let (name, ordinal) = match step.split_once('[') {
        None => (step, None),
        Some((name, ordinal)) => (name, number(ordinal.strip_suffix(']').ok_or("a `]` is missing")?)?),
    };
    if name.is_empty() {
        return Err("a step has no name");
    }
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '?');
    if name != "*" && !name.chars().all(plain) {
        return Err("an element's name holds letters, digits, `_`, `-`, `.` and `:`");
    }
    Ok(MarkupStep::Element { name: (name != "*").then(|| name.to_owned()), ordinal })
}

fn number(text: &str) -> Result<Option<usize>, &'static str> {
    if text == "*" {
        return Ok(None);
    }
    let is_number = text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit());
    let number = if is_number { text.parse().ok() } else { None };
    number.filter(|number| *number > 0).map(Some).ok_or("which of its name is a number from 1, or `*`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(name: &str, ordinal: Option<usize>) -> MarkupStep {
        MarkupStep::Element { name: Some(name.to_owned()), ordinal }
    }

    #[test]
    fn steps_are_read() {
        let steps = |text: &str| MarkupPath::parse(text).expect("a path").steps;
        let attribute = |name: &str| MarkupStep::Attribute(Some(name.to_owned()));
        assert_eq!(
            steps("/html/p[3]/@class"),
            [element("html", None), element("p", Some(3)), attribute("class")]
        );
        assert_eq!(steps("//td[*]"), [MarkupStep::Deep, element("td", None)]);
        assert_eq!(
            steps("/a//*/@*"),
            [
                element("a", None),
                MarkupStep::Deep,
                MarkupStep::Element { name: None, ordinal: None },
                MarkupStep::Attribute(None)
            ]
        );
        assert_eq!(steps("//@{http://x.example/y}z"), [MarkupStep::Deep, attribute("{http://x.example/y}z")]);
        assert!(MarkupPath::parse("//a/@href").is_ok_and(|path| path.is_attribute()));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, why) in [
            ("", "starts with `/`"),
            ("html", "starts with `/`"),
            ("/", "no name"),
            ("/a/", "no name"),
            ("///a", "no name"),
            ("/a/@", "no name"),
            ("/a/@b/c", "last step"),
            ("/a/@b c", "white space"),
            ("/a[0]", "from 1"),
            ("/a[-1]", "from 1"),
            ("/a[last()]", "from 1"),
            ("/a[1", "`]` is missing"),
            ("/a b", "letters"),
            ("/a[1]$.b", "`]` is missing"),
            ("//a//a//a//a//a", "more than four"),
        ] {
            let problem = MarkupPath::parse(text).expect_err(text);
            assert!(problem.contains(why), "{text}: {problem}");
        }
    }
}
