//! When we cannot check: those who miss checks hear it once, and once more when checks work again.

use crate::harness::{World, alice_waits, motorhome_days};
use chrono::TimeDelta;
use dev::sim::{MailMisbehaviour, Misbehaviour};
use domain::{operator::Operator, plan::Plan};

const DOWN: Misbehaviour = Misbehaviour::Unavailable { retry_after_s: None };

impl World {
    /// Minute by minute: polls, fans out, looks at outages, delivers.
    async fn minutes(&self, count: u32) {
        for _ in 0..count {
            self.clock.advance(TimeDelta::minutes(1));
            self.poll().await;
            self.parts.outages.look().await.unwrap();
            self.settle().await;
        }
    }

    fn subjects(&self, to: &str) -> Vec<String> {
        let mails = self.sim.inbox();
        mails.into_iter().filter(|mail| mail.to == [to]).map(|mail| mail.subject).collect()
    }
}

const CANNOT: &str = "We cannot check Harbour Lines (simulated) at the moment";
const AGAIN: &str = "We check Harbour Lines (simulated) again";

/// Alice, on the fastest plan, waits on ten days of which all is full and known.
async fn alice_waits_on_ten_days() -> World {
    let world = World::new().await;
    world.everything_is_full(10);
    let alice = world.person("Alice", Plan::Fleet).await;
    world.watch(&alice, &motorhome_days(10)).await;
    world.minutes(2).await;
    assert_eq!(world.sim.inbox().len(), 0);
    world
}

#[tokio::test]
async fn sr_ntf_06_an_outage_of_an_operator_is_told_once_and_its_end_once_however_many_targets_fail() {
    let world = alice_waits_on_ten_days().await;
    let alice = "alice@example.test";
    world.sim.misbehave(Operator::Harbour, DOWN);
    world.minutes(60).await;
    assert_eq!(world.subjects(alice), [CANNOT]);
    world.sim.misbehave(Operator::Harbour, Misbehaviour::None);
    world.minutes(60).await;
    assert_eq!(world.subjects(alice), [CANNOT, AGAIN]);
    assert_eq!(world.count("select count(*) from outage where ended_at is not null").await, 1);
    assert_eq!(world.count("select count(*) from delivery where state <> 'sent'").await, 0);
}

#[tokio::test]
async fn who_missed_no_check_of_their_own_plan_hears_nothing_of_an_outage() {
    let world = alice_waits_on_ten_days().await;
    let bob = world.person("Bob", Plan::Free).await;
    world.watch(&bob, &motorhome_days(2)).await;
    world.sim.misbehave(Operator::Harbour, DOWN);
    world.minutes(30).await;
    assert_eq!(world.subjects("alice@example.test"), [CANNOT]);
    world.sim.misbehave(Operator::Harbour, Misbehaviour::None);
    world.minutes(90).await;
    assert_eq!(world.subjects("alice@example.test"), [CANNOT, AGAIN]);
    assert!(world.subjects("bob@example.test").is_empty(), "an hour had not passed");
    assert_eq!(world.count("select count(*) from outage").await, 1);
}

#[tokio::test]
async fn an_outage_ends_without_a_word_for_who_has_removed_the_channel_since() {
    let world = alice_waits_on_ten_days().await;
    world.sim.misbehave(Operator::Harbour, DOWN);
    world.minutes(30).await;
    sqlx::query("delete from channel").execute(&world.admin).await.unwrap();
    assert_eq!(world.count("select count(*) from delivery where state = 'sent' and channel_id is null").await, 1);
    world.sim.misbehave(Operator::Harbour, Misbehaviour::None);
    world.minutes(60).await;
    assert_eq!(world.subjects("alice@example.test"), [CANNOT]);
    assert_eq!(world.count("select count(*) from outage where ended_at is not null").await, 1);
    assert_eq!(world.count("select count(*) from delivery").await, 1);
}

#[tokio::test]
async fn a_failure_or_four_are_ours_to_wait_out() {
    let (world, _) = alice_waits().await;
    for failures in 1..=4 {
        world.clock.advance(TimeDelta::minutes(1));
        sqlx::query("update target set failures_in_row = $1, failing_since = last_good_at")
            .bind(failures)
            .execute(&world.admin)
            .await
            .unwrap();
        world.parts.outages.look().await.unwrap();
        assert_eq!(world.count("select count(*) from outage").await, 0, "{failures} failures");
    }
    sqlx::query("update target set failures_in_row = 5").execute(&world.admin).await.unwrap();
    world.parts.outages.look().await.unwrap();
    world.parts.outages.look().await.unwrap();
    assert_eq!(world.count("select count(*) from outage where cause = 'failing'").await, 1);
    assert_eq!(world.count("select count(*) from delivery where notice = 'degraded'").await, 1);
}

#[tokio::test]
async fn sr_ntf_06_an_operator_that_flaps_does_not_send_a_stream() {
    let world = alice_waits_on_ten_days().await;
    for _ in 0..8 {
        world.sim.misbehave(Operator::Harbour, DOWN);
        world.minutes(20).await;
        world.sim.misbehave(Operator::Harbour, Misbehaviour::None);
        world.minutes(20).await;
    }
    let told = world.subjects("alice@example.test").len();
    assert!((1..=6).contains(&told), "{told} mails in five hours and a half of flapping");
}

#[tokio::test]
async fn what_recovers_before_its_notice_leaves_is_told_neither_way() {
    let world = alice_waits_on_ten_days().await;
    world.sim.misbehave_mail(MailMisbehaviour::RefuseAlways);
    world.sim.misbehave(Operator::Harbour, DOWN);
    world.minutes(20).await;
    assert_eq!(world.count("select count(*) from delivery where notice = 'degraded' and state = 'due'").await, 1);
    world.sim.misbehave(Operator::Harbour, Misbehaviour::None);
    world.minutes(15).await;
    world.sim.misbehave_mail(MailMisbehaviour::None);
    world.minutes(120).await;
    assert_eq!(world.sim.inbox().len(), 0);
    assert_eq!(world.count("select count(*) from outage where ended_at is null").await, 0);
    assert_eq!(
        world.count("select count(*) from delivery where state = 'cancelled' and outcome = 'recovered'").await,
        1
    );
}

#[tokio::test]
async fn an_operator_that_is_switched_off_is_told_once_and_its_return_once() {
    let world = alice_waits_on_ten_days().await;
    sqlx::query("update operator set killed_at = now() where id = 'harbour'").execute(&world.admin).await.unwrap();
    world.minutes(30).await;
    assert_eq!(world.subjects("alice@example.test"), [CANNOT]);
    let text = world.sim.inbox()[0].text.clone().unwrap();
    assert!(text.contains("We have paused our checks of Harbour Lines (simulated)."), "{text}");
    sqlx::query("update operator set killed_at = null where id = 'harbour'").execute(&world.admin).await.unwrap();
    world.minutes(30).await;
    assert_eq!(world.subjects("alice@example.test"), [CANNOT, AGAIN]);
}

#[tokio::test]
async fn an_outage_ends_without_a_word_when_nothing_is_waited_for_any_more() {
    let world = alice_waits_on_ten_days().await;
    world.sim.misbehave(Operator::Harbour, DOWN);
    world.minutes(20).await;
    sqlx::query("update watch set state = 'paused'").execute(&world.admin).await.unwrap();
    world.minutes(2).await;
    assert_eq!(world.count("select count(*) from outage where ended_at is null").await, 0);
    assert_eq!(world.subjects("alice@example.test"), [CANNOT]);
}

#[tokio::test]
async fn a_notice_is_not_sent_to_whom_it_may_not_be_sent() {
    for (what, sql) in [
        ("unsubscribed", "update channel set disabled_at = now()"),
        ("unverified", "update channel set verified_at = null"),
        ("suspended", "update tenant set suspended_at = now()"),
        ("removed", "delete from member"),
        ("paused", "update watch set state = 'paused'"),
    ] {
        let world = alice_waits_on_ten_days().await;
        sqlx::query("update operator set killed_at = now()").execute(&world.admin).await.unwrap();
        world.clock.advance(TimeDelta::minutes(5));
        world.parts.outages.look().await.unwrap();
        assert_eq!(world.count("select count(*) from delivery where state = 'due'").await, 1);
        sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(&world.admin).await.unwrap();
        world.deliver_with(&world.parts).await;
        assert_eq!(world.sim.inbox().len(), 0, "{what}");
    }
}

#[tokio::test]
async fn the_mails_say_what_since_when_the_last_good_check_and_that_nothing_is_needed() {
    let world = alice_waits_on_ten_days().await;
    sqlx::query("update user_account set zone = 'Europe/Madrid'").execute(&world.admin).await.unwrap();
    world.sim.misbehave(Operator::Harbour, DOWN);
    world.minutes(30).await;
    world.sim.misbehave(Operator::Harbour, Misbehaviour::None);
    world.minutes(60).await;
    let mails = world.sim.inbox();
    let text = |at: usize| mails[at].text.clone().unwrap();
    for part in [
        "does not answer us at the moment",
        "Not checked: Portmouth Sim to Santoña Sim",
        "Since: Wed 1 Jul, 14:0",
        "CEST",
        "Last good check: Wed 1 Jul, 14:0",
        "you need to do nothing",
        "/l/unsubscribe/",
    ] {
        assert!(text(0).contains(part), "{part} is missing in {}", text(0));
    }
    for part in
        ["Checks work again for everything you wait for there", "Again since: Wed 1 Jul, 14:", "/l/unsubscribe/"]
    {
        assert!(text(1).contains(part), "{part} is missing in {}", text(1));
    }
    for mail in &mails {
        assert_eq!(mail.header("List-Unsubscribe-Post"), Some("List-Unsubscribe=One-Click"));
        assert!(mail.html.as_deref().unwrap().contains("Stop all mail to this address"));
    }
}
