//! Token buckets that all processes share. Promises that of requests at once no more pass than the bucket held, and that
//! the table tells neither who nor from where: a subject is kept as a keyed hash. Never lets anybody through when the
//! database does not answer.

use crate::{Credentials, LinkKey, Result, Store};
use chrono::{DateTime, Utc};
use domain::allowance::{Allowance, Bucket, Subject};

/// What came of asking for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// There was one; this is the bucket without it.
    Yes(Bucket),
    /// There was none; this is the bucket as it is.
    No(Bucket),
}

impl Credentials {
    /// Takes one of this kind from the subject's bucket.
    ///
    /// # Errors
    /// When the database does not answer: then nobody may.
    pub async fn take(
        &self,
        key: &LinkKey,
        (allowance, subject): (Allowance, Subject),
        now: DateTime<Utc>,
    ) -> Result<Taken> {
        let rate = allowance.rate();
        // The row that is in the way is locked, judged as it then is, and left alone when nothing is left.
        let row = sqlx::query!(
            r#"with taken as (
                 insert into token_bucket as b (kind, subject, full_at) values ($1, $2, $3::timestamptz + $4::float8 * interval '1 s')
                 on conflict (kind, subject) do update set full_at = greatest(b.full_at, $3) + $4 * interval '1 s'
                   where greatest(b.full_at, $3) + $4 * interval '1 s' <= $3 + $5::float8 * interval '1 s'
                 returning full_at)
               select full_at as "full_at!", true as "is_taken!" from taken
               union all
               select full_at, false from token_bucket where kind = $1 and subject = $2 and not exists (select from taken)"#,
            allowance.as_str(),
            &key.name_of_bucket(subject)[..],
            now,
            f64::from(rate.again_after_s),
            f64::from(rate.burst) * f64::from(rate.again_after_s)
        )
        .fetch_optional(&self.store.pool)
        .await?;
        Ok(match row {
            Some(row) if row.is_taken => Taken::Yes(Bucket { rate, full_at: row.full_at }),
            Some(row) => Taken::No(Bucket { rate, full_at: row.full_at }),
            // Others emptied it since this statement began to look.
            None => Taken::No(Bucket { rate, full_at: now + rate.whole() }),
        })
    }
}

impl Store {
    /// Forgets buckets that are full again, at most `limit`; returns how many.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn prune_buckets(&self, now: DateTime<Utc>, limit: i64) -> Result<u64> {
        let done = sqlx::query!(
            "delete from token_bucket where (kind, subject) in (
               select kind, subject from token_bucket where full_at <= $1 order by full_at limit $2)
             and full_at <= $1",
            now,
            limit
        )
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected())
    }
}
