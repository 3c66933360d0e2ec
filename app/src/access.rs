//! Every request passes here before what handles it: what does the row demand, and does the caller have it. Promises
//! that a response which did not come by here is never sent, and that what a handler may use (`ApiCx`, `LinkCx`) is
//! made here and nowhere else. Never takes a right from anything but the database, read for this request.

use crate::{
    App,
    client::ClientAddress,
    denied::Trail,
    error::Error,
    keys,
    login::attempt::{self, Arrived, AttemptCx},
    problem::Problem,
    rate,
    shield::RequestId,
    signed_in::{self, MemberCx, SessionCx},
};
use axum::{
    extract::{FromRequestParts, MatchedPath, RawPathParams, Request, State},
    http::{Extensions, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use domain::{
    access::Action,
    allowance::{Allowance, Household, Subject},
};
use std::net::{IpAddr, Ipv4Addr};
use store::{Act, Audit, Capability, Hold, Membership, Purpose, TenantTx};
use uuid::Uuid;

/// What a route demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing; it changes nothing either.
    Public,
    /// A form of one of our own pages, sent by anybody.
    Visitor,
    /// A provider's answer to an attempt to sign in that began in this browser; being let in takes the attempt.
    Attempt,
    /// A link that we signed for this purpose, in the path parameter `token`.
    Link(Purpose),
    /// An API key that may do this: by its scopes, its creator's present role and the tenant's plan.
    Key(Action),
    /// A session: what is the person's own.
    Session(Recency),
    /// A session of a member who may do this in the tenant of the path parameter `tenant`.
    Member(Action, Recency),
}

/// How long ago the person behind a session may have proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recency {
    /// When they signed in.
    Any,
    /// The same, and a page that stands open asks by itself: it is no use of the session, which idles on.
    Unattended,
    /// Within `domain::session::FRESH_FOR`: for what a stolen session must not do.
    Fresh,
}

/// What a row asks of a request: the proof, and one of what its subject may do so often.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Demand {
    pub(crate) access: Access,
    pub(crate) allowance: Option<Allowance>,
}

/// What the handler of a link may use. Only `enforce` makes one.
#[derive(Clone)]
pub struct LinkCx {
    app: App,
    link: Capability,
    request_id: Uuid,
    now: DateTime<Utc>,
}

impl LinkCx {
    /// What the link's holder does now, for the audit log.
    pub(crate) fn act(&self, action: &'static str) -> Act {
        let actor = format!("link:{}", self.link.purpose().as_str());
        let subject = self.link.subject().to_string();
        Act { at: self.now, actor, action, subject, request_id: self.request_id }
    }

    pub(crate) fn link(&self) -> &Capability {
        &self.link
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.now
    }

    pub(crate) async fn begin(&self) -> Result<TenantTx, Error> {
        Ok(self.app.store.begin_capability(&self.link).await?)
    }
}

/// What the handler of a key row may use. Only `enforce` makes one.
#[derive(Clone)]
pub struct ApiCx {
    app: App,
    membership: Membership,
    request_id: Uuid,
    now: DateTime<Utc>,
}

impl ApiCx {
    /// Whose key it is, and in which tenant.
    pub(crate) fn membership(&self) -> &Membership {
        &self.membership
    }

    /// When the request came.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The name of the request.
    pub(crate) fn request_id(&self) -> Uuid {
        self.request_id
    }

    pub(crate) fn app(&self) -> &App {
        &self.app
    }

    /// Opens a transaction that reads the tenant.
    pub(crate) async fn begin(&self) -> Result<TenantTx, Problem> {
        Ok(self.app.store.begin(&self.membership).await?)
    }

    /// Opens a transaction that may write on the tenant. What let the request in is asked again in it, and holds until it
    /// ends: the maker is still a member, their role and the plan still allow it.
    pub(crate) async fn begin_writing(&self, action: Action) -> Result<TenantTx, Problem> {
        let held = self.app.store.begin_writing(&self.membership, Hold::Shared).await?;
        let (tx, membership) = held.ok_or_else(keys::worthless)?;
        membership.may(action)?;
        Ok(tx)
    }

    /// Commits what the key did, with the line in the audit log that says so.
    pub(crate) async fn commit(&self, tx: TenantTx, action: &'static str, subject: String) -> Result<(), Problem> {
        let (actor, request_id) = (self.membership.actor(), self.request_id);
        Ok(tx.commit(Audit::Act(Act { at: self.now, actor, action, subject, request_id })).await?)
    }
}

/// Marks a response that passed [`enforce`], or that said that there is nothing to enforce.
#[derive(Clone)]
struct Enforced;

pub(crate) async fn enforce(
    State((app, demand)): State<(App, Demand)>,
    params: RawPathParams,
    request: Request,
    next: Next,
) -> Response {
    let Demand { access, allowance } = demand;
    let trail = Trail::of(request.extensions());
    if access != Access::Public {
        trail.guard();
    }
    let anybody = (allowance, household(&request));
    let answer = match access {
        Access::Public => public(within(&app, anybody, next.run(request)).await),
        Access::Visitor => match signed_in::sent_from_here(&app, request.headers()) {
            Ok(()) => within(&app, anybody, let_in(request, next)).await,
            Err(problem) => problem.into_response(),
        },
        Access::Attempt => within(&app, anybody, attempt(app.clone(), &params, request, next)).await,
        Access::Link(purpose) => match link(&app, purpose, &params, &request) {
            Ok(cx) => within(&app, anybody, let_in(with(request, cx), next)).await,
            Err(error) => error.into_response(),
        },
        Access::Key(action) => key(&app, (action, allowance), request, next).await,
        Access::Session(recency) => match signed_in::session(app.clone(), recency, request).await {
            Ok((cx, request)) => {
                let person = Subject::Person(cx.session().user());
                within(&app, (allowance, person), let_in(with(request, cx), next)).await
            }
            Err(refusal) => refusal,
        },
        Access::Member(action, recency) => {
            match signed_in::member(app.clone(), (action, recency), &params, request).await {
                Ok((cx, request)) => {
                    let membership = cx.membership().clone();
                    in_turn(&app, (&membership, allowance), with(request, cx), next).await
                }
                Err(refusal) => refusal,
            }
        }
    };
    enforced(answer)
}

/// Whoever is not known but by where they ask from.
fn household(request: &Request) -> Subject {
    let client = request.extensions().get::<ClientAddress>();
    let address = client.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |client| client.0);
    Subject::Household(Household::of(address))
}

/// Has the subject any of it left? Asked last, so that what was denied is counted nowhere; but for a provider's answer,
/// which costs a look into the database whether or not anybody waits for it.
async fn within(
    app: &App,
    (allowance, subject): (Option<Allowance>, Subject),
    handled: impl Future<Output = Response>,
) -> Response {
    let Some(allowance) = allowance else { return handled.await };
    let (standing, taken) = rate::spend(app, (allowance, subject), app.clock.now()).await;
    let mut response = match taken {
        Ok(()) => handled.await,
        Err(problem) => problem.into_response(),
    };
    if let Some(standing) = standing {
        standing.write(response.headers_mut());
    }
    response
}

/// For a member, by a key or in person: a tenant's requests share its seats.
async fn in_turn(
    app: &App,
    (membership, allowance): (&Membership, Option<Allowance>),
    request: Request,
    next: Next,
) -> Response {
    let person = Subject::Person(membership.user());
    match app.rates.seat(membership.tenant()) {
        Ok(_seat) => within(app, (allowance, person), let_in(request, next)).await,
        Err(problem) => problem.into_response(),
    }
}

/// The handler.
async fn let_in(request: Request, next: Next) -> Response {
    Trail::of(request.extensions()).enter();
    next.run(request).await
}

fn with<Cx: Clone + Send + Sync + 'static>(mut request: Request, cx: Cx) -> Request {
    request.extensions_mut().insert(cx);
    request
}

async fn attempt(app: App, params: &RawPathParams, request: Request, next: Next) -> Response {
    match attempt::taken(app, Arrived::of(&request, params)).await {
        Ok(cx) => let_in(with(request, cx), next).await,
        Err(refusal) => refusal,
    }
}

fn link(app: &App, purpose: Purpose, params: &RawPathParams, request: &Request) -> Result<LinkCx, Error> {
    let token = params.iter().find(|(name, _)| *name == "token").map_or("", |(_, token)| token);
    let now = app.clock.now();
    let link = app.link_key.open(purpose, token, now).ok_or(Error::LinkUnknown)?;
    Trail::of(request.extensions()).name(format!("link:{}", purpose.as_str()));
    Ok(LinkCx { app: app.clone(), link, request_id: RequestId::of(request), now })
}

/// Who is it (401), too often (429), may they (403), too many at once (429); only then the handler.
async fn key(app: &App, (action, allowance): (Action, Option<Allowance>), request: Request, next: Next) -> Response {
    let now = app.clock.now();
    let request_id = RequestId::of(&request);
    let presented = keys::presented(&request);
    let membership = match async { keys::known(&app.credentials, &presented?, now).await }.await {
        Ok(membership) => membership,
        Err(problem) => return problem.into_response(),
    };
    Trail::of(request.extensions()).name(membership.actor());
    let (standing, taken) = app.rates.take(&membership);
    let allowed = taken.and_then(|()| Ok(membership.may(action)?));
    let mut response = match allowed {
        Ok(()) => {
            let cx = ApiCx { app: app.clone(), membership: membership.clone(), request_id, now };
            in_turn(app, (&membership, allowance), with(request, cx), next).await
        }
        Err(problem) => problem.into_response(),
    };
    if let Some(standing) = standing {
        standing.write(response.headers_mut());
    }
    response
}

/// For `enforce`, and for the two answers of the router that belong to no row: no such path, no such method.
pub(crate) fn enforced(mut response: Response) -> Response {
    response.extensions_mut().insert(Enforced);
    response
}

/// Marks a response that holds nothing of anybody's. Only those are compressed: how small a page becomes tells of a secret
/// that it repeats (BREACH).
#[derive(Clone)]
struct OfNobody;

fn public(mut response: Response) -> Response {
    response.extensions_mut().insert(OfNobody);
    response
}

/// Whether a response may be compressed.
pub(crate) fn is_of_nobody(extensions: &Extensions) -> bool {
    extensions.get::<OfNobody>().is_some()
}

/// Replaces a response that did not pass [`enforce`]: some route is not a row of the table.
pub(crate) async fn only_enforced(request: Request, next: Next) -> Response {
    // The row's path: the address itself may hold a link's token.
    let path = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    if response.extensions().get::<Enforced>().is_some() {
        return response;
    }
    tracing::error!(
        path = path.as_ref().map(MatchedPath::as_str),
        "a response did not pass the access check and was withheld"
    );
    Problem::failed().into_response()
}

/// The state of a link row in the route table. [`LinkCx`] extracts from nothing else, so a handler that
/// takes one cannot be mounted as public: it does not compile.
#[derive(Clone)]
pub struct LinkRoute;

/// The state of a key row in the route table, and the only one [`ApiCx`] extracts from.
#[derive(Clone)]
pub struct KeyRoute;

/// The state of a row that takes an attempt, and the only one [`AttemptCx`] extracts from.
#[derive(Clone)]
pub struct AttemptRoute;

/// The state of a session row, and the only one [`SessionCx`] extracts from.
#[derive(Clone)]
pub struct SessionRoute;

/// The state of a member row, and the only one [`MemberCx`] extracts from.
#[derive(Clone)]
pub struct MemberRoute;

impl FromRequestParts<AttemptRoute> for AttemptCx {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &AttemptRoute) -> Result<Self, Problem> {
        Ok(parts.extensions.get::<AttemptCx>().cloned().expect("BUG: enforce runs before every attempt's handler"))
    }
}

impl FromRequestParts<SessionRoute> for SessionCx {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &SessionRoute) -> Result<Self, Problem> {
        Ok(parts.extensions.get::<SessionCx>().cloned().expect("BUG: enforce runs before every session row's handler"))
    }
}

impl FromRequestParts<MemberRoute> for MemberCx {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &MemberRoute) -> Result<Self, Problem> {
        Ok(parts.extensions.get::<MemberCx>().cloned().expect("BUG: enforce runs before every member row's handler"))
    }
}

impl FromRequestParts<LinkRoute> for LinkCx {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &LinkRoute) -> Result<Self, Error> {
        Ok(parts.extensions.get::<LinkCx>().cloned().expect("BUG: enforce runs before every link's handler"))
    }
}

impl FromRequestParts<KeyRoute> for ApiCx {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &KeyRoute) -> Result<Self, Problem> {
        Ok(parts.extensions.get::<ApiCx>().cloned().expect("BUG: enforce runs before every key row's handler"))
    }
}
