//! Housekeeping once a minute: keys that end soon, alerts whose sailing has left, watches whose sleep is over, and everything past its keep, as the map
//! in `store::privacy` says. Bounded steps; whatever is left over waits for the next minute.

use crate::clock::Clock;
use domain::key::WARNED_BEFORE;
use std::time::Duration;
use store::{Store, privacy};
use tokio_util::sync::CancellationToken;

/// How often to look.
const EVERY: Duration = Duration::from_secs(60);
/// Rows a statement.
const ROWS: i32 = 5_000;

/// Prunes until shutdown.
pub async fn run(store: Store, clock: Clock, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        if let Err(error) = prune(&store, &clock).await {
            tracing::warn!(%error, "not pruned; trying again in a minute");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = shutdown.cancelled() => {}
        }
    }
}

/// Prunes once.
///
/// # Errors
/// When the database refuses.
pub async fn prune(store: &Store, clock: &Clock) -> store::Result<()> {
    let now = clock.now();
    store.close_departed(now, ROWS).await?;
    store.wake_watches(now, ROWS).await?;
    for (ended, kept) in privacy::retention() {
        store.forget(ended, now - kept, ROWS).await?;
    }
    store.warn_of_keys(now, now + WARNED_BEFORE, ROWS).await?;
    Ok(())
}
