//! Denied requests, as events of the log under the target `audit`: which request, which row of the table, which answer, from
//! where, and by whom if that was known. Promises one event for each request that was refused before or instead of what it
//! asked for. Never writes it to the database, which a stranger could fill, and never an address of ours: that may hold a token.

use axum::http::{Extensions, Method, StatusCode};
use domain::allowance::Household;
use std::{
    net::IpAddr,
    sync::{Arc, OnceLock},
};

/// How far a request came; one for each, shared by all who handle it.
#[derive(Clone, Default)]
pub(crate) struct Trail(Arc<Marks>);

#[derive(Default)]
struct Marks {
    guarded: OnceLock<()>,
    actor: OnceLock<String>,
    entered: OnceLock<()>,
    erasing: OnceLock<()>,
}

/// What was asked, as far as it may be logged.
pub(crate) struct Asked<'a> {
    /// The name of the request.
    pub(crate) id: &'a str,
    /// Its method.
    pub(crate) method: &'a Method,
    /// The row of the table that it met; empty for none.
    pub(crate) route: &'a str,
    /// Where it came from.
    pub(crate) client: IpAddr,
}

impl Trail {
    /// That of a request; one of its own for a request that came by no shield.
    pub(crate) fn of(extensions: &Extensions) -> Trail {
        extensions.get::<Trail>().cloned().unwrap_or_default()
    }

    /// It met a row that demands something.
    pub(crate) fn guard(&self) {
        self.0.guarded.get_or_init(|| ());
    }

    /// It is known who asks, as the audit log calls them.
    pub(crate) fn name(&self, actor: String) {
        self.0.actor.get_or_init(|| actor);
    }

    /// Nothing is demanded of it any more.
    pub(crate) fn enter(&self) {
        self.0.entered.get_or_init(|| ());
    }

    /// From here on it erases step by step: should it not come to its end, some of them may be done.
    pub(crate) fn erase(&self) {
        self.0.erasing.get_or_init(|| ());
    }

    /// Whether it had begun to erase.
    pub(crate) fn erases(&self) -> bool {
        self.0.erasing.get().is_some()
    }

    /// What is missing counts as denied where something is demanded: it may be somebody else's.
    fn is_denied(&self, status: StatusCode) -> bool {
        let says_no =
            [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::TOO_MANY_REQUESTS].contains(&status);
        let is_guarded = self.0.guarded.get().is_some();
        let was_let_in = self.0.entered.get().is_some() && status != StatusCode::NOT_FOUND;
        says_no || (is_guarded && !was_let_in && !status.is_server_error())
    }

    /// Writes the event, if the request was denied.
    pub(crate) fn log(&self, asked: &Asked<'_>, status: StatusCode) {
        if !self.is_denied(status) {
            return;
        }
        let Asked { id, method, route, client } = asked;
        let (status, client) = (status.as_u16(), Household::of(*client));
        let actor = self.0.actor.get().map(String::as_str);
        tracing::info!(target: "audit", request_id = id, %method, route, status, actor, %client, "denied");
    }
}
