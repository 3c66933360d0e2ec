//! What a tenant is: who is in it, what it pays for and uses, and where everything else about it is. Never shows a way that the role
//! may not go.

use crate::{
    problem::Problem,
    signed_in::{Frame, MemberCx},
};
use askama::Template;
use axum::response::Html;
use domain::{
    access::{
        Action::{ManageKeys, ManageTenant, ReadAudit},
        Role, allows,
    },
    id::TenantId,
    plan::{Limits, Plan, Usage},
};
use store::{member, tenancy, watch};
use words::Said;

#[derive(Template)]
#[template(path = "about.html")]
struct AboutPage {
    frame: Frame,
    tenant: TenantId,
    name: String,
    role: Said,
    plan: Said,
    limits: Limits,
    usage: Usage,
    members: usize,
    ways: Vec<Way>,
}

/// A part of the tenant that one may go to.
struct Way {
    part: &'static str,
    icon: &'static str,
    title: Said,
    text: Said,
}

/// What a role is, as a sentence.
fn role(role: Role) -> Said {
    Said::new(match role {
        Role::Viewer => "about-viewer",
        Role::Editor => "about-editor",
        Role::Admin => "about-admin",
        Role::Owner => "about-owner",
    })
}

/// What a plan is called.
pub(crate) fn plan(plan: Plan) -> Said {
    Said::new(match plan {
        Plan::Free => "about-plan-free",
        Plan::Plus => "about-plan-plus",
        Plan::Pro => "about-plan-pro",
        Plan::Fleet => "about-plan-fleet",
    })
}

pub(crate) async fn show(cx: MemberCx) -> Result<Html<String>, Problem> {
    let frame = cx.frame().await?;
    let membership = cx.membership();
    let mut tx = cx.begin().await?;
    let page = AboutPage {
        tenant: membership.tenant(),
        name: tenancy::name(&mut tx).await?,
        role: role(membership.role()),
        plan: plan(membership.plan()),
        limits: membership.plan().limits(),
        usage: watch::usage(&mut tx).await?,
        members: member::list(&mut tx).await?.len(),
        ways: ways(membership.role()),
        frame,
    };
    Ok(Html(page.render()?))
}

fn ways(role: Role) -> Vec<Way> {
    let way = |part, icon, title, text| Way { part, icon, title: Said::new(title), text: Said::new(text) };
    let all = [
        (true, way("members", "people", "about-members", "about-members-text")),
        (allows(role, ManageKeys), way("keys", "key", "about-keys", "about-keys-text")),
        (allows(role, ReadAudit), way("audit", "log", "about-log", "about-log-text")),
        (allows(role, ManageTenant), way("settings", "gear", "about-settings", "about-settings-text")),
        (true, way("leave", "out", "about-leave", "about-leave-text")),
    ];
    all.into_iter().filter(|(may, _)| *may).map(|(_, way)| way).collect()
}
