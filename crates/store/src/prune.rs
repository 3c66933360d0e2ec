//! Forgetting: history past its keep, sailings long gone. Bounded steps, so that no statement holds
//! locks for long; nothing that an open alert or a running watch refers to is touched.

use crate::{Result, Store};
use chrono::{DateTime, Utc};

impl Store {
    /// Deletes changes recorded before `before` that are fanned out, at most `limit`; returns how many.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn prune_changes(&self, before: DateTime<Utc>, limit: i64) -> Result<u64> {
        let done = sqlx::query!(
            "delete from change where id in (
               select id from change where recorded_at < $1 and fanned_out_at is not null order by id limit $2)",
            before,
            limit
        )
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected())
    }

    /// Deletes facts of sailings that left before `before`, at most `limit`; returns how many.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn prune_facts(&self, before: DateTime<Utc>, limit: i64) -> Result<u64> {
        let done = sqlx::query!(
            "delete from fact f using (
               select f.target_id, f.sailing_id from fact f join sailing s on s.id = f.sailing_id
               where s.departs_at < $1 limit $2) old
             where f.target_id = old.target_id and f.sailing_id = old.sailing_id",
            before,
            limit
        )
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected())
    }

    /// Deletes held answers that were decided before `before`, at most `limit`; returns how many.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn prune_held(&self, before: DateTime<Utc>, limit: i64) -> Result<u64> {
        let done = sqlx::query!(
            "delete from held_batch where id in (
               select id from held_batch where decided_at < $1 order by id limit $2)",
            before,
            limit
        )
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected())
    }

    /// Forgets the answers of POSTs before `before`, at most `limit`; returns how many.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn prune_idempotency(&self, before: DateTime<Utc>, limit: i32) -> Result<u64> {
        let forgotten = sqlx::query_scalar!(r#"select forget_idempotency($1, $2) as "forgotten!""#, before, limit)
            .fetch_one(&self.pool)
            .await?;
        Ok(forgotten.unsigned_abs())
    }

    /// Forgets invitations made before `before`, at most `limit`, with their letters; returns how many.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn prune_invitations(&self, before: DateTime<Utc>, limit: i32) -> Result<u64> {
        let forgotten = sqlx::query_scalar!(r#"select forget_invitations($1, $2) as "forgotten!""#, before, limit)
            .fetch_one(&self.pool)
            .await?;
        Ok(forgotten.unsigned_abs())
    }
}
