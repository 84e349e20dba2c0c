//! What happens during a run, for whoever shows progress. The only interface between what runs and what shows.

use envparity_model::Sample;

/// Something that a person watching would want to know.
#[derive(Debug, Clone)]
pub enum Event {
    /// The run has an id.
    Started {
        /// The run's id.
        run: String,
    },
    /// A step on the way to a running environment began.
    Step {
        /// The environment.
        environment: String,
        /// A lower-case phrase: "connecting to ssh://…", "building image".
        step: String,
    },
    /// A service answers.
    Ready {
        /// The environment.
        environment: String,
        /// Milliseconds from create.
        ms: u64,
    },
    /// A pass over the suites began.
    Pass {
        /// Which.
        sample: Sample,
        /// How many cases it asks.
        cases: usize,
    },
    /// All environments have answered one case.
    Case,
    /// The pass is over.
    PassDone,
    /// Something that a person should know and that stops nothing.
    Note {
        /// A lower-case sentence.
        text: String,
    },
}

impl Event {
    /// The same event with its words passed through a mask.
    #[must_use]
    pub(crate) fn map_text(self, mask: impl Fn(String) -> String) -> Self {
        match self {
            Self::Step { environment, step } => Self::Step { environment, step: mask(step) },
            Self::Note { text } => Self::Note { text: mask(text) },
            other => other,
        }
    }
}

/// Where events go.
pub type Sink<'a> = &'a (dyn Fn(Event) + Send + Sync);
