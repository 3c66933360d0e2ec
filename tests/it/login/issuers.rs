//! The issuer is fixed when an attempt begins; nothing that comes back moves it.

use super::{Site, assert_refused, leads_to};
use axum::http::StatusCode;
use dev::sim::identity::{CallbackMutation, Endpoint, ForeignDiscovery, Hostility, NEIGHBOURS, Provider};

#[tokio::test]
async fn sr_aut_02_a_code_of_one_provider_on_an_attempt_at_another_is_refused_before_anybody_is_asked() {
    let site = Site::new().await;
    let (a, b) = (Provider::HarbourId, Provider::QuayId);
    let mut browser = site.browser();
    let at_a = site.answer(&mut browser, a, &NEIGHBOURS[0].at(a)).await;
    let mut attacker = site.browser();
    let at_b = site.answer(&mut attacker, b, &NEIGHBOURS[1].at(b)).await;

    // B's code and B's name of itself, on A's attempt.
    let mixed = at_a.clone().with("code", at_b.get("code").unwrap()).with("iss", &site.world.sim.issuer(b));
    let page = browser.get(&mixed.path_and_query()).await;
    assert_refused(&page, &browser, "a code of B with B's issuer");
    assert_eq!(site.world.sim.asked_of(a, Endpoint::Token), 0, "A never sees B's code");
    assert_eq!(site.world.sim.asked_of(b, Endpoint::Token), 0, "nor B a request for it");
    assert_eq!(site.sessions().await, 0);
}

#[tokio::test]
async fn sr_aut_02_a_response_that_names_another_issuer_or_none_where_it_should_is_refused() {
    let site = Site::new().await;
    let (a, b) = (Provider::HarbourId, Provider::QuayId);
    for (what, mutation) in [
        ("another issuer", CallbackMutation::IssuerOf(b)),
        ("no issuer, though it is announced", CallbackMutation::WithoutIssuer),
    ] {
        site.world.sim.turn_hostile(a, Hostility::Callback(mutation));
        let mut browser = site.browser();
        let page = site.sign_in(&mut browser, a, &NEIGHBOURS[0].at(a)).await;
        assert_refused(&page, &browser, what);
    }
    assert_eq!(site.world.sim.asked_of(a, Endpoint::Token), 0);

    site.world.sim.turn_hostile(Provider::Github, Hostility::Callback(CallbackMutation::IssuerOf(b)));
    let mut browser = site.browser();
    let page = site.sign_in(&mut browser, Provider::Github, &NEIGHBOURS[0].at(Provider::Github)).await;
    assert_refused(&page, &browser, "a name from a provider that names itself never");
    assert_eq!(site.sessions().await, 0);
}

#[tokio::test]
async fn sr_aut_02_a_provider_that_does_not_announce_its_name_in_responses_may_leave_it_out() {
    let site = Site::new().await;
    let a = Provider::HarbourId;
    site.world.sim.turn_hostile(a, Hostility::Discovery(ForeignDiscovery::WithoutIssuerParameter));
    let mut browser = site.browser();
    let answer = site.answer(&mut browser, a, &NEIGHBOURS[0].at(a)).await.without("iss");
    assert_eq!(browser.get(&answer.path_and_query()).await.location(), "/account");
}

#[tokio::test]
async fn sr_aut_02_discovery_of_another_issuer_or_with_foreign_addresses_is_refused_before_anybody_is_sent() {
    let a = Provider::HarbourId;
    let metadata = "http://169.254.169.254/latest/meta-data".to_owned();
    for foreign in [
        ForeignDiscovery::Issuer("https://evil.example".to_owned()),
        ForeignDiscovery::IssuerWithSlash,
        ForeignDiscovery::IssuerOf(Provider::QuayId),
        ForeignDiscovery::MissingIssuer,
        ForeignDiscovery::AuthorizationAt("javascript:alert(1)".to_owned()),
        ForeignDiscovery::AuthorizationAt("http://evil.example/authorize".to_owned()),
        ForeignDiscovery::TokenAt(metadata.clone()),
        ForeignDiscovery::JwksAt(metadata.clone()),
        ForeignDiscovery::UserinfoAt(metadata),
        ForeignDiscovery::TokenAt("https://localhost/token".to_owned()),
    ] {
        let site = Site::new().await;
        site.world.sim.turn_hostile(a, Hostility::Discovery(foreign.clone()));
        let mut browser = site.browser();
        let page = browser.post("/login/harbour-id", &[]).await;
        assert_eq!(page.status, StatusCode::BAD_GATEWAY, "{foreign:?}: {}", page.text);
        assert!(page.text.contains("Harbour ID does not answer as it should"), "{}", page.text);
        assert_eq!(site.world.count("select count(*) from login_attempt").await, 0, "{foreign:?}");
        assert!(browser.cookies.is_empty(), "{foreign:?}");
    }
}

#[tokio::test]
async fn sr_aut_02_each_provider_has_a_redirect_address_of_its_own() {
    let site = Site::new().await;
    let mut seen = Vec::new();
    for provider in Provider::ALL {
        let mut browser = site.browser();
        let page = browser.post(&format!("/login/{}", provider.name()), &[]).await;
        let url = url::Url::parse(&leads_to(&page)).unwrap();
        let redirect = url.query_pairs().find(|(name, _)| name == "redirect_uri").unwrap().1.into_owned();
        assert_eq!(redirect, format!("https://ferryalert.test/login/{}/callback", provider.name()));
        seen.push(redirect);
    }
    seen.dedup();
    assert_eq!(seen.len(), 3);
}
