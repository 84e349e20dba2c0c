//! `{{x}}` as Postman means it.

use crate::name;
use crate::text::{Part, Text};

/// A text with its variables under the names that they have in Hurl.
pub(crate) fn text(text: &str) -> Text {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, after)) = after.split_once("}}").filter(|(name, _)| !name.contains(['{', '\n', '"']))
        else {
            // Two braces that begin nothing.
            let end = before.len() + 2;
            parts.push(Part::Literal(rest[..end].to_owned()));
            rest = &rest[end..];
            continue;
        };
        if !before.is_empty() {
            parts.push(Part::Literal(before.to_owned()));
        }
        parts.push(Part::Variable(variable(name)));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Literal(rest.to_owned()));
    }
    Text(parts)
}

/// The name of a variable; those that Postman makes up have their like where Hurl has one.
pub(crate) fn variable(name: &str) -> String {
    match name.trim() {
        "$guid" | "$randomUUID" => "newUuid".to_owned(),
        "$isoTimestamp" => "newDate".to_owned(),
        other => name::kept(other.trim_start_matches('$')),
    }
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn variables_keep_their_names() {
        assert_eq!(text("a{{x}}b{{ my var }}").value(), "a{{x}}b{{my_var}}");
        assert_eq!(text("{{$guid}}").value(), "{{newUuid}}");
        assert_eq!(text("{{{x}}").value(), "\\u{7b}\\u{7b}{x}}");
        assert_eq!(text("{{").value(), "\\u{7b}{");
    }
}
