//! Links that act without a sign-in: a purpose, a tenant and one object, bound together by a MAC
//! (HMAC-SHA-256, RFC 2104). A token for one purpose is nothing for another. Whoever holds a token
//! may do that one thing to that one object until it expires; the routes act by POST only.

use crate::setting;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{allowance::Subject, invitation, letter::CONFIRMED_WITHIN};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::str::FromStr;
use uuid::Uuid;

/// What a link may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// "Booked, stop": ends the watch of an alert.
    Stop,
    /// "Keep watching": closes the question, the watch goes on.
    Keep,
    /// Stops all mail to one channel (RFC 8058).
    Unsubscribe,
    /// Shows an invitation and, to the person it was sent to, accepts it.
    Invitation,
    /// Confirms a channel, to the person who asked for it.
    Channel,
}

impl Purpose {
    /// The word in the link's path.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Purpose::Stop => "stop",
            Purpose::Keep => "keep",
            Purpose::Unsubscribe => "unsubscribe",
            Purpose::Invitation => "invitation",
            Purpose::Channel => "channel",
        }
    }

    /// Until when a link is good that is signed now, unless its object ends sooner.
    pub(crate) fn good_until(self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + match self {
            Purpose::Stop | Purpose::Keep => TimeDelta::days(92),
            Purpose::Unsubscribe => TimeDelta::days(730),
            Purpose::Invitation => invitation::LIFE,
            Purpose::Channel => CONFIRMED_WITHIN,
        }
    }
}

/// The key that signs links. The same in `app` and `workers`; never in the database.
#[derive(Clone)]
pub struct LinkKey([u8; 32]);

/// What is wrong with a link key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a link key is 64 random hexadecimal digits: make one with `openssl rand -hex 32`")]
pub struct LinkKeyError;

impl FromStr for LinkKey {
    type Err = LinkKeyError;

    fn from_str(text: &str) -> Result<LinkKey, LinkKeyError> {
        setting::random_key(text).map(LinkKey).ok_or(LinkKeyError)
    }
}

impl LinkKey {
    /// A key from its bytes.
    #[must_use]
    pub fn new(key: [u8; 32]) -> LinkKey {
        LinkKey(key)
    }

    /// Whether everybody can read this key in the source: that of `cargo dev`, or that of the tests.
    #[must_use]
    pub fn is_published(&self) -> bool {
        let of_tests = hex::decode("00112233445566778899aabbccddeeff".repeat(2)).expect("BUG: it is hexadecimal");
        self.0[..] == Sha256::digest("links of a developer's FerryAlert")[..] || self.0[..] == of_tests[..]
    }

    /// The path of a link for one purpose on one object of one tenant, good until `until`.
    pub(crate) fn path(&self, purpose: Purpose, tenant: Uuid, subject: Uuid, until: DateTime<Utc>) -> String {
        format!("/l/{}/{}", purpose.as_str(), self.token(purpose, tenant, subject, until))
    }

    /// What such a link carries.
    pub(crate) fn token(&self, purpose: Purpose, tenant: Uuid, subject: Uuid, until: DateTime<Utc>) -> String {
        let expires_s = until.timestamp();
        let mut token = Vec::with_capacity(TOKEN_BYTES);
        token.extend_from_slice(tenant.as_bytes());
        token.extend_from_slice(subject.as_bytes());
        token.extend_from_slice(&expires_s.to_be_bytes());
        let tag = self.mac(purpose, &token).finalize().into_bytes();
        token.extend_from_slice(&tag);
        URL_SAFE_NO_PAD.encode(token)
    }

    /// What a bucket of this subject is called: without the key nobody can tell whose it is, though addresses are few.
    pub(crate) fn name_of_bucket(&self, subject: Subject) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("BUG: HMAC takes a key of any length");
        mac.update(b"ferryalert-bucket-v1:");
        mac.update(&subject.name());
        mac.finalize().into_bytes().into()
    }

    fn mac(&self, purpose: Purpose, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("BUG: HMAC takes a key of any length");
        mac.update(b"ferryalert-link-v1:");
        mac.update(purpose.as_str().as_bytes());
        mac.update(b":");
        mac.update(body);
        mac
    }
}

const BODY_BYTES: usize = 16 + 16 + 8;
const TOKEN_BYTES: usize = BODY_BYTES + 32;

/// Proof that somebody holds a link we signed for this purpose.
#[derive(Clone, Debug)]
pub struct Capability {
    tenant: Uuid,
    subject: Uuid,
    purpose: Purpose,
}

impl Capability {
    pub(crate) fn tenant(&self) -> Uuid {
        self.tenant
    }
    /// The one object it is for: an alert, a channel, an invitation or a letter.
    #[must_use]
    pub fn subject(&self) -> Uuid {
        self.subject
    }
    /// What it allows.
    #[must_use]
    pub fn purpose(&self) -> Purpose {
        self.purpose
    }
}

impl LinkKey {
    /// Reads a token: `None` if it was not signed by this key for this purpose, or has expired.
    /// The tag is compared in constant time.
    #[must_use]
    pub fn open(&self, purpose: Purpose, token: &str, now: DateTime<Utc>) -> Option<Capability> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        if bytes.len() != TOKEN_BYTES {
            return None;
        }
        let (body, tag) = bytes.split_at(BODY_BYTES);
        self.mac(purpose, body).verify_slice(tag).ok()?;
        let expires_s = i64::from_be_bytes(body[32..].try_into().ok()?);
        (now.timestamp() < expires_s).then(|| Capability {
            tenant: Uuid::from_slice(&body[..16]).expect("BUG: sixteen bytes are a UUID"),
            subject: Uuid::from_slice(&body[16..32]).expect("BUG: sixteen bytes are a UUID"),
            purpose,
        })
    }
}
