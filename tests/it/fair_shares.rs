//! Fair shares of the work: whoever has much due stands in slower lanes, what the due set holds is bounded, and an
//! operator that hangs keeps nobody from asking another.

use crate::harness::{Person, World, eventually, leg, motorhome_days_from};
use chrono::{Days, TimeDelta};
use dev::{
    progress::Progress,
    sim::{Misbehaviour, SimSailing},
    world::crowd::{Crowd, Wish},
};
use domain::{cadence::TimeScale, operator::Operator, plan::Plan, watch::Criteria};
use redis::AsyncCommands;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use workers::deliver::{self, HEAD_OF_LANE};

/// How many of a crowd's deliveries may start before a delivery of somebody else that is due after all of theirs: a
/// hundred in its own lane, as many meanwhile from each of the three others, and what the worker had claimed before.
const BOUND: usize = 600;

/// A world in which the crowd's sailing is freed before Bob's. The crowd's deliveries are due, then Bob's is.
async fn crowd_then_bob(tenants: i64, watches: i64) -> (World, Person) {
    let world = World::new().await;
    let (bob, sailings) = waiting(&world).await;
    let wish = wish(&world);
    let crowd = Crowd { name: "crowd", tenants, watches, plan: Plan::Fleet, wishes: &[wish] };
    crowd.write(&world.database.super_url(), &Progress::start("seeding")).await.unwrap();
    for sailing in sailings {
        world.open(&sailing);
        world.clock.advance(TimeDelta::hours(1));
        world.poll().await;
        world.parts.fan_out.sweep().await.unwrap();
    }
    assert_eq!(world.count("select count(*) from delivery where state = 'due'").await, watches + 1);
    (world, bob)
}

/// Bob waits for the second day; everything is full and known to be.
async fn waiting(world: &World) -> (Person, [SimSailing; 2]) {
    let first = world.everything_is_full(2).remove(0);
    let second = world.sim.sailings(Operator::Harbour, "POR-SAN", world.first_day + Days::new(1)).remove(0);
    let bob = world.person("Bob", Plan::Fleet).await;
    world.watch(&bob, &motorhome_days_from(world.first_day + Days::new(1), 1)).await;
    // Asked for by somebody who leaves again, so that the first day is known too.
    let nobody = Crowd { name: "nobody", tenants: 1, watches: 1, plan: Plan::Fleet, wishes: &[wish(world)] };
    nobody.write(&world.database.super_url(), &Progress::start("seeding")).await.unwrap();
    // The crowd writes by the server's clock, which is ahead of the world's.
    sqlx::query("update target set created_at = '2026-01-01'").execute(&world.admin).await.unwrap();
    world.poll().await;
    world.settle().await;
    sqlx::query("delete from watch using tenant t where t.tenant_id = watch.tenant_id and t.name = 'nobody 0'")
        .execute(&world.admin)
        .await
        .unwrap();
    (bob, [first, second])
}

fn wish(world: &World) -> Wish {
    Wish::new(Operator::Harbour, motorhome_days_from(world.first_day, 1), world.clock.now()).unwrap()
}

/// How many of the crowd's mails left before Bob's, with the real workers running.
async fn mails_before(world: &World, bob: &Person) -> usize {
    let shutdown = CancellationToken::new();
    let running = tokio::spawn(world.another_worker().await.run(shutdown.clone()));
    let told = async || {
        let sql = "select count(*) from delivery where sent_at is not null and channel_id = $1";
        let count: i64 = sqlx::query_scalar(sql).bind(bob.channel.0).fetch_one(&world.admin).await.unwrap();
        count == 1
    };
    eventually("Bob is told", told).await;
    shutdown.cancel();
    running.await.unwrap().unwrap();
    world.sim.inbox().iter().take_while(|mail| !mail.to.contains(&bob.email)).count()
}

#[tokio::test]
async fn sr_job_06_a_tenant_with_ten_thousand_due_delays_another_by_a_few_hundred_at_most() {
    let (world, bob) = crowd_then_bob(1, 10_000).await;
    let before = mails_before(&world, &bob).await;
    assert!(before <= BOUND, "{before} of another tenant's mails went before Bob's");
}

#[tokio::test]
async fn sr_job_06_one_huge_opening_delays_another_by_a_few_hundred_at_most() {
    let (world, bob) = crowd_then_bob(10_000, 10_000).await;
    let before = mails_before(&world, &bob).await;
    assert!(before <= BOUND, "{before} mails of another opening went before Bob's");
}

async fn in_lanes(world: &World) -> Vec<i64> {
    let sql = "select count(d.id) from generate_series(0, 3) lane left join delivery d using (lane)
               group by lane order by lane";
    sqlx::query_scalar(sql).fetch_all(&world.admin).await.unwrap()
}

#[tokio::test]
async fn sr_job_06_what_a_tenant_may_have_due_is_capped_in_every_lane() {
    let (world, _) = crowd_then_bob(1, 12_000).await;
    assert_eq!(in_lanes(&world).await, [101, 900, 9_000, 2_000], "Bob's and a hundred of the crowd's come first");

    world.parts.reconciler.walk().await.unwrap();
    deliver::sweep(&world.parts.store, &world.parts.deliveries, &world.clock.clock()).await.unwrap();

    let url = world.config.redis_url.expose();
    let mut redis = workers::schedule::connect(url, Duration::from_secs(5)).await.unwrap();
    let mut held = Vec::new();
    for lane in 0..store::delivery::LANES {
        held.push(redis.zcard::<_, i32>(format!("{{ferry}}:deliveries:due:deliveries.{lane}")).await.unwrap());
    }
    assert_eq!(held, [101, 900, HEAD_OF_LANE, HEAD_OF_LANE], "the due set holds the head of each lane");
}

#[tokio::test]
async fn sr_job_06_what_is_released_at_a_slow_plans_tick_takes_its_lanes_too() {
    let world = World::new().await;
    let (_, [sailing, _]) = waiting(&world).await;
    let crowd = Crowd { name: "crowd", tenants: 5_000, watches: 5_000, plan: Plan::Free, wishes: &[wish(&world)] };
    crowd.write(&world.database.super_url(), &Progress::start("seeding")).await.unwrap();
    world.open(&sailing);
    world.clock.advance(TimeDelta::hours(1));
    world.poll().await;
    world.parts.fan_out.sweep().await.unwrap();
    // As if the slow plan's tick were now, whatever the hour.
    sqlx::query("update alert set held_until = seen_at, released_at = null").execute(&world.admin).await.unwrap();
    sqlx::query("delete from delivery").execute(&world.admin).await.unwrap();

    world.parts.fan_out.sweep().await.unwrap();

    assert_eq!(in_lanes(&world).await, [100, 900, 4_000, 0]);
}

/// A low campervan on BC Ferries' next sailing day.
fn on_bc_ferries(world: &World) -> Criteria {
    let today = world.clock.now().date_naive();
    let mut criteria = motorhome_days_from(today, 1);
    criteria.leg = leg("TSA-SWB", today, today + Days::new(1));
    (criteria.vehicle.length_mm, criteria.vehicle.height_mm) = (5_500, 2_000);
    criteria
}

fn asked(world: &World, operator: Operator) -> usize {
    world.sim.requests().iter().filter(|request| request.operator == Some(operator)).count()
}

#[tokio::test]
async fn sr_job_06_an_operator_that_hangs_keeps_nobody_from_asking_another() {
    let mut world = World::new().await;
    // The budget of an hour in a second: what holds is the cap.
    world.config.scale = TimeScale::new(3_600).unwrap();
    let day = |n| motorhome_days_from(world.first_day + Days::new(n), 1);
    let wish = |operator, criteria| Wish::new(operator, criteria, world.clock.now()).unwrap();
    let mut wishes: Vec<_> = (0..300).map(|n| wish(Operator::Harbour, day(n))).collect();
    wishes.push(wish(Operator::BcFerries, on_bc_ferries(&world)));
    let crowd = Crowd { name: "crowd", tenants: 1, watches: 301, plan: Plan::Fleet, wishes: &wishes };
    crowd.write(&world.database.super_url(), &Progress::start("seeding")).await.unwrap();
    sqlx::query("update target set created_at = '2026-01-01'").execute(&world.admin).await.unwrap();
    world.sim.misbehave(Operator::Harbour, Misbehaviour::Drip);
    let parts = world.another_worker().await;
    let (reconciler, shutdown) = (parts.reconciler.clone(), CancellationToken::new());
    let running = tokio::spawn(parts.run(shutdown.clone()));
    eventually("Harbour hangs", async || asked(&world, Operator::Harbour) >= 2).await;

    sqlx::query("update operator set enabled = true where id = 'bc_ferries'").execute(&world.admin).await.unwrap();
    // A walk of the worker's own that began before may still write what it read.
    let is_asked = async || {
        reconciler.walk().await.unwrap();
        asked(&world, Operator::BcFerries) > 0
    };
    eventually("BC Ferries is asked", is_asked).await;
    assert_eq!(asked(&world, Operator::Harbour), 2, "while Harbour's two questions still hang");
    shutdown.cancel();
    running.await.unwrap().unwrap();
}
