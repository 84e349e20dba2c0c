//! Whole runs: verdicts, causes, exit codes, and one report in full.

mod kit;

use envparity_config::{Config, Day, PackagePolicy, Rule, Verb, Waiver};
use envparity_core::{Analysis, CaseResult, CaseStatus, RunMeta};
use envparity_model::{
    CasePlace, Cause, Code, Disposition, Ecosystem, Engine, EnvironmentLine, Fact, FactValue, FooterLine,
    Image, LogLine, Manifest, ManifestLine, ManifestState, Masked, Package, Report, Role, Severity, Timings,
    Unread, Verdict, Way,
};
use kit::{Made, compare, place};

fn config() -> Config {
    let mut config = Config::minimal();
    config.compare.reference = "local".into();
    config.compare.candidates = vec!["qa".into()];
    config
}

fn meta(cases: &[CasePlace]) -> RunMeta {
    RunMeta {
        tool: "envparity 0.1.0".into(),
        run: "20261124T095800Z-abc123".into(),
        started: "2026-11-24T09:58:00Z".into(),
        command: "parity run".into(),
        cases: cases.to_vec(),
        suites: !cases.is_empty(),
        full_run: true,
        ..RunMeta::default()
    }
}

fn line(role: Role) -> EnvironmentLine {
    EnvironmentLine {
        role,
        engine: Some(Engine {
            id: "E".into(),
            version: "28.2".into(),
            api: "1.50".into(),
            endpoint: "local".into(),
            insecure: false,
        }),
        image: Some(Image {
            r#ref: "team/app:1.4".into(),
            id: "i".into(),
            identity: "89dd394d".into(),
            size: 1,
        }),
        authority: "localhost:4567".into(),
        url: Some("http://127.0.0.1:32770".into()),
        ready_ms: Some(400),
        failed: None,
        intended: Vec::new(),
    }
}

fn pypi(name: &str, version: &str) -> Package {
    Package {
        ecosystem: Ecosystem::Pypi,
        name: name.into(),
        version: version.into(),
        location: format!("/usr/lib/python3/dist-packages/{name}-{version}.dist-info/METADATA"),
        arch: None,
        owner: None,
        digest: None,
        loaded: true,
        requires: Vec::new(),
    }
}

fn manifest(packages: Vec<Package>, facts: Vec<Fact>) -> ManifestLine {
    present(Manifest { packages, facts, ..Manifest::default() })
}

fn present(manifest: Manifest) -> ManifestLine {
    ManifestLine {
        state: ManifestState::Present { way: Way::Sidecar, cached: false, manifest },
        wire_bytes: 0,
        wall_ms: 0,
    }
}

fn complete() -> FooterLine {
    FooterLine { end: "complete".into(), exchanges: 1, duration_ms: 2300 }
}

/// A run in which everything is well, to be spoilt.
struct Run {
    config: Config,
    meta: RunMeta,
    lines: [EnvironmentLine; 2],
    manifests: [Option<ManifestLine>; 2],
    footers: [Option<FooterLine>; 2],
    logs: Vec<(&'static str, LogLine)>,
    cases: Vec<(CasePlace, CaseResult)>,
    causes: Vec<Cause>,
}

impl Run {
    fn new() -> Self {
        let case = place("suite GET /x");
        let same = compare(&Made::json("{}"), &Made::json("{}"));
        let packages = || manifest(vec![pypi("flask", "2.0.3")], vec![Fact::plain("timezone", "Etc/UTC")]);
        Self {
            config: config(),
            meta: meta(std::slice::from_ref(&case)),
            lines: [line(Role::Reference), line(Role::Candidate)],
            manifests: [Some(packages()), Some(packages())],
            footers: [Some(complete()), Some(complete())],
            logs: Vec::new(),
            cases: vec![(case, same)],
            causes: Vec::new(),
        }
    }

    fn with(change: impl FnOnce(&mut Self)) -> Report {
        let mut run = Self::new();
        change(&mut run);
        run.report()
    }

    fn report(self) -> Report {
        let mut analysis = Analysis::new(self.meta, &self.config);
        for (at, name) in ["local", "qa"].into_iter().enumerate() {
            analysis.environment(name, &self.lines[at]);
            if let Some(manifest) = &self.manifests[at] {
                analysis.manifest(name, manifest);
            }
            for (_, log) in self.logs.iter().filter(|(of, _)| *of == name) {
                analysis.log(name, log);
            }
            analysis.ended(name, self.footers[at].as_ref());
        }
        for (place, result) in self.cases {
            analysis.case("qa", &place, result);
        }
        self.causes.into_iter().for_each(|cause| analysis.cause(cause));
        analysis.finish(Timings::default(), vec!["report.json".into()])
    }

    fn result(&mut self, reference: &Made, candidate: &Made) {
        self.cases[0].1 = compare(reference, candidate);
    }
}

fn said(report: &Report) -> (Verdict, i32) {
    assert_eq!(report.gate.passed, report.exit_code == 0);
    (report.verdict, report.exit_code)
}

fn codes(report: &Report) -> Vec<&'static str> {
    report.findings.iter().map(|f| f.code.name()).collect()
}

const PARITY: (Verdict, i32) = (Verdict::Parity, 0);
const DRIFT: (Verdict, i32) = (Verdict::Drift, 1);
const INCONCLUSIVE: (Verdict, i32) = (Verdict::Inconclusive, 5);
const FAILED: (Verdict, i32) = (Verdict::Inconclusive, 3);

#[test]
fn parity_is_earned() {
    let report = Run::with(|_| {});
    assert_eq!(said(&report), PARITY);
    assert_eq!((report.coverage.compared, report.coverage.packages_equal), (1, 1));
    assert!(report.coverage.facts_equal >= 1 && report.duration_ms == 2300);
    assert!(report.findings.is_empty() && report.causes.is_empty());
}

#[test]
fn cases_that_share_an_id_are_not_all_compared() {
    let report = Run::with(|run| {
        let twin = run.meta.cases[0].clone();
        run.meta.cases.push(twin);
    });
    assert_eq!(said(&report), INCONCLUSIVE);
    assert!(report.causes[0].message.contains("shares its id"), "{:?}", report.causes);
}

#[test]
fn nothing_that_did_not_run_is_parity() {
    let missing = Run::with(|run| run.cases.clear());
    assert_eq!(said(&missing), INCONCLUSIVE);
    assert_eq!(missing.coverage.not_compared.len(), 1);
    assert_eq!(said(&Run::with(|run| run.footers[1] = None)), INCONCLUSIVE);
    assert_eq!(said(&Run::with(|run| run.manifests[0] = None)), FAILED);
    let failed = ManifestState::Failed { reason: "no way".into() };
    let line = ManifestLine { state: failed, wire_bytes: 0, wall_ms: 0 };
    assert_eq!(said(&Run::with(|run| run.manifests[1] = Some(line))), FAILED);
    let unread = Unread { ecosystem: Some(Ecosystem::Pypi), path: "/x".into(), reason: "denied".into() };
    let part =
        Manifest { packages: vec![pypi("flask", "2.0.3")], unread: vec![unread], ..Manifest::default() };
    assert_eq!(said(&Run::with(|run| run.manifests[1] = Some(present(part)))), INCONCLUSIVE);
    let result = |status| Run::with(|run: &mut Run| run.cases[0].1 = CaseResult::new(status));
    assert_eq!(said(&result(CaseStatus::Inconclusive("x".into()))), INCONCLUSIVE);
    assert_eq!(said(&Run::with(|run| run.cases[0].1 = CaseResult::not_compared(None, "x"))), INCONCLUSIVE);
    let intended = CaseStatus::NotCompared { environment: None, reason: "skipped".into(), intended: true };
    assert_eq!(said(&result(intended)), INCONCLUSIVE, "no case was compared at all");
    let nothing = Run::with(|run| {
        run.cases.clear();
        run.meta.cases.clear();
        run.meta.suites = false;
        run.config.compare.manifests = false;
    });
    assert_eq!(said(&nothing), INCONCLUSIVE);
}

#[test]
fn manifests_alone_can_earn_parity() {
    let report = Run::with(|run| {
        run.cases.clear();
        run.meta.cases.clear();
        run.meta.suites = false;
    });
    assert_eq!(said(&report), PARITY);
}

#[test]
fn a_broken_contract_is_told_and_never_parity() {
    let report = Run::with(|run| {
        let broken = Made::json("{}").status(404).assert("HTTP 200", false);
        run.result(&broken, &broken);
    });
    assert_eq!(said(&report), INCONCLUSIVE);
    assert_eq!(codes(&report), ["contract-broken"]);
    assert_eq!((report.findings[0].environment.as_str(), report.coverage.broken.len()), ("local", 1));
}

#[test]
fn a_wrong_base_path_is_never_parity() {
    let missing = Made::text("not found").status(404);
    assert_eq!(said(&Run::with(|run| run.result(&missing, &missing))), INCONCLUSIVE);
    // Unless the suite means it.
    let meant = missing.clone().assert("HTTP 404", true);
    assert_eq!(said(&Run::with(|run| run.result(&meant, &meant))), PARITY);
    let any = missing.assert("HTTP *", true);
    assert_eq!(said(&Run::with(|run| run.result(&any, &any))), INCONCLUSIVE);
}

#[test]
fn errors_of_the_server_on_both_sides_are_never_parity() {
    let broken = Made::text("out of memory").status(500);
    assert_eq!(said(&Run::with(|run| run.result(&broken, &broken))), INCONCLUSIVE);
    let meant = broken.assert("HTTP 500", true);
    assert_eq!(said(&Run::with(|run| run.result(&meant, &meant))), PARITY);
}

#[test]
fn services_that_do_not_start_or_die() {
    let failed = |at: usize| {
        Run::with(|run| {
            run.lines[at].failed = Some(
                "exited with 1\nImportError: cannot import name 'override' from 'typing_extensions'".into(),
            );
            run.manifests[at] = None;
            run.cases[0].1 = CaseResult::not_compared(None, "the service did not start");
            run.manifests[0] =
                Some(manifest(vec![pypi("typing-extensions", "4.12.2"), pypi("flask", "3.0")], vec![]));
        })
    };
    let report = failed(1);
    assert_eq!(said(&report), DRIFT);
    assert_eq!(codes(&report), ["service-not-started"]);
    assert_eq!(said(&failed(0)), FAILED);
    let log = |of: &str| LogLine { of: of.into(), tail: "boom\n".into(), exit_code: Some(139) };
    let died = |at: usize, of: &'static str| {
        Run::with(|run| {
            run.logs.push((["local", "qa"][at], log(of)));
        })
    };
    assert_eq!(said(&died(1, "primary")), DRIFT);
    assert_eq!(died(1, "primary").findings[0].candidate.as_deref(), Some("exited with 139: boom"));
    assert_eq!(said(&died(0, "primary")), FAILED);
    assert_eq!(said(&died(0, "control")), INCONCLUSIVE);
    let lost = Run::with(|run| {
        run.footers[1] = Some(FooterLine { end: "environment-lost".into(), exchanges: 0, duration_ms: 1 });
        run.result(&Made::json("1"), &Made::json("2"));
    });
    assert_eq!(said(&lost), FAILED);
    assert_eq!(codes(&lost), ["response-value"], "drift found before is still told");
}

#[test]
fn the_gate_decides() {
    let minor = |run: &mut Run| run.result(&Made::json("[1]"), &Made::json("[1,2]"));
    assert_eq!(said(&Run::with(minor)), (Verdict::Drift, 0));
    let strict = Run::with(|run| {
        minor(run);
        run.config.policy.gate = Severity::Minor;
    });
    assert_eq!(said(&strict), DRIFT);
    let raised = Run::with(|run| {
        minor(run);
        run.config.policy.levels.insert(Code::ResponseLength, Severity::Critical);
    });
    assert_eq!(said(&raised), DRIFT);
    let info = Run::with(|run| {
        run.result(&Made::json("{}").header("server", "a"), &Made::json("{}").header("server", "b"));
    });
    assert_eq!(said(&info), PARITY);
}

#[test]
fn causes_outrank_in_their_order() {
    let cause = |exit_code: i32| Cause { environment: None, exit_code, message: "x".into(), hint: None };
    for (causes, exit) in
        [(vec![5, 3], 3), (vec![3, 4], 3), (vec![4], 4), (vec![5], 1), (vec![3, 130], 130), (vec![70, 2], 70)]
    {
        let report = Run::with(|run| {
            run.result(&Made::json("1"), &Made::json("2"));
            run.causes = causes.iter().map(|code| cause(*code)).collect();
        });
        assert_eq!(report.exit_code, exit, "{causes:?}");
    }
}

#[test]
fn package_policy_counts_what_it_says() {
    let older = |policy: PackagePolicy, is_loaded: bool| {
        Run::with(|run| {
            let mut package = pypi("flask", "1.0");
            package.loaded = is_loaded;
            let mut first = pypi("flask", "2.0.3");
            first.loaded = is_loaded;
            run.manifests = [Some(manifest(vec![first], vec![])), Some(manifest(vec![package], vec![]))];
            run.config.policy.packages = policy;
        })
    };
    assert_eq!(said(&older(PackagePolicy::Any, false)), DRIFT);
    assert_eq!(said(&older(PackagePolicy::Loaded, true)), DRIFT);
    assert_eq!(said(&older(PackagePolicy::Loaded, false)), (Verdict::Drift, 0));
    assert_eq!(said(&older(PackagePolicy::Proven, true)), (Verdict::Drift, 0));
}

#[test]
fn facts_have_their_codes() {
    let facts = |list: &[(&str, &str)]| {
        let facts = list.iter().map(|(name, value)| Fact::plain(*name, *value)).collect();
        Some(manifest(vec![pypi("flask", "2.0.3")], facts))
    };
    let names = [
        "architecture",
        "clock.offset",
        "engine.storage",
        "engine.version",
        "env.A",
        "env.HOSTNAME",
        "env.RACK_ENV",
        "image.identity",
        "kernel",
        "limits.memory",
        "locale",
        "mounts./x",
        "os",
        "runtime.ruby",
        "timezone",
        "user",
    ];
    let one: Vec<(&str, &str)> = names.iter().map(|n| (*n, "1")).collect();
    let two: Vec<(&str, &str)> = names.iter().map(|n| (*n, "9")).collect();
    let report = Run::with(|run| {
        run.manifests = [facts(&one), facts(&two)];
        run.lines[1].intended = vec!["env.RACK_ENV".into()];
    });
    let mut told: Vec<String> = report
        .findings
        .iter()
        .map(|f| format!("{} {} {}", f.subject.as_deref().unwrap_or("-"), f.code, f.severity))
        .collect();
    told.sort();
    insta::assert_snapshot!(told.join("\n"), @r"
    architecture architecture-differs critical
    clock.offset clock-differs info
    engine.storage storage-differs info
    engine.version engine-differs info
    env.A env-differs minor
    env.RACK_ENV override-intended info
    image.identity image-differs info
    kernel kernel-differs info
    limits.memory limits-differ minor
    locale locale-differs minor
    mounts./x mounts-differ minor
    os runtime-differs minor
    runtime.ruby runtime-differs minor
    timezone time-zone-differs minor
    user user-differs minor
    ");
    assert_eq!(report.facts.iter().filter(|f| f.intended).count(), 1);
}

#[test]
fn secrets_under_other_keys_are_not_compared() {
    let secret = |key: &str| {
        let value = FactValue::Masked(Masked { digest: "00".into(), key: key.into() });
        Some(manifest(vec![pypi("flask", "2.0.3")], vec![Fact { name: "env.TOKEN".into(), value }]))
    };
    let report = Run::with(|run| run.manifests = [secret("a"), secret("b")]);
    assert_eq!(said(&report), INCONCLUSIVE);
    assert_eq!(said(&Run::with(|run| run.manifests = [secret("a"), secret("a")])), PARITY);
}

#[test]
fn waivers_cover_until_they_expire() {
    let waiver = |until: (u16, u8, u8), subject: &str| Waiver {
        code: Some(Code::PackageOutdated),
        subject: Some(subject.into()),
        group: None,
        pairs: Vec::new(),
        case: None,
        at: None,
        environment: None,
        reference_version: Some("2.*".into()),
        candidate_version: Some("1.*".into()),
        reason: "held back".into(),
        owner: "api-team".into(),
        expires: Day { year: until.0, month: until.1, day: until.2 },
        origin: "parity.toml:9".into(),
    };
    let run = |waiver: Waiver| {
        Run::with(|run| {
            run.manifests[1] =
                Some(manifest(vec![pypi("flask", "1.0")], vec![Fact::plain("timezone", "Etc/UTC")]));
            run.config.waivers = vec![waiver];
            run.config.policy.max_waiver_days = Some(366);
        })
    };
    let today = run(waiver((2026, 11, 24), "pkg:pypi/flask"));
    assert_eq!(said(&today), (Verdict::Drift, 0), "the last day is included; what is waived still differs");
    assert_eq!(today.findings[0].disposition, Disposition::Waived);
    assert_eq!(codes(&today), ["package-outdated"], "a waiver in use is no finding");
    assert_eq!(today.waivers, ["applied until 2026-11-24: parity.toml:9: held back (api-team)"]);
    let gone = run(waiver((2026, 11, 23), "pkg:pypi/flask"));
    assert_eq!(said(&gone), DRIFT);
    assert_eq!(gone.waivers, ["expired on 2026-11-23: parity.toml:9: held back (api-team)"]);
    let other = run(waiver((2027, 1, 1), "pkg:pypi/rack"));
    assert_eq!(said(&other), DRIFT);
    assert_eq!(other.waivers, ["matched nothing: parity.toml:9: held back (api-team)"]);
    assert_eq!(codes(&gone), ["package-outdated", "waiver-expired"]);
    assert_eq!(codes(&other), ["package-outdated", "waiver-unused"]);
    let far = run(waiver((2027, 11, 26), "pkg:pypi/flask"));
    assert_eq!(said(&far), DRIFT, "a waiver for ever is none");
    assert_eq!(codes(&far), ["package-outdated", "waiver-overlong"]);
    assert_eq!(said(&run(waiver((2027, 11, 25), "pkg:pypi/flask"))), (Verdict::Drift, 0));
    let mut third = waiver((2027, 1, 1), "pkg:pypi/flask");
    third.candidate_version = Some("0.*".into());
    assert_eq!(said(&run(third)), DRIFT, "another version opens it again");
}

#[test]
fn an_unused_waiver_fails_the_gate_where_the_policy_says_so_and_is_no_drift() {
    let run = |full: bool, level: Option<Severity>| {
        Run::with(|run| {
            run.meta.full_run = full;
            run.config.policy.levels = level.map(|level| (Code::WaiverUnused, level)).into_iter().collect();
            run.config.waivers = vec![Waiver {
                code: None,
                subject: Some("pkg:pypi/gone".into()),
                group: None,
                pairs: Vec::new(),
                case: None,
                at: None,
                environment: Some("qa".into()),
                reference_version: None,
                candidate_version: None,
                reason: "held back".into(),
                owner: "api-team".into(),
                expires: Day { year: 2026, month: 12, day: 31 },
                origin: "parity.toml:9".into(),
            }];
        })
    };
    assert_eq!(said(&run(true, None)), PARITY);
    assert_eq!(run(true, None).findings[0].subject.as_deref(), Some("waiver of pkg:pypi/gone in qa"));
    assert_eq!(said(&run(true, Some(Severity::Major))), (Verdict::Parity, 1));
    assert!(run(false, Some(Severity::Major)).findings.is_empty(), "a part of the run says nothing of it");
}

#[test]
fn the_policy_asks_for_more_than_agreement() {
    let run = |change: &dyn Fn(&mut Run)| said(&Run::with(|run| change(run)));
    assert_eq!(run(&|run| run.config.policy.min_cases = 1), PARITY);
    assert_eq!(run(&|run| run.config.policy.min_cases = 2), INCONCLUSIVE);
    assert_eq!(run(&|run| run.config.policy.required = vec!["qa".into()]), PARITY);
    assert_eq!(run(&|run| run.config.policy.required = vec!["prod".into()]), INCONCLUSIVE);
    let noisy = |run: &mut Run| {
        let (one, two) = (Made::json(r#"{"a":1}"#), Made::json(r#"{"a":2}"#));
        run.cases[0].1 =
            kit::comparator(&[]).compare(&kit::input(&one, Some(&two), &Made::json(r#"{"a":3}"#)));
        run.config.policy.max_noise = Some(1);
    };
    assert_eq!(run(&noisy), PARITY);
    let strict = |run: &mut Run| {
        noisy(run);
        run.config.policy.max_noise = Some(0);
    };
    assert_eq!(run(&strict), INCONCLUSIVE);
    let flaky = |most: u64| {
        move |run: &mut Run| {
            let mut again = Made::json("{}");
            again.exchange.attempt = 2;
            again.exchange.first_failure = Some("closed".into());
            run.cases[0].1 = compare(&Made::json("{}"), &again);
            run.config.policy.max_flaky = Some(most);
        }
    };
    assert_eq!(run(&flaky(1)), PARITY);
    assert_eq!(run(&flaky(0)), INCONCLUSIVE);
}

#[test]
fn unused_rules_are_told_on_a_full_run() {
    let rule = Rule {
        case: None,
        at: "$.gone".into(),
        verb: Verb::Ignore,
        reason: None,
        origin: "parity.toml:7".into(),
    };
    let unused = |full: bool| {
        let mut comparator = kit::comparator(std::slice::from_ref(&rule));
        let (one, two) = (Made::json("{}"), Made::json("{ }"));
        let result = comparator.compare(&kit::input(&one, None, &two));
        let case = place("suite GET /x");
        let mut analysis =
            Analysis::new(RunMeta { full_run: full, ..meta(std::slice::from_ref(&case)) }, &config());
        analysis.case("qa", &case, result);
        analysis.unused_rules("qa", comparator.unused_rules());
        let report = analysis.finish(Timings::default(), Vec::new());
        report
            .findings
            .into_iter()
            .filter(|f| f.code == Code::RuleUnused)
            .map(|f| f.subject)
            .collect::<Vec<_>>()
    };
    assert_eq!(unused(true), [Some("rule parity.toml:7 at $.gone".to_owned())]);
    assert_eq!(unused(false), []);
}

#[test]
fn a_report_in_full() {
    let report = Run::with(|run| {
        let error = "cannot import name 'soft_str' from 'markupsafe' (/usr/lib/python3/dist-packages/markupsafe/__init__.py)";
        run.result(
            &Made::json("{}").assert("HTTP 200", true),
            &Made::text(error).status(500).assert("HTTP 200", false),
        );
        let names =
            [("markupsafe", "2.1.5", "2.0.1"), ("jinja2", "3.1.4", "3.0.3"), ("flask", "2.0.3", "2.0.3")];
        let side = |old: bool| {
            let list = names.iter().map(|(n, a, b)| pypi(n, if old { b } else { a })).collect();
            Some(manifest(list, vec![Fact::plain("timezone", if old { "Etc/UTC" } else { "Europe/Rome" })]))
        };
        run.manifests = [side(false), side(true)];
    });
    assert_eq!(said(&report), DRIFT);
    insta::assert_json_snapshot!(report);
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let make = || {
        Run::with(|run| {
            run.result(
                &Made::json(r#"{"a":1,"b":[1,2],"c":{}}"#),
                &Made::json(r#"{"a":2,"b":[2,1],"d":{}}"#),
            );
            run.manifests[1] =
                Some(manifest((0..20).map(|n| pypi(&format!("p{n}"), "1.0")).collect(), vec![]));
        })
    };
    let text = |report: &Report| serde_json::to_string(report).expect("a report");
    assert_eq!(text(&make()), text(&make()));
}
