//! Other methods and other spellings of an address: none reaches a route by a side door.

use super::{Stage, requests, word};
use app::routes::Endpoint;
use axum::http::{HeaderValue, Method, StatusCode, header};
use std::collections::BTreeSet;

const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"];

/// The methods that a path takes, as the table has them.
fn declared(rows: &[Endpoint], path: &str) -> BTreeSet<String> {
    let mut methods: BTreeSet<String> =
        rows.iter().filter(|row| row.path == path).map(|row| row.method.to_string()).collect();
    if methods.contains("GET") {
        methods.insert("HEAD".to_owned());
    }
    methods
}

#[tokio::test]
async fn sr_auz_08_a_method_that_is_no_row_is_refused_for_everybody() {
    let stage = Stage::set().await;
    let rows = stage.endpoints();
    for endpoint in &rows {
        let taken = declared(&rows, endpoint.path);
        stage.renew(&stage.control).await;
        let path = requests::path(&stage, endpoint).await;
        let before = stage.world.digest().await;
        for method in METHODS.iter().filter(|method| !taken.contains(**method)) {
            let mut request = stage.request(&stage.control, endpoint, &path);
            *request.method_mut() = Method::from_bytes(method.as_bytes()).unwrap();
            for name in ["x-http-method-override", "x-http-method", "x-method-override"] {
                let wanted = HeaderValue::from_str(endpoint.method.as_str()).unwrap();
                request.headers_mut().insert(name, wanted);
            }
            let answer = stage.send(request).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}: {answer:?}");
            let allowed: BTreeSet<String> =
                answer.headers[header::ALLOW].to_str().unwrap().split(',').map(str::to_owned).collect();
            assert_eq!(allowed, taken, "{method} {path}");
        }
        assert_eq!(stage.world.digest().await, before, "{path}");
    }
}

/// Other spellings of a path, none of which is the path.
fn spellings(path: &str) -> Vec<String> {
    let mut spellings = vec![
        format!("{path}/"),
        format!("/{path}"),
        format!("{path};x=1"),
        format!("{path}.css"),
        format!("{path}%00"),
        format!("{path}%20"),
        format!("/.{path}"),
        format!("/x/..{path}"),
    ];
    if path.len() > 1 {
        spellings.push(path.to_uppercase());
        spellings.push(format!("/{}", path[1..].replacen('/', "%2f", 1)));
        spellings.push(format!("/{}", path[1..].replacen('/', "//", 1)));
        spellings.push(format!("/{}", path[1..].replacen('/', "\\", 1).replace('\\', "%5c")));
    }
    spellings.retain(|other| other != path);
    spellings
}

#[tokio::test]
async fn sr_auz_08_another_spelling_of_a_path_is_another_path() {
    let stage = Stage::set().await;
    for endpoint in stage.endpoints() {
        // So that a good key's last use is noted already.
        stage.ask(&stage.control, &endpoint).await;
        stage.renew(&stage.control).await;
        let path = requests::path(&stage, &endpoint).await;
        let before = stage.world.digest().await;
        for other in spellings(&path) {
            let answer = stage.ask_at(&stage.control, &endpoint, &other).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{} {other}: {answer:?}", endpoint.method);
        }
        assert_eq!(stage.world.digest().await, before, "{path}");
    }
}

#[tokio::test]
async fn sr_auz_08_a_method_stands_in_the_request_line_and_nowhere_else() {
    let stage = Stage::set().await;
    for endpoint in stage.endpoints().iter().filter(|row| row.method == Method::GET && !row.path.contains("{token}")) {
        stage.renew(&stage.control).await;
        let path = requests::path(&stage, endpoint).await;
        let mut request = stage.request(&stage.control, endpoint, &path);
        for name in ["x-http-method-override", "x-http-method", "x-method-override"] {
            request.headers_mut().insert(name, HeaderValue::from_static("DELETE"));
        }
        let answer = stage.send(request).await;
        assert_eq!(word(&answer), "yes", "{path}: {answer:?}");
    }
}
