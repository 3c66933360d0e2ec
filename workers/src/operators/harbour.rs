//! Reads the JSON of Harbour, the operator our simulator plays.
//!
//! Promises: an answer about another route or day, of another shape, or that contradicts itself is an error. An empty
//! list is an answer: nothing sails that day. Fields we do not know are passed over. Never reads a missing field as
//! "full" and never more sailings than a day can have.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveDateTime};
use domain::code::{RouteCode, VehicleClass};
use domain::facts::{Answer, Availability, ClassFacts, Currency, Facts, MAX_CLASSES, Price, Sighting};
use domain::operator::Operator;
use domain::sailing::{Fold, Sailing, Scheduled};
use domain::target::Question;
use serde::Deserialize;
use url::Url;

use super::text::excerpt;
use super::{Asked, ParseError, add_path, unexpected};

/// The most bytes of one day; a full one has about 3 KB.
pub(super) const MAX_BYTES: usize = 256 * 1024;
/// The most sailings of one route on one day.
pub(super) const MAX_SAILINGS: usize = 200;
/// The most spaces or cents that are believed.
const MAX_SPACES: u32 = 10_000;
const MAX_PRICE_MINOR: i64 = 100_000_000;

#[derive(Deserialize)]
struct Day {
    route: String,
    date: NaiveDate,
    sailings: Vec<Departure>,
}

#[derive(Deserialize)]
struct Departure {
    id: String,
    departs: String,
    /// Which of the two, where the clocks show a time twice.
    #[serde(default)]
    fold: DayFold,
    vessel: Option<String>,
    status: Status,
    classes: Vec<Class>,
    cabin: Option<Cabin>,
    pet_cabin: Option<Cabin>,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum DayFold {
    #[default]
    First,
    Second,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Scheduled,
    Cancelled,
    NotReleased,
}

#[derive(Deserialize)]
struct Class {
    class: VehicleClass,
    status: SpaceStatus,
    spaces: Option<u32>,
    price: Option<ClassPrice>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SpaceStatus {
    Open,
    Full,
}

#[derive(Deserialize)]
struct ClassPrice {
    amount_minor: i64,
    currency: Currency,
}

#[derive(Deserialize)]
struct Cabin {
    status: SpaceStatus,
}

/// Where one day of one route is answered.
pub(super) fn ask(question: &Question, mut base: Url) -> Result<Asked, ParseError> {
    let Question::RouteDay { route, date } = question else {
        return Err(ParseError::WrongQuestion(Operator::Harbour));
    };
    add_path(&mut base, &["harbour", "v1", "sailings"]);
    base.query_pairs_mut().append_pair("route", route.as_str()).append_pair("date", &date.to_string());
    Ok(Asked::Page(base))
}

/// Reads the answer to a question.
pub(super) fn read(question: &Question, body: &[u8]) -> Result<Answer, ParseError> {
    match question {
        Question::RouteDay { route, date } => parse(route, *date, body),
        _ => Err(ParseError::WrongQuestion(Operator::Harbour)),
    }
}

/// Reads one day of one route.
fn parse(route: &RouteCode, date: NaiveDate, body: &[u8]) -> Result<Answer, ParseError> {
    if body.len() > MAX_BYTES {
        return Err(ParseError::TooComplex { what: "bytes", limit: MAX_BYTES });
    }
    // serde_json itself stops at 128 levels of nesting.
    let day: Day = serde_json::from_slice(body)
        .map_err(|error| unexpected("a day of sailings as JSON", "the answer", &error.to_string()))?;
    if day.route != route.as_str() || day.date != date {
        let found = format!("{} on {}", day.route, day.date);
        return Err(unexpected("the route and day asked for", "the answer", &found));
    }
    if day.sailings.len() > MAX_SAILINGS {
        return Err(ParseError::TooComplex { what: "sailings in one day", limit: MAX_SAILINGS });
    }
    let mut seen = BTreeSet::new();
    let mut answer = Answer::with_capacity(day.sailings.len());
    for departure in &day.sailings {
        if !seen.insert(departure.id.as_str()) {
            return Err(unexpected("each sailing once", "a sailing's id", &departure.id));
        }
        answer.push(sighting(route, date, departure)?);
    }
    Ok(answer)
}

fn sighting(route: &RouteCode, date: NaiveDate, departure: &Departure) -> Result<Sighting, ParseError> {
    let place = format!("sailing {}", excerpt(&departure.id));
    let departs_local = NaiveDateTime::parse_from_str(&departure.departs, "%Y-%m-%dT%H:%M")
        .map_err(|_| unexpected("a local time", &place, &departure.departs))?;
    if departs_local.date() != date {
        return Err(unexpected("a departure on the day asked for", &place, &departure.departs));
    }
    let said = Scheduled {
        id: Some(&departure.id),
        departs_local,
        fold: match departure.fold {
            DayFold::First => Fold::First,
            DayFold::Second => Fold::Second,
        },
        vessel: departure.vessel.as_deref(),
    };
    let sailing = Sailing::parse(Operator::Harbour, route, said)
        .map_err(|error| unexpected("a sailing", &place, &error.to_string()))?;
    let facts = facts(departure, &place)?;
    Ok(Sighting { sailing, facts })
}

fn facts(departure: &Departure, place: &str) -> Result<Facts, ParseError> {
    if departure.classes.len() > MAX_CLASSES {
        return Err(ParseError::TooComplex { what: "vehicle classes of one sailing", limit: MAX_CLASSES });
    }
    let mut classes = BTreeMap::new();
    for class in &departure.classes {
        let facts = class_facts(departure.status, class, place)?;
        if classes.insert(class.class.clone(), facts).is_some() {
            return Err(unexpected("each vehicle class once", place, class.class.as_str()));
        }
    }
    let cabin = |cabin: &Option<Cabin>| cabin.as_ref().map(|cabin| availability(departure.status, cabin.status, None));
    Ok(Facts { classes, cabin: cabin(&departure.cabin), pet_cabin: cabin(&departure.pet_cabin) })
}

fn class_facts(status: Status, class: &Class, place: &str) -> Result<ClassFacts, ParseError> {
    let contradicts = match class.status {
        SpaceStatus::Open => class.spaces == Some(0),
        SpaceStatus::Full => class.spaces.is_some_and(|spaces| spaces > 0),
    };
    if contradicts || class.spaces.is_some_and(|spaces| spaces > MAX_SPACES) {
        let found = format!("{:?} spaces of {}", class.spaces, class.class);
        return Err(unexpected("spaces that fit the status", place, &found));
    }
    let price = match &class.price {
        Some(price) if !(0..=MAX_PRICE_MINOR).contains(&price.amount_minor) => {
            return Err(unexpected("a price", place, &price.amount_minor.to_string()));
        }
        price => price.as_ref().map(|price| Price { minor: price.amount_minor, currency: price.currency }),
    };
    Ok(ClassFacts { availability: availability(status, class.status, class.spaces), price })
}

/// A sailing's status goes before its spaces: nobody can book a cancelled one.
fn availability(status: Status, space: SpaceStatus, spaces: Option<u32>) -> Availability {
    match (status, space) {
        (Status::Cancelled, _) => Availability::Cancelled,
        (Status::NotReleased, _) => Availability::NotReleased,
        (Status::Scheduled, SpaceStatus::Open) => Availability::Available { spaces },
        (Status::Scheduled, SpaceStatus::Full) => Availability::Full,
    }
}
