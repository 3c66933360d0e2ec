//! Keys as people manage them: shown once, with an end, replaced without a gap, ended at once, and bounded.

use crate::{
    api::Client,
    harness::{Browser, Page, Person, World},
};
use axum::http::{Method, StatusCode, header};
use chrono::TimeDelta;
use domain::{access::Role, key::KEYS_MAX, plan::Plan};
use uuid::Uuid;

async fn alice() -> (World, Person, Browser) {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Pro).await;
    let browser = world.signed_in(&alice).await;
    (world, alice, browser)
}

/// What a good form says.
const READER: [(&str, &str); 3] = [("name", "Importer"), ("read", "yes"), ("days", "90")];

fn keys(person: &Person) -> String {
    format!("/t/{}/keys", person.tenant)
}

/// The key that a page shows, if it shows one.
fn key_in(page: &Page) -> Option<String> {
    let at = page.text.find("fa_live_")?;
    Some(page.text[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect())
}

/// Makes a key and gives back the key and its id.
async fn made(world: &World, person: &Person, browser: &mut Browser) -> (String, Uuid) {
    let page = browser.post(&keys(person), &READER).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let key = key_in(&page).expect("the page shows the key");
    let id = sqlx::query_scalar("select id from api_key where public_id = $1").bind(key.split('_').nth(2).unwrap());
    let id = id.fetch_one(&world.admin).await.unwrap();
    (key, id)
}

async fn status(world: &World, key: &str) -> StatusCode {
    Client::new(world, Some(key.to_owned())).get("/api/v1/key").await.status
}

#[tokio::test]
async fn sr_key_01_a_key_is_shown_on_the_page_that_answers_its_making_and_never_again() {
    let (world, alice, mut browser) = alice().await;
    let page = browser.post(&keys(&alice), &READER).await;
    let key = key_in(&page).expect("the page shows the key");
    assert_eq!((page.status, page.location()), (StatusCode::OK, ""), "no redirect carries it");
    assert_eq!(page.headers[header::CACHE_CONTROL], "no-store");
    assert!(!format!("{:?}", page.headers).contains("fa_live_"));
    let list = browser.get(&keys(&alice)).await;
    let public = key.split('_').nth(2).unwrap();
    assert!(list.text.contains(public) && list.text.contains("Importer") && list.text.contains("by Alice"));
    assert!(!list.text.contains(key.split('_').nth(3).unwrap()), "the list knows no secret");
    assert_eq!(status(&world, &key).await, StatusCode::OK);
    let seen = browser.get(&keys(&alice)).await;
    assert!(seen.text.contains("title=\"1 Jul 2026, 12:00 UTC\">Last used just now"), "{}", seen.text);
    assert_eq!(world.count("select count(*) from audit where action = 'key.create' and actor like 'user:%'").await, 1);
}

#[tokio::test]
async fn sr_key_03_a_key_ends_after_90_days_unless_said_otherwise_and_after_a_year_at_last() {
    let (world, alice, mut browser) = alice().await;
    let form = browser.get(&format!("{}/new", keys(&alice))).await;
    assert!(form.text.contains("name=\"days\" inputmode=\"numeric\" value=\"90\""), "{}", form.text);
    let (key, _) = made(&world, &alice, &mut browser).await;
    world.clock.advance(TimeDelta::days(90) - TimeDelta::seconds(1));
    assert_eq!(status(&world, &key).await, StatusCode::OK);
    world.clock.advance(TimeDelta::seconds(1));
    assert_eq!(status(&world, &key).await, StatusCode::UNAUTHORIZED);
    let mut browser = world.signed_in(&alice).await;
    for days in ["366", "0", "-1", "a year", "1e2", ""] {
        let page = browser.post(&keys(&alice), &[("name", "x"), ("read", "yes"), ("days", days)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{days}");
        assert!(page.text.contains("Enter a whole number of days from 1 to 365."), "{}", page.text);
    }
    let year = browser.post(&keys(&alice), &[("name", "x"), ("read", "yes"), ("days", "365")]).await;
    assert_eq!(year.status, StatusCode::OK);
    assert_eq!(world.count("select count(*) from api_key").await, 2);
}

#[tokio::test]
async fn a_refused_form_is_shown_again_as_it_was_typed_with_a_sentence_beside_each_field() {
    let (world, alice, mut browser) = alice().await;
    let page = browser.post(&keys(&alice), &[("name", "evil.example <b>"), ("days", "soon")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for said in [
        "No key was made yet",
        "A name cannot hold a web or mail address",
        "Choose what the key may do.",
        "Enter a whole number of days",
        "value=\"evil.example &#60;b&#62;\"",
        "value=\"soon\"",
    ] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    for field in [("role", "owner"), ("tenant_id", "x"), ("created_by", "x"), ("scopes", "read,write")] {
        let fields = [READER.as_slice(), &[field]].concat();
        let page = browser.post(&keys(&alice), &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{field:?}");
    }
    assert_eq!(world.count("select count(*) from api_key").await, 0);
}

#[tokio::test]
async fn sr_key_03_rotation_lets_both_keys_work_for_as_long_as_was_chosen() {
    let (world, alice, mut browser) = alice().await;
    let (old, id) = made(&world, &alice, &mut browser).await;
    let rotate = format!("{}/{id}/rotate", keys(&alice));
    assert_eq!(browser.get(&rotate).await.status, StatusCode::OK);
    for overlap in ["8", "-1", "x"] {
        let page = browser.post(&rotate, &[("days", "90"), ("overlap", overlap)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{overlap}");
    }
    let page = browser.post(&rotate, &[("days", "30"), ("overlap", "2")]).await;
    let new = key_in(&page).expect("the page shows the new key");
    assert_ne!(new, old);
    let scopes = Client::new(&world, Some(new.clone())).get("/api/v1/key").await.json()["scopes"].clone();
    assert_eq!(scopes, serde_json::json!(["read"]), "for the same");
    let again = browser.post(&rotate, &[("days", "30"), ("overlap", "2")]).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "one key is replaced by one");
    world.clock.advance(TimeDelta::days(2) - TimeDelta::seconds(1));
    assert_eq!((status(&world, &old).await, status(&world, &new).await), (StatusCode::OK, StatusCode::OK));
    world.clock.advance(TimeDelta::seconds(1));
    assert_eq!((status(&world, &old).await, status(&world, &new).await), (StatusCode::UNAUTHORIZED, StatusCode::OK));
    assert_eq!(world.count("select count(*) from audit where action = 'key.rotate'").await, 1);
    assert_eq!(world.count("select count(*) from api_key").await, 2);
}

#[tokio::test]
async fn sr_key_03_rotation_without_overlap_ends_the_old_key_with_the_answer() {
    let (world, alice, mut browser) = alice().await;
    let (old, id) = made(&world, &alice, &mut browser).await;
    let page = browser.post(&format!("{}/{id}/rotate", keys(&alice)), &[("days", "90"), ("overlap", "0")]).await;
    let new = key_in(&page).unwrap();
    assert_eq!((status(&world, &old).await, status(&world, &new).await), (StatusCode::UNAUTHORIZED, StatusCode::OK));
}

#[tokio::test]
async fn sr_key_02_whoever_rotates_a_key_is_the_maker_of_the_new_one() {
    let (world, alice, mut browser) = alice().await;
    let (_, id) = made(&world, &alice, &mut browser).await;
    let anna = world.member(alice.tenant, "Anna", Role::Admin).await;
    let page = world
        .signed_in(&anna)
        .await
        .post(&format!("{}/{id}/rotate", keys(&alice)), &[("days", "9"), ("overlap", "0")])
        .await;
    let new = key_in(&page).unwrap();
    let role = Client::new(&world, Some(new)).get("/api/v1/key").await.json()["role"].clone();
    assert_eq!(role, "admin", "a key is worth what who sees it may do");
}

#[tokio::test]
async fn sr_key_03_a_revoked_key_is_refused_by_the_very_next_request() {
    let (world, alice, mut browser) = alice().await;
    let (key, id) = made(&world, &alice, &mut browser).await;
    assert_eq!(status(&world, &key).await, StatusCode::OK);
    // An hour after the last proof of identity: what protects needs no new one.
    world.clock.advance(TimeDelta::hours(1));
    let revoke = format!("{}/{id}/revoke", keys(&alice));
    let page = browser.post(&revoke, &[]).await;
    assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, keys(&alice).as_str()), "{}", page.text);
    assert_eq!(status(&world, &key).await, StatusCode::UNAUTHORIZED);
    assert_eq!(browser.post(&revoke, &[]).await.status, StatusCode::NOT_FOUND, "nothing is left to revoke");
    assert!(browser.get(&keys(&alice)).await.text.contains("Revoked 1 Jul 2026"));
    let rotate = browser.post(&format!("{}/{id}/rotate", keys(&alice)), &[("days", "9"), ("overlap", "1")]).await;
    assert_eq!(rotate.status, StatusCode::FORBIDDEN, "an hour is not fresh");
    let mut fresh = world.signed_in(&alice).await;
    let rotate = fresh.post(&format!("{}/{id}/rotate", keys(&alice)), &[("days", "9"), ("overlap", "1")]).await;
    assert_eq!(rotate.status, StatusCode::CONFLICT, "and a dead key does not come back");
    assert_eq!(world.count("select count(*) from audit where action = 'key.revoke'").await, 1);
}

#[tokio::test]
async fn sr_key_02_keys_are_managed_in_person_by_those_who_may_and_in_their_own_tenant() {
    let (world, alice, mut browser) = alice().await;
    let (key, id) = made(&world, &alice, &mut browser).await;
    let one = |what: &str| format!("{}/{id}{what}", keys(&alice));
    for role in [Role::Viewer, Role::Editor] {
        let mut weak = world.signed_in(&world.member(alice.tenant, role.as_str(), role).await).await;
        assert_eq!(weak.get(&keys(&alice)).await.status, StatusCode::FORBIDDEN, "{role}");
        assert_eq!(weak.post(&keys(&alice), &READER).await.status, StatusCode::FORBIDDEN, "{role}");
        assert_eq!(weak.post(&one("/revoke"), &[]).await.status, StatusCode::FORBIDDEN, "{role}");
    }
    let mallory = world.person("Mallory", Plan::Pro).await;
    let mut foreign = world.signed_in(&mallory).await;
    let (none, rotation): (&[_], &[_]) = (&[], &[("days", "9"), ("overlap", "0")]);
    for (what, fields) in [("/revoke", none), ("/rotate", rotation)] {
        let beside = format!("{}/{id}{what}", keys(&mallory));
        assert_eq!(
            foreign.post(&beside, fields).await.status,
            StatusCode::NOT_FOUND,
            "her tenant, Alice's key: {what}"
        );
        assert_eq!(foreign.post(&one(what), fields).await.status, StatusCode::NOT_FOUND, "{what}");
    }
    let client = Client::new(&world, Some(key.clone()));
    for (method, path) in [(Method::GET, keys(&alice)), (Method::POST, keys(&alice)), (Method::POST, one("/revoke"))] {
        let answer = client.send(method.clone(), &path, None).await;
        assert!(
            !answer.status.is_success() && !String::from_utf8_lossy(&answer.body).contains(&key),
            "{method} {path}"
        );
    }
    assert_eq!(status(&world, &key).await, StatusCode::OK, "it is what it was");
    assert_eq!(world.count("select count(*) from api_key").await, 1);
}

#[tokio::test]
async fn sr_key_02_a_plan_without_keys_makes_none_and_says_which_plan_has_them() {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Plus).await;
    let mut browser = world.signed_in(&alice).await;
    for path in [keys(&alice), format!("{}/new", keys(&alice))] {
        let page = browser.get(&path).await;
        assert!(page.text.contains("The plan Plus has no API keys; they come with Pro."), "{path}: {}", page.text);
        assert!(!page.text.contains("name=\"days\""), "{path} asks for nothing");
    }
    let page = browser.post(&keys(&alice), &READER).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.text.contains("they come with Pro"));
    assert_eq!(world.count("select count(*) from api_key").await, 0);
}

#[tokio::test]
async fn a_tenant_has_a_bounded_number_of_keys_however_many_are_asked_for_at_once() {
    let (world, alice, browser) = alice().await;
    sqlx::query(
        "insert into api_key (tenant_id, id, public_id, secret_hash, scopes, created_by, created_at, expires_at)
         select $1, gen_random_uuid(), lpad(n::text, 11, '0'), sha256(n::text::bytea), '{read}', $2, $3, $3 + interval '1 day'
         from generate_series(1, $4) n",
    )
    .bind(alice.tenant.0)
    .bind(alice.user.0)
    .bind(world.clock.now())
    .bind(KEYS_MAX - 1)
    .execute(&world.admin)
    .await
    .unwrap();
    let path = keys(&alice);
    let (mut one, mut other) = (browser.clone(), browser);
    let (one, other) = tokio::join!(one.post(&path, &READER), other.post(&path, &READER));
    let mut answers = [one.status, other.status];
    answers.sort();
    assert_eq!(answers, [StatusCode::OK, StatusCode::CONFLICT]);
    world.clock.advance(TimeDelta::days(1));
    let mut later = world.signed_in(&alice).await;
    assert_eq!(later.post(&path, &READER).await.status, StatusCode::OK, "what has ended takes no place");
}
