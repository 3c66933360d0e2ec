//! Opening and renaming tenants.

use super::{assert_done, assert_refused, assert_rotated, team};
use crate::harness::World;
use axum::http::StatusCode;
use chrono::TimeDelta;
use domain::plan::Plan;
use futures::future::join_all;

#[tokio::test]
async fn a_further_tenant_is_the_persons_own_on_the_free_plan_and_can_tell_them() {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Pro).await;
    let mut browser = world.signed_in(&alice).await;
    let mut before = browser.clone();
    let page = browser.post("/account/tenants", &[("name", "The Sailing Club")]).await;
    assert_done(&page);
    assert_rotated(&mut before, &browser).await;
    let about = browser.get(&format!("{}/about", page.location())).await;
    for part in ["<h1>The Sailing Club</h1>", "You own it.", "<dd>Free</dd>"] {
        assert!(about.text.contains(part), "{part}: {}", about.text);
    }
    let page = browser.get(page.location()).await;
    assert!(page.text.contains("Nothing is watched yet"), "{}", page.text);
    let channels = "select count(*) from channel c join tenant t using (tenant_id) where t.name = 'The Sailing Club' and verified_at is not null";
    assert_eq!(world.count(channels).await, 1);
    assert_eq!(world.count("select count(*) from audit where action = 'tenant.open'").await, 1);
    let page = browser.post("/account/tenants", &[("name", "https://evil.example")]).await;
    assert_refused(&page, "A name cannot hold a web or mail address");
    assert!(page.text.contains("value=\"https://evil.example\""), "{}", page.text);
    for field in ["plan", "tenant_id", "role", "owner_id"] {
        let page = browser.post("/account/tenants", &[("name", "Mine"), (field, "fleet")]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
    }
    assert_eq!(world.count("select count(*) from tenant").await, 2);
}

#[tokio::test]
async fn sr_auz_07_of_many_tenants_opened_at_once_nobody_owns_more_than_three_on_the_free_plan() {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Pro).await;
    let browsers: Vec<_> = join_all((0..8).map(|_| world.signed_in(&alice))).await;
    let open =
        async |mut browser: crate::harness::Browser| browser.post("/account/tenants", &[("name", "One more")]).await;
    let pages = join_all(browsers.into_iter().map(open)).await;
    let opened = pages.iter().filter(|page| page.status == StatusCode::SEE_OTHER).count();
    assert_eq!((opened, world.count("select count(*) from tenant where plan = 'free'").await), (3, 3));
    assert_refused(
        pages.iter().find(|page| page.status != StatusCode::SEE_OTHER).unwrap(),
        "You can own 3 tenants on the Free plan",
    );

    super::sql(&world, &format!("update tenant set closed_at = '{}' where plan = 'free'", world.clock.now())).await;
    let mut browser = world.signed_in(&alice).await;
    let page = browser.post("/account/tenants", &[("name", "Again")]).await;
    assert_refused(&page, "one that was closed counts for a day");
    world.clock.advance(TimeDelta::hours(25));
    let mut browser = world.signed_in(&alice).await;
    assert_done(&browser.post("/account/tenants", &[("name", "Again")]).await);
}

#[tokio::test]
async fn an_owner_renames_the_tenant_and_nobody_else_does() {
    let team = team().await;
    for (person, status) in [
        (&team.alice, StatusCode::SEE_OTHER),
        (&team.anna, StatusCode::FORBIDDEN),
        (&team.ed, StatusCode::FORBIDDEN),
        (&team.vic, StatusCode::FORBIDDEN),
    ] {
        let page = team.browser(person).await.post(&team.at("/settings"), &[("name", "Smith & Sons")]).await;
        assert_eq!(page.status, status, "{person:?}");
    }
    let mut vic = team.browser(&team.vic).await;
    let page = vic.get(&team.at("/about")).await;
    assert!(page.text.contains("<h1>Smith &#38; Sons</h1>"), "{}", page.text);
    assert!(!page.text.contains("/settings"), "a viewer is not led where they may not go");
    let page = team.browser(&team.alice).await.post(&team.at("/settings"), &[("name", " ")]).await;
    assert_refused(&page, "Enter a name.");
}
