//! Two answers to one question, asked a moment apart: only what both say may rise.
//!
//! Promises: everything it returns stands in the second answer; what gets worse is taken from the second alone; space, or
//! a lower price, counts if both answers show it. Never invents: what the two do not agree on is unknown.

use super::KnownFacts;
use crate::facts::{Availability, ClassFacts, Facts, Price, Sighting};

/// Whether an answer shows anything that would have to be confirmed.
pub fn has_rises(known: &KnownFacts, seen: &[Sighting]) -> bool {
    confirm(known, &[], seen) != seen
}

/// What is to be recorded of a second answer, given what was known and the first.
pub fn confirm(known: &KnownFacts, first: &[Sighting], second: &[Sighting]) -> Vec<Sighting> {
    let mut once = KnownFacts::new();
    for sighting in first {
        let said = once.entry((sighting.sailing.route.clone(), sighting.sailing.key.clone())).or_default();
        *said = Facts::merge(Some(said), &sighting.facts);
    }
    let nothing = Facts::default();
    let of = |facts: &'_ KnownFacts, seen: &Sighting| {
        facts.get(&(seen.sailing.route.clone(), seen.sailing.key.clone())).unwrap_or(&nothing).clone()
    };
    let confirmed = second.iter().map(|seen| Sighting {
        sailing: seen.sailing.clone(),
        facts: confirm_one(&of(known, seen), &of(&once, seen), &seen.facts),
    });
    confirmed.collect()
}

fn confirm_one(known: &Facts, first: &Facts, second: &Facts) -> Facts {
    let class = |(class, said): (&_, &ClassFacts)| {
        let price = |facts: &Facts| facts.classes.get(class).and_then(|facts| facts.price);
        let confirmed = ClassFacts {
            availability: space(known.availability(class), first.availability(class), said.availability),
            price: said.price.filter(|said| holds(price(known), price(first), *said)),
        };
        (class.clone(), confirmed)
    };
    let cabin = |known: Option<Availability>, first: Option<Availability>, said: Option<Availability>| {
        let unknown = Availability::Unknown;
        said.map(|said| space(known.unwrap_or(unknown), first.unwrap_or(unknown), said))
    };
    Facts {
        classes: second.classes.iter().map(class).collect(),
        cabin: cabin(known.cabin, first.cabin, second.cabin),
        pet_cabin: cabin(known.pet_cabin, first.pet_cabin, second.pet_cabin),
    }
}

fn space(known: Availability, first: Availability, second: Availability) -> Availability {
    let rises = second.has_space() && !known.has_space();
    if rises && !first.has_space() { Availability::Unknown } else { second }
}

/// A price that is new, lower or in another currency counts if both answers name it.
fn holds(known: Option<Price>, first: Option<Price>, second: Price) -> bool {
    let is_no_lower = known.is_some_and(|known| known.currency == second.currency && known.minor <= second.minor);
    is_no_lower || first == Some(second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::diff;
    use crate::samples::{OPEN, any_sighting, facts, sailing};
    use proptest::prelude::*;

    fn seen(availability: Availability) -> Vec<Sighting> {
        vec![Sighting { sailing: sailing("2026-12-20T21:30"), facts: facts("motorhome", availability) }]
    }

    fn known(seen: &[Sighting]) -> KnownFacts {
        diff(&KnownFacts::new(), seen).into_iter().map(|c| ((c.sailing.route, c.sailing.key), c.after)).collect()
    }

    /// Class, cabin and price of each sailing, as a wish would read them.
    fn rises(known: &KnownFacts, seen: &[Sighting]) -> Vec<String> {
        let mut rises = Vec::new();
        for change in diff(known, seen) {
            let before = change.before.unwrap_or_default();
            for (class, after) in &change.after.classes {
                if after.availability.has_space() && !before.availability(class).has_space() {
                    rises.push(format!("{} {class}", change.sailing.key));
                }
            }
            let space = |cabin: Option<Availability>| cabin.is_some_and(Availability::has_space);
            for (name, before, after) in
                [("cabin", before.cabin, change.after.cabin), ("pet cabin", before.pet_cabin, change.after.pet_cabin)]
            {
                if space(after) && !space(before) {
                    rises.push(format!("{} {name}", change.sailing.key));
                }
            }
        }
        rises
    }

    /// Each sailing once: of a page that lists one twice the last word counts, which says nothing of either alone.
    fn once(mut seen: Vec<Sighting>) -> Vec<Sighting> {
        seen.sort_by(|a, b| a.sailing.key.cmp(&b.sailing.key));
        seen.dedup_by(|a, b| a.sailing.key == b.sailing.key);
        seen
    }

    #[test]
    fn an_opening_needs_both_answers() {
        let (full, open) = (seen(Availability::Full), seen(OPEN));
        let known = known(&full);
        assert_eq!(confirm(&known, &open, &open), open);
        assert_eq!(diff(&known, &confirm(&known, &full, &open)), []);
        assert_eq!(diff(&known, &confirm(&known, &[], &open)), []);
        assert_eq!(confirm(&known, &open, &full), full);
    }

    #[test]
    fn a_fall_is_taken_from_the_second_answer_alone() {
        let (full, open) = (seen(Availability::Full), seen(OPEN));
        let known = known(&open);
        assert_eq!(confirm(&known, &open, &full), full);
        assert_eq!(confirm(&known, &[], &full), full);
        assert_eq!(diff(&known, &confirm(&known, &full, &open)), [], "what was known to be there still is");
    }

    #[test]
    fn only_what_would_have_to_be_confirmed_is_asked_for_again() {
        let (full, open) = (seen(Availability::Full), seen(OPEN));
        assert!(has_rises(&known(&full), &open));
        assert!(has_rises(&KnownFacts::new(), &open), "a first sight alerts too");
        assert!(!has_rises(&known(&open), &open));
        assert!(!has_rises(&known(&open), &full));
        assert!(!has_rises(&KnownFacts::new(), &full));
    }

    proptest! {
        #[test]
        fn nothing_is_invented_and_nothing_rises_that_one_answer_does_not_show(
            before in proptest::collection::vec(any_sighting(), 0..8).prop_map(once),
            first in proptest::collection::vec(any_sighting(), 0..8).prop_map(once),
            second in proptest::collection::vec(any_sighting(), 0..8).prop_map(once),
        ) {
            let known = known(&before);
            let confirmed = confirm(&known, &first, &second);
            prop_assert_eq!(confirmed.len(), second.len());
            for (kept, said) in confirmed.iter().zip(&second) {
                prop_assert_eq!(&kept.sailing, &said.sailing);
                for (class, facts) in &kept.facts.classes {
                    let said = said.facts.classes[class];
                    prop_assert!(facts.availability == said.availability || !facts.availability.is_known());
                    prop_assert!(facts.price == said.price || facts.price.is_none());
                }
            }
            let (in_first, in_second) = (rises(&known, &first), rises(&known, &second));
            for rise in rises(&known, &confirmed) {
                prop_assert!(in_first.contains(&rise) && in_second.contains(&rise), "{} was not shown twice", rise);
            }
            if first == second {
                prop_assert_eq!(diff(&known, &confirmed), diff(&known, &second));
            }
        }

        #[test]
        fn what_gets_worse_is_recorded_as_the_second_answer_says(
            before in proptest::collection::vec(any_sighting(), 0..8).prop_map(once),
            first in proptest::collection::vec(any_sighting(), 0..8).prop_map(once),
            second in proptest::collection::vec(any_sighting(), 0..8).prop_map(once),
        ) {
            let known = known(&before);
            for (kept, said) in confirm(&known, &first, &second).iter().zip(&second) {
                for (class, facts) in &said.facts.classes {
                    if !facts.availability.has_space() {
                        prop_assert_eq!(kept.facts.availability(class), facts.availability);
                    }
                }
            }
        }
    }
}
