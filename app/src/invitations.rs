//! Invitations, for whom they are for: what the link of the mail shows, and joining by it. Promises that opening a link only shows, and
//! that joining takes a session whose sign-in proves the invited address. Never tells of a tenant more than its invitation does.

use crate::{
    access::LinkCx,
    error::Error,
    form::Form,
    input::Path,
    members::NoFields,
    notice::{Notice, leading},
    problem::{Problem, WayOut},
    signed_in::{Frame, SessionCx},
    when,
};
use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use domain::invitation::Refusal;
use store::{
    Audit, Capability, Purpose,
    invitation::{self, ShownInvitation},
};

#[derive(Template)]
#[template(path = "invitation.html")]
struct InvitationPage {
    invitation: ShownInvitation,
    until: String,
    token: String,
}

/// What the link of the mail shows, to whoever holds it.
pub(crate) async fn show(cx: LinkCx, Path(token): Path<String>) -> Result<Response, Error> {
    let mut tx = cx.begin().await?;
    let found = invitation::find(&mut tx, cx.link(), cx.now()).await?.ok_or(Error::LinkUnknown)?;
    if let Some(refusal) = found.refused {
        return Ok(refused(refusal));
    }
    let until = when::shown(found.expires_at, "UTC");
    Ok(Html(InvitationPage { invitation: found, until, token }.render()?).into_response())
}

#[derive(Template)]
#[template(path = "join.html")]
struct JoinPage {
    frame: Frame,
    invitation: ShownInvitation,
    until: String,
    token: String,
}

/// The same for who is signed in, with the button that joins.
pub(crate) async fn ask(cx: SessionCx, Path(token): Path<String>) -> Result<Response, Problem> {
    let Some(link) = open(&cx, &token) else { return Ok(Error::LinkUnknown.into_response()) };
    let mut tx = cx.app().store.begin_capability(&link).await?;
    let Some(found) = invitation::find(&mut tx, &link, cx.now()).await? else {
        return Ok(Error::LinkUnknown.into_response());
    };
    if let Some(refusal) = found.refused {
        return Ok(refused(refusal));
    }
    let frame = cx.frame().await?;
    let until = when::shown(found.expires_at, &frame.zone);
    Ok(Html(JoinPage { frame, invitation: found, until, token }.render()?).into_response())
}

/// Joins. Everything is judged again, alone in the tenant.
pub(crate) async fn accept(
    cx: SessionCx,
    Path(token): Path<String>,
    Form(NoFields {}): Form<NoFields>,
) -> Result<Response, Problem> {
    let Some(link) = open(&cx, &token) else { return Ok(Error::LinkUnknown.into_response()) };
    let who = cx.app().credentials.verified_address(cx.session()).await?;
    let Some(mut tx) = cx.app().store.begin_joining(&link).await? else { return Ok(refused(Refusal::TenantGone)) };
    let joined = match invitation::accept(&mut tx, &link, &who, cx.now()).await? {
        Ok(joined) => joined,
        Err(refusal) => return Ok(refused(refusal)),
    };
    let subject = format!("invitation:{}:{}", link.subject(), joined.role);
    tx.commit(Audit::Act(cx.act("invitation.accept", subject))).await?;
    cx.rotated(Redirect::to(&format!("/t/{}", joined.tenant))).await
}

fn open(cx: &SessionCx, token: &str) -> Option<Capability> {
    cx.app().link_key.open(Purpose::Invitation, token, cx.now())
}

/// What whoever holds a link that leads nowhere is told.
fn refused(refusal: Refusal) -> Response {
    let (title, text) = match refusal {
        Refusal::Accepted => {
            ("This invitation was accepted", "It works once. If it was you, the tenant is in your list.")
        }
        Refusal::Expired => ("This invitation is too old", "It stood for 72 hours. Ask whoever sent it for a new one."),
        Refusal::Revoked => ("This invitation was taken back", "Ask whoever sent it for a new one."),
        Refusal::TenantGone => {
            ("This invitation leads nowhere now", "The tenant is closed or suspended. Ask whoever sent it.")
        }
        Refusal::InviterGone | Refusal::RoleAboveInviter => (
            "This invitation does not stand any more",
            "Whoever sent it may not give this role now. Ask another admin of the tenant for a new one.",
        ),
        Refusal::OtherAddress => (
            "This invitation is for another address",
            "You can join by it when the account you sign in with has proved the address it was sent to. Sign out, and sign in with that account.",
        ),
        Refusal::AlreadyMember => ("You are a member already", "There is nothing to join. Your role stays as it is."),
        Refusal::PlanFull => (
            "There is no room at present",
            "The tenant's plan has no room for one more member. Ask whoever sent the invitation; it stands until it ends.",
        ),
        Refusal::AlreadyInvited | Refusal::TooMany => {
            ("That did not work", "Nothing was changed. Open the link again.")
        }
    };
    let status = if refusal == Refusal::OtherAddress { StatusCode::FORBIDDEN } else { StatusCode::CONFLICT };
    let way_out = WayOut { href: "/account/tenants".to_owned(), label: "Your tenants" };
    leading(status, &Notice { title, text }, Some(&way_out))
}
