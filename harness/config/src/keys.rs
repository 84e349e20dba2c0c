//! Every key of `parity.toml`, what it takes and what it is for.

use envparity_model::{Code, Ecosystem};

use crate::element::{ANY, FILLED, PATTERN, address, duration, engine, image, mount, name, place, size};
use crate::rule::Verb;
use crate::shape::{Key, Shape};

/// The whole file.
pub(crate) static ROOT: Shape = Shape::Table(&[SECTIONS, ROOT_ONLY]);

/// A file of rules beside a suite.
pub(crate) static RULES_FILE: Shape = Shape::Table(&[RULES]);

/// The known pairs of waived groups, beside the configuration.
pub(crate) static PAIRS_FILE: Shape = Shape::Table(&[PAIRS]);

static PAIRS: &[Key] = &[key("pair", Shape::List(&Shape::Table(&[PAIR])), "Known differences, by group.")];

static PAIR: &[Key] = &[
    text("group", &FILLED, "The group that a waiver names."),
    key("code", Shape::Word(codes), "The code of the finding."),
    text("subject", &FILLED, "A package or fact."),
    text("case", &FILLED, "A case's id."),
    text("at", &FILLED, "The place in the response."),
    text("reference", &ANY, "What the reference has."),
    text("candidate", &ANY, "What the candidate has."),
];

const fn key(name: &'static str, shape: Shape, about: &'static str) -> Key {
    Key { name, shape, about }
}

const fn text(name: &'static str, element: &'static crate::element::Element, about: &'static str) -> Key {
    key(name, Shape::Text(element), about)
}

/// The section of the top level that has such a key.
pub(crate) fn section_with(name: &str) -> Option<&'static str> {
    let tables = SECTIONS.iter().filter(|section| !["command", "rule", "waiver"].contains(&section.name));
    tables.into_iter().find_map(|section| match &section.shape {
        Shape::Table(_) | Shape::Either(_) => section.shape.child(name).map(|_| section.name),
        _ => None,
    })
}

static SECTIONS: &[Key] = &[
    key("image", Shape::Either(IMAGE), "The image; a string is a reference."),
    key("container", Shape::Table(&[CONTAINER]), "The container, the same in every environment."),
    key(
        "environments",
        Shape::Map(&name::ENVIRONMENT, &Shape::Table(&[ENVIRONMENT])),
        "Where the service runs, by name.",
    ),
    key("compare", Shape::Table(&[COMPARE]), "What is compared with what, and how."),
    key("rule", Shape::List(&Shape::Table(&[RULE])), "What else counts as equal, or does not count."),
    key("variables", Shape::Map(&name::VARIABLE, &Shape::Scalar), "Variables that every suite sees."),
    key(
        "secrets",
        Shape::Map(&name::VARIABLE, &Shape::Table(&[SECRET])),
        "Variables whose values are never written anywhere, by reference only.",
    ),
    key(
        "command",
        Shape::List(&Shape::Table(&[COMMAND])),
        "Commands that run in each environment's container and are compared like cases.",
    ),
    key("explain", Shape::Table(&[EXPLAIN]), "How far a search for culprits goes."),
    key("policy", Shape::Table(&[POLICY]), "What fails the run."),
    key(
        "waiver",
        Shape::List(&Shape::Table(&[WAIVER])),
        "Known drifts, each with a reason, an owner and an expiry date.",
    ),
];

static ROOT_ONLY: &[Key] = &[key(
    "profiles",
    Shape::Map(&name::PROFILE, &Shape::Table(&[SECTIONS, PROFILE_ONLY])),
    "Sections that replace or add to the above under `--profile NAME`.",
)];

static PROFILE_ONLY: &[Key] = &[text("inherits", &FILLED, "Another profile to start from.")];

static RULES: &[Key] =
    &[key("rule", Shape::List(&Shape::Table(&[RULE])), "What else counts as equal, or does not count.")];

static IMAGE: &[Shape] = &[Shape::Text(&image::REFERENCE), Shape::Table(&[IMAGE_TABLE])];

static IMAGE_TABLE: &[Key] = &[
    text("build", &FILLED, "A folder to build, relative to this file."),
    text("ref", &image::REFERENCE, "An image reference: found on the reference's engine, else pulled."),
    text("archive", &FILLED, "A `docker save` archive, relative to this file."),
    text("tag", &image::REFERENCE, "The tag that a build gets."),
    text("platform", &image::PLATFORM, "For build, pull and create everywhere, as linux/amd64."),
    key("sync", Shape::Word(|| vec!["missing", "always", "never"]), "When to send the image to an engine."),
    key("transfer", Shape::Word(|| vec!["auto", "layers", "registry", "load"]), "How to send it."),
    text("dockerfile", &FILLED, "Within the folder to build."),
    key("build-args", Shape::Map(&name::ENV, &Shape::Text(&ANY)), "Values of ARG in the Dockerfile."),
    text("target", &FILLED, "The stage of the Dockerfile to stop at."),
];

static PORT: Shape = Shape::Whole(1, 65535);
static BYTES: &[Shape] = &[Shape::Text(&size::SIZE), Shape::Whole(1, i64::MAX)];

static CONTAINER: &[Key] = &[
    key(
        "port",
        Shape::Whole(1, 65535),
        "The port the service listens on; none: responses cannot be compared.",
    ),
    key("publish", Shape::List(&PORT), "Further ports to publish."),
    key("command", Shape::List(&Shape::Text(&ANY)), "Replaces the image's command."),
    key("entrypoint", Shape::List(&Shape::Text(&ANY)), "Replaces the image's entrypoint."),
    text("workdir", &name::ABSOLUTE, "The working directory."),
    text("user", &name::USER, "Name or number, with an optional group."),
    key("env", Shape::Map(&name::ENV, &Shape::Text(&ANY)), "Environment variables."),
    key(
        "mounts",
        Shape::List(&Shape::Either(MOUNT)),
        "Bind mounts and volumes as Docker writes them, or tables.",
    ),
    key("read-only", Shape::Flag, "A read-only root file system."),
    key("limits", Shape::Table(&[LIMITS]), "Limits; none: the engine's default."),
    key("init", Shape::Flag, "Run an init as the first process."),
    key(
        "extra-hosts",
        Shape::List(&Shape::Text(&address::EXTRA_HOST)),
        "Host names beside DNS, `name:address`.",
    ),
    key("cap-add", Shape::List(&Shape::Text(&name::CAPABILITY)), "Added capabilities."),
    key("cap-drop", Shape::List(&Shape::Text(&name::CAPABILITY)), "Dropped capabilities."),
    key("shm-size", Shape::Either(BYTES), "Size of /dev/shm."),
    key("ready", Shape::Table(&[READY]), "When it is ready; all given conditions must hold."),
    key(
        "services",
        Shape::Map(&name::SERVICE, &Shape::Table(&[SERVICE])),
        "Containers that start before it, reached by their names.",
    ),
];

static MOUNT: &[Shape] = &[Shape::Text(&mount::MOUNT), Shape::Table(&[MOUNT_TABLE])];

static MOUNT_TABLE: &[Key] = &[
    key(
        "type",
        Shape::Word(|| vec!["bind", "volume", "tmpfs"]),
        "What it is; without it the source decides.",
    ),
    text("source", &FILLED, "An absolute path on the engine's host, or the name of a volume."),
    text("target", &name::ABSOLUTE, "Where it stands in the container."),
    key("read-only", Shape::Flag, "The container cannot write to it."),
    key("size", Shape::Either(BYTES), "Most bytes of a tmpfs."),
];

static LIMITS: &[Key] = &[
    key("memory", Shape::Either(BYTES), "Memory, as 512m."),
    key("cpus", Shape::Number, "Processors, as 1.5."),
    key("pids", Shape::Whole(1, i64::MAX), "Processes."),
    key("nofile", Shape::Whole(1, i64::MAX), "Open files."),
];

static READY: &[Key] = &[
    text("http", &address::PATH, "A path that answers, of `status` or else any below 500."),
    key("status", Shape::Whole(100, 599), "The status that `http` answers with."),
    text("log", &FILLED, "A text in its output."),
    key("healthy", Shape::Flag, "Its health check says healthy."),
    text("timeout", &duration::DURATION, "How long to wait."),
];

static SERVICE: &[Key] = &[
    text("image", &image::REFERENCE, "Its image."),
    key("command", Shape::List(&Shape::Text(&ANY)), "Replaces the image's command."),
    key("env", Shape::Map(&name::ENV, &Shape::Text(&ANY)), "Environment variables."),
    key("port", Shape::Whole(1, 65535), "Its port, for readiness."),
    key("ready", Shape::Table(&[READY]), "When it is ready."),
];

static ENVIRONMENT: &[Key] = &[
    text(
        "engine",
        &engine::ENGINE,
        "`local`, `lab`, ssh://[user@]host[:port], tcp://host:port or unix:///path.",
    ),
    text("identity", &FILLED, "A private key file for ssh."),
    text("known-hosts", &FILLED, "Another known_hosts file for ssh."),
    text("ssh-config", &FILLED, "Another ssh configuration file."),
    text("socket", &name::ABSOLUTE, "The engine's socket on the ssh host."),
    key("tls", Shape::Table(&[TLS]), "Certificates for tcp."),
    key("allow-insecure", Shape::Flag, "Plain tcp beyond this machine is accepted, and shown in the report."),
    key(
        "attach",
        Shape::Table(&[ATTACH]),
        "A container that already runs there: never started, stopped or changed.",
    ),
    text("url", &address::URL, "An address instead of an engine: responses only."),
    key("writes", Shape::Flag, "Send methods that change data to the address too."),
    key("insecure", Shape::Flag, "Accept any certificate of the address."),
    key(
        "env",
        Shape::Map(&name::ENV, &Shape::Text(&ANY)),
        "Intended differences of env variables: facts, never drift.",
    ),
    key("image", Shape::Either(IMAGE), "Its own image; what it leaves out is as in `[image]`."),
    key("variables", Shape::Map(&name::VARIABLE, &Shape::Scalar), "Variables that suites see here only."),
    key(
        "secrets",
        Shape::Map(&name::VARIABLE, &Shape::Table(&[SECRET])),
        "Secrets that suites see here only, by reference.",
    ),
];

static SECRET: &[Key] = &[
    text("env", &name::ENV, "The environment variable that holds it."),
    text("file", &FILLED, "The file that holds it, relative to this file."),
];

static RUN: &[Shape] = &[Shape::Text(&FILLED), Shape::List(&Shape::Text(&ANY))];
static EXIT: &[Shape] = &[Shape::Whole(0, 255), Shape::Word(|| vec!["any"])];

static COMMAND: &[Key] = &[
    text("name", &name::CASE, "Its name: the case is `command NAME`."),
    key("run", Shape::Either(RUN), "The words to execute, or one text for `sh -c`."),
    text("workdir", &name::ABSOLUTE, "The working directory; none: the container's."),
    text("user", &name::USER, "Name or number, with an optional group; none: the container's."),
    key("env", Shape::Map(&name::ENV, &Shape::Text(&ANY)), "Environment variables beside the container's."),
    text("timeout", &duration::DURATION, "The longest that it may take; none: as long as a request."),
    key("expect-exit", Shape::Either(EXIT), "The exit code that it must have on the reference; none: 0."),
    key("tags", Shape::List(&Shape::Text(&name::TAG)), "What `--tag` selects it by."),
    key("skip-on", Shape::List(&Shape::Text(&FILLED)), "Environments where it is not run, by intention."),
    key("only-on", Shape::List(&Shape::Text(&FILLED)), "The only environments where it is run."),
];

static TLS: &[Key] = &[
    text("ca", &FILLED, "Certificate authority, PEM file."),
    text("cert", &FILLED, "Client certificate, PEM file."),
    text("key", &FILLED, "Client key, PEM file."),
];

static ATTACH: &[Key] = &[text("container", &FILLED, "Its name or id.")];

static COMPARE: &[Key] = &[
    text("reference", &FILLED, "The environment that the others are compared with."),
    key("candidates", Shape::List(&Shape::Text(&FILLED)), "The others; none given: all others."),
    text("baseline", &FILLED, "A folder of approved snapshots: the reference is compared with them too."),
    key(
        "suites",
        Shape::List(&Shape::Text(&FILLED)),
        "Globs of Hurl files. None: manifests and facts alone.",
    ),
    key(
        "setup",
        Shape::List(&Shape::Text(&FILLED)),
        "Globs of Hurl files that are asked before the suites in every sample; what they capture, all suites see.",
    ),
    key(
        "teardown",
        Shape::List(&Shape::Text(&FILLED)),
        "Globs of Hurl files that are asked after the suites, whatever happened before.",
    ),
    key("tags", Shape::List(&Shape::Text(&name::TAG)), "Only cases with one of these tags; none: all."),
    key("not-tags", Shape::List(&Shape::Text(&name::TAG)), "No case with one of these tags."),
    key(
        "control",
        Shape::Word(|| vec!["auto", "never"]),
        "Whether the reference is sampled twice, to learn noise.",
    ),
    text("control-gap", &duration::GAP, "The time before the second sample."),
    key("jobs", Shape::Whole(1, 256), "Suite files at once."),
    text("host", &address::AUTHORITY, "Host header towards engine environments; none: localhost:PORT."),
    text("authority", &address::AUTHORITY, "A fixed address that the suites were written against."),
    text("timeout", &duration::DURATION, "Longest time for one request."),
    key("body-cap", Shape::Either(BYTES), "Longest body."),
    key("allow-same-engine", Shape::Flag, "Two environments may be one engine or one address."),
    key("proxy", Shape::Flag, "The process's HTTP proxies apply."),
    key("ecosystems", Shape::List(&Shape::Word(ecosystems)), "Manifests to compare; none given: all."),
    key("manifests", Shape::Flag, "Compare manifests at all."),
    text("openapi", &FILLED, "An OpenAPI document that the responses of all sides are held to."),
];

static RULE: &[Key] = &[
    text("case", &FILLED, "A glob over case ids; none: every case."),
    text(
        "at",
        &place::PLACE,
        "outcome, status, header.NAME, body, a JSONPath, or a path in markup, as //td/@class.",
    ),
    key("do", Shape::Word(|| Verb::NAMES.to_vec()), "What to do there."),
    text("reason", &FILLED, "Why; `ignore` on outcome or status needs one."),
    key("abs", Shape::Number, "Tolerance: the largest difference."),
    key("rel", Shape::Number, "Tolerance: the largest difference, as a fraction of the reference."),
    key("digits", Shape::Whole(0, 30), "Round: how many decimals count."),
    text("pattern", &PATTERN, "Regex, replace: a regular expression."),
    text("with", &ANY, "Replace: what stands for a match; `$1` is its first group."),
    key("by", Shape::Either(FIELDS), "Key: the field, or the fields, that tell the items of an array apart."),
    text("capture", &name::VARIABLE, "Same-as-capture: the variable that a suite captured."),
];

static FIELDS: &[Shape] = &[Shape::Text(&FILLED), Shape::List(&Shape::Text(&FILLED))];

static EXPLAIN: &[Key] = &[
    key("trials", Shape::Whole(1, 10_000), "The most trials for one candidate."),
    text("time", &duration::DURATION, "The longest that the search for one candidate takes."),
    key("at-once", Shape::Whole(1, 64), "Trials at once, at most; each is a whole service."),
];

static POLICY: &[Key] = &[
    key("gate", Shape::Word(severities), "Findings at or above it fail the run."),
    key("levels", Shape::WordMap(codes, &Shape::Word(severities)), "Severities of codes."),
    key("packages", Shape::Word(|| vec!["any", "loaded", "proven"]), "Which package findings fail the run."),
    key(
        "required",
        Shape::List(&Shape::Text(&name::ENVIRONMENT)),
        "Candidates that must have been compared.",
    ),
    key("min-cases", Shape::Whole(0, i64::MAX), "Cases that must have been compared, at least."),
    key("max-noise", Shape::Whole(0, i64::MAX), "Places that may be learned as noise, at most."),
    key(
        "max-flaky",
        Shape::Whole(0, i64::MAX),
        "Cases that may be answered on a later attempt only, at most.",
    ),
    key("max-waiver-days", Shape::Whole(1, 36_500), "The longest life of a waiver, from the day of the run."),
];

static WAIVER: &[Key] = &[
    key("code", Shape::Word(codes), "The code of the finding."),
    text("subject", &FILLED, "A package, fact or image, as pkg:gem/rack; `*` matches."),
    text("group", &FILLED, "The group of known pairs that `parity waive --all` wrote beside this file."),
    text("case", &FILLED, "A glob over case ids."),
    text("at", &place::PLACE, "The place in the response."),
    text("environment", &FILLED, "Only in this environment."),
    key("versions", Shape::Table(&[VERSIONS]), "Only between these versions."),
    text("reason", &FILLED, "Why it is accepted."),
    text("owner", &FILLED, "Who answers for it."),
    key("expires", Shape::Date, "The last day, inclusive, in UTC."),
];

static VERSIONS: &[Key] = &[
    text("reference", &FILLED, "The reference's version; `*` matches."),
    text("candidate", &FILLED, "The candidate's version; `*` matches."),
];

fn ecosystems() -> Vec<&'static str> {
    Ecosystem::ALL.iter().map(|ecosystem| ecosystem.name()).collect()
}

fn codes() -> Vec<&'static str> {
    Code::ALL.iter().map(|code| code.name()).collect()
}

fn severities() -> Vec<&'static str> {
    vec!["info", "minor", "major", "critical"]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::{Problems, Source};
    use crate::shape::check;
    use crate::tree::{Node, Place, Table, Value};

    const PLACE: Place = Place { source: 0, layer: 0, start: 0, end: 0 };

    /// The default configuration with every key that it shows as a comment.
    fn everything() -> String {
        let shown = |line: &&str| line.starts_with('#') && !line.starts_with("# ");
        let line = |line: &str| if shown(&line) { line[1..].to_owned() } else { line.to_owned() };
        crate::default_text().lines().map(line).collect::<Vec<_>>().join("\n")
    }

    fn missing(shape: &Shape, node: &Node, path: &str, out: &mut Vec<String>) {
        match (shape, &node.value) {
            (Shape::Either(shapes), _) => shapes.iter().for_each(|shape| missing(shape, node, path, out)),
            (Shape::List(item), Value::List(items)) => {
                let tables: Vec<&Node> = items.iter().filter(|item| item.table().is_some()).collect();
                if !tables.is_empty() {
                    missing(item, &union(&tables), path, out);
                }
            }
            (Shape::Map(_, item), Value::Table(table)) => {
                let all: Vec<&Node> = table.entries.iter().map(|entry| &entry.node).collect();
                missing(item, &union(&all), &format!("{path}.*"), out);
            }
            (Shape::Table(groups), Value::Table(table)) => {
                for key in groups.iter().copied().flatten() {
                    let path = format!("{path}.{}", key.name);
                    match table.get(key.name) {
                        Some(node) => missing(&key.shape, node, &path, out),
                        None => out.push(path),
                    }
                }
            }
            _ => {}
        }
    }

    fn union(nodes: &[&Node]) -> Node {
        let mut whole = Table::default();
        for table in nodes.iter().filter_map(|node| node.table()) {
            table
                .entries
                .iter()
                .filter(|e| whole.get(&e.key).is_none())
                .cloned()
                .collect::<Vec<_>>()
                .into_iter()
                .for_each(|entry| whole.entries.push(entry));
        }
        Node { value: Value::Table(whole), place: PLACE }
    }

    #[test]
    fn the_default_shows_every_key_and_nothing_else() {
        let text = everything();
        let sources = [Source { name: "default.toml", text: Some(&text) }];
        let mut problems = Problems::new(&sources);
        let parsed = crate::syntax::parse(&text, PLACE, &mut problems);
        let whole = Node { value: Value::Table(parsed.table), place: PLACE };
        check(&whole, &ROOT, "", &mut problems);
        let mut out = Vec::new();
        missing(&ROOT, &whole, "", &mut out);
        // What a profile may hold is what stands above it; tables beside texts are shown where they are read.
        let elsewhere = [
            ".profiles.*.",
            ".container.services.*.ready.",
            ".environments.*.image.",
            ".environments.*.secrets.",
        ];
        out.retain(|path| !elsewhere.iter().any(|start| path.starts_with(start)));
        assert_eq!(problems.into_errors(), []);
        assert_eq!(out, Vec::<String>::new());
    }
}
