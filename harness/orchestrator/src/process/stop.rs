//! Signals that end a run in good order.

use tokio::sync::watch;

/// Receives the number of the first signal (SIGINT, SIGTERM); a second one ends the process at once, whatever else
/// it is busy with: signals have a thread of their own.
pub fn stop_by_signals() -> watch::Receiver<Option<u8>> {
    let (sender, receiver) = watch::channel(None);
    std::thread::spawn(move || {
        // Without it a signal ends the process as if nobody listened; the dead-man sidecars remove what is left.
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(end_by_signals(&sender));
    });
    receiver
}

async fn end_by_signals(sender: &watch::Sender<Option<u8>>) {
    let first = next_signal().await;
    // Nobody listening means that nothing runs any more.
    let _ = sender.send(Some(first));
    let second = next_signal().await;
    #[expect(clippy::exit, reason = "asked twice: the dead-man sidecars remove what is left")]
    std::process::exit(i32::from(128 + second));
}

#[cfg(unix)]
async fn next_signal() -> u8 {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => 2,
        _ = terminate.recv() => 15,
    }
}

#[cfg(not(unix))]
async fn next_signal() -> u8 {
    match tokio::signal::ctrl_c().await {
        Ok(()) => 2,
        Err(_) => std::future::pending().await,
    }
}
