//! What operators see of us: one question at a time, as often as the fastest plan and the floor allow,
//! however many ask.

use crate::harness::{World, motorhome_days};
use chrono::TimeDelta;
use dev::sim::Misbehaviour;
use domain::{operator::Operator, plan::Plan};

fn asked(world: &World) -> usize {
    world.sim.requests().iter().filter(|request| !request.path.starts_with("/robots.txt")).count()
}

/// `count` tenants on a plan, each with the same watch: one is made by the app, the others are its copies.
async fn crowd(world: &World, plan: Plan, count: i32) {
    let first = world.person("First", plan).await;
    world.watch(&first, &motorhome_days(1)).await;
    for sql in [
        "create temporary table crowd as select gen_random_uuid() as tenant_id, gen_random_uuid() as user_id, gen_random_uuid() as watch_id from generate_series(2, $1)",
        "insert into tenant (tenant_id, name, plan) select crowd.tenant_id, 'x', (select plan from tenant limit 1) from crowd where $1 > 0",
        "insert into user_account (user_id, name, email) select user_id, 'x', 'sealed' from crowd where $1 > 0",
        "insert into member (tenant_id, user_id, role) select tenant_id, user_id, 'owner' from crowd where $1 > 0",
        "insert into watch (tenant_id, id, user_id, operator_id, criteria, expires_at, watched_days)
         select crowd.tenant_id, crowd.watch_id, crowd.user_id, operator_id, criteria, expires_at, watched_days from crowd, (select * from watch limit 1) w where $1 > 0",
        "insert into watch_target (tenant_id, watch_id, target_id, leg, class, asked_from, asked_until)
         select crowd.tenant_id, crowd.watch_id, target_id, leg, class, asked_from, asked_until from crowd, (select * from watch_target limit 1) wt where $1 > 0",
    ] {
        let sql = sql.replace("$1", &count.to_string()).replace("temporary ", "");
        sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&world.admin).await.unwrap();
    }
}

#[tokio::test]
async fn sr_opr_01_a_thousand_tenants_on_one_target_are_one_request_an_interval() {
    let world = World::new().await;
    world.everything_is_full(1);
    crowd(&world, Plan::Fleet, 1_000).await;
    assert_eq!(world.count("select count(distinct tenant_id) from watch_target").await, 1_000);
    world.poll().await;
    assert_eq!(asked(&world), 1);
    for minute in 1..=10 {
        // Looked at every ten seconds, asked once a minute.
        for _ in 0..6 {
            world.clock.advance(TimeDelta::seconds(10));
            world.poll().await;
        }
        assert_eq!(asked(&world), 1 + minute);
    }
}

#[tokio::test]
async fn sr_opr_01_a_retry_after_stops_all_questions_to_the_operator_for_the_stated_time() {
    let world = World::new().await;
    world.everything_is_full(3);
    let alice = world.person("Alice", Plan::Fleet).await;
    world.watch(&alice, &motorhome_days(3)).await;
    world.sim.misbehave(Operator::Harbour, Misbehaviour::TooManyRequests { retry_after_s: 600 });
    world.poll().await;
    assert_eq!(asked(&world), 1, "what one target was told holds for all");
    world.sim.misbehave(Operator::Harbour, Misbehaviour::None);
    for _ in 0..9 {
        world.clock.advance(TimeDelta::minutes(1));
        world.poll().await;
    }
    assert_eq!(asked(&world), 1, "ten minutes were asked for");
    world.clock.advance(TimeDelta::minutes(3));
    world.poll().await;
    assert!(asked(&world) > 1);
}

#[tokio::test]
async fn sr_opr_01_a_kill_switch_stops_all_questions_to_the_operator() {
    let world = World::new().await;
    world.everything_is_full(1);
    let alice = world.person("Alice", Plan::Fleet).await;
    world.watch(&alice, &motorhome_days(1)).await;
    world.poll().await;
    let asked_before = asked(&world);
    sqlx::query("update operator set killed_at = now() where id = 'harbour'").execute(&world.admin).await.unwrap();
    for _ in 0..5 {
        world.clock.advance(TimeDelta::hours(1));
        world.poll().await;
    }
    assert_eq!(asked(&world), asked_before);
}

#[tokio::test]
async fn sr_opr_01_an_operator_that_fails_is_asked_less_and_less_and_then_by_one_probe() {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Fleet).await;
    world.watch(&alice, &motorhome_days(20)).await;
    world.sim.misbehave(Operator::Harbour, Misbehaviour::Unavailable { retry_after_s: None });
    for _ in 0..60 {
        world.poll().await;
        world.clock.advance(TimeDelta::minutes(1));
    }
    assert!(asked(&world) <= 20, "{} requests about 20 targets in an hour of failures", asked(&world));
    assert_eq!(world.count("select count(*) from operator where id = 'harbour' and open_until is not null").await, 1);
}

#[tokio::test]
async fn nobody_is_asked_for_a_page_that_robots_txt_forbids() {
    let world = World::new().await;
    world.everything_is_full(1);
    world.sim.set_robots("User-agent: FerryAlertBot\nDisallow: /harbour\n");
    let alice = world.person("Alice", Plan::Fleet).await;
    world.watch(&alice, &motorhome_days(1)).await;
    world.poll().await;
    assert_eq!(asked(&world), 0);
    assert_eq!(world.count("select count(*) from target where last_error like '%robots.txt%'").await, 1);
}
