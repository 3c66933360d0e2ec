//! What a person is handed: everything that is theirs, each column as the map says, and nothing of anybody else.

use super::{CANARY, STRANGER, Stage};
use crate::harness::{Browser, Page};
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use chrono::TimeDelta;
use domain::token::Token;
use futures::StreamExt;
use serde_json::Value;
use std::collections::BTreeSet;
use store::privacy::{self, Class, Exported, Part, Table, export::PAGE_ROWS};
use tower::ServiceExt;

async fn export(browser: &mut Browser) -> (Page, Value) {
    let page = browser.post("/account/data/export", &[]).await;
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    let document = serde_json::from_str(&page.text).unwrap_or_else(|error| panic!("{error}: {}", page.text));
    (page, document)
}

/// The rows of a table, wherever it stands in a document.
fn rows<'a>(document: &'a Value, table: &str, found: &mut Vec<&'a Value>) {
    match document {
        Value::Object(fields) => {
            for (name, value) in fields {
                if name == table
                    && let Value::Array(rows) = value
                {
                    found.extend(rows);
                }
                rows_within(value, table, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| rows(item, table, found)),
        _ => {}
    }
}

fn rows_within<'a>(value: &'a Value, table: &str, found: &mut Vec<&'a Value>) {
    if value.is_object() || value.is_array() {
        rows(value, table, found);
    }
}

fn rows_of<'a>(document: &'a Value, table: &str) -> Vec<&'a Value> {
    let mut found = Vec::new();
    rows(document, table, &mut found);
    found
}

/// The columns of a row that are no rows of another table.
fn columns(row: &Value) -> BTreeSet<&str> {
    let fields = row.as_object().unwrap().iter();
    let is_table = |name: &str, value: &Value| value.is_array() && privacy::table(name).is_some();
    fields.filter(|(name, value)| !is_table(name, value)).map(|(name, _)| name.as_str()).collect()
}

/// The columns that the map lets somebody have of a row: of their own, or of another's in their tenant.
fn mapped(table: &Table, own: bool) -> BTreeSet<&'static str> {
    let leaves = |exported| exported == Exported::Row || (own && exported == Exported::Own);
    let columns = table.columns.iter().filter(|columns| leaves(columns.exported));
    columns.flat_map(|columns| columns.names.iter().copied()).collect()
}

#[tokio::test]
async fn sr_prv_01_an_export_holds_each_mapped_column_of_a_persons_rows_and_no_other() {
    let mut stage = Stage::new().await;
    let (page, document) = export(&mut stage.browser).await;
    assert_eq!(page.headers[header::CONTENT_TYPE], "application/json");
    assert_eq!(page.headers[header::CACHE_CONTROL], "no-store");
    assert_eq!(page.headers[header::CONTENT_DISPOSITION], "attachment; filename=\"ferryalert-2026-07-01.json\"");
    assert_eq!((&document["format"], &document["version"]), (&"ferryalert-export".into(), &1.into()));
    assert_eq!(document["complete"], true);
    for table in privacy::tables() {
        let rows = rows_of(&document, table.name);
        assert_eq!(!rows.is_empty(), table.part != Part::Nowhere, "{}: {rows:?}", table.name);
        for row in rows {
            // Of the guest whom they invited nobody but they had anything to do; of the host's invitation they see nothing.
            assert_eq!(columns(row), mapped(table, true), "{}: {row}", table.name);
        }
    }
    let admin = &stage.world.admin;
    for table in ["watch", "alert", "channel", "api_key", "delivery", "attempt", "session", "identity"] {
        let owned = match table {
            "watch" | "channel" | "session" | "identity" => "x.user_id = $1".to_owned(),
            "api_key" => "x.created_by = $1".to_owned(),
            "alert" => "exists (select from watch w where w.id = x.watch_id and w.user_id = $1)".to_owned(),
            _ => "x.tenant_id = $2".to_owned(),
        };
        let sql = format!("select count(*) from {table} x where ({owned}) and $2::uuid is not null");
        let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(stage.canary.user.0)
            .bind(stage.canary.tenant.0)
            .fetch_one(admin)
            .await
            .unwrap();
        let exported = i64::try_from(rows_of(&document, table).len()).unwrap();
        let may_hold_more = ["delivery", "attempt"].contains(&table);
        assert!(exported == count || (may_hold_more && exported > count), "{table}: {exported} of {count}");
    }
}

#[tokio::test]
async fn sr_prv_01_an_export_holds_no_secret_and_nothing_of_another_tenants_people() {
    let mut stage = Stage::new().await;
    let token = stage.browser.token().unwrap();
    let (page, document) = export(&mut stage.browser).await;
    let text = page.text.to_lowercase();
    for said in [
        format!("{CANARY}@example.test"),
        format!("{CANARY} packs the dog"),
        format!("{CANARY} sails by the moon"),
        "firefox on linux".to_owned(),
        "guest@example.test".to_owned(),
        "europe/paris".to_owned(),
    ] {
        assert!(text.contains(&said), "{said}");
    }
    let hashes: Vec<String> = sqlx::query_scalar(
        "select encode(token_hash, 'hex') from session union all select encode(secret_hash, 'hex') from api_key
         union all select encode(address_index, 'hex') from channel",
    )
    .fetch_all(&stage.world.admin)
    .await
    .unwrap();
    let stranger = [stage.stranger.user.to_string(), stage.stranger.tenant.to_string(), STRANGER.to_owned()];
    let secrets = [token.expose().to_lowercase(), stage.key.to_lowercase(), "token_hash".to_owned()];
    for hidden in hashes.iter().chain(&stranger).chain(&secrets) {
        assert!(!text.contains(hidden), "{hidden}");
    }
    // Of the tenant where they are an editor they have what is theirs.
    let elsewhere = document["tenants"].as_array().unwrap().iter();
    let elsewhere = elsewhere.clone().find(|tenant| tenant["tenant_id"] == stage.host.tenant.to_string()).unwrap();
    assert_eq!(elsewhere["member"].as_array().unwrap().len(), 1);
    assert_eq!(elsewhere["watch"].as_array().unwrap().len(), 2);
    assert!(!text.contains(&stage.host.email) && !elsewhere.to_string().contains(&stage.host.user.to_string()));
}

#[tokio::test]
async fn sr_prv_01_an_owner_has_the_whole_tenant_but_no_members_address() {
    let stage = Stage::new().await;
    let mut host = stage.world.signed_in(&stage.host).await;
    let (page, document) = export(&mut host).await;
    let tenant = &document["tenants"][0];
    assert_eq!(tenant["member"].as_array().unwrap().len(), 2);
    assert!(page.text.contains("Quillfeather"), "they are a member, and an owner sees who is");
    assert!(page.text.contains(&format!("{CANARY} sails by the moon")), "and what the tenant waits for");
    for table in privacy::tables().filter(|table| ["user_account", "channel"].contains(&table.name)) {
        let whose = |row: &&Value| row["user_id"] == stage.canary.user.to_string();
        let rows: Vec<_> = rows_of(&document, table.name).into_iter().filter(whose).collect();
        assert_eq!(rows.len(), 1, "{}", table.name);
        assert_eq!(columns(rows[0]), mapped(table, false), "{}", table.name);
        assert!(table.columns.iter().any(|columns| columns.class == Class::Sealed), "{}", table.name);
    }
    let invited = &tenant["invitation"][0]["address"];
    assert_eq!(invited, &stage.canary.email, "whom they invited themselves");
    let own = tenant.to_string().replace(&invited.to_string(), "");
    assert!(!own.contains(&stage.canary.email), "{own}");
}

#[tokio::test]
async fn sr_prv_01_an_export_is_read_page_by_page_and_misses_no_row() {
    let mut stage = Stage::new().await;
    let rows = 2 * PAGE_ROWS + 50;
    let many = format!(
        "insert into outage (tenant_id, operator_id, cause, noticed_at, ended_at)
         select $2, 'harbour', 'off', $1, $1 from generate_series(1, {rows})"
    );
    stage.sql(&many).await;
    for actor in ["user", "key"] {
        let lines = format!(
            "insert into audit (tenant_id, at, actor, action, subject, request_id)
             select $2, $1, '{actor}:x', 'x', 'x', gen_random_uuid() from generate_series(1, {rows})"
        );
        stage.sql(&lines).await;
    }
    let (_, document) = export(&mut stage.browser).await;
    let tenant = document["tenants"].as_array().unwrap().iter();
    let tenant = tenant.clone().find(|tenant| tenant["tenant_id"] == stage.canary.tenant.to_string()).unwrap();
    for (table, key) in [("outage", "id"), ("audit", "seq")] {
        let sql = format!("select count(*) from {table} where tenant_id = $1");
        let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(stage.canary.tenant.0)
            .fetch_one(&stage.world.admin)
            .await
            .unwrap();
        let exported = tenant[table].as_array().unwrap();
        let different: BTreeSet<String> = exported.iter().map(|row| row[key].to_string()).collect();
        assert!(count > rows, "{table}");
        assert_eq!((different.len(), i64::try_from(exported.len()).unwrap()), (exported.len(), count), "{table}");
    }
}

#[tokio::test]
async fn sr_prv_01_an_export_needs_a_fresh_proof_leaves_a_line_and_leaves_out_what_is_suspended() {
    let mut stage = Stage::new().await;
    let suspended = "update tenant set suspended_at = $1 where tenant_id = $2";
    stage.sql(suspended).await;
    let (_, document) = export(&mut stage.browser).await;
    let left_out = serde_json::json!([{"tenant_id": stage.canary.tenant, "reason": "suspended"}]);
    assert_eq!(document["left_out"], left_out);
    assert_eq!(document["tenants"].as_array().unwrap().len(), 1);
    let lines = "select count(*) from platform_audit where action = 'account.export'";
    assert_eq!(stage.world.count(lines).await, 1);
    stage.world.clock.advance(TimeDelta::minutes(11));
    assert_eq!(stage.browser.post("/account/data/export", &[]).await.status, StatusCode::FORBIDDEN);
    let page = stage.browser.get("/account/data").await;
    assert_eq!(page.location(), "/account/confirm?return_to=%2Faccount%2Fdata");
    assert_eq!(stage.world.count(lines).await, 1);
}

#[tokio::test]
async fn sr_ses_03_an_export_that_has_begun_ends_with_the_session_that_asked_for_it() {
    let stage = Stage::new().await;
    let router = app::router(stage.world.web());
    let token = Token::mint(crate::harness::chance());
    let browser = stage.world.signed_in_at(router.clone(), &stage.canary, token.clone()).await;
    let request = Request::post("/account/data/export")
        .header(header::COOKIE, format!("{}={}", crate::harness::SESSION, token.expose()))
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let request = request.body(Body::from(format!("csrf={}", browser.csrf()))).unwrap();
    let mut document = router.oneshot(request).await.unwrap().into_body().into_data_stream();
    let head = document.next().await.unwrap().unwrap();
    assert!(head.starts_with(b"{\"format\""), "{head:?}");
    sqlx::query("delete from session").execute(&stage.world.admin).await.unwrap();
    let mut rest = Vec::new();
    while let Some(chunk) = document.next().await {
        rest.push(chunk.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).map_err(drop));
    }
    assert_eq!(rest.last(), Some(&Err(())), "it breaks off: {rest:?}");
    assert!(!rest.iter().flatten().any(|text| text.contains(CANARY)), "nothing of anybody leaves any more: {rest:?}");
}
