//! Secrets and addresses at rest: XChaCha20-Poly1305 under a ring of keys that are never in the database.
//!
//! Promises: a sealed text opens under the key that sealed it, at the place it was sealed for (tenant, table, column and
//! row), and nowhere else; whatever else is presented is a typed error and never a panic. Equal texts are sealed
//! differently; a keyed blind index finds them again within one tenant and means nothing in another. Never draws a
//! nonce, which is an argument, and never shows a key.

mod keyring;

pub use keyring::{Keyring, KeyringError, is_placeholder, published_setting};

use crate::id::{ChannelId, TenantId, UserId};
use uuid::Uuid;

/// Bytes of a nonce: random ones never meet, however many there are.
pub const NONCE_BYTES: usize = 24;
/// How a sealed text begins that this code can open.
const VERSION: u8 = 1;
/// The version and the key's id.
pub const PREFIX_BYTES: usize = 3;
/// Before the sealed text: version, key id, nonce.
const HEADER_BYTES: usize = PREFIX_BYTES + NONCE_BYTES;

/// Where a sealed text stands. Each sealed column of the schema is one variant, and nothing is sealed without a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<'a> {
    /// `user_account.email`. A person belongs to no tenant.
    UserEmail(UserId),
    /// `identity.email`.
    IdentityEmail {
        /// Who vouches.
        issuer: &'a str,
        /// For whom.
        subject: &'a str,
    },
    /// `channel.address`.
    ChannelAddress(TenantId, ChannelId),
    /// `invitation.address`.
    InvitationAddress(TenantId, Uuid),
    /// `seal_key.proof`: a known text, by which an installation knows its keys again.
    KeyProof(u16),
}

impl Place<'_> {
    /// The column, as errors name it.
    #[must_use]
    pub fn column(&self) -> (&'static str, &'static str) {
        match self {
            Place::UserEmail(_) => ("user_account", "email"),
            Place::IdentityEmail { .. } => ("identity", "email"),
            Place::ChannelAddress(..) => ("channel", "address"),
            Place::InvitationAddress(..) => ("invitation", "address"),
            Place::KeyProof(_) => ("seal_key", "proof"),
        }
    }

    fn tenant(&self) -> Option<TenantId> {
        match self {
            Place::ChannelAddress(tenant, _) | Place::InvitationAddress(tenant, _) => Some(*tenant),
            Place::UserEmail(_) | Place::IdentityEmail { .. } | Place::KeyProof(_) => None,
        }
    }

    /// What is authenticated with the text: the header's version and key id, then tenant, table, column and row.
    fn associated(&self, prefix: [u8; PREFIX_BYTES]) -> Vec<u8> {
        let tenant = self.tenant();
        let (table, column) = self.column();
        let mut bound = bound_to(b"ferryalert-seal-v1", tenant, (table, column));
        append(&mut bound, &prefix);
        match self {
            Place::UserEmail(user) => append(&mut bound, user.0.as_bytes()),
            Place::IdentityEmail { issuer, subject } => {
                append(&mut bound, issuer.as_bytes());
                append(&mut bound, subject.as_bytes());
            }
            Place::ChannelAddress(_, channel) => append(&mut bound, channel.0.as_bytes()),
            Place::InvitationAddress(_, invitation) => append(&mut bound, invitation.as_bytes()),
            Place::KeyProof(key) => append(&mut bound, &key.to_be_bytes()),
        }
        bound
    }
}

/// Where equal texts are found again: a column, of one tenant where nothing else is said. A column that is not here has no index, so that nobody
/// with the keys' programs can ask who else has an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Index {
    /// `channel.address_index`.
    ChannelAddress(TenantId),
    /// `invitation.address_index`.
    InvitationAddress(TenantId),
    /// `invitation.mailbox_index` and `letter.mailbox_index`: equal among all tenants, so that they cannot bomb a mailbox together. One function of the database
    /// counts by it, and tells nobody but a worker.
    Mailbox,
}

impl Index {
    fn message(self, text: &str) -> Vec<u8> {
        let (tenant, column) = match self {
            Index::ChannelAddress(tenant) => (Some(tenant), ("channel", "address")),
            Index::InvitationAddress(tenant) => (Some(tenant), ("invitation", "address")),
            Index::Mailbox => (None, ("invitation", "mailbox")),
        };
        let mut bound = bound_to(b"ferryalert-index-v1", tenant, column);
        append(&mut bound, normalised(text).as_bytes());
        bound
    }
}

/// An address as it is compared with another: without space around it, and in small letters. No mail provider of any
/// size keeps two mailboxes apart by the case of a letter.
#[must_use]
pub fn normalised(address: &str) -> String {
    address.trim().to_lowercase()
}

fn bound_to(label: &[u8], tenant: Option<TenantId>, (table, column): (&str, &str)) -> Vec<u8> {
    let mut bound = Vec::with_capacity(128);
    append(&mut bound, label);
    // No tenant has an empty id, so that none stands for "no tenant".
    append(&mut bound, tenant.as_ref().map_or(&[], |tenant| &tenant.0.as_bytes()[..]));
    append(&mut bound, table.as_bytes());
    append(&mut bound, column.as_bytes());
    bound
}

/// A part with its length before it: no two lists of parts are the same bytes.
fn append(bound: &mut Vec<u8>, part: &[u8]) {
    bound.extend_from_slice(&(part.len() as u64).to_be_bytes());
    bound.extend_from_slice(part);
}

/// Why a sealed text does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// It is shorter than any sealed text.
    #[error("is cut off")]
    CutOff,
    /// A newer program wrote it, or it was never sealed.
    #[error("has the unknown version {0}")]
    Version(u8),
    /// The ring lacks its key.
    #[error("is sealed under key {0}, which FERRY_SEAL_KEYS does not hold")]
    UnknownKey(u16),
    /// It was changed, moved from another place, or its key's bytes are others.
    #[error("was not sealed for this place, or was changed")]
    Refused,
    /// What was sealed is no text.
    #[error("holds no text")]
    NotText,
}

/// The id of the key that a sealed text names, if it is long enough and of our version.
fn key_of(sealed: &[u8]) -> Result<u16, OpenError> {
    if sealed.len() < HEADER_BYTES {
        return Err(OpenError::CutOff);
    }
    if sealed[0] != VERSION {
        return Err(OpenError::Version(sealed[0]));
    }
    Ok(u16::from_be_bytes([sealed[1], sealed[2]]))
}

/// Version and key id, as every text sealed under this key begins.
fn prefix(key: u16) -> [u8; PREFIX_BYTES] {
    let [high, low] = key.to_be_bytes();
    [VERSION, high, low]
}

#[cfg(test)]
mod tests;
