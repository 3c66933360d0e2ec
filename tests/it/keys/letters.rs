//! What owners are told of keys: that one was made, by whatever means, and that one ends soon. Never the key.

use crate::harness::{Person, World};
use chrono::TimeDelta;
use dev::sim::Mail;
use domain::{access::Role, key::Scope, plan::Plan};
use workers::prune::prune;

/// An owner, another owner, and an administrator of one tenant.
async fn team() -> (World, [Person; 3]) {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Pro).await;
    let olga = world.member(alice.tenant, "Olga", Role::Owner).await;
    let anna = world.member(alice.tenant, "Anna", Role::Admin).await;
    (world, [alice, olga, anna])
}

impl World {
    /// What is mailed when so many days and a minute have passed.
    async fn mails_after(&self, days: i64) -> Vec<Mail> {
        self.clock.advance(TimeDelta::days(days) + TimeDelta::minutes(1));
        let before = self.sim.inbox().len();
        prune(&self.parts.store, &self.clock.clock()).await.unwrap();
        self.deliver_with(&self.parts).await;
        self.sim.inbox().split_off(before)
    }
}

fn recipients(mails: &[Mail]) -> Vec<String> {
    let mut to: Vec<String> = mails.iter().flat_map(|mail| mail.to.clone()).collect();
    to.sort();
    to
}

#[tokio::test]
async fn sr_key_03_every_owner_is_told_of_a_new_key_and_never_the_key() {
    let (world, [alice, ..]) = team().await;
    let anna = world.member(alice.tenant, "Ada", Role::Admin).await;
    let page = world
        .signed_in(&anna)
        .await
        .post(
            &format!("/t/{}/keys", alice.tenant),
            &[("name", "Importer"), ("read", "yes"), ("write", "yes"), ("days", "90")],
        )
        .await;
    let key = &page.text[page.text.find("fa_live_").unwrap()..][..72];
    let mails = world.mails_after(0).await;
    assert_eq!(recipients(&mails), ["alice@example.test", "olga@example.test"], "owners and nobody else");
    let (public, secret) = (key.split('_').nth(2).unwrap(), key.split('_').nth(3).unwrap());
    for mail in &mails {
        assert_eq!(mail.subject, "Alice has a new API key");
        let text = mail.text.as_ref().unwrap();
        for said in [public, "Importer", "read and write", "Ada", "revoke it now", &format!("/t/{}/keys", alice.tenant)]
        {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert!(!format!("{mail:?}").contains(secret) && !format!("{mail:?}").contains("fa_live_"));
    }
    let stored = "select count(*) from letter where kind = 'key_created' and length(subject) = 11";
    assert_eq!(world.count(stored).await, 2, "a letter knows the public id alone");
}

#[tokio::test]
async fn sr_key_03_owners_are_told_of_a_key_that_an_administrator_issued() {
    let (world, [alice, ..]) = team().await;
    let key = world.issue(&alice, &[Scope::Read]).await;
    let mails = world.mails_after(0).await;
    assert_eq!(recipients(&mails), ["alice@example.test", "olga@example.test"]);
    assert!(mails[0].text.as_ref().unwrap().contains(key.split('_').nth(2).unwrap()));
}

#[tokio::test]
async fn sr_key_03_owners_are_told_once_a_week_before_a_key_ends_unless_it_was_replaced_or_revoked() {
    let (world, [alice, ..]) = team().await;
    for _ in 0..3 {
        world.issue(&alice, &[Scope::Read]).await;
    }
    world.mails_after(0).await;
    let ends = "update api_key set replaced_by = id where id = (select min(id::text)::uuid from api_key)";
    sqlx::query(ends).execute(&world.admin).await.unwrap();
    let revoked = "update api_key set revoked_at = now() where id = (select max(id::text)::uuid from api_key)";
    sqlx::query(revoked).execute(&world.admin).await.unwrap();
    assert!(world.mails_after(82).await.is_empty(), "eight days before there is nothing to say");
    let mails = world.mails_after(1).await;
    assert_eq!(recipients(&mails), ["alice@example.test", "olga@example.test"], "one key of three");
    assert_eq!(mails[0].subject, "An API key of Alice ends soon");
    assert!(world.mails_after(1).await.is_empty(), "once is enough");
    assert!(world.mails_after(30).await.is_empty());
}

#[tokio::test]
async fn a_warning_that_is_not_true_any_more_is_not_mailed() {
    let (world, [alice, ..]) = team().await;
    world.issue(&alice, &[Scope::Read]).await;
    world.mails_after(0).await;
    world.clock.advance(TimeDelta::days(84));
    prune(&world.parts.store, &world.clock.clock()).await.unwrap();
    sqlx::query("update api_key set revoked_at = now()").execute(&world.admin).await.unwrap();
    assert!(world.mails_after(0).await.is_empty());
    assert_eq!(world.count("select count(*) from delivery where outcome = 'void'").await, 2);
}
