//! Samples and strategies for the tests of this crate. Never compiled into the product.

use crate::cadence::{Pace, TimeScale};
use crate::code::{RouteCode, VehicleClass};
use crate::facts::{Availability, ClassFacts, Currency, Facts, Price, Sighting};
use crate::operator::Operator;
use crate::plan::Plan;
use crate::sailing::{Fold, Sailing, Scheduled};
use crate::watch::{Criteria, Dates, Leg, Party, Vehicle, VehicleKind, Wants, Weekdays};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use proptest::prelude::*;
use std::collections::BTreeMap;

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn local(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").unwrap()
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(crate) fn route() -> RouteCode {
    RouteCode::parse("POR-SAN").unwrap()
}

pub(crate) fn class(name: &str) -> VehicleClass {
    VehicleClass::parse(name).unwrap()
}

/// A sailing of POR-SAN at this local time.
pub(crate) fn sailing(departs: &str) -> Sailing {
    let said = Scheduled { id: None, departs_local: local(departs), fold: Fold::First, vessel: Some("Salamander") };
    Sailing::parse(Operator::Harbour, &route(), said).unwrap()
}

/// A motorhome of 7 m by 2.9 m, two adults, on POR-SAN in the week before Christmas.
pub(crate) fn criteria() -> Criteria {
    Criteria {
        leg: leg("2026-12-18", "2026-12-24"),
        vehicle: vehicle(7_000, 2_900),
        party: party(),
        wants: Wants::default(),
    }
}

pub(crate) fn leg(from: &str, to: &str) -> Leg {
    let dates = Dates::Range { from: day(from), to: day(to) };
    Leg { route: route(), dates, weekdays: Weekdays::ALL, window: None }
}

pub(crate) fn party() -> Party {
    Party { adults: 2, children: 0, infants: 0, pets: 0 }
}

pub(crate) fn vehicle(length_mm: u32, height_mm: u32) -> Vehicle {
    let kind = VehicleKind::Motorhome;
    Vehicle { kind, length_mm, height_mm, width_mm: 2_300, trailer_length_mm: 0, bike_rack_mm: 0 }
}

/// Facts that tell of one class only.
pub(crate) fn facts(name: &str, availability: Availability) -> Facts {
    let told = ClassFacts { availability, price: None };
    Facts { classes: BTreeMap::from([(class(name), told)]), cabin: None, pet_cabin: None }
}

pub(crate) const OPEN: Availability = Availability::Available { spaces: Some(2) };

pub(crate) fn any_availability() -> impl Strategy<Value = Availability> {
    prop_oneof![
        proptest::option::of(0_u32..4).prop_map(|spaces| Availability::Available { spaces }),
        Just(Availability::Full),
        Just(Availability::NotReleased),
        Just(Availability::Cancelled),
        Just(Availability::Unknown),
    ]
}

pub(crate) fn any_price() -> impl Strategy<Value = Option<Price>> {
    let currency = prop_oneof![Just(Currency::EUR), Just(Currency::parse("GBP").unwrap())];
    proptest::option::of((1_i64..500, currency).prop_map(|(minor, currency)| Price { minor, currency }))
}

pub(crate) fn any_facts() -> impl Strategy<Value = Facts> {
    let name = prop_oneof![Just("car"), Just("van"), Just("motorhome")].prop_map(class);
    let told = (any_availability(), any_price()).prop_map(|(availability, price)| ClassFacts { availability, price });
    let cabin = || proptest::option::of(any_availability());
    let classes = proptest::collection::btree_map(name, told, 0..4);
    (classes, cabin(), cabin()).prop_map(|(classes, cabin, pet_cabin)| Facts { classes, cabin, pet_cabin })
}

/// Sailings in the dates of [`criteria`], a day before and a day after.
pub(crate) fn any_sighting() -> impl Strategy<Value = Sighting> {
    (17_u32..26, 0_u32..24, any_facts()).prop_map(|(date, hour, facts)| {
        let sailing = sailing(&format!("2026-12-{date}T{hour:02}:30"));
        Sighting { sailing, facts }
    })
}

pub(crate) fn any_instant() -> impl Strategy<Value = DateTime<Utc>> {
    // 2026 to 2028, in microseconds.
    (1_767_225_600_000_000_i64..1_830_297_600_000_000).prop_map(|us| DateTime::from_timestamp_micros(us).unwrap())
}

pub(crate) fn any_plan() -> impl Strategy<Value = Plan> {
    proptest::sample::select(Plan::ALL)
}

pub(crate) fn any_pace() -> impl Strategy<Value = Pace> {
    let seconds = || prop_oneof![0_u32..400, 0_u32..10_000, Just(60_u32), Just(3_600_u32)];
    let scale = prop_oneof![Just(1_u32), Just(60), 1_u32..=3_600];
    (scale, seconds(), seconds()).prop_map(|(scale, floor_s, stretch_s)| {
        let scale = TimeScale::new(scale).unwrap();
        Pace { scale, floor_s, stretch_s }
    })
}
