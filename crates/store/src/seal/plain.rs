//! What an older version left as text: sealed row by row, right after the migration that made room for it and before any
//! program of this version starts. Promises that it may be cut off at any moment and run again, and that nothing is
//! left as text when it has ended. Never runs as a runtime role: the owner lifts forced row security for each batch, inside
//! the batch's transaction.

use super::{Report, SealError, Sealer, Work};
use crate::Result;
use domain::{
    id::{ChannelId, TenantId, UserId},
    seal::{Index, Place},
};
use sqlx::{Connection, postgres::PgConnection};
use uuid::Uuid;

/// Rows of one transaction.
const BATCH: i64 = 1_000;

/// Seals all that is left as text, and has the database check that nothing is.
///
/// # Errors
/// When the server refuses, or the key is one that everybody knows; what was sealed until then stays sealed.
pub(super) async fn seal(connection: &mut PgConnection, sealer: &Sealer, report: Report<'_>) -> Result<()> {
    let is_done = sqlx::query_scalar!(
        r#"select bool_and(convalidated) as "is_done!" from pg_constraint
           where connamespace = 'app'::regnamespace and conname in ('email_is_sealed', 'address_is_sealed')"#
    );
    if is_done.fetch_one(&mut *connection).await? {
        return Ok(());
    }
    let of = left(connection).await?;
    if of > 0 && sealer.keys()?.ring.is_published() && !is_for_development(connection).await? {
        return Err(SealError::Published.into());
    }
    let mut done = 0;
    loop {
        let sealed = people(connection, sealer).await? + channels(connection, sealer).await?;
        if sealed == 0 {
            break;
        }
        done += sealed;
        report(Work { what: "Sealing addresses", done, of });
    }
    sqlx::query!("alter table user_account validate constraint email_is_sealed").execute(&mut *connection).await?;
    sqlx::query!("alter table channel validate constraint address_is_sealed").execute(&mut *connection).await?;
    Ok(())
}

async fn is_for_development(connection: &mut PgConnection) -> Result<bool> {
    let environment = sqlx::query_scalar!("select environment from deployment").fetch_one(connection).await?;
    Ok(environment == "development")
}

/// How many rows are left.
async fn left(connection: &mut PgConnection) -> Result<u64> {
    let mut tx = connection.begin().await?;
    sqlx::query!("alter table user_account no force row level security").execute(&mut *tx).await?;
    sqlx::query!("alter table channel no force row level security").execute(&mut *tx).await?;
    let count = sqlx::query_scalar!(
        r#"select (select count(*) from user_account where email_plain is not null)
                + (select count(*) from channel where address_plain is not null) as "count!""#
    );
    // Dropped, it rolls back: row security was never lifted for anybody else.
    Ok(count.fetch_one(&mut *tx).await?.unsigned_abs())
}

async fn people(connection: &mut PgConnection, sealer: &Sealer) -> Result<u64> {
    let mut tx = connection.begin().await?;
    sqlx::query!("alter table user_account no force row level security").execute(&mut *tx).await?;
    let rows = sqlx::query!(
        r#"select user_id, email_plain as "plain!" from user_account where email_plain is not null limit $1"#,
        BATCH
    )
    .fetch_all(&mut *tx)
    .await?;
    let (mut ids, mut sealed): (Vec<Uuid>, Vec<Vec<u8>>) = Default::default();
    for row in &rows {
        ids.push(row.user_id);
        sealed.push(sealer.seal(&Place::UserEmail(UserId(row.user_id)), &row.plain)?);
    }
    sqlx::query!(
        "update user_account u set email = n.sealed, email_plain = null
         from unnest($1::uuid[], $2::bytea[]) as n(id, sealed) where u.user_id = n.id",
        &ids,
        &sealed
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("alter table user_account force row level security").execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(rows.len() as u64)
}

async fn channels(connection: &mut PgConnection, sealer: &Sealer) -> Result<u64> {
    let mut tx = connection.begin().await?;
    sqlx::query!("alter table channel no force row level security").execute(&mut *tx).await?;
    let rows = sqlx::query!(
        r#"select tenant_id, id, address_plain as "plain!" from channel where address_plain is not null limit $1"#,
        BATCH
    )
    .fetch_all(&mut *tx)
    .await?;
    let (mut tenants, mut ids): (Vec<Uuid>, Vec<Uuid>) = Default::default();
    let (mut sealed, mut indexes): (Vec<Vec<u8>>, Vec<Vec<u8>>) = Default::default();
    for row in &rows {
        let tenant = TenantId(row.tenant_id);
        tenants.push(row.tenant_id);
        ids.push(row.id);
        sealed.push(sealer.seal(&Place::ChannelAddress(tenant, ChannelId(row.id)), &row.plain)?);
        indexes.push(sealer.index(Index::ChannelAddress(tenant), &row.plain)?);
    }
    sqlx::query!(
        "update channel c set address = n.sealed, address_index = n.index, address_plain = null
         from unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::bytea[]) as n(tenant_id, id, sealed, index)
         where c.tenant_id = n.tenant_id and c.id = n.id",
        &tenants,
        &ids,
        &sealed,
        &indexes
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!("alter table channel force row level security").execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(rows.len() as u64)
}
