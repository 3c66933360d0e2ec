//! The keys of a tenant as its people manage them. Promises that a key is made for whoever acts, that one which was revoked or
//! replaced too long ago works for nobody from that instant on, and that no key comes back. Never reads a hash.

use crate::{Result, TenantTx, lock::Lock, word};
use chrono::{DateTime, Utc};
use domain::{
    id::{KeyId, UserId},
    key::{ApiKey, Life, Scope},
};
use uuid::Uuid;

/// How many keys a list shows: those that work, then the newest of the others.
const LIST_MAX: i64 = 100;

/// A key to make.
#[derive(Clone, Debug)]
pub struct NewKey<'a> {
    /// What lists and links call it.
    pub id: KeyId,
    /// The key; its hash is what is kept.
    pub key: &'a ApiKey,
    /// What people call it.
    pub name: &'a str,
    /// What it is for.
    pub scopes: &'a [Scope],
    /// Who makes it: it will be worth what they may do.
    pub by: UserId,
    /// From when until when it is good.
    pub life: (DateTime<Utc>, DateTime<Utc>),
}

/// A key as its tenant sees it.
#[derive(Clone, Debug)]
pub struct KeyRow {
    /// What to revoke or rotate it by.
    pub id: KeyId,
    /// What the audit log calls it, and the part of the key that everybody may see.
    pub public_id: String,
    /// What people call it; nothing for one that an administrator made.
    pub name: String,
    /// What it is for.
    pub scopes: Vec<Scope>,
    /// What its maker is called.
    pub made_by: String,
    /// Its instants.
    pub life: Life,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

struct Row {
    id: Uuid,
    public_id: String,
    name: String,
    scopes: Vec<String>,
    made_by: String,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
    replaced_by: Option<Uuid>,
    last_used_at: Option<DateTime<Utc>>,
}

impl TryFrom<Row> for KeyRow {
    type Error = crate::Error;

    fn try_from(row: Row) -> Result<KeyRow> {
        let scopes: Result<Vec<Scope>> = row.scopes.iter().map(|scope| word(scope)).collect();
        Ok(KeyRow {
            id: KeyId(row.id),
            public_id: row.public_id,
            name: row.name,
            scopes: scopes?,
            made_by: row.made_by,
            life: Life {
                created_at: row.created_at,
                expires_at: row.expires_at,
                revoked_at: row.revoked_at,
                replaced_by: row.replaced_by.map(KeyId),
            },
            last_used_at: row.last_used_at,
        })
    }
}

/// Has whoever else makes a key of this tenant wait until the transaction ends, so that what was counted stays so.
///
/// # Errors
/// When the wait takes too long.
pub async fn lock(tx: &mut TenantTx) -> Result<()> {
    Lock::Keys(tx.tenant()).hold(tx).await
}

/// How many keys of the tenant work.
///
/// # Errors
/// When the database cannot be read.
pub async fn count(tx: &mut TenantTx, now: DateTime<Utc>) -> Result<i64> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from api_key where tenant_id = $1 and revoked_at is null and expires_at > $2"#,
        tx.tenant,
        now
    );
    Ok(count.fetch_one(&mut *tx.tx).await?)
}

/// Makes a key; in a transaction of [`crate::Credentials::begin_keys`].
///
/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut TenantTx, new: &NewKey<'_>) -> Result<()> {
    let scopes: Vec<String> = new.scopes.iter().map(ToString::to_string).collect();
    sqlx::query!(
        "insert into api_key (tenant_id, id, public_id, secret_hash, name, scopes, created_by, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tx.tenant,
        new.id.0,
        new.key.public_id(),
        &new.key.secret_hash()[..],
        new.name,
        &scopes,
        new.by.0,
        new.life.0,
        new.life.1
    )
    .execute(&mut *tx.tx)
    .await?;
    Ok(())
}

/// Notes that another key replaces this one, which works until `ends_at` at the latest. False when it does not work
/// any more or was replaced already.
///
/// # Errors
/// When the database refuses.
pub async fn replace(
    tx: &mut TenantTx,
    (old, new): (KeyId, KeyId),
    ends_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let replaced = sqlx::query!(
        "update api_key set replaced_by = $3, expires_at = least(expires_at, $4)
         where tenant_id = $1 and id = $2 and revoked_at is null and replaced_by is null and expires_at > $5",
        tx.tenant,
        old.0,
        new.0,
        ends_at,
        now
    );
    Ok(replaced.execute(&mut *tx.tx).await?.rows_affected() > 0)
}

/// Ends a key at once; what the audit log calls it, or nothing when it does not work any more.
///
/// # Errors
/// When the database refuses.
pub async fn revoke(tx: &mut TenantTx, id: KeyId, now: DateTime<Utc>) -> Result<Option<String>> {
    let revoked = sqlx::query_scalar!(
        "update api_key set revoked_at = $3
         where tenant_id = $1 and id = $2 and revoked_at is null and expires_at > $3 returning public_id",
        tx.tenant,
        id.0,
        now
    );
    Ok(revoked.fetch_optional(&mut *tx.tx).await?)
}

/// The keys of the tenant: those that work first, each group the newest first; at most 100.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(tx: &mut TenantTx, now: DateTime<Utc>) -> Result<Vec<KeyRow>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select k.id, k.public_id, k.name, k.scopes, u.name as "made_by!", k.created_at, k.expires_at, k.revoked_at,
                  k.replaced_by, k.last_used_at
           from api_key k join user_account u on u.user_id = k.created_by
           where k.tenant_id = $1
           order by k.revoked_at is null and k.expires_at > $2 desc, k.created_at desc, k.id desc
           limit $3"#,
        tx.tenant,
        now,
        LIST_MAX
    );
    rows.fetch_all(&mut *tx.tx).await?.into_iter().map(KeyRow::try_from).collect()
}

/// One key of the tenant.
///
/// # Errors
/// When the database cannot be read.
pub async fn show(tx: &mut TenantTx, id: KeyId) -> Result<Option<KeyRow>> {
    let row = sqlx::query_as!(
        Row,
        r#"select k.id, k.public_id, k.name, k.scopes, u.name as "made_by!", k.created_at, k.expires_at, k.revoked_at,
                  k.replaced_by, k.last_used_at
           from api_key k join user_account u on u.user_id = k.created_by
           where k.tenant_id = $1 and k.id = $2"#,
        tx.tenant,
        id.0
    );
    row.fetch_optional(&mut *tx.tx).await?.map(KeyRow::try_from).transpose()
}
