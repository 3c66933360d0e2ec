//! What a reader is told of the checks of a target: when it was last checked, when it is checked next, since when checks are missed.
//!
//! Promises: all of it follows from the ticks of the reader's own plan, so that nobody sees that somebody on a faster plan
//! watches the same. Never claims a check that was not made: a tick counts only once a good poll was made at or after it.

use super::{Pace, TargetState, interval, next_tick, phase};
use crate::plan::Plan;
use chrono::{DateTime, Utc};

/// The checks of one target, as its row has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checks {
    /// What bears on when it is due.
    pub target: TargetState,
    /// Start of the last good poll.
    pub last_good_at: Option<DateTime<Utc>>,
    /// Start of the first failed or held poll since.
    pub failing_since: Option<DateTime<Utc>>,
    /// The operator's pace.
    pub pace: Pace,
}

impl Checks {
    /// The last good check as a plan may know of it: its newest tick that a good poll served. The first good poll of a
    /// target serves all.
    pub fn last_check(&self, plan: Plan) -> Option<DateTime<Utc>> {
        let good = self.last_good_at?;
        let interval = interval(plan, &self.pace);
        let tick = next_tick(good, phase(self.target.id, self.pace.scale), interval) - interval;
        Some(tick.max(self.target.created_at).min(good))
    }

    /// The next check for a plan: its first tick after the last poll, once neither the target nor its operator is held
    /// (`open_until`: the operator's breaker). What is due already is due `now`. A target that is held is said to be
    /// checked at the plan's own tick after that, and the floor since the last poll is left out: both would show the
    /// polls of a faster plan.
    pub fn next_check(&self, plan: Plan, open_until: Option<DateTime<Utc>>, now: DateTime<Utc>) -> DateTime<Utc> {
        let after = self.target.last_polled_at.max(self.target.not_before);
        let phase = phase(self.target.id, self.pace.scale);
        let tick = after.map_or(now, |after| next_tick(after, phase, interval(plan, &self.pace)));
        tick.max(open_until.unwrap_or(now)).max(now)
    }

    /// Since when a plan misses checks that somebody wants since `wanted_from`; `None` if it misses none now.
    pub fn missed_since(&self, plan: Plan, wanted_from: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let interval = interval(plan, &self.pace);
        let good = self.last_good_at.unwrap_or(self.target.created_at).max(wanted_from);
        let shown = self.last_check(plan).map_or(wanted_from, |check| check.max(wanted_from));
        (good + interval < now).then(|| shown + interval)
    }

    /// Since when checks of a plan are missed because polls fail or are held; `None` while they do not.
    pub fn degraded_since(&self, plan: Plan, wanted_from: DateTime<Utc>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.failing_since.and_then(|_| self.missed_since(plan, wanted_from, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::TargetId;
    use crate::samples::{any_instant, any_pace, any_plan, at};
    use chrono::TimeDelta;
    use proptest::prelude::*;

    fn checks(pace: Pace, last_good_at: Option<DateTime<Utc>>, created_at: DateTime<Utc>) -> Checks {
        let target = TargetState {
            id: TargetId(7),
            plan: Some(Plan::Fleet),
            last_polled_at: last_good_at,
            not_before: None,
            created_at,
        };
        Checks { target, last_good_at, failing_since: None, pace }
    }

    fn real() -> Pace {
        Pace { scale: crate::cadence::TimeScale::REAL, floor_s: 30, stretch_s: 0 }
    }

    #[test]
    fn polls_between_two_ticks_of_a_plan_show_it_nothing() {
        let created = at("2026-07-01T00:00:00Z");
        let hour = TimeDelta::hours(1);
        let tick = next_tick(at("2026-07-01T12:00:00Z"), phase(TargetId(7), real().scale), hour);
        for minutes in [0, 1, 30, 59] {
            let seen = checks(real(), Some(tick + TimeDelta::minutes(minutes)), created);
            assert_eq!(seen.last_check(Plan::Free), Some(tick), "{minutes} minutes after the tick");
            let now = tick + TimeDelta::minutes(minutes);
            assert_eq!(seen.next_check(Plan::Free, None, now), tick + hour);
        }
        let fleet = checks(real(), Some(tick + TimeDelta::minutes(30)), created);
        assert_eq!(fleet.last_check(Plan::Fleet), Some(tick + TimeDelta::minutes(30)));
    }

    #[test]
    fn a_target_that_was_never_checked_says_so() {
        let now = at("2026-07-01T12:00:00Z");
        let new = checks(real(), None, now);
        assert_eq!(new.last_check(Plan::Free), None);
        assert_eq!(new.next_check(Plan::Free, None, now), now);
        let held = now + TimeDelta::hours(1);
        assert_eq!(new.next_check(Plan::Free, Some(held), now), held);
        assert_eq!(new.missed_since(Plan::Free, now, now + TimeDelta::minutes(60)), None);
        assert!(new.missed_since(Plan::Free, now, now + TimeDelta::minutes(61)).is_some());
    }

    #[test]
    fn a_failure_degrades_only_the_plans_that_missed_a_check_of_their_own() {
        let (created, now) = (at("2026-07-01T00:00:00Z"), at("2026-07-01T12:00:00Z"));
        let failing = Checks {
            failing_since: Some(now - TimeDelta::minutes(9)),
            ..checks(real(), Some(now - TimeDelta::minutes(10)), created)
        };
        assert!(failing.degraded_since(Plan::Fleet, created, now).is_some());
        assert_eq!(failing.degraded_since(Plan::Free, created, now), None);
        assert_eq!(failing.degraded_since(Plan::Fleet, now, now), None, "wanted just now: nothing was missed");
        let well = Checks { failing_since: None, ..failing };
        assert_eq!(well.degraded_since(Plan::Fleet, created, now), None);
    }

    proptest! {
        #[test]
        fn what_a_plan_is_shown_is_true_and_the_same_whoever_else_watches(
            plan in any_plan(), pace in any_pace(), good in any_instant(), later_us in 0_i64..86_400_000_000,
        ) {
            let created = good - TimeDelta::days(3);
            let seen = checks(pace, Some(good), created);
            let shown = seen.last_check(plan).unwrap();
            prop_assert!(shown <= good);
            prop_assert!(good - shown < interval(plan, &pace));
            // Further polls before the plan's next tick, for somebody on a faster plan, do not show.
            let tick = next_tick(good, phase(TargetId(7), pace.scale), interval(plan, &pace));
            let later = (good + TimeDelta::microseconds(later_us)).min(tick - TimeDelta::microseconds(1)).max(good);
            prop_assert_eq!(checks(pace, Some(later), created).last_check(plan), Some(shown));
            prop_assert!(seen.next_check(plan, None, good) >= tick);
            if let Some(since) = seen.missed_since(plan, created, later) {
                prop_assert!(since <= later);
            }
        }
    }
}
