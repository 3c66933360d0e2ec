//! The whole surface: one line a route, its access beside it. Nothing is routed anywhere else.

use crate::{
    App,
    access::{self, Access, Demand, KeyRoute, LinkRoute, MemberRoute, Recency, SessionRoute},
    account, alerts, channels, docs,
    keys::{self, managed},
    links,
    openapi::{self, Doc, doc},
    operators, page, sailings, tenants, watches,
};
use axum::{
    Extension, Router,
    handler::Handler,
    http::Method,
    middleware::from_fn_with_state,
    routing::{MethodFilter, MethodRouter, on},
};
use domain::{
    access::Action::{self, ManageKeys, ReadMembers, ReadWatches, WriteWatches},
    allowance::Allowance,
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
        .public(Method::GET, "/problems/{code}", page::problem)
        .link(Method::GET, "/l/stop/{token}", Purpose::Stop, links::ask)
        .link(Method::POST, "/l/stop/{token}", Purpose::Stop, links::stop)
        .link(Method::GET, "/l/keep/{token}", Purpose::Keep, links::ask)
        .link(Method::POST, "/l/keep/{token}", Purpose::Keep, links::keep)
        .link(Method::GET, "/l/unsubscribe/{token}", Purpose::Unsubscribe, links::ask)
        .link(Method::POST, "/l/unsubscribe/{token}", Purpose::Unsubscribe, links::unsubscribe)
        .session(Method::POST, "/logout", Recency::Any, account::sign_out)
        .session(Method::GET, "/account", Recency::Any, account::show)
        .session(Method::POST, "/account", Recency::Any, account::change)
        .session(Method::GET, "/account/sessions", Recency::Any, account::sessions)
        .session(Method::POST, "/account/sessions/end-others", Recency::Any, account::end_others)
        .session(Method::POST, "/account/sessions/{session}/end", Recency::Any, account::end_session)
        .member(Method::GET, "/t/{tenant}", (ReadMembers, Recency::Any), tenants::show)
        .member(Method::GET, "/t/{tenant}/keys", (ManageKeys, Recency::Any), managed::list)
        .member(Method::GET, "/t/{tenant}/keys/new", (ManageKeys, Recency::Fresh), managed::ask_new)
        .member(Method::POST, "/t/{tenant}/keys", (ManageKeys, Recency::Fresh), managed::create)
        .counted(Allowance::Key)
        .member(Method::GET, "/t/{tenant}/keys/{key}/rotate", (ManageKeys, Recency::Fresh), managed::ask_rotate)
        .member(Method::POST, "/t/{tenant}/keys/{key}/rotate", (ManageKeys, Recency::Fresh), managed::rotate)
        .counted(Allowance::Key)
        .member(Method::POST, "/t/{tenant}/keys/{key}/revoke", (ManageKeys, Recency::Any), managed::revoke)
        .public_api(Method::GET, "/api/v1/openapi.json", openapi::show, doc("This document").returns_any(200))
        .api(
            Method::GET,
            "/api/v1/key",
            ReadWatches,
            (keys::show, doc("What this key is and may do").returns::<keys::KeyView>(200)),
        )
        .api(Method::GET, "/api/v1/operators", ReadWatches, (operators::list, docs::list_operators()))
        .api(Method::GET, "/api/v1/operators/{operator}", ReadWatches, (operators::show, docs::show_operator()))
        .api(Method::GET, "/api/v1/operators/{operator}/routes", ReadWatches, (operators::routes, docs::list_routes()))
        .api(
            Method::GET,
            "/api/v1/operators/{operator}/routes/{route}",
            ReadWatches,
            (operators::route, docs::show_route()),
        )
        .api(
            Method::GET,
            "/api/v1/operators/{operator}/routes/{route}/sailings",
            ReadWatches,
            (sailings::list, docs::list_sailings()),
        )
        .api(Method::GET, "/api/v1/watches", ReadWatches, (watches::list, docs::list_watches()))
        .api(Method::POST, "/api/v1/watches", WriteWatches, (watches::create, docs::create_watch()))
        .api(Method::GET, "/api/v1/watches/{watch}", ReadWatches, (watches::show, docs::show_watch()))
        .api(Method::PATCH, "/api/v1/watches/{watch}", WriteWatches, (watches::change, docs::change_watch()))
        .api(Method::DELETE, "/api/v1/watches/{watch}", WriteWatches, (watches::delete, docs::delete_watch()))
        .api(Method::POST, "/api/v1/watches/{watch}/pause", WriteWatches, (watches::pause, docs::pause_watch()))
        .api(Method::POST, "/api/v1/watches/{watch}/resume", WriteWatches, (watches::resume, docs::resume_watch()))
        .api(Method::GET, "/api/v1/alerts", ReadWatches, (alerts::list, docs::list_alerts()))
        .api(Method::GET, "/api/v1/alerts/{alert}", ReadWatches, (alerts::show, docs::show_alert()))
        .api(Method::GET, "/api/v1/channels", ReadWatches, (channels::list, docs::list_channels()))
        .api(Method::GET, "/api/v1/channels/{channel}", ReadWatches, (channels::show, docs::show_channel()))
}

/// The route table while it is built, and what the tests iterate over.
pub struct Table {
    app: App,
    endpoints: Vec<Endpoint>,
    /// What handles each of them, in the same order.
    routes: Vec<MethodRouter>,
}

/// One row of the table.
#[derive(Clone)]
pub struct Endpoint {
    /// Its method.
    pub method: Method,
    /// Its path, with parameters in braces.
    pub path: &'static str,
    /// What it demands.
    pub access: Access,
    /// What of it each subject may have only so often; none for what costs nobody anything.
    pub allowance: Option<Allowance>,
    /// What the OpenAPI document says of it; none for a page.
    pub doc: Option<Doc>,
}

impl Table {
    fn new(app: App) -> Table {
        Table { app, endpoints: Vec::new(), routes: Vec::new() }
    }

    fn public<H, T>(self, method: Method, path: &'static str, handler: H) -> Table
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let route = on(filter(&method), handler).with_state(self.app.clone());
        self.add(Endpoint { method, path, access: Access::Public, allowance: None, doc: None }, route)
    }

    fn public_api<H, T>(self, method: Method, path: &'static str, handler: H, doc: Doc) -> Table
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let route = on(filter(&method), handler).with_state(self.app.clone());
        self.add(Endpoint { method, path, access: Access::Public, allowance: None, doc: Some(doc) }, route)
    }

    fn api<H, T>(self, method: Method, path: &'static str, action: Action, (handler, doc): (H, Doc)) -> Table
    where
        H: Handler<T, KeyRoute>,
        T: 'static,
    {
        let route = on(filter(&method), handler).with_state(KeyRoute);
        self.add(Endpoint { method, path, access: Access::Key(action), allowance: None, doc: Some(doc) }, route)
    }

    fn session<H, T>(self, method: Method, path: &'static str, recency: Recency, handler: H) -> Table
    where
        H: Handler<T, SessionRoute>,
        T: 'static,
    {
        let route = on(filter(&method), handler).with_state(SessionRoute);
        self.add(Endpoint { method, path, access: Access::Session(recency), allowance: None, doc: None }, route)
    }

    fn member<H, T>(self, method: Method, path: &'static str, (action, recency): (Action, Recency), handler: H) -> Table
    where
        H: Handler<T, MemberRoute>,
        T: 'static,
    {
        let route = on(filter(&method), handler).with_state(MemberRoute);
        self.add(Endpoint { method, path, access: Access::Member(action, recency), allowance: None, doc: None }, route)
    }

    fn link<H, T>(self, method: Method, path: &'static str, purpose: Purpose, handler: H) -> Table
    where
        H: Handler<T, LinkRoute>,
        T: 'static,
    {
        let route = on(filter(&method), handler).with_state(LinkRoute);
        self.add(Endpoint { method, path, access: Access::Link(purpose), allowance: None, doc: None }, route)
    }

    fn add(mut self, endpoint: Endpoint, route: MethodRouter) -> Table {
        self.endpoints.push(endpoint);
        self.routes.push(route);
        self
    }

    /// Has the last row taken be counted: each request costs its subject one of this allowance.
    fn counted(mut self, allowance: Allowance) -> Table {
        let row = self.endpoints.last_mut().expect("BUG: a row stands before what is counted of it");
        row.allowance = Some(allowance);
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
