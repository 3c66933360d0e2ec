//! What pages read where there is much: a tenant with 10,000 watches and as many alerts among a hundred thousand facts. Promises that
//! no read walks over a whole table, whatever else is in it; how long each takes is `cargo dev bench`'s to say.

use super::{motorhome, route};
use crate::harness::{World, eventually, motorhome_days_from, sealer};
use chrono::{DateTime, Days, TimeDelta, Utc};
use dev::{
    progress::Progress,
    world::crowd::{Crowd, Wish},
};
use domain::{access::Role, id::TenantId, operator::Operator, plan::Plan};
use sqlx::AssertSqlSafe;
use std::collections::BTreeMap;
use store::{
    DatabaseRole, Store,
    alert::{self, AskedAlerts},
    calendar::{self, AskedDays},
    outage, status,
    timeline::{self, AskedSteps},
    watch,
};
use uuid::Uuid;

/// Tables that are large wherever there are many people, watches or sailings.
const LARGE: [&str; 10] =
    ["watch", "watch_target", "watch_channel", "alert", "delivery", "change", "fact", "sailing", "target", "outage"];

/// What is known of sailings, and what the watches were told. $1 now, $2 the tenant.
const HISTORY: [&str; 8] = [
    "insert into target (operator_id, question, created_at, last_good_at, last_polled_at)
       select 'harbour', jsonb_build_object('kind', 'route_day', 'route', 'POR-SAN', 'n', n), $1 - interval '90 days', $1, $1
       from generate_series(1, 20000) n where $2 is not null",
    "insert into sailing (operator_id, route_code, key, departs_local, departs_at)
       select 'harbour', (array['POR-SAN', 'SAN-POR', 'POR-ISL', 'ISL-POR'])[1 + n % 4], 'S-' || n, at, at
       from generate_series(1, 20000) n cross join lateral (select date_trunc('day', $1) + n * interval '1 hour' as at) s where $2 is not null",
    "insert into fact (target_id, sailing_id, facts, observed_at)
       select t.id, s.id, '{\"classes\": {\"motorhome\": {\"availability\": {\"is\": \"full\"}, \"price\": null}}, \"cabin\": null, \"pet_cabin\": null}', $1
       from sailing s join target t on t.question ->> 'n' = substr(s.key, 3) where $2 is not null",
    "insert into change (target_id, target_version, sailing_id, after, polled_at, free_at, plus_at, pro_at, fleet_at, recorded_at, fanned_out_at)
       select f.target_id, n, f.sailing_id, jsonb_set(f.facts, '{classes,motorhome,availability}', jsonb_build_object('is', 'available', 'spaces', n)),
              at, at, at, at, at, at, at
       from fact f cross join generate_series(1, 5) n cross join lateral (select $1 - interval '1 day' + n * interval '1 hour' as at) told
       where $2 is not null",
    "insert into alert (tenant_id, id, watch_id, watch_version, target_id, sailing_id, leg, class, kind, seen_at, released_at, closed_at, closed_reason)
       select w.tenant_id, gen_random_uuid(), w.id, 1, f.target_id, f.sailing_id, 0, 'motorhome', 'opening', $1, $1, $1, 'gone'
       from watch w cross join lateral (select * from fact where sailing_id = 1 + (hashtext(w.id::text) & 8191)) f where w.tenant_id = $2",
    "insert into delivery (tenant_id, alert_id, channel_id, state, sent_at)
       select a.tenant_id, a.id, c.id, 'sent', $1 from alert a join channel c using (tenant_id) where a.tenant_id = $2",
    "insert into outage (tenant_id, operator_id, cause, noticed_at, ended_at)
       select $2, 'harbour', 'off', $1 - n * interval '1 hour', $1 - n * interval '1 hour' + interval '1 minute' from generate_series(1, 2000) n",
    "insert into operator_day (operator_id, day, good_min, degraded_min, paused_min, off_min, condition, counted_at)
       select o.id, $1::date - n, 1440, 0, 0, 0, 'good', $1 from operator o, generate_series(1, 400) n where $2 is not null",
];

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
    for statement in HISTORY {
        sqlx::query(statement).bind(world.clock.now()).bind(tenant).execute(&world.admin).await.unwrap();
    }
    sqlx::query("analyze").execute(&world.admin).await.unwrap();
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

/// Everything that pages of a watch, a route and the status read.
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
    assert_eq!(alert::list(&mut tx, &asked, None, 20).await.unwrap().rows.len(), 20);
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
