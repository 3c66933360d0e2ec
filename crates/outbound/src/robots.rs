//! robots.txt (RFC 9309): whether an operator lets us ask for a page, and how slowly.
//!
//! Asked once per origin and kept for at most 24 hours. No file (4xx) is permission; no answer (5xx, 429, a
//! broken connection, a redirect to another host) is a refusal until we ask again. It never asks twice at a
//! time, and it never waits for the clock: `now` is an argument.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Mutex;
use url::{Position, Url};

use crate::agent::PRODUCT;
use crate::client::Client;
use crate::error::FetchError;
use crate::request::{HostAllowlist, Limits, Purpose, Request, origin};
use rules::Rules;

mod rules;

/// RFC 9309: "at most 24 hours".
const KEPT: TimeDelta = TimeDelta::hours(24);
/// When the file could not be asked for, we ask again after this long.
const ASKED_AGAIN: TimeDelta = TimeDelta::minutes(10);
/// Operators are few. At the bound all is forgotten and asked for again.
const MOST_ORIGINS: usize = 64;

/// The file may redirect five times (RFC 9309) and be of any type.
const FILE_LIMITS: Limits = Limits {
    total_timeout: Duration::from_secs(15),
    idle_timeout: Duration::from_secs(5),
    max_body_bytes: 2 * 1024 * 1024,
    max_headers: 64,
    max_header_bytes: 32 * 1024,
    max_redirects: 5,
    content_types: &[],
};

/// What an operator's robots.txt says about one URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RobotsVerdict {
    /// Ask, at most once in `crawl_delay` if there is one.
    Allowed {
        /// The delay that the file asks for.
        crawl_delay: Option<TimeDelta>,
    },
    /// Do not ask. The file is asked for again at `until`.
    Disallowed {
        /// When this verdict ends.
        until: DateTime<Utc>,
    },
}

/// The rules of the origins we ask.
#[derive(Debug, Default)]
pub struct Robots {
    origins: RwLock<HashMap<Box<str>, Arc<Origin>>>,
}

#[derive(Debug, Default)]
struct Origin {
    known: RwLock<Option<Known>>,
    /// Held while the file is asked for, so that it is asked for once.
    asking: Mutex<()>,
}

#[derive(Clone, Debug)]
struct Known {
    rules: Arc<Rules>,
    until: DateTime<Utc>,
}

impl Robots {
    /// An empty cache.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether `url` may be asked for, by the file of its origin.
    pub async fn verdict(
        &self,
        client: &Client,
        url: &Url,
        hosts: &HostAllowlist,
        now: DateTime<Utc>,
    ) -> RobotsVerdict {
        let origin = self.origin(url);
        if let Some(known) = origin.known(now) {
            return known.verdict(url);
        }
        let _alone = origin.asking.lock().await;
        // Somebody else may have asked while we waited.
        if let Some(known) = origin.known(now) {
            return known.verdict(url);
        }
        let known = ask(client, url, hosts, now).await;
        *origin.known.write().expect("BUG: a lock holder panicked") = Some(known.clone());
        known.verdict(url)
    }

    fn origin(&self, url: &Url) -> Arc<Origin> {
        let name = origin(url);
        let origins = self.origins.read().expect("BUG: a lock holder panicked");
        if let Some(found) = origins.get(name) {
            return Arc::clone(found);
        }
        drop(origins);
        let mut origins = self.origins.write().expect("BUG: a lock holder panicked");
        if origins.len() >= MOST_ORIGINS {
            origins.clear();
        }
        Arc::clone(origins.entry(name.into()).or_default())
    }
}

impl Origin {
    fn known(&self, now: DateTime<Utc>) -> Option<Known> {
        let known = self.known.read().expect("BUG: a lock holder panicked");
        known.as_ref().filter(|known| now < known.until).cloned()
    }
}

impl Known {
    fn verdict(&self, url: &Url) -> RobotsVerdict {
        if self.rules.allow(&url[Position::BeforePath..Position::AfterQuery]) {
            RobotsVerdict::Allowed { crawl_delay: self.rules.crawl_delay }
        } else {
            RobotsVerdict::Disallowed { until: self.until }
        }
    }
}

async fn ask(client: &Client, url: &Url, hosts: &HostAllowlist, now: DateTime<Utc>) -> Known {
    let file = url.join("/robots.txt").expect("BUG: a URL that was admitted has a path");
    let request = Request::get(file, Purpose::Operator { hosts: hosts.clone() }).within(FILE_LIMITS);
    match client.fetch(request, now).await {
        Ok(response) => Known { rules: Arc::new(Rules::parse(&response.body, PRODUCT)), until: now + KEPT },
        // "Too many requests" is no permission to make more.
        Err(FetchError::Status { code, .. }) if (400..500).contains(&code) && code != 429 => {
            Known { rules: Arc::new(Rules::everything()), until: now + KEPT }
        }
        Err(error) => {
            tracing::warn!(host = url.host_str(), %error, "robots.txt is unreachable: nothing is asked for");
            Known { rules: Arc::new(Rules::nothing()), until: now + ASKED_AGAIN }
        }
    }
}
