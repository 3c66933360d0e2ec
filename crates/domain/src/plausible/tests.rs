//! What the look at an answer's plausibility promises.

use super::*;
use crate::change::diff;
use crate::samples::{OPEN, any_facts, any_sighting, at, facts, sailing};
use proptest::prelude::*;

const NOW: &str = "2026-12-01T00:00:00Z";

/// `count` sailings an hour apart, all the same.
fn page(count: u32, availability: Availability) -> Vec<Sighting> {
    let departs = |hour| format!("2026-12-20T{hour:02}:30");
    (0..count)
        .map(|hour| Sighting { sailing: sailing(&departs(hour)), facts: facts("motorhome", availability) })
        .collect()
}

fn known(seen: &[Sighting]) -> KnownFacts {
    diff(&KnownFacts::new(), seen).into_iter().map(|c| ((c.sailing.route, c.sailing.key), c.after)).collect()
}

fn judged(before: &[Sighting], after: &[Sighting]) -> Option<Doubt> {
    Turns::count(&known(before), after, at(NOW)).suspicion().map(|suspicion| suspicion.doubt)
}

#[test]
fn most_sailings_opening_or_cancelled_at_once_is_not_believed() {
    let full = page(10, Availability::Full);
    assert_eq!(judged(&full, &page(10, OPEN)), Some(Doubt::Opened));
    assert_eq!(judged(&page(10, OPEN), &page(10, Availability::Cancelled)), Some(Doubt::Cancelled));
    let mut part = full.clone();
    part[..6].clone_from_slice(&page(6, OPEN));
    assert_eq!(judged(&full, &part), Some(Doubt::Opened));
    part[5] = full[5].clone();
    assert_eq!(judged(&full, &part), None, "half is not most");
}

#[test]
fn what_happens_en_masse_for_good_reasons_passes() {
    let full = page(10, Availability::Full);
    assert_eq!(judged(&page(10, Availability::NotReleased), &page(10, OPEN)), None, "a release");
    assert_eq!(judged(&page(10, Availability::Unknown), &page(10, OPEN)), None, "first told");
    assert_eq!(judged(&[], &page(10, OPEN)), None, "a new target");
    assert_eq!(judged(&page(10, OPEN), &full), None, "sold out");
    assert_eq!(judged(&full, &[]), None, "a page that says nothing changes nothing");
    assert_eq!(judged(&page(7, Availability::Full), &page(7, OPEN)), None, "too few to judge by");
    assert_eq!(judged(&page(10, Availability::Cancelled), &page(10, Availability::Cancelled)), None, "as it was");
}

#[test]
fn what_has_left_is_not_counted() {
    let turns = Turns::count(&known(&page(10, Availability::Full)), &page(10, OPEN), at("2026-12-20T20:00:00Z"));
    assert!(turns.told < MANY, "{turns:?}");
}

#[test]
fn a_page_that_lists_most_sailings_twice_and_differently_is_not_believed() {
    let before = page(8, Availability::Full);
    let mut twice = page(8, Availability::Full);
    twice.extend(page(5, OPEN));
    assert_eq!(judged(&before, &twice), Some(Doubt::Contradicted));
}

#[test]
fn most_targets_of_an_operator_turning_over_are_a_crowd_and_a_few_are_none() {
    assert_eq!(crowd(7, 8), None, "too few to judge by");
    assert_eq!(crowd(8, 18), None, "half is not most");
    let suspicion = crowd(8, 17).unwrap();
    assert_eq!((suspicion.doubt, suspicion.turned, suspicion.told), (Doubt::Crowd, 9, 17));
}

proptest! {
    #[test]
    fn what_turns_over_is_told_and_an_answer_that_changes_nothing_is_believed(
        before in proptest::collection::vec(any_sighting(), 0..30),
        after in proptest::collection::vec(any_sighting(), 0..30),
    ) {
        let turns = Turns::count(&known(&before), &after, at(NOW));
        prop_assert!(turns.opened <= turns.told && turns.cancelled <= turns.told && turns.contradicted <= turns.told);
        if let Some(suspicion) = turns.suspicion() {
            prop_assert!(suspicion.told >= MANY && suspicion.turned * 2 > suspicion.told);
        }
        if diff(&known(&before), &after).is_empty() {
            prop_assert!(!turns.turn_over() || turns.contradicted > 0);
        }
    }

    #[test]
    fn nothing_counts_of_which_nothing_was_known(seen in proptest::collection::vec(any_facts(), 0..20)) {
        let seen: Vec<_> = seen.into_iter().map(|facts| Sighting { sailing: sailing("2026-12-20T21:30"), facts }).collect();
        prop_assert_eq!(Turns::count(&KnownFacts::new(), &seen, at(NOW)), Turns::default());
    }
}
