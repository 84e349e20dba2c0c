//! One pass over the suites, all lanes in lock-step.

use std::collections::HashMap;
use std::sync::Arc;

use envparity_model::{BodyRef, CaseId, Exchange};
use envparity_suite::{Files, Generator, SuiteFile, Vars};
use futures_util::future::{join, join_all};
use futures_util::stream::{self, StreamExt};

use crate::Settings;
use crate::cookies::Jar;
use crate::entry::{Asked, Asking};
use crate::lane::Lane;

/// Where what was observed goes, as it happens. Masking secrets is the recorder's.
pub trait Recorder: Send + Sync {
    /// A value that must not be written anywhere.
    fn secret(&self, value: &str);
    /// Takes what must not be written out of a response and its body, before either is kept.
    fn redact(&self, exchange: &mut Exchange, body: &mut Vec<u8>);
    /// Keeps a body.
    fn body(&self, bytes: &[u8], truncated: bool, undecoded: Option<String>) -> BodyRef;
    /// Keeps an exchange.
    fn exchange(&self, environment: &str, exchange: Exchange);
}

/// A suite file with the cases to ask from it.
#[derive(Clone)]
pub struct PlannedFile {
    /// The parsed file.
    pub suite: Arc<SuiteFile>,
    /// In file order.
    pub cases: Vec<PlannedCase>,
    /// Reads what the suite refers to.
    pub files: Arc<dyn Files + Send + Sync>,
}

/// An entry as it is asked once.
#[derive(Debug, Clone)]
pub struct PlannedCase {
    /// Its id.
    pub id: CaseId,
    /// Which entry of the file.
    pub entry: usize,
}

/// One pass: the same files towards all lanes.
pub struct Pass<'a> {
    /// What holds for every request.
    pub settings: &'a Settings,
    /// The environments.
    pub lanes: &'a [Lane],
    /// Where observations go.
    pub recorder: &'a dyn Recorder,
    /// Called after each case that all lanes have answered.
    pub progress: &'a (dyn Fn(&CaseId) + Send + Sync),
}

impl Pass<'_> {
    /// Asks all files, `jobs` of them at once; within a file the entries in order.
    pub async fn run(&self, files: &[PlannedFile], jobs: usize) {
        stream::iter(files).for_each_concurrent(jobs.max(1), |file| self.run_file(file)).await;
    }

    async fn run_file(&self, file: &PlannedFile) {
        let generator = Generator::new(&self.settings.seed, self.settings.started_ms);
        let mut scopes: Vec<Scope> = self.lanes.iter().map(Scope::new).collect();
        let mut last = Vec::new();
        for case in &file.cases {
            let entry = &file.suite.entries[case.entry];
            let asked = self.lanes.iter().zip(&mut scopes).map(|(lane, scope)| {
                let asking = Asking {
                    settings: self.settings,
                    lane,
                    recorder: self.recorder,
                    entry,
                    case: &case.id,
                    generator: &generator,
                    files: &*file.files,
                };
                async move { asking.ask(scope).await }
            });
            // While this case is on its way and the services are at work, the last one is written down.
            let recorded = async {
                tokio::task::yield_now().await;
                self.record(last);
            };
            (last, ()) = join(join_all(asked), recorded).await;
            (self.progress)(&case.id);
        }
        self.record(last);
    }

    /// What one case brought, in the order of the lanes.
    fn record(&self, asked: Vec<Asked>) {
        for (lane, asked) in self.lanes.iter().zip(asked) {
            asked.record(&lane.endpoint.spec.name, self.recorder);
        }
    }
}

/// What one file has gathered in one lane: as in Hurl, variables and cookies end with the file.
pub(crate) struct Scope {
    pub(crate) vars: Vars,
    pub(crate) jar: Jar,
    /// Which case should have captured a variable that is missing.
    pub(crate) failed: HashMap<String, CaseId>,
}

impl Scope {
    fn new(lane: &Lane) -> Self {
        Self { vars: lane.vars.clone(), jar: Jar::default(), failed: HashMap::new() }
    }
}
