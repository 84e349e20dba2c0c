//! What happens, while it happens: bars on a terminal, plain lines elsewhere, always on standard error.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::Duration;

use envparity_model::Sample;
use envparity_orchestrator::Event;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shows events.
pub(crate) struct Progress {
    view: View,
    bar: Mutex<Option<ProgressBar>>,
}

enum View {
    Quiet,
    Lines,
    Bars(ProgressBar),
}

impl Progress {
    /// By what standard error is.
    pub(crate) fn new(quiet: bool) -> Self {
        let view = if quiet {
            View::Quiet
        } else if std::io::stderr().is_terminal() {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            View::Bars(bar)
        } else {
            View::Lines
        };
        Self { view, bar: Mutex::new(None) }
    }

    /// One event.
    pub(crate) fn show(&self, event: Event) {
        match &self.view {
            View::Quiet => {}
            View::Lines => {
                if let Some(line) = line_of(&event) {
                    // Nobody can be told that nobody can be told.
                    let _ = writeln!(std::io::stderr().lock(), "{line}");
                }
            }
            View::Bars(spinner) => self.draw(spinner, &event),
        }
    }

    /// Wipes bars off, so that results stand alone.
    pub(crate) fn finish(&self) {
        if let View::Bars(spinner) = &self.view {
            spinner.finish_and_clear();
        }
    }

    fn draw(&self, spinner: &ProgressBar, event: &Event) {
        let Ok(mut bar) = self.bar.lock() else { return };
        match event {
            Event::Pass { sample, cases } => {
                let fresh = ProgressBar::with_draw_target(Some(*cases as u64), ProgressDrawTarget::stderr());
                if let Ok(style) = ProgressStyle::with_template("  {msg} [{bar:30}] {pos}/{len} cases") {
                    fresh.set_style(style.progress_chars("=> "));
                }
                fresh.set_message(pass_name(*sample));
                *bar = Some(fresh);
            }
            Event::Case => {
                if let Some(bar) = &*bar {
                    bar.inc(1);
                }
            }
            Event::PassDone => {
                if let Some(bar) = bar.take() {
                    bar.finish_and_clear();
                }
            }
            Event::Note { text } => spinner.println(format!("note: {text}")),
            other => {
                if let Some(line) = line_of(other) {
                    spinner.set_message(line);
                }
            }
        }
    }
}

fn line_of(event: &Event) -> Option<String> {
    match event {
        Event::Started { run } => Some(format!("run {run}")),
        Event::Step { environment, step } => Some(format!("{environment}: {step}")),
        Event::Ready { environment, ms } => {
            Some(format!("{environment}: ready in {:.1} s", *ms as f64 / 1e3))
        }
        Event::Pass { sample, cases } => Some(format!("{}: {cases} cases", pass_name(*sample))),
        Event::Note { text } => Some(format!("note: {text}")),
        Event::Case | Event::PassDone => None,
    }
}

const fn pass_name(sample: Sample) -> &'static str {
    match sample {
        Sample::Primary => "sample",
        Sample::Control => "control sample",
        Sample::Resample => "resample",
    }
}
