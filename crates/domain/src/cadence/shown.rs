//! What a reader is told of checks: how often, last when, next when.
//!
//! Promises: a reader is told of the ticks of their own plan and of no poll between them, so that nobody sees
//! that a faster plan watches the same; no check is said to be newer than it is. Never decides when to poll.

use super::{Pace, TargetState, interval, next_tick, phase};
use crate::plan::Plan;
use chrono::{DateTime, Utc};

closed_set! {
    /// What makes an interval as long as it is.
    pub enum IntervalBound ("bound of an interval") {
        /// What the plan buys.
        Plan = "plan",
        /// The operator's floor.
        Floor = "floor",
        /// The operator's request budget, shared by all that is watched there.
        Budget = "budget",
    }
}

/// Why the interval of a plan is as long as it is here.
pub fn bound(plan: Plan, pace: &Pace) -> IntervalBound {
    let plain = Pace { scale: pace.scale, floor_s: 0, stretch_s: 0 };
    if interval(plan, pace) <= interval(plan, &plain) {
        return IntervalBound::Plan;
    }
    if pace.floor_s >= pace.stretch_s { IntervalBound::Floor } else { IntervalBound::Budget }
}

/// The last check that a plan may know of: its newest tick that a good poll has served. The first good poll
/// serves all; before the target's first tick it is said to be as old as the target.
pub fn last_check(
    target: &TargetState,
    last_good: Option<DateTime<Utc>>,
    plan: Plan,
    pace: &Pace,
) -> Option<DateTime<Utc>> {
    let last_good = last_good?;
    let interval = interval(plan, pace);
    let served = next_tick(last_good, phase(target.id, pace.scale), interval) - interval;
    Some(served.max(target.created_at).min(last_good))
}

/// The next check for a plan that watches: its first tick after the last poll, once neither the target nor its
/// operator is held. What is due already is due `now`.
pub fn next_check(
    target: &TargetState,
    open_until: Option<DateTime<Utc>>,
    plan: Plan,
    pace: &Pace,
    now: DateTime<Utc>,
) -> DateTime<Utc> {
    let tick = target
        .last_polled_at
        .map_or(now, |polled| next_tick(polled, phase(target.id, pace.scale), interval(plan, pace)));
    let held = target.not_before.max(open_until);
    tick.max(held.unwrap_or(now)).max(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cadence::TimeScale;
    use crate::id::TargetId;
    use crate::samples::{any_instant, any_pace, any_plan, at};
    use chrono::TimeDelta;
    use proptest::prelude::*;

    fn target(last_polled_at: Option<DateTime<Utc>>) -> TargetState {
        let created_at = at("2026-01-01T00:00:00Z");
        TargetState { id: TargetId(7), plan: Some(Plan::Fleet), last_polled_at, not_before: None, created_at }
    }

    #[test]
    fn an_interval_says_what_it_comes_from() {
        let pace = |floor_s, stretch_s| Pace { scale: TimeScale::REAL, floor_s, stretch_s };
        assert_eq!(bound(Plan::Fleet, &pace(30, 0)), IntervalBound::Plan);
        assert_eq!(bound(Plan::Fleet, &pace(300, 200)), IntervalBound::Floor);
        assert_eq!(bound(Plan::Pro, &pace(60, 4_000)), IntervalBound::Budget);
        assert_eq!(bound(Plan::Free, &pace(300, 3_000)), IntervalBound::Plan);
    }

    #[test]
    fn what_was_never_polled_is_due_now_and_was_never_checked() {
        let (now, pace) = (at("2026-07-01T12:00:00Z"), Pace { scale: TimeScale::REAL, floor_s: 30, stretch_s: 0 });
        assert_eq!(next_check(&target(None), None, Plan::Free, &pace, now), now);
        assert_eq!(last_check(&target(None), None, Plan::Free, &pace), None);
        let held = at("2026-07-01T13:00:00Z");
        assert_eq!(next_check(&target(None), Some(held), Plan::Free, &pace, now), held);
    }

    proptest! {
        #[test]
        fn polls_between_two_ticks_of_a_plan_leave_no_trace_in_what_it_is_told(
            tick in any_instant(), plan in any_plan(), pace in any_pace(), share in 0_i64..1_000,
        ) {
            let span = interval(plan, &pace);
            let served = next_tick(tick, phase(TargetId(7), pace.scale), span);
            let between = served + TimeDelta::microseconds(span.num_microseconds().unwrap() * share / 1_000);
            let told = |polled| (
                last_check(&target(Some(polled)), Some(polled), plan, &pace),
                next_check(&target(Some(polled)), None, plan, &pace, served),
            );
            prop_assert_eq!(told(served), told(between));
            prop_assert_eq!(told(served), (Some(served), served + span));
        }

        #[test]
        fn no_check_is_said_to_be_newer_than_it_is(good in any_instant(), plan in any_plan(), pace in any_pace()) {
            let told = last_check(&target(Some(good)), Some(good), plan, &pace).unwrap();
            prop_assert!(told <= good && good - told <= interval(plan, &pace));
        }
    }
}
