//! The simulated timetable: what sails on a day nobody has touched.
//!
//! Promises: a pure function of the seed date, the route and the day, over the routes of the operators' manifests.
//! Never draws randomness: what looks random is a hash of the sailing's id.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use chrono_tz::Tz;
use domain::operator::Operator;

use super::model::{ClassSpace, SailingStatus, SimSailing};

/// Days ahead of the seed date that are on sale.
pub(super) const RELEASED_DAYS: i64 = 150;

/// Departure times of every Harbour route.
const HARBOUR_TIMES: [(u32, u32); 4] = [(8, 45), (13, 15), (17, 30), (22, 0)];
const HARBOUR_VESSELS: [&str; 4] = ["Isla de Mouro", "Round Tower", "Cabo Mayor", "Spinnaker"];
/// Class, longest and highest vehicle, share of sailings with space in per cent, price in cents.
const HARBOUR_CLASSES: [(&str, u32, u32, u64, i64); 4] = [
    ("car", 5_000, 1_900, 75, 14_900),
    ("van", 6_000, 2_400, 50, 18_900),
    ("motorhome", 7_500, 3_200, 25, 24_900),
    ("long", 12_000, 4_000, 15, 39_900),
];

/// Departure times of every Brittany route: a day boat and a night boat.
const BRITTANY_TIMES: [(u32, u32); 2] = [(8, 15), (22, 0)];
const BRITTANY_VESSELS: [&str; 4] = ["Salamanca", "Santoña", "Galicia", "Pont-Aven"];

/// Departure times of every Washington route.
const WSF_TIMES: [(u32, u32); 10] =
    [(5, 30), (7, 0), (9, 0), (11, 0), (13, 0), (15, 0), (17, 0), (19, 0), (21, 0), (23, 30)];
const WSF_VESSELS: [&str; 4] = ["Wenatchee", "Tacoma", "Samish", "Kennewick"];
/// Vehicles that count as one: under 22 ft long, 7 ft 2 in high.
const WSF_STANDARD: (u32, u32) = (6_705, 2_184);

/// Departure times of every BC Ferries route.
const BC_TIMES: [(u32, u32); 9] = [(7, 0), (9, 0), (11, 0), (12, 0), (13, 0), (15, 0), (17, 0), (19, 0), (21, 0)];
/// BC Ferries' boats with the code in their links.
pub(super) const BC_VESSELS: [(&str, &str); 4] = [
    ("SBC", "Spirit of British Columbia"),
    ("REN", "Coastal Renaissance"),
    ("NWM", "Queen of New Westminster"),
    ("CEL", "Coastal Celebration"),
];
/// Standard vehicles: 20 ft long and 7 ft high.
const BC_STANDARD: (u32, u32) = (6_096, 2_133);

/// The sailings of one route on one local day; none where the operator has no such route.
pub(super) fn day(seed: NaiveDate, operator: Operator, route: &str, date: NaiveDate) -> Vec<SimSailing> {
    let Some(zone) = zone_of(operator, route) else {
        return Vec::new();
    };
    let times: &[(u32, u32)] = match operator {
        Operator::Harbour => &HARBOUR_TIMES,
        Operator::BcFerries => &BC_TIMES,
        Operator::Brittany => &BRITTANY_TIMES,
        Operator::Wsf => &WSF_TIMES,
    };
    times
        .iter()
        .filter_map(|&(hour, minute)| NaiveTime::from_hms_opt(hour, minute, 0))
        .map(|time| sailing(seed, (operator, route, zone), date.and_time(time)))
        .collect()
}

/// The local day a sailing's id names.
pub(super) fn date_of(key: &str) -> Option<NaiveDate> {
    if let Some(date) = key.get(..8).filter(|_| key.bytes().all(|byte| byte.is_ascii_digit())) {
        return NaiveDate::parse_from_str(date, "%Y%m%d").ok();
    }
    if let Some(date) = key.split_once('T').and_then(|(date, _time)| date.parse().ok()) {
        return Some(date);
    }
    let (rest, _time) = key.rsplit_once('-')?;
    let (_route, date) = rest.rsplit_once('-')?;
    NaiveDate::parse_from_str(date, "%Y%m%d").ok()
}

/// The zone of the terminal a route leaves from.
pub(super) fn zone_of(operator: Operator, route: &str) -> Option<Tz> {
    let manifest = operator.manifest();
    let from = manifest.routes.iter().find(|known| known.code == route)?.from;
    let terminal = manifest.terminals.iter().find(|known| known.code == from)?;
    Some(terminal.zone)
}

fn sailing(seed: NaiveDate, (operator, route, zone): (Operator, &str, Tz), departs_local: NaiveDateTime) -> SimSailing {
    let key = key(operator, route, departs_local);
    let dice = match operator {
        Operator::Harbour | Operator::BcFerries => hash(&key),
        Operator::Brittany | Operator::Wsf => hash(&format!("{route} {key}")),
    };
    let released = departs_local.date() <= seed + TimeDelta::days(RELEASED_DAYS);
    let (vessel, classes, cabins) = match operator {
        Operator::Harbour => (pick(&HARBOUR_VESSELS, dice), harbour_classes(&key), Some(few(dice, 60, 12))),
        Operator::BcFerries => (pick(&BC_VESSELS, dice).1, bc_classes(&key), None),
        Operator::Brittany => (pick(&BRITTANY_VESSELS, dice), brittany_classes(&key), Some(few(dice, 60, 12))),
        Operator::Wsf => (pick(&WSF_VESSELS, dice), wsf_classes(), None),
    };
    SimSailing {
        operator,
        route: route.to_owned(),
        departs_local,
        zone,
        vessel: vessel.to_owned(),
        status: if released { SailingStatus::Scheduled } else { SailingStatus::NotReleased },
        classes,
        cabins,
        pet_cabins: cabins.map(|left| left / 4),
        key,
    }
}

fn harbour_classes(key: &str) -> Vec<ClassSpace> {
    HARBOUR_CLASSES
        .iter()
        .map(|&(class, max_length_mm, max_height_mm, open_percent, price_minor)| {
            let dice = hash(&format!("{key} {class}"));
            ClassSpace {
                class: class.to_owned(),
                max_length_mm,
                max_height_mm,
                spaces: few(dice, open_percent, 9),
                price_minor: price_minor + i64::from(few(dice >> 20, 100, 40)) * 100,
            }
        })
        .collect()
}

/// The id by which the operator's answers tell a sailing from others, as far as they have one.
fn key(operator: Operator, route: &str, departs_local: NaiveDateTime) -> String {
    match operator {
        Operator::Harbour | Operator::BcFerries => format!("{route}-{}", departs_local.format("%Y%m%d-%H%M")),
        Operator::Brittany => super::brittany::sailing_id(route, departs_local),
        Operator::Wsf => departs_local.format("%Y-%m-%dT%H:%M").to_string(),
    }
}

/// A class for each size that is asked for; the larger, the fewer boats have space.
fn brittany_classes(key: &str) -> Vec<ClassSpace> {
    let classes = Operator::Brittany.manifest().classes.iter();
    let space = |(max_length_mm, max_height_mm): (u32, u32), name: &str| ClassSpace {
        class: name.to_owned(),
        max_length_mm,
        max_height_mm,
        spaces: few(hash(&format!("{key} {name}")), u64::from(900_000 / (max_length_mm + 4_000)), 9),
        price_minor: i64::from(max_length_mm + max_height_mm) * 4,
    };
    classes.filter_map(|class| Some(space((class.max_length_mm?, class.max_height_mm?), class.name))).collect()
}

/// All of an empty boat: a count that stands at its maximum.
fn wsf_classes() -> Vec<ClassSpace> {
    let (max_length_mm, max_height_mm) = WSF_STANDARD;
    let (class, spaces) = ("standard".to_owned(), super::wsf::MAX_SPACES);
    vec![ClassSpace { class, max_length_mm, max_height_mm, spaces, price_minor: 0 }]
}

fn bc_classes(key: &str) -> Vec<ClassSpace> {
    let (max_length_mm, max_height_mm) = BC_STANDARD;
    vec![ClassSpace {
        class: "standard".to_owned(),
        max_length_mm,
        max_height_mm,
        spaces: few(hash(key), 70, 60),
        price_minor: 0,
    }]
}

fn pick<T: Copy>(choices: &[T], dice: u64) -> T {
    let length = choices.len() as u64;
    choices[usize::try_from((dice >> 40) % length).unwrap_or(0)]
}

/// 1 to `most` in `open_percent` of all cases, else 0.
fn few(dice: u64, open_percent: u64, most: u64) -> u32 {
    if dice % 100 >= open_percent {
        return 0;
    }
    u32::try_from((dice >> 8) % most + 1).unwrap_or(1)
}

/// A hash that is stable over versions, which the standard hasher does not promise.
fn hash(text: &str) -> u64 {
    hash_bytes(text.as_bytes())
}

/// FNV-1a with a final mix.
pub(super) fn hash_bytes(bytes: &[u8]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in bytes {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^ (hash >> 33)
}
