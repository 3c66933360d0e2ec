//! Proving anew who one is, before something dangerous.

use super::{Site, leads_to};
use crate::harness::{Browser, SESSION};
use axum::http::StatusCode;
use chrono::TimeDelta;
use dev::sim::identity::{Callback, Hostility, NEIGHBOURS, Person, Provider, TokenMutation};

const HERE: &str = "/account/identities";

/// Begins to confirm, and what the provider sends back for this person.
async fn begin(site: &Site, browser: &mut Browser, person: &Person) -> Callback {
    let page = browser.post("/account/confirm", &[("return_to", HERE)]).await;
    site.world.sim.sign_in(&leads_to(&page), person).unwrap()
}

#[tokio::test]
async fn whoever_confirms_goes_on_where_they_were_with_a_new_token() {
    let site = Site::new().await;
    let alice = NEIGHBOURS[0].at(Provider::QuayId);
    let mut browser = site.signed_in(Provider::QuayId, &alice).await;
    site.advance(TimeDelta::hours(1));
    let page = browser.get(HERE).await;
    let page = browser.get(page.location()).await;
    assert!(page.text.contains("Confirm with Quay ID"), "{}", page.text);
    let before = browser.clone();
    let callback = begin(&site, &mut browser, &alice).await;
    let page = browser.get(&callback.path_and_query()).await;
    assert_eq!(page.location(), HERE, "{}", page.text);
    assert_ne!(browser.cookies[SESSION], before.cookies[SESSION]);
    assert_eq!(browser.get(HERE).await.status, StatusCode::OK);
    assert_eq!(before.clone().get("/account").await.status, StatusCode::SEE_OTHER, "the old token opens nothing");
    assert_eq!((site.sessions().await, site.people().await), (1, 1));
    assert_eq!(site.world.count("select count(*) from platform_audit where action = 'session.confirm'").await, 1);
}

#[tokio::test]
async fn another_identity_an_old_proof_or_another_browser_confirms_nothing() {
    let site = Site::new().await;
    let alice = NEIGHBOURS[0].at(Provider::HarbourId);
    let mut browser = site.signed_in(Provider::HarbourId, &alice).await;
    site.advance(TimeDelta::hours(1));
    let before = site.world.count("select count(*) from session where proved_at > seen_at - interval '1 minute'").await;

    let callback = begin(&site, &mut browser, &NEIGHBOURS[1].at(Provider::HarbourId)).await;
    assert_eq!(browser.get(&callback.path_and_query()).await.status, StatusCode::BAD_REQUEST, "Bob is not Alice");
    site.world.sim.turn_hostile(Provider::HarbourId, Hostility::Token(TokenMutation::StaleAuthTime));
    let callback = begin(&site, &mut browser, &alice).await;
    assert_eq!(browser.get(&callback.path_and_query()).await.status, StatusCode::BAD_REQUEST, "proved yesterday");
    site.world.sim.behave(Provider::HarbourId);
    let callback = begin(&site, &mut browser, &alice).await;
    let mut other = site.signed_in(Provider::HarbourId, &alice).await;
    assert_eq!(other.get(&callback.path_and_query()).await.status, StatusCode::BAD_REQUEST, "another browser");
    assert_eq!(browser.get(HERE).await.status, StatusCode::SEE_OTHER, "still stale");
    assert_eq!(before, 1);
    assert_eq!(site.world.count("select count(*) from platform_audit where action = 'session.confirm'").await, 0);
}

#[tokio::test]
async fn a_way_to_sign_in_that_is_not_offered_any_more_says_so() {
    let site = Site::new().await;
    let mut browser = site.signed_in(Provider::HarbourId, &NEIGHBOURS[0].at(Provider::HarbourId)).await;
    let gone = super::app(&site.world, &[("FERRY_SIGN_IN", "quay-id")]);
    let mut elsewhere = Browser::new(app::router(gone));
    elsewhere.cookies = browser.cookies.clone();
    assert_eq!(elsewhere.get("/account/confirm").await.status, StatusCode::CONFLICT);
    assert_eq!(browser.get("/account/confirm").await.status, StatusCode::OK);
}
