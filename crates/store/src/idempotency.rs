//! POSTs that may be repeated. The answer is kept in the transaction of the act, so that it is there exactly if the act
//! happened; while one request acts, another with the same key is turned away rather than made to wait.

use crate::{Result, TenantTx, lock::Lock};
use chrono::{DateTime, TimeDelta, Utc};

/// How long an answer is kept.
pub const KEPT: TimeDelta = TimeDelta::hours(24);

/// A request that may come again.
#[derive(Clone, Debug)]
pub struct Repeatable<'a> {
    /// Method and path, its ids included.
    pub route: &'a str,
    /// What the client calls the request.
    pub key: &'a str,
    /// SHA-256 over who asks and what.
    pub request_hash: [u8; 32],
}

/// What is known of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// Nothing: it is this transaction's to do.
    New,
    /// It was done; this was answered.
    Answered(u16, String),
    /// The key was used for another request.
    Other,
    /// Another transaction is doing it now.
    InFlight,
}

/// Looks a request up and, where it is new, keeps others with the same key out until the transaction ends.
///
/// # Errors
/// When the database cannot be read.
pub async fn look_up(tx: &mut TenantTx, request: &Repeatable<'_>, now: DateTime<Utc>) -> Result<Known> {
    if !Lock::Repeat(tx.tenant(), request.route, request.key).try_hold(tx).await? {
        return Ok(Known::InFlight);
    }
    sqlx::query!(
        "delete from idempotency where route = $1 and key = $2 and created_at < $3",
        request.route,
        request.key,
        now - KEPT
    )
    .execute(&mut *tx.tx)
    .await?;
    let row = sqlx::query!(
        "select request_hash, status, response from idempotency where route = $1 and key = $2",
        request.route,
        request.key
    )
    .fetch_optional(&mut *tx.tx)
    .await?;
    Ok(match row {
        None => Known::New,
        Some(row) if row.request_hash != request.request_hash => Known::Other,
        Some(row) => Known::Answered(row.status.unsigned_abs(), row.response),
    })
}

/// Keeps the answer to a request that was [`Known::New`].
///
/// # Errors
/// When the database refuses; then nothing of the transaction may be committed.
pub async fn keep(
    tx: &mut TenantTx,
    request: &Repeatable<'_>,
    (status, response): (u16, &str),
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into idempotency (tenant_id, route, key, request_hash, status, response, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        tx.tenant,
        request.route,
        request.key,
        &request.request_hash[..],
        i16::try_from(status).unwrap_or(i16::MAX),
        response,
        now
    )
    .execute(&mut *tx.tx)
    .await?;
    Ok(())
}
