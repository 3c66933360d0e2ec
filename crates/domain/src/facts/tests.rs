//! What facts promise.

use super::*;
use crate::samples::{OPEN, any_facts, any_sighting, class, facts, sailing};
use proptest::prelude::*;

#[test]
fn silence_keeps_what_was_known_and_never_opens() {
    let full = facts("van", Availability::Full);
    for silent in [facts("van", Availability::Unknown), Facts::default(), facts("car", Availability::Full)] {
        let merged = Facts::merge(Some(&full), &silent);
        assert_eq!(merged.availability(&class("van")), Availability::Full);
    }
    let merged = Facts::merge(None, &facts("van", Availability::Unknown));
    assert_eq!(merged, Facts::default(), "never told and told nothing are one");
}

#[test]
fn what_a_page_says_replaces_what_was_known() {
    let merged = Facts::merge(Some(&facts("van", OPEN)), &facts("van", Availability::Cancelled));
    assert_eq!(merged, facts("van", Availability::Cancelled));
    let fewer = facts("van", Availability::Available { spaces: None });
    assert_eq!(Facts::merge(Some(&facts("van", OPEN)), &fewer), fewer);
}

#[test]
fn none_left_is_no_space() {
    assert!(!Availability::Available { spaces: Some(0) }.has_space());
    assert!(Availability::Available { spaces: None }.has_space());
    assert!(!Availability::NotReleased.has_space());
    assert!(!Availability::Unknown.has_space());
}

#[test]
fn stored_facts_have_this_form() {
    let mut stored = facts("van", OPEN);
    stored.cabin = Some(Availability::Full);
    let price = Price { minor: 12_300, currency: Currency::EUR };
    stored.classes.insert(class("car"), ClassFacts { availability: Availability::NotReleased, price: Some(price) });
    let text = serde_json::to_string(&stored).unwrap();
    assert_eq!(
        text,
        r#"{"classes":{"car":{"availability":{"is":"not_released"},"price":{"minor":12300,"currency":"EUR"}},"#
            .to_owned()
            + r#""van":{"availability":{"is":"available","spaces":2},"price":null}},"cabin":{"is":"full"},"pet_cabin":null}"#
    );
    assert_eq!(serde_json::from_str::<Facts>(&text).unwrap(), stored);
}

#[test]
fn a_currency_is_three_capital_letters() {
    assert_eq!(Currency::parse("EUR"), Ok(Currency::EUR));
    for bad in ["", "eur", "EURO", "E1R", "€"] {
        assert_eq!(Currency::parse(bad), Err(BadCurrency), "{bad}");
    }
    assert!(serde_json::from_str::<Currency>("\"usd\"").is_err());
}

#[test]
fn the_digest_is_stable() {
    let seen = [Sighting { sailing: sailing("2026-12-24T21:30"), facts: facts("van", OPEN) }];
    // Stored digests would all differ, and every target would be compared in full, if this moved.
    let hex: String = digest(&seen).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, "993654ee5e0d43cc48c601532d3640a2e70e9c107493a8a9935d79e46abf8b91");
}

fn is_told(facts: &ClassFacts) -> bool {
    facts.availability.is_known() || facts.price.is_some()
}

proptest! {
    #[test]
    fn merge_is_idempotent(last in proptest::option::of(any_facts()), seen in any_facts()) {
        let once = Facts::merge(last.as_ref(), &seen);
        prop_assert_eq!(&Facts::merge(Some(&once), &seen), &once);
        prop_assert_eq!(&Facts::merge(Some(&once), &once), &once);
        prop_assert_eq!(&Facts::merge(Some(&once), &Facts::default()), &once);
    }

    #[test]
    fn merge_never_loses_a_known_fact(last in any_facts(), seen in any_facts()) {
        let merged = Facts::merge(Some(&last), &seen);
        for (class, before) in last.classes.iter().filter(|(_, facts)| is_told(facts)) {
            let after = &merged.classes[class];
            prop_assert!(!before.availability.is_known() || after.availability.is_known());
            prop_assert!(before.price.is_none() || after.price.is_some());
            if !seen.availability(class).is_known() {
                prop_assert_eq!(before.availability, after.availability);
            }
        }
        let known = |cabin: Option<Availability>| cabin.is_some_and(Availability::is_known);
        prop_assert!(!known(last.cabin) || known(merged.cabin));
        prop_assert!(!known(last.pet_cabin) || known(merged.pet_cabin));
    }

    #[test]
    fn merge_takes_all_that_is_said_and_invents_nothing(last in any_facts(), seen in any_facts()) {
        let merged = Facts::merge(Some(&last), &seen);
        for (class, after) in &merged.classes {
            let (before, now) = (last.availability(class), seen.availability(class));
            prop_assert_eq!(after.availability, if now.is_known() { now } else { before });
            prop_assert!(is_told(after));
        }
    }

    #[test]
    fn the_digest_does_not_depend_on_order(
        (seen, shuffled) in proptest::collection::vec(any_sighting(), 0..12)
            .prop_flat_map(|seen| (Just(seen.clone()), Just(seen).prop_shuffle())),
    ) {
        prop_assert_eq!(digest(&seen), digest(&shuffled));
    }

    #[test]
    fn the_digest_changes_with_any_fact(seen in proptest::collection::vec(any_sighting(), 1..6), other in any_facts()) {
        let mut changed = seen.clone();
        changed[0].facts = other;
        prop_assert_eq!(digest(&seen) == digest(&changed), seen[0].facts == changed[0].facts);
        prop_assert_ne!(digest(&seen), digest(&seen[1..]));
    }
}
