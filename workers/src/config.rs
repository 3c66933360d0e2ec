//! The one place in this binary that reads the environment. Every setting is checked before anything
//! is connected; what is wrong is said with the setting's name and never with a secret's value.

use crate::operators::AccessCodes;
use anyhow::{Context, anyhow, ensure};
use domain::{cadence::TimeScale, operator::Operator, seal::Keyring};
use std::{collections::BTreeMap, net::SocketAddr};
use store::{LinkKey, setting};
use telemetry::Secret;
use url::Url;

/// Everything the workers are told from outside.
#[derive(Clone)]
pub struct Config {
    /// Postgres, as role `ferry_worker`.
    pub database_url: Secret<String>,
    /// Redis; only workers reach it.
    pub redis_url: Secret<String>,
    /// Where people reach the app; links in messages start with it.
    pub base_url: Url,
    /// An address operators can write to; part of the user agent.
    pub contact: String,
    /// The mail relay: `smtps://user:password@host` in production.
    pub smtp_url: Secret<String>,
    /// Sender of every mail.
    pub mail_from: String,
    /// Signs the links in messages.
    pub link_key: LinkKey,
    /// Open addresses.
    pub seal_keys: Keyring,
    /// How many times faster than life cadence runs; 1 in production.
    pub scale: TimeScale,
    /// Sockets of simulators that may be reached; development only.
    pub simulators: Vec<SocketAddr>,
    /// Where each operator answers, where it is not the operator's own address.
    pub base_urls: BTreeMap<Operator, Url>,
    /// The codes that some operators give to who registers; one without its code is not asked.
    pub access_codes: AccessCodes,
    /// Log filter.
    pub log: String,
}

impl Config {
    /// Reads and checks the environment.
    ///
    /// # Errors
    /// A sentence that names the setting and what is wrong with it.
    pub fn from_environment() -> anyhow::Result<Config> {
        Config::read(|name| {
            #[expect(clippy::disallowed_methods, reason = "the one reader of the environment")]
            std::env::var(name).ok()
        })
    }

    /// Reads settings from any source; the environment in production.
    ///
    /// # Errors
    /// A sentence that names the setting and what is wrong with it.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> anyhow::Result<Config> {
        let need = |name: &str| get(name).filter(|value| !value.is_empty()).with_context(|| format!("set {name}"));
        let mut base_urls = BTreeMap::new();
        for operator in Operator::ALL.iter().copied() {
            let name = operator.url_setting();
            if let Some(value) = get(&name) {
                base_urls.insert(operator, Url::parse(&value).with_context(|| format!("{name} is no URL"))?);
            }
        }
        let mut access_codes = AccessCodes::default();
        for operator in Operator::ALL.iter().copied() {
            let Some(setting) = operator.manifest().key_setting else { continue };
            if let Some(code) = get(setting).filter(|code| !code.is_empty()) {
                access_codes.add(operator, Secret::new(code)).context(setting)?;
            }
        }
        let scale = get("FERRY_TIME_SCALE").unwrap_or_else(|| "1".into());
        let scale = scale.parse().ok().and_then(TimeScale::new);
        Ok(Config {
            database_url: database_url(need("FERRY_DATABASE_URL")?)?,
            redis_url: redis_url(need("FERRY_REDIS_URL")?)?,
            base_url: Url::parse(&need("FERRY_BASE_URL")?).context("FERRY_BASE_URL is no URL")?,
            contact: need("FERRY_CONTACT")?,
            smtp_url: Secret::new(need("FERRY_SMTP_URL")?),
            mail_from: need("FERRY_MAIL_FROM")?,
            link_key: need("FERRY_LINK_KEY")?.parse().context("FERRY_LINK_KEY")?,
            seal_keys: need("FERRY_SEAL_KEYS")?.parse().context("FERRY_SEAL_KEYS")?,
            scale: scale.context("FERRY_TIME_SCALE is a whole number from 1 to 3600")?,
            simulators: sockets(&get("FERRY_SIMULATORS").unwrap_or_default())?,
            base_urls,
            access_codes,
            log: get("FERRY_LOG").unwrap_or_else(|| "info".into()),
        })
    }

    /// Refuses what only development may have, unless the database says it is for development.
    ///
    /// # Errors
    /// A sentence that names the setting.
    pub fn check_against(&self, environment: &str) -> anyhow::Result<()> {
        if environment == "development" {
            return Ok(());
        }
        ensure!(self.scale == TimeScale::REAL, "FERRY_TIME_SCALE works in development only: leave it out");
        ensure!(self.simulators.is_empty(), "FERRY_SIMULATORS works in development only: leave it out");
        ensure!(self.base_urls.is_empty(), "operators' own addresses are used in production: leave FERRY_…_URL out");
        ensure!(self.base_url.scheme() == "https", "FERRY_BASE_URL must be https in production");
        ensure!(
            !self.link_key.is_published(),
            "FERRY_LINK_KEY is a key of development that everybody can read: make one with `openssl rand -hex 32`"
        );
        check_relay(self.smtp_url.expose())
    }
}

fn database_url(url: String) -> anyhow::Result<Secret<String>> {
    setting::database(&url).map_err(|unfit| anyhow!("FERRY_DATABASE_URL {unfit}"))?;
    Ok(Secret::new(url))
}

/// Refuses a link to Redis over which somebody else could read, write or stand in for it.
fn redis_url(url: String) -> anyhow::Result<Secret<String>> {
    let parsed = Url::parse(&url).context("FERRY_REDIS_URL is no URL")?;
    let is_socket = ["redis+unix", "unix"].contains(&parsed.scheme());
    let is_local = is_socket || parsed.host_str().is_some_and(setting::is_this_machine);
    match parsed.scheme() {
        "rediss" => ensure!(
            parsed.fragment().is_none(),
            "FERRY_REDIS_URL must not switch the check of the certificate off: leave out what follows `#`"
        ),
        "redis" | "redis+unix" | "unix" => {
            ensure!(is_local, "FERRY_REDIS_URL crosses the network without TLS: use rediss:// or a unix socket");
        }
        _ => anyhow::bail!("FERRY_REDIS_URL is no Redis address: rediss://user:password@host or redis+unix:///path"),
    }
    let in_query = parsed.query_pairs().find(|(name, _)| name == "pass").map(|(_, value)| value.into_owned());
    match parsed.password().map(str::to_owned).or(in_query) {
        Some(password) => setting::password(&password).map_err(|unfit| anyhow!("FERRY_REDIS_URL {unfit}"))?,
        None => ensure!(is_socket, "FERRY_REDIS_URL has no password: infra/redis.acl says how one is set"),
    }
    Ok(Secret::new(url))
}

/// Refuses a mail relay that would be told addresses and a password in the open, or with a sample password.
fn check_relay(url: &str) -> anyhow::Result<()> {
    let relay = Url::parse(url).map_err(|_| anyhow!("FERRY_SMTP_URL is no URL"))?;
    // The first one is what the mailer takes.
    let tls = relay.query_pairs().find(|(key, _)| key == "tls");
    let has_tls = relay.scheme() == "smtps" || tls.is_some_and(|(_, value)| value == "required");
    let is_local = relay.host_str().is_some_and(setting::is_this_machine);
    ensure!(
        has_tls || is_local,
        "FERRY_SMTP_URL must be smtps://… or smtp://…?tls=required in production, or a relay on this machine"
    );
    let Some(password) = relay.password() else { return Ok(()) };
    setting::password(password).map_err(|unfit| anyhow!("FERRY_SMTP_URL {unfit}"))
}

fn sockets(text: &str) -> anyhow::Result<Vec<SocketAddr>> {
    text.split(',')
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().with_context(|| format!("FERRY_SIMULATORS: {part} is no address and port")))
        .collect()
}
