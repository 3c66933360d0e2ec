//! What was denied is one event of the log each, with the ids to follow it and no secret.

use crate::{
    api::Client,
    harness::{Browser, World, some_key},
};
use app::{access::Access, client::Peer, routes, shield::Bounds};
use axum::{
    Router,
    body::Body,
    http::{Method, Request, Response, StatusCode},
};
use domain::{access::Role, key::Scope, plan::Plan};
use std::{
    collections::BTreeMap,
    fmt::Debug,
    sync::{Arc, Mutex},
    time::Duration,
};
use tower::ServiceExt;
use tracing::{
    Dispatch, Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    subscriber::DefaultGuard,
};

/// The fields of one event.
type Fields = BTreeMap<&'static str, String>;

/// The denials among the events of the target `audit` on this thread since it was made.
struct Heard {
    events: Arc<Mutex<Vec<Fields>>>,
    _guards: (Dispatch, DefaultGuard),
}

impl Heard {
    fn listen() -> Heard {
        let events = Arc::<Mutex<Vec<Fields>>>::default();
        // With one subscriber alone, what another test's thread meets first would count as unwanted for everybody.
        let second = Dispatch::new(Listener(Arc::default()));
        let guard = tracing::subscriber::set_default(Listener(Arc::clone(&events)));
        Heard { events, _guards: (second, guard) }
    }

    /// What was heard since the last time.
    fn take(&self) -> Vec<Fields> {
        std::mem::take(&mut self.events.lock().unwrap())
    }
}

struct Listener(Arc<Mutex<Vec<Fields>>>);

impl Subscriber for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        if event.metadata().target() == "audit" {
            let mut fields = Read::default();
            event.record(&mut fields);
            // Beside it may stand why: that is of whoever refused.
            if fields.0.get("message").is_some_and(|message| message == "denied") {
                self.0.lock().unwrap().push(fields.0);
            }
        }
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Read(Fields);

impl Visit for Read {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

/// Sends a request from a household, with these headers.
async fn ask(router: &Router, (method, path): (&Method, &str), headers: &[(&'static str, &str)]) -> Response<Body> {
    let mut request = Request::builder().method(method.clone()).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::empty()).unwrap();
    request.extensions_mut().insert(Peer("[2001:db8:1:2:aaaa::1]:4711".parse().unwrap()));
    router.clone().oneshot(request).await.unwrap()
}

/// Asserts that there was one event and that it says what was denied, to whom.
fn assert_told(heard: &Heard, response: &Response<Body>, (method, route): (&Method, &str), actor: Option<&str>) {
    let events = heard.take();
    let what = format!("{method} {route}: {} {events:?}", response.status());
    assert_eq!(events.len(), 1, "{what}");
    let field = |name: &str| events[0].get(name).map(String::as_str);
    assert_eq!(field("request_id"), response.headers()["x-request-id"].to_str().ok(), "{what}");
    assert_eq!((field("method"), field("route")), (Some(method.as_str()), Some(route)), "{what}");
    assert_eq!(field("status"), Some(response.status().as_str()), "{what}");
    assert_eq!(field("client"), Some("2001:db8:1:2::"), "{what}");
    assert_eq!(field("actor"), actor, "{what}");
    let names: Vec<_> = events[0].keys().copied().filter(|name| *name != "actor").collect();
    assert_eq!(names, ["client", "message", "method", "request_id", "route", "status"], "{what}");
}

#[tokio::test]
async fn sr_aud_02_whoever_is_turned_away_from_a_row_of_the_table_leaves_one_event() {
    let world = World::new().await;
    let router = app::router(world.web());
    let heard = Heard::listen();
    let mut denied = 0;
    for row in routes::table(world.web()).endpoints() {
        let path: String = row
            .path
            .split('/')
            .map(|part| if part.starts_with('{') { "x" } else { part })
            .collect::<Vec<_>>()
            .join("/");
        let response = ask(&router, (&row.method, &path), &[]).await;
        if row.access == Access::Public {
            assert_eq!(heard.take(), Vec::<Fields>::new(), "{} {}: nothing is demanded", row.method, row.path);
            continue;
        }
        assert_told(&heard, &response, (&row.method, row.path), None);
        denied += 1;
    }
    assert!(denied > 20, "only {denied} rows demand anything");
}

#[tokio::test]
async fn sr_aud_02_what_is_denied_to_somebody_known_names_them_and_no_secret() {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Fleet).await;
    let viewer = world.member(alice.tenant, "Viewer", Role::Viewer).await;
    let router = app::router(world.web());
    let reads = world.key(&alice, &[Scope::Read]).await;
    let public_id = format!("key:{}", reads.split('_').nth(2).unwrap());
    let bearer = format!("Bearer {reads}");
    let unknown = format!("Bearer {}", some_key().expose());
    let browser: Browser = world.signed_in(&viewer).await;
    let cookie = format!("{}={}", crate::harness::SESSION, browser.token().unwrap().expose());
    let user = format!("user:{}", viewer.user);
    let (tenant, own) = (format!("/t/{}/audit", alice.tenant), (&Method::GET, "/t/{tenant}/audit"));
    let watch = "/api/v1/watches/0198e1f2-0000-7000-8000-000000000000";
    let heard = Heard::listen();
    let one = (&Method::GET, "/api/v1/watches/{watch}");
    let make = (&Method::POST, "/api/v1/watches");
    for ((method, route), path, header, actor, status) in [
        (make, "/api/v1/watches", ("authorization", bearer.as_str()), Some(public_id.as_str()), StatusCode::FORBIDDEN),
        (make, "/api/v1/watches", ("authorization", &unknown), None, StatusCode::UNAUTHORIZED),
        (one, watch, ("authorization", &bearer), Some(&public_id), StatusCode::NOT_FOUND),
        (own, &tenant, ("cookie", &cookie), Some(&user), StatusCode::FORBIDDEN),
        (own, "/t/0198e1f2-0000-7000-8000-000000000000/audit", ("cookie", &cookie), Some(&user), StatusCode::NOT_FOUND),
        ((&Method::POST, "/account"), "/account", ("cookie", &cookie), Some(&user), StatusCode::FORBIDDEN),
    ] {
        let response = ask(&router, (method, path), &[header]).await;
        assert_eq!(response.status(), status, "{method} {path}");
        let secrets = [reads.rsplit('_').nth(1).unwrap().to_owned(), browser.token().unwrap().expose().to_owned()];
        let text = format!("{:?}", heard.events.lock().unwrap());
        assert!(secrets.iter().all(|secret| !text.contains(secret)), "{text}");
        assert_told(&heard, &response, (method, route), actor);
    }
    let good = ask(&router, (&Method::GET, "/api/v1/key"), &[("authorization", &bearer)]).await;
    assert_eq!((good.status(), heard.take().len()), (StatusCode::OK, 0), "what is granted is no event");
    let missing = ask(&router, (&Method::GET, "/nothing"), &[]).await;
    assert_eq!((missing.status(), heard.take().len()), (StatusCode::NOT_FOUND, 0), "nor is what no row is");
}

#[tokio::test]
async fn sr_aud_02_who_asks_too_often_leaves_an_event_and_nothing_in_the_database() {
    let world = World::new().await;
    let bounds =
        Bounds { requests_per_address: 1, request_again_after: Duration::from_secs(3_600), ..Bounds::default() };
    let router = app::router(world.web_with(bounds));
    let heard = Heard::listen();
    let path = (&Method::GET, "/api/v1/watches");
    assert_eq!(ask(&router, path, &[]).await.status(), StatusCode::UNAUTHORIZED);
    heard.take();
    let before = world.digest().await;
    let often = ask(&router, path, &[]).await;
    assert_eq!(often.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_told(&heard, &often, path, None);
    assert_eq!(
        Client::of(router, None).get("/api/v1/watches").await.status,
        StatusCode::UNAUTHORIZED,
        "another address"
    );
    assert_eq!(world.digest().await, before);
}
