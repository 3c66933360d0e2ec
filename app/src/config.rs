//! The one place in this binary that reads the environment. Every setting is checked before anything is
//! connected; what is wrong is said with the setting's name and never with a secret's value.

use crate::client::Proxies;
use anyhow::{Context, anyhow, ensure};
use domain::{cadence::TimeScale, seal::Keyring};
use std::net::SocketAddr;
use store::{LinkKey, setting};
use telemetry::Secret;
use url::Url;

/// Settings that only a development database takes, whether or not this program reads them.
const DEVELOPMENT_ONLY: [&str; 2] = ["FERRY_TIME_SCALE", "FERRY_SIMULATORS"];

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
    /// Seal and open addresses.
    pub seal_keys: Keyring,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub proxies: Proxies,
    /// How many times faster than life cadence runs; 1 in production.
    pub scale: TimeScale,
    /// Log filter.
    pub log: String,
    /// A setting that was made and that only development has.
    development: Option<&'static str>,
}

impl Config {
    /// Reads and checks the environment.
    ///
    /// # Errors
    /// A sentence that names the setting and what is wrong with it.
    pub fn from_environment() -> anyhow::Result<Config> {
        Config::read(get)
    }

    /// Reads settings from any source; the environment in production.
    ///
    /// # Errors
    /// A sentence that names the setting and what is wrong with it.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> anyhow::Result<Config> {
        let need = |name: &str| get(name).filter(|value| !value.is_empty()).with_context(|| format!("set {name}"));
        let given = |name: &&str| get(name).is_some_and(|value| !value.is_empty());
        let scale = get("FERRY_TIME_SCALE").unwrap_or_else(|| "1".into());
        let scale = scale.parse().ok().and_then(TimeScale::new);
        Ok(Config {
            database_url: database_url("FERRY_DATABASE_URL", need("FERRY_DATABASE_URL")?)?,
            auth_database_url: database_url("FERRY_AUTH_DATABASE_URL", need("FERRY_AUTH_DATABASE_URL")?)?,
            listen: need("FERRY_LISTEN")?.parse().context("FERRY_LISTEN is an address and a port")?,
            base_url: Url::parse(&need("FERRY_BASE_URL")?).context("FERRY_BASE_URL is no URL")?,
            contact: need("FERRY_CONTACT")?,
            link_key: need("FERRY_LINK_KEY")?.parse().context("FERRY_LINK_KEY")?,
            seal_keys: need("FERRY_SEAL_KEYS")?.parse().context("FERRY_SEAL_KEYS")?,
            proxies: get("FERRY_TRUSTED_PROXIES").unwrap_or_default().parse().context("FERRY_TRUSTED_PROXIES")?,
            scale: scale.context("FERRY_TIME_SCALE is a whole number from 1 to 3600")?,
            log: get("FERRY_LOG").unwrap_or_else(|| "info".into()),
            development: DEVELOPMENT_ONLY.into_iter().find(given),
        })
    }

    /// The owner's URL, for `app migrate` only: a serving process is never given it.
    ///
    /// # Errors
    /// When it is not set or unfit.
    pub fn owner_url() -> anyhow::Result<Secret<String>> {
        database_url("FERRY_OWNER_URL", get("FERRY_OWNER_URL").context("set FERRY_OWNER_URL")?)
    }

    /// The ring of keys, for `app migrate` and `app seal rotate`, which read no other setting of a serving program.
    ///
    /// # Errors
    /// When it is not set or unfit.
    pub fn seal_keys() -> anyhow::Result<Keyring> {
        get("FERRY_SEAL_KEYS").context("set FERRY_SEAL_KEYS")?.parse().context("FERRY_SEAL_KEYS")
    }

    /// The administrator's URL, for `app key create` and `app held` only: a serving process is never given it.
    ///
    /// # Errors
    /// When it is not set or unfit.
    pub fn admin_url() -> anyhow::Result<Secret<String>> {
        database_url("FERRY_ADMIN_URL", get("FERRY_ADMIN_URL").context("set FERRY_ADMIN_URL")?)
    }

    /// The administrator's name, as the platform's audit log will call them.
    ///
    /// # Errors
    /// When it is not set.
    pub fn admin_name() -> anyhow::Result<String> {
        get("FERRY_ADMIN_NAME").filter(|name| !name.is_empty()).context("set FERRY_ADMIN_NAME")
    }

    /// Refuses what only development may have, unless the database says it is for development.
    ///
    /// # Errors
    /// A sentence that names the setting.
    pub fn check_against(&self, environment: &str) -> anyhow::Result<()> {
        if environment == "development" {
            return Ok(());
        }
        if let Some(name) = self.development {
            return Err(anyhow!("{name} works in development only: leave it out"));
        }
        ensure!(self.base_url.scheme() == "https", "FERRY_BASE_URL must be https in production");
        ensure!(
            !self.link_key.is_published(),
            "FERRY_LINK_KEY is a key of development that everybody can read: make one with `openssl rand -hex 32`"
        );
        Ok(())
    }
}

fn database_url(name: &str, url: String) -> anyhow::Result<Secret<String>> {
    setting::database(&url).map_err(|unfit| anyhow!("{name} {unfit}"))?;
    Ok(Secret::new(url))
}

#[expect(clippy::disallowed_methods, reason = "the one reader of the environment")]
fn get(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
