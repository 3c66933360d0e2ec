//! Is an answer to be believed? A page that turns most of its sailings over at once is more likely broken than true.
//!
//! Promises: what happens en masse for good reasons passes: a release, a first sight, a new target, a page that says less than
//! before, selling out. Never believes the same answer the more for being repeated: a page that is stuck repeats itself.

use crate::change::KnownFacts;
use crate::facts::{Availability, Facts, Sighting};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// Below so many sailings a majority is no crowd: a storm cancels the four sailings of a day.
pub const MANY: u32 = 8;

/// How long the targets of an operator that turned over are counted together, in seconds.
pub const CROWD_S: u32 = 600;

closed_set! {
    /// Why an answer is not believed.
    pub enum Doubt ("doubt") {
        /// Most sailings went from no space to space in one poll.
        Opened = "opened",
        /// Most sailings were cancelled in one poll.
        Cancelled = "cancelled",
        /// Most sailings stand twice, with different answers.
        Contradicted = "contradicted",
        /// Most targets of the operator turned over within minutes.
        Crowd = "crowd",
    }
}

/// An answer that is not believed, with its figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suspicion {
    /// Why.
    pub doubt: Doubt,
    /// How many turned over.
    pub turned: u32,
    /// Of how many.
    pub told: u32,
}

/// What an answer turns over, counted in sailings that were known before and have not left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turns {
    /// Known sailings that the answer tells of.
    pub told: u32,
    /// Of these, with space where there was known to be none; what was not on sale does not count.
    pub opened: u32,
    /// Of these, cancelled and not known to be before.
    pub cancelled: u32,
    /// Of these, listed twice with different answers.
    pub contradicted: u32,
}

impl Turns {
    /// Counts what an answer seen at `now` turns over.
    pub fn count(known: &KnownFacts, seen: &[Sighting], now: DateTime<Utc>) -> Turns {
        let mut sailings: BTreeMap<_, Vec<&Facts>> = BTreeMap::new();
        for sighting in seen.iter().filter(|sighting| sighting.sailing.departs_at > now) {
            let key = (sighting.sailing.route.clone(), sighting.sailing.key.clone());
            sailings.entry(key).or_default().push(&sighting.facts);
        }
        let mut turns = Turns::default();
        for (key, said) in &sailings {
            let Some(before) = known.get(key) else { continue };
            turns.told += 1;
            turns.opened += u32::from(said.iter().any(|facts| opens(before, facts)));
            turns.cancelled += u32::from(!is_cancelled(before) && said.iter().any(|facts| is_cancelled(facts)));
            turns.contradicted += u32::from(said.windows(2).any(|pair| contradict(pair[0], pair[1])));
        }
        turns
    }

    /// Whether this answer alone is not to be believed.
    pub fn suspicion(&self) -> Option<Suspicion> {
        let found = [
            (self.contradicted, Doubt::Contradicted),
            (self.opened, Doubt::Opened),
            (self.cancelled, Doubt::Cancelled),
        ];
        let most = |turned: u32| self.told >= MANY && turned * 2 > self.told;
        let (turned, doubt) = found.into_iter().find(|(turned, _)| most(*turned))?;
        Some(Suspicion { doubt, turned, told: self.told })
    }

    /// Whether the target as a whole counts as turned over: something opened, or most was cancelled.
    pub fn turn_over(&self) -> bool {
        self.opened > 0 || self.cancelled * 2 > self.told
    }
}

/// Whether an operator's targets turn over in a crowd: `turned` of them did within [`CROWD_S`], this one not counted, and
/// `wanted` are asked at all.
pub fn crowd(turned: u32, wanted: u32) -> Option<Suspicion> {
    let with_this = turned + 1;
    let is_crowd = turned >= MANY && with_this * 2 > wanted;
    is_crowd.then_some(Suspicion { doubt: Doubt::Crowd, turned: with_this, told: wanted.max(with_this) })
}

/// Known not to be there, though on sale.
fn is_gone(availability: Availability) -> bool {
    match availability {
        Availability::Full | Availability::Cancelled | Availability::Available { spaces: Some(0) } => true,
        Availability::Available { .. } | Availability::NotReleased | Availability::Unknown => false,
    }
}

fn opens(before: &Facts, after: &Facts) -> bool {
    let class = |(class, now): (_, &crate::facts::ClassFacts)| {
        now.availability.has_space() && is_gone(before.availability(class))
    };
    let cabin = |before: Option<Availability>, after: Option<Availability>| {
        after.is_some_and(Availability::has_space) && before.is_some_and(is_gone)
    };
    after.classes.iter().any(class) || cabin(before.cabin, after.cabin) || cabin(before.pet_cabin, after.pet_cabin)
}

/// All that is said of its classes is that it does not run.
fn is_cancelled(facts: &Facts) -> bool {
    let mut said = facts.classes.values().map(|class| class.availability).filter(|said| said.is_known()).peekable();
    said.peek().is_some() && said.all(|said| said == Availability::Cancelled)
}

fn contradict(one: &Facts, other: &Facts) -> bool {
    one.classes.iter().any(|(class, facts)| {
        let (here, there) = (facts.availability, other.availability(class));
        here.is_known() && there.is_known() && here.has_space() != there.has_space()
    })
}

#[cfg(test)]
mod tests;
