//! Which rows of the route table are counted, and what who asks too often is told.

use super::buckets::person;
use crate::harness::{Browser, Page, Person, World};
use app::{
    access::Access,
    client::Peer,
    routes::{self, Endpoint},
};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use domain::{
    allowance::{Allowance, Subject},
    plan::Plan,
};
use store::bucket::Taken;
use url::form_urlencoded;
use uuid::Uuid;

/// What must be counted of a row by what it is for; nothing for what costs nobody anything.
fn due(method: &Method, path: &str) -> Option<Allowance> {
    let acts = method == Method::POST;
    let has = |word: &str| path.split(['/', '-']).any(|part| part == word);
    match () {
        // What protects is never counted.
        () if has("revoke") || has("remove") || has("decline") => None,
        () if has("callback") && !acts => Some(Allowance::Callback),
        () if has("callback") => None,
        () if acts && (has("login") || has("confirm") || has("identities")) => Some(Allowance::SignIn),
        () if acts && (has("invitations") || has("invitation")) => Some(Allowance::Invitation),
        // Each has a mail written to an address that somebody named.
        () if acts && has("channels") && !has("default") && !has("{confirmation}") => Some(Allowance::Invitation),
        () if acts && has("keys") => Some(Allowance::Key),
        () if has("export") => Some(Allowance::Export),
        () if has("erase") => Some(Allowance::Erasure),
        () => None,
    }
}

/// Sets a cookie and nothing else: to count it would cost more than to do it.
const COSTS_NOBODY: &str = "POST /language";

#[tokio::test]
async fn sr_dos_03_what_is_not_counted_of_strangers_leaves_the_database_alone() {
    let world = World::new().await;
    let mut browser = Browser::new(app::router(world.web()));
    let before = world.digest().await;
    let page = browser.post("/language", &[("language", "fr"), ("return_to", "/bot")]).await;
    assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, "/bot"));
    assert_eq!(browser.cookies.get("__Host-language").map(String::as_str), Some("fr"));
    assert_eq!(world.digest().await, before);
}

#[tokio::test]
async fn sr_dos_03_every_row_that_costs_others_something_is_counted() {
    let world = World::new().await;
    let table = routes::table(world.web());
    let mut counted = 0;
    for row in table.endpoints() {
        let what = format!("{} {}", row.method, row.path);
        assert_eq!(row.allowance, due(&row.method, row.path), "{what}: .counted(…) in app/src/routes.rs");
        let is_form_of_strangers = row.access == Access::Visitor && what != COSTS_NOBODY;
        assert!(!is_form_of_strangers || row.allowance.is_some(), "{what}: anybody may send it");
        counted += usize::from(row.allowance.is_some());
    }
    assert!(counted >= 2, "only {counted} rows are counted: nothing was looked at");
}

#[test]
fn the_rule_of_what_is_counted_sees_each_kind() {
    let of = |line: &str| {
        let (method, path) = line.split_once(' ').unwrap();
        due(&method.parse().unwrap(), path)
    };
    for (line, allowance) in [
        ("POST /login/{provider}", Some(Allowance::SignIn)),
        ("GET /login/{provider}/callback", Some(Allowance::Callback)),
        ("POST /account/confirm", Some(Allowance::SignIn)),
        ("POST /t/{tenant}/invitations", Some(Allowance::Invitation)),
        ("GET /l/invitation/{token}", None),
        ("POST /t/{tenant}/invitations/{invitation}/revoke", None),
        ("POST /t/{tenant}/keys", Some(Allowance::Key)),
        ("POST /t/{tenant}/keys/{key}/rotate", Some(Allowance::Key)),
        ("POST /t/{tenant}/keys/{key}/revoke", None),
        ("GET /account/export", Some(Allowance::Export)),
        ("POST /account/data/erase", Some(Allowance::Erasure)),
        ("GET /t/{tenant}/keys", None),
        ("GET /login", None),
    ] {
        assert_eq!(of(line), allowance, "{line}");
    }
}

/// Somebody who asks, and where from.
struct Asker {
    browser: Browser,
    address: &'static str,
}

/// Asks for a row as somebody's browser would, from an address; what the form says does not matter here.
async fn ask(asker: &mut Asker, row: &Endpoint, owner: &Person) -> Page {
    let nil = Uuid::nil().to_string();
    let tenant = owner.tenant.to_string();
    let part = |part: &str| match part {
        "{tenant}" => tenant.clone(),
        "{provider}" => "harbour".to_owned(),
        part if part.starts_with('{') => nil.clone(),
        part => part.to_owned(),
    };
    let path: Vec<String> = row.path.split('/').map(part).collect();
    let mut request = Request::builder().method(row.method.clone()).uri(path.join("/"));
    let mut body = Body::empty();
    if row.method == Method::POST {
        request = request.header("sec-fetch-site", "same-origin");
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let csrf = asker.browser.csrf();
        body = form_urlencoded::Serializer::new(String::new()).append_pair("csrf", &csrf).finish().into();
    }
    let mut request = request.body(body).unwrap();
    request.extensions_mut().insert(Peer(format!("{}:4711", asker.address).parse().unwrap()));
    let kept = asker.browser.cookies.clone();
    let page = asker.browser.ask(request).await;
    asker.browser.cookies = kept;
    page
}

#[tokio::test]
async fn sr_dos_03_one_more_than_is_allowed_gets_429_and_the_victim_goes_on_from_elsewhere() {
    let world = World::new().await;
    let router = app::router(world.web());
    let (alice, bob) = (world.person("Alice", Plan::Pro).await, world.person("Bob", Plan::Pro).await);
    let table = routes::table(world.web());
    let mut tried = 0;
    for row in table.endpoints() {
        let Some(allowance) = row.allowance.filter(|_| !matches!(row.access, Access::Link(_))) else { continue };
        let is_signed_in = matches!(row.access, Access::Session(_) | Access::Member(..));
        let asker = async |person: &Person, address| {
            let token = domain::token::Token::mint(crate::harness::chance());
            let signed_in = world.signed_in_at(router.clone(), person, token).await;
            let browser = if is_signed_in { signed_in } else { Browser::new(router.clone()) };
            Asker { browser, address }
        };
        let (mut one, mut victim) = (asker(&alice, "203.0.113.5").await, asker(&bob, "203.0.113.6").await);
        sqlx::query("delete from token_bucket").execute(&world.admin).await.unwrap();
        let what = format!("{} {}", row.method, row.path);
        let rate = allowance.rate();
        for number in 1..=rate.burst {
            let page = ask(&mut one, row, &alice).await;
            assert_ne!(page.status, StatusCode::TOO_MANY_REQUESTS, "{what}: the {number}th");
            let left = format!("\"{allowance}\";r={};", rate.burst - number);
            assert!(page.headers["ratelimit"].to_str().unwrap().starts_with(&left), "{what}: {page:?}");
        }
        let refused = ask(&mut one, row, &alice).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "{what}");
        assert_eq!(refused.headers["retry-after"], rate.again_after_s.to_string().as_str(), "{what}");
        let policy = format!("\"{allowance}\";q={};w={}", rate.burst, rate.burst * rate.again_after_s);
        assert_eq!(refused.headers["ratelimit-policy"], policy.as_str(), "{what}");
        assert!(
            refused.text.contains("Come back in ") && refused.text.contains("Nothing was done."),
            "{}",
            refused.text
        );
        // From the same place on other rows, and from another place or as somebody else on this one.
        assert_eq!(one.browser.get("/").await.status, StatusCode::OK, "{what}");
        let page = ask(&mut victim, row, &bob).await;
        assert_ne!(page.status, StatusCode::TOO_MANY_REQUESTS, "{what}: somebody else is held up");
        world.clock.advance(rate.one());
        assert_ne!(ask(&mut one, row, &alice).await.status, StatusCode::TOO_MANY_REQUESTS, "{what}: they wait in vain");
        tried += 1;
    }
    assert!(tried >= 2, "only {tried} rows were tried");
}

#[tokio::test]
async fn sr_dos_03_who_is_denied_is_counted_nowhere_and_cannot_use_up_what_is_another_persons() {
    let world = World::new().await;
    let (alice, bob) = (world.person("Alice", Plan::Pro).await, world.person("Bob", Plan::Pro).await);
    let path = format!("/t/{}/keys", alice.tenant);
    let fields = [("name", "x"), ("read", "yes"), ("days", "9")];
    let mut mallory = world.signed_in(&bob).await;
    for _ in 0..Allowance::Key.rate().burst + 5 {
        assert_eq!(mallory.post(&path, &fields).await.status, StatusCode::NOT_FOUND);
    }
    // A form of another site, sent by the victim's own browser.
    let forged = world.signed_in(&alice).await.with("sec-fetch-site", "cross-site").post(&path, &fields).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    assert_eq!(world.count("select count(*) from token_bucket").await, 0);
    assert_eq!(world.signed_in(&alice).await.post(&path, &fields).await.status, StatusCode::OK);
}

#[tokio::test]
async fn sr_dos_03_what_protects_works_when_nothing_is_left() {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Pro).await;
    let mut browser = world.signed_in(&alice).await;
    let fields = [("name", "x"), ("read", "yes"), ("days", "9")];
    assert_eq!(browser.post(&format!("/t/{}/keys", alice.tenant), &fields).await.status, StatusCode::OK);
    world.empty(Allowance::Key, Subject::Person(alice.user)).await;
    assert_eq!(browser.post(&format!("/t/{}/keys", alice.tenant), &fields).await.status, StatusCode::TOO_MANY_REQUESTS);
    let id: Uuid = sqlx::query_scalar("select id from api_key").fetch_one(&world.admin).await.unwrap();
    let revoked = browser.post(&format!("/t/{}/keys/{id}/revoke", alice.tenant), &[]).await;
    assert_eq!(revoked.status, StatusCode::SEE_OTHER, "{}", revoked.text);
    assert!(matches!(world.take(Allowance::Key, person(1)).await, Taken::Yes(_)));
}
