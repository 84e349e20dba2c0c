//! Paths with parameters in them, and which of them an address is.

/// A path template, by segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    segments: Vec<Vec<Piece>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Parameter,
}

impl Route {
    /// Reads `/pets/{id}/photo.{format}`.
    pub(crate) fn new(template: &str) -> Self {
        Self { segments: template.split('/').map(pieces).collect() }
    }

    /// Whether a path is one of this template. Segments are compared as sent.
    pub(crate) fn matches(&self, path: &str) -> bool {
        let mut given = path.split('/');
        let all = self.segments.iter().all(|segment| given.next().is_some_and(|text| fits(segment, text)));
        all && given.next().is_none()
    }

    /// How much of it is written out, segment by segment: the larger is the more precise.
    pub(crate) fn precision(&self) -> Vec<bool> {
        self.segments.iter().map(|segment| !segment.contains(&Piece::Parameter)).collect()
    }
}

fn pieces(segment: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut rest = segment;
    while let Some(open) = rest.find('{') {
        let Some(close) = rest[open..].find('}') else { break };
        if open > 0 {
            found.push(Piece::Text(rest[..open].to_owned()));
        }
        // Two parameters side by side cannot be told apart.
        if found.last() != Some(&Piece::Parameter) {
            found.push(Piece::Parameter);
        }
        rest = &rest[open + close + 1..];
    }
    if !rest.is_empty() {
        found.push(Piece::Text(rest.to_owned()));
    }
    found
}

/// Parameters take at least one character each, and as few as they can: where that fails, nothing fits.
fn fits(pieces: &[Piece], text: &str) -> bool {
    match pieces {
        [] => text.is_empty(),
        [Piece::Text(wanted), rest @ ..] => {
            text.strip_prefix(wanted.as_str()).is_some_and(|text| fits(rest, text))
        }
        [Piece::Parameter] => !text.is_empty(),
        [Piece::Parameter, Piece::Text(last)] => text.len() > last.len() && text.ends_with(last.as_str()),
        [Piece::Parameter, rest @ ..] => {
            let Some(first) = text.chars().next().map(char::len_utf8) else { return false };
            let next = match &rest[0] {
                Piece::Text(wanted) => text[first..].find(wanted.as_str()),
                Piece::Parameter => None,
            };
            next.is_some_and(|at| fits(rest, &text[first + at..]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_match_whole_paths() {
        for (template, path, matches) in [
            ("/pets/{id}", "/pets/7", true),
            ("/pets/{id}", "/pets/", false),
            ("/pets/{id}", "/pets/7/photos", false),
            ("/pets", "/pets", true),
            ("/pets", "/pets/", false),
            ("/a.{format}", "/a.json", true),
            ("/{a}.{b}", "/x.y.z", true),
            ("/{a}-{b}/x", "/-b/x", false),
            ("/", "/", true),
        ] {
            assert_eq!(Route::new(template).matches(path), matches, "{template} {path}");
        }
    }
}
