//! Members of a tenant, for those in it: who they are, what each may be, and removing one. Promises that a role is asked again in the
//! transaction that writes, and that only who manages members reads their addresses. Never says anything to who is no member.

pub(crate) mod going;
pub(crate) mod invited;
pub(crate) mod owner;

use crate::{
    form::{Form, Refusals},
    input::Path,
    problem::Problem,
    signed_in::{Frame, MemberCx},
    when,
};
use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use domain::{
    access::{Action::ManageMembers, Role, allows},
    id::{InvitationId, TenantId, UserId},
    membership::{Deed, decide},
};
use invited::InviteForm;
use serde::Deserialize;
use std::collections::HashMap;
use store::{
    Hold, TenantTx, invitation,
    letter::{self, Letter},
    member::{self, Member},
    tenancy,
};

/// Ownership is given where a fresh proof of identity is asked, and nowhere else.
const NOT_HERE: &str = "Ownership is handed over on a page of its own, to somebody who is a member.";

/// The page of a tenant's members.
pub(crate) fn address(tenant: TenantId) -> String {
    format!("/t/{tenant}/members")
}

#[derive(Template)]
#[template(path = "members.html")]
struct MembersPage {
    frame: Frame,
    tenant: TenantId,
    name: String,
    members: Vec<Shown>,
    allowed: u32,
    plan: &'static str,
    is_owner: bool,
    /// For who manages members.
    managing: Option<Managing>,
}

/// A member in the list.
struct Shown {
    user: UserId,
    name: String,
    role: Role,
    since: String,
    address: Option<String>,
    is_self: bool,
    can_be_managed: bool,
}

/// What only who manages members sees.
struct Managing {
    pending: Vec<Pending>,
    roles: Vec<Role>,
    typed: InviteForm,
    refused: Refusals,
}

/// An invitation that waits.
struct Pending {
    id: InvitationId,
    address: String,
    role: Role,
    until: String,
    inviter: String,
}

pub(crate) async fn list(cx: MemberCx) -> Result<Response, Problem> {
    let mut tx = cx.begin().await?;
    page(&cx, &mut tx, (InviteForm::default(), Refusals::default())).await
}

/// The roles that somebody of this role gives on the pages: up to their own, and ownership elsewhere.
fn given_by(role: Role) -> Vec<Role> {
    Role::ALL.iter().copied().filter(|given| *given <= role && *given != Role::Owner).collect()
}

async fn page(cx: &MemberCx, tx: &mut TenantTx, (typed, refused): (InviteForm, Refusals)) -> Result<Response, Problem> {
    let status = if refused.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (frame, membership) = (cx.frame().await?, cx.membership());
    let manages = allows(membership.role(), ManageMembers);
    let mut addresses = if manages { member::addresses(tx).await? } else { HashMap::new() };
    let shown = |member: Member| Shown {
        since: when::shown(member.since, &frame.zone),
        address: addresses.remove(&member.user),
        is_self: member.user == membership.user(),
        can_be_managed: manages && (member.role != Role::Owner || membership.role() == Role::Owner),
        user: member.user,
        name: member.name,
        role: member.role,
    };
    let members = member::list(tx).await?.into_iter().map(shown).collect();
    let managing = match manages {
        true => Some(Managing {
            pending: pending(cx, tx, &frame.zone).await?,
            roles: given_by(membership.role()),
            typed,
            refused,
        }),
        false => None,
    };
    let page = MembersPage {
        tenant: membership.tenant(),
        name: tenancy::name(tx).await?,
        members,
        allowed: membership.plan().limits().members,
        plan: membership.plan().as_str(),
        is_owner: membership.role() == Role::Owner,
        managing,
        frame,
    };
    Ok((status, Html(page.render()?)).into_response())
}

async fn pending(cx: &MemberCx, tx: &mut TenantTx, zone: &str) -> Result<Vec<Pending>, Problem> {
    let rows = invitation::list(tx, cx.now()).await?;
    let waiting = rows.into_iter().filter(|row| row.expires_at > cx.now());
    let shown = waiting.map(|row| Pending {
        id: row.id,
        address: row.address,
        role: row.role,
        until: when::shown(row.expires_at, zone),
        inviter: row.inviter.unwrap_or_else(|| "somebody who has gone: it can no longer be accepted".to_owned()),
    });
    Ok(shown.collect())
}

#[derive(Template)]
#[template(path = "member.html")]
struct MemberPage {
    frame: Frame,
    tenant: TenantId,
    member: Member,
    since: String,
    is_self: bool,
    is_owner: bool,
    watches: u64,
    roles: Vec<Role>,
    typed: RoleForm,
    refused: Refusals,
}

/// What a member is to be.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoleForm {
    role: String,
}

/// Nothing but the proof that the form is ours.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoFields {}

pub(crate) async fn show(cx: MemberCx, Path((_, user)): Path<(TenantId, UserId)>) -> Result<Response, Problem> {
    let mut tx = cx.begin().await?;
    let member = member::find(&mut tx, user).await?.ok_or_else(Problem::not_found)?;
    let typed = RoleForm { role: member.role.to_string() };
    one(&cx, (&mut tx, member), (typed, Refusals::default())).await
}

async fn one(
    cx: &MemberCx,
    (tx, member): (&mut TenantTx, Member),
    (typed, refused): (RoleForm, Refusals),
) -> Result<Response, Problem> {
    let status = if refused.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (frame, membership) = (cx.frame().await?, cx.membership());
    let page = MemberPage {
        tenant: membership.tenant(),
        since: when::shown(member.since, &frame.zone),
        is_self: member.user == membership.user(),
        is_owner: membership.role() == Role::Owner,
        watches: member::watches(tx, member.user).await?,
        roles: given_by(membership.role()),
        member,
        typed,
        refused,
        frame,
    };
    Ok((status, Html(page.render()?)).into_response())
}

pub(crate) async fn change(
    cx: MemberCx,
    Path((tenant, user)): Path<(TenantId, UserId)>,
    Form(typed): Form<RoleForm>,
) -> Result<Response, Problem> {
    let (mut tx, by) = cx.begin_writing(ManageMembers, Hold::Alone).await?;
    let member = member::find(&mut tx, user).await?.ok_or_else(Problem::not_found)?;
    let mut refused = Refusals::default();
    let role = refused.take("role", typed.role.parse::<Role>().map_err(|_| "Choose a role from the list."));
    if role == Some(Role::Owner) && member.role != Role::Owner {
        refused.add("role", NOT_HERE);
    }
    let owners = member::owners(&mut tx).await?;
    let deed = role.map(|to| Deed::Change { from: member.role, to });
    let decided = deed.and_then(|deed| refused.take("role", decide(by.role(), deed, owners)));
    let (Some(role), Some(()), true) = (role, decided, refused.is_empty()) else {
        return one(&cx, (&mut tx, member), (typed, refused)).await;
    };
    if deed.is_some_and(Deed::wants_fresh_proof) {
        cx.signed_in().must_be_fresh(&format!("{}/{user}", address(tenant)))?;
    }
    member::set_role(&mut tx, user, role).await?;
    let is_self = user == by.user();
    if !is_self {
        letter::write(&mut tx, Letter::RoleChanged { to: user }, cx.now()).await?;
    }
    cx.commit(tx, "member.change_role", format!("user:{user}:{role}")).await?;
    let done = Redirect::to(&address(tenant));
    if is_self { cx.signed_in().rotated(done).await } else { Ok(done.into_response()) }
}

pub(crate) async fn remove(
    cx: MemberCx,
    Path((tenant, user)): Path<(TenantId, UserId)>,
    Form(NoFields {}): Form<NoFields>,
) -> Result<Response, Problem> {
    let (mut tx, by) = cx.begin_writing(ManageMembers, Hold::Alone).await?;
    let member = member::find(&mut tx, user).await?.ok_or_else(Problem::not_found)?;
    let mut refused = Refusals::default();
    if user == by.user() {
        refused.add("remove", "To go yourself, use the page for leaving.");
    }
    let deed = Deed::Remove(member.role);
    refused.take("remove", decide(by.role(), deed, member::owners(&mut tx).await?));
    if !refused.is_empty() {
        let typed = RoleForm { role: member.role.to_string() };
        return one(&cx, (&mut tx, member), (typed, refused)).await;
    }
    if deed.wants_fresh_proof() {
        cx.signed_in().must_be_fresh(&format!("{}/{user}", address(tenant)))?;
    }
    letter::write(&mut tx, Letter::MemberRemoved { to: user }, cx.now()).await?;
    member::depart(&mut tx, user, by.user()).await?;
    cx.commit(tx, "member.remove", format!("user:{user}")).await?;
    Ok(Redirect::to(&address(tenant)).into_response())
}
