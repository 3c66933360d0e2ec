//! Denied requests: they say nothing and change nothing.

use super::{Stage, requests, word};
use crate::harness::Page;
use app::{access::Access, routes::Endpoint};
use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;
use uuid::Uuid;

/// The rows that demand a proof of who asks, whatever kind.
fn guarded(stage: &Stage) -> Vec<Endpoint> {
    let guarded = |row: &Endpoint| matches!(row.access, Access::Key(_) | Access::Session(_) | Access::Member(..));
    stage.endpoints().into_iter().filter(guarded).collect()
}

/// An answer without what differs from request to request.
fn told(answer: &Page) -> (StatusCode, HeaderMap, String) {
    let (mut headers, text) = answer.masked();
    headers.remove("ratelimit");
    let text = match serde_json::from_str::<Value>(&text) {
        Ok(json) => json.to_string(),
        Err(_) => text,
    };
    (answer.status, headers, text)
}

#[tokio::test]
async fn sr_auz_01_what_is_anothers_and_what_is_not_there_get_the_same_answer() {
    let stage = Stage::set().await;
    let missing = Uuid::from_u128(7).to_string();
    for endpoint in guarded(&stage).iter().filter(|row| row.path.contains('{')) {
        let own = requests::path(&stage, endpoint).await;
        let control = stage.ask(&stage.control, endpoint).await;
        assert_eq!(word(&control), "yes", "{} {}: {control:?}", endpoint.method, endpoint.path);
        stage.ask(&stage.mallory, endpoint).await;
        let before = stage.world.digest().await;
        // Of what all share nothing is foreign; what is missing is still missing in one way only.
        let foreign = if requests::is_owned(endpoint) { own } else { requests::path_with(endpoint, "no-such-thing") };
        let foreign = stage.ask_at(&stage.mallory, endpoint, &foreign).await;
        assert_eq!(foreign.status, StatusCode::NOT_FOUND, "{} {}: {foreign:?}", endpoint.method, endpoint.path);
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
    let (programs, people) = (stage.programs().await, stage.people().await);
    let mut denied = 0;
    for endpoint in guarded(&stage) {
        let everybody = if endpoint.path.starts_with("/api/") { &programs } else { &people };
        for persona in everybody {
            // Once before, so that a good key's last use is noted already.
            stage.ask(persona, &endpoint).await;
            stage.renew(persona).await;
            let path = requests::path(&stage, &endpoint).await;
            let before = stage.world.digest().await;
            let answer = stage.ask_at(persona, &endpoint, &path).await;
            if word(&answer) == "yes" {
                continue;
            }
            denied += 1;
            let after = stage.world.digest().await;
            assert_eq!(after, before, "{} {} by {}", endpoint.method, endpoint.path, persona.name);
        }
    }
    assert!(denied > 100, "only {denied} were denied: nothing was tried");
}
