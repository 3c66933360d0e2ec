//! Codes and access tokens that were given out.
//!
//! Promises: a code lives for 60 seconds and is redeemed once, by the client and for the address it was asked for, with the verifier of
//! its challenge; shown a second time it takes back what it was redeemed for. Never more than [`KEPT`] of either.

use std::collections::HashMap;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::request::Asked;
use super::{Person, Provider};

/// The most codes, and the most access tokens; past it no code is given out until old ones have expired.
const KEPT: usize = 10_000;
const CODE_LIVES: TimeDelta = TimeDelta::seconds(60);
/// How long an access token is good.
pub(super) const TOKEN_LIVES: TimeDelta = TimeDelta::minutes(5);

/// What a person agreed to.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    pub(super) provider: Provider,
    pub(super) person: Person,
    pub(super) scope: Vec<String>,
    pub(super) nonce: Option<String>,
    pub(super) signed_in_at: DateTime<Utc>,
    redirect_uri: String,
    challenge: String,
    ends_at: DateTime<Utc>,
    /// What the code was redeemed for.
    token: Option<String>,
}

impl Grant {
    /// Whether this scope was asked for.
    pub(super) fn has(&self, scope: &str) -> bool {
        self.scope.iter().any(|known| known == scope)
    }
}

/// What a client shows to redeem a code.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown<'a> {
    pub(super) provider: Provider,
    pub(super) code: &'a str,
    pub(super) redirect_uri: &'a str,
    pub(super) verifier: &'a str,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Grants {
    codes: HashMap<String, Grant>,
    tokens: HashMap<String, (Grant, DateTime<Utc>)>,
}

impl Grants {
    /// A code for what was asked; `None` at the limit.
    pub(super) fn grant(&mut self, asked: &Asked, person: &Person, now: DateTime<Utc>) -> Option<String> {
        self.codes.retain(|_, grant| grant.ends_at > now);
        self.tokens.retain(|_, (_, ends_at)| *ends_at > now);
        if self.codes.len() >= KEPT || self.tokens.len() >= KEPT {
            return None;
        }
        let code = random();
        let grant = Grant {
            provider: asked.back.provider,
            person: person.clone(),
            scope: asked.scope.clone(),
            nonce: asked.nonce.clone(),
            signed_in_at: asked.signed_in_at(person, now),
            redirect_uri: asked.redirect_uri.clone(),
            challenge: asked.challenge.clone(),
            ends_at: now + CODE_LIVES,
            token: None,
        };
        self.codes.insert(code.clone(), grant);
        Some(code)
    }

    /// The grant of a code, with an access token for it.
    ///
    /// # Errors
    /// A sentence, when the code is not good.
    pub(super) fn redeem(&mut self, shown: Shown<'_>, now: DateTime<Utc>) -> Result<(Grant, String), &'static str> {
        let is_its = |grant: &&mut Grant| grant.provider == shown.provider && grant.ends_at > now;
        let grant = self.codes.get_mut(shown.code).filter(is_its).ok_or("no such code, or it has expired")?;
        if let Some(token) = &grant.token {
            self.tokens.remove(token);
            return Err("the code was redeemed before; what it was redeemed for is void");
        }
        if grant.redirect_uri != shown.redirect_uri {
            return Err("redirect_uri is not the one the code was asked for with");
        }
        if !is_verifier(shown.verifier) || challenge_of(shown.verifier) != grant.challenge {
            return Err("code_verifier does not belong to the code_challenge");
        }
        let token = random();
        grant.token = Some(token.clone());
        self.tokens.insert(token.clone(), (grant.clone(), now + TOKEN_LIVES));
        Ok((grant.clone(), token))
    }

    /// What an access token of this provider opens.
    pub(super) fn opened(&self, provider: Provider, token: &str, now: DateTime<Utc>) -> Option<Grant> {
        let (grant, _) = self.tokens.get(token).filter(|(_, ends_at)| *ends_at > now)?;
        (grant.provider == provider).then(|| grant.clone())
    }
}

/// RFC 7636, section 4.1.
fn is_verifier(text: &str) -> bool {
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    (43..=128).contains(&text.len()) && text.bytes().all(is_unreserved)
}

fn challenge_of(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

/// 256 bits nobody guesses.
pub(super) fn random() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}
