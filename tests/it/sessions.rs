//! Sessions: what opens one, when it ends, and that its end holds for the very next request.

use crate::harness::{Browser, Person, SESSION, World};
use axum::http::{StatusCode, header};
use chrono::TimeDelta;
use domain::{plan::Plan, session::SESSIONS_MAX, token::Token};
use store::{Act, session};
use uuid::Uuid;

async fn alice() -> (World, Person, Browser) {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Pro).await;
    let browser = world.signed_in(&alice).await;
    (world, alice, browser)
}

/// Asserts that a browser is sent to sign in, and loses what it held.
async fn assert_signed_out(browser: &mut Browser, path: &str) {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}: {answer:?}");
    assert!(answer.location().starts_with("/login?return_to="), "{}", answer.location());
    let answer = browser.post("/account/sessions/end-others", &[]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{answer:?}");
}

#[tokio::test]
async fn who_is_signed_in_sees_their_account_and_who_is_not_is_led_to_the_sign_in_and_back() {
    let (world, alice, mut browser) = alice().await;
    let page = browser.get("/account").await;
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    assert!(page.text.contains("Alice") && page.text.contains(&alice.email), "{}", page.text);
    let tenant = format!("/t/{}?show=open", alice.tenant);
    assert_eq!(browser.get(&tenant).await.status, StatusCode::OK);
    let mut stranger = Browser::new(app::router(world.web()));
    let answer = stranger.get(&tenant).await;
    assert_eq!(answer.location(), format!("/login?return_to=%2Ft%2F{}%3Fshow%3Dopen", alice.tenant));
    assert!(answer.headers.get(header::SET_COOKIE).is_none(), "a browser without cookies is given none");
}

#[tokio::test]
async fn sr_ses_02_the_database_and_the_pages_know_no_token() {
    let (world, alice, mut browser) = alice().await;
    let token = browser.token().unwrap();
    for path in ["/account", "/account/sessions", &format!("/t/{}", alice.tenant)] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(
            !page.text.contains(token.expose()) && !format!("{:?}", page.headers).contains(token.expose()),
            "{path}"
        );
    }
    let rows = "select count(*) from session s where s::text like '%' || $1 || '%'";
    let hex: String = token.expose().bytes().map(|byte| format!("{byte:02x}")).collect();
    for text in [token.expose(), &hex] {
        let found: i64 = sqlx::query_scalar(rows).bind(text).fetch_one(&world.admin).await.unwrap();
        assert_eq!(found, 0);
    }
    for (name, value) in [
        (SESSION, Token::mint([9; 32]).expose().to_owned()),
        (SESSION, browser.csrf()),
        ("session", token.expose().to_owned()),
        ("__Secure-session", token.expose().to_owned()),
    ] {
        let mut other = Browser::new(app::router(world.web()));
        other.cookies.insert(name.to_owned(), value);
        assert_signed_out(&mut other, "/account").await;
    }
}

#[tokio::test]
async fn sr_ses_04_a_session_ends_when_it_idles_and_at_last_in_any_case() {
    let (world, alice, mut browser) = alice().await;
    let mut idle = world.signed_in(&alice).await;
    for _ in 0..28 {
        world.clock.advance(TimeDelta::hours(11));
        assert_eq!(browser.get("/account").await.status, StatusCode::OK);
    }
    assert_signed_out(&mut idle, "/account").await;
    for hour in 0..27 {
        world.clock.advance(TimeDelta::hours(1));
        assert_eq!(browser.get("/account").await.status, StatusCode::OK, "308 h and {hour}");
    }
    world.clock.advance(TimeDelta::hours(1));
    assert_signed_out(&mut browser, "/account").await;
}

#[tokio::test]
async fn sr_ses_04_people_list_their_sessions_and_end_each_one() {
    let (world, alice, mut browser) = alice().await;
    let mut phone = world.signed_in(&alice).await;
    let bob = world.person("Bob", Plan::Free).await;
    let mut foreign = world.signed_in(&bob).await;
    let page = browser.get("/account/sessions").await;
    assert_eq!(page.text.matches("Firefox on Linux</strong>").count(), 2, "{}", page.text);
    assert_eq!(page.text.matches("This browser").count(), 1);
    let id = |person: &Person| {
        let sql = "select id from session where user_id = $1 order by seen_at, token_hash = $2 limit 1";
        sqlx::query_scalar::<_, Uuid>(sql).bind(person.user.0).bind(browser.token().unwrap().hash().to_vec())
    };
    let phones = id(&alice).fetch_one(&world.admin).await.unwrap();
    let bobs = id(&bob).fetch_one(&world.admin).await.unwrap();
    let mut thief = browser.clone();
    assert_eq!(browser.post(&format!("/account/sessions/{bobs}/end"), &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(foreign.get("/account").await.status, StatusCode::OK);
    assert_eq!(browser.post(&format!("/account/sessions/{phones}/end"), &[]).await.status, StatusCode::SEE_OTHER);
    assert_signed_out(&mut phone, "/account").await;
    let mut phone = world.signed_in(&alice).await;
    assert_eq!(browser.post("/account/sessions/end-others", &[]).await.location(), "/account/sessions");
    assert_signed_out(&mut phone, "/account").await;
    // And whoever had copied this browser's cookie is out too.
    assert_signed_out(&mut thief, "/account").await;
    assert_eq!(browser.get("/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn sr_ses_04_a_person_has_a_bounded_number_of_sessions() {
    let (world, alice, mut first) = alice().await;
    let identity = alice.user.to_string();
    let issuer = world.sim.issuer(dev::sim::identity::Provider::HarbourId);
    for number in 0..SESSIONS_MAX {
        world.clock.advance(TimeDelta::minutes(2));
        let now = world.clock.now();
        let mut tx = world.credentials.begin(&world.session(&alice).await).await.unwrap();
        let token = Token::mint([u8::try_from(number).unwrap(); 32]);
        let new = session::NewSession {
            id: domain::id::SessionId(Uuid::new_v4()),
            token: &token,
            identity: (&issuer, &identity),
            device: "x",
            now,
        };
        session::start(&mut tx, &new).await.unwrap();
        let act =
            Act { at: now, actor: "x".into(), action: "session.start", subject: "x".into(), request_id: Uuid::nil() };
        tx.commit(act).await.unwrap();
    }
    assert_eq!(world.count("select count(*) from session").await, SESSIONS_MAX);
    assert_signed_out(&mut first, "/account").await;
}

#[tokio::test]
async fn sr_ses_03_signing_out_ends_the_session_for_the_very_next_request() {
    let (_world, _, mut browser) = alice().await;
    let mut copy = browser.clone();
    let answer = browser.post("/logout", &[]).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/"));
    assert!(answer.headers["clear-site-data"].to_str().unwrap().contains("\"cookies\""));
    assert!(!browser.cookies.contains_key(SESSION));
    assert_signed_out(&mut copy, "/account").await;
}

#[tokio::test]
async fn sr_ses_03_what_changes_in_the_database_holds_for_the_next_request() {
    let (world, alice, mut browser) = alice().await;
    let tenant = format!("/t/{}/about", alice.tenant);
    assert!(browser.get(&tenant).await.text.contains("You own it."));
    sqlx::query("update member set role = 'viewer'").execute(&world.admin).await.unwrap();
    assert!(browser.get(&tenant).await.text.contains("You are a viewer here"));
    for (undo, redo) in [
        ("update tenant set suspended_at = now()", "update tenant set suspended_at = null"),
        ("update tenant set closed_at = now()", "update tenant set closed_at = null"),
        (
            "delete from member",
            "insert into member (tenant_id, user_id, role) select tenant_id, user_id, 'viewer' from tenant, user_account",
        ),
    ] {
        sqlx::query(undo).execute(&world.admin).await.unwrap();
        assert_eq!(browser.get(&tenant).await.status, StatusCode::NOT_FOUND, "{undo}");
        assert_eq!(browser.get("/account").await.status, StatusCode::OK, "{undo}");
        sqlx::query(redo).execute(&world.admin).await.unwrap();
        assert_eq!(browser.get(&tenant).await.status, StatusCode::OK, "{redo}");
    }
    sqlx::query("delete from identity").execute(&world.admin).await.unwrap();
    assert_signed_out(&mut browser, "/account").await;
}

#[tokio::test]
async fn sr_ses_01_a_new_token_destroys_the_old_one() {
    let (_world, _, mut browser) = alice().await;
    let mut before = browser.clone();
    browser.post("/account/sessions/end-others", &[]).await;
    assert_ne!(browser.token(), before.token());
    assert_signed_out(&mut before, "/account").await;
    assert_eq!(browser.get("/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_refused_form_is_shown_again_as_it_was_typed_with_a_sentence_beside_the_field() {
    let (_world, _, mut browser) = alice().await;
    let page = browser.post("/account", &[("name", "evil.example <b>"), ("zone", "Europe/Paris")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("A name cannot hold a web or mail address"), "{}", page.text);
    assert!(
        page.text.contains("value=\"evil.example &#60;b&#62;\"") && page.text.contains("<option selected>Europe/Paris")
    );
    let page = browser.post("/account", &[("name", "Alice B."), ("zone", "Moon/Sea")]).await;
    assert!(page.text.contains("Choose a time zone from the list."), "{}", page.text);
    assert_eq!(
        browser.post("/account", &[("name", "Alice B."), ("zone", "Europe/Paris")]).await.location(),
        "/account"
    );
    assert!(browser.get("/account").await.text.contains("Alice B."));
}
