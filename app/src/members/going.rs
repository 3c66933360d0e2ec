//! Leaving a tenant. Promises that the page says what becomes of one's watches before one goes.

use super::NoFields;
use crate::{
    form::{Form, Refusals},
    problem::Problem,
    signed_in::{Frame, MemberCx},
    spoken::Spoken,
};
use askama::Template;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::{
    access::{Action::ReadMembers, Role},
    id::TenantId,
    membership::{Deed, NotYours, decide},
};
use store::{Hold, TenantTx, member, tenancy};

#[derive(Template)]
#[template(path = "leave.html")]
struct LeavePage {
    frame: Frame,
    tenant: TenantId,
    name: String,
    /// Who gets the watches; nobody when one may not go.
    heir: Option<String>,
    watches: u64,
    refused: Refusals,
}

pub(crate) async fn ask(cx: MemberCx) -> Result<Response, Problem> {
    let mut tx = cx.begin().await?;
    page(&cx, &mut tx, Refusals::default()).await
}

async fn page(cx: &MemberCx, tx: &mut TenantTx, refused: Refusals) -> Result<Response, Problem> {
    let status = refused.status();
    let me = cx.membership();
    let page = LeavePage {
        frame: cx.frame().await?,
        tenant: me.tenant(),
        name: tenancy::name(tx).await?,
        heir: member::heir(tx, me.user()).await?.map(|heir| heir.name),
        watches: member::watches(tx, me.user()).await?,
        refused,
    };
    Ok((status, Html(page.render()?)).into_response())
}

pub(crate) async fn leave(cx: MemberCx, Form(NoFields {}): Form<NoFields>) -> Result<Response, Problem> {
    let (mut tx, me) = cx.begin_writing(ReadMembers, Hold::Alone).await?;
    let mut refused = Refusals::default();
    let owners = member::owners(&mut tx).await?;
    let decided = refused.take("leave", decide(me.role(), Deed::Leave, owners));
    let heir = member::heir(&mut tx, me.user()).await?;
    let (Some(()), Some(heir)) = (decided, heir) else {
        if refused.is_empty() {
            refused.say("leave", NotYours::LastOwner.said());
        }
        return page(&cx, &mut tx, refused).await;
    };
    if me.role() >= Role::Admin {
        cx.signed_in().must_be_fresh(&format!("/t/{}/leave", me.tenant()))?;
    }
    member::depart(&mut tx, me.user(), heir.user).await?;
    cx.commit(tx, "member.leave", me.actor()).await?;
    cx.signed_in().rotated(Redirect::to("/account/tenants")).await
}
