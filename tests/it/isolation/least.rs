//! What each database role may do, statement by statement, and what none of them may. Every statement touches no
//! row, so that only the right to run it decides; "denied" is the server's `insufficient_privilege` and nothing else.

use crate::harness::Database;
use sqlx::{AssertSqlSafe, Executor, PgConnection};
use std::fmt::Write;

/// Roles that programs connect as, the one that functions belong to, and the one that migrates.
const ROLES: [&str; 6] = ["ferry_app", "ferry_auth", "ferry_worker", "ferry_admin", "ferry_matcher", "ferry_owner"];

/// A statement, and the runtime roles that need it.
type Row = (&'static str, &'static [&'static str]);

const APP: &str = "ferry_app";
const AUTH: &str = "ferry_auth";
const WORKER: &str = "ferry_worker";
const ADMIN: &str = "ferry_admin";
const MATCHER: &str = "ferry_matcher";

/// What tenants own, and who may do what with it. The owner may do all of it, and no program is the owner.
const TENANTS: &[Row] = &[
    ("select tenant_id, plan from tenant", &[APP, WORKER, MATCHER]),
    ("insert into tenant (tenant_id, name, created_at) select null, null, null where false", &[APP, MATCHER]),
    ("insert into tenant (tenant_id, plan) select null, null where false", &[MATCHER]),
    ("update tenant set name = null where false", &[APP, MATCHER]),
    ("update tenant set closed_at = null where false", &[APP, MATCHER]),
    ("update tenant set plan = null where false", &[]),
    ("update tenant set suspended_at = null where false", &[MATCHER]),
    ("update tenant set suspended_reason = null where false", &[MATCHER]),
    ("delete from tenant where false", &[]),
    ("select role from member", &[APP, WORKER, MATCHER]),
    ("insert into member (tenant_id, user_id, role) select null, null, null where false", &[APP, MATCHER]),
    ("update member set role = null where false", &[APP]),
    ("update member set user_id = null where false", &[]),
    // To lock it: no row passes the policy.
    ("update member set created_at = null where false", &[MATCHER]),
    ("delete from member where false", &[MATCHER]),
    ("select secret_hash from api_key", &[MATCHER]),
    ("select public_id from api_key", &[APP, AUTH, WORKER, MATCHER]),
    ("select last_used_at from api_key", &[APP, AUTH, MATCHER]),
    ("delete from api_key where false", &[MATCHER]),
    ("insert into api_key (tenant_id) select null where false", &[AUTH, MATCHER]),
    ("update api_key set last_used_at = null where false", &[AUTH]),
    ("update api_key set revoked_at = null where false", &[AUTH, MATCHER]),
    ("update api_key set expires_at = null where false", &[AUTH]),
    ("update api_key set created_by = null where false", &[]),
    ("update api_key set secret_hash = null where false", &[]),
    ("update api_key set warned_at = null where false", &[MATCHER]),
    ("select full_at from token_bucket", &[AUTH, WORKER]),
    ("insert into token_bucket (kind, subject, full_at) select null, null, null where false", &[AUTH]),
    ("update token_bucket set full_at = null where false", &[AUTH]),
    ("update token_bucket set subject = null where false", &[]),
    ("delete from token_bucket where false", &[WORKER]),
    ("update api_key set scopes = null where false", &[]),
    ("select response from idempotency", &[APP, MATCHER]),
    ("update idempotency set tenant_id = null where false", &[]),
    ("select cause from outage", &[APP, WORKER, MATCHER]),
    ("insert into outage (tenant_id) select null where false", &[MATCHER]),
    ("update outage set ended_at = null where false", &[WORKER, MATCHER]),
    ("update outage set cause = null where false", &[]),
    ("select address from channel", &[APP, WORKER, MATCHER]),
    (
        "insert into channel (tenant_id, id, user_id, kind, address) select null, null, null, null, null where false",
        &[APP, AUTH],
    ),
    ("update channel set address = null where false", &[MATCHER]),
    ("update channel set address_plain = null where false", &[]),
    ("update channel set user_id = null where false", &[]),
    ("update channel set verified_at = null where false", &[APP, MATCHER]),
    ("update channel set disabled_at = null where false", &[APP, WORKER]),
    ("update channel set is_default = null where false", &[APP]),
    ("select criteria from watch", &[APP, WORKER, MATCHER]),
    (
        "insert into watch (tenant_id, user_id, operator_id, criteria, expires_at) select null, null, null, null, null where false",
        &[APP],
    ),
    ("insert into watch (id) select null where false", &[]),
    ("update watch set criteria = null where false", &[APP]),
    ("update watch set state = null where false", &[APP, MATCHER]),
    ("update watch set snoozed_until = null where false", &[APP, MATCHER]),
    ("update watch set version = null where false", &[APP, MATCHER]),
    ("update watch set user_id = null where false", &[MATCHER]),
    ("delete from watch where false", &[]),
    ("update watch_target set evaluated_at = null where false", &[APP, WORKER, MATCHER]),
    ("update watch_target set target_id = null where false", &[]),
    ("update watch_target set wanted_by = null where false", &[MATCHER]),
    ("delete from watch_target where false", &[APP]),
    ("update watch_channel set channel_id = null where false", &[]),
    ("insert into alert (tenant_id) select null where false", &[WORKER, MATCHER]),
    ("update alert set answer = null where false", &[APP]),
    ("update alert set closed_at = null where false", &[APP, WORKER, MATCHER]),
    ("update alert set released_at = null where false", &[MATCHER]),
    ("update alert set watch_id = null where false", &[]),
    ("delete from alert where false", &[MATCHER]),
    ("delete from outage where false", &[MATCHER]),
];

/// What is mailed and is no alert.
const LETTERS: &[Row] = &[
    ("select address from invitation", &[APP, WORKER, MATCHER]),
    ("insert into invitation (tenant_id, role) select null, null where false", &[APP]),
    ("insert into invitation (accepted_at) select null where false", &[]),
    ("update invitation set revoked_at = null where false", &[APP, MATCHER]),
    ("update invitation set address = null where false", &[MATCHER]),
    ("update invitation set role = null where false", &[]),
    ("update invitation set expires_at = null where false", &[]),
    ("delete from invitation where false", &[MATCHER]),
    ("select kind from letter", &[APP, WORKER, MATCHER]),
    ("insert into letter (tenant_id, kind) select null, null where false", &[APP, MATCHER]),
    ("insert into letter (tenant_id, channel_id, mailbox_index) select null, null, null where false", &[APP, MATCHER]),
    ("update letter set user_id = null where false", &[]),
    ("delete from letter where false", &[MATCHER]),
];

/// What is a person's own.
const PEOPLE: &[Row] = &[
    ("select email from user_account", &[APP, AUTH, WORKER, MATCHER]),
    ("update user_account set name = null where false", &[AUTH]),
    ("update user_account set email = null where false", &[AUTH, MATCHER]),
    ("update user_account set email_plain = null where false", &[]),
    ("update identity set email = null where false", &[AUTH, MATCHER]),
    ("delete from user_account where false", &[AUTH]),
    ("select subject from identity", &[AUTH, MATCHER]),
    ("update identity set user_id = null where false", &[]),
    ("delete from identity where false", &[AUTH]),
    ("select token_hash from session", &[AUTH, MATCHER]),
    ("insert into session (id) select null where false", &[AUTH]),
    ("update session set token_hash = null where false", &[AUTH]),
    ("update session set user_id = null where false", &[]),
    ("update session set ends_at = null where false", &[]),
    ("delete from session where false", &[AUTH, MATCHER]),
    ("insert into user_account (user_id, name) select null, null where false", &[AUTH]),
    ("insert into user_account (email) select null where false", &[]),
    ("insert into user_account (locale) select null where false", &[AUTH]),
    ("insert into identity (issuer, subject, user_id) select null, null, null where false", &[AUTH]),
    ("update identity set email_verified = null where false", &[AUTH]),
    ("update identity set owned_since = null where false", &[AUTH]),
    ("update identity set subject = null where false", &[]),
    ("delete from channel where false", &[APP, MATCHER]),
    ("select nonce from login_attempt", &[MATCHER]),
    ("insert into login_attempt (state_hash) select null where false", &[AUTH]),
    ("update login_attempt set expires_at = null where false", &[]),
    ("delete from login_attempt where false", &[MATCHER]),
];

/// Deliveries, the audit log, and what all tenants share.
const SHARED: &[Row] = &[
    ("select state from delivery", &[APP, WORKER, MATCHER]),
    ("insert into delivery (tenant_id, letter_id) select null, null where false", &[APP, WORKER, MATCHER]),
    ("insert into delivery (alert_id) select null where false", &[WORKER, MATCHER]),
    ("update delivery set begun_at = null where false", &[WORKER]),
    ("update delivery set letter_id = null where false", &[]),
    ("update delivery set state = null where false", &[WORKER]),
    ("delete from delivery where false", &[MATCHER]),
    ("update delivery set channel_id = null where false", &[]),
    ("update delivery set message_id = null where false", &[]),
    ("insert into attempt (tenant_id) select null where false", &[WORKER]),
    ("update attempt set outcome = null where false", &[WORKER]),
    ("update attempt set started_at = null where false", &[]),
    ("delete from attempt where false", &[]),
    ("select actor from audit", &[APP, MATCHER]),
    (
        "insert into audit (tenant_id, at, actor, action, subject) select null, null, null, null, null where false",
        &[APP, AUTH, WORKER, MATCHER],
    ),
    ("insert into audit (seq) select null where false", &[]),
    ("insert into audit (prev_hash) select null where false", &[]),
    ("insert into audit (hash) select null where false", &[]),
    ("update audit set actor = null where false", &[]),
    ("delete from audit where false", &[]),
    ("select environment from deployment", &[APP, AUTH, WORKER, ADMIN, MATCHER]),
    ("update deployment set environment = null where false", &[]),
    ("select proof from seal_key", &[APP, AUTH, WORKER, ADMIN, MATCHER]),
    ("insert into seal_key (id, proof) select 1, '' where false", &[]),
    ("update seal_key set proof = null where false", &[]),
    ("delete from seal_key where false", &[MATCHER]),
    ("select floor_s from operator", &[APP, WORKER, ADMIN, MATCHER]),
    ("insert into operator (id) select null where false", &[]),
    ("update operator set killed_at = null where false", &[ADMIN]),
    ("update operator set floor_s = null where false", &[ADMIN]),
    ("update operator set manifest_floor_s = null where false", &[]),
    ("update operator set open_until = null where false", &[WORKER]),
    ("update operator set lacks_setting = null where false", &[WORKER]),
    ("select good_min from operator_day", &[APP, WORKER, ADMIN]),
    ("insert into operator_day (good_min) select null where false", &[WORKER]),
    ("update operator_day set counted_at = null where false", &[WORKER]),
    ("update operator_day set operator_id = null where false", &[]),
    ("update operator_day set day = null where false", &[]),
    ("delete from operator_day where false", &[WORKER]),
    ("select what from operator_incident", &[APP, WORKER, ADMIN]),
    ("insert into operator_incident (what) select null where false", &[WORKER]),
    ("insert into operator_incident (ended_at) select null where false", &[]),
    ("update operator_incident set ended_at = null where false", &[WORKER]),
    ("update operator_incident set began_at = null where false", &[]),
    ("delete from operator_incident where false", &[WORKER]),
    ("select answer from held_batch", &[WORKER, ADMIN]),
    ("insert into held_batch (target_id) select null where false", &[WORKER]),
    ("update held_batch set decided_by = null where false", &[WORKER, ADMIN]),
    ("update held_batch set answer = null where false", &[WORKER]),
    ("insert into target (operator_id, question, created_at) select null, null, null where false", &[APP]),
    ("update target set version = null where false", &[WORKER]),
    ("update target set question = null where false", &[]),
    ("delete from target where false", &[]),
    ("insert into sailing (key) select null where false", &[WORKER]),
    ("update sailing set vessel = null where false", &[WORKER]),
    ("update sailing set key = null where false", &[]),
    ("insert into fact (facts) select null where false", &[WORKER]),
    ("update fact set facts = null where false", &[WORKER]),
    ("update fact set target_id = null where false", &[]),
    ("insert into change (after) select null where false", &[WORKER]),
    ("update change set fanned_out_at = null where false", &[WORKER]),
    ("update change set after = null where false", &[]),
    ("select action from platform_audit", &[ADMIN, MATCHER]),
    (
        "insert into platform_audit (at, actor, action, subject) select null, null, null, null where false",
        &[AUTH, ADMIN, MATCHER],
    ),
    ("insert into platform_audit (seq, prev_hash, hash) select null, null, null where false", &[]),
    ("update platform_audit set actor = null where false", &[]),
    ("delete from platform_audit where false", &[]),
    ("select hash from audit_head", &[MATCHER]),
    ("insert into audit_head (seq) select null where false", &[MATCHER]),
    ("update audit_head set hash = null where false", &[MATCHER]),
    ("delete from audit_head where false", &[]),
    ("select hash from platform_audit_head", &[ADMIN, MATCHER]),
    ("update platform_audit_head set hash = null where false", &[MATCHER]),
    ("delete from platform_audit_head where false", &[]),
];

/// What no runtime role may do: change the schema, become somebody else, leave the database. Most of it is not the
/// owner's either.
const NOBODYS: [&str; 28] = [
    "create table app.own (id int)",
    "create temp table own (id int)",
    "create schema own",
    "create view app.own as select 1",
    "create function app.own() returns int language sql as 'select 1'",
    "create function pg_temp.own() returns int language sql as 'select 1'",
    "create table public.own (id int)",
    "create role own",
    "create database own",
    "create extension dblink",
    "create language plperlu",
    "alter table app.watch disable row level security",
    "alter table app.watch no force row level security",
    "alter role ferry_app bypassrls",
    "alter system set log_statement = 'all'",
    "drop table app.audit",
    "truncate app.audit",
    "alter table app.api_key owner to ferry_app",
    "lock table app.watch in access exclusive mode",
    "set role ferry_owner",
    "set role ferry_matcher",
    "set session authorization ferry_owner",
    "select pg_read_file('/etc/hostname')",
    "select pg_ls_dir('/')",
    "select lo_import('/etc/hostname')",
    "copy app.operator to program 'true'",
    "copy app.operator to '/tmp/own'",
    "select rolpassword from pg_authid",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Ok,
    Denied,
}

/// A connection as a role, with a tenant set, so that only rights decide. The matcher cannot log in.
async fn connect(database: &Database, role: &str) -> PgConnection {
    let logs_in = role != MATCHER;
    let mut connection = database.connect(if logs_in { role } else { "postgres" }).await;
    if !logs_in {
        connection.execute("set session authorization ferry_matcher").await.unwrap();
    }
    connection.execute("set app.tenant = '00000000-0000-0000-0000-000000000001'").await.unwrap();
    connection
}

/// Runs by itself or not at all.
const NEVER_IN_A_TRANSACTION: [&str; 2] = ["create database own", "alter system set log_statement = 'all'"];

/// What the server says to a statement, which is undone.
async fn verdict(connection: &mut PgConnection, role: &str, sql: &str) -> Verdict {
    if !NEVER_IN_A_TRANSACTION.contains(&sql) {
        connection.execute("begin").await.unwrap();
    }
    let said = connection.execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))).await;
    connection.execute("rollback").await.unwrap();
    let Err(error) = said else { return Verdict::Ok };
    let code = error.as_database_error().and_then(|error| error.code()).map(|code| code.into_owned());
    // A server that was installed without an extension says so first.
    let is_absent = sql.starts_with("create ext") || sql.starts_with("create lang");
    let is_denied =
        code.as_deref() == Some("42501") || (is_absent && matches!(code.as_deref(), Some("0A000" | "58P01")));
    assert!(is_denied, "{role}: {sql}: {error}");
    Verdict::Denied
}

#[tokio::test]
async fn sr_ten_07_each_role_may_do_what_it_needs_and_nothing_else() {
    let database = Database::migrated().await;
    let mut connections = Vec::new();
    for role in ROLES {
        connections.push((role, connect(&database, role).await));
    }
    let mut text = String::from("app auth worker admin matcher owner\n");
    let mut surprises = Vec::new();
    for (sql, may) in TENANTS.iter().chain(LETTERS).chain(PEOPLE).chain(SHARED) {
        for (role, connection) in &mut connections {
            let said = verdict(connection, role, sql).await;
            let expected = may.contains(role) || *role == "ferry_owner";
            if (said == Verdict::Ok) != expected {
                surprises.push(format!("{role} {said:?}: {sql}"));
            }
            let width = role.len() - "ferry_".len();
            write!(text, "{:<width$} ", if said == Verdict::Ok { "ok" } else { "-" }).unwrap();
        }
        writeln!(text, "| {sql}").unwrap();
    }
    assert_eq!(surprises, Vec::<String>::new());
    insta::assert_snapshot!("rights_by_role", text);
}

#[tokio::test]
async fn sr_ten_07_no_role_changes_the_schema_becomes_another_or_leaves_the_database() {
    let database = Database::migrated().await;
    for role in ROLES.into_iter().filter(|role| *role != "ferry_owner") {
        let mut connection = connect(&database, role).await;
        for sql in NOBODYS.into_iter().filter(|sql| role != MATCHER || !is_of_whoever_logged_in(sql)) {
            assert_eq!(verdict(&mut connection, role, sql).await, Verdict::Denied, "{role}: {sql}");
        }
    }
    let mut owner = connect(&database, "ferry_owner").await;
    for sql in NOBODYS.iter().filter(|sql| is_beyond_the_owner(sql)) {
        assert_eq!(verdict(&mut owner, "ferry_owner", sql).await, Verdict::Denied, "ferry_owner: {sql}");
    }
}

/// The server asks who logged in before it lets a session take a name, and nobody logs in as the matcher, not even
/// this test. Its own name it has.
fn is_of_whoever_logged_in(sql: &str) -> bool {
    sql.starts_with("set session") || sql == "set role ferry_matcher"
}

/// What takes a superuser: files, programs, passwords, other people's names.
fn is_beyond_the_owner(sql: &str) -> bool {
    ["select ", "copy ", "alter system", "set ", "create extension dblink", "create lang"]
        .iter()
        .any(|start| sql.starts_with(start))
        && sql != "set role ferry_owner"
        && sql != "set session authorization ferry_owner"
}

#[tokio::test]
async fn sr_ten_07_the_matcher_locks_the_rows_of_members_and_changes_none() {
    let database = Database::new().await;
    let mut connection = connect(&database, MATCHER).await;
    let id = "00000000-0000-0000-0000-000000000001";
    for sql in [
        format!("insert into app.tenant (tenant_id, name) values ('{id}', 'x')"),
        format!("insert into app.user_account (user_id, name, email) values ('{id}', 'x', 'x')"),
        format!("insert into app.member (tenant_id, user_id, role) values ('{id}', '{id}', 'viewer')"),
    ] {
        sqlx::query(AssertSqlSafe(sql)).execute(&database.superuser().await).await.unwrap();
    }
    for lock in ["select from member for share", "select from member for update"] {
        let locked = sqlx::query(lock).fetch_all(&mut connection).await.unwrap();
        assert_eq!(locked.len(), 1, "{lock}");
    }
    let said = verdict(&mut connection, MATCHER, "update member set created_at = now()").await;
    assert_eq!(said, Verdict::Denied);
}

#[tokio::test]
async fn sr_ten_07_the_matcher_cannot_log_in_and_no_runtime_role_is_another() {
    let database = Database::migrated().await;
    let admin = database.superuser().await;
    let log_in: Vec<String> = sqlx::query_scalar(
        "select rolname::text from pg_roles where rolname like 'ferry!_%' escape '!' and rolcanlogin order by 1",
    )
    .fetch_all(&admin)
    .await
    .unwrap();
    assert_eq!(log_in, ["ferry_admin", "ferry_app", "ferry_auth", "ferry_owner", "ferry_worker"]);
    let members: i64 = sqlx::query_scalar(
        "select count(*) from pg_auth_members m join pg_roles r on r.oid = m.member
         where r.rolname in ('ferry_app', 'ferry_auth', 'ferry_worker', 'ferry_admin', 'ferry_matcher')",
    )
    .fetch_one(&admin)
    .await
    .unwrap();
    assert_eq!(members, 0, "no runtime role is a member of another");
}
