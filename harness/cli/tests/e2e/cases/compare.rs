//! `parity compare`: sides instead of a configuration.

use serde_json::Value;

use crate::support::{Docker, Image, Project, keeper};

tests!("compare":
    two_images_by_what_is_installed,
    two_images_by_what_they_answer,
    one_image_with_itself,
    a_suite_over_two_images,
    requests_without_a_port_are_refused,
    an_image_that_is_nowhere,
    one_side_is_not_enough,
    a_running_container_against_an_image,
    environments_of_a_configuration,
    recordings,
    recordings_that_differ,
    a_recording_against_an_image_is_refused,
    a_recording_that_is_damaged,
    one_side_recorded_alone,
    a_side_that_cannot_be_recorded,
    secrets_of_two_recordings_need_one_key,
);

fn image(image: Image) -> String {
    keeper::image(image)
}

fn two_images_by_what_is_installed() {
    let outcome = Project::empty().parity(&["compare", &image(Image::Packages), &image(Image::OldPython)]);
    outcome.exits(1).verdict("drift").prints("foo").prints("2.1.0 → 1.4.0");
    assert_eq!(outcome.all("package-outdated").len(), 1, "{}", outcome.codes());
}

fn two_images_by_what_they_answer() {
    let (one, other) = (image(Image::Packages), image(Image::OldPython));
    let arguments =
        ["diff", &one, &other, "--port", "8080", "--ready", "/health", "--request", "GET /package/foo"];
    let outcome = Project::empty().parity(&arguments);
    outcome.exits(1).coverage(1, 1);
    let finding = outcome.finding("response-status", Some("status"));
    assert_eq!(finding["suspects"][0]["subject"], "pkg:pypi/foo", "{finding:#}");
}

fn one_image_with_itself() {
    let one = image(Image::Packages);
    let arguments =
        ["compare", &one, &one, "--port", "8080", "--request", "GET /value", "--control", "never"];
    Project::empty().parity(&arguments).exits(0).verdict("parity").coverage(1, 1);
}

fn a_suite_over_two_images() {
    let (one, other) = (image(Image::Plain), image(Image::Altered));
    let project = Project::empty()
        .file("api.hurl", "GET {{base}}/echo?who={{who}}\nHTTP 200\n\nGET {{base}}/list\nHTTP 200\n");
    let arguments = [
        "compare",
        &one,
        &other,
        "--port",
        "8080",
        "--suite",
        "api.hurl",
        "--variable",
        "who=me",
        "--control",
        "never",
    ];
    let outcome = project.parity(&arguments);
    outcome.coverage(2, 2);
    assert!(
        outcome.report()["findings"].as_array().expect("a list").iter().all(|f| f["case"].is_null()),
        "{}",
        outcome.codes()
    );
}

fn requests_without_a_port_are_refused() {
    let one = image(Image::Plain);
    Project::empty().parity(&["compare", &one, &one, "--request", "GET /value"]).exits(2).complains("--port");
}

fn an_image_that_is_nowhere() {
    let outcome = Project::empty().parity(&["compare", &image(Image::Plain), "envparity-e2e-no/such:image"]);
    outcome.exits(3).verdict("inconclusive").prints("envparity-e2e-no/such:image");
}

fn one_side_is_not_enough() {
    Project::empty().parity(&["compare", &image(Image::Plain)]).exits(2).complains("SIDE");
}

fn a_running_container_against_an_image() {
    let name = format!("e2e-side-{}", std::process::id());
    let docker = Docker::local();
    docker.run(&["run", "-d", "--rm", "--name", &name, "-p", "127.0.0.1::8080", &image(Image::OldPython)]);
    let side = format!("container:{name}");
    let arguments = [
        "compare",
        &image(Image::Packages),
        &side,
        "--port",
        "8080",
        "--request",
        "GET /value",
        "--control",
        "never",
    ];
    let outcome = Project::empty().parity(&arguments);
    let running = docker.run(&["inspect", "-f", "{{.State.Running}}", &name]);
    docker.run(&["rm", "-f", &name]);
    outcome.exits(1).coverage(1, 1);
    assert_eq!(outcome.all("package-outdated").len(), 1, "{}", outcome.codes());
    assert_eq!(running, "true");
}

fn environments_of_a_configuration() {
    let project = Project::new().image(Image::Packages).candidate_image(Image::OldPython).with_manifests();
    let outcome = project.parity(&["compare", "lab", "local", "--request", "GET /value"]);
    // Turned round: what was outdated is newer.
    outcome.exits(0).coverage(1, 1);
    assert_eq!(outcome.all("package-newer").len(), 1, "{}", outcome.codes());
}

fn record(project: &Project, environment: &str) -> String {
    let outcome = project.parity(&["record", environment]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.words());
    let path = outcome.folder().join(format!("{environment}.ndjson"));
    assert!(path.is_file(), "{}", path.display());
    path.display().to_string()
}

fn recordings() {
    let project = Project::new().image(Image::Packages).with_manifests().gets(&["/value", "/list"]);
    let (one, other) = (record(&project, "local"), record(&project, "lab"));
    // No engine is needed any more.
    let project = project.variable("DOCKER_HOST", "unix:///nowhere.sock");
    let outcome = project.parity(&["compare", &one, &other, "-o", "json"]);
    let report: Value =
        serde_json::from_str(&outcome.exits(0).stdout).unwrap_or_else(|e| panic!("{e}\n{}", outcome.words()));
    assert_eq!(
        (&report["verdict"], &report["coverage"]["compared"]),
        (&Value::from("parity"), &Value::from(2)),
        "{report:#}"
    );
    assert_eq!(report["coverage"]["packages_equal"], 3);
}

fn recordings_that_differ() {
    let project = Project::new().image(Image::Packages).candidate_image(Image::OldPython).with_manifests();
    let project = project.gets(&["/value", "/package/foo"]);
    let (one, other) = (record(&project, "local"), record(&project, "lab"));
    let outcome =
        project.parity(&["compare", &one, &other, "--report", "json=out.json", "--report", "junit=out.xml"]);
    outcome.exits(1).prints("response-status").prints("foo 2.1.0 → 1.4.0");
    let report: Value = serde_json::from_str(&project.read("out.json")).expect("JSON");
    assert_eq!(report["exit_code"], 1);
    assert!(project.read("out.xml").contains("<testcase"));
}

fn a_recording_against_an_image_is_refused() {
    let project = Project::new();
    let one = record(&project, "local");
    project.parity(&["compare", &one, &image(Image::Plain)]).exits(2).complains("hint:");
}

fn a_recording_that_is_damaged() {
    let project = Project::new().gets(&["/value", "/list"]);
    let one = record(&project, "local");
    let text = std::fs::read_to_string(&one).expect("a recording");
    let damage = |name: &str, text: &str| {
        let path = std::path::Path::new(&one).with_file_name(name);
        std::fs::write(&path, text).expect("written");
        path.display().to_string()
    };
    let nonsense = damage("nonsense.ndjson", "this is no journal\n");
    project.parity(&["compare", &one, &nonsense]).exits(3).complains("nonsense.ndjson");
    let cut = damage("cut.ndjson", &text[..text.len() - 20]);
    let outcome = project.parity(&["compare", &one, &cut]);
    // Without its last line it is incomplete, and so never parity.
    assert!(matches!(outcome.code, Some(3 | 5)), "{}", outcome.words());
    assert!(!outcome.stdout.contains("PARITY"), "{}", outcome.words());
    let gap: String =
        text.lines().filter(|line| !line.contains("GET /list")).map(|line| format!("{line}\n")).collect();
    let outcome = project.parity(&["compare", &one, &damage("gap.ndjson", &gap)]);
    assert_ne!(outcome.code, Some(0), "{}", outcome.words());
}

fn one_side_recorded_alone() {
    let project = Project::new().image(Image::Packages).with_manifests();
    let outcome = project.parity(&["record", "lab"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.words());
    outcome.prints("lab   1 cases   3 packages").prints("lab.ndjson");
    // It never says parity of what it has not compared.
    assert!(!outcome.stdout.contains("PARITY"), "{}", outcome.words());
    let report = outcome.report();
    assert_ne!(report["verdict"], "parity", "{report:#}");
}

fn a_side_that_cannot_be_recorded() {
    let outcome = Project::new().reference_env("START", "exit").parity(&["record", "local"]);
    assert_eq!(outcome.code, Some(3), "{}", outcome.words());
    outcome.complains("`local`").complains("exited with code 3");
}

fn secrets_of_two_recordings_need_one_key() {
    let project =
        || Project::local().image(Image::Packages).with_manifests().env("API_TOKEN", "canary-of-both-sides");
    let (one, other) = {
        let project = project();
        let pair = (record(&project, "local"), record(&project, "other"));
        // Each run has a key of its own: whether the secrets agree cannot be said, and so not that all does.
        let outcome = project.parity(&["compare", &pair.0, &pair.1]);
        assert!(matches!(outcome.code, Some(3 | 5)), "{}", outcome.words());
        outcome.prints("PARITY_DIGEST_KEY");
        pair
    };
    assert!(
        !std::path::Path::new(&one).exists() && !std::path::Path::new(&other).exists(),
        "of another folder"
    );
    let project = project().variable("PARITY_DIGEST_KEY", "a key of the team");
    let (one, other) = (record(&project, "local"), record(&project, "other"));
    project.parity(&["compare", &one, &other]).exits(0).prints("PARITY");
}
