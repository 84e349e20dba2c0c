//! What was typed: wrong words are refused with exit 2, and what needs no engine touches none.

use crate::support::Project;

tests!("usage":
    nothing_typed_shows_the_commands,
    an_unknown_command_is_refused,
    an_unknown_report_format_is_refused,
    a_malformed_variable_is_refused,
    no_configuration_says_where_it_was_looked_for,
    a_named_configuration_that_is_not_there_is_refused,
    an_unknown_run_is_refused,
    the_default_configuration_is_one,
    the_schema_is_json,
    every_shell_gets_completions,
    help_lists_the_exit_codes,
    a_reader_that_goes_away_is_no_error,
);

fn nothing_typed_shows_the_commands() {
    Project::empty().parity(&[]).exits(2).complains("Usage: parity").complains("compare");
}

fn an_unknown_command_is_refused() {
    Project::empty().parity(&["rum"]).exits(2).complains("rum").complains("run");
}

fn an_unknown_report_format_is_refused() {
    let outcome = minimal().parity(&["run", "--report", "pdf=out.pdf"]);
    outcome.exits(2).complains("`pdf`").complains("hint: one of text, json, junit, html, sarif, md, github");
}

fn a_malformed_variable_is_refused() {
    minimal().parity(&["run", "--variable", "novalue"]).exits(2).complains("`novalue`").complains("hint:");
}

fn no_configuration_says_where_it_was_looked_for() {
    Project::empty()
        .parity(&["run"])
        .exits(2)
        .complains("no `parity.toml` here or in a folder above")
        .complains("hint:");
}

fn a_named_configuration_that_is_not_there_is_refused() {
    Project::empty().parity(&["run", "-c", "there.toml"]).exits(2).complains("`there.toml`");
}

fn an_unknown_run_is_refused() {
    minimal()
        .parity(&["report", "20200101-000000-abcdef"])
        .exits(2)
        .complains("no run `20200101-000000-abcdef`")
        .complains("hint:");
}

fn the_default_configuration_is_one() {
    let project = Project::empty();
    let outcome = project.parity(&["config", "default"]);
    outcome.exits(0).prints("[compare]").prints("# The container, the same in every environment.");
    // It names no environment, since it cannot know any, and is otherwise valid.
    let text = format!("{}\n[environments.a]\nurl = \"http://127.0.0.1:1\"\n", outcome.stdout);
    Project::empty().literally(&text).parity(&["config", "show"]).exits(0).prints("compare.jobs = 1");
}

fn the_schema_is_json() {
    let outcome = Project::empty().parity(&["config", "schema"]);
    let schema: serde_json::Value = serde_json::from_str(&outcome.exits(0).stdout).expect("JSON");
    assert!(schema["properties"]["compare"].is_object() || schema["$defs"].is_object(), "{schema:#}");
}

fn every_shell_gets_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        Project::empty().parity(&["completions", shell]).exits(0).prints("parity");
    }
}

fn help_lists_the_exit_codes() {
    Project::empty()
        .parity(&["--help"])
        .exits(0)
        .prints("0 parity, or drift below the gate")
        .prints("130/143");
}

fn minimal() -> Project {
    Project::empty().literally(
        "[environments.local]\nurl = \"http://127.0.0.1:1\"\n[environments.lab]\nurl = \"http://127.0.0.1:2\"\n",
    )
}

fn a_reader_that_goes_away_is_no_error() {
    let project = Project::empty();
    let plain = project.command(&["config", "schema"]);
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "{ \"$0\" config schema; echo $? >code; } | true"]).arg(plain.get_program());
    assert!(command.current_dir(project.path("")).status().expect("a shell").success());
    assert_eq!(project.read("code").trim(), "0");
}
