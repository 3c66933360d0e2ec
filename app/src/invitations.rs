//! Invitations, for whom they are for: what the link of the mail shows, and joining by it. Promises that opening a link only shows, and
//! that joining takes a session whose sign-in proves the invited address. Never tells of a tenant more than its invitation does.

use crate::{
    access::LinkCx,
    error::Error,
    form::Form,
    input::Path,
    members::NoFields,
    notice::Notice,
    problem::Problem,
    sheet::Sheet,
    signed_in::{Frame, SessionCx},
    spoken::Spoken,
    when::When,
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
use words::Said;

#[derive(Template)]
#[template(path = "invitation.html")]
struct InvitationPage {
    frame: Sheet,
    tenant: String,
    by: Said,
    token: String,
}

/// Who invited whom to be what, and until when it stands.
fn by(invitation: &ShownInvitation, until: When) -> Said {
    let said = match &invitation.inviter {
        Some(inviter) => Said::new("invitation-by").with("inviter", inviter),
        None => Said::new("invitation-by-somebody"),
    };
    said.with("address", &invitation.address).with("role", invitation.role.said()).with("until", until)
}

/// What the link of the mail shows, to whoever holds it.
pub(crate) async fn show(cx: LinkCx, frame: Sheet, Path(token): Path<String>) -> Result<Response, Error> {
    let mut tx = cx.begin().await?;
    let found = invitation::find(&mut tx, cx.link(), cx.now()).await?.ok_or(Error::LinkUnknown)?;
    if let Some(refusal) = found.refused {
        return Ok(refused(refusal));
    }
    // Whoever opens it is nobody yet, and has no zone.
    let by = by(&found, When::new(found.expires_at, "UTC", frame.language));
    Ok(Html(InvitationPage { frame, tenant: found.tenant_name, by, token }.render()?).into_response())
}

#[derive(Template)]
#[template(path = "join.html")]
struct JoinPage {
    frame: Frame,
    tenant: String,
    by: Said,
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
    let by = by(&found, frame.when(found.expires_at));
    Ok(Html(JoinPage { frame, tenant: found.tenant_name, by, token }.render()?).into_response())
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
        Refusal::Accepted => ("invitation-accepted-title", "invitation-accepted"),
        Refusal::Expired => ("invitation-expired-title", "invitation-expired"),
        Refusal::Revoked => ("invitation-revoked-title", "invitation-revoked"),
        Refusal::TenantGone => ("invitation-tenant-gone-title", "invitation-tenant-gone"),
        Refusal::InviterGone | Refusal::RoleAboveInviter => {
            ("invitation-inviter-gone-title", "invitation-inviter-gone")
        }
        Refusal::OtherAddress => ("invitation-other-address-title", "invitation-other-address"),
        Refusal::AlreadyMember => ("invitation-already-member-title", "invitation-already-member"),
        Refusal::PlanFull => ("invitation-plan-full-title", "invitation-plan-full"),
        Refusal::AlreadyInvited | Refusal::TooMany => ("problem-failed", "invitation-failed"),
    };
    let status = if refusal == Refusal::OtherAddress { StatusCode::FORBIDDEN } else { StatusCode::CONFLICT };
    Notice::new(title, text).leading("/account/tenants", "nav-tenants").answer(status)
}
