//! From journals to a report: streams the cases through the core, one at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use envparity_config::{Config, Control, Rule};
use envparity_core::{
    Analysis, Authority, BASELINE, CaseResult, Prelude, RunMeta, needs_more, needs_recheck, needs_resample,
};
use envparity_model::{CaseId, CasePlace, Cause, Problem, Report, Severity};

use crate::artifacts::STANDARD;
use crate::baseline::{BaselineComparison, KeptBaseline};
use crate::comparison::Comparison;
use crate::contract;
use crate::explain::read_explained;
use crate::journal::{Bodies, Recording, file_name, read_recording};
use crate::plan::{PlanError, parse_rule_files};
use crate::run_folder::{RunEnd, RunFile};
use crate::waived;

/// Where recordings are: a run's folder, or single files.
pub(crate) enum Sources {
    /// `RUN/ENV.ndjson` for every environment of the run.
    Run(PathBuf),
    /// (name, path of the journal).
    Files(Vec<(String, PathBuf)>),
}

impl Sources {
    /// As people are told where a run is.
    fn folder(&self) -> Option<String> {
        match self {
            Self::Run(folder) => Some(folder.display().to_string()),
            Self::Files(_) => None,
        }
    }

    pub(crate) fn read(&self, name: &str) -> Result<(Recording, Bodies), Problem> {
        let path = match self {
            Self::Run(folder) => folder.join(file_name(name)),
            Self::Files(files) => files
                .iter()
                .find(|(other, _)| other == name)
                .map(|(_, path)| path.clone())
                .ok_or_else(|| Problem::new(format!("no recording of `{name}`")))?,
        };
        let bodies = Bodies::of(path.parent().unwrap_or(Path::new(".")));
        Ok((read_recording(&path, name)?, bodies))
    }
}

/// The report of a run, made from what is in its folder.
///
/// # Errors
/// When the folder does not hold a run, or its journals are damaged.
pub fn report_of(folder: &Path) -> Result<Report, Problem> {
    let file = RunFile::read(folder)?;
    analyse(folder, &file)
}

/// The report of a run whose description is at hand.
pub(crate) fn analyse(folder: &Path, file: &RunFile) -> Result<Report, Problem> {
    analyse_sources(&Sources::Run(folder.to_owned()), file, None)
}

/// As [`analyse`], over any recordings, with another gate if one is given.
pub(crate) fn analyse_sources(
    sources: &Sources,
    file: &RunFile,
    gate: Option<Severity>,
) -> Result<Report, Problem> {
    let mut config = config_of(file)?;
    if let Some(gate) = gate {
        config.policy.gate = gate;
    }
    let reference = sources.read(&file.reference)?;
    let end = file.end.clone();
    let contract = contract::restored(&file.openapi_files)?;
    let mut analysis = Analysis::new(meta_of(sources.folder(), file, &reference.0.header.cases), &config);
    feed(&mut analysis, &reference.0);
    for name in &file.candidates {
        let candidate = sources.read(name)?;
        feed(&mut analysis, &candidate.0);
        let mut comparison = Comparison::new(&reference, &candidate, &config);
        comparison.contract = contract.as_ref();
        comparison.wants_control = file.with_suites && config.compare.control == Control::Auto;
        for (place, result) in comparison.preludes(&reference.0.header.setup)? {
            analysis.prelude(Prelude::SetUp, name, place, result);
        }
        for place in &reference.0.header.cases {
            analysis.case(name, place, comparison.next(place)?);
        }
        for (place, result) in comparison.preludes(&reference.0.header.teardown)? {
            analysis.prelude(Prelude::TearDown, name, place, result);
        }
        analysis.unused_rules(name, comparison.comparator.unused_rules());
    }
    if file.candidates.is_empty() {
        // Nobody is held against it, and its set-up may have failed all the same.
        let mut alone = Comparison::new(&reference, &reference, &config);
        for (which, places) in
            [(Prelude::SetUp, &reference.0.header.setup), (Prelude::TearDown, &reference.0.header.teardown)]
        {
            for (place, result) in alone.preludes(places)? {
                analysis.prelude(which, &file.reference, place, result);
            }
        }
    }
    if let (Some(path), Sources::Run(folder)) = (&file.baseline, sources) {
        let kept = KeptBaseline::open(folder)?;
        analysis.baseline(path, kept.count());
        let mut comparison = BaselineComparison::new(&reference, &kept, &config);
        comparison.wants_control = file.with_suites && config.compare.control == Control::Auto;
        comparison.set_up()?;
        for place in &reference.0.header.cases {
            analysis.case(BASELINE, place, comparison.next(place)?.0);
        }
        for (snapshot, why) in kept.unreadable() {
            analysis.unreadable_snapshot(snapshot, why);
        }
        for snapshot in kept.stale(reference.0.header.cases.iter().map(|place| &place.id)) {
            analysis.stale_snapshot(&snapshot);
        }
        analysis.unused_rules(BASELINE, comparison.comparator.unused_rules());
    }
    let timings = if let Some(RunEnd { timings, causes, .. }) = end {
        for cause in causes {
            analysis.cause(cause);
        }
        timings
    } else {
        analysis.cause(killed());
        envparity_model::Timings::default()
    };
    if let Sources::Run(folder) = sources {
        analysis.explained(read_explained(folder)?);
    }
    let mut report = analysis.finish(timings, STANDARD.iter().map(|(_, name)| (*name).to_owned()).collect());
    if let Some(signal) = file.end.as_ref().and_then(|end| end.signal) {
        // What was seen until then stands; what it is worth as a whole cannot be said.
        report.exit_code = 128 + i32::from(signal);
        report.gate.passed = false;
    }
    Ok(report)
}

fn killed() -> Cause {
    Cause {
        environment: None,
        exit_code: 3,
        message: "the run was ended before it could finish".to_owned(),
        hint: Some("what was recorded until then is in this report".to_owned()),
    }
}

/// What another sample would tell more of.
pub(crate) struct Doubt {
    /// The candidate.
    pub(crate) name: String,
    pub(crate) cases: Vec<CaseId>,
    /// The candidate itself is to be asked, not the reference alone.
    pub(crate) of_candidate: bool,
}

/// The candidates and their cases of which another sample would tell more, after so many rounds of them.
pub(crate) fn doubtful(folder: &Path, file: &RunFile, round: usize) -> Result<Vec<Doubt>, Problem> {
    let asks = if round == 0 { needs_resample } else { needs_recheck };
    let config = config_of(file)?;
    let sources = Sources::Run(folder.to_owned());
    let reference = sources.read(&file.reference)?;
    let mut drifted = Vec::new();
    for name in &file.candidates {
        let candidate = sources.read(name)?;
        let mut comparison = Comparison::new(&reference, &candidate, &config);
        comparison.preludes(&reference.0.header.setup)?;
        let mut doubt = Doubt { name: name.clone(), cases: Vec::new(), of_candidate: round == 0 };
        for place in &reference.0.header.cases {
            let result = comparison.next(place)?;
            if asks(&result) {
                doubt.cases.push(place.id.clone());
                doubt.of_candidate |= needs_more(&result);
            }
        }
        drifted.extend(Some(doubt).filter(|doubt| !doubt.cases.is_empty()));
    }
    if file.baseline.is_some() {
        let kept = KeptBaseline::open(folder)?;
        let mut comparison = BaselineComparison::new(&reference, &kept, &config);
        comparison.set_up()?;
        let mut cases = Vec::new();
        for place in &reference.0.header.cases {
            if comparison.next(place)?.1 {
                cases.push(place.id.clone());
            }
        }
        if !cases.is_empty() {
            drifted.push(Doubt { name: BASELINE.to_owned(), cases, of_candidate: false });
        }
    }
    Ok(drifted)
}

/// What a trial's answers to some cases are against the reference's.
pub(crate) fn compare_trial(
    folder: &Path,
    file: &RunFile,
    (trial, name): (&Path, &str),
    cases: &BTreeSet<CaseId>,
) -> Result<BTreeMap<CaseId, CaseResult>, Problem> {
    let config = config_of(file)?;
    let reference = Sources::Run(folder.to_owned()).read(&file.reference)?;
    let trial = Sources::Run(trial.to_owned()).read(name)?;
    let mut comparison = Comparison::new(&reference, &trial, &config);
    comparison.preludes(&reference.0.header.setup)?;
    let mut results = BTreeMap::new();
    for place in &reference.0.header.cases {
        // Those that are not asked for too: what they capture stands in later ones.
        let result = comparison.next(place)?;
        if cases.contains(&place.id) {
            results.insert(place.id.clone(), result);
        }
        if results.len() == cases.len() {
            break;
        }
    }
    Ok(results)
}

/// What a run is judged by, with the reference's recording.
pub(crate) fn open(folder: &Path) -> Result<(RunFile, Config, Sources, (Recording, Bodies)), Problem> {
    let file = RunFile::read(folder)?;
    let config = config_of(&file)?;
    let sources = Sources::Run(folder.to_owned());
    let reference = sources.read(&file.reference)?;
    Ok((file, config, sources, reference))
}

pub(crate) fn authority_of(recording: &Recording) -> Authority {
    match &recording.environment {
        Some(line) => {
            let alias =
                line.url.as_deref().and_then(|url| url.split_once("://")).map(|(_, rest)| rest.to_owned());
            Authority::new(line.authority.clone(), alias)
        }
        None => Authority::default(),
    }
}

fn feed(analysis: &mut Analysis, recording: &Recording) {
    if let Some(line) = &recording.environment {
        analysis.environment(&recording.name, line);
    }
    if let Some(line) = &recording.manifest {
        analysis.manifest(&recording.name, line);
    }
    for line in &recording.logs {
        analysis.log(&recording.name, line);
    }
    analysis.ended(&recording.name, recording.footer.as_ref());
}

/// What a run is judged by: its configuration as it was, narrowed as it was.
pub(crate) fn config_of(file: &RunFile) -> Result<Config, Problem> {
    let mut config = resolve(file)?;
    config.compare.reference.clone_from(&file.reference);
    config.compare.candidates.clone_from(&file.candidates);
    config.policy.gate = file.gate;
    config.rules.extend(rules_of(file)?);
    if let Some(text) = &file.waived_pairs {
        waived::apply(&mut config.waivers, text)?;
    }
    Ok(config)
}

fn resolve(file: &RunFile) -> Result<Config, Problem> {
    let Some(text) = &file.config_text else { return Ok(Config::minimal()) };
    let path = file.config_path.as_deref().unwrap_or("parity.toml");
    let sources = envparity_config::Sources {
        file: Some((path, text)),
        profile: file.profile.as_deref(),
        overrides: &file.overrides,
    };
    let resolved = envparity_config::resolve(&sources);
    resolved.map(|resolved| resolved.config).map_err(|errors| {
        let words = errors.first().map(ToString::to_string).unwrap_or_default();
        Problem::new(format!("the configuration of run `{}` no longer resolves: {words}", file.run))
    })
}

fn rules_of(file: &RunFile) -> Result<Vec<Rule>, Problem> {
    parse_rule_files(&file.rule_files).map_err(|error| match error {
        PlanError::Usage(problems) => {
            problems.into_iter().next().unwrap_or_else(|| Problem::new("malformed rules"))
        }
        PlanError::Nothing(problem) => problem,
        PlanError::Syntax(_) => Problem::new("malformed rules"),
    })
}

fn meta_of(folder: Option<String>, file: &RunFile, cases: &[CasePlace]) -> RunMeta {
    RunMeta {
        tool: format!("envparity {}", env!("CARGO_PKG_VERSION")),
        run: file.run.clone(),
        started: file.started.clone(),
        duration_ms: file.end.as_ref().map_or(0, |end| end.duration_ms),
        command: file.command.clone(),
        config: envparity_model::Config {
            path: file.config_path.clone(),
            digest: file.config_digest.clone(),
        },
        source: file.source.clone(),
        cases: cases.to_vec(),
        suites: file.with_suites,
        full_run: file.full,
        folder,
    }
}
