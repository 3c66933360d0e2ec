//! How much is mailed to one channel and for one tenant: what is over a cap waits, what is no longer true when its time comes is
//! not sent, nothing is lost without a word, and nobody else waits.

use crate::harness::{Person, World, alice_waits, motorhome_days};
use chrono::{Days, TimeDelta};
use dev::{
    progress::Progress,
    sim::Mail,
    world::crowd::{Crowd, Wish},
};
use domain::{cap::CHANNEL, operator::Operator, plan::Plan};

/// Days that Alice's watches wait on: so few targets that each is polled every minute, and that all may open at once without doubt.
const DAYS: u64 = 7;
/// So many watches hear of more together than a channel may in an hour.
const WATCHES: usize = 10;

impl World {
    /// A minute later, polled and settled.
    async fn minute(&self) {
        self.clock.advance(TimeDelta::minutes(1));
        self.poll().await;
        self.settle().await;
    }

    fn all_to(&self, person: &Person) -> Vec<Mail> {
        self.sim.inbox().into_iter().filter(|mail| mail.to == [person.email.as_str()]).collect()
    }
}

fn says_that_it_is_the_last(mail: &Mail) -> bool {
    let said = "This is the last of many mails for now.";
    mail.text.as_deref().unwrap().contains(said) && mail.html.as_deref().unwrap().contains(said)
}

/// Alice waits so often that opening everything is more than her channel may hear of in an hour; Bob waits on the first day. Everything has just opened and is due.
async fn everything_opens() -> (World, [Person; 2], usize) {
    let world = World::new().await;
    world.everything_is_full(DAYS);
    let alice = world.person("Alice", Plan::Fleet).await;
    let bob = world.person("Bob", Plan::Fleet).await;
    for _ in 0..WATCHES {
        world.watch(&alice, &motorhome_days(DAYS)).await;
    }
    world.watch(&bob, &motorhome_days(1)).await;
    world.minute().await;
    assert_eq!(world.sim.inbox().len(), 0);
    for day in 0..DAYS {
        let sailing = world.sim.sailings(Operator::Harbour, "POR-SAN", world.first_day + Days::new(day)).remove(0);
        world.open(&sailing);
    }
    for _ in 0..5 {
        world.clock.advance(TimeDelta::minutes(1));
        world.poll().await;
    }
    world.parts.fan_out.sweep().await.unwrap();
    let alerts = usize::try_from(world.count("select count(*) from delivery where state = 'due'").await).unwrap() - 1;
    assert!(alerts > usize::try_from(CHANNEL.an_hour).unwrap() && alerts.is_multiple_of(WATCHES), "{alerts}");
    (world, [alice, bob], alerts)
}

#[tokio::test]
async fn sr_ntf_04_a_hundred_flips_of_a_sailing_are_a_handful_of_mails_and_the_last_opening_is_told() {
    let (world, sailing) = alice_waits().await;
    for _ in 0..100 {
        world.open(&sailing);
        world.minute().await;
        world.fill(&sailing);
        world.minute().await;
    }
    let told = world.sim.inbox().len();
    assert!((5..=9).contains(&told), "{told} mails in 200 minutes");
    assert_eq!(world.count("select count(*) from alert").await, 100, "each stretch is on record");
    world.open(&sailing);
    for _ in 0..61 {
        world.minute().await;
    }
    assert_eq!(world.sim.inbox().len(), told + 1, "what stays open is told");
    assert_eq!(world.count("select count(*) from delivery where state = 'due'").await, 0);
}

#[tokio::test]
async fn sr_ntf_04_what_is_over_the_hours_cap_is_told_in_the_next_hour_if_it_is_still_so() {
    let (world, [alice, bob], alerts) = everything_opens().await;
    let cap = usize::try_from(CHANNEL.an_hour).unwrap();
    // Two processes at once, and one that begins anew each time: the count is in the rows.
    let other = world.another_worker().await;
    tokio::join!(world.deliver_with(&world.parts), world.deliver_with(&other));
    let mails = world.all_to(&alice);
    assert_eq!(mails.len(), cap);
    assert_eq!(mails.iter().filter(|mail| says_that_it_is_the_last(mail)).count(), 1);
    assert_eq!(world.all_to(&bob).len(), 1, "another tenant's mail leaves at once");
    assert!(!says_that_it_is_the_last(&world.all_to(&bob)[0]));

    let held: Vec<String> = sqlx::query_scalar(
        "select to_char(s.departs_local, 'YYYY-MM-DD') from delivery d join alert a on a.id = d.alert_id join sailing s on s.id = a.sailing_id
         where d.state = 'due' and d.outcome = 'held' and d.next_attempt_at = '2026-07-01T13:00:00Z' order by 1",
    )
    .fetch_all(&world.admin)
    .await
    .unwrap();
    assert_eq!(held.len(), alerts - cap);
    let gone = held.iter().filter(|day| **day == held[0]).count();
    let day = held[0].parse().unwrap();
    world.fill(&world.sim.sailings(Operator::Harbour, "POR-SAN", day)[0]);
    for _ in 0..53 {
        world.minute().await;
    }
    let restarted = world.another_worker().await;
    world.deliver_with(&restarted).await;
    assert_eq!(world.all_to(&alice).len(), cap, "a restart forgets nothing");
    world.minute().await;
    assert_eq!(world.all_to(&alice).len(), alerts - gone);
    assert_eq!(
        world.count("select count(*) from delivery where state = 'cancelled' and outcome = 'gone'").await,
        i64::try_from(gone).unwrap()
    );
    assert_eq!(world.count("select count(*) from delivery where state = 'due'").await, 0);
}

#[tokio::test]
async fn sr_ntf_04_pausing_and_resuming_a_watch_does_not_make_a_stream() {
    let (world, sailing) = alice_waits().await;
    world.open(&sailing);
    world.minute().await;
    assert_eq!(world.sim.inbox().len(), 1);
    for _ in 0..50 {
        for sql in [
            "update alert set closed_at = now(), closed_reason = 'withdrawn' where closed_at is null",
            "update watch_target set evaluated_at = null, evaluated_version = null",
        ] {
            sqlx::query(sql).execute(&world.admin).await.unwrap();
        }
        world.minute().await;
    }
    assert_eq!(world.count("select count(*) from alert where kind = 'already_open'").await, 50);
    let told = world.sim.inbox().len();
    assert!((3..=5).contains(&told), "{told} mails in 50 minutes");
}

#[tokio::test]
async fn sr_ntf_04_a_huge_opening_for_many_people_holds_nobody_up() {
    let world = World::new().await;
    let sailing = world.everything_is_full(1).remove(0);
    let wish = Wish::new(Operator::Harbour, motorhome_days(1), world.clock.now()).unwrap();
    let crowd = Crowd { name: "crowd", tenants: 1_000, watches: 1_000, plan: Plan::Fleet, wishes: &[wish] };
    crowd.write(&world.database.super_url(), &Progress::start("seeding")).await.unwrap();
    sqlx::query("update target set created_at = '2026-01-01'").execute(&world.admin).await.unwrap();
    world.poll().await;
    world.open(&sailing);
    world.clock.advance(TimeDelta::minutes(1));
    world.poll().await;
    world.parts.fan_out.sweep().await.unwrap();
    world.clock.advance(TimeDelta::seconds(10));
    world.deliver_with(&world.parts).await;
    assert_eq!(world.sim.inbox().len(), 1_000);
    assert_eq!(world.count("select count(*) from delivery where state <> 'sent'").await, 0);
}
