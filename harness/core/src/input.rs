//! What a comparison is given and what it answers.

use envparity_model::{CasePlace, Code, Exchange, Learned, Outcome, Sample, SentRequest};

use crate::{CaseContract, Drift};

/// One exchange with the bytes of its response's body.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// What the journal says.
    pub exchange: &'a Exchange,
    /// The stored bytes; empty when there is no body. May be left empty where the digests of all sides agree.
    /// Of a command, standard output and then standard error.
    pub body: &'a [u8],
}

/// One case as answered by the reference and one candidate.
#[derive(Debug, Clone, Copy)]
pub struct CaseInput<'a> {
    /// Which case.
    pub place: &'a CasePlace,
    /// The reference's first sample.
    pub reference: Side<'a>,
    /// The reference's second sample; none with `--control never`.
    pub control: Option<Side<'a>>,
    /// The candidate's first sample.
    pub candidate: Side<'a>,
    /// The candidate's second sample, where it was made.
    pub resample: Option<Side<'a>>,
    /// Further samples of the candidate, made where it differs from itself. See [`crate::needs_more`].
    pub later: &'a [Side<'a>],
}

/// What the comparison of one case says.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseResult {
    /// Whether it was compared.
    pub status: CaseStatus,
    /// What differs and is not noise. May hold what is certain even where the status is `Inconclusive`.
    pub drifts: Vec<Drift>,
    /// What the reference shows against itself.
    pub noise: Vec<Learned>,
    /// Where only the shape was compared.
    pub shape_only: Vec<Learned>,
    /// The candidate's request, kept where something drifted: how to see it again.
    pub request: Option<SentRequest>,
    /// What the candidate answered, cut, kept where something drifted: names suspects.
    pub evidence: Vec<String>,
    /// Status codes of both sides, where both answered.
    pub statuses: Option<(u16, u16)>,
    /// The suite says which status it expects.
    pub expects_status: bool,
    /// How long both sides took, where both answered.
    pub latency: Option<Latency>,
    /// Samples in which it was answered on a later attempt only.
    pub flaky: Vec<Repeated>,
    /// The service had died before the candidate could answer this case.
    pub candidate_died: bool,
    /// What the OpenAPI document says to its answers, where one is configured.
    pub contract: Option<CaseContract>,
}

impl CaseResult {
    /// A result without drifts.
    pub fn new(status: CaseStatus) -> Self {
        Self {
            status,
            drifts: Vec::new(),
            noise: Vec::new(),
            shape_only: Vec::new(),
            request: None,
            evidence: Vec::new(),
            statuses: None,
            expects_status: false,
            latency: None,
            flaky: Vec::new(),
            candidate_died: false,
            contract: None,
        }
    }

    /// The same result where the control sample is missing though it was asked for (the run was interrupted):
    /// what may be noise is no finding, and the case is inconclusive instead.
    #[must_use]
    pub fn without_control(mut self) -> Self {
        let before = self.drifts.len();
        self.drifts.retain(|drift| !may_be_noise(drift.code));
        if self.drifts.len() < before && self.status == CaseStatus::Compared {
            let reason = "it differs, and the control sample that would tell noise from drift is missing";
            self.status = CaseStatus::Inconclusive(reason.to_owned());
        }
        self
    }

    /// A case that nobody has approved yet: told, and no obstacle to parity elsewhere.
    pub fn unapproved() -> Self {
        let status = CaseStatus::NotCompared {
            environment: Some(crate::approved::BASELINE.to_owned()),
            reason: "not approved yet".to_owned(),
            intended: true,
        };
        let hint = "look at its answer, then `parity approve`";
        Self { drifts: vec![Drift::new(Code::CaseUnapproved).hint(hint)], ..Self::new(status) }
    }

    /// A case that the shell could not bring to a comparison.
    pub fn not_compared(environment: Option<String>, reason: impl Into<String>) -> Self {
        Self::new(CaseStatus::NotCompared { environment, reason: reason.into(), intended: false })
    }
}

/// Values, order, lengths and headers can differ by nature; nothing else can.
const fn may_be_noise(code: Code) -> bool {
    matches!(
        code,
        Code::ResponseValue
            | Code::ResponseFormat
            | Code::ResponseOrder
            | Code::ResponseLength
            | Code::ResponseHeader
            | Code::ResponseTextSpace
            | Code::ResponseBytes
            | Code::CommandOutput
    )
}

/// A sample that was answered on a later attempt only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeated {
    /// By the reference, else by the candidate.
    pub on_reference: bool,
    /// In which pass.
    pub sample: Sample,
    /// Attempts, the last one included.
    pub attempts: u32,
    /// What was wrong with the first.
    pub first_failure: String,
}

impl Repeated {
    /// None where the first attempt was answered, or none was.
    pub(crate) fn of(exchange: &Exchange, on_reference: bool) -> Option<Self> {
        let answered = matches!(exchange.outcome, Outcome::Response(_) | Outcome::Finished(_));
        let first_failure = exchange.first_failure.clone().filter(|_| answered)?;
        Some(Self { on_reference, sample: exchange.sample, attempts: exchange.attempt, first_failure })
    }
}

/// Milliseconds to the head of the response, of every sample that was answered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Latency {
    /// On the reference.
    pub reference: Vec<f64>,
    /// On the candidate.
    pub candidate: Vec<f64>,
}

/// Whether a case was compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseStatus {
    /// Fully, apart from noise.
    Compared,
    /// Its contract fails on the reference itself: the assert and what was found.
    Broken(String),
    /// It was not asked, or not everywhere.
    NotCompared {
        /// The environment where it could not be; none: on the reference, so nowhere.
        environment: Option<String>,
        /// Why.
        reason: String,
        /// By the suite's or the configuration's intention.
        intended: bool,
    },
    /// It was asked, and nothing certain can be said about a part of it.
    Inconclusive(String),
}
