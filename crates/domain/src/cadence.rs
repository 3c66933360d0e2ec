//! Cadence: when a target is polled, and when each plan may know what a poll found.
//!
//! Promises: the ticks of a slower plan are among those of every faster plan, so one poll serves all.
//! `due` is a pure function of a target's row: whoever computes it writes the same. No poll is due before
//! the operator's floor has passed. Never adds an interval to the time at hand, which storms after downtime.
//!
//! All arithmetic is in whole microseconds, the precision of the database.

use crate::id::TargetId;
use crate::plan::Plan;
use chrono::{DateTime, TimeDelta, Utc};
use std::time::Duration;

mod bound;
mod breaker;
mod checks;
mod head_start;

pub use bound::{IntervalBound, bound};
pub use breaker::{Admits, Breaker};
pub use checks::Checks;
pub use head_start::{Found, HeadStart};

/// How many times faster than real time a development installation runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeScale(u32);

impl TimeScale {
    /// A minute is a minute.
    pub const REAL: TimeScale = TimeScale(1);

    /// From 1 (real) to 3,600 (an hour lasts a second).
    pub const fn new(times: u32) -> Option<TimeScale> {
        match times {
            1..=3_600 => Some(TimeScale(times)),
            _ => None,
        }
    }

    /// How many times faster.
    pub const fn times(self) -> u32 {
        self.0
    }

    /// A span of real seconds as it passes here, rounded up.
    pub fn scaled(self, seconds: u32) -> TimeDelta {
        let micros = i64::from(seconds) * 1_000_000;
        let scale = i64::from(self.0);
        TimeDelta::microseconds((micros + scale - 1) / scale)
    }

    /// A minute as it passes here. Intervals are whole multiples of it, so that at any scale they divide
    /// each other exactly.
    fn minute_us(self) -> i64 {
        60_000_000 / i64::from(self.0)
    }
}

/// What an operator allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How fast time passes.
    pub scale: TimeScale,
    /// Seconds between two polls of a target at the very least.
    pub floor_s: u32,
    /// Seconds that the number of targets and the operator's budget demand; see [`stretch_s`].
    pub stretch_s: u32,
}

impl Pace {
    fn floor(&self) -> TimeDelta {
        self.scale.scaled(self.floor_s)
    }
}

/// Intervals that floor and budget may demand, in minutes: each divides an hour (or a day) and divides or
/// is divided by the interval of every plan. So the ticks of a slower plan stay among those of a faster.
const STEPS_MIN: [u32; 16] = [1, 2, 5, 10, 12, 15, 20, 30, 60, 120, 180, 240, 360, 480, 720, 1_440];

/// The longest interval, in minutes: the length of a day, after which ticks repeat.
const DAY_MIN: u32 = 1_440;

/// The interval between two ticks of a plan: the slowest of plan, floor and stretch, as it passes here.
pub fn interval(plan: Plan, pace: &Pace) -> TimeDelta {
    let demanded_s = pace.floor_s.max(pace.stretch_s);
    let step_min = STEPS_MIN.into_iter().find(|minutes| demanded_s <= minutes * 60).unwrap_or(DAY_MIN);
    let minutes = step_min.max(plan.limits().interval_s / 60);
    TimeDelta::microseconds(i64::from(minutes) * pace.scale.minute_us())
}

/// The seconds it takes to ask this many questions within a budget.
pub fn stretch_s(targets: u64, requests_per_min: u32) -> u32 {
    match requests_per_min {
        0 => u32::MAX,
        budget => {
            let seconds = targets.saturating_mul(60).div_ceil(u64::from(budget));
            u32::try_from(seconds).unwrap_or(u32::MAX)
        }
    }
}

/// Where in a day the ticks of a target begin: a hash of its id, so that targets spread evenly over any
/// interval.
pub fn phase(target: TargetId, scale: TimeScale) -> TimeDelta {
    let day_us = i64::from(DAY_MIN) * scale.minute_us();
    let hash = i64::try_from(mix(target.0.cast_unsigned()) >> 1).expect("BUG: 63 bits fit");
    TimeDelta::microseconds(hash % day_us)
}

/// The finalizer of splitmix64: neighbouring ids land far apart.
fn mix(id: u64) -> u64 {
    let mut bits = id.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// The first tick after an instant; never that instant itself.
pub fn next_tick(after: DateTime<Utc>, phase: TimeDelta, interval: TimeDelta) -> DateTime<Utc> {
    let (phase, interval) = (micros(phase), micros(interval).max(1));
    let ticks = (after.timestamp_micros() - phase).div_euclid(interval) + 1;
    DateTime::from_timestamp_micros(phase + ticks * interval).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

fn micros(span: TimeDelta) -> i64 {
    span.num_microseconds().expect("BUG: our spans are days at most")
}

/// What a target's row says that bears on when it is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TargetState {
    /// The target.
    pub id: TargetId,
    /// The fastest plan that wants it; `None` without an active watch.
    pub plan: Option<Plan>,
    /// When the last poll began, good or not.
    pub last_polled_at: Option<DateTime<Utc>>,
    /// Failures and Retry-After hold it until then.
    pub not_before: Option<DateTime<Utc>>,
    /// When it was first wanted.
    pub created_at: DateTime<Utc>,
}

/// When a target is polled next. `None`: nobody wants it.
pub fn due(target: &TargetState, pace: &Pace) -> Option<DateTime<Utc>> {
    let plan = target.plan?;
    let wanted = match target.last_polled_at {
        None => target.created_at,
        Some(polled) => {
            let tick = next_tick(polled, phase(target.id, pace.scale), interval(plan, pace));
            tick.max(polled + pace.floor())
        }
    };
    Some(target.not_before.map_or(wanted, |held| wanted.max(held)))
}

/// From when each plan may know what a poll found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Releases {
    /// Free.
    pub free: DateTime<Utc>,
    /// Plus.
    pub plus: DateTime<Utc>,
    /// Pro.
    pub pro: DateTime<Utc>,
    /// Fleet.
    pub fleet: DateTime<Utc>,
}

impl Releases {
    /// The instant for one plan.
    pub fn of(&self, plan: Plan) -> DateTime<Utc> {
        match plan {
            Plan::Free => self.free,
            Plan::Plus => self.plus,
            Plan::Pro => self.pro,
            Plan::Fleet => self.fleet,
        }
    }
}

/// When each plan may know what the poll begun at `polled` found, the last good one before it having begun
/// at `last_good`: at once if the poll served a tick of the plan's, else at its next tick. The first good
/// poll of a target serves all.
pub fn releases(id: TargetId, pace: &Pace, last_good: Option<DateTime<Utc>>, polled: DateTime<Utc>) -> Releases {
    let phase = phase(id, pace.scale);
    let release = |plan| {
        let interval = interval(plan, pace);
        match last_good {
            Some(good) if next_tick(good, phase, interval) > polled => next_tick(polled, phase, interval),
            Some(_) | None => polled,
        }
    };
    Releases {
        free: release(Plan::Free),
        plus: release(Plan::Plus),
        pro: release(Plan::Pro),
        fleet: release(Plan::Fleet),
    }
}

/// The longest that an operator's Retry-After is taken at its word.
pub const MAX_RETRY_AFTER: TimeDelta = TimeDelta::hours(24);

/// How a poll failed, as far as it bears on the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PollFailure {
    /// The operator said how long to wait.
    RetryAfter(TimeDelta),
    /// Anything else, a page that did not parse included.
    Other,
}

/// How long a target rests after this many failures in a row: a random part of a bound that doubles from
/// twice to eight times `base`. `random` is in 0..1. The floor and the next tick hold besides.
pub fn backoff(failures_in_row: u32, base: TimeDelta, random: f64) -> TimeDelta {
    let bound = base * (1_i32 << failures_in_row.min(3));
    let bound = match failures_in_row {
        0 => TimeDelta::zero(),
        _ => bound.max(TimeDelta::zero()),
    };
    let bound = bound.to_std().unwrap_or(Duration::ZERO);
    let rest = bound.mul_f64(random.clamp(0.0, 1.0));
    TimeDelta::microseconds(i64::try_from(rest.as_micros()).unwrap_or(i64::MAX))
}

/// Until when a target is held after a failed poll. `base` is its interval.
pub fn not_before(
    failure: PollFailure,
    now: DateTime<Utc>,
    failures_in_row: u32,
    base: TimeDelta,
    random: f64,
) -> DateTime<Utc> {
    match failure {
        PollFailure::RetryAfter(wait) => now + wait.clamp(TimeDelta::zero(), MAX_RETRY_AFTER),
        PollFailure::Other => now + backoff(failures_in_row, base, random),
    }
}

#[cfg(test)]
mod tests;
