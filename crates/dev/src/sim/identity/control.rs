//! The providers in a test's hand: who signs in, how a provider misbehaves, what it was asked.
//! Never another way to a code than the one over HTTP: the same rules decide.

use anyhow::{Context, bail};

use super::super::Sim;
use super::super::playground::lock;
use super::key::{KeyRing, OldKeys};
use super::request::{Asked, Refused};
use super::{Callback, Endpoint, Hostility, Person, Provider};

impl Sim {
    /// Who a provider is: its `iss`.
    pub fn issuer(&self, provider: Provider) -> String {
        provider.issuer_at(&self.base_url())
    }

    /// The settings `FERRY_SIGN_IN…` that tell the app of all providers.
    pub fn sign_in_settings(&self) -> Vec<(String, String)> {
        super::settings(&self.base_url())
    }

    /// Plays the browser and the person at the provider: follows the address the app redirected to, signs in, and gives back what the
    /// provider sends the browser back with. A hostile provider's way back is hostile.
    ///
    /// # Errors
    /// With what the provider's page would say, when the request is not for one of our providers or cannot be sent back.
    pub fn sign_in(&self, authorization_url: &str, person: &Person) -> anyhow::Result<Callback> {
        let identities = &self.ground.identities;
        match self.asked(authorization_url)? {
            Ok(asked) => Ok(identities.grant(&asked, person, self.ground.now())),
            Err(callback) => Ok(callback),
        }
    }

    /// The same, with somebody who says no.
    ///
    /// # Errors
    /// As [`Sim::sign_in`].
    pub fn refuse_sign_in(&self, authorization_url: &str) -> anyhow::Result<Callback> {
        let denied = |asked: Asked| asked.back.refusal(&self.base_url(), "access_denied", "the person said no");
        Ok(self.asked(authorization_url)?.map_or_else(|callback| callback, denied))
    }

    /// Lets this person sign in at once when the next browser comes over HTTP, without a click.
    pub fn signs_in_next(&self, provider: Provider, person: Person) {
        lock(&self.ground.identities.next).insert(provider, person);
    }

    /// Makes a provider hostile until it is told to behave.
    pub fn turn_hostile(&self, provider: Provider, hostility: Hostility) {
        lock(&self.ground.identities.hostile).insert(provider, hostility);
    }

    /// Ends a provider's hostility.
    pub fn behave(&self, provider: Provider) {
        lock(&self.ground.identities.hostile).remove(&provider);
    }

    /// Makes a provider sign with a new key.
    pub fn rotate_keys(&self, provider: Provider, old: OldKeys) {
        let mut keys = lock(&self.ground.identities.keys);
        keys.entry(provider).or_insert_with(|| KeyRing::first(provider)).rotate(provider, old);
    }

    /// How many requests an address of a provider saw since the start or the last reset, [`Sim::sign_in`] among them.
    pub fn asked_of(&self, provider: Provider, endpoint: Endpoint) -> u64 {
        lock(&self.ground.identities.seen).get(&(provider, endpoint)).copied().unwrap_or_default()
    }

    /// What an authorization URL asks, or the provider's own refusal on its way back.
    fn asked(&self, authorization_url: &str) -> anyhow::Result<Result<Asked, Callback>> {
        let base_url = self.base_url();
        let (address, encoded) = authorization_url.split_once('?').context("an authorization request has a query")?;
        let at = |provider: &Provider| match provider {
            Provider::HarbourId | Provider::QuayId => format!("{}/authorize", provider.issuer_at(&base_url)),
            Provider::Github => format!("{base_url}/login/oauth/authorize"),
        };
        let provider = Provider::ALL.into_iter().find(|provider| at(provider) == address);
        let provider =
            provider.with_context(|| format!("{address} is not where one of our providers signs people in"))?;
        self.ground.identities.count(provider, Endpoint::Authorization);
        match Asked::read(provider, encoded) {
            Ok(asked) => Ok(Ok(asked)),
            Err(Refused::Back(back, error, why)) => Ok(Err(back.refusal(&base_url, error, &why))),
            Err(Refused::Here(why)) => bail!("{} shows a page: {why}", provider.name()),
        }
    }
}
