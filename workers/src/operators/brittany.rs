//! Asks Brittany Ferries for the prices of a week, and reads them.
//!
//! Promises: what is sent is the same for everybody who asks the question. A sailing that is not "full" but has neither
//! cabin nor seat left, where one must be taken, is full. Local times must agree with the instants beside them. Both
//! nestings that were seen are read: crossings in a row, and crossings by day. Never trusts the word `petAvailability`,
//! which is true where no pet can sleep, and never reads a missing field as space.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use domain::code::{RouteCode, VehicleClass};
use domain::facts::{Answer, Availability, ClassFacts, Currency, Facts, Price, Sighting};
use domain::operator::Operator;
use domain::sailing::{Fold, Sailing, Scheduled, local_to_utc};
use domain::target::{Monday, PetAsked, Question};
use serde::Deserialize;
use serde_json::{Number, Value, json};
use url::Url;

use super::{Asked, ParseError, add_path, unexpected};

/// The most bytes of one week; the recorded crossing has 1 KB.
const MAX_BYTES: usize = 512 * 1024;
/// The most crossings of one route in one week.
const MAX_CROSSINGS: usize = 200;
/// The most currency units that are believed.
const MAX_PRICE: i64 = 1_000_000;

#[derive(Deserialize)]
struct Week {
    /// Crossings, or days with crossings in them.
    crossings: Vec<Value>,
    currency: Option<Currency>,
}

#[derive(Deserialize)]
struct Day {
    date: NaiveDate,
    prices: Vec<Wrapped>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wrapped {
    crossing_prices: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Crossing {
    departure_date_time: Instant,
    departure_port: String,
    arrival_port: String,
    ship_name: Option<String>,
    standard_price: Option<Amount>,
    cabin_price: Option<Amount>,
    sailing_id: u64,
    full: bool,
    is_cabin_space_full: Option<bool>,
    is_seat_space_full: Option<bool>,
    is_pet_allowed: Option<bool>,
    is_accommodation_mandatory: Option<bool>,
    pet_availabilities: Option<PetAvailabilities>,
}

/// The same moment twice: as an instant, and on the clock of the port.
#[derive(Deserialize)]
struct Instant {
    iso: DateTime<Utc>,
    date: NaiveDate,
    time: String,
}

#[derive(Deserialize)]
struct Amount {
    amount: Option<Number>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PetAvailabilities {
    pet_cabin_available: Option<bool>,
}

/// What a question is about.
struct Wanted<'a> {
    route: &'a RouteCode,
    monday: Monday,
    class: &'a VehicleClass,
    pet: PetAsked,
}

impl<'a> Wanted<'a> {
    fn of(question: &'a Question) -> Result<Self, ParseError> {
        match question {
            Question::RouteWeek { route, monday, class, pet } => Ok(Self { route, monday: *monday, class, pet: *pet }),
            _ => Err(ParseError::WrongQuestion(Operator::Brittany)),
        }
    }

    /// The two ports, as the operator writes them.
    fn ports(&self) -> Result<(&'static str, &'static str), ParseError> {
        let route = Operator::Brittany.route(self.route);
        let wrong = || unexpected("a route of Brittany Ferries", "the question", self.route.as_str());
        route.map(|route| (route.from, route.to)).ok_or_else(wrong)
    }
}

/// What is posted for a question: days that have passed are left out, for nothing on them can be bought.
pub(super) fn ask(question: &Question, mut base: Url, now: DateTime<Utc>) -> Result<Asked, ParseError> {
    let wanted = Wanted::of(question)?;
    let (from, to) = wanted.ports()?;
    let class = Operator::Brittany.manifest().class(wanted.class.as_str());
    let bounds_mm = class.and_then(|class| Some((class.max_length_mm?, class.max_height_mm?)));
    let (length_mm, height_mm) = bounds_mm
        .ok_or_else(|| unexpected("a vehicle class of Brittany Ferries", "the question", wanted.class.as_str()))?;
    let zone = Operator::Brittany.zone_of(wanted.route);
    let today = zone.map_or(now.date_naive(), |zone| now.with_timezone(&zone).date_naive());
    let last_day = wanted.monday.last_day();
    let first_day = wanted.monday.date().max(today).min(last_day);
    let large_dogs = match wanted.pet {
        PetAsked::None => 0,
        PetAsked::Dog => 1,
    };
    add_path(&mut base, &["api", "bebop", "v1", "crossing", "prices"]);
    let body = json!({
        "bookingReference": null,
        "pets": { "smallDogs": 0, "largeDogs": large_dogs, "cats": 0 },
        "passengers": { "adults": 2, "children": 0, "infants": 0 },
        "vehicle": {
            "type": "CAR",
            "registrations": ["TBC"],
            "height": height_mm / 10,
            "length": length_mm / 10,
            // The length is all of it.
            "extras": { "rearMountedBikeCarrier": false },
        },
        "departurePort": from,
        "arrivalPort": to,
        "disability": null,
        "direction": "outbound",
        "fromDate": format!("{first_day}T00:00:00"),
        "toDate": format!("{last_day}T23:59:59"),
    });
    Ok(Asked::Posted(base, body.to_string().into_bytes()))
}

/// Reads the answer to a question.
pub(super) fn read(question: &Question, body: &[u8]) -> Result<Answer, ParseError> {
    let wanted = Wanted::of(question)?;
    if body.len() > MAX_BYTES {
        return Err(ParseError::TooComplex { what: "bytes", limit: MAX_BYTES });
    }
    // serde_json itself stops at 128 levels of nesting.
    let week: Week = serde_json::from_slice(body)
        .map_err(|error| unexpected("a week of crossings as JSON", "the answer", &error.to_string()))?;
    let crossings = unwrapped(week.crossings)?;
    let mut seen = BTreeSet::new();
    let mut answer = Answer::with_capacity(crossings.len());
    for crossing in &crossings {
        let place = format!("crossing {}", crossing.sailing_id);
        if !seen.insert(crossing.sailing_id) {
            return Err(unexpected("each crossing once", &place, &crossing.sailing_id.to_string()));
        }
        answer.push(sighting(&wanted, crossing, week.currency, &place)?);
    }
    Ok(answer)
}

/// The crossings of either nesting.
fn unwrapped(entries: Vec<Value>) -> Result<Vec<Crossing>, ParseError> {
    let mut crossings = Vec::new();
    for entry in entries {
        if entry.get("prices").is_none() {
            crossings.push(crossing(entry)?);
        } else {
            let day: Day = serde_json::from_value(entry)
                .map_err(|error| unexpected("a day of crossings", "the crossings", &error.to_string()))?;
            for wrapped in day.prices {
                let crossing = crossing(wrapped.crossing_prices)?;
                let date = crossing.departure_date_time.date;
                if date != day.date {
                    let place = format!("the crossings of {}", day.date);
                    return Err(unexpected("a crossing of that day", &place, &date.to_string()));
                }
                crossings.push(crossing);
            }
        }
        if crossings.len() > MAX_CROSSINGS {
            return Err(ParseError::TooComplex { what: "crossings in one week", limit: MAX_CROSSINGS });
        }
    }
    Ok(crossings)
}

fn crossing(value: Value) -> Result<Crossing, ParseError> {
    serde_json::from_value(value).map_err(|error| unexpected("a crossing", "the crossings", &error.to_string()))
}

fn sighting(
    wanted: &Wanted<'_>,
    crossing: &Crossing,
    currency: Option<Currency>,
    place: &str,
) -> Result<Sighting, ParseError> {
    let ports = (crossing.departure_port.as_str(), crossing.arrival_port.as_str());
    if ports != wanted.ports()? {
        return Err(unexpected("the ports asked for", place, &format!("{} to {}", ports.0, ports.1)));
    }
    let departs = &crossing.departure_date_time;
    if !(wanted.monday.date()..=wanted.monday.last_day()).contains(&departs.date) {
        return Err(unexpected("a departure in the week asked for", place, &departs.date.to_string()));
    }
    let time = NaiveTime::parse_from_str(&departs.time, "%H:%M")
        .map_err(|_| unexpected("a local time", place, &departs.time))?;
    let departs_local = departs.date.and_time(time);
    let agrees = |fold: &Fold| {
        let zone = Operator::Brittany.zone_of(wanted.route);
        zone.is_some_and(|zone| local_to_utc(departs_local, zone, *fold).is_ok_and(|at| at == departs.iso))
    };
    let fold = [Fold::First, Fold::Second].into_iter().find(agrees).ok_or_else(|| {
        let found = format!("{departs_local} beside {}", departs.iso);
        unexpected("a local time that is the instant beside it", place, &found)
    })?;
    let id = crossing.sailing_id.to_string();
    let said = Scheduled { id: Some(&id), departs_local, fold, vessel: crossing.ship_name.as_deref() };
    let sailing = Sailing::parse(Operator::Brittany, wanted.route, said)
        .map_err(|error| unexpected("a sailing", place, &error.to_string()))?;
    Ok(Sighting { sailing, facts: facts(wanted, crossing, currency, place)? })
}

fn facts(
    wanted: &Wanted<'_>,
    crossing: &Crossing,
    currency: Option<Currency>,
    place: &str,
) -> Result<Facts, ParseError> {
    let availability = if crossing.full || has_nowhere_to_sleep(crossing) {
        Availability::Full
    } else {
        Availability::Available { spaces: None }
    };
    let price = price(crossing, currency, place)?;
    let pet_cabin = crossing.pet_availabilities.as_ref().and_then(|pets| pets.pet_cabin_available);
    let allowed = crossing.is_pet_allowed != Some(false);
    Ok(Facts {
        classes: BTreeMap::from([(wanted.class.clone(), ClassFacts { availability, price })]),
        cabin: crossing.is_cabin_space_full.map(free_unless),
        pet_cabin: match wanted.pet {
            // Asked without a pet, the answer may speak of what nobody wanted.
            PetAsked::None => None,
            PetAsked::Dog => pet_cabin.map(|available| free_unless(!(available && allowed))),
        },
    })
}

fn free_unless(full: bool) -> Availability {
    if full { Availability::Full } else { Availability::Available { spaces: None } }
}

/// Whether a bed or seat must be taken and there is none. Where seats are not spoken of there are none.
fn has_nowhere_to_sleep(crossing: &Crossing) -> bool {
    crossing.is_accommodation_mandatory == Some(true)
        && crossing.is_cabin_space_full == Some(true)
        && crossing.is_seat_space_full != Some(false)
}

/// What it costs to sail: with the cabin where one must be taken. Where that cannot be told there is no price, for half a
/// price would pass a ceiling.
fn price(crossing: &Crossing, currency: Option<Currency>, place: &str) -> Result<Option<Price>, ParseError> {
    let minor = |amount: &Option<Amount>| match amount.as_ref().and_then(|amount| amount.amount.as_ref()) {
        None => Ok(None),
        Some(number) => {
            let wrong = || unexpected("an amount of money", place, &number.to_string());
            minor_of(number).map(Some).ok_or_else(wrong)
        }
    };
    let (standard, cabin) = (minor(&crossing.standard_price)?, minor(&crossing.cabin_price)?);
    let total = match (crossing.is_accommodation_mandatory, crossing.is_cabin_space_full) {
        (Some(true), Some(true)) => None,
        (Some(true), _) => standard.zip(cabin).map(|(standard, cabin)| standard + cabin),
        _ => standard,
    };
    Ok(total.zip(currency).map(|(minor, currency)| Price { minor, currency }))
}

/// Hundredths of an amount in currency units with at most two decimals. By its digits: a float would lose pennies.
fn minor_of(amount: &Number) -> Option<i64> {
    let text = amount.to_string();
    let (units, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let is_plain = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
    if !is_plain(units) || !is_plain(decimals) || decimals.len() > 2 {
        return None;
    }
    let units: i64 = units.parse().ok().filter(|units| (0..=MAX_PRICE).contains(units))?;
    let hundredths: i64 = format!("{decimals:0<2}").parse().ok()?;
    Some(units * 100 + hundredths)
}
