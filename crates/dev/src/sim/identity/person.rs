//! Who signs in. The neighbours are the people of the seeded world, under a subject of their own at each provider; anybody else may
//! come with a name and an address. Never the same subject at two providers, unless a test makes it so.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::Provider;

/// Somebody as one provider knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The subject: who they are at this provider. GitHub's is a number.
    pub sub: String,
    /// What they are called.
    pub name: String,
    /// Their address, if they have one.
    pub email: Option<String>,
    /// Whether the provider vouches for the address.
    pub email_verified: bool,
    /// When they proved who they are; `None` is now. Asked to prove it again they do.
    pub signed_in_at: Option<DateTime<Utc>>,
}

impl Person {
    /// Somebody with a verified address.
    #[must_use]
    pub fn new(sub: &str, name: &str, email: &str) -> Person {
        Person {
            sub: sub.to_owned(),
            name: name.to_owned(),
            email: Some(email.to_owned()).filter(|email| !email.is_empty()),
            email_verified: true,
            signed_in_at: None,
        }
    }

    /// The same person with an address nobody vouches for.
    #[must_use]
    pub fn unverified(self) -> Person {
        Person { email_verified: false, ..self }
    }

    /// The same person, who proved who they are at that time.
    #[must_use]
    pub fn signed_in_at(self, at: DateTime<Utc>) -> Person {
        Person { signed_in_at: Some(at), ..self }
    }

    /// Whoever comes with this name and address: the same subject for the same address, so that they may come back.
    pub(super) fn newcomer(provider: Provider, name: &str, email: &str) -> Person {
        let digest = Sha256::digest(format!("{} {name} {email}", provider.name()));
        let first = digest.first_chunk().copied().map_or(0, u32::from_be_bytes);
        let sub = if provider.is_openid() { format!("new-{first:08x}") } else { format!("9{first:010}") };
        Person::new(&sub, name, email)
    }
}

/// Somebody of the seeded world.
#[derive(Clone, Copy, Debug)]
pub struct Neighbour {
    /// What they are called.
    pub name: &'static str,
    /// Their address.
    pub email: &'static str,
    number: u32,
}

/// Everybody of the seeded world.
pub const NEIGHBOURS: [Neighbour; 4] = [
    Neighbour { name: "Alice", email: "alice@example.test", number: 1 },
    Neighbour { name: "Bob", email: "bob@example.test", number: 2 },
    Neighbour { name: "Chloé", email: "chloe@example.test", number: 3 },
    Neighbour { name: "Théo", email: "theo@example.test", number: 4 },
];

impl Neighbour {
    /// Who they are at a provider.
    #[must_use]
    pub fn at(self, provider: Provider) -> Person {
        let sub = match provider {
            Provider::HarbourId => format!("harbour-{}", self.number),
            Provider::QuayId => format!("quay-{}", self.number),
            Provider::Github => format!("{}", 4_000_000 + self.number),
        };
        Person::new(&sub, self.name, self.email)
    }
}

/// The neighbours as one provider knows them.
pub(super) fn neighbours(provider: Provider) -> impl Iterator<Item = Person> {
    NEIGHBOURS.into_iter().map(move |neighbour| neighbour.at(provider))
}
