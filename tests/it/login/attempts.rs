//! An attempt is one browser's, for ten minutes, once.

use super::{Site, assert_refused, leads_to};
use crate::harness::SESSION;
use app::login::COOKIE;
use axum::http::{Method, StatusCode, header};
use chrono::TimeDelta;
use dev::sim::identity::{CallbackMutation, Hostility, NEIGHBOURS, Provider};
use domain::token::Token;
use std::collections::HashMap;
use store::privacy::Ended;
use url::Url;

#[tokio::test]
async fn somebody_signs_in_at_each_provider_and_goes_where_they_wanted() {
    let site = Site::new().await;
    for provider in Provider::ALL {
        let browser = site.signed_in(provider, &NEIGHBOURS[0].at(provider)).await;
        let page = browser.clone().get("/account").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        assert!(page.text.contains("alice@example.test"), "{}", page.text);
        assert!(!browser.cookies.contains_key(COOKIE), "the attempt is over");
    }
    assert_eq!(site.people().await, 3, "one address at three providers is three people");
}

#[tokio::test]
async fn sr_aut_01_state_nonce_and_pkce_are_random_server_side_and_bound_to_a_host_cookie() {
    let site = Site::new().await;
    let mut browser = site.browser();
    let page = browser.post("/login/harbour-id", &[("return_to", "/account")]).await;
    let cookie = page.headers[header::SET_COOKIE].to_str().unwrap().to_owned();
    let mut parts: Vec<&str> = cookie.split("; ").collect();
    parts[1..].sort_unstable();
    assert!(parts[0].starts_with("__Host-login="), "{cookie}");
    assert_eq!(parts[1..], ["HttpOnly", "Max-Age=600", "Path=/", "SameSite=Lax", "Secure"]);
    let url = Url::parse(&leads_to(&page)).unwrap();
    let sent: HashMap<String, String> = url.query_pairs().into_owned().collect();
    assert_eq!(sent["code_challenge_method"], "S256");
    assert_eq!(sent["redirect_uri"], "https://ferryalert.test/login/harbour-id/callback");
    for name in ["state", "nonce", "code_challenge"] {
        assert_eq!(sent[name].len(), 43, "256 bits of {name}");
    }
    let row: (Vec<u8>, Vec<u8>, String, String) =
        sqlx::query_as("select state_hash, cookie_hash, nonce, pkce_verifier from login_attempt")
            .fetch_one(&site.world.admin)
            .await
            .unwrap();
    let hash = |text: &str| Token::parse(text).unwrap().hash().to_vec();
    assert_eq!(row.0, hash(&sent["state"]));
    let (own, _) = browser.cookies[COOKIE].split_once('.').unwrap();
    assert_eq!(own.len(), 43, "256 bits of the browser's own");
    assert_eq!(row.1, Token::parse(own).unwrap().derive("/account").hash());
    assert_eq!(row.2, sent["nonce"]);
    assert_ne!(row.3, sent["code_challenge"], "the verifier stays here");
}

#[tokio::test]
async fn sr_aut_01_an_answer_in_another_browser_is_refused_and_leaves_the_attempt_to_its_own() {
    let site = Site::new().await;
    let alice = NEIGHBOURS[0].at(Provider::HarbourId);
    let mut own = site.browser();
    let callback = site.answer(&mut own, Provider::HarbourId, &alice).await;

    let mut stranger = site.browser();
    let page = stranger.get(&callback.path_and_query()).await;
    assert_refused(&page, &stranger, "a browser without a cookie");
    // A browser with an attempt of its own: an attacker's code for a victim's browser.
    site.answer(&mut stranger, Provider::HarbourId, &alice).await;
    let page = stranger.get(&callback.path_and_query()).await;
    assert_refused(&page, &stranger, "a browser with another attempt");
    assert_eq!(site.sessions().await, 0);

    let page = own.get(&callback.path_and_query()).await;
    assert_eq!(page.location(), "/account", "{}", page.text);
    assert_eq!(site.sessions().await, 1);
}

#[tokio::test]
async fn sr_aut_01_a_swapped_missing_changed_or_repeated_state_is_refused() {
    let site = Site::new().await;
    let alice = NEIGHBOURS[0].at(Provider::HarbourId);
    let other = Token::mint([9; 32]).expose().to_owned();
    for (what, mutation) in [
        ("missing", CallbackMutation::WithoutState),
        ("unknown", CallbackMutation::State(other)),
        ("malformed", CallbackMutation::State("x".to_owned())),
        ("a code beside an error", CallbackMutation::CodeAndError),
        ("another code", CallbackMutation::Code("stolen".to_owned())),
    ] {
        let mut browser = site.browser();
        site.world.sim.turn_hostile(Provider::HarbourId, Hostility::Callback(mutation));
        let page = site.sign_in(&mut browser, Provider::HarbourId, &alice).await;
        assert_refused(&page, &browser, what);
    }
    site.world.sim.behave(Provider::HarbourId);
    let (mut one, mut two) = (site.browser(), site.browser());
    let first = site.answer(&mut one, Provider::HarbourId, &alice).await;
    let second = site.answer(&mut two, Provider::HarbourId, &alice).await;
    let swapped = first.clone().with("state", second.get("state").unwrap());
    let page = one.get(&swapped.path_and_query()).await;
    assert_refused(&page, &one, "the state of another attempt");
    let twice = format!("{}&state={}", second.path_and_query(), second.get("state").unwrap());
    let page = two.get(&twice).await;
    assert_refused(&page, &two, "a state given twice");
    assert_eq!((site.sessions().await, site.people().await), (0, 0));
}

#[tokio::test]
async fn sr_aut_01_an_attempt_is_taken_once_and_never_after_ten_minutes() {
    let site = Site::new().await;
    let alice = NEIGHBOURS[0].at(Provider::HarbourId);
    let mut browser = site.browser();
    let callback = site.answer(&mut browser, Provider::HarbourId, &alice).await;
    let mut again = browser.clone();
    assert_eq!(browser.get(&callback.path_and_query()).await.location(), "/account");
    let page = again.get(&callback.path_and_query()).await;
    assert_refused(&page, &again, "the same answer again, in a copy of the same browser");
    assert_eq!(site.sessions().await, 1);

    let mut late = site.browser();
    let page = late.post("/login/harbour-id", &[]).await;
    let url = leads_to(&page);
    site.advance(TimeDelta::minutes(11));
    let callback = site.world.sim.sign_in(&url, &alice).unwrap();
    let page = late.get(&callback.path_and_query()).await;
    assert_refused(&page, &late, "eleven minutes later");
    assert_eq!(site.sessions().await, 1);
    assert_eq!(site.world.count("select count(*) from login_attempt").await, 1);
    store_forgets(&site).await;
}

async fn store_forgets(site: &Site) {
    let forgotten = site.world.parts.store.forget(Ended::Attempt, site.world.clock.now(), 10).await.unwrap();
    assert_eq!(forgotten, 1);
    assert_eq!(site.world.count("select count(*) from login_attempt").await, 0);
}

#[tokio::test]
async fn sr_aut_01_an_attempt_at_one_provider_is_not_taken_by_the_address_of_another() {
    let site = Site::new().await;
    let mut browser = site.browser();
    let callback = site.answer(&mut browser, Provider::HarbourId, &NEIGHBOURS[0].at(Provider::HarbourId)).await;
    let elsewhere = callback.path_and_query().replace("/login/harbour-id/", "/login/quay-id/");
    let page = browser.get(&elsewhere).await;
    assert_refused(&page, &browser, "another provider's address");
}

#[tokio::test]
async fn a_person_who_says_no_is_told_so_calmly() {
    let site = Site::new().await;
    let mut browser = site.browser();
    let page = browser.post("/login/quay-id", &[("return_to", "/account")]).await;
    let callback = site.world.sim.refuse_sign_in(&leads_to(&page)).unwrap();
    let page = browser.get(&callback.path_and_query()).await;
    assert_refused(&page, &browser, "access denied");
    assert_eq!(site.world.count("select count(*) from login_attempt").await, 0, "that attempt is over");
}

#[tokio::test]
async fn a_posted_answer_changes_nothing_and_is_brought_again_by_get() {
    let site = Site::new().await;
    let mut browser = site.browser();
    let callback = site.answer(&mut browser, Provider::HarbourId, &NEIGHBOURS[0].at(Provider::HarbourId)).await;
    // Another site's form: browsers send no cookie of ours with it.
    let mut posted = site.browser().with("sec-fetch-site", "cross-site");
    let fields: Vec<(&str, &str)> =
        callback.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let before = site.world.digest().await;
    let page = posted.send(Method::POST, callback.redirect_uri.path(), Some(&fields)).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    assert_eq!(site.world.digest().await, before);
    let page = browser.get(page.location()).await;
    assert_eq!(page.location(), "/account", "{}", page.text);
    assert!(browser.cookies.contains_key(SESSION));

    let page = posted.send(Method::POST, "/login/harbour-id/callback", Some(&[("code", "x")])).await;
    assert_refused(&page, &posted, "a form without a state");
    for name in ["evil%2F..%2F..%5C", "%C3%A9", "unknown"] {
        let page = posted.send(Method::POST, &format!("/login/{name}/callback"), Some(&fields)).await;
        assert_refused(&page, &posted, name);
    }
}

#[tokio::test]
async fn sr_aut_01_another_site_cannot_start_a_sign_in_and_an_old_session_ends_with_a_new_one() {
    let site = Site::new().await;
    let mut foreign = site.browser().with("sec-fetch-site", "cross-site");
    let page = foreign.post("/login/harbour-id", &[]).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    assert_eq!(site.world.count("select count(*) from login_attempt").await, 0);

    let alice = NEIGHBOURS[0].at(Provider::HarbourId);
    let mut browser = site.signed_in(Provider::HarbourId, &alice).await;
    let before = browser.clone();
    site.sign_in(&mut browser, Provider::HarbourId, &alice).await;
    assert_ne!(browser.cookies[SESSION], before.cookies[SESSION]);
    assert_eq!(before.clone().get("/account").await.location(), "/login?return_to=%2Faccount");
    assert_eq!(browser.get("/account").await.status, StatusCode::OK);
    assert_eq!((site.sessions().await, site.people().await), (1, 1));
}
