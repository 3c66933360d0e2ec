//! How PostgreSQL answers the statements that run in every sweep, poll and delivery: over a few thousand rows that are
//! analysed, none reads a whole table that grows. What is explained is the text of the schema's functions and of the
//! checked queries, as the server has them, planned without knowing the arguments, as functions are.

use crate::harness::{World, motorhome_days_from};
use chrono::Days;
use dev::{
    progress::Progress,
    world::crowd::{Crowd, Wish},
};
use domain::{operator::Operator, plan::Plan};
use sqlx::{AssertSqlSafe, Executor, PgConnection, Row};
use std::{collections::BTreeSet, fmt::Write};

/// Tables that grow with people, watches, sailings or time.
const GROWING: [&str; 14] = [
    "alert",
    "attempt",
    "change",
    "channel",
    "delivery",
    "fact",
    "member",
    "sailing",
    "target",
    "tenant",
    "user_account",
    "watch",
    "watch_channel",
    "watch_target",
];

const FUNCTIONS: [&str; 12] = [
    "close_alerts",
    "close_departed",
    "deliver_alerts",
    "delivery_tenant",
    "demand",
    "due_deliveries",
    "expire_watches",
    "record_alerts",
    "release_alerts",
    "unevaluated_watches",
    "watch_tenant",
    "watches_of_target",
];

/// Checked queries by a piece of their text, and the role that runs each.
const QUERIES: [(&str, &str, &str); 16] = [
    ("claim_change", "for no key update of c skip locked", "ferry_worker"),
    ("lock_due", "a.id as alert_id", "ferry_worker"),
    ("begin_attempt", "with begun as", "ferry_worker"),
    ("record", "with told as", "ferry_worker"),
    ("targets", "o.lacks_setting is null as \"polled!\", o.floor_s, o.stretch_s,", "ferry_worker"),
    ("record_unchanged", "set last_polled_at = g.at", "ferry_worker"),
    ("refresh_demand", "from demand($1, $2)", "ferry_worker"),
    ("known_facts", "select s.route_code, s.key, f.facts", "ferry_worker"),
    ("count_active", "\"count!\" from watch where state = 'active'", "ferry_app"),
    ("list of watches", "order by w.created_at desc, w.id desc", "ferry_app"),
    ("list of alerts", "where a.released_at is not null and a.released_at >= $1", "ferry_app"),
    ("list of alerts of a watch", "where a.watch_id = $1 and a.released_at is not null", "ferry_app"),
    ("shown alerts", "where a.id = any($1)\n  and a.released_at is not null", "ferry_app"),
    ("page of a dashboard", "with ahead as materialized", "ferry_app"),
    ("days of a route", "t.id limit 2) teller", "ferry_app"),
    ("list of sailings", "order by s.departs_at, s.key\n           limit least($10::bigint, 100) + 1", "ferry_app"),
];

/// 4,000 watches of 4,000 tenants and 1,000 of one, over 3,000 targets, each with four sailings, facts, changes that were
/// fanned out and a few that wait; an alert and two deliveries for each watch, all but a few of them done.
async fn a_lot(world: &World) {
    let wish = |n| {
        let criteria = motorhome_days_from(world.first_day + Days::new(n), 1);
        Wish::new(Operator::Harbour, criteria, world.clock.now()).unwrap()
    };
    let wishes: Vec<_> = (0..3_000).map(wish).collect();
    for (name, tenants, watches) in [("many", 4_000, 4_000), ("one", 1, 1_000)] {
        let crowd = Crowd { name, tenants, watches, plan: Plan::Fleet, wishes: &wishes };
        crowd.write(&world.database.super_url(), &Progress::start("seeding")).await.unwrap();
    }
    for sql in [
        "insert into sailing (operator_id, route_code, key, departs_local, departs_at)
         select 'harbour', 'POR-SAN', t.id || '-' || n, now(), now() + (t.id - 200) * interval '1 hour' from target t, generate_series(1, 4) n",
        "insert into fact select t.id, s.id, '{}', now() from target t join sailing s on s.key like t.id || '-%'",
        "insert into change (target_id, target_version, sailing_id, after, polled_at, free_at, plus_at, pro_at, fleet_at, recorded_at, fanned_out_at)
         select f.target_id, n, f.sailing_id, '{}', now(), now(), now(), now(), now(), now(),
                case when n < 5 or f.target_id % 300 > 0 then now() end
         from fact f, generate_series(1, 5) n",
        "insert into alert (tenant_id, id, watch_id, watch_version, target_id, sailing_id, change_id, leg, class, kind, seen_at, held_until,
                            released_at, closed_at, closed_reason)
         select wt.tenant_id, gen_random_uuid(), wt.watch_id, 1, wt.target_id, c.sailing_id, c.id, 0, 'motorhome', 'opening', now(), now(),
                case when c.id % 50 > 0 then now() end, case when s.departs_at < now() or s.id % 2 = 0 then now() end, 'gone'
         from watch_target wt join change c on c.target_id = wt.target_id and c.target_version = 1 join sailing s on s.id = c.sailing_id",
        "insert into delivery (tenant_id, alert_id, channel_id, state, next_attempt_at)
         select a.tenant_id, a.id, c.id, case when is_due then 'due' else 'sent' end, case when is_due then now() end
         from (select *, row_number() over () % 20 = 0 as is_due from alert) a
           join watch_channel wc using (tenant_id, watch_id) join channel c on c.tenant_id = wc.tenant_id and c.id = wc.channel_id",
        "insert into attempt (tenant_id, delivery_id, number, started_at) select tenant_id, id, 1, now() from delivery",
        "update target set last_good_at = now()",
        "update watch_target set evaluated_at = null, evaluated_version = null where target_id % 1000 = 0",
        "vacuum (analyze)",
    ] {
        world.admin.execute(sql).await.unwrap();
    }
}

/// A statement as the server is asked to plan it.
struct Statement {
    name: &'static str,
    role: &'static str,
    text: String,
    types: Vec<String>,
}

/// The body of a function, its arguments by number.
async fn body(name: &'static str, connection: &mut PgConnection) -> Statement {
    let row = sqlx::query(
        "select prosrc, proargnames[1:pronargs] as names, array(select format_type(t, null) from unnest(proargtypes) t) as types
         from pg_proc where pronamespace = 'app'::regnamespace and proname = $1",
    )
    .bind(name)
    .fetch_one(connection)
    .await
    .unwrap();
    let (mut text, names): (String, Vec<String>) = (row.get("prosrc"), row.get("names"));
    let numbered = names.iter().enumerate();
    let mut longest_first: Vec<_> = numbered.collect();
    longest_first.sort_by_key(|(_, name)| std::cmp::Reverse(name.len()));
    for (at, name) in longest_first {
        text = text.replace(name, &format!("${}", at + 1));
    }
    Statement { name, role: "ferry_matcher", text, types: row.get("types") }
}

/// A checked query, out of the cache that the build is checked against.
fn checked((name, piece, role): (&'static str, &'static str, &'static str)) -> Statement {
    let files = std::fs::read_dir(dev::checkout::root().join(".sqlx")).unwrap();
    let query = |file: std::io::Result<std::fs::DirEntry>| -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(file.unwrap().path()).unwrap()).unwrap()
    };
    let mut found: Vec<_> = files.map(query).filter(|query| query["query"].as_str().unwrap().contains(piece)).collect();
    assert_eq!(found.len(), 1, "{name}: {piece:?} is in one query");
    let query = found.remove(0);
    let types = query["describe"]["parameters"]["Left"].as_array().unwrap();
    let sql_type = |name: &serde_json::Value| match name.as_str().unwrap() {
        array if array.ends_with("Array") => format!("{}[]", array.trim_end_matches("Array")),
        plain => plain.to_owned(),
    };
    Statement {
        name,
        role,
        text: query["query"].as_str().unwrap().to_owned(),
        types: types.iter().map(sql_type).collect(),
    }
}

/// The plan, line by line, without costs.
async fn plan(statement: &Statement, connection: &mut PgConnection) -> Vec<String> {
    let Statement { role, text, types, .. } = statement;
    let listed = |items: &[String]| if items.is_empty() { String::new() } else { format!("({})", items.join(", ")) };
    let prepared = format!("prepare explained {} as {text}", listed(types));
    let explain = format!("explain (costs off) execute explained {}", listed(&vec!["null".to_owned(); types.len()]));
    connection.execute("begin").await.unwrap();
    for sql in [format!("set local role {role}"), "set local plan_cache_mode = force_generic_plan".to_owned(), prepared]
    {
        connection
            .execute(sqlx::raw_sql(AssertSqlSafe(sql)))
            .await
            .unwrap_or_else(|error| panic!("{}: {error}", statement.name));
    }
    let lines: Vec<String> = sqlx::query_scalar(AssertSqlSafe(explain)).fetch_all(&mut *connection).await.unwrap();
    connection.execute("rollback; deallocate explained").await.unwrap();
    lines
}

/// The tables that a plan reads by an index. Which of several good indexes, and in which order, is the planner's to say and
/// changes with the sample it takes; that each table that grows is reached by one is what we rely on.
fn by_index(plan: &[String]) -> BTreeSet<String> {
    let scans = ["Index Scan using ", "Index Only Scan using ", "Index Scan Backward using ", "Bitmap Heap Scan on "];
    let table = |line: &String| {
        let (_, rest) = scans.iter().find_map(|scan| line.split_once(scan))?;
        let named = rest.split_once(" on ").map_or(rest, |(_, table)| table);
        named.split(' ').next().filter(|table| GROWING.contains(table)).map(str::to_owned)
    };
    plan.iter().filter_map(table).collect()
}

#[tokio::test]
async fn no_statement_that_runs_all_the_time_reads_a_whole_table_that_grows() {
    let world = World::new().await;
    a_lot(&world).await;
    let mut connection = world.database.connect("postgres").await;
    let (mut shapes, mut whole) = (String::new(), Vec::new());
    let mut statements = Vec::new();
    for function in FUNCTIONS {
        statements.push(body(function, &mut connection).await);
    }
    statements.extend(QUERIES.map(checked));
    for statement in statements {
        writeln!(shapes, "# {}", statement.name).unwrap();
        let plan = plan(&statement, &mut connection).await;
        for line in &plan {
            let read = line.split_once("Seq Scan on ").map(|(_, table)| table.split(' ').next().unwrap().to_owned());
            whole.extend(read.filter(|table| GROWING.contains(&table.as_str())).map(|table| (statement.name, table)));
        }
        let tables: Vec<String> = by_index(&plan).into_iter().collect();
        writeln!(shapes, "by index: {}\n", tables.join(", ")).unwrap();
    }
    assert!(whole.is_empty(), "{whole:?}\n{shapes}");
    insta::assert_snapshot!("plans", shapes);
}
