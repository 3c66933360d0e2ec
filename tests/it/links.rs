//! The links in mails: a GET asks, a POST acts, and only the token that was signed for the purpose does.

use crate::harness::{World, alice_waits};
use app::{access::Access, routes};
use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode},
};
use chrono::TimeDelta;
use store::Purpose;
use tower::ServiceExt;

fn router(world: &World) -> Router {
    app::router(world.web())
}

async fn send(router: &Router, method: Method, path: &str) -> StatusCode {
    let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    router.clone().oneshot(request).await.unwrap().status()
}

/// A world in which Alice has a mail, and the paths of its links.
pub(crate) async fn with_mail() -> (World, [String; 3]) {
    let (world, sailing) = alice_waits().await;
    world.open(&sailing);
    world.an_hour_later().await;
    let mail = world.sim.inbox().remove(0);
    let links = mail.links();
    let path = |purpose: &str| {
        let link = links.iter().find(|link| link.contains(&format!("/l/{purpose}/"))).expect("a link");
        url::Url::parse(link).unwrap().path().to_owned()
    };
    (world, [path("stop"), path("keep"), path("unsubscribe")])
}

#[tokio::test]
async fn sr_ntf_03_opening_a_link_changes_nothing_and_its_post_acts_once() {
    let (world, [stop, keep, unsubscribe]) = with_mail().await;
    let router = router(&world);
    let before = world.digest().await;
    for path in [&stop, &keep, &unsubscribe] {
        assert_eq!(send(&router, Method::GET, path).await, StatusCode::OK);
        assert_eq!(send(&router, Method::HEAD, path).await, StatusCode::OK);
    }
    assert_eq!(world.digest().await, before);

    assert_eq!(send(&router, Method::POST, &keep).await, StatusCode::OK);
    assert_eq!(world.count("select count(*) from alert where answer = 'keep'").await, 1);
    assert_eq!(send(&router, Method::POST, &unsubscribe).await, StatusCode::OK);
    assert_eq!(world.count("select count(*) from channel where disabled_reason = 'unsubscribed'").await, 1);
    assert_eq!(send(&router, Method::POST, &stop).await, StatusCode::OK);
    assert_eq!(world.count("select count(*) from watch where state = 'stopped'").await, 1);
    assert_eq!(send(&router, Method::POST, &stop).await, StatusCode::OK, "a second click is no error");
    assert_eq!(send(&router, Method::POST, &keep).await, StatusCode::OK, "but it says that the watch has ended");
    assert_eq!(world.count("select count(*) from alert where answer = 'stop'").await, 1);
    assert_eq!(world.count("select count(*) from audit where actor like 'link:%'").await, 3);
}

#[tokio::test]
async fn sr_ntf_03_a_token_that_is_changed_late_or_for_another_purpose_does_nothing() {
    let (world, [stop, keep, unsubscribe]) = with_mail().await;
    let router = router(&world);
    let token = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    let before = world.digest().await;
    let mut wrong = vec!["/l/stop/".to_owned() + &token(&keep), "/l/stop/".to_owned() + &token(&unsubscribe)];
    wrong.push("/l/unsubscribe/".to_owned() + &token(&stop));
    wrong.push("/l/keep/".to_owned() + &token(&stop));
    wrong.push("/l/stop/x".to_owned());
    wrong.push(format!("/l/stop/{}", "A".repeat(token(&stop).len())));
    for at in [0, 20, 30, 60, 90] {
        let mut changed = token(&stop).into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        wrong.push(format!("/l/stop/{}", String::from_utf8(changed).unwrap()));
    }
    for path in &wrong {
        assert_eq!(send(&router, Method::GET, path).await, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(send(&router, Method::POST, path).await, StatusCode::NOT_FOUND, "{path}");
    }
    world.clock.advance(TimeDelta::days(93));
    assert_eq!(send(&router, Method::POST, &stop).await, StatusCode::NOT_FOUND, "expired");
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn every_link_route_has_a_get_that_asks_and_a_post_that_acts() {
    let world = World::new().await;
    let table = routes::table(world.web());
    for purpose in [Purpose::Stop, Purpose::Keep, Purpose::Unsubscribe] {
        let methods: Vec<_> = table
            .endpoints()
            .iter()
            .filter(|endpoint| endpoint.access == Access::Link(purpose))
            .map(|endpoint| endpoint.method.clone())
            .collect();
        assert_eq!(methods, [Method::GET, Method::POST]);
    }
}
