//! How checks of operators went, minute by minute: counted by the workers, read by everybody. One minute is counted once, by whichever
//! worker comes first; the database decides. Never says for whom anything was asked.

use crate::{Reading, Result, Store, word};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{operator::Operator, status::Condition};

/// What a worker saw of an operator.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// Which operator.
    pub operator: Operator,
    /// How its checks go.
    pub condition: Condition,
    /// Its last good check, as the slowest plan may know of it.
    pub checked_at: Option<DateTime<Utc>>,
    /// When.
    pub now: DateTime<Utc>,
}

/// How checks of an operator go now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Present {
    /// Which operator.
    pub operator: Operator,
    /// How its checks went in the last minute that was counted.
    pub condition: Condition,
    /// Which minute that was. Some minutes ago: nobody looks, and what is said here is old.
    pub counted_at: DateTime<Utc>,
    /// Its last good check, as the slowest plan may know of it.
    pub checked_at: Option<DateTime<Utc>>,
}

/// The minutes of one day of UTC. What is missing to 1,440, nobody looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperatorDay {
    /// Of which operator.
    pub operator: Operator,
    /// Which day.
    pub day: NaiveDate,
    /// Minutes in which all was answered.
    pub good_min: u16,
    /// Minutes in which part of it was not.
    pub degraded_min: u16,
    /// Minutes in which we rested.
    pub paused_min: u16,
    /// Minutes in which we did not ask.
    pub off_min: u16,
}

/// A stretch that was not good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Incident {
    /// Which.
    pub id: i64,
    /// Of which operator.
    pub operator: Operator,
    /// The worst of it.
    pub what: Condition,
    /// Its first minute.
    pub began_at: DateTime<Utc>,
    /// The first good minute after it; `None` while it lasts.
    pub ended_at: Option<DateTime<Utc>>,
}

impl Store {
    /// Counts the minute and what it adds to the present incident. Returns whether this call did: nobody counted the minute before.
    /// A worker that comes a little late counts what passed since the last, three minutes at most.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn count_minute(&self, seen: &Seen) -> Result<bool> {
        let counted = sqlx::query_file_scalar!(
            "src/status/count_minute.sql",
            seen.operator.as_str(),
            seen.condition.as_str(),
            seen.now,
            seen.checked_at
        );
        Ok(counted.fetch_one(&self.pool).await?)
    }

    /// Forgets days whose last minute was counted before then; returns how many.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn prune_days(&self, before: DateTime<Utc>, limit: i64) -> Result<u64> {
        let done = sqlx::query!(
            "delete from operator_day where (operator_id, day) in (
               select operator_id, day from operator_day where counted_at < $1 limit $2)",
            before,
            limit
        );
        Ok(done.execute(&self.pool).await?.rows_affected())
    }

    /// Forgets incidents that ended before then; returns how many.
    ///
    /// # Errors
    /// When the database refuses.
    pub(crate) async fn prune_incidents(&self, before: DateTime<Utc>, limit: i64) -> Result<u64> {
        let done = sqlx::query!(
            "delete from operator_incident where id in (
               select id from operator_incident where ended_at < $1 limit $2)",
            before,
            limit
        );
        Ok(done.execute(&self.pool).await?.rows_affected())
    }
}

/// How checks of each operator go now. One of which nothing was ever counted is absent.
///
/// # Errors
/// When the database cannot be read.
pub async fn present(reading: impl Into<Reading<'_>>) -> Result<Vec<Present>> {
    let rows = sqlx::query!(
        "select o.id, last.condition, last.counted_at, last.checked_at
         from operator o cross join lateral (
           select condition, counted_at, checked_at from operator_day d
           where d.operator_id = o.id order by d.day desc limit 1) last
         order by o.id"
    )
    .fetch_all(reading.into().connection())
    .await?;
    let known = rows.into_iter().filter_map(|row| {
        // A newer version's operator, or its word for a condition, is that version's to serve.
        let (operator, condition) = (word(&row.id).ok()?, word(&row.condition).ok()?);
        Some(Present { operator, condition, counted_at: row.counted_at, checked_at: row.checked_at })
    });
    Ok(known.collect())
}

/// The days from one to another, both included, of all operators, each operator's in their order. A day without a row: nobody looked.
///
/// # Errors
/// When the database cannot be read.
pub async fn days(reading: impl Into<Reading<'_>>, from: NaiveDate, to: NaiveDate) -> Result<Vec<OperatorDay>> {
    let rows = sqlx::query!(
        "select operator_id, day, good_min, degraded_min, paused_min, off_min from operator_day
         where day between $1 and $2 order by operator_id, day limit 10000",
        from,
        to
    )
    .fetch_all(reading.into().connection())
    .await?;
    let known = rows.into_iter().filter_map(|row| {
        Some(OperatorDay {
            operator: word(&row.operator_id).ok()?,
            day: row.day,
            good_min: row.good_min.unsigned_abs(),
            degraded_min: row.degraded_min.unsigned_abs(),
            paused_min: row.paused_min.unsigned_abs(),
            off_min: row.off_min.unsigned_abs(),
        })
    });
    Ok(known.collect())
}

/// The incidents that lasted into the time since then, the newest first, at most 100. Those of less than five minutes are left out:
/// they were waited out.
///
/// # Errors
/// When the database cannot be read.
pub async fn incidents(
    reading: impl Into<Reading<'_>>,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Vec<Incident>> {
    let rows = sqlx::query!(
        r#"select id, operator_id, what, began_at, ended_at from operator_incident
           where coalesce(ended_at, $2) >= $1 and coalesce(ended_at, $2) - began_at >= interval '5 minutes'
           order by began_at desc, id desc limit 100"#,
        since,
        now
    )
    .fetch_all(reading.into().connection())
    .await?;
    let known = rows.into_iter().filter_map(|row| {
        let (operator, what) = (word(&row.operator_id).ok()?, word(&row.what).ok()?);
        Some(Incident { id: row.id, operator, what, began_at: row.began_at, ended_at: row.ended_at })
    });
    Ok(known.collect())
}
