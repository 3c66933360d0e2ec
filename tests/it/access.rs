//! Who gets what on which route, tried with live requests on every row of the route table.

mod audited;
mod credentials;
mod fields;
mod forgery;
mod kept;
mod languages;
mod matrix;
mod methods;
mod objects;
mod origins;
mod personas;
mod registry;
mod requests;

use crate::harness::{Page, Person, World, some_key};
use app::{
    access::Access,
    routes::{self, Endpoint},
};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use domain::{access::Role, id::TenantId, key::Scope, plan::Plan};
use personas::{HELD, Persona, Session};
use requests::Sent;
use sqlx::AssertSqlSafe;
use std::sync::Mutex;
use tower::ServiceExt;
use url::form_urlencoded;

/// Both things a key can be made for.
const BOTH: [Scope; 2] = [Scope::Read, Scope::Write];

/// Alice's tenant with its objects, and everybody who might want them.
struct Stage {
    world: World,
    alice: Person,
    /// Another owner of it, who asks at its pages: what she does to herself leaves Alice's objects as they are.
    anna: Person,
    router: Router,
    /// What the browser of an attempt to sign in holds, for the one row that wants it.
    attempt: Mutex<String>,
    /// Alice's key for everything, and Anna just signed in: what they ask for is granted.
    control: Persona,
    /// The owner of another tenant, with both too.
    mallory: Persona,
    mallory_tenant: TenantId,
    mallory_owner: Person,
}

impl Stage {
    async fn set() -> Stage {
        let world = World::new().await;
        let router = app::router(world.web());
        let alice = world.person("Alice", Plan::Fleet).await;
        let mallory = world.person("Mallory", Plan::Fleet).await;
        let anna = world.member(alice.tenant, "Anna", Role::Owner).await;
        let of = async |by_key: &Person, signed_in: &Person| Persona {
            name: by_key.email.clone(),
            key: Some(world.key(by_key, &BOTH).await),
            session: Some(Session::Live(signed_in.clone(), Some(Role::Owner))),
        };
        let control = of(&alice, &anna).await;
        for (table, _) in HELD {
            let held = format!("create table public.held_{table} as select * from app.{table} where false");
            sqlx::query(AssertSqlSafe(held)).execute(&world.admin).await.unwrap();
        }
        let (mallory, mallory_tenant, mallory_owner) = (of(&mallory, &mallory).await, mallory.tenant, mallory);
        let attempt = Mutex::default();
        Stage { world, alice, anna, router, attempt, control, mallory, mallory_tenant, mallory_owner }
    }

    fn endpoints(&self) -> Vec<Endpoint> {
        routes::table(self.world.web()).endpoints().to_vec()
    }

    /// Asks for a row, as it should be asked, on an object of Alice's.
    async fn ask(&self, persona: &Persona, endpoint: &Endpoint) -> Page {
        self.renew(persona).await;
        let path = requests::path(self, endpoint).await;
        self.ask_at(persona, endpoint, &path).await
    }

    async fn ask_at(&self, persona: &Persona, endpoint: &Endpoint, path: &str) -> Page {
        self.send(self.request(persona, endpoint, path)).await
    }

    /// A good request for a row, with all that this persona holds.
    fn request(&self, persona: &Persona, endpoint: &Endpoint, path: &str) -> Request<Body> {
        let mut request = Request::builder().method(endpoint.method.clone()).uri(path);
        if let Some(key) = &persona.key {
            request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        }
        let token = persona.token();
        if let Some(token) = &token {
            request = request.header(header::COOKIE, format!("{}={}", crate::harness::SESSION, token.expose()));
        }
        if endpoint.access == Access::Attempt {
            request = request.header(header::COOKIE, self.attempt.lock().unwrap().as_str());
        }
        if endpoint.method == "POST" {
            request = request.header("idempotency-key", some_key().public_id()).header("sec-fetch-site", "same-origin");
        }
        let body = match requests::body(self, endpoint) {
            Sent::Json(json) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                json.to_string()
            }
            Sent::Form(fields) => {
                request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
                let csrf = token.map_or_else(String::new, |token| token.derive("csrf").expose().to_owned());
                form_urlencoded::Serializer::new(String::new()).append_pair("csrf", &csrf).extend_pairs(fields).finish()
            }
            Sent::Nothing => String::new(),
        };
        request.body(Body::from(body)).unwrap()
    }

    async fn send(&self, request: Request<Body>) -> Page {
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = to_bytes(body, 4 * 1024 * 1024).await.unwrap();
        Page { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }
}

/// What an answer means, in a word.
fn word(answer: &Page) -> String {
    match (answer.status, answer.location()) {
        (StatusCode::SEE_OTHER, to) if to.starts_with("/login?") => "sign in".into(),
        (StatusCode::SEE_OTHER, to) if to.starts_with("/account/confirm") => "confirm first".into(),
        (StatusCode::OK | StatusCode::CREATED | StatusCode::NO_CONTENT | StatusCode::SEE_OTHER, _) => "yes".into(),
        (StatusCode::UNAUTHORIZED, _) => "sign in".into(),
        (StatusCode::FORBIDDEN, _) if answer.text.contains("Please confirm that it is you") => "confirm first".into(),
        (StatusCode::FORBIDDEN, _) => "not allowed".into(),
        (StatusCode::NOT_FOUND, _) => "not found".into(),
        (other, _) => format!("({other})"),
    }
}
