//! Invitations, for who makes them. Promises that whether an address is anybody's account is never looked up, so that an invitation
//! to a stranger and to a friend look the same. Never shows a link that could be redeemed: only the mail has it.

use super::{NOT_HERE, NoFields, address, page};
use crate::{
    form::{Form, Refusals},
    input::Path,
    problem::{Code, Problem},
    signed_in::MemberCx,
    spoken::Spoken,
};
use axum::response::{IntoResponse, Redirect, Response};
use domain::{
    access::{Action::ManageMembers, Role},
    address::Address,
    id::{InvitationId, TenantId},
    invitation::Refusal,
    membership::{Deed, decide},
};
use serde::Deserialize;
use store::{Hold, invitation, member};
use words::Said;

/// Whom to invite, and as what.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InviteForm {
    pub(super) address: String,
    pub(super) role: String,
}

pub(crate) async fn invite(cx: MemberCx, Form(typed): Form<InviteForm>) -> Result<Response, Problem> {
    let (mut tx, by) = cx.begin_writing(ManageMembers, Hold::Alone).await?;
    let mut refused = Refusals::default();
    let to = refused.take("address", typed.address.parse::<Address>());
    let role = refused.take("role", typed.role.parse::<Role>().map_err(|_| Said::new("role-unknown")));
    if let Some(role) = role {
        let owners = member::owners(&mut tx).await?;
        refused.take("role", decide(by.role(), Deed::Invite(role), owners));
        if role == Role::Owner && refused.is_empty() {
            refused.say("role", NOT_HERE);
        }
    }
    if let (Some(to), Some(role), true) = (to, role, refused.is_empty()) {
        if Deed::Invite(role).wants_fresh_proof() {
            cx.signed_in().must_be_fresh(&address(by.tenant()))?;
        }
        match invitation::create(&mut tx, &by, (&to, role), cx.now()).await? {
            Ok(id) => {
                cx.commit(tx, "invitation.create", format!("invitation:{id}:{role}")).await?;
                return Ok(Redirect::to(&address(by.tenant())).into_response());
            }
            Err(refusal) => refused.say(field(refusal), refusal.said()),
        }
    }
    page(&cx, &mut tx, (typed, refused)).await
}

pub(crate) async fn revoke(
    cx: MemberCx,
    Path((tenant, id)): Path<(TenantId, InvitationId)>,
    Form(NoFields {}): Form<NoFields>,
) -> Result<Response, Problem> {
    let (mut tx, _) = cx.begin_writing(ManageMembers, Hold::Alone).await?;
    if !invitation::revoke(&mut tx, id, cx.now()).await? {
        return Err(Problem::not_found());
    }
    cx.commit(tx, "invitation.revoke", format!("invitation:{id}")).await?;
    Ok(Redirect::to(&address(tenant)).into_response())
}

/// Takes one back and makes the same anew: the earlier mail's link opens nothing any more. Counts as one more of the day.
pub(crate) async fn resend(
    cx: MemberCx,
    Path((tenant, id)): Path<(TenantId, InvitationId)>,
    Form(NoFields {}): Form<NoFields>,
) -> Result<Response, Problem> {
    let (mut tx, by) = cx.begin_writing(ManageMembers, Hold::Alone).await?;
    let waiting = invitation::list(&mut tx, cx.now()).await?.into_iter().find(|row| row.id == id);
    let waiting = waiting.ok_or_else(Problem::not_found)?;
    let to: Address = waiting.address.parse().map_err(|_| Problem::failed())?;
    invitation::revoke(&mut tx, id, cx.now()).await?;
    let made = match decide(by.role(), Deed::Invite(waiting.role), 1) {
        Ok(()) => invitation::create(&mut tx, &by, (&to, waiting.role), cx.now()).await?,
        Err(_) => Err(Refusal::RoleAboveInviter),
    };
    let made =
        made.map_err(|why| Problem::said(Code::Conflict, why.said()).leading(address(tenant), "members-back"))?;
    cx.commit(tx, "invitation.resend", format!("invitation:{made}")).await?;
    Ok(Redirect::to(&address(tenant)).into_response())
}

/// The field of the form that a refusal is about.
fn field(refusal: Refusal) -> &'static str {
    if refusal == Refusal::RoleAboveInviter { "role" } else { "address" }
}
