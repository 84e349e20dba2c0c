//! When labs end, and when not.

use std::time::Duration;

use envparity_lab::{Lab, list, stop_kept};

use crate::{Outcome, child, engine, in_seconds, options, quiet, runtime};

/// What the bars allow for a remote side after SIGKILL.
const LIMIT: Duration = Duration::from_secs(30);

pub(crate) fn a_killed_process_leaves_nothing() -> Outcome {
    let state = tempfile::tempdir()?;
    runtime().block_on(async {
        let (mut process, container) =
            child::spawn(false, &options("killed", state.path()).name, state.path());
        let traces = engine::traces(&container).await;
        process.kill()?;
        process.wait()?;
        assert!(traces.vanish_within(LIMIT).await, "container or volume are still there");
        // Its keys go with the next start in that folder.
        let next = Lab::start(options("after-killed", state.path()), &quiet).await?;
        let known = list(state.path()).await?;
        assert_eq!(known.iter().map(|lab| &lab.name).collect::<Vec<_>>(), [&next.state().name]);
        Ok(next.stop().await?)
    })
}

pub(crate) fn a_dropped_lab_ends() -> Outcome {
    let state = tempfile::tempdir()?;
    runtime().block_on(async {
        let lab = Lab::start(options("dropped", state.path()), &quiet).await?;
        let traces = engine::traces(&lab.state().container).await;
        drop(lab);
        assert!(traces.vanish_within(LIMIT).await, "container or volume are still there");
        Ok(())
    })
}

pub(crate) fn a_kept_lab_outlives_its_process() -> Outcome {
    let state = tempfile::tempdir()?;
    let wanted = options("kept", state.path());
    runtime().block_on(async {
        let (mut process, container) = child::spawn(true, &wanted.name, state.path());
        assert!(process.wait()?.success());
        let traces = engine::traces(&container).await;

        let lab = Lab::attach(state.path(), &wanted.name).await?.expect("it is up");
        assert_eq!(lab.state().container, container);
        drop(lab);
        let known = list(state.path()).await?;
        assert_eq!((known.len(), known[0].alive, known[0].keep), (1, true, true));

        let second = Lab::start(wanted.clone(), &quiet).await.expect_err("the name is taken");
        assert!(second.message.contains("already up"), "{second}");
        assert!(traces.exist().await, "a failed start took it down");

        assert!(stop_kept(state.path(), &wanted.name).await?);
        assert!(!traces.exist().await);
        assert!(Lab::attach(state.path(), &wanted.name).await?.is_none());
        assert!(!stop_kept(state.path(), &wanted.name).await?);
        assert!(list(state.path()).await?.is_empty());
        Ok(())
    })
}

pub(crate) fn a_deadline_ends_a_kept_lab() -> Outcome {
    let state = tempfile::tempdir()?;
    let mut wanted = options("deadline", state.path());
    wanted.keep = true;
    runtime().block_on(async {
        // Built first, so that the building does not use up the time.
        Lab::start(options("before-deadline", state.path()), &quiet).await?.stop().await?;
        wanted.expires_unix = in_seconds(20);
        let lab = Lab::start(wanted.clone(), &quiet).await?;
        let traces = engine::traces(&lab.state().container).await;
        assert!(traces.vanish_within(LIMIT).await, "container or volume are still there");
        assert!(Lab::attach(state.path(), &wanted.name).await?.is_none());
        wanted.expires_unix = in_seconds(-1);
        assert!(Lab::start(wanted, &quiet).await.is_err(), "a deadline in the past");
        Ok(())
    })
}

pub(crate) fn another_host_key_is_refused() -> Outcome {
    let state = tempfile::tempdir()?;
    let mut wanted = options("host-key", state.path());
    wanted.keep = true;
    runtime().block_on(async {
        let lab = Lab::start(wanted.clone(), &quiet).await?;
        let known = std::fs::read_to_string(lab.known_hosts())?;
        let (host, _) = known.split_once(' ').expect("host and key");
        let other = Lab::start(options("other-host", state.path()), &quiet).await?;
        let foreign = std::fs::read_to_string(other.known_hosts())?;
        let (_, key) = foreign.split_once(' ').expect("host and key");
        std::fs::write(lab.known_hosts(), format!("{host} {key}"))?;
        let refusal = Lab::attach(state.path(), &wanted.name).await.expect_err("the key is another");
        assert!(refusal.message.contains("verification failed"), "{refusal}");
        other.stop().await?;
        Ok(lab.stop().await?)
    })
}
