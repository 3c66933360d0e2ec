//! What whoever did not sign in can reach in the database: what belongs to nobody, to read; by the catalogue, in every
//! table there is.

use super::behaviour::{code, two_tenants};
use crate::harness::{World, motorhome_days};
use domain::plan::Plan;
use sqlx::{AssertSqlSafe, Executor, PgConnection};
use store::{DatabaseRole, Store, operator, public::BEGIN};
use uuid::Uuid;

/// The roles of programs that hold a [`Store`].
const ROLES: [&str; 2] = ["ferry_app", "ferry_worker"];

/// Tables, and whether they hold rows of tenants or of people.
async fn tables(world: &World) -> Vec<(String, bool)> {
    sqlx::query_as(
        "select relname::text, relrowsecurity from pg_class
         where relnamespace = 'app'::regnamespace and relkind in ('r', 'p') order by 1",
    )
    .fetch_all(&world.admin)
    .await
    .unwrap()
}

/// A connection on which a tenant and a person were left set, as they never are.
async fn soiled(world: &World, role: &str, tenant: Uuid, user: Uuid) -> PgConnection {
    let mut connection = world.database.connect(role).await;
    sqlx::query("select set_config('app.tenant', $1, false), set_config('app.user', $2, false)")
        .bind(tenant.to_string())
        .bind(user.to_string())
        .execute(&mut connection)
        .await
        .unwrap();
    connection
}

/// How many rows a statement of a transaction finds; nothing if the role may not run it.
async fn found(connection: &mut PgConnection, sql: &str) -> Result<u64, String> {
    connection.execute("savepoint before").await.unwrap();
    let rows = sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(&mut *connection).await;
    connection.execute("rollback to before").await.unwrap();
    rows.map(|rows| rows.len() as u64).map_err(|error| code(&error))
}

#[tokio::test]
async fn sr_ten_10_who_did_not_sign_in_sees_no_row_of_any_tenant_or_person_whatever_the_connection_did_before() {
    let (world, alice, _) = two_tenants().await;
    for role in ROLES {
        let mut connection = soiled(&world, role, alice.tenant.0, alice.user.0).await;
        let (mut seen_by_alice, mut guarded) = (0, 0);
        for (table, _) in tables(&world).await.iter().filter(|(_, is_somebodys)| *is_somebodys) {
            let sql = format!("select 1 from {table}");
            connection.execute("begin").await.unwrap();
            seen_by_alice += found(&mut connection, &sql).await.unwrap_or(0);
            connection.execute("rollback").await.unwrap();
            connection.execute(BEGIN).await.unwrap();
            match found(&mut connection, &sql).await {
                Ok(rows) => assert_eq!(rows, 0, "{role} shows {table} to anybody"),
                Err(code) => assert_eq!(code, "42501", "{role} {table}"),
            }
            connection.execute("rollback").await.unwrap();
            guarded += 1;
        }
        assert!(guarded >= 18 && seen_by_alice >= 10, "{role}: {guarded} tables, {seen_by_alice} rows");
    }
}

#[tokio::test]
async fn sr_ten_10_who_did_not_sign_in_writes_nothing_in_any_table() {
    let (world, alice, _) = two_tenants().await;
    for role in ROLES {
        let mut connection = soiled(&world, role, alice.tenant.0, alice.user.0).await;
        let (mut refused, mut read) = (0, 0);
        connection.execute(BEGIN).await.unwrap();
        for (table, _) in tables(&world).await {
            let first: String = sqlx::query_scalar(
                "select attname::text from pg_attribute
                 where attrelid = $1::regclass and attnum > 0 and not attisdropped and attidentity = ''
                 order by has_column_privilege($2, attrelid, attnum, 'update') desc, attnum limit 1",
            )
            .bind(format!("app.{table}"))
            .bind(role)
            .fetch_one(&world.admin)
            .await
            .unwrap();
            for sql in [
                format!("insert into {table} ({first}) select null where false"),
                format!("update {table} set {first} = null where false"),
                format!("delete from {table} where false"),
                format!("truncate {table}"),
                format!("select {first} from {table} for update"),
            ] {
                let said = found(&mut connection, &sql).await.unwrap_err();
                assert!(["25006", "42501"].contains(&said.as_str()), "{role}: {sql}: {said}");
                refused += u32::from(said == "25006");
            }
            read += u32::from(found(&mut connection, &format!("select 1 from {table}")).await.is_ok());
        }
        assert!(refused >= 15 && read >= 15, "{role}: {refused} statements that its rights allow, {read} tables");
    }
}

#[tokio::test]
async fn sr_ten_10_the_door_of_nobody_begins_as_was_tried_and_leaves_nothing_behind() {
    let (world, _, bob) = two_tenants().await;
    let url = world.database.url("ferry_app");
    let one = Store::connect(DatabaseRole::App, &url, 1, crate::harness::sealer()).await.unwrap();
    let mut look = one.look().await.unwrap();
    let begun: Vec<String> = sqlx::query_scalar(
        "select query from pg_stat_activity
         where datname = current_database() and usename = 'ferry_app' and state = 'idle in transaction'",
    )
    .fetch_all(&world.admin)
    .await
    .unwrap();
    assert_eq!(begun, [BEGIN]);
    assert!(!operator::list(&mut look).await.unwrap().is_empty(), "what belongs to nobody is shown to anybody");
    drop(look);

    // The one connection of the pool is as it was: no tenant, and who may write writes.
    assert_eq!(one.tenant_left_behind().await.unwrap(), None);
    assert_eq!(world.membership(&bob).await.plan(), Plan::Pro);
    let world = World { app: one, ..world };
    world.watch(&bob, &motorhome_days(1)).await;
}
