//! One pass over the suites, all lanes in lock-step.

use std::collections::HashMap;
use std::sync::Arc;

use envparity_model::{BodyRef, CaseId, Exchange, NotSent};
use envparity_suite::{Files, Generator, SuiteFile, Vars};
use futures_util::future::{join, join_all};
use futures_util::stream::{self, StreamExt};

use crate::Settings;
use crate::cookies::Jar;
use crate::entry::{Asked, Asking};
use crate::lane::Lane;

/// Where what was observed goes, as it happens. Masking secrets is the recorder's.
pub trait Recorder: Send + Sync {
    /// A value that is a secret by its name: it must not be written anywhere.
    fn secret(&self, value: &str);
    /// A value that the suite declares a secret: however short it is, it must not be written anywhere.
    fn declared_secret(&self, value: &str);
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
    pub lanes: &'a [&'a Lane],
    /// Where observations go.
    pub recorder: &'a dyn Recorder,
    /// Called after each case that all lanes have answered.
    pub progress: &'a (dyn Fn(&CaseId) + Send + Sync),
}

/// What an entry that fails means for its lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// A case: the rest goes on.
    Case,
    /// The lane is not as the suites need it: nothing more is asked there.
    SetUp,
    /// It is asked even where the set-up failed.
    TearDown,
}

impl Pass<'_> {
    /// Asks set-up files one after the other. What they capture is known to everything that is asked after them; where
    /// an entry fails, nothing more is asked in that lane but the tear-down.
    pub async fn set_up(&self, files: &[PlannedFile]) {
        for file in files {
            self.run_file(file, Purpose::SetUp).await;
        }
    }

    /// Asks all files, `jobs` of them at once; within a file the entries in order.
    pub async fn run(&self, files: &[PlannedFile], jobs: usize) {
        let run = |file| self.run_file(file, Purpose::Case);
        stream::iter(files).for_each_concurrent(jobs.max(1), run).await;
    }

    /// Asks tear-down files one after the other, also where the set-up failed.
    pub async fn tear_down(&self, files: &[PlannedFile]) {
        for file in files {
            self.run_file(file, Purpose::TearDown).await;
        }
    }

    async fn run_file(&self, file: &PlannedFile, purpose: Purpose) {
        let generator = Generator::new(&self.settings.seed, self.settings.started_ms);
        let mut scopes: Vec<Scope> = self.lanes.iter().map(|lane| lane.begin()).collect();
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
                    whatever: purpose == Purpose::TearDown,
                };
                async move { asking.ask(scope).await }
            });
            // While this case is on its way and the services are at work, the last one is written down.
            let recorded = async {
                tokio::task::yield_now().await;
                self.record(last);
            };
            (last, ()) = join(join_all(asked), recorded).await;
            if purpose == Purpose::SetUp {
                for asked in &mut last {
                    asked.tell_missing_capture(entry.place.line);
                }
                self.settle(&case.id, &last, &scopes);
            }
            (self.progress)(&case.id);
        }
        self.record(last);
    }

    /// Keeps what a set-up entry brought, and stops the lanes where it failed.
    fn settle(&self, case: &CaseId, asked: &[Asked], scopes: &[Scope]) {
        for ((lane, asked), scope) in self.lanes.iter().zip(asked).zip(scopes) {
            lane.keep(scope);
            if asked.failed() {
                lane.stop(NotSent::SetUpFailed { case: case.clone() });
            }
        }
    }

    /// What one case brought, in the order of the lanes.
    fn record(&self, asked: Vec<Asked>) {
        for (lane, asked) in self.lanes.iter().zip(asked) {
            asked.record(&lane.endpoint.spec.name, self.recorder);
        }
    }
}

/// What one file has gathered in one lane: as in Hurl, variables and cookies end with the file.
#[derive(Default)]
pub(crate) struct Scope {
    pub(crate) vars: Vars,
    pub(crate) jar: Jar,
    /// Which case should have captured a variable that is missing.
    pub(crate) failed: HashMap<String, CaseId>,
}
