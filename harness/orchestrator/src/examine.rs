//! What works on this machine and what does not.

use envparity_config::Config;
use envparity_engine::Engine;
use envparity_model::Problem;

use crate::engines::{context, engines_of};
use crate::session::Places;

/// One thing that was looked at.
#[derive(Debug, Clone)]
pub struct Examined {
    /// What.
    pub subject: String,
    /// Whether it works.
    pub works: bool,
    /// What was seen.
    pub words: String,
    /// What to do.
    pub hint: Option<String>,
}

impl Examined {
    fn works(subject: impl Into<String>, words: impl Into<String>) -> Self {
        Self { subject: subject.into(), works: true, words: words.into(), hint: None }
    }

    fn fails(subject: impl Into<String>, problem: Problem) -> Self {
        Self { subject: subject.into(), works: false, words: problem.message, hint: problem.hint }
    }
}

/// Looks at the collector, the ssh client and every engine of the configuration.
pub async fn examine(config: Option<&Config>, places: &Places) -> Vec<Examined> {
    let mut seen = vec![collector(), ssh_client()];
    for (name, spec) in engines_of(config, places).await {
        let subject = format!("engine of {name}");
        let context = match context(places) {
            Ok(context) => context,
            Err(problem) => {
                seen.push(Examined::fails(subject, problem));
                continue;
            }
        };
        seen.push(match Engine::connect(&name, &spec, &context).await {
            Ok(engine) => {
                let about = engine.info().clone();
                let left = engine.list_owned().await.map_or(0, |owned| owned.len());
                engine.disconnect().await;
                let words = format!("{} (API {}), {left} objects of runs", about.version, about.api);
                Examined::works(subject, words)
            }
            Err(error) => Examined::fails(subject, error.problem),
        });
    }
    seen
}

fn collector() -> Examined {
    let bytes = envparity_engine::collector_size();
    if bytes == 0 {
        return Examined::fails(
            "collector",
            Problem::new("not embedded in this build").hint("build envparity with its build script"),
        );
    }
    Examined::works("collector", format!("embedded, {} KiB", bytes / 1024))
}

fn ssh_client() -> Examined {
    match std::process::Command::new("ssh").arg("-V").output() {
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stderr);
            Examined::works("ssh client", text.trim())
        }
        Err(error) => Examined::fails(
            "ssh client",
            Problem::new(format!("no `ssh` on the path: {error}"))
                .hint("install OpenSSH's client for ssh:// engines"),
        ),
    }
}
