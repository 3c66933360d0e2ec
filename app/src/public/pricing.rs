//! What each plan allows and costs. Promises the numbers that admission itself goes by. Never shows what does not work yet.

use crate::{App, problem::Problem, sheet::Sheet, when::every};
use askama::Template;
use axum::{extract::State, response::Html};
use chrono::TimeDelta;
use domain::{
    facts::Price,
    plan::{ApiKeys, Limits, Plan},
};
use words::Said;

#[derive(Template)]
#[template(path = "public/pricing.html")]
struct PricingPage<'a> {
    frame: Sheet,
    canonical: String,
    contact: &'a str,
    cards: Vec<Card>,
}

/// A plan.
pub(super) struct Card {
    pub(super) plan: Plan,
    /// What it is called, which is the same in every language.
    pub(super) name: &'static str,
    pub(super) limits: Limits,
    /// A month of it; nothing for what is free.
    pub(super) price: Option<Price>,
    pub(super) interval: Said,
    pub(super) history: TimeDelta,
    /// Requests of its API keys in a minute, if it has any.
    pub(super) requests_per_min: Option<u32>,
}

impl Card {
    /// Who it is for.
    fn lead(&self) -> &'static str {
        match self.plan {
            Plan::Free => "pricing-free",
            Plan::Plus => "pricing-plus",
            Plan::Pro => "pricing-pro",
            Plan::Fleet => "pricing-fleet",
        }
    }
}

/// All plans, from least to most.
pub(super) fn cards() -> Vec<Card> {
    let card = |plan: &Plan| {
        let limits = plan.limits();
        Card {
            plan: *plan,
            name: plan.name(),
            limits,
            price: Some(plan.price()).filter(|price| price.minor > 0),
            interval: every(TimeDelta::seconds(i64::from(limits.interval_s))),
            history: TimeDelta::days(i64::from(limits.history_days)),
            requests_per_min: match limits.api_keys {
                ApiKeys::None => None,
                ApiKeys::ReadWrite { requests_per_min } => Some(requests_per_min.get()),
            },
        }
    };
    Plan::ALL.iter().map(card).collect()
}

/// The plans.
pub(crate) async fn show(State(app): State<App>, frame: Sheet) -> Result<Html<String>, Problem> {
    let canonical = app.base_url.join("/pricing").map(String::from).unwrap_or_default();
    Ok(Html(PricingPage { frame, canonical, contact: &app.contact, cards: cards() }.render()?))
}
