//! Writes a day of the model as the Harbour operator's JSON.
//!
//! The format, which `workers::operators::harbour` reads:
//! `{"route","date","sailings":[{"id","departs":"2026-12-24T22:00","vessel","status":"scheduled|cancelled|
//! not_released","classes":[{"class","max_length_mm","max_height_mm","status":"open|full","spaces":n,
//! "price":{"amount_minor","currency"}}],"cabin":{"status"},"pet_cabin":{"status"}}]}`.
//! A day is about 3 KB. Never decides anything: it only writes.

use chrono::NaiveDate;
use serde::Serialize;

use super::model::{ClassSpace, SailingStatus, SimSailing};

#[derive(Serialize)]
struct DayJson<'a> {
    route: &'a str,
    date: NaiveDate,
    sailings: Vec<SailingJson<'a>>,
}

#[derive(Serialize)]
struct SailingJson<'a> {
    id: &'a str,
    departs: String,
    vessel: &'a str,
    status: SailingStatus,
    classes: Vec<ClassJson<'a>>,
    cabin: Option<StateJson>,
    pet_cabin: Option<StateJson>,
}

#[derive(Serialize)]
struct ClassJson<'a> {
    class: &'a str,
    max_length_mm: u32,
    max_height_mm: u32,
    status: &'static str,
    spaces: u32,
    price: PriceJson,
}

#[derive(Serialize)]
struct PriceJson {
    amount_minor: i64,
    currency: &'static str,
}

#[derive(Serialize)]
struct StateJson {
    status: &'static str,
}

/// The answer for one route and day.
pub(super) fn write(route: &str, date: NaiveDate, sailings: &[SimSailing]) -> Vec<u8> {
    let day = DayJson { route, date, sailings: sailings.iter().map(sailing_json).collect() };
    serde_json::to_vec(&day).expect("BUG: a day is plain data")
}

fn sailing_json(sailing: &SimSailing) -> SailingJson<'_> {
    SailingJson {
        id: &sailing.key,
        departs: sailing.departs_local.format("%Y-%m-%dT%H:%M").to_string(),
        vessel: &sailing.vessel,
        status: sailing.status,
        classes: sailing.classes.iter().map(class_json).collect(),
        cabin: sailing.cabins.map(state_json),
        pet_cabin: sailing.pet_cabins.map(state_json),
    }
}

fn class_json(class: &ClassSpace) -> ClassJson<'_> {
    ClassJson {
        class: &class.class,
        max_length_mm: class.max_length_mm,
        max_height_mm: class.max_height_mm,
        status: word(class.spaces),
        spaces: class.spaces,
        price: PriceJson { amount_minor: class.price_minor, currency: "EUR" },
    }
}

fn state_json(left: u32) -> StateJson {
    StateJson { status: word(left) }
}

fn word(left: u32) -> &'static str {
    if left == 0 { "full" } else { "open" }
}
