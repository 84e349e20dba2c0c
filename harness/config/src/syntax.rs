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
    drop_aftermath(&mut errors);
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

/// An array that is never closed takes the rest of the file for its items: only its first error means something.
fn drop_aftermath(errors: &mut Vec<(usize, usize, &str)>) {
    if errors.iter().any(|(_, _, message)| message.starts_with("unclosed array"))
        && let Some(first) = errors.iter().position(|(_, _, message)| message.contains("array"))
    {
        errors.truncate(first + 1);
    }
}

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
        array if array.contains("in array") => {
            Problem::new(format!("an array is not closed: {array}")).hint("arrays end with `]`")
        }
        other => Problem::new(other.to_owned()),
    }
}
