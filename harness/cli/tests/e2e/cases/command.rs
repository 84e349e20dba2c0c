//! Commands in the containers, compared like cases.

use crate::support::{Docker, Image, Outcome, Project, keeper};

tests!("command":
    commands_that_agree_are_parity,
    what_a_command_differs_in_is_found,
    rules_say_how_streams_are_compared,
    a_command_that_nobody_can_run_is_never_parity,
    exit_codes_that_differ_are_told_on_both_sides,
    a_program_that_one_side_lacks_is_no_parity,
    a_command_runs_in_an_attached_container,
    an_address_runs_no_command,
    commands_are_checked_and_selected,
);

fn command(name: &str, lines: &str) -> String {
    format!("[[command]]\nname = \"{name}\"\n{lines}\n")
}

fn commands_that_agree_are_parity() {
    let outcome = Project::new()
        .with_control()
        .without_port()
        .no_suites()
        .candidate_env("WHO", "the same")
        .reference_env("WHO", "the same")
        .section(&command("version", "run = [\"/service\", \"print\", \"ruby 3.1.2\"]"))
        .section(&command("noise", "run = [\"/service\", \"noise\"]"))
        .section(&command("env", "run = [\"/service\", \"env\", \"WHO\"]"))
        .section(&command(
            "own",
            "run = [\"/service\", \"env\", \"OWN\"]\nenv = { OWN = \"x\" }\nworkdir = \"/data\"",
        ))
        .section(&command("fails", "run = [\"/service\", \"exit\", \"4\", \"as meant\"]\nexpect-exit = 4"))
        .run();
    outcome.exits(0).verdict("parity").coverage(5, 5).has_all_reports();
    // What differs by nature is learned, and said.
    let noise = outcome.report()["coverage"]["noise"].clone();
    let learned = noise.as_array().expect("a list");
    assert_eq!(learned.len(), 1, "{noise:#}");
    assert_eq!(
        (learned[0]["case"].as_str(), learned[0]["at"].as_str()),
        (Some("command noise"), Some("stdout"))
    );
    assert!(outcome.junit().iter().any(|name| name.starts_with("command version ")), "{:?}", outcome.junit());
}

fn drifting() -> Outcome {
    Project::new()
        .with_control()
        .reference_env("WHO", "ruby 3.1.2")
        .candidate_env("WHO", "ruby 2.7.0")
        .section(&command("who", "run = [\"/service\", \"env\", \"WHO\"]"))
        .section(&command("ignored", "run = [\"/service\", \"env\", \"WHO\"]"))
        .section("[[rule]]\ncase = \"command ignored\"\nat = \"stdout\"\ndo = \"ignore\"\n")
        .run()
}

fn what_a_command_differs_in_is_found() {
    let outcome = drifting();
    outcome.exits(1).verdict("drift").coverage(3, 3).has_all_reports();
    let found = outcome.all("command-output");
    assert_eq!(found.len(), 1, "{}", outcome.codes());
    let finding = &found[0];
    assert_eq!(finding["case"]["id"], "command who", "{finding:#}");
    assert_eq!(finding["case"]["method"], "exec");
    assert_eq!((finding["severity"].as_str(), finding["at"].as_str()), (Some("major"), Some("stdout")));
    outcome.prints("ruby 2.7.0");
}

fn rules_say_how_streams_are_compared() {
    let run = |reference: &str, candidate: &str, rule: &str| {
        Project::local()
            .with_control()
            .without_port()
            .no_suites()
            .reference_env("WHO", reference)
            .candidate_env("WHO", candidate)
            .section(&command("who", "run = [\"/service\", \"show\", \"WHO\"]"))
            .section(&format!("[[rule]]\ncase = \"command who\"\nat = \"stdout\"\n{rule}\n"))
            .run()
    };
    for (reference, candidate, other, rule) in [
        ("ruby 3.1.2", "ruby 2.7.0", "rubi 2.7.0", "do = \"replace\"\npattern = \"[0-9.]+\"\nwith = \"N\""),
        ("ruby 3.1.2", "ruby 2.7.0", "jruby 2.7.0", "do = \"regex\"\npattern = \"ruby [0-9.]+\""),
        ("100", "101", "103", "do = \"tolerance\"\nabs = 1.5"),
        ("1.234", "1.23", "1.24", "do = \"round\"\ndigits = 2"),
        ("a\nb\na", "b\na", "b\nc", "do = \"set\""),
    ] {
        run(reference, candidate, rule).exits(0).verdict("parity").coverage(1, 1);
        run(reference, other, rule).exits(1).verdict("drift").finds("command-output", "stdout");
    }
    for verb in ["type", "only", "redact", "map-keys"] {
        let rule = format!("[[rule]]\nat = \"stdout\"\ndo = \"{verb}\"\n");
        let refused = Project::local().section(&rule).parity(&["check"]);
        refused.exits(2).complains(&format!("`{verb}` makes no sense on the output of a command"));
    }
}

fn a_command_that_nobody_can_run_is_never_parity() {
    let none = Project::local().section(&command("none", "run = [\"/no/such/program\"]")).run();
    none.exits(5).verdict("inconclusive").coverage(2, 1).prints("not-run");
    let fails =
        Project::local().section(&command("fails", "run = [\"/service\", \"exit\", \"3\", \"sorry\"]"));
    fails.run().exits(5).verdict("inconclusive").prints("exit == 0");
    let slow =
        Project::local().section(&command("slow", "run = [\"/service\", \"sleep\"]\ntimeout = \"1s\""));
    slow.run().exits(5).verdict("inconclusive").prints("timeout");
}

fn exit_codes_that_differ_are_told_on_both_sides() {
    let exit = |reference: &str, candidate: &str, expected: &str| {
        Project::local()
            .with_control()
            .without_port()
            .no_suites()
            .reference_env("CODE", reference)
            .candidate_env("CODE", candidate)
            .section(&command(
                "check",
                &format!(
                    "run = [\"/service\", \"exit\", \"CODE\", \"2 migrations\"]\nexpect-exit = {expected}"
                ),
            ))
            .run()
    };
    // What was expected on the reference, and not on the candidate.
    let fails = exit("0", "3", "0");
    fails.exits(1).verdict("drift").coverage(1, 1).has_all_reports();
    let finding = fails.finding("command-exit", Some("exit"));
    assert_eq!(finding["severity"], "critical", "{finding:#}");
    let sides = (finding["reference"].as_str(), finding["candidate"].as_str());
    assert_eq!(sides, (Some("exit 0"), Some("exit 3")), "{finding:#}");
    // Both fail, each in its own way.
    let other = exit("4", "5", "4");
    other.exits(1).verdict("drift").finds("command-exit", "exit");
    // What fails on the reference breaks its contract, whatever the candidate does.
    for candidate in ["0", "3"] {
        let broken = exit("3", candidate, "0");
        broken.exits(5).verdict("inconclusive").coverage(1, 0).finding("contract-broken", None);
    }
}

fn a_program_that_one_side_lacks_is_no_parity() {
    let tool = command("tool", "run = [\"/usr/bin/tool\"]");
    let both = Project::local().image(Image::Packages).section(&tool).run();
    both.exits(0).verdict("parity").coverage(2, 2);
    let lacks = Project::local().image(Image::Packages).candidate_image(Image::Plain).section(&tool).run();
    lacks.exits(1).verdict("drift").has_all_reports();
    let finding = lacks.finding("response-outcome", Some("outcome"));
    assert_eq!(finding["case"]["id"], "command tool", "{finding:#}");
    assert_eq!(
        (finding["severity"].as_str(), finding["reference"].as_str()),
        (Some("critical"), Some("exit 0"))
    );
    let more = Project::local().candidate_image(Image::Packages).section(&tool).run();
    let finding = more.exits(1).verdict("drift").finding("response-outcome", Some("outcome"));
    assert_eq!((finding["kind"].as_str(), finding["candidate"].as_str()), (Some("not-run"), Some("exit 0")));
}

fn a_command_runs_in_an_attached_container() {
    let docker = Docker::local();
    let name = format!("e2e-attached-command-{}", std::process::id());
    let image = keeper::image(Image::Plain);
    let publish =
        ["run", "-d", "--rm", "--name", &name, "-p", "127.0.0.1::8080", "-e", "WHO=ruby 3.1.2", &image];
    docker.run(&publish);
    let attached = format!("engine = \"local\"\nattach = {{ container = \"{name}\" }}\n");
    let run = |who: &str| {
        let project = Project::local().reference_is("there", &attached).candidate_env("WHO", who);
        project.section(&command("who", "run = [\"/service\", \"env\", \"WHO\"]")).run()
    };
    let (same, other) = (run("ruby 3.1.2"), run("ruby 2.7.0"));
    let state = docker.run(&["inspect", "-f", "{{.State.Running}} {{.RestartCount}}", &name]);
    docker.run(&["rm", "-f", &name]);
    assert_eq!(state, "true 0");
    same.exits(0).verdict("parity").coverage(2, 2);
    other.exits(1).verdict("drift").finds("command-output", "stdout").prints("WHO is ruby 2.7.0");
}

fn an_address_runs_no_command() {
    // Nothing listens there, and nothing needs to.
    let outcome = Project::local()
        .no_suites()
        .candidate_is("there", "url = \"http://127.0.0.1:9\"\n")
        .section(&command("version", "run = [\"/service\", \"print\", \"1\"]"))
        .run();
    outcome.exits(5).verdict("inconclusive");
    let absent = outcome.report()["coverage"]["not_compared"][0].clone();
    assert_eq!((absent["environment"].as_str(), absent["intended"].as_bool()), (Some("there"), Some(true)));
}

fn commands_are_checked_and_selected() {
    let project = || {
        Project::local()
            .section(&command("version", "run = \"ruby -v\"\ntags = [\"quick\"]"))
            .section(&command("tests", "run = [\"rake\", \"test\"]\ntags = [\"slow\"]"))
    };
    project().parity(&["check"]).exits(0).prints("command version   parity.toml:").prints("3 cases");
    let quick = project().parity(&["check", "--tag", "quick"]);
    quick.exits(0).prints("command version").prints("1 cases");
    project().parity(&["check", "--not-tag", "slow"]).exits(0).prints("2 cases");
    project().parity(&["run", "--tag", "none"]).exits(4).complains("tag `none` selects no case");
}
