//! A person's own say over what we keep of them: everything as one document, and erasure. Promises that both are the
//! person's own alone and need a fresh proof of who they are, that what an erasure takes with it is said before, and what
//! it has left to do is said after. Never erases on a click: the words must be typed.

mod export;

use crate::{
    denied::Trail,
    form::{Form, Refusals},
    notice::Notice,
    problem::Problem,
    session,
    signed_in::{Frame, SessionCx},
};
use askama::Template;
use axum::{
    Extension,
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use store::privacy::erase::{self, Erasure, Fate, Outlook};
use words::{Language, Said};

#[derive(Template)]
#[template(path = "own_privacy.html")]
struct OwnPrivacyPage {
    frame: Frame,
    tenants: Vec<Outlook>,
    typed: ErasureForm,
    refused: Refusals,
}

/// What must be typed for an erasure.
fn words() -> Said {
    Said::new("data-erase-words")
}

/// Whether these are the words: in any of our languages, for the page may have been read in another.
fn are_the_words(typed: &str) -> bool {
    Language::ALL.into_iter().any(|language| words().inside(language).to_string() == typed.trim())
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
pub(crate) async fn erase(
    cx: SessionCx,
    Extension(trail): Extension<Trail>,
    Form(typed): Form<ErasureForm>,
) -> Result<Response, Problem> {
    let mut refused = Refusals::default();
    if !are_the_words(&typed.words) {
        refused.say("words", Said::new("data-erase-unsaid").with("words", words()));
        return own_page(&cx, StatusCode::UNPROCESSABLE_ENTITY, (typed, refused)).await;
    }
    trail.erase();
    let act = cx.act("account.erase", cx.session().actor());
    let why = match erase::erase((&cx.app().credentials, cx.session()), act).await? {
        Erasure::InTheWay(names) => Said::new("data-erase-in-the-way").with("names", names.join(", ")),
        Erasure::Unfinished => Said::new("data-erase-unfinished"),
        Erasure::Done => {
            let mut response = Notice::new("erased-title", "erased").answer(StatusCode::OK);
            session::forget_all(response.headers_mut());
            return Ok(response);
        }
    };
    refused.say("words", why);
    own_page(&cx, StatusCode::CONFLICT, (typed, refused)).await
}
