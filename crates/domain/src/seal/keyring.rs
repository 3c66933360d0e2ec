//! The ring of keys: the first seals, all open. Promises that a defect of the setting is named without repeating a
//! digit of a key, that each key is put to one use under one derived key of its own, and that keys are wiped from memory
//! when the ring is dropped. Never shows more of a key than its id.

use super::{HEADER_BYTES, Index, NONCE_BYTES, OpenError, PREFIX_BYTES, Place, key_of, prefix};
use chacha20poly1305::{
    XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::{collections::HashSet, fmt, str::FromStr, sync::Arc};
use zeroize::Zeroizing;

/// The most keys of a ring: the one that seals, and those that rows not yet sealed anew still need.
const KEYS_MAX: usize = 8;
/// Bytes of a key.
const KEY_BYTES: usize = 32;

/// The setting of development and tests, which everybody can make: it guards simulated people and nothing else.
#[must_use]
pub fn published_setting() -> String {
    format!("1:{}", hex::encode(Sha256::digest("seals of a developer's FerryAlert")))
}

/// Keys by id, the one that seals first. Cheap to clone.
#[derive(Clone)]
pub struct Keyring {
    keys: Arc<[Key]>,
    is_published: bool,
}

struct Key {
    id: u16,
    cipher: XChaCha20Poly1305,
    index: Zeroizing<[u8; KEY_BYTES]>,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Keyring").field(&self.ids().collect::<Vec<_>>()).finish()
    }
}

/// What is wrong with the text of a ring, as the end of a sentence that the setting's name begins. Holds no digit of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    /// Nothing between two commas, or nothing at all.
    #[error("lacks a key: write id:key, such as 1:… with 64 digits from `openssl rand -hex 32`")]
    Missing,
    /// No colon.
    #[error("has a part without a colon: write id:key, and a comma between keys")]
    NoId,
    /// An id that is no number of its range.
    #[error("has an id that is no whole number from 1 to 65535")]
    Id,
    /// Not 32 bytes in hexadecimal.
    #[error("has a key {0} that is not 64 hexadecimal digits: make one with `openssl rand -hex 32`")]
    Key(u16),
    /// A key that nobody drew at random.
    #[error("has a placeholder as key {0}: make one with `openssl rand -hex 32`")]
    Placeholder(u16),
    /// Two keys of one id.
    #[error("has two keys with the id {0}")]
    SameId(u16),
    /// One key under two ids.
    #[error("has the same key under the ids {0} and {1}")]
    SameKey(u16, u16),
    /// A ring that grew for years.
    #[error("has more than 8 keys: run `app seal rotate` and leave out what nothing is sealed under")]
    TooMany,
}

/// Whether bytes climb in equal steps (or stand still) or hardly differ: a placeholder that somebody forgot. Fewer
/// than 16 different ones among 32 random ones do not happen.
#[must_use]
pub fn is_placeholder(key: &[u8; 32]) -> bool {
    let step = key[1].wrapping_sub(key[0]);
    let climbs = key.windows(2).all(|pair| pair[1].wrapping_sub(pair[0]) == step);
    let different: HashSet<&u8> = key.iter().collect();
    climbs || different.len() < 16
}

impl FromStr for Keyring {
    type Err = KeyringError;

    fn from_str(text: &str) -> Result<Keyring, KeyringError> {
        let mut read: Vec<(u16, Zeroizing<[u8; KEY_BYTES]>)> = Vec::new();
        for part in text.split(',').map(str::trim) {
            if read.len() == KEYS_MAX {
                return Err(KeyringError::TooMany);
            }
            let (id, key) = entry(part)?;
            if let Some((known, _)) = read.iter().find(|(_, known)| known == &key) {
                return Err(if *known == id { KeyringError::SameId(id) } else { KeyringError::SameKey(*known, id) });
            }
            if read.iter().any(|(known, _)| *known == id) {
                return Err(KeyringError::SameId(id));
            }
            read.push((id, key));
        }
        let (_, published) = entry(&published_setting()).expect("BUG: our own ring is one");
        let is_published = read.iter().any(|(_, key)| *key == published);
        Ok(Keyring { keys: read.iter().map(|(id, key)| Key::derived(*id, key)).collect(), is_published })
    }
}

fn entry(part: &str) -> Result<(u16, Zeroizing<[u8; KEY_BYTES]>), KeyringError> {
    if part.is_empty() {
        return Err(KeyringError::Missing);
    }
    let (id, digits) = part.split_once(':').ok_or(KeyringError::NoId)?;
    let id = id.trim().parse().ok().filter(|id| *id > 0).ok_or(KeyringError::Id)?;
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    hex::decode_to_slice(digits.trim(), &mut key[..]).map_err(|_| KeyringError::Key(id))?;
    if is_placeholder(&key) {
        return Err(KeyringError::Placeholder(id));
    }
    Ok((id, key))
}

impl Key {
    /// One key for each use, so that what one of them does says nothing about the other.
    fn derived(id: u16, key: &[u8; KEY_BYTES]) -> Key {
        let derive = |label: &[u8]| Zeroizing::new(<[u8; KEY_BYTES]>::from(mac(key, label)));
        let cipher = XChaCha20Poly1305::new_from_slice(&derive(b"ferryalert-seal-key-v1")[..]);
        Key { id, cipher: cipher.expect("BUG: a key has 32 bytes"), index: derive(b"ferryalert-index-key-v1") }
    }

    fn seal(&self, place: &Place<'_>, text: &str, nonce: [u8; NONCE_BYTES]) -> Vec<u8> {
        let prefix = prefix(self.id);
        let aad = place.associated(prefix);
        let payload = Payload { msg: text.as_bytes(), aad: &aad };
        let closed = self.cipher.encrypt(&XNonce::from(nonce), payload).expect("BUG: no text has 256 GiB");
        [&prefix[..], &nonce, &closed].concat()
    }
}

fn mac(key: &[u8; KEY_BYTES], message: &[u8]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("BUG: HMAC takes a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

impl Keyring {
    fn first(&self) -> &Key {
        self.keys.first().expect("BUG: a ring has a key")
    }

    /// Seals a text for a place, under the first key. The nonce is random and used once.
    #[must_use]
    pub fn seal(&self, place: &Place<'_>, text: &str, nonce: [u8; NONCE_BYTES]) -> Vec<u8> {
        self.first().seal(place, text, nonce)
    }

    /// Opens what was sealed for this place under any key of the ring.
    ///
    /// # Errors
    /// With the reason; nothing of the text is given away then.
    pub fn open(&self, place: &Place<'_>, sealed: &[u8]) -> Result<String, OpenError> {
        let id = key_of(sealed)?;
        let key = self.keys.iter().find(|key| key.id == id).ok_or(OpenError::UnknownKey(id))?;
        let (header, closed) = sealed.split_at(HEADER_BYTES);
        let nonce: [u8; NONCE_BYTES] = header[PREFIX_BYTES..].try_into().expect("BUG: the header ends with a nonce");
        let aad = place.associated(prefix(id));
        let opened = key.cipher.decrypt(&XNonce::from(nonce), Payload { msg: closed, aad: &aad });
        String::from_utf8(opened.map_err(|_| OpenError::Refused)?).map_err(|_| OpenError::NotText)
    }

    /// The blind index of a text under the first key: what a row is written with.
    #[must_use]
    pub fn index(&self, index: Index, text: &str) -> [u8; 32] {
        mac(&self.first().index, &index.message(text))
    }

    /// The same under every key of the ring, the first one first: what is looked for while rows are sealed anew.
    #[must_use]
    pub fn indexes(&self, index: Index, text: &str) -> Vec<Vec<u8>> {
        let message = index.message(text);
        self.keys.iter().map(|key| mac(&key.index, &message).to_vec()).collect()
    }

    /// How everything begins that is sealed under the first key.
    #[must_use]
    pub fn prefix(&self) -> [u8; PREFIX_BYTES] {
        prefix(self.first().id)
    }

    /// The id of the key that seals.
    #[must_use]
    pub fn first_id(&self) -> u16 {
        self.first().id
    }

    /// Ids of the keys, the one that seals first.
    pub fn ids(&self) -> impl Iterator<Item = u16> + '_ {
        self.keys.iter().map(|key| key.id)
    }

    /// A proof that the ring holds this key's bytes: a known text that only they open. `None` if it has no such key.
    #[must_use]
    pub fn proof(&self, id: u16, nonce: [u8; NONCE_BYTES]) -> Option<Vec<u8>> {
        let key = self.keys.iter().find(|key| key.id == id)?;
        Some(key.seal(&Place::KeyProof(id), "", nonce))
    }

    /// Whether it holds a key that everybody can read in the source.
    #[must_use]
    pub fn is_published(&self) -> bool {
        self.is_published
    }
}
