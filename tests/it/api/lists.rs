//! Lists: every row once and in order, whatever is added meanwhile; cursors that are good for one list only; pages of a
//! hundred at most.

use super::{Client, motorhome, person_with_key};
use crate::harness::World;
use axum::http::{Method, StatusCode};
use chrono::{Days, TimeDelta};
use domain::plan::Plan;
use serde_json::Value;
use std::collections::BTreeSet;

/// Walks a list to its end; `meanwhile` happens after each page.
async fn walk(client: &Client, path: &str, limit: u32, mut meanwhile: impl AsyncFnMut()) -> Vec<Value> {
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    let joined = if path.contains('?') { '&' } else { '?' };
    for _ in 0..1_000 {
        let answer = client.get(&format!("{path}{joined}limit={limit}{cursor}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.json());
        let page = answer.json();
        let data = page["data"].as_array().unwrap();
        assert!(data.len() <= limit as usize);
        rows.extend(data.iter().cloned());
        assert_eq!(page["has_more"], page["next_cursor"].is_string());
        let Some(next) = page["next_cursor"].as_str() else { return rows };
        assert!(next.len() <= 120);
        cursor = format!("&cursor={next}");
        meanwhile().await;
    }
    panic!("{path} has no end")
}

fn ids(rows: &[Value]) -> Vec<String> {
    rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn watches_are_listed_newest_first_each_once_whatever_is_added_meanwhile() {
    let world = World::new().await;
    let (_, client) = person_with_key(&world, "Alice", Plan::Fleet).await;
    let mut made = Vec::new();
    for at in 0..7 {
        // Some in the same instant: their ids tell them apart.
        world.clock.advance(TimeDelta::seconds(at % 2));
        made.push(client.create(&motorhome(&world, 1)).await["id"].as_str().unwrap().to_owned());
    }
    let walked = walk(&client, "/api/v1/watches", 2, async || {
        world.clock.advance(TimeDelta::seconds(1));
        client.create(&motorhome(&world, 1)).await;
    })
    .await;
    let walked = ids(&walked);
    assert_eq!(walked.len(), 7);
    assert_eq!(walked.iter().collect::<BTreeSet<_>>(), made.iter().collect());
    let all = walk(&client, "/api/v1/watches", 100, async || {}).await;
    let created: Vec<_> = all.iter().map(|watch| watch["created_at"].as_str().unwrap()).collect();
    assert!(created.is_sorted_by(|a, b| a >= b), "{created:?}");
    assert_eq!(all.len(), 10);

    let paused = &all[3];
    client.on_watch(Method::POST, paused, "/pause", None).await;
    let of_state =
        async |state: &str| ids(&walk(&client, &format!("/api/v1/watches?state={state}"), 4, async || {}).await);
    assert_eq!(of_state("paused").await, ids(std::slice::from_ref(paused)));
    assert_eq!(of_state("active").await.len(), 9);
    assert_eq!(of_state("expired").await.len(), 0);
}

#[tokio::test]
async fn alerts_are_listed_by_watch_and_by_whether_they_are_open_each_once() {
    let world = World::new().await;
    let sailings = world.everything_is_full(3);
    let (_, client) = person_with_key(&world, "Alice", Plan::Fleet).await;
    let one = client.create(&motorhome(&world, 1)).await;
    let two = client.create(&motorhome(&world, 3)).await;
    world.poll().await;
    world.settle().await;
    for sailing in &sailings {
        world.open(sailing);
        world.an_hour_later().await;
    }
    world.fill(&sailings[0]);
    world.an_hour_later().await;
    let count = sailings.len();
    assert!(count >= 2, "the timetable has several sailings a day");
    let list = async |filter: String| walk(&client, &format!("/api/v1/alerts{filter}"), 1, async || {}).await;
    let all = list(String::new()).await;
    assert_eq!(ids(&all).iter().collect::<BTreeSet<_>>().len(), 2 * count);
    assert_eq!(all.len(), 2 * count);
    let released: Vec<_> = all.iter().map(|alert| alert["released_at"].as_str().unwrap()).collect();
    assert!(released.is_sorted_by(|a, b| a >= b), "{released:?}");
    for watch in [&one, &two] {
        let of_watch = list(format!("?watch={}", watch["id"].as_str().unwrap())).await;
        assert_eq!(of_watch.len(), count);
        assert!(of_watch.iter().all(|alert| alert["watch"] == watch["id"]));
    }
    assert_eq!(list("?open=true".to_owned()).await.len(), 2 * (count - 1));
    let closed = list("?open=false".to_owned()).await;
    assert_eq!(closed.len(), 2);
    assert!(closed.iter().all(|alert| alert["closed_reason"] == "gone" && alert["open"] == false));
}

#[tokio::test]
async fn sailings_are_listed_in_the_order_of_departure_within_the_days_and_class_asked_for() {
    let world = World::new().await;
    world.everything_is_full(3);
    let (_, client) = person_with_key(&world, "Alice", Plan::Fleet).await;
    client.create(&motorhome(&world, 3)).await;
    world.poll().await;
    let route = "/api/v1/operators/harbour/routes/POR-SAN/sailings";
    let all = walk(&client, route, 100, async || {}).await;
    assert!(all.len() >= 6, "{all:?}");
    assert_eq!(walk(&client, route, 1, async || {}).await, all);
    let departs: Vec<_> = all.iter().map(|sailing| sailing["departs_at"].as_str().unwrap()).collect();
    assert!(departs.is_sorted(), "{departs:?}");
    let second = world.first_day + Days::new(1);
    let of_day = walk(&client, &format!("{route}?from={second}&to={second}&class=motorhome"), 2, async || {}).await;
    assert!(!of_day.is_empty() && of_day.len() < all.len());
    assert!(of_day.iter().all(|one| one["departs_local"].as_str().unwrap().starts_with(&second.to_string())));
    assert!(of_day[0]["booking_link"].as_str().unwrap().starts_with("https://"));
    sqlx::query("update fact set facts = facts #- '{classes,motorhome}'").execute(&world.admin).await.unwrap();
    sqlx::query("update change set after = after #- '{classes,motorhome}'").execute(&world.admin).await.unwrap();
    assert_eq!(walk(&client, &format!("{route}?class=motorhome"), 2, async || {}).await.len(), 0);
    assert_eq!(walk(&client, &format!("{route}?class=van"), 2, async || {}).await.len(), all.len());
}

#[tokio::test]
async fn of_several_targets_that_tell_of_a_sailing_the_one_counts_that_tells_of_the_class() {
    let world = World::new().await;
    world.everything_is_full(1);
    let (_, client) = person_with_key(&world, "Alice", Plan::Fleet).await;
    client.create(&motorhome(&world, 1)).await;
    world.poll().await;
    let path = "/api/v1/operators/harbour/routes/POR-SAN/sailings?class=motorhome";
    let before = client.get(path).await.json();
    // Another question, answered later, that speaks of cars alone, as an operator's may that is asked for each class.
    for sql in [
        "insert into target (operator_id, question, created_at, last_good_at)
         select operator_id, '{\"kind\":\"route_now\",\"route\":\"POR-SAN\"}', created_at, last_good_at + interval '1 minute' from target",
        "insert into fact (target_id, sailing_id, facts, observed_at)
         select (select max(id) from target), sailing_id, '{\"classes\":{\"car\":{\"availability\":{\"is\":\"full\"},\"price\":null}},\"cabin\":null,\"pet_cabin\":null}', observed_at from fact",
    ] {
        sqlx::query(sql).execute(&world.admin).await.unwrap();
    }
    assert!(!before["data"].as_array().unwrap().is_empty());
    assert_eq!(client.get(path).await.json(), before);
}

#[tokio::test]
async fn a_day_or_place_that_no_list_has_is_refused_and_not_asked_of_the_database() {
    let world = World::new().await;
    let (_, client) = person_with_key(&world, "Alice", Plan::Fleet).await;
    let sailings = "/api/v1/operators/harbour/routes/POR-SAN/sailings";
    for query in ["?from=-5000-01-01&to=-5000-01-02", "?from=%2B262142-12-31", "?from=2019-01-01&to=2019-01-02"] {
        let answer = client.get(&format!("{sailings}{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}: {}", answer.json());
    }
}

#[tokio::test]
async fn sr_api_04_a_cursor_is_good_for_its_own_list_and_filters_only_and_a_changed_one_is_refused() {
    let world = World::new().await;
    let (_, client) = person_with_key(&world, "Alice", Plan::Fleet).await;
    for _ in 0..2 {
        client.create(&motorhome(&world, 1)).await;
    }
    let page = client.get("/api/v1/watches?limit=1").await.json();
    let cursor = page["next_cursor"].as_str().unwrap();
    let (_, other) = person_with_key(&world, "Bob", Plan::Fleet).await;
    let borrowed = other.get(&format!("/api/v1/watches?cursor={cursor}")).await;
    assert_eq!(borrowed.json()["data"].as_array().unwrap().len(), 0, "a cursor only positions");
    let mut changed = cursor.to_owned();
    changed.replace_range(5..6, if &cursor[5..6] == "A" { "B" } else { "A" });
    for path in [
        format!("/api/v1/watches?state=active&cursor={cursor}"),
        format!("/api/v1/alerts?cursor={cursor}"),
        format!("/api/v1/channels?cursor={cursor}"),
        format!("/api/v1/operators/harbour/routes/POR-SAN/sailings?cursor={cursor}"),
        format!("/api/v1/watches?cursor={changed}"),
        format!("/api/v1/watches?cursor={}", &cursor[1..]),
        "/api/v1/watches?cursor=".to_owned(),
        format!("/api/v1/watches?cursor={}", "A".repeat(4_000)),
        "/api/v1/watches?limit=0".to_owned(),
        "/api/v1/watches?limit=101".to_owned(),
        "/api/v1/watches?limit=1&limit=2".to_owned(),
        "/api/v1/watches?state=deleted".to_owned(),
        "/api/v1/watches?page=2".to_owned(),
        "/api/v1/alerts?watch=x".to_owned(),
        "/api/v1/operators/harbour/routes/POR-SAN/sailings?class=yacht".to_owned(),
        "/api/v1/operators/harbour/routes/POR-SAN/sailings?from=2026-07-10&to=2026-07-09".to_owned(),
        "/api/v1/operators/harbour/routes/POR-SAN/sailings?from=2026-07-01&to=2026-09-01".to_owned(),
    ] {
        let answer = client.get(&path).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::BAD_REQUEST, "bad_request"), "{path}");
    }
}

#[tokio::test]
async fn sr_api_02_a_page_has_a_hundred_rows_at_most_whatever_is_asked_of_the_database() {
    let world = World::new().await;
    let (alice, client) = person_with_key(&world, "Alice", Plan::Fleet).await;
    client.create(&motorhome(&world, 1)).await;
    let copies = "insert into watch (tenant_id, user_id, operator_id, criteria, expires_at, watched_days)
                  select tenant_id, user_id, operator_id, criteria, expires_at, watched_days from watch, generate_series(1, 250)";
    sqlx::query(copies).execute(&world.admin).await.unwrap();
    let mut tx = world.app.begin(&world.membership(&alice).await).await.unwrap();
    let page = store::watch::list(&mut tx, None, None, 100_000).await.unwrap();
    assert_eq!(page.rows.len(), 100);
    assert!(page.next.is_some());
    assert_eq!(
        ids(&walk(&client, "/api/v1/watches", 100, async || {}).await).into_iter().collect::<BTreeSet<_>>().len(),
        251
    );
}
