//! The audit log: a tenant's own, as a page for its administrators; and all of it for who answers for an installation: its
//! chains walked, their ends anchored outside the database, a message followed back to who asked for it. Never mends
//! or hides a row.

pub mod command;
pub mod verify;
mod words;

pub use words::deed;

use crate::{
    input::Query,
    problem::Problem,
    signed_in::{Frame, MemberCx},
    when::When,
};
use ::words::Said;
use askama::Template;
use axum::response::Html;
use serde::Deserialize;
use store::audit::{Listed, list};

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    frame: Frame,
    acts: Vec<Shown>,
    /// The row before which the next page ends.
    before: Option<i64>,
    /// Whether it is the first page.
    is_newest: bool,
}

/// A row of the log, in words.
struct Shown {
    seq: String,
    icon: &'static str,
    who: Said,
    deed: Said,
    at: When,
    subject: String,
    request: String,
}

/// Which page.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditQuery {
    /// Only rows before this one; the newest without it.
    before: Option<i64>,
}

pub(crate) async fn show(cx: MemberCx, Query(query): Query<AuditQuery>) -> Result<Html<String>, Problem> {
    let mut tx = cx.begin().await?;
    let (rows, before) = list(&mut tx, query.before).await?;
    let frame = cx.frame().await?;
    let shown = |row: Listed| Shown {
        seq: row.seq.to_string(),
        icon: words::icon(&row.actor),
        who: words::who(&row.actor, row.name.as_deref()),
        deed: deed(&row.action).map_or_else(|| Said::new("deed-unknown").with("action", &row.action), Said::new),
        at: frame.when(row.at),
        subject: row.subject,
        request: row.request_id.map(|id| id.to_string()).unwrap_or_default(),
    };
    let acts = rows.into_iter().map(shown).collect();
    Ok(Html(AuditPage { frame, acts, before, is_newest: query.before.is_none() }.render()?))
}
