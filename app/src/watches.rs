//! Watches over the API: created, read, changed, paused, resumed, deleted. What is wrong with a wish is said at once, with
//! its fields; a plan's limit is held under a lock; whatever happens is committed with its line in the audit log.

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
    reader::{Reader, Standing},
};
use axum::{Json, http::StatusCode, response::Response};
use domain::{access::Action::WriteWatches, id::WatchId, operator::Operator, plan, watch::WatchState};
use request::{Aside, ChangeWatch, NewWatch, WatchQuery, again, as_stored};
use store::{
    TenantTx, channel,
    watch::{self, ShownWatch},
};
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
    must_be_asked(&reader, wanted.operator)?;
    let (plan, usage) = watch::lock_usage(&mut tx, None).await?;
    plan::admit(plan, usage, wanted.days)?;
    let currency = wanted.currency();
    let id = watch::insert(&mut tx, &as_stored(user, (&wanted, &currency), &aside, cx.request_id()), cx.now()).await?;
    finish(&cx, (tx, &reader), once, (StatusCode::CREATED, "watch.create", id)).await
}

pub(crate) async fn change(
    cx: ApiCx,
    Path(id): Path<WatchId>,
    Body(change): Body<ChangeWatch>,
) -> Result<Response, Problem> {
    let mut tx = cx.begin_writing(WriteWatches).await?;
    let (plan, usage) = watch::lock_usage(&mut tx, Some(id)).await?;
    let watch = lock_running(&mut tx, id).await?;
    if change.if_version.is_some_and(|version| version != watch.version) {
        let detail = format!("The watch is at version {}: read it again.", watch.version);
        return Err(Problem::conflict(Code::Conflict, detail));
    }
    let reader = Reader::of(&cx, &mut tx).await?;
    let own = channel::of_user(&mut tx, watch.user).await?;
    let (wanted, aside) = change.read(&watch, &own, cx.now())?;
    if let Some(wanted) = wanted {
        must_be_asked(&reader, wanted.operator)?;
        if watch.state == WatchState::Active {
            plan::admit(plan, usage, wanted.days)?;
        }
        let currency = wanted.currency();
        watch::rewrite(&mut tx, id, &as_stored(watch.user, (&wanted, &currency), &aside, cx.request_id()), cx.now())
            .await?;
    }
    watch::annotate(&mut tx, id, &aside.as_stored(cx.request_id())).await?;
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
    let watch = lock_running(&mut tx, id).await?;
    if watch.state == WatchState::Active {
        watch::set_state(&mut tx, id, WatchState::Paused, cx.now()).await?;
    }
    finish(&cx, (tx, &reader), once, (StatusCode::OK, "watch.pause", id)).await
}

/// Like a new watch: asked again, admitted again, and told what is open now.
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
    let (plan, usage) = watch::lock_usage(&mut tx, Some(id)).await?;
    let watch = lock_running(&mut tx, id).await?;
    if watch.state == WatchState::Paused {
        let wanted = again(&watch, cx.now())?;
        must_be_asked(&reader, wanted.operator)?;
        plan::admit(plan, usage, wanted.days)?;
        let (currency, aside) = (wanted.currency(), Aside::of(&watch));
        watch::rewrite(&mut tx, id, &as_stored(watch.user, (&wanted, &currency), &aside, cx.request_id()), cx.now())
            .await?;
        watch::set_state(&mut tx, id, WatchState::Active, cx.now()).await?;
    }
    finish(&cx, (tx, &reader), once, (StatusCode::OK, "watch.resume", id)).await
}

pub(crate) async fn delete(cx: ApiCx, Path(id): Path<WatchId>, _: NoBody) -> Result<StatusCode, Problem> {
    let mut tx = cx.begin_writing(WriteWatches).await?;
    watch::lock_for_change(&mut tx, id).await?.ok_or_else(Problem::not_found)?;
    watch::set_state(&mut tx, id, WatchState::Deleted, cx.now()).await?;
    cx.commit(tx, "watch.delete", id.to_string()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A watch that has not ended, locked.
async fn lock_running(tx: &mut TenantTx, id: WatchId) -> Result<ShownWatch, Problem> {
    let watch = watch::lock_for_change(tx, id).await?.ok_or_else(Problem::not_found)?;
    match watch.state {
        WatchState::Active | WatchState::Paused => Ok(watch),
        WatchState::Stopped | WatchState::Expired | WatchState::Deleted => {
            let detail = format!("The watch has ended ({}). Create a new one.", watch.state);
            Err(Problem::conflict(Code::Conflict, detail))
        }
    }
}

/// Refuses a wish that nobody would ever ask about; one whose operator merely pauses is taken.
fn must_be_asked(reader: &Reader, operator: Operator) -> Result<(), Problem> {
    match reader.standing(operator) {
        Standing::Off(_, why) => Err(Problem::conflict(Code::OperatorOff, format!("{why}."))),
        Standing::Asked | Standing::Paused(_) => Ok(()),
    }
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
