//! Hears that we should stop: Ctrl-C, SIGTERM, or the terminal going away.

use tokio::signal::unix::{SignalKind, signal};

/// Listens from now on; the future ends when we are told to stop.
///
/// # Panics
/// When the system refuses to deliver signals.
pub fn told() -> impl Future<Output = ()> {
    let mut streams = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()]
        .map(|kind| signal(kind).expect("the system delivers signals"));
    async move {
        let [interrupt, terminate, hangup] = &mut streams;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}
