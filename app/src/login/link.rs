//! A person's own identities: which there are, adding one, removing one, and proving anew who they are. Promises that an identity is added
//! only to somebody who has just proved the one they are signed in with and then this one, and that each such change gives the browser
//! a new token. Never says whose an identity is.

use super::{
    Afterwards, Choice,
    attempt::{self, AttemptCx, Beginning},
    choices,
    provider::Provider,
    return_to::ReturnTo,
};
use crate::{
    form::Form,
    input::{Path, Query},
    problem::{Code, Problem},
    session,
    signed_in::{Frame, SessionCx},
    when::When,
};
use askama::Template;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::login::AttemptPurpose;
use serde::Deserialize;
use store::{
    Act, Session, UserTx,
    identity::{self, IDENTITIES_MAX, Linked, Proof, Removed},
    session::{prove, rotate},
};
use words::Said;

const PAGE: &str = "/account/identities";

#[derive(Template)]
#[template(path = "identities.html")]
struct IdentitiesPage<'a> {
    frame: Frame,
    identities: Vec<Shown>,
    providers: Vec<Choice<'a>>,
}

/// An identity in the list.
struct Shown {
    title: String,
    issuer: String,
    subject: String,
    email: String,
    email_verified: bool,
    used: When,
    ago: Said,
    is_this: bool,
}

/// The ways the person signs in.
pub(crate) async fn show(cx: SessionCx) -> Result<Html<String>, Problem> {
    let mut tx = cx.begin().await?;
    let rows = identity::list(&mut tx).await?;
    let frame = cx.frame_in(&mut tx).await?;
    let shown = rows.into_iter().map(|row| Shown {
        title: cx.app().providers.find(&row.provider).map_or(row.provider, |provider| provider.title.clone()),
        is_this: cx.session().identity() == (&row.issuer, &row.subject),
        used: frame.when(row.last_used_at),
        ago: frame.ago(row.last_used_at),
        issuer: row.issuer,
        subject: row.subject,
        email: row.email,
        email_verified: row.email_verified,
    });
    let identities = shown.collect();
    Ok(Html(IdentitiesPage { frame, identities, providers: choices(cx.app()) }.render()?))
}

/// A form without fields of its own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// Begins to add one: the present one was proved within minutes, or this row's access would not have let us here.
pub(crate) async fn start(
    cx: SessionCx,
    Path(name): Path<String>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Problem> {
    let provider = cx.app().providers.find(&name).ok_or_else(Problem::not_found)?;
    let return_to = ReturnTo::parse(PAGE);
    let by = Some((cx.session(), cx.act("identity.begin", cx.session().actor())));
    let beginning = Beginning { purpose: AttemptPurpose::Link, by, return_to, sheet: cx.sheet().clone() };
    attempt::begin(cx.app(), provider, beginning).await
}

/// The new one is proved too.
pub(crate) async fn finish(cx: &AttemptCx, session: &Session, proof: &Proof) -> Result<Response, Problem> {
    let mut tx = cx.app.credentials.begin(session).await?;
    match identity::link(&mut tx, proof, cx.now).await? {
        Linked::Done => {
            let token = cx.app.chance.token();
            if !rotate(&mut tx, session, &token).await? {
                return Err(Problem::signed_out());
            }
            commit(cx, tx, session, "identity.link").await?;
            let mut response = Redirect::to(PAGE).into_response();
            session::issue(response.headers_mut(), &token);
            Ok(response)
        }
        Linked::Before => Ok(Redirect::to(PAGE).into_response()),
        Linked::Taken => Err(conflict(Said::new("identity-taken"))),
        Linked::TooMany => Err(conflict(Said::new("identity-too-many").with("most", IDENTITIES_MAX))),
    }
}

/// Which one to remove.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Removal {
    issuer: String,
    subject: String,
}

/// Removes one that is neither the last nor the one the person is signed in with.
pub(crate) async fn remove(
    cx: SessionCx,
    Form(Removal { issuer, subject }): Form<Removal>,
) -> Result<Response, Problem> {
    if cx.session().identity() == (&issuer, &subject) {
        return Err(conflict(Said::new("identity-this")));
    }
    let mut tx = cx.begin().await?;
    match identity::unlink(&mut tx, &issuer, &subject).await? {
        Removed::Done => {}
        Removed::Missing => return Err(Problem::not_found()),
        Removed::Last => return Err(conflict(Said::new("identity-last"))),
    }
    let actor = cx.session().actor();
    cx.commit(tx, "identity.unlink", actor).await?;
    cx.rotated(Redirect::to(PAGE)).await
}

fn conflict(why: Said) -> Problem {
    Problem::said(Code::Conflict, why).leading(PAGE, "identities-title")
}

#[derive(Template)]
#[template(path = "confirm.html")]
struct ConfirmPage<'a> {
    frame: Frame,
    title: &'a str,
    return_to: &'a str,
}

/// Asks for a new proof before something dangerous.
pub(crate) async fn ask(
    cx: SessionCx,
    Query(Afterwards { return_to }): Query<Afterwards>,
) -> Result<Html<String>, Problem> {
    let title = &present(&cx)?.title;
    Ok(Html(ConfirmPage { frame: cx.frame().await?, title, return_to: return_to.as_str() }.render()?))
}

/// Begins it: with the provider the person is signed in with, and no other.
pub(crate) async fn confirm(
    cx: SessionCx,
    Form(Afterwards { return_to }): Form<Afterwards>,
) -> Result<Response, Problem> {
    let by = Some((cx.session(), cx.act("session.begin_confirm", cx.session().actor())));
    let beginning = Beginning { purpose: AttemptPurpose::Confirm, by, return_to, sheet: cx.sheet().clone() };
    attempt::begin(cx.app(), present(&cx)?, beginning).await
}

fn present(cx: &SessionCx) -> Result<&Provider, Problem> {
    let (issuer, _) = cx.session().identity();
    let provider = cx.app().providers.iter().find(|provider| provider.issuer.as_str() == issuer);
    provider.ok_or_else(|| {
        Problem::said(Code::Conflict, Said::new("identity-not-offered")).leading("/login", "nav-sign-in")
    })
}

/// Somebody came back to confirm: it must be the very identity of the session.
pub(crate) async fn confirmed(cx: &AttemptCx, session: &Session, proof: &Proof) -> Result<Response, Problem> {
    if session.identity() != (&proof.issuer, &proof.subject) {
        return Ok(cx.refused(&anyhow::anyhow!("another identity came back to confirm")));
    }
    let mut tx = cx.app.credentials.begin(session).await?;
    let token = cx.app.chance.token();
    if !prove(&mut tx, session, &token, cx.now).await? {
        return Err(Problem::signed_out());
    }
    commit(cx, tx, session, "session.confirm").await?;
    let mut response = Redirect::to(cx.return_to.as_str()).into_response();
    session::issue(response.headers_mut(), &token);
    Ok(response)
}

async fn commit(cx: &AttemptCx, tx: UserTx, session: &Session, action: &'static str) -> Result<(), Problem> {
    let (at, request_id) = (cx.now, cx.request_id);
    let subject = format!("session:{}", session.id());
    Ok(tx.commit(Act { at, actor: session.actor(), action, subject, request_id }).await?)
}
