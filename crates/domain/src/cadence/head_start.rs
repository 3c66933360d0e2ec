//! Head starts: how much earlier a better plan told of what a slower one was told.
//!
//! Promises: a figure is said only where the very poll that saw it served a tick of the better plan, so that it was told of at
//! once; it is whole minutes, and never more than really lay between. Never guesses what a poll that nobody made would have seen.

use super::Releases;
use crate::plan::Plan;
use chrono::{DateTime, Utc};

/// What a poll found, and when which plan could know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Start of the poll.
    pub polled_at: DateTime<Utc>,
    /// When it was written down: before that nobody was told.
    pub recorded_at: DateTime<Utc>,
    /// From when each plan may know.
    pub releases: Releases,
}

/// A better plan, and how much earlier it told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeadStart {
    /// The plan.
    pub plan: Plan,
    /// Whole minutes, one at least.
    pub minutes: i64,
}

impl Found {
    /// By how much the next better plan was ahead of an alert that was held for `plan` until then. None for an alert that was held
    /// for another plan, which the tenant has left since.
    pub fn head_start(&self, plan: Plan, held_until: DateTime<Utc>) -> Option<HeadStart> {
        let better = plan.sooner()?;
        let was_told_at_once = self.releases.of(better) <= self.polled_at;
        let was_held_for_it = self.releases.of(plan) == held_until;
        let minutes = (held_until - self.recorded_at).num_minutes();
        (was_told_at_once && was_held_for_it && minutes >= 1).then_some(HeadStart { plan: better, minutes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cadence::{Pace, TimeScale, interval, next_tick, phase, releases};
    use crate::id::TargetId;
    use crate::samples::{any_instant, any_pace, any_plan, at};
    use chrono::TimeDelta;
    use proptest::prelude::*;

    const TARGET: TargetId = TargetId(7);
    const REAL: Pace = Pace { scale: TimeScale::REAL, floor_s: 30, stretch_s: 0 };

    /// A poll some time after the tick of a plan, the last one having been made a minute before.
    fn found(plan: Plan, after: TimeDelta) -> Found {
        let day = at("2026-07-01T00:00:00Z");
        let tick = next_tick(day, phase(TARGET, REAL.scale), interval(Plan::Free, &REAL)) + TimeDelta::minutes(20);
        let tick = next_tick(tick, phase(TARGET, REAL.scale), interval(plan, &REAL));
        let polled_at = tick + after;
        let releases = releases(TARGET, &REAL, Some(polled_at - TimeDelta::minutes(1)), polled_at);
        Found { polled_at, recorded_at: polled_at + TimeDelta::seconds(3), releases }
    }

    fn said(found: &Found, plan: Plan) -> Option<(Plan, i64)> {
        found.head_start(plan, found.releases.of(plan)).map(|ahead| (ahead.plan, ahead.minutes))
    }

    #[test]
    fn a_slow_plan_learns_how_much_earlier_the_next_one_was_told() {
        let seen = found(Plan::Plus, TimeDelta::zero());
        assert_eq!(
            said(&seen, Plan::Free),
            Some((Plan::Plus, 29)),
            "30 minutes less the seconds until it was written down"
        );
        let seen = found(Plan::Pro, TimeDelta::zero());
        assert_eq!(said(&seen, Plan::Plus), Some((Plan::Pro, 7)));
        assert_eq!(said(&seen, Plan::Free), None, "Plus had to wait for its own tick: who knows what was there then");
    }

    #[test]
    fn nothing_is_said_where_nobody_would_have_been_told_earlier() {
        let on_the_hour = found(Plan::Free, TimeDelta::zero());
        assert!(Plan::ALL.iter().all(|plan| said(&on_the_hour, *plan).is_none()), "one poll told all");
        let between = found(Plan::Plus, TimeDelta::minutes(1));
        assert_eq!(said(&between, Plan::Free), None);
        let seen = found(Plan::Plus, TimeDelta::zero());
        assert_eq!(said(&seen, Plan::Pro), None);
        assert_eq!(said(&seen, Plan::Fleet), None);
        assert_eq!(seen.head_start(Plan::Plus, seen.releases.free), None, "it was held for Free, which has been left");
        let late = Found { recorded_at: seen.releases.free - TimeDelta::seconds(59), ..seen };
        assert_eq!(said(&late, Plan::Free), None, "less than a minute");
    }

    proptest! {
        #[test]
        fn what_is_said_is_true_and_no_more_than_true(
            plan in any_plan(), pace in any_pace(), good in any_instant(), after_s in 1_i64..7_200, took_s in 0_i64..600,
        ) {
            let polled_at = good + TimeDelta::seconds(after_s);
            let recorded_at = polled_at + TimeDelta::seconds(took_s);
            let releases = releases(TARGET, &pace, Some(good), polled_at);
            let found = Found { polled_at, recorded_at, releases };
            if let Some(ahead) = found.head_start(plan, releases.of(plan)) {
                prop_assert!(ahead.plan > plan && matches!(plan, Plan::Free | Plan::Plus));
                prop_assert_eq!(releases.of(ahead.plan), polled_at, "told with the poll that saw it");
                prop_assert!(ahead.minutes >= 1);
                prop_assert!(recorded_at + TimeDelta::minutes(ahead.minutes) <= releases.of(plan));
            }
        }
    }
}
