//! The heartbeat of a watch: its last checks as ticks, the newest on the right. Made from the plan's own ticks less what was missed, so
//! that it shows nothing of checks made for somebody else. Never claims a check that was not made.

use chrono::{DateTime, TimeDelta, Utc};
use std::fmt::Write;

/// How many checks it shows.
pub(crate) const TICKS: usize = 40;

/// How wide a tick and the space after it are.
const STEP: usize = 6;

/// What became of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tick {
    /// There was space.
    Open,
    /// There was none.
    Checked,
    /// It was missed.
    Missed,
    /// The watch was not there yet.
    None,
}

/// What is known of a watch's checks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heard<'a> {
    /// When the watch was made.
    pub(crate) begun: DateTime<Utc>,
    /// Its last good check.
    pub(crate) last: Option<DateTime<Utc>>,
    /// Whether checks are missed now.
    pub(crate) is_missed_now: bool,
    /// How far ticks lie apart.
    pub(crate) interval: TimeDelta,
    /// When there was space: from, and until if it is over.
    pub(crate) open: &'a [(DateTime<Utc>, Option<DateTime<Utc>>)],
    /// When checks were missed.
    pub(crate) missed: &'a [(DateTime<Utc>, Option<DateTime<Utc>>)],
    /// The present instant.
    pub(crate) now: DateTime<Utc>,
}

/// The ticks of a watch, the oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Strip(Vec<Tick>);

impl Strip {
    pub(crate) fn of(heard: &Heard<'_>) -> Strip {
        let Some(last) = heard.last else { return Strip(vec![Tick::None; TICKS]) };
        let step_us = heard.interval.num_microseconds().unwrap_or(i64::MAX).max(1);
        let since_us = (heard.now - last).num_microseconds().unwrap_or(0).max(0);
        // While checks are missed, the ticks that nobody served stand at its end.
        let missed_now = if heard.is_missed_now { since_us / step_us } else { 0 };
        let ticks = (0..TICKS).rev().map(|back| {
            let steps = missed_now - i64::try_from(back).unwrap_or(i64::MAX);
            let Some(at) = last.checked_add_signed(TimeDelta::microseconds(steps.saturating_mul(step_us))) else {
                return Tick::None;
            };
            heard.tick(at, steps)
        });
        Strip(ticks.collect())
    }

    /// How many of its checks became this.
    pub(crate) fn count(&self, tick: Tick) -> usize {
        self.0.iter().filter(|one| **one == tick).count()
    }

    /// How wide it is drawn.
    pub(crate) fn width(&self) -> usize {
        TICKS * STEP
    }

    /// Strokes for where there was space: as high as it is.
    pub(crate) fn open(&self) -> String {
        self.path(Tick::Open, "2v20")
    }

    /// Strokes for where there was none: a third of that.
    pub(crate) fn checked(&self) -> String {
        self.path(Tick::Checked, "9v6")
    }

    /// Dots for what was missed.
    pub(crate) fn missed(&self) -> String {
        self.path(Tick::Missed, "11v2")
    }

    fn path(&self, wanted: Tick, stroke: &str) -> String {
        let mut path = String::new();
        for (at, _) in self.0.iter().enumerate().filter(|(_, tick)| **tick == wanted) {
            write!(path, "M{} {stroke}", at * STEP + STEP / 2).expect("BUG: a text takes what is written");
        }
        path
    }
}

impl Heard<'_> {
    fn tick(&self, at: DateTime<Utc>, steps_after_last: i64) -> Tick {
        let end = at + self.interval;
        let overlaps = |(from, until): &(DateTime<Utc>, Option<DateTime<Utc>>)| {
            *from < end && until.is_none_or(|until| until > at)
        };
        let is_within = |(from, until): &(DateTime<Utc>, Option<DateTime<Utc>>)| {
            *from <= at && until.is_none_or(|until| at < until)
        };
        if end <= self.begun {
            Tick::None
        } else if steps_after_last > 0 || (steps_after_last < 0 && self.missed.iter().any(is_within)) {
            Tick::Missed
        } else if self.open.iter().any(overlaps) {
            Tick::Open
        } else {
            Tick::Checked
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn heard() -> Heard<'static> {
        Heard {
            begun: at("2026-07-01T10:00:00Z"),
            last: Some(at("2026-07-01T12:00:00Z")),
            is_missed_now: false,
            interval: TimeDelta::minutes(10),
            open: &[],
            missed: &[],
            now: at("2026-07-01T12:05:00Z"),
        }
    }

    fn drawn(strip: &Strip) -> String {
        let letter = |tick: &Tick| match tick {
            Tick::Open => 'O',
            Tick::Checked => 'i',
            Tick::Missed => '.',
            Tick::None => ' ',
        };
        strip.0.iter().map(letter).collect::<String>().trim_start().to_owned()
    }

    #[test]
    fn a_strip_begins_with_its_watch_and_ends_with_the_last_check() {
        let strip = Strip::of(&heard());
        assert_eq!(drawn(&strip), "i".repeat(13));
        assert_eq!((strip.count(Tick::Checked), strip.count(Tick::None)), (13, TICKS - 13));
        assert!(strip.checked().ends_with("M237 9v6") && strip.open().is_empty());
        assert_eq!(Strip::of(&Heard { last: None, ..heard() }).count(Tick::None), TICKS);
    }

    #[test]
    fn space_stands_where_it_was_and_gaps_where_nobody_could_look() {
        let open = [(at("2026-07-01T11:02:00Z"), Some(at("2026-07-01T11:21:00Z"))), (at("2026-07-01T11:58:00Z"), None)];
        let missed = [(at("2026-07-01T10:25:00Z"), Some(at("2026-07-01T10:45:00Z")))];
        let strip = Strip::of(&Heard { open: &open, missed: &missed, ..heard() });
        assert_eq!(drawn(&strip), "iii..iOOOiiOO");
        assert_eq!(strip.missed(), "M183 11v2M189 11v2");
    }

    #[test]
    fn what_is_missed_now_stands_at_the_end_and_the_last_good_check_stays_one() {
        let missed = [(at("2026-07-01T12:00:00Z"), None)];
        let now = at("2026-07-01T12:35:00Z");
        let strip = Strip::of(&Heard { is_missed_now: true, missed: &missed, now, ..heard() });
        assert_eq!(drawn(&strip), format!("{}...", "i".repeat(13)));
        let held_up = Strip::of(&Heard { now, ..heard() });
        assert_eq!(drawn(&held_up), "i".repeat(13), "a check that is a little late is not missed");
    }
}
