//! Answers that are not to be believed: held, told to nobody, decided by a plausible answer or by a person.

use crate::harness::{Errors, Person, World, alice_waits_at_a_listing, motorhome_days};
use chrono::TimeDelta;
use dev::sim::{SailingStatus, SimSailing};
use domain::{operator::Operator, plan::Plan};
use store::{DatabaseRole, Sealer, Store, held::Decision};

async fn held(world: &World) -> i64 {
    world.count("select count(*) from held_batch where state = 'held'").await
}

/// `app held`, or a decision, as an administrator.
async fn administrator_says(world: &World, choice: Option<(Decision, i64)>) -> anyhow::Result<String> {
    let store = Store::connect(DatabaseRole::Admin, &world.database.url("ferry_admin"), 1, Sealer::without_keys())
        .await
        .unwrap();
    app::held::run(&store, choice, "Ada", world.clock.now()).await
}

async fn id(world: &World) -> i64 {
    world.count("select id from held_batch where state = 'held'").await
}

/// Alice has been told of one sailing with space.
async fn one_told() -> (World, Person, Vec<SimSailing>) {
    let (world, alice, sailings) = alice_waits_at_a_listing().await;
    world.open_listed(&sailings[3..4]);
    world.a_minute_later().await;
    assert_eq!(world.sim.inbox().len(), 1, "a single opening is believed");
    (world, alice, sailings)
}

#[tokio::test]
async fn sr_opr_06_when_every_sailing_is_cancelled_at_once_nothing_is_sent_no_alert_is_closed_and_one_row_is_held() {
    let (world, _, sailings) = one_told().await;
    let good = world.count("select extract(epoch from last_good_at)::bigint from target").await;
    for sailing in &sailings {
        world.sim.set_status(sailing, SailingStatus::Cancelled).unwrap();
    }
    let errors = Errors::counted();
    for _ in 0..4 {
        world.a_minute_later().await;
    }
    assert_eq!(world.sim.inbox().len(), 1, "nothing more was sent");
    assert_eq!(world.count("select count(*) from alert where closed_at is null").await, 1, "the alert is as it was");
    assert_eq!(world.count("select count(*) from held_batch").await, 1);
    assert_eq!(errors.count(), 1, "a person is called once");
    assert_eq!(world.count("select times::bigint from held_batch where doubt = 'cancelled' and turned = 12").await, 4);
    let now_good = world.count("select extract(epoch from last_good_at)::bigint from target").await;
    assert_eq!(now_good, good, "what is not believed is no good check");
    assert_eq!(world.count("select count(*) from target where failing_since is not null").await, 1);
}

#[tokio::test]
async fn sr_opr_06_when_everything_opens_at_once_nobody_is_told_and_a_plausible_answer_ends_it() {
    let (world, _, sailings) = alice_waits_at_a_listing().await;
    world.open_listed(&sailings);
    let errors = Errors::counted();
    for _ in 0..3 {
        world.a_minute_later().await;
    }
    assert_eq!(world.sim.inbox().len(), 0);
    assert_eq!(world.count("select count(*) from alert").await, 0);
    assert_eq!(world.count("select count(*) from held_batch where doubt = 'opened' and times = 3").await, 1);
    assert_eq!(errors.count(), 1, "a person is called once");

    world.fill_listed(&sailings);
    world.open_listed(&sailings[3..4]);
    world.a_minute_later().await;
    assert_eq!(held(&world).await, 0);
    assert_eq!(world.count("select count(*) from held_batch where decided_by = 'checker'").await, 1);
    assert_eq!(world.sim.inbox().len(), 1, "a single opening is believed");
    assert_eq!(world.count("select count(*) from target where failing_since is not null").await, 0);
}

#[tokio::test]
async fn sr_opr_06_an_answer_that_goes_back_to_what_was_known_ends_the_hold_too() {
    let (world, _, sailings) = alice_waits_at_a_listing().await;
    world.open_listed(&sailings);
    world.a_minute_later().await;
    assert_eq!(held(&world).await, 1);
    world.fill_listed(&sailings);
    world.a_minute_later().await;
    assert_eq!(held(&world).await, 0);
}

#[tokio::test]
async fn sr_opr_06_what_an_administrator_releases_is_told_with_the_next_poll_that_says_the_same() {
    let (world, _, sailings) = alice_waits_at_a_listing().await;
    world.open_listed(&sailings);
    world.a_minute_later().await;
    let shown = administrator_says(&world, None).await.unwrap();
    assert!(shown.contains("held bc_ferries") && shown.contains("opened: 12 of 12"), "{shown}");

    administrator_says(&world, Some((Decision::Release, id(&world).await))).await.unwrap();
    assert_eq!(world.sim.inbox().len(), 0, "a release records nothing by itself");
    world.a_minute_later().await;
    assert_eq!(world.sim.inbox().len(), 12, "one mail for each sailing that Alice waits for");
    assert_eq!(
        world.count("select count(*) from platform_audit where action = 'held.release' and actor = 'Ada'").await,
        1
    );
    assert_eq!(world.count("select count(*) from held_batch where passed_at is not null").await, 1);

    world.fill_listed(&sailings);
    world.a_minute_later().await;
    world.open_listed(&sailings);
    world.a_minute_later().await;
    assert_eq!(held(&world).await, 1, "a release is good once");
}

#[tokio::test]
async fn sr_opr_06_a_release_is_of_one_answer_and_of_no_other() {
    let (world, _, sailings) = alice_waits_at_a_listing().await;
    world.open_listed(&sailings);
    world.a_minute_later().await;
    administrator_says(&world, Some((Decision::Release, id(&world).await))).await.unwrap();
    world.fill_listed(&sailings[..1]);
    world.a_minute_later().await;
    assert_eq!(held(&world).await, 1);
    assert_eq!(world.sim.inbox().len(), 0);
}

#[tokio::test]
async fn sr_opr_06_what_an_administrator_dismisses_stays_without_effect_and_is_not_reported_again() {
    let (world, _, sailings) = alice_waits_at_a_listing().await;
    world.open_listed(&sailings);
    world.a_minute_later().await;
    let id = id(&world).await;
    administrator_says(&world, Some((Decision::Dismiss, id))).await.unwrap();
    world.a_minute_later().await;
    world.a_minute_later().await;
    assert_eq!(world.count("select count(*) from held_batch").await, 1);
    assert_eq!(world.count("select times::bigint from held_batch where state = 'dismissed'").await, 3);
    assert_eq!(world.sim.inbox().len(), 0);
    let again = administrator_says(&world, Some((Decision::Release, id))).await;
    assert!(again.unwrap_err().to_string().contains("does not wait for a decision"));
}

#[tokio::test]
async fn sr_opr_06_when_most_targets_of_an_operator_turn_over_within_minutes_the_others_are_held() {
    let world = World::new().await;
    world.everything_is_full(20);
    let alice = world.person("Alice", Plan::Fleet).await;
    world.watch(&alice, &motorhome_days(20)).await;
    world.poll().await;
    world.settle().await;
    for day in 0..20 {
        let date = world.first_day + chrono::Days::new(day);
        world.open(&world.sim.sailings(Operator::Harbour, "POR-SAN", date)[0]);
    }
    world.clock.advance(TimeDelta::minutes(2));
    world.poll().await;
    world.settle().await;
    assert_eq!(world.count("select count(*) from held_batch where doubt = 'crowd'").await, 10);
    assert_eq!(world.sim.inbox().len(), 10, "up to half of the targets may turn over within ten minutes");
}
