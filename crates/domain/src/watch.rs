//! A watch's criteria: which sailings somebody wants, and for which vehicle.
//!
//! Promises: a sailing is covered by its local date and time at the terminal; a wish holds only for what
//! is known to be there. Never treats the unknown as space, and never looks beyond [`MAX_DAYS`] days.

use crate::code::{RouteCode, VehicleClass};
use crate::facts::{Availability, Facts};
use crate::operator::Operator;
use crate::sailing::{Sailing, end_of_day};
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

mod preset;
mod validate;
mod vehicle;
mod wanted;

pub use preset::Preset;
pub use validate::{FieldError, Wrong};
pub(crate) use vehicle::metres;
pub use vehicle::{Party, Vehicle, VehicleKind, Want, Wants};
pub use wanted::Wanted;

/// The most days of one leg.
pub const MAX_DAYS: usize = 62;

closed_set! {
    /// What becomes of a watch.
    pub enum WatchState ("watch state") {
        /// Looked after.
        Active = "active",
        /// Held by its owner or by a limit; may be resumed.
        Paused = "paused",
        /// Its owner got what they wanted.
        Stopped = "stopped",
        /// Its last sailing has left.
        Expired = "expired",
        /// Deleted, kept for its history.
        Deleted = "deleted",
    }
}

/// What somebody wants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criteria {
    /// The way out.
    pub leg: Leg,
    /// What must fit.
    pub vehicle: Vehicle,
    /// Who travels.
    pub party: Party,
    /// What else is wanted.
    #[serde(default)]
    pub wants: Wants,
}

/// One direction of a journey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leg {
    /// From where to where.
    pub route: RouteCode,
    /// On which days.
    pub dates: Dates,
    /// Of those, only on these days of the week.
    #[serde(default)]
    pub weekdays: Weekdays,
    /// Leaving between these times; any time without.
    #[serde(default)]
    pub window: Option<Window>,
}

/// Days at the terminal of departure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Dates {
    /// All days from one to another, both included.
    Range {
        /// The first.
        from: NaiveDate,
        /// The last.
        to: NaiveDate,
    },
    /// These days.
    Picked(BTreeSet<NaiveDate>),
}

/// Departure times, both included, on the clock of the terminal. Never over midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// The earliest.
    pub from: NaiveTime,
    /// The latest.
    pub to: NaiveTime,
}

/// The way back, if its sailings are watched too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReturnLeg {
    /// The way back.
    pub leg: Leg,
    /// When to tell.
    pub rule: ReturnRule,
}

closed_set! {
    /// When a watch with a return leg tells.
    pub enum ReturnRule ("return rule") {
        /// When either leg has space.
        Either = "either",
        /// Only when both have.
        Both = "both",
    }
}

/// A set of days of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Weekdays(u8);

const WEEK: [(Weekday, &str); 7] = [
    (Weekday::Mon, "mon"),
    (Weekday::Tue, "tue"),
    (Weekday::Wed, "wed"),
    (Weekday::Thu, "thu"),
    (Weekday::Fri, "fri"),
    (Weekday::Sat, "sat"),
    (Weekday::Sun, "sun"),
];

impl Weekdays {
    /// The whole week.
    pub const ALL: Weekdays = Weekdays(0b111_1111);

    /// Just these.
    pub fn of(days: &[Weekday]) -> Weekdays {
        Weekdays(days.iter().fold(0, |bits, day| bits | 1 << day.num_days_from_monday()))
    }

    /// Whether this day is in the set.
    pub fn contains(self, day: Weekday) -> bool {
        self.0 & 1 << day.num_days_from_monday() != 0
    }
}

impl Default for Weekdays {
    fn default() -> Self {
        Weekdays::ALL
    }
}

impl TryFrom<Vec<String>> for Weekdays {
    type Error = crate::NotInSet;

    fn try_from(words: Vec<String>) -> Result<Self, crate::NotInSet> {
        let day = |word: &String| WEEK.iter().find(|(_, known)| known == word).map(|(day, _)| *day);
        let days: Option<Vec<Weekday>> = words.iter().map(day).collect();
        Ok(Weekdays::of(&days.ok_or(crate::NotInSet("day of the week"))?))
    }
}

impl From<Weekdays> for Vec<String> {
    fn from(set: Weekdays) -> Vec<String> {
        let words = WEEK.iter().filter(|(day, _)| set.contains(*day));
        words.map(|(_, word)| (*word).to_owned()).collect()
    }
}

impl Dates {
    /// The days in order, at most one more than [`MAX_DAYS`], so that a longer list is seen to be too long.
    fn iter(&self) -> Box<dyn Iterator<Item = NaiveDate> + '_> {
        match self {
            Dates::Range { from, to } => Box::new(from.iter_days().take_while(move |day| day <= to).take(MAX_DAYS + 1)),
            Dates::Picked(days) => Box::new(days.iter().copied().take(MAX_DAYS + 1)),
        }
    }

    fn contains(&self, day: NaiveDate) -> bool {
        match self {
            Dates::Range { from, to } => (*from..=*to).contains(&day),
            Dates::Picked(days) => days.contains(&day),
        }
    }

    fn last(&self) -> NaiveDate {
        match self {
            Dates::Range { to, .. } => *to,
            Dates::Picked(days) => days.last().copied().unwrap_or_default(),
        }
    }
}

impl Leg {
    /// The days that are wanted, in order, at most [`MAX_DAYS`].
    pub fn days(&self) -> impl Iterator<Item = NaiveDate> + '_ {
        let wanted = |day: &NaiveDate| self.weekdays.contains(day.weekday());
        self.dates.iter().take(MAX_DAYS).filter(wanted)
    }

    /// The last day that is wanted.
    pub fn last_day(&self) -> NaiveDate {
        self.days().last().unwrap_or_else(|| self.dates.last())
    }

    /// Whether this sailing is one of those wanted.
    pub fn covers(&self, sailing: &Sailing) -> bool {
        let (day, time) = (sailing.departs_local.date(), sailing.departs_local.time());
        sailing.route == self.route
            && self.dates.contains(day)
            && self.weekdays.contains(day.weekday())
            && self.window.is_none_or(|window| (window.from..=window.to).contains(&time))
    }
}

/// Days watched: those of both legs. A plan limits them.
pub fn watched_days(criteria: &Criteria, way_back: Option<&ReturnLeg>) -> u32 {
    let days = criteria.leg.days().count() + way_back.map_or(0, |back| back.leg.days().count());
    u32::try_from(days).expect("BUG: two legs have 124 days at most")
}

/// When a watch ends by itself: at the end of its last day, on the clock of the terminal of departure.
pub fn expires_at(criteria: &Criteria, way_back: Option<&ReturnLeg>, operator: Operator) -> DateTime<Utc> {
    let end = |leg: &Leg| match operator.zone_of(&leg.route) {
        Some(zone) => end_of_day(leg.last_day(), zone),
        // A route that was withdrawn: the day has ended everywhere on earth.
        None => end_of_day(leg.last_day(), Tz::UTC) + TimeDelta::hours(12),
    };
    let out = end(&criteria.leg);
    way_back.map_or(out, |back| out.max(end(&back.leg)))
}

/// One leg of somebody's criteria, read for one vehicle class: a predicate over the facts of a sailing.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// What somebody wants.
    pub criteria: &'a Criteria,
    /// The leg in question.
    pub leg: &'a Leg,
    /// The class their vehicle is in.
    pub class: &'a VehicleClass,
}

impl Wish<'_> {
    /// Whether the sailing is wanted and all that is wanted is known to be there.
    pub fn holds(&self, sailing: &Sailing, facts: &Facts) -> bool {
        let wants = &self.criteria.wants;
        self.leg.covers(sailing)
            && facts.availability(self.class).has_space()
            && granted(wants.cabin, facts.cabin)
            && granted(wants.pet_cabin, facts.pet_cabin)
            && self.is_affordable(facts)
    }

    fn is_affordable(&self, facts: &Facts) -> bool {
        let Some(ceiling) = self.criteria.wants.price_ceiling else {
            return true;
        };
        let price = facts.classes.get(self.class).and_then(|class| class.price);
        price.is_some_and(|price| price.currency == ceiling.currency && price.minor <= ceiling.minor)
    }
}

fn granted(want: Want, told: Option<Availability>) -> bool {
    match want {
        Want::No => true,
        Want::Yes => told.is_some_and(Availability::has_space),
    }
}

#[cfg(test)]
mod tests;
