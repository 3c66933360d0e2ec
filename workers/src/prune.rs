//! Housekeeping once a minute: keys that end soon, alerts whose sailing has left, watches past their last day, history past
//! its keep. Bounded steps; whatever is left over waits for the next minute.

use crate::clock::Clock;
use chrono::TimeDelta;
use domain::key::WARNED_BEFORE;
use std::time::Duration;
use store::Store;
use tokio_util::sync::CancellationToken;

/// How often to look.
const EVERY: Duration = Duration::from_secs(60);
/// Rows a statement.
const ROWS: i32 = 5_000;
/// Changes are history for the longest plan: two years.
const CHANGES_KEPT: TimeDelta = TimeDelta::days(731);
/// Facts of a sailing are kept this long after it has left.
const FACTS_KEPT: TimeDelta = TimeDelta::days(2);
/// Answers that were held are kept this long after the decision; the audit keeps who decided.
const HELD_KEPT: TimeDelta = TimeDelta::days(90);
/// Invitations are kept this long after they were made: longer than they count for any cap.
const INVITATIONS_KEPT: TimeDelta = TimeDelta::days(30);

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
    store.prune_changes(now - CHANGES_KEPT, i64::from(ROWS)).await?;
    store.prune_facts(now - FACTS_KEPT, i64::from(ROWS)).await?;
    store.prune_held(now - HELD_KEPT, i64::from(ROWS)).await?;
    store.warn_of_keys(now, now + WARNED_BEFORE, ROWS).await?;
    store.prune_buckets(now, i64::from(ROWS)).await?;
    store.prune_idempotency(now - store::idempotency::KEPT, ROWS).await?;
    store.prune_invitations(now - INVITATIONS_KEPT, ROWS).await?;
    Ok(())
}
