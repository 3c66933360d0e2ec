//! The app of one test's world, and keys to it.

use super::{Person, World};
use app::{
    App,
    client::Proxies,
    clock::{Chance, Clock, RequestIds},
    live::Live,
    login::settings::Providers,
    rate::Rates,
    shield::Bounds,
};
use chrono::TimeDelta;
use domain::{
    cadence::TimeScale,
    key::{ApiKey, Scope},
};
use outbound::{Client, Development, Egress, UserAgent};
use sha2::{Digest, Sha256};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use store::key::Life;
use uuid::Uuid;

impl World {
    /// The app, with bounds that no test meets by accident.
    pub(crate) fn web(&self) -> App {
        self.web_with(Bounds {
            requests_per_address: 100_000,
            requests_per_tenant_at_once: 1_000,
            // Nobody reads a stream by accident: one has said all it knows when it begins.
            stream_life: Duration::ZERO,
            ..Bounds::default()
        })
    }

    /// The app within other bounds.
    pub(crate) fn web_with(&self, bounds: Bounds) -> App {
        let clock = self.clock.clone();
        App {
            store: self.app.clone(),
            credentials: self.credentials.clone(),
            link_key: self.config.link_key.clone(),
            clock: Clock::new(move || clock.now()),
            chance: Chance::new(chance),
            request_ids: RequestIds::new(Uuid::new_v4),
            scale: TimeScale::REAL,
            base_url: self.config.base_url.clone(),
            contact: self.config.contact.clone(),
            proxies: Proxies::default(),
            bounds,
            rates: Arc::new(Rates::new(&bounds)),
            live: Live::new(&bounds),
            providers: Arc::new(self.providers(&[])),
            outbound: self.outbound(),
        }
    }

    /// The simulated providers, with further settings.
    pub(crate) fn providers(&self, more: &[(&str, &str)]) -> Providers {
        let mut settings = self.sim.sign_in_settings();
        settings.retain(|(name, _)| more.iter().all(|(other, _)| name != other));
        settings.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let get = |name: &str| settings.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        Providers::read(&get).unwrap()
    }

    /// The way out, to the simulator and the public internet.
    fn outbound(&self) -> Client {
        let proof = Development::attested_by("development").expect("it says so");
        let agent = UserAgent::new(&self.config.base_url, &self.config.contact).unwrap();
        Client::new(Egress::development(proof, vec![self.sim.http]), &agent).unwrap()
    }

    /// A key of this person, good for 90 days, of which nobody is told: in most tests that would be one mail too many.
    pub(crate) async fn key(&self, person: &Person, scopes: &[Scope]) -> String {
        let key = self.issue(person, scopes).await;
        let untold = "delete from letter where subject = $1";
        sqlx::query(untold).bind(key.split('_').nth(2).unwrap()).execute(&self.admin).await.unwrap();
        key
    }

    /// A key of this person, good for 90 days, issued as an installation's administrator does.
    pub(crate) async fn issue(&self, person: &Person, scopes: &[Scope]) -> String {
        let key = some_key();
        let now = self.clock.now();
        let life = Life { from: now, until: now + TimeDelta::days(90), request_id: Uuid::new_v4() };
        let admin_url = self.database.url("ferry_admin");
        let issued = store::key::issue(&admin_url, (person.tenant, person.user), &key, scopes, &life).await;
        assert!(issued.unwrap(), "{person:?} is no member");
        key.expose().to_owned()
    }
}

/// Bytes that no other call gives: the same sequence in every run, for a test that fails must fail again.
pub(crate) fn chance<const N: usize>() -> [u8; N] {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let digest = Sha256::digest(CALLS.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    *digest.first_chunk().expect("a digest has 32 bytes, and nobody asks for more")
}

/// A well-formed key that nobody issued.
pub(crate) fn some_key() -> ApiKey {
    let [a, b, c] = [(); 3].map(|()| Uuid::new_v4().into_bytes());
    let secret = [b, c].concat().try_into().unwrap();
    ApiKey::mint(*a.first_chunk().unwrap(), secret)
}
