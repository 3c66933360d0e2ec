//! The links in our mails. Opening one only asks; the button's POST acts, so that no scanner or preview
//! ever answers for a person (RFC 8058 for unsubscribe, whose POST mail programs may send themselves).

use crate::{
    access::LinkCx,
    error::Error,
    notice::{Notice, notice},
};
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
    title: &'static str,
    text: &'static str,
    button: &'static str,
}

pub(crate) async fn ask(cx: LinkCx) -> Result<Html<String>, Error> {
    let page = match cx.link().purpose() {
        Purpose::Stop => AskPage {
            title: "Booked?",
            text: "Your watch ends and its alerts stop. You can start a new one at any time.",
            button: "Booked, stop",
        },
        Purpose::Keep => AskPage {
            title: "Not yet?",
            text: "Your watch goes on, and you hear of the next space too.",
            button: "Keep watching",
        },
        Purpose::Unsubscribe => AskPage {
            title: "Stop all mail to this address?",
            text: "No watch will mail this address any more. Your watches stay as they are.",
            button: "Stop all mail",
        },
        // An invitation asks on a page of its own.
        Purpose::Invitation => return Err(Error::LinkUnknown),
    };
    Ok(Html(page.render()?))
}

pub(crate) async fn stop(cx: LinkCx) -> Result<Response, Error> {
    let mut tx = cx.begin().await?;
    let answered = alert::answer_stop(&mut tx, cx.link(), cx.now()).await?;
    finish(cx, tx, answered, "watch.stop", &STOPPED).await
}

pub(crate) async fn keep(cx: LinkCx) -> Result<Response, Error> {
    let mut tx = cx.begin().await?;
    let answered = alert::answer_keep(&mut tx, cx.link(), cx.now()).await?;
    finish(cx, tx, answered, "alert.keep", &KEPT).await
}

pub(crate) async fn unsubscribe(cx: LinkCx) -> Result<Response, Error> {
    let mut tx = cx.begin().await?;
    let answered = alert::unsubscribe(&mut tx, cx.link(), cx.now()).await?;
    finish(cx, tx, answered, "channel.unsubscribe", &UNSUBSCRIBED).await
}

async fn finish(
    cx: LinkCx,
    tx: TenantTx,
    answered: Answered,
    action: &'static str,
    done: &Notice<'_>,
) -> Result<Response, Error> {
    match answered {
        Answered::Missing => return Err(Error::LinkUnknown),
        Answered::Ended => return Ok(notice(StatusCode::OK, &ENDED)),
        Answered::Before => return Ok(notice(StatusCode::OK, done)),
        Answered::Done => {}
    }
    tx.commit(Audit::Act(cx.act(action))).await?;
    Ok(notice(StatusCode::OK, done))
}

const ENDED: Notice<'static> = Notice {
    title: "This watch has ended",
    text: "There is nothing left to keep watching. Start a new watch to hear of the next space.",
};
const STOPPED: Notice<'static> = Notice { title: "Your watch has ended", text: "Have a good crossing." };
const KEPT: Notice<'static> = Notice { title: "We keep watching", text: "You hear from us when the next space opens." };
const UNSUBSCRIBED: Notice<'static> = Notice {
    title: "No more mail to this address",
    text: "Your watches stay as they are; they only stop mailing you here.",
};
