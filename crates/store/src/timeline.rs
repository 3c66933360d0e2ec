//! What was known of one sailing and class over time, as a reader's plan was told. Each step stands at the instant from which the
//! plan could know of it, never at that of the poll: who on a faster plan knew sooner does not show. Of what was known between
//! two instants of the plan nothing shows either.

use crate::{Reading, Result, document};
use chrono::{DateTime, Utc};
use domain::{
    code::{RouteCode, SailingKey, VehicleClass},
    facts::ClassFacts,
    operator::Operator,
    plan::Plan,
};

/// Which steps, and for whom.
#[derive(Clone, Debug)]
pub struct AskedSteps<'a> {
    /// Of which operator.
    pub operator: Operator,
    /// On which route.
    pub route: &'a RouteCode,
    /// Of which sailing.
    pub key: &'a SailingKey,
    /// Of which class of the operator.
    pub class: &'a VehicleClass,
    /// The reader's plan.
    pub plan: Plan,
    /// From then on, and what held then.
    pub since: DateTime<Utc>,
    /// The present instant.
    pub now: DateTime<Utc>,
}

/// From an instant on, until the next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// From when the plan could know; of the first at or before what was asked for.
    pub at: DateTime<Utc>,
    /// What was known of the class; `None` where nothing was.
    pub facts: Option<ClassFacts>,
}

/// The steps in their order: what held at `since`, if anything was known, and each that differs from the one before it; of more
/// than 500 the newest. They are read from the last 2,000 changes: what held before those is told as one step.
///
/// # Errors
/// When the database cannot be read.
pub async fn steps(reading: impl Into<Reading<'_>>, asked: &AskedSteps<'_>) -> Result<Vec<Step>> {
    let mut rows = sqlx::query_file!(
        "src/timeline/steps.sql",
        asked.operator.as_str(),
        asked.route.as_str(),
        asked.key.as_str(),
        asked.class.as_str(),
        asked.plan.as_str(),
        asked.now,
        asked.since
    )
    .fetch_all(reading.into().connection())
    .await?;
    rows.reverse();
    rows.into_iter().map(|row| Ok(Step { at: row.at, facts: row.facts.map(document).transpose()? })).collect()
}
