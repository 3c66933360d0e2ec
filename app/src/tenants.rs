//! Tenants as their people see them: opening one, renaming and closing it. Promises that a tenant begins on the free plan,
//! and that closing is typed out, freshly proved and final. Never shows one to who is no member.

use crate::{
    form::{Form, Refusals},
    problem::Problem,
    signed_in::{Frame, MemberCx, SessionCx},
    spoken::{Spoken, titled},
    when::When,
};
use askama::Template;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::{access::Action::ManageTenant, id::TenantId, membership::FREE_TENANTS_MAX, name::Name};
use serde::Deserialize;
use store::{
    Hold, TenantTx, member,
    tenancy::{self, NewTenant, Opened},
    user::Belonging,
    watch,
};
use words::Said;

#[derive(Template)]
#[template(path = "tenants.html")]
struct TenantsPage {
    frame: Frame,
    tenants: Vec<Shown>,
    typed: NameForm,
    refused: Refusals,
    most: u32,
}

/// A tenant in the list.
struct Shown {
    tenant: TenantId,
    name: String,
    role: Said,
    plan: Said,
    suspended: Option<(When, String)>,
}

/// What a tenant is to be called.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NameForm {
    name: String,
}

pub(crate) async fn list(cx: SessionCx) -> Result<Response, Problem> {
    own(&cx, NameForm::default(), Refusals::default()).await
}

async fn own(cx: &SessionCx, typed: NameForm, refused: Refusals) -> Result<Response, Problem> {
    let status = refused.status();
    let frame = cx.frame().await?;
    let shown = |belonging: &Belonging| Shown {
        tenant: belonging.tenant,
        name: belonging.name.clone(),
        role: titled(belonging.role).0,
        plan: belonging.plan.said(),
        suspended: belonging.suspended.as_ref().map(|(since, why)| (frame.when(*since), why.clone())),
    };
    let tenants = frame.tenants.iter().map(shown).collect();
    let page = TenantsPage { frame, tenants, typed, refused, most: FREE_TENANTS_MAX };
    Ok((status, Html(page.render()?)).into_response())
}

pub(crate) async fn open(cx: SessionCx, Form(typed): Form<NameForm>) -> Result<Response, Problem> {
    let mut refused = Refusals::default();
    let Some(name) = refused.take("name", Name::parse(&typed.name)) else { return own(&cx, typed, refused).await };
    let id = TenantId(cx.app().chance.id());
    let address = cx.app().credentials.verified_address(cx.session()).await?;
    let new = NewTenant { id, name: &name, address: &address };
    let act = cx.act("tenant.open", format!("tenant:{id}"));
    match cx.app().store.open_tenant(cx.session(), &new, act).await? {
        Opened::Done => cx.rotated(Redirect::to(&format!("/t/{id}"))).await,
        Opened::TooMany => {
            refused.say("name", Said::new("tenants-too-many").with("most", FREE_TENANTS_MAX));
            own(&cx, typed, refused).await
        }
    }
}

#[derive(Template)]
#[template(path = "settings.html")]
struct SettingsPage {
    frame: Frame,
    tenant: TenantId,
    name: String,
    typed: NameForm,
    refused: Refusals,
}

pub(crate) async fn settings(cx: MemberCx) -> Result<Response, Problem> {
    let mut tx = cx.begin().await?;
    let typed = NameForm { name: tenancy::name(&mut tx).await? };
    settings_page(&cx, &mut tx, (typed, Refusals::default())).await
}

async fn settings_page(
    cx: &MemberCx,
    tx: &mut TenantTx,
    (typed, refused): (NameForm, Refusals),
) -> Result<Response, Problem> {
    let (frame, name) = (cx.frame().await?, tenancy::name(tx).await?);
    let status = refused.status();
    let page = SettingsPage { frame, tenant: cx.membership().tenant(), name, typed, refused };
    Ok((status, Html(page.render()?)).into_response())
}

pub(crate) async fn rename(cx: MemberCx, Form(typed): Form<NameForm>) -> Result<Response, Problem> {
    let (mut tx, me) = cx.begin_writing(ManageTenant, Hold::Alone).await?;
    let mut refused = Refusals::default();
    let Some(name) = refused.take("name", Name::parse(&typed.name)) else {
        return settings_page(&cx, &mut tx, (typed, refused)).await;
    };
    tenancy::rename(&mut tx, &name).await?;
    cx.commit(tx, "tenant.rename", format!("tenant:{}", me.tenant())).await?;
    Ok(Redirect::to(&format!("/t/{}/settings", me.tenant())).into_response())
}

#[derive(Template)]
#[template(path = "close.html")]
struct ClosePage {
    frame: Frame,
    tenant: TenantId,
    name: String,
    members: usize,
    watches: u64,
    typed: NameForm,
    refused: Refusals,
}

pub(crate) async fn ask_to_close(cx: MemberCx) -> Result<Response, Problem> {
    let mut tx = cx.begin().await?;
    close_page(&cx, &mut tx, (NameForm::default(), Refusals::default())).await
}

async fn close_page(
    cx: &MemberCx,
    tx: &mut TenantTx,
    (typed, refused): (NameForm, Refusals),
) -> Result<Response, Problem> {
    let status = refused.status();
    let page = ClosePage {
        frame: cx.frame().await?,
        tenant: cx.membership().tenant(),
        name: tenancy::name(tx).await?,
        members: member::list(tx).await?.len(),
        watches: watch::count_active(tx).await?,
        typed,
        refused,
    };
    Ok((status, Html(page.render()?)).into_response())
}

pub(crate) async fn close(cx: MemberCx, Form(typed): Form<NameForm>) -> Result<Response, Problem> {
    let (mut tx, me) = cx.begin_writing(ManageTenant, Hold::Alone).await?;
    let mut refused = Refusals::default();
    if typed.name.trim() != tenancy::name(&mut tx).await? {
        refused.say("name", Said::new("close-name-wrong"));
        return close_page(&cx, &mut tx, (typed, refused)).await;
    }
    tenancy::close(&mut tx, cx.now()).await?;
    cx.commit(tx, "tenant.close", format!("tenant:{}", me.tenant())).await?;
    cx.signed_in().rotated(Redirect::to("/account/tenants")).await
}
