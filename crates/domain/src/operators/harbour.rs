//! Harbour Lines: the simulators' own operator, with all that a real one may have.
//!
//! Promises: length and height in millimetres, days far ahead, cabins and prices. Never a real company:
//! its hosts are under `.test`, which no resolver answers.

use crate::code::VehicleClass;
use crate::facts::Currency;
use crate::operator::{ClassFit, Manifest, RouteSpec, SourceKind, Tells, TerminalSpec};
use crate::sailing::Sailing;
use crate::target::Question;
use crate::watch::{Leg, Vehicle, metres};
use chrono_tz::{Atlantic, Europe};

pub(crate) const MANIFEST: Manifest = Manifest {
    name: "Harbour Lines (simulated)",
    floor_s: 30,
    requests_per_min: 600,
    concurrency_cap: 2,
    enabled_by_default: true,
    disabled_reason: None,
    robots_host: "harbour.ferryalert.test",
    terminals: &[
        TerminalSpec { code: "POR", name: "Portmouth Sim", zone: Europe::London },
        TerminalSpec { code: "SAN", name: "Santoña Sim", zone: Europe::Madrid },
        TerminalSpec { code: "ISL", name: "Isla Sim", zone: Atlantic::Canary },
    ],
    routes: &[
        RouteSpec { code: "POR-SAN", from: "POR", to: "SAN" },
        RouteSpec { code: "SAN-POR", from: "SAN", to: "POR" },
        RouteSpec { code: "POR-ISL", from: "POR", to: "ISL" },
        RouteSpec { code: "ISL-POR", from: "ISL", to: "POR" },
    ],
    classes: &["car", "van", "motorhome", "long"],
    tells: &[Tells::Cabin, Tells::PetCabin, Tells::Price(Currency::EUR)],
    horizon_days: 365,
    terms_reviewed: Some("our own simulator"),
    source: "crates/dev/src/sim.rs",
    source_kind: SourceKind::Api,
};

struct Class {
    name: &'static str,
    max_length_mm: u32,
    max_height_mm: u32,
}

/// From small to large; a vehicle is in the first that takes both its length and its height.
const CLASSES: [Class; 4] = [
    Class { name: "car", max_length_mm: 5_000, max_height_mm: 1_900 },
    Class { name: "van", max_length_mm: 6_000, max_height_mm: 2_400 },
    Class { name: "motorhome", max_length_mm: 7_500, max_height_mm: 3_200 },
    Class { name: "long", max_length_mm: 12_000, max_height_mm: 4_000 },
];

pub(crate) fn class_of(vehicle: &Vehicle) -> Option<ClassFit> {
    let takes =
        |class: &&Class| vehicle.total_length_mm() <= class.max_length_mm && vehicle.height_mm <= class.max_height_mm;
    let class = CLASSES.iter().find(takes)?;
    let (length, height) = (metres(class.max_length_mm), metres(class.max_height_mm));
    Some(ClassFit {
        class: VehicleClass::parse(class.name).expect("BUG: our own class is a code"),
        why: format!("{}: \"{}\" takes up to {length} x {height}", vehicle.size_in_words(), class.name),
    })
}

/// One question is one route and one local day.
pub(crate) fn questions(leg: &Leg) -> Vec<Question> {
    leg.days().map(|date| Question::RouteDay { route: leg.route.clone(), date }).collect()
}

pub(crate) fn booking_link(sailing: &Sailing) -> String {
    // Codes and keys are made of characters that need no escaping in a URL.
    format!("https://{}/book?route={}&sailing={}", MANIFEST.robots_host, sailing.route, sailing.key)
}
