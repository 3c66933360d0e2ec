//! How each operator answers: now, each of the last ninety days, and what went wrong. Promises what the least plan may know, in
//! words beside every drawing; the same incidents go out as a feed. Never names a target, nor what is watched.

pub(crate) mod feed;

use super::{
    shown::Checked,
    strip::{self, Bar, Minutes},
};
use crate::{App, problem::Problem, sheet::Sheet};
use askama::Template;
use axum::{extract::State, response::Html};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use domain::{operator::Operator, status::Condition};
use std::collections::BTreeMap;
use store::status::{self, Incident, Now, OperatorDay};
use words::Said;

/// How many days a strip shows.
const DAYS: u32 = 90;

/// How many incidents the page and the feed tell of.
const INCIDENTS_MAX: i64 = 50;

#[derive(Template)]
#[template(path = "public/status.html")]
struct StatusPage {
    frame: Sheet,
    canonical: String,
    operators: Vec<OperatorStatus>,
    incidents: Vec<Told>,
}

/// An operator as it answers.
struct OperatorStatus {
    name: &'static str,
    id: &'static str,
    state: Standing,
    checked: Option<Checked>,
    days: Vec<Day>,
}

/// What it is now.
#[derive(Clone, Copy)]
struct Standing {
    condition: Condition,
}

/// A day of the strip.
struct Day {
    day: NaiveDate,
    minutes: Minutes,
    bar: Bar,
}

/// An incident as it is told.
struct Told {
    id: i64,
    operator: &'static str,
    title: Said,
    began: Checked,
    /// When it ended and how long it had lasted; nothing while it lasts.
    ended: Option<(Checked, TimeDelta)>,
}

impl Standing {
    /// The chip's class and icon, and its word.
    fn look(self) -> (&'static str, &'static str, &'static str) {
        match self.condition {
            Condition::Good => ("open", "check", "status-good"),
            Condition::Degraded => ("heed", "warning", "status-degraded"),
            Condition::Paused => ("heed", "pause", "status-paused"),
            Condition::Off => ("", "moon", "status-off"),
        }
    }

    fn text(self) -> &'static str {
        match self.condition {
            Condition::Good => "status-good-text",
            Condition::Degraded => "status-degraded-text",
            Condition::Paused => "status-paused-text",
            Condition::Off => "status-off-text",
        }
    }
}

impl Day {
    /// What it was, in a sentence.
    fn said(&self) -> Said {
        let span = |minutes: u32| TimeDelta::minutes(i64::from(minutes));
        match self.minutes.ground() {
            _ if self.minutes.bad() > 0 => Said::new("status-day-bad").with("span", span(self.minutes.bad())),
            "good" => Said::new("status-day-good"),
            "off" => Said::new("status-day-off"),
            _ => Said::new("status-day-gap"),
        }
    }

    fn is_bad(&self) -> bool {
        self.minutes.bad() > 0
    }
}

impl OperatorStatus {
    fn size(&self) -> (u32, u32) {
        strip::size(DAYS)
    }

    fn bad_days(&self) -> usize {
        self.days.iter().filter(|day| day.is_bad()).count()
    }
}

impl StatusPage {
    /// Whether every operator that is asked answers as it should.
    fn is_calm(&self) -> bool {
        let asked = self.operators.iter().filter(|operator| operator.state.condition != Condition::Off);
        asked.into_iter().all(|operator| operator.state.condition == Condition::Good)
    }
}

/// The page.
pub(crate) async fn show(State(app): State<App>, frame: Sheet) -> Result<Html<String>, Problem> {
    let now = app.clock.now();
    let (first, last) = days(now);
    let mut tx = app.store.look().await?;
    let operators = status::now(&mut tx).await?;
    let told = status::days(&mut tx, first, last).await?;
    let incidents = status::incidents(&mut tx, since(first), INCIDENTS_MAX).await?;
    drop(tx);
    let page = StatusPage {
        frame,
        canonical: app.base_url.join("/status").map(String::from).unwrap_or_default(),
        operators: operators.iter().map(|operator| of(operator, &told, (first, last), now)).collect(),
        incidents: incidents.iter().map(|incident| tell(incident, now)).collect(),
    };
    Ok(Html(page.render()?))
}

/// The first and last day shown, by the clock of nowhere.
fn days(now: DateTime<Utc>) -> (NaiveDate, NaiveDate) {
    let last = now.date_naive();
    (last.checked_sub_days(Days::new(u64::from(DAYS) - 1)).unwrap_or(last), last)
}

fn since(first: NaiveDate) -> DateTime<Utc> {
    first.and_time(chrono::NaiveTime::MIN).and_utc()
}

fn of(
    now_of: &Now,
    told: &[OperatorDay],
    (first, last): (NaiveDate, NaiveDate),
    now: DateTime<Utc>,
) -> OperatorStatus {
    let operator = now_of.operator;
    let known: BTreeMap<NaiveDate, Minutes> =
        told.iter().filter(|day| day.operator == operator).map(|day| (day.day, minutes(day))).collect();
    let days = (0..).zip(first.iter_days().take_while(|day| *day <= last)).map(|(at, day)| {
        let minutes = known.get(&day).copied().unwrap_or_default();
        Day { day, minutes, bar: strip::bar(at, minutes) }
    });
    OperatorStatus {
        name: operator.manifest().name,
        id: operator.as_str(),
        state: Standing { condition: now_of.condition },
        checked: now_of.checked_at.map(|at| Checked::new(at, now)),
        days: days.collect(),
    }
}

fn minutes(day: &OperatorDay) -> Minutes {
    Minutes { good: day.good_min, degraded: day.degraded_min, paused: day.paused_min, off: day.off_min }
}

fn tell(incident: &Incident, now: DateTime<Utc>) -> Told {
    Told {
        id: incident.id,
        operator: incident.operator.manifest().name,
        title: title(incident.operator, incident.what),
        began: Checked::new(incident.began_at, now),
        ended: incident.ended_at.map(|at| (Checked::new(at, now), at - incident.began_at)),
    }
}

fn title(operator: Operator, what: Condition) -> Said {
    let id = match what {
        Condition::Good => "incident-good",
        Condition::Degraded => "incident-degraded",
        Condition::Paused => "incident-paused",
        Condition::Off => "incident-off",
    };
    Said::new(id).with("operator", operator.manifest().name)
}
