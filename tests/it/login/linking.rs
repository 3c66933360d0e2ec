//! A second way to sign in: only for whoever has just proved the first, and then proves the second.

use super::{Site, assert_refused, leads_to};
use crate::harness::{Browser, Page, SESSION};
use axum::http::StatusCode;
use chrono::TimeDelta;
use dev::sim::identity::{Hostility, NEIGHBOURS, Person, Provider, TokenMutation};

const PAGE: &str = "/account/identities";

/// Adds an identity to whoever is signed in, all the way.
pub(super) async fn link(site: &Site, browser: &mut Browser, provider: Provider, person: &Person) -> Page {
    let page = browser.post(&format!("{PAGE}/{}", provider.name()), &[]).await;
    let callback = site.world.sim.sign_in(&leads_to(&page), person).unwrap();
    browser.get(&callback.path_and_query()).await
}

async fn identities(site: &Site) -> i64 {
    site.world.count("select count(*) from identity").await
}

#[tokio::test]
async fn sr_aut_04_a_second_identity_is_added_after_proof_of_both_and_then_opens_the_same_account() {
    let site = Site::new().await;
    let alice = NEIGHBOURS[0];
    let mut browser = site.signed_in(Provider::HarbourId, &alice.at(Provider::HarbourId)).await;
    let before = browser.cookies[SESSION].clone();
    for provider in [Provider::QuayId, Provider::Github] {
        let page = link(&site, &mut browser, provider, &alice.at(provider)).await;
        assert_eq!(page.location(), PAGE, "{}", page.text);
    }
    assert_ne!(browser.cookies[SESSION], before, "a change of what opens the account is a new token");
    let page = browser.get(PAGE).await;
    for title in ["Harbour ID", "Quay ID", "GitHub"] {
        assert!(page.text.contains(&format!("<strong>{title}</strong>")), "{title}: {}", page.text);
    }
    site.signed_in(Provider::QuayId, &alice.at(Provider::QuayId)).await;
    site.signed_in(Provider::Github, &alice.at(Provider::Github)).await;
    assert_eq!((site.people().await, identities(&site).await), (1, 3));
    assert_eq!(site.world.count("select count(*) from platform_audit where action = 'identity.link'").await, 2);
    assert_eq!(site.world.count("select count(*) from letter where kind = 'identity_linked'").await, 2, "told by mail");
    let page = link(&site, &mut browser, Provider::QuayId, &alice.at(Provider::QuayId)).await;
    assert_eq!(page.location(), PAGE, "once more is no error");
}

#[tokio::test]
async fn sr_aut_04_an_identity_of_another_person_is_refused_without_saying_whose() {
    let site = Site::new().await;
    site.signed_in(Provider::QuayId, &NEIGHBOURS[1].at(Provider::QuayId)).await;
    let mut browser = site.signed_in(Provider::HarbourId, &NEIGHBOURS[0].at(Provider::HarbourId)).await;
    let page = link(&site, &mut browser, Provider::QuayId, &NEIGHBOURS[1].at(Provider::QuayId)).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    assert!(page.text.contains("It is in use here already") && !page.text.contains("bob"), "{}", page.text);
    assert_eq!(site.world.count("select count(distinct user_id) from identity").await, 2);
    assert_eq!(identities(&site).await, 2);
}

#[tokio::test]
async fn sr_aut_04_linking_wants_a_fresh_proof_of_the_present_identity() {
    let site = Site::new().await;
    let mut browser = site.signed_in(Provider::HarbourId, &NEIGHBOURS[0].at(Provider::HarbourId)).await;
    site.advance(TimeDelta::minutes(11));
    let page = browser.post(&format!("{PAGE}/quay-id"), &[]).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    let page = browser.get(PAGE).await;
    assert_eq!(page.location(), "/account/confirm?return_to=%2Faccount%2Fidentities");
    assert_eq!(site.world.count("select count(*) from login_attempt").await, 0);
}

#[tokio::test]
async fn sr_aut_04_linking_wants_a_fresh_proof_of_the_new_identity() {
    let site = Site::new().await;
    let alice = NEIGHBOURS[0];
    let mut browser = site.signed_in(Provider::HarbourId, &alice.at(Provider::HarbourId)).await;
    for mutation in TokenMutation::ALL.iter().filter(|mutation| mutation.is_about_age()) {
        site.world.sim.turn_hostile(Provider::QuayId, Hostility::Token(*mutation));
        let page = link(&site, &mut browser, Provider::QuayId, &alice.at(Provider::QuayId)).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{mutation:?}");
    }
    let page = browser.post(&format!("{PAGE}/quay-id"), &[]).await;
    let url = leads_to(&page);
    assert!(url.contains("prompt=login") && url.contains("max_age=0"), "{url}");
    assert_eq!(identities(&site).await, 1);
}

#[tokio::test]
async fn sr_aut_04_an_attempt_to_link_ends_with_the_session_that_began_it_and_in_its_browser() {
    let site = Site::new().await;
    let (alice, bob) = (NEIGHBOURS[0], NEIGHBOURS[1]);
    let mut browser = site.signed_in(Provider::HarbourId, &alice.at(Provider::HarbourId)).await;
    let begin = async |browser: &mut Browser| {
        let page = browser.post(&format!("{PAGE}/quay-id"), &[]).await;
        site.world.sim.sign_in(&leads_to(&page), &alice.at(Provider::QuayId)).unwrap().path_and_query()
    };
    // Somebody else is signed in, in the browser that began it.
    let answer = begin(&mut browser).await;
    let bobs = site.signed_in(Provider::HarbourId, &bob.at(Provider::HarbourId)).await;
    let mut swapped = browser.clone();
    swapped.cookies.insert(SESSION.to_owned(), bobs.cookies[SESSION].clone());
    assert_eq!(swapped.get(&answer).await.status, StatusCode::BAD_REQUEST);
    // Nobody is.
    let answer = begin(&mut browser).await;
    let mut nobody = browser.clone();
    nobody.cookies.remove(SESSION);
    let page = nobody.get(&answer).await;
    assert_refused(&page, &nobody, "no session");
    // It was ended meanwhile.
    let answer = begin(&mut browser).await;
    let mut ended = browser.clone();
    browser.post("/logout", &[]).await;
    assert_eq!(ended.get(&answer).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(site.world.count("select count(*) from login_attempt").await, 0);
    assert_eq!(identities(&site).await, 2, "one of Alice, one of Bob");
}

#[tokio::test]
async fn an_identity_can_be_removed_but_not_the_last_nor_the_one_in_use_nor_another_persons() {
    let site = Site::new().await;
    let alice = NEIGHBOURS[0];
    let (harbour, quay) = (site.world.sim.issuer(Provider::HarbourId), site.world.sim.issuer(Provider::QuayId));
    let own = alice.at(Provider::HarbourId).sub;
    let mut browser = site.signed_in(Provider::HarbourId, &alice.at(Provider::HarbourId)).await;
    let bobs = site.signed_in(Provider::QuayId, &NEIGHBOURS[1].at(Provider::QuayId)).await;
    let remove = "/account/remove-identity";
    let page = browser.post(remove, &[("issuer", &harbour), ("subject", &own)]).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    let bob = NEIGHBOURS[1].at(Provider::QuayId).sub;
    let page = browser.post(remove, &[("issuer", &quay), ("subject", &bob)]).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert_eq!(bobs.clone().get("/account").await.status, StatusCode::OK);

    link(&site, &mut browser, Provider::QuayId, &alice.at(Provider::QuayId)).await;
    let second = site.signed_in(Provider::QuayId, &alice.at(Provider::QuayId)).await;
    let sub = alice.at(Provider::QuayId).sub;
    let page = browser.post(remove, &[("issuer", &quay), ("subject", &sub)]).await;
    assert_eq!(page.location(), PAGE, "{}", page.text);
    assert_eq!(second.clone().get("/account").await.status, StatusCode::SEE_OTHER, "its sessions went with it");
    assert_eq!(browser.get(PAGE).await.status, StatusCode::OK);
    assert_eq!(identities(&site).await, 2);
    site.signed_in(Provider::QuayId, &alice.at(Provider::QuayId)).await;
    assert_eq!(site.people().await, 3, "whoever comes with it now is somebody new");
}

#[tokio::test]
async fn two_identities_that_remove_each_other_at_once_leave_one() {
    let site = Site::new().await;
    let alice = NEIGHBOURS[0];
    let mut one = site.signed_in(Provider::HarbourId, &alice.at(Provider::HarbourId)).await;
    link(&site, &mut one, Provider::QuayId, &alice.at(Provider::QuayId)).await;
    let mut other = site.signed_in(Provider::QuayId, &alice.at(Provider::QuayId)).await;
    let (harbour, quay) = (site.world.sim.issuer(Provider::HarbourId), site.world.sim.issuer(Provider::QuayId));
    let subs = [alice.at(Provider::HarbourId).sub, alice.at(Provider::QuayId).sub];
    let remove = "/account/remove-identity";
    let of_quay = [("issuer", quay.as_str()), ("subject", &subs[1])];
    let of_harbour = [("issuer", harbour.as_str()), ("subject", &subs[0])];
    let (_, _) = futures::join!(one.post(remove, &of_quay), other.post(remove, &of_harbour));
    assert_eq!(identities(&site).await, 1);
}
