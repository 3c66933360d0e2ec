//! The identity providers people sign in with on a developer's machine and in tests: two OpenID Providers and one that has GitHub's
//! addresses, all on the simulator's socket, each an issuer of its own.
//!
//! Promises: as long as nobody turns one hostile it keeps to the standards strictly (OpenID Connect Core and Discovery, RFC 6749, 7636,
//! 9207), so that what signs in here signs in elsewhere; every request is counted. Never asks for a password: whoever clicks is
//! believed, which is why it listens on the loopback address only.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};

use super::misbehaviour::Misbehaviour;
use super::playground::lock;

mod callback;
mod client;
mod control;
mod discovery;
mod fields;
mod github;
mod grant;
mod hostile;
mod http;
mod key;
mod mutation;
mod page;
mod person;
mod request;
mod token;

pub use callback::{Callback, Mode};
pub use hostile::{CallbackMutation, ForeignDiscovery, Hostility, UserinfoMutation};
pub use key::OldKeys;
pub use mutation::TokenMutation;
pub use person::{NEIGHBOURS, Neighbour, Person};

pub(super) use http::router;

use grant::Grants;
use key::{Key, KeyRing};

/// The most people who came with a name of their own and are offered again.
const MAX_NEWCOMERS: usize = 50;

/// A simulated identity provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Provider {
    /// An OpenID Provider that signs with RSA and tells name and address in the ID Token.
    HarbourId,
    /// An OpenID Provider that signs with Ed25519 and tells name and address at its userinfo endpoint alone.
    QuayId,
    /// OAuth 2.0 without OpenID Connect, at the paths GitHub has.
    Github,
}

impl Provider {
    /// All of them.
    pub const ALL: [Provider; 3] = [Provider::HarbourId, Provider::QuayId, Provider::Github];

    /// Its name in settings and addresses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Provider::HarbourId => "harbour-id",
            Provider::QuayId => "quay-id",
            Provider::Github => "github",
        }
    }

    /// Its name for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Provider::HarbourId => "Harbour ID",
            Provider::QuayId => "Quay ID",
            Provider::Github => "GitHub (simulated)",
        }
    }

    /// The client it knows.
    #[must_use]
    pub fn client_id(self) -> &'static str {
        match self {
            Provider::HarbourId => "ferryalert-at-harbour",
            Provider::QuayId => "ferryalert-at-quay",
            Provider::Github => "Iv1.ferryalert",
        }
    }

    /// That client's secret. It has characters that Basic authentication has to encode.
    #[must_use]
    pub fn client_secret(self) -> String {
        format!("{}: known+to/everybody", self.name())
    }

    /// Where it is, below the simulator's address. GitHub has the whole host, as in life.
    #[must_use]
    pub fn issuer_at(self, base_url: &str) -> String {
        match self {
            Provider::HarbourId | Provider::QuayId => format!("{base_url}/id/{}", self.name()),
            Provider::Github => base_url.to_owned(),
        }
    }

    /// Whether it speaks OpenID Connect.
    #[must_use]
    pub fn is_openid(self) -> bool {
        self != Provider::Github
    }

    /// The OpenID Provider of this name.
    fn openid(name: &str) -> Option<Provider> {
        Provider::ALL.into_iter().find(|provider| provider.is_openid() && provider.name() == name)
    }
}

/// The settings that tell the app of all simulated providers, when the simulator is at `base_url`.
#[must_use]
pub fn settings(base_url: &str) -> Vec<(String, String)> {
    let names: Vec<&str> = Provider::ALL.iter().map(|provider| provider.name()).collect();
    let mut settings = vec![("FERRY_SIGN_IN".to_owned(), names.join(","))];
    for provider in Provider::ALL {
        let name = provider.name().to_uppercase().replace('-', "_");
        let values = [
            ("ISSUER", provider.issuer_at(base_url)),
            ("CLIENT_ID", provider.client_id().to_owned()),
            ("CLIENT_SECRET", provider.client_secret()),
        ];
        // What the presets know by themselves.
        let own = [("TITLE", provider.title().to_owned()), ("EMAIL_DOMAINS", "*".to_owned())];
        let own = own.into_iter().filter(|_| provider.is_openid());
        settings
            .extend(values.into_iter().chain(own).map(|(what, value)| (format!("FERRY_SIGN_IN_{name}_{what}"), value)));
    }
    settings
}

/// An address of a provider that is counted and can be in trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `/.well-known/openid-configuration`.
    Discovery,
    /// Its public keys.
    Jwks,
    /// Where people are sent.
    Authorization,
    /// Where a code becomes tokens.
    Token,
    /// Where an access token becomes name and address; GitHub's `/user`.
    Userinfo,
    /// GitHub's `/user/emails`.
    Emails,
}

/// What the providers know.
#[derive(Debug)]
pub(super) struct Identities {
    base_url: String,
    keys: Mutex<HashMap<Provider, KeyRing>>,
    grants: Mutex<Grants>,
    hostile: Mutex<HashMap<Provider, Hostility>>,
    next: Mutex<HashMap<Provider, Person>>,
    newcomers: Mutex<Vec<(Provider, Person)>>,
    seen: Mutex<HashMap<(Provider, Endpoint), u64>>,
}

impl Identities {
    /// Providers of a simulator at this address.
    pub(super) fn new(base_url: String) -> Self {
        Self {
            base_url,
            keys: Mutex::default(),
            grants: Mutex::default(),
            hostile: Mutex::default(),
            next: Mutex::default(),
            newcomers: Mutex::default(),
            seen: Mutex::default(),
        }
    }

    fn issuer(&self, provider: Provider) -> String {
        provider.issuer_at(&self.base_url)
    }

    /// The key a provider signs with now. The first is made when it is first needed: most tests never ask.
    fn key(&self, provider: Provider) -> Arc<Key> {
        lock(&self.keys).entry(provider).or_insert_with(|| KeyRing::first(provider)).current()
    }

    fn jwks(&self, provider: Provider) -> openidconnect::core::CoreJsonWebKeySet {
        lock(&self.keys).entry(provider).or_insert_with(|| KeyRing::first(provider)).public()
    }

    fn hostility(&self, provider: Provider) -> Option<Hostility> {
        lock(&self.hostile).get(&provider).cloned()
    }

    /// How this address of a provider misbehaves.
    fn trouble(&self, provider: Provider, endpoint: Endpoint) -> Misbehaviour {
        match self.hostility(provider) {
            Some(Hostility::Trouble(at, how)) if at == endpoint => how,
            _ => Misbehaviour::None,
        }
    }

    fn count(&self, provider: Provider, endpoint: Endpoint) {
        *lock(&self.seen).entry((provider, endpoint)).or_default() += 1;
    }

    /// Signs a person in: a code for what was asked, on its way back.
    fn grant(&self, asked: &request::Asked, person: &Person, now: DateTime<Utc>) -> Callback {
        let provider = asked.back.provider;
        let granted = lock(&self.grants).grant(asked, person, now);
        let callback = match granted {
            Some(code) => asked.back.with(&self.base_url, vec![("code", code)]),
            None => asked.back.refusal(&self.base_url, "temporarily_unavailable", "too many codes wait to be redeemed"),
        };
        match self.hostility(provider) {
            Some(Hostility::Callback(mutation)) => mutation.apply(callback, &self.base_url),
            _ => callback,
        }
    }

    /// The people a provider's page offers.
    fn offered(&self, provider: Provider) -> Vec<Person> {
        let newcomers = lock(&self.newcomers);
        let came = newcomers.iter().filter(|(at, _)| *at == provider).map(|(_, person)| person.clone());
        person::neighbours(provider).chain(came).collect()
    }

    /// Offers somebody from now on; past the limit the eldest is forgotten, and comes back by the same address.
    fn remember(&self, provider: Provider, person: Person) {
        let mut newcomers = lock(&self.newcomers);
        newcomers.retain(|(at, known)| *at != provider || known.sub != person.sub);
        if newcomers.len() >= MAX_NEWCOMERS {
            newcomers.remove(0);
        }
        newcomers.push((provider, person));
    }

    /// Forgets people, codes, counts and hostility; the keys stay.
    pub(super) fn reset(&self) {
        *lock(&self.grants) = Grants::default();
        lock(&self.hostile).clear();
        lock(&self.next).clear();
        lock(&self.newcomers).clear();
        lock(&self.seen).clear();
    }
}

#[cfg(test)]
mod tests;
