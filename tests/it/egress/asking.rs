//! How we ask: under our own name, for what has changed, and no sooner than we are told.

use chrono::TimeDelta;
use outbound::{FetchError, Method, Refusal, Validators};

use super::server::{Server, answer};
use super::{client_of, fetch, operator_url, user_url};

/// Answers with the head of the request.
async fn echo() -> Server {
    Server::says(|head| answer("200 OK", &["etag: \"v1\"", "last-modified: Wed, 01 Jul 2026 12:00:00 GMT"], head)).await
}

#[tokio::test]
async fn requests_carry_an_honest_name_and_nothing_that_tracks() {
    let server = echo().await;
    let response = fetch(&client_of(&[server.socket]), user_url(&server.url("/a?b#c"))).await.unwrap();
    let head = String::from_utf8(response.body.to_vec()).unwrap();
    let name = "user-agent: FerryAlertBot/1.0 (+https://ferryalert.example/bot; bot@ferryalert.example)\r\n";
    assert!(head.starts_with("GET /a?b HTTP/1.1\r\n") && head.contains(name), "{head}");
    assert!(!head.contains("cookie:") && !head.contains("referer:"), "{head}");
}

#[tokio::test]
async fn headers_that_frame_a_message_or_name_us_cannot_be_set() {
    let server = echo().await;
    let client = client_of(&[server.socket]);
    for name in ["host", "user-agent", "content-length", "transfer-encoding", "connection", "te"] {
        let mut request = user_url(&server.url("/"));
        request.headers.insert(name, "x".parse().unwrap());
        assert_eq!(fetch(&client, request).await.unwrap_err(), FetchError::Refused(Refusal::Header), "{name}");
    }
    let mut request = user_url(&server.url("/"));
    request.headers.insert("webhook-id", "msg_1".parse().unwrap());
    request.method = Method::Post("{}".into());
    let response = fetch(&client, request).await.unwrap();
    let head = String::from_utf8(response.body.to_vec()).unwrap();
    assert!(head.starts_with("POST / ") && head.contains("webhook-id: msg_1\r\n"), "{head}");
    assert!(head.contains("content-length: 2\r\n"), "{head}");
}

#[tokio::test]
async fn an_unchanged_page_costs_a_304() {
    let server = Server::says(|head| {
        let current = head.contains("if-none-match: \"v1\"\r\n")
            && head.contains("if-modified-since: Wed, 01 Jul 2026 12:00:00 GMT\r\n");
        let headers = ["etag: \"v1\"", "last-modified: Wed, 01 Jul 2026 12:00:00 GMT"];
        if current { answer("304 Not Modified", &headers, "") } else { answer("200 OK", &headers, "page") }
    })
    .await;
    let client = client_of(&[server.socket]);
    let first = fetch(&client, operator_url(&server.url("/"))).await.unwrap();
    assert_eq!((first.status, &first.body[..], first.not_modified), (200, &b"page"[..], false));
    // They survive being stored as text.
    let kept = Validators::from_text(first.validators.etag(), first.validators.last_modified());
    assert_eq!(kept, first.validators);
    let again = operator_url(&server.url("/")).unless_current(Some(kept));
    let second = fetch(&client, again).await.unwrap();
    assert_eq!((second.status, second.body.len(), second.not_modified), (304, 0, true));
    assert_eq!(second.validators.etag(), Some("\"v1\""));
}

#[tokio::test]
async fn a_busy_server_says_how_long_to_stay_away() {
    let cases = [
        ("429 Too Many Requests", "retry-after: 120", 429, Some(120)),
        // The test's now is 12:00:00 of that day.
        ("503 Service Unavailable", "retry-after: Wed, 01 Jul 2026 12:05:00 GMT", 503, Some(300)),
        ("503 Service Unavailable", "retry-after: soon", 503, None),
        ("404 Not Found", "x: y", 404, None),
    ];
    for (status, header, code, seconds) in cases {
        let server = Server::says(move |_| answer(status, &[header], "go away")).await;
        let outcome = fetch(&client_of(&[server.socket]), operator_url(&server.url("/"))).await;
        let retry_after = seconds.map(TimeDelta::seconds);
        assert_eq!(outcome.unwrap_err(), FetchError::Status { code, retry_after });
    }
}
