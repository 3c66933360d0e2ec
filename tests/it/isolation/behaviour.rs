//! What one tenant's session can do to another tenant's rows: nothing, in every table, as every role.

use crate::harness::{Database, Person, World, motorhome_days};
use domain::{access::Role, plan::Plan};
use sqlx::{AssertSqlSafe, Executor, PgConnection, Row};
use uuid::Uuid;

const ROLES: [&str; 3] = ["ferry_app", "ferry_auth", "ferry_worker"];

/// Two tenants; the first has at least one row in every tenant table.
pub(super) async fn two_tenants() -> (World, Person, Person) {
    let world = World::new().await;
    let sailing = world.everything_is_full(1).remove(0);
    let (alice, bob) = (world.person("Alice", Plan::Pro).await, world.person("Bob", Plan::Pro).await);
    world.watch(&alice, &motorhome_days(1)).await;
    world.poll().await;
    world.settle().await;
    world.open(&sailing);
    world.an_hour_later().await;
    sqlx::query(
        "insert into api_key (tenant_id, id, public_id, secret_hash, scopes, created_by, expires_at)
         values ($1, gen_random_uuid(), 'abcdefghijk', sha256('x'), '{read}', $2, now())",
    )
    .bind(alice.tenant.0)
    .bind(alice.user.0)
    .execute(&world.admin)
    .await
    .unwrap();
    sqlx::query("insert into outage (tenant_id, operator_id, cause, noticed_at) values ($1, 'harbour', 'off', now())")
        .bind(alice.tenant.0)
        .execute(&world.admin)
        .await
        .unwrap();
    sqlx::query("insert into audit (tenant_id, at, actor, action, subject, request_id) values ($1, now(), 'a', 'b', 'c', gen_random_uuid())")
        .bind(alice.tenant.0)
        .execute(&world.admin)
        .await
        .unwrap();
    sqlx::query(
        "insert into idempotency (tenant_id, route, key, request_hash, status, response, created_at)
         values ($1, 'r', 'k', decode(repeat('00', 32), 'hex'), 201, '{}', now())",
    )
    .bind(alice.tenant.0)
    .execute(&world.admin)
    .await
    .unwrap();
    world.invite(&alice, "guest@example.test", Role::Viewer).await.unwrap();
    (world, alice, bob)
}

async fn tenant_tables(world: &World) -> Vec<String> {
    sqlx::query_scalar(
        "select table_name::text from information_schema.columns
         where table_schema = 'app' and column_name = 'tenant_id' order by 1",
    )
    .fetch_all(&world.admin)
    .await
    .unwrap()
}

async fn as_tenant(database: &Database, role: &str, tenant: Uuid) -> PgConnection {
    let mut connection = database.connect(role).await;
    sqlx::query("select set_config('app.tenant', $1, false)")
        .bind(tenant.to_string())
        .execute(&mut connection)
        .await
        .unwrap();
    connection
}

pub(super) fn code(error: &sqlx::Error) -> String {
    error.as_database_error().and_then(|error| error.code()).map(|code| code.into_owned()).unwrap_or_default()
}

#[tokio::test]
async fn sr_ten_01_another_tenants_rows_can_be_neither_seen_nor_changed_nor_made_in_any_table_as_any_role() {
    let (world, alice, bob) = two_tenants().await;
    let tables = tenant_tables(&world).await;
    assert!(tables.len() >= 11, "{tables:?}");
    for table in &tables {
        let sql = format!("select to_jsonb(x) from {table} x where tenant_id = $1 limit 1");
        let row: serde_json::Value = sqlx::query_scalar(AssertSqlSafe(sql))
            .bind(alice.tenant.0)
            .fetch_one(&world.admin)
            .await
            .unwrap_or_else(|error| panic!("{table} has no row to try with: {error}"));
        for role in ROLES {
            let mut bobs = as_tenant(&world.database, role, bob.tenant.0).await;
            attack(&mut bobs, table, role, alice.tenant.0, &row).await;
        }
    }
}

async fn attack(bobs: &mut PgConnection, table: &str, role: &str, victim: Uuid, row: &serde_json::Value) {
    for sql in [
        format!("select 1 from {table} where tenant_id = $1"),
        format!("update {table} set tenant_id = tenant_id where tenant_id = $1 returning 1"),
        format!("delete from {table} where tenant_id = $1 returning 1"),
    ] {
        match sqlx::query(AssertSqlSafe(sql.clone())).bind(victim).fetch_all(&mut *bobs).await {
            Ok(rows) => assert!(rows.is_empty(), "{role}: {sql}"),
            Err(error) => assert_eq!(code(&error), "42501", "{role}: {sql}: {error}"),
        }
    }
    let insert =
        format!("insert into {table} overriding system value select * from jsonb_populate_record(null::{table}, $1)");
    let error = sqlx::query(AssertSqlSafe(insert.clone())).bind(row).execute(&mut *bobs).await.unwrap_err();
    assert_eq!(code(&error), "42501", "{role}: {insert}: {error}");
}

#[tokio::test]
async fn sr_ten_02_without_a_tenant_every_table_is_empty_for_every_role() {
    let (world, _, _) = two_tenants().await;
    for table in tenant_tables(&world).await {
        for role in ROLES {
            let mut connection = world.database.connect(role).await;
            let sql = format!("select 1 from {table}");
            match sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut connection).await {
                Ok(rows) => assert!(rows.is_empty(), "{role} sees {table}"),
                Err(error) => assert_eq!(code(&error), "42501", "{role} {table}"),
            }
        }
    }
}

#[tokio::test]
async fn sr_ten_05_equal_values_of_two_tenants_do_not_meet() {
    let (world, alice, bob) = two_tenants().await;
    let same = "insert into channel (tenant_id, id, user_id, kind, address, address_index) values ($1, $2, $3, 'email', 'same', 'same')";
    let id = Uuid::now_v7();
    for person in [&alice, &bob] {
        let mut connection = as_tenant(&world.database, "ferry_app", person.tenant.0).await;
        sqlx::query(same).bind(person.tenant.0).bind(id).bind(person.user.0).execute(&mut connection).await.unwrap();
    }
}

#[tokio::test]
async fn sr_ten_05_a_reference_to_another_tenants_row_is_refused() {
    let (world, alice, bob) = two_tenants().await;
    let mut bobs = as_tenant(&world.database, "ferry_app", bob.tenant.0).await;
    let watch: Uuid = sqlx::query_scalar("select id from watch").fetch_one(&world.admin).await.unwrap();
    let sql = "insert into watch_channel (tenant_id, watch_id, channel_id) values ($1, $2, $3)";
    let error =
        sqlx::query(sql).bind(bob.tenant.0).bind(watch).bind(alice.channel.0).execute(&mut bobs).await.unwrap_err();
    assert_eq!(code(&error), "23503", "{error}");
}

#[tokio::test]
async fn sr_ten_04_the_id_of_a_watch_cannot_be_chosen_for_it_names_the_watch_across_tenants() {
    let (world, _, bob) = two_tenants().await;
    let mut bobs = as_tenant(&world.database, "ferry_app", bob.tenant.0).await;
    let sql = "insert into watch (tenant_id, id, user_id, operator_id, criteria, expires_at) values ($1, $2, $3, 'harbour', '{}', now())";
    let error =
        sqlx::query(sql).bind(bob.tenant.0).bind(Uuid::now_v7()).bind(bob.user.0).execute(&mut bobs).await.unwrap_err();
    assert_eq!(code(&error), "42501", "{error}");
}

#[tokio::test]
async fn sr_ten_05_deleting_all_of_one_tenant_leaves_the_others_rows_as_they_were() {
    let (world, alice, bob) = two_tenants().await;
    world.watch(&bob, &motorhome_days(1)).await;
    world.an_hour_later().await;
    let before = digest(&world, bob.tenant.0).await;
    for table in ["watch", "channel", "api_key", "audit", "member"] {
        let sql = format!("delete from {table} where tenant_id = $1");
        sqlx::query(AssertSqlSafe(sql)).bind(alice.tenant.0).execute(&world.admin).await.unwrap();
    }
    assert_eq!(digest(&world, bob.tenant.0).await, before);
}

async fn digest(world: &World, tenant: Uuid) -> Vec<String> {
    let mut digests = Vec::new();
    for table in tenant_tables(world).await {
        let sql = format!(
            "select coalesce(md5(string_agg(x::text, '|' order by x::text)), '') from {table} x where tenant_id = $1"
        );
        digests.push(sqlx::query_scalar(AssertSqlSafe(sql)).bind(tenant).fetch_one(&world.admin).await.unwrap());
    }
    digests
}

#[tokio::test]
async fn sr_ten_06_a_prepared_statement_that_ran_for_one_tenant_returns_the_others_rows_to_the_other() {
    let (world, alice, bob) = two_tenants().await;
    let mut connection = world.database.connect("ferry_app").await;
    connection.execute("prepare mine as select tenant_id from channel").await.unwrap();
    for person in [&alice, &bob, &alice] {
        for _ in 0..7 {
            sqlx::query("select set_config('app.tenant', $1, false)")
                .bind(person.tenant.0.to_string())
                .execute(&mut connection)
                .await
                .unwrap();
            let rows = connection.fetch_all("execute mine").await.unwrap();
            let tenants: Vec<Uuid> = rows.iter().map(|row| row.get(0)).collect();
            assert_eq!(tenants, [person.tenant.0]);
        }
    }
}
