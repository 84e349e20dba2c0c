//! Literal reports that every exporter is tested over.

use envparity_model::{
    Broken, CaseId, CasePlace, Cause, ChangeKind, Code, Config, ContractCoverage, Coverage, Culprit,
    Disposition, Ecosystem, Engine, Environment, FactChange, FactValue, Factor, Finding, Flaky, Gate, Image,
    Learned, Masked, NotCompared, PackageChange, PackageSummary, Packages, Proof, REPORT_SCHEMA, Repeat,
    Report, Role, Sample, Severity, Source, Suspect, SuspectReason, Timings, Unchecked, Verdict, Violated,
    Way,
};

/// Every fixture with its name.
pub(crate) fn all() -> Vec<(&'static str, Report)> {
    vec![
        ("parity", parity()),
        ("drift", drift()),
        ("below_gate", below_gate()),
        ("manifests", manifests()),
        ("inconclusive", inconclusive()),
        ("several", several()),
        ("hostile", hostile()),
    ]
}

/// Two engines, one image, nothing differs but what the configuration asks for.
pub(crate) fn parity() -> Report {
    let case_ids =
        cases(&["activity GET /health", "activity POST /activity", "activity GET /activity/{{id}}"]);
    Report {
        schema: REPORT_SCHEMA,
        tool: "envparity 0.1.0".into(),
        run: "20261124T095803Z-k3v9qa".into(),
        started: "2026-11-24T09:58:03Z".into(),
        duration_ms: 3_412,
        command: "parity run".into(),
        config: Config { path: Some("parity.toml".into()), digest: "5e1f".repeat(16) },
        source: Source { commit: Some("4be1c2d0a7".repeat(4)), dirty: Some(false) },
        verdict: Verdict::Parity,
        gate: Gate { level: Severity::Major, passed: true },
        exit_code: 0,
        causes: vec![],
        environments: vec![
            environment("local", Role::Reference, "local", "89dd394d"),
            environment("qa", Role::Candidate, "ssh://ec2-user@qa", "89dd394d"),
        ],
        baseline: None,
        coverage: Coverage {
            cases: 3,
            case_ids,
            compared: 3,
            noise: vec![learned("activity GET /health", "$.uptime", "value")],
            packages_equal: 226,
            facts_equal: 14,
            ..Coverage::default()
        },
        findings: vec![],
        packages: Packages {
            summary: [("qa".to_owned(), PackageSummary { equal: 226, ..PackageSummary::default() })].into(),
            changes: vec![],
        },
        facts: vec![intended("qa")],
        waivers: vec![],
        timings: Timings { prepare_ms: 210, start_ms: 640, sample_ms: 320, ..Timings::default() },
        artifacts: vec!["report.json".into(), "report.html".into()],
    }
}

/// A class of status, values, headers in several cases, a proven culprit, packages, facts.
pub(crate) fn drift() -> Report {
    let mut report = parity();
    report.source.dirty = Some(true);
    report.verdict = Verdict::Drift;
    report.gate.passed = false;
    report.exit_code = 1;
    report.environments[1].image = Some(image("41c0a7e2", "other"));
    report.environments[1].packages = Some(219);
    report.coverage.cases = 5;
    report.coverage.contract = Some(ContractCoverage {
        document: "api/openapi.yaml".into(),
        validated: 9,
        no_operation: 1,
        unchecked: vec![Unchecked {
            case: CaseId::new("render GET /page"),
            environment: "qa".into(),
            reason: "the body was not kept whole".into(),
        }],
        violations: vec![Violated {
            case: CaseId::new("activity GET /health"),
            at: "$.checks[*].at".into(),
            keyword: "format".into(),
            message: "value is not a \"date-time\"".into(),
            environments: ["local".to_owned(), "qa".to_owned()].into(),
        }],
    });
    report.coverage.flaky = vec![Flaky {
        case: CaseId::new("activity GET /health"),
        environment: "qa".into(),
        sample: Sample::Primary,
        attempts: 2,
        first_failure: "closed: connection closed before message completed".into(),
    }];
    report.coverage.case_ids.extend(cases(&["render GET /render", "render GET /page"]));
    report.coverage.compared = 5;
    report.findings = drift_findings();
    report.packages = drift_packages();
    report.facts.push(FactChange {
        environment: "qa".into(),
        name: "locale".into(),
        reference: Some(FactValue::Plain("C.UTF-8".into())),
        candidate: None,
        intended: false,
    });
    report
}

fn drift_findings() -> Vec<Finding> {
    let status = Finding {
        kind: Some("class".into()),
        reference: Some("200".into()),
        candidate: Some("500  \"cannot import name 'soft_str' from 'markupsafe'\"".into()),
        culprits: vec![Culprit {
            companions: Vec::new(),
            factors: vec![Factor {
                kind: "package".into(),
                reference: Some("pkg:pypi/markupsafe@2.1.5".into()),
                candidate: Some("pkg:pypi/markupsafe@2.0.1".into()),
            }],
            proof: Proof::BothWays,
            reason: None,
            trials: 7,
            wall_ms: 4_800,
        }],
        remedy: Some("pip install markupsafe==2.1.5".into()),
        ..in_case(Code::ResponseStatus, Severity::Critical, "render GET /render", "status")
    };
    let value = |case: &str| Finding {
        reference: Some("\"10:02:11\\u202fAM\"".into()),
        candidate: Some("\"10:02:11 AM\"".into()),
        suspects: vec![
            suspect(
                "pkg:gem/rack",
                Some("2.2.6.4"),
                Some("2.1.4.3"),
                &[SuspectReason::Named, SuspectReason::Loaded],
            ),
            suspect("pkg:deb/libicu72", Some("72.1-3"), None, &[SuspectReason::OneSided]),
        ],
        ..in_case(Code::ResponseValue, Severity::Major, case, "$.items[0].at")
    };
    let header = |case: &str| Finding {
        reference: Some("thin 1.8.1".into()),
        candidate: Some("thin 1.7.2".into()),
        disposition: Disposition::BelowGate,
        repeat: None,
        ..in_case(Code::ResponseBanner, Severity::Info, case, "header.server")
    };
    vec![
        status,
        value("activity GET /activity/{{id}}"),
        Finding {
            reference: Some("\"Etc/UTC\"".into()),
            unstable: true,
            hint: Some("the field is in the reference's answer only".into()),
            suspects: value("x").suspects,
            ..in_case(Code::ResponseFieldRemoved, Severity::Major, "activity GET /activity/{{id}}", "$.zone")
        },
        header("activity GET /health"),
        header("activity POST /activity"),
        header("render GET /page"),
        of_subject(Code::PackageOutdated, Severity::Major, Disposition::Active, "pkg:pypi/markupsafe"),
        of_subject(Code::PackageOutdated, Severity::Major, Disposition::Waived, "pkg:gem/rack"),
        of_subject(Code::PackageExtra, Severity::Minor, Disposition::BelowGate, "pkg:deb/libicu67"),
        of_subject(Code::LocaleDiffers, Severity::Minor, Disposition::BelowGate, "locale"),
        of_subject(Code::ImageDiffers, Severity::Info, Disposition::BelowGate, "image.identity"),
    ]
}

fn drift_packages() -> Packages {
    let mut changes = vec![
        package("qa", ChangeKind::Outdated, Ecosystem::Gem, "rack", Some("2.2.6.4"), Some("2.1.4.3")),
        package("qa", ChangeKind::Extra, Ecosystem::Deb, "libicu67", None, Some("67.1-7")),
        package("qa", ChangeKind::Altered, Ecosystem::Npm, "@scope/left", Some("1.0.0"), Some("1.0.0")),
        PackageChange {
            proven: Some("culprit".into()),
            loaded: true,
            owner: None,
            ..package("qa", ChangeKind::Outdated, Ecosystem::Pypi, "markupsafe", Some("2.1.5"), Some("2.0.1"))
        },
    ];
    changes.extend((0..9).map(|at| PackageChange {
        proven: Some("harmless".into()),
        ..package(
            "qa",
            ChangeKind::Outdated,
            Ecosystem::Deb,
            &format!("libx{at}"),
            Some("1.2-1"),
            Some("1.1-1"),
        )
    }));
    let summary =
        PackageSummary { equal: 205, outdated: 11, extra: 1, altered: 1, failed: 2, ..Default::default() };
    Packages { summary: [("qa".to_owned(), summary)].into(), changes }
}

/// Drift that the gate lets pass.
pub(crate) fn below_gate() -> Report {
    let mut report = drift();
    report.findings.retain(|finding| finding.disposition == Disposition::BelowGate);
    report.packages.changes.truncate(0);
    report.packages.summary.insert("qa".into(), PackageSummary { equal: 226, ..PackageSummary::default() });
    report.gate.passed = true;
    report.exit_code = 0;
    report.waivers =
        vec!["package-outdated pkg:gem/rack: held back until PROJ-12 (api-team), until 2026-12-31".into()];
    report
}

/// No suites: packages and facts alone.
pub(crate) fn manifests() -> Report {
    let mut report = parity();
    report.coverage = Coverage { packages_equal: 226, facts_equal: 14, ..Coverage::default() };
    report.config = Config::default();
    report.source = Source::default();
    report
}

/// An unreachable candidate beside one that answers, broken and dependent cases.
pub(crate) fn inconclusive() -> Report {
    let mut report = parity();
    report.verdict = Verdict::Inconclusive;
    report.gate.passed = false;
    report.exit_code = 3;
    report.causes = vec![
        Cause {
            environment: Some("lost".into()),
            exit_code: 3,
            message: "cannot reach `ssh://ec2-user@lost`: connection refused".into(),
            hint: Some("is the host up, and port 22 open to this machine?".into()),
        },
        Cause {
            environment: None,
            exit_code: 5,
            message: "`activity GET /health` fails on the reference itself".into(),
            hint: None,
        },
    ];
    report.environments.push(Environment {
        engine: Some(Engine { insecure: true, ..engine("tcp://10.0.0.7:2375") }),
        image: None,
        packages: None,
        collected_by: None,
        ready_ms: None,
        ..environment("lost", Role::Candidate, "", "")
    });
    report.coverage.compared = 0;
    report.coverage.broken = vec![Broken {
        case: CaseId::new("activity GET /health"),
        reason: "`jsonpath \"$.status\" == \"up\"`: found \"down\"".into(),
    }];
    let lost = |case: &str| not_compared(case, Some("lost"), "the environment was never reached", false);
    report.coverage.not_compared = vec![
        lost("activity GET /health"),
        lost("activity POST /activity"),
        lost("activity GET /activity/{{id}}"),
        not_compared("activity POST /activity", None, "skipped by the suite", true),
    ];
    report.coverage.shape_only = vec![learned("activity GET /activity/{{id}}", "$.activity_id", "symbol")];
    report
}

/// Two candidates that drift alike, one of them by address alone; more findings than a person reads.
pub(crate) fn several() -> Report {
    let mut report = parity();
    report.verdict = Verdict::Drift;
    report.gate.passed = false;
    report.exit_code = 1;
    report.environments.push(Environment {
        engine: None,
        image: None,
        packages: None,
        collected_by: None,
        ready_ms: None,
        url: Some("https://legacy.example".into()),
        ..environment("legacy", Role::Candidate, "", "")
    });
    report.facts.push(intended("legacy"));
    let of = |environment: &str, code, at: &str, candidate: &str| Finding {
        environment: environment.into(),
        fingerprint: format!("{environment:.4}{at:.12}"),
        reference: Some("1".into()),
        candidate: Some(candidate.into()),
        ..in_case(code, Severity::Major, "activity GET /health", at)
    };
    report.findings = ["qa", "legacy"].map(|name| of(name, Code::ResponseValue, "$.version", "2")).into();
    for at in 0..24 {
        report.findings.push(of("legacy", Code::ResponseType, &format!("$.f{at}"), "\"1\""));
    }
    report.findings.push(Finding {
        case: Some(place("activity POST /activity")),
        reference: Some("HTTP 201: found 400".into()),
        candidate: None,
        at: None,
        ..of("local", Code::ContractBroken, "status", "")
    });
    report
}

/// Text that tries to be more than text, everywhere where something untrusted can stand.
pub(crate) fn hostile() -> Report {
    let nasty = format!(
        "]]></failure></testcase><testcase name=\"forged\"/><script>alert(1)</script>\u{1b}[2J\u{202e}\r\n\
         ::error::x\0\u{fffe}'\"& {}",
        "long ".repeat(60)
    );
    poisoned(&nasty)
}

/// The text stands everywhere where something untrusted can.
pub(crate) fn poisoned(text: &str) -> Report {
    let mut report = drift();
    report.environments[1].name.replace_range(.., text);
    report.environments[1].url = Some(text.to_owned());
    if let Some(image) = &mut report.environments[1].image {
        image.r#ref.replace_range(.., text);
        image.id.replace_range(.., text);
    }
    report.command.replace_range(.., text);
    report.started.replace_range(.., text);
    report.source.commit = Some(text.to_owned());
    report.config.path = Some(text.to_owned());
    report.waivers = vec![text.to_owned()];
    report.artifacts = vec![format!("{text}report.html")];
    for finding in &mut report.findings {
        finding.environment.replace_range(.., text);
        finding.reference = Some(text.to_owned());
        finding.candidate = Some(text.to_owned());
        finding.at = Some(text.to_owned());
        finding.remedy = Some(text.to_owned());
        finding.hint = Some(text.to_owned());
        for suspect in &mut finding.suspects {
            suspect.subject.replace_range(.., text);
        }
        if let Some(case) = &mut finding.case {
            case.id = CaseId::new(text.to_owned());
            case.file.replace_range(.., text);
        }
    }
    report.coverage.case_ids[0] = CaseId::new(text.to_owned());
    report.coverage.not_compared = vec![not_compared(text, Some(text), text, false)];
    report.causes = vec![Cause {
        environment: Some(text.to_owned()),
        exit_code: 3,
        message: text.to_owned(),
        hint: None,
    }];
    for change in &mut report.packages.changes {
        change.environment.replace_range(.., text);
        change.name.replace_range(.., text);
    }
    report.packages.summary =
        [(text.to_owned(), PackageSummary { outdated: 1, ..Default::default() })].into();
    report.facts.push(FactChange {
        environment: text.to_owned(),
        name: text.to_owned(),
        reference: Some(FactValue::Plain(text.to_owned())),
        candidate: Some(FactValue::Masked(Masked {
            digest: "0011223344556677".into(),
            key: "aabbccdd".into(),
        })),
        intended: false,
    });
    report
}

fn cases(ids: &[&str]) -> Vec<CaseId> {
    ids.iter().map(|id| CaseId::new(*id)).collect()
}

fn engine(endpoint: &str) -> Engine {
    Engine {
        id: "f3b1".into(),
        version: "28.2.1".into(),
        api: "1.47".into(),
        endpoint: endpoint.into(),
        insecure: false,
    }
}

fn image(id: &str, identity: &str) -> Image {
    Image {
        r#ref: "team/app:1.4".into(),
        id: format!("sha256:{id}"),
        identity: identity.into(),
        size: 84_000_000,
    }
}

fn environment(name: &str, role: Role, endpoint: &str, id: &str) -> Environment {
    Environment {
        name: name.into(),
        role,
        engine: Some(engine(endpoint)),
        image: Some(image(id, "one")),
        packages: Some(226),
        collected_by: Some(Way::Sidecar),
        ready_ms: Some(412),
        url: Some("http://127.0.0.1:32770".into()),
    }
}

fn place(id: &str) -> CasePlace {
    let mut words = id.splitn(3, ' ').map(str::to_owned);
    let mut next = || words.next().unwrap_or_default();
    let (file, method, path) = (next(), next(), next());
    CasePlace { id: CaseId::new(id), file: format!("{file}.hurl"), line: 41, method, path }
}

fn in_case(code: Code, severity: Severity, case: &str, at: &str) -> Finding {
    Finding {
        fingerprint: envparity_model::fingerprint(code, "qa", case, Some(at), None),
        code,
        severity,
        disposition: Disposition::Active,
        environment: "qa".into(),
        case: Some(place(case)),
        at: Some(at.into()),
        kind: None,
        subject: None,
        reference: None,
        candidate: None,
        unstable: false,
        suspects: vec![],
        culprits: vec![],
        repeat: Some(Repeat { curl: format!("curl -i http://127.0.0.1:32771{}", place(case).path) }),
        remedy: None,
        hint: None,
    }
}

fn of_subject(code: Code, severity: Severity, disposition: Disposition, subject: &str) -> Finding {
    Finding {
        fingerprint: envparity_model::fingerprint(code, "qa", subject, None, None),
        disposition,
        case: None,
        at: None,
        subject: Some(subject.into()),
        repeat: None,
        ..in_case(code, severity, "", "")
    }
}

fn suspect(
    subject: &str,
    reference: Option<&str>,
    candidate: Option<&str>,
    reasons: &[SuspectReason],
) -> Suspect {
    Suspect {
        subject: subject.into(),
        reference: reference.map(Into::into),
        candidate: candidate.map(Into::into),
        score: 3.5,
        reasons: reasons.to_vec(),
    }
}

fn package(
    environment: &str,
    change: ChangeKind,
    ecosystem: Ecosystem,
    name: &str,
    reference: Option<&str>,
    candidate: Option<&str>,
) -> PackageChange {
    PackageChange {
        environment: environment.into(),
        change,
        ecosystem,
        name: name.into(),
        reference: reference.map(Into::into),
        candidate: candidate.map(Into::into),
        location: "/var/lib/dpkg/status".into(),
        loaded: false,
        owner: (ecosystem == Ecosystem::Gem).then(|| format!("deb/ruby-{name}")),
        proven: None,
    }
}

fn intended(environment: &str) -> FactChange {
    FactChange {
        environment: environment.into(),
        name: "env.RACK_ENV".into(),
        reference: Some(FactValue::Plain("development".into())),
        candidate: Some(FactValue::Plain("test".into())),
        intended: true,
    }
}

fn learned(case: &str, at: &str, kind: &str) -> Learned {
    Learned {
        case: CaseId::new(case),
        at: at.into(),
        kind: kind.into(),
        why: "it changes with every request".into(),
    }
}

fn not_compared(case: &str, environment: Option<&str>, reason: &str, intended: bool) -> NotCompared {
    NotCompared {
        case: CaseId::new(case),
        environment: environment.map(Into::into),
        reason: reason.into(),
        intended,
    }
}
