//! The links in our mails. Opening one only asks; the button's POST acts, so that no scanner or preview
//! ever answers for a person (RFC 8058 for unsubscribe, whose POST mail programs may send themselves).

use crate::{access::LinkCx, error::Error, notice::Notice, sheet::Sheet};
use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, Response},
};
use store::{
    Audit, Purpose, TenantTx,
    alert::{self, Answered},
};

#[derive(Template)]
#[template(path = "ask.html")]
struct AskPage {
    frame: Sheet,
    title: &'static str,
    text: &'static str,
    button: &'static str,
}

pub(crate) async fn ask(cx: LinkCx, frame: Sheet) -> Result<Html<String>, Error> {
    let (title, text, button) = match cx.link().purpose() {
        Purpose::Stop => ("link-stop-title", "link-stop", "link-stop-go"),
        Purpose::Keep => ("link-keep-title", "link-keep", "link-keep-go"),
        Purpose::Unsubscribe => ("link-unsubscribe-title", "link-unsubscribe", "link-unsubscribe-go"),
        // These ask on pages of their own, to somebody who is signed in.
        Purpose::Invitation | Purpose::Channel => return Err(Error::LinkUnknown),
    };
    Ok(Html(AskPage { frame, title, text, button }.render()?))
}

pub(crate) async fn stop(cx: LinkCx) -> Result<Response, Error> {
    let mut tx = cx.begin().await?;
    let answered = alert::answer_stop(&mut tx, cx.link(), cx.now()).await?;
    finish(cx, tx, answered, "watch.stop", STOPPED).await
}

pub(crate) async fn keep(cx: LinkCx) -> Result<Response, Error> {
    let mut tx = cx.begin().await?;
    let answered = alert::answer_keep(&mut tx, cx.link(), cx.now()).await?;
    finish(cx, tx, answered, "alert.keep", KEPT).await
}

pub(crate) async fn unsubscribe(cx: LinkCx) -> Result<Response, Error> {
    let mut tx = cx.begin().await?;
    let answered = alert::unsubscribe(&mut tx, cx.link(), cx.now()).await?;
    finish(cx, tx, answered, "channel.unsubscribe", UNSUBSCRIBED).await
}

async fn finish(
    cx: LinkCx,
    tx: TenantTx,
    answered: Answered,
    action: &'static str,
    done: Notice,
) -> Result<Response, Error> {
    match answered {
        Answered::Missing => return Err(Error::LinkUnknown),
        Answered::Ended => return Ok(ENDED.answer(StatusCode::OK)),
        Answered::Before => return Ok(done.answer(StatusCode::OK)),
        Answered::Done => {}
    }
    tx.commit(Audit::Act(cx.act(action))).await?;
    Ok(done.answer(StatusCode::OK))
}

const ENDED: Notice = Notice::new("link-ended-title", "link-ended");
const STOPPED: Notice = Notice::new("link-stopped-title", "link-stopped");
const KEPT: Notice = Notice::new("link-kept-title", "link-kept");
const UNSUBSCRIBED: Notice = Notice::new("link-unsubscribed-title", "link-unsubscribed");
