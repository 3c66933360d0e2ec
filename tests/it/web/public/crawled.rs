//! What programs that walk the web are told.

use super::get;
use crate::harness::World;
use axum::http::header;
use chrono::{DateTime, TimeDelta, Utc};
use domain::operator::Operator;

/// The value of a field of security.txt.
fn field<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    text.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).collect()
}

#[tokio::test]
async fn security_txt_is_as_rfc_9116_wants_it_and_never_expired() {
    let world = World::new().await;
    for _ in 0..3 {
        let page = get(&world, "/.well-known/security.txt").await;
        assert_eq!(page.headers[header::CONTENT_TYPE], "text/plain; charset=utf-8");
        assert_eq!(field(&page.text, "Contact"), [format!("mailto:{}", world.config.contact)]);
        let [expires] = field(&page.text, "Expires")[..] else { panic!("{}", page.text) };
        let left = expires.parse::<DateTime<Utc>>().unwrap() - world.clock.now();
        assert!(left > TimeDelta::days(30) && left < TimeDelta::days(365), "{left}");
        let own = world.config.base_url.join("/.well-known/security.txt").unwrap();
        assert_eq!(field(&page.text, "Canonical"), [own.as_str()]);
        world.clock.advance(TimeDelta::days(300));
    }
}

#[tokio::test]
async fn robots_are_kept_from_what_is_somebodys_and_told_what_there_is() {
    let world = World::new().await;
    let robots = get(&world, "/robots.txt").await.text;
    for path in ["/t/", "/account", "/l/", "/login", "/watch", "/api/"] {
        assert!(robots.lines().any(|line| line == format!("Disallow: {path}")), "{path}: {robots}");
    }
    let sitemap = field(&robots, "Sitemap")[0].to_owned();
    assert_eq!(sitemap, world.config.base_url.join("/sitemap.xml").unwrap().as_str());
    let page = get(&world, "/sitemap.xml").await;
    assert_eq!(page.headers[header::CONTENT_TYPE], "application/xml; charset=utf-8");
    let addresses: Vec<&str> = page.text.split("<loc>").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
    let routes: usize = Operator::ALL.iter().map(|operator| operator.manifest().routes.len()).sum();
    assert!(addresses.len() > routes, "{}", addresses.len());
    for address in addresses {
        let path = address.strip_prefix(world.config.base_url.as_str()).unwrap();
        assert!(get(&world, &format!("/{path}")).await.status.is_success(), "{address}");
    }
}
