//! The page of a watch, and what is done there.

use super::{assert_sound, assert_whole, in_french};
use crate::{
    api::released::just_after_a_tick_of,
    harness::{Browser, Person, World, alice_waits, motorhome_days},
};
use axum::http::StatusCode;
use chrono::{DateTime, Days, TimeDelta, Utc};
use domain::{access::Role, id::TenantId, plan::Plan};
use uuid::Uuid;
use workers::prune::prune;

/// A fellow of Alice's who may change her watch, and where that is.
async fn fellow(world: &World) -> (Person, Browser, String) {
    let (tenant, watch): (Uuid, Uuid) =
        sqlx::query_as("select tenant_id, id from watch").fetch_one(&world.admin).await.unwrap();
    let eve = world.member(TenantId(tenant), "Eve", Role::Editor).await;
    let browser = world.signed_in(&eve).await;
    (eve, browser, format!("/t/{tenant}/watches/{watch}"))
}

fn assert_says(page: &str, all: &[&str]) {
    for said in all {
        assert!(page.contains(said), "{said}: {page}");
    }
}

#[tokio::test]
async fn a_watch_says_what_it_waits_for_how_it_is_checked_and_what_it_told() {
    let (world, sailing) = alice_waits().await;
    let (eve, mut browser, here) = fellow(&world).await;
    let page = browser.get(&here).await;
    assert_sound(&page);
    assert_says(
        &page.text,
        &[
            "Portmouth Sim to Santoña Sim",
            "Watching",
            "This is class motorhome at Harbour Lines (simulated).",
            "7\u{a0}m long: over 6\u{a0}m, within 7.5\u{a0}m.",
            "We ask every minute.",
            "That is what the plan Fleet asks.",
            "Written to 1 address",
            "Full",
            "It has told you of nothing yet.",
        ],
    );
    world.open(&sailing);
    world.an_hour_later().await;
    let mut browser = world.signed_in(&eve).await;
    let page = browser.get(&here).await;
    assert_sound(&page);
    let said = ["Space now", "class=\"area\"", "class=\"flag\"", "Told after", "noreferrer\">Book<", "1 space"];
    assert_says(&page.text, &said);
    let page = in_french(&browser).get(&here).await;
    assert_sound(&page);
    let said = ["Place maintenant", "noreferrer\">Réserver<", "catégorie motorhome", "Dernière vérification"];
    assert_says(&page.text, &said);
}

#[tokio::test]
async fn sr_api_05_a_watch_shows_no_fact_before_its_own_plan_was_told() {
    let (world, sailing) = alice_waits().await;
    let fred = world.person("Fred", Plan::Free).await;
    let watch = world.watch(&fred, &motorhome_days(1)).await;
    just_after_a_tick_of(&world, Plan::Free).await;
    world.open(&sailing);
    world.clock.advance(TimeDelta::minutes(2));
    world.poll().await;
    world.settle().await;
    let (mut browser, home) = world.at_home(&fred).await;
    let here = format!("{home}/watches/{watch}");
    let before = browser.get(&here).await;
    assert_sound(&before);
    assert!(!before.text.contains("1 space") && !before.text.contains("Space now"), "{}", before.text);
    world.an_hour_later().await;
    let after = world.signed_in(&fred).await.get(&here).await;
    assert!(after.text.contains("1 space"), "{}", after.text);
}

#[tokio::test]
async fn a_watch_is_paused_resumed_stopped_and_deleted_after_a_question() {
    let (world, _) = alice_waits().await;
    let (_, mut browser, here) = fellow(&world).await;
    let state =
        async || -> String { sqlx::query_scalar("select state from watch").fetch_one(&world.admin).await.unwrap() };
    for (act, becomes) in [("pause", "paused"), ("resume", "active"), ("stop", "stopped")] {
        let done = browser.post(&format!("{here}/{act}"), &[]).await;
        assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, here.as_str()), "{act}: {}", done.text);
        assert_eq!(state().await, becomes);
        assert_sound(&browser.get(&here).await);
    }
    for (act, fields) in [("pause", &[][..]), ("resume", &[]), ("stop", &[]), ("snooze", &[("until", "2030-01-01")])] {
        let refused = browser.post(&format!("{here}/{act}"), fields).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{act}: what has ended does not begin again");
        assert!(refused.text.contains("The watch has ended"), "{}", refused.text);
    }
    assert_eq!(browser.get(&format!("{here}/edit")).await.status, StatusCode::CONFLICT);
    let question = browser.get(&format!("{here}/delete")).await;
    assert_sound(&question);
    assert!(question.text.contains("Delete this watch?"));
    assert_eq!(state().await, "stopped", "asking deletes nothing");
    assert_eq!(browser.post(&format!("{here}/delete"), &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.get(&here).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_watch_that_sleeps_asks_nothing_keeps_its_room_and_wakes_on_its_day() {
    let (world, sailing) = alice_waits().await;
    let (eve, mut browser, here) = fellow(&world).await;
    let day = (world.first_day - Days::new(5)).to_string();
    let slept = browser.post(&format!("{here}/snooze"), &[("until", &day)]).await;
    assert_eq!(slept.status, StatusCode::SEE_OTHER, "{}", slept.text);
    let page = browser.get(&here).await;
    assert_sound(&page);
    assert_says(&page.text, &["Asleep", "It wakes"]);
    world.open(&sailing);
    world.settle().await;
    assert_eq!(world.count("select count(*) from alert").await, 0, "nobody is woken by it");
    let mut tx = world.app.begin(&world.membership(&eve).await).await.unwrap();
    assert_eq!(store::watch::usage(&mut tx).await.unwrap().active_watches, 1, "it has kept its room");
    drop(tx);
    let dashboard = browser.get(&format!("/t/{}", eve.tenant)).await;
    assert_says(&dashboard.text, &["1 of 500 watches"]);

    let wakes = sqlx::query_scalar("select snoozed_until from watch").fetch_one(&world.admin).await;
    let wakes: DateTime<Utc> = wakes.unwrap();
    world.clock.advance(wakes - world.clock.now() - TimeDelta::seconds(1));
    prune(&world.parts.store, &world.clock.clock()).await.unwrap();
    assert_eq!(world.count("select count(*) from watch where state = 'paused'").await, 1, "not a second too soon");
    world.clock.advance(TimeDelta::seconds(1));
    prune(&world.parts.store, &world.clock.clock()).await.unwrap();
    let woken = "select count(*) from watch where state = 'active' and version = 2 and snoozed_until is null";
    assert_eq!(world.count(woken).await, 1);
    world.an_hour_later().await;
    let told = "select count(*) from alert where watch_version = 2";
    assert_eq!(world.count(told).await, 1, "it tells what is there now");
}

#[tokio::test]
async fn a_watch_that_slept_past_its_last_day_is_over_and_one_that_is_paused_stays_so() {
    let (world, _) = alice_waits().await;
    let slept = "update watch set state = 'paused', snoozed_until = $1, expires_at = $1 - interval '1 hour'";
    sqlx::query(slept).bind(world.clock.now() + TimeDelta::days(1)).execute(&world.admin).await.unwrap();
    world.clock.advance(TimeDelta::days(2));
    assert_eq!(world.parts.store.wake_watches(world.clock.now(), 100).await.unwrap(), 1);
    assert_eq!(world.count("select count(*) from watch where state = 'expired' and snoozed_until is null").await, 1);
    sqlx::query("update watch set state = 'paused'").execute(&world.admin).await.unwrap();
    assert_eq!(world.parts.store.wake_watches(world.clock.now(), 100).await.unwrap(), 0);
}

#[tokio::test]
async fn a_day_on_which_nothing_can_wake_is_refused_beside_its_field() {
    let (world, _) = alice_waits().await;
    let (_, mut browser, here) = fellow(&world).await;
    for (typed, why) in [
        ("", "Choose a day."),
        ("2020-01-01", "Choose a day that is still to come."),
        ("2999-01-01", "By then nothing is left to watch."),
    ] {
        let page = browser.post(&format!("{here}/snooze"), &[("until", typed)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        assert_whole(&page);
        assert!(page.text.contains(&format!("id=\"until-refused\">{why}")), "{typed}: {}", page.text);
        assert!(typed.is_empty() || page.text.contains(&format!("value=\"{typed}\"")), "{typed} is lost");
    }
    assert_eq!(world.count("select count(*) from watch where state = 'active'").await, 1);
}

#[tokio::test]
async fn anothers_watch_is_missing_on_every_page() {
    let (world, _) = alice_waits().await;
    let (_, _, here) = fellow(&world).await;
    let id = here.rsplit('/').next().unwrap();
    let mallory = world.person("Mallory", Plan::Fleet).await;
    let (mut browser, home) = world.at_home(&mallory).await;
    for path in [id.to_owned(), format!("{id}/edit"), format!("{id}/delete"), format!("new?like={id}")] {
        let page = browser.get(&format!("{home}/watches/{path}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
    }
    for act in ["pause", "resume", "stop", "delete"] {
        let page = browser.post(&format!("{home}/watches/{id}/{act}"), &[]).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{act}");
    }
    assert_eq!(world.count("select count(*) from watch where state = 'active' and version = 1").await, 1);
}
