//! Every request passes here before its handler: what does the row demand, and does the caller have it.

use crate::{App, error::Error};
use axum::{
    extract::{FromRequestParts, RawPathParams, Request, State},
    http::request::Parts,
    middleware::Next,
    response::Response,
};
use chrono::{DateTime, Utc};
use store::{Capability, Purpose, TenantTx};

/// What a route demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    Public,
    /// A link that we signed for this purpose, in the path parameter `token`.
    Link(Purpose),
}

/// What the handler of a link may use. Only `enforce` makes one.
#[derive(Clone)]
pub struct LinkCx {
    app: App,
    link: Capability,
    now: DateTime<Utc>,
}

impl LinkCx {
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

pub(crate) async fn enforce(
    State((app, access)): State<(App, Access)>,
    params: RawPathParams,
    mut request: Request,
    next: Next,
) -> Result<Response, Error> {
    if let Access::Link(purpose) = access {
        let token = params.iter().find(|(name, _)| *name == "token").map_or("", |(_, token)| token);
        let now = app.clock.now();
        let link = app.link_key.open(purpose, token, now).ok_or(Error::LinkUnknown)?;
        request.extensions_mut().insert(LinkCx { app, link, now });
    }
    Ok(next.run(request).await)
}

/// The state of a link row in the route table. [`LinkCx`] extracts from nothing else, so a handler that
/// takes one cannot be mounted as public: it does not compile.
#[derive(Clone)]
pub struct LinkRoute;

impl FromRequestParts<LinkRoute> for LinkCx {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &LinkRoute) -> Result<Self, Error> {
        Ok(parts.extensions.get::<LinkCx>().cloned().expect("BUG: enforce runs before every link's handler"))
    }
}
