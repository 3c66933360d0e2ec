//! Operators as readers see them: whether they are asked, and if not, why. Names, routes and classes are the
//! manifests'; what an administrator or a breaker decided is read here.

use crate::{Reading, Result, word};
use chrono::{DateTime, Utc};
use domain::operator::Operator;

/// What the database says of an operator.
#[derive(Clone, Debug)]
pub struct OperatorStatus {
    /// Which.
    pub operator: Operator,
    /// Whether this installation asks it at all.
    pub enabled: bool,
    /// If not, why.
    pub disabled_reason: Option<String>,
    /// Since when an administrator has stopped it.
    pub killed_at: Option<DateTime<Utc>>,
    /// The setting without which the workers cannot ask it.
    pub lacks_setting: Option<String>,
    /// Until when the breaker lets nothing but a probe through.
    pub open_until: Option<DateTime<Utc>>,
    /// No target is asked more often than this, in seconds before the time scale.
    pub floor_s: u32,
    /// What the number of targets stretches intervals to, in seconds before the time scale.
    pub stretch_s: u32,
}

/// All operators that this version knows, in the order of their ids.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(reading: impl Into<Reading<'_>>) -> Result<Vec<OperatorStatus>> {
    let rows = sqlx::query!(
        "select id, enabled, disabled_reason, killed_at, lacks_setting, open_until, floor_s, stretch_s from operator order by id"
    )
    .fetch_all(reading.into().connection())
    .await?;
    let known = rows.into_iter().filter_map(|row| {
        // A newer version's operator is that version's to serve.
        let operator = word(&row.id).ok()?;
        Some(OperatorStatus {
            operator,
            enabled: row.enabled,
            disabled_reason: row.disabled_reason,
            killed_at: row.killed_at,
            lacks_setting: row.lacks_setting,
            open_until: row.open_until,
            floor_s: row.floor_s.unsigned_abs(),
            stretch_s: row.stretch_s.unsigned_abs(),
        })
    });
    Ok(known.collect())
}
