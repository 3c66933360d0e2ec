//! The whole surface: one line a route, its access beside it. Nothing is routed anywhere else.

use crate::{
    App,
    access::{self, Access, AttemptRoute, KeyRoute, LinkRoute, MemberRoute, Recency, SessionRoute},
    account, alerts, audit, channels, docs, invitations, keys, links,
    login::{self, link},
    members,
    openapi::{self, Doc, doc},
    operators, page, privacy, sailings, tenants, watches,
};
use axum::{
    Extension, Router,
    handler::Handler,
    http::Method,
    middleware::from_fn_with_state,
    routing::{MethodFilter, MethodRouter, on},
};
use domain::access::Action::{self, ManageMembers, ManageTenant, ReadAudit, ReadMembers, ReadWatches, WriteWatches};
use store::Purpose;

/// The routes of the app.
#[must_use]
pub fn table(app: App) -> Table {
    Table::new(app)
        .public(Method::GET, "/", page::home)
        .public(Method::GET, "/bot", page::bot)
        .public(Method::GET, "/healthz", page::healthz)
        .public(Method::GET, "/assets/site.css", page::stylesheet)
        .public(Method::GET, "/privacy", privacy::show)
        .public(Method::GET, "/problems/{code}", page::problem)
        .link(Method::GET, "/l/stop/{token}", Purpose::Stop, links::ask)
        .link(Method::POST, "/l/stop/{token}", Purpose::Stop, links::stop)
        .link(Method::GET, "/l/keep/{token}", Purpose::Keep, links::ask)
        .link(Method::POST, "/l/keep/{token}", Purpose::Keep, links::keep)
        .link(Method::GET, "/l/unsubscribe/{token}", Purpose::Unsubscribe, links::ask)
        .link(Method::POST, "/l/unsubscribe/{token}", Purpose::Unsubscribe, links::unsubscribe)
        .link(Method::GET, "/l/invitation/{token}", Purpose::Invitation, invitations::show)
        .public(Method::GET, "/login", login::page)
        .visitor(Method::POST, "/login/{provider}", login::start)
        .attempt(Method::GET, "/login/{provider}/callback", login::callback)
        .public(Method::POST, "/login/{provider}/callback", login::posted)
        .session(Method::GET, "/account/confirm", Recency::Any, link::ask)
        .session(Method::POST, "/account/confirm", Recency::Any, link::confirm)
        .session(Method::GET, "/account/identities", Recency::Fresh, link::show)
        .session(Method::POST, "/account/identities/{provider}", Recency::Fresh, link::start)
        .session(Method::POST, "/account/remove-identity", Recency::Fresh, link::remove)
        .session(Method::POST, "/logout", Recency::Any, account::sign_out)
        .session(Method::GET, "/account", Recency::Any, account::show)
        .session(Method::POST, "/account", Recency::Any, account::change)
        .session(Method::GET, "/account/sessions", Recency::Any, account::sessions)
        .session(Method::POST, "/account/sessions/end-others", Recency::Any, account::end_others)
        .session(Method::POST, "/account/sessions/{session}/end", Recency::Any, account::end_session)
        .session(Method::GET, "/account/tenants", Recency::Any, tenants::list)
        .session(Method::POST, "/account/tenants", Recency::Any, tenants::open)
        .session(Method::GET, "/account/invitations/{link}", Recency::Any, invitations::ask)
        .session(Method::POST, "/account/invitations/{link}", Recency::Any, invitations::accept)
        .session(Method::GET, "/account/data", Recency::Fresh, privacy::own)
        .session(Method::POST, "/account/data/export", Recency::Fresh, privacy::export)
        .session(Method::POST, "/account/data/erase", Recency::Fresh, privacy::erase)
        .member(Method::GET, "/t/{tenant}", (ReadMembers, Recency::Any), tenants::show)
        .member(Method::GET, "/t/{tenant}/audit", (ReadAudit, Recency::Any), audit::show)
        .member(Method::GET, "/t/{tenant}/settings", (ManageTenant, Recency::Any), tenants::settings)
        .member(Method::POST, "/t/{tenant}/settings", (ManageTenant, Recency::Any), tenants::rename)
        .member(Method::GET, "/t/{tenant}/close", (ManageTenant, Recency::Fresh), tenants::ask_to_close)
        .member(Method::POST, "/t/{tenant}/close", (ManageTenant, Recency::Fresh), tenants::close)
        .member(Method::GET, "/t/{tenant}/transfer", (ManageTenant, Recency::Fresh), members::owner::ask)
        .member(Method::POST, "/t/{tenant}/transfer", (ManageTenant, Recency::Fresh), members::owner::transfer)
        .member(Method::GET, "/t/{tenant}/leave", (ReadMembers, Recency::Any), members::going::ask)
        .member(Method::POST, "/t/{tenant}/leave", (ReadMembers, Recency::Any), members::going::leave)
        .member(Method::GET, "/t/{tenant}/members", (ReadMembers, Recency::Any), members::list)
        .member(Method::GET, "/t/{tenant}/members/{user}", (ManageMembers, Recency::Any), members::show)
        .member(Method::POST, "/t/{tenant}/members/{user}", (ManageMembers, Recency::Any), members::change)
        .member(Method::POST, "/t/{tenant}/members/{user}/remove", (ManageMembers, Recency::Any), members::remove)
        .member(Method::POST, "/t/{tenant}/invitations", (ManageMembers, Recency::Any), members::invited::invite)
        .member(
            Method::POST,
            "/t/{tenant}/invitations/{invitation}/revoke",
            (ManageMembers, Recency::Any),
            members::invited::revoke,
        )
        .member(
            Method::POST,
            "/t/{tenant}/invitations/{invitation}/resend",
            (ManageMembers, Recency::Any),
            members::invited::resend,
        )
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
    router: Router,
    endpoints: Vec<Endpoint>,
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
    /// What the OpenAPI document says of it; none for a page.
    pub doc: Option<Doc>,
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
        self.add(Endpoint { method, path, access: Access::Public, doc: None }, route)
    }

    fn visitor<H, T>(self, method: Method, path: &'static str, handler: H) -> Table
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let route = on(filter(&method), handler).with_state(self.app.clone());
        self.add(Endpoint { method, path, access: Access::Visitor, doc: None }, route)
    }

    fn attempt<H, T>(self, method: Method, path: &'static str, handler: H) -> Table
    where
        H: Handler<T, AttemptRoute>,
        T: 'static,
    {
        let route = on(filter(&method), handler).with_state(AttemptRoute);
        self.add(Endpoint { method, path, access: Access::Attempt, doc: None }, route)
    }

    fn public_api<H, T>(self, method: Method, path: &'static str, handler: H, doc: Doc) -> Table
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let route = on(filter(&method), handler).with_state(self.app.clone());
        self.add(Endpoint { method, path, access: Access::Public, doc: Some(doc) }, route)
    }

    fn api<H, T>(self, method: Method, path: &'static str, action: Action, (handler, doc): (H, Doc)) -> Table
    where
        H: Handler<T, KeyRoute>,
        T: 'static,
    {
        let route = on(filter(&method), handler).with_state(KeyRoute);
        self.add(Endpoint { method, path, access: Access::Key(action), doc: Some(doc) }, route)
    }

    fn session<H, T>(self, method: Method, path: &'static str, recency: Recency, handler: H) -> Table
    where
        H: Handler<T, SessionRoute>,
        T: 'static,
    {
        let route = on(filter(&method), handler).with_state(SessionRoute);
        self.add(Endpoint { method, path, access: Access::Session(recency), doc: None }, route)
    }

    fn member<H, T>(self, method: Method, path: &'static str, (action, recency): (Action, Recency), handler: H) -> Table
    where
        H: Handler<T, MemberRoute>,
        T: 'static,
    {
        let route = on(filter(&method), handler).with_state(MemberRoute);
        self.add(Endpoint { method, path, access: Access::Member(action, recency), doc: None }, route)
    }

    fn link<H, T>(self, method: Method, path: &'static str, purpose: Purpose, handler: H) -> Table
    where
        H: Handler<T, LinkRoute>,
        T: 'static,
    {
        let route = on(filter(&method), handler).with_state(LinkRoute);
        self.add(Endpoint { method, path, access: Access::Link(purpose), doc: None }, route)
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

    /// The router of all rows; everything else is a problem or a page that says so.
    pub fn into_router(self) -> Router {
        let published = openapi::document(&self.endpoints, &self.app.base_url);
        self.router
            .layer(Extension(published))
            .fallback(page::missing)
            .method_not_allowed_fallback(page::method_not_allowed)
    }
}

fn filter(method: &Method) -> MethodFilter {
    MethodFilter::try_from(method.clone()).expect("BUG: the table names methods that axum routes")
}
