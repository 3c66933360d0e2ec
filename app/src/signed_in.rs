//! Who is signed in, and what a handler for people may use. Promises, in this order: the session is live, an unsafe
//! request came from a page of this very session, the proof of identity is fresh where that is asked, and the
//! person is a member whose role may. Never takes a right from the cookie but that of being looked up.

use crate::{
    App,
    access::Recency,
    denied::Trail,
    form,
    problem::{Code, Problem, confirm_address},
    session,
    sheet::Sheet,
    shield::{BODY_BYTES_MAX, RequestId},
    when::{self, When},
};
use axum::{
    body::{Body, to_bytes},
    extract::{RawPathParams, Request},
    http::{HeaderMap, Method, header},
    response::{IntoResponse, Redirect, Response},
};
use chrono::{DateTime, Utc};
use domain::{
    access::{Action, allows},
    id::TenantId,
    token::Token,
};
use std::ops::Deref;
use store::{
    Act, Audit, Hold, Membership, Session, TenantTx, UserTx,
    session::rotate,
    user::{Account, Belonging},
};
use url::form_urlencoded;
use uuid::Uuid;
use words::Said;

/// What the handler of a session row may use. Only `enforce` makes one.
#[derive(Clone)]
pub(crate) struct SessionCx {
    app: App,
    session: Session,
    token: Token,
    request_id: Uuid,
    now: DateTime<Utc>,
    sheet: Sheet,
}

/// What the handler of a member row may use. Only `enforce` makes one.
#[derive(Clone)]
pub struct MemberCx {
    signed_in: SessionCx,
    membership: Membership,
}

/// What every page of somebody who is signed in shows around what it is about.
pub(crate) struct Frame {
    /// What it is written on.
    pub(crate) sheet: Sheet,
    /// What they are called.
    pub(crate) name: String,
    /// Their zone.
    pub(crate) zone: String,
    /// When the request came.
    pub(crate) now: DateTime<Utc>,
    /// What their forms carry.
    pub(crate) csrf: String,
    /// Where they belong.
    pub(crate) tenants: Vec<Belonging>,
    /// The tenant that the page is about, if it is about one.
    pub(crate) tenant: Option<TenantId>,
}

impl Deref for Frame {
    type Target = Sheet;

    fn deref(&self) -> &Sheet {
        &self.sheet
    }
}

impl Frame {
    /// The tenant that the page is about, or the first that can be gone to.
    pub(crate) fn current(&self) -> Option<&Belonging> {
        self.open().find(|belonging| self.is_about(&belonging.tenant)).or_else(|| self.open().next())
    }

    /// The tenants that can be gone to.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Belonging> {
        self.tenants.iter().filter(|belonging| belonging.suspended.is_none())
    }

    /// Whether the page is in this part of its tenant.
    pub(crate) fn is_in(&self, part: &str) -> bool {
        self.tenant.is_some_and(|tenant| self.is_at(&format!("/t/{tenant}/{part}")))
    }

    /// Whether the page is the tenant's watches, or one of them.
    pub(crate) fn is_about_watches(&self) -> bool {
        let path = self.address.split('?').next();
        self.is_in("watches") || self.tenant.is_some_and(|tenant| path == Some(format!("/t/{tenant}").as_str()))
    }

    /// Whether the page is about who is in the tenant, its keys, its log or its settings.
    pub(crate) fn is_about_tenant(&self) -> bool {
        let others = self.is_about_watches() || self.is_in("alerts") || self.is_in("channels");
        self.tenant.is_some() && !others
    }

    /// The tenant that the page is about, as its reader belongs to it.
    pub(crate) fn about(&self) -> Option<&Belonging> {
        self.open().find(|belonging| self.is_about(&belonging.tenant))
    }

    /// Whether the reader makes and revokes keys of the tenant that the page is about.
    pub(crate) fn manages_keys(&self) -> bool {
        self.may(Action::ManageKeys)
    }

    /// Whether the reader reads the log of the tenant that the page is about.
    pub(crate) fn reads_audit(&self) -> bool {
        self.may(Action::ReadAudit)
    }

    /// Whether the reader renames, hands over and closes the tenant that the page is about.
    pub(crate) fn manages_tenant(&self) -> bool {
        self.may(Action::ManageTenant)
    }

    /// Enough to lead somebody where they may go; whether they may is asked where they come to.
    fn may(&self, action: Action) -> bool {
        self.about().is_some_and(|belonging| allows(belonging.role, action))
    }

    /// An instant in the reader's zone.
    pub(crate) fn when(&self, at: DateTime<Utc>) -> When {
        When::new(at, &self.zone, self.language)
    }

    /// How long ago an instant was.
    pub(crate) fn ago(&self, at: DateTime<Utc>) -> Said {
        when::ago(at, self.now)
    }

    /// Whether the page is about this tenant.
    pub(crate) fn is_about(&self, tenant: &TenantId) -> bool {
        self.tenant.as_ref() == Some(tenant)
    }
}

impl SessionCx {
    pub(crate) fn app(&self) -> &App {
        &self.app
    }

    /// What its pages are written on.
    pub(crate) fn sheet(&self) -> &Sheet {
        &self.sheet
    }

    /// Who is signed in.
    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    /// When the request came.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Refuses what wants a fresh proof of identity, where a row of the table cannot say so because it depends on what is asked.
    pub(crate) fn must_be_fresh(&self, return_to: &str) -> Result<(), Problem> {
        if self.session.span().is_fresh(self.now) { Ok(()) } else { Err(Problem::confirm_first(return_to)) }
    }

    /// Opens a transaction on the person's own rows.
    pub(crate) async fn begin(&self) -> Result<UserTx, Problem> {
        Ok(self.app.credentials.begin(&self.session).await?)
    }

    /// What the person does now, for the audit log.
    pub(crate) fn act(&self, action: &'static str, subject: String) -> Act {
        Act { at: self.now, actor: self.session.actor(), action, subject, request_id: self.request_id }
    }

    /// Commits what the person did, with the line in the audit log that says so.
    pub(crate) async fn commit(&self, tx: UserTx, action: &'static str, subject: String) -> Result<(), Problem> {
        Ok(tx.commit(self.act(action, subject)).await?)
    }

    /// What the page shows around what it is about.
    pub(crate) async fn frame(&self) -> Result<Frame, Problem> {
        let mut tx = self.begin().await?;
        self.frame_in(&mut tx).await
    }

    /// The same, read in a transaction that the page holds already: nobody waits for a second connection while holding one.
    pub(crate) async fn frame_in(&self, tx: &mut UserTx) -> Result<Frame, Problem> {
        let (account, tenants) = (tx.account().await?, tx.tenants().await?);
        let csrf = session::csrf(&self.token).expose().to_owned();
        let sheet = self.sheet.clone();
        let Account { name, zone, .. } = account;
        Ok(Frame { sheet, name, zone, now: self.now, csrf, tenants, tenant: None })
    }

    /// Gives the browser a new token with this response; the old one opens nothing from here on. For every change of
    /// what the person may do.
    pub(crate) async fn rotated(&self, response: impl IntoResponse) -> Result<Response, Problem> {
        let token = self.app.chance.token();
        let mut tx = self.begin().await?;
        if !rotate(&mut tx, &self.session, &token).await? {
            return Err(Problem::signed_out());
        }
        self.commit(tx, "session.rotate", format!("session:{}", self.session.id())).await?;
        let mut response = response.into_response();
        session::issue(response.headers_mut(), &token);
        Ok(response)
    }
}

impl MemberCx {
    /// The person, apart from the tenant.
    pub(crate) fn signed_in(&self) -> &SessionCx {
        &self.signed_in
    }

    pub(crate) fn app(&self) -> &App {
        &self.signed_in.app
    }

    /// Who they are in the tenant.
    pub(crate) fn membership(&self) -> &Membership {
        &self.membership
    }

    /// When the request came.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.signed_in.now
    }

    /// The name of the request.
    pub(crate) fn request_id(&self) -> Uuid {
        self.signed_in.request_id
    }

    /// The same asked again, now, for what goes on after its request was let in; nothing if the session or the membership has
    /// ended, or does not allow this any more. It is no use of the session.
    pub(crate) async fn again(&self, action: Action) -> store::Result<Option<MemberCx>> {
        let SessionCx { app, token, .. } = &self.signed_in;
        let now = app.clock.now();
        let Some(session) = app.credentials.session_unattended(token, now).await? else { return Ok(None) };
        let membership = app.store.membership(&session, self.membership.tenant()).await?;
        let Some(membership) = membership.filter(|membership| membership.may(action).is_ok()) else { return Ok(None) };
        Ok(Some(MemberCx { signed_in: SessionCx { session, now, ..self.signed_in.clone() }, membership }))
    }

    /// Opens a transaction that may write on the tenant. What let the request in is asked again in it, and holds until it
    /// ends; the membership is the one that does.
    pub(crate) async fn begin_writing(&self, action: Action, hold: Hold) -> Result<(TenantTx, Membership), Problem> {
        may_still(action, self.app().store.begin_writing(&self.membership, hold).await?)
    }

    /// The same for keys, as the role that alone makes and ends them.
    pub(crate) async fn begin_keys(&self) -> Result<(TenantTx, Membership), Problem> {
        may_still(Action::ManageKeys, self.app().credentials.begin_keys(&self.membership).await?)
    }

    /// Opens a transaction that reads the tenant.
    pub(crate) async fn begin(&self) -> Result<TenantTx, Problem> {
        Ok(self.app().store.begin(&self.membership).await?)
    }

    /// Commits what the member did, with the line in the audit log that says so.
    pub(crate) async fn commit(&self, tx: TenantTx, action: &'static str, subject: String) -> Result<(), Problem> {
        Ok(tx.commit(Audit::Act(self.signed_in.act(action, subject))).await?)
    }

    /// What the page shows around what it is about.
    pub(crate) async fn frame(&self) -> Result<Frame, Problem> {
        Ok(Frame { tenant: Some(self.membership.tenant()), ..self.signed_in.frame().await? })
    }
}

/// A transaction with the membership that holds in it, if that may do this.
fn may_still(action: Action, held: Option<(TenantTx, Membership)>) -> Result<(TenantTx, Membership), Problem> {
    let (tx, membership) = held.ok_or_else(Problem::not_found)?;
    membership.may(action).map_err(Problem::not_allowed)?;
    Ok((tx, membership))
}

/// Lets a request of a session row in, or says why not.
pub(crate) async fn session(app: App, recency: Recency, request: Request) -> Result<(SessionCx, Request), Response> {
    let (cx, request) = known(app, recency, request).await?;
    if recency == Recency::Fresh && !cx.session.span().is_fresh(cx.now) {
        return Err(stale(&request));
    }
    Ok((cx, request))
}

/// Lets a request of a member row in, or says why not.
pub(crate) async fn member(
    app: App,
    (action, recency): (Action, Recency),
    params: &RawPathParams,
    request: Request,
) -> Result<(MemberCx, Request), Response> {
    let (signed_in, request) = session(app, recency, request).await?;
    let tenant = params.iter().find(|(name, _)| *name == "tenant").and_then(|(_, tenant)| tenant.parse().ok());
    let membership = match tenant {
        Some(tenant) => signed_in.app.store.membership(&signed_in.session, tenant).await,
        None => Ok(None),
    };
    let membership = membership.map_err(|error| Problem::from(error).into_response())?;
    let membership = membership.ok_or_else(|| Problem::not_found().into_response())?;
    membership.may(action).map_err(|denied| Problem::not_allowed(denied).into_response())?;
    Ok((MemberCx { signed_in, membership }, request))
}

/// Who is it, and does an unsafe request come from a page of theirs.
async fn known(app: App, recency: Recency, request: Request) -> Result<(SessionCx, Request), Response> {
    let now = app.clock.now();
    let (request_id, sheet) = (RequestId::of(&request), Sheet::from(request.extensions()));
    let Some(token) = session::presented(request.headers(), session::COOKIE) else { return Err(signed_out(&request)) };
    let session = match recency {
        Recency::Any | Recency::Fresh => app.credentials.session(&token, now).await,
        Recency::Unattended => app.credentials.session_unattended(&token, now).await,
    };
    let Some(session) = session.map_err(|error| Problem::from(error).into_response())? else {
        return Err(signed_out(&request));
    };
    Trail::of(request.extensions()).name(session.actor());
    let request = from_own_page(&app, &token, request).await.map_err(IntoResponse::into_response)?;
    Ok((SessionCx { app, session, token, request_id, now, sheet }, request))
}

/// Reads the proof out of an unsafe request's form and hands the request on whole.
async fn from_own_page(app: &App, token: &Token, request: Request) -> Result<Request, Problem> {
    if is_safe(request.method()) {
        return Ok(request);
    }
    sent_from_here(app, request.headers())?;
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, BODY_BYTES_MAX).await;
    let bytes = bytes.map_err(|_| Problem::bad_request(Code::BadRequest, "The form broke off."))?;
    let field = form::csrf_field(&bytes).filter(|field| session::is_csrf(token, field));
    field.ok_or_else(Problem::foreign_form)?;
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

/// Whether a browser says that one of our own pages sent this: `Sec-Fetch-Site` (Fetch Metadata), and `Origin` where a
/// browser is too old for it. A request that says neither is from nowhere we know.
pub(crate) fn sent_from_here(app: &App, headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let is_ours = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => origin == app.base_url.origin().ascii_serialization(),
        (None, None) => false,
    };
    if is_ours { Ok(()) } else { Err(Problem::foreign_form()) }
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// Where a request is, as an address to come back to.
fn here(request: &Request) -> &str {
    request.uri().path_and_query().map_or("/", |here| here.as_str())
}

/// To the sign-in and back for whoever only looks; a sentence for whoever sent something.
fn signed_out(request: &Request) -> Response {
    let mut response = if is_safe(request.method()) {
        let query = form_urlencoded::Serializer::new(String::new()).append_pair("return_to", here(request)).finish();
        Redirect::to(&format!("/login?{query}")).into_response()
    } else {
        Problem::signed_out().into_response()
    };
    if request.headers().contains_key(header::COOKIE) {
        session::forget(response.headers_mut(), session::COOKIE);
    }
    response
}

/// To the proof of identity and back for whoever only looks; a sentence for whoever sent something.
fn stale(request: &Request) -> Response {
    if is_safe(request.method()) {
        return Redirect::to(&confirm_address(here(request))).into_response();
    }
    // The page of a form may be anywhere above it; the account is where each is reached from.
    Problem::confirm_first("/account").into_response()
}
