//! Denied requests: they say nothing and change nothing.

use super::{Stage, requests};
use crate::api::Answer;
use app::access::Access;
use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;
use uuid::Uuid;

/// An answer without what differs from request to request.
fn told(answer: &Answer) -> (StatusCode, HeaderMap, Value) {
    let (mut headers, mut body) = (answer.headers.clone(), answer.json());
    for name in ["x-request-id", "ratelimit"] {
        headers.remove(name);
    }
    body["request_id"] = Value::Null;
    (answer.status, headers, body)
}

#[tokio::test]
async fn sr_auz_01_what_is_anothers_and_what_is_not_there_get_the_same_answer() {
    let stage = Stage::set().await;
    let missing = Uuid::from_u128(7).to_string();
    for endpoint in stage.endpoints().iter().filter(|row| matches!(row.access, Access::Key(_))) {
        if !endpoint.path.contains('{') {
            continue;
        }
        let own = requests::path(&stage, endpoint).await;
        let control = stage.ask(&stage.control, endpoint).await;
        assert!(control.status.is_success(), "{} {}: {control:?}", endpoint.method, endpoint.path);
        stage.ask(&stage.mallory, endpoint).await;
        let before = stage.world.digest().await;
        // Of what all share nothing is foreign; what is missing is still missing in one way only.
        let foreign = if requests::is_owned(endpoint) { own } else { requests::path_with(endpoint, "no-such-thing") };
        let foreign = stage.ask_at(&stage.mallory, endpoint, &foreign).await;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND, "{} {}", endpoint.method, endpoint.path);
        for absent in [missing.as_str(), "7", "x", "%00", "..%2f"] {
            let path = requests::path_with(endpoint, absent);
            let absent = stage.ask_at(&stage.mallory, endpoint, &path).await;
            assert_eq!(told(&absent), told(&foreign), "{} {path}", endpoint.method);
        }
        assert_eq!(stage.world.digest().await, before, "{} {}", endpoint.method, endpoint.path);
    }
}

#[tokio::test]
async fn sr_auz_01_a_denied_request_changes_nothing() {
    let stage = Stage::set().await;
    let mut personas = stage.members().await;
    personas.push(stage.downgraded().await);
    personas.extend(stage.strangers().await);
    for persona in &personas {
        // So that a good key's last use is noted already.
        persona.client.get("/api/v1/key").await;
    }
    let mut denied = 0;
    for endpoint in stage.endpoints().iter().filter(|row| matches!(row.access, Access::Key(_))) {
        for persona in &personas {
            let path = requests::path(&stage, endpoint).await;
            let before = stage.world.digest().await;
            let answer = stage.ask_at(&persona.client, endpoint, &path).await;
            if answer.status.is_success() {
                continue;
            }
            denied += 1;
            let after = stage.world.digest().await;
            assert_eq!(after, before, "{} {} by {}", endpoint.method, endpoint.path, persona.name);
        }
    }
    assert!(denied > 10, "only {denied} were denied: nothing was tried");
}
