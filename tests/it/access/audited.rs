//! Every row of the table that can change something says so in the audit log, in the transaction of the change, under the name of the
//! request and in words that the page has.

use super::{Stage, word};
use crate::{api::Client, links::with_mail};
use app::{access::Access, audit::deed};
use axum::http::{HeaderMap, Method};
use sqlx::PgPool;
use store::Purpose;
use uuid::Uuid;

/// Rows that begin an attempt at an identity provider, or pass its answer on as a GET: nobody has done anything yet. What comes of
/// it is written by the callback (`session.start`, `account.create`, `identity.link`, `session.confirm`), which is tried in
/// `login`. This list only ever shrinks.
const EXEMPT: [(&str, &str); 4] = [
    ("POST", "/login/{provider}"),
    ("POST", "/login/{provider}/callback"),
    ("POST", "/account/confirm"),
    ("POST", "/account/identities/{provider}"),
];

/// What the audit log says of the request that was answered with these headers.
async fn written(pool: &PgPool, headers: &HeaderMap) -> Vec<String> {
    let request: Uuid = headers["x-request-id"].to_str().unwrap().parse().unwrap();
    let rows = "select action from audit where request_id = $1 union all select action from platform_audit where request_id = $1";
    sqlx::query_scalar(rows).bind(request).fetch_all(pool).await.unwrap()
}

fn assert_says_something(actions: &[String], what: &str) {
    assert!(!actions.is_empty(), "{what} leaves no line in the audit log");
    for action in actions {
        assert!(deed(action).is_some(), "{what}: {action} has no words in app/src/audit/words.rs");
    }
}

#[tokio::test]
async fn sr_aud_02_every_row_that_can_change_something_leaves_a_line_in_the_audit_log() {
    let stage = Stage::set().await;
    let mut tried = 0;
    for row in stage.endpoints() {
        let what = format!("{} {}", row.method, row.path);
        // A public row changes nothing. A visitor is nobody yet, and a stranger must not fill the log: their attempt to sign in is a
        // row of ten minutes, and what comes of it leaves the line.
        let is_nobodys = matches!(row.access, Access::Public | Access::Visitor);
        if is_nobodys
            || matches!(row.method, Method::GET | Method::HEAD)
            || EXEMPT.contains(&(row.method.as_str(), row.path))
        {
            continue;
        }
        tried += 1;
        if let Access::Link(purpose) = row.access {
            // Each in a world of its own: one answer would stand in the way of the next.
            let (world, [stop, keep, unsubscribe]) = with_mail().await;
            let path = match purpose {
                Purpose::Stop => stop,
                Purpose::Keep => keep,
                Purpose::Unsubscribe => unsubscribe,
                Purpose::Invitation | Purpose::Channel => panic!("{what}: this is answered by who is signed in"),
            };
            let answer = Client::new(&world, None).send(row.method.clone(), &path, None).await;
            assert!(answer.status.is_success(), "{what}: {answer:?}");
            assert_says_something(&written(&world.admin, &answer.headers).await, &what);
            continue;
        }
        let answer = stage.ask(&stage.control, &row).await;
        assert_eq!(word(&answer), "yes", "{what}: {answer:?}");
        assert_says_something(&written(&stage.world.admin, &answer.headers).await, &what);
    }
    assert!(tried > 10, "only {tried} rows can change anything");
    for (method, path) in EXEMPT {
        let is_a_row = stage.endpoints().iter().any(|row| row.method == method && row.path == path);
        assert!(is_a_row, "{method} {path} is no row any more: take it off the list");
    }
}
