//! A person's own pages: what they are called, where they are signed in, what they belong to. Never shows anything of
//! another person's.

use crate::{
    form::{Form, Refusals},
    input::Path,
    problem::Problem,
    session, sheet,
    signed_in::{Frame, SessionCx},
    when::When,
};
use askama::Template;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono_tz::Tz;
use domain::{
    id::SessionId,
    name::Name,
    session::{ABSOLUTE_LIMIT, IDLE_LIMIT},
};
use serde::Deserialize;
use store::UserTx;
use store::session::{SessionRow, end, end_others as end_all_others, list};
use words::{Language, Said};

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    frame: Frame,
    typed: AccountForm,
    refused: Refusals,
    /// Where they are written to, if they have proved an address.
    email: Option<String>,
    zones: Vec<&'static str>,
}

/// What somebody can change about themselves.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountForm {
    name: String,
    zone: String,
    /// As it was, where the form does not say.
    language: Option<String>,
}

pub(crate) async fn show(cx: SessionCx) -> Result<Response, Problem> {
    let mut tx = cx.begin().await?;
    let account = tx.account().await?;
    let typed = AccountForm { name: account.name, zone: account.zone, language: Some(account.locale) };
    page(&cx, (&mut tx, account.email), (typed, Refusals::default())).await
}

pub(crate) async fn change(cx: SessionCx, Form(typed): Form<AccountForm>) -> Result<Response, Problem> {
    let mut refused = Refusals::default();
    let name = refused.take("name", Name::parse(&typed.name));
    let zone = typed.zone.parse::<Tz>().map_err(|_| Said::new("account-zone-unknown"));
    let zone = refused.take("zone", zone);
    let mut tx = cx.begin().await?;
    let account = tx.account().await?;
    let language = Language::of_tag(typed.language.as_deref().unwrap_or(&account.locale));
    if language.is_none() {
        refused.say("language", Said::new("account-language-unknown"));
    }
    let (Some(name), Some(zone), Some(language)) = (name, zone, language) else {
        return page(&cx, (&mut tx, account.email), (typed, refused)).await;
    };
    tx.change_account(&name, zone.name(), language.tag()).await?;
    let subject = cx.session().actor();
    cx.commit(tx, "account.change", subject).await?;
    let mut response = Redirect::to("/account").into_response();
    sheet::remember(response.headers_mut(), language);
    Ok(response)
}

async fn page(
    cx: &SessionCx,
    (tx, email): (&mut UserTx, Option<String>),
    (typed, refused): (AccountForm, Refusals),
) -> Result<Response, Problem> {
    let status = refused.status();
    let zones =
        chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()).filter(|name| name.contains('/') || *name == "UTC");
    let page = AccountPage { frame: cx.frame_in(tx).await?, typed, refused, email, zones: zones.collect() };
    Ok((status, Html(page.render()?)).into_response())
}

#[derive(Template)]
#[template(path = "sessions.html")]
struct SessionsPage {
    frame: Frame,
    sessions: Vec<Shown>,
}

/// A session in the list.
struct Shown {
    id: SessionId,
    device: Said,
    since: When,
    seen: When,
    ago: Said,
    is_this: bool,
}

pub(crate) async fn sessions(cx: SessionCx) -> Result<Html<String>, Problem> {
    let mut tx = cx.begin().await?;
    let rows = list(&mut tx, cx.now()).await?;
    let frame = cx.frame_in(&mut tx).await?;
    let shown = |row: SessionRow| Shown {
        since: frame.when(row.created_at),
        seen: frame.when(row.seen_at),
        ago: frame.ago(row.seen_at),
        is_this: row.id == cx.session().id(),
        id: row.id,
        device: session::said_device(&row.device),
    };
    let sessions = rows.into_iter().map(shown).collect();
    Ok(Html(SessionsPage { frame, sessions }.render()?))
}

/// Ends one session: this one too, as signing out does.
pub(crate) async fn end_session(cx: SessionCx, Path(id): Path<SessionId>) -> Result<Response, Problem> {
    let mut tx = cx.begin().await?;
    if !end(&mut tx, id).await? {
        return Err(Problem::not_found());
    }
    cx.commit(tx, "session.end", format!("session:{id}")).await?;
    if id == cx.session().id() {
        return Ok(signed_out());
    }
    Ok(Redirect::to("/account/sessions").into_response())
}

/// Ends every session but this one, which gets a new token: whoever held the old one is out too.
pub(crate) async fn end_others(cx: SessionCx) -> Result<Response, Problem> {
    let mut tx = cx.begin().await?;
    end_all_others(&mut tx, cx.session().id()).await?;
    cx.commit(tx, "session.end_others", cx.session().actor()).await?;
    cx.rotated(Redirect::to("/account/sessions")).await
}

pub(crate) async fn sign_out(cx: SessionCx) -> Result<Response, Problem> {
    let mut tx = cx.begin().await?;
    let id = cx.session().id();
    end(&mut tx, id).await?;
    cx.commit(tx, "session.end", format!("session:{id}")).await?;
    Ok(signed_out())
}

fn signed_out() -> Response {
    let mut response = Redirect::to("/").into_response();
    session::forget_all(response.headers_mut());
    response
}
