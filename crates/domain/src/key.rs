//! API keys as text: `fa_live_<id>_<secret>_<checksum>`.
//!
//! Promises: the prefix and the checksum let secret scanners find a key anywhere and let us refuse a typo without a
//! query; the id is public and names the key in lists and in the audit log; the secret holds 256 bits, so a plain
//! SHA-256 of it is all a database needs to keep. Never shows the secret in `Debug`, and never draws it: chance is an
//! argument. The whole text matches `fa_live_[0-9A-Za-z]{11}_[0-9A-Za-z]{43}_[0-9a-f]{8}`, which is what is
//! registered with secret scanners; the checksum is the CRC-32 (IEEE) of all before its underscore.

use crate::id::KeyId;
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use std::fmt;

/// How many days a key is good for, unless said otherwise.
pub const LIFE_DAYS: i64 = 90;
/// The longest life of a key, in days.
pub const LIFE_DAYS_MAX: i64 = 365;
/// For how many days a key and the one that replaces it may both work.
pub const OVERLAP_DAYS_MAX: i64 = 7;
/// This long before its end the owners are written to.
pub const WARNED_BEFORE: TimeDelta = TimeDelta::days(7);
/// How many keys of a tenant work at once.
pub const KEYS_MAX: i64 = 20;
/// The same with those that were replaced and still work.
pub const KEYS_MAX_IN_OVERLAP: i64 = 2 * KEYS_MAX;

/// How every key begins: whose it is and that it works for real.
pub const PREFIX: &str = "fa_live_";

/// 64 bits and 256 bits in digits of base 62.
const ID_DIGITS: usize = 11;
const SECRET_DIGITS: usize = 43;
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

closed_set! {
    /// What a key was made for. A key that may write may not read unless it was made for that too.
    pub enum Scope ("scope") {
        /// Asks.
        Read = "read",
        /// Changes.
        Write = "write",
    }
}

/// Whether a key works, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It works until it expires.
    Live,
    /// It was replaced and works until its overlap is over.
    Replaced,
    /// Its time is over.
    Expired,
    /// Somebody ended it then.
    Revoked(DateTime<Utc>),
}

/// The instants of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
    /// When somebody ended it.
    pub revoked_at: Option<DateTime<Utc>>,
    /// The key that replaces it.
    pub replaced_by: Option<KeyId>,
}

impl Life {
    /// Whether it works.
    pub fn state(&self, now: DateTime<Utc>) -> State {
        match (self.revoked_at, self.replaced_by) {
            (Some(at), _) => State::Revoked(at),
            (None, _) if self.expires_at <= now => State::Expired,
            (None, Some(_)) => State::Replaced,
            (None, None) => State::Live,
        }
    }
}

/// Not a key: another prefix, another length, a foreign character or a wrong checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an API key")]
pub struct NotAKey;

/// A key in the clear: just minted, or as somebody presented it. Well formed; whether it is known is the store's to say.
#[derive(Clone)]
pub struct ApiKey {
    text: String,
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApiKey({}, [secret])", self.public_id())
    }
}

impl ApiKey {
    /// A new key from 8 and 32 random bytes.
    pub fn mint(id: [u8; 8], secret: [u8; 32]) -> ApiKey {
        let body = format!("{PREFIX}{}_{}", base62(&id, ID_DIGITS), base62(&secret, SECRET_DIGITS));
        ApiKey { text: format!("{body}_{}", checksum(&body)) }
    }

    /// Reads what somebody presents; a checksum that does not fit is refused here, before any query.
    pub fn parse(text: &str) -> Result<ApiKey, NotAKey> {
        let (body, sum) = text.rsplit_once('_').ok_or(NotAKey)?;
        let (id, secret) = body.strip_prefix(PREFIX).and_then(|rest| rest.split_once('_')).ok_or(NotAKey)?;
        let is_base62 = |part: &str, digits| part.len() == digits && part.bytes().all(|byte| DIGITS.contains(&byte));
        if is_base62(id, ID_DIGITS) && is_base62(secret, SECRET_DIGITS) && sum == checksum(body) {
            return Ok(ApiKey { text: text.to_owned() });
        }
        Err(NotAKey)
    }

    /// What the key is found by; not secret.
    pub fn public_id(&self) -> &str {
        &self.text[PREFIX.len()..][..ID_DIGITS]
    }

    /// SHA-256 of the secret: what is stored, and compared in constant time.
    pub fn secret_hash(&self) -> [u8; 32] {
        Sha256::digest(&self.text[PREFIX.len() + ID_DIGITS + 1..][..SECRET_DIGITS]).into()
    }

    /// The whole key, to be shown once to whom it is made for.
    pub fn expose(&self) -> &str {
        &self.text
    }
}

fn checksum(body: &str) -> String {
    format!("{:08x}", crc32fast::hash(body.as_bytes()))
}

/// A big-endian number in base 62, filled up with zeros to `digits`.
fn base62(bytes: &[u8], digits: usize) -> String {
    let mut number = bytes.to_vec();
    let mut text = vec![b'0'; digits];
    for digit in text.iter_mut().rev() {
        let mut rest = 0_u16;
        for byte in &mut number {
            let value = rest << 8 | u16::from(*byte);
            *byte = u8::try_from(value / 62).expect("BUG: below 62 * 256 / 62");
            rest = value % 62;
        }
        *digit = DIGITS[usize::from(rest)];
    }
    String::from_utf8(text).expect("BUG: the digits are ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn key() -> ApiKey {
        ApiKey::mint([7; 8], [9; 32])
    }

    #[test]
    fn sr_key_01_a_key_has_the_form_that_scanners_look_for() {
        let key = key();
        let parts: Vec<&str> = key.expose().split('_').collect();
        assert_eq!(parts[..2], ["fa", "live"]);
        assert_eq!(parts[2..].iter().map(|part| part.len()).collect::<Vec<_>>(), [11, 43, 8]);
        assert_eq!(parts[2], key.public_id());
        // 43 digits of base 62 hold 256 bits: the largest secret fits and the text says it exactly.
        assert_eq!(base62(&[0xff; 32], SECRET_DIGITS).trim_start_matches('0').len(), SECRET_DIGITS);
        assert_eq!(base62(&[0xff; 8], ID_DIGITS), "LygHa16AHYF");
        assert_eq!(base62(&[0, 62], 2), "10");
    }

    #[test]
    fn sr_key_01_a_wrong_character_anywhere_is_refused_by_the_checksum() {
        let good = key().expose().to_owned();
        for at in 0..good.len() {
            let mut wrong = good.clone().into_bytes();
            wrong[at] = if wrong[at] == b'x' { b'y' } else { b'x' };
            assert_eq!(ApiKey::parse(&String::from_utf8(wrong).unwrap()).err(), Some(NotAKey), "at {at}");
        }
        for wrong in ["", "fa_live_", "fa_live___", &good[1..], &good[..good.len() - 1], &format!("{good} ")] {
            assert!(ApiKey::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_key_works_until_it_is_revoked_or_its_time_is_over() {
        let now = DateTime::UNIX_EPOCH;
        let second = TimeDelta::seconds(1);
        let life = Life { created_at: now, expires_at: now + second, revoked_at: None, replaced_by: None };
        let replaced = Life { replaced_by: Some(KeyId(Uuid::nil())), ..life };
        assert_eq!((life.state(now), replaced.state(now)), (State::Live, State::Replaced));
        assert_eq!((life.state(now + second), replaced.state(now + second)), (State::Expired, State::Expired));
        assert_eq!(Life { revoked_at: Some(now), ..replaced }.state(now + second), State::Revoked(now));
    }

    #[test]
    fn sr_key_01_debug_shows_no_secret() {
        let key = key();
        let secret = key.expose().split('_').nth(3).unwrap();
        assert_eq!(format!("{key:?}"), format!("ApiKey({}, [secret])", key.public_id()));
        assert!(!format!("{key:#?}").contains(secret));
    }

    proptest! {
        #[test]
        fn what_is_minted_parses_and_different_secrets_have_different_hashes(
            id in any::<[u8; 8]>(), one in any::<[u8; 32]>(), other in any::<[u8; 32]>(),
        ) {
            let key = ApiKey::mint(id, one);
            let read = ApiKey::parse(key.expose()).unwrap();
            prop_assert_eq!(read.secret_hash(), key.secret_hash());
            prop_assert_eq!(read.public_id(), key.public_id());
            prop_assert_eq!(one == other, ApiKey::mint(id, other).secret_hash() == key.secret_hash());
        }

        #[test]
        fn hostile_text_is_refused_and_never_panics(text in "(fa_live_)?[0-9A-Za-z_é]{0,90}") {
            let _ = ApiKey::parse(&text);
        }
    }
}
