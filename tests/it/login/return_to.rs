//! Where a browser goes after it signed in.

use super::{Site, assert_refused, leads_to};
use crate::harness::{Browser, Logs};
use app::login::COOKIE;
use axum::http::{StatusCode, header};
use chrono::TimeDelta;
use dev::sim::identity::{NEIGHBOURS, Provider};
use domain::{access::Role, plan::Plan};
use url::Url;

/// What would lead elsewhere, if it were followed by some browser or some proxy.
const HOSTILE: [&str; 34] = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/%09/evil.example",
    "/\n/evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https://evil.example",
    "http://evil.example",
    "HTTPS://evil.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "@evil.example",
    "/@evil.example/..//evil.example",
    "/..//evil.example",
    "/.//evil.example",
    "/a/..//evil.example",
    "/%2f/evil.example",
    "/%2F%2Fevil.example",
    "/%5cevil.example",
    "/%255cevil.example",
    "/x%0d%0aLocation:%20https://evil.example",
    "/x?y=%0d%0aSet-Cookie:%20a=b",
    "/x\r\nLocation: https://evil.example",
    "/x%00",
    "/x%zz",
    "/x#//evil.example",
    "/é",
    "",
    " /account",
];

#[tokio::test]
async fn sr_aut_07_after_signing_in_a_browser_goes_to_a_path_of_ours_or_home() {
    let site = Site::new().await;
    let alice = NEIGHBOURS[0].at(Provider::HarbourId);
    let long = format!("/{}", "x".repeat(600));
    let vectors = HOSTILE.iter().copied().chain([long.as_str()]).map(|vector| (vector, "/"));
    let good = ["/", "/account", "/account?a=b%20c", "/t/x/watches?page=2&q=%2Faccount"].map(|path| (path, path));
    for (asked, expected) in vectors.chain(good) {
        let mut browser = site.browser();
        let page = browser.post("/login/harbour-id", &[("return_to", asked)]).await;
        let callback = site.world.sim.sign_in(&leads_to(&page), &alice).unwrap();
        let page = browser.get(&callback.path_and_query()).await;
        assert_eq!(page.location(), expected, "{asked:?}");
        let base = Url::parse("https://ferryalert.test/login/harbour-id/callback").unwrap();
        assert_eq!(base.join(page.location()).unwrap().origin(), base.origin(), "{asked:?}");
    }
}

#[tokio::test]
async fn sr_aut_07_who_chooses_a_language_goes_to_a_path_of_ours_or_home() {
    let site = Site::new().await;
    let (long, too_long) = (format!("/t/x?q={}", "x".repeat(12_000)), format!("/{}", "x".repeat(16 * 1024)));
    let vectors = HOSTILE.iter().copied().chain([too_long.as_str()]).map(|vector| (vector, "/"));
    let good = ["/", "/account?a=b%20c", "/t/x/watches?page=2&q=%2Faccount", long.as_str()].map(|path| (path, path));
    for (asked, expected) in vectors.chain(good) {
        let page = site.browser().post("/language", &[("language", "fr"), ("return_to", asked)]).await;
        assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, expected), "{asked:?}");
        assert!(page.headers[header::SET_COOKIE].to_str().unwrap().starts_with("__Host-language=fr;"), "{asked:?}");
    }
}

#[tokio::test]
async fn sr_aut_07_the_page_to_sign_in_never_repeats_what_leads_elsewhere() {
    let site = Site::new().await;
    let mut browser = site.browser();
    for asked in HOSTILE {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("return_to", asked).finish();
        let page = browser.get(&format!("/login?{query}")).await;
        assert!(page.text.contains("name=\"return_to\" value=\"/\""), "{asked:?}: {}", page.text);
        assert!(!page.text.contains("evil.example"), "{asked:?}");
    }
    let page = browser.get("/login?return_to=%2Faccount%3Fa%3Db").await;
    assert!(page.text.contains("value=\"/account?a=b\""), "{}", page.text);
}

#[tokio::test]
async fn sr_aut_07_another_address_in_the_cookie_finds_no_attempt_and_leaves_it_to_its_own() {
    let site = Site::new().await;
    let alice = NEIGHBOURS[0].at(Provider::HarbourId);
    let mut browser = site.browser();
    let callback = site.answer(&mut browser, Provider::HarbourId, &alice).await;
    let mut other = site.browser();
    other.post("/login/harbour-id", &[("return_to", "/account/sessions")]).await;
    let [(token, _), (_, elsewhere)] = [&browser, &other].map(|browser| parts(&browser.cookies[COOKIE]));
    for wrong in [format!("{token}.{elsewhere}"), format!("{token}."), token] {
        let mut changed = browser.clone();
        changed.cookies.insert(COOKIE.to_owned(), wrong.clone());
        let page = changed.get(&callback.path_and_query()).await;
        assert_refused(&page, &changed, &wrong);
    }
    assert_eq!(site.sessions().await, 0);
    assert_eq!(browser.get(&callback.path_and_query()).await.location(), "/account");
}

/// The token and the address in a cookie.
fn parts(value: &str) -> (String, String) {
    let (token, address) = value.split_once('.').unwrap();
    (token.to_owned(), address.to_owned())
}

/// Asserts that neither of these stands in a table, in Redis or in the log, as text or in hexadecimal digits.
async fn assert_rests_nowhere(site: &Site, secrets: [&str; 2], logs: &Logs, when: &str) {
    let digits = |secret: &str| secret.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let forms = secrets.map(|secret| [secret.to_owned(), digits(secret)]).concat();
    let places =
        [("a table", site.world.rows().await), ("Redis", site.world.remembered().await), ("the log", logs.text())];
    for (place, text) in places {
        assert!(!forms.iter().any(|form| text.contains(form)), "{place} holds it when {when}");
    }
}

#[tokio::test]
async fn sr_aut_07_a_link_that_redeems_something_rests_nowhere_while_somebody_signs_in_or_confirms_to_follow_it() {
    let site = Site::new().await;
    let alice = NEIGHBOURS[0].at(Provider::HarbourId);
    let host = site.world.person("Host", Plan::Fleet).await;
    site.world.invite(&host, "alice@example.test", Role::Editor).await.unwrap();
    site.world.deliver_with(&site.world.parts).await;
    let token = site.world.invitation_token("alice@example.test");
    let (logs, _listening) = Logs::listen();
    let path = format!("/account/invitations/{token}");
    let mut browser: Browser = site.browser();
    let mut pages = vec![browser.get(&format!("/l/invitation/{token}")).await, browser.get(&path).await];
    let to_sign_in = pages[1].location().to_owned();
    pages.push(browser.get(&to_sign_in).await);
    pages.push(browser.post("/login/harbour-id", &[("return_to", &path)]).await);
    let (_, kept) = parts(&browser.cookies[COOKIE]);
    let nowhere = async |when| assert_rests_nowhere(&site, [&token, &kept], &logs, when).await;
    nowhere("an attempt to sign in waits").await;
    let provider = leads_to(&pages[3]);
    assert!(!provider.contains(&token), "the provider learns nothing of it: {provider}");
    let callback = site.world.sim.sign_in(&provider, &alice).unwrap();
    pages.push(browser.get(&callback.path_and_query()).await);
    assert_eq!(pages[4].location(), path, "and it is followed all the same");
    site.advance(TimeDelta::minutes(11));
    pages.push(browser.post("/account/confirm", &[("return_to", &path)]).await);
    nowhere("an attempt to confirm waits").await;
    let callback = site.world.sim.sign_in(&leads_to(&pages[5]), &alice).unwrap();
    pages.push(browser.get(&callback.path_and_query()).await);
    assert_eq!(pages[6].location(), path);
    pages.push(browser.get(&path).await);
    pages.push(browser.post(&path, &[]).await);
    assert_eq!(pages[8].status, StatusCode::SEE_OTHER, "{}", pages[8].text);
    nowhere("it was followed").await;
    for page in &pages {
        assert_eq!(
            page.headers[header::REFERRER_POLICY],
            "no-referrer",
            "no address of ours is told to whom a page leads"
        );
        assert_eq!(page.headers[header::CACHE_CONTROL], "no-store", "and no page with one is kept");
    }
}
