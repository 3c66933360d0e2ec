//! The web side: pages and links for people. Knows Postgres as role `ferry_app` and nothing else: it never
//! talks to Redis, to operators or to the mail relay; it writes rows and the workers are woken by them.

pub mod access;
pub mod clock;
mod config;
mod error;
pub mod held;
mod links;
mod notice;
mod page;
pub mod routes;
mod shield;

pub use config::Config;

use clock::Clock;
use store::{LinkKey, Store};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// What every request may use. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The database, as `ferry_app`.
    pub store: Store,
    /// Checks the links in messages.
    pub link_key: LinkKey,
    /// Time.
    pub clock: Clock,
    /// Where people reach this app.
    pub base_url: url::Url,
    /// Whom operators can write to.
    pub contact: String,
}

/// All routes, and what stands around every response.
pub fn router(app: App) -> axum::Router {
    shield::around(routes::table(app).into_router())
}

/// Serves until `shutdown`; requests that run then may end.
///
/// # Errors
/// When the socket fails.
pub async fn serve(app: App, listener: TcpListener, shutdown: CancellationToken) -> anyhow::Result<()> {
    Ok(axum::serve(listener, router(app)).with_graceful_shutdown(shutdown.cancelled_owned()).await?)
}
