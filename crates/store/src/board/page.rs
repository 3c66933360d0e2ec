//! Which watches stand on a page of a list, and how many there are of each kind.

use crate::{Result, TenantTx};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{id::WatchId, operator::Operator, plan::Usage};
use uuid::Uuid;

/// The most watches of a page.
pub const CARDS_MAX: i64 = 24;

/// Which watches a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// Those that run or are paused.
    Current,
    /// Those that have space now.
    Open,
    /// Those that are paused.
    Paused,
    /// Those that are over.
    Ended,
}

/// How often an operator is asked for the reader's plan, which tells when one of its watches misses a check.
pub type Interval = (Operator, TimeDelta);

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// Which watches.
    pub show: Show,
    /// From the how-manyth on.
    pub skip: i64,
    /// All operators with the intervals of the reader's plan.
    pub intervals: &'a [Interval],
    /// The present instant.
    pub now: DateTime<Utc>,
}

/// How many watches each list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Run or are paused.
    pub current: i64,
    /// Have space now.
    pub open: i64,
    /// Are paused.
    pub paused: i64,
    /// Are over.
    pub ended: i64,
}

/// A page, and what there is beside it.
#[derive(Clone, Debug)]
pub struct Page {
    /// The watches of the page, in the order of the list, at most [`CARDS_MAX`].
    pub ids: Vec<WatchId>,
    /// How many watches each list shows.
    pub counts: Counts,
    /// What the tenant uses of its plan.
    pub usage: Usage,
}

/// A page of a list: those with space first, then those that miss a check, then by their first day; of what is over, the last to sail.
///
/// # Errors
/// When the database cannot be read.
pub async fn page(tx: &mut TenantTx, asked: &Asked<'_>) -> Result<Page> {
    let operators: Vec<String> = asked.intervals.iter().map(|(operator, _)| operator.as_str().to_owned()).collect();
    let seconds: Vec<f64> = asked.intervals.iter().map(|(_, interval)| interval.as_seconds_f64()).collect();
    let states: &[&str] = match asked.show {
        Show::Current => &["active", "paused"],
        Show::Open => &["active"],
        Show::Paused => &["paused"],
        Show::Ended => &[],
    };
    let states: Vec<String> = states.iter().map(|state| (*state).to_owned()).collect();
    let row = sqlx::query_file!(
        "src/board/page.sql",
        &operators,
        &seconds,
        asked.now,
        &states,
        asked.show == Show::Open,
        asked.skip,
        CARDS_MAX
    )
    .fetch_one(&mut *tx.tx)
    .await?;
    let ids = if asked.show == Show::Ended { ended(tx, asked.skip).await? } else { row.ids };
    Ok(Page {
        ids: ids.into_iter().map(WatchId).collect(),
        counts: Counts { current: row.current, open: row.open, paused: row.paused, ended: row.ended },
        usage: Usage {
            active_watches: u32::try_from(row.used).unwrap_or(u32::MAX),
            watched_days: u32::try_from(row.used_days).unwrap_or(u32::MAX),
        },
    })
}

/// Those that are over, the last to sail first.
async fn ended(tx: &mut TenantTx, skip: i64) -> Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar!(
        "select id from watch where state in ('stopped', 'expired') order by expires_at desc, id desc offset $1 limit $2",
        skip,
        CARDS_MAX
    )
    .fetch_all(&mut *tx.tx)
    .await?)
}
