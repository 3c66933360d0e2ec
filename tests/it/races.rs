//! What happens between the steps: answers that were not recorded, changes that overtake one another, facts
//! that have grown old, rows that cannot be read.

use crate::harness::{World, alice_waits, leg, motorhome_days};
use chrono::{DateTime, Days, TimeDelta};
use dev::sim::Validators;
use domain::{
    operator::Operator,
    plan::Plan,
    watch::{ReturnLeg, ReturnRule},
};
use store::{
    Audit,
    change::Claim,
    delivery::{self, Due, Outcome},
    watch,
};

#[tokio::test]
async fn an_answer_that_was_not_recorded_comes_whole_the_next_time() {
    let (world, sailing) = alice_waits().await;
    world.sim.set_validators(Validators::On);
    world.an_hour_later().await;
    world.open(&sailing);
    world.clock.advance(TimeDelta::hours(1));
    let mut stale = world.target().await;
    stale.version -= 1;

    world.parts.poller.poll(stale).await.unwrap();
    assert_eq!(world.count("select count(*) from change where before is not null").await, 0, "it commits nothing");
    world.an_hour_later().await;

    assert_eq!(world.sim.inbox().len(), 1);
}

#[tokio::test]
async fn a_question_that_an_edit_put_there_since_the_watch_was_read_waits_to_be_judged() {
    let (world, _) = alice_waits().await;
    sqlx::query("update watch_target set evaluated_at = null, evaluated_version = null")
        .execute(&world.admin)
        .await
        .unwrap();
    let id: uuid::Uuid = sqlx::query_scalar("select id from watch").fetch_one(&world.admin).await.unwrap();
    let claimed = world.parts.store.claim_watches(&[id]).await.unwrap().remove(0);
    let mut tx = world.parts.store.begin_claimed(&claimed).await.unwrap();
    let mut read = watch::lock(&mut tx, claimed.id()).await.unwrap().unwrap();
    read.targets.clear();

    watch::mark_evaluated(&mut tx, &read, DateTime::UNIX_EPOCH, world.clock.now()).await.unwrap();
    tx.commit(Audit::OwnRecord).await.unwrap();

    assert_eq!(world.count("select count(*) from watch_target where evaluated_at is null").await, 1);
}

#[tokio::test]
async fn an_alert_recorded_beside_an_edit_gives_way_to_the_new_wishs_own() {
    let (world, sailing) = alice_waits().await;
    world.open(&sailing);
    world.clock.advance(TimeDelta::hours(1));
    world.poll().await;
    world.parts.fan_out.sweep().await.unwrap();
    sqlx::query("update watch set version = version + 1").execute(&world.admin).await.unwrap();

    world.deliver_with(&world.parts).await;
    assert_eq!(world.sim.inbox().len(), 0, "the alert is of a wish that is another by now");
    world.settle().await;

    assert_eq!(world.sim.inbox().len(), 1, "and the new wish has its own");
    assert_eq!(world.count("select count(*) from alert where closed_reason = 'withdrawn'").await, 1);
}

#[tokio::test]
async fn changes_of_one_target_are_fanned_out_one_after_the_other() {
    let (world, sailing) = alice_waits().await;
    world.open(&sailing);
    world.clock.advance(TimeDelta::hours(1));
    world.poll().await;
    world.fill(&sailing);
    world.clock.advance(TimeDelta::hours(1));
    world.poll().await;
    let now = world.clock.now();

    let Claim::Change(rise) = world.parts.store.claim_change(now).await.unwrap() else { panic!("the rise waits") };
    let other = world.another_worker().await;
    assert!(matches!(other.store.claim_change(now).await.unwrap(), Claim::None), "the fall waits for its rise");
    rise.finish(now).await.unwrap();
    let Claim::Change(fall) = other.store.claim_change(now).await.unwrap() else { panic!("the fall is next") };
    assert!(fall.before.is_some());
}

#[tokio::test]
async fn a_held_alert_is_not_released_while_the_fall_waits_for_its_fan_out() {
    let (world, sailing) = alice_waits().await;
    world.open(&sailing);
    world.clock.advance(TimeDelta::hours(1));
    world.poll().await;
    world.parts.fan_out.sweep().await.unwrap();
    // As if Alice's plan had its tick a minute later.
    for sql in [
        "delete from delivery",
        "update alert set released_at = null, held_until = (select last_good_at from target) + interval '1 minute'",
    ] {
        sqlx::query(sql).execute(&world.admin).await.unwrap();
    }
    world.fill(&sailing);
    world.clock.advance(TimeDelta::hours(1));
    world.poll().await;

    assert_eq!(world.parts.store.release_alerts(world.clock.now(), 100).await.unwrap(), 0);
    world.settle().await;
    assert_eq!(world.sim.inbox().len(), 0);
}

#[tokio::test]
async fn a_new_watch_is_not_judged_by_facts_older_than_its_plan_promises() {
    let (world, sailing) = alice_waits().await;
    world.open(&sailing);
    world.an_hour_later().await;
    assert_eq!(world.sim.inbox().len(), 1);
    world.fill(&sailing);
    world.clock.advance(TimeDelta::minutes(5));
    let bob = world.person("Bob", Plan::Fleet).await;

    world.watch(&bob, &motorhome_days(1)).await;
    world.settle().await;
    assert_eq!(world.sim.inbox().len(), 1, "what was known was five minutes old");
    world.poll().await;
    world.settle().await;
    assert_eq!(world.sim.inbox().len(), 1, "and it was not true any more");
    assert_eq!(world.count("select count(*) from watch_target where evaluated_at is null").await, 0);
}

#[tokio::test]
async fn a_watch_that_was_judged_by_the_newest_facts_is_not_judged_by_older_changes_again() {
    let (world, sailing) = alice_waits().await;
    let bob = world.person("Bob", Plan::Fleet).await;
    world.open(&sailing);
    world.clock.advance(TimeDelta::hours(1));
    world.poll().await;
    world.watch(&bob, &motorhome_days(1)).await;
    let claimed = world.parts.store.unevaluated_watches(10).await.unwrap();
    assert_eq!(claimed.len(), 1);
    sqlx::query("update change set fanned_out_at = now()").execute(&world.admin).await.unwrap();
    world.parts.fan_out.sweep().await.unwrap();
    sqlx::query("update change set fanned_out_at = null where before is not null").execute(&world.admin).await.unwrap();
    world.parts.fan_out.sweep().await.unwrap();

    let bobs =
        "select count(*) from alert a join watch w on w.id = a.watch_id join user_account u on u.user_id = w.user_id
                where u.name = 'Bob'";
    assert_eq!(world.count(bobs).await, 1);
}

#[tokio::test]
async fn sr_job_05_attempts_that_were_cut_off_count() {
    let (world, sailing) = alice_waits().await;
    world.open(&sailing);
    world.clock.advance(TimeDelta::hours(1));
    world.poll().await;
    world.parts.fan_out.sweep().await.unwrap();
    sqlx::query("update delivery set attempts = 8").execute(&world.admin).await.unwrap();
    world.deliver_with(&world.parts).await;
    assert_eq!(world.sim.inbox().len(), 0);
    assert_eq!(world.count("select count(*) from delivery where outcome = 'too_many_attempts'").await, 1);
}

#[tokio::test]
async fn sr_job_07_a_worker_that_woke_up_too_late_writes_nothing() {
    let (world, sailing) = alice_waits().await;
    world.open(&sailing);
    world.clock.advance(TimeDelta::hours(1));
    world.poll().await;
    world.parts.fan_out.sweep().await.unwrap();
    let id = world.count("select id from delivery").await;
    let (door, _) = world.parts.store.claim_deliveries(&[id]).await.unwrap().remove(&id).unwrap();
    let mut tx = world.parts.store.begin_claimed(&door).await.unwrap();
    let Due::Row(row) = delivery::lock_due(&mut tx, door.id(), world.clock.now()).await.unwrap() else { panic!("due") };
    drop(tx);
    world.deliver_with(&world.parts).await;

    let mut tx = world.parts.store.begin_claimed(&door).await.unwrap();
    let late = Outcome::Retry(world.clock.now(), "late");
    let written = delivery::record(&mut tx, (row.id, row.attempts + 1), &late, world.clock.now()).await.unwrap();
    assert!(!written);
}

#[tokio::test]
async fn a_row_that_cannot_be_read_costs_nobody_else_anything() {
    let (world, sailing) = alice_waits().await;
    let bob = world.person("Bob", Plan::Fleet).await;
    let bobs = world.watch(&bob, &motorhome_days(1)).await;
    world.parts.fan_out.sweep().await.unwrap();
    sqlx::query("update watch set criteria = '{\"of\": \"another version\"}' where id = $1")
        .bind(bobs.0)
        .execute(&world.admin)
        .await
        .unwrap();
    for sql in [
        "insert into operator (id, name, enabled, floor_s, requests_per_min, concurrency_cap, manifest_floor_s, manifest_requests_per_min, manifest_concurrency_cap)
         values ('newer', 'Newer', true, 60, 1, 1, 60, 1, 1)",
        "insert into target (operator_id, question, plan, created_at) values ('harbour', '{\"x\": 1}', 'fleet', now())",
        "insert into change (target_id, target_version, sailing_id, after, polled_at, free_at, plus_at, pro_at, fleet_at, recorded_at)
         select t.id, 900, s.id, '[]', now(), now(), now(), now(), now(), now() from target t, sailing s where t.question <> '{\"x\": 1}' limit 1",
    ] {
        sqlx::query(sql).execute(&world.admin).await.unwrap();
    }
    world.open(&sailing);
    world.clock.advance(TimeDelta::hours(1));
    world.parts.reconciler.walk().await.unwrap();
    let target = world.target().await;
    world.parts.poller.poll(target).await.unwrap();
    world.settle().await;

    assert_eq!(world.sim.inbox().len(), 1);
    assert_eq!(world.sim.inbox()[0].to, ["alice@example.test"]);
    assert_eq!(world.count("select count(*) from change where fanned_out_at is null").await, 0);
}

#[tokio::test]
async fn a_pair_whose_way_back_is_gone_is_not_mailed_and_its_next_stretch_is() {
    let world = World::new().await;
    let out = world.everything_is_full(1).remove(0);
    let home = world.first_day + Days::new(7);
    let back = world.sim.take_all(Operator::Harbour, "SAN-POR", home).unwrap().remove(0);
    let alice = world.person("Alice", Plan::Fleet).await;
    let way_back = ReturnLeg { leg: leg("SAN-POR", home, home), rule: ReturnRule::Both };
    world.watch_with_return(&alice, &motorhome_days(1), Some(&way_back)).await;
    world.poll().await;
    world.settle().await;
    world.open(&out);
    world.open(&back);
    world.clock.advance(TimeDelta::hours(1));
    world.poll().await;
    world.parts.fan_out.sweep().await.unwrap();
    assert_eq!(world.count("select count(*) from delivery where state = 'due'").await, 1);

    world.fill(&back);
    world.clock.advance(TimeDelta::hours(1));
    world.poll().await;
    world.deliver_with(&world.parts).await;
    assert_eq!(world.sim.inbox().len(), 0, "the fall waits for its fan-out, but it is known");
    assert_eq!(world.count("select count(*) from alert where closed_at is null").await, 0);

    world.open(&back);
    world.an_hour_later().await;
    assert_eq!(world.sim.inbox().len(), 1);
}
