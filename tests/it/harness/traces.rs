//! What a run leaves behind where nobody should find anything: logs, rows, Redis.

use super::World;
use redis::AsyncCommands;
use sqlx::AssertSqlSafe;
use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::{filter::LevelFilter, util::SubscriberInitExt};

/// Everything that is logged while it listens, our libraries' traces among it.
#[derive(Clone, Default)]
pub(crate) struct Logs(Arc<Mutex<Vec<u8>>>);

impl io::Write for Logs {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Logs {
    /// Everything that is logged on this thread from now on, as loudly as it can be said, and our libraries' words too. With one
    /// subscriber alone, what another test's thread meets first would be off for good: a second one keeps that from happening.
    pub(crate) fn listen() -> (Logs, [DefaultGuard; 2]) {
        let logs = Logs::default();
        let target = logs.clone();
        let second = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_writer(io::sink).set_default();
        let lines = tracing_subscriber::fmt().with_max_level(LevelFilter::TRACE).with_writer(move || target.clone());
        (logs, [lines.finish().set_default(), second])
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl World {
    /// All rows of all tables, as text.
    pub(crate) async fn rows(&self) -> String {
        let tables = "select tablename::text from pg_tables where schemaname = 'app'";
        let tables: Vec<String> = sqlx::query_scalar(tables).fetch_all(&self.admin).await.unwrap();
        let mut all = String::new();
        for table in tables {
            let sql = format!("select coalesce(string_agg(t::text, ' '), '') from app.{table} t");
            let text: String = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&self.admin).await.unwrap();
            all.push_str(&text);
        }
        all
    }

    /// All that Redis holds, as text.
    pub(crate) async fn remembered(&self) -> String {
        let url = self.config.redis_url.expose();
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
}
