//! What is read of Brittany Ferries' prices: each trap, and each contradiction.

use super::{WEEK, WEEK_BY_DAY, at, availability, read_week, route_week};
use domain::code::VehicleClass;
use domain::facts::{Availability, Sighting};
use domain::operator::Operator;
use domain::target::PetAsked;
use workers::operators::parse;

const FREE: Availability = Availability::Available { spaces: None };

/// One line a crossing, which a person can compare with the fixture.
fn table(sightings: &[Sighting]) -> Vec<String> {
    let line = |sighting: &Sighting| {
        let price = sighting.facts.classes[&VehicleClass::parse("600x300").unwrap()].price;
        format!(
            "{} {} {} {:?} {} {}",
            sighting.sailing.key,
            sighting.sailing.departs_local.format("%dT%H:%M"),
            sighting.sailing.departs_at.format("%dT%H:%MZ"),
            availability(sighting, "600x300") == FREE,
            price.map_or("-".to_owned(), |price| format!("{} {}", price.minor, price.currency)),
            sighting.sailing.vessel.as_ref().unwrap(),
        )
    };
    sightings.iter().map(line).collect()
}

#[test]
fn a_week_is_read_crossing_by_crossing_in_either_nesting() {
    let expected = [
        "418531 22T08:15 22T07:15Z true 44350 GBP Santoña",
        "418535 23T22:00 23T21:00Z false 46600 GBP Galicia",
        "418542 25T22:00 25T21:00Z true - Salamanca",
        "418549 27T22:00 27T21:00Z false - Santoña",
    ];
    let flat = read_week(WEEK.as_bytes()).unwrap();
    assert_eq!(table(&flat), expected);
    assert_eq!(read_week(WEEK_BY_DAY.as_bytes()).unwrap(), flat);
    assert_eq!(read_week(b"{\"crossings\":[],\"currency\":\"GBP\"}").unwrap(), [], "nothing sails that week");
}

#[test]
fn a_boat_with_nowhere_to_sleep_is_full_whatever_it_says() {
    let seen = read_week(WEEK.as_bytes()).unwrap();
    assert_eq!(availability(&seen[3], "600x300"), Availability::Full, "neither cabin nor seat");
    assert_eq!(availability(&seen[2], "600x300"), FREE, "a seat is left");
    assert_eq!(seen[2].facts.cabin, Some(Availability::Full), "but no cabin");
    let silent = WEEK.replace("\"isSeatSpaceFull\": false,", "");
    assert_eq!(availability(&read_week(silent.as_bytes()).unwrap()[2], "600x300"), Availability::Full);
    let by_choice = WEEK.replace("\"isAccommodationMandatory\": true", "\"isAccommodationMandatory\": false");
    assert_eq!(availability(&read_week(by_choice.as_bytes()).unwrap()[3], "600x300"), FREE, "one may stand");
}

#[test]
fn the_word_on_pets_in_general_is_not_believed() {
    let with_dog = |week: &str| {
        let question = route_week(PetAsked::Dog);
        parse(Operator::Brittany, &question, week.as_bytes(), at("2026-07-01T12:00:00Z")).unwrap()
    };
    assert!(WEEK.contains("\"petAvailability\": true"));
    let seen = with_dog(WEEK);
    assert_eq!(seen[0].facts.pet_cabin, Some(FREE));
    assert_eq!(seen[2].facts.pet_cabin, Some(Availability::Full));
    let unwelcome = with_dog(&WEEK.replace("\"isPetAllowed\": true", "\"isPetAllowed\": false"));
    assert_eq!(unwelcome[0].facts.pet_cabin, Some(Availability::Full));
    assert_eq!(read_week(WEEK.as_bytes()).unwrap()[0].facts.pet_cabin, None, "asked without a pet");
}

#[test]
fn only_the_class_that_was_asked_for_is_told() {
    for sighting in read_week(WEEK.as_bytes()).unwrap() {
        assert_eq!(sighting.facts.classes.len(), 1);
        assert_eq!(availability(&sighting, "700x300"), Availability::Unknown);
    }
}

#[test]
fn amounts_are_currency_units_and_lose_no_penny() {
    let price = |amount: &str| {
        let week = WEEK.replace("\"amount\": 289.5", &format!("\"amount\": {amount}"));
        let seen = read_week(week.as_bytes()).map_err(|error| error.to_string())?;
        Ok::<_, String>(seen[0].facts.classes[&VehicleClass::parse("600x300").unwrap()].price.map(|price| price.minor))
    };
    // With the cabin of 154 that must be taken.
    assert_eq!(price("289.5"), Ok(Some(44_350)));
    assert_eq!(price("1018.29"), Ok(Some(117_229)));
    assert_eq!(price("0"), Ok(Some(15_400)));
    assert_eq!(price("null"), Ok(None));
    for wrong in ["-1", "1.005", "1000001", "99999999999999999999"] {
        assert!(price(wrong).unwrap_err().contains("an amount of money"), "{wrong}");
    }
    let euros = read_week(WEEK.replace("\"GBP\"", "\"EUR\"").as_bytes()).unwrap();
    assert!(table(&euros)[0].contains("44350 EUR"));
    let unsaid = read_week(WEEK.replace("\"currency\": \"GBP\"", "\"currency\": null").as_bytes()).unwrap();
    assert!(table(&unsaid)[0].contains(" - "), "an amount of nothing is no price");
}

#[test]
fn a_week_that_contradicts_itself_is_an_error() {
    let changes = [
        ("\"time\": \"08:15\"", "\"time\": \"07:15\"", "a local time that is the instant beside it"),
        ("\"time\": \"08:15\"", "\"time\": \"8 am\"", "a local time"),
        ("2026-09-22T07:15:00Z", "2026-09-22T08:15:00Z", "a local time that is the instant beside it"),
        ("2026-09-22T07:15:00Z", "soon", "a crossing"),
        ("\"departurePort\": \"GBPME\"", "\"departurePort\": \"GBPLY\"", "the ports asked for"),
        ("\"arrivalPort\": \"ESBIO\"", "\"arrivalPort\": \"ESSDR\"", "the ports asked for"),
        ("418535", "418531", "each crossing once"),
        ("\"sailingId\": 418531", "\"sailingId\": -1", "a crossing"),
        ("\"full\": false", "\"fully\": false", "a crossing"),
        ("\"full\": false", "\"full\": null", "a crossing"),
        ("\"crossings\"", "\"sailings\"", "a week of crossings as JSON"),
        ("\"GBP\"", "\"£\"", "a week of crossings as JSON"),
    ];
    for (from, to, expected) in changes {
        assert!(WEEK.contains(from), "the week has {from:?}");
        let why = read_week(WEEK.replace(from, to).as_bytes()).expect_err(to).to_string();
        assert!(why.contains(&format!("expected {expected} at ")), "{from:?} to {to:?}: {why}");
    }
    let shifted = WEEK.replace("2026-09-22", "2026-09-29");
    assert!(read_week(shifted.as_bytes()).unwrap_err().to_string().contains("in the week asked for"));
    let misplaced = WEEK_BY_DAY.replacen("\"date\": \"2026-09-22\"", "\"date\": \"2026-09-21\"", 1);
    assert!(read_week(misplaced.as_bytes()).unwrap_err().to_string().contains("a crossing of that day"));
}

#[test]
fn the_hour_that_comes_twice_is_told_by_the_instant() {
    let week = |iso: &str| {
        let one: serde_json::Value = serde_json::from_str(WEEK).unwrap();
        let mut crossing = one["crossings"][0].clone();
        crossing["departureDateTime"] = serde_json::json!({ "iso": iso, "date": "2026-10-25", "time": "01:30" });
        serde_json::json!({ "crossings": [crossing], "currency": "GBP" }).to_string()
    };
    let question = match route_week(PetAsked::None) {
        domain::target::Question::RouteWeek { route, class, pet, .. } => {
            let monday = domain::target::Monday::of("2026-10-25".parse().unwrap());
            domain::target::Question::RouteWeek { route, monday, class, pet }
        }
        other => other,
    };
    for iso in ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"] {
        let seen = parse(Operator::Brittany, &question, week(iso).as_bytes(), at("2026-10-01T12:00:00Z")).unwrap();
        assert_eq!(seen[0].sailing.departs_at, at(iso));
    }
    let wrong = week("2026-10-25T02:30:00Z");
    assert!(parse(Operator::Brittany, &question, wrong.as_bytes(), at("2026-10-01T12:00:00Z")).is_err());
}
