//! Objects of other tenants: as absent as what does not exist, to read and to write.

use super::{motorhome, person_with_key};
use crate::harness::World;
use axum::http::{Method, StatusCode};
use domain::plan::Plan;
use serde_json::{Value, json};
use uuid::Uuid;

#[tokio::test]
async fn sr_auz_01_watches_alerts_and_channels_of_others_are_not_there() {
    let world = World::new().await;
    let sailing = world.everything_is_full(1).remove(0);
    let (alice, own) = person_with_key(&world, "Alice", Plan::Fleet).await;
    let (bob, foreign) = person_with_key(&world, "Bob", Plan::Fleet).await;
    let watch = own.create(&motorhome(&world, 1)).await;
    foreign.create(&motorhome(&world, 1)).await;
    world.poll().await;
    world.settle().await;
    world.open(&sailing);
    world.an_hour_later().await;
    let alert = own.get("/api/v1/alerts").await.json()["data"][0].clone();
    // So that the key's last use is noted already.
    foreign.get("/api/v1/watches").await;
    let before = world.digest().await;
    let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
    let note = json!({"note": "mine now"});
    for (method, path, object, body) in [
        (Method::GET, "/api/v1/watches/{}", id(&watch), None),
        (Method::PATCH, "/api/v1/watches/{}", id(&watch), Some(&note)),
        (Method::DELETE, "/api/v1/watches/{}", id(&watch), None),
        (Method::POST, "/api/v1/watches/{}/pause", id(&watch), None),
        (Method::POST, "/api/v1/watches/{}/resume", id(&watch), None),
        (Method::GET, "/api/v1/alerts/{}", id(&alert), None),
        (Method::GET, "/api/v1/channels/{}", alice.channel.to_string(), None),
    ] {
        let mut told = Vec::new();
        for object in [object, Uuid::new_v4().to_string()] {
            let answer = foreign.send(method.clone(), &path.replace("{}", &object), body).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}");
            let mut problem = answer.json();
            problem["request_id"] = Value::Null;
            told.push(problem);
        }
        assert_eq!(told[0], told[1], "{method} {path}");
    }
    assert_eq!(world.digest().await, before);

    let watches = foreign.get("/api/v1/watches").await.json();
    assert_eq!(watches["data"].as_array().unwrap().len(), 1);
    let of_hers = foreign.get(&format!("/api/v1/alerts?watch={}", id(&watch))).await.json();
    assert_eq!(of_hers["data"], json!([]));
    let channels = foreign.get("/api/v1/channels").await.json();
    assert_eq!(channels["data"][0]["id"], bob.channel.to_string());
    assert_eq!(channels["data"].as_array().unwrap().len(), 1);
}
