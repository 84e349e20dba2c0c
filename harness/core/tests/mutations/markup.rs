//! Changes of HTML and XML.

use std::fmt::Write;

use envparity_core::CaseStatus;
use envparity_model::Severity;
use proptest::prelude::*;

use super::kit::{Made, compare, compare_controlled, found, is_compared};

const PAGE: &str = "<!DOCTYPE html>
<html lang=\"en\">
<head><meta charset=\"utf-8\"><title>Activities</title>
<script type=\"application/json\">{\"user\": 7, \"flags\": [\"a\", \"b\"]}</script></head>
<body class=\"main wide\">
  <h1>Caf\u{e9} &amp; more</h1>
  <table><thead><tr><th>Day</th><th>Steps</th></tr></thead></table>
  <table>
    <tr><td>Mon</td><td style=\"text-align: right;\">10</td></tr>
    <tr><td>Tue</td><td>20</td></tr>
    <tr><td>2026-01-05T10:00:00Z</td><td>30</td></tr>
  </table>
  <p>One <b>two</b> three<br>four</p>
  <a href=\"http://localhost:4567/activity/run-17\" id=next>next</a>
  <input required name='q'>
  <pre>a
  b</pre>
</body>
</html>";

const FEED: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>
<feed xmlns=\"urn:a\" xmlns:m=\"urn:m\">
  <title>News</title>
  <entry m:id=\"1\"><m:at>2026-01-05T10:00:00Z</m:at><text>a &lt; b</text></entry>
  <entry m:id=\"2\"><m:at>2026-01-06T10:00:00Z</m:at><text><![CDATA[c & d]]></text></entry>
  <empty></empty>
</feed>";

fn html(body: &str) -> Made {
    Made::new(200, "text/html; charset=utf-8", body)
}

fn xml(body: &str) -> Made {
    Made::new(200, "application/xml", body)
}

fn swap(page: &str, from: &str, to: &str) -> String {
    assert_eq!(page.matches(from).count(), 1, "`{from}` stands once");
    page.replacen(from, to, 1)
}

/// (from, to, what must be found).
const PAGES: &[(&str, &str, &str)] = &[
    ("<td>20</td>", "<td>21</td>", "response-value /html/body/table[2]/tr[2]/td[2]"),
    ("more", "less", "response-value /html/body/h1[1]"),
    (
        "2026-01-05T10:00:00Z",
        "2026-01-05 10:00:00Z",
        "response-format /html/body/table[2]/tr[3]/td[1] [date-format]",
    ),
    ("Caf\u{e9}", "Cafe\u{301}", "response-format /html/body/h1[1] [unicode-form]"),
    (
        "style=\"text-align: right;\"",
        "align=\"right\"",
        "response-field-added /html/body/table[2]/tr[1]/td[2]/@align|response-field-removed /html/body/table[2]/tr[1]/td[2]/@style",
    ),
    ("text-align: right", "text-align: left", "response-value /html/body/table[2]/tr[1]/td[2]/@style"),
    ("main wide", "main", "response-value /html/body/@class"),
    ("lang=\"en\"", "lang=\"de\"", "response-value /html/@lang"),
    (" required", "", "response-field-removed /html/body/input[1]/@required"),
    ("name='q'", "name='q' max=9", "response-field-added /html/body/input[1]/@max"),
    ("activity/run-17", "activities/run-17", "response-value /html/body/a[1]/@href"),
    ("<b>two</b>", "two", "response-field-removed /html/body/p[1]/b[1]|response-value /html/body/p[1]"),
    (
        "<b>two</b>",
        "<i>two</i>",
        "response-field-added /html/body/p[1]/i[1]|response-field-removed /html/body/p[1]/b[1]",
    ),
    ("<br>", "<br><br>", "response-field-added /html/body/p[1]/br[2]"),
    ("<tr><td>Tue</td><td>20</td></tr>", "", "response-field-removed /html/body/table[2]/tr[2]"),
    ("<td>Tue</td><td>20</td>", "<td>20</td><td>Tue</td>", "response-order /html/body/table[2]/tr[2]"),
    (
        "<th>Day</th>",
        "<td>Day</td>",
        "response-field-added /html/body/table[1]/thead[1]/tr[1]/td[1]|response-field-removed /html/body/table[1]/thead[1]/tr[1]/th[1]",
    ),
    (
        "<!DOCTYPE html>",
        "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 3.2 Final//EN\">",
        "response-format body [doctype]",
    ),
    ("<!DOCTYPE html>", "", "response-format body [doctype]"),
    ("\"user\": 7", "\"user\": 8", "response-value /html/head/script[1]$.user"),
    ("[\"a\", \"b\"]", "[\"b\", \"a\"]", "response-order /html/head/script[1]$.flags"),
    ("\"user\": 7, ", "", "response-field-removed /html/head/script[1]$.user"),
    ("One <b>", "One<b>", "response-text-space body"),
    ("<h1>", "<h1>\n", "response-text-space body"),
    ("a\n  b", "a\n b", "response-value /html/body/pre[1]"),
];

#[test]
fn every_change_of_a_page_is_found_at_its_place() {
    let base = html(PAGE);
    for (from, to, expected) in PAGES {
        let candidate = html(&swap(PAGE, from, to));
        for result in [compare(&base, &candidate), compare_controlled(&base, &base.clone(), &candidate)] {
            assert_eq!(found(&result), expected.split('|').collect::<Vec<_>>(), "{from} -> {to}");
            assert!(is_compared(&result) && result.noise.is_empty());
        }
        assert!(!compare(&candidate, &base).drifts.is_empty(), "{to} -> {from}");
    }
}

/// (from, to, what must be found).
const FEEDS: &[(&str, &str, &str)] = &[
    ("News", "Olds", "response-value /feed/title[1]"),
    ("m:id=\"2\"", "m:id=\"3\"", "response-value /feed/entry[2]/@{urn:m}id"),
    (
        "m:id=\"2\"",
        "id=\"2\"",
        "response-field-added /feed/entry[2]/@id|response-field-removed /feed/entry[2]/@{urn:m}id",
    ),
    (
        "2026-01-06T10:00:00Z",
        "2026-01-06T10:00:00+00:00",
        "response-format /feed/entry[2]/at[1] [date-format]",
    ),
    ("xmlns=\"urn:a\"", "xmlns=\"urn:b\"", "response-value /feed/@xmlns"),
    ("<empty></empty>", "", "response-field-removed /feed/empty[1]"),
    ("<empty></empty>", "<empty>x</empty>", "response-value /feed/empty[1]"),
    ("<title>", "<?go now?><title>", "response-field-added /feed/?go[1]"),
    ("</feed>", "", "response-unparsable body"),
    ("</title>", "</titel>", "response-unparsable body"),
    ("&lt;", "&nope;", "response-value /feed/entry[1]/text[1]"),
    ("\n  <title>", "<title>", "response-text-space body"),
];

#[test]
fn every_change_of_a_feed_is_found_at_its_place() {
    let base = xml(FEED);
    for (from, to, expected) in FEEDS {
        let candidate = xml(&swap(FEED, from, to));
        let result = compare_controlled(&base, &base.clone(), &candidate);
        assert_eq!(found(&result), expected.split('|').collect::<Vec<_>>(), "{from} -> {to}");
        assert!(!compare(&candidate, &base).drifts.is_empty(), "{to} -> {from}");
    }
}

#[test]
fn other_markup_of_the_same_meaning_is_below_minor() {
    let pages = [
        ("<!DOCTYPE html>", "<!doctype HTML>"),
        ("lang=\"en\"", "LANG=en"),
        ("main wide", "wide  main"),
        ("&amp;", "&#38;"),
        ("Caf\u{e9}", "Caf&eacute;"),
        ("name='q'", "name=q"),
        (" required name='q'", " name='q' required=\"\""),
        ("<input required name='q'>", "<input required name='q' />"),
        ("<td>Mon</td>", "<TD >Mon</TD>"),
        ("<td>Tue</td>", "<td>Tue"),
        ("text-align: right;", "text-align:right"),
        ("</h1>", "</h1><!-- made by -->"),
        ("\"user\": 7, \"flags\"", "\"user\":7,\"flags\""),
        (
            "href=\"http://localhost:4567/activity/run-17\" id=next",
            "id=next href=\"http://localhost:4567/activity/run-17\"",
        ),
    ];
    let feeds = [
        ("\"1.0\" encoding=\"utf-8\"", "'1.0' encoding='UTF-8'"),
        ("m:id=\"1\"", "m:id='1'"),
        ("<empty></empty>", "<empty/>"),
        ("<title>", "<title >"),
        ("<![CDATA[c & d]]>", "c &amp; d"),
        ("a &lt; b", "a &#60; b"),
        ("<title>", "<!-- x --><title>"),
        ("xmlns=\"urn:a\" xmlns:m=\"urn:m\"", "xmlns:m=\"urn:m\" xmlns=\"urn:a\""),
    ];
    let check = |base: &Made, candidate: &Made, what: &str| {
        for result in [compare(base, candidate), compare(candidate, base)] {
            let loud: Vec<_> = result.drifts.iter().filter(|d| d.severity > Severity::Info).collect();
            assert!(loud.is_empty(), "{what}: {loud:?}");
            assert!(is_compared(&result), "{what}");
        }
    };
    for (from, to) in pages {
        check(&html(PAGE), &html(&swap(PAGE, from, to)), to);
    }
    for (from, to) in feeds {
        check(&xml(FEED), &xml(&swap(FEED, from, to)), to);
    }
    check(&xml(FEED), &xml(&FEED.replace("m:", "n:").replace(":m=", ":n=")), "another prefix");
    let bodied = PAGE.replace("<table>\n", "<table><tbody>\n").replace("  </table>", "  </tbody></table>");
    check(&html(PAGE), &html(&bodied), "an implied element");
}

#[test]
fn pieces_of_pages_are_compared_in_full() {
    let rows = "<tr class=\"odd\"><td>1</td></tr><tr><td>2</td></tr>";
    let judge = |to: &str| found(&compare(&html(rows), &html(to)));
    assert_eq!(judge(&rows.replace("odd", "even")), ["response-value /tr[1]/@class"]);
    assert_eq!(judge(&rows.replace('2', "3")), ["response-value /tr[2]/td[1]"]);
    // Plain text under the name of HTML is text by lines.
    let lines = "a\nb\nc";
    assert_eq!(found(&compare(&html(lines), &html("a\nx\nc"))), ["response-value body"]);
    assert_eq!(found(&compare(&html("{\"a\":1}"), &html("{\"a\":2}"))), ["response-value $.a"]);
}

#[test]
fn noise_is_learned_by_place_and_what_stands_beside_it_is_found() {
    let page = |token: &str, rows: &[(&str, &str)], title: &str| {
        let row = |(id, name): &(&str, &str)| format!("<tr id=\"{id}\"><td>{name}</td></tr>");
        let rows: String = rows.iter().map(row).collect();
        html(&format!(
            "<html><title>{title}</title><input name=\"csrf\" value=\"{token}\"><table>{rows}</table></html>"
        ))
    };
    let (a, b, c) = (
        "d41d8cd98f00b204e9800998ecf8427e",
        "0cc175b9c0f1b6a831c399e269772661",
        "92eb5ffee6ae2fec3ad71c777531578f",
    );
    let reference = page(a, &[("1", "x"), ("2", "y")], "t");
    let control = page(b, &[("2", "y"), ("1", "x")], "t");
    let judge = |candidate: Made| compare_controlled(&reference, &control, &candidate);
    let quiet = judge(page(c, &[("1", "x"), ("2", "y")], "t"));
    assert_eq!(found(&quiet), Vec::<String>::new());
    let places: Vec<&str> = quiet.noise.iter().map(|noise| noise.at.as_str()).collect();
    assert_eq!(places, ["/html/body/input[1]/@value", "/html/body/table[1]"]);
    assert_eq!(
        found(&judge(page(c, &[("2", "y"), ("1", "x")], "u"))),
        ["response-value /html/head/title[1]"]
    );
    assert_eq!(
        found(&judge(page("17", &[("2", "y"), ("1", "x")], "t"))),
        ["response-format /html/body/input[1]/@value [shape]"]
    );
    assert_eq!(
        found(&judge(page(c, &[("2", "y"), ("1", "z")], "t"))),
        ["response-value /html/body/table[1]/tr[1]/td[1]"]
    );
    // The number of rows is noise where it varies; an element that is there or not is none.
    let more = page(b, &[("1", "x"), ("2", "y"), ("3", "z")], "t");
    let result = compare_controlled(&reference, &more, &page(c, &[("1", "x")], "t"));
    assert_eq!(found(&result), Vec::<String>::new());
    let result = compare_controlled(&html("<p>a</p>"), &html("<p>a</p><hr>"), &html("<p>b</p>"));
    assert!(matches!(&result.status, CaseStatus::Inconclusive(why) if why.contains("/hr[1]")), "{result:?}");
}

#[test]
fn noise_of_one_column_leaves_the_others() {
    let page = |id: &str, steps: &str, note: &str| {
        html(&format!("<table><tr><td>{id}</td><td>{steps}</td></tr></table><p>{id}</p><p>{note}</p>"))
    };
    let judge = |candidate: Made| {
        found(&compare_controlled(&page("1017", "2000", "3000"), &page("1894", "2000", "3000"), &candidate))
    };
    assert_eq!(judge(page("1234", "2000", "3000")), Vec::<String>::new());
    assert_eq!(judge(page("1234", "2001", "3000")), ["response-value /table[1]/tr[1]/td[2]"]);
    assert_eq!(judge(page("1234", "2000", "3001")), ["response-value /p[2]"]);
}

#[test]
fn data_in_a_page_has_noise_of_its_own() {
    let page = |id: &str, n: u32| {
        html(&format!(
            "<html><script type=\"application/ld+json\">{{\"id\":\"{id}\",\"n\":{n}}}</script></html>"
        ))
    };
    let result = compare_controlled(&page("83af91", 1), &page("77bc02", 1), &page("11aa22", 1));
    assert_eq!(found(&result), Vec::<String>::new());
    assert_eq!(result.noise[0].at, "/html/head/script[1]$.id");
    let result = compare_controlled(&page("83af91", 1), &page("77bc02", 1), &page("11aa22", 2));
    assert_eq!(found(&result), ["response-value /html/head/script[1]$.n"]);
}

#[test]
fn hostile_markup_does_no_harm() {
    let deep = |n: usize, core: &str| "<div>".repeat(n) + core;
    for n in [150, 1000, 200_000] {
        assert!(!compare(&html(&deep(n, "a")), &html(&deep(n, "b"))).drifts.is_empty(), "{n}");
    }
    let nested = |core: &str| xml(&format!("{}{core}{}", "<a>".repeat(5000), "</a>".repeat(5000)));
    assert!(!compare(&nested("1"), &nested("2")).drifts.is_empty());
    let bomb = |n: u32| {
        let mut text = "<!DOCTYPE a [<!ENTITY e0 \"ha\">".to_owned();
        for n in 1..30 {
            let _ = write!(text, "<!ENTITY e{n} \"&e{};&e{};\">", n - 1, n - 1);
        }
        xml(&format!("{text}<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a b=\"&e29;\">&e29;&x;{n}</a>"))
    };
    assert_eq!(found(&compare(&bomb(1), &bomb(2))), ["response-value /a"]);
    for markup in [
        "<a><b><i><a><table><a><td>",
        "<svg><foreignObject><p></svg>",
        "<!--",
        "<![CDATA[",
        "<select><option><template>",
    ] {
        let _ = compare(&html(&markup.repeat(2000)), &html(&(markup.repeat(2000) + "x")));
        let _ = compare(&xml(markup), &xml("<a/>"));
    }
}

fn markup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<p>".to_owned()),
        Just("</p>".to_owned()),
        Just("<table>".to_owned()),
        Just("<td x='1'>".to_owned()),
        Just("</table>".to_owned()),
        Just("<b>".to_owned()),
        Just("</b>".to_owned()),
        Just("<template>".to_owned()),
        Just("<!-- c -->".to_owned()),
        Just("<script type=application/json>{\"a\":1}</script>".to_owned()),
        Just("<svg><a/>".to_owned()),
        Just("<body id=z>".to_owned()),
        Just("<!doctype html>".to_owned()),
        "[a-z &;<>\"'=]{0,6}",
    ];
    proptest::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn equal_trees_show_nothing(page in markup()) {
        prop_assume!(page.contains('<'));
        // A comment makes the bytes differ, and the trees are compared.
        for (one, other) in [(html(&page), html(&(page.clone() + "<!---->"))), (xml(&page), xml(&page))] {
            let result = compare(&one, &other);
            let loud = result.drifts.iter().filter(|drift| drift.severity > Severity::Minor).count();
            let unclosed = page.contains("<script") || page.rfind('<') > page.rfind('>');
            prop_assert!(loud == 0 || unclosed, "{:?}", found(&result));
        }
    }

    #[test]
    fn no_two_texts_do_harm(one in markup(), other in markup()) {
        for media in ["text/html", "application/xml"] {
            let of = |text: &str| Made::new(200, media, text);
            let there = compare_controlled(&of(&one), &of(&other), &of(&one));
            let _ = compare(&of(&other), &of(&one));
            prop_assert!(there.status != CaseStatus::Compared || there.drifts.iter().all(|d| d.severity <= Severity::Major));
        }
    }

    #[test]
    fn no_bytes_do_harm(one in proptest::collection::vec(any::<u8>(), 0..200), kind in 0..6usize) {
        let media = ["text/html", "text/xml; charset=shift_jis", "text/event-stream", "multipart/mixed; boundary=a",
            "application/x-www-form-urlencoded", "application/json-seq"][kind];
        let result = compare(&Made::new(200, media, &one), &Made::new(200, media, [&one[..], b"x"].concat()));
        prop_assert!(!result.drifts.is_empty() || one.is_empty() || result.status == CaseStatus::Compared);
    }
}
