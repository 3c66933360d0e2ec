//! Watches over the API: created, read, changed, paused, resumed, deleted. What is wrong with a wish is said at once, with
//! its fields; a plan's limit is held under a lock; whatever happens is committed with its line in the audit log.

pub(crate) mod act;
pub(crate) mod checks;
pub(crate) mod form;
pub(crate) mod request;
pub(crate) mod view;

use crate::{
    access::ApiCx,
    cursor,
    idempotency::{self, Begun, Done, IdempotencyKey, Once},
    input::{Body, NoBody, Path, Query},
    problem::{Code, Problem},
    reader::Reader,
};
use act::By;
use axum::{Json, http::StatusCode, response::Response};
use domain::{access::Action::WriteWatches, id::WatchId, watch::WatchState};
use request::{ChangeWatch, NewWatch, WatchQuery};
use store::{TenantTx, channel, watch};
use view::{Viewer, WatchDetail, WatchList};

pub(crate) async fn list(cx: ApiCx, Query(query): Query<WatchQuery>) -> Result<Json<WatchList>, Problem> {
    let limit = cursor::limit(query.limit)?;
    let state = query.state()?;
    let name = format!("watches:{}", state.map_or("", WatchState::as_str));
    let after = cursor::read(&name, query.cursor.as_deref())?;
    let mut tx = cx.begin().await?;
    let page = watch::list(&mut tx, state, after.as_ref(), limit).await?;
    let reader = Reader::of(&cx, &mut tx).await?;
    let data = Viewer::of(&reader, &mut tx).await?.views(&mut tx, page.rows).await?;
    Ok(Json(WatchList::new(data, page.next.map(|next| cursor::write(&name, &next)))))
}

pub(crate) async fn show(cx: ApiCx, Path(id): Path<WatchId>) -> Result<Json<WatchDetail>, Problem> {
    let mut tx = cx.begin().await?;
    let reader = Reader::of(&cx, &mut tx).await?;
    Ok(Json(Viewer::of(&reader, &mut tx).await?.detail(&mut tx, id).await?))
}

pub(crate) async fn create(cx: ApiCx, key: IdempotencyKey, Body(new): Body<NewWatch>) -> Result<Response, Problem> {
    let (mut tx, once) =
        match idempotency::begin((&cx, WriteWatches), key, "POST /api/v1/watches".to_owned(), &new).await? {
            Begun::Act(tx, once) => (tx, once),
            Begun::Answered(response) => return Ok(response),
        };
    let user = cx.membership().user();
    let (wanted, aside) = new.read(&channel::of_user(&mut tx, user).await?, cx.now())?;
    let reader = Reader::of(&cx, &mut tx).await?;
    let by = By { request_id: cx.request_id(), reader: &reader };
    let id = act::create(&mut tx, &by, user, (&wanted, &aside)).await?;
    finish(&cx, (tx, &reader), once, (StatusCode::CREATED, "watch.create", id)).await
}

pub(crate) async fn change(
    cx: ApiCx,
    Path(id): Path<WatchId>,
    Body(change): Body<ChangeWatch>,
) -> Result<Response, Problem> {
    let mut tx = cx.begin_writing(WriteWatches).await?;
    let held = act::hold(&mut tx, id).await?;
    let version = held.watch.version;
    if change.if_version.is_some_and(|asked| asked != version) {
        let detail = format!("The watch is at version {version}: read it again.");
        return Err(Problem::conflict(Code::Conflict, detail));
    }
    let reader = Reader::of(&cx, &mut tx).await?;
    let own = channel::of_user(&mut tx, held.watch.user).await?;
    let (wanted, aside) = change.read(&held.watch, &own, cx.now())?;
    let by = By { request_id: cx.request_id(), reader: &reader };
    act::change(&mut tx, &by, &held, (wanted.as_ref(), &aside)).await?;
    finish(&cx, (tx, &reader), Once::unnamed(), (StatusCode::OK, "watch.change", id)).await
}

pub(crate) async fn pause(
    cx: ApiCx,
    key: IdempotencyKey,
    Path(id): Path<WatchId>,
    _: NoBody,
) -> Result<Response, Problem> {
    let (mut tx, once) =
        match idempotency::begin((&cx, WriteWatches), key, format!("POST /api/v1/watches/{id}/pause"), &()).await? {
            Begun::Act(tx, once) => (tx, once),
            Begun::Answered(response) => return Ok(response),
        };
    let reader = Reader::of(&cx, &mut tx).await?;
    act::pause(&mut tx, id, cx.now()).await?;
    finish(&cx, (tx, &reader), once, (StatusCode::OK, "watch.pause", id)).await
}

pub(crate) async fn resume(
    cx: ApiCx,
    key: IdempotencyKey,
    Path(id): Path<WatchId>,
    _: NoBody,
) -> Result<Response, Problem> {
    let (mut tx, once) =
        match idempotency::begin((&cx, WriteWatches), key, format!("POST /api/v1/watches/{id}/resume"), &()).await? {
            Begun::Act(tx, once) => (tx, once),
            Begun::Answered(response) => return Ok(response),
        };
    let reader = Reader::of(&cx, &mut tx).await?;
    act::resume(&mut tx, &By { request_id: cx.request_id(), reader: &reader }, id).await?;
    finish(&cx, (tx, &reader), once, (StatusCode::OK, "watch.resume", id)).await
}

pub(crate) async fn delete(cx: ApiCx, Path(id): Path<WatchId>, _: NoBody) -> Result<StatusCode, Problem> {
    let mut tx = cx.begin_writing(WriteWatches).await?;
    act::delete(&mut tx, id, cx.now()).await?;
    cx.commit(tx, "watch.delete", id.to_string()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Answers with the watch as it is now.
async fn finish(
    cx: &ApiCx,
    (mut tx, reader): (TenantTx, &Reader),
    once: Once,
    (status, action, id): (StatusCode, &'static str, WatchId),
) -> Result<Response, Problem> {
    let body = Viewer::of(reader, &mut tx).await?.detail(&mut tx, id).await?;
    once.finish(cx, tx, Done { status, body: &body, action, subject: id.to_string() }).await
}
