//! Rules at places in HTML and XML: what they settle, what they do not, and whether they were used.

mod kit;

use envparity_config::{Rule, Verb};
use envparity_core::{CaseStatus, proposals};
use kit::{Made, comparator, found, input};

fn rule(at: &str, verb: Verb) -> Rule {
    Rule { case: None, at: at.to_owned(), verb, reason: None, origin: "parity.toml:7".to_owned() }
}

fn page(body: &str) -> Made {
    Made::new(200, "text/html; charset=utf-8", format!("<!doctype html><html><body>{body}</body></html>"))
}

fn check(rules: &[Rule], bodies: [&str; 2], expected: &[&str]) {
    let [reference, candidate] = bodies.map(page);
    let result = comparator(rules).compare(&input(&reference, None, &candidate));
    assert_eq!(found(&result), expected, "{rules:?} {bodies:?}");
    assert_eq!(result.status, CaseStatus::Compared);
}

fn text(text: &str) -> String {
    text.to_owned()
}

const CELLS: [&str; 2] = [
    "<table><tr id=a><td>1</td><td>x</td></tr><tr id=b><td>2</td><td>y</td></tr></table>",
    "<table><tr id=c><td>3</td><td>x</td></tr><tr id=d><td>4</td><td>z</td></tr></table>",
];

#[test]
fn places_name_what_they_say() {
    let ignore = |at: &str| rule(at, Verb::Ignore);
    let table = "/html/body/table[1]";
    let (ids, first) = (ignore("//tr/@id"), ignore(&format!("{table}/tr[*]/td[1]")));
    let cell = "response-value /html/body/table[1]/tr[2]/td[2]";
    let (id, number) =
        ("response-value /html/body/table[1]/tr[1]/@id", "response-value /html/body/table[1]/tr[1]/td[1]");
    check(&[], CELLS, &[id, number, cell]);
    check(&[ids.clone(), first.clone()], CELLS, &[cell]);
    check(&[ids.clone(), ignore("/html/body/table/tr/td[1]")], CELLS, &[cell]);
    check(&[ids.clone(), ignore("//td")], CELLS, &[]);
    check(&[ignore("//@*"), ignore("//table//td[1]")], CELLS, &[cell]);
    check(&[ids, ignore("/html[1]/body/table/tr[2]/*")], CELLS, &[number]);
    check(&[ignore("//th"), ignore("/table"), ignore("//TD")], CELLS, &[id, number, cell]);
}

#[test]
fn what_is_ignored_may_come_and_go() {
    let ignore = |at: &str| [rule(at, Verb::Ignore)];
    let bodies = ["<p>a</p><em class=x>b</em>", "<p>a</p>"];
    check(&[], bodies, &["response-field-removed /html/body/em[1]"]);
    check(&ignore("//em"), bodies, &[]);
    check(&ignore("//em"), [bodies[1], bodies[0]], &[]);
    check(&ignore("//em/@class"), bodies, &["response-field-removed /html/body/em[1]"]);
    check(&ignore("//em/@class"), [bodies[0], "<p>a</p><em>b</em>"], &[]);
    check(&ignore("//em/@class"), [bodies[0], "<p>a</p><em>c</em>"], &["response-value /html/body/em[1]"]);
    // What another rule compares below is missed all the same.
    let kept = [rule("//em", Verb::Ignore), rule("//em/b", Verb::Format)];
    let gone = ["response-field-removed /html/body/em[1]/b[1]"];
    check(&kept, ["<p>a</p><em>x<b>1</b></em>", "<p>a</p>"], &gone);
    check(&kept, ["<em>x<b>1</b></em>", "<em>y<b>2</b></em>"], &[]);
    check(
        &kept,
        ["<em>x<b>1</b></em>", "<em>y<b>z</b></em>"],
        &["response-format /html/body/em[1]/b[1] [shape]"],
    );
}

#[test]
fn verbs_about_texts() {
    let here = "/html/body/p[1]";
    let value = ["response-value /html/body/p[1]"];
    let settles = |verb: Verb, one: &str, other: &str| {
        check(&[rule("//p", verb)], [&format!("<p>{one}</p>"), &format!("<p>{other}</p>")], &[]);
    };
    let leaves = |verb: Verb, one: &str, other: &str, left: &[&str]| {
        check(&[rule(here, verb)], [&format!("<p>{one}</p>"), &format!("<p>{other}</p>")], left);
    };
    settles(Verb::Type, "a", "b <i>c</i>");
    check(
        &[rule("//p", Verb::Type)],
        ["<p>a</p><i>b</i>", "<i>b</i>"],
        &["response-field-removed /html/body/p[1]"],
    );
    settles(Verb::Format, "2026-11-24", "2025-01-02");
    leaves(Verb::Format, "2026-11-24", "24.11.2026", &["response-format /html/body/p[1] [date-format]"]);
    let regex = || Verb::Regex { pattern: text("v[0-9]+") };
    settles(regex(), "v1", "v23");
    leaves(regex(), "v1", "v23x", &value);
    let near = || Verb::Tolerance { abs: 0.1, rel: 0.0 };
    settles(near(), "1.0", "1.1");
    leaves(near(), "1.0", "1.2", &value);
    settles(Verb::Round { digits: 1 }, "0.31", "0.30000000000000004");
    leaves(Verb::Round { digits: 1 }, "0.31", "0.36", &value);
    let replace = || Verb::Replace { pattern: text("[0-9a-f]{4}"), with: text("ID") };
    settles(replace(), "x 12ab y", "x ffff y");
    leaves(replace(), "x 12ab y", "x ffff z", &value);
    // An attribute is a text as any other.
    let links = ["<a href='/v1/x?t=1'>x</a>", "<a href='/v1/x?t=2'>x</a>"];
    let query = Verb::Replace { pattern: text(r"\?t=\d"), with: String::new() };
    check(&[rule("//a/@href", query.clone())], links, &[]);
    check(
        &[rule("//a/@href", query)],
        [links[0], "<a href='/v2/x?t=2'>x</a>"],
        &["response-value /html/body/a[1]/@href"],
    );
}

#[test]
fn children_in_any_order() {
    let list = |items: &[&str]| {
        let items: Vec<String> = items.iter().map(|item| format!("<li>{item}</li>")).collect();
        format!("<ul>{}</ul>", items.concat())
    };
    let unordered = || rule("//ul", Verb::Unordered);
    let bodies = [list(&["a", "b", "c"]), list(&["c", "a", "b"])];
    check(&[], [&bodies[0], &bodies[1]], &["response-order /html/body/ul[1]"]);
    check(&[unordered()], [&bodies[0], &bodies[1]], &[]);
    let left = ["response-value /html/body/ul[1]/li[2]"];
    check(&[unordered()], [&bodies[0], &list(&["c", "a", "d"])], &left);
    check(
        &[unordered()],
        [&bodies[0], &list(&["c", "a"])],
        &["response-field-removed /html/body/ul[1]/li[2]"],
    );
    check(&[rule("//ol", Verb::Unordered)], [&bodies[0], &bodies[1]], &["response-order /html/body/ul[1]"]);
    // Items belong together by what counts of them.
    let ids = rule("//li/@id", Verb::Ignore);
    let items = |ids: [&str; 3]| {
        format!("<ul><li id={}>a</li><li id={}>b</li><li id={}>c</li></ul>", ids[0], ids[1], ids[2])
    };
    let turned = "<ul><li id=c>c</li><li id=a>b</li><li id=b>a</li></ul>";
    check(&[unordered(), ids.clone()], [&items(["a", "b", "c"]), turned], &[]);
    check(&[ids], [&items(["a", "b", "c"]), turned], &["response-order /html/body/ul[1]"]);
}

#[test]
fn the_most_specific_rule_wins_and_beats_noise() {
    let rules = [rule("//td", Verb::Ignore), rule("/html/body/table/tr/td[2]", Verb::Format)];
    let id = rule("//@id", Verb::Ignore);
    check(&[rules[0].clone(), rules[1].clone(), id], CELLS, &[]);
    let whole = [rule("body", Verb::Ignore), rule("//p", Verb::Format)];
    check(&whole, ["<b>x</b><p>1</p>", "<i>y</i><p>2</p>"], &[]);
    check(&whole, ["<b>x</b><p>1</p>", "<i>y</i><p>z</p>"], &["response-format /html/body/p[1] [shape]"]);
    check(&whole, ["<b>x</b><p>1</p>", "<b>x</b>"], &["response-field-removed /html/body/p[1]"]);
    let compare = |rules: &[Rule]| {
        let [reference, control, candidate] = ["<p>10</p>", "<p>90</p>", "<p>50</p>"].map(page);
        found(&comparator(rules).compare(&input(&reference, Some(&control), &candidate)))
    };
    assert_eq!(compare(&[]), Vec::<String>::new());
    let near = Verb::Tolerance { abs: 1.0, rel: 0.0 };
    assert_eq!(compare(&[rule("//p", near)]), ["response-value /html/body/p[1]"]);
}

#[test]
fn xml_has_places_too() {
    let xml = |id: &str, at: &str| {
        Made::new(200, "application/xml", format!(r#"<feed><entry id="{id}"><at>{at}</at></entry></feed>"#))
    };
    let compare = |rules: &[Rule], candidate: &Made| {
        found(&comparator(rules).compare(&input(&xml("1", "10:22"), None, candidate)))
    };
    let rules = [rule("/feed/entry/@id", Verb::Ignore), rule("//at", Verb::Format)];
    assert_eq!(compare(&rules, &xml("2", "11:33")), Vec::<String>::new());
    assert_eq!(compare(&rules, &xml("2", "now")), ["response-format /feed/entry[1]/at[1] [date-format]"]);
}

#[test]
fn what_a_rule_hides_is_listed() {
    let [reference, candidate] = CELLS.map(page);
    let rules = [rule("//@id", Verb::Ignore), rule("//td[1]", Verb::Format), rule("//td[2]", Verb::Type)];
    let result = comparator(&rules).compare(&input(&reference, None, &candidate));
    let listed: Vec<String> = result.shape_only.iter().map(|l| format!("{} {}", l.at, l.why)).collect();
    assert_eq!(
        listed,
        [
            "/html/body/table[1]/tr[*]/@id ignored by the rule at parity.toml:7",
            "/html/body/table[1]/tr[*]/td[1] compared by form by the rule at parity.toml:7",
            "/html/body/table[1]/tr[*]/td[2] compared by its type by the rule at parity.toml:7",
        ]
    );
}

#[test]
fn use_is_told_apart_from_absence() {
    let rules = [rule("//td", Verb::Ignore), rule("//th", Verb::Ignore), rule("//@id", Verb::Ignore)];
    let unused = |l: &Made, r: &Made| {
        let mut comparator = comparator(&rules);
        comparator.compare(&input(l, None, r));
        comparator.unused_rules().into_iter().map(|rule| rule.at).collect::<Vec<_>>()
    };
    assert_eq!(unused(&page(CELLS[0]), &page(CELLS[1])), ["//th"]);
    assert_eq!(unused(&page("<p>a</p>"), &page("<p>b</p>")), ["//td", "//th", "//@id"]);
    // Equal bytes are never parsed: whether the place is there is unknown.
    assert_eq!(unused(&page(CELLS[0]), &page(CELLS[0])), Vec::<String>::new());
    assert_eq!(unused(&Made::json("[1]"), &Made::json("[2]")), ["//td", "//th", "//@id"]);
}

#[test]
fn rules_that_are_proposed_hold_in_markup() {
    let [reference, candidate] = CELLS.map(page);
    let result = comparator(&[]).compare(&input(&reference, None, &candidate));
    let case = envparity_model::CaseId::new("suite GET /x");
    let drift = result.drifts.iter().find(|drift| drift.at.as_deref().is_some_and(|at| at.ends_with("@id")));
    let rules = proposals(&case, drift.expect("one"), &[text("token")]).expect("rules");
    let tried: Vec<String> = rules.iter().map(|rule| format!("{} {}", rule.verb.name(), rule.at)).collect();
    assert_eq!(
        tried,
        [
            "format /html/body/table[1]/tr[*]/@id",
            "type /html/body/table[1]/tr[*]/@id",
            "format /html/body/table[*]/tr[*]/@id",
            "type /html/body/table[*]/tr[*]/@id",
        ]
    );
}
