//! Facts: what is known of a sailing, per vehicle class.
//!
//! Promises: what a page does not say keeps what was last known; it never becomes "full" and never
//! "available". A digest is the same for the same facts in any order. Never guesses a fact.

use crate::code::VehicleClass;
use crate::sailing::Sailing;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The most sailings one answer may hold; a connector refuses a longer page.
pub const MAX_SIGHTINGS: usize = 2_000;

/// The most vehicle classes of one sailing; a connector refuses more.
pub const MAX_CLASSES: usize = 32;

/// One of five, for a vehicle class, a cabin or a pet cabin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case", deny_unknown_fields)]
pub enum Availability {
    /// Can be booked.
    Available {
        /// How many are left, if the operator says.
        spaces: Option<u32>,
    },
    /// Sold out.
    Full,
    /// Not on sale yet.
    NotReleased,
    /// The sailing does not run.
    Cancelled,
    /// The page says nothing of it, or nothing we understand.
    Unknown,
}

impl Availability {
    /// Whether there is space. "Available, 0 left" is no space.
    pub fn has_space(self) -> bool {
        matches!(self, Availability::Available { spaces } if spaces != Some(0))
    }

    /// Whether the operator said anything.
    pub fn is_known(self) -> bool {
        self != Availability::Unknown
    }

    fn or_last(self, last: Option<Availability>) -> Availability {
        if self.is_known() { self } else { last.unwrap_or(self) }
    }
}

/// A currency by its three letters (ISO 4217), such as `EUR`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// A text that is not three capital letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a currency is three capital letters")]
pub struct BadCurrency;

impl Currency {
    /// Euro.
    pub const EUR: Currency = Currency(*b"EUR");
    /// Pound sterling.
    pub const GBP: Currency = Currency(*b"GBP");

    /// Reads three capital letters.
    pub fn parse(text: &str) -> Result<Currency, BadCurrency> {
        match <[u8; 3]>::try_from(text.as_bytes()) {
            Ok(letters) if letters.iter().all(u8::is_ascii_uppercase) => Ok(Currency(letters)),
            _ => Err(BadCurrency),
        }
    }

    /// The three letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("BUG: a currency is ASCII")
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for Currency {
    type Error = BadCurrency;

    fn try_from(text: String) -> Result<Currency, BadCurrency> {
        Currency::parse(&text)
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> String {
        currency.as_str().to_owned()
    }
}

/// An amount of money in the smallest unit of its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// Cents, pence, öre.
    pub minor: i64,
    /// Of what.
    pub currency: Currency,
}

/// What is known of one vehicle class on a sailing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassFacts {
    /// Is there space for it?
    pub availability: Availability,
    /// What it costs, if the operator says.
    pub price: Option<Price>,
}

/// What is known of a sailing. `None` and `Unknown` both mean that the page says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Per vehicle class of the operator.
    pub classes: BTreeMap<VehicleClass, ClassFacts>,
    /// Is there a cabin?
    pub cabin: Option<Availability>,
    /// Is there a cabin that takes pets?
    pub pet_cabin: Option<Availability>,
}

impl Facts {
    /// What is known after seeing a page: what it says, and what was last known of all that it does not
    /// say. Of what was never told the result holds nothing, so that "unknown" and absent are one.
    pub fn merge(last_known: Option<&Facts>, seen: &Facts) -> Facts {
        let nothing = Facts::default();
        let last = last_known.unwrap_or(&nothing);
        let mut classes = last.classes.clone();
        for (class, now) in &seen.classes {
            let before = last.classes.get(class);
            let merged = ClassFacts {
                availability: now.availability.or_last(before.map(|facts| facts.availability)),
                price: now.price.or(before.and_then(|facts| facts.price)),
            };
            classes.insert(class.clone(), merged);
        }
        classes.retain(|_, facts| facts.availability.is_known() || facts.price.is_some());
        Facts {
            classes,
            cabin: merge_one(last.cabin, seen.cabin),
            pet_cabin: merge_one(last.pet_cabin, seen.pet_cabin),
        }
    }

    /// What is known of a class; `Unknown` if it was never told.
    pub fn availability(&self, class: &VehicleClass) -> Availability {
        self.classes.get(class).map_or(Availability::Unknown, |facts| facts.availability)
    }
}

fn merge_one(last: Option<Availability>, seen: Option<Availability>) -> Option<Availability> {
    let known = |availability: &Availability| availability.is_known();
    seen.filter(known).or(last.filter(known))
}

/// A sailing and what a page says of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sighting {
    /// Which sailing.
    pub sailing: Sailing,
    /// What the page says.
    pub facts: Facts,
}

/// What a connector reads from one page: at most [`MAX_SIGHTINGS`].
pub type Answer = Vec<Sighting>;

/// SHA-256 over all sailings and facts of an answer, in any order. Stored, so its form must stay stable.
pub fn digest(sightings: &[Sighting]) -> [u8; 32] {
    let mut texts: Vec<Vec<u8>> =
        sightings.iter().map(|sighting| serde_json::to_vec(sighting).expect("BUG: a sighting is JSON")).collect();
    texts.sort_unstable();
    let mut hash = Sha256::new();
    for text in &texts {
        // JSON holds no raw NUL, so texts cannot run into each other.
        hash.update(text);
        hash.update([0]);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests;
