//! JSON and YAML as one kind of value, with the place of the first error.

use envparity_model::Problem;
use serde_json::Value;

use crate::yaml;

/// The longest text that is read, in bytes.
const LONGEST: usize = 64 * 1024 * 1024;

/// How deep a document may nest: as deep as a JSON body.
pub(crate) const DEPTH: usize = 127;

/// Reads JSON or YAML, by the name of the file and how its text begins. The error names file, line and column.
///
/// # Errors
/// Text that is neither, is too long, or nests too deep.
pub fn read_value(path: &str, text: &str) -> Result<Value, Problem> {
    let begins = text.trim_start_matches('\u{feff}').trim_start();
    let named = path.rsplit_once('.').is_some_and(|(_, end)| end.eq_ignore_ascii_case("json"));
    if named || begins.starts_with(['{', '[']) {
        return read_json(path, text);
    }
    check_length(path, text)?;
    yaml::read(path, text)
}

/// Reads JSON.
///
/// # Errors
/// Text that is none, is too long, or nests too deep.
pub fn read_json(path: &str, text: &str) -> Result<Value, Problem> {
    check_length(path, text)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str(text).map_err(|error| {
        let words = error.to_string();
        let reason = words.rsplit_once(" at line ").map_or(words.as_str(), |(reason, _)| reason);
        if reason.starts_with("recursion limit") {
            return located(path, error.line(), error.column(), &format!("nests deeper than {DEPTH}"));
        }
        located(path, error.line(), error.column(), &format!("malformed JSON: {reason}"))
    })
}

/// A problem at a place of a file.
pub(crate) fn located(path: &str, line: usize, column: usize, message: &str) -> Problem {
    Problem::new(format!("{path}:{line}:{column}: {message}"))
}

fn check_length(path: &str, text: &str) -> Result<(), Problem> {
    if text.len() <= LONGEST {
        return Ok(());
    }
    Err(Problem::new(format!("`{path}` is larger than {} MiB", LONGEST / 1024 / 1024)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_name_their_place() {
        let error = read_value("a.json", "{\n  \"a\": ,\n}").expect_err("malformed");
        assert!(error.message.starts_with("a.json:2:8: malformed JSON: "), "{}", error.message);
        let error = read_value("a.yaml", "a: 1\nb: [1, 2\nc: 3\n").expect_err("malformed");
        assert!(error.message.starts_with("a.yaml:"), "{}", error.message);
        assert!(error.message.contains("malformed YAML"), "{}", error.message);
    }

    #[test]
    fn depth_is_bounded() {
        for (path, deep) in
            [("a.json", "[".repeat(100_000)), ("a.yaml", format!("a: {}", "[".repeat(100_000)))]
        {
            let error = read_value(path, &deep).expect_err("too deep");
            assert!(error.message.contains("nests deeper than 127"), "{}", error.message);
        }
    }
}
