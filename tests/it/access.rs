//! Who gets what on which route, tried with live requests on every row of the route table.

mod credentials;
mod forgery;
mod matrix;
mod methods;
mod objects;
mod origins;
mod personas;
mod registry;
mod requests;

use crate::harness::{Page, Person, World, some_key};
use app::routes::{self, Endpoint};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use domain::{access::Role, key::Scope, plan::Plan};
use personas::{Persona, Session};
use requests::Sent;
use tower::ServiceExt;
use url::form_urlencoded;

/// Both things a key can be made for.
const BOTH: [Scope; 2] = [Scope::Read, Scope::Write];

/// Alice's tenant with its objects, and everybody who might want them.
struct Stage {
    world: World,
    alice: Person,
    router: Router,
    /// Alice, with a key for everything and just signed in: what she asks for is granted.
    control: Persona,
    /// The owner of another tenant, with both too.
    mallory: Persona,
}

impl Stage {
    async fn set() -> Stage {
        let world = World::new().await;
        let router = app::router(world.web());
        let alice = world.person("Alice", Plan::Fleet).await;
        let mallory = world.person("Mallory", Plan::Fleet).await;
        let of = async |person: &Person| Persona {
            name: person.email.clone(),
            key: Some(world.key(person, &BOTH).await),
            session: Some(Session::Live(person.clone(), Some(Role::Owner))),
        };
        let (control, mallory) = (of(&alice).await, of(&mallory).await);
        Stage { world, alice, router, control, mallory }
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
        (StatusCode::SEE_OTHER, to) if to.starts_with("/login") => "sign in".into(),
        (StatusCode::SEE_OTHER, to) if to.starts_with("/account/confirm") => "confirm first".into(),
        (StatusCode::OK | StatusCode::CREATED | StatusCode::NO_CONTENT | StatusCode::SEE_OTHER, _) => "yes".into(),
        (StatusCode::UNAUTHORIZED, _) => "sign in".into(),
        (StatusCode::FORBIDDEN, _) if answer.text.contains("Please confirm that it is you") => "confirm first".into(),
        (StatusCode::FORBIDDEN, _) => "not allowed".into(),
        (StatusCode::NOT_FOUND, _) => "not found".into(),
        (other, _) => format!("({other})"),
    }
}
