//! Secrets are in no file of a run, in no output, on no label.

use std::fs;
use std::io::Read;
use std::path::Path;

use crate::support::{Docker, Outcome, Project};

tests!("secrets":
    no_artifact_holds_a_secret,
    no_report_made_again_holds_a_secret,
    a_secret_that_differs_is_seen_without_being_shown,
    no_label_holds_a_secret,
    a_secret_that_is_a_word_of_the_configuration,
    a_short_secret_is_no_less_secret,
    a_declared_secret_of_any_length_and_form,
    a_secret_that_cannot_be_found_is_refused,
);

/// Each is found by another road: variables, headers, answers, logs, the command line.
const CANARIES: [&str; 17] = [
    "canary-container-env",
    "canary-environment-env",
    "canary-header-value",
    "canary-config-variable",
    "canary-typed-variable",
    "canary-basic-password",
    "s3cr3t-cookie-canary",
    "Y2FuYXJ5LXVzZXI6Y2FuYXJ5LWJhc2ljLXBhc3N3b3Jk",
    "canary/by env",
    "canary%2Fby",
    "canary/by%20env",
    "canary-by-file",
    "canary-of-environment",
    "canary-typed-secret",
    "canary-of-typed-file",
    // In base64 behind one byte, as `:canary-by-file` has it.
    "jYW5hcnktYnktZmls",
    "987650123",
];

const SUITE: &str = "GET {{base}}/echo?t={{api_token}}\nAuthorization: Bearer canary-header-value\nX-Api-Key: {{api_key}}\nHTTP 200\n\n\
    GET {{base}}/echo\n[BasicAuth]\ncanary-user: canary-basic-password\nHTTP 200\n\n\
    GET {{base}}/login\nHTTP 200\n\nGET {{base}}/value\nHTTP 200\n\n\
    POST {{base}}/echo?q={{plain}}&own={{own}}\n{\"typed\": \"{{typed}} {{filed}}\", \"pin\": {{pin}}, \"wrapped\": \"OmNhbmFyeS1ieS1maWxl\"}\nHTTP 200\n\
    [Captures]\nnumber: jsonpath \"$.body\" regex /([0-9]{9})/ toInt redact\n[Asserts]\nbody contains \"987650123\"\n";

fn project() -> Project {
    Project::new()
        .with_control()
        .with_manifests()
        .container("env", "{ DB_PASSWORD = \"canary-container-env\" }")
        .candidate_env("SERVICE_TOKEN", "canary-environment-env")
        // The service gives one of them away.
        .candidate_env("VALUE_BODY", "{\"oops\":\"canary-environment-env\"}")
        .section("[variables]\napi_key = \"canary-config-variable\"\n")
        .section("[secrets]\nplain = { env = \"E2E_PLAIN\" }\nin_file = { file = \"keys/one\" }\npin = { env = \"E2E_PIN\" }\n")
        .reference_line("secrets = { own = { env = \"E2E_OWN\" } }")
        .candidate_line("secrets = { own = { env = \"E2E_OWN\" } }")
        .variable("E2E_PLAIN", "canary/by env")
        .variable("E2E_OWN", "canary-of-environment")
        .variable("E2E_PIN", "987650123")
        .file("keys/one", "canary-by-file\n")
        .file("keys/typed", "# of hurl\nfiled=canary-of-typed-file\n")
        .section("[[command]]\nname = \"tells\"\nrun = [\"/service\", \"print\", \"pin 987650123\", \"OmNhbmFyeS1ieS1maWxl\"]\n")
        .suite("secret", SUITE)
}

const ARGUMENTS: [&str; 7] = [
    "run",
    "--variable",
    "api_token=canary-typed-variable",
    "--secret",
    "typed=canary-typed-secret",
    "--secrets-file",
    "keys/typed",
];

fn files_below(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files_below(&path, found);
            continue;
        }
        let bytes = fs::read(&path).expect("readable");
        let bytes = if path.extension().is_some_and(|extension| extension == "zst") {
            let mut plain = Vec::new();
            zstd::stream::Decoder::new(bytes.as_slice())
                .and_then(|mut d| d.read_to_end(&mut plain))
                .expect("a body");
            plain
        } else {
            bytes
        };
        found.push((path.display().to_string(), bytes));
    }
}

fn holds_no_canary(outcome: &Outcome) {
    let mut files = vec![
        ("standard output".to_owned(), outcome.stdout.clone().into_bytes()),
        ("standard error".to_owned(), outcome.stderr.clone().into_bytes()),
    ];
    files_below(outcome.folder(), &mut files);
    assert!(files.len() > 8, "{}", files.len());
    let mut leaks = Vec::new();
    for (name, bytes) in &files {
        let text = String::from_utf8_lossy(bytes);
        for canary in CANARIES {
            if let Some(at) = text.find(canary) {
                let from = text[..at].char_indices().rev().nth(60).map_or(0, |(index, _)| index);
                leaks.push(format!("{canary} in {name}: …{}", &text[from..at + canary.len()]));
            }
        }
    }
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}

fn no_artifact_holds_a_secret() {
    let project = project();
    let outcome = project.parity(&ARGUMENTS);
    outcome.verdict("drift").has_all_reports();
    holds_no_canary(&outcome);
}

fn no_report_made_again_holds_a_secret() {
    let project = project();
    let first = project.parity(&ARGUMENTS);
    let again = project.parity(&["report", "latest"]);
    assert_eq!(again.code, first.code, "{}", again.words());
    assert!(CANARIES.iter().all(|canary| !again.words().contains(canary)), "{}", again.words());
    holds_no_canary(&first);
}

fn a_secret_that_differs_is_seen_without_being_shown() {
    let suite = "GET {{base}}/value\nHTTP 200\n";
    let project = Project::new()
        .section("[variables]\napi_token = \"canary-config-variable\"\n")
        .suite("secret", suite);
    let project = project.reference_env("VALUE_BODY", "{\"token\":\"canary-config-variable\"}");
    let outcome = project.candidate_env("VALUE_BODY", "{\"token\":\"another-value-there\"}").run();
    outcome.exits(1).finds("response-value", "$.token");
    holds_no_canary(&outcome);
}

fn no_label_holds_a_secret() {
    let project = project();
    let arguments = [ARGUMENTS.as_slice(), &["--keep", "always"]].concat();
    let outcome = project.parity(&arguments);
    let run = outcome.run.clone().expect("a run");
    let filter = format!("label=parity.run={run}");
    let mut labels = String::new();
    for docker in [Docker::local(), crate::support::keeper::lab().docker()] {
        for id in docker.run(&["ps", "-aq", "--filter", &filter]).lines() {
            // One that goes by itself may be gone first.
            labels.push_str(
                &docker
                    .try_run(&["inspect", "-f", "{{json .Config.Labels}} {{.Name}}", id], None)
                    .unwrap_or_default(),
            );
            docker.try_run(&["rm", "-f", id], None).ok();
        }
    }
    assert!(labels.contains(&run), "{labels}");
    assert!(CANARIES.iter().all(|canary| !labels.contains(canary)), "{labels}");
}

fn a_secret_that_is_a_word_of_the_configuration() {
    let env = "{ DB_PASSWORD = \"candidate\", API_TOKEN = \"reference\" }";
    let project = Project::new().container("env", env).gets(&["/health"]);
    let outcome = project.run();
    outcome.exits(0).verdict("parity");
    let again = project.parity(&["report", "latest"]);
    assert_eq!(again.code, Some(0), "{}", again.words());
}

fn a_short_secret_is_no_less_secret() {
    let project = Project::new().container("env", "{ DB_PASSWORD = \"q7#Z\" }").gets(&["/health"]);
    let outcome = project.parity(&["run", "--variable", "api_token=k9!X"]);
    outcome.exits(0);
    let mut files = Vec::new();
    files_below(outcome.folder(), &mut files);
    for (name, bytes) in files {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!text.contains("q7#Z") && !text.contains("k9!X"), "{name}: {text}");
    }
}

fn a_declared_secret_of_any_length_and_form() {
    let suite =
        "POST {{base}}/echo\nX-Pin: {{pin}}\n{\"pin\": {{pin}}, \"list\": [{{pin}}, 47110]}\nHTTP 200\n";
    let project = Project::local().with_control().suite("pin", suite);
    let outcome = project.parity(&["run", "--secret", "pin=4711"]);
    outcome.exits(0).verdict("parity").coverage(1, 1);
    let mut files = Vec::new();
    files_below(outcome.folder(), &mut files);
    for (name, bytes) in files.iter().filter(|(name, _)| name.contains("bodies") || name.ends_with(".ndjson"))
    {
        let text = String::from_utf8_lossy(bytes).replace("47110", "");
        assert!(!text.contains("4711"), "{name}: {text}");
    }
    // What was sent is JSON still.
    let sent = files.iter().filter(|(name, _)| name.contains("bodies"));
    assert!(
        sent.filter_map(|(_, bytes)| serde_json::from_slice::<serde_json::Value>(bytes).ok())
            .any(|body| body["list"][1] == 47110 && body["pin"].is_string()),
        "no body as it was sent"
    );
}

fn a_secret_that_cannot_be_found_is_refused() {
    let project = || {
        Project::local().section("[secrets]\npin = { env = \"E2E_MISSING\" }\nkey = { file = \"no/such\" }\n")
    };
    let outcome = project().run();
    outcome.exits(2).complains("the variable `E2E_MISSING` is not set").complains("failed to read `no/such`");
    // Nothing is sent by a check, so nothing is needed.
    project().parity(&["check"]).exits(0);
    Project::local().parity(&["run", "--secret", "canary"]).exits(2).complains("malformed `--secret`");
    let empty =
        Project::local().variable("E2E_EMPTY", "").section("[secrets]\npin = { env = \"E2E_EMPTY\" }\n");
    empty.run().exits(2).complains("the secret `pin` is empty");
}
