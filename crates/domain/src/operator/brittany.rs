//! Brittany Ferries: what the prices its own booking pages ask for can answer.
//!
//! Promises: a question holds nothing of a person: a route, a week, a size rounded up to a class, two adults and at most
//! one dog, whoever asks. What fits a class is asked for at the class's upper bounds, so space that is found takes it.
//! Off until the operator permits it: the interface is undocumented. Never asks for accommodation by name, never books.

use crate::code::VehicleClass;
use crate::facts::Currency;
use crate::operator::{
    ClassFit, ClassSpec, Evidence, EvidenceTag, Manifest, Permission, Release, ReleaseTime, RouteSpec, SourceKind,
    Tells, TerminalSpec, Wanted,
};
use crate::sailing::Sailing;
use crate::target::{Monday, PetAsked, Question};
use crate::watch::{Leg, Vehicle, Want};
use chrono_tz::Europe;
use std::collections::BTreeSet;

pub(crate) const MANIFEST: Manifest = Manifest {
    name: "Brittany Ferries",
    source_kind: SourceKind::Listing,
    // Who asked it regularly waited 15 minutes at least between two rounds, and a second between two questions.
    floor_s: 900,
    requests_per_min: 20,
    burst: 1,
    concurrency_cap: 1,
    enabled_by_default: false,
    disabled_reason: Some("its interface is undocumented: off until Brittany Ferries permits it"),
    key_setting: None,
    robots_host: "www.brittany-ferries.co.uk",
    link_hosts: &["www.brittany-ferries.co.uk"],
    terminals: &[
        TerminalSpec { code: "GBPME", name: "Portsmouth", zone: Europe::London },
        TerminalSpec { code: "GBPLY", name: "Plymouth", zone: Europe::London },
        TerminalSpec { code: "GBPOO", name: "Poole", zone: Europe::London },
        TerminalSpec { code: "FRROS", name: "Roscoff", zone: Europe::Paris },
        TerminalSpec { code: "FRSML", name: "Saint-Malo", zone: Europe::Paris },
        TerminalSpec { code: "FROUI", name: "Caen (Ouistreham)", zone: Europe::Paris },
        TerminalSpec { code: "FRCER", name: "Cherbourg", zone: Europe::Paris },
        TerminalSpec { code: "FRLEH", name: "Le Havre", zone: Europe::Paris },
        TerminalSpec { code: "ESSDR", name: "Santander", zone: Europe::Madrid },
        TerminalSpec { code: "ESBIO", name: "Bilbao", zone: Europe::Madrid },
        TerminalSpec { code: "IEORK", name: "Cork", zone: Europe::Dublin },
        TerminalSpec { code: "IEROE", name: "Rosslare", zone: Europe::Dublin },
    ],
    routes: &[
        RouteSpec { code: "GBPME-FROUI", from: "GBPME", to: "FROUI" },
        RouteSpec { code: "FROUI-GBPME", from: "FROUI", to: "GBPME" },
        RouteSpec { code: "GBPME-FRCER", from: "GBPME", to: "FRCER" },
        RouteSpec { code: "FRCER-GBPME", from: "FRCER", to: "GBPME" },
        RouteSpec { code: "GBPME-FRSML", from: "GBPME", to: "FRSML" },
        RouteSpec { code: "FRSML-GBPME", from: "FRSML", to: "GBPME" },
        RouteSpec { code: "GBPME-FRLEH", from: "GBPME", to: "FRLEH" },
        RouteSpec { code: "FRLEH-GBPME", from: "FRLEH", to: "GBPME" },
        RouteSpec { code: "GBPME-ESSDR", from: "GBPME", to: "ESSDR" },
        RouteSpec { code: "ESSDR-GBPME", from: "ESSDR", to: "GBPME" },
        RouteSpec { code: "GBPME-ESBIO", from: "GBPME", to: "ESBIO" },
        RouteSpec { code: "ESBIO-GBPME", from: "ESBIO", to: "GBPME" },
        RouteSpec { code: "GBPLY-FRROS", from: "GBPLY", to: "FRROS" },
        RouteSpec { code: "FRROS-GBPLY", from: "FRROS", to: "GBPLY" },
        RouteSpec { code: "GBPLY-ESSDR", from: "GBPLY", to: "ESSDR" },
        RouteSpec { code: "ESSDR-GBPLY", from: "ESSDR", to: "GBPLY" },
        RouteSpec { code: "GBPOO-FRCER", from: "GBPOO", to: "FRCER" },
        RouteSpec { code: "FRCER-GBPOO", from: "FRCER", to: "GBPOO" },
        RouteSpec { code: "IEORK-FRROS", from: "IEORK", to: "FRROS" },
        RouteSpec { code: "FRROS-IEORK", from: "FRROS", to: "IEORK" },
        RouteSpec { code: "IEROE-FRCER", from: "IEROE", to: "FRCER" },
        RouteSpec { code: "FRCER-IEROE", from: "FRCER", to: "IEROE" },
        RouteSpec { code: "IEROE-ESBIO", from: "IEROE", to: "ESBIO" },
        RouteSpec { code: "ESBIO-IEROE", from: "ESBIO", to: "IEROE" },
    ],
    // Centimetres, length x height. Fewer would share more questions and call more boats full for who is just over a bound.
    classes: &[
        ClassSpec::to("500x183", 5_000, 1_830),
        ClassSpec::to("500x240", 5_000, 2_400),
        ClassSpec::to("500x300", 5_000, 3_000),
        ClassSpec::to("500x400", 5_000, 4_000),
        ClassSpec::to("600x183", 6_000, 1_830),
        ClassSpec::to("600x240", 6_000, 2_400),
        ClassSpec::to("600x300", 6_000, 3_000),
        ClassSpec::to("600x400", 6_000, 4_000),
        ClassSpec::to("700x183", 7_000, 1_830),
        ClassSpec::to("700x240", 7_000, 2_400),
        ClassSpec::to("700x300", 7_000, 3_000),
        ClassSpec::to("700x400", 7_000, 4_000),
        ClassSpec::to("800x183", 8_000, 1_830),
        ClassSpec::to("800x240", 8_000, 2_400),
        ClassSpec::to("800x300", 8_000, 3_000),
        ClassSpec::to("800x400", 8_000, 4_000),
        ClassSpec::to("900x183", 9_000, 1_830),
        ClassSpec::to("900x240", 9_000, 2_400),
        ClassSpec::to("900x300", 9_000, 3_000),
        ClassSpec::to("900x400", 9_000, 4_000),
        ClassSpec::to("1000x183", 10_000, 1_830),
        ClassSpec::to("1000x240", 10_000, 2_400),
        ClassSpec::to("1000x300", 10_000, 3_000),
        ClassSpec::to("1000x400", 10_000, 4_000),
        ClassSpec::to("1200x183", 12_000, 1_830),
        ClassSpec::to("1200x240", 12_000, 2_400),
        ClassSpec::to("1200x300", 12_000, 3_000),
        ClassSpec::to("1200x400", 12_000, 4_000),
    ],
    tells: &[
        Tells::Cabin,
        Tells::PetCabin,
        Tells::Price {
            currency: Currency::GBP,
            basis: Some("2 adults and the largest vehicle of the class, with a cabin where one must be taken"),
        },
    ],
    horizon_days: 365,
    releases: &[Release {
        what: "the sailings of one more day",
        when: ReleaseTime::Rolling { days: 365 },
        tag: EvidenceTag::Unverified,
    }],
    evidence: &[
        Evidence {
            tag: EvidenceTag::Rec,
            what: "question and answer of /crossing/prices, and the traps in it",
            source: "a recorded answer of 2026, kept outside of this repository",
        },
        Evidence {
            tag: EvidenceTag::Code,
            what: "days wrapped around crossings, and the pace others keep",
            source: "github.com/adampriddy/ferry-finder",
        },
        Evidence {
            tag: EvidenceTag::Unverified,
            what: "pairs of ports that are sailed, how far ahead is on sale, one vehicle type for all sizes",
            source: "nobody has asked the operator",
        },
    ],
    permission: Permission { terms_reviewed: None, permission_ref: None, robots_checked: None },
};

pub(crate) fn class_of(vehicle: &Vehicle) -> Option<ClassFit> {
    let class = MANIFEST.class_for(vehicle.total_length_mm(), vehicle.height_mm)?;
    Some(ClassFit {
        class: VehicleClass::parse(class.name).expect("BUG: our own class is a code"),
        why: format!("{}: asked for as {}, the next size we ask for", vehicle.size_in_words(), class.bounds_in_words()),
    })
}

/// One question is one route, one week and one size. Only who wants a cabin with a pet asks with one: it may change what
/// is free, and all others share the question without.
pub(crate) fn questions(leg: &Leg, wanted: Wanted<'_>) -> Vec<Question> {
    let weeks: BTreeSet<Monday> = leg.days().map(Monday::of).collect();
    let pet = match wanted.pet_cabin {
        Want::Yes => PetAsked::Dog,
        Want::No => PetAsked::None,
    };
    let question = |monday| Question::RouteWeek { route: leg.route.clone(), monday, class: wanted.class.clone(), pet };
    weeks.into_iter().map(question).collect()
}

/// No link to a single sailing is known, so it is the front page.
pub(crate) fn booking_link(_sailing: &Sailing) -> String {
    format!("https://{}/", MANIFEST.link_hosts[0])
}
