//! A tenant reads its own log: its administrators, in words, and nobody else's rows.

use crate::{
    api::{Client, motorhome},
    harness::{Person, World},
};
use axum::http::{Method, StatusCode};
use domain::{access::Role, key::Scope, plan::Plan};

async fn act(world: &World, person: &Person) -> (Client, String) {
    let key = world.key(person, &[Scope::Read, Scope::Write]).await;
    let client = Client::new(world, Some(key.clone()));
    let watch = client.create(&motorhome(world, 1)).await;
    client.on_watch(Method::POST, &watch, "/pause", None).await;
    (client, key.split('_').nth(2).unwrap().to_owned())
}

#[tokio::test]
async fn sr_aud_02_a_tenants_administrators_read_in_words_what_was_done_in_it_and_nothing_of_others() {
    let world = World::new().await;
    let (alice, bob) = (world.person("Alice", Plan::Fleet).await, world.person("Bob", Plan::Fleet).await);
    let ((_, alices), (_, bobs)) = (act(&world, &alice).await, act(&world, &bob).await);
    let insert = "insert into audit (tenant_id, at, actor, action, subject, request_id)
                  select $1, '2026-07-01 12:00Z', 'user:' || user_id, 'key.revoke', 'x', gen_random_uuid() from user_account";
    sqlx::query(insert).bind(alice.tenant.0).execute(&world.admin).await.unwrap();
    sqlx::query("update user_account set zone = 'Europe/Paris'").execute(&world.admin).await.unwrap();
    let path = format!("/t/{}/audit", alice.tenant);
    let page = world.signed_in(&alice).await.get(&path).await;
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    for expected in [
        "<strong>The administrator of this installation</strong> made an API key".to_owned(),
        format!("<strong>The API key {alices}</strong> made a watch"),
        format!("<strong>The API key {alices}</strong> paused a watch"),
        "<strong>Alice</strong> revoked an API key".to_owned(),
        "1 Jul 2026, 14:00 CEST".to_owned(),
    ] {
        assert!(page.text.contains(&expected), "{expected} is not in {}", page.text);
    }
    assert!(
        page.text.contains("Somebody who is no member any more</strong> revoked"),
        "Bob's name is not Alice's to know"
    );
    assert!(!page.text.contains(&bobs) && !page.text.contains("Bob"), "{}", page.text);
    let places: Vec<_> = ["row 5", "row 3", "row 1"].iter().map(|row| page.text.find(row).unwrap()).collect();
    assert!(places.is_sorted(), "the newest first");

    for (role, status) in
        [(Role::Admin, StatusCode::OK), (Role::Editor, StatusCode::FORBIDDEN), (Role::Viewer, StatusCode::FORBIDDEN)]
    {
        let member = world.member(alice.tenant, role.as_str(), role).await;
        assert_eq!(world.signed_in(&member).await.get(&path).await.status, status, "{role}");
    }
    assert_eq!(world.signed_in(&bob).await.get(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_long_log_is_read_page_by_page() {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Fleet).await;
    let insert = "insert into audit (tenant_id, at, actor, action, subject, request_id)
                  select $1, now(), 'admin', 'key.create', 'subject-' || n, gen_random_uuid() from generate_series(1, 120) n";
    sqlx::query(insert).bind(alice.tenant.0).execute(&world.admin).await.unwrap();
    let mut browser = world.signed_in(&alice).await;
    let first = format!("/t/{}/audit", alice.tenant);
    let (mut path, mut rows) = (Some(first.clone()), Vec::new());
    while let Some(next) = path.take() {
        let page = browser.get(&next).await;
        let seqs = page.text.split("row ").skip(1).map(|rest| rest.split([' ', '<']).next().unwrap().parse::<i64>());
        rows.extend(seqs.map_while(Result::ok));
        let older = page.text.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
        path = older.filter(|link| link.contains("/audit?before=")).map(str::to_owned).next();
    }
    assert_eq!(rows, (1..=120).rev().collect::<Vec<_>>());
    for wrong in ["before=x", "before=1&before=2", "after=1", "before=99999999999999999999"] {
        let page = browser.get(&format!("{first}?{wrong}")).await;
        assert!(page.status.is_client_error(), "{wrong}: {page:?}");
    }
    assert!(browser.get(&format!("{first}?before=-5")).await.text.contains("There is nothing here yet."));
}
