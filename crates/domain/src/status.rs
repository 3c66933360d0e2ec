//! How checks of an operator go: one word a minute, for everybody to see.
//!
//! Promises: an operator is good only while nothing that somebody waits for fails twice; a failure alone is ours to wait out.
//! What is counted is about the operator. Never tells how much is waited for, nor a check before the slowest plan may know of it.

use crate::cadence::Checks;
use crate::outage::{Health, IN_A_ROW};
use crate::plan::Plan;
use chrono::{DateTime, Utc};

closed_set! {
    /// How checks of an operator go.
    pub enum Condition ("condition of an operator") {
        /// Whatever is asked is answered.
        Good = "good",
        /// Some of what is asked is not answered, or not in a way we understand.
        Degraded = "degraded",
        /// It does not answer us or asked us to wait, so we rest.
        Paused = "paused",
        /// We do not ask it.
        Off = "off",
    }
}

/// One in so many questions that fail makes an operator degraded.
const DEGRADED_AT_ONE_IN: u64 = 10;

/// Failures in a row of one question that count.
const FAILS_AT: u32 = 2;

/// What is known of all questions to an operator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    wanted: u64,
    failing: u64,
    /// The newest check that the slowest plan may know of.
    pub checked_at: Option<DateTime<Utc>>,
}

impl Tally {
    /// Adds a question and its failures in a row. One that nobody wants is not asked, so that it does not fail either.
    pub fn add(&mut self, checks: &Checks, failures_in_row: u32) {
        self.checked_at = self.checked_at.max(checks.last_check(Plan::Free));
        if checks.target.plan.is_some() {
            self.wanted += 1;
            self.failing += u64::from(failures_in_row >= FAILS_AT);
        }
    }

    /// The condition of an operator of whose questions this is known.
    pub fn condition(&self, health: &Health, now: DateTime<Utc>) -> Condition {
        let rests = health.failures_in_row >= IN_A_ROW || health.open_until.is_some_and(|until| until > now);
        if !health.polled {
            Condition::Off
        } else if rests {
            Condition::Paused
        } else if self.failing > 0 && self.failing * DEGRADED_AT_ONE_IN >= self.wanted {
            Condition::Degraded
        } else {
            Condition::Good
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cadence::{Pace, TargetState, TimeScale};
    use crate::id::TargetId;
    use crate::samples::at;
    use chrono::TimeDelta;

    fn checks(plan: Option<Plan>, last_good_at: Option<DateTime<Utc>>) -> Checks {
        let created_at = at("2026-07-01T00:00:00Z");
        let target = TargetState { id: TargetId(7), plan, last_polled_at: None, not_before: None, created_at };
        let pace = Pace { scale: TimeScale::REAL, floor_s: 30, stretch_s: 0 };
        Checks { target, last_good_at, failing_since: None, pace }
    }

    fn tally(wanted: usize, failing: usize) -> Tally {
        let mut tally = Tally::default();
        for n in 0..wanted {
            tally.add(&checks(Some(Plan::Free), None), if n < failing { 2 } else { 1 });
        }
        tally
    }

    #[test]
    fn an_operator_is_off_paused_degraded_or_good_in_this_order() {
        let now = at("2026-07-01T12:00:00Z");
        let well = Health { polled: true, failures_in_row: 4, open_until: None };
        let (fails, none) = (tally(1, 1), Tally::default());
        assert_eq!(fails.condition(&Health { polled: false, failures_in_row: 9, ..well }, now), Condition::Off);
        assert_eq!(fails.condition(&Health { failures_in_row: 5, ..well }, now), Condition::Paused);
        let waits = Health { open_until: Some(now + TimeDelta::seconds(1)), ..well };
        assert_eq!(fails.condition(&waits, now), Condition::Paused);
        assert_eq!(fails.condition(&well, now), Condition::Degraded);
        assert_eq!(none.condition(&well, now), Condition::Good);
        assert_eq!(none.condition(&Health { open_until: Some(now), ..well }, now), Condition::Good);
    }

    #[test]
    fn a_few_of_many_that_fail_degrade_nobody() {
        let (now, well) = (at("2026-07-01T12:00:00Z"), Health { polled: true, failures_in_row: 0, open_until: None });
        assert_eq!(tally(11, 1).condition(&well, now), Condition::Good);
        assert_eq!(tally(10, 1).condition(&well, now), Condition::Degraded);
        assert_eq!(tally(100, 0).condition(&well, now), Condition::Good, "each failed once");
        let mut unwanted = tally(1, 0);
        unwanted.add(&checks(None, None), 9);
        assert_eq!(unwanted.condition(&well, now), Condition::Good);
    }

    #[test]
    fn the_last_check_is_the_newest_that_the_slowest_plan_may_know_of() {
        let good = at("2026-07-01T13:04:56Z");
        let mut tally = Tally::default();
        tally.add(&checks(Some(Plan::Fleet), None), 0);
        assert_eq!(tally.checked_at, None);
        let told = checks(Some(Plan::Fleet), Some(good));
        tally.add(&told, 0);
        tally.add(&checks(None, Some(good - TimeDelta::hours(5))), 0);
        assert_eq!(tally.checked_at, told.last_check(Plan::Free));
        assert_ne!(
            tally.checked_at,
            told.last_check(Plan::Fleet),
            "that a fleet was served between two ticks does not show"
        );
    }
}
