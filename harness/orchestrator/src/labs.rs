//! Labs that stay up between runs.

use envparity_config::EngineSpec;
use envparity_model::Problem;

use crate::event::{Event, Sink};
use crate::run_id::RunId;
use crate::session::{Places, lab_engine};

/// A lab that is up.
#[derive(Debug, Clone)]
pub struct LabUp {
    /// The environment's name.
    pub name: String,
    /// Where it is reached.
    pub destination: String,
    /// RFC 3339, UTC.
    pub expires: String,
}

/// A lab that several runs of this process share; it ends with this process, whatever ends it.
pub struct HeldLab {
    lab: Option<envparity_lab::Lab>,
    engine: EngineSpec,
}

impl HeldLab {
    /// Finds the lab of that name up, or starts one.
    ///
    /// # Errors
    /// When there is no local engine or the lab does not start.
    pub async fn start(name: &str, places: &Places, events: Sink<'_>) -> Result<Self, Problem> {
        if let Some(lab) = envparity_lab::Lab::attach(&places.lab_dir, name).await? {
            return Ok(Self { engine: lab_engine(&lab), lab: None });
        }
        let id = RunId::generate()?;
        let options = envparity_lab::LabOptions {
            name: format!("{name}-{}", id.id),
            state_dir: places.lab_dir.clone(),
            run: format!("{}-lab", id.id),
            expires_unix: id.started_ms / 1000 + 4 * 3600,
            keep: false,
        };
        let step = |step: &str| events(Event::Step { environment: name.to_owned(), step: step.to_owned() });
        let lab = envparity_lab::Lab::start(options, &step).await?;
        Ok(Self { engine: lab_engine(&lab), lab: Some(lab) })
    }

    /// How runs reach it.
    pub fn engine(&self) -> EngineSpec {
        self.engine.clone()
    }

    /// Ends it, unless it was up before.
    ///
    /// # Errors
    /// When its container cannot be removed.
    pub async fn stop(self) -> Result<(), Problem> {
        match self.lab {
            Some(lab) => lab.stop().await,
            None => Ok(()),
        }
    }
}

/// Starts a lab for an environment, or finds it up; gives where it is reached.
///
/// # Errors
/// When there is no local engine or the lab does not start.
pub async fn lab_up(name: &str, seconds: u64, places: &Places, events: Sink<'_>) -> Result<String, Problem> {
    if let Some(lab) = envparity_lab::Lab::attach(&places.lab_dir, name).await? {
        return Ok(lab.destination());
    }
    let id = RunId::generate()?;
    let options = envparity_lab::LabOptions {
        name: name.to_owned(),
        state_dir: places.lab_dir.clone(),
        run: id.id,
        expires_unix: id.started_ms / 1000 + i64::try_from(seconds).unwrap_or(i64::MAX / 2),
        keep: true,
    };
    let step = |step: &str| events(Event::Step { environment: name.to_owned(), step: step.to_owned() });
    let lab = envparity_lab::Lab::start(options, &step).await?;
    Ok(lab.destination())
}

/// Takes one lab down, or all; gives the names of those that were up.
///
/// # Errors
/// When one cannot be taken down, or the one named is not up.
pub async fn lab_down(name: Option<&str>, places: &Places) -> Result<Vec<String>, Problem> {
    let mut down = Vec::new();
    for lab in envparity_lab::list(&places.lab_dir).await? {
        if lab.keep
            && name.is_none_or(|name| name == lab.name)
            && envparity_lab::stop_kept(&places.lab_dir, &lab.name).await?
        {
            down.push(lab.name);
        }
    }
    match name {
        Some(name) if down.is_empty() => {
            Err(Problem::new(format!("environment `{name}` is not up"))
                .hint("`parity env list` shows what is"))
        }
        _ => Ok(down),
    }
}

/// The labs that are up.
///
/// # Errors
/// When the engine cannot be asked.
pub async fn labs(places: &Places) -> Result<Vec<LabUp>, Problem> {
    let up = envparity_lab::list(&places.lab_dir).await?.into_iter().filter(|lab| lab.alive && lab.keep);
    Ok(up
        .map(|lab| LabUp {
            destination: format!("ec2-user@127.0.0.1:{}", lab.ssh_port),
            expires: jiff::Timestamp::from_second(lab.expires_unix)
                .map(|t| t.to_string())
                .unwrap_or_default(),
            name: lab.name,
        })
        .collect())
}
