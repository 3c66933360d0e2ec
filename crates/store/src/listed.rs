//! Pages of lists. Every list has an order that no insert disturbs, a place in it to go on from, and a bound that
//! the statement itself holds, whatever was asked for.

use crate::Result;
use chrono::{DateTime, Utc};

/// The most rows of a page. Statements say it themselves: `limit least($n, 100) + 1`.
pub const PAGE_MAX: i64 = 100;

/// A place in a list: its instant, and what tells rows of one instant apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place<K> {
    /// The instant the list is ordered by.
    pub at: DateTime<Utc>,
    /// The key of the row.
    pub key: K,
}

/// One page.
#[derive(Clone, Debug)]
pub struct Listed<T, K> {
    /// The rows that this version can read.
    pub rows: Vec<T>,
    /// The place of the last row, if there are more after it.
    pub next: Option<Place<K>>,
}

impl<T, K> Listed<T, K> {
    /// Reads a page from the rows of a statement that asked for one more than `limit`. A row that cannot be read
    /// costs itself and nobody else.
    pub(crate) fn read<R>(
        mut rows: Vec<R>,
        limit: i64,
        place: impl Fn(&R) -> Place<K>,
        read: impl Fn(R) -> Result<T>,
    ) -> Listed<T, K> {
        let limit = usize::try_from(limit.clamp(0, PAGE_MAX)).unwrap_or(0);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(place);
        let read = |row| read(row).inspect_err(|error| tracing::error!(%error, "a row of a list is left out")).ok();
        Listed { rows: rows.into_iter().filter_map(read).collect(), next }
    }
}
