//! Changes: facts before and after, and what they mean to somebody's wish.
//!
//! Promises: a page that says nothing new makes no change; a wish that stays true never rises twice; what
//! is unknown never alerts. Never decides who is told when: that is the cadence's.

use crate::code::{RouteCode, SailingKey};
use crate::facts::{Facts, Sighting};
use crate::sailing::Sailing;
use crate::watch::Wish;
use std::collections::BTreeMap;

mod confirm;

pub use confirm::{confirm, has_rises};

/// What is known of the sailings of one target.
pub type KnownFacts = BTreeMap<(RouteCode, SailingKey), Facts>;

/// One sailing of which something new is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The sailing, as it was seen now.
    pub sailing: Sailing,
    /// What was known; `None` at first sight.
    pub before: Option<Facts>,
    /// What is known now: what was seen, merged with what was known.
    pub after: Facts,
}

/// The sailings of which more or other is known than before, first sights included, each once.
pub fn diff(known: &KnownFacts, seen: &[Sighting]) -> Vec<Change> {
    let mut changes: BTreeMap<(&RouteCode, &SailingKey), Change> = BTreeMap::new();
    for sighting in seen {
        let sailing = &sighting.sailing;
        let before = known.get(&(sailing.route.clone(), sailing.key.clone()));
        changes
            .entry((&sailing.route, &sailing.key))
            // A page that lists a sailing twice is read as one sighting after the other.
            .and_modify(|change| change.after = Facts::merge(Some(&change.after), &sighting.facts))
            .or_insert_with(|| Change {
                sailing: sailing.clone(),
                before: before.cloned(),
                after: Facts::merge(before, &sighting.facts),
            });
    }
    let differs = |change: &Change| change.before.as_ref() != Some(&change.after);
    changes.into_values().filter(differs).collect()
}

closed_set! {
    /// Why an alert was made.
    pub enum AlertKind ("kind of alert") {
        /// The wish was not fulfilled by what was known of the sailing, and now it is.
        Opening = "opening",
        /// Nothing was known of the class on this sailing before.
        FirstSeen = "first_seen",
        /// It was so when the watch was created, changed or resumed.
        AlreadyOpen = "already_open",
    }
}

/// What a change means to a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transition {
    /// Was not true and now is: tell.
    Rises(AlertKind),
    /// Was true and is no more: close.
    Falls,
    /// As it was.
    Stays,
}

/// What becoming `after` from `before` means to a wish for this sailing.
pub fn transition(wish: &Wish<'_>, sailing: &Sailing, before: Option<&Facts>, after: &Facts) -> Transition {
    let held = before.is_some_and(|facts| wish.holds(sailing, facts));
    match (held, wish.holds(sailing, after)) {
        (false, true) => Transition::Rises(kind_of_rise(wish, before)),
        (true, false) => Transition::Falls,
        (true, true) | (false, false) => Transition::Stays,
    }
}

fn kind_of_rise(wish: &Wish<'_>, before: Option<&Facts>) -> AlertKind {
    match before {
        Some(facts) if facts.availability(wish.class).is_known() => AlertKind::Opening,
        _ => AlertKind::FirstSeen,
    }
}

#[cfg(test)]
mod tests;
