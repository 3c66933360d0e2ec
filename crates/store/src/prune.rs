//! Forgetting: history past its keep, sailings long gone. Bounded steps, so that no statement holds
//! locks for long; nothing that an open alert or a running watch refers to is touched.

use crate::{Result, Store, privacy::Ended};
use chrono::{DateTime, Utc};

/// Tenants emptied by one statement: each takes all it has with it.
const TENANTS: i32 = 50;

impl Store {
    /// Forgets what ended before an instant, at most so many rows; returns how many.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn forget(&self, ended: Ended, before: DateTime<Utc>, limit: i32) -> Result<u64> {
        match ended {
            Ended::Change => return self.prune_changes(before, i64::from(limit)).await,
            Ended::Sailing => return self.prune_facts(before, i64::from(limit)).await,
            Ended::Held => return self.prune_held(before, i64::from(limit)).await,
            Ended::Bucket => return self.prune_buckets(before, i64::from(limit)).await,
            Ended::Day => return self.prune_days(before, i64::from(limit)).await,
            Ended::Incident => return self.prune_incidents(before, i64::from(limit)).await,
            _ => {}
        }
        let forgotten = sqlx::query_scalar!(
            "select case $3
               when 'session' then forget_sessions($1, $2)
               when 'attempt' then forget_login_attempts($1, $2)
               when 'key' then forget_keys($1, $2)
               when 'delivery' then forget_deliveries($1, $2)
               when 'outage' then forget_outages($1, $2)
               when 'alert' then forget_alerts($1, $2)
               when 'invitation' then forget_invitations($1, $2)
               when 'letter' then forget_letters($1, $2)
               when 'tenant' then empty_closed_tenants($1, least($2, $4))
               when 'answer' then forget_idempotency($1, $2)
             end",
            before,
            limit,
            ended.word(),
            TENANTS
        );
        let forgotten = forgotten.fetch_one(&self.pool).await?.expect("BUG: each word has its function");
        Ok(forgotten.unsigned_abs())
    }

    /// Deletes changes recorded before `before` that are fanned out, at most `limit`; returns how many.
    ///
    /// # Errors
    /// When the database refuses.
    async fn prune_changes(&self, before: DateTime<Utc>, limit: i64) -> Result<u64> {
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
    async fn prune_facts(&self, before: DateTime<Utc>, limit: i64) -> Result<u64> {
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
    async fn prune_held(&self, before: DateTime<Utc>, limit: i64) -> Result<u64> {
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
}
