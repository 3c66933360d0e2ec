//! An operator's access code goes to that operator and nowhere else (CLAUDE.md, rule 8).

use super::{alice_waits_for_bainbridge, asked, minutes_later};
use crate::harness::World;
use dev::sim::{ACCESS_CODE, Misbehaviour};
use domain::operator::Operator;
use redis::AsyncCommands;
use sqlx::AssertSqlSafe;
use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};
use tracing_subscriber::{filter::LevelFilter, util::SubscriberInitExt};

/// Everything that is logged while it lives, our libraries' traces among it.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

/// All rows of all tables, as text.
async fn rows(world: &World) -> String {
    let tables: Vec<String> = sqlx::query_scalar("select tablename::text from pg_tables where schemaname = 'app'")
        .fetch_all(&world.admin)
        .await
        .unwrap();
    let mut all = String::new();
    for table in tables {
        let sql = format!("select coalesce(string_agg(t::text, ' '), '') from app.{table} t");
        let text: String = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&world.admin).await.unwrap();
        all.push_str(&text);
    }
    all
}

/// All that Redis holds, as text.
pub(crate) async fn remembered(world: &World) -> String {
    let url = world.config.redis_url.expose();
    let mut redis = workers::schedule::connect(url, Duration::from_secs(5)).await.unwrap();
    let keys: Vec<String> = redis.keys("*").await.unwrap();
    let mut all = keys.join(" ");
    for key in keys {
        let kind: String = redis::cmd("type").arg(&key).query_async(&mut redis).await.unwrap();
        let values: Vec<String> = match kind.as_str() {
            "zset" => redis.zrange(&key, 0, -1).await.unwrap(),
            "hash" => redis.hgetall(&key).await.unwrap(),
            "set" => redis.smembers(&key).await.unwrap(),
            "list" => redis.lrange(&key, 0, -1).await.unwrap(),
            _ => vec![redis.get(&key).await.unwrap()],
        };
        all.push_str(&values.join(" "));
    }
    all
}

#[tokio::test]
async fn sr_opr_07_an_access_code_is_in_no_log_row_error_or_queue_whatever_the_operator_answers() {
    let behaviours = [
        Misbehaviour::None,
        Misbehaviour::RepeatsRequest { status: 200 },
        Misbehaviour::RepeatsRequest { status: 403 },
        Misbehaviour::RepeatsRequest { status: 500 },
        Misbehaviour::Redirect,
        Misbehaviour::TooManyRequests { retry_after_s: 1 },
        Misbehaviour::ChangedLayout,
        Misbehaviour::LoginWall,
        Misbehaviour::CutShort,
        Misbehaviour::EndlessBody,
    ];
    let (world, _) = alice_waits_for_bainbridge().await;
    let log = Log::default();
    let writer = log.clone();
    let lines = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_writer(move || writer.clone());
    // Were there only one, an event that a parallel test comes to first would be off for good.
    let _two = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_writer(io::sink).set_default();
    let _capturing = lines.finish().set_default();
    for how in behaviours {
        world.sim.misbehave(Operator::Wsf, how);
        sqlx::query("update operator set open_until = null, failures_in_row = 0").execute(&world.admin).await.unwrap();
        sqlx::query("update target set not_before = null").execute(&world.admin).await.unwrap();
        let before = asked(&world, Operator::Wsf);
        minutes_later(&world, 5).await;
        assert_eq!(asked(&world, Operator::Wsf), before + 1, "{how:?}");
        let failed = world.count("select count(*) from target where last_error is not null").await;
        assert_eq!(failed, i64::from(how != Misbehaviour::None), "{how:?}");
        for (place, text) in [("rows", rows(&world).await), ("Redis", remembered(&world).await), ("log", log.text())] {
            assert!(!text.contains(ACCESS_CODE), "{how:?}: the code is in the {place}");
        }
    }
    for captured in ["poll failed", "reqwest::connect"] {
        assert!(log.text().contains(captured), "{captured}: ours and our libraries' words are in the log");
    }
    let requests = world.sim.requests();
    let mut sent = requests.iter().filter(|request| request.operator == Some(Operator::Wsf));
    assert!(sent.all(|request| request.path.ends_with(ACCESS_CODE)), "and the operator did get it");
    let mut others = requests.iter().filter(|request| request.operator != Some(Operator::Wsf));
    assert!(others.all(|request| !request.path.contains(ACCESS_CODE)), "robots.txt is asked for without it");
    assert!(!format!("{:?}", world.config.access_codes).contains(ACCESS_CODE));
}

#[tokio::test]
async fn sr_opr_07_without_an_access_code_washington_is_not_asked_and_its_row_says_so() {
    let (mut world, sailing) = alice_waits_for_bainbridge().await;
    world.parts.poller.access_codes = Arc::default();
    world.parts.reconciler.access_codes = Arc::default();
    minutes_later(&world, 0).await;
    world.sim.free(&sailing.place("standard"), 5).unwrap();
    minutes_later(&world, 60).await;
    assert_eq!(world.sim.request_count(), 0, "not even for robots.txt");
    let lacks = "select lacks_setting from operator where id = 'wsf'";
    let lacks: Option<String> = sqlx::query_scalar(lacks).fetch_one(&world.admin).await.unwrap();
    assert_eq!(lacks.as_deref(), Some("FERRY_WSF_ACCESS_CODE"));
    assert_eq!(
        world.count("select count(*) from target where failures_in_row = 0 and last_polled_at is null").await,
        1
    );
}

#[tokio::test]
async fn a_wrong_access_code_is_a_failed_poll_and_no_fact() {
    let (world, _) = alice_waits_for_bainbridge().await;
    world.sim.set_access_code("another-code");
    minutes_later(&world, 0).await;
    assert_eq!(world.count("select count(*) from target where last_error like '%403%'").await, 1);
    assert_eq!(world.count("select count(*) from fact").await, 0);
}
