//! How checks of operators go, once a minute: tallied while the schedule is walked over, which reads every target anyway, and
//! counted by whichever worker comes first. While nobody can walk nothing is counted, and that shows as minutes in which nobody looked.

use chrono::{DateTime, Utc};
use domain::{cadence::Checks, operator::Operator, outage::Health, status::Tally};
use std::collections::HashMap;
use store::{Store, status::Seen, target::TargetRow};

/// What one walk saw.
#[derive(Default)]
pub(crate) struct Tallies(HashMap<Operator, Tally>);

impl Tallies {
    /// Adds a page of targets.
    pub(crate) fn add(&mut self, rows: &HashMap<i64, TargetRow>) {
        for row in rows.values() {
            let checks =
                Checks { target: row.state, last_good_at: row.last_good_at, failing_since: None, pace: row.pace };
            self.0.entry(row.operator).or_default().add(&checks, row.failures_in_row);
        }
    }

    /// Counts the minute for every operator, also for those of which nothing is asked.
    pub(crate) async fn record(&self, store: &Store, now: DateTime<Utc>) -> store::Result<()> {
        for row in store.operators().await? {
            let tally = self.0.get(&row.operator).copied().unwrap_or_default();
            let health =
                Health { polled: row.polled, failures_in_row: row.failures_in_row, open_until: row.open_until };
            let condition = tally.condition(&health, now);
            store.count_minute(&Seen { operator: row.operator, condition, checked_at: tally.checked_at, now }).await?;
        }
        Ok(())
    }
}
