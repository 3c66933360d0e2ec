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

/// Somebody of a crowd: number, tenant, user, channel and address.
pub(super) type Mailbox = (i64, Uuid, Uuid, Uuid, String);

/// The same sealed: number, `user_account.email`, `channel.address` and `channel.address_index`.
type SealedMailbox = (i64, Vec<u8>, Vec<u8>, Vec<u8>);

impl Seals {
    /// Seals many at once, on every core: a cipher that is built for stepping through takes its time.
    ///
    /// # Errors
    /// When this machine does not say how many cores it has.
    pub(super) fn of_many(&self, mailboxes: &[Mailbox]) -> anyhow::Result<Vec<SealedMailbox>> {
        let sealed = |(n, tenant, user, channel, address): &Mailbox| {
            let (sealed, index) = self.of_channel(*tenant, *channel, address);
            (*n, self.of_user(*user, address), sealed, index)
        };
        let share = mailboxes.len().div_ceil(std::thread::available_parallelism()?.get()).max(1);
        Ok(std::thread::scope(|scope| {
            let threads = mailboxes.chunks(share);
            let threads = threads.map(|share| scope.spawn(move || share.iter().map(sealed).collect::<Vec<_>>()));
            let threads: Vec<_> = threads.collect();
            threads.into_iter().flat_map(|thread| thread.join().expect("BUG: sealing does not panic")).collect()
        }))
    }

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
