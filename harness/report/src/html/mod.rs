//! The report as one HTML file: no script, nothing loaded, every value escaped.

mod differences;
mod findings;
mod head;
mod markup;

use envparity_model::{Report, Severity};

use crate::{view::View, words};
use markup::Markup;

/// The report as a single file that works from `file://`, in light, dark and print.
pub fn html(report: &Report) -> Vec<u8> {
    let view = View::new(report);
    let mut page = Markup::default();
    page.raw("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n");
    page.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ");
    page.raw("style-src 'unsafe-inline'\">\n");
    page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.raw("<meta name=\"referrer\" content=\"no-referrer\">\n<title>parity: ");
    page.text(words::verdict(report.verdict)).raw(" ").text(&report.run).raw("</title>\n<style>\n");
    page.raw(include_str!("style.css")).raw("</style></head>\n<body><main>\n");
    head::header(&mut page, &view);
    head::causes(&mut page, report);
    findings::findings(&mut page, &view);
    head::environments(&mut page, &view);
    differences::packages(&mut page, &view);
    differences::facts(&mut page, &view);
    differences::coverage(&mut page, report);
    head::footer(&mut page, report);
    page.raw("</main></body></html>\n");
    page.finish()
}

/// Rows of one table: a page with more is no longer read, and no longer opens at once.
const ROWS: usize = 2_000;

fn more(page: &mut Markup, total: usize) {
    if total > ROWS {
        page.tag("p", "note", &format!("and {} more in the JSON report", total - ROWS));
    }
}

/// The class of a severity, which is also its word.
const fn class(severity: Severity) -> &'static str {
    severity.name()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures;

    fn text(report: &Report) -> String {
        String::from_utf8(html(report)).expect("UTF-8")
    }

    /// Tags in the document: each `<` of text is escaped, so that every one left is ours.
    fn tags(html: &str) -> Vec<&str> {
        let after = html.split('<').skip(1);
        after.map(|rest| rest.split(['>', ' ', '\n']).next().unwrap_or_default()).collect()
    }

    #[test]
    fn the_body_reads_as_it_did() {
        for (name, report) in
            fixtures::all().into_iter().filter(|(name, _)| ["drift", "inconclusive"].contains(name))
        {
            let html = text(&report);
            let (_, body) = html.split_once("<main>").expect("a body");
            insta::assert_snapshot!(name, body);
        }
    }

    #[test]
    fn hostile_text_adds_no_tag() {
        let (plain, hostile) =
            (fixtures::poisoned("x"), fixtures::poisoned("<script>x</script>\"'><img src=x>"));
        let (plain, hostile) = (text(&plain), text(&hostile));
        assert_eq!(tags(&plain), tags(&hostile));
        assert!(!tags(&hostile).iter().any(|tag| ["script", "img", "a", "iframe"].contains(tag)));
    }

    #[test]
    fn tags_are_balanced() {
        for (name, report) in fixtures::all() {
            let html = text(&report);
            let mut open = Vec::new();
            for tag in tags(&html).into_iter().filter(|tag| !["!doctype", "meta", "br"].contains(tag)) {
                match tag.strip_prefix('/') {
                    Some(closed) => assert_eq!(open.pop(), Some(closed), "{name}"),
                    None => open.push(tag),
                }
            }
            assert_eq!(open, Vec::<&str>::new(), "{name}");
        }
    }

    #[test]
    fn nothing_is_loaded_and_nothing_runs() {
        for (name, report) in fixtures::all() {
            let html = text(&report);
            assert!(html.contains("default-src 'none'; style-src 'unsafe-inline'"), "{name}");
            let markup = html.split_once("</style>").map_or("", |(_, body)| body);
            for forbidden in ["<script", "<link", "<img", " src=", " href=", " onload=", "url("] {
                assert!(!markup.contains(forbidden), "{name}: {forbidden}");
            }
        }
    }
}
