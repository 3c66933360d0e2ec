//! The checks that a tenant's watches wait for, as the rows have them. What of it a person is shown is `domain`'s to say:
//! nothing here is for showing as it stands.

use crate::{Result, TenantTx, document, word};
use chrono::{DateTime, Utc};
use domain::{
    cadence::{Checks, Pace, TargetState, TimeScale},
    id::{TargetId, WatchId},
    operator::{Operator, Question},
    plan::Plan,
};

/// Rows read at most: the watched days of the largest plan.
const LIMIT: i64 = 5_000;

/// One question that an active watch wants answered now.
#[derive(Clone, Debug)]
pub struct WatchCheck {
    /// Whose.
    pub watch: WatchId,
    /// To whom.
    pub operator: Operator,
    /// What is asked.
    pub question: Question,
    /// How it is checked.
    pub checks: Checks,
    /// Since when the watch wants it as it is: earlier checks were missed by nobody.
    pub wanted_from: DateTime<Utc>,
    /// The tenant's plan.
    pub plan: Plan,
}

impl WatchCheck {
    /// Since when this check is missed; `None` if it is not.
    #[must_use]
    pub fn missed_since(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.checks.missed_since(self.plan, self.wanted_from, now)
    }
}

/// The checks that the tenant wants now of one operator, at most 5,000. What this version cannot read is left out.
///
/// # Errors
/// When the database cannot be read.
pub async fn wanted(
    tx: &mut TenantTx,
    operator: Operator,
    scale: TimeScale,
    now: DateTime<Utc>,
) -> Result<Vec<WatchCheck>> {
    let rows = sqlx::query!(
        r#"select w.id as watch_id, w.operator_id, t.question, t.id as target_id, t.plan as target_plan, t.last_polled_at,
                  t.last_good_at, t.not_before, t.created_at, t.failing_since, o.floor_s, o.stretch_s,
                  greatest(w.changed_at, wt.asked_from) as "wanted_from!", te.plan
           from watch w
             join watch_target wt on wt.tenant_id = w.tenant_id and wt.watch_id = w.id
             join target t on t.id = wt.target_id
             join operator o on o.id = w.operator_id
             join tenant te on te.tenant_id = w.tenant_id
           where w.state = 'active' and w.expires_at > $2 and wt.asked_from <= $2 and $2 < wt.asked_until
             and w.operator_id = $1
           order by w.id, t.id, wt.leg
           limit $3"#,
        operator.as_str(),
        now,
        LIMIT
    )
    .fetch_all(&mut *tx.tx)
    .await?;
    let read = rows.into_iter().filter_map(|row| {
        let id = TargetId(row.target_id);
        let read = || -> Result<WatchCheck> {
            Ok(WatchCheck {
                watch: WatchId(row.watch_id),
                operator: word(&row.operator_id)?,
                question: document(row.question)?,
                checks: Checks {
                    target: TargetState {
                        id,
                        plan: row.target_plan.as_deref().map(word::<Plan>).transpose()?,
                        last_polled_at: row.last_polled_at,
                        not_before: row.not_before,
                        created_at: row.created_at,
                    },
                    last_good_at: row.last_good_at,
                    failing_since: row.failing_since,
                    pace: Pace { scale, floor_s: row.floor_s.unsigned_abs(), stretch_s: row.stretch_s.unsigned_abs() },
                },
                wanted_from: row.wanted_from,
                plan: word(&row.plan)?,
            })
        };
        read().inspect_err(|error| tracing::error!(target_id = %id, %error, "a check cannot be read")).ok()
    });
    Ok(read.collect())
}
