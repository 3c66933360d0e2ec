//! What stands around every request: bounds, addresses, errors without causes, and headers on whatever is answered.

mod bounds;
mod busy;
mod errors;
mod rates;

use crate::{api::Client, harness::World};
use app::{routes, shield, shield::Bounds};
use axum::{http::HeaderMap, routing::get};
use std::{convert::Infallible, future::pending, time::Duration};

/// What the planted panic says, and nobody may read.
const CANARY: &str = "canary-7f3a";

/// Bounds under which nothing that takes long is waited for.
fn short() -> Bounds {
    let soon = Duration::from_millis(50);
    Bounds { body_timeout: soon, request_timeout: soon, requests_per_address: 100_000, ..Bounds::default() }
}

/// The app with two more routes that go wrong: one panics, one never answers.
fn with_planted_failures(world: &World, bounds: Bounds) -> Client {
    let app = world.web_with(bounds);
    let panics = get(|| async {
        if true {
            panic!("{CANARY}")
        }
    });
    let hangs = get(|| async { pending::<Infallible>().await.to_string() });
    let router = routes::table(app.clone()).into_router().route("/api/panics", panics).route("/api/hangs", hangs);
    Client::of(shield::around(app, router), None)
}

/// Every answer carries these, whatever it says.
fn assert_shielded(headers: &HeaderMap, what: &str) {
    let value = |name: &str| headers.get(name).unwrap_or_else(|| panic!("{what} has no {name}")).to_str().unwrap();
    assert!(value("strict-transport-security").starts_with("max-age=63072000"), "{what}");
    assert_eq!(value("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(value("referrer-policy"), "no-referrer", "{what}");
    assert_eq!(value("cross-origin-opener-policy"), "same-origin", "{what}");
    assert_eq!(value("cross-origin-resource-policy"), "same-origin", "{what}");
    assert_eq!(value("x-frame-options"), "DENY", "{what}");
    assert_eq!(value("cache-control"), "no-store", "{what}");
    let policy = value("content-security-policy");
    assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{what}: {policy}");
    for feature in ["camera=()", "geolocation=()", "microphone=()", "payment=()"] {
        assert!(value("permissions-policy").contains(feature), "{what}");
    }
    assert!(value("x-request-id").parse::<uuid::Uuid>().is_ok(), "{what}");
    let known = [
        "application/json",
        "application/problem+json",
        "text/html; charset=utf-8",
        "text/css; charset=utf-8",
        "text/javascript; charset=utf-8",
        "image/svg+xml",
        "image/png",
        "application/atom+xml; charset=utf-8",
        "application/xml; charset=utf-8",
        "application/manifest+json",
        "text/csv; charset=utf-8; header=present",
        "text/event-stream",
        "text/plain; charset=utf-8",
    ];
    // A redirect has no body, so it is of no type.
    let is_redirect = headers.contains_key("location") && !headers.contains_key("content-type");
    assert!(is_redirect || known.contains(&value("content-type")), "{what}");
}
