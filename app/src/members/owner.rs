//! Handing a tenant over. Promises that somebody owns it at every moment, and that who hands it over has just proved who they are.

use crate::{
    form::{Form, Refusals},
    problem::Problem,
    signed_in::{Frame, MemberCx},
    spoken::Spoken,
};
use askama::Template;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::{
    access::{Action::ManageTenant, Role},
    id::{TenantId, UserId},
    membership::{Deed, decide},
};
use serde::Deserialize;
use store::{
    Hold, TenantTx,
    letter::{self, Letter},
    member::{self, Member},
    tenancy,
};
use words::Said;

#[derive(Template)]
#[template(path = "transfer.html")]
struct TransferPage {
    frame: Frame,
    tenant: TenantId,
    name: String,
    others: Vec<Other>,
    typed: TransferForm,
    refused: Refusals,
}

/// A member who can be made an owner.
struct Other {
    user: String,
    name: String,
    role: Said,
}

/// Who is to own the tenant, and what becomes of who hands it over.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TransferForm {
    #[serde(default)]
    to: String,
    #[serde(default)]
    then: String,
}

pub(crate) async fn ask(cx: MemberCx) -> Result<Response, Problem> {
    let mut tx = cx.begin().await?;
    let typed = TransferForm { to: String::new(), then: Role::Admin.to_string() };
    page(&cx, &mut tx, (typed, Refusals::default())).await
}

async fn page(
    cx: &MemberCx,
    tx: &mut TenantTx,
    (typed, refused): (TransferForm, Refusals),
) -> Result<Response, Problem> {
    let status = refused.status();
    let me = cx.membership();
    let others = member::list(tx).await?.into_iter().filter(|member| member.user != me.user());
    let other = |member: Member| Other { user: member.user.to_string(), name: member.name, role: member.role.said() };
    let others = others.map(other).collect();
    let (frame, name) = (cx.frame().await?, tenancy::name(tx).await?);
    let page = TransferPage { frame, tenant: me.tenant(), name, others, typed, refused };
    Ok((status, Html(page.render()?)).into_response())
}

pub(crate) async fn transfer(cx: MemberCx, Form(typed): Form<TransferForm>) -> Result<Response, Problem> {
    let (mut tx, me) = cx.begin_writing(ManageTenant, Hold::Alone).await?;
    let mut refused = Refusals::default();
    let to = match typed.to.parse::<UserId>() {
        Ok(to) if to != me.user() => member::find(&mut tx, to).await?,
        _ => None,
    };
    let to = refused.take("to", to.ok_or(Said::new("transfer-to-unknown")));
    let then = match typed.then.parse() {
        Ok(role @ (Role::Admin | Role::Owner)) => Ok(role),
        _ => Err(Said::new("transfer-then-unknown")),
    };
    let then = refused.take("then", then);
    let (Some(to), Some(then)) = (to, then) else {
        return page(&cx, &mut tx, (typed, refused)).await;
    };
    let owners = member::owners(&mut tx).await?;
    if to.role == Role::Owner && then == Role::Owner {
        refused.say("to", Said::new("transfer-to-both").with("name", &to.name));
    }
    refused.take("to", decide(me.role(), Deed::Change { from: to.role, to: Role::Owner }, owners));
    // Where the other is an owner already, there are two before one steps down.
    let then_owners = if to.role == Role::Owner { owners } else { owners + 1 };
    refused.take("then", decide(me.role(), Deed::Change { from: me.role(), to: then }, then_owners));
    if !refused.is_empty() {
        return page(&cx, &mut tx, (typed, refused)).await;
    }
    if to.role != Role::Owner {
        member::set_role(&mut tx, to.user, Role::Owner).await?;
        letter::write(&mut tx, Letter::RoleChanged { to: to.user }, cx.now()).await?;
    }
    member::set_role(&mut tx, me.user(), then).await?;
    cx.commit(tx, "tenant.transfer", format!("user:{}", to.user)).await?;
    cx.signed_in().rotated(Redirect::to(&super::address(me.tenant()))).await
}
