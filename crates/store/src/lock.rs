//! What only one transaction at a time may do, by advisory locks. Promises that a lock is of a tenant, that no text which a
//! client chose leads to the lock of another tenant, and that it is given back when the transaction ends.

use crate::{Result, TenantTx};
use domain::id::TenantId;
use sha2::{Digest, Sha256};

/// A lock of one tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock<'a> {
    /// What the tenant uses of its plan.
    Usage(TenantId),
    /// How many keys it has.
    Keys(TenantId),
    /// One request that may be repeated: method and path, and what the client calls it.
    Repeat(TenantId, &'a str, &'a str),
}

impl Lock<'_> {
    /// Its number in the database: half of 128 bits nobody can aim at. Lengths stand before texts, so that no two
    /// locks are one text.
    #[must_use]
    pub fn number(self) -> i64 {
        let (kind, tenant, texts) = match self {
            Lock::Usage(tenant) => ("usage", tenant, ["", ""]),
            Lock::Keys(tenant) => ("keys", tenant, ["", ""]),
            Lock::Repeat(tenant, route, key) => ("repeat", tenant, [route, key]),
        };
        let mut digest = Sha256::new();
        digest.update(tenant.0);
        for text in [kind, texts[0], texts[1]] {
            digest.update(text.len().to_be_bytes());
            digest.update(text);
        }
        let digest: [u8; 32] = digest.finalize().into();
        i64::from_be_bytes(*digest.first_chunk().expect("BUG: 32 bytes hold 8"))
    }

    /// Waits until nobody else holds it.
    ///
    /// # Errors
    /// When the wait takes too long.
    pub(crate) async fn hold(self, tx: &mut TenantTx) -> Result<()> {
        sqlx::query_scalar!("select pg_advisory_xact_lock($1)", self.number()).fetch_one(&mut *tx.tx).await?;
        Ok(())
    }

    /// Takes it if nobody holds it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn try_hold(self, tx: &mut TenantTx) -> Result<bool> {
        let free = sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock($1) as "free!""#, self.number());
        Ok(free.fetch_one(&mut *tx.tx).await?)
    }
}
