//! Writes the model's days as Brittany Ferries' prices of crossings, in the shape recorded in 2026.
//!
//! Promises: what is asked for is read as strictly as it is documented; an answer has the recorded fields, in either of the
//! two nestings that were seen. Never more helpful than the real one: a night boat without a cabin or seat left is not
//! "full", and `petAvailability` is always true.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use domain::operator::Operator;
use serde::Deserialize;
use serde_json::{Value, json};

use super::model::{SailingStatus, SimSailing};

/// The most days of one question.
const MAX_DAYS: i64 = 7;
/// How long a crossing lasts.
const CROSSING: TimeDelta = TimeDelta::hours(11);
/// Who leaves from this hour on must take a bed or a seat.
const NIGHT_FROM_HOUR: u32 = 20;

/// How crossings are nested.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Nesting {
    /// One after the other.
    #[default]
    Flat,
    /// By day.
    ByDay,
}

/// What is posted.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Asked {
    #[serde(rename = "bookingReference")]
    _booking_reference: Option<String>,
    pets: Pets,
    #[serde(rename = "passengers")]
    _passengers: Passengers,
    vehicle: Vehicle,
    departure_port: String,
    arrival_port: String,
    #[serde(rename = "disability")]
    _disability: Option<String>,
    #[serde(rename = "direction")]
    _direction: Direction,
    from_date: NaiveDateTime,
    to_date: NaiveDateTime,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Direction {
    Outbound,
    Inbound,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Pets {
    small_dogs: u8,
    large_dogs: u8,
    cats: u8,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Passengers {
    #[serde(rename = "adults")]
    _adults: u8,
    #[serde(rename = "children")]
    _children: u8,
    #[serde(rename = "infants")]
    _infants: u8,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vehicle {
    #[serde(rename = "type")]
    _kind: String,
    #[serde(rename = "registrations")]
    _registrations: Vec<String>,
    /// Centimetres.
    height: u32,
    length: u32,
    #[serde(rename = "extras")]
    _extras: Extras,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Extras {
    #[serde(rename = "rearMountedBikeCarrier")]
    _rear_mounted_bike_carrier: bool,
}

impl Asked {
    /// The route in our spelling.
    pub(super) fn route(&self) -> String {
        format!("{}-{}", self.departure_port, self.arrival_port)
    }

    /// The days asked for; nothing if they are more than a week, or none.
    pub(super) fn days(&self) -> Option<Vec<NaiveDate>> {
        let (from, to) = (self.from_date.date(), self.to_date.date());
        let days = (to - from).num_days() + 1;
        (1..=MAX_DAYS).contains(&days).then(|| from.iter_days().take_while(|day| *day <= to).collect())
    }

    fn travels_with_a_pet(&self) -> bool {
        [self.pets.small_dogs, self.pets.large_dogs, self.pets.cats].iter().any(|pets| *pets > 0)
    }
}

/// The answer for one route and some days.
pub(super) fn write(asked: &Asked, sailings: &[SimSailing], nesting: Nesting) -> Vec<u8> {
    let on_sale = sailings.iter().filter(|sailing| sailing.status != SailingStatus::NotReleased);
    let crossings: Vec<Value> = match nesting {
        Nesting::Flat => on_sale.map(|sailing| crossing(asked, sailing)).collect(),
        Nesting::ByDay => by_day(asked, &on_sale.collect::<Vec<_>>()),
    };
    json!({ "crossings": crossings, "currency": "GBP" }).to_string().into_bytes()
}

fn by_day(asked: &Asked, sailings: &[&SimSailing]) -> Vec<Value> {
    let days = sailings.chunk_by(|one, next| one.departs_local.date() == next.departs_local.date());
    let day = |sailings: &[&SimSailing]| {
        let prices: Vec<Value> =
            sailings.iter().map(|sailing| json!({ "crossingPrices": crossing(asked, sailing) })).collect();
        json!({ "date": sailings[0].departs_local.date(), "prices": prices })
    };
    days.map(day).collect()
}

fn crossing(asked: &Asked, sailing: &SimSailing) -> Value {
    let (length_mm, height_mm) = (asked.vehicle.length * 10, asked.vehicle.height * 10);
    let class =
        sailing.classes.iter().find(|class| length_mm <= class.max_length_mm && height_mm <= class.max_height_mm);
    let is_full = class.is_none_or(|class| class.spaces == 0) || sailing.status == SailingStatus::Cancelled;
    let departs = sailing.zone.from_local_datetime(&sailing.departs_local).earliest();
    let departs = departs.map_or_else(|| sailing.departs_local.and_utc(), |at| at.to_utc());
    let route = Operator::Brittany.manifest().routes.iter().find(|route| route.code == sailing.route);
    let arrival = route.and_then(|route| Operator::Brittany.terminal(route.to));
    let arrives_in = arrival.map_or(sailing.zone, |terminal| terminal.zone);
    let (cabins, pet_cabins) = (sailing.cabins.unwrap_or(0), sailing.pet_cabins.unwrap_or(0));
    json!({
        "departureDateTime": moment(departs, sailing.zone),
        "arrivalDateTime": moment(departs + CROSSING, arrives_in),
        "adjustedDepartureDateTime": moment(departs, sailing.zone),
        "departurePort": asked.departure_port,
        "arrivalPort": asked.arrival_port,
        "shipName": sailing.vessel,
        "shipType": "cruise",
        "standardPrice": price(class.map_or(0, |class| class.price_minor)),
        "cabinPrice": price(8_900),
        "sailingId": sailing.key.parse::<u64>().unwrap_or(0),
        "full": is_full,
        "isCabinSpaceFull": cabins == 0,
        "isSeatSpaceFull": cabins == 0,
        "isPetAllowed": true,
        "isAccommodationMandatory": sailing.departs_local.hour() >= NIGHT_FROM_HOUR,
        "petAvailabilities": {
            "kennelAvailable": false,
            "smallKennelAvailable": true,
            "petCabinAvailable": pet_cabins > 0 && asked.travels_with_a_pet(),
            "stayInCarAvailable": false,
            "petAvailability": true,
        },
        "wheelchairCabinsAvailable": false,
    })
}

/// A moment, as an instant and on the clock of the port.
fn moment(at: DateTime<Utc>, zone: Tz) -> Value {
    let local = at.with_timezone(&zone);
    json!({
        "iso": at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "date": local.date_naive(),
        "time": local.format("%H:%M").to_string(),
    })
}

/// Currency units, with a fraction only where there is one.
fn price(minor: i64) -> Value {
    let amount =
        if minor % 100 == 0 { json!(minor / 100) } else { json!(f64::from(i32::try_from(minor).unwrap_or(0)) / 100.0) };
    json!({ "amount": amount, "economy": null, "discounted": false })
}

/// The id of a sailing: its local time and the place of its route in the manifest, as one number.
pub(super) fn sailing_id(route: &str, departs_local: NaiveDateTime) -> String {
    let routes = Operator::Brittany.manifest().routes;
    let place = routes.iter().position(|known| known.code == route).unwrap_or(99);
    format!("{}{place:02}", departs_local.format("%Y%m%d%H%M"))
}
