//! Changes on their way to alerts: claimed one at a time, judged in pages, recorded in batches. Every
//! step may run twice; the unique keys of alerts and deliveries let the second run do nothing.

use crate::{Result, Store, document, sailing, word};
use chrono::{DateTime, NaiveDateTime, Utc};
use domain::{
    cadence::Releases,
    change::AlertKind,
    code::VehicleClass,
    facts::Facts,
    id::{ChangeId, TargetId},
    plan::Plan,
    sailing::Sailing,
    watch::{Criteria, ReturnLeg},
};
use serde_json::Value;
use sqlx::{Postgres, Transaction};
use uuid::Uuid;

/// A change that one worker is fanning out. Dropping it lets another worker take it.
pub struct ChangeClaim {
    tx: Transaction<'static, Postgres>,
    /// Which change.
    pub id: ChangeId,
    /// Of which target.
    pub target: TargetId,
    /// The target's version that it made.
    pub version: i64,
    /// Of which sailing.
    pub sailing: Sailing,
    /// The facts before; none at first sight.
    pub before: Option<Facts>,
    /// The facts after.
    pub after: Facts,
    /// When the poll that saw it started.
    pub polled_at: DateTime<Utc>,
    /// From when each plan may know.
    pub releases: Releases,
}

/// One leg of an evaluated, active watch that asks the changed target.
#[derive(Clone, Debug)]
pub struct WatchOnTarget {
    /// The watch; its tenant stays in the database.
    pub watch: Uuid,
    /// 0 outbound, 1 return.
    pub leg: i16,
    /// The class it reads.
    pub class: VehicleClass,
    /// What it wants.
    pub criteria: Criteria,
    /// Its return leg.
    pub return_leg: Option<ReturnLeg>,
    /// Its tenant's plan now.
    pub plan: Plan,
}

/// A watch whose predicate rose with a change.
#[derive(Clone, Debug)]
pub struct Risen {
    /// The watch.
    pub watch: Uuid,
    /// 0 outbound, 1 return.
    pub leg: i16,
    /// Why it alerts.
    pub kind: AlertKind,
    /// The instant before which its plan may not know; none if it may know now.
    pub held_until: Option<DateTime<Utc>>,
}

/// Where a walk over the watches of a target stands.
pub type Cursor = (Uuid, i16);

/// Before the first watch.
pub const START: Cursor = (Uuid::nil(), -1);

/// One page of a walk over the watches of a target.
#[derive(Clone, Debug)]
pub struct Page {
    /// The watches this version can read.
    pub watches: Vec<WatchOnTarget>,
    /// Where the walk goes on; none at its end.
    pub next: Option<Cursor>,
}

/// What became of the oldest waiting change.
pub enum Claim {
    /// It is this worker's to fan out.
    Change(Box<ChangeClaim>),
    /// It could not be read and was set aside.
    Unreadable,
    /// None waits that no other worker holds.
    None,
}

struct Row {
    id: i64,
    target_id: i64,
    target_version: i64,
    before: Option<Value>,
    after: Value,
    polled_at: DateTime<Utc>,
    free_at: DateTime<Utc>,
    plus_at: DateTime<Utc>,
    pro_at: DateTime<Utc>,
    fleet_at: DateTime<Utc>,
    operator_id: String,
    route_code: String,
    key: String,
    departs_local: NaiveDateTime,
    departs_at: DateTime<Utc>,
    vessel: Option<String>,
    zone: String,
}

impl Store {
    /// Claims the oldest change that waits and that no other worker holds. Changes of one target are
    /// claimed in their order, each only after the one before it is done: a fall that overtook its rise
    /// would leave an alert open for space that is gone. `offset 0` keeps the look at the earlier ones a look at an
    /// index, however many changes wait.
    ///
    /// # Errors
    /// When the database cannot be read.
    #[expect(clippy::disallowed_methods, reason = "the claim of a change touches no tenant table")]
    pub async fn claim_change(&self, now: DateTime<Utc>) -> Result<Claim> {
        let mut tx = self.pool.begin().await?;
        let row = sqlx::query_as!(
            Row,
            r#"select c.id, c.target_id, c.target_version, c.before, c.after, c.polled_at,
                      c.free_at, c.plus_at, c.pro_at, c.fleet_at,
                      s.operator_id, s.route_code, s.key, s.departs_local, s.departs_at, s.vessel, te.zone
               from change c
                 join sailing s on s.id = c.sailing_id
                 join route r on r.operator_id = s.operator_id and r.code = s.route_code
                 join terminal te on te.operator_id = r.operator_id and te.code = r.from_code
               where c.fanned_out_at is null
                 and not exists (select from change earlier
                                 where earlier.target_id = c.target_id and earlier.fanned_out_at is null and earlier.id < c.id
                                 offset 0)
               order by c.id limit 1
               for no key update of c skip locked"#
        )
        .fetch_optional(&mut *tx)
        .await?;
        let Some(row) = row else { return Ok(Claim::None) };
        let id = ChangeId(row.id);
        match ChangeClaim::read(tx, row) {
            Ok(claim) => Ok(Claim::Change(Box::new(claim))),
            Err(error) => {
                tracing::error!(change = %id, %error, "a change cannot be read and is set aside");
                sqlx::query!("update change set fanned_out_at = $2 where id = $1", id.0, now)
                    .execute(&self.pool)
                    .await?;
                Ok(Claim::Unreadable)
            }
        }
    }

    /// The next page of watches that ask the changed target and were not yet held against this version of it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn watches_of(&self, change: &ChangeClaim, after: Cursor, limit: i32) -> Result<Page> {
        let rows = sqlx::query!(
            r#"select watch_id as "watch_id!", leg as "leg!", class as "class!", criteria as "criteria!", return_leg,
                      plan as "plan!"
               from watches_of_target($1, $2, $3, $4, $5)"#,
            change.target.0,
            change.version,
            after.0,
            after.1,
            limit
        )
        .fetch_all(&self.pool)
        .await?;
        let is_full = i32::try_from(rows.len()).is_ok_and(|read| read >= limit);
        let next = rows.last().filter(|_| is_full).map(|row| (row.watch_id, row.leg));
        let read = rows.into_iter().filter_map(|row| {
            let watch = row.watch_id;
            let read = || -> Result<WatchOnTarget> {
                Ok(WatchOnTarget {
                    watch,
                    leg: row.leg,
                    class: word(&row.class)?,
                    criteria: document(row.criteria)?,
                    return_leg: row.return_leg.map(document).transpose()?,
                    plan: word(&row.plan)?,
                })
            };
            read().inspect_err(|error| tracing::error!(%watch, %error, "a watch cannot be read and is left out")).ok()
        });
        Ok(Page { watches: read.collect(), next })
    }

    /// Records one alert for each risen watch, and the deliveries of those that are not held. `from` is how many
    /// of this change rose before these: the rank that decides which lane a delivery takes. Returns how many alerts
    /// and deliveries are new.
    ///
    /// # Errors
    /// When the database refuses; then none is recorded.
    pub async fn record_alerts(
        &self,
        change: ChangeId,
        from: u64,
        risen: &[Risen],
        now: DateTime<Utc>,
    ) -> Result<(u64, u64)> {
        let row = sqlx::query!(
            r#"with recorded as materialized (select * from record_alerts($1, $2, $3, $4, $5, $6, $7))
               select alerts as "alerts!", deliveries as "deliveries!",
                      case when deliveries > 0 then pg_notify('ferry', 'delivery')::text end as notified
               from recorded"#,
            change.0,
            i64::try_from(from).unwrap_or(i64::MAX),
            &risen.iter().map(|one| one.watch).collect::<Vec<_>>(),
            &risen.iter().map(|one| one.leg).collect::<Vec<_>>(),
            &risen.iter().map(|one| one.kind.as_str().to_owned()).collect::<Vec<_>>(),
            &risen.iter().map(|one| one.held_until).collect::<Vec<_>>() as _,
            now
        )
        .fetch_one(&self.pool)
        .await?;
        Ok((row.alerts.unsigned_abs(), row.deliveries.unsigned_abs()))
    }

    /// Closes the open alerts of these watches on the change's sailing.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn close_alerts(&self, change: ChangeId, watches: &[Uuid], now: DateTime<Utc>) -> Result<u64> {
        let closed = sqlx::query_scalar!(r#"select close_alerts($1, $2, $3) as "closed!""#, change.0, watches, now)
            .fetch_one(&self.pool)
            .await?;
        Ok(closed.unsigned_abs())
    }
}

impl ChangeClaim {
    fn read(tx: Transaction<'static, Postgres>, row: Row) -> Result<ChangeClaim> {
        Ok(ChangeClaim {
            tx,
            id: ChangeId(row.id),
            target: TargetId(row.target_id),
            version: row.target_version,
            sailing: sailing::read(
                (&row.operator_id, &row.route_code, &row.key),
                (row.departs_local, &row.zone, row.departs_at),
                row.vessel,
            )?,
            before: row.before.map(document).transpose()?,
            after: document(row.after)?,
            polled_at: row.polled_at,
            releases: Releases { free: row.free_at, plus: row.plus_at, pro: row.pro_at, fleet: row.fleet_at },
        })
    }

    /// Marks the change as fanned out and lets it go.
    ///
    /// # Errors
    /// When the database refuses; then another worker will do the fan-out again.
    pub async fn finish(mut self, now: DateTime<Utc>) -> Result<()> {
        sqlx::query!("update change set fanned_out_at = $2 where id = $1", self.id.0, now)
            .execute(&mut *self.tx)
            .await?;
        Ok(self.tx.commit().await?)
    }
}
