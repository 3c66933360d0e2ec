//! The geometry of a strip of days: one bar a day, the oldest first, as full as the day was good. Promises that every day has a
//! bar of its own and that a bad minute shows. Never knows an operator.

/// From one bar to the next, a bar's width, and the height of a whole one.
const PITCH: u32 = 4;
const WIDTH: u32 = 3;
const HEIGHT: u32 = 32;

/// The least that is shown of what was not good, so that one bad minute is seen.
const LEAST: u32 = 10;

/// Minutes of a day.
const DAY_MIN: u32 = 1_440;

/// How a day went, in minutes; what is missing to a day was not looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Minutes {
    pub(crate) good: u32,
    pub(crate) degraded: u32,
    pub(crate) paused: u32,
    pub(crate) off: u32,
}

/// A day's bar: the bad part stands on the good one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bar {
    pub(crate) x: u32,
    pub(crate) width: u32,
    /// What the lower part is: `good`, `off`, or `gap` where nobody looked.
    pub(crate) ground: &'static str,
    /// The height of the upper, bad part; 0 where there is none.
    pub(crate) bad: u32,
    /// The height of the rest.
    pub(crate) rest: u32,
}

impl Minutes {
    /// Minutes in which we asked in vain, or held back because we did.
    pub(crate) fn bad(self) -> u32 {
        self.degraded + self.paused
    }

    /// What the day was, in the main.
    pub(crate) fn ground(self) -> &'static str {
        if self.good + self.bad() > 0 {
            "good"
        } else if self.off > 0 {
            "off"
        } else {
            "gap"
        }
    }
}

/// Width and height of a strip.
pub(crate) const fn size(days: u32) -> (u32, u32) {
    (days * PITCH, HEIGHT)
}

/// The bar of a day.
pub(crate) fn bar(at: u32, minutes: Minutes) -> Bar {
    let bad = match minutes.bad() {
        0 => 0,
        bad => (bad.min(DAY_MIN) * HEIGHT / DAY_MIN).max(LEAST),
    };
    Bar { x: at * PITCH, width: WIDTH, ground: minutes.ground(), bad, rest: HEIGHT - bad }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_bad_minute_shows() {
        let good = Minutes { good: 1_440, ..Minutes::default() };
        assert_eq!((bar(0, good).ground, bar(0, good).bad), ("good", 0));
        assert_eq!(bar(0, Minutes { good: 1_439, degraded: 1, ..Minutes::default() }).bad, LEAST);
        assert_eq!(bar(0, Minutes { paused: 1_440, ..Minutes::default() }).rest, 0);
        assert_eq!(bar(0, Minutes { off: 1_440, ..Minutes::default() }).ground, "off");
        assert_eq!(bar(0, Minutes::default()).ground, "gap");
    }

    proptest! {
        #[test]
        fn bars_stand_beside_each_other_and_inside(days in 1_u32..400, degraded in 0_u32..5_000, paused in 0_u32..5_000) {
            let (width, height) = size(days);
            for at in 0..days {
                let bar = bar(at, Minutes { degraded, paused, ..Minutes::default() });
                prop_assert!(bar.x + bar.width <= width && bar.x + bar.width <= (at + 1) * PITCH);
                prop_assert_eq!(bar.bad + bar.rest, height);
            }
        }
    }
}
