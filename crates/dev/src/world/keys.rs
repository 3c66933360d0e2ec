//! API keys of the seeded people: the same in every run, so that yesterday's script works today. They open a database
//! marked as development and nothing else; in production a key is random and shown once.

use anyhow::Result;
use domain::{key::ApiKey, plan::Plan};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use uuid::Uuid;

/// Somebody's key, for whoever tries the API.
#[derive(Clone, Debug)]
pub struct DevKey {
    /// Whose.
    pub name: &'static str,
    /// What their tenant pays for: below pro a key is good and may do nothing.
    pub plan: Plan,
    /// The key.
    pub key: ApiKey,
}

/// The key of whoever has this address.
pub(super) fn of(email: &str) -> ApiKey {
    let digest = |what: &str| <[u8; 32]>::from(Sha256::digest(format!("{what} of {email}")));
    let id = digest("id");
    ApiKey::mint(*id.first_chunk().expect("BUG: a digest has 32 bytes"), digest("secret"))
}

/// Writes the key, or makes it good again for a quarter of a year.
pub(super) async fn write(connection: &mut PgConnection, tenant: Uuid, user: Uuid, key: &ApiKey) -> Result<()> {
    sqlx::query(
        "insert into api_key (tenant_id, id, public_id, secret_hash, scopes, created_by, expires_at)
         values ($1, gen_random_uuid(), $2, $3, '{read,write}', $4, now() + interval '90 days')
         on conflict (public_id) do update set created_at = now(), expires_at = excluded.expires_at, revoked_at = null",
    )
    .bind(tenant)
    .bind(key.public_id())
    .bind(key.secret_hash())
    .bind(user)
    .execute(connection)
    .await?;
    Ok(())
}
