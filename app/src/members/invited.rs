//! Invitations, for who makes them. Promises that whether an address is anybody's account is never looked up, so that an invitation
//! to a stranger and to a friend look the same. Never shows a link that could be redeemed: only the mail has it.

use super::{NOT_HERE, NoFields, address, page};
use crate::{
    form::{Form, Refusals},
    input::Path,
    problem::{Code, Problem},
    signed_in::MemberCx,
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
    let to = typed.address.parse::<Address>().map_err(|_| "Enter a mail address, such as name@example.org.");
    let to = refused.take("address", to);
    let role = refused.take("role", typed.role.parse::<Role>().map_err(|_| "Choose a role from the list."));
    if let Some(role) = role {
        let owners = member::owners(&mut tx).await?;
        refused.take("role", decide(by.role(), Deed::Invite(role), owners));
        if role == Role::Owner && refused.is_empty() {
            refused.add("role", NOT_HERE);
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
            Err(refusal) => refused.add(field(refusal), why_not_made(refusal)),
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
        Ok(()) => invitation::create(&mut tx, &by, (&to, waiting.role), cx.now()).await?.map_err(why_not_made),
        Err(_) => Err(why_not_made(Refusal::RoleAboveInviter)),
    };
    let made = made.map_err(|why| Problem::conflict(Code::Conflict, why).leading(address(tenant), "members-back"))?;
    cx.commit(tx, "invitation.resend", format!("invitation:{made}")).await?;
    Ok(Redirect::to(&address(tenant)).into_response())
}

/// The field of the form that a refusal is about.
fn field(refusal: Refusal) -> &'static str {
    if refusal == Refusal::RoleAboveInviter { "role" } else { "address" }
}

fn why_not_made(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::PlanFull => {
            "The plan has no room for one more member; invitations that wait count too. Take one back, or change the plan."
        }
        Refusal::AlreadyInvited => "An invitation to this address waits already. It is in the list below.",
        Refusal::TooMany => "This tenant has sent as many invitations today as it may. Try again tomorrow.",
        Refusal::RoleAboveInviter => "You cannot give a role above your own.",
        Refusal::AlreadyMember => "Somebody with this address is a member already.",
        Refusal::TenantGone
        | Refusal::Revoked
        | Refusal::Accepted
        | Refusal::Expired
        | Refusal::InviterGone
        | Refusal::OtherAddress => "This invitation cannot be sent any more. Make a new one.",
    }
}
