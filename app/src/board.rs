//! The dashboard: a tenant's watches as cards, those with space first, then those that are not checked, then by their next departure.
//! Promises a page of at most two dozen, whatever their number, and facts as released to the plan; what a page shows and what a stream
//! sends to it are made in one place. Never shows another tenant's, and works without its script.

mod card;
mod strip;
mod when;

pub(crate) use card::{Card, Cards};

use crate::{
    about,
    input::Query,
    problem::Problem,
    reader::Reader,
    signed_in::{Frame, MemberCx, SessionCx},
    when::every,
};
use askama::Template;
use axum::response::{Html, Redirect};
use chrono::TimeDelta;
use domain::{
    access::{Action::WriteWatches, allows},
    id::TenantId,
    outage::Cause,
    plan::{Limits, Usage},
};
use serde::Deserialize;
use store::{
    board::{self, Asked, CARDS_MAX, Counts, Interval, Missed, Show},
    tenancy,
};
use when::At;
use words::Said;

/// No list is paged further: nobody looks for a watch on its thousandth page.
const PAGES_MAX: i64 = 1_000;

/// Where one's own watches are.
pub(crate) async fn home(cx: SessionCx) -> Result<Redirect, Problem> {
    let tenants = cx.begin().await?.tenants().await?;
    let open = tenants.iter().find(|belonging| belonging.suspended.is_none());
    Ok(open.map_or_else(
        || Redirect::to("/account/tenants"),
        |belonging| Redirect::to(&format!("/t/{}", belonging.tenant)),
    ))
}

/// Which list, and which page of it.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BoardQuery {
    #[serde(default)]
    show: String,
    #[serde(default)]
    page: String,
}

impl BoardQuery {
    /// What is none of the lists is the first; what is no page is the first too.
    fn show(&self) -> Show {
        LISTS.into_iter().find(|(word, ..)| *word == self.show).map_or(Show::Current, |(_, show, _)| show)
    }

    fn page(&self) -> i64 {
        self.page.parse().unwrap_or(1).clamp(1, PAGES_MAX)
    }
}

/// The lists: their word in the address, and what they are called.
const LISTS: [(&str, Show, &str); 4] = [
    ("", Show::Current, "board-show-current"),
    ("open", Show::Open, "board-show-open"),
    ("paused", Show::Paused, "board-show-paused"),
    ("ended", Show::Ended, "board-show-ended"),
];

/// A list to choose.
struct Choice {
    href: String,
    label: Said,
    count: i64,
    is_chosen: bool,
}

/// What stands in the way of everything at an operator.
struct Hindrance {
    text: Said,
    since: At,
}

#[derive(Template)]
#[template(path = "board.html")]
struct BoardPage {
    frame: Frame,
    tenant: TenantId,
    name: String,
    cards: Vec<Card>,
    choices: Vec<Choice>,
    hindrances: Vec<Hindrance>,
    usage: Usage,
    plan: Said,
    /// How often it asks.
    every: Said,
    limits: Limits,
    /// What the page's stream is asked for.
    stream: String,
    before: Option<String>,
    after: Option<String>,
    show: Show,
    is_new: bool,
    writes: bool,
}

/// A page of the tenant's watches.
pub(crate) async fn show(cx: MemberCx, Query(query): Query<BoardQuery>) -> Result<Html<String>, Problem> {
    let frame = cx.frame().await?;
    let (membership, show, page) = (cx.membership(), query.show(), query.page());
    let mut tx = cx.begin().await?;
    let reader = Reader::of_member(&cx, &mut tx).await?;
    let intervals: Vec<Interval> = reader.operators().map(|operator| (operator, reader.interval(operator))).collect();
    let asked = Asked { show, skip: (page - 1) * CARDS_MAX, intervals: &intervals, now: cx.now() };
    let board::Page { ids, counts, usage } = board::page(&mut tx, &asked).await?;
    let stream = stream(membership.tenant(), &ids);
    let cards = Cards::of(ids, frame.zone.clone()).read((&cx, &reader), &mut tx).await?;
    let missed = board::missed(&mut tx, cx.now()).await?.into_iter().filter(|missed| missed.until.is_none());
    let name = tenancy::name(&mut tx).await?;
    drop(tx);
    let limits = membership.plan().limits();
    let address = |list: &str, page: i64| address(membership.tenant(), list, page);
    let page = BoardPage {
        tenant: membership.tenant(),
        name,
        choices: choices(show, counts, |list| address(list, 1)),
        hindrances: missed.map(|missed| hindrance(&missed, &cx, &frame)).collect(),
        usage,
        plan: about::plan(membership.plan()),
        every: every(TimeDelta::seconds(i64::from(limits.interval_s))),
        limits,
        before: (page > 1).then(|| address(&query.show, page - 1)),
        after: (page * CARDS_MAX < count(show, counts) && page < PAGES_MAX).then(|| address(&query.show, page + 1)),
        is_new: counts == Counts::default(),
        writes: allows(membership.role(), WriteWatches),
        stream,
        show,
        cards,
        frame,
    };
    Ok(Html(page.render()?))
}

fn count(show: Show, counts: Counts) -> i64 {
    match show {
        Show::Current => counts.current,
        Show::Open => counts.open,
        Show::Paused => counts.paused,
        Show::Ended => counts.ended,
    }
}

/// The lists with something in them, and the one that is shown.
fn choices(shown: Show, counts: Counts, href: impl Fn(&str) -> String) -> Vec<Choice> {
    let all = LISTS.into_iter().map(|(word, show, label)| Choice {
        href: href(word),
        label: Said::new(label).with("n", count(show, counts)),
        count: count(show, counts),
        is_chosen: show == shown,
    });
    let all = all.filter(|choice| choice.count > 0 || choice.is_chosen);
    all.collect()
}

/// Words of the page's own lists only: what somebody put into an address stands in no other.
fn address(tenant: TenantId, list: &str, page: i64) -> String {
    let list = LISTS.into_iter().find(|(word, ..)| *word == list).map_or("", |(word, ..)| word);
    let parts = [(!list.is_empty()).then(|| format!("show={list}")), (page > 1).then(|| format!("page={page}"))];
    let query = parts.into_iter().flatten().collect::<Vec<_>>().join("&");
    if query.is_empty() { format!("/t/{tenant}") } else { format!("/t/{tenant}?{query}") }
}

fn stream(tenant: TenantId, ids: &[domain::id::WatchId]) -> String {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    format!("/t/{tenant}/live?watches={}", ids.join(","))
}

fn hindrance(missed: &Missed, cx: &MemberCx, frame: &Frame) -> Hindrance {
    let text = match missed.cause {
        Cause::Failing => Said::new("board-hindrance-failing"),
        Cause::Silent => Said::new("board-hindrance-silent"),
        Cause::Off => Said::new("board-hindrance-off"),
    };
    let since = At::passed(missed.since, (cx.now(), &frame.zone));
    Hindrance { text: text.with("operator", missed.operator.manifest().name), since }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_list_has_one_address_and_nothing_of_a_query_gets_into_it() {
        let tenant = TenantId(Uuid::nil());
        let home = format!("/t/{tenant}");
        assert_eq!(address(tenant, "", 1), home);
        assert_eq!(address(tenant, "open", 1), format!("{home}?show=open"));
        assert_eq!(address(tenant, "", 2), format!("{home}?page=2"));
        assert_eq!(address(tenant, "ended", 3), format!("{home}?show=ended&page=3"));
        assert_eq!(address(tenant, "\"><script>", 1), home);
    }

    #[test]
    fn a_query_that_means_nothing_is_the_first_page_of_the_first_list() {
        let query = |show: &str, page: &str| BoardQuery { show: show.into(), page: page.into() };
        for (show, page, means) in [
            ("", "", (Show::Current, 1)),
            ("open", "2", (Show::Open, 2)),
            ("nonsense", "-5", (Show::Current, 1)),
            ("ended", "99999999999999999999", (Show::Ended, 1)),
            ("paused", "1000000", (Show::Paused, PAGES_MAX)),
        ] {
            let query = query(show, page);
            assert_eq!((query.show(), query.page()), means);
        }
    }
}
