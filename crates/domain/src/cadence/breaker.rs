//! The breaker of an operator: after failures in a row nothing is asked for a while, then one probe goes first.
//!
//! Promises: opens at the fifth failure in a row, doubles up to eight times, and lets one probe decide.
//! Never forgets a Retry-After: the operator said it of its host, not of one target.

use super::{MAX_RETRY_AFTER, TimeScale};
use chrono::{DateTime, TimeDelta, Utc};

/// Failures in a row that open the breaker.
const OPENS_AT: u32 = 5;

/// How long it is open at first.
const FIRST_OPEN_S: u32 = 60;

/// The state of an operator's breaker, as stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Breaker {
    /// Failures in a row, over all its targets.
    pub failures_in_row: u32,
    /// Until when nothing is asked.
    pub open_until: Option<DateTime<Utc>>,
}

/// What may be asked of an operator now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admits {
    /// Whatever is due.
    All,
    /// One question, whose outcome decides.
    Probe,
    /// Nothing before this instant.
    NothingUntil(DateTime<Utc>),
}

impl Breaker {
    /// What may be asked now.
    pub fn admits(&self, now: DateTime<Utc>) -> Admits {
        match self.open_until {
            Some(until) if now < until => Admits::NothingUntil(until),
            Some(_) if self.failures_in_row >= OPENS_AT => Admits::Probe,
            Some(_) | None => Admits::All,
        }
    }

    /// After a failed poll. One that began before the breaker opened and fails while it is open says
    /// nothing new.
    pub fn after_failure(&self, now: DateTime<Utc>, scale: TimeScale) -> Breaker {
        if self.open_until.is_some_and(|until| now < until) {
            return *self;
        }
        let failures_in_row = self.failures_in_row.saturating_add(1);
        if failures_in_row < OPENS_AT {
            return Breaker { failures_in_row, open_until: None };
        }
        let doublings = (failures_in_row - OPENS_AT).min(3);
        let open = scale.scaled(FIRST_OPEN_S << doublings);
        Breaker { failures_in_row, open_until: Some(now + open) }
    }

    /// After a Retry-After: nothing is asked for as long, and what was known of failures stays.
    pub fn after_retry_after(&self, now: DateTime<Utc>, wait: TimeDelta) -> Breaker {
        let until = now + wait.clamp(TimeDelta::zero(), MAX_RETRY_AFTER);
        let open_until = self.open_until.map_or(until, |open| open.max(until));
        Breaker { open_until: Some(open_until), ..*self }
    }
}

#[cfg(test)]
mod tests;
