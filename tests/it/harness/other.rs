//! Somebody else's transaction beside the product's, step by step: for what must hold in whichever order two things happen.

use super::{World, eventually};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

/// An open transaction of the superuser.
pub(crate) struct Other(PgConnection);

impl Other {
    pub(crate) async fn begin(world: &World) -> Other {
        let mut connection = PgConnection::connect(&world.database.super_url()).await.unwrap();
        connection.execute("set search_path = app").await.unwrap();
        connection.execute("begin").await.unwrap();
        Other(connection)
    }

    pub(crate) async fn run(&mut self, sql: &str) {
        self.0.execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))).await.unwrap();
    }

    /// Until so many wait for it, or for each other.
    pub(crate) async fn waited_for(&mut self, world: &World, many: i64) {
        let waiting =
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        eventually("somebody waits for a lock", async || world.count(waiting).await >= many).await;
    }

    pub(crate) async fn commit(mut self) {
        self.run("commit").await;
    }
}
