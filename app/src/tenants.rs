//! A tenant's own pages.

use crate::{
    problem::Problem,
    signed_in::{Frame, MemberCx},
};
use askama::Template;
use axum::response::Html;
use domain::{access::Role, plan::Plan};

#[derive(Template)]
#[template(path = "tenant.html")]
struct TenantPage {
    name: String,
    role: Role,
    plan: Plan,
    frame: Frame,
}

pub(crate) async fn show(cx: MemberCx) -> Result<Html<String>, Problem> {
    let (frame, membership) = (cx.frame().await?, cx.membership());
    let here = frame.tenants.iter().find(|belonging| belonging.tenant == membership.tenant());
    let name = here.map(|belonging| belonging.name.clone()).ok_or_else(Problem::not_found)?;
    Ok(Html(TenantPage { name, role: membership.role(), plan: membership.plan(), frame }.render()?))
}
