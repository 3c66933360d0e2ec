//! The whole surface: one line a route, its access beside it. Nothing is routed anywhere else.

use crate::{
    App,
    access::{self, Access, LinkRoute},
    links, page,
};
use axum::{
    Router,
    handler::Handler,
    http::Method,
    middleware::from_fn_with_state,
    routing::{MethodFilter, MethodRouter, on},
};
use store::Purpose;

/// The routes of the app.
#[must_use]
pub fn table(app: App) -> Table {
    Table::new(app)
        .public(Method::GET, "/", page::home)
        .public(Method::GET, "/bot", page::bot)
        .public(Method::GET, "/healthz", page::healthz)
        .public(Method::GET, "/assets/site.css", page::stylesheet)
        .link(Method::GET, "/l/stop/{token}", Purpose::Stop, links::ask)
        .link(Method::POST, "/l/stop/{token}", Purpose::Stop, links::stop)
        .link(Method::GET, "/l/keep/{token}", Purpose::Keep, links::ask)
        .link(Method::POST, "/l/keep/{token}", Purpose::Keep, links::keep)
        .link(Method::GET, "/l/unsubscribe/{token}", Purpose::Unsubscribe, links::ask)
        .link(Method::POST, "/l/unsubscribe/{token}", Purpose::Unsubscribe, links::unsubscribe)
}

/// The route table while it is built, and what the tests iterate over.
pub struct Table {
    app: App,
    router: Router,
    endpoints: Vec<Endpoint>,
}

/// One row of the table.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Its method.
    pub method: Method,
    /// Its path, with parameters in braces.
    pub path: &'static str,
    /// What it demands.
    pub access: Access,
}

impl Table {
    fn new(app: App) -> Table {
        Table { app, router: Router::new(), endpoints: Vec::new() }
    }

    fn public<H, T>(self, method: Method, path: &'static str, handler: H) -> Table
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let route = on(filter(&method), handler).with_state(self.app.clone());
        self.add(Endpoint { method, path, access: Access::Public }, route)
    }

    fn link<H, T>(self, method: Method, path: &'static str, purpose: Purpose, handler: H) -> Table
    where
        H: Handler<T, LinkRoute>,
        T: 'static,
    {
        let route = on(filter(&method), handler).with_state(LinkRoute);
        self.add(Endpoint { method, path, access: Access::Link(purpose) }, route)
    }

    #[expect(clippy::disallowed_methods, reason = "the one place where a path becomes a route")]
    fn add(mut self, endpoint: Endpoint, route: MethodRouter) -> Table {
        let state = (self.app.clone(), endpoint.access);
        let route = route.route_layer(from_fn_with_state(state, access::enforce));
        self.router = self.router.route(endpoint.path, route);
        self.endpoints.push(endpoint);
        self
    }

    /// The rows.
    #[must_use]
    pub fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// The router of all rows; everything else is a page that says so.
    pub fn into_router(self) -> Router {
        self.router.fallback(page::missing)
    }
}

fn filter(method: &Method) -> MethodFilter {
    MethodFilter::try_from(method.clone()).expect("BUG: the table names methods that axum routes")
}
