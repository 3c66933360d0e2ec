//! Harbour Lines: the simulators' own operator, with all that a real one may have.
//!
//! Promises: length and height in millimetres, days far ahead, cabins and prices. Never a real company:
//! its hosts are under `.test`, which no resolver answers.

use crate::code::VehicleClass;
use crate::facts::Currency;
use crate::operator::{
    ClassFit, ClassSpec, Evidence, EvidenceTag, Manifest, Permission, Release, ReleaseTime, RouteSpec, SourceKind,
    Tells, TerminalSpec,
};
use crate::sailing::Sailing;
use crate::target::Question;
use crate::watch::{Leg, Vehicle};
use chrono_tz::{Atlantic, Europe};

pub(crate) const MANIFEST: Manifest = Manifest {
    name: "Harbour Lines (simulated)",
    source_kind: SourceKind::Api,
    floor_s: 30,
    requests_per_min: 600,
    burst: 2,
    concurrency_cap: 2,
    enabled_by_default: true,
    disabled_reason: None,
    key_setting: None,
    robots_host: "harbour.ferryalert.test",
    link_hosts: &["harbour.ferryalert.test"],
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
    classes: &[
        ClassSpec::to("car", 5_000, 1_900),
        ClassSpec::to("van", 6_000, 2_400),
        ClassSpec::to("motorhome", 7_500, 3_200),
        ClassSpec::to("long", 12_000, 4_000),
    ],
    tells: &[Tells::Cabin, Tells::PetCabin, Tells::Price { currency: Currency::EUR, basis: None }],
    horizon_days: 365,
    releases: &[Release {
        what: "the sailings of one more day",
        when: ReleaseTime::Rolling { days: 150 },
        tag: EvidenceTag::Doc,
    }],
    evidence: &[Evidence { tag: EvidenceTag::Doc, what: "all of it", source: "crates/dev/src/sim.rs" }],
    permission: Permission {
        terms_reviewed: Some("our own simulator"),
        permission_ref: Some("our own simulator"),
        robots_checked: Some("our own simulator"),
    },
};

pub(crate) fn class_of(vehicle: &Vehicle) -> Option<ClassFit> {
    let class = MANIFEST.class_for(vehicle.total_length_mm(), vehicle.height_mm)?;
    Some(ClassFit {
        class: VehicleClass::parse(class.name).expect("BUG: our own class is a code"),
        why: format!("{}: \"{}\" takes up to {}", vehicle.size_in_words(), class.name, class.bounds_in_words()),
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
