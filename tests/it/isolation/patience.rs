//! No connection of ours holds the server up for long: each role's statements, waits for locks and idle
//! transactions end by themselves. The other half of SR-TEN-08, a tenant's share of what runs at once, is in `rates::seats`.

use crate::harness::{Database, World, eventually, sealer};
use domain::plan::Plan;
use sqlx::{AssertSqlSafe, Executor};
use std::time::Duration;
use store::{DatabaseRole, Store};

/// A statement that is still running by then was not cancelled.
const CANCELLED_BY: Duration = Duration::from_secs(60);

/// Reads `deployment` and says what the server had against it.
async fn refusal(store: &Store) -> String {
    let read = tokio::time::timeout(CANCELLED_BY, store.environment()).await;
    read.expect("the statement ends by itself").unwrap_err().to_string()
}

/// Has `deployment`, which every role reads, say something else.
async fn deployment_says(database: &Database, expression: &str) {
    let replace = format!(
        "alter table app.deployment rename to deployment_before;
         create view app.deployment as select ({expression})::text as environment;
         grant select on app.deployment to ferry_app, ferry_auth, ferry_worker, ferry_admin"
    );
    database.superuser().await.execute(sqlx::raw_sql(AssertSqlSafe(replace))).await.unwrap();
}

fn expected(role: DatabaseRole) -> String {
    let patience = role.patience();
    assert!(patience.lock_s < patience.statement_s, "a wait for a lock is told apart from a slow statement");
    format!("{} {} {}", patience.statement_s, patience.lock_s, patience.idle_s)
}

/// The three settings of a session, in seconds.
const IN_FORCE: &str = "select string_agg((extract(epoch from current_setting(name)::interval))::int::text, ' ' order by place)
    from unnest(array['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']) with ordinality as of(name, place)";

#[tokio::test]
async fn sr_ten_08_each_role_has_its_patience_in_the_database_and_on_every_connection_of_ours() {
    let database = Database::migrated().await;
    let ours = Database::new().await;
    deployment_says(&ours, IN_FORCE).await;
    for role in DatabaseRole::ALL {
        let mut by_other_means = database.connect(role.as_str()).await;
        let in_force: String = sqlx::query_scalar(IN_FORCE).fetch_one(&mut by_other_means).await.unwrap();
        assert_eq!(in_force, expected(role), "{role:?}, by the role's own settings");
        // A URL cannot ask for more.
        let url = format!("{}&options=-c%20statement_timeout%3D0", ours.url(role.as_str()));
        let store = Store::connect(role, &url, 1, sealer()).await.unwrap();
        assert_eq!(store.environment().await.unwrap(), expected(role), "{role:?}, by our connection");
    }
}

#[tokio::test]
async fn sr_ten_08_a_slow_statement_is_cancelled_and_the_connection_serves_on() {
    let database = Database::new().await;
    deployment_says(&database, "select 'slow' from pg_sleep(3600)").await;
    let store = Store::connect(DatabaseRole::App, &database.url("ferry_app"), 1, sealer()).await.unwrap();

    let said = refusal(&store).await;

    assert!(said.contains("canceling statement due to statement timeout"), "{said}");
    assert_eq!(store.tenant_left_behind().await.unwrap(), None);
}

#[tokio::test]
async fn sr_ten_08_a_wait_for_a_lock_is_given_up() {
    let database = Database::new().await;
    let store = Store::connect(DatabaseRole::App, &database.url("ferry_app"), 1, sealer()).await.unwrap();
    let mut holder = database.superuser().await.acquire().await.unwrap();
    holder.execute("begin; lock table app.deployment in access exclusive mode").await.unwrap();

    let said = refusal(&store).await;

    assert!(said.contains("canceling statement due to lock timeout"), "{said}");
}

#[tokio::test]
async fn sr_ten_08_a_transaction_in_which_nothing_happens_is_ended() {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Pro).await;
    let _forgotten = world.app.begin(&world.membership(&alice).await).await.unwrap();
    let idle = "select count(*) from pg_stat_activity
                where datname = current_database() and usename = 'ferry_app' and state = 'idle in transaction'";
    assert_eq!(world.count(idle).await, 1);

    eventually("the server ends it", async || world.count(idle).await == 0).await;
}
