//! What a provider says of itself: its endpoints and keys, fetched once and kept in this process for a while. Promises that the document
//! names exactly the configured issuer and only endpoints we may reach, and that a provider is asked again at most once a minute,
//! however many strangers present tokens with unknown keys. Never takes an endpoint or a key from anywhere else.

use super::{claims::Metadata, wire::Wire};
use anyhow::{Context, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::{DiscoveryError, IssuerUrl, core::CoreClientAuthMethod};
use std::sync::Arc;
use tokio::sync::Mutex;
use url::Url;

/// After this what we know is asked for again.
const KEPT_FOR: TimeDelta = TimeDelta::hours(1);
/// An unknown key makes us ask again, but not sooner than this after the last time.
const RENEWED_AFTER: TimeDelta = TimeDelta::minutes(1);
/// A provider that did not answer is left alone for this long.
const LEFT_ALONE_FOR: TimeDelta = TimeDelta::seconds(5);

/// A provider's document and keys, as they were at an instant.
pub(crate) struct Known {
    pub(crate) metadata: Metadata,
    asked_at: DateTime<Utc>,
}

/// The kept document of one issuer. Whoever needs it while it is fetched waits for that one fetch.
pub(crate) struct Discovery {
    issuer: IssuerUrl,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    known: Option<Arc<Known>>,
    failed_at: Option<DateTime<Utc>>,
}

impl Discovery {
    pub(crate) fn new(issuer: IssuerUrl) -> Discovery {
        Discovery { issuer, kept: Mutex::default() }
    }

    /// What is known, asked for if nothing is or if it is too old.
    pub(crate) async fn known(&self, wire: Wire<'_>) -> anyhow::Result<Arc<Known>> {
        self.known_for(wire, KEPT_FOR).await
    }

    /// The same, asked for again if that was not done a moment ago: somebody met a key that was unknown then.
    pub(crate) async fn renewed(&self, wire: Wire<'_>) -> anyhow::Result<Arc<Known>> {
        self.known_for(wire, RENEWED_AFTER).await
    }

    async fn known_for(&self, wire: Wire<'_>, age_max: TimeDelta) -> anyhow::Result<Arc<Known>> {
        let mut kept = self.kept.lock().await;
        if let Some(known) = kept.known.as_ref().filter(|known| wire.now - known.asked_at < age_max) {
            return Ok(known.clone());
        }
        let is_left_alone = kept.failed_at.is_some_and(|at| wire.now - at < LEFT_ALONE_FOR);
        ensure!(!is_left_alone, "it failed to answer a moment ago and is left alone");
        let asked = ask(&self.issuer, wire).await;
        kept.failed_at = asked.is_err().then_some(wire.now);
        let known = Arc::new(asked?);
        kept.known = Some(known.clone());
        Ok(known)
    }
}

async fn ask(issuer: &IssuerUrl, wire: Wire<'_>) -> anyhow::Result<Known> {
    // The library compares the issuer in the document with ours, character by character, before it fetches keys.
    let metadata = Metadata::discover_async(issuer.clone(), &wire).await.map_err(|error| match error {
        // What does not parse is not quoted.
        DiscoveryError::Parse(_) => anyhow::anyhow!("a document that is not as it should be"),
        other => anyhow::Error::new(other),
    });
    let metadata = metadata.context("asking for the discovery document and keys")?;
    let token = metadata.token_endpoint().context("the discovery document names no token endpoint")?;
    let mut endpoints = vec![metadata.authorization_endpoint().url(), token.url(), metadata.jwks_uri().url()];
    endpoints.extend(metadata.userinfo_endpoint().map(|endpoint| endpoint.url()));
    endpoints.into_iter().try_for_each(|endpoint| admitted(endpoint, wire))?;
    Ok(Known { metadata, asked_at: wire.now })
}

fn admitted(endpoint: &Url, wire: Wire<'_>) -> anyhow::Result<()> {
    wire.client.admits(endpoint).context("an endpoint in the discovery document")
}

impl Known {
    /// Whether the secret goes into the body of the exchange because the provider takes it nowhere else.
    pub(crate) fn wants_secret_in_body(&self) -> bool {
        // Absent means `client_secret_basic`.
        self.metadata.token_endpoint_auth_methods_supported().is_some_and(|methods| {
            methods.contains(&CoreClientAuthMethod::ClientSecretPost)
                && !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
        })
    }

    /// Whether each response says who it is from (RFC 9207).
    pub(crate) fn names_issuer_in_responses(&self) -> bool {
        self.metadata.additional_metadata().authorization_response_iss_parameter_supported
    }
}
