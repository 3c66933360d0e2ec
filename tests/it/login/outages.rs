//! A provider that is slow, down, huge or broken: somebody is told in seconds, and nothing is left behind.

use super::{Site, assert_refused};
use axum::http::StatusCode;
use chrono::TimeDelta;
use dev::sim::{
    Misbehaviour,
    identity::{Endpoint, Hostility, NEIGHBOURS, Provider},
};

const BAD: [Misbehaviour; 7] = [
    Misbehaviour::Unavailable { retry_after_s: None },
    Misbehaviour::EndlessBody,
    Misbehaviour::GzipBomb,
    Misbehaviour::CutShort,
    Misbehaviour::Redirect,
    Misbehaviour::Blank,
    Misbehaviour::DeepNesting,
];

#[tokio::test]
async fn a_provider_in_trouble_at_the_start_is_named_and_left_alone_for_a_moment() {
    for trouble in BAD {
        let site = Site::new().await;
        let provider = Provider::HarbourId;
        site.world.sim.turn_hostile(provider, Hostility::Trouble(Endpoint::Discovery, trouble));
        let mut browser = site.browser();
        for _ in 0..3 {
            let page = browser.post("/login/harbour-id", &[]).await;
            assert_eq!(page.status, StatusCode::BAD_GATEWAY, "{trouble:?}: {}", page.text);
        }
        assert_eq!(site.world.sim.asked_of(provider, Endpoint::Discovery), 1, "{trouble:?}");
        site.world.sim.behave(provider);
        site.advance(TimeDelta::seconds(6));
        site.signed_in(provider, &NEIGHBOURS[0].at(provider)).await;
    }
}

#[tokio::test]
async fn a_provider_in_trouble_afterwards_signs_nobody_in() {
    let site = Site::new().await;
    for (provider, endpoint) in [
        (Provider::HarbourId, Endpoint::Token),
        (Provider::QuayId, Endpoint::Userinfo),
        (Provider::Github, Endpoint::Userinfo),
        (Provider::Github, Endpoint::Emails),
    ] {
        for trouble in BAD {
            let mut browser = site.browser();
            let callback = site.answer(&mut browser, provider, &NEIGHBOURS[0].at(provider)).await;
            site.world.sim.turn_hostile(provider, Hostility::Trouble(endpoint, trouble));
            let page = browser.get(&callback.path_and_query()).await;
            assert_refused(&page, &browser, &format!("{trouble:?} at {endpoint:?}"));
            site.world.sim.behave(provider);
        }
    }
    assert_eq!((site.people().await, site.sessions().await), (0, 0));
}
