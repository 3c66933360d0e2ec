//! What goes by itself: each kind of row when the map says so, and not a second sooner.

use super::Stage;
use chrono::TimeDelta;
use sqlx::AssertSqlSafe;
use store::privacy::{Ended, retention};

/// How a kind of row is counted, and how it is made to have ended at an instant.
fn counted_and_ended(ended: Ended) -> (&'static str, &'static str) {
    match ended {
        Ended::Session => ("session", "update session set ends_at = $1"),
        Ended::Attempt => {
            ("login_attempt", "update login_attempt set started_at = $1 - interval '10 minutes', expires_at = $1")
        }
        Ended::Key => ("api_key", "update api_key set created_at = $1, expires_at = $1 + interval '366 days'"),
        Ended::Delivery => ("delivery", "update delivery set created_at = $1, state = 'sent', next_attempt_at = null"),
        Ended::Outage => ("outage", "update outage set noticed_at = $1, ended_at = $1"),
        Ended::Alert => ("alert", "update alert set created_at = $1, closed_at = $1, closed_reason = 'gone'"),
        Ended::Invitation => {
            ("invitation", "update invitation set created_at = $1, expires_at = $1 + interval '72 hours'")
        }
        Ended::Letter => ("letter", "update letter set created_at = $1"),
        Ended::Tenant => ("member", "update tenant set closed_at = $1"),
        Ended::Answer => ("idempotency", "update idempotency set created_at = $1"),
        Ended::Change => ("change", "update change set recorded_at = $1, fanned_out_at = $1"),
        Ended::Sailing => ("fact", "update sailing set departs_at = $1"),
        Ended::Bucket => ("token_bucket", "update token_bucket set full_at = $1"),
        Ended::Held => ("held_batch", "update held_batch set decided_at = $1"),
        Ended::Day => ("operator_day", "update operator_day set counted_at = $1"),
        Ended::Incident => {
            ("operator_incident", "update operator_incident set began_at = $1 - interval '1 hour', ended_at = $1")
        }
    }
}

#[tokio::test]
async fn sr_prv_01_each_kind_of_row_is_kept_as_long_as_the_map_says_and_no_longer() {
    let stage = Stage::new().await;
    let (world, now) = (&stage.world, stage.world.clock.now());
    let second = TimeDelta::seconds(1);
    sqlx::query(
        "insert into held_batch (target_id, operator_id, first_seen_at, seen_at, doubt, turned, told, digest, answer, state, decided_at, decided_by)
         select id, operator_id, now(), now(), 'crowd', 8, 9, '', '{}', 'dismissed', now(), 'Ada' from target limit 1",
    )
    .execute(&world.admin)
    .await
    .unwrap();
    let begun = "update login_attempt set started_at = $1, expires_at = $1 + interval '10 minutes'";
    sqlx::query(begun).bind(now).execute(&world.admin).await.unwrap();
    sqlx::query("insert into operator_incident (operator_id, what, began_at) values ('harbour', 'paused', now())")
        .execute(&world.admin)
        .await
        .unwrap();
    sqlx::query("insert into token_bucket (kind, subject, full_at) values ('key', sha256('x'), now())")
        .execute(&world.admin)
        .await
        .unwrap();
    // What is inside of others goes first, so that each is there to be counted.
    let kinds: Vec<(Ended, TimeDelta)> = retention().collect();
    for (ended, kept) in kinds.into_iter().rev() {
        let (table, age) = counted_and_ended(ended);
        let count = format!("select count(*) from {table}");
        let count =
            async || sqlx::query_scalar::<_, i64>(AssertSqlSafe(count.clone())).fetch_one(&world.admin).await.unwrap();
        let before = count().await;
        assert!(before > 0, "{ended:?}: nothing to forget");
        for (at, left) in [(now - kept + second, before), (now - kept - second, 0)] {
            sqlx::query(AssertSqlSafe(age)).bind(at).execute(&world.admin).await.unwrap();
            workers::prune::prune(&world.parts.store, &world.clock.clock()).await.unwrap();
            assert_eq!(count().await, left, "{ended:?} at {at}");
        }
    }
    assert_eq!(world.count("select count(*) from tenant where name <> ''").await, 0);
    assert!(world.count("select count(*) from audit").await > 0, "ids alone: the chains stay whole");
}

#[tokio::test]
async fn sr_prv_01_what_is_still_needed_is_not_forgotten_however_old_it_is() {
    let stage = Stage::new().await;
    let world = &stage.world;
    for sql in [
        "update delivery set state = 'due', next_attempt_at = now(), created_at = '2020-01-01'",
        "update alert set closed_at = null, closed_reason = null, created_at = '2020-01-01'",
        "update watch set changed_at = '2020-01-01'",
        "update outage set noticed_at = '2020-01-01', ended_at = null",
    ] {
        sqlx::query(AssertSqlSafe(sql)).execute(&world.admin).await.unwrap();
    }
    let kept = async || {
        let rows = "select (select count(*) from delivery) + (select count(*) from alert)
                           + (select count(*) from watch) + (select count(*) from outage)";
        world.count(rows).await
    };
    let before = kept().await;
    workers::prune::prune(&world.parts.store, &world.clock.clock()).await.unwrap();
    assert_eq!(kept().await, before);
    // The notice of an outage that goes on: its end is told to whom its beginning was told.
    let sent = "update delivery set state = 'sent', next_attempt_at = null where outage_id is not null";
    sqlx::query(AssertSqlSafe(sent)).execute(&world.admin).await.unwrap();
    workers::prune::prune(&world.parts.store, &world.clock.clock()).await.unwrap();
    assert_eq!(kept().await, before);
}

/// What is promised: A-03 a year at most, A-06 two years, A-07 ninety days; what is only bookkeeping goes sooner.
const DAYS: [(Ended, i64); 15] = [
    (Ended::Session, 0),
    (Ended::Attempt, 0),
    (Ended::Answer, 1),
    (Ended::Sailing, 2),
    (Ended::Tenant, 30),
    (Ended::Invitation, 30),
    (Ended::Letter, 90),
    (Ended::Delivery, 90),
    (Ended::Outage, 90),
    (Ended::Held, 90),
    (Ended::Key, 366),
    (Ended::Day, 400),
    (Ended::Incident, 400),
    (Ended::Alert, 731),
    (Ended::Change, 731),
];

#[test]
fn sr_prv_01_nothing_is_kept_for_longer_than_was_promised() {
    for promised in DAYS {
        let mut kept = retention().map(|(ended, kept)| (ended, kept.num_days()));
        assert!(kept.any(|kept| kept == promised), "{promised:?}");
    }
}
