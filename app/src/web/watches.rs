//! Watches on pages: begun, looked at, changed, held and ended. Promises that whatever is done to one is done as over the API, and that
//! each act answers with the page of the watch. Never shows what a faster plan was told.

mod answers;
mod asked;
mod chart;
mod read;
mod row;
mod shown;
mod wizard;
mod wrong;

pub(crate) use shown::show;

use crate::{
    form::Form,
    input::Path,
    members::NoFields,
    problem::{Code, Problem},
    reader::Reader,
    signed_in::{Frame, MemberCx},
    watches::act::{self, By},
    web::told,
};
use answers::{Answers, Sent};
use askama::Template;
use axum::{
    extract::RawQuery,
    response::{Html, IntoResponse, Redirect, Response},
};
use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use domain::{
    access::Action::WriteWatches,
    id::{TenantId, WatchId},
    sailing::end_of_day,
    watch::{Wanted, WatchState},
};
use serde::Deserialize;
use store::{
    Hold, TenantTx, channel,
    watch::{self, ShownWatch},
};
use wizard::Aim;
use words::Said;

/// A watch's page.
pub(crate) fn address(tenant: TenantId, watch: WatchId) -> String {
    format!("/t/{tenant}/watches/{watch}")
}

type OfWatch = Path<(TenantId, WatchId)>;

/// The way to a new watch: the page that lacks an answer.
pub(crate) async fn new(cx: MemberCx, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let mut answers = Answers::of_query(&query.unwrap_or_default());
    if !is_begun(&answers)
        && let Ok(like) = answers.get("like").parse()
    {
        let watch = found(&mut cx.begin().await?, like).await?;
        let step = if answers.was_asked("step") { answers.get("step").to_owned() } else { "1".to_owned() };
        answers = Answers::of_watch(&watch).with("like", like.to_string()).with("step", step);
    }
    wizard::show(&cx, Aim::New, answers).await
}

fn is_begun(answers: &Answers) -> bool {
    answers.was_asked("way") || answers.was_asked("operator")
}

async fn found(tx: &mut TenantTx, id: WatchId) -> Result<ShownWatch, Problem> {
    watch::find(tx, id).await?.ok_or_else(Problem::not_found)
}

pub(crate) async fn begin(cx: MemberCx, Form(Sent(answers)): Form<Sent>) -> Result<Response, Problem> {
    let (mut tx, me) = cx.begin_writing(WriteWatches, Hold::Shared).await?;
    let own = channel::of_user(&mut tx, me.user()).await?;
    let reading = read::read(&answers, &own, cx.now());
    let Some(wanted) = reading.wanted.filter(|_| reading.refused.is_empty()) else {
        drop(tx);
        return wizard::hindered(&cx, Aim::New, answers, None).await;
    };
    let reader = Reader::of_member(&cx, &mut tx).await?;
    let by = By { request_id: cx.request_id(), reader: &reader };
    match act::create(&mut tx, &by, me.user(), (&wanted, &reading.aside)).await {
        Ok(id) => {
            cx.commit(tx, "watch.create", id.to_string()).await?;
            Ok(Redirect::to(&address(me.tenant(), id)).into_response())
        }
        Err(problem) if is_a_limit(&problem) => {
            drop(tx);
            wizard::hindered(&cx, Aim::New, answers, None).await
        }
        Err(problem) => Err(problem),
    }
}

/// What the last page says itself, with a way out.
fn is_a_limit(problem: &Problem) -> bool {
    matches!(problem.code(), Code::PlanLimit | Code::OperatorOff)
}

/// The same pages for a watch that there is: at first the last one, which shows all of it.
pub(crate) async fn edit(
    cx: MemberCx,
    Path((tenant, id)): OfWatch,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let watch = running(found(&mut cx.begin().await?, id).await?, tenant)?;
    let mut answers = Answers::of_query(&query.unwrap_or_default());
    if !is_begun(&answers) {
        answers = Answers::of_watch(&watch).with("version", watch.version.to_string());
    }
    wizard::show(&cx, Aim::Change(Box::new(watch)), answers).await
}

/// A watch that can be changed.
fn running(watch: ShownWatch, tenant: TenantId) -> Result<ShownWatch, Problem> {
    match watch.state {
        WatchState::Active | WatchState::Paused => Ok(watch),
        WatchState::Stopped | WatchState::Expired | WatchState::Deleted => {
            let ended = Problem::said(Code::Conflict, Said::new("watch-has-ended"));
            Err(ended.leading(address(tenant, watch.id), "watch-back"))
        }
    }
}

pub(crate) async fn change(
    cx: MemberCx,
    Path((tenant, id)): OfWatch,
    Form(Sent(answers)): Form<Sent>,
) -> Result<Response, Problem> {
    let (mut tx, _) = cx.begin_writing(WriteWatches, Hold::Shared).await?;
    let held = act::hold(&mut tx, id).await?;
    let own = channel::of_user(&mut tx, held.watch.user).await?;
    let reading = read::read(&answers, &own, cx.now());
    let is_stale = answers.says("version") && answers.get("version") != held.watch.version.to_string();
    let stale = is_stale.then(|| Said::new("watch-changed-meanwhile"));
    let (Some(wanted), None) = (reading.wanted.filter(|_| reading.refused.is_empty()), &stale) else {
        drop(tx);
        return wizard::hindered(&cx, Aim::Change(Box::new(held.watch)), answers, stale).await;
    };
    let reader = Reader::of_member(&cx, &mut tx).await?;
    let by = By { request_id: cx.request_id(), reader: &reader };
    let wanted = is_another(&held.watch, &wanted).then_some(&wanted);
    match act::change(&mut tx, &by, &held, (wanted, &reading.aside)).await {
        Ok(()) => {
            cx.commit(tx, "watch.change", id.to_string()).await?;
            Ok(Redirect::to(&address(tenant, id)).into_response())
        }
        Err(problem) if is_a_limit(&problem) => {
            drop(tx);
            wizard::hindered(&cx, Aim::Change(Box::new(held.watch)), answers, None).await
        }
        Err(problem) => Err(problem),
    }
}

/// Whether a wish is another than the watch's, so that it has to be judged anew.
fn is_another(watch: &ShownWatch, wanted: &Wanted) -> bool {
    wanted.operator != watch.operator || wanted.criteria != watch.criteria || wanted.way_back != watch.return_leg
}

pub(crate) async fn pause(
    cx: MemberCx,
    Path((tenant, id)): OfWatch,
    Form(NoFields {}): Form<NoFields>,
) -> Result<Response, Problem> {
    let (mut tx, _) = cx.begin_writing(WriteWatches, Hold::Shared).await?;
    act::pause(&mut tx, id, cx.now()).await?;
    done(&cx, tx, "watch.pause", (tenant, id)).await
}

pub(crate) async fn resume(
    cx: MemberCx,
    Path((tenant, id)): OfWatch,
    Form(NoFields {}): Form<NoFields>,
) -> Result<Response, Problem> {
    let (mut tx, _) = cx.begin_writing(WriteWatches, Hold::Shared).await?;
    let reader = Reader::of_member(&cx, &mut tx).await?;
    let resumed = act::resume(&mut tx, &By { request_id: cx.request_id(), reader: &reader }, id).await;
    resumed.map_err(|problem| with_way_out(problem, tenant))?;
    done(&cx, tx, "watch.resume", (tenant, id)).await
}

/// A plan's limit leads to the watches of which one could be paused.
fn with_way_out(problem: Problem, tenant: TenantId) -> Problem {
    if is_a_limit(&problem) { problem.leading(format!("/t/{tenant}"), "watches-back") } else { problem }
}

/// Until when a watch sleeps.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SnoozeForm {
    until: String,
}

pub(crate) async fn snooze(
    cx: MemberCx,
    Path((tenant, id)): OfWatch,
    Form(typed): Form<SnoozeForm>,
) -> Result<Response, Problem> {
    let zone = cx.frame().await?.zone;
    let (mut tx, _) = cx.begin_writing(WriteWatches, Hold::Shared).await?;
    let watch = running(found(&mut tx, id).await?, tenant)?;
    let until = match morning(&typed.until, &zone, (cx.now(), watch.expires_at)) {
        Ok(until) => until,
        Err(why) => {
            drop(tx);
            return shown::refused(&cx, id, (typed.until, why)).await;
        }
    };
    let snoozed = act::snooze(&mut tx, id, until, cx.now()).await;
    snoozed.map_err(|problem| with_way_out(problem, tenant))?;
    done(&cx, tx, "watch.snooze", (tenant, id)).await
}

/// When a day begins where somebody lives: after now, and while the watch still waits for something.
fn morning(typed: &str, zone: &str, (now, ends): (DateTime<Utc>, DateTime<Utc>)) -> Result<DateTime<Utc>, Said> {
    let day = NaiveDate::parse_from_str(typed.trim(), "%Y-%m-%d").ok();
    let eve = day.and_then(|day| day.checked_sub_days(Days::new(1)));
    let until = eve.map(|eve| end_of_day(eve, zone.parse().unwrap_or(Tz::UTC)));
    match until {
        None => Err(Said::new("snooze-unread")),
        Some(until) if until <= now => Err(Said::new("snooze-past")),
        Some(until) if until >= ends => Err(Said::new("snooze-too-late")),
        Some(until) => Ok(until),
    }
}

pub(crate) async fn stop(
    cx: MemberCx,
    Path((tenant, id)): OfWatch,
    Form(NoFields {}): Form<NoFields>,
) -> Result<Response, Problem> {
    let (mut tx, _) = cx.begin_writing(WriteWatches, Hold::Shared).await?;
    act::stop(&mut tx, id, cx.now()).await?;
    done(&cx, tx, "watch.stop", (tenant, id)).await
}

#[derive(Template)]
#[template(path = "watch_delete.html")]
struct DeletePage {
    frame: Frame,
    back: String,
    when: Vec<Said>,
}

pub(crate) async fn ask_to_delete(cx: MemberCx, Path((tenant, id)): OfWatch) -> Result<Html<String>, Problem> {
    let frame = cx.frame().await?;
    let watch = found(&mut cx.begin().await?, id).await?;
    let when = told::when_lines(watch.operator, &watch.criteria.leg, watch.return_leg.as_ref());
    Ok(Html(DeletePage { frame, back: address(tenant, id), when }.render()?))
}

pub(crate) async fn delete(
    cx: MemberCx,
    Path((tenant, id)): OfWatch,
    Form(NoFields {}): Form<NoFields>,
) -> Result<Response, Problem> {
    let (mut tx, _) = cx.begin_writing(WriteWatches, Hold::Shared).await?;
    act::delete(&mut tx, id, cx.now()).await?;
    cx.commit(tx, "watch.delete", id.to_string()).await?;
    Ok(Redirect::to(&format!("/t/{tenant}")).into_response())
}

async fn done(
    cx: &MemberCx,
    tx: TenantTx,
    action: &'static str,
    (tenant, id): (TenantId, WatchId),
) -> Result<Response, Problem> {
    cx.commit(tx, action, id.to_string()).await?;
    Ok(Redirect::to(&address(tenant, id)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watch_sleeps_until_a_day_begins_where_its_owner_lives() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let span = (at("2026-07-01T12:00:00Z"), at("2026-07-20T00:00:00Z"));
        assert_eq!(morning("2026-07-04", "Europe/Paris", span), Ok(at("2026-07-03T22:00:00Z")));
        assert_eq!(morning("2026-07-04", "nowhere", span), Ok(at("2026-07-04T00:00:00Z")));
        for (typed, why) in [
            ("", "snooze-unread"),
            ("tomorrow", "snooze-unread"),
            ("2026-07-01", "snooze-past"),
            ("2026-07-20", "snooze-too-late"),
        ] {
            assert_eq!(morning(typed, "UTC", span), Err(Said::new(why)), "{typed}");
        }
    }
}
