//! By how much the next better plan was ahead of an alert that its plan had to wait for. Never told of an alert that is still
//! held: it does not exist for anybody.

use crate::{Result, TenantTx};
use domain::{
    cadence::{Found, HeadStart, Releases},
    id::AlertId,
    plan::Plan,
};

/// The head start of the next better plan on a released alert; `None` where none can be told truly: it was not held, both legs
/// were wanted, or its change is forgotten.
///
/// # Errors
/// When the database cannot be read.
pub async fn head_start(tx: &mut TenantTx, alert: AlertId, plan: Plan) -> Result<Option<HeadStart>> {
    let row = sqlx::query!(
        r#"select a.held_until as "held_until!", c.polled_at, c.recorded_at, c.free_at, c.plus_at, c.pro_at, c.fleet_at
           from alert a join change c on c.id = a.change_id
           where a.id = $1 and a.released_at is not null and a.held_until is not null"#,
        alert.0
    )
    .fetch_optional(&mut *tx.tx)
    .await?;
    Ok(row.and_then(|row| {
        let releases = Releases { free: row.free_at, plus: row.plus_at, pro: row.pro_at, fleet: row.fleet_at };
        let found = Found { polled_at: row.polled_at, recorded_at: row.recorded_at, releases };
        found.head_start(plan, row.held_until)
    }))
}
