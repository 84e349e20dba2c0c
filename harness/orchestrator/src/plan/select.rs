//! Which cases are asked.

use std::collections::BTreeSet;
use std::path::Path;

use envparity_config::Config;
use envparity_model::{CaseGlob, CaseId, CasePlace, Conditions, Problem};
use envparity_runner::PlannedCase;
use envparity_suite::{Context, Generator, SuiteFile, Vars};

use super::files::SuiteFolder;
use super::{PlannedCommand, Selection};

/// What a case must be to be selected.
pub(super) struct Filter {
    globs: Vec<CaseGlob>,
    cases: Option<BTreeSet<CaseId>>,
    only: Vec<String>,
    tags: Vec<String>,
    not_tags: Vec<String>,
}

impl Filter {
    /// The command line's tags stand for those of the configuration.
    pub(super) fn new(config: &Config, selection: &Selection) -> Self {
        let either = |typed: &[String], configured: &[String]| {
            if typed.is_empty() { configured.to_vec() } else { typed.to_vec() }
        };
        Self {
            globs: selection.only.iter().map(|pattern| CaseGlob::new(pattern)).collect(),
            cases: selection.cases.clone(),
            only: selection.only.clone(),
            tags: either(&selection.tags, &config.compare.tags),
            not_tags: either(&selection.not_tags, &config.compare.not_tags),
        }
    }

    /// Whether it lets everything through.
    pub(super) fn is_open(&self) -> bool {
        self.globs.is_empty() && self.cases.is_none() && self.tags.is_empty() && self.not_tags.is_empty()
    }

    fn selects(&self, id: &CaseId, conditions: &Conditions) -> bool {
        let named = self.globs.is_empty() || self.globs.iter().any(|glob| glob.matches(id));
        named
            && self.cases.as_ref().is_none_or(|cases| cases.contains(id))
            && conditions.is_selected(&self.tags, &self.not_tags)
    }

    /// Whether a command is selected.
    pub(super) fn takes(&self, command: &PlannedCommand) -> bool {
        self.selects(&command.place.id, &command.spec.conditions)
    }

    /// What is asked of a suite, and of that what was selected.
    pub(super) fn cases(
        &self,
        suite: &SuiteFile,
        vars: &Vars,
        base: &Path,
    ) -> (Vec<PlannedCase>, Vec<CasePlace>) {
        let all = expand_repeats(suite, vars, base);
        let selected: Vec<bool> =
            all.iter().map(|case| self.selects(&case.id, &suite.entries[case.entry].conditions)).collect();
        let places = all.iter().zip(&selected).filter(|(_, is)| **is).map(|(case, _)| place_of(suite, case));
        let places = places.collect();
        (with_needs(suite, all, &selected), places)
    }

    /// The problem that it lets nothing through.
    pub(super) fn nothing_selected(&self) -> Problem {
        let listed = |names: &[String]| names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
        let mut parts = Vec::new();
        for (what, names) in [("", &self.only), ("tag ", &self.tags), ("not tag ", &self.not_tags)] {
            parts.extend((!names.is_empty()).then(|| format!("{what}{}", listed(names))));
        }
        let what = if parts.is_empty() {
            "the suites hold no case".to_owned()
        } else {
            format!("{} selects no case", parts.join(", "))
        };
        Problem::new(what)
            .hint("`parity check` lists the cases; `*` stays within a path segment, `**` crosses")
    }
}

/// `repeat` of an entry's options makes one case of each repetition.
pub(super) fn expand_repeats(suite: &SuiteFile, vars: &Vars, base: &Path) -> Vec<PlannedCase> {
    let generator = Generator::new("", 0);
    let files = SuiteFolder { folder: base.to_owned() };
    let mut cases = Vec::new();
    for (index, entry) in suite.entries.iter().enumerate() {
        let id = &entry.place.id;
        let cx = Context { vars, generator: &generator, files: &files, case: id };
        // Options that need captured values cannot be read yet; such an entry is asked once.
        let times = entry.options(&cx).map_or(1, |options| options.repeat);
        cases.push(PlannedCase { id: id.clone(), entry: index });
        for time in 2..=times {
            cases.push(PlannedCase { id: CaseId::new(format!("{id} repeat {time}")), entry: index });
        }
    }
    cases
}

/// The selected cases, and before them those that set what they mention.
fn with_needs(suite: &SuiteFile, all: Vec<PlannedCase>, selected: &[bool]) -> Vec<PlannedCase> {
    let mut wanted: Vec<&str> = Vec::new();
    let mut keep = vec![false; all.len()];
    for (at, case) in all.iter().enumerate().rev() {
        let entry = &suite.entries[case.entry];
        if selected[at] || entry.sets().iter().any(|name| wanted.contains(name)) {
            keep[at] = true;
            wanted.extend(entry.needs());
        }
    }
    all.into_iter().zip(keep).filter(|(_, keep)| *keep).map(|(case, _)| case).collect()
}

pub(super) fn place_of(suite: &SuiteFile, case: &PlannedCase) -> CasePlace {
    CasePlace { id: case.id.clone(), ..suite.entries[case.entry].place.clone() }
}
