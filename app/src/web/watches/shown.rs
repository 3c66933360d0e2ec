//! The page of a watch: what it waits for, when that was and will be checked, what is known of its sailings now, what was known of one of them
//! over time, and what it told of. Promises that every fact and instant is as released to the reader's plan.

use super::{
    address,
    chart::{BEATS_MAX, HEIGHT, Strip, Timeline, WIDTH},
    row::Row,
};
use crate::{
    input::{Path, Query},
    problem::Problem,
    reader::{Reader, Standing},
    signed_in::{Frame, MemberCx},
    web::told::{self, Instant, Space},
};
use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;
use domain::{
    access::{Action::WriteWatches, allows},
    code::VehicleClass,
    id::{AlertId, TenantId, WatchId},
    watch::WatchState,
};
use serde::Deserialize;
use store::{
    TenantTx,
    alert::{self, Flag},
    channel, outage,
    sailing::{self, Asked, ReleasedSailing},
    timeline::{self, AskedSteps},
    watch::{self, ShownWatch},
};
use words::Said;

/// Sailings of the table at most; a leg of 62 days has more only where boats leave every hour.
const SAILINGS_SHOWN: usize = 100;
/// Alerts of the list at most; the page of alerts has the others.
const ALERTS_SHOWN: usize = 20;
/// How far back the picture of a sailing goes.
const PICTURE: TimeDelta = TimeDelta::days(14);
/// How far back it goes at least.
const PICTURE_LEAST: TimeDelta = TimeDelta::days(1);

/// Which sailing's picture.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WatchQuery {
    /// Its key; the first with space, or the first, without.
    sailing: Option<String>,
}

/// The picture of one of them.
struct Picture {
    said: Said,
    chart: Timeline,
    since: Instant,
    steps: Vec<(Instant, Space)>,
    flags: Vec<Told>,
    days: Vec<(i64, NaiveDate)>,
}

/// An alert.
struct Told {
    id: AlertId,
    said: Said,
    seen: Instant,
    delay: Option<TimeDelta>,
    is_open: bool,
}

/// What can be done to a watch now.
struct Acts {
    changes: bool,
    pauses: bool,
    resumes: bool,
    ends: bool,
}

#[derive(Template)]
#[template(path = "watch.html")]
struct WatchPage {
    frame: Frame,
    tenant: TenantId,
    here: String,
    id: WatchId,
    title: Said,
    days: Said,
    state: (&'static str, Said),
    acts: Acts,
    when: Vec<Said>,
    what: Vec<Said>,
    verdict: Vec<Said>,
    interval: Vec<Said>,
    last: Option<Instant>,
    next: Option<Instant>,
    waits: Option<Said>,
    heed: Vec<Said>,
    told: Said,
    note: String,
    operator: &'static str,
    rows: Vec<Row>,
    is_cut: bool,
    picture: Option<Picture>,
    strip: Strip,
    beats_max: usize,
    width: i64,
    height: i64,
    alerts: Vec<Told>,
    wakes: Option<Instant>,
    snooze: Snooze,
}

/// The days on which it could wake, and what was typed and refused.
struct Snooze {
    first: NaiveDate,
    last: NaiveDate,
    typed: String,
    refused: Option<Said>,
}

pub(crate) async fn show(
    cx: MemberCx,
    Path((_, id)): Path<(TenantId, WatchId)>,
    Query(query): Query<WatchQuery>,
) -> Result<Response, Problem> {
    page(&cx, id, query.sailing, None).await
}

/// The same, with why a watch cannot sleep until the day that was typed.
pub(super) async fn refused(cx: &MemberCx, id: WatchId, refused: (String, Said)) -> Result<Response, Problem> {
    page(cx, id, None, Some(refused)).await
}

async fn page(
    cx: &MemberCx,
    id: WatchId,
    sailing: Option<String>,
    refused: Option<(String, Said)>,
) -> Result<Response, Problem> {
    let frame = cx.frame().await?;
    let mut tx = cx.begin().await?;
    let watch = watch::find(&mut tx, id).await?.ok_or_else(Problem::not_found)?;
    let reader = Reader::of_member(cx, &mut tx).await?;
    let asked = watch::targets(&mut tx, &[id]).await?;
    let checked = reader.watch_checks(&watch, &asked);
    let history = TimeDelta::days(i64::from(reader.plan.limits().history_days));
    let flags = alert::flags(&mut tx, id, reader.now - history).await?;
    let sailings = sailings(&mut tx, &reader, &watch).await?;
    let class = watch.operator.class_of(&watch.criteria.vehicle).map(|fit| fit.class);
    let chosen = chosen(&sailings, class.as_ref(), sailing.as_deref());
    let picture = match (chosen, &class) {
        (Some(row), Some(class)) => Some(picture(&mut tx, (&reader, &frame.zone), (&watch, row, class), &flags).await?),
        _ => None,
    };
    let missed = outage::stretches(&mut tx, watch.operator, watch.created_at).await?;
    let missed: Vec<_> = missed.into_iter().map(|stretch| (stretch.noticed_at, stretch.ended_at)).collect();
    let open: Vec<_> = flags.iter().map(|flag| (flag.released_at, flag.closed_at)).collect();
    let instant = |at| Instant::of(at, reader.now, &frame.zone);
    let here = address(cx.membership().tenant(), id);
    let rows = sailings.iter().take(SAILINGS_SHOWN).map(|row| {
        let is_here = chosen.is_some_and(|chosen| chosen.sailing.key == row.sailing.key);
        let shown = Row::of(row, class.as_ref(), (&reader, &frame.zone, watch.return_leg.is_some()));
        shown.pictured(row.sailing.key.as_str(), (&here, is_here))
    });
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = WatchPage {
        tenant: cx.membership().tenant(),
        title: told::route_said(watch.operator, &watch.criteria.leg.route),
        days: told::days_said(&watch.criteria.leg.dates),
        state: state(&watch, flags.iter().any(|flag| flag.closed_at.is_none())),
        acts: acts(&watch, allows(cx.membership().role(), WriteWatches)),
        when: told::when_lines(watch.operator, &watch.criteria.leg, watch.return_leg.as_ref()),
        what: told::what_lines(&watch.criteria),
        verdict: told::verdict_lines(watch.operator, &watch.criteria.vehicle),
        interval: told::interval_lines(&reader, watch.operator),
        last: checked.last.map(instant),
        next: checked.next.map(instant),
        waits: waits(&watch, &asked, &reader),
        heed: heed(&mut tx, (&reader, &watch), checked.degraded_since.map(|since| instant(since).said)).await?,
        told: where_told(&mut tx, &watch).await?,
        note: watch.note.clone(),
        operator: watch.operator.manifest().name,
        is_cut: sailings.len() > SAILINGS_SHOWN,
        rows: rows.collect(),
        picture,
        strip: Strip::of((checked.last, reader.interval(watch.operator), watch.created_at), &open, &missed),
        beats_max: BEATS_MAX,
        width: WIDTH,
        height: HEIGHT,
        alerts: flags.iter().take(ALERTS_SHOWN).map(|flag| told_of(flag, &watch, &frame.zone)).collect(),
        wakes: watch.snoozed_until.map(instant),
        snooze: snooze(&watch, &reader, (&frame.zone, refused)),
        here,
        id,
        frame,
    };
    Ok((status, Html(page.render()?)).into_response())
}

/// The sailings that a watch waits for and of which something is known, those that left among them no more.
async fn sailings(tx: &mut TenantTx, reader: &Reader, watch: &ShownWatch) -> Result<Vec<ReleasedSailing>, Problem> {
    let mut rows = Vec::new();
    let legs = [Some(&watch.criteria.leg), watch.return_leg.as_ref().map(|back| &back.leg)];
    for leg in legs.into_iter().flatten() {
        let Some(from) = leg.days().next() else { continue };
        let (operator, route, to) = (watch.operator, &leg.route, leg.last_day());
        let asked = Asked { operator, route, from, to, class: None, plan: reader.plan, now: reader.now };
        let page = sailing::released(&mut *tx, &asked, None, store::PAGE_MAX).await?;
        rows.extend(page.rows.into_iter().filter(|row| leg.covers(&row.sailing)));
    }
    rows.retain(|row| row.sailing.departs_at > reader.now);
    Ok(rows)
}

fn chosen<'a>(
    rows: &'a [ReleasedSailing],
    class: Option<&VehicleClass>,
    asked: Option<&str>,
) -> Option<&'a ReleasedSailing> {
    let has_space = |row: &&ReleasedSailing| class.is_some_and(|class| row.facts.availability(class).has_space());
    let named = rows.iter().find(|row| Some(row.sailing.key.as_str()) == asked);
    named.or_else(|| rows.iter().find(has_space)).or_else(|| rows.first())
}

async fn picture(
    tx: &mut TenantTx,
    (reader, zone): (&Reader, &str),
    (watch, row, class): (&ShownWatch, &ReleasedSailing, &VehicleClass),
    flags: &[Flag],
) -> Result<Picture, Problem> {
    let now = reader.now;
    let history = TimeDelta::days(i64::from(reader.plan.limits().history_days));
    let since = now - PICTURE.min(history);
    let asked = AskedSteps {
        operator: watch.operator,
        route: &row.sailing.route,
        key: &row.sailing.key,
        class,
        plan: reader.plan,
        since,
        now,
    };
    let steps = timeline::steps(&mut *tx, &asked).await?;
    // What nobody knew is not worth a picture: it begins with the first that was known, and shows a day at least.
    let since = steps.first().map_or(since, |first| first.at.min(now - PICTURE_LEAST).max(since));
    let of_this = |flag: &&Flag| flag.sailing == row.sailing.key && flag.route == row.sailing.route;
    let flags: Vec<Flag> = flags.iter().filter(of_this).cloned().collect();
    let chart = Timeline::of(&steps, &flags, (since, now));
    Ok(Picture {
        said: told::sailing_said(&row.sailing),
        since: Instant::at(since, zone),
        steps: steps
            .iter()
            .rev()
            .take(ALERTS_SHOWN)
            .map(|step| (Instant::at(step.at, zone), Space::of_class(step.facts.as_ref())))
            .collect(),
        flags: flags.iter().map(|flag| told_of(flag, watch, zone)).collect(),
        days: chart.days.iter().map(|mark| (mark.x, mark.at.date_naive())).collect(),
        chart,
    })
}

fn told_of(flag: &Flag, watch: &ShownWatch, zone: &str) -> Told {
    let route = told::route_said(watch.operator, &flag.route);
    Told {
        id: flag.alert,
        said: Said::new("sailing").with("route", route).with("at", flag.departs_local),
        seen: Instant::at(flag.seen_at, zone),
        delay: flag.delay(),
        is_open: flag.closed_at.is_none(),
    }
}

/// Its state in a word, and how loud that is.
fn state(watch: &ShownWatch, is_open: bool) -> (&'static str, Said) {
    match watch.state {
        WatchState::Active if is_open => ("open", Said::new("watch-open")),
        WatchState::Active => ("", Said::new("watch-active")),
        WatchState::Paused if watch.snoozed_until.is_some() => ("heed", Said::new("watch-snoozed")),
        WatchState::Paused => ("heed", Said::new("watch-paused")),
        WatchState::Stopped => ("", Said::new("watch-stopped")),
        WatchState::Expired | WatchState::Deleted => ("", Said::new("watch-expired")),
    }
}

fn acts(watch: &ShownWatch, may: bool) -> Acts {
    let runs = matches!(watch.state, WatchState::Active | WatchState::Paused);
    Acts {
        changes: may,
        pauses: may && (watch.state == WatchState::Active || watch.snoozed_until.is_some()),
        resumes: may && watch.state == WatchState::Paused,
        ends: may && runs,
    }
}

/// Why nothing is asked yet, if nothing is.
fn waits(watch: &ShownWatch, asked: &[watch::ShownTarget], reader: &Reader) -> Option<Said> {
    if watch.state != WatchState::Active {
        return None;
    }
    let first = asked.iter().map(|target| target.asked_from).min()?;
    let waits = || Said::new("watch-waits").with("operator", watch.operator.manifest().name);
    (first > reader.now).then(|| waits().with("day", first.date_naive()))
}

/// What stands in a watch's way.
async fn heed(
    tx: &mut TenantTx,
    (reader, watch): (&Reader, &ShownWatch),
    degraded: Option<Said>,
) -> Result<Vec<Said>, Problem> {
    let name = watch.operator.manifest().name;
    let mut heed = Vec::new();
    match reader.standing(watch.operator) {
        Standing::Off(..) => heed.push(Said::new("wizard-operator-off").with("operator", name)),
        Standing::Paused(_) => heed.push(Said::new("watch-operator-paused").with("operator", name)),
        Standing::Asked => {}
    }
    heed.extend(degraded.map(|since| Said::new("watch-degraded").with("operator", name).with("since", since)));
    if watch.operator.class_of(&watch.criteria.vehicle).is_none() {
        heed.push(Said::new("wizard-no-class").with("operator", name));
    }
    let own = channel::of_user(tx, watch.user).await?;
    let works = own.iter().any(|channel| channel.works() && watch.channels.contains(&channel.id));
    if !works && matches!(watch.state, WatchState::Active | WatchState::Paused) {
        heed.push(Said::new("watch-tells-nobody"));
    }
    Ok(heed)
}

/// How many places it tells. Addresses are their owners' alone to read.
async fn where_told(tx: &mut TenantTx, watch: &ShownWatch) -> Result<Said, Problem> {
    let own = channel::of_user(tx, watch.user).await?;
    let works = own.iter().filter(|channel| channel.works() && watch.channels.contains(&channel.id)).count();
    Ok(Said::new("watch-told").with("n", works))
}

fn snooze(watch: &ShownWatch, reader: &Reader, (zone, refused): (&str, Option<(String, Said)>)) -> Snooze {
    let zone: Tz = zone.parse().unwrap_or(Tz::UTC);
    let today = reader.now.with_timezone(&zone).date_naive();
    let last = watch.expires_at.with_timezone(&zone).date_naive();
    let (typed, refused) = refused.map_or((String::new(), None), |(typed, why)| (typed, Some(why)));
    Snooze { first: today.succ_opt().unwrap_or(today), last, typed, refused }
}
