//! Watches as they are shown: the wish, what became of it, and when it was and will be checked for the reader's plan.

use super::form::{LegForm, PartyForm, ReturnForm, VehicleForm, WantsForm};
use crate::{
    alerts::leg_word,
    list::list,
    problem::Problem,
    reader::{Reader, Standing},
};
use chrono::{DateTime, Utc};
use domain::id::{ChannelId, WatchId};
use serde::Serialize;
use std::collections::HashMap;
use store::{
    PAGE_MAX, TenantTx,
    channel::{self, ShownChannel},
    watch::{self, ShownTarget, ShownWatch},
};
use utoipa::ToSchema;
use uuid::Uuid;

/// A watch.
#[derive(Serialize, ToSchema)]
pub(crate) struct WatchView {
    /// Its id.
    id: Uuid,
    /// Whose boats it watches.
    #[schema(example = "harbour")]
    operator: &'static str,
    /// `active`; `paused`; `stopped` by an answer to an alert; `expired` after its last day.
    #[schema(example = "active")]
    state: &'static str,
    /// Moves with every change that matters; alerts of an earlier version are not sent any more.
    #[schema(example = 1)]
    version: i32,
    /// The way out.
    leg: LegForm,
    /// The way back, if it is watched too.
    #[serde(rename = "return")]
    way_back: Option<ReturnForm>,
    /// What must fit.
    vehicle: VehicleForm,
    /// Who travels.
    party: PartyForm,
    /// What else is wanted.
    wants: WantsForm,
    /// The channels it tells.
    channels: Vec<Uuid>,
    /// What its owner noted.
    note: String,
    /// Whether every alert asks "got it?".
    stop_when_found: bool,
    /// The operator's class that the vehicle falls in, and why.
    class: Option<ClassView>,
    /// Seconds between two checks.
    #[schema(example = 120)]
    effective_interval_s: u64,
    /// If that is longer than your plan's interval, why.
    interval_why: Option<String>,
    /// When the next of its questions is asked; a time that has come means: any moment now. Null while nothing is asked.
    next_check_at: Option<DateTime<Utc>>,
    /// Every question that is asked now was answered then or later. Null while one was never answered.
    last_check_at: Option<DateTime<Utc>>,
    /// Since when checks of your plan are missed, because the operator does not answer or its answers are not believed.
    /// Null while all is well.
    degraded_since: Option<DateTime<Utc>>,
    /// When it ends by itself.
    expires_at: DateTime<Utc>,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// When it was last made, changed in what matters, paused or resumed.
    changed_at: DateTime<Utc>,
    /// What stands in its way, in sentences.
    warnings: Vec<String>,
}

/// A vehicle's class at an operator.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClassView {
    /// The operator's word for it.
    #[schema(example = "motorhome")]
    class: String,
    /// Why the vehicle falls in it.
    #[schema(example = "6.90 m long, 2.95 m high: \"motorhome\" takes up to 7.50 m x 3.20 m")]
    why: String,
}

/// A watch with its questions.
#[derive(Serialize, ToSchema)]
pub(crate) struct WatchDetail {
    #[serde(flatten)]
    watch: WatchView,
    /// What the operator is asked for it, shared with all who want the same answer.
    targets: Vec<TargetView>,
}

/// One question to an operator.
#[derive(Serialize, ToSchema)]
pub(crate) struct TargetView {
    /// In words.
    #[schema(example = "Portmouth Sim to Santoña Sim on 2026-12-18")]
    question: String,
    /// `outbound` or `return`.
    #[schema(example = "outbound")]
    leg: &'static str,
    /// From when it is asked: an operator has nothing to say before.
    asked_from: DateTime<Utc>,
    /// Until when it is asked.
    asked_until: DateTime<Utc>,
    /// When it is asked next.
    next_check_at: Option<DateTime<Utc>>,
    /// When it was last answered, as far as your plan was told.
    last_check_at: Option<DateTime<Utc>>,
    /// Since when checks of your plan are missed.
    degraded_since: Option<DateTime<Utc>>,
}

list!(
    /// Watches, the newest first.
    WatchList of WatchView
);

/// What all views of a request need: who reads, and the tenant's channels.
pub(crate) struct Viewer<'a> {
    reader: &'a Reader,
    channels: HashMap<ChannelId, ShownChannel>,
}

impl<'a> Viewer<'a> {
    pub(crate) async fn of(reader: &'a Reader, tx: &mut TenantTx) -> Result<Viewer<'a>, Problem> {
        // More than a page of channels has nobody; one that is not read is not warned of.
        let channels = channel::list(tx, None, PAGE_MAX).await?.rows;
        Ok(Viewer { reader, channels: channels.into_iter().map(|channel| (channel.id, channel)).collect() })
    }

    /// One watch with its questions.
    pub(crate) async fn detail(&self, tx: &mut TenantTx, id: WatchId) -> Result<WatchDetail, Problem> {
        let shown = watch::find(tx, id).await?.ok_or_else(Problem::not_found)?;
        let asked = watch::targets(tx, &[id]).await?;
        let targets = asked.iter().map(|target| self.target(&shown, target)).collect();
        Ok(WatchDetail { watch: self.view(shown, &asked), targets })
    }

    /// Watches of a list.
    pub(crate) async fn views(&self, tx: &mut TenantTx, shown: Vec<ShownWatch>) -> Result<Vec<WatchView>, Problem> {
        let ids: Vec<_> = shown.iter().map(|watch| watch.id).collect();
        let mut asked: HashMap<WatchId, Vec<ShownTarget>> = HashMap::new();
        for target in watch::targets(tx, &ids).await? {
            asked.entry(target.watch).or_default().push(target);
        }
        let view = |watch: ShownWatch| {
            let asked = asked.get(&watch.id).map_or(&[][..], Vec::as_slice);
            self.view(watch, asked)
        };
        Ok(shown.into_iter().map(view).collect())
    }

    fn view(&self, watch: ShownWatch, asked: &[ShownTarget]) -> WatchView {
        let (effective_interval_s, interval_why) = self.reader.interval_s(watch.operator);
        let fit = watch.operator.class_of(&watch.criteria.vehicle);
        let checks = self.reader.watch_checks(&watch, asked);
        WatchView {
            warnings: self.warnings(&watch),
            last_check_at: checks.last,
            degraded_since: checks.degraded_since,
            next_check_at: checks.next,
            id: watch.id.0,
            operator: watch.operator.as_str(),
            state: watch.state.as_str(),
            version: watch.version,
            leg: watch.criteria.leg.into(),
            way_back: watch.return_leg.map(Into::into),
            vehicle: watch.criteria.vehicle.into(),
            party: watch.criteria.party.into(),
            wants: watch.criteria.wants.into(),
            channels: watch.channels.iter().map(|channel| channel.0).collect(),
            note: watch.note,
            stop_when_found: watch.stop_when_found,
            class: fit.map(|fit| ClassView { class: fit.class.to_string(), why: fit.why }),
            effective_interval_s,
            interval_why,
            expires_at: watch.expires_at,
            created_at: watch.created_at,
            changed_at: watch.changed_at,
        }
    }

    fn target(&self, watch: &ShownWatch, target: &ShownTarget) -> TargetView {
        let checks = self.reader.target_checks(watch, target);
        TargetView {
            question: target.question.in_words(watch.operator),
            leg: leg_word(target.leg),
            asked_from: target.asked_from,
            asked_until: target.asked_until,
            next_check_at: checks.next,
            last_check_at: checks.last,
            degraded_since: checks.degraded_since,
        }
    }

    fn warnings(&self, watch: &ShownWatch) -> Vec<String> {
        let mut warnings = Vec::new();
        let name = watch.operator.manifest().name;
        match self.reader.standing(watch.operator) {
            Standing::Asked => {}
            Standing::Paused(until) => {
                warnings.push(format!("{name} does not answer well and is asked again at {}", until.format("%FT%TZ")));
            }
            Standing::Off(_, why) => warnings.push(why),
        }
        if watch.operator.class_of(&watch.criteria.vehicle).is_none() {
            warnings.push(format!("{name} takes no vehicle of this size any more"));
        }
        if watch.channels.is_empty() {
            warnings.push("it names no channel: alerts are recorded, and nobody is told".to_owned());
        }
        for channel in watch.channels.iter().filter_map(|id| self.channels.get(id)) {
            if channel.disabled_at.is_some() {
                warnings.push(format!("channel {} is switched off: nothing is sent to it", channel.id));
            } else if channel.verified_at.is_none() {
                warnings.push(format!("channel {} was not confirmed: nothing is sent to it", channel.id));
            }
        }
        warnings
    }
}
