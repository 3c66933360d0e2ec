//! How a chain is made: by the database alone, without gaps, whoever writes and however many at once.

use super::{Logged, administrator};
use crate::harness::{Database, World, sealer};
use app::audit::verify::verify;
use domain::plan::Plan;
use sqlx::{AssertSqlSafe, Executor, PgConnection, Row};
use store::{Act, Audit, DatabaseRole, Sealer, Store};
use uuid::Uuid;

const ROLES: [&str; 4] = ["ferry_app", "ferry_auth", "ferry_worker", "ferry_admin"];

async fn denied(connection: &mut PgConnection, sql: &str) {
    let error = connection.execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))).await.expect_err(sql);
    let code = error.as_database_error().and_then(|error| error.code()).map(|code| code.into_owned());
    assert_eq!(code.as_deref(), Some("42501"), "{sql}: {error}");
}

fn act(world: &World, subject: impl ToString) -> Audit {
    let (at, subject, request_id) = (world.clock.now(), subject.to_string(), Uuid::new_v4());
    Audit::Act(Act { at, actor: "user:x".to_owned(), action: "watch.create", subject, request_id })
}

#[tokio::test]
async fn sr_aud_01_no_role_changes_removes_or_places_a_row() {
    let log = Logged::some().await;
    for role in ROLES {
        let mut connection = log.world.database.connect(role).await;
        connection.execute(AssertSqlSafe(format!("set app.tenant = '{}'", log.alice.tenant))).await.unwrap();
        for table in ["audit", "platform_audit", "audit_head", "platform_audit_head"] {
            denied(&mut connection, &format!("update {table} set seq = seq")).await;
            denied(&mut connection, &format!("update {table} set hash = sha256('x')")).await;
            denied(&mut connection, &format!("delete from {table}")).await;
            denied(&mut connection, &format!("truncate {table}")).await;
            denied(&mut connection, &format!("alter table {table} disable trigger all")).await;
        }
        for column in ["seq", "prev_hash", "hash"] {
            let value = if column == "seq" { "7" } else { "sha256('x')" };
            let row = format!("'{}', now(), 'a', 'b', 'c', gen_random_uuid(), {value}", log.alice.tenant);
            let columns = format!("tenant_id, at, actor, action, subject, request_id, {column}");
            denied(&mut connection, &format!("insert into audit ({columns}) values ({row})")).await;
            let columns = format!("at, actor, action, subject, request_id, {column}");
            let row = format!("now(), 'a', 'b', 'c', gen_random_uuid(), {value}");
            denied(&mut connection, &format!("insert into platform_audit ({columns}) values ({row})")).await;
        }
        for table in ["audit_head", "platform_audit_head"] {
            let insert = format!("insert into {table} (seq, prev_hash, hash) values (7, sha256('x'), sha256('x'))");
            denied(&mut connection, &insert).await;
        }
        denied(&mut connection, "set session_replication_role = replica").await;
    }
    log.verify(&[]).await.unwrap();
}

#[tokio::test]
async fn sr_aud_01_whatever_a_row_claims_of_its_place_the_chain_gives_it_one() {
    let log = Logged::some().await;
    let claim = "insert into audit (tenant_id, seq, prev_hash, hash, at, actor, action, subject, request_id, detail)
                 values ($tenant, 700, sha256('x'), sha256('y'), '1066-10-14 09:00Z', 'é', E'a\\nb', '', gen_random_uuid(),
                         '{\"z\": 1.50, \"a\": [null, \"ü\", 1e400]}'), ($tenant, 1, '', '', now(), 'a', 'b', 'c',
                         gen_random_uuid(), '[]')";
    log.damage(claim).await;
    assert_eq!(log.verify(&[]).await.unwrap().rows, 11);
    assert_eq!(log.world.count("select count(*) from audit where seq in (5, 6)").await, 2);
}

#[tokio::test]
async fn sr_aud_01_a_row_that_names_no_request_is_refused() {
    let log = Logged::some().await;
    for insert in [
        "insert into audit (tenant_id, at, actor, action, subject) select tenant_id, now(), 'a', 'b', 'c' from tenant",
        "insert into platform_audit (at, actor, action, subject) values (now(), 'a', 'b', 'c')",
    ] {
        let error = sqlx::query(insert).execute(&log.world.admin).await.unwrap_err();
        assert!(error.to_string().contains("names_its_request"), "{error}");
    }
}

#[tokio::test]
async fn sr_aud_01_many_writers_at_once_leave_one_chain_without_gaps() {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Fleet).await;
    let store = Store::connect(DatabaseRole::App, &world.database.url("ferry_app"), 8, sealer()).await.unwrap();
    let membership = world.membership(&alice).await;
    let writer = |writer: u32| {
        let (store, membership, world) = (&store, &membership, &world);
        async move {
            for row in 0..20 {
                let tx = store.begin(membership).await.unwrap();
                // Some go away without having done anything.
                if row % 5 != 4 {
                    tx.commit(act(world, format!("{writer}:{row}"))).await.unwrap();
                }
            }
        }
    };
    futures::future::join_all((0..8).map(writer)).await;
    let rows = world.count("select count(*) from audit").await;
    assert_eq!((rows, world.count("select max(seq) from audit").await), (128, 128));
    let checked = verify(&administrator(&world).await, &[], |_| ()).await.unwrap();
    assert_eq!((checked.rows, checked.chains), (128, 2));
}

#[tokio::test]
async fn sr_aud_01_an_act_that_is_undone_leaves_no_gap_and_a_row_waits_only_for_its_own_chain() {
    let log = Logged::some().await;
    let insert = "insert into audit (tenant_id, at, actor, action, subject, request_id)
                  values (current_setting('app.tenant')::uuid, now(), 'a', 'b', 'c', gen_random_uuid())";
    let mut undone = log.world.database.connect("ferry_app").await;
    undone.execute(AssertSqlSafe(format!("set app.tenant = '{}'", log.alice.tenant))).await.unwrap();
    undone.execute("begin").await.unwrap();
    undone.execute(insert).await.unwrap();
    // Meanwhile somebody else's chain goes on.
    let mallory = log.world.person("Mallory", Plan::Fleet).await;
    let tx = log.world.app.begin(&log.world.membership(&mallory).await).await.unwrap();
    tx.commit(act(&log.world, "meanwhile")).await.unwrap();
    undone.execute("rollback").await.unwrap();
    undone.execute(insert).await.unwrap();
    assert_eq!(log.verify(&[]).await.unwrap().rows, 11);
    let seqs = sqlx::query("select seq from audit where tenant_id = $1 order by seq").bind(log.alice.tenant.0);
    let seqs: Vec<i64> = seqs.fetch_all(&log.world.admin).await.unwrap().iter().map(|row| row.get(0)).collect();
    assert_eq!(seqs, [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn sr_aud_01_rows_from_before_there_were_chains_begin_them() {
    let database = Database::migrated_to(9).await;
    let pool = database.superuser().await;
    for sql in [
        "insert into app.tenant (tenant_id, name) select gen_random_uuid(), 'x' from generate_series(1, 3)",
        "insert into app.audit (tenant_id, at, actor, action, subject)
         select tenant_id, now(), 'user:x', 'watch.create', round::text from generate_series(1, 4) as round, app.tenant",
        "insert into app.platform_audit (at, actor, action, subject, detail)
         select now(), 'Ada', 'held.release', round::text, '{\"doubt\": \"crowd\"}' from generate_series(1, 2) as round",
        "delete from app.audit where id in (2, 5)",
        "delete from app.platform_audit where id = 1",
    ] {
        sqlx::query(sql).execute(&pool).await.unwrap();
    }
    let told = "select string_agg(subject, ' ' order by tenant_id, ";
    let before: String =
        sqlx::query_scalar(AssertSqlSafe(format!("{told} id) from app.audit"))).fetch_one(&pool).await.unwrap();
    database.settle().await;
    let after: String =
        sqlx::query_scalar(AssertSqlSafe(format!("{told} seq) from app.audit"))).fetch_one(&pool).await.unwrap();
    assert_eq!(after, before, "in the order in which they were written");
    let admin =
        Store::connect(DatabaseRole::Admin, &database.url("ferry_admin"), 1, Sealer::without_keys()).await.unwrap();
    let checked = verify(&admin, &[], |_| ()).await.unwrap();
    assert_eq!((checked.rows, checked.chains), (11, 4));
}
