//! What manifests and questions promise.

use super::*;
use crate::facts::Price;
use crate::samples::{at, class, criteria, day, leg, route, sailing, vehicle};
use crate::watch::{ReturnRule, Weekdays};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn class_name(operator: Operator, vehicle: &Vehicle) -> Option<String> {
    operator.class_of(vehicle).map(|fit| fit.class.to_string())
}

fn back(from: &str, to: &str) -> ReturnLeg {
    let leg = Leg { route: RouteCode::parse("SAN-POR").unwrap(), ..leg(from, to) };
    ReturnLeg { leg, rule: ReturnRule::Either }
}

#[test]
fn every_manifest_is_whole() {
    for &operator in Operator::ALL {
        let manifest = operator.manifest();
        assert!(manifest.floor_s >= 30 && manifest.requests_per_min > 0 && manifest.burst > 0, "{operator}");
        assert!((1..=2).contains(&manifest.concurrency_cap), "{operator}");
        assert_eq!(manifest.enabled_by_default, manifest.disabled_reason.is_none(), "{operator}");
        let Permission { terms_reviewed, permission_ref, .. } = manifest.permission;
        let granted = terms_reviewed.or(permission_ref).is_some();
        assert!(!manifest.enabled_by_default || granted, "{operator}: reviewed or permitted, then on");
        assert!(!manifest.evidence.is_empty() && !manifest.link_hosts.is_empty(), "{operator}");
        let codes: BTreeSet<&str> = manifest.terminals.iter().map(|terminal| terminal.code).collect();
        assert_eq!(codes.len(), manifest.terminals.len(), "{operator}");
        for route in manifest.routes {
            assert!(codes.contains(route.from) && codes.contains(route.to), "{operator} {}", route.code);
            assert_eq!(route.code, format!("{}-{}", route.from, route.to));
            let code = RouteCode::parse(route.code).unwrap();
            assert!(operator.zone_of(&code).is_some());
        }
        let routes: BTreeSet<&str> = manifest.routes.iter().map(|route| route.code).collect();
        assert_eq!(routes.len(), manifest.routes.len(), "{operator}");
        assert!(manifest.classes.iter().all(|class| VehicleClass::parse(class.name).is_ok()));
        let classes: BTreeSet<&str> = manifest.classes.iter().map(|class| class.name).collect();
        assert_eq!(classes.len(), manifest.classes.len(), "{operator}");
    }
}

#[test]
fn harbour_classes_go_by_whole_length_and_height() {
    let name = |vehicle: Vehicle| class_name(Operator::Harbour, &vehicle);
    assert_eq!(name(vehicle(5_000, 1_900)).as_deref(), Some("car"));
    assert_eq!(name(vehicle(5_001, 1_900)).as_deref(), Some("van"));
    assert_eq!(name(vehicle(4_500, 1_901)).as_deref(), Some("van"), "a short tall one");
    assert_eq!(name(vehicle(7_500, 3_200)).as_deref(), Some("motorhome"));
    assert_eq!(name(Vehicle { bike_rack_mm: 700, ..vehicle(7_000, 2_900) }).as_deref(), Some("long"));
    assert_eq!(name(Vehicle { trailer_length_mm: 7_000, ..vehicle(4_900, 1_500) }).as_deref(), Some("long"));
    assert_eq!(name(vehicle(12_001, 1_900)), None);
    assert_eq!(name(vehicle(4_000, 4_001)), None);
}

#[test]
fn the_class_comes_with_a_sentence() {
    let fit = Operator::Harbour.class_of(&Vehicle { bike_rack_mm: 700, ..vehicle(5_990, 2_701) }).unwrap();
    assert_eq!(fit.why, "6.69 m long with bike rack, 2.71 m high: \"motorhome\" takes up to 7.50 m x 3.20 m");
}

#[test]
fn bc_ferries_classes_go_by_feet() {
    let name = |length, height| class_name(Operator::BcFerries, &vehicle(length, height)).unwrap();
    assert_eq!(name(6_096, 2_133), "standard");
    assert_eq!(name(6_097, 2_133), "oversize");
    assert_eq!(name(6_096, 2_134), "oversize");
    assert_eq!(name(20_000, 4_500), "oversize");
}

#[test]
fn harbour_asks_one_question_a_wanted_day_and_leg() {
    let asks = Operator::Harbour.asks(&criteria(), Some(&back("2026-12-26", "2026-12-27"))).unwrap();
    assert_eq!(asks.len(), 7 + 2);
    assert!(asks.iter().all(|ask| ask.class == class("motorhome")));
    let route = RouteCode::parse("SAN-POR").unwrap();
    let last = asks.last().unwrap();
    assert_eq!(last.question, Question::RouteDay { route, date: day("2026-12-27") });
    assert_eq!(last.leg, LegSide::Return);
    assert_eq!(last.until.to_rfc3339(), "2026-12-27T23:00:00+00:00");
}

#[test]
fn bc_ferries_asks_one_question_a_route() {
    let mut wanted = criteria();
    wanted.vehicle = vehicle(5_000, 1_900);
    wanted.leg.route = RouteCode::parse("TSA-SWB").unwrap();
    let asks = Operator::BcFerries.asks(&wanted, None).unwrap();
    assert_eq!(asks.len(), 1);
    assert_eq!(asks[0].question, Question::RouteNow { route: wanted.leg.route });
    assert_eq!(asks[0].until.to_rfc3339(), "2026-12-25T08:00:00+00:00");
}

#[test]
fn what_could_never_be_answered_is_refused_with_the_reason() {
    let refusal = |operator: Operator, change: &dyn Fn(&mut Criteria)| {
        let mut wanted = criteria();
        wanted.leg.route = RouteCode::parse(operator.manifest().routes[0].code).unwrap();
        wanted.vehicle = vehicle(5_000, 1_900);
        change(&mut wanted);
        operator.asks(&wanted, None).unwrap_err().to_string()
    };
    let (harbour, bc) = (Operator::Harbour, Operator::BcFerries);
    let unknown = refusal(harbour, &|c| c.leg.route = RouteCode::parse("SAN-ISL").unwrap());
    assert_eq!(unknown, "Harbour Lines (simulated) has no route SAN-ISL");
    let tall = refusal(harbour, &|c| c.vehicle = vehicle(6_000, 4_200));
    assert_eq!(tall, "Harbour Lines (simulated) takes no vehicle that is 6.00 m long, 4.20 m high");
    assert_eq!(refusal(bc, &|c| c.wants.cabin = Want::Yes), "BC Ferries does not tell of cabins");
    assert_eq!(refusal(bc, &|c| c.wants.pet_cabin = Want::Yes), "BC Ferries does not tell of pet cabins");
    let ceiling = Price { minor: 9_900, currency: Currency::parse("GBP").unwrap() };
    assert_eq!(refusal(bc, &|c| c.wants.price_ceiling = Some(ceiling)), "BC Ferries does not tell of prices");
    let other = refusal(harbour, &|c| c.wants.price_ceiling = Some(ceiling));
    assert_eq!(other, "Harbour Lines (simulated) has prices in EUR");
    assert_eq!(refusal(harbour, &|c| c.leg.weekdays = Weekdays::of(&[])), "no day is wanted");
    for operator in [bc, Operator::Wsf] {
        let tall = refusal(operator, &|c| c.vehicle = vehicle(6_000, 2_900));
        assert!(tall.ends_with("does not tell of space for a vehicle that is 6.00 m long, 2.90 m high"), "{tall}");
    }
    let longest = refusal(Operator::Brittany, &|c| c.vehicle = vehicle(12_001, 1_900));
    assert_eq!(longest, "Brittany Ferries takes no vehicle that is 12.01 m long, 1.90 m high");
}

#[test]
fn sr_opr_04_a_booking_link_is_https_on_a_host_of_the_manifest() {
    let link = Operator::Harbour.booking_link(&sailing("2026-12-24T21:30"));
    assert_eq!(link, "https://harbour.ferryalert.test/book?route=POR-SAN&sailing=2026-12-24T21:30");
    for &operator in Operator::ALL {
        for route in operator.manifest().routes {
            let route = RouteCode::parse(route.code).unwrap();
            let link = operator.booking_link(&Sailing { operator, route, ..sailing("2026-12-24T21:30") });
            let host = link.strip_prefix("https://").and_then(|rest| rest.split('/').next()).unwrap();
            assert!(operator.manifest().link_hosts.contains(&host), "{link}");
            let plain = |c: char| c.is_ascii_alphanumeric() || "_-.:~/?&=".contains(c);
            assert!(link.chars().all(plain), "{link} needs no escaping");
        }
    }
}

#[test]
fn brittany_asks_one_question_a_week_and_size_whoever_asks() {
    let ask = |length, height, from: &str, to: &str, pet_cabin| {
        let mut wanted = criteria();
        wanted.vehicle = vehicle(length, height);
        wanted.leg = Leg { route: RouteCode::parse("GBPME-ESBIO").unwrap(), ..leg(from, to) };
        wanted.wants.pet_cabin = pet_cabin;
        let asks = Operator::Brittany.asks(&wanted, None).unwrap();
        asks.into_iter().map(|ask| ask.question).collect::<Vec<_>>()
    };
    let one = ask(5_990, 2_700, "2026-12-14", "2026-12-20", Want::No);
    assert_eq!(one.len(), 1, "Monday to Sunday");
    assert_eq!(one, ask(5_400, 2_950, "2026-12-16", "2026-12-18", Want::No), "another size and days, one question");
    assert_ne!(one, ask(6_010, 2_700, "2026-12-16", "2026-12-18", Want::No));
    assert_ne!(one, ask(5_990, 2_700, "2026-12-16", "2026-12-18", Want::Yes));
    assert_eq!(ask(5_990, 2_700, "2026-12-20", "2027-02-19", Want::No).len(), 10);
    let fit = Operator::Brittany.class_of(&Vehicle { bike_rack_mm: 700, ..vehicle(5_990, 2_701) }).unwrap();
    assert_eq!(fit.class.as_str(), "700x300");
    assert_eq!(
        fit.why,
        "6.69 m long with bike rack, 2.71 m high: asked for as 7.00 m x 3.00 m, the next size we ask for"
    );
}

#[test]
fn wsf_asks_one_question_a_terminal_and_says_what_is_counted() {
    let mut wanted = criteria();
    wanted.vehicle = vehicle(5_900, 2_000);
    let questions = |wanted: &Criteria| {
        let asks = Operator::Wsf.asks(wanted, None).unwrap();
        asks.into_iter().map(|ask| ask.question).collect::<Vec<_>>()
    };
    wanted.leg.route = RouteCode::parse("7-3").unwrap();
    let terminal = TerminalCode::parse("7").unwrap();
    assert_eq!(questions(&wanted), [Question::TerminalNow { terminal }]);
    let bainbridge = questions(&wanted);
    wanted.leg.route = RouteCode::parse("7-4").unwrap();
    assert_eq!(questions(&wanted), bainbridge, "one answer tells of all destinations");
    let fit = |length, height| Operator::Wsf.class_of(&vehicle(length, height)).unwrap();
    assert_eq!(fit(6_705, 2_184).class, class("standard"));
    assert_eq!(fit(6_706, 2_184).class, class("long"));
    assert_eq!(fit(6_000, 2_185).class, class("oversize"));
    assert!(fit(6_000, 2_185).why.contains("Only car spaces are counted"));
}

#[test]
fn words_of_operators_read_back() {
    for &operator in Operator::ALL {
        assert_eq!(operator.as_str().parse(), Ok(operator));
        assert_eq!(serde_json::to_string(&operator).unwrap(), format!("\"{operator}\""));
    }
    assert!(serde_json::from_str::<Operator>("\"Harbour\"").is_err());
}

proptest! {
    #[test]
    fn a_larger_vehicle_is_never_in_a_smaller_class(
        length in 1_000_u32..25_000, height in 500_u32..5_000, more in 0_u32..5_000, higher in 0_u32..2_000,
    ) {
        for &operator in Operator::ALL {
            let classes = operator.manifest().classes;
            // Where no class takes it, it ranks above all.
            let rank = |vehicle: &Vehicle| {
                let name = class_name(operator, vehicle);
                name.map_or(classes.len(), |name| classes.iter().position(|class| class.name == name).unwrap())
            };
            let small = vehicle(length, height);
            let large = Vehicle { trailer_length_mm: more, ..vehicle(length, height + higher) };
            prop_assert!(rank(&small) <= rank(&large));
        }
    }

    #[test]
    fn asks_are_distinct_and_cover_every_wanted_day(start in 0_i64..300, span in 0_i64..62, days in 1_u8..128) {
        let from = day("2026-12-01") + chrono::TimeDelta::days(start);
        let mut wanted = criteria();
        wanted.leg = leg(&from.to_string(), &(from + chrono::TimeDelta::days(span)).to_string());
        let weekdays: Vec<chrono::Weekday> =
            (0..7).filter(|bit| days & 1 << bit != 0).map(|bit| chrono::Weekday::try_from(bit).unwrap()).collect();
        wanted.leg.weekdays = Weekdays::of(&weekdays);
        let wanted_days: Vec<_> = wanted.leg.days().collect();
        match Operator::Harbour.asks(&wanted, None) {
            Ok(asks) => {
                let questions: BTreeSet<_> = asks.iter().map(|ask| ask.question.clone()).collect();
                prop_assert_eq!(questions.len(), asks.len());
                prop_assert_eq!(questions.len(), wanted_days.len());
            }
            Err(error) => prop_assert!(error == AskError::NoDay && wanted_days.is_empty()),
        }
    }
}

#[test]
fn the_days_told_are_those_that_are_asked_for() {
    let (now, route) = (at("2026-07-01T23:30:00Z"), route());
    let days = Operator::Harbour.days_told(&route, now).unwrap();
    assert_eq!((*days.start(), *days.end()), (day("2026-07-02"), day("2027-07-02")), "on the clock of Portmouth");
    let zone = Operator::Harbour.zone_of(&route).unwrap();
    let asked_from = |date| Question::RouteDay { route: route.clone(), date }.asked_from(zone, date, 365);
    assert!(asked_from(*days.end()) <= now && now < asked_from(*days.end() + Days::new(1)));
    assert_eq!(Operator::Wsf.days_told(&route, now), None);
}
