//! Waivers written into a configuration that keeps its form, comments and order.

use envparity_model::{Code, Problem};
use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Table, value};

use crate::model::Day;

/// A waiver to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWaiver {
    /// Only findings of this code.
    pub code: Option<Code>,
    /// Only this package or fact.
    pub subject: Option<String>,
    /// Only the pairs of this group.
    pub group: Option<String>,
    /// Only this case.
    pub case: Option<String>,
    /// Only at this place.
    pub at: Option<String>,
    /// Only in this candidate.
    pub environment: String,
    /// Only while reference and candidate have these versions.
    pub versions: Option<(Option<String>, Option<String>)>,
    /// Why it is accepted.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day, inclusive, in UTC.
    pub expires: Day,
}

/// Adds waivers at the end of a `parity.toml`; what stands there stays as it is, byte for byte.
///
/// # Errors
/// When the text is no TOML, or `waiver` is something else there.
pub fn add_waivers(text: &str, waivers: &[NewWaiver]) -> Result<String, Problem> {
    if waivers.is_empty() {
        return Ok(text.to_owned());
    }
    let malformed =
        |error: &toml_edit::TomlError| Problem::new(format!("malformed configuration: {}", error.message()));
    let document: DocumentMut = text.parse().map_err(|error| malformed(&error))?;
    if document.get("waiver").is_some_and(|item| !item.is_array_of_tables()) {
        let problem = Problem::new("`waiver` is no list of tables");
        return Err(problem.hint("write each as `[[waiver]]`"));
    }
    // A document of their own: in the other one, what follows its last table would come to stand behind them.
    let mut tables = ArrayOfTables::new();
    for waiver in waivers {
        tables.push(table(waiver)?);
    }
    let mut added = DocumentMut::new();
    added.insert("waiver", Item::ArrayOfTables(tables));
    let gap = if text.is_empty() || text.ends_with("\n\n") {
        ""
    } else if text.ends_with('\n') {
        "\n"
    } else {
        "\n\n"
    };
    Ok(format!("{text}{gap}{}", added.to_string().trim_start()))
}

fn table(waiver: &NewWaiver) -> Result<Table, Problem> {
    let mut table = Table::new();
    let texts = [
        ("code", waiver.code.map(|code| code.name().to_owned())),
        ("subject", waiver.subject.clone()),
        ("group", waiver.group.clone()),
        ("case", waiver.case.clone()),
        ("at", waiver.at.clone()),
        ("environment", Some(waiver.environment.clone())),
    ];
    for (key, text) in texts {
        if let Some(text) = text {
            table.insert(key, value(text));
        }
    }
    if let Some((reference, candidate)) = &waiver.versions {
        let mut versions = InlineTable::new();
        for (key, version) in [("reference", reference), ("candidate", candidate)] {
            if let Some(version) = version {
                versions.insert(key, version.as_str().into());
            }
        }
        table.insert("versions", value(versions));
    }
    table.insert("reason", value(waiver.reason.as_str()));
    table.insert("owner", value(waiver.owner.as_str()));
    let day: toml_edit::Datetime =
        waiver.expires.to_string().parse().map_err(|_| Problem::new("the last day is no day"))?;
    table.insert("expires", value(day));
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiver() -> NewWaiver {
        NewWaiver {
            code: Some(Code::PackageOutdated),
            subject: Some("pkg:gem/rack".into()),
            group: None,
            case: None,
            at: None,
            environment: "qa".into(),
            versions: Some((Some("2.2".into()), None)),
            reason: "a \"reason\" of\ntwo lines".into(),
            owner: "api-team".into(),
            expires: Day { year: 2026, month: 12, day: 31 },
        }
    }

    #[test]
    fn what_stands_there_stays() {
        for text in ["", "[a]\nx = 1", "[a]\nx  =  1 # odd\r\n# last", "[[waiver]]\nowner = \"x\"\n\n"] {
            let edited = add_waivers(text, &[waiver(), waiver()]).expect("edited");
            assert!(edited.starts_with(text), "{edited}");
            let document: DocumentMut = edited.parse().expect("TOML");
            let count = document["waiver"].as_array_of_tables().expect("tables").len();
            assert_eq!(count, 2 + text.matches("[[waiver]]").count());
        }
    }

    #[test]
    fn another_form_is_refused() {
        assert!(add_waivers("waiver = []", &[waiver()]).is_err());
        assert!(add_waivers("a = [", &[waiver()]).is_err());
    }

    #[test]
    fn a_waiver_reads_as_it_did() {
        insta::assert_snapshot!(add_waivers("", &[waiver()]).expect("edited"));
    }
}
