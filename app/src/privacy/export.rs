//! The document of an export (`infra/export.md`), written while it is read. Promises that never more than one page of one
//! table is in memory, that no transaction stays open while the reader is slow, that each page asks anew whether the person is a
//! member, and that a document which broke off can be told from a whole one: `complete` stands at its end.

use crate::{problem::Problem, signed_in::SessionCx};
use axum::body::Body;
use domain::id::TenantId;
use futures::stream;
use serde_json::json;
use std::collections::VecDeque;
use store::{
    Membership, UserTx,
    privacy::{
        OfPerson, OfTenant, Table,
        export::{self, After, Page},
    },
    session,
    user::Belonging,
};

/// Raised when a field goes or changes its meaning; a new field is no new version.
const VERSION: u32 = 1;
/// Pages of one table: a million rows, far beyond what retention leaves of the largest plan. Past it the document breaks off.
const PAGES_MAX: usize = 5_000;

/// What comes next in the document.
enum Step {
    /// This text.
    Text(String),
    /// A page of what is the person's own.
    Person((&'static Table, OfPerson), Place),
    /// A page of a tenant's.
    Tenant(TenantId, (&'static Table, OfTenant), Place),
}

/// Where in a table.
#[derive(Clone, Copy)]
struct Place {
    after: After,
    page: usize,
}

const START: Place = Place { after: After::START, page: 0 };

/// Why a document breaks off.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("{0} has more than {PAGES_MAX} pages")]
    Endless(&'static str),
    #[error("its session was ended")]
    SignedOut,
}

/// The document, to be read as slowly as its reader likes.
pub(super) async fn document(cx: &SessionCx) -> Result<Body, Problem> {
    let tenants = cx.begin().await?.tenants().await?;
    let steps = steps(cx, &tenants);
    let chunks = stream::try_unfold((cx.clone(), steps), |(cx, mut steps)| async move {
        let Some(step) = steps.pop_front() else { return Ok(None) };
        match chunk(&cx, step, &mut steps).await {
            Ok(text) => Ok(Some((text, (cx, steps)))),
            Err(error) => {
                tracing::error!(%error, "an export broke off");
                Err(error)
            }
        }
    });
    Ok(Body::from_stream(chunks))
}

/// The whole document in order; further pages come in between as they are found.
fn steps(cx: &SessionCx, tenants: &[Belonging]) -> VecDeque<Step> {
    let mut steps = VecDeque::new();
    let (live, suspended): (Vec<&Belonging>, Vec<&Belonging>) =
        tenants.iter().partition(|belonging| belonging.suspended.is_none());
    let left_out = suspended.iter().map(|belonging| json!({"tenant_id": belonging.tenant, "reason": "suspended"}));
    let head = format!(
        "{{\"format\":\"ferryalert-export\",\"version\":{VERSION},\"made_at\":{},\"user_id\":{},\"left_out\":{},\"person\":{{",
        json!(cx.now()),
        json!(cx.session().user()),
        json!(left_out.collect::<Vec<_>>()),
    );
    steps.push_back(Step::Text(head));
    for (at, table) in export::of_persons().enumerate() {
        steps.push_back(Step::Text(comma(at).to_owned()));
        steps.push_back(Step::Person(table, START));
    }
    steps.push_back(Step::Text("},\"tenants\":[".to_owned()));
    for (at, belonging) in live.iter().enumerate() {
        let role = json!(belonging.role.as_str());
        let head = format!("{}{{\"tenant_id\":{},\"role\":{role}", comma(at), json!(belonging.tenant));
        steps.push_back(Step::Text(head));
        for table in export::of_tenants() {
            steps.push_back(Step::Text(",".to_owned()));
            steps.push_back(Step::Tenant(belonging.tenant, table, START));
        }
        steps.push_back(Step::Text("}".to_owned()));
    }
    steps.push_back(Step::Text("],\"complete\":true}".to_owned()));
    steps
}

/// What stands before the value at this place of a list.
const fn comma(at: usize) -> &'static str {
    if at == 0 { "" } else { "," }
}

/// The text of a step; where its table goes on, that is the next step.
async fn chunk(cx: &SessionCx, step: Step, steps: &mut VecDeque<Step>) -> Result<String, Broken> {
    match step {
        Step::Text(text) => Ok(text),
        Step::Person(table, place) => {
            let mut tx = begin(cx).await?;
            let page = export::person_page(&mut tx, table, place.after).await?;
            drop(tx);
            let (text, next) = written(table.0.name, &page, place)?;
            if let Some(next) = next {
                steps.push_front(Step::Person(table, next));
            }
            Ok(text)
        }
        Step::Tenant(tenant, table, place) => {
            drop(begin(cx).await?);
            let page = match cx.app().store.membership(cx.session(), tenant).await? {
                Some(membership) => tenant_page(cx, &membership, table, place).await?,
                // They were a member when this document began.
                None => Page { rows: Vec::new(), next: None },
            };
            let (text, next) = written(table.0.name, &page, place)?;
            if let Some(next) = next {
                steps.push_front(Step::Tenant(tenant, table, next));
            }
            Ok(text)
        }
    }
}

/// The person's own rows, for as long as the session goes on that asked for the document.
async fn begin(cx: &SessionCx) -> Result<UserTx, Broken> {
    let mut tx = cx.app().credentials.begin(cx.session()).await?;
    if session::goes_on(&mut tx, cx.session().id()).await? { Ok(tx) } else { Err(Broken::SignedOut) }
}

async fn tenant_page(
    cx: &SessionCx,
    membership: &Membership,
    table: (&Table, OfTenant),
    place: Place,
) -> store::Result<Page> {
    let mut tx = cx.app().store.begin(membership).await?;
    export::tenant_page(&mut tx, membership, table, place.after).await
}

/// A page as a part of `"table":[…]`, and the place after it.
fn written(name: &'static str, page: &Page, place: Place) -> Result<(String, Option<Place>), Broken> {
    let next = page.next.map(|after| Place { after, page: place.page + 1 });
    if next.is_some_and(|next| next.page >= PAGES_MAX) {
        return Err(Broken::Endless(name));
    }
    let mut text = if place.page == 0 { format!("\"{name}\":[") } else { String::new() };
    for (at, row) in page.rows.iter().enumerate() {
        text.push_str(comma(at + place.page));
        text.push_str(&row.to_string());
    }
    if next.is_none() {
        text.push(']');
    }
    Ok((text, next))
}
