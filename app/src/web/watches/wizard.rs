//! The way to a watch in three pages: where and when, with what, and a look at all of it before it begins. The same pages change a watch that
//! there is. Promises that a page shows what was answered before with a way to change it, and that what is refused stands
//! as it was typed. Begins nothing by GET.

use super::{
    address,
    answers::{Answers, WHAT, WHEN},
    asked::{what_page, when_page},
    read::{self, Reading, Step},
    row::Row,
};
use crate::{
    form::Refusals,
    problem::Problem,
    reader::{Reader, Standing},
    sheet::Sheet,
    signed_in::{Frame, MemberCx},
    watches::request::NOTE_CHARS_MAX,
    web::told,
};
use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Response},
};
use domain::{
    code::VehicleClass,
    id::{TenantId, WatchId},
    plan::{self, LimitKind, Plan, Refusal, Usage},
    watch::Wanted,
};
use store::{
    TenantTx,
    channel::{self, ShownChannel},
    sailing::{self, Asked},
    watch::{self, ShownWatch},
};
use words::Said;

/// Sailings of which the last page says what is known now.
const SAILINGS_SHOWN: usize = 12;

/// Where the pages lead to.
pub(super) enum Aim {
    /// A new watch.
    New,
    /// A watch that there is, as it was when it was opened.
    Change(Box<ShownWatch>),
}

impl Aim {
    fn changes(&self) -> Option<&ShownWatch> {
        match self {
            Aim::New => None,
            Aim::Change(watch) => Some(watch),
        }
    }

    /// Where its pages are.
    fn pages(&self, tenant: TenantId) -> String {
        match self {
            Aim::New => format!("/t/{tenant}/watches/new"),
            Aim::Change(watch) => format!("{}/edit", address(tenant, watch.id)),
        }
    }

    /// Where the last page sends what was answered.
    fn sent_to(&self, tenant: TenantId) -> String {
        match self {
            Aim::New => format!("/t/{tenant}/watches"),
            Aim::Change(watch) => address(tenant, watch.id),
        }
    }
}

/// What each of the pages has.
pub(super) struct Way {
    pub(super) answers: Answers,
    pub(super) refused: Refusals,
    /// Where the pages are.
    pub(super) pages: String,
    pub(super) changes: Option<WatchId>,
    step: Step,
}

impl Way {
    pub(super) fn refusal(&self, field: &str) -> Option<&Said> {
        self.refused.of(field)
    }

    pub(super) fn get(&self, field: &str) -> &str {
        self.answers.get(field)
    }

    pub(super) fn ticks(&self, field: &str) -> bool {
        self.answers.says(field)
    }

    pub(super) fn is_past(&self, step: &str) -> bool {
        step < self.step.as_str()
    }

    pub(super) fn is_at(&self, step: &str) -> bool {
        step == self.step.as_str()
    }

    pub(super) fn to(&self, step: &str) -> String {
        format!("{}?{}", self.pages, self.answers.query(step))
    }

    /// Where the page can be opened again, also one that answers what was sent: by all of that but a note.
    pub(super) fn reopened(&self, sheet: &Sheet) -> String {
        sheet.opened().map_or_else(|| self.to(self.step.as_str()), str::to_owned)
    }

    /// What a form that asks where and when carries along.
    pub(super) fn besides_when(&self) -> Vec<(&str, &str)> {
        self.answers.besides(WHEN).collect()
    }

    /// What a form that asks with what carries along.
    pub(super) fn besides_what(&self) -> Vec<(&str, &str)> {
        self.answers.besides(WHAT).collect()
    }

    /// What the last form sends.
    fn all(&self) -> Vec<(&str, &str)> {
        self.answers.besides(&[]).collect()
    }
}

/// The sailings that are wanted, as they are known now.
struct Outlook {
    /// How many have space.
    open: usize,
    /// The first of them.
    known: Vec<Row>,
    /// How many more there are.
    more: usize,
}

#[derive(Template)]
#[template(path = "watch_check.html")]
struct CheckPage {
    frame: Frame,
    way: Way,
    tenant: TenantId,
    sent_to: String,
    when: Vec<Said>,
    what: Vec<Said>,
    verdict: Vec<Said>,
    interval: Vec<Said>,
    will: Vec<Said>,
    leaves: Said,
    /// The plan's limit that is in the way, or an operator that is not asked.
    hindered: Option<Said>,
    open: usize,
    known: Vec<Row>,
    more: usize,
    note: String,
    note_max: usize,
}

/// Shows the page of these answers: the one that was asked for, or the first that lacks a good answer.
pub(super) async fn show(cx: &MemberCx, aim: Aim, answers: Answers) -> Result<Response, Problem> {
    let frame = cx.frame().await?;
    let mut tx = cx.begin().await?;
    let ground = Ground::of(cx, &mut tx, aim.changes().map(|watch| watch.user)).await?;
    let reading = read::read(&answers, &ground.own, cx.now());
    let step = match answers.get("step") {
        "1" => Step::When,
        "2" => reading.step.min(Step::What),
        _ => reading.step,
    };
    page((cx, frame, &mut tx), &ground, (aim, answers, reading), (step, None)).await
}

/// Shows the last page again, with why what was sent was not done.
pub(super) async fn hindered(
    cx: &MemberCx,
    aim: Aim,
    answers: Answers,
    why: Option<Said>,
) -> Result<Response, Problem> {
    let frame = cx.frame().await?;
    let mut tx = cx.begin().await?;
    let ground = Ground::of(cx, &mut tx, aim.changes().map(|watch| watch.user)).await?;
    let reading = read::read(&answers, &ground.own, cx.now());
    let step = reading.step;
    let mut response = page((cx, frame, &mut tx), &ground, (aim, answers, reading), (step, why)).await?;
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}

/// What every page looks things up in.
pub(super) struct Ground {
    pub(super) reader: Reader,
    pub(super) own: Vec<ShownChannel>,
    usage: Usage,
}

impl Ground {
    async fn of(cx: &MemberCx, tx: &mut TenantTx, owner: Option<domain::id::UserId>) -> Result<Ground, Problem> {
        Ok(Ground {
            reader: Reader::of_member(cx, tx).await?,
            own: channel::of_user(tx, owner.unwrap_or(cx.membership().user())).await?,
            usage: watch::usage(tx).await?,
        })
    }
}

async fn page(
    (cx, frame, tx): (&MemberCx, Frame, &mut TenantTx),
    ground: &Ground,
    (aim, answers, reading): (Aim, Answers, Reading),
    (step, why): (Step, Option<Said>),
) -> Result<Response, Problem> {
    let tenant = cx.membership().tenant();
    let status = if reading.refused.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let Reading { way: chosen, vehicle, wanted, refused, aside, .. } = reading;
    let changes = aim.changes().map(|watch| watch.id);
    let way = Way { answers, refused, pages: aim.pages(tenant), changes, step };
    let page = match (step, chosen, wanted) {
        (Step::What, Some(chosen), _) => what_page((frame, way, tenant), ground, &chosen, vehicle).render()?,
        (Step::Check, _, Some(wanted)) => {
            let known = known(tx, &ground.reader, &wanted, &frame.zone).await?;
            let told = aside_told(&answers_channels(&way, ground), &wanted);
            let note = match (way.answers.was_asked("note"), aim.changes()) {
                (false, Some(watch)) => watch.note.clone(),
                (false, None) => like(tx, &way).await?,
                (true, _) => aside.note().to_owned(),
            };
            let sent_to = aim.sent_to(tenant);
            check_page((frame, way, tenant), ground, (&wanted, aim.changes()), (known, told, why))
                .with(sent_to, note)
                .render()?
        }
        _ => when_page(frame, Way { step: Step::When, ..way }, ground).render()?,
    };
    Ok((status, Html(page)).into_response())
}

/// The note of the watch that a new one is to be like.
async fn like(tx: &mut TenantTx, way: &Way) -> Result<String, Problem> {
    match way.get("like").parse::<WatchId>() {
        Ok(id) => Ok(watch::find(tx, id).await?.map(|watch| watch.note).unwrap_or_default()),
        Err(_) => Ok(String::new()),
    }
}

/// The channels that will be told.
fn answers_channels<'a>(way: &Way, ground: &'a Ground) -> Vec<&'a ShownChannel> {
    let told = way.answers.channels();
    let is_told = |channel: &&ShownChannel| match &told {
        Some(chosen) => chosen.contains(&channel.id),
        None => channel.works() && channel.is_default,
    };
    ground.own.iter().filter(is_told).collect()
}

/// What the watch will do, in sentences.
fn aside_told(channels: &[&ShownChannel], wanted: &Wanted) -> Vec<Said> {
    let working = channels.iter().filter(|channel| channel.works()).map(|channel| Said::quoted(&*channel.address));
    let told = Said::list(working);
    let is_told = channels.iter().any(|channel| channel.works());
    let last = wanted.criteria.leg.last_day();
    let last = wanted.way_back.as_ref().map_or(last, |back| back.leg.last_day().max(last));
    vec![
        if is_told { Said::new("will-tell").with("where", told) } else { Said::new("will-tell-nobody") },
        Said::new("will-ask"),
        Said::new("will-end").with("day", last),
    ]
}

/// What is known now of the sailings that are wanted, as the reader's plan was told: those with space first.
async fn known(tx: &mut TenantTx, reader: &Reader, wanted: &Wanted, zone: &str) -> Result<Outlook, Problem> {
    let class: &VehicleClass = &wanted.fit.class;
    let mut known = Vec::new();
    for leg in [Some(&wanted.criteria.leg), wanted.way_back.as_ref().map(|back| &back.leg)].into_iter().flatten() {
        let Some(first) = leg.days().next() else { continue };
        let (plan, now) = (reader.plan, reader.now);
        let to = leg.last_day();
        let asked =
            Asked { operator: wanted.operator, route: &leg.route, from: first, to, class: Some(class), plan, now };
        let page = sailing::released(&mut *tx, &asked, None, store::PAGE_MAX).await?;
        known.extend(page.rows.into_iter().filter(|row| leg.covers(&row.sailing) && row.sailing.departs_at > now));
    }
    let has_space = |row: &sailing::ReleasedSailing| row.facts.availability(class).has_space();
    known.sort_by_key(|row| (!has_space(row), row.sailing.departs_at));
    let open = known.iter().filter(|row| has_space(row)).count();
    let more = known.len().saturating_sub(SAILINGS_SHOWN);
    let seen = (reader, zone, wanted.way_back.is_some());
    let shown = known.iter().take(SAILINGS_SHOWN).map(|row| Row::of(row, Some(class), seen));
    Ok(Outlook { open, known: shown.collect(), more })
}

fn check_page(
    (frame, way, tenant): (Frame, Way, TenantId),
    ground: &Ground,
    (wanted, changes): (&Wanted, Option<&ShownWatch>),
    (Outlook { open, known, more }, will, why): (Outlook, Vec<Said>, Option<Said>),
) -> CheckPage {
    let operator = wanted.operator;
    let reader = &ground.reader;
    let usage = besides(ground.usage, changes);
    let admitted = plan::admit(reader.plan, usage, wanted.days);
    let off = matches!(reader.standing(operator), Standing::Off(..));
    let name = operator.manifest().name;
    let is_off = off.then(|| Said::new("wizard-operator-off").with("operator", name));
    CheckPage {
        when: told::when_lines(operator, &wanted.criteria.leg, wanted.way_back.as_ref()),
        what: told::what_lines(&wanted.criteria),
        verdict: told::verdict_lines(operator, &wanted.criteria.vehicle),
        interval: told::interval_lines(reader, operator),
        leaves: leaves(reader.plan, usage, wanted.days),
        hindered: why.or(is_off).or_else(|| admitted.err().map(|refusal| refused_said(reader.plan, refusal))),
        note_max: NOTE_CHARS_MAX,
        sent_to: String::new(),
        note: String::new(),
        will,
        open,
        known,
        more,
        tenant,
        frame,
        way,
    }
}

impl CheckPage {
    fn with(self, sent_to: String, note: String) -> CheckPage {
        CheckPage { sent_to, note, ..self }
    }
}

/// What is used besides a watch that is to be changed.
fn besides(usage: Usage, changes: Option<&ShownWatch>) -> Usage {
    let counts =
        |watch: &&ShownWatch| watch.state == domain::watch::WatchState::Active || watch.snoozed_until.is_some();
    changes.filter(counts).map_or(usage, |watch| Usage {
        active_watches: usage.active_watches.saturating_sub(1),
        watched_days: usage
            .watched_days
            .saturating_sub(domain::watch::watched_days(&watch.criteria, watch.return_leg.as_ref())),
    })
}

/// What the plan has room for, once this watch runs.
fn leaves(plan: Plan, usage: Usage, days: u32) -> Said {
    let limits = plan.limits();
    Said::new("plan-leaves")
        .with("plan", told::plan_name(plan))
        .with("watches", usage.active_watches + 1)
        .with("watches-most", limits.active_watches)
        .with("days", usage.watched_days + days)
        .with("days-most", limits.watched_days)
}

/// Which limit is in the way.
pub(super) fn refused_said(plan: Plan, refusal: Refusal) -> Said {
    let id = match refusal.limit {
        LimitKind::ActiveWatches => "plan-too-many-watches",
        LimitKind::WatchedDays => "plan-too-many-days",
    };
    Said::new(id).with("plan", told::plan_name(plan)).with("allowed", refusal.allowed).with("wanted", refusal.wanted)
}
