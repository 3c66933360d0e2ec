//! API keys as the database knows them. Promises that a secret is compared by its SHA-256 and in constant time, and
//! that a key is worth what its creator may do now. Never gives a hash away, and never tells why a key is none.

mod managed;

pub use managed::{KeyRow, NewKey, count, insert, list, lock, replace, revoke, show};

use crate::{Audit, DatabaseRole, Membership, Result, Sealer, Store, tenant::Actor, word};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    id::{TenantId, UserId},
    key::{ApiKey, Scope},
};
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// How old the note of the last use may get.
const LAST_USE_WITHIN: TimeDelta = TimeDelta::minutes(1);

/// Who somebody is: a pool of its own, as role `ferry_auth`, which reads and writes credentials and nothing else.
#[derive(Clone)]
pub struct Credentials {
    pub(crate) store: Store,
}

impl Credentials {
    /// Connects as `ferry_auth`, with at most `connections` connections.
    ///
    /// # Errors
    /// When the URL does not parse or the server refuses.
    pub async fn connect(url: &str, connections: u32, sealer: Sealer) -> Result<Credentials> {
        Ok(Credentials { store: Store::connect(DatabaseRole::Auth, url, connections, sealer).await? })
    }

    /// What this key is a membership of; `None` when it is unknown, expired or revoked, its secret is another, its
    /// creator is no member any more, or the tenant is suspended or closed.
    ///
    /// The hash is compared whether or not the first byte differs: `subtle` looks at all of it. That there is no such
    /// public id can be told by time, and is no secret.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn key(&self, key: &ApiKey, now: DateTime<Utc>) -> Result<Option<Membership>> {
        let row = sqlx::query!(
            r#"select tenant_id as "tenant_id!", secret_hash as "secret_hash!", created_by as "created_by!",
                      role as "role!", plan as "plan!", scopes as "scopes!", last_used_at
               from key_by_public_id($1, $2)"#,
            key.public_id(),
            now
        )
        .fetch_optional(&self.store.pool)
        .await?;
        let Some(row) = row.filter(|row| bool::from(row.secret_hash.ct_eq(&key.secret_hash()))) else {
            return Ok(None);
        };
        let scopes: Result<Vec<Scope>> = row.scopes.iter().map(|scope| word(scope)).collect();
        let actor = Actor::Key { public_id: key.public_id().to_owned(), scopes: scopes? };
        let membership = Membership::new((row.tenant_id, row.created_by), (word(&row.role)?, word(&row.plan)?), actor);
        if row.last_used_at.is_none_or(|at| at < now - LAST_USE_WITHIN) {
            self.note_use(&membership, key, now).await?;
        }
        Ok(Some(membership))
    }

    async fn note_use(&self, membership: &Membership, key: &ApiKey, now: DateTime<Utc>) -> Result<()> {
        let mut tx = self.store.begin(membership).await?;
        // Asked again here, so that of many requests at once one writes.
        sqlx::query!(
            "update api_key set last_used_at = $3
             where tenant_id = $1 and public_id = $2 and (last_used_at is null or last_used_at < $4)",
            tx.tenant,
            key.public_id(),
            now,
            now - LAST_USE_WITHIN
        )
        .execute(&mut *tx.tx)
        .await?;
        tx.commit(Audit::OwnRecord).await
    }

    /// Closes the pool.
    pub async fn close(&self) {
        self.store.close().await;
    }
}

impl Store {
    /// Writes to the owners of keys that end before `before` and were not told yet, of at most `limit` keys; of how many.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn warn_of_keys(&self, now: DateTime<Utc>, before: DateTime<Utc>, limit: i32) -> Result<u64> {
        let warned = sqlx::query_scalar!(r#"select warn_of_keys($1, $2, $3) as "warned!""#, now, before, limit);
        Ok(warned.fetch_one(&self.pool).await?.unsigned_abs())
    }
}

/// How long a key is good, and by which request it is issued.
#[derive(Clone, Copy, Debug)]
pub struct Life {
    /// When it is issued.
    pub from: DateTime<Utc>,
    /// When it ends.
    pub until: DateTime<Utc>,
    /// The name of the request.
    pub request_id: Uuid,
}

/// Issues a key as `ferry_admin`, for an installation that has no web page to do it yet; one audit row is written with
/// it, under the name of this request. False when the person is no member of a live tenant.
///
/// # Errors
/// When the URL is unfit or the server refuses: a lifetime past a year, or a key that exists.
pub async fn issue(
    admin_url: &str,
    (tenant, user): (TenantId, UserId),
    key: &ApiKey,
    scopes: &[Scope],
    life: &Life,
) -> Result<bool> {
    let store = Store::connect(DatabaseRole::Admin, admin_url, 1, Sealer::without_keys()).await?;
    let scopes: Vec<String> = scopes.iter().map(ToString::to_string).collect();
    let issued = sqlx::query_scalar!(
        r#"select issue_key($1, $2, $3, $4, $5, $6, $7, $8) as "issued!""#,
        tenant.0,
        user.0,
        key.public_id(),
        &key.secret_hash()[..],
        &scopes,
        life.from,
        life.until,
        life.request_id
    )
    .fetch_one(&store.pool)
    .await?;
    store.close().await;
    Ok(issued > 0)
}
