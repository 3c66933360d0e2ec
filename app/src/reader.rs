//! What a reader's plan makes of operators: how often they are asked for it, when last, when next, and if not, why. One
//! place, so that a watch, a route and a sailing never tell different stories, and nobody who did not sign in is told more
//! than the least plan. Never holds a right: what a reader may read is their transaction's.

use crate::{App, access::ApiCx, problem::Problem, signed_in::MemberCx};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    cadence::{self, Checks, IntervalBound, Pace, TimeScale},
    operator::Operator,
    plan::Plan,
};
use store::{
    PublicTx, Reading, TenantTx,
    operator::{self, OperatorStatus},
    sailing::ReleasedSailing,
};

/// A reader, and the operators as they stand now.
pub struct Reader {
    /// What they pay for.
    pub plan: Plan,
    /// When they read.
    pub now: DateTime<Utc>,
    scale: TimeScale,
    operators: Vec<OperatorStatus>,
}

/// Whether an operator is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is.
    Asked,
    /// Not until then: it answers badly.
    Paused(DateTime<Utc>),
    /// Not until somebody decides so; the sentence says why.
    Off(&'static str, String),
}

impl Reader {
    /// Whose key asks.
    pub(crate) async fn of(cx: &ApiCx, tx: &mut TenantTx) -> Result<Reader, Problem> {
        Ok(Reader::at(cx.app(), cx.membership().plan(), cx.now(), tx).await?)
    }

    /// A member who looks at a page of their tenant.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn of_member(cx: &MemberCx, tx: &mut TenantTx) -> Result<Reader, Problem> {
        Ok(Reader::at(cx.app(), cx.membership().plan(), cx.now(), tx).await?)
    }

    /// Whoever did not sign in: told what the least plan is told.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn of_nobody(app: &App, tx: &mut PublicTx) -> Result<Reader, Problem> {
        Ok(Reader::at(app, Plan::Free, app.clock.now(), tx).await?)
    }

    async fn at(
        app: &App,
        plan: Plan,
        now: DateTime<Utc>,
        reading: impl Into<Reading<'_>>,
    ) -> Result<Reader, store::Error> {
        Ok(Reader { plan, now, scale: app.scale, operators: operator::list(reading).await? })
    }

    /// All operators.
    pub fn operators(&self) -> impl Iterator<Item = Operator> + '_ {
        self.operators.iter().map(|status| status.operator)
    }

    fn status(&self, operator: Operator) -> Option<&OperatorStatus> {
        self.operators.iter().find(|status| status.operator == operator)
    }

    /// Whether an operator is asked, and if not, why.
    pub fn standing(&self, operator: Operator) -> Standing {
        let name = operator.manifest().name;
        let Some(status) = self.status(operator) else {
            return Standing::Off("disabled", format!("{name} is not served here yet"));
        };
        if !status.enabled {
            let reason = status.disabled_reason.as_deref().unwrap_or("it was not enabled here");
            return Standing::Off("disabled", format!("{name} is not asked: {reason}"));
        }
        if status.killed_at.is_some() {
            return Standing::Off("stopped", format!("{name} is not asked: we have stopped it for now"));
        }
        if let Some(setting) = &status.lacks_setting {
            return Standing::Off("disabled", format!("{name} is not asked: this installation has no {setting}"));
        }
        match status.open_until.filter(|until| *until > self.now) {
            Some(until) => Standing::Paused(until),
            None => Standing::Asked,
        }
    }

    /// What an operator allows.
    pub fn pace(&self, operator: Operator) -> Pace {
        let status = self.status(operator);
        Pace {
            scale: self.scale,
            floor_s: status.map_or(operator.manifest().floor_s, |status| status.floor_s),
            stretch_s: status.map_or(0, |status| status.stretch_s),
        }
    }

    /// The operator's floor in seconds, as they pass here.
    pub fn floor(&self, operator: Operator) -> TimeDelta {
        self.scale.scaled(self.pace(operator).floor_s)
    }

    /// The same in seconds.
    pub fn floor_s(&self, operator: Operator) -> u64 {
        seconds(self.floor(operator))
    }

    /// The interval of the reader's plan at an operator.
    pub fn interval(&self, operator: Operator) -> TimeDelta {
        cadence::interval(self.plan, &self.pace(operator))
    }

    /// What makes that interval as long as it is.
    pub fn bound(&self, operator: Operator) -> IntervalBound {
        cadence::bound(self.plan, &self.pace(operator))
    }

    /// The interval of the reader's plan at an operator in seconds, and why it is longer than the plan's if it is.
    pub fn interval_s(&self, operator: Operator) -> (u64, Option<String>) {
        let pace = self.pace(operator);
        let name = operator.manifest().name;
        let why = match cadence::bound(self.plan, &pace) {
            IntervalBound::Plan => None,
            IntervalBound::Floor => Some(format!("{name} is never asked the same more often")),
            IntervalBound::Budget => Some(format!("so much is watched at {name} that its requests are shared")),
        };
        (seconds(cadence::interval(self.plan, &pace)), why)
    }

    /// The last check that the reader's plan may know of.
    pub fn last_check(&self, checks: &Checks) -> Option<DateTime<Utc>> {
        checks.last_check(self.plan)
    }

    /// When what is shown of a sailing was last checked for the reader's plan: the age of its facts.
    pub fn checked_at<F>(&self, released: &ReleasedSailing<F>) -> Option<DateTime<Utc>> {
        let pace = self.pace(released.sailing.operator);
        let (target, last_good_at) = (released.target, released.last_good_at);
        self.last_check(&Checks { target, last_good_at, failing_since: None, pace })
    }

    /// When a target is asked next for the reader's plan; `None` while its operator is off.
    pub fn next_check(&self, operator: Operator, checks: &Checks) -> Option<DateTime<Utc>> {
        let open_until = match self.standing(operator) {
            Standing::Off(..) => return None,
            Standing::Paused(until) => Some(until),
            Standing::Asked => None,
        };
        Some(checks.next_check(self.plan, open_until, self.now))
    }

    /// Since when the reader's plan misses checks that are wanted since `wanted_from`.
    pub fn degraded_since(&self, checks: &Checks, wanted_from: DateTime<Utc>) -> Option<DateTime<Utc>> {
        checks.degraded_since(self.plan, wanted_from, self.now)
    }
}

/// Whole seconds, rounded up: never a promise that is not kept.
fn seconds(span: TimeDelta) -> u64 {
    let micros = span.num_microseconds().unwrap_or(i64::MAX).unsigned_abs();
    micros.div_ceil(1_000_000)
}
