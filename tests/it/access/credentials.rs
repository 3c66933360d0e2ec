//! One credential, one kind of route: everything somebody may hold, tried as every other thing.

use super::{BOTH, Stage, requests, word};
use crate::{harness::SESSION, links};
use app::{access::Access, routes::Endpoint};
use axum::http::{HeaderValue, Request, header};
use std::collections::BTreeSet;

/// How a credential is shown.
type Show = fn(&str) -> (&'static str, String);

const SHOWN: [(&str, Show); 5] = [
    ("bearer", |credential| ("authorization", format!("Bearer {credential}"))),
    ("basic", |credential| ("authorization", format!("Basic {credential}"))),
    ("session cookie", |credential| ("cookie", format!("{SESSION}={credential}"))),
    ("another cookie", |credential| ("cookie", format!("__Host-login={credential}"))),
    ("header", |credential| ("x-api-key", credential.to_owned())),
];

/// What a row takes.
fn class(endpoint: &Endpoint) -> Option<&'static str> {
    match endpoint.access {
        Access::Key(_) => Some("key rows"),
        Access::Session(_) => Some("session rows"),
        Access::Member(..) => Some("member rows"),
        Access::Link(_) => Some("link rows"),
        Access::Public | Access::Visitor => None,
    }
}

#[tokio::test]
async fn sr_key_04_a_credential_opens_its_own_kind_of_route_and_no_other() {
    let stage = Stage::set().await;
    let (_world, [stop, _, unsubscribe]) = links::with_mail().await;
    let link = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    let session = stage.control.token().unwrap();
    let credentials = [
        ("key", stage.world.key(&stage.alice, &BOTH).await),
        ("session", session.expose().to_owned()),
        ("proof of a form", session.derive("csrf").expose().to_owned()),
        ("link to stop", link(&stop)),
        ("link to unsubscribe", link(&unsubscribe)),
    ];
    let mut opened = BTreeSet::new();
    for endpoint in stage.endpoints() {
        let Some(class) = class(&endpoint) else { continue };
        for (credential, text) in &credentials {
            for (how, show) in SHOWN {
                stage.renew(&stage.control).await;
                let path = requests::path(&stage, &endpoint).await;
                let mut request = stage.request(&stage.control, &endpoint, &path);
                request.headers_mut().remove(header::AUTHORIZATION);
                request.headers_mut().remove(header::COOKIE);
                hold(&mut request, show(text));
                if word(&stage.send(request).await) == "yes" {
                    opened.insert(format!("{class} by {credential} as {how}"));
                }
            }
        }
    }
    let opened: Vec<String> = opened.into_iter().collect();
    let declared = [
        "key rows by key as bearer",
        "member rows by session as session cookie",
        "session rows by session as session cookie",
    ];
    assert_eq!(opened, declared);
}

fn hold<B>(request: &mut Request<B>, (name, value): (&'static str, String)) {
    request.headers_mut().insert(name, HeaderValue::from_str(&value).unwrap());
}
