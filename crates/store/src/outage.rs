//! Outages: opened and closed in pages over the watches of an operator, told once each way. Tenants come from rows only.
//! The second notice goes to those who got the first.

use crate::{
    Result, Store, TenantTx, check,
    delivery::{Due, or_given_up},
    word,
};
use chrono::{DateTime, Utc};
use domain::{
    cadence::{Pace, TimeScale, interval},
    delivery::{ChannelKind, Permission},
    id::{ChannelId, DeliveryId},
    operator::Operator,
    outage::{Cause, FirstNotice, HOLD_S, IN_A_ROW, NoticeFacts},
    plan::Plan,
};
use uuid::Uuid;

/// One look at an operator.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Which operator.
    pub operator: Operator,
    /// Why its checks are missed now.
    pub cause: Cause,
    /// Its pace.
    pub pace: Pace,
    /// When.
    pub now: DateTime<Utc>,
}

impl Look {
    /// The plans' intervals at this operator, from slow to fast, in seconds.
    fn intervals_s(&self) -> Vec<f64> {
        Plan::ALL.iter().map(|plan| interval(*plan, &self.pace).as_seconds_f64()).collect()
    }
}

/// Where a walk over an operator's watches stands.
pub type Cursor = (i64, Uuid, i16);

/// Before the first watch.
pub const START: Cursor = (0, Uuid::nil(), -1);

impl Store {
    /// Opens the outages of one page of watches. Returns where the walk goes on and how many deliveries were made; `None` at
    /// its end.
    ///
    /// # Errors
    /// When the database refuses; then the page is not written.
    pub async fn open_outages(&self, look: &Look, after: Cursor, limit: i32) -> Result<Option<(Cursor, u64)>> {
        let row = sqlx::query!(
            r#"with page as materialized (select * from open_outages($1, $2, $3, $4, $5, $6, $7, $8, $9))
               select target_id as "target_id!", watch_id as "watch_id!", leg as "leg!", made as "made!",
                      case when made > 0 then pg_notify('ferry', 'delivery')::text end as notified
               from page"#,
            look.operator.as_str(),
            look.cause.as_str(),
            &look.intervals_s(),
            IN_A_ROW.cast_signed(),
            look.now,
            after.0,
            after.1,
            after.2,
            limit
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| ((row.target_id, row.watch_id, row.leg), row.made.unsigned_abs())))
    }

    /// Looks at one page of open outages and ends those that are over. Returns where the walk goes on and how many deliveries were
    /// made; `None` at its end.
    ///
    /// # Errors
    /// When the database refuses; then the page is not written.
    pub async fn close_outages(&self, look: &Look, after: Uuid, limit: i32) -> Result<Option<(Uuid, u64)>> {
        let row = sqlx::query!(
            r#"with page as materialized (select * from close_outages($1, $2, $3, $4, $5, $6, $7))
               select tenant_id as "tenant_id!", made as "made!",
                      case when made > 0 then pg_notify('ferry', 'delivery')::text end as notified
               from page"#,
            look.operator.as_str(),
            &look.intervals_s(),
            IN_A_ROW.cast_signed(),
            look.pace.scale.scaled(HOLD_S).as_seconds_f64(),
            look.now,
            after,
            limit
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.map(|row| (row.tenant_id, row.made.unsigned_abs())))
    }
}

/// Everything one attempt of a notice needs, read under the tenant's row security with the delivery locked.
#[derive(Clone, Debug)]
pub struct NoticeRow {
    /// Which delivery.
    pub id: DeliveryId,
    /// Of which outage.
    pub outage: Uuid,
    /// To which channel.
    pub channel: ChannelId,
    /// The same over all attempts.
    pub message_id: Uuid,
    /// Attempts made so far.
    pub attempts: u16,
    /// Kind of channel.
    pub kind: ChannelKind,
    /// Where to.
    pub address: String,
    /// The person's zone, IANA.
    pub zone: String,
    /// The person's language, as a BCP 47 tag.
    pub locale: String,
    /// The operator.
    pub operator: Operator,
    /// The operator as it writes itself.
    pub operator_name: String,
    /// Why checks are missed.
    pub cause: Cause,
    /// When we noticed.
    pub noticed_at: DateTime<Utc>,
    /// When checks were first seen to work again.
    pub good_since: Option<DateTime<Utc>>,
    /// What the tenant waits for at the operator.
    pub checks: Vec<check::WatchCheck>,
    /// What decides whether it is still wanted.
    pub facts: NoticeFacts,
    /// Set if this message is the last before a cap: until then others to the channel are held.
    pub last_until: Option<DateTime<Utc>>,
}

/// Reads and locks a notice's delivery, if it is one and is due by `now`.
///
/// # Errors
/// When the database cannot be read.
pub async fn lock_notice(
    tx: &mut TenantTx,
    id: DeliveryId,
    scale: TimeScale,
    now: DateTime<Utc>,
) -> Result<Due<NoticeRow>> {
    let row = sqlx::query!(
        r#"select e.id as outage_id, c.id as channel_id, d.message_id, d.attempts, d.notice as "notice!",
                  e.operator_id, e.cause, e.noticed_at, e.good_since, e.ended_at is null as "open!", o.name as operator_name,
                  c.kind, c.address as "address!", c.verified_at is not null as "verified!", c.disabled_at is null as "enabled!",
                  m.user_id as "member?", u.zone as "zone?", u.locale as "locale?", t.plan, t.suspended_at is null and t.closed_at is null as "live!",
                  (select first.state from delivery first
                   where first.tenant_id = d.tenant_id and first.outage_id = d.outage_id and first.notice = 'degraded'
                     and first.channel_id = d.channel_id) as first_state
           from delivery d
             join outage e on e.tenant_id = d.tenant_id and e.id = d.outage_id
             join operator o on o.id = e.operator_id
             join channel c on c.tenant_id = d.tenant_id and c.id = d.channel_id
             join tenant t on t.tenant_id = d.tenant_id
             left join member m on m.tenant_id = c.tenant_id and m.user_id = c.user_id
             left join user_account u on u.user_id = m.user_id
           where d.id = $1 and d.state = 'due' and d.next_attempt_at <= $2
           for update of d skip locked"#,
        id.0,
        now
    )
    .fetch_optional(&mut *tx.tx)
    .await?;
    let Some(row) = row else { return Ok(Due::Not) };
    let attempts = row.attempts.unsigned_abs();
    // What cannot be read as an operator has no checks; it is given up below.
    let checks = match word(&row.operator_id) {
        Ok(operator) => check::wanted(tx, operator, scale, now).await?,
        Err(_) => Vec::new(),
    };
    let read = |tx: &TenantTx| -> Result<NoticeRow> {
        let (kind, plan): (ChannelKind, Plan) = (word(&row.kind)?, word(&row.plan)?);
        let facts = NoticeFacts {
            notice: word(&row.notice)?,
            permission: Permission {
                tenant_live: row.live,
                member_present: row.member.is_some(),
                channel_enabled: row.enabled,
                channel_verified: row.verified,
                plan_allows: plan.limits().channels.contains(&kind),
            },
            still_missed: checks.iter().any(|check| check.missed_since(now).is_some()),
            outage_open: row.open,
            still_waits: !checks.is_empty(),
            first: first_notice(row.first_state.as_deref()),
        };
        Ok(NoticeRow {
            id,
            outage: row.outage_id,
            channel: ChannelId(row.channel_id),
            message_id: row.message_id,
            attempts,
            kind,
            address: tx.address(row.channel_id, &row.address)?,
            zone: row.zone.unwrap_or_default(),
            locale: row.locale.unwrap_or_default(),
            operator: word(&row.operator_id)?,
            operator_name: row.operator_name,
            cause: word(&row.cause)?,
            noticed_at: row.noticed_at,
            good_since: row.good_since,
            checks,
            facts,
            last_until: None,
        })
    };
    let read = read(tx);
    or_given_up(tx, (id, attempts), read, now).await
}

/// What became of the message that said checks are missed.
fn first_notice(state: Option<&str>) -> FirstNotice {
    match state {
        Some("sent") => FirstNotice::Sent,
        Some("due") => FirstNotice::Due,
        _ => FirstNotice::NotSent,
    }
}

/// Ends an outage of which nobody was told, so that the next one is.
///
/// # Errors
/// When the database refuses.
pub async fn end_untold(tx: &mut TenantTx, outage: Uuid, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "update outage o set ended_at = $2
         where o.id = $1 and o.ended_at is null
           and not exists (select from delivery d where d.tenant_id = o.tenant_id and d.outage_id = o.id and d.state in ('sent', 'due'))",
        outage,
        now
    )
    .execute(&mut *tx.tx)
    .await?;
    Ok(())
}

/// A stretch of missed checks of the tenant at one operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Why checks were missed.
    pub cause: Cause,
    /// When we noticed.
    pub noticed_at: DateTime<Utc>,
    /// When checks were first seen to work again.
    pub good_since: Option<DateTime<Utc>>,
    /// When it was over; `None` while it lasts.
    pub ended_at: Option<DateTime<Utc>>,
}

/// The stretches that lasted into the time since then, the newest first, at most 100.
///
/// # Errors
/// When the database cannot be read.
pub async fn stretches(tx: &mut TenantTx, operator: Operator, since: DateTime<Utc>) -> Result<Vec<Stretch>> {
    let rows = sqlx::query!(
        "select cause, noticed_at, good_since, ended_at from outage
         where operator_id = $1 and (ended_at is null or ended_at >= $2)
         order by noticed_at desc limit 100",
        operator.as_str(),
        since
    )
    .fetch_all(&mut *tx.tx)
    .await?;
    let read = rows.into_iter().map(|row| {
        let cause = word(&row.cause)?;
        Ok(Stretch { cause, noticed_at: row.noticed_at, good_since: row.good_since, ended_at: row.ended_at })
    });
    read.collect()
}

/// The signed path of one-click unsubscribe for a notice's channel.
#[must_use]
pub fn unsubscribe_path(tx: &TenantTx, channel: ChannelId, key: &crate::LinkKey, now: DateTime<Utc>) -> String {
    let purpose = crate::Purpose::Unsubscribe;
    key.path(purpose, tx.tenant, channel.0, purpose.good_until(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_intervals_are_the_plans_from_slow_to_fast() {
        let pace = Pace { scale: TimeScale::REAL, floor_s: 30, stretch_s: 0 };
        let look = Look { operator: Operator::Harbour, cause: Cause::Failing, pace, now: DateTime::UNIX_EPOCH };
        assert_eq!(look.intervals_s(), [3_600.0, 600.0, 120.0, 60.0]);
    }
}
