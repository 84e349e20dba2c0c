//! A suite file and its entries.

use std::time::Duration;

use envparity_model::{CasePlace, Conditions};

use crate::ast::{RequestAst, ResponseAst};
use crate::connection::Connection;
use crate::{Named, Signing, Value};

/// A suite file that was read without an error.
#[derive(Debug, Clone)]
pub struct SuiteFile {
    /// The path it was parsed under.
    pub path: String,
    /// Its entries, in order.
    pub entries: Vec<Entry>,
    /// Environments that its comments mention, in order.
    pub mentions: Vec<Named>,
}

/// One request with what is expected of its response.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The case it is compared as, and where it stands.
    pub place: CasePlace,
    /// By what it is selected, and where it is asked.
    pub conditions: Conditions,
    pub(crate) request: RequestAst,
    pub(crate) response: Option<ResponseAst>,
}

/// How often something is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Retry {
    /// Not at all.
    #[default]
    Never,
    /// At most so many times more.
    Times(u32),
    /// Until it holds.
    Forever,
}

/// An entry's `[Options]`, with Hurl's defaults for what is not set.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// How often the entry is tried again while its asserts fail.
    pub retry: Retry,
    /// How long to wait before a retry.
    pub retry_interval: Duration,
    /// Follow redirects.
    pub location: bool,
    /// Follow redirects and send credentials to any host; implies `location`.
    pub location_trusted: bool,
    /// The most redirects to follow; `None` for no limit.
    pub max_redirs: Option<u32>,
    /// How long to wait before sending.
    pub delay: Duration,
    /// Do not send.
    pub skip: bool,
    /// How often to send; 0 is as `skip`.
    pub repeat: u32,
    /// The longest that one request may take.
    pub max_time: Option<Duration>,
    /// Ask for a compressed response (`Accept-Encoding: gzip, deflate, br`, unless the entry sets that header).
    pub compressed: bool,
    /// The most bytes of a body to receive in a second.
    pub limit_rate: Option<u64>,
    /// How to sign the request.
    pub signing: Option<Signing>,
    /// How to connect.
    pub connection: Connection,
    /// Variables that the entry sets, in order; they stay set for the entries after it.
    pub variables: Vec<(String, Value)>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            retry: Retry::Never,
            retry_interval: Duration::from_secs(1),
            location: false,
            location_trusted: false,
            max_redirs: Some(50),
            delay: Duration::ZERO,
            skip: false,
            repeat: 1,
            max_time: None,
            compressed: false,
            limit_rate: None,
            signing: None,
            connection: Connection::default(),
            variables: Vec::new(),
        }
    }
}
