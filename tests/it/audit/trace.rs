//! From a mail in the inbox back to the request that it is owed to, and who made it: by ids alone.

use super::administrator;
use crate::{
    api::{Answer, Client, motorhome},
    harness::World,
};
use app::audit::command::AuditCommand;
use axum::http::Method;
use chrono::TimeDelta;
use domain::{key::Scope, plan::Plan};
use serde_json::{Value, json};
use store::audit::By;
use uuid::Uuid;

/// What `app audit trace` says of a message.
async fn trace(world: &World, message_id: &str) -> Result<String, String> {
    let by = By { at: world.clock.now(), actor: "Ada", request_id: Uuid::new_v4() };
    let command = AuditCommand::Trace { message_id: message_id.to_owned() };
    command.run(&administrator(world).await, None, &by).await.map_err(|error| format!("{error:#}"))
}

/// A program of Alice's, and its key's public id.
async fn program(world: &World) -> (Client, String) {
    let alice = world.person("Alice", Plan::Fleet).await;
    let key = world.key(&alice, &[Scope::Read, Scope::Write]).await;
    let public_id = key.split('_').nth(2).unwrap().to_owned();
    (Client::new(world, Some(key)), public_id)
}

fn request_id(answer: &Answer) -> String {
    assert!(answer.status.is_success(), "{answer:?}");
    answer.headers["x-request-id"].to_str().unwrap().to_owned()
}

/// Asserts that the newest mail leads back to this request, by this key.
async fn assert_leads_back(world: &World, (request, key): (&str, &str), action: &str, watch: &Value) {
    let mail = world.sim.inbox().pop().expect("a mail");
    let alert: Uuid = sqlx::query_scalar("select id from alert order by created_at desc limit 1")
        .fetch_one(&world.admin)
        .await
        .unwrap();
    let told = trace(world, &format!("<{}>", mail.message_id)).await.unwrap();
    for expected in [
        "sent at 2026-07-01".to_owned(),
        format!("alert {alert}"),
        format!("watch {}", watch["id"].as_str().unwrap()),
        format!("request {request}\n"),
        format!(": key:{key} {action} {}", watch["id"].as_str().unwrap()),
    ] {
        assert!(told.contains(&expected), "{expected:?} is not in {told}");
    }
    assert_eq!(told.matches("of the audit log").count(), 1, "{told}");
}

#[tokio::test]
async fn sr_aud_03_a_mail_leads_back_by_ids_to_its_alert_its_watch_the_request_and_who_made_it() {
    let world = World::new().await;
    let sailing = world.everything_is_full(1).remove(0);
    let (client, key) = program(&world).await;
    let created = client.send(Method::POST, "/api/v1/watches", Some(&motorhome(&world, 1))).await;
    let watch = created.json();
    world.poll().await;
    world.settle().await;
    world.open(&sailing);
    world.an_hour_later().await;
    assert_eq!(world.sim.inbox().len(), 1);
    assert_leads_back(&world, (&request_id(&created), &key), "watch.create", &watch).await;

    // A later request of another kind owes what comes after it; what was told before stays as it was.
    let before = world.sim.inbox().remove(0);
    let note = json!({"note": "the one with the bikes"});
    let changed = client.on_watch(Method::PATCH, &watch, "", Some(&note)).await;
    world.fill(&sailing);
    world.an_hour_later().await;
    world.open(&sailing);
    world.an_hour_later().await;
    assert_eq!(world.sim.inbox().len(), 2);
    assert_leads_back(&world, (&request_id(&changed), &key), "watch.change", &watch).await;
    assert!(trace(&world, &before.message_id).await.unwrap().contains(&request_id(&created)));
}

#[tokio::test]
async fn sr_aud_03_so_does_the_mail_of_a_watch_that_was_judged_alone_when_it_was_made_and_when_it_was_resumed() {
    let world = World::new().await;
    let sailing = world.everything_is_full(1).remove(0);
    let bob = world.person("Bob", Plan::Fleet).await;
    world.watch(&bob, &crate::harness::motorhome_days(1)).await;
    world.open(&sailing);
    world.poll().await;
    world.settle().await;
    let (client, key) = program(&world).await;
    let created = client.send(Method::POST, "/api/v1/watches", Some(&motorhome(&world, 1))).await;
    let watch = created.json();
    world.clock.advance(TimeDelta::seconds(1));
    world.settle().await;
    assert_eq!(world.count("select count(*) from alert where kind = 'already_open'").await, 2);
    assert_leads_back(&world, (&request_id(&created), &key), "watch.create", &watch).await;

    client.on_watch(Method::POST, &watch, "/pause", None).await;
    let resumed = client.on_watch(Method::POST, &watch, "/resume", None).await;
    world.clock.advance(TimeDelta::seconds(1));
    world.settle().await;
    assert_leads_back(&world, (&request_id(&resumed), &key), "watch.resume", &watch).await;
}

#[tokio::test]
async fn sr_aud_03_what_is_no_message_of_ours_leads_nowhere() {
    let world = World::new().await;
    let unknown = trace(&world, &format!("{}@ferryalert.test", Uuid::new_v4())).await.unwrap_err();
    assert!(unknown.starts_with("no message of ours has the id"), "{unknown}");
    let said = trace(&world, "CAF=x@mail.example").await.unwrap_err();
    assert!(said.contains("is no Message-ID of ours"), "{said}");
}
