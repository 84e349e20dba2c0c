//! Laws: nothing panics, what is shown reads back, layers do not depend on how they are written.

use envparity_config::{Setting, Sources, resolve, rules_file};
use proptest::prelude::*;

/// Lines that a configuration is likely to have, whole and broken.
const LINES: &[&str] = &[
    "[image]",
    "[container]",
    "[container.ready]",
    "[environments.local]",
    "[environments.qa]",
    "[compare]",
    "[[rule]]",
    "[[waiver]]",
    "[policy]",
    "[profiles.ci]",
    "[profiles.ci.compare]",
    "[container.services.db]",
    "build = \"app\"",
    "ref = \"a/b:1\"",
    "image = \"a\"",
    "image = { sync = \"always\" }",
    "engine = \"local\"",
    "engine = \"ssh://u@h:22\"",
    "engine = \"tcp://h:2375\"",
    "url = \"http://h/x\"",
    "tls = { ca = \"a\" }",
    "attach = { container = \"x\" }",
    "port = 80",
    "port = 0",
    "reference = \"local\"",
    "candidates = [\"qa\"]",
    "candidates = []",
    "at = \"$.a[*]\"",
    "do = \"ignore\"",
    "reason = \"r\"",
    "expires = 2026-12-31",
    "inherits = \"ci\"",
    "timeout = \"3s\"",
    "jobs = 2",
    "mounts = [\"a:/b\", { type = \"tmpfs\", target = \"/t\" }]",
    "levels = { unstable = \"info\" }",
    "x = [1,",
    "= 1",
    "a.b.c = \"é\"",
    "# é",
    "\"\"\"",
    "suites = [\"a\"]",
];

fn document() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(LINES), 0..24).prop_map(|lines| lines.join("\n"))
}

/// Lines that go together in any choice, below the sections that they belong to.
const SECTIONS: &[(&str, &[&str])] = &[
    (
        "image",
        &[
            "build = \"app\"",
            "platform = \"linux/arm64\"",
            "sync = \"never\"",
            "build-args = { A = \"\\u00e9\\n\" }",
        ],
    ),
    (
        "container",
        &[
            "port = 80",
            "command = [\"a b\", \"\\\"\"]",
            "env = { API_TOKEN = \"t\", B = \"\" }",
            "mounts = [\"/a:/b:ro\", { type = \"tmpfs\", target = \"/t\", size = 5 }]",
            "limits = { cpus = 2, memory = \"1g\" }",
            "shm-size = \"64m\"",
        ],
    ),
    ("container.ready", &["log = \"x\"", "healthy = true", "timeout = \"1.5s\""]),
    (
        "environments.qa",
        &["engine = \"ssh://u@h:22\"", "env = { \"A.B\" = \"c\" }", "variables = { n = -1, f = 1e9 }"],
    ),
    (
        "compare",
        &[
            "jobs = 3",
            "suites = []",
            "body-cap = 1024",
            "ecosystems = [\"npm\", \"deb\"]",
            "manifests = false",
        ],
    ),
    ("variables", &["a = 1.0", "b = \"\"", "c = true"]),
    ("policy", &["gate = \"info\"", "levels = { unstable = \"critical\" }"]),
];

/// A valid configuration with any choice of those lines.
fn valid_document() -> impl Strategy<Value = String> {
    let lines = SECTIONS.iter().map(|(name, lines)| {
        let least = usize::from(name.starts_with("environments"));
        prop::sample::subsequence(lines.to_vec(), 0..=lines.len()).prop_map(move |mut chosen| {
            if least > 0 && !chosen.contains(&lines[0]) {
                chosen.insert(0, lines[0]);
            }
            format!("[{name}]\n{}\n", chosen.join("\n"))
        })
    });
    lines.collect::<Vec<_>>().prop_map(|sections| {
        let text = format!("{}[environments.zz]\nengine = \"lab\"\n", sections.concat());
        let text = text.replace("[compare]\n", "[compare]\nreference = \"zz\"\n");
        if text.contains("build = ") { text } else { without_build(&text) }
    })
}

fn without_build(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with("build-args"));
    lines.collect::<Vec<_>>().join("\n").replace("[image]\n", "[image]\nref = \"a\"\n")
}

fn setting() -> impl Strategy<Value = Setting> {
    let keys = prop::sample::select(vec![
        "image",
        "compare.jobs",
        "compare.candidates",
        "environments.qa.url",
        "rule",
        "x.y",
        "",
        "container.env.\"a b\"",
    ]);
    (keys, "\\PC{0,12}").prop_map(|(key, value)| (key.to_owned(), value, "--set".to_owned()))
}

fn check(text: &str, profile: Option<&str>, overrides: &[Setting]) {
    let sources = Sources { file: Some(("parity.toml", text)), profile, overrides };
    match resolve(&sources) {
        Ok(resolved) => {
            let config = &resolved.config;
            assert!(config.environment(&config.compare.reference).is_some());
            assert!(config.compare.candidates.iter().all(|name| config.environment(name).is_some()));
            assert!(!config.compare.candidates.contains(&config.compare.reference));
            for (key, value, origin) in &resolved.origins {
                assert!(!key.is_empty() && !value.is_empty() && !origin.is_empty());
            }
        }
        Err(errors) => {
            assert!(!errors.is_empty());
            for error in errors {
                assert!(!error.message.is_empty() && !error.file.is_empty());
                assert!(error.line as usize <= text.lines().count() + 1, "{error}");
                assert!(!error.to_string().is_empty());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_resolves_or_says_why(text in "\\PC{0,200}", profile in prop::option::of("[a-z]{0,3}")) {
        check(&text, profile.as_deref(), &[]);
    }

    #[test]
    fn any_bytes_as_text(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&String::from_utf8_lossy(&bytes), None, &[]);
    }

    #[test]
    fn any_configuration_resolves_or_says_why(
        text in document(),
        profile in prop::option::of(Just("ci")),
        overrides in prop::collection::vec(setting(), 0..4),
    ) {
        check(&text, profile, &overrides);
        let _ = rules_file("a.parity.toml", &text);
    }

    /// What `config show` prints is a configuration, and the same one.
    #[test]
    fn origins_read_back(text in valid_document()) {
        let resolved = resolve(&Sources { file: Some(("parity.toml", &text)), ..Sources::default() });
        let resolved = resolved.map_err(|errors| TestCaseError::fail(format!("{text}\n{errors:?}")))?;
        let shown: String = resolved.origins.iter().map(|(key, value, _)| format!("{key} = {value}\n")).collect();
        let again = resolve(&Sources { file: Some(("shown.toml", &shown)), ..Sources::default() });
        let again = again.map_err(|errors| TestCaseError::fail(format!("{shown}\n{errors:?}")))?;
        let (mut first, mut second) = (resolved.config, again.config);
        for config in [&mut first, &mut second] {
            // Hidden where it is shown.
            config.container.env.remove("API_TOKEN");
            config.environments.sort_by(|a, b| a.name.cmp(&b.name));
        }
        prop_assert_eq!(first, second);
    }

    /// A setting does what the same line in the file does.
    #[test]
    fn a_setting_is_a_line(jobs in 0_i64..400, timeout in "[0-9]{1,3}(ms|s|m|x)?", control in "auto|never|often") {
        let base = "image = \"a\"\n[environments.local]\nengine = \"local\"\n[compare]\n";
        let lines = format!("{base}jobs = {jobs}\ntimeout = \"{timeout}\"\ncontrol = \"{control}\"\n");
        let settings: Vec<Setting> =
            [("compare.jobs", jobs.to_string()), ("compare.timeout", timeout), ("compare.control", control)]
                .into_iter().map(|(key, value)| (key.to_owned(), value, "--set".to_owned())).collect();
        let written = resolve(&Sources { file: Some(("p", &lines)), ..Sources::default() });
        let set = resolve(&Sources { file: Some(("p", base)), profile: None, overrides: &settings });
        match (written, set) {
            (Ok(a), Ok(b)) => { prop_assert_eq!(a.config, b.config); prop_assert_eq!(a.digest, b.digest); }
            (Err(a), Err(b)) => prop_assert_eq!(a.len(), b.len()),
            (a, b) => prop_assert!(false, "{:?} {:?}", a, b),
        }
    }
}
