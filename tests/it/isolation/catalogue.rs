//! What the catalogue says of row security, and that each rule sees the defect it is there for.

use crate::harness::Database;
use sqlx::{Executor, PgConnection};

const ROLES: [&str; 4] = ["ferry_app", "ferry_auth", "ferry_worker", "ferry_admin"];
const GLOBAL_TABLES: &[&str] = &[
    "change",
    "deployment",
    "fact",
    "held_batch",
    "identity",
    "login_attempt",
    "operator",
    "operator_day",
    "operator_incident",
    "platform_audit",
    "platform_audit_head",
    "route",
    "sailing",
    "seal_key",
    "session",
    "target",
    "terminal",
    "token_bucket",
    "user_account",
];
/// A key's public id must be unique everywhere: it is what a key is found by, and is random.
const UNIQUE_WITHOUT_TENANT: [&str; 1] = ["api_key_public_id_key"];
const DEFINERS: &[&str] = &[
    "acts_of_person",
    "ask_wanted_by",
    "audit_hashes",
    "audit_page",
    "audit_size",
    "chain_audit",
    "chain_platform_audit",
    "channels_of_person",
    "close_alerts",
    "close_departed",
    "close_outages",
    "deliver_alerts",
    "delivery_tenant",
    "demand",
    "depart",
    "due_deliveries",
    "empty_closed_tenants",
    "empty_own_tenant",
    "empty_tenant",
    "end_memberships",
    "erasure_outlook",
    "expire_watches",
    "forget_alerts",
    "forget_deliveries",
    "forget_idempotency",
    "forget_invitations",
    "forget_keys",
    "forget_letters",
    "forget_login_attempts",
    "forget_outages",
    "forget_sessions",
    "free_tenants_owned",
    "hold_membership",
    "identity_owner",
    "issue_key",
    "key_by_public_id",
    "letter_recipient",
    "membership",
    "open_outages",
    "open_tenant",
    "record_alerts",
    "record_audit_heads",
    "release_alerts",
    "reseal_channels",
    "reseal_identities",
    "reseal_invitations",
    "reseal_people",
    "resume_tenant",
    "retire_seal_keys",
    "revoke_planted",
    "seal_census",
    "sealed_channels",
    "sealed_identities",
    "sealed_invitations",
    "sealed_people",
    "session_by_hash",
    "stranger_lately",
    "suspend_tenant",
    "take_login_attempt",
    "tell_of_key",
    "tenant_wanted_by",
    "tenants_of",
    "trace_message",
    "unevaluated_watches",
    "wake_watches",
    "wanted_by",
    "warn_of_keys",
    "watch_tenant",
    "watch_wanted_by",
    "watches_of_target",
    "write_to_self",
];

/// Where `ferry_matcher` may look across tenants: each of the functions it owns needs one of these.
fn matcher_policies() -> Vec<String> {
    let read = [
        "tenant",
        "member",
        "channel",
        "watch",
        "watch_target",
        "watch_channel",
        "alert",
        "delivery",
        "outage",
        "api_key",
        "idempotency",
        "audit",
        "audit_head",
        "identity",
        "invitation",
        "letter",
        "session",
        "user_account",
    ];
    let write = [
        "alert:a",
        "delivery:a",
        "outage:a",
        "api_key:a",
        "api_key:w",
        "audit:a",
        "audit_head:a",
        "tenant:a",
        "member:a",
        "alert:w",
        "api_key:w",
        "audit_head:w",
        "channel:w",
        "identity:w",
        "invitation:w",
        "outage:w",
        "watch:w",
        "watch_target:w",
        "user_account:w",
        "idempotency:d",
        "tenant:w",
        "member:d",
        "member:w",
        "watch_channel:a",
        "channel:d",
        "invitation:d",
        "letter:a",
        "member:d",
        "api_key:d",
        "alert:d",
        "delivery:d",
        "outage:d",
        "letter:d",
        "session:d",
    ];
    let read = read.iter().map(|table| format!("{table}:r:ferry_matcher"));
    let write = write.iter().map(|entry| format!("{entry}:ferry_matcher"));
    // Members see their fellows; for them a person's row is no secret.
    let fellows = ["ferry_app", "ferry_worker"].map(|role| format!("user_account:r:{role}"));
    read.chain(write).chain(fellows).collect()
}

async fn defects(connection: &mut PgConnection) -> Vec<String> {
    let mut defects = Vec::new();
    for role in ROLES {
        let rows: Vec<(String, String)> = sqlx::query_as(include_str!("rls_catalog.sql"))
            .bind(role)
            .bind("app")
            .bind(GLOBAL_TABLES.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
            .bind(&UNIQUE_WITHOUT_TENANT.map(str::to_owned)[..])
            .bind(DEFINERS.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
            .bind(matcher_policies())
            .fetch_all(&mut *connection)
            .await
            .unwrap();
        defects.extend(rows.into_iter().map(|(rule, object)| format!("{role}: {rule}: {object}")));
    }
    defects
}

#[tokio::test]
async fn sr_ten_01_the_catalogue_has_no_defect_for_any_role() {
    let database = Database::migrated().await;
    let found = defects(&mut database.superuser().await.acquire().await.unwrap()).await;
    assert!(found.is_empty(), "{found:#?}");
}

/// A defect for each rule. What needs a cluster-wide role to change is undone with the transaction.
const PLANTED: &[(&str, &str)] = &[
    ("R01", "alter role ferry_admin bypassrls"),
    ("R02", "grant ferry_matcher to ferry_app"),
    ("R03", "create table app.loose (id int)"),
    ("R04", "alter table app.audit drop constraint audit_pkey; alter table app.audit alter tenant_id drop not null"),
    ("R05", "alter table app.watch disable row level security"),
    ("R06", "alter table app.watch no force row level security"),
    ("R07", "drop policy own_tenant on app.audit"),
    ("R08", "create policy p on app.audit to ferry_admin using (tenant_id = (select null::uuid))"),
    (
        "R09",
        "create policy second on app.watch for select to ferry_app using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid))",
    ),
    ("R10", "create policy open on app.audit for select to ferry_admin using (true)"),
    (
        "R11",
        "create policy bare on app.audit for select to ferry_admin using (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)",
    ),
    ("R12", "create table app.noindex (tenant_id uuid not null)"),
    ("R13", "create unique index oracle on app.channel (address)"),
    (
        "R14",
        "alter table app.delivery add unique (id); alter table app.attempt add foreign key (delivery_id) references app.delivery (id)",
    ),
    ("R15", "create view app.everything as select * from app.watch"),
    ("R16", "create materialized view app.frozen as select * from app.watch"),
    (
        "R17",
        "create function app.all_watches() returns bigint language sql security definer as 'select count(*) from app.watch'",
    ),
    ("R18", "grant truncate on app.watch to ferry_app"),
    (
        "R19",
        "create table app.parts (tenant_id uuid not null) partition by hash (tenant_id); create table app.part partition of app.parts for values with (modulus 1, remainder 0); grant select on app.part to ferry_app",
    ),
    (
        "R20",
        "create function app.tenant() returns text language sql immutable as $$ select current_setting('app.tenant', true) $$",
    ),
    ("R21", "grant create on schema app to ferry_app"),
    ("R22", "create policy everybody on app.audit for select using (tenant_id = (select null::uuid))"),
    ("R23", "grant execute on function app.demand(bigint[], timestamptz) to public"),
    ("R25", "alter table app.session no force row level security"),
    ("R26", "create policy open on app.session for select to ferry_auth using (true)"),
    ("R24", "grant temporary on database {database} to ferry_app"),
];

#[tokio::test]
async fn sr_ten_01_each_rule_sees_the_defect_it_is_there_for() {
    let database = Database::new().await;
    let pool = database.superuser().await;
    for (rule, plant) in PLANTED {
        let plant = plant.replace("{database}", database.name());
        let mut connection = pool.acquire().await.unwrap();
        connection.execute("begin").await.unwrap();
        connection
            .execute(sqlx::raw_sql(sqlx::AssertSqlSafe(plant.clone())))
            .await
            .unwrap_or_else(|error| panic!("{plant}: {error}"));
        let seen = defects(&mut connection).await.iter().any(|found| found.contains(rule));
        connection.execute("rollback").await.unwrap();
        assert!(seen, "{rule} does not see: {plant}");
    }
}

#[tokio::test]
async fn sr_ten_04_each_function_that_looks_across_tenants_is_open_to_the_one_role_that_calls_it() {
    let database = Database::new().await;
    let rows: Vec<(String, String)> = sqlx::query_as(
        "select f.proname::text, coalesce(string_agg(r.rolname::text, ' ' order by r.rolname)
                  filter (where has_function_privilege(r.oid, f.oid, 'execute')), 'no role')
         from pg_proc f join pg_namespace n on n.oid = f.pronamespace
           cross join pg_roles r
         where n.nspname = 'app' and f.prosecdef and r.rolname in ('ferry_app', 'ferry_auth', 'ferry_worker', 'ferry_admin')
         group by f.oid, f.proname order by 1",
    )
    .fetch_all(&database.superuser().await)
    .await
    .unwrap();
    let table: String = rows.iter().map(|(name, roles)| format!("{name:20} {roles}\n")).collect();
    insta::assert_snapshot!("functions_across_tenants", table);
}

#[tokio::test]
async fn sr_ten_04_a_role_that_may_not_call_a_function_is_refused() {
    let database = Database::new().await;
    for (role, call) in [
        ("ferry_app", "select * from watches_of_target(1, 1, '00000000-0000-0000-0000-000000000000', 0::smallint, 10)"),
        ("ferry_app", "select * from delivery_tenant('{1}')"),
        (
            "ferry_worker",
            "select * from membership('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000000')",
        ),
        ("ferry_admin", "select release_alerts(now(), 1)"),
        ("ferry_worker", "select * from sealed_channels('', gen_random_uuid(), gen_random_uuid(), 1)"),
        ("ferry_auth", "select reseal_people('{}', '{}', '{}')"),
        ("ferry_app", "select retire_seal_keys('{}')"),
        ("ferry_app", "select * from key_by_public_id('abcdefghijk', now())"),
        ("ferry_app", "select * from session_by_hash('')"),
        ("ferry_app", "select * from take_login_attempt('', '', '', now())"),
        ("ferry_app", "select open_tenant(gen_random_uuid(), '', gen_random_uuid(), now())"),
        ("ferry_worker", "select revoke_planted('{}', now(), gen_random_uuid())"),
        ("ferry_auth", "select * from end_planted('{}', now())"),
        ("ferry_app", "select depart_from(gen_random_uuid(), gen_random_uuid(), gen_random_uuid())"),
        ("ferry_app", "select * from channels_of_person(1)"),
        ("ferry_auth", "select nonce from login_attempt"),
        ("ferry_auth", "delete from login_attempt"),
        ("ferry_app", "select * from tenants_of(gen_random_uuid())"),
        ("ferry_worker", "select identity_owner('', '')"),
        ("ferry_app", "select end_memberships(now(), gen_random_uuid())"),
        ("ferry_app", "select empty_own_tenant(now(), gen_random_uuid())"),
        ("ferry_app", "select * from hold_membership(gen_random_uuid())"),
        ("ferry_app", "select * from acts_of_person(0, 1)"),
        ("ferry_auth", "select empty_tenant(gen_random_uuid(), now())"),
        ("ferry_auth", "select forget_sessions(now(), 1)"),
        ("ferry_app", "select secret_hash from api_key"),
        ("ferry_auth", "select secret_hash from api_key"),
        (
            "ferry_auth",
            "select issue_key(gen_random_uuid(), gen_random_uuid(), 'abcdefghijk', '', '{read}', now(), now(), gen_random_uuid())",
        ),
        ("ferry_app", "select * from audit_page(gen_random_uuid(), 0, 1)"),
        ("ferry_worker", "select * from trace_message(gen_random_uuid())"),
        ("ferry_auth", "select record_audit_heads(gen_random_uuid(), 1, now(), '', gen_random_uuid())"),
        ("ferry_auth", "select * from unevaluated_watches(1, '{60}')"),
    ] {
        let refused = database.connect(role).await.execute(call).await.unwrap_err();
        let code = refused.as_database_error().and_then(|error| error.code().map(|code| code.into_owned()));
        assert_eq!(code.as_deref(), Some("42501"), "{role}: {call}");
    }
}
