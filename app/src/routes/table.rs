//! The route table while it is built, and what is made of it. Promises that a row without its access cannot be written,
//! and that what handles a row takes the proof that the row demands.

use crate::{
    App,
    access::{self, Access, AttemptRoute, Demand, KeyRoute, LinkRoute, MemberRoute, Recency, SessionRoute},
    openapi::{self, Doc},
    page,
};
use axum::{
    Extension, Router,
    handler::Handler,
    http::Method,
    middleware::from_fn_with_state,
    routing::{MethodFilter, MethodRouter, on},
};
use domain::{access::Action, allowance::Allowance};
use store::Purpose;

/// The route table while it is built, and what the tests iterate over.
pub struct Table {
    app: App,
    endpoints: Vec<Endpoint>,
    routes: Vec<MethodRouter>,
}

/// One row of the table.
#[derive(Clone)]
pub struct Endpoint {
    /// Its method.
    pub method: Method,
    /// Its path, with parameters in braces.
    pub path: &'static str,
    /// What it is, in a few words.
    pub what: &'static str,
    /// What it demands.
    pub access: Access,
    /// What of it each subject may have only so often; none for what costs nobody anything.
    pub allowance: Option<Allowance>,
    /// What the OpenAPI document says of it; none for a page.
    pub doc: Option<Doc>,
}

impl Table {
    pub(super) fn new(app: App) -> Table {
        Table { app, endpoints: Vec::new(), routes: Vec::new() }
    }

    pub(super) fn public<H, T>(self, method: Method, path: &'static str, page: (H, &'static str)) -> Table
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let state = self.app.clone();
        self.page(Access::Public, (method, path), page, state)
    }

    pub(super) fn visitor<H, T>(self, method: Method, path: &'static str, page: (H, &'static str)) -> Table
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let state = self.app.clone();
        self.page(Access::Visitor, (method, path), page, state)
    }

    pub(super) fn attempt<H, T>(self, method: Method, path: &'static str, page: (H, &'static str)) -> Table
    where
        H: Handler<T, AttemptRoute>,
        T: 'static,
    {
        self.page(Access::Attempt, (method, path), page, AttemptRoute)
    }

    pub(super) fn link<H, T>(
        self,
        method: Method,
        path: &'static str,
        purpose: Purpose,
        page: (H, &'static str),
    ) -> Table
    where
        H: Handler<T, LinkRoute>,
        T: 'static,
    {
        self.page(Access::Link(purpose), (method, path), page, LinkRoute)
    }

    pub(super) fn session<H, T>(
        self,
        method: Method,
        path: &'static str,
        recency: Recency,
        page: (H, &'static str),
    ) -> Table
    where
        H: Handler<T, SessionRoute>,
        T: 'static,
    {
        self.page(Access::Session(recency), (method, path), page, SessionRoute)
    }

    pub(super) fn member<H, T>(
        self,
        method: Method,
        path: &'static str,
        (action, recency): (Action, Recency),
        page: (H, &'static str),
    ) -> Table
    where
        H: Handler<T, MemberRoute>,
        T: 'static,
    {
        self.page(Access::Member(action, recency), (method, path), page, MemberRoute)
    }

    pub(super) fn public_api<H, T>(self, method: Method, path: &'static str, (handler, doc): (H, Doc)) -> Table
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let state = self.app.clone();
        self.described(Access::Public, (method, path), (handler, doc), state)
    }

    pub(super) fn api<H, T>(self, method: Method, path: &'static str, action: Action, (handler, doc): (H, Doc)) -> Table
    where
        H: Handler<T, KeyRoute>,
        T: 'static,
    {
        self.described(Access::Key(action), (method, path), (handler, doc), KeyRoute)
    }

    /// Has the last row taken be counted: each request costs its subject one of this allowance.
    pub(super) fn counted(mut self, allowance: Allowance) -> Table {
        let row = self.endpoints.last_mut().expect("BUG: a row stands before what is counted of it");
        row.allowance = Some(allowance);
        self
    }

    /// A row for people.
    fn page<H, T, S>(
        self,
        access: Access,
        (method, path): (Method, &'static str),
        (handler, what): (H, &'static str),
        state: S,
    ) -> Table
    where
        H: Handler<T, S>,
        T: 'static,
        S: Clone + Send + Sync + 'static,
    {
        let route = on(filter(&method), handler).with_state(state);
        self.add(Endpoint { method, path, what, access, allowance: None, doc: None }, route)
    }

    /// A row for programs.
    fn described<H, T, S>(
        self,
        access: Access,
        (method, path): (Method, &'static str),
        (handler, doc): (H, Doc),
        state: S,
    ) -> Table
    where
        H: Handler<T, S>,
        T: 'static,
        S: Clone + Send + Sync + 'static,
    {
        let route = on(filter(&method), handler).with_state(state);
        self.add(Endpoint { method, path, what: doc.summary(), access, allowance: None, doc: Some(doc) }, route)
    }

    fn add(mut self, endpoint: Endpoint, route: MethodRouter) -> Table {
        self.endpoints.push(endpoint);
        self.routes.push(route);
        self
    }

    /// The rows.
    #[must_use]
    pub fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// The router of all rows; everything else is a problem or a page that says so.
    #[expect(clippy::disallowed_methods, reason = "the one place where a path becomes a route")]
    pub fn into_router(self) -> Router {
        let published = openapi::document(&self.endpoints, &self.app.base_url);
        let mut router = Router::new();
        for (endpoint, route) in self.endpoints.iter().zip(self.routes) {
            let demand = Demand { access: endpoint.access, allowance: endpoint.allowance };
            let state = (self.app.clone(), demand);
            router = router.route(endpoint.path, route.route_layer(from_fn_with_state(state, access::enforce)));
        }
        router.layer(Extension(published)).fallback(page::missing).method_not_allowed_fallback(page::method_not_allowed)
    }
}

fn filter(method: &Method) -> MethodFilter {
    MethodFilter::try_from(method.clone()).expect("BUG: the table names methods that axum routes")
}
