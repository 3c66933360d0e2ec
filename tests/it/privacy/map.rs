//! The map holds every column there is, and no other.

use crate::harness::{Browser, Database, World};
use axum::http::StatusCode;
use sqlx::{AssertSqlSafe, PgPool};
use std::collections::BTreeSet;
use store::privacy::{self, Part};

/// What cannot hold a text or stand for a person; everything else must be in the map.
const BARE: [&str; 7] =
    ["smallint", "integer", "bigint", "boolean", "timestamp with time zone", "timestamp without time zone", "date"];

/// Where map and schema disagree.
async fn disagreements(pool: &PgPool) -> Vec<String> {
    let columns: Vec<(String, String, String)> = sqlx::query_as(
        "select c.relname::text, a.attname::text, format_type(a.atttypid, null)
         from pg_attribute a join pg_class c on c.oid = a.attrelid
         where c.relnamespace = 'app'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let mut found = Vec::new();
    for (table, column, kind) in &columns {
        match privacy::table(table) {
            None => found.push(format!("{table} is not in the map")),
            Some(known) if known.column(column).is_none() => {
                if known.part != Part::Nowhere || !BARE.contains(&kind.as_str()) {
                    found.push(format!("{table}.{column} ({kind}) is not in the map"));
                }
            }
            Some(_) => {}
        }
    }
    let there: BTreeSet<_> = columns.iter().map(|(table, column, _)| (table.as_str(), column.as_str())).collect();
    for table in privacy::tables() {
        let names = table.columns.iter().flat_map(|columns| columns.names);
        let gone = names.filter(|name| !there.contains(&(table.name, **name)));
        found.extend(gone.map(|name| format!("{}.{name} is in the map alone", table.name)));
    }
    found
}

#[tokio::test]
async fn sr_prv_01_every_column_that_could_say_something_is_in_the_map_and_the_map_names_no_other() {
    let pool = Database::new().await.superuser().await;
    assert_eq!(disagreements(&pool).await, Vec::<String>::new());
    for (planted, seen) in [
        ("alter table app.watch add column diary text", "watch.diary (text) is not in the map"),
        ("alter table app.target add column asked_by uuid", "target.asked_by (uuid) is not in the map"),
        ("alter table app.session add column address inet", "session.address (inet) is not in the map"),
        ("create table app.guestbook (entry jsonb)", "guestbook is not in the map"),
        ("alter table app.channel rename column kind to sort", "channel.kind is in the map alone"),
    ] {
        sqlx::query(AssertSqlSafe(planted)).execute(&pool).await.unwrap();
        assert!(disagreements(&pool).await.contains(&seen.to_owned()), "{planted}");
    }
}

#[tokio::test]
async fn sr_prv_01_everybody_can_read_what_is_kept_and_why() {
    let world = World::new().await;
    let page = Browser::new(app::router(world.web())).get("/privacy").await;
    assert_eq!(page.status, StatusCode::OK);
    for table in privacy::tables() {
        assert!(page.text.contains(&format!("<h2 id=\"{}\">", table.name)), "{}", table.name);
        for columns in table.columns {
            assert!(page.text.contains(&columns.names.join(", ")), "{}: {:?}", table.name, columns.names);
        }
    }
    for said in ["Kept 366 days after it was made", "Kept 24 hours after it was given", "stays: ids alone"] {
        assert!(page.text.contains(said), "{said}");
    }
}
