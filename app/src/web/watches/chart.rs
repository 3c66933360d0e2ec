//! The geometry of a watch's two pictures: what was known of one sailing over time, and the strip of its checks. Promises that everything lies
//! within the picture, whatever was known. Never a word: those stand beside each mark, and in the table below.

use chrono::{DateTime, TimeDelta, Utc};
use domain::facts::Availability;
use store::{alert::Flag, timeline::Step};

/// The picture's size, and the margins in which its words stand.
pub(super) const WIDTH: i64 = 720;
pub(super) const HEIGHT: i64 = 190;
const LEFT: i64 = 40;
const RIGHT: i64 = 712;
const TOP: i64 = 26;
const BASE: i64 = 160;

/// So many spaces fill the picture at least, so that two do not look like plenty.
const SPACES_LEAST: u32 = 4;

/// What was known of one sailing over time.
pub(super) struct Timeline {
    /// The area under what was available, as a path.
    pub(super) area: String,
    /// From where to where nothing was known, or nothing was released yet.
    pub(super) gaps: Vec<Span>,
    /// Where alerts were made.
    pub(super) flags: Vec<Mark>,
    /// Where a day begins.
    pub(super) days: Vec<DayMark>,
    /// How many spaces the top of the picture stands for, if they were told.
    pub(super) most: Option<u32>,
}

/// A stretch of the time axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) x: i64,
    pub(super) width: i64,
}

/// A flag on the time axis, by its place in the list of flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) x: i64,
    pub(super) at: usize,
}

/// The beginning of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DayMark {
    pub(super) x: i64,
    pub(super) at: DateTime<Utc>,
}

/// Where an instant lies.
struct Axis {
    since: DateTime<Utc>,
    whole_ms: i64,
}

impl Axis {
    fn new(since: DateTime<Utc>, until: DateTime<Utc>) -> Axis {
        Axis { since, whole_ms: (until - since).num_milliseconds().max(1) }
    }

    fn x(&self, at: DateTime<Utc>) -> i64 {
        let passed = (at - self.since).num_milliseconds().clamp(0, self.whole_ms);
        LEFT + (RIGHT - LEFT) * passed / self.whole_ms
    }
}

impl Timeline {
    /// Of these steps, the oldest first.
    pub(super) fn of(steps: &[Step], flags: &[Flag], (since, now): (DateTime<Utc>, DateTime<Utc>)) -> Timeline {
        let axis = Axis::new(since, now);
        let known = |step: &Step| step.facts.map_or(Availability::Unknown, |facts| facts.availability);
        let told = steps.iter().filter_map(|step| match known(step) {
            Availability::Available { spaces } => spaces,
            _ => None,
        });
        let most = told.max().map(|most| most.max(SPACES_LEAST));
        let mut area = format!("M{LEFT} {BASE}");
        // Nothing is known of the time before the first step.
        let known_from = steps.first().map_or(RIGHT, |first| axis.x(first.at));
        area.push_str(&format!("L{known_from} {BASE}"));
        let mut gaps = Vec::new();
        if known_from > LEFT {
            gaps.push(Span { x: LEFT, width: known_from - LEFT });
        }
        for (at, step) in steps.iter().enumerate() {
            let ends = steps.get(at + 1).map_or(now, |next| next.at);
            let (from, to) = (axis.x(step.at), axis.x(ends));
            let y = height(known(step), most);
            area.push_str(&format!("L{from} {y}L{to} {y}"));
            if matches!(known(step), Availability::Unknown | Availability::NotReleased) {
                gaps.push(Span { x: from, width: (to - from).max(1) });
            }
        }
        area.push_str(&format!("L{RIGHT} {BASE}Z"));
        let marks = flags.iter().enumerate().filter(|(_, flag)| (since..=now).contains(&flag.released_at));
        let flags = marks.map(|(at, flag)| Mark { x: axis.x(flag.released_at), at }).collect();
        Timeline { area, gaps, flags, days: days(&axis, (since, now)), most }
    }
}

/// How high a fact stands: nothing is known to be there unless there is.
fn height(known: Availability, most: Option<u32>) -> i64 {
    let rise = BASE - TOP;
    match (known, most) {
        (Availability::Available { spaces: Some(n) }, Some(most)) => {
            BASE - rise * i64::from(n) / i64::from(most.max(1))
        }
        (Availability::Available { .. }, _) => TOP,
        _ => BASE,
    }
}

/// At most eight beginnings of days, evenly spread.
fn days(axis: &Axis, (since, now): (DateTime<Utc>, DateTime<Utc>)) -> Vec<DayMark> {
    let days = (now - since).num_days().max(0);
    let every = (days / 8 + 1).max(1);
    let first = since.date_naive().succ_opt().map(|day| day.and_time(chrono::NaiveTime::MIN).and_utc());
    let Some(first) = first else { return Vec::new() };
    let marks = (0..8).map(|n| first + TimeDelta::days(n * every)).take_while(|at| *at < now);
    marks.map(|at| DayMark { x: axis.x(at), at }).collect()
}

/// What one tick of the strip stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beat {
    /// Checked, and there was none.
    Full,
    /// Checked, and there was space.
    Open,
    /// Not checked, though it was wanted.
    Missed,
}

impl Beat {
    pub(super) fn class(self) -> &'static str {
        match self {
            Beat::Full => "off",
            Beat::Open => "good",
            Beat::Missed => "degraded",
        }
    }
}

/// Ticks of the strip at most.
pub(super) const BEATS_MAX: usize = 48;

/// The checks of a watch, the newest last.
#[derive(Debug)]
pub(super) struct Strip {
    pub(super) beats: Vec<(i64, Beat)>,
    pub(super) full: usize,
    pub(super) open: usize,
    pub(super) missed: usize,
}

/// From one instant to another; without an end it lasts.
pub(super) type Stretch = (DateTime<Utc>, Option<DateTime<Utc>>);

impl Strip {
    /// The ticks of an interval back from the last check, while the watch was there: open where an alert was, missed where an outage was.
    pub(super) fn of(
        (last, interval, since): (Option<DateTime<Utc>>, TimeDelta, DateTime<Utc>),
        open: &[Stretch],
        missed: &[Stretch],
    ) -> Strip {
        let within = |stretches: &[Stretch], at: DateTime<Utc>| {
            stretches.iter().any(|(from, to)| *from <= at && to.is_none_or(|to| at < to))
        };
        let step = interval.max(TimeDelta::seconds(1));
        let ticks = (0..BEATS_MAX).filter_map(|back| Some(last? - step * i32::try_from(back).ok()?));
        let mut beats: Vec<Beat> = ticks
            .take_while(|at| *at >= since)
            .map(|at| match (within(missed, at), within(open, at)) {
                (true, _) => Beat::Missed,
                (false, true) => Beat::Open,
                (false, false) => Beat::Full,
            })
            .collect();
        beats.reverse();
        let count = |wanted: Beat| beats.iter().filter(|beat| **beat == wanted).count();
        let (full, open, missed) = (count(Beat::Full), count(Beat::Open), count(Beat::Missed));
        let placed = beats.into_iter().enumerate();
        let beats = placed.map(|(at, beat)| (i64::try_from(at).unwrap_or(0) * 10, beat)).collect();
        Strip { beats, full, open, missed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::facts::ClassFacts;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn step(when: &str, availability: Availability) -> Step {
        Step { at: at(when), facts: Some(ClassFacts { availability, price: None }) }
    }

    #[test]
    fn the_area_rises_where_there_was_space_and_stays_within_the_picture() {
        let span = (at("2026-07-01T00:00:00Z"), at("2026-07-03T00:00:00Z"));
        let steps = [
            step("2026-06-30T00:00:00Z", Availability::Full),
            step("2026-07-02T00:00:00Z", Availability::Available { spaces: Some(2) }),
            step("2026-07-02T12:00:00Z", Availability::Unknown),
        ];
        let chart = Timeline::of(&steps, &[], span);
        assert_eq!(chart.area, "M40 160L40 160L40 160L376 160L376 93L544 93L544 160L712 160L712 160Z");
        assert_eq!(chart.gaps, [Span { x: 544, width: 168 }]);
        assert_eq!(chart.most, Some(SPACES_LEAST));
        assert_eq!(chart.days, [DayMark { x: 376, at: at("2026-07-02T00:00:00Z") }]);
    }

    #[test]
    fn space_without_a_number_fills_the_picture() {
        let span = (at("2026-07-01T00:00:00Z"), at("2026-07-02T00:00:00Z"));
        let chart = Timeline::of(&[step("2026-07-01T12:00:00Z", Availability::Available { spaces: None })], &[], span);
        assert!(chart.area.contains("L376 26L712 26"), "{}", chart.area);
        assert_eq!(chart.most, None);
    }

    #[test]
    fn what_was_not_known_yet_is_a_gap_and_no_rise() {
        let (since, now) = (at("2026-07-01T00:00:00Z"), at("2026-07-03T00:00:00Z"));
        let first = step("2026-07-02T00:00:00Z", Availability::Available { spaces: Some(4) });
        let chart = Timeline::of(&[first], &[], (since, now));
        assert_eq!(chart.area, "M40 160L376 160L376 26L712 26L712 160Z");
        assert_eq!(chart.gaps, [Span { x: 40, width: 336 }]);
        let nothing = Timeline::of(&[], &[], (since, now));
        assert_eq!(nothing.area, "M40 160L712 160L712 160Z");
        assert_eq!(nothing.gaps, [Span { x: 40, width: 672 }]);
    }

    #[test]
    fn the_strip_goes_back_by_the_interval_to_the_beginning_of_the_watch() {
        let last = at("2026-07-01T12:00:00Z");
        let hour = TimeDelta::hours(1);
        let open = [(at("2026-07-01T11:00:00Z"), None)];
        let missed = [(at("2026-07-01T08:30:00Z"), Some(at("2026-07-01T09:30:00Z")))];
        let strip = Strip::of((Some(last), hour, at("2026-07-01T08:00:00Z")), &open, &missed);
        let beats: Vec<Beat> = strip.beats.iter().map(|(_, beat)| *beat).collect();
        assert_eq!(beats, [Beat::Full, Beat::Missed, Beat::Full, Beat::Open, Beat::Open]);
        assert_eq!((strip.full, strip.open, strip.missed), (2, 2, 1));
        assert!(Strip::of((None, hour, last), &[], &[]).beats.is_empty());
        assert_eq!(Strip::of((Some(last), hour, last - hour * 500), &[], &[]).beats.len(), BEATS_MAX);
    }
}
