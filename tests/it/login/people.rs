//! Who somebody is: issuer and subject. What an address is: contact, and for writing to only where its provider has the say.

use super::{Site, app, leads_to};
use crate::harness::{Browser, SESSION};
use axum::http::StatusCode;
use dev::sim::identity::{Hostility, NEIGHBOURS, Person, Provider, UserinfoMutation};
use std::sync::Arc;

const MAIL: &str = "victim@example.test";

#[tokio::test]
async fn a_stranger_gets_a_tenant_of_their_own_on_free_and_a_channel() {
    let site = Site::new().await;
    let person = Person::new("s-1", "Zoë O'Neil", "zoe@example.test");
    let mut browser = site.signed_in(Provider::QuayId, &person).await;
    let row: (String, String, String) =
        sqlx::query_as("select t.name, t.plan, m.role from tenant t join member m using (tenant_id)")
            .fetch_one(&site.world.admin)
            .await
            .unwrap();
    assert_eq!(row, ("Zoë O'Neil".into(), "free".into(), "owner".into()));
    assert!(browser.get("/account").await.text.contains("zoe@example.test"));
    let verified = "select count(*) from channel where verified_at is not null";
    assert_eq!(site.world.count(verified).await, 1);
    assert_eq!(site.world.count("select count(*) from platform_audit where action = 'account.create'").await, 1);

    let again = site.signed_in(Provider::QuayId, &Person::new("s-1", "Zoë", "moved@example.test")).await;
    assert_ne!(again.cookies[SESSION], browser.cookies[SESSION]);
    assert_eq!(site.people().await, 1);
    assert!(again.clone().get("/account/identities").await.text.contains("moved@example.test"));
    assert_eq!(site.world.count(verified).await, 1, "what a provider says later moves no channel");
    assert_eq!(browser.get("/account").await.status, StatusCode::OK, "both sessions live");
}

#[tokio::test]
async fn a_name_that_is_a_link_and_an_address_that_is_none_do_no_harm() {
    let site = Site::new().await;
    let page =
        site.signed_in(Provider::HarbourId, &Person::new("s-1", "Win at http://evil.example/\u{202e}", "a@b@c")).await;
    let name: String = sqlx::query_scalar("select name from user_account").fetch_one(&site.world.admin).await.unwrap();
    assert!(!name.contains("evil.example"), "{name}");
    assert_eq!(site.world.count("select count(*) from channel").await, 0);
    assert!(page.cookies.contains_key(SESSION));
}

#[tokio::test]
async fn sr_aut_04_the_victims_address_under_another_subject_is_another_person() {
    let site = Site::new().await;
    let victim = Person::new("victim", "Victim", MAIL);
    let victims = site.signed_in(Provider::HarbourId, &victim).await;
    for (provider, attacker) in [
        (Provider::HarbourId, Person::new("attacker", "Attacker", MAIL)),
        (Provider::QuayId, Person::new("attacker", "Attacker", MAIL)),
        (Provider::Github, Person::new("666", "Attacker", MAIL)),
    ] {
        let browser = site.signed_in(provider, &attacker).await;
        assert_other_person(&site, &victims, &browser).await;
    }
    assert_eq!(site.people().await, 4);
    assert_eq!(site.world.count("select count(distinct tenant_id) from member").await, 4);
}

#[tokio::test]
async fn sr_aut_04_the_same_subject_at_another_provider_is_another_person() {
    let site = Site::new().await;
    let victim = Person::new("4000001", "Victim", MAIL);
    let victims = site.signed_in(Provider::HarbourId, &victim).await;
    for provider in [Provider::QuayId, Provider::Github] {
        let browser = site.signed_in(provider, &victim).await;
        assert_other_person(&site, &victims, &browser).await;
    }
    assert_eq!(site.people().await, 3);
}

/// Neither browser sees what is the other's.
async fn assert_other_person(site: &Site, one: &Browser, other: &Browser) {
    let mut users = Vec::new();
    for browser in [one, other] {
        let session = site.world.credentials.session(&browser.token().unwrap(), site.world.clock.now()).await.unwrap();
        users.push(session.expect("a session").user());
        let page = browser.clone().get("/account/sessions").await;
        assert_eq!(page.text.matches("/end\"").count(), 1, "{}", page.text);
    }
    assert_ne!(users[0], users[1]);
}

#[tokio::test]
async fn sr_aut_04_only_a_provider_with_the_authority_makes_an_address_verified() {
    let site = Site::new().await;
    let verified = "select count(*) from channel where verified_at is not null";
    site.signed_in(Provider::HarbourId, &Person::new("a", "A", MAIL).unverified()).await;
    site.world.sim.turn_hostile(Provider::QuayId, Hostility::Userinfo(UserinfoMutation::VerifiedAsText));
    site.signed_in(Provider::QuayId, &Person::new("b", "B", MAIL).unverified()).await;
    site.world.sim.behave(Provider::QuayId);
    assert_eq!(site.world.count(verified).await, 0, "no is not yes, nor is the text of it");

    let router = app::router(app(
        &site.world,
        &[("FERRY_SIGN_IN_HARBOUR_ID_EMAIL_DOMAINS", "firm.test"), ("FERRY_SIGN_IN_QUAY_ID_EMAIL_DOMAINS", "")],
    ));
    let site = Site { router, ..site };
    site.signed_in(Provider::HarbourId, &Person::new("c", "C", MAIL)).await;
    site.signed_in(Provider::QuayId, &Person::new("d", "D", MAIL)).await;
    assert_eq!(site.world.count(verified).await, 0, "nobody asked these providers about that domain");
    site.signed_in(Provider::HarbourId, &Person::new("e", "E", "e@firm.test")).await;
    assert_eq!(site.world.count(verified).await, 1);
}

#[tokio::test]
async fn two_browsers_that_come_first_at_the_same_moment_are_one_person() {
    let site = Arc::new(Site::new().await);
    let person = NEIGHBOURS[0].at(Provider::HarbourId);
    let mut answers = Vec::new();
    for _ in 0..4 {
        let mut browser = site.browser();
        let callback = site.answer(&mut browser, Provider::HarbourId, &person).await;
        answers.push((browser, callback.path_and_query()));
    }
    let came = answers.into_iter().map(|(mut browser, path)| async move { browser.get(&path).await.status });
    let statuses = futures::future::join_all(came).await;
    assert_eq!(statuses, [StatusCode::SEE_OTHER; 4]);
    assert_eq!((site.people().await, site.sessions().await), (1, 4));
    assert_eq!(site.world.count("select count(*) from tenant").await, 1);
}

#[tokio::test]
async fn who_is_new_begins_in_the_language_they_signed_up_in_and_every_browser_of_theirs_takes_what_they_chose() {
    let site = Site::new().await;
    let person = Person::new("s-1", "Zoé", "zoe@example.test");
    let mut browser = site.browser().with("accept-language", "fr-FR,fr;q=0.9");
    let page = site.sign_in(&mut browser, Provider::QuayId, &person).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    assert_eq!(browser.cookies["__Host-language"], "fr");
    let locale = "select count(*) from user_account where locale = 'fr'";
    assert_eq!(site.world.count(locale).await, 1);

    let fields = [("name", "Zoé"), ("zone", "Europe/Paris"), ("language", "en")];
    assert_eq!(browser.post("/account", &fields).await.location(), "/account");
    assert_eq!(browser.cookies["__Host-language"], "en");
    assert_eq!(site.world.count(locale).await, 0);
    let mut other = site.browser().with("accept-language", "fr");
    site.sign_in(&mut other, Provider::QuayId, &person).await;
    assert_eq!(other.cookies["__Host-language"], "en", "what they chose goes before what this browser likes");

    let refused = browser.post("/account", &[("name", "Zoé"), ("zone", "Europe/Paris"), ("language", "tlh")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("Choose a language from the list."), "{}", refused.text);
}

#[tokio::test]
async fn a_sign_in_that_was_asked_for_nowhere_in_particular_leads_home() {
    let site = Site::new().await;
    let mut browser = site.browser();
    assert!(browser.get("/login").await.text.contains("name=\"return_to\" value=\"/home\""));
    let page = browser.post(&format!("/login/{}", Provider::HarbourId.name()), &[]).await;
    let callback = site.world.sim.sign_in(&leads_to(&page), &NEIGHBOURS[0].at(Provider::HarbourId)).unwrap();
    assert_eq!(browser.get(&callback.path_and_query()).await.location(), "/home");
    let home = browser.get("/home").await.location().to_owned();
    assert!(browser.get(&home).await.text.contains("Nothing is watched yet"));
}
