//! BC Ferries: what its page of current conditions can answer.
//!
//! Promises: two classes, standard and oversize, by feet as the operator measures. Off until its terms
//! were reviewed. Never asks the credentials-bound interface of its mobile app.

use crate::code::VehicleClass;
use crate::operator::{ClassFit, Manifest, RouteSpec, SourceKind, TerminalSpec};
use crate::sailing::Sailing;
use crate::target::Question;
use crate::watch::{Leg, Vehicle};
use chrono_tz::{America::Vancouver, Tz};

const ZONE: Tz = Vancouver;

pub(crate) const MANIFEST: Manifest = Manifest {
    name: "BC Ferries",
    floor_s: 60,
    requests_per_min: 12,
    concurrency_cap: 1,
    enabled_by_default: false,
    disabled_reason: Some("its terms of use were not reviewed yet"),
    robots_host: "www.bcferries.com",
    terminals: &[
        TerminalSpec { code: "TSA", name: "Tsawwassen", zone: ZONE },
        TerminalSpec { code: "SWB", name: "Swartz Bay", zone: ZONE },
        TerminalSpec { code: "SGI", name: "Southern Gulf Islands", zone: ZONE },
        TerminalSpec { code: "DUK", name: "Duke Point", zone: ZONE },
        TerminalSpec { code: "FUL", name: "Fulford Harbour", zone: ZONE },
        TerminalSpec { code: "HSB", name: "Horseshoe Bay", zone: ZONE },
        TerminalSpec { code: "NAN", name: "Departure Bay", zone: ZONE },
        TerminalSpec { code: "LNG", name: "Langdale", zone: ZONE },
        TerminalSpec { code: "BOW", name: "Bowen Island", zone: ZONE },
    ],
    routes: &[
        RouteSpec { code: "TSA-SWB", from: "TSA", to: "SWB" },
        RouteSpec { code: "TSA-SGI", from: "TSA", to: "SGI" },
        RouteSpec { code: "TSA-DUK", from: "TSA", to: "DUK" },
        RouteSpec { code: "SWB-TSA", from: "SWB", to: "TSA" },
        RouteSpec { code: "SWB-FUL", from: "SWB", to: "FUL" },
        RouteSpec { code: "SWB-SGI", from: "SWB", to: "SGI" },
        RouteSpec { code: "HSB-NAN", from: "HSB", to: "NAN" },
        RouteSpec { code: "HSB-LNG", from: "HSB", to: "LNG" },
        RouteSpec { code: "HSB-BOW", from: "HSB", to: "BOW" },
        RouteSpec { code: "DUK-TSA", from: "DUK", to: "TSA" },
        RouteSpec { code: "LNG-HSB", from: "LNG", to: "HSB" },
        RouteSpec { code: "NAN-HSB", from: "NAN", to: "HSB" },
    ],
    classes: &["standard", "oversize"],
    // Neither cabins nor prices are on this page.
    tells: &[],
    horizon_days: 2,
    terms_reviewed: None,
    source: "recorded page of 2026-02-22, github.com/samuel-pratt/bc-ferries-api (MIT)",
    source_kind: SourceKind::Listing,
};

/// 20 feet.
const STANDARD_LENGTH_MM: u32 = 6_096;
/// 7 feet, rounded down: who is higher by a hair is oversize.
const STANDARD_HEIGHT_MM: u32 = 2_133;

pub(crate) fn class_of(vehicle: &Vehicle) -> Option<ClassFit> {
    let fits = vehicle.total_length_mm() <= STANDARD_LENGTH_MM && vehicle.height_mm <= STANDARD_HEIGHT_MM;
    let size = vehicle.size_in_words();
    let (class, why) = if fits {
        ("standard", format!("{size}: within 20 ft (6.09 m) and 7 ft (2.13 m)"))
    } else {
        ("oversize", format!("{size}: over 20 ft (6.09 m) or 7 ft (2.13 m)"))
    };
    let class = VehicleClass::parse(class).expect("BUG: our own class is a code");
    Some(ClassFit { class, why })
}

/// The page of a route shows today and tomorrow, so one question serves every day.
pub(crate) fn questions(leg: &Leg) -> Vec<Question> {
    vec![Question::RouteNow { route: leg.route.clone() }]
}

pub(crate) fn booking_link(sailing: &Sailing) -> String {
    format!("https://{}/current-conditions/{}", MANIFEST.robots_host, sailing.route)
}
