//! What pages read where there is much: a tenant with 10,000 watches and as many alerts among a hundred thousand facts. Promises that
//! no read walks over a whole table, whatever else is in it; how long each takes is `cargo dev bench`'s to say.

use super::{motorhome, route};
use crate::harness::{World, eventually, motorhome_days_from, sealer};
use chrono::{DateTime, Days, TimeDelta, Utc};
use dev::{
    progress::Progress,
    world::{
        crowd::{Crowd, Wish},
        told,
    },
};
use domain::{
    access::Role,
    id::{AlertId, TenantId, WatchId},
    operator::Operator,
    plan::Plan,
};
use sqlx::AssertSqlSafe;
use std::collections::BTreeMap;
use store::{
    DatabaseRole, Store,
    alert::{self, AskedAlerts},
    board::{self, Show},
    calendar::{self, AskedDays},
    outage, status,
    timeline::{self, AskedSteps},
    watch,
};
use uuid::Uuid;

/// Tables that are large wherever there are many people, watches or sailings.
const LARGE: [&str; 10] =
    ["watch", "watch_target", "watch_channel", "alert", "delivery", "change", "fact", "sailing", "target", "outage"];

/// A world with one large tenant; the tenant.
async fn crowded() -> (World, TenantId) {
    let world = World::new().await;
    let wishes: Vec<Wish> = (0..62)
        .map(|day| motorhome_days_from(world.first_day + Days::new(day), 1))
        .map(|criteria| Wish::new(Operator::Harbour, criteria, world.clock.now()).unwrap())
        .collect();
    let crowd = Crowd { name: "crowd", tenants: 1, watches: 10_000, plan: Plan::Fleet, wishes: &wishes };
    crowd.write(&world.database.super_url(), &Progress::start("Seeding")).await.unwrap();
    let tenant: Uuid = sqlx::query_scalar("select tenant_id from tenant").fetch_one(&world.admin).await.unwrap();
    told::write(&world.database.super_url(), tenant, world.clock.now()).await.unwrap();
    // As a connection plans that has asked often: for any parameters.
    let generic = "do $$ begin execute format('alter database %I set plan_cache_mode = force_generic_plan', current_database()); end $$";
    sqlx::query(generic).execute(&world.admin).await.unwrap();
    (world, TenantId(tenant))
}

/// Rows that were read without an index, by table, and how often an index was used at all.
async fn reads(world: &World) -> (BTreeMap<String, i64>, i64) {
    let rows: Vec<(String, i64, i64)> = sqlx::query_as(AssertSqlSafe(
        "select relname::text, seq_tup_read, coalesce(idx_scan, 0) from pg_stat_user_tables where schemaname = 'app'",
    ))
    .fetch_all(&world.admin)
    .await
    .unwrap();
    let used = rows.iter().map(|(_, _, used)| used).sum();
    (
        rows.into_iter()
            .filter(|(name, ..)| LARGE.contains(&name.as_str()))
            .map(|(name, read, _)| (name, read))
            .collect(),
        used,
    )
}

/// Everything that a dashboard and the pages of a watch, a route and the status read.
async fn read_all(store: &Store, world: &World, tenant: TenantId) {
    let (now, operator, since) = (world.clock.now(), Operator::Harbour, DateTime::<Utc>::UNIX_EPOCH);
    let (route, class, plan) = (route(), motorhome(), Plan::Free);
    let reader = world.member(tenant, "Reader", Role::Viewer).await;
    let from = now.date_naive();
    let mut look = store.look().await.unwrap();
    let asked = AskedDays { operator, route: &route, from, to: from + Days::new(30), class: &class, plan, now };
    let days = calendar::days(&mut look, &asked).await.unwrap();
    assert_eq!(days.iter().map(|day| day.sailings.len()).sum::<usize>(), 185, "six a day, and of today five");
    let key = "S-400".parse().unwrap();
    let asked = AskedSteps { operator, route: &route, key: &key, class: &class, plan, since, now };
    assert_eq!(timeline::steps(&mut look, &asked).await.unwrap().len(), 5);
    assert_eq!(status::days(&mut look, from - Days::new(90), from).await.unwrap().len(), 90 * Operator::ALL.len());
    drop(look);

    let mut tx = store.begin(&world.membership(&reader).await).await.unwrap();
    let page = watch::list(&mut tx, None, None, 100).await.unwrap().rows;
    let ids: Vec<_> = page.iter().map(|watch| watch.id).collect();
    assert_eq!(watch::targets(&mut tx, &ids).await.unwrap().len(), 100);
    assert_eq!(alert::flags(&mut tx, ids[0], since).await.unwrap().len(), 1);
    assert_eq!(outage::stretches(&mut tx, operator, now - TimeDelta::days(30)).await.unwrap().len(), 100);
    let asked = AskedAlerts { watch: None, open: None, since, plan, now };
    let alerts = alert::list(&mut tx, &asked, None, 20).await.unwrap().rows;
    assert_eq!(alerts.len(), 20);
    let intervals = [(operator, TimeDelta::minutes(1))];
    let asked = board::Asked { show: Show::Current, skip: 9_990, intervals: &intervals, now };
    let page = board::page(&mut tx, &asked).await.unwrap();
    assert_eq!((page.ids.len(), page.counts.current, page.usage.active_watches), (10, 10_000, 10_000));
}

#[tokio::test]
async fn no_page_walks_over_a_whole_table_however_much_is_in_it() {
    let (world, tenant) = crowded().await;
    let store = Store::connect(DatabaseRole::App, &world.database.url("ferry_app"), 1, sealer()).await.unwrap();
    let (before, used_before) = reads(&world).await;
    assert_eq!(before.len(), LARGE.len());
    read_all(&store, &world, tenant).await;
    // What a connection read is counted when it ends.
    store.close().await;
    eventually("the reads are counted", async || reads(&world).await.1 > used_before + 100).await;
    assert_eq!(reads(&world).await.0, before);
}

/// Rows of alerts that indexes led to.
async fn alerts_reached(world: &World) -> i64 {
    let reached =
        "select sum(idx_tup_read)::bigint from pg_stat_user_indexes where schemaname = 'app' and relname = 'alert'";
    sqlx::query_scalar(reached).fetch_one(&world.admin).await.unwrap()
}

#[tokio::test]
async fn an_alert_and_those_of_one_watch_are_found_among_ten_thousand_by_a_look_each() {
    let (world, tenant) = crowded().await;
    let reader = world.member(tenant, "Reader", Role::Viewer).await;
    let since = DateTime::<Utc>::UNIX_EPOCH;
    let asked = AskedAlerts { watch: None, open: None, since, plan: Plan::Fleet, now: world.clock.now() };
    let store = Store::connect(DatabaseRole::App, &world.database.url("ferry_app"), 1, sealer()).await.unwrap();
    let mut tx = store.begin(&world.membership(&reader).await).await.unwrap();
    let oldest = "select id, watch_id from alert order by released_at, id limit 1";
    let (id, watch): (Uuid, Uuid) = sqlx::query_as(oldest).fetch_one(&world.admin).await.unwrap();
    let before = alerts_reached(&world).await;
    let found = alert::find(&mut tx, AlertId(id), &asked).await.unwrap().unwrap();
    assert_eq!(found.watch, WatchId(watch));
    let of_watch = AskedAlerts { watch: Some(WatchId(watch)), ..asked };
    let listed = alert::list(&mut tx, &of_watch, None, 20).await.unwrap().rows;
    assert!(listed.iter().any(|alert| alert.id == found.id));
    drop(tx);
    store.close().await;
    eventually("the reads are counted", async || alerts_reached(&world).await > before).await;
    let reached = alerts_reached(&world).await - before;
    assert!(reached < 50, "{reached} rows");
}
