//! How long a session lasts, and how long a proof of identity stays fresh.
//!
//! Promises: every limit is here, as a constant, and every decision is a function of the session's instants and `now`.

use chrono::{DateTime, TimeDelta, Utc};

/// A session that nobody uses ends after this.
pub const IDLE_LIMIT: TimeDelta = TimeDelta::hours(12);
/// A session ends after this, however much it is used.
pub const ABSOLUTE_LIMIT: TimeDelta = TimeDelta::days(14);
/// For so long after a proof of identity dangerous acts need no new one.
pub const FRESH_FOR: TimeDelta = TimeDelta::minutes(10);
/// How many sessions a person has at once; a further one ends the one that was not used for longest.
pub const SESSIONS_MAX: i64 = 20;

/// The instants of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// When it was last used, to the minute.
    pub seen_at: DateTime<Utc>,
    /// When its person last proved their identity.
    pub proved_at: DateTime<Utc>,
    /// When it ends in any case.
    pub ends_at: DateTime<Utc>,
}

impl Span {
    /// A session that begins now, with a proof of identity.
    pub fn begun(now: DateTime<Utc>) -> Span {
        Span { seen_at: now, proved_at: now, ends_at: now + ABSOLUTE_LIMIT }
    }

    /// Whether it is still good.
    pub fn is_live(&self, now: DateTime<Utc>) -> bool {
        now < self.ends_at && now < self.seen_at + IDLE_LIMIT
    }

    /// Whether the last proof of identity is recent enough for a dangerous act.
    pub fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        now < self.proved_at + FRESH_FOR
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sr_ses_04_a_session_ends_when_idle_for_12_hours_and_after_14_days_at_last() {
        let start = DateTime::UNIX_EPOCH;
        let span = Span::begun(start);
        let second = TimeDelta::seconds(1);
        assert!(span.is_live(start + TimeDelta::hours(12) - second));
        assert!(!span.is_live(start + TimeDelta::hours(12)));
        let used = Span { seen_at: start + TimeDelta::days(14) - second, ..span };
        assert!(used.is_live(start + TimeDelta::days(14) - second));
        assert!(!used.is_live(start + TimeDelta::days(14)));
    }

    #[test]
    fn a_proof_is_fresh_for_ten_minutes() {
        let start = DateTime::UNIX_EPOCH;
        let span = Span::begun(start);
        assert!(span.is_fresh(start + TimeDelta::seconds(599)));
        assert!(!span.is_fresh(start + TimeDelta::minutes(10)));
    }
}
