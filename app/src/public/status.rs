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
use store::status::{self, Incident, OperatorDay, Present};
use words::Said;

/// How many days a strip shows.
const DAYS: u32 = 90;

/// Who was not counted for so long is not looked at.
const COUNTED_WITHIN: TimeDelta = TimeDelta::minutes(10);

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

/// What it is now; nothing, while nobody looks.
#[derive(Clone, Copy)]
struct Standing {
    condition: Option<Condition>,
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
    title: Said,
    began: Checked,
    /// When it ended and how long it had lasted; nothing while it lasts.
    ended: Option<(Checked, TimeDelta)>,
}

impl Standing {
    /// The chip's class and icon, and its word.
    fn look(self) -> (&'static str, &'static str, &'static str) {
        match self.condition {
            Some(Condition::Good) => ("open", "check", "status-good"),
            Some(Condition::Degraded) => ("heed", "warning", "status-degraded"),
            Some(Condition::Paused) => ("heed", "pause", "status-paused"),
            Some(Condition::Off) => ("", "moon", "status-off"),
            None => ("", "moon", "status-unseen"),
        }
    }

    fn text(self) -> &'static str {
        match self.condition {
            Some(Condition::Good) => "status-good-text",
            Some(Condition::Degraded) => "status-degraded-text",
            Some(Condition::Paused) => "status-paused-text",
            Some(Condition::Off) => "status-off-text",
            None => "status-unseen-text",
        }
    }
}

impl Day {
    /// Which day, and what it was, in a sentence.
    fn said(&self) -> Said {
        let span = |minutes: u32| TimeDelta::minutes(i64::from(minutes));
        let was = match self.minutes.ground() {
            _ if self.minutes.bad() > 0 => Said::new("status-day-bad").with("span", span(self.minutes.bad())),
            "good" => Said::new("status-day-good"),
            "off" => Said::new("status-day-off"),
            _ => Said::new("status-day-gap"),
        };
        Said::line(self.day, was)
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
        let bad = |condition| matches!(condition, Some(Condition::Degraded | Condition::Paused));
        !self.operators.iter().any(|operator| bad(operator.state.condition))
    }
}

/// The page.
pub(crate) async fn show(State(app): State<App>, frame: Sheet) -> Result<Html<String>, Problem> {
    let now = app.clock.now();
    let (first, last) = days(now);
    let mut tx = app.store.look().await?;
    let present = status::present(&mut tx).await?;
    let told = status::days(&mut tx, first, last).await?;
    let incidents = status::incidents(&mut tx, since(first), now).await?;
    drop(tx);
    let page = StatusPage {
        frame,
        canonical: app.base_url.join("/status").map(String::from).unwrap_or_default(),
        operators: Operator::ALL.iter().map(|operator| of(*operator, (&present, &told), (first, last), now)).collect(),
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
    operator: Operator,
    (present, told): (&[Present], &[OperatorDay]),
    (first, last): (NaiveDate, NaiveDate),
    now: DateTime<Utc>,
) -> OperatorStatus {
    let present = present.iter().find(|present| present.operator == operator);
    let is_counted = |present: &&Present| now - present.counted_at <= COUNTED_WITHIN;
    let known: BTreeMap<NaiveDate, Minutes> =
        told.iter().filter(|day| day.operator == operator).map(|day| (day.day, minutes(day))).collect();
    let days = (0..).zip(first.iter_days().take_while(|day| *day <= last)).map(|(at, day)| {
        let minutes = known.get(&day).copied().unwrap_or_default();
        Day { day, minutes, bar: strip::bar(at, minutes) }
    });
    OperatorStatus {
        name: operator.manifest().name,
        id: operator.as_str(),
        state: Standing { condition: present.filter(is_counted).map(|present| present.condition) },
        checked: present.and_then(|present| present.checked_at).map(|at| Checked::new(at, now)),
        days: days.collect(),
    }
}

fn minutes(day: &OperatorDay) -> Minutes {
    let [good, degraded, paused, off] = [day.good_min, day.degraded_min, day.paused_min, day.off_min].map(u32::from);
    Minutes { good, degraded, paused, off }
}

fn tell(incident: &Incident, now: DateTime<Utc>) -> Told {
    Told {
        id: incident.id,
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
