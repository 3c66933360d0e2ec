//! What we keep of people, and a person's own say over it: everything as one document, and erasure. Promises that both are the
//! person's own alone and need a fresh proof of who they are, that what an erasure takes with it is said before, and what
//! it has left to do is said after. Never erases on a click: the words must be typed.

mod export;

use crate::{
    form::{Form, Refusals},
    notice::Notice,
    problem::Problem,
    session,
    sheet::Sheet,
    signed_in::{Frame, SessionCx},
};
use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use store::privacy::{
    self, Kept, Table,
    erase::{self, Erasure, Fate, Outlook},
};

/// What must be typed for an erasure.
const WORDS: &str = "erase everything";

#[derive(Template)]
#[template(path = "privacy.html")]
struct PrivacyPage {
    frame: Sheet,
    tables: Vec<Kind>,
}

/// A table of the map, in words.
struct Kind {
    table: &'static Table,
    kept: String,
}

/// What we keep: the map itself.
pub(crate) async fn show(frame: Sheet) -> Result<Html<String>, Problem> {
    let tables = privacy::tables().map(|table| Kind { table, kept: kept(table) }).collect();
    Ok(Html(PrivacyPage { frame, tables }.render()?))
}

fn kept(table: &Table) -> String {
    match table.kept {
        Kept::UntilErased => "until it is erased".to_owned(),
        Kept::With(other) => format!("as long as its {}", other.replace('_', " ")),
        Kept::For(span, _) if span.is_zero() => "until it ends".to_owned(),
        Kept::For(span, ended) if span.num_days() < 2 => format!("{} hours {}", span.num_hours(), ended.as_str()),
        Kept::For(span, ended) => format!("{} days {}", span.num_days(), ended.as_str()),
        Kept::Always => "always".to_owned(),
    }
}

#[derive(Template)]
#[template(path = "own_privacy.html")]
struct OwnPrivacyPage {
    frame: Frame,
    tenants: Vec<Outlook>,
    typed: ErasureForm,
    refused: Refusals,
}

impl OwnPrivacyPage {
    /// The tenants of one fate.
    fn of(&self, fate: Fate) -> Vec<&Outlook> {
        self.tenants.iter().filter(|tenant| tenant.fate == fate).collect()
    }
}

/// The words of whoever wants to be erased.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErasureForm {
    words: String,
}

/// What can be had, and what an erasure would do.
pub(crate) async fn own(cx: SessionCx) -> Result<Response, Problem> {
    own_page(&cx, StatusCode::OK, (ErasureForm::default(), Refusals::default())).await
}

async fn own_page(
    cx: &SessionCx,
    status: StatusCode,
    (typed, refused): (ErasureForm, Refusals),
) -> Result<Response, Problem> {
    let mut tx = cx.begin().await?;
    let tenants = erase::outlook(&mut tx).await?;
    let page = OwnPrivacyPage { frame: cx.frame_in(&mut tx).await?, tenants, typed, refused };
    Ok((status, Html(page.render()?)).into_response())
}

/// Everything as one document, to be kept.
pub(crate) async fn export(cx: SessionCx) -> Result<Response, Problem> {
    let tx = cx.begin().await?;
    cx.commit(tx, "account.export", cx.session().actor()).await?;
    let name = format!("attachment; filename=\"ferryalert-{}.json\"", cx.now().format("%Y-%m-%d"));
    let body = export::document(&cx).await?;
    let mut response = Response::new(body);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let name = HeaderValue::try_from(name).expect("BUG: a date is a header");
    response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

/// Erases the person who typed the words.
pub(crate) async fn erase(cx: SessionCx, Form(typed): Form<ErasureForm>) -> Result<Response, Problem> {
    let mut refused = Refusals::default();
    if typed.words.trim() != WORDS {
        refused.add("words", format!("Nothing was erased. Type \"{WORDS}\" if you mean it."));
        return own_page(&cx, StatusCode::UNPROCESSABLE_ENTITY, (typed, refused)).await;
    }
    let act = cx.act("account.erase", cx.session().actor());
    let sentence = match erase::erase((&cx.app().credentials, cx.session()), act).await? {
        Erasure::InTheWay(names) => {
            format!(
                "Your account was not erased: {} has other members and needs another owner first.",
                names.join(", ")
            )
        }
        Erasure::Unfinished => "Much is erased, and not all yet. Do it once more.".to_owned(),
        Erasure::Done => {
            let mut response = Notice::new("erased-title", "erased").answer(StatusCode::OK);
            session::forget_all(response.headers_mut());
            return Ok(response);
        }
    };
    refused.add("words", sentence);
    own_page(&cx, StatusCode::CONFLICT, (typed, refused)).await
}
