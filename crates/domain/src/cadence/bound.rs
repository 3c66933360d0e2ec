//! Why an interval is as long as it is.
//!
//! Promises: names the plan unless something else is slower. Never decides when to poll.

use super::{Pace, interval};
use crate::plan::Plan;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cadence::TimeScale;

    #[test]
    fn an_interval_says_what_it_comes_from() {
        let pace = |floor_s, stretch_s| Pace { scale: TimeScale::REAL, floor_s, stretch_s };
        assert_eq!(bound(Plan::Fleet, &pace(30, 0)), IntervalBound::Plan);
        assert_eq!(bound(Plan::Fleet, &pace(300, 200)), IntervalBound::Floor);
        assert_eq!(bound(Plan::Pro, &pace(60, 4_000)), IntervalBound::Budget);
        assert_eq!(bound(Plan::Free, &pace(300, 3_000)), IntervalBound::Plan);
    }
}
