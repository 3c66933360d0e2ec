//! What criteria promise.

use super::*;
use crate::facts::{ClassFacts, Currency, Price};
use crate::samples::{OPEN, any_facts, any_sighting, at, class, criteria, day, facts, leg, party, sailing, vehicle};
use proptest::prelude::*;

const TODAY: &str = "2026-12-01";

fn errors(change: impl FnOnce(&mut Criteria)) -> Vec<String> {
    let mut changed = criteria();
    change(&mut changed);
    match changed.validate(day(TODAY)) {
        Ok(_) => vec![],
        Err(errors) => errors.iter().map(ToString::to_string).collect(),
    }
}

fn time(text: &str) -> NaiveTime {
    text.parse().unwrap()
}

#[test]
fn criteria_read_back_their_json() {
    let json = r#"{
        "leg": {"route": "POR-SAN", "dates": {"picked": ["2026-12-24", "2026-12-26"]}, "weekdays": ["thu", "sat"],
                "window": {"from": "06:00:00", "to": "22:00:00"}},
        "vehicle": {"kind": "campervan", "length_mm": 5990, "height_mm": 2700, "width_mm": 2050, "bike_rack_mm": 700},
        "party": {"adults": 2, "pets": 1},
        "wants": {"pet_cabin": "yes", "price_ceiling": {"minor": 45000, "currency": "EUR"}}
    }"#;
    let parsed = Criteria::parse(json, day(TODAY)).unwrap();
    assert_eq!(parsed.vehicle.total_length_mm(), 6_690);
    assert_eq!(parsed.leg.days().count(), 2);
    assert_eq!(parsed.wants.cabin, Want::No);
    let again = serde_json::to_string(&parsed).unwrap();
    assert_eq!(Criteria::parse(&again, day(TODAY)).unwrap(), parsed);
}

#[test]
fn an_unknown_field_is_refused() {
    let json = serde_json::to_string(&criteria()).unwrap();
    let sneaky = json.replacen("\"party\"", "\"tenant_id\":1,\"party\"", 1);
    let errors = Criteria::parse(&sneaky, day(TODAY)).unwrap_err();
    assert_eq!(errors[0].field, "criteria");
    assert!(errors[0].to_string().contains("unknown field"), "{}", errors[0]);
    assert!(serde_json::from_str::<Weekdays>(r#"["monday"]"#).is_err());
}

#[test]
fn every_bound_names_its_field_and_reason() {
    assert_eq!(errors(|_| {}), Vec::<String>::new());
    assert_eq!(errors(|c| c.vehicle.length_mm = 999), ["vehicle.length_mm: is 999, must be 1000 to 25000"]);
    assert_eq!(errors(|c| c.vehicle.height_mm = 5_001), ["vehicle.height_mm: is 5001, must be 500 to 5000"]);
    assert_eq!(errors(|c| c.vehicle.width_mm = 0), ["vehicle.width_mm: is 0, must be 500 to 4000"]);
    let trailer = errors(|c| c.vehicle.trailer_length_mm = 20_001);
    assert_eq!(trailer, ["vehicle.trailer_length_mm: is 20001, must be 500 to 20000"]);
    let rack = errors(|c| c.vehicle.bike_rack_mm = 1);
    assert_eq!(rack, ["vehicle.bike_rack_mm: is 1, must be 100 to 3000"]);
    let long = errors(|c| (c.vehicle.length_mm, c.vehicle.trailer_length_mm) = (20_000, 15_000));
    assert_eq!(long, ["vehicle.trailer_length_mm: makes 35000 in all, must be 30000 at most"]);
    assert_eq!(errors(|c| c.party.adults = 0), ["party.adults: is 0, must be 1 to 20"]);
    assert_eq!(errors(|c| c.party.pets = 11), ["party.pets: is 11, must be 0 to 10"]);
    assert_eq!(errors(|c| c.wants.pet_cabin = Want::Yes), ["wants.pet_cabin: is for pets, and none travels"]);
    let free = Price { minor: 0, currency: Currency::EUR };
    let ceiling = errors(|c| c.wants.price_ceiling = Some(free));
    assert_eq!(ceiling, ["wants.price_ceiling: is 0, must be 1 to 10000000"]);
}

#[test]
fn dates_have_an_order_an_end_and_a_bound() {
    let dates = |from: &str, to: &str| {
        let dates = Dates::Range { from: day(from), to: day(to) };
        errors(|c| c.leg.dates = dates)
    };
    assert_eq!(dates("2026-12-24", "2026-12-23"), ["leg.dates: the last day is before the first"]);
    assert_eq!(dates("2026-11-01", "2026-11-30"), ["leg.dates: all days have passed"]);
    assert_eq!(dates("2026-11-20", "2026-12-01"), Vec::<String>::new(), "part of it is still to come");
    assert_eq!(dates("2026-12-01", "2027-01-31"), Vec::<String>::new());
    assert_eq!(dates("2026-12-01", "2027-02-01"), ["leg.dates: are more than 62 days"]);
    let far = dates("2028-12-01", "2028-12-02");
    assert_eq!(far, ["leg.dates: end after 2028-11-30, the last day that can be watched"]);
    assert_eq!(errors(|c| c.leg.dates = Dates::Picked(BTreeSet::new())), ["leg.dates: no day is picked"]);
    let many: BTreeSet<NaiveDate> = day("2026-12-02").iter_days().take(63).collect();
    assert_eq!(errors(|c| c.leg.dates = Dates::Picked(many)), ["leg.dates: are more than 62 days"]);
    let one_day =
        |c: &mut Criteria| (c.leg = leg("2026-12-24", "2026-12-24"), c.leg.weekdays = Weekdays::of(&[Weekday::Mon])).0;
    assert_eq!(errors(one_day), ["leg.weekdays: none of the days is on one of these weekdays"]);
    let window = Window { from: time("22:00"), to: time("06:00") };
    let window = errors(|c| c.leg.window = Some(window));
    assert_eq!(window, ["leg.window: ends before it begins; it cannot go over midnight"]);
}

#[test]
fn all_errors_are_found_at_once() {
    let found = errors(|c| (c.vehicle, c.party.adults) = (vehicle(1, 1), 0));
    assert_eq!(found.len(), 3, "{found:?}");
}

#[test]
fn a_way_back_is_held_against_the_way_out() {
    let back = |leg: Leg| ReturnLeg { leg, rule: ReturnRule::Both }.validate(&criteria(), day(TODAY));
    let reversed = |mut leg: Leg| {
        leg.route = RouteCode::parse("SAN-POR").unwrap();
        leg
    };
    assert!(back(reversed(leg("2026-12-24", "2027-01-06"))).is_ok());
    let early = back(reversed(leg("2026-12-10", "2026-12-12"))).unwrap_err();
    assert_eq!(early[0].to_string(), "return.dates: all days are before the way out");
    let same = back(leg("2026-12-24", "2027-01-06")).unwrap_err();
    assert_eq!(same[0].field, "return.route");
}

#[test]
fn a_leg_covers_by_local_day_weekday_and_window() {
    let mut wanted = leg("2026-12-18", "2026-12-24");
    assert!(wanted.covers(&sailing("2026-12-18T00:00")));
    assert!(wanted.covers(&sailing("2026-12-24T23:59")));
    assert!(!wanted.covers(&sailing("2026-12-25T00:00")));
    assert!(!wanted.covers(&sailing("2026-12-17T23:59")));
    wanted.window = Some(Window { from: time("06:00"), to: time("21:30") });
    assert!(wanted.covers(&sailing("2026-12-20T21:30")));
    assert!(!wanted.covers(&sailing("2026-12-20T21:31")));
    assert!(!wanted.covers(&sailing("2026-12-20T05:59")));
    wanted.weekdays = Weekdays::of(&[Weekday::Sun]);
    assert!(wanted.covers(&sailing("2026-12-20T12:00")));
    assert!(!wanted.covers(&sailing("2026-12-21T12:00")));
    wanted.route = RouteCode::parse("SAN-POR").unwrap();
    assert!(!wanted.covers(&sailing("2026-12-20T12:00")));
}

#[test]
fn a_summer_evening_counts_as_its_local_day() {
    // 23:30 in London is still the 3rd there, though UTC and Madrid know another hour.
    let wanted = leg("2026-07-03", "2026-07-03");
    let late = sailing("2026-07-03T23:30");
    assert_eq!(late.departs_at, at("2026-07-03T22:30:00Z"));
    assert!(wanted.covers(&late));
    assert!(!wanted.covers(&sailing("2026-07-04T00:30")), "though it is 23:30 UTC on the 3rd");
}

#[test]
fn a_wish_needs_all_it_wants_and_takes_silence_for_no() {
    let mut wanted = criteria();
    let (sailing, motorhome) = (sailing("2026-12-20T21:30"), class("motorhome"));
    let holds = |wanted: &Criteria, facts: &Facts| {
        Wish { criteria: wanted, leg: &wanted.leg, class: &motorhome }.holds(&sailing, facts)
    };
    let mut told = facts("motorhome", OPEN);
    assert!(holds(&wanted, &told));
    assert!(!holds(&wanted, &facts("van", OPEN)), "space for another class is no space");

    wanted.wants.cabin = Want::Yes;
    assert!(!holds(&wanted, &told), "the page says nothing of cabins");
    told.cabin = Some(Availability::Full);
    assert!(!holds(&wanted, &told));
    told.cabin = Some(OPEN);
    assert!(holds(&wanted, &told));

    wanted.wants.price_ceiling = Some(Price { minor: 30_000, currency: Currency::EUR });
    assert!(!holds(&wanted, &told), "the page says no price");
    let mut priced = |minor, currency| {
        let price = Some(Price { minor, currency: Currency::parse(currency).unwrap() });
        told.classes.insert(motorhome.clone(), ClassFacts { availability: OPEN, price });
        holds(&wanted, &told)
    };
    assert!(priced(30_000, "EUR"));
    assert!(!priced(30_001, "EUR"));
    assert!(!priced(20_000, "GBP"), "another currency is not compared");
}

#[test]
fn a_watch_ends_with_its_last_local_day() {
    let criteria = criteria();
    assert_eq!(expires_at(&criteria, None, Operator::Harbour), at("2026-12-25T00:00:00Z"));
    let mut back = leg("2026-12-26", "2027-01-06");
    back.route = RouteCode::parse("SAN-POR").unwrap();
    let back = ReturnLeg { leg: back, rule: ReturnRule::Either };
    assert_eq!(expires_at(&criteria, Some(&back), Operator::Harbour), at("2027-01-06T23:00:00Z"));
    assert_eq!(watched_days(&criteria, Some(&back)), 7 + 12);
    assert!(expires_at(&criteria, None, Operator::BcFerries) >= at("2026-12-25T12:00:00Z"), "never too early");
}

fn any_criteria() -> impl Strategy<Value = Criteria> {
    let size = (0_u32..40_000, 0_u32..8_000, prop_oneof![Just(0), 0_u32..30_000], prop_oneof![Just(0), 0_u32..5_000]);
    let dates = (-40_i64..900, -2_i64..90);
    (size, dates, any::<u8>(), any::<u8>()).prop_map(
        |((length, height, trailer, rack), (start, span), adults, days)| {
            let from = day(TODAY) + TimeDelta::days(start);
            let mut wanted = criteria();
            wanted.leg.dates = Dates::Range { from, to: from + TimeDelta::days(span) };
            wanted.leg.weekdays = Weekdays(days & Weekdays::ALL.0);
            wanted.vehicle = Vehicle { trailer_length_mm: trailer, bike_rack_mm: rack, ..vehicle(length, height) };
            wanted.party = Party { adults, ..party() };
            wanted
        },
    )
}

proptest! {
    #[test]
    fn what_is_valid_is_bounded_and_what_is_not_says_why(wanted in any_criteria()) {
        match wanted.clone().validate(day(TODAY)) {
            Ok(valid) => {
                prop_assert_eq!(&valid, &wanted, "validation changes nothing");
                let days: Vec<NaiveDate> = valid.leg.days().collect();
                prop_assert!((1..=MAX_DAYS).contains(&days.len()));
                prop_assert!(valid.vehicle.total_length_mm() <= 30_000);
                prop_assert_eq!(valid.leg.last_day(), *days.last().unwrap());
                let json = serde_json::to_string(&valid).unwrap();
                prop_assert_eq!(Criteria::parse(&json, day(TODAY)), Ok(valid));
            }
            Err(errors) => {
                prop_assert!(!errors.is_empty());
                for error in errors {
                    prop_assert!(error.field.contains('.') && error.wrong.to_string().len() > 8, "{}", error);
                }
            }
        }
    }

    #[test]
    fn a_wish_never_holds_without_known_space(sighting in any_sighting(), other in any_facts()) {
        let (wanted, motorhome) = (criteria(), class("motorhome"));
        let wish = Wish { criteria: &wanted, leg: &wanted.leg, class: &motorhome };
        for facts in [&sighting.facts, &other] {
            if wish.holds(&sighting.sailing, facts) {
                prop_assert!(facts.availability(&motorhome).has_space());
                prop_assert!(wanted.leg.covers(&sighting.sailing));
            }
        }
    }

    #[test]
    fn a_covered_sailing_is_on_a_wanted_day(sighting in any_sighting(), days in 0_u8..128) {
        let mut wanted = leg("2026-12-18", "2026-12-24");
        wanted.weekdays = Weekdays(days);
        let date = sighting.sailing.departs_local.date();
        prop_assert_eq!(wanted.covers(&sighting.sailing), wanted.days().any(|day| day == date));
    }

    #[test]
    fn reading_criteria_never_panics(json in ".{0,200}") {
        prop_assert!(Criteria::parse(&json, day(TODAY)).is_err());
    }
}
