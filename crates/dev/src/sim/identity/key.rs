//! What the providers sign with: RSA (RS256) and Ed25519 (EdDSA), made at start, changed when told.
//!
//! Promises: a key id names one key for ever. Never writes a private key anywhere.

use std::fmt;
use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use openidconnect::core::{
    CoreEdDsaPrivateSigningKey, CoreIdToken, CoreIdTokenClaims, CoreJsonWebKey, CoreJsonWebKeySet,
    CoreJwsSigningAlgorithm, CoreRsaPrivateSigningKey,
};
use openidconnect::{AccessToken, JsonWebKeyId, PrivateSigningKey};
use rsa::pkcs1::EncodeRsaPrivateKey;
use rsa::pkcs8::{EncodePublicKey, LineEnding};
use rsa::rand_core::OsRng;

use super::{Provider, grant};

const RSA_BITS: usize = 2048;
/// PKCS #8 around the 32 bytes of an Ed25519 key (RFC 8410).
const ED25519_PRIVATE: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

/// RSA keys take a tenth of a second: simulators of one process start with the same.
static FIRST_RSA: LazyLock<Arc<Key>> = LazyLock::new(|| Arc::new(Key::rsa()));
/// Somebody else's, for forged tokens.
static FOREIGN_RSA: LazyLock<Arc<Key>> = LazyLock::new(|| Arc::new(Key::rsa()));

/// What becomes of keys that were signed with before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OldKeys {
    /// They stay published beside the new one, for tokens that are on their way.
    Published,
    /// They are gone, as after a theft.
    Withdrawn,
}

enum Signer {
    Rsa(CoreRsaPrivateSigningKey),
    Ed25519(CoreEdDsaPrivateSigningKey),
}

/// A key pair.
pub(super) struct Key {
    signer: Signer,
    /// The public half as text: what a verifier that mixes up algorithms takes for a secret.
    public_text: String,
}

impl fmt::Debug for Key {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "Key({:?})", self.public())
    }
}

impl Key {
    fn rsa() -> Key {
        let private = rsa::RsaPrivateKey::new(&mut OsRng, RSA_BITS).expect("BUG: 2048 bits are enough for RSA");
        let pem = private.to_pkcs1_pem(LineEnding::LF).expect("BUG: a new key can be written");
        let public = private.to_public_key().to_public_key_pem(LineEnding::LF);
        let signer =
            CoreRsaPrivateSigningKey::from_pem(&pem, Some(key_id())).expect("BUG: the key was written just now");
        Key { signer: Signer::Rsa(signer), public_text: public.expect("BUG: a new key can be written") }
    }

    fn ed25519() -> Key {
        let der = [&ED25519_PRIVATE[..], &rand::random::<[u8; 32]>()].concat();
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", BASE64_STANDARD.encode(der));
        let signer = CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(key_id()));
        let signer = signer.expect("BUG: any 32 bytes are a key");
        let public_text = serde_json::to_string(&signer.as_verification_key()).expect("BUG: a key is plain text");
        Key { signer: Signer::Ed25519(signer), public_text }
    }

    /// A new key of the provider's kind.
    fn new(provider: Provider) -> Key {
        match provider {
            Provider::HarbourId | Provider::Github => Key::rsa(),
            Provider::QuayId => Key::ed25519(),
        }
    }

    /// Somebody else's key of the same kind.
    pub(super) fn foreign(&self) -> Arc<Key> {
        match self.signer {
            Signer::Rsa(_) => Arc::clone(&FOREIGN_RSA),
            Signer::Ed25519(_) => Arc::new(Key::ed25519()),
        }
    }

    pub(super) fn algorithm(&self) -> CoreJwsSigningAlgorithm {
        match self.signer {
            Signer::Rsa(_) => CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
            Signer::Ed25519(_) => CoreJwsSigningAlgorithm::EdDsa,
        }
    }

    pub(super) fn public(&self) -> CoreJsonWebKey {
        match &self.signer {
            Signer::Rsa(key) => key.as_verification_key(),
            Signer::Ed25519(key) => key.as_verification_key(),
        }
    }

    pub(super) fn public_text(&self) -> &str {
        &self.public_text
    }

    /// A signature over any text.
    pub(super) fn sign(&self, text: &str) -> Vec<u8> {
        let signed = match &self.signer {
            Signer::Rsa(key) => key.sign(&self.algorithm(), text.as_bytes()),
            Signer::Ed25519(key) => key.sign(&self.algorithm(), text.as_bytes()),
        };
        signed.expect("BUG: the algorithm is the key's own")
    }

    /// An ID Token with the hash of the access token it comes with.
    pub(super) fn id_token(&self, claims: CoreIdTokenClaims, beside: &AccessToken) -> String {
        let written = match &self.signer {
            Signer::Rsa(key) => CoreIdToken::new(claims, key, self.algorithm(), Some(beside), None),
            Signer::Ed25519(key) => CoreIdToken::new(claims, key, self.algorithm(), Some(beside), None),
        };
        written.expect("BUG: claims are plain text and the algorithm is the key's own").to_string()
    }
}

fn key_id() -> JsonWebKeyId {
    let mut id = grant::random();
    id.truncate(12);
    JsonWebKeyId::new(id)
}

/// A provider's keys.
#[derive(Debug)]
pub(super) struct KeyRing {
    current: Arc<Key>,
    published: Vec<CoreJsonWebKey>,
}

impl KeyRing {
    pub(super) fn first(provider: Provider) -> KeyRing {
        match provider {
            Provider::HarbourId | Provider::Github => KeyRing::of(Arc::clone(&FIRST_RSA)),
            Provider::QuayId => KeyRing::of(Arc::new(Key::new(provider))),
        }
    }

    fn of(current: Arc<Key>) -> KeyRing {
        KeyRing { published: vec![current.public()], current }
    }

    /// Signs with a new key from now on.
    pub(super) fn rotate(&mut self, provider: Provider, old: OldKeys) {
        let rotated = KeyRing::of(Arc::new(Key::new(provider)));
        let before = std::mem::replace(self, rotated);
        if old == OldKeys::Published {
            self.published.extend(before.published);
        }
    }

    pub(super) fn current(&self) -> Arc<Key> {
        Arc::clone(&self.current)
    }

    pub(super) fn public(&self) -> CoreJsonWebKeySet {
        CoreJsonWebKeySet::new(self.published.clone())
    }
}
