//! Services and images that do not come up, on either side.

use crate::support::{Project, project::quoted};

tests!("starting":
    a_candidate_that_exits_at_the_start,
    a_reference_that_exits_at_the_start,
    both_exit_at_the_start,
    a_candidate_that_never_listens,
    a_candidate_on_another_port,
    a_port_that_nobody_listens_on_is_not_ready,
    without_a_condition_the_port_is_waited_for,
    a_text_in_the_log,
    a_text_that_never_comes,
    a_status_that_ready_asks_for,
    a_command_that_is_not_there,
    an_image_that_is_nowhere,
    an_image_of_the_candidate_that_is_nowhere,
    a_build_without_a_folder,
    a_build_that_fails,
    an_archive_that_is_none,
    an_archive_and_its_tag,
    a_sidecar_service,
    a_sidecar_service_that_fails,
    a_mount_that_is_there,
);

fn a_candidate_that_exits_at_the_start() {
    let outcome = Project::new().with_manifests().candidate_env("START", "exit").run();
    outcome.exits(1).verdict("drift").has_all_reports();
    let found = outcome.all("service-not-started");
    assert_eq!(found.len(), 1, "{}", outcome.codes());
    assert_eq!(
        (found[0]["severity"].as_str(), found[0]["environment"].as_str()),
        (Some("critical"), Some("lab"))
    );
    outcome
        .prints("service-not-started")
        .prints("exited with code 3")
        .prints("cannot load library libexample.so.2");
}

fn a_reference_that_exits_at_the_start() {
    let outcome = Project::new().with_manifests().reference_env("START", "exit").run();
    outcome
        .exits(3)
        .verdict("inconclusive")
        .lacks("service-not-started")
        .cause(Some("local"), "exited with code 3");
    outcome.prints("cannot load library libexample.so.2");
}

fn both_exit_at_the_start() {
    Project::new()
        .env("START", "exit")
        .run()
        .exits(3)
        .verdict("inconclusive")
        .cause(Some("local"), "exited with code 3");
}

fn a_candidate_that_never_listens() {
    let project = Project::new()
        .candidate_env("START", "hang")
        .container("ready", "{ http = \"/health\", timeout = \"3s\" }");
    let outcome = project.run();
    outcome.exits(1).prints("GET /health");
    assert_eq!(outcome.all("service-not-started").len(), 1, "{}", outcome.codes());
}

fn a_candidate_on_another_port() {
    let project = Project::new()
        .candidate_env("PORT", "9090")
        .container("ready", "{ http = \"/health\", timeout = \"3s\" }");
    let outcome = project.run();
    assert_eq!(outcome.exits(1).all("service-not-started").len(), 1, "{}", outcome.codes());
}

/// docker's own proxy accepts connections to a published port whoever listens behind it.
fn a_port_that_nobody_listens_on_is_not_ready() {
    let project = Project::new().env("PORT", "9090").container("ready", "{ timeout = \"3s\" }");
    project.run().exits(3).cause(Some("local"), "listening on its port");
}

fn without_a_condition_the_port_is_waited_for() {
    Project::new()
        .container("ready", "{ timeout = \"20s\" }")
        .run()
        .exits(0)
        .verdict("parity")
        .coverage(1, 1);
}

fn a_text_in_the_log() {
    Project::new().container("ready", "{ log = \"listening on 8080\" }").run().exits(0).verdict("parity");
}

fn a_text_that_never_comes() {
    let project = Project::new().container("ready", "{ log = \"open for business\", timeout = \"2s\" }");
    project.run().exits(3).cause(Some("local"), "`open for business`");
}

fn a_status_that_ready_asks_for() {
    let ready = |status: u16| format!("{{ http = \"/value\", status = {status}, timeout = \"3s\" }}");
    Project::new().env("VALUE_STATUS", "204").container("ready", &ready(204)).gets(&["/list"]).run().exits(0);
    Project::new().container("ready", &ready(204)).run().exits(3).cause(Some("local"), "status 204");
}

fn a_command_that_is_not_there() {
    let project = Project::new().container("entrypoint", "[\"/nowhere/service\"]");
    project.run().exits(3).verdict("inconclusive").cause(Some("local"), "/nowhere/service");
}

fn an_image_that_is_nowhere() {
    let outcome = Project::new().image_lines("ref = \"envparity-e2e-no/such:image\"").run();
    outcome
        .exits(3)
        .verdict("inconclusive")
        .cause(Some("local"), "envparity-e2e-no/such:image")
        .has_all_reports();
}

fn an_image_of_the_candidate_that_is_nowhere() {
    let outcome = Project::new().candidate_line("image = { ref = \"envparity-e2e-no/such:image\" }").run();
    outcome.exits(3).verdict("inconclusive").cause(Some("lab"), "envparity-e2e-no/such:image");
}

fn a_build_without_a_folder() {
    let outcome =
        Project::new().image_lines("build = \"nowhere\"\ntag = \"envparity-e2e-no/such:build\"").run();
    outcome.exits(3).verdict("inconclusive").cause(Some("local"), "nowhere");
}

fn a_build_that_fails() {
    let project = Project::new().image_lines("build = \"app\"\ntag = \"envparity-e2e-no/such:build\"");
    let project = project.file("app/Dockerfile", "FROM scratch\nCOPY missing-file /\n");
    project.run().exits(3).verdict("inconclusive").cause(Some("local"), "missing-file");
}

fn an_archive_that_is_none() {
    let project = Project::new().image_lines("archive = \"app.tar\"").file("app.tar", "this is no archive");
    project.run().exits(3).verdict("inconclusive").cause(Some("local"), "app.tar");
}

fn an_archive_and_its_tag() {
    use crate::support::{Docker, Image, keeper};
    let tag = format!("envparity-e2e-tag/archive:{}", std::process::id());
    let project = Project::new().image_lines(&format!("archive = \"app.tar\"\ntag = {}", quoted(&tag)));
    std::fs::write(project.path("app.tar"), keeper::archive(Image::Packages, &tag)).expect("written");
    let outcome = project.with_manifests().run();
    for docker in [Docker::local(), keeper::lab().docker()] {
        docker.try_run(&["rmi", &tag], None).ok();
    }
    outcome.exits(0).verdict("parity");
    assert_eq!(outcome.report()["coverage"]["packages_equal"], 3);
}

fn sidecar(env: &str) -> Project {
    use crate::support::{Image, keeper};
    let image = quoted(&keeper::image(Image::Packages));
    Project::new().section(&format!(
        "[container.services.backing]\nimage = {image}\nport = 8080\nenv = {{ {env} }}\nready = {{ http = \"/health\", timeout = \"10s\" }}\n"
    ))
}

fn a_sidecar_service() {
    sidecar("PORT = \"8080\"").run().exits(0).verdict("parity").coverage(1, 1);
}

fn a_sidecar_service_that_fails() {
    sidecar("START = \"exit\"").run().exits(3).verdict("inconclusive").cause(Some("local"), "backing");
}

fn a_mount_that_is_there() {
    let project = Project::new()
        .container("mounts", "[{ type = \"tmpfs\", target = \"/scratch\", size = \"1m\" }]")
        .with_manifests();
    project.run().exits(0).verdict("parity");
}
