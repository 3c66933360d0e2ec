//! Channels on pages: an address works once whoever reads there and its owner have both said so.

use super::{assert_sound, assert_whole, in_french};
use crate::harness::{Browser, Person, World, motorhome_days};
use axum::http::StatusCode;
use chrono::TimeDelta;
use domain::{access::Role, address::Address, plan::Plan};
use store::{
    Audit,
    channel::{self, Added},
};
use uuid::Uuid;

const SECOND: &str = "second@example.test";

impl World {
    /// Adds an address as the page does.
    pub(crate) async fn ask_channel(&self, person: &Person, address: &str) {
        let mut tx = self.app.begin(&self.membership(person).await).await.unwrap();
        let address: Address = address.parse().unwrap();
        let added = channel::add(&mut tx, person.user, &address, self.clock.now()).await.unwrap();
        assert!(matches!(added, Added::Done(_)), "{added:?}");
        tx.commit(Audit::OwnRecord).await.unwrap();
    }

    /// What the newest mail to an address confirms it by.
    pub(crate) fn channel_token(&self, address: &str) -> String {
        let mails = self.sim.inbox();
        let mail = mails.iter().rev().find(|mail| mail.to == [address]).expect("a mail");
        let link = mail.links().into_iter().find(|link| link.contains("/account/channels/")).expect("a link");
        link.rsplit('/').next().unwrap().to_owned()
    }

    fn mailed(&self, address: &str) -> usize {
        self.sim.inbox().into_iter().filter(|mail| mail.to == [address]).count()
    }

    /// The channel that waits to be confirmed.
    async fn waiting(&self) -> Uuid {
        let waits = "select id from channel where verified_at is null";
        sqlx::query_scalar(waits).fetch_one(&self.admin).await.unwrap()
    }
}

/// Alice has asked for a second address, and its mail has come.
async fn asked() -> (World, Person, Browser, String, String) {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Free).await;
    let (mut browser, home) = world.at_home(&alice).await;
    let added = browser.post(&format!("{home}/channels"), &[("address", SECOND)]).await;
    assert_eq!((added.status, added.location()), (StatusCode::SEE_OTHER, format!("{home}/channels").as_str()));
    world.deliver_with(&world.parts).await;
    let link = format!("/account/channels/{}", world.channel_token(SECOND));
    (world, alice, browser, home, link)
}

const WORKS: &str = "select count(*) from channel where verified_at is not null and disabled_at is null";

#[tokio::test]
async fn sr_ntf_02_an_address_works_once_its_reader_and_its_owner_have_said_so() {
    let (world, _, mut browser, home, link) = asked().await;
    let page = browser.get(&format!("{home}/channels")).await;
    assert_sound(&page);
    assert!(page.text.contains(SECOND) && page.text.contains("Waits for you"), "{}", page.text);
    world.clock.advance(TimeDelta::minutes(1));
    let question = browser.get(&link).await;
    assert_sound(&question);
    assert!(question.text.contains("Is this your address?") && question.text.contains(SECOND), "{}", question.text);
    assert_eq!(world.count(WORKS).await, 1, "looking confirms nothing");
    let confirmed = browser.post(&link, &[]).await;
    assert_eq!((confirmed.status, world.count(WORKS).await), (StatusCode::SEE_OTHER, 2), "{}", confirmed.text);
    assert!(in_french(&browser).get(&format!("{home}/channels")).await.text.contains("Fonctionne"));
    sqlx::query("update channel set disabled_at = now()").execute(&world.admin).await.unwrap();
    for page in [browser.get(&link).await, browser.post(&link, &[]).await] {
        assert_eq!(page.status, StatusCode::NOT_FOUND, "a link confirms once, and switches nothing on again");
    }
    assert_eq!(world.count(WORKS).await, 0);
}

#[tokio::test]
async fn sr_ntf_02_a_link_is_nothing_to_another_person_without_a_session_late_or_after_the_next() {
    let (world, alice, mut browser, home, link) = asked().await;
    let mallory = world.person("Mallory", Plan::Free).await;
    let fellow = world.member(alice.tenant, "Fay", Role::Owner).await;
    for person in [&mallory, &fellow] {
        let mut other = world.signed_in(person).await;
        assert_eq!(other.get(&link).await.status, StatusCode::NOT_FOUND, "forwarded to {}", person.email);
        assert_eq!(other.post(&link, &[]).await.status, StatusCode::NOT_FOUND, "forwarded to {}", person.email);
    }
    let mut stranger = Browser::new(app::router(world.web()));
    assert!(stranger.get(&link).await.location().starts_with("/login?return_to=%2Faccount%2Fchannels%2F"));
    assert_eq!(stranger.post(&link, &[]).await.status, StatusCode::UNAUTHORIZED);
    let forged: String = link.chars().rev().take(40).collect();
    assert_eq!(browser.post(&format!("/account/channels/{forged}"), &[]).await.status, StatusCode::NOT_FOUND);
    let unsubscribe = link.replace("/account/channels/", "/l/unsubscribe/");
    assert_eq!(stranger.post(&unsubscribe, &[]).await.status, StatusCode::NOT_FOUND, "it is good for one purpose");

    world.clock.advance(TimeDelta::minutes(1));
    let again = browser.post(&format!("{home}/channels/{}/ask", world.waiting().await), &[]).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.text);
    world.deliver_with(&world.parts).await;
    let newer = format!("/account/channels/{}", world.channel_token(SECOND));
    assert_eq!(browser.post(&link, &[]).await.status, StatusCode::NOT_FOUND, "the next one took its place");
    world.clock.advance(TimeDelta::minutes(10));
    assert_eq!(browser.post(&newer, &[]).await.status, StatusCode::NOT_FOUND, "ten minutes are over");
    assert_eq!(world.count(WORKS).await, 3, "Alice's, Mallory's and Fay's own");
}

#[tokio::test]
async fn sr_ntf_02_nothing_but_the_question_leaves_for_an_address_that_was_not_confirmed() {
    let (world, alice, mut browser, home, _) = asked().await;
    let sailing = world.everything_is_full(1).remove(0);
    let watch = world.watch(&alice, &motorhome_days(1)).await;
    let both = "insert into watch_channel (tenant_id, watch_id, channel_id) select tenant_id, $1, id from channel on conflict do nothing";
    sqlx::query(both).bind(watch.0).execute(&world.admin).await.unwrap();
    let test = browser.post(&format!("{home}/channels/{}/test", world.waiting().await), &[]).await;
    assert_eq!(test.status, StatusCode::CONFLICT, "{}", test.text);
    world.poll().await;
    world.settle().await;
    world.open(&sailing);
    world.an_hour_later().await;
    let mailed = (world.mailed(SECOND), world.mailed(&alice.email));
    assert_eq!(mailed, (1, 1), "the question; and the alert where it was confirmed");
}

#[tokio::test]
async fn sr_ntf_04_questions_and_invitations_to_one_address_are_two_an_hour_together_whoever_asks() {
    let world = World::new().await;
    for n in 0..4 {
        let owner = world.person(&format!("Owner{n}"), Plan::Fleet).await;
        if n % 2 == 0 {
            world.invite(&owner, SECOND, Role::Viewer).await.unwrap();
        } else {
            world.ask_channel(&owner, SECOND).await;
        }
    }
    world.deliver_with(&world.parts).await;
    assert_eq!(world.mailed(SECOND), 2);
    sqlx::query("delete from channel where verified_at is null").execute(&world.admin).await.unwrap();
    let fifth = world.person("Fifth", Plan::Fleet).await;
    world.ask_channel(&fifth, SECOND).await;
    world.deliver_with(&world.parts).await;
    assert_eq!(world.mailed(SECOND), 2, "removing a channel clears no count");
}

#[tokio::test]
async fn a_link_is_sent_again_twice_an_hour_and_not_more() {
    let (world, _, mut browser, home, _) = asked().await;
    let ask = format!("{home}/channels/{}/ask", world.waiting().await);
    assert_eq!(browser.post(&ask, &[]).await.status, StatusCode::SEE_OTHER);
    let third = browser.post(&ask, &[]).await;
    assert_eq!(third.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(third.text.contains("Enough links were sent to this address for now."), "{}", third.text);
}

#[tokio::test]
async fn an_address_is_refused_beside_its_field_and_stays_as_it_was_typed() {
    let (_world, _, mut browser, home, _) = asked().await;
    for (typed, why) in [
        ("", "Type a mail address"),
        ("nobody", "Type a mail address"),
        ("a@b.test, c@d.test", "Type a mail address"),
        (" SECOND@example.test", "This address is in your list already."),
    ] {
        let page = browser.post(&format!("{home}/channels"), &[("address", typed)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        assert_whole(&page);
        assert!(page.text.contains(&format!("id=\"address-refused\">{why}")), "{typed}: {}", page.text);
        assert!(page.text.contains(&format!("value=\"{typed}\"")), "{typed} is lost: {}", page.text);
    }
}

#[tokio::test]
async fn a_channel_is_tried_left_out_switched_on_again_and_removed() {
    let (world, alice, mut browser, home, _) = asked().await;
    let here = format!("{home}/channels/{}", alice.channel);
    assert_eq!(browser.post(&format!("{here}/test"), &[]).await.status, StatusCode::SEE_OTHER);
    world.deliver_with(&world.parts).await;
    assert_eq!(world.mailed(&alice.email), 1, "the test came");
    assert_eq!(browser.post(&format!("{here}/default"), &[("default", "no")]).await.status, StatusCode::SEE_OTHER);
    assert!(browser.get(&format!("{home}/channels")).await.text.contains("Let new watches tell it"));
    let off = "update channel set verified_at = $2, disabled_at = $2, disabled_reason = 'unsubscribed' where id = $1";
    sqlx::query(off).bind(alice.channel.0).bind(world.clock.now()).execute(&world.admin).await.unwrap();
    let page = browser.get(&format!("{home}/channels")).await;
    assert_sound(&page);
    assert!(page.text.contains("Switched off") && page.text.contains("Switch on again"), "{}", page.text);
    world.clock.advance(TimeDelta::minutes(1));
    assert_eq!(browser.post(&format!("{here}/ask"), &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(world.count(WORKS).await, 0, "whoever reads there must say so again");
    world.deliver_with(&world.parts).await;
    let link = format!("/account/channels/{}", world.channel_token(&alice.email));
    assert_eq!(browser.post(&link, &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(world.count(WORKS).await, 1);
    assert_eq!(browser.post(&format!("{here}/remove"), &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(world.count(WORKS).await, 0);
}

#[tokio::test]
async fn a_fellows_channel_is_missing_and_only_who_manages_members_sees_that_it_exists() {
    let (world, alice, _, home, _) = asked().await;
    let anna = world.member(alice.tenant, "Anna", Role::Admin).await;
    let emil = world.member(alice.tenant, "Emil", Role::Editor).await;
    let mut admin = world.signed_in(&anna).await;
    let page = admin.get(&format!("{home}/channels")).await;
    assert_sound(&page);
    assert!(page.text.contains("a…@example.test") && !page.text.contains(&alice.email), "{}", page.text);
    let page = world.signed_in(&emil).await.get(&format!("{home}/channels")).await;
    assert!(!page.text.contains("a…@example.test"), "{}", page.text);
    for act in ["ask", "test", "remove"] {
        let there = format!("{home}/channels/{}/{act}", alice.channel);
        assert_eq!(admin.post(&there, &[]).await.status, StatusCode::NOT_FOUND, "{act}");
    }
    let vic = world.member(alice.tenant, "Vic", Role::Viewer).await;
    let mut viewer = world.signed_in(&vic).await;
    let added = viewer.post(&format!("{home}/channels"), &[("address", "x@example.test")]).await;
    assert_eq!(added.status, StatusCode::FORBIDDEN);
}
