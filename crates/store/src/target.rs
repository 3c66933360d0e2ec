//! Targets: asked for by watches, polled by workers. An unchanged poll costs a share of one batched
//! statement; a changed one commits by compare-and-set on the version, so that a stalled or second
//! worker commits nothing.

use crate::{Result, Store, TenantTx, document, word};
use chrono::{DateTime, Utc};
use domain::{
    cadence::{Pace, Releases, TargetState, TimeScale},
    change::Change,
    code::{RouteCode, SailingKey},
    facts::Facts,
    id::TargetId,
    operator::{Operator, Question},
    plan::Plan,
};
use std::collections::{BTreeMap, HashMap};

/// A target as a worker polls it: its row and its operator's present limits, read together.
#[derive(Clone, Debug)]
pub struct TargetRow {
    /// Which target.
    pub id: TargetId,
    /// Whom it asks.
    pub operator: Operator,
    /// What it asks.
    pub question: Question,
    /// Moves with every recorded change.
    pub version: i64,
    /// Of the last answer; none before the first.
    pub digest: Option<[u8; 32]>,
    /// What `domain::cadence::due` needs.
    pub state: TargetState,
    /// Start of the last good poll.
    pub last_good_at: Option<DateTime<Utc>>,
    /// Failed polls in a row.
    pub failures_in_row: u32,
    /// The operator's pace.
    pub pace: Pace,
    /// Whether the operator may be asked at all.
    pub polled: bool,
    /// The operator's failed polls in a row.
    pub operator_failures: u32,
    /// Until when the operator's breaker is open.
    pub open_until: Option<DateTime<Utc>>,
}

/// What a good poll found.
#[derive(Clone, Debug)]
pub struct Found {
    /// When the poll started.
    pub polled_at: DateTime<Utc>,
    /// Of the whole answer.
    pub digest: [u8; 32],
    /// What differs from what was known.
    pub changes: Vec<Change>,
    /// From when each plan may know.
    pub releases: Releases,
    /// Whether the target counts as turned over: see `domain::plausible`.
    pub turns_over: bool,
    /// When it is recorded.
    pub recorded_at: DateTime<Utc>,
}

/// A question in the form under which its target exists once.
pub(crate) fn question(question: &Question) -> serde_json::Value {
    serde_json::to_value(question).expect("BUG: a question is plain JSON")
}

/// Makes the targets of these questions where there are none yet. In one order for everybody, so that two who ask
/// the same for the first time do not wait for each other.
pub(crate) async fn ensure(
    tx: &mut TenantTx,
    operator: Operator,
    questions: &[serde_json::Value],
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "insert into target (operator_id, question, created_at)
         select $1, asked.question, $3 from (select distinct unnest($2::jsonb[]) as question) as asked order by asked.question
         on conflict do nothing",
        operator.as_str(),
        questions,
        now
    )
    .execute(&mut *tx.tx)
    .await?;
    Ok(())
}

impl Store {
    /// The targets with these ids, with their operators' limits; one select for a whole claimed batch. What
    /// this version cannot read is left out.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn targets(&self, ids: &[i64], scale: TimeScale) -> Result<HashMap<i64, TargetRow>> {
        let rows = sqlx::query!(
            r#"select t.id, t.operator_id, t.question, t.plan, t.version, t.digest,
                      t.last_polled_at, t.last_good_at, t.not_before, t.failures_in_row, t.created_at,
                      o.enabled and o.killed_at is null and o.lacks_setting is null as "polled!", o.floor_s, o.stretch_s,
                      o.failures_in_row as operator_failures, o.open_until
               from target t join operator o on o.id = t.operator_id
               where t.id = any($1)"#,
            ids
        )
        .fetch_all(&self.pool)
        .await?;
        let read = rows.into_iter().filter_map(|row| {
            let id = TargetId(row.id);
            let read = || -> Result<TargetRow> {
                Ok(TargetRow {
                    id,
                    operator: word(&row.operator_id)?,
                    question: document(row.question)?,
                    version: row.version,
                    digest: row.digest.and_then(|bytes| bytes.try_into().ok()),
                    state: TargetState {
                        id,
                        plan: row.plan.as_deref().map(word::<Plan>).transpose()?,
                        last_polled_at: row.last_polled_at,
                        not_before: row.not_before,
                        created_at: row.created_at,
                    },
                    last_good_at: row.last_good_at,
                    failures_in_row: row.failures_in_row.unsigned_abs(),
                    pace: Pace { scale, floor_s: row.floor_s.unsigned_abs(), stretch_s: row.stretch_s.unsigned_abs() },
                    polled: row.polled,
                    operator_failures: row.operator_failures.unsigned_abs(),
                    open_until: row.open_until,
                })
            };
            let read = read().inspect_err(
                |error| tracing::error!(target_id = %id, %error, "a target cannot be read and is left out"),
            );
            Some((id.0, read.ok()?))
        });
        Ok(read.collect())
    }

    /// One page of target ids in order, for the rebuild of the schedule.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn target_ids(&self, after: i64, limit: i64) -> Result<Vec<i64>> {
        Ok(sqlx::query_scalar!("select id from target where id > $1 order by id limit $2", after, limit)
            .fetch_all(&self.pool)
            .await?)
    }

    /// Reads from the watches which plan wants each target fastest, and writes it where it differs.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn refresh_demand(&self, ids: &[i64], now: DateTime<Utc>) -> Result<u64> {
        let done = sqlx::query!(
            "with wanted as materialized (select target_id, plan from demand($1, $2)),
                  moved as materialized (
                    select t.id from target t join wanted on wanted.target_id = t.id
                    where t.plan is distinct from wanted.plan order by t.id for no key update of t)
             update target t set plan = wanted.plan from wanted join moved on moved.id = wanted.target_id
             where t.id = wanted.target_id",
            ids,
            now
        )
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected())
    }

    /// Records good polls that changed nothing: one statement for any number of targets. Locks them in the
    /// order in which everybody locks several targets, that of their ids.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_unchanged(&self, ids: &[i64], polled_at: &[DateTime<Utc>]) -> Result<()> {
        sqlx::query!(
            "with locked as materialized (select id from target where id = any($1) order by id for no key update)
             update target t set last_polled_at = g.at, last_good_at = g.at, not_before = null,
                                 failures_in_row = 0, failing_since = null, last_error = null
             from unnest($1::bigint[], $2::timestamptz[]) as g(id, at) join locked using (id)
             where t.id = g.id and (t.last_polled_at is null or t.last_polled_at < g.at)",
            ids,
            polled_at
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Records a failed poll; `error` is a sentence without secrets.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn record_failure(
        &self,
        target: TargetId,
        polled_at: DateTime<Utc>,
        not_before: DateTime<Utc>,
        error: &str,
    ) -> Result<()> {
        sqlx::query!(
            "update target set last_polled_at = $2, not_before = $3, failures_in_row = failures_in_row + 1,
                               failing_since = coalesce(failing_since, $2), last_error = $4
             where id = $1",
            target.0,
            polled_at,
            not_before,
            error
        )
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The last known facts of each sailing of a target. What this version cannot read counts as never seen.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn known_facts(&self, target: TargetId) -> Result<BTreeMap<(RouteCode, SailingKey), Facts>> {
        let rows = sqlx::query!(
            r#"select s.route_code, s.key, f.facts
               from fact f join sailing s on s.id = f.sailing_id where f.target_id = $1"#,
            target.0
        )
        .fetch_all(&self.pool)
        .await?;
        let read = rows.into_iter().filter_map(|row| {
            let read = || -> Result<_> { Ok(((word(&row.route_code)?, word(&row.key)?), document(row.facts)?)) };
            read().inspect_err(|error| tracing::error!(target_id = %target, %error, "known facts cannot be read")).ok()
        });
        Ok(read.collect())
    }

    /// Commits a poll that found something new, if the target is still at the version that was read.
    /// Returns false, with nothing written, if another worker was first.
    ///
    /// # Errors
    /// When the database refuses; then nothing is written.
    #[expect(clippy::disallowed_methods, reason = "a poll's transaction touches no tenant table")]
    pub async fn record_found(&self, target: &TargetRow, found: &Found) -> Result<bool> {
        let mut tx = self.pool.begin().await?;
        let version = sqlx::query_scalar!(
            "update target set version = version + 1, digest = $3, last_polled_at = $4, last_good_at = $4,
                               not_before = null, failures_in_row = 0, failing_since = null, last_error = null,
                               turned_at = case when $5 then $4 else turned_at end
             where id = $1 and version = $2 returning version",
            target.id.0,
            target.version,
            &found.digest[..],
            found.polled_at,
            found.turns_over
        )
        .fetch_optional(&mut *tx)
        .await?;
        let Some(version) = version else { return Ok(false) };
        for chunk in found.changes.chunks(CHANGES_PER_STATEMENT) {
            insert_changes(&mut tx, (target.id, target.operator, version), found, chunk).await?;
        }
        if !found.changes.is_empty() {
            sqlx::query_scalar!("select pg_notify('ferry', 'change')").fetch_one(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(true)
    }
}

const CHANGES_PER_STATEMENT: usize = 500;

async fn insert_changes(
    tx: &mut sqlx::Transaction<'static, sqlx::Postgres>,
    (target, operator, version): (TargetId, Operator, i64),
    found: &Found,
    changes: &[Change],
) -> Result<()> {
    let column = |pick: fn(&Change) -> String| changes.iter().map(pick).collect::<Vec<_>>();
    let before: Vec<Option<serde_json::Value>> =
        changes.iter().map(|change| change.before.as_ref().map(json)).collect();
    let after: Vec<serde_json::Value> = changes.iter().map(|change| json(&change.after)).collect();
    let vessels: Vec<Option<String>> =
        changes.iter().map(|change| change.sailing.vessel.clone().map(String::from)).collect();
    sqlx::query!(
        r#"with seen as (
             select * from unnest($4::text[], $5::text[], $6::timestamp[], $7::timestamptz[], $8::text[], $9::jsonb[], $10::jsonb[])
               as s(route_code, key, departs_local, departs_at, vessel, before, after)),
           placed as (
             insert into sailing (operator_id, route_code, key, departs_local, departs_at, vessel)
             select $3, route_code, key, departs_local, departs_at, vessel from seen
             on conflict (operator_id, route_code, key) do update
               set departs_local = excluded.departs_local, departs_at = excluded.departs_at, vessel = excluded.vessel
             returning id, route_code, key),
           told as (
             insert into fact (target_id, sailing_id, facts, observed_at)
             select $1, placed.id, seen.after, $11 from seen join placed using (route_code, key)
             on conflict (target_id, sailing_id) do update set facts = excluded.facts, observed_at = excluded.observed_at)
           insert into change (target_id, target_version, sailing_id, before, after, polled_at,
                               free_at, plus_at, pro_at, fleet_at, recorded_at)
           select $1, $2, placed.id, seen.before, seen.after, $11, $12, $13, $14, $15, $16
           from seen join placed using (route_code, key)"#,
        target.0,
        version,
        operator.as_str(),
        &column(|change| change.sailing.route.to_string()),
        &column(|change| change.sailing.key.to_string()),
        &changes.iter().map(|change| change.sailing.departs_local).collect::<Vec<_>>(),
        &changes.iter().map(|change| change.sailing.departs_at).collect::<Vec<_>>(),
        &vessels as _,
        &before as _,
        &after,
        found.polled_at,
        found.releases.free,
        found.releases.plus,
        found.releases.pro,
        found.releases.fleet,
        found.recorded_at,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn json(facts: &Facts) -> serde_json::Value {
    serde_json::to_value(facts).expect("BUG: facts are plain JSON")
}
