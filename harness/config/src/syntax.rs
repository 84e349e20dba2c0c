//! TOML text to tree, every syntax error reported in our words.

use envparity_model::Problem;
use toml::de::DeTable;

use crate::problem::Problems;
use crate::tree::{Place, Table};

/// What a text could be read as.
pub(crate) struct Parsed {
    pub(crate) table: Table,
    /// Whether the table holds all that the text does; else only its syntax is worth reporting.
    pub(crate) whole: bool,
}

/// Parses a document; `at` says in which source and layer it stands.
pub(crate) fn parse(text: &str, at: Place, problems: &mut Problems<'_>) -> Parsed {
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut errors: Vec<(usize, usize, &str)> = errors
        .iter()
        .map(|error| {
            let span = error.span().unwrap_or(0..0);
            (span.start.min(text.len()), span.end.min(text.len()), error.message())
        })
        .collect();
    errors.sort_by_key(|(start, end, _)| (*start, *end));
    drop_aftermath(text, &mut errors);
    let whole = errors.iter().all(|(_, _, message)| is_local(message));
    let mut broken: Vec<(usize, usize)> = Vec::new();
    for (start, end, message) in errors {
        let line = line_around(text, start);
        // What follows on the same line follows from the first error.
        if broken.last() == Some(&line) {
            continue;
        }
        broken.push(line);
        problems
            .report(Place { start, end, ..at }, explain(message, text.get(start..end).unwrap_or_default()));
    }
    // What was recovered there is a guess.
    for (start, end) in broken {
        problems.mute(Place { start, end, ..at });
    }
    Parsed { table: Table::new(document.get_ref(), at), whole }
}

/// An array or inline table that is never closed takes the rest of the file for its own: of that only the first
/// error means something, and not by its own words.
fn drop_aftermath(text: &str, errors: &mut Vec<(usize, usize, &str)>) {
    let inside = |message: &str| {
        message.contains("array elements") || message.contains("in array") || message.contains("inline table")
    };
    for (start, what) in [("unclosed array,", NOT_CLOSED_ARRAY), ("unclosed inline table", NOT_CLOSED_TABLE)]
    {
        if errors.iter().any(|(_, _, message)| message.starts_with(start))
            && let Some(first) = errors.iter().position(|(_, _, message)| inside(message))
        {
            let line = line_around(text, errors[first].0);
            errors.truncate(first + 1);
            errors.retain(|(at, _, _)| line_around(text, *at) != line);
            errors.push((line.0, line.1, what));
            return;
        }
    }
}

const NOT_CLOSED_ARRAY: &str = "an array is not closed before this line";
const NOT_CLOSED_TABLE: &str = "an inline table is not closed before this line";

/// Whether the parser lost no more than one value.
fn is_local(message: &str) -> bool {
    let value = message.starts_with("string values must be quoted") || message.starts_with("invalid");
    message == "duplicate key" || (value && !message.contains("multi-line"))
}

fn line_around(text: &str, position: usize) -> (usize, usize) {
    let bytes = text.as_bytes();
    let start = bytes[..position].iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let end = bytes[position..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |n| position + n);
    (start, end)
}

fn explain(message: &str, covered: &str) -> Problem {
    match message {
        "duplicate key" => Problem::new(format!("`{covered}` is defined twice")).hint("keep one of them"),
        quoted if quoted.starts_with("string values must be quoted") && covered.is_empty() => {
            Problem::new("a value is missing")
        }
        quoted if quoted.starts_with("string values must be quoted") => {
            Problem::new("a string is not quoted").hint("strings stand in double quotes: `\"…\"`")
        }
        NOT_CLOSED_ARRAY => Problem::new(message).hint("arrays end with `]`"),
        NOT_CLOSED_TABLE => Problem::new(message).hint("inline tables end with `}`"),
        header if header.starts_with("unclosed table") || header.starts_with("unclosed array table") => {
            Problem::new("the header of a table is not closed").hint("as `[compare]` or `[[rule]]`")
        }
        other => Problem::new(other.to_owned()),
    }
}
