//! Valid configurations: what they resolve to, and where every value is from.

use std::time::Duration;

use envparity_config::{
    CompareSpec, Config, Control, EngineSpec, ImageSource, ImageSpec, Mount, Resolved, Setting, Sources,
    Sync, Target, Variable, Verb, resolve, rules_file,
};

const DESIGN: &str = include_str!("data/design.toml");

fn from(text: &str, profile: Option<&str>, overrides: &[(&str, &str, &str)]) -> Resolved {
    let overrides: Vec<Setting> =
        overrides.iter().map(|(key, value, by)| ((*key).into(), (*value).into(), (*by).into())).collect();
    resolve(&Sources { file: Some(("parity.toml", text)), profile, overrides: &overrides }).unwrap_or_else(
        |errors| {
            panic!("{}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n"));
        },
    )
}

fn config(text: &str) -> Config {
    from(text, None, &[]).config
}

fn origins(resolved: &Resolved) -> String {
    resolved.origins.iter().map(|(key, value, origin)| format!("{key} = {value}  # {origin}\n")).collect()
}

const SMALL: &str = "image = \"team/app:1.4\"\n[environments.local]\nengine = \"local\"\n";

#[test]
fn the_example_of_the_documentation() {
    let resolved = from(DESIGN, None, &[]);
    insta::assert_snapshot!(origins(&resolved));
    let mut config = resolved.config;
    let rule = config.rules.remove(0);
    assert_eq!(rule.case.map(|case| case.as_str().to_owned()).as_deref(), Some("activity GET /activity/*"));
    assert_eq!(
        (rule.at.as_str(), rule.verb, rule.origin.as_str()),
        ("$.date", Verb::Format, "parity.toml:28")
    );
    insta::assert_debug_snapshot!(config);
}

#[test]
fn defaults_by_code_are_the_defaults_of_the_file() {
    let config = config(SMALL);
    let made = CompareSpec { reference: "local".into(), ..CompareSpec::default() };
    assert_eq!(config.compare, made);
    let minimal = Config::minimal();
    assert_eq!(config.container, minimal.container);
    assert_eq!(config.policy, minimal.policy);
    assert_eq!(config.image, Some(ImageSpec::reference("team/app:1.4")));
}

#[test]
fn everything_that_a_container_takes() {
    let config = config(include_str!("data/container.toml"));
    insta::assert_debug_snapshot!(config.container);
    assert!(config.container.mounts.contains(&Mount::Tmpfs { target: "/tmp".into(), size: Some(64 << 20) }));
}

#[test]
fn every_kind_of_environment() {
    let config = config(include_str!("data/environments.toml"));
    insta::assert_debug_snapshot!(config.environments);
    let names: Vec<&str> = config.environments.iter().map(|e| e.name.as_str()).collect();
    assert_eq!(
        names,
        ["zeta", "local", "qa", "build", "attached", "legacy", "lab"],
        "in the order of the file"
    );
}

#[test]
fn later_layers_win_and_say_so() {
    let text = "image = \"team/app:1.4\"\n[environments.local]\nengine = \"local\"\n[environments.qa]\nengine = \"lab\"\n\
                [compare]\njobs = 2\nsuites = [\"a.hurl\", \"b.hurl\"]\n[container]\nport = 80\n\
                [profiles.base]\ncompare = { jobs = 3, timeout = \"5s\" }\n\
                [profiles.ci]\ninherits = \"base\"\n[profiles.ci.compare]\njobs = 4\nsuites = [\"c.hurl\"]\n\
                [profiles.ci.policy.levels]\nresponse-header = \"info\"\n";
    let resolved = from(
        text,
        Some("ci"),
        &[("compare.control", "never", "--control"), ("compare.jobs", "9", "PARITY_JOBS")],
    );
    assert_eq!(resolved.config.compare.jobs, 9);
    assert_eq!(resolved.config.compare.control, Control::Never);
    assert_eq!(resolved.config.compare.timeout, Duration::from_secs(5));
    assert_eq!(resolved.config.compare.suites, ["c.hurl"], "arrays replace");
    let find =
        |key: &str| resolved.origins.iter().find(|(k, ..)| k == key).map(|(_, v, o)| format!("{v} {o}"));
    assert_eq!(find("compare.jobs").as_deref(), Some("9 PARITY_JOBS"));
    assert_eq!(find("compare.control").as_deref(), Some("\"never\" --control"));
    assert_eq!(find("compare.timeout").as_deref(), Some("\"5s\" profile base"));
    assert_eq!(find("compare.suites").as_deref(), Some("[\"c.hurl\"] profile ci"));
    assert_eq!(find("policy.levels.response-header").as_deref(), Some("\"info\" profile ci"));
    assert_eq!(find("compare.reference").as_deref(), Some("\"local\" default"));
    assert_eq!(find("container.port").as_deref(), Some("80 parity.toml:10"));
    assert_eq!(from(text, Some("default"), &[]).config.compare.jobs, 2);
}

#[test]
fn a_layer_that_chooses_another_alternative_replaces_the_lower_one() {
    let text = "[image]\nbuild = \"app\"\ntag = \"team/app:dev\"\nplatform = \"linux/amd64\"\n\
                [environments.local]\nengine = \"local\"\n[environments.qa]\nengine = \"ssh://qa\"\nsocket = \"/run/d.sock\"\n\
                [profiles.url.environments.qa]\nurl = \"https://qa.example\"\n\
                [profiles.url]\nimage = \"team/app:1.4\"\n";
    let config = from(text, Some("url"), &[]).config;
    let qa = config.environment("qa").map(|qa| qa.target.clone());
    assert_eq!(qa, Some(Target::Url { base: "https://qa.example".into(), writes: false, insecure: false }));
    let image = config.image.unwrap();
    assert_eq!(image.source, ImageSource::Ref("team/app:1.4".into()));
    assert_eq!((image.tag, image.platform.as_deref()), (None, Some("linux/amd64")));
}

#[test]
fn an_environments_image_keeps_what_it_does_not_say() {
    let text = "[image]\nbuild = \"app\"\ntag = \"team/app:dev\"\nplatform = \"linux/amd64\"\n\
                [environments.local]\nengine = \"local\"\n[environments.a]\nengine = \"lab\"\nimage = { sync = \"never\" }\n\
                [environments.b]\nengine = \"lab\"\nimage = \"team/app:1.3\"\n";
    let config = config(text);
    let image = |name| config.environment(name).and_then(|e| e.image.clone());
    let shared = config.image.clone().unwrap();
    assert_eq!(image("local"), None);
    assert_eq!(image("a"), Some(ImageSpec { sync: Sync::Never, ..shared }));
    let own = ImageSpec { platform: Some("linux/amd64".into()), ..ImageSpec::reference("team/app:1.3") };
    assert_eq!(image("b"), Some(own));
}

#[test]
fn environments_can_come_from_the_command_line_alone() {
    let overrides: Vec<Setting> = [
        ("image", "team/app:1.4", "--image"),
        ("environments.local.engine", "local", "--env"),
        ("environments.old.url", "http://old.example:8080/", "--env"),
        ("variables.user", "7", "--variable"),
    ]
    .iter()
    .map(|(key, value, by)| ((*key).into(), (*value).into(), (*by).into()))
    .collect();
    let config = resolve(&Sources { file: None, profile: None, overrides: &overrides }).unwrap().config;
    assert_eq!(config.compare.candidates, ["old"]);
    assert_eq!(config.environments[0].target, Target::Engine(EngineSpec::Local));
    assert_eq!(config.variables["user"], Variable::Integer(7));
}

#[test]
fn one_environment_is_the_reference() {
    let text = "image = \"a\"\n[environments.prod]\nengine = \"local\"\n";
    assert_eq!(config(text).compare.reference, "prod");
    assert!(config(text).compare.candidates.is_empty());
}

#[test]
fn secrets_are_hidden_in_origins_and_do_not_move_the_digest() {
    let text = |secret: &str| {
        format!("{SMALL}[container.env]\nAPI_TOKEN = \"{secret}\"\n[variables]\npassword = {secret}\n")
    };
    let (a, b) = (from(&text("11111111"), None, &[]), from(&text("22222222"), None, &[]));
    assert!(!origins(&a).contains("11111111"), "{}", origins(&a));
    assert_eq!(a.digest, b.digest);
    assert_ne!(a.config, b.config);
    assert_ne!(a.digest, from(SMALL, None, &[]).digest);
}

#[test]
fn rules_beside_a_suite() {
    let rules =
        rules_file("activity.parity.toml", "[[rule]]\nat = \"$.n\"\ndo = \"tolerance\"\nabs = 1\n").unwrap();
    assert_eq!(rules[0].verb, Verb::Tolerance { abs: 1.0, rel: 0.0 });
    assert_eq!(rules[0].origin, "activity.parity.toml:1");
    assert_eq!(rules_file("a", ""), Ok(Vec::new()));
    assert!(rules_file("a", "[compare]\njobs = 1\n").is_err());
}

#[test]
fn waivers_are_read() {
    let waivers = config(DESIGN).waivers;
    assert_eq!(waivers.len(), 1);
    assert_eq!(waivers[0].expires.to_string(), "2026-12-31");
}

#[test]
fn two_containers_of_one_engine_are_compared_on_request_only() {
    let text = "image = \"a\"\n[environments.local]\nengine = \"local\"\n[environments.live]\nengine = \"local\"\n\
                attach = { container = \"x\" }\n[compare]\nallow-same-engine = ";
    assert_eq!(config(&format!("{text}true")).compare.candidates, ["live"]);
    let refused = format!("{text}false");
    assert!(resolve(&Sources { file: Some(("parity.toml", &refused)), ..Sources::default() }).is_err());
}

#[test]
fn the_configuration_of_the_sample_resolves() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../suites/activity/parity.toml");
    let text = std::fs::read_to_string(path).expect("a configuration");
    assert_eq!(config(&text).compare.reference, "local");
}
