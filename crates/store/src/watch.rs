//! Watches of one tenant: made with their questions and channels, read back, changed. A watch that is
//! new, edited or resumed has `evaluated_at` null on its targets until a worker holds it against what
//! is already known.

use crate::{Result, Store, TenantTx, document, lock::Lock, sailing, target, word};
use chrono::{DateTime, Utc};
use domain::{
    code::VehicleClass,
    facts::Facts,
    id::{ChannelId, SailingId, TargetId, UserId, WatchId},
    operator::{Ask, Operator},
    plan::{Plan, Usage},
    sailing::Sailing,
    watch::{Criteria, ReturnLeg, watched_days},
};
use sqlx::types::Json;
use uuid::Uuid;

mod change;
mod shown;

pub use change::{Aside, annotate, rewrite, set_state, snooze};
pub use shown::{ShownTarget, ShownWatch, find, list, lock_for_change, of_ids, targets, usage};

/// What a watch holds.
#[derive(Clone, Debug)]
pub struct NewWatch<'a> {
    /// Whose it is.
    pub user: UserId,
    /// Of which operator.
    pub operator: Operator,
    /// What is wanted.
    pub criteria: &'a Criteria,
    /// The way back, if wanted.
    pub return_leg: Option<&'a ReturnLeg>,
    /// Currency of its prices, ISO 4217.
    pub currency: &'a str,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
    /// The questions that answer it.
    pub asks: &'a [Ask],
    /// The channels it tells.
    pub channels: &'a [ChannelId],
    /// What its owner notes for themself.
    pub note: &'a str,
    /// Whether an alert asks if it may stop.
    pub stop_when_found: bool,
    /// By which request it is wished for: its alerts will name it.
    pub request_id: Option<Uuid>,
}

/// One question a watch asks.
#[derive(Clone, Debug)]
pub struct WatchTarget {
    /// Which target.
    pub target: TargetId,
    /// 0 outbound, 1 return.
    pub leg: i16,
    /// The class it reads from the answer.
    pub class: VehicleClass,
    /// Whether it was held against what is known.
    pub evaluated: bool,
}

/// A watch as a worker judges it.
#[derive(Clone, Debug)]
pub struct JudgedWatch {
    /// Which watch.
    pub id: WatchId,
    /// Moves with every edit that matters.
    pub version: i32,
    /// When it was made, edited or resumed.
    pub changed_at: DateTime<Utc>,
    /// What is wanted.
    pub criteria: Criteria,
    /// The way back.
    pub return_leg: Option<ReturnLeg>,
    /// The tenant's plan now.
    pub plan: Plan,
    /// Its questions.
    pub targets: Vec<WatchTarget>,
}

/// A sailing as a target tells it.
#[derive(Clone, Debug)]
pub struct KnownSailing {
    /// Its row.
    pub id: SailingId,
    /// Which target told.
    pub target: TargetId,
    /// The sailing.
    pub sailing: Sailing,
    /// Its last known facts.
    pub facts: Facts,
    /// From when the asking plan may know these facts; none if always.
    pub release_at: Option<DateTime<Utc>>,
    /// Start of the target's last good poll.
    pub last_good_at: DateTime<Utc>,
}

/// Inserts a watch with its questions and channels, and wakes the workers when the transaction commits.
///
/// # Errors
/// When the database refuses.
pub async fn insert(tx: &mut TenantTx, watch: &NewWatch<'_>, now: DateTime<Utc>) -> Result<WatchId> {
    let id = sqlx::query_scalar!(
        "insert into watch (tenant_id, user_id, operator_id, criteria, return_leg, currency, expires_at, watched_days,
                            note, stop_when_found, created_at, changed_at, request_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12) returning id",
        tx.tenant,
        watch.user.0,
        watch.operator.as_str(),
        Json(watch.criteria) as _,
        watch.return_leg.map(Json) as _,
        watch.currency,
        watch.expires_at,
        watch.watched_days(),
        watch.note,
        watch.stop_when_found,
        now,
        watch.request_id
    )
    .fetch_one(&mut *tx.tx)
    .await?;
    let id = WatchId(id);
    ask(tx, id, watch, now).await?;
    tell(tx, id, watch.channels).await?;
    Ok(id)
}

impl NewWatch<'_> {
    fn watched_days(&self) -> i32 {
        i32::try_from(watched_days(self.criteria, self.return_leg)).unwrap_or(i32::MAX)
    }
}

/// Asks a watch's questions, and wakes the workers when the transaction commits.
async fn ask(tx: &mut TenantTx, id: WatchId, watch: &NewWatch<'_>, now: DateTime<Utc>) -> Result<()> {
    let questions: Vec<_> = watch.asks.iter().map(|ask| target::question(&ask.question)).collect();
    target::ensure(tx, watch.operator, &questions, now).await?;
    sqlx::query!(
        "insert into watch_target (tenant_id, watch_id, target_id, leg, class, asked_from, asked_until)
         select $1, $2, t.id, asked.leg, asked.class, asked.asked_from, asked.asked_until
         from unnest($4::jsonb[], $5::smallint[], $6::text[], $7::timestamptz[], $8::timestamptz[])
                as asked(question, leg, class, asked_from, asked_until)
           join target t on t.operator_id = $3 and t.question = asked.question
         on conflict do nothing",
        tx.tenant,
        id.0,
        watch.operator.as_str(),
        &questions,
        &watch.asks.iter().map(|ask| ask.leg.number()).collect::<Vec<_>>(),
        &watch.asks.iter().map(|ask| ask.class.to_string()).collect::<Vec<_>>(),
        &watch.asks.iter().map(|ask| ask.from).collect::<Vec<_>>(),
        &watch.asks.iter().map(|ask| ask.until).collect::<Vec<_>>()
    )
    .execute(&mut *tx.tx)
    .await?;
    wake_targets(tx, id).await
}

/// Names the channels that a watch tells.
async fn tell(tx: &mut TenantTx, id: WatchId, channels: &[ChannelId]) -> Result<()> {
    sqlx::query!(
        "insert into watch_channel (tenant_id, watch_id, channel_id) select $1, $2, id from unnest($3::uuid[]) as c(id)
         on conflict do nothing",
        tx.tenant,
        id.0,
        &channels.iter().map(|id| id.0).collect::<Vec<_>>()
    )
    .execute(&mut *tx.tx)
    .await?;
    Ok(())
}

/// Stops a watch for good; its open alerts close as answered. Returns false if it had ended before.
///
/// # Errors
/// When the database refuses.
pub async fn stop(tx: &mut TenantTx, watch: WatchId, now: DateTime<Utc>) -> Result<bool> {
    let stopped = sqlx::query!(
        "update watch set state = 'stopped', snoozed_until = null, changed_at = $2 where id = $1 and state in ('active', 'paused')",
        watch.0,
        now
    )
    .execute(&mut *tx.tx)
    .await?;
    sqlx::query!(
        "update alert set closed_at = $2, closed_reason = 'answered' where watch_id = $1 and closed_at is null",
        watch.0,
        now
    )
    .execute(&mut *tx.tx)
    .await?;
    wake_targets(tx, watch).await?;
    Ok(stopped.rows_affected() > 0)
}

/// How many watches the tenant has running; one that sleeps is not.
///
/// # Errors
/// When the database cannot be read.
pub async fn count_active(tx: &mut TenantTx) -> Result<u64> {
    let count = sqlx::query_scalar!(r#"select count(*) as "count!" from watch where state = 'active'"#)
        .fetch_one(&mut *tx.tx)
        .await?;
    Ok(count.unsigned_abs())
}

/// The tenant's plan and what it uses of it, watches that sleep among it, leaving out one watch that is about to be counted anew. Until the
/// transaction ends nobody else may ask this of the tenant, so that what was admitted stays within the plan.
///
/// # Errors
/// When the database cannot be read.
pub async fn lock_usage(tx: &mut TenantTx, leaving_out: Option<WatchId>) -> Result<(Plan, Usage)> {
    Lock::Usage(tx.tenant()).hold(tx).await?;
    // A statement of its own: it must see what was committed while the lock was waited for.
    let row = sqlx::query!(
        r#"select t.plan, count(w.id) as "watches!", coalesce(sum(w.watched_days), 0) as "days!"
           from tenant t
             left join watch w on w.tenant_id = t.tenant_id and (w.state = 'active' or w.snoozed_until is not null) and w.id is distinct from $1
           group by t.plan"#,
        leaving_out.map(|watch| watch.0)
    )
    .fetch_one(&mut *tx.tx)
    .await?;
    let usage = Usage {
        active_watches: u32::try_from(row.watches).unwrap_or(u32::MAX),
        watched_days: u32::try_from(row.days).unwrap_or(u32::MAX),
    };
    Ok((word(&row.plan)?, usage))
}

/// Locks an active watch's questions, so that its legs are judged by one worker at a time, and reads it.
/// `None` if it has ended.
///
/// # Errors
/// When the database cannot be read.
pub async fn lock(tx: &mut TenantTx, watch: WatchId) -> Result<Option<JudgedWatch>> {
    let targets = sqlx::query!(
        "select target_id, leg, class, evaluated_at from watch_target where watch_id = $1 order by target_id, leg for update",
        watch.0
    )
    .fetch_all(&mut *tx.tx)
    .await?;
    let row = sqlx::query!(
        r#"select w.version, w.changed_at, w.criteria, w.return_leg, t.plan
           from watch w join tenant t using (tenant_id)
           where w.id = $1 and w.state = 'active' and t.suspended_at is null and t.closed_at is null"#,
        watch.0
    )
    .fetch_optional(&mut *tx.tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let targets = targets
        .into_iter()
        .map(|target| {
            Ok(WatchTarget {
                target: TargetId(target.target_id),
                leg: target.leg,
                class: word(&target.class)?,
                evaluated: target.evaluated_at.is_some(),
            })
        })
        .collect::<Result<_>>()?;
    Ok(Some(JudgedWatch {
        id: watch,
        version: row.version,
        changed_at: row.changed_at,
        criteria: document(row.criteria)?,
        return_leg: row.return_leg.map(document).transpose()?,
        plan: word(&row.plan)?,
        targets,
    }))
}

/// Reads what these targets tell, with a share lock on them: a poll that is about to change them
/// commits before this read or after this transaction, never between. Targets whose last good poll
/// started before `fresh_from` tell nothing.
///
/// # Errors
/// When the database cannot be read.
pub async fn known_sailings(
    tx: &mut TenantTx,
    targets: &[i64],
    plan: Plan,
    fresh_from: DateTime<Utc>,
) -> Result<Vec<KnownSailing>> {
    sqlx::query!("select id from target where id = any($1) order by id for share", targets)
        .fetch_all(&mut *tx.tx)
        .await?;
    let rows = sqlx::query!(
        r#"select s.id, f.target_id, s.operator_id, s.route_code, s.key, s.departs_local, s.departs_at, s.vessel, te.zone,
                  f.facts, t.last_good_at as "last_good_at!",
                  (select case $2::text when 'free' then c.free_at when 'plus' then c.plus_at
                                        when 'pro' then c.pro_at else c.fleet_at end
                   from change c where c.target_id = f.target_id and c.sailing_id = f.sailing_id
                   order by c.id desc limit 1) as release_at
           from fact f
             join target t on t.id = f.target_id
             join sailing s on s.id = f.sailing_id
             join route r on r.operator_id = s.operator_id and r.code = s.route_code
             join terminal te on te.operator_id = r.operator_id and te.code = r.from_code
           where f.target_id = any($1) and t.last_good_at >= $3
           order by s.departs_at, s.id"#,
        targets,
        plan.as_str(),
        fresh_from
    )
    .fetch_all(&mut *tx.tx)
    .await?;
    let read = rows.into_iter().filter_map(|row| {
        let read = || -> Result<KnownSailing> {
            Ok(KnownSailing {
                id: SailingId(row.id),
                target: TargetId(row.target_id),
                sailing: sailing::read(
                    (&row.operator_id, &row.route_code, &row.key),
                    (row.departs_local, &row.zone, row.departs_at),
                    row.vessel,
                )?,
                facts: document(row.facts)?,
                release_at: row.release_at,
                last_good_at: row.last_good_at,
            })
        };
        read().inspect_err(|error| tracing::error!(sailing = row.id, %error, "a known sailing cannot be read")).ok()
    });
    Ok(read.collect())
}

/// Marks the questions that were judged, as far as they have answered since `fresh_from`. One that an edit has put in the
/// place of another since the watch was read was not judged, and waits on.
///
/// # Errors
/// When the database refuses.
pub async fn mark_evaluated(
    tx: &mut TenantTx,
    watch: &JudgedWatch,
    fresh_from: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query!(
        "update watch_target wt set evaluated_at = $2, evaluated_version = t.version
         from target t, unnest($4::bigint[], $5::smallint[]) as judged(target_id, leg)
         where wt.watch_id = $1 and wt.target_id = judged.target_id and wt.leg = judged.leg
           and wt.evaluated_at is null and t.id = wt.target_id and t.last_good_at >= $3",
        watch.id.0,
        now,
        fresh_from,
        &watch.targets.iter().map(|asked| asked.target.0).collect::<Vec<_>>(),
        &watch.targets.iter().map(|asked| asked.leg).collect::<Vec<_>>()
    )
    .execute(&mut *tx.tx)
    .await?;
    Ok(())
}

async fn wake_targets(tx: &mut TenantTx, watch: WatchId) -> Result<()> {
    sqlx::query_scalar!(
        "select pg_notify('ferry', 'target:' || target_id) from (select distinct target_id from watch_target where watch_id = $1) as asked",
        watch.0
    )
    .fetch_all(&mut *tx.tx)
    .await?;
    Ok(())
}

impl Store {
    /// Watches whose targets have answered but which were not yet held against the answers.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn unevaluated_watches(&self, limit: i32) -> Result<Vec<crate::Claimed<WatchId>>> {
        let rows = sqlx::query!(
            r#"select distinct tenant_id as "tenant_id!", watch_id as "watch_id!" from unevaluated_watches($1, $2)"#,
            limit,
            &Plan::ALL
                .iter()
                .map(|plan| i32::try_from(plan.limits().interval_s).unwrap_or(i32::MAX))
                .collect::<Vec<_>>()
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(|row| crate::Claimed::new(row.tenant_id, WatchId(row.watch_id))).collect())
    }
}
