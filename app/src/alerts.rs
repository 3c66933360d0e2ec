//! Alerts that were released to the tenant, each with what its plan may know now. One that is held does not exist for
//! anybody; how a delivery went is told without its address.

use crate::{
    access::ApiCx,
    cursor,
    facts::{FactsView, SailingView},
    input::{Path, Query},
    list::list,
    problem::Problem,
};
use axum::Json;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    delivery::{CancelReason, GiveUpReason},
    id::{AlertId, WatchId},
    plan::Plan,
};
use serde::{Deserialize, Serialize};
use store::{
    alert::{self, AskedAlerts, ShownAlert, ShownDelivery},
    delivery,
};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Which alerts.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct AlertQuery {
    /// Only of this watch.
    watch: Option<Uuid>,
    /// `true`: only those whose space is still there; `false`: only the others.
    open: Option<bool>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows of a page, 1 to 100; 25 without.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
}

/// One stretch of time in which a watch got what it wants.
#[derive(Serialize, ToSchema)]
pub(crate) struct AlertView {
    /// Its id.
    id: Uuid,
    /// Of which watch.
    watch: Uuid,
    /// `opening`: it was known not to be there before; `first_seen`: nothing was known before; `already_open`: it was
    /// there when the watch was created, changed or resumed.
    #[schema(example = "opening")]
    kind: &'static str,
    /// `outbound` or `return`.
    #[schema(example = "outbound")]
    leg: &'static str,
    /// The operator's class that has space.
    #[schema(example = "motorhome")]
    class: String,
    /// The sailing, with the link where it is booked.
    sailing: SailingView,
    /// What is known of it now; null if nothing is any more.
    facts: Option<FactsView>,
    /// For a watch that wants both legs: the sailing back.
    return_sailing: Option<SailingView>,
    /// What is known of that now.
    return_facts: Option<FactsView>,
    /// When the check began that saw it.
    seen_at: DateTime<Utc>,
    /// When your plan was told.
    released_at: DateTime<Utc>,
    /// Whether the space is still there, as far as we know.
    open: bool,
    /// When it ended, if it did.
    closed_at: Option<DateTime<Utc>>,
    /// `gone`, `departed`, `answered` or `withdrawn` (the watch was paused, changed or deleted).
    #[schema(example = "gone")]
    closed_reason: Option<String>,
    /// What was answered to "got it?": `stop` or `keep`.
    #[schema(example = "keep")]
    answer: Option<String>,
    /// When.
    answered_at: Option<DateTime<Utc>>,
    /// How the messages went.
    deliveries: Vec<DeliveryView>,
}

/// One message about an alert.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeliveryView {
    /// On which channel; null once that was removed.
    channel: Option<Uuid>,
    /// Its kind; null once it was removed.
    #[schema(example = "email")]
    kind: Option<&'static str>,
    /// `due`, `sent`, `failed` or `cancelled`.
    #[schema(example = "sent")]
    state: String,
    /// Why it was cancelled or given up, in one word.
    #[schema(example = "watch_inactive")]
    reason: Option<&'static str>,
    /// When the next hop took it.
    sent_at: Option<DateTime<Utc>>,
}

list!(
    /// Alerts, the newest first.
    AlertList of AlertView
);

pub(crate) async fn list(cx: ApiCx, Query(query): Query<AlertQuery>) -> Result<Json<AlertList>, Problem> {
    let limit = cursor::limit(query.limit)?;
    let name = format!("alerts:{:?}:{:?}", query.watch, query.open);
    let after = cursor::read(&name, query.cursor.as_deref())?;
    let mut tx = cx.begin().await?;
    let asked = AskedAlerts { watch: query.watch.map(WatchId), open: query.open, ..asked(&cx) };
    let page = alert::list(&mut tx, &asked, after.as_ref(), limit).await?;
    let ids: Vec<_> = page.rows.iter().map(|alert| alert.id).collect();
    let deliveries = alert::deliveries(&mut tx, &ids).await?;
    let data = page.rows.into_iter().map(|alert| view(alert, &deliveries)).collect();
    Ok(Json(AlertList::new(data, page.next.map(|next| cursor::write(&name, &next)))))
}

pub(crate) async fn show(cx: ApiCx, Path(id): Path<AlertId>) -> Result<Json<AlertView>, Problem> {
    let mut tx = cx.begin().await?;
    let found = alert::find(&mut tx, id, &asked(&cx)).await?.ok_or_else(Problem::not_found)?;
    let deliveries = alert::deliveries(&mut tx, &[id]).await?;
    Ok(Json(view(found, &deliveries)))
}

/// All that a plan's history reaches back to.
pub(crate) fn asked_by(plan: Plan, now: DateTime<Utc>) -> AskedAlerts {
    let since = now - TimeDelta::days(i64::from(plan.limits().history_days));
    AskedAlerts { watch: None, open: None, since, plan, now }
}

fn asked(cx: &ApiCx) -> AskedAlerts {
    asked_by(cx.membership().plan(), cx.now())
}

fn view(alert: ShownAlert, deliveries: &[ShownDelivery]) -> AlertView {
    let (back, back_facts) = alert.pair.map_or((None, None), |(sailing, facts)| (Some(sailing), facts));
    AlertView {
        id: alert.id.0,
        watch: alert.watch.0,
        kind: alert.kind.as_str(),
        leg: leg_word(alert.leg),
        class: alert.class.to_string(),
        sailing: SailingView::of(&alert.sailing),
        facts: alert.facts.as_ref().map(FactsView::of),
        return_sailing: back.as_ref().map(SailingView::of),
        return_facts: back_facts.as_ref().map(FactsView::of),
        seen_at: alert.seen_at,
        released_at: alert.released_at,
        open: alert.closed_at.is_none(),
        closed_at: alert.closed_at,
        closed_reason: alert.closed_reason,
        answer: alert.answer,
        answered_at: alert.answered_at,
        deliveries: deliveries.iter().filter(|delivery| delivery.alert == alert.id).map(delivery_view).collect(),
    }
}

/// A leg's word.
pub(crate) fn leg_word(leg: i16) -> &'static str {
    if leg == 1 { "return" } else { "outbound" }
}

fn delivery_view(delivery: &ShownDelivery) -> DeliveryView {
    // A relay's own words may quote the address: only ours are passed on.
    let ours = |word: &str| {
        let cancelled = word.parse::<CancelReason>().ok().map(CancelReason::as_str);
        let held = (word == delivery::HELD).then_some(delivery::HELD);
        cancelled.or(held).or_else(|| word.parse::<GiveUpReason>().ok().map(GiveUpReason::as_str))
    };
    DeliveryView {
        channel: delivery.channel.map(|(id, _)| id.0),
        kind: delivery.channel.map(|(_, kind)| kind.as_str()),
        state: delivery.state.clone(),
        reason: delivery.outcome.as_deref().and_then(ours),
        sent_at: delivery.sent_at,
    }
}
