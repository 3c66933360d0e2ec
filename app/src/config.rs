//! The one place in this binary that reads the environment.

use crate::client::Proxies;
use anyhow::{Context, ensure};
use domain::cadence::TimeScale;
use std::net::SocketAddr;
use store::LinkKey;
use telemetry::Secret;
use url::Url;

/// Everything the app is told from outside.
#[derive(Clone)]
pub struct Config {
    /// Postgres, as role `ferry_app`.
    pub database_url: Secret<String>,
    /// The same database, as role `ferry_auth`.
    pub auth_database_url: Secret<String>,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where people reach the app.
    pub base_url: Url,
    /// An address operators can write to.
    pub contact: String,
    /// Checks the links in messages.
    pub link_key: LinkKey,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub proxies: Proxies,
    /// How many times faster than life cadence runs; 1 in production.
    pub scale: TimeScale,
    /// Log filter.
    pub log: String,
}

impl Config {
    /// Reads and checks the environment.
    ///
    /// # Errors
    /// A sentence that names the setting and what is wrong with it.
    pub fn from_environment() -> anyhow::Result<Config> {
        let scale = get("FERRY_TIME_SCALE").unwrap_or_else(|| "1".into());
        let scale = scale.parse().ok().and_then(TimeScale::new);
        Ok(Config {
            database_url: Secret::new(need("FERRY_DATABASE_URL")?),
            auth_database_url: Secret::new(need("FERRY_AUTH_DATABASE_URL")?),
            listen: need("FERRY_LISTEN")?.parse().context("FERRY_LISTEN is an address and a port")?,
            base_url: Url::parse(&need("FERRY_BASE_URL")?).context("FERRY_BASE_URL is no URL")?,
            contact: need("FERRY_CONTACT")?,
            link_key: need("FERRY_LINK_KEY")?.parse().context("FERRY_LINK_KEY")?,
            proxies: get("FERRY_TRUSTED_PROXIES").unwrap_or_default().parse().context("FERRY_TRUSTED_PROXIES")?,
            scale: scale.context("FERRY_TIME_SCALE is a whole number from 1 to 3600")?,
            log: get("FERRY_LOG").unwrap_or_else(|| "info".into()),
        })
    }

    /// The owner's URL, for `app migrate` only: a serving process is never given it.
    ///
    /// # Errors
    /// When it is not set.
    pub fn owner_url() -> anyhow::Result<String> {
        need("FERRY_OWNER_URL")
    }

    /// The administrator's URL, for `app key create` only: a serving process is never given it.
    ///
    /// # Errors
    /// When it is not set.
    pub fn admin_url() -> anyhow::Result<Secret<String>> {
        Ok(Secret::new(need("FERRY_ADMIN_URL")?))
    }

    /// Refuses what only development may have, unless the database says it is for development.
    ///
    /// # Errors
    /// A sentence that names the setting.
    pub fn check_against(&self, environment: &str) -> anyhow::Result<()> {
        if environment == "development" {
            return Ok(());
        }
        ensure!(self.base_url.scheme() == "https", "FERRY_BASE_URL must be https in production");
        ensure!(self.scale == TimeScale::REAL, "FERRY_TIME_SCALE works in development only: leave it out");
        Ok(())
    }
}

fn need(name: &str) -> anyhow::Result<String> {
    get(name).with_context(|| format!("set {name}"))
}

#[expect(clippy::disallowed_methods, reason = "the one reader of the environment")]
fn get(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
