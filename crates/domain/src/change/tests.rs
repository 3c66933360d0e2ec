//! What changes promise.

use super::*;
use crate::facts::Availability;
use crate::samples::{OPEN, any_facts, any_sighting, class, criteria, facts, sailing};
use proptest::prelude::*;

const DAY: &str = "2026-12-20T21:30";

fn becomes(before: Option<Availability>, after: Availability) -> Transition {
    let (criteria, class) = (criteria(), class("motorhome"));
    let wish = Wish { criteria: &criteria, leg: &criteria.leg, class: &class };
    let before = before.map(|availability| facts("motorhome", availability));
    transition(&wish, &sailing(DAY), before.as_ref(), &facts("motorhome", after))
}

fn known(seen: &[Sighting]) -> KnownFacts {
    let mut known = KnownFacts::new();
    for change in diff(&known, seen) {
        known.insert((change.sailing.route, change.sailing.key), change.after);
    }
    known
}

#[test]
fn space_from_a_known_other_state_is_an_opening() {
    let opening = Transition::Rises(AlertKind::Opening);
    assert_eq!(becomes(Some(Availability::Full), OPEN), opening);
    assert_eq!(becomes(Some(Availability::NotReleased), OPEN), opening);
    assert_eq!(becomes(Some(Availability::Cancelled), OPEN), opening);
    assert_eq!(becomes(Some(Availability::Available { spaces: Some(0) }), OPEN), opening);
}

#[test]
fn space_where_nothing_was_known_is_a_first_sight() {
    let first = Transition::Rises(AlertKind::FirstSeen);
    assert_eq!(becomes(None, OPEN), first);
    assert_eq!(becomes(Some(Availability::Unknown), OPEN), first);
}

#[test]
fn what_was_true_and_is_no_more_falls() {
    assert_eq!(becomes(Some(OPEN), Availability::Full), Transition::Falls);
    assert_eq!(becomes(Some(OPEN), Availability::Cancelled), Transition::Falls);
    assert_eq!(becomes(Some(OPEN), Availability::Available { spaces: Some(1) }), Transition::Stays);
    assert_eq!(becomes(None, Availability::Full), Transition::Stays);
}

#[test]
fn nothing_but_space_ever_rises() {
    let others = [
        Availability::Full,
        Availability::NotReleased,
        Availability::Cancelled,
        Availability::Unknown,
        Availability::Available { spaces: Some(0) },
    ];
    for after in others {
        for before in [None, Some(Availability::Full), Some(Availability::Unknown), Some(Availability::NotReleased)] {
            assert_eq!(becomes(before, after), Transition::Stays, "{before:?} {after:?}");
        }
    }
}

#[test]
fn a_first_sight_is_a_change_and_a_second_is_none() {
    let seen = [Sighting { sailing: sailing(DAY), facts: facts("van", Availability::Full) }];
    let changes = diff(&KnownFacts::new(), &seen);
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].before, None);
    assert_eq!(diff(&known(&seen), &seen), []);
}

#[test]
fn a_page_that_goes_silent_changes_nothing() {
    let seen = [Sighting { sailing: sailing(DAY), facts: facts("van", OPEN) }];
    let silent = [Sighting { sailing: sailing(DAY), facts: facts("van", Availability::Unknown) }];
    assert_eq!(diff(&known(&seen), &silent), []);
    assert_eq!(diff(&known(&seen), &[]), []);
}

#[test]
fn a_sailing_listed_twice_is_one_change() {
    let one = Sighting { sailing: sailing(DAY), facts: facts("van", Availability::Full) };
    let two = Sighting { sailing: sailing(DAY), facts: facts("car", OPEN) };
    let changes = diff(&KnownFacts::new(), &[one, two]);
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].after.availability(&class("van")), Availability::Full);
    assert_eq!(changes[0].after.availability(&class("car")), OPEN);
}

proptest! {
    #[test]
    fn diff_applied_is_diff_done(
        first in proptest::collection::vec(any_sighting(), 0..8),
        second in proptest::collection::vec(any_sighting(), 0..8),
    ) {
        let mut known = known(&first);
        let changes = diff(&known, &second);
        for change in &changes {
            let key = (change.sailing.route.clone(), change.sailing.key.clone());
            prop_assert_eq!(known.get(&key), change.before.as_ref());
            prop_assert_ne!(change.before.as_ref(), Some(&change.after));
            known.insert(key, change.after.clone());
        }
        // Listed twice, a sailing may say two things; only without that is the second look always quiet.
        let mut keys: Vec<_> = second.iter().map(|sighting| &sighting.sailing.key).collect();
        keys.sort();
        keys.dedup();
        if keys.len() == second.len() {
            prop_assert_eq!(diff(&known, &second), vec![]);
        }
        prop_assert!(changes.len() <= keys.len());
    }

    #[test]
    fn a_wish_rises_once_per_stretch_of_truth(pages in proptest::collection::vec(any_facts(), 1..20)) {
        let (criteria, class, sailing) = (criteria(), class("motorhome"), sailing(DAY));
        let wish = Wish { criteria: &criteria, leg: &criteria.leg, class: &class };
        let (mut last, mut is_open) = (None, false);
        for page in &pages {
            let after = Facts::merge(last.as_ref(), page);
            match transition(&wish, &sailing, last.as_ref(), &after) {
                Transition::Rises(_) => {
                    prop_assert!(!is_open, "rose twice");
                    prop_assert!(page.availability(&class).has_space(), "rose on a page that shows no space");
                    is_open = true;
                }
                Transition::Falls => {
                    prop_assert!(is_open, "fell without a rise");
                    is_open = false;
                }
                Transition::Stays => {}
            }
            prop_assert_eq!(is_open, wish.holds(&sailing, &after));
            last = Some(after);
        }
    }
}
