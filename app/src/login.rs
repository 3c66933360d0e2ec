//! Sign-in: pages, and what becomes of a provider's answer. Promises that a session begins only with an identity that a configured
//! provider has just proved to this very browser, under a new token, and that the browser's old one is over. Never finds anybody by an
//! address, and never tells why a sign-in was refused.

mod answer;
mod apple;
pub(crate) mod attempt;
mod claims;
mod cookie;
mod discovery;
mod email;
mod github;
mod id_token;
pub(crate) mod link;
mod provider;
pub mod return_to;
pub mod settings;
mod wire;

pub use attempt::COOKIE;

use crate::{
    App,
    form::Form,
    input::{Path, Query},
    problem::Problem,
    session,
    sheet::{self, Sheet},
};
use answer::Answer;
use askama::Template;
use attempt::{AttemptCx, Beginning};
use axum::{
    body::Bytes,
    extract::State,
    response::{Html, IntoResponse, Redirect, Response},
};
use domain::{
    id::{ChannelId, SessionId, TenantId, UserId},
    login::AttemptPurpose,
};
use return_to::ReturnTo;
use serde::Deserialize;
use store::{
    Act,
    identity::{NewPerson, Proof},
    session::{NewSession, end_of_token},
};
use words::Language;

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage<'a> {
    frame: Sheet,
    providers: Vec<Choice<'a>>,
    return_to: &'a str,
}

/// A provider in a list of buttons.
pub(crate) struct Choice<'a> {
    pub(crate) name: &'a str,
    pub(crate) title: &'a str,
}

/// All configured providers, in their order.
pub(crate) fn choices(app: &App) -> Vec<Choice<'_>> {
    app.providers.iter().map(|provider| Choice { name: &provider.name, title: &provider.title }).collect()
}

/// Where to go afterwards.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Afterwards {
    #[serde(default)]
    pub(crate) return_to: ReturnTo,
}

/// The ways to sign in.
pub(crate) async fn page(
    State(app): State<App>,
    frame: Sheet,
    Query(Afterwards { return_to }): Query<Afterwards>,
) -> Result<Html<String>, Problem> {
    Ok(Html(LoginPage { frame, providers: choices(&app), return_to: return_to.as_str() }.render()?))
}

/// Sends a browser to a provider.
pub(crate) async fn start(
    State(app): State<App>,
    sheet: Sheet,
    Path(name): Path<String>,
    Form(Afterwards { return_to }): Form<Afterwards>,
) -> Result<Response, Problem> {
    let provider = app.providers.find(&name).ok_or_else(Problem::not_found)?;
    let beginning = Beginning { purpose: AttemptPurpose::SignIn, by: None, return_to, sheet };
    attempt::begin(&app, provider, beginning).await
}

/// A provider that posts its answer: another site's form, with which browsers send none of our cookies. It is brought again by GET, where
/// they do; nothing else happens here.
pub(crate) async fn posted(State(app): State<App>, Path(name): Path<String>, form: Bytes) -> Response {
    match (app.providers.find(&name), Answer::query_of_form(&form)) {
        (Some(provider), Some(query)) => {
            Redirect::to(&format!("/login/{}/callback?{query}", provider.name)).into_response()
        }
        _ => attempt::refused(&name, &anyhow::anyhow!("the posted answer cannot be read")),
    }
}

/// A browser comes back.
pub(crate) async fn callback(cx: AttemptCx, sheet: Sheet) -> Result<Response, Problem> {
    let proof = match cx.prove().await {
        Ok(proof) => proof,
        Err(error) => return Ok(cx.refused(&error)),
    };
    let mut response = match (cx.purpose, &cx.session) {
        (AttemptPurpose::SignIn, _) => sign_in(&cx, &proof, sheet.language).await?,
        (AttemptPurpose::Link, Some(session)) => link::finish(&cx, session, &proof).await?,
        (AttemptPurpose::Confirm, Some(session)) => link::confirmed(&cx, session, &proof).await?,
        (_, None) => unreachable!("BUG: enforce takes no such attempt without its session"),
    };
    session::forget(response.headers_mut(), COOKIE);
    Ok(response)
}

/// Whoever is new reads what they signed up in; whoever comes back, what they chose before, in this browser too.
async fn sign_in(cx: &AttemptCx, proof: &Proof, signed_up_in: Language) -> Result<Response, Problem> {
    let AttemptCx { app, now, request_id, .. } = cx;
    let token = app.chance.token();
    let chance = || app.chance.id();
    let (user, tenant, channel) = (UserId(chance()), TenantId(chance()), ChannelId(chance()));
    let new = NewPerson { user, tenant, channel, locale: signed_up_in.tag() };
    let session = NewSession {
        id: SessionId(chance()),
        token: &token,
        identity: (&proof.issuer, &proof.subject),
        device: &cx.device,
        now: *now,
    };
    // Actor and subject are known once the person is.
    let act = |action| Act { at: *now, actor: String::new(), action, subject: String::new(), request_id: *request_id };
    app.credentials.sign_in(proof, new, &session, act("session.start")).await?;
    if let Some(before) = &cx.presented {
        end_of_token(&app.credentials, before, act("session.end")).await?;
    }
    let mut response = Redirect::to(cx.return_to.as_str()).into_response();
    session::issue(response.headers_mut(), &token);
    if let Some(session) = app.credentials.session(&token, *now).await? {
        let account = app.credentials.begin(&session).await?.account().await?;
        sheet::remember(response.headers_mut(), Language::of_tag(&account.locale).unwrap_or_default());
    }
    Ok(response)
}
