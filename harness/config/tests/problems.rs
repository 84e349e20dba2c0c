//! Malformed configurations: every problem at once, with its place and what to do.

use envparity_config::{ConfigError, Setting, Sources, resolve, rules_file};

fn problems(text: &str, profile: Option<&str>, overrides: &[(&str, &str, &str)]) -> String {
    let overrides: Vec<Setting> =
        overrides.iter().map(|(key, value, by)| ((*key).into(), (*value).into(), (*by).into())).collect();
    let sources = Sources { file: Some(("parity.toml", text)), profile, overrides: &overrides };
    shown(&resolve(&sources).expect_err("a malformed configuration"))
}

fn shown(errors: &[ConfigError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n---\n")
}

macro_rules! malformed {
    ($($name:ident)+) => {$(
        #[test]
        fn $name() {
            insta::assert_snapshot!(problems(include_str!(concat!("malformed/", stringify!($name), ".toml")), None, &[]));
        }
    )+};
}

malformed!(keys types values environments compare nothing which noimage profiles syntax unclosed brace header windows rules);

#[test]
fn nothing_at_all() {
    insta::assert_snapshot!(shown(&resolve(&Sources::default()).expect_err("no environment")));
    insta::assert_snapshot!(problems("", None, &[]));
}

const GOOD: &str = "image = \"a\"\n[environments.local]\nengine = \"local\"\n[profiles.ci]\n";

#[test]
fn settings_are_named_by_what_set_them() {
    insta::assert_snapshot!(problems(
        GOOD,
        Some("cl"),
        &[
            ("compare.control", "nevr", "--control"),
            ("compare.jobs", "many", "PARITY_JOBS"),
            ("compare.reference", "qa", "--reference"),
            ("compare.tiemout", "3s", "--set"),
            ("compare timeout", "3s", "--set"),
            ("environments.qa.url", "https://u:hunter2hunter2@h", "--set"),
        ],
    ));
}

#[test]
fn a_profile_that_does_not_exist() {
    insta::assert_snapshot!(problems(
        "image = \"a\"\n[environments.local]\nengine = \"local\"\n",
        Some("ci"),
        &[]
    ));
}

#[test]
fn rules_beside_a_suite() {
    let text = "[[rule]]\nat = \"staus\"\ndo = \"ignore\"\n\n[compare]\njobs = 1\n";
    insta::assert_snapshot!(shown(&rules_file("a.parity.toml", text).expect_err("a malformed file")));
}

#[test]
fn no_message_repeats_a_secret() {
    let environments = include_str!("malformed/environments.toml");
    assert!(!problems(environments, None, &[]).contains("hunter2"));
    let text = format!(
        "{GOOD}[container.env]\nAPI_TOKEN = 12345678\n[variables]\npassword = [\"hunter2hunter2\"]\n"
    );
    let text = problems(&text, None, &[]);
    assert!(!text.contains("12345678") && !text.contains("hunter2"), "{text}");
}

#[test]
fn no_message_steers_a_terminal() {
    let text =
        problems(&format!("{GOOD}[container]\n\"a\\u001b[31m\" = 1\nuser = \"\\u0007 x\"\n"), None, &[]);
    assert!(!text.contains(['\u{1b}', '\u{7}']), "{text}");
}
