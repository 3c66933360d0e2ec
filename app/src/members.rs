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
    spoken::{Spoken, titled},
    when::When,
};
use askama::Template;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::{
    access::{Action::ManageMembers, Role, allows},
    id::{InvitationId, TenantId, UserId},
    invitation::LIFE,
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
use words::Said;

/// Ownership is given where a fresh proof of identity is asked, and nowhere else.
const NOT_HERE: Said = Said::new("members-owner-not-here");

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
    plan: Said,
    is_owner: bool,
    /// For who manages members.
    managing: Option<Managing>,
}

/// A member in the list.
struct Shown {
    user: UserId,
    name: String,
    role: Said,
    since: When,
    address: Option<String>,
    is_self: bool,
    can_be_managed: bool,
}

/// What only who manages members sees.
struct Managing {
    pending: Vec<Pending>,
    roles: Vec<Choice>,
    typed: InviteForm,
    refused: Refusals,
}

/// A role that can be given.
struct Choice {
    word: &'static str,
    title: Said,
    may: Said,
    is_chosen: bool,
}

impl Choice {
    fn of(role: Role, typed: &str) -> Choice {
        let (title, may) = titled(role);
        Choice { word: role.as_str(), title, may, is_chosen: role.as_str() == typed }
    }
}

/// An invitation that waits.
struct Pending {
    id: InvitationId,
    address: String,
    role: Said,
    until: When,
    /// Nobody when whoever sent it has gone.
    inviter: Option<String>,
}

pub(crate) async fn list(cx: MemberCx) -> Result<Response, Problem> {
    let mut tx = cx.begin().await?;
    page(&cx, &mut tx, (InviteForm::default(), Refusals::default())).await
}

/// The roles that somebody of this role gives on the pages: up to their own, and ownership elsewhere.
fn given_by(role: Role) -> impl Iterator<Item = Role> {
    Role::ALL.iter().copied().filter(move |given| *given <= role && *given != Role::Owner)
}

async fn page(cx: &MemberCx, tx: &mut TenantTx, (typed, refused): (InviteForm, Refusals)) -> Result<Response, Problem> {
    let status = refused.status();
    let (frame, membership) = (cx.frame().await?, cx.membership());
    let manages = allows(membership.role(), ManageMembers);
    let mut addresses = if manages { member::addresses(tx).await? } else { HashMap::new() };
    let shown = |member: Member| Shown {
        since: frame.when(member.since),
        address: addresses.remove(&member.user),
        is_self: member.user == membership.user(),
        can_be_managed: manages && (member.role != Role::Owner || membership.role() == Role::Owner),
        user: member.user,
        name: member.name,
        role: titled(member.role).0,
    };
    let members = member::list(tx).await?.into_iter().map(shown).collect();
    let managing = match manages {
        true => Some(Managing {
            pending: pending(&frame, tx).await?,
            roles: given_by(membership.role()).map(|role| Choice::of(role, &typed.role)).collect(),
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
        plan: membership.plan().said(),
        is_owner: membership.role() == Role::Owner,
        managing,
        frame,
    };
    Ok((status, Html(page.render()?)).into_response())
}

async fn pending(frame: &Frame, tx: &mut TenantTx) -> Result<Vec<Pending>, Problem> {
    let rows = invitation::list(tx, frame.now).await?;
    let waiting = rows.into_iter().filter(|row| row.expires_at > frame.now);
    let shown = waiting.map(|row| Pending {
        id: row.id,
        address: row.address,
        role: titled(row.role).0,
        until: frame.when(row.expires_at),
        inviter: row.inviter,
    });
    Ok(shown.collect())
}

#[derive(Template)]
#[template(path = "member.html")]
struct MemberPage {
    frame: Frame,
    tenant: TenantId,
    member: Member,
    role: Said,
    since: When,
    is_self: bool,
    is_owner: bool,
    can_be_managed: bool,
    watches: u64,
    roles: Vec<Choice>,
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
    let status = refused.status();
    let (frame, membership) = (cx.frame().await?, cx.membership());
    let is_owner = membership.role() == Role::Owner;
    // An owner stays one by the same form; nobody becomes one by it.
    let kept = (member.role == Role::Owner).then_some(Role::Owner);
    let page = MemberPage {
        tenant: membership.tenant(),
        role: titled(member.role).0,
        since: frame.when(member.since),
        is_self: member.user == membership.user(),
        is_owner,
        can_be_managed: is_owner || member.role != Role::Owner,
        watches: member::watches(tx, member.user).await?,
        roles: given_by(membership.role()).chain(kept).map(|role| Choice::of(role, &typed.role)).collect(),
        member,
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
    let role = refused.take("role", typed.role.parse::<Role>().map_err(|_| Said::new("role-unknown")));
    if role == Some(Role::Owner) && member.role != Role::Owner {
        refused.say("role", NOT_HERE);
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
        refused.say("remove", Said::new("member-remove-self"));
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
