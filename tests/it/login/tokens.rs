//! What an ID Token must be, by the forger's own list.

use super::{Site, assert_refused, leads_to};
use chrono::TimeDelta;
use dev::sim::identity::{
    Endpoint, ForeignDiscovery, Hostility, NEIGHBOURS, OldKeys, Provider, TokenMutation, UserinfoMutation,
};

/// Each forged token at both providers: RSA and Ed25519.
#[tokio::test]
async fn sr_aut_03_every_forged_or_faulty_token_is_refused_and_the_good_one_is_taken() {
    let site = Site::new().await;
    let wrong: Vec<TokenMutation> =
        TokenMutation::ALL.iter().copied().filter(|mutation| !mutation.is_about_age()).collect();
    assert!(wrong.len() >= 15, "{wrong:?}");
    for provider in [Provider::HarbourId, Provider::QuayId] {
        let alice = NEIGHBOURS[0].at(provider);
        for mutation in &wrong {
            site.world.sim.turn_hostile(provider, Hostility::Token(*mutation));
            // More attempts than an address has at once.
            sqlx::query("delete from token_bucket").execute(&site.world.admin).await.unwrap();
            let mut browser = site.browser();
            let page = site.sign_in(&mut browser, provider, &alice).await;
            assert_refused(&page, &browser, &format!("{mutation:?} at {}", provider.name()));
        }
        assert_eq!((site.sessions().await, site.people().await), (0, 0));
        site.world.sim.behave(provider);
    }
    for provider in [Provider::HarbourId, Provider::QuayId] {
        site.signed_in(provider, &NEIGHBOURS[0].at(provider)).await;
    }
}

#[tokio::test]
async fn sr_aut_03_what_a_provider_says_it_signs_with_widens_nothing() {
    let site = Site::new().await;
    let provider = Provider::HarbourId;
    let alice = NEIGHBOURS[0].at(provider);
    site.world.sim.turn_hostile(provider, Hostility::Discovery(ForeignDiscovery::Algorithms(&["none", "HS256"])));
    site.signed_in(provider, &alice).await;
    for mutation in
        [TokenMutation::AlgorithmNone, TokenMutation::HmacWithClientSecret, TokenMutation::HmacWithPublicKey]
    {
        site.world.sim.turn_hostile(provider, Hostility::Token(mutation));
        let mut browser = site.browser();
        let page = site.sign_in(&mut browser, provider, &alice).await;
        assert_refused(&page, &browser, &format!("{mutation:?}"));
    }
}

#[tokio::test]
async fn sr_aut_03_a_new_key_is_fetched_once_and_strangers_with_unknown_keys_cause_no_flood() {
    let site = Site::new().await;
    let (sim, provider) = (&site.world.sim, Provider::HarbourId);
    let alice = NEIGHBOURS[0].at(provider);
    site.signed_in(provider, &alice).await;
    assert_eq!(sim.asked_of(provider, Endpoint::Jwks), 1);

    sim.rotate_keys(provider, OldKeys::Withdrawn);
    let mut early = site.browser();
    let page = site.sign_in(&mut early, provider, &alice).await;
    assert_refused(&page, &early, "a key of this very minute");
    site.advance(TimeDelta::minutes(2));
    site.signed_in(provider, &alice).await;
    assert_eq!(sim.asked_of(provider, Endpoint::Jwks), 2, "asked again, for the new key");

    sim.turn_hostile(provider, Hostility::Token(TokenMutation::UnknownKey));
    for _ in 0..5 {
        let mut browser = site.browser();
        let page = site.sign_in(&mut browser, provider, &alice).await;
        assert_refused(&page, &browser, "an unknown key");
    }
    assert_eq!(sim.asked_of(provider, Endpoint::Jwks), 2, "not again within the minute");
    sim.behave(provider);
    site.advance(TimeDelta::minutes(61));
    site.signed_in(provider, &alice).await;
    assert_eq!(sim.asked_of(provider, Endpoint::Discovery), 3, "after an hour everything is asked for again");
}

#[tokio::test]
async fn sr_aut_03_a_clock_that_is_a_little_off_is_no_matter_and_a_lot_is() {
    let site = Site::new().await;
    let provider = Provider::QuayId;
    let alice = NEIGHBOURS[0].at(provider);
    for (off, is_good) in [(-50, true), (50, true), (-70, false), (70, false)] {
        let mut browser = site.browser();
        let page = browser.post("/login/quay-id", &[("return_to", "/account")]).await;
        site.world.sim.freeze(site.world.clock.now() + TimeDelta::seconds(off));
        let answer = site.world.sim.sign_in(&leads_to(&page), &alice).unwrap();
        let page = browser.get(&answer.path_and_query()).await;
        site.world.sim.freeze(site.world.clock.now());
        if is_good {
            assert_eq!(page.location(), "/account", "{off}: {}", page.text);
        } else {
            assert_refused(&page, &browser, &format!("{off} s off"));
        }
    }
}

#[tokio::test]
async fn sr_aut_03_a_token_that_expires_within_the_attempt_is_refused() {
    let site = Site::new().await;
    let mut browser = site.browser();
    let answer = site.answer(&mut browser, Provider::QuayId, &NEIGHBOURS[0].at(Provider::QuayId)).await;
    // Ours alone: the provider issues at its own time, within the attempt, and for five minutes.
    site.world.clock.advance(TimeDelta::minutes(7));
    let page = browser.get(&answer.path_and_query()).await;
    assert_refused(&page, &browser, "expired two minutes ago");
}

#[tokio::test]
async fn sr_aut_03_a_profile_of_somebody_else_is_refused() {
    let site = Site::new().await;
    for mutation in [UserinfoMutation::OtherSubject, UserinfoMutation::MissingSubject] {
        site.world.sim.turn_hostile(Provider::QuayId, Hostility::Userinfo(mutation.clone()));
        let mut browser = site.browser();
        let page = site.sign_in(&mut browser, Provider::QuayId, &NEIGHBOURS[0].at(Provider::QuayId)).await;
        assert_refused(&page, &browser, &format!("{mutation:?}"));
    }
    assert_eq!(site.people().await, 0);
}
