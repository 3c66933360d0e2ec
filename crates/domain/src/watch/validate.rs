//! The bounds of criteria: what a person may ask for.
//!
//! Promises: every error names its field and says what is wrong and what would do; all are found at once.
//! Never changes what was asked for.

use super::{Criteria, Dates, Leg, MAX_DAYS, Party, ReturnLeg, Vehicle, Wants};
use crate::operator::AskError;
use chrono::{Days, NaiveDate};
use std::ops::RangeInclusive;

/// How far ahead a day may lie.
const MAX_DAYS_AHEAD: u64 = 730;

/// Longer than any combination a car deck takes.
const MAX_TOTAL_LENGTH_MM: u32 = 30_000;

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {wrong}")]
pub struct FieldError {
    /// The field, such as `vehicle.length_mm`.
    pub field: &'static str,
    /// What is wrong and what would do.
    pub wrong: Wrong,
}

/// What is wrong with a field and what would do: a sentence for programs, a case for pages, which say it in their own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// It cannot be read.
    #[error("{0}")]
    Malformed(String),
    /// A range that is none.
    #[error("the last day is before the first")]
    LastBeforeFirst,
    /// No day at all.
    #[error("no day is picked")]
    NoDayPicked,
    /// More than [`MAX_DAYS`].
    #[error("are more than {} days", MAX_DAYS)]
    TooManyDays,
    /// No day is left.
    #[error("all days have passed")]
    AllPassed,
    /// Further ahead than anybody watches.
    #[error("end after {0}, the last day that can be watched")]
    TooFarAhead(NaiveDate),
    /// The weekdays leave no day.
    #[error("none of the days is on one of these weekdays")]
    NoWeekday,
    /// A window that is none.
    #[error("ends before it begins; it cannot go over midnight")]
    WindowBackwards,
    /// The way back is over before the way out begins.
    #[error("all days are before the way out")]
    BackBeforeOut,
    /// The way back goes the same way.
    #[error("is the route of the way out; choose the other direction")]
    SameRoute,
    /// A number out of its bounds.
    #[error("is {value}, must be {least} to {most}")]
    Outside {
        /// What it is.
        value: i64,
        /// The least that will do.
        least: i64,
        /// The most that will do.
        most: i64,
    },
    /// With trailer and rack.
    #[error("makes {0} in all, must be {most} at most", most = MAX_TOTAL_LENGTH_MM)]
    TooLongInAll(u32),
    /// A cabin for pets, without pets.
    #[error("is for pets, and none travels")]
    NoPets,
    /// The operator cannot answer it.
    #[error("{0}")]
    NotAnswered(AskError),
}

impl Criteria {
    /// Reads criteria from JSON and holds them against the bounds.
    pub fn parse(json: &str, today: NaiveDate) -> Result<Criteria, Vec<FieldError>> {
        let criteria: Criteria = serde_json::from_str(json).map_err(|error| vec![malformed("criteria", &error)])?;
        criteria.validate(today)
    }

    /// Holds criteria against the bounds. `today` is the day at the terminal of departure.
    pub fn validate(self, today: NaiveDate) -> Result<Criteria, Vec<FieldError>> {
        let mut errors = Errors::default();
        errors.of_leg(&self.leg, &OUTBOUND, today);
        errors.of_vehicle(&self.vehicle);
        errors.of_party(&self.party);
        errors.of_wants(&self.wants, &self.party);
        errors.or(self)
    }
}

impl ReturnLeg {
    /// Reads a return leg from JSON and holds it against the bounds and the way out.
    pub fn parse(json: &str, way_out: &Criteria, today: NaiveDate) -> Result<ReturnLeg, Vec<FieldError>> {
        let way_back: ReturnLeg = serde_json::from_str(json).map_err(|error| vec![malformed("return", &error)])?;
        way_back.validate(way_out, today)
    }

    /// Holds a return leg against the bounds and the way out.
    pub fn validate(self, way_out: &Criteria, today: NaiveDate) -> Result<ReturnLeg, Vec<FieldError>> {
        let mut errors = Errors::default();
        errors.of_leg(&self.leg, &RETURN, today);
        let first_out = way_out.leg.days().next();
        if first_out.is_some_and(|day| self.leg.last_day() < day) {
            errors.add(RETURN.dates, Wrong::BackBeforeOut);
        }
        if self.leg.route == way_out.leg.route {
            errors.add(RETURN.route, Wrong::SameRoute);
        }
        errors.or(self)
    }
}

fn malformed(field: &'static str, error: &serde_json::Error) -> FieldError {
    FieldError { field, wrong: Wrong::Malformed(error.to_string()) }
}

/// The names a leg's fields have in messages.
struct LegFields {
    route: &'static str,
    dates: &'static str,
    weekdays: &'static str,
    window: &'static str,
}

const OUTBOUND: LegFields =
    LegFields { route: "leg.route", dates: "leg.dates", weekdays: "leg.weekdays", window: "leg.window" };

const RETURN: LegFields =
    LegFields { route: "return.route", dates: "return.dates", weekdays: "return.weekdays", window: "return.window" };

#[derive(Default)]
struct Errors(Vec<FieldError>);

impl Errors {
    fn add(&mut self, field: &'static str, wrong: Wrong) {
        self.0.push(FieldError { field, wrong });
    }

    fn within<T: PartialOrd + Copy + Into<i64>>(&mut self, field: &'static str, value: T, bounds: RangeInclusive<T>) {
        if !bounds.contains(&value) {
            let (least, most) = ((*bounds.start()).into(), (*bounds.end()).into());
            self.add(field, Wrong::Outside { value: value.into(), least, most });
        }
    }

    fn or<T>(self, value: T) -> Result<T, Vec<FieldError>> {
        if self.0.is_empty() { Ok(value) } else { Err(self.0) }
    }

    fn of_leg(&mut self, leg: &Leg, fields: &LegFields, today: NaiveDate) {
        self.of_dates(&leg.dates, fields.dates, today);
        let days_left = leg.days().next().is_some();
        if !days_left && leg.dates.iter().next().is_some() {
            self.add(fields.weekdays, Wrong::NoWeekday);
        }
        if leg.window.is_some_and(|window| window.from > window.to) {
            self.add(fields.window, Wrong::WindowBackwards);
        }
    }

    fn of_dates(&mut self, dates: &Dates, field: &'static str, today: NaiveDate) {
        match dates {
            Dates::Range { from, to } if from > to => return self.add(field, Wrong::LastBeforeFirst),
            Dates::Picked(days) if days.is_empty() => return self.add(field, Wrong::NoDayPicked),
            Dates::Range { .. } | Dates::Picked(_) => {}
        }
        if dates.iter().count() > MAX_DAYS {
            self.add(field, Wrong::TooManyDays);
        }
        let last = dates.last();
        if last < today {
            self.add(field, Wrong::AllPassed);
        }
        let furthest = today.checked_add_days(Days::new(MAX_DAYS_AHEAD)).unwrap_or(NaiveDate::MAX);
        if last > furthest {
            self.add(field, Wrong::TooFarAhead(furthest));
        }
    }

    fn of_vehicle(&mut self, vehicle: &Vehicle) {
        self.within("vehicle.length_mm", vehicle.length_mm, 1_000..=25_000);
        self.within("vehicle.height_mm", vehicle.height_mm, 500..=5_000);
        self.within("vehicle.width_mm", vehicle.width_mm, 500..=4_000);
        if vehicle.trailer_length_mm != 0 {
            self.within("vehicle.trailer_length_mm", vehicle.trailer_length_mm, 500..=20_000);
        }
        if vehicle.bike_rack_mm != 0 {
            self.within("vehicle.bike_rack_mm", vehicle.bike_rack_mm, 100..=3_000);
        }
        let total = vehicle.total_length_mm();
        if total > MAX_TOTAL_LENGTH_MM && vehicle.length_mm <= 25_000 {
            self.add("vehicle.trailer_length_mm", Wrong::TooLongInAll(total));
        }
    }

    fn of_party(&mut self, party: &Party) {
        self.within("party.adults", party.adults, 1..=20);
        self.within("party.children", party.children, 0..=20);
        self.within("party.infants", party.infants, 0..=20);
        self.within("party.pets", party.pets, 0..=10);
    }

    fn of_wants(&mut self, wants: &Wants, party: &Party) {
        if wants.pet_cabin == super::Want::Yes && party.pets == 0 {
            self.add("wants.pet_cabin", Wrong::NoPets);
        }
        if let Some(ceiling) = wants.price_ceiling {
            self.within("wants.price_ceiling", ceiling.minor, 1..=10_000_000);
        }
    }
}
