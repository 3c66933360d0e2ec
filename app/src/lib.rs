//! The web side: pages and links for people, the API for programs. Knows Postgres as roles `ferry_app` and `ferry_auth`
//! and nothing else: it never talks to Redis, to operators or to the mail relay; it writes rows and the workers are
//! woken by them. Out of the process it talks to providers of identities alone, through `outbound`.

mod about;
pub mod access;
mod account;
mod alerts;
pub mod assets;
pub mod audit;
mod board;
mod channels;
pub mod client;
pub mod clock;
mod config;
mod cursor;
mod denied;
mod docs;
mod error;
mod facts;
mod form;
pub mod held;
mod icon;
mod idempotency;
pub mod input;
mod invitations;
mod keys;
mod links;
mod list;
pub mod live;
pub mod login;
mod members;
mod notice;
pub mod openapi;
mod operators;
mod page;
mod privacy;
pub mod problem;
pub mod progress;
#[cfg(doctest)]
pub mod proofs;
mod public;
pub mod rate;
pub mod reader;
pub mod routes;
mod sailings;
mod seats;
mod server;
pub mod session;
mod sheet;
pub mod shield;
mod signed_in;
mod space;
mod spoken;
pub mod suspension;
mod tenants;
mod watches;
mod web;
mod when;

pub use config::Config;
pub use server::serve;

use client::Proxies;
use clock::{Chance, Clock, RequestIds};
use domain::cadence::TimeScale;
use live::Live;
use login::settings::Providers;
use rate::Rates;
use shield::Bounds;
use std::sync::Arc;
use store::{Credentials, LinkKey, Store};

/// What every request may use. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The database, as `ferry_app`.
    pub store: Store,
    /// Who somebody is, as `ferry_auth`.
    pub credentials: Credentials,
    /// Checks the links in messages.
    pub link_key: LinkKey,
    /// Time.
    pub clock: Clock,
    /// Tokens and keys.
    pub chance: Chance,
    /// Names of requests.
    pub request_ids: RequestIds,
    /// How many times faster than life cadence runs; 1 in production.
    pub scale: TimeScale,
    /// Where people reach this app.
    pub base_url: url::Url,
    /// Whom operators can write to.
    pub contact: String,
    /// Whose `X-Forwarded-For` is believed.
    pub proxies: Proxies,
    /// How much and how long.
    pub bounds: Bounds,
    /// How often somebody may ask.
    pub rates: Arc<Rates>,
    /// Pages that stand open.
    pub live: Live,
    /// The ways to sign in.
    pub providers: Arc<Providers>,
    /// The way out, to providers of identities and nobody else.
    pub outbound: outbound::Client,
}

/// All routes, and what stands around every response.
pub fn router(app: App) -> axum::Router {
    shield::around(app.clone(), routes::table(app).into_router())
}
