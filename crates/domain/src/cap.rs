//! Caps: how many messages may go to one place within an hour and a day.
//!
//! Promises: what is over a cap is held until the next hour or day begins, never dropped; whoever gets the last message
//! before that can be told so. Hours and days are those of UTC, so that all that is held is looked at again together, at most
//! once an hour. Never counts: the counts come from rows, so that they survive restarts.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

/// How many messages may begin within one hour and within one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap {
    /// Within an hour.
    pub an_hour: u32,
    /// Within a day.
    pub a_day: u32,
}

/// What one channel is told: alerts and notices together.
pub const CHANNEL: Cap = Cap { an_hour: 60, a_day: 200 };
/// What all channels of a tenant are told together.
pub const TENANT: Cap = Cap { an_hour: 600, a_day: 2_000 };
/// Letters to one person about one tenant.
pub const PERSON: Cap = Cap { an_hour: 10, a_day: 30 };
/// Invitations and confirmations to one address, whoever asks for them: of all tenants together.
pub const STRANGER: Cap = Cap { an_hour: 2, a_day: 3 };

/// After so many messages of a day about the same sailing and watch the next waits this long after the last, in seconds;
/// after more, as long as after the last of these. Two openings in a row are told at once.
const PAUSES_S: [i64; 6] = [0, 0, 300, 900, 1_800, 3_600];

/// How many messages began before this one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Within this hour.
    pub hour: u32,
    /// Within this day.
    pub day: u32,
}

/// Whether a message may begin now. The greater of two holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    /// It may, and so may another after it.
    Free,
    /// It may, and is the last until then.
    Last(DateTime<Utc>),
    /// It may not until then; others may.
    Paused(DateTime<Utc>),
    /// Nothing may to the same place until then.
    Held(DateTime<Utc>),
}

impl Cap {
    /// Whether one more message may begin.
    pub fn slot(self, spent: Spent, now: DateTime<Utc>) -> Slot {
        let hour = limited(self.an_hour, spent.hour, ends(now, TimeDelta::hours(1)));
        hour.max(limited(self.a_day, spent.day, ends(now, TimeDelta::days(1))))
    }
}

fn limited(cap: u32, spent: u32, until: DateTime<Utc>) -> Slot {
    match cap.saturating_sub(spent) {
        0 => Slot::Held(until),
        1 => Slot::Last(until),
        _ => Slot::Free,
    }
}

/// When the hour began that is counted in.
pub fn hour_of(now: DateTime<Utc>) -> DateTime<Utc> {
    begins(now, TimeDelta::hours(1))
}

/// When the day began that is counted in.
pub fn day_of(now: DateTime<Utc>) -> DateTime<Utc> {
    begins(now, TimeDelta::days(1))
}

fn begins(now: DateTime<Utc>, span: TimeDelta) -> DateTime<Utc> {
    now.duration_trunc(span).expect("BUG: an hour and a day fit into any present")
}

fn ends(now: DateTime<Utc>, span: TimeDelta) -> DateTime<Utc> {
    begins(now, span) + span
}

/// What was told lately, as far as it bears on one more message to a channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lately {
    /// To the channel.
    pub channel: Spent,
    /// To all channels of the tenant.
    pub tenant: Spent,
    /// To the channel about the same sailing and watch, within this day.
    pub of_sailing: u32,
    /// When the last of those began.
    pub of_sailing_at: Option<DateTime<Utc>>,
}

impl Lately {
    /// Whether one more message to the channel may begin.
    pub fn slot(&self, now: DateTime<Utc>) -> Slot {
        let caps = CHANNEL.slot(self.channel, now).max(TENANT.slot(self.tenant, now));
        caps.max(self.pause(now))
    }

    /// A sailing that opens and fills again and again is told of less and less often.
    fn pause(&self, now: DateTime<Utc>) -> Slot {
        let told = usize::try_from(self.of_sailing).unwrap_or(usize::MAX);
        let pause = TimeDelta::seconds(PAUSES_S[told.min(PAUSES_S.len() - 1)]);
        match self.of_sailing_at.map(|at| at + pause) {
            Some(until) if until > now => Slot::Paused(until),
            _ => Slot::Free,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{any_instant, at};
    use proptest::prelude::*;

    #[test]
    fn the_last_before_the_cap_says_until_when_and_the_next_is_held_until_then() {
        let now = at("2026-07-01T12:34:56Z");
        let (hour, day) = (at("2026-07-01T13:00:00Z"), at("2026-07-02T00:00:00Z"));
        let slot = |hour, day| CHANNEL.slot(Spent { hour, day }, now);
        assert_eq!(slot(58, 58), Slot::Free);
        assert_eq!(slot(59, 59), Slot::Last(hour));
        assert_eq!(slot(60, 60), Slot::Held(hour));
        assert_eq!(slot(59, 199), Slot::Last(day));
        assert_eq!(slot(60, 199), Slot::Held(hour), "which may send the day's last then");
        assert_eq!(slot(60, 200), Slot::Held(day));
    }

    #[test]
    fn two_openings_of_a_sailing_are_told_at_once_and_later_ones_after_growing_pauses() {
        let now = at("2026-07-01T12:00:00Z");
        let waits: Vec<i64> = (0..8)
            .map(|of_sailing| {
                let lately = Lately { of_sailing, of_sailing_at: (of_sailing > 0).then_some(now), ..Lately::default() };
                match lately.slot(now) {
                    Slot::Paused(until) => (until - now).num_seconds(),
                    Slot::Free | Slot::Last(_) | Slot::Held(_) => 0,
                }
            })
            .collect();
        assert_eq!(waits, [0, 0, 300, 900, 1_800, 3_600, 3_600, 3_600]);
    }

    proptest! {
        #[test]
        fn what_is_held_is_looked_at_again_later_and_never_begins_over_the_cap(
            now in any_instant(), hour in 0_u32..100, more in 0_u32..300, of_sailing in 0_u32..9, ago_s in 0_i64..9_000,
        ) {
            let spent = Spent { hour, day: hour + more };
            let of_sailing_at = (of_sailing > 0).then(|| now - TimeDelta::seconds(ago_s));
            let lately = Lately { channel: spent, of_sailing, of_sailing_at, ..Lately::default() };
            match lately.slot(now) {
                Slot::Held(until) | Slot::Paused(until) => prop_assert!(now < until && until <= now + TimeDelta::days(1)),
                Slot::Last(until) => prop_assert!(now < until),
                Slot::Free => prop_assert!(spent.hour + 1 < CHANNEL.an_hour && spent.day + 1 < CHANNEL.a_day),
            }
            if spent.hour >= CHANNEL.an_hour || spent.day >= CHANNEL.a_day {
                prop_assert!(matches!(lately.slot(now), Slot::Held(_)));
            }
        }
    }
}
