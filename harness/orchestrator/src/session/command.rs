//! Commands in the containers of one pass, all environments side by side.

use envparity_config::CommandSpec;
use envparity_engine::{ExecuteSpec, Executed, Service};
use envparity_model::{AssertResult, Exchange, FailureKind, Finished, NotSent, Outcome, Sample, Timing};
use envparity_runner::Recorder;
use futures_util::future::join_all;

use super::Session;
use super::party::Party;
use crate::event::Event;
use crate::journal::Journal;
use crate::plan::PlannedCommand;

impl Session<'_> {
    /// Runs commands one after the other, each in all environments at once.
    pub(crate) async fn run_commands(
        &self,
        parties: &[Party],
        commands: &[PlannedCommand],
        (sample, journal): (Sample, &Journal),
    ) {
        for command in commands {
            let ran = parties.iter().map(|party| self.run_command(party, command, (sample, journal)));
            for (party, exchange) in parties.iter().zip(join_all(ran).await) {
                journal.sink().exchange(&party.name, exchange);
            }
            (self.events)(Event::Case);
        }
    }

    async fn run_command(
        &self,
        party: &Party,
        command: &PlannedCommand,
        (sample, journal): (Sample, &Journal),
    ) -> Exchange {
        let at = self.started.elapsed();
        let outcome = match reason_against(party, command) {
            Ok(service) => self.execute(party, service, &command.spec, journal).await,
            Err(reason) => Outcome::NotSent(reason),
        };
        let took = self.started.elapsed().saturating_sub(at).as_secs_f64() * 1e3;
        Exchange {
            case: command.place.id.clone(),
            sample,
            attempt: 1,
            first_failure: None,
            request: None,
            asserts: expected(command, &outcome).into_iter().collect(),
            outcome,
            captures: Vec::new(),
            timing: Timing { at_ms: at.as_secs_f64() * 1e3, head_ms: took, total_ms: took },
        }
    }

    async fn execute(
        &self,
        party: &Party,
        service: &Service,
        command: &CommandSpec,
        journal: &Journal,
    ) -> Outcome {
        let spec = ExecuteSpec {
            command: &command.run,
            workdir: command.workdir.as_deref(),
            user: command.user.as_deref(),
            env: &command.env,
            timeout: command.timeout.unwrap_or(self.config.compare.timeout),
            cap: usize::try_from(self.config.compare.body_cap).unwrap_or(usize::MAX),
        };
        match service.execute(&spec).await {
            Ok(Executed::Finished { exit, stdout, stderr }) => {
                let sink = journal.sink();
                Outcome::Finished(Finished {
                    exit,
                    stdout: sink.body(&stdout.bytes, stdout.truncated, None),
                    stderr: sink.body(&stderr.bytes, stderr.truncated, None),
                })
            }
            Ok(Executed::NotRun { reason }) => {
                Outcome::Failure { kind: FailureKind::NotRun, message: reason }
            }
            Ok(Executed::TimedOut) => Outcome::Failure {
                kind: FailureKind::Timeout,
                message: format!("it had not ended after {} s", spec.timeout.as_secs_f64()),
            },
            Err(error) => self.lost(party, service, &error.problem.message).await,
        }
    }

    /// The engine could not execute it: whose fault that is, the engine says.
    async fn lost(&self, party: &Party, service: &Service, message: &str) -> Outcome {
        let reason = match service.state().await {
            Ok(state) if state.running => {
                return Outcome::Failure { kind: FailureKind::Other, message: message.to_owned() };
            }
            Ok(_) => NotSent::ServiceDied,
            Err(_) => NotSent::EnvironmentLost,
        };
        party.stop(reason.clone());
        Outcome::NotSent(reason)
    }
}

/// Where it runs, or why it does not.
fn reason_against<'p>(party: &'p Party, command: &PlannedCommand) -> Result<&'p Service, NotSent> {
    if let Some(reason) = party.stopped() {
        return Err(reason);
    }
    if let Some(by) = command.spec.conditions.excludes(&party.name) {
        return Err(NotSent::Excluded { by });
    }
    party.service.as_deref().ok_or(NotSent::NoContainer)
}

/// Whether the exit code is the one that the configuration names.
fn expected(command: &PlannedCommand, outcome: &Outcome) -> Option<AssertResult> {
    let expected = command.spec.expect_exit?;
    let Outcome::Finished(finished) = outcome else { return None };
    let passed = finished.exit == expected;
    Some(AssertResult {
        line: command.place.line,
        text: format!("exit == {expected}"),
        passed,
        actual: (!passed).then(|| finished.exit.to_string()),
        timed: false,
    })
}
