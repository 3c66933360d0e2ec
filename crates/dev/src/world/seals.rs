//! Addresses as the product keeps them, for whoever writes people into a development database: sealed under the published
//! key, which a production database refuses. Never opens one.

use domain::{
    id::{ChannelId, TenantId, UserId},
    seal::{Index, Keyring, Place, published_setting},
};
use uuid::Uuid;

/// The published key at work.
pub struct Seals(Keyring);

impl Default for Seals {
    fn default() -> Seals {
        Seals(published_setting().parse().expect("BUG: our own ring is one"))
    }
}

impl Seals {
    /// `user_account.email` of a person.
    #[must_use]
    pub fn of_user(&self, user: Uuid, email: &str) -> Vec<u8> {
        self.0.seal(&Place::UserEmail(UserId(user)), email, rand::random())
    }

    /// `identity.email` of an identity.
    #[must_use]
    pub fn of_identity(&self, issuer: &str, subject: &str, email: &str) -> Vec<u8> {
        self.0.seal(&Place::IdentityEmail { issuer, subject }, email, rand::random())
    }

    /// `channel.address` and `channel.address_index`.
    #[must_use]
    pub fn of_channel(&self, tenant: Uuid, channel: Uuid, address: &str) -> (Vec<u8>, Vec<u8>) {
        let tenant = TenantId(tenant);
        let sealed = self.0.seal(&Place::ChannelAddress(tenant, ChannelId(channel)), address, rand::random());
        (sealed, self.0.index(Index::ChannelAddress(tenant), address).to_vec())
    }
}
