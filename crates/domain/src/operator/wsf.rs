//! Washington State Ferries: what its documented interface tells of today's sailings.
//!
//! Promises: the interface counts car spaces, so it tells of vehicles up to 7 ft 2 in high and no more; how long ones need
//! two. Terminals are named by the operator's own numbers. Asked only with an access code, which the operator gives to who
//! registers. Never reads its form for reservations, which asks whether one is human.

use crate::code::{TerminalCode, VehicleClass};
use crate::operator::{
    ClassFit, ClassSpec, Evidence, EvidenceTag, Manifest, Permission, Release, ReleaseTime, RouteSpec, SourceKind,
    TerminalSpec,
};
use crate::sailing::Sailing;
use crate::target::Question;
use crate::watch::{Leg, Vehicle};
use chrono_tz::America::Los_Angeles;

const RESERVATIONS_HOST: &str = "secureapps.wsdot.wa.gov";

pub(crate) const MANIFEST: Manifest = Manifest {
    name: "Washington State Ferries",
    source_kind: SourceKind::Api,
    floor_s: 60,
    requests_per_min: 20,
    burst: 1,
    concurrency_cap: 1,
    // The access code is the switch: without one nothing is asked.
    enabled_by_default: true,
    disabled_reason: None,
    key_setting: Some("FERRY_WSF_ACCESS_CODE"),
    robots_host: "www.wsdot.wa.gov",
    link_hosts: &["www.wsdot.wa.gov", RESERVATIONS_HOST],
    terminals: &[
        TerminalSpec { code: "1", name: "Anacortes", zone: Los_Angeles },
        TerminalSpec { code: "3", name: "Bainbridge Island", zone: Los_Angeles },
        TerminalSpec { code: "4", name: "Bremerton", zone: Los_Angeles },
        TerminalSpec { code: "7", name: "Seattle", zone: Los_Angeles },
        TerminalSpec { code: "10", name: "Friday Harbor", zone: Los_Angeles },
        TerminalSpec { code: "11", name: "Coupeville", zone: Los_Angeles },
        TerminalSpec { code: "13", name: "Lopez Island", zone: Los_Angeles },
        TerminalSpec { code: "15", name: "Orcas Island", zone: Los_Angeles },
        TerminalSpec { code: "17", name: "Port Townsend", zone: Los_Angeles },
        TerminalSpec { code: "18", name: "Shaw Island", zone: Los_Angeles },
    ],
    routes: &[
        RouteSpec { code: "7-3", from: "7", to: "3" },
        RouteSpec { code: "3-7", from: "3", to: "7" },
        RouteSpec { code: "7-4", from: "7", to: "4" },
        RouteSpec { code: "4-7", from: "4", to: "7" },
        RouteSpec { code: "17-11", from: "17", to: "11" },
        RouteSpec { code: "11-17", from: "11", to: "17" },
        RouteSpec { code: "1-10", from: "1", to: "10" },
        RouteSpec { code: "1-13", from: "1", to: "13" },
        RouteSpec { code: "1-15", from: "1", to: "15" },
        RouteSpec { code: "1-18", from: "1", to: "18" },
        RouteSpec { code: "10-1", from: "10", to: "1" },
        RouteSpec { code: "10-13", from: "10", to: "13" },
        RouteSpec { code: "10-15", from: "10", to: "15" },
        RouteSpec { code: "10-18", from: "10", to: "18" },
        RouteSpec { code: "13-1", from: "13", to: "1" },
        RouteSpec { code: "13-10", from: "13", to: "10" },
        RouteSpec { code: "13-15", from: "13", to: "15" },
        RouteSpec { code: "13-18", from: "13", to: "18" },
        RouteSpec { code: "15-1", from: "15", to: "1" },
        RouteSpec { code: "15-10", from: "15", to: "10" },
        RouteSpec { code: "15-13", from: "15", to: "13" },
        RouteSpec { code: "15-18", from: "15", to: "18" },
        RouteSpec { code: "18-1", from: "18", to: "1" },
        RouteSpec { code: "18-10", from: "18", to: "10" },
        RouteSpec { code: "18-13", from: "18", to: "13" },
        RouteSpec { code: "18-15", from: "18", to: "15" },
    ],
    classes: &[
        ClassSpec::to("standard", STANDARD_LENGTH_MM, STANDARD_HEIGHT_MM),
        ClassSpec::to("long", 2 * STANDARD_LENGTH_MM, STANDARD_HEIGHT_MM),
        ClassSpec::untold("oversize"),
    ],
    tells: &[],
    // Drive-up space is of the day itself.
    horizon_days: 1,
    releases: &[
        Release {
            what: "reservations: the first 30 % (90 % of those for tall vehicles)",
            when: ReleaseTime::MonthsBeforeSeason { months: 2, hour: 10 },
            tag: EvidenceTag::Unverified,
        },
        Release {
            what: "reservations: another 30 %",
            when: ReleaseTime::DaysBefore { days: 14, hour: 7 },
            tag: EvidenceTag::Unverified,
        },
        Release {
            what: "reservations: the last 30 %",
            when: ReleaseTime::DaysBefore { days: 2, hour: 7 },
            tag: EvidenceTag::Unverified,
        },
        Release {
            what: "reservations that people give back while it is free",
            when: ReleaseTime::DaysBefore { days: 1, hour: 17 },
            tag: EvidenceTag::Unverified,
        },
        Release {
            what: "drive-up space is counted",
            when: ReleaseTime::MinutesBefore { minutes: 30 },
            tag: EvidenceTag::Code,
        },
    ],
    evidence: &[
        Evidence {
            tag: EvidenceTag::Doc,
            what: "terminalsailingspace, access codes, what may be cached",
            source: "www.wsdot.wa.gov/ferries/api/terminals/documentation/rest.html",
        },
        Evidence {
            tag: EvidenceTag::Rec,
            what: "shape of an answer, numbers of terminals",
            source: "gist anstosa/bb4550b27da6fd28cf36d262fb461bde",
        },
        Evidence {
            tag: EvidenceTag::Code,
            what: "counts of -1, destinations by ArrivalTerminalIDs, the day that ends at 03:00, counts at the maximum",
            source: "ferry.fyi and other programs that read it",
        },
        Evidence {
            tag: EvidenceTag::Unverified,
            what: "when reservations are released and given back",
            source: "mynorthwest.com, fox13seattle.com",
        },
    ],
    permission: Permission {
        terms_reviewed: None,
        permission_ref: Some(
            "a documented public interface: who installs this registers for an access code and takes its terms",
        ),
        robots_checked: None,
    },
};

/// Just under 22 feet: the longest vehicle that counts as one.
const STANDARD_LENGTH_MM: u32 = 6_705;
/// 7 feet 2 inches, rounded down: what is higher needs the tall deck, of which nothing is told.
const STANDARD_HEIGHT_MM: u32 = 2_184;

pub(crate) fn class_of(vehicle: &Vehicle) -> Option<ClassFit> {
    let class = MANIFEST.class_for(vehicle.total_length_mm(), vehicle.height_mm)?;
    let size = vehicle.size_in_words();
    let why = match class.name {
        "standard" => format!("{size}: under 22 ft and within 7 ft 2 in, one of the car spaces that are counted"),
        "long" => format!("{size}: under 44 ft and within 7 ft 2 in, two of the car spaces that are counted"),
        _ => format!(
            "{size}: over 7 ft 2 in or 44 ft. Only car spaces are counted, so we learn when a sailing is full, \
             never that it has room for you"
        ),
    };
    Some(ClassFit { class: VehicleClass::parse(class.name).expect("BUG: our own class is a code"), why })
}

/// One answer tells of all of a terminal's sailings, so one question serves its routes and days.
pub(crate) fn questions(leg: &Leg) -> Vec<Question> {
    let route = MANIFEST.routes.iter().find(|route| route.code == leg.route.as_str());
    let terminal = |from| TerminalCode::parse(from).expect("BUG: our own terminal is a code");
    route.map(|route| Question::TerminalNow { terminal: terminal(route.from) }).into_iter().collect()
}

/// Routes whose sailings are reserved lead to the form; of all others there is nothing to book ahead.
pub(crate) fn booking_link(sailing: &Sailing) -> String {
    const WITHOUT_RESERVATIONS: [&str; 3] = ["3", "4", "7"];
    let from = MANIFEST.routes.iter().find(|route| route.code == sailing.route.as_str()).map(|route| route.from);
    if from.is_some_and(|from| WITHOUT_RESERVATIONS.contains(&from)) {
        return format!("https://{}/ferries/", MANIFEST.robots_host);
    }
    format!("https://{RESERVATIONS_HOST}/ferries/reservations/vehicle/SailingSchedule.aspx")
}
