//! The known pairs of waived groups: `parity.waivers.toml` beside `parity.toml`.

use envparity_model::{Code, Problem};

use crate::keys::PAIRS_FILE;
use crate::model::{WaivedPair, Waiver};
use crate::problem::{ConfigError, Problems, Source};
use crate::shape::check;
use crate::syntax;
use crate::tree::{Node, Place, Table, Value};
use crate::write::quote;

/// Reads the file of pairs.
///
/// # Errors
/// Every problem at once.
pub fn waived_pairs(path: &str, text: &str) -> Result<Vec<WaivedPair>, Vec<ConfigError>> {
    let texts = [Source { name: path, text: Some(text) }];
    let mut problems = Problems::new(&texts);
    let at = Place { source: 0, layer: 0, start: 0, end: 0 };
    let file = syntax::parse(text, at, &mut problems);
    let mut pairs = Vec::new();
    if file.whole {
        let whole = Node { value: Value::Table(file.table.clone()), place: at };
        check(&whole, &PAIRS_FILE, "", &mut problems);
        for node in file.table.list("pair").unwrap_or_default() {
            match node.table().and_then(read) {
                Some(pair) => pairs.push(pair),
                None => problems.report(node.place, Problem::new("a pair has no `group` or no `code`")),
            }
        }
    }
    if problems.is_empty() { Ok(pairs) } else { Err(problems.into_errors()) }
}

fn read(table: &Table) -> Option<WaivedPair> {
    Some(WaivedPair {
        group: table.string("group")?,
        code: Code::from_name(table.text("code")?)?,
        subject: table.string("subject"),
        case: table.string("case"),
        at: table.string("at"),
        reference: table.string("reference"),
        candidate: table.string("candidate"),
    })
}

/// Gives each waiver of a group its pairs.
///
/// # Errors
/// When a waiver names a group that has none.
pub fn cover_pairs(waivers: &mut [Waiver], pairs: &[WaivedPair], path: &str) -> Result<(), Problem> {
    for waiver in waivers {
        let Some(group) = &waiver.group else { continue };
        waiver.pairs = pairs.iter().filter(|pair| pair.group == *group).cloned().collect();
        if waiver.pairs.is_empty() {
            let message = format!("{}: the group `{group}` has no pairs in `{path}`", waiver.origin);
            return Err(Problem::new(message)
                .hint("`parity waive --all` writes that file; commit it, or remove the waiver"));
        }
    }
    Ok(())
}

/// The file of pairs, sorted, each once.
pub fn pairs_text(pairs: &[WaivedPair]) -> String {
    let mut blocks: Vec<String> = pairs.iter().map(block).collect();
    blocks.sort();
    blocks.dedup();
    let head = "# Known differences of the groups that waivers in the configuration name. Written by\n\
                # `parity waive --all`; a pair that is removed here is found again.\n";
    format!("{head}{}", blocks.concat())
}

fn block(pair: &WaivedPair) -> String {
    let fields = [
        ("group", Some(pair.group.as_str())),
        ("code", Some(pair.code.name())),
        ("subject", pair.subject.as_deref()),
        ("case", pair.case.as_deref()),
        ("at", pair.at.as_deref()),
        ("reference", pair.reference.as_deref()),
        ("candidate", pair.candidate.as_deref()),
    ];
    let lines = fields.iter().filter_map(|(key, value)| Some(format!("{key} = {}\n", quote((*value)?))));
    format!("\n[[pair]]\n{}", lines.collect::<String>())
}
