//! Scripts after a response, as asserts and captures where they are simple.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::Value;

use super::template;
use crate::hurl::{Entry, JsonPath};
use crate::imported::{Imported, Loss};

/// The scripts of a request, folder or collection as (when, text).
pub(crate) fn events(owner: &Value) -> Vec<(String, String)> {
    let events = owner.get("event").and_then(Value::as_array).into_iter().flatten();
    let event = |event: &Value| {
        let listen = event.get("listen")?.as_str()?.to_owned();
        let text = match event.pointer("/script/exec") {
            Some(Value::Array(lines)) => {
                lines.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
            }
            Some(Value::String(text)) => text.clone(),
            _ => return None,
        };
        Some((listen, text))
    };
    events.filter_map(event).collect()
}

/// Converts a script; what is not understood is listed.
pub(crate) fn convert(script: &str, subject: &str, entry: &mut Entry, imported: &mut Imported) {
    let statements = statements(script);
    if let Some(word) = statements.iter().find_map(|statement| FLOW.find(statement)) {
        let reason = format!("its test script, which has `{}` in it", word.as_str().trim());
        return imported.omit(subject, reason, Loss::Part);
    }
    let mut bodies = vec!["pm.response.json()".to_owned()];
    for statement in &statements {
        if let Some(named) = BODY.captures(statement) {
            bodies.push(named[1].to_owned());
        } else if !is_frame(statement) && !understand(statement, &bodies, entry) {
            let shown: String = statement.chars().take(80).collect();
            imported.omit(subject, format!("script: {shown}"), Loss::Part);
        }
    }
}

/// What makes the rest depend on something.
static FLOW: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(if|else|for|while|switch|try|catch|do)\b|\.forEach\(|\.map\(|\bsetNextRequest\b|^return\b")
});
static BODY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:const|let|var)\s+(\w+)\s*=\s*(?:pm\.response\.json\(\)|JSON\.parse\((?:responseBody|pm\.response\.text\(\))\))$",
    )
});
static FRAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"^(?:pm\.test\(\s*(?:"[^"]*"|'[^']*'|`[^`]*`)\s*,\s*(?:async\s*)?(?:function\s*\w*\s*\(\s*\w*\s*\)|\(?\s*\w*\s*\)?\s*=>)|\)+|console\.\w+\(.*\))$"#,
    )
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("patterns here are written by hand")
}

/// What stands around statements, or tells people something.
fn is_frame(statement: &str) -> bool {
    FRAME.is_match(statement)
}

/// The statements of a script without comments. Braces end one, so that the body of a test stands by itself.
fn statements(script: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut chars = script.chars().peekable();
    let mut depth = 0_i32;
    while let Some(c) = chars.next() {
        let end = matches!(c, ';' | '{' | '}') || c == '\n' && depth <= 0;
        match c {
            '"' | '\'' | '`' => {
                push(&mut out, c);
                while let Some(inner) = chars.next() {
                    push(&mut out, inner);
                    if inner == '\\' {
                        chars.next().into_iter().for_each(|escaped| push(&mut out, escaped));
                    } else if inner == c {
                        break;
                    }
                }
            }
            '/' if chars.peek() == Some(&'/') => while chars.next_if(|c| *c != '\n').is_some() {},
            '/' if chars.peek() == Some(&'*') => {
                let mut before = ' ';
                for inner in chars.by_ref() {
                    if before == '*' && inner == '/' {
                        break;
                    }
                    before = inner;
                }
            }
            _ if end => {
                depth = 0;
                out.push(String::new());
            }
            _ => {
                depth += i32::from(matches!(c, '(' | '[')) - i32::from(matches!(c, ')' | ']'));
                push(&mut out, if c == '\n' { ' ' } else { c });
            }
        }
    }
    // A line that begins with a dot goes on with the one before.
    let mut joined: Vec<String> = Vec::new();
    for statement in out.iter().map(|statement| statement.trim()).filter(|statement| !statement.is_empty()) {
        match joined.last_mut().filter(|_| statement.starts_with('.')) {
            Some(last) => last.push_str(statement),
            // The end of the arrow function of a test on one line.
            None => joined.push(inner_of_test(statement).to_owned()),
        }
    }
    joined
}

fn push(out: &mut [String], c: char) {
    if let Some(last) = out.last_mut() {
        last.push(c);
    }
}

/// `pm.test("…", () => X)` on one line is X.
fn inner_of_test(statement: &str) -> &str {
    static ONE_LINE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r#"^pm\.test\(\s*(?:"[^"]*"|'[^']*'|`[^`]*`)\s*,\s*\(?\s*\w*\s*\)?\s*=>\s*(pm\..+)\)$"#)
    });
    ONE_LINE.captures(statement).and_then(|found| found.get(1)).map_or(statement, |inner| inner.as_str())
}

static STATUS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:pm\.response\.to\.have\.status\((\d{3})\)|pm\.expect\(pm\.response\.code\)\.to\.(?:be\.)?(?:equal|equals|eql|eq)\((\d{3})\)|tests\[.*\]\s*=\s*responseCode\.code\s*===?\s*(\d{3}))$",
    )
});
static STATUSES: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^pm\.expect\(pm\.response\.code\)\.to\.be\.oneOf\(\[([\d\s,]+)\]\)$"));
static HEADER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"^pm\.response\.to\.have\.header\((?:"([^"]+)"|'([^']+)')\)$"#));
static HEADER_VALUE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"^pm\.expect\(pm\.response\.headers\.get\((?:"([^"]+)"|'([^']+)')\)\)\.to\.(?:be\.)?(include|contain|equal|eql|eq)\((?:"([^"]*)"|'([^']*)')\)$"#,
    )
});
static TEXT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"^pm\.expect\(pm\.response\.text\(\)\)\.to\.(?:include|contain)\((?:"([^"]*)"|'([^']*)')\)$"#)
});
static TIME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^pm\.expect\(pm\.response\.responseTime\)\.to\.be\.(?:below|lessThan)\((\d+)\)$")
});
static SET: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"^(?:pm\.(?:environment|collectionVariables|globals|variables)\.set|postman\.set(?:Environment|Global)Variable)\((?:"([^"]+)"|'([^']+)')\s*,\s*(.+)\)$"#,
    )
});
static JSON_BODY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r#"^pm\.response\.to\.have\.jsonBody\((?:"([^"]+)"|'([^']+)')(?:\s*,\s*(.+))?\)$"#)
});
static EXPECT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^pm\.expect\((.+?)\)\.(?:to|is)\.(.+)$"));

/// Whether a statement has become an assert or a capture.
fn understand(statement: &str, bodies: &[String], entry: &mut Entry) -> bool {
    if let Some(found) = STATUS.captures(statement) {
        entry.status = first(&found, &[1, 2, 3]);
    } else if statement == "pm.response.to.be.ok" {
        "200".clone_into(&mut entry.status);
    } else if statement == "pm.response.to.be.json" {
        entry.asserts.push("header \"Content-Type\" contains \"json\"".to_owned());
    } else if let Some(found) = STATUSES.captures(statement) {
        let list: Vec<&str> =
            found[1].split(',').map(str::trim).filter(|status| !status.is_empty()).collect();
        entry.asserts.push(format!("status toString matches /^({})$/", list.join("|")));
    } else if let Some(found) = HEADER.captures(statement) {
        entry.asserts.push(format!("header {} exists", quoted(&first(&found, &[1, 2]))));
    } else if let Some(found) = HEADER_VALUE.captures(statement) {
        let predicate = if ["include", "contain"].contains(&&found[3]) { "contains" } else { "==" };
        let (name, value) = (quoted(&first(&found, &[1, 2])), quoted(&first(&found, &[4, 5])));
        entry.asserts.push(format!("header {name} {predicate} {value}"));
    } else if let Some(found) = TEXT.captures(statement) {
        entry.asserts.push(format!("body contains {}", quoted(&first(&found, &[1, 2]))));
    } else if let Some(found) = TIME.captures(statement) {
        entry.asserts.push(format!("duration < {}", &found[1]));
    } else if let Some(found) = SET.captures(statement) {
        let Some((path, _)) = json_path(&found[3], bodies) else { return false };
        let name = template::variable(&first(&found, &[1, 2]));
        if ["newUuid", "newDate"].contains(&name.as_str()) {
            return false;
        }
        entry.captures.retain(|(known, _)| *known != name);
        entry.captures.push((name, path.query()));
    } else if let Some(found) = JSON_BODY.captures(statement) {
        let dotted = format!("pm.response.json().{}", first(&found, &[1, 2]));
        let Some((path, _)) = json_path(&dotted, bodies) else { return false };
        match found.get(3).map(|value| literal(value.as_str())) {
            None => entry.asserts.push(format!("{} exists", path.query())),
            Some(Some(value)) => entry.asserts.push(format!("{} == {value}", path.query())),
            Some(None) => return false,
        }
    } else if let Some(found) = EXPECT.captures(statement) {
        let Some((path, count)) = json_path(&found[1], bodies) else { return false };
        let Some(predicate) = predicate(&found[2], count) else { return false };
        let (path, predicate) = match predicate {
            Expected::Value(predicate) => (path, predicate),
            Expected::Member(name) => (path.member(&name), "exists".to_owned()),
        };
        entry.asserts.push(format!("{}{} {predicate}", path.query(), if count { " count" } else { "" }));
    } else {
        return false;
    }
    true
}

enum Expected {
    Value(String),
    /// A member of it exists.
    Member(String),
}

/// What follows `.to.`, as a predicate.
fn predicate(chain: &str, count: bool) -> Option<Expected> {
    static CALL: LazyLock<Regex> = LazyLock::new(|| pattern(r"^((?:\w+\.)*\w+)(?:\((.*)\))?$"));
    let found = CALL.captures(chain)?;
    let argument = found.get(2).map(|argument| argument.as_str().trim());
    let words: Vec<&str> = found[1]
        .split('.')
        .filter(|word| !["be", "have", "that", "is", "and", "deep"].contains(word))
        .collect();
    let (not, words) = match words.as_slice() {
        ["not", rest @ ..] => ("not ", rest),
        rest => ("", rest),
    };
    let value = || argument.and_then(literal);
    let number = || value().filter(|value| value.starts_with(|c: char| c.is_ascii_digit() || c == '-'));
    let text = match words {
        ["equal" | "equals" | "eql" | "eq"] => {
            let sign = if not.is_empty() { "==" } else { "!=" };
            return Some(Expected::Value(format!("{sign} {}", value()?)));
        }
        ["true"] => "== true".to_owned(),
        ["false"] => "== false".to_owned(),
        ["null"] => "== null".to_owned(),
        ["exist"] => "exists".to_owned(),
        // Twice not: it is there.
        ["undefined"] => {
            return Some(Expected::Value(if not.is_empty() { "not exists" } else { "exists" }.to_owned()));
        }
        ["empty"] => "isEmpty".to_owned(),
        ["a" | "an"] => match argument? {
            "\"string\"" | "'string'" => "isString",
            "\"number\"" | "'number'" => "isNumber",
            "\"boolean\"" | "'boolean'" => "isBoolean",
            "\"array\"" | "'array'" => "isList",
            "\"object\"" | "'object'" => "isObject",
            _ => return None,
        }
        .to_owned(),
        ["include" | "contain"] if !count => {
            format!("contains {}", value().filter(|value| value.starts_with('"'))?)
        }
        ["above" | "greaterThan" | "gt"] => format!("> {}", number()?),
        ["below" | "lessThan" | "lt"] => format!("< {}", number()?),
        ["at", "least"] | ["gte"] => format!(">= {}", number()?),
        ["at", "most"] | ["lte"] => format!("<= {}", number()?),
        ["length" | "lengthOf"] if !count => {
            return Some(Expected::Value(format!("count {not}== {}", number()?)));
        }
        ["property"] if not.is_empty() && !count => {
            let name = argument.filter(|argument| !argument.contains(','))?;
            let name = serde_json::from_str::<String>(&literal(name)?).ok()?;
            return Some(Expected::Member(name));
        }
        _ => return None,
    };
    Some(Expected::Value(format!("{not}{text}")))
}

/// A literal of the script as Hurl writes it.
fn literal(text: &str) -> Option<String> {
    let text = text.trim();
    if ["true", "false", "null"].contains(&text) {
        return Some(text.to_owned());
    }
    let inner = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    let inner = inner.or_else(|| text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')));
    if let Some(inner) = inner {
        return (!inner.contains(['\\', '"', '\'', '\n'])).then(|| quoted(inner));
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_number = match digits.split_once('.') {
        Some((whole, fraction)) => plain(whole) && plain(fraction),
        None => plain(digits) && digits.len() < 16,
    };
    (is_number && (digits.len() == 1 || !digits.starts_with('0') || digits.starts_with("0.")))
        .then(|| text.to_owned())
}

/// A JSONPath of an expression over the body, and whether it asks for the length of what is there.
fn json_path(expression: &str, bodies: &[String]) -> Option<(JsonPath, bool)> {
    let expression = expression.trim();
    let mut rest = bodies.iter().find_map(|body| {
        let rest = expression.strip_prefix(body.as_str())?;
        (rest.is_empty() || rest.starts_with(['.', '[', '?'])).then_some(rest)
    })?;
    let mut path = JsonPath::root();
    while !rest.is_empty() {
        rest = rest.strip_prefix('?').unwrap_or(rest);
        if let Some(after) = rest.strip_prefix('.') {
            let end =
                after.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$').unwrap_or(after.len());
            let (name, more) = after.split_at(end);
            if name == "length" && more.is_empty() {
                return Some((path, true));
            }
            path = path.member(Some(name).filter(|name| !name.is_empty())?);
            rest = more;
        } else {
            let (inner, more) = rest.strip_prefix('[')?.split_once(']')?;
            path = match inner.trim().parse::<usize>() {
                Ok(index) => path.item(index),
                Err(_) => path.member(&serde_json::from_str::<String>(&literal(inner)?).ok()?),
            };
            rest = more;
        }
    }
    Some((path, false))
}

fn quoted(text: &str) -> String {
    template::text(text).quoted()
}

fn first(found: &Captures<'_>, groups: &[usize]) -> String {
    groups
        .iter()
        .find_map(|group| found.get(*group))
        .map(|group| group.as_str().to_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converted(script: &str) -> (Entry, Vec<String>) {
        let (mut entry, mut imported) = (Entry::default(), Imported::default());
        convert(script, "GET x", &mut entry, &mut imported);
        (entry, imported.left_out.into_iter().map(|left_out| left_out.reason).collect())
    }

    #[test]
    fn simple_tests_become_asserts() {
        let (entry, lost) = converted(
            r#"
// what it answers
pm.test("Status is 201", function () {
    pm.response.to.have.status(201);
});
const body = pm.response.json();
pm.test('has an id', () => { pm.expect(body.id).to.be.a('number'); pm.expect(body["a b"][0].c)
    .to.eql("x"); });
pm.test("one", () => pm.expect(body.items.length).to.equal(3));
pm.expect(body.items).to.have.lengthOf(3);
pm.expect(body).to.have.property("name");
pm.expect(body.gone).to.not.be.undefined;
pm.expect(pm.response.responseTime).to.be.below(500);
pm.response.to.have.header("Content-Type");
pm.expect(pm.response.headers.get('Content-Type')).to.include('json');
pm.collectionVariables.set("petId", body.id);
console.log(body);
"#,
        );
        assert_eq!(lost, Vec::<String>::new());
        assert_eq!(entry.status, "201");
        assert_eq!(entry.captures, [("petId".to_owned(), "jsonpath \"$.id\"".to_owned())]);
        let expected = [
            "jsonpath \"$.id\" isNumber",
            "jsonpath \"$['a b'][0].c\" == \"x\"",
            "jsonpath \"$.items\" count == 3",
            "jsonpath \"$.items\" count == 3",
            "jsonpath \"$.name\" exists",
            "jsonpath \"$.gone\" exists",
            "duration < 500",
            "header \"Content-Type\" exists",
            "header \"Content-Type\" contains \"json\"",
        ];
        assert_eq!(entry.asserts, expected);
    }

    #[test]
    fn what_is_not_understood_is_listed() {
        let (entry, lost) = converted("pm.expect(a).to.equal(compute(1));\npm.sendRequest('x');");
        assert!(entry.asserts.is_empty());
        assert_eq!(lost, ["script: pm.expect(a).to.equal(compute(1))", "script: pm.sendRequest('x')"]);
        let (entry, lost) = converted("if (x) { pm.response.to.have.status(200); }");
        assert_eq!((entry.status.as_str(), lost.len()), ("", 1));
    }
}
