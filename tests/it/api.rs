//! The API as a program sees it.

mod admission;
mod alerts;
mod authority;
mod changes;
mod fields;
mod idempotency;
mod lists;
mod objects;
mod operators;
pub(crate) mod released;
mod stranger;
mod watches;

pub(crate) use released::next_tick_of;

use crate::harness::{Person, World};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use domain::{key::Scope, plan::Plan};
use serde_json::{Value, json};
use tower::ServiceExt;

/// Largest answer a test reads.
const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A program with a key, or without.
#[derive(Clone)]
pub(crate) struct Client {
    router: Router,
    key: Option<String>,
    headers: HeaderMap,
}

/// What it was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The body as JSON; null when there is none.
    pub(crate) fn json(&self) -> Value {
        if self.body.is_empty() {
            return Value::Null;
        }
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The code of a problem, or nothing.
    pub(crate) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

impl Client {
    pub(crate) fn new(world: &World, key: Option<String>) -> Client {
        Client::of(app::router(world.web()), key)
    }

    pub(crate) fn of(router: Router, key: Option<String>) -> Client {
        Client { router, key, headers: HeaderMap::new() }
    }

    /// The same with one more header on every request.
    pub(crate) fn with(&self, name: &'static str, value: &str) -> Client {
        let mut client = self.clone();
        client.headers.insert(name, value.parse().unwrap());
        client
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        self.ask(request.body(body.map_or(Body::empty(), |body| Body::from(body.to_string()))).unwrap()).await
    }

    /// Sends a request as it is, but for the key and the headers of this client.
    pub(crate) async fn ask(&self, mut request: Request<Body>) -> Answer {
        if let Some(key) = &self.key {
            request.headers_mut().insert(header::AUTHORIZATION, format!("Bearer {key}").parse().unwrap());
        }
        request.headers_mut().extend(self.headers.clone());
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let body = to_bytes(body, ANSWER_BYTES_MAX).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

/// A person and a program with their key that may read and write.
pub(crate) async fn person_with_key(world: &World, name: &str, plan: Plan) -> (Person, Client) {
    let person = world.person(name, plan).await;
    let key = world.key(&person, &[Scope::Read, Scope::Write]).await;
    (person, Client::new(world, Some(key)))
}

/// A motorhome of 6.9 m from Portmouth to Santoña on `days` days, as a program asks for it.
pub(crate) fn motorhome(world: &World, days: u64) -> Value {
    let (from, to) = (world.first_day, world.first_day + chrono::Days::new(days - 1));
    json!({
        "operator": "harbour",
        "leg": {"route": "POR-SAN", "dates": {"range": {"from": from, "to": to}}},
        "vehicle": {"kind": "motorhome", "length_mm": 6_900, "height_mm": 2_950, "width_mm": 2_300},
        "party": {"adults": 2},
    })
}

impl Client {
    /// Creates a watch and gives back what was answered.
    pub(crate) async fn create(&self, watch: &Value) -> Value {
        let answer = self.send(Method::POST, "/api/v1/watches", Some(watch)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.json());
        answer.json()
    }

    /// Does something to a watch: `""`, `/pause`, `/resume`.
    pub(crate) async fn on_watch(&self, method: Method, watch: &Value, what: &str, body: Option<&Value>) -> Answer {
        let id = watch["id"].as_str().unwrap();
        self.send(method, &format!("/api/v1/watches/{id}{what}"), body).await
    }
}

#[tokio::test]
async fn a_key_opens_the_door_and_says_what_it_may_do() {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Pro).await;
    let key = world.key(&alice, &[Scope::Read]).await;
    let client = Client::new(&world, Some(key.clone()));
    let answer = client.get("/api/v1/key").await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(answer.json()["id"], key.split('_').nth(2).unwrap());
    assert_eq!(answer.json()["scopes"], json!(["read"]));
    assert_eq!(answer.headers["ratelimit-policy"], "\"default\";q=120;w=60");
    assert_eq!(answer.headers["ratelimit"], "\"default\";r=119;t=1");
    let answer = Client::new(&world, None).with("authorization", "Basic eA==").get("/api/v1/key").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::UNAUTHORIZED, "unauthenticated"));
    assert!(answer.headers[header::WWW_AUTHENTICATE].to_str().unwrap().starts_with("Bearer"));
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_for_programs_and_a_page_for_people() {
    let world = World::new().await;
    let client = Client::new(&world, None);
    let answer = client.get("/api/v1/nothing").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::NOT_FOUND, "not_found"));
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/problem+json");
    assert_eq!(answer.json()["request_id"], answer.headers["x-request-id"].to_str().unwrap());
    let answer = client.send(Method::DELETE, "/api/v1/openapi.json", Some(&json!({}))).await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"));
    assert_eq!(answer.headers[header::ALLOW], "GET,HEAD");
    let answer = client.get("/nothing").await;
    assert_eq!(answer.headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
}
