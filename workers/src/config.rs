//! The one place in this binary that reads the environment. Every setting is checked before anything
//! starts; what is wrong is said with the setting's name and never with a secret's value.

use crate::operators::AccessCodes;
use anyhow::{Context, ensure};
use domain::{cadence::TimeScale, operator::Operator};
use std::{collections::BTreeMap, net::SocketAddr};
use store::LinkKey;
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
            database_url: Secret::new(need("FERRY_DATABASE_URL")?),
            redis_url: Secret::new(need("FERRY_REDIS_URL")?),
            base_url: Url::parse(&need("FERRY_BASE_URL")?).context("FERRY_BASE_URL is no URL")?,
            contact: need("FERRY_CONTACT")?,
            smtp_url: Secret::new(need("FERRY_SMTP_URL")?),
            mail_from: need("FERRY_MAIL_FROM")?,
            link_key: need("FERRY_LINK_KEY")?.parse().context("FERRY_LINK_KEY")?,
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
        let smtp = Url::parse(self.smtp_url.expose()).context("FERRY_SMTP_URL is no URL")?;
        let tls =
            smtp.scheme() == "smtps" || smtp.query_pairs().any(|(key, value)| key == "tls" && value == "required");
        ensure!(tls, "FERRY_SMTP_URL must be smtps://… or smtp://…?tls=required in production");
        Ok(())
    }
}

fn sockets(text: &str) -> anyhow::Result<Vec<SocketAddr>> {
    text.split(',')
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().with_context(|| format!("FERRY_SIMULATORS: {part} is no address and port")))
        .collect()
}
