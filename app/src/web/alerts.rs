//! Alerts on pages: all of them, one of them with what can be answered to it, and all of them as a table for other programs. Promises
//! what the API promises of alerts: one that is held does not exist for anybody, and facts are those of now as the plan may know them.

mod csv;

pub(crate) use csv::export;

use crate::{
    alerts::asked_by,
    cursor,
    form::Form,
    input::{Path, Query},
    members::NoFields,
    problem::Problem,
    signed_in::{Frame, MemberCx},
    web::{
        told::{self, Instant, Space},
        watches,
    },
};
use askama::Template;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::TimeDelta;
use domain::{
    access::{Action::WriteWatches, allows},
    delivery::{CancelReason, ChannelKind, GiveUpReason},
    facts::Facts,
    id::{AlertId, TenantId},
};
use serde::Deserialize;
use store::{
    Hold, Place,
    alert::{self, Answered, AskedAlerts, ShownAlert, ShownDelivery},
    watch,
};
use uuid::Uuid;
use words::Said;

/// Alerts of a page.
const ROWS: i64 = 30;

/// Which alerts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AlertQuery {
    /// `open`: only those whose space is still there.
    only: Option<String>,
    /// Where the page before ended.
    after: Option<String>,
}

/// An alert in the list.
struct Row {
    id: AlertId,
    sailing: Said,
    class: Said,
    space: Space,
    told: Instant,
    is_open: bool,
    answer: Option<Said>,
}

#[derive(Template)]
#[template(path = "alerts.html")]
struct AlertsPage {
    frame: Frame,
    tenant: TenantId,
    rows: Vec<Row>,
    only_open: bool,
    is_first: bool,
    older: Option<String>,
    history_days: u32,
}

pub(crate) async fn list(cx: MemberCx, Query(query): Query<AlertQuery>) -> Result<Html<String>, Problem> {
    let frame = cx.frame().await?;
    let only_open = query.only.as_deref() == Some("open");
    let name = format!("pages:alerts:{only_open}");
    let after: Option<Place<Uuid>> = cursor::read(&name, query.after.as_deref())?;
    let mut tx = cx.begin().await?;
    let asked = AskedAlerts { open: only_open.then_some(true), ..asked(&cx) };
    let page = alert::list(&mut tx, &asked, after.as_ref(), ROWS).await?;
    let tenant = cx.membership().tenant();
    let row = |alert: ShownAlert| Row {
        id: alert.id,
        sailing: told::sailing_said(&alert.sailing),
        class: told::class_said(alert.class.as_str()),
        space: space(&alert),
        told: Instant::of(alert.released_at, cx.now(), &frame.zone),
        is_open: alert.closed_at.is_none(),
        answer: alert.answer.as_deref().map(answer_said),
    };
    let only = if only_open { "only=open&" } else { "" };
    let older = page.next.map(|next| format!("/t/{tenant}/alerts?{only}after={}", cursor::write(&name, &next)));
    let rows = page.rows.into_iter().map(row).collect();
    let history_days = cx.membership().plan().limits().history_days;
    Ok(Html(AlertsPage { frame, tenant, rows, only_open, is_first: after.is_none(), older, history_days }.render()?))
}

fn asked(cx: &MemberCx) -> AskedAlerts {
    asked_by(cx.membership().plan(), cx.now())
}

/// What is known of an alert's space now. One that has closed is not open, whatever was last seen.
fn space(alert: &ShownAlert) -> Space {
    Space::of_class(alert.facts.as_ref().and_then(|facts: &Facts| facts.classes.get(&alert.class)))
}

fn answer_said(answer: &str) -> Said {
    Said::new(if answer == "stop" { "alert-answered-stop" } else { "alert-answered-keep" })
}

/// A message about an alert.
struct Message {
    kind: Said,
    state: (&'static str, Said),
    sent: Option<Instant>,
    delay: Option<TimeDelta>,
}

/// The sailing of the other leg, for a watch that wants both.
struct Back {
    said: Said,
    space: Space,
    book: String,
}

#[derive(Template)]
#[template(path = "alert.html")]
struct AlertPage {
    frame: Frame,
    tenant: TenantId,
    id: AlertId,
    watch: String,
    headline: Said,
    sailing: Said,
    vessel: Option<String>,
    class: Said,
    space: Space,
    price: Option<Said>,
    kind: Said,
    seen: Instant,
    released: Instant,
    head_start: Option<Said>,
    closed: Option<(Instant, Said)>,
    book: String,
    operator: &'static str,
    back: Option<Back>,
    messages: Vec<Message>,
    answer: Option<(Said, Option<Instant>)>,
    note: String,
    asks: bool,
}

pub(crate) async fn show(cx: MemberCx, Path((tenant, id)): Path<(TenantId, AlertId)>) -> Result<Html<String>, Problem> {
    let frame = cx.frame().await?;
    let mut tx = cx.begin().await?;
    let found = alert::find(&mut tx, id, &asked(&cx)).await?.ok_or_else(Problem::not_found)?;
    let watch = watch::find(&mut tx, found.watch).await?.ok_or_else(Problem::not_found)?;
    let deliveries = alert::deliveries(&mut tx, &[id]).await?;
    let head_start = alert::head_start(&mut tx, id, cx.membership().plan()).await?;
    let zone = frame.zone.clone();
    let instant = |at| Instant::of(at, cx.now(), &zone);
    let runs = matches!(watch.state, domain::watch::WatchState::Active | domain::watch::WatchState::Paused);
    let back = found.pair.as_ref().map(|(sailing, facts)| Back {
        said: told::sailing_said(sailing),
        space: Space::of_class(facts.as_ref().and_then(|facts| facts.classes.get(&found.class))),
        book: sailing.operator.booking_link(sailing),
    });
    let page = AlertPage {
        tenant,
        id,
        watch: watches::address(tenant, watch.id),
        headline: headline(&found, &watch),
        sailing: told::sailing_said(&found.sailing),
        vessel: found.sailing.vessel.as_ref().map(ToString::to_string),
        class: told::class_said(found.class.as_str()),
        space: space(&found),
        price: found.facts.as_ref().and_then(|facts| told::price_said(facts, &found.class)),
        kind: kind_said(&found),
        seen: instant(found.seen_at),
        released: instant(found.released_at),
        head_start: head_start.map(Said::from),
        closed: found.closed_at.map(|at| (instant(at), closed_said(found.closed_reason.as_deref()))),
        book: found.sailing.operator.booking_link(&found.sailing),
        operator: found.sailing.operator.manifest().name,
        back,
        messages: deliveries.iter().map(|delivery| message(delivery, &found, &instant)).collect(),
        answer: found.answer.as_deref().map(|answer| (answer_said(answer), found.answered_at.map(instant))),
        note: watch.note,
        asks: runs && found.answer.is_none() && allows(cx.membership().role(), WriteWatches),
        frame,
    };
    Ok(Html(page.render()?))
}

/// The one line that an alert is: for what, and when. What has gone is not called space any more.
fn headline(alert: &ShownAlert, watch: &watch::ShownWatch) -> Said {
    let id = if alert.closed_at.is_none() { "alert-headline" } else { "alert-headline-past" };
    let kind = told::kind_said(watch.criteria.vehicle.kind);
    Said::new(id).with("kind", kind).with("at", alert.sailing.departs_local)
}

fn kind_said(alert: &ShownAlert) -> Said {
    Said::new(match alert.kind {
        domain::change::AlertKind::Opening => "alert-kind-opening",
        domain::change::AlertKind::FirstSeen => "alert-kind-first-seen",
        domain::change::AlertKind::AlreadyOpen => "alert-kind-already-open",
    })
}

fn closed_said(reason: Option<&str>) -> Said {
    Said::new(match reason {
        Some("departed") => "alert-closed-departed",
        Some("answered") => "alert-closed-answered",
        Some("withdrawn") => "alert-closed-withdrawn",
        _ => "alert-closed-gone",
    })
}

fn message(
    delivery: &ShownDelivery,
    alert: &ShownAlert,
    instant: &impl Fn(chrono::DateTime<chrono::Utc>) -> Instant,
) -> Message {
    let state = match delivery.state.as_str() {
        "sent" => ("open", Said::new("message-sent")),
        "due" => ("", Said::new("message-due")),
        "failed" => ("full", Said::new("message-failed")),
        _ => ("", why_cancelled(delivery.outcome.as_deref())),
    };
    Message {
        kind: Said::new(match delivery.channel {
            Some((_, ChannelKind::Email)) => "channel-email",
            None => "channel-removed",
        }),
        state,
        sent: delivery.sent_at.map(instant),
        delay: delivery.sent_at.map(|at| at - alert.seen_at),
    }
}

/// Why a message was not sent. A relay's own words may quote the address: only ours are told.
fn why_cancelled(outcome: Option<&str>) -> Said {
    let reason = outcome.and_then(|word| word.parse::<CancelReason>().ok());
    let gave_up = outcome.and_then(|word| word.parse::<GiveUpReason>().ok());
    Said::new(match (reason, gave_up) {
        (Some(CancelReason::ChannelDisabled), _) => "message-channel-off",
        (Some(CancelReason::ChannelUnverified), _) => "message-channel-unconfirmed",
        (Some(CancelReason::ChannelRemoved), _) => "message-channel-removed",
        (_, Some(GiveUpReason::Departed)) => "alert-closed-departed",
        _ => "message-cancelled",
    })
}

pub(crate) async fn booked(
    cx: MemberCx,
    Path((tenant, id)): Path<(TenantId, AlertId)>,
    Form(NoFields {}): Form<NoFields>,
) -> Result<Response, Problem> {
    let (mut tx, _) = cx.begin_writing(WriteWatches, Hold::Shared).await?;
    let answered = alert::stop(&mut tx, id, cx.now()).await?;
    finish(&cx, tx, answered, ("watch.stop", tenant, id)).await
}

pub(crate) async fn keep(
    cx: MemberCx,
    Path((tenant, id)): Path<(TenantId, AlertId)>,
    Form(NoFields {}): Form<NoFields>,
) -> Result<Response, Problem> {
    let (mut tx, _) = cx.begin_writing(WriteWatches, Hold::Shared).await?;
    let answered = alert::keep(&mut tx, id, cx.now()).await?;
    finish(&cx, tx, answered, ("alert.keep", tenant, id)).await
}

async fn finish(
    cx: &MemberCx,
    tx: store::TenantTx,
    answered: Answered,
    (action, tenant, id): (&'static str, TenantId, AlertId),
) -> Result<Response, Problem> {
    match answered {
        Answered::Missing => return Err(Problem::not_found()),
        Answered::Done => cx.commit(tx, action, id.to_string()).await?,
        // Said before, or nothing is left to keep: the page says how it stands.
        Answered::Before | Answered::Ended => {}
    }
    Ok(Redirect::to(&format!("/t/{tenant}/alerts/{id}")).into_response())
}
