//! One set of routes: what is routed is described, tried by the tests, and passes the access check.

use super::requests::REQUESTS;
use crate::{api::Client, harness::World};
use app::{App, routes, shield};
use axum::{http::StatusCode, routing::get};
use std::collections::BTreeSet;

type Rows = BTreeSet<(String, String)>;

fn routed(app: App) -> Rows {
    let table = routes::table(app);
    table.endpoints().iter().map(|row| (row.method.to_string(), row.path.to_owned())).collect()
}

#[tokio::test]
async fn sr_auz_03_the_table_the_openapi_document_and_the_tests_know_the_same_rows() {
    let world = World::new().await;
    let routed = routed(world.web());
    let tried: Rows = REQUESTS.iter().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    assert_eq!(tried, routed, "left: tests/it/access/requests.rs, right: app/src/routes.rs");

    let document = Client::new(&world, None).get("/api/v1/openapi.json").await.json();
    let described: Rows = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            methods.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone()))
        })
        .collect();
    let api: Rows = routed.into_iter().filter(|(_, path)| path.starts_with("/api/")).collect();
    assert_eq!(described, api, "left: the OpenAPI document, right: app/src/routes.rs");
}

#[tokio::test]
async fn sr_auz_03_a_route_beside_the_table_answers_nothing_but_500() {
    let world = World::new().await;
    let app = world.web();
    let beside = routes::table(app.clone()).into_router().route("/api/v1/beside", get(|| async { "leaked" }));
    let client = Client::of(shield::around(app, beside), None);
    let answer = client.get("/api/v1/beside").await;
    assert_eq!((answer.status, answer.code().as_str()), (StatusCode::INTERNAL_SERVER_ERROR, "failed"));
    assert!(!String::from_utf8_lossy(&answer.body).contains("leaked"));
    assert_eq!(client.get("/api/v1/openapi.json").await.status, StatusCode::OK, "rows answer as before");
}
