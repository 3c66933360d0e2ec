//! Answers that are not believed: kept for a person to look at, one row a target, until a plausible answer or an
//! administrator decides. Holding changes nothing that is known and never releases by itself.

use crate::{Result, Store, audit::By, target::TargetRow};
use chrono::{DateTime, Utc};
use domain::{facts::Sighting, id::TargetId, plausible::Suspicion};
use serde_json::{Value, json};

/// Sightings of an answer that are kept for looking at; the digest is of all.
const SIGHTINGS_KEPT: usize = 500;
/// Rows listed at most, newest first.
const LISTED: i64 = 200;
/// Who decides where a plausible answer does.
const CHECKER: &str = "checker";

/// An answer that is not believed.
#[derive(Clone, Copy, Debug)]
pub struct Held<'a> {
    /// When the poll started.
    pub polled_at: DateTime<Utc>,
    /// Why it is not believed.
    pub suspicion: Suspicion,
    /// Of the whole answer.
    pub digest: [u8; 32],
    /// What it says.
    pub answer: &'a [Sighting],
}

/// A row for an administrator.
#[derive(Clone, Debug)]
pub struct HeldRow {
    /// Which.
    pub id: i64,
    /// Whose answer.
    pub operator: String,
    /// To what question.
    pub question: Value,
    /// Since when.
    pub first_seen_at: DateTime<Utc>,
    /// Seen last.
    pub seen_at: DateTime<Utc>,
    /// How often in all.
    pub times: u32,
    /// Why, in one word.
    pub doubt: String,
    /// How many turned over.
    pub turned: u32,
    /// Of how many.
    pub told: u32,
    /// `held`, `released` or `dismissed`.
    pub state: String,
}

/// What an administrator decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The answer is true: the next poll that gives it again is recorded.
    Release,
    /// It is not: it stays without effect, and its repeats are not reported again.
    Dismiss,
}

impl Decision {
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Decision::Release => ("released", "held.release"),
            Decision::Dismiss => ("dismissed", "held.dismiss"),
        }
    }
}

impl Store {
    /// Holds an answer: the poll is neither good nor recorded. True if it is the first of its target that waits for a
    /// decision; repeats renew that row, and repeats of what an administrator dismissed are only counted.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn hold(&self, target: &TargetRow, held: &Held<'_>) -> Result<bool> {
        let kept = &held.answer[..held.answer.len().min(SIGHTINGS_KEPT)];
        let is_new = sqlx::query_scalar!(
            r#"with polled as (
                 update target set last_polled_at = $3, not_before = null, failures_in_row = failures_in_row + 1,
                                   failing_since = coalesce(failing_since, $3), last_error = 'held for review: ' || $4
                 where id = $1),
               dismissed as (
                 update held_batch set seen_at = $3, times = times + 1
                 where target_id = $1 and digest = $7 and state = 'dismissed' and decided_by <> $9
                 returning 1)
               insert into held_batch (target_id, operator_id, first_seen_at, seen_at, doubt, turned, told, digest, answer)
               select $1, $2, $3, $3, $4, $5, $6, $7, $8 where not exists (select from dismissed)
               on conflict (target_id) where state = 'held' do update
                 set seen_at = excluded.seen_at, times = held_batch.times + 1, doubt = excluded.doubt,
                     turned = excluded.turned, told = excluded.told, digest = excluded.digest, answer = excluded.answer
               returning times = 1 as "is_new!""#,
            target.id.0,
            target.operator.as_str(),
            held.polled_at,
            held.suspicion.doubt.as_str(),
            i32::try_from(held.suspicion.turned).unwrap_or(i32::MAX),
            i32::try_from(held.suspicion.told).unwrap_or(i32::MAX),
            &held.digest[..],
            json!(kept),
            CHECKER
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(is_new == Some(true))
    }

    /// How many other targets of the operator turned over since `since`, and how many are wanted: both counted only as
    /// far as it takes to tell a crowd.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn turned_over(&self, target: &TargetRow, since: DateTime<Utc>) -> Result<(u32, u32)> {
        let row = sqlx::query!(
            r#"with turned as materialized (
                 select count(*) as count from target where operator_id = $1 and turned_at > $2 and id <> $3)
               select turned.count as "turned!",
                      (select count(*) from (
                         select from target where operator_id = $1 and plan is not null
                         limit (select 2 * count + 2 from turned)) enough) as "wanted!"
               from turned"#,
            target.operator.as_str(),
            since,
            target.id.0
        )
        .fetch_one(&self.pool)
        .await?;
        let count = |rows: i64| u32::try_from(rows).unwrap_or(u32::MAX);
        Ok((count(row.turned), count(row.wanted)))
    }

    /// Whether an administrator released this very answer of a target and it was not recorded since.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn is_released(&self, target: TargetId, digest: &[u8; 32]) -> Result<bool> {
        Ok(sqlx::query_scalar!(
            r#"select exists (select from held_batch where target_id = $1 and digest = $2 and state = 'released'
                                and passed_at is null) as "released!""#,
            target.0,
            &digest[..]
        )
        .fetch_one(&self.pool)
        .await?)
    }

    /// Settles what is held of a target once an answer of it was believed: what waits is dismissed, what was released is
    /// used up.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn settle_held(&self, target: TargetId, now: DateTime<Utc>) -> Result<()> {
        sqlx::query!(
            "with used as (update held_batch set passed_at = $2 where target_id = $1 and state = 'released' and passed_at is null)
             update held_batch set state = 'dismissed', decided_at = $2, decided_by = $3 where target_id = $1 and state = 'held'",
            target.0,
            now,
            CHECKER
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// What is held, newest first. For role `ferry_admin`.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn held(&self) -> Result<Vec<HeldRow>> {
        let rows = sqlx::query!(
            "select h.id, h.operator_id, t.question, h.first_seen_at, h.seen_at, h.times, h.doubt, h.turned, h.told, h.state
             from held_batch h join target t on t.id = h.target_id
             order by (h.state = 'held') desc, h.id desc limit $1",
            LISTED
        )
        .fetch_all(&self.pool)
        .await?;
        let row = rows.into_iter().map(|row| HeldRow {
            id: row.id,
            operator: row.operator_id,
            question: row.question,
            first_seen_at: row.first_seen_at,
            seen_at: row.seen_at,
            times: row.times.unsigned_abs(),
            doubt: row.doubt,
            turned: row.turned.unsigned_abs(),
            told: row.told.unsigned_abs(),
            state: row.state,
        });
        Ok(row.collect())
    }

    /// Decides on a held answer and writes it into the platform's audit, in one statement. False if it does not wait for
    /// a decision. For role `ferry_admin`.
    ///
    /// # Errors
    /// When the database refuses; then nothing is decided.
    pub async fn decide_held(&self, id: i64, decision: Decision, by: &By<'_>) -> Result<bool> {
        let (state, action) = decision.words();
        let written = sqlx::query!(
            "with decided as (
               update held_batch set state = $2, decided_at = $3, decided_by = $4 where id = $1 and state = 'held'
               returning id, target_id, operator_id, doubt, turned, told)
             insert into platform_audit (at, actor, action, subject, request_id, detail)
             select $3, $4, $5, 'held_batch:' || id, $6,
                    jsonb_build_object('target', target_id, 'operator', operator_id, 'doubt', doubt, 'turned', turned, 'told', told)
             from decided",
            id,
            state,
            by.at,
            by.actor,
            action,
            by.request_id
        )
        .execute(&self.pool)
        .await?;
        Ok(written.rows_affected() > 0)
    }
}
