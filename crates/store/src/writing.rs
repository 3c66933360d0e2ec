//! The right to write, asked again where it counts: in the transaction that writes, with the rows that decide locked until it
//! ends. Promises that whoever was removed or demoted, or whose tenant was suspended or closed, writes nothing after that,
//! whatever a request had read before. Lock order: the tenant, then the member, then everything else.

use crate::{Capability, Credentials, Membership, Result, Store, TenantTx, word};

/// What may go on in the tenant while a transaction writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Other writes; but nothing that decides who may write.
    Shared,
    /// No other write: for what decides who may do what, so that all of that happens one after the other.
    Alone,
}

struct Row {
    role: String,
    plan: String,
}

impl Store {
    /// Opens a transaction that may write on the member's tenant, and says who they are in it now; that stays so until it
    /// ends. `None` if they are no member any more or the tenant is suspended or closed. A key is as good as it was when it
    /// was read.
    ///
    /// # Errors
    /// When no connection is to be had, or another holds the tenant for too long.
    pub async fn begin_writing(&self, membership: &Membership, hold: Hold) -> Result<Option<(TenantTx, Membership)>> {
        let mut tx = self.begin(membership).await?;
        let user = membership.user().0;
        // Whoever waits here for somebody else's change reads the rows as that left them.
        let row = match hold {
            Hold::Shared => {
                sqlx::query_as!(
                    Row,
                    "select m.role, t.plan from tenant t join member m on m.tenant_id = t.tenant_id
                     where m.user_id = $1 and t.suspended_at is null and t.closed_at is null for share of t, m",
                    user
                )
                .fetch_optional(&mut *tx.tx)
                .await?
            }
            Hold::Alone => {
                sqlx::query_as!(
                    Row,
                    "select m.role, t.plan from tenant t join member m on m.tenant_id = t.tenant_id
                     where m.user_id = $1 and t.suspended_at is null and t.closed_at is null
                     for no key update of t for share of m",
                    user
                )
                .fetch_optional(&mut *tx.tx)
                .await?
            }
        };
        held(tx, membership, row)
    }

    /// Opens a transaction on the tenant a signed link belongs to, while no other write goes on in it: for whoever joins.
    /// `None` if the tenant is suspended or closed.
    ///
    /// # Errors
    /// When no connection is to be had, or another holds the tenant for too long.
    pub async fn begin_joining(&self, capability: &Capability) -> Result<Option<TenantTx>> {
        let mut tx = self.begin_capability(capability).await?;
        let row = sqlx::query_scalar!(
            "select tenant_id from tenant where suspended_at is null and closed_at is null for no key update"
        )
        .fetch_optional(&mut *tx.tx)
        .await?;
        Ok(row.map(|_| tx))
    }
}

impl Credentials {
    /// The same as [`Store::begin_writing`], with other writes going on, for the role that makes and ends keys: one transaction asks
    /// and writes, so that nothing can come between the two. `None` if they are no member any more or the tenant is
    /// suspended or closed.
    ///
    /// # Errors
    /// When no connection is to be had, or another holds the tenant for too long.
    pub async fn begin_keys(&self, membership: &Membership) -> Result<Option<(TenantTx, Membership)>> {
        let mut tx = self.store.begin(membership).await?;
        let row = sqlx::query_as!(
            Row,
            r#"select role as "role!", plan as "plan!" from hold_membership($1)"#,
            membership.user().0
        )
        .fetch_optional(&mut *tx.tx)
        .await?;
        held(tx, membership, row)
    }
}

/// The transaction, and who they are in it.
fn held(tx: TenantTx, membership: &Membership, row: Option<Row>) -> Result<Option<(TenantTx, Membership)>> {
    let Some(row) = row else { return Ok(None) };
    Ok(Some((tx, membership.again(word(&row.role)?, word(&row.plan)?))))
}
