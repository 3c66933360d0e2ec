//! Who loses the right to manage keys while they use it: in whichever order the two happen, no key is made, replaced or ended by
//! somebody who may not.

use crate::harness::{Browser, Other, Person, World};
use axum::http::StatusCode;
use domain::{access::Role, key::Scope, plan::Plan};
use sqlx::AssertSqlSafe;
use tokio::join;
use uuid::Uuid;

/// What somebody does with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Make,
    Rotate,
    Revoke,
}

const ACTS: [Act; 3] = [Act::Make, Act::Rotate, Act::Revoke];

/// How Anna loses the right to it.
const LOSSES: [&str; 5] = [
    "update member set role = 'editor' where user_id = '{anna}'",
    "delete from member where user_id = '{anna}'",
    "update tenant set suspended_at = now() where tenant_id = '{tenant}'",
    "update tenant set closed_at = now() where tenant_id = '{tenant}'",
    TOO_SMALL_A_PLAN,
];

/// With it no key is made, but one can be ended.
const TOO_SMALL_A_PLAN: &str = "update tenant set plan = 'free' where tenant_id = '{tenant}'";

/// Each act with each loss that takes the right to it.
fn cases() -> impl Iterator<Item = (Act, &'static str)> {
    let all = ACTS.into_iter().flat_map(|act| LOSSES.map(|loss| (act, loss)));
    all.filter(|case| *case != (Act::Revoke, TOO_SMALL_A_PLAN))
}

/// Alice's tenant, in which Anna manages keys, and a key of Alice's.
struct Stage {
    world: World,
    alice: Person,
    anna: Person,
    browser: Browser,
    key: Uuid,
}

impl Stage {
    async fn set() -> Stage {
        let world = World::new().await;
        let alice = world.person("Alice", Plan::Pro).await;
        let anna = world.member(alice.tenant, "Anna", Role::Admin).await;
        let browser = world.signed_in(&anna).await;
        Stage { world, alice, anna, browser, key: Uuid::nil() }
    }

    /// A statement with Anna's and the tenant's id in it.
    fn of(&self, sql: &str) -> String {
        sql.replace("{anna}", &self.anna.user.to_string()).replace("{tenant}", &self.anna.tenant.to_string())
    }

    /// Undoes all acts and losses of before; what the acts have left behind so far.
    async fn reset(&mut self) -> i64 {
        for sql in [
            "update tenant set plan = 'pro', suspended_at = null, closed_at = null",
            "insert into member (tenant_id, user_id, role) values ('{tenant}', '{anna}', 'admin')
             on conflict (tenant_id, user_id) do update set role = 'admin'",
            "delete from api_key",
            "delete from token_bucket",
        ] {
            sqlx::query(AssertSqlSafe(self.of(sql))).execute(&self.world.admin).await.unwrap();
        }
        self.world.key(&self.alice, Scope::ALL).await;
        self.key = sqlx::query_scalar("select id from api_key").fetch_one(&self.world.admin).await.unwrap();
        self.traces().await
    }

    async fn act(&self, act: Act) -> StatusCode {
        let keys = format!("/t/{}/keys", self.alice.tenant);
        let (path, fields): (String, &[(&str, &str)]) = match act {
            Act::Make => (keys, &[("name", "Importer"), ("read", "yes"), ("days", "90")]),
            Act::Rotate => (format!("{keys}/{}/rotate", self.key), &[("days", "90"), ("overlap", "1")]),
            Act::Revoke => (format!("{keys}/{}/revoke", self.key), &[]),
        };
        self.browser.clone().post(&path, fields).await.status
    }

    /// What the acts leave behind. Not the log: whoever holds it up would hold this up too.
    async fn traces(&self) -> i64 {
        let traces =
            "select count(*) + count(replaced_by) + count(revoked_at) + (select count(*) from letter) from api_key";
        self.world.count(traces).await
    }
}

#[tokio::test]
async fn sr_auz_06_who_loses_the_right_to_keys_before_it_is_asked_again_under_the_lock_writes_none() {
    let mut stage = Stage::set().await;
    for (act, loss) in cases() {
        let before = stage.reset().await;
        let mut other = Other::begin(&stage.world).await;
        other.run(&stage.of(loss)).await;
        let lose = async {
            // The request was let in by what was so before, and waits where it is asked again.
            other.waited_for(&stage.world, 1).await;
            other.commit().await;
        };
        let (status, ()) = join!(stage.act(act), lose);
        assert!(status.is_client_error(), "{act:?} beside {loss}: {status}");
        assert_eq!(stage.traces().await, before, "{act:?} beside {loss}");
    }
}

#[tokio::test]
async fn sr_auz_06_who_is_asked_for_the_right_to_keys_first_has_written_before_it_is_lost() {
    let mut stage = Stage::set().await;
    for (act, loss) in cases() {
        let before = stage.reset().await;
        // Every act ends with its line in the log: there it is held up, with what decides it locked.
        let mut barrier = Other::begin(&stage.world).await;
        barrier.run("lock table audit in access exclusive mode").await;
        let mut other = Other::begin(&stage.world).await;
        let lost = async {
            barrier.waited_for(&stage.world, 1).await;
            let losing = stage.of(loss);
            let lose = async {
                other.run(&losing).await;
                let done = stage.traces().await;
                other.commit().await;
                done
            };
            let release = async {
                barrier.waited_for(&stage.world, 2).await;
                barrier.commit().await;
            };
            join!(lose, release).0
        };
        let (status, done) = join!(stage.act(act), lost);
        assert!(status.is_success() || status.is_redirection(), "{act:?} before {loss}: {status}");
        assert!(done > before, "{act:?} was committed before {loss} went on: {done}");
    }
}
