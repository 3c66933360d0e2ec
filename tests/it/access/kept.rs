//! What browsers and proxies may keep of answers to somebody who is known, and what an address made to look like a file gets.

use super::{Stage, requests, word};
use app::access::Access;
use axum::http::{HeaderValue, StatusCode, header};

fn is_for_somebody(access: Access) -> bool {
    matches!(access, Access::Session(_) | Access::Member(..) | Access::Key(_))
}

#[tokio::test]
async fn sr_web_05_no_answer_to_somebody_known_is_kept_or_made_small() {
    let stage = Stage::set().await;
    let mut seen = 0;
    for endpoint in stage.endpoints().iter().filter(|row| is_for_somebody(row.access)) {
        let what = format!("{} {}", endpoint.method, endpoint.path);
        stage.renew(&stage.control).await;
        let path = requests::path(&stage, endpoint).await;
        let mut request = stage.request(&stage.control, endpoint, &path);
        request.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static("br, gzip"));
        let answer = stage.send(request).await;
        assert_eq!(word(&answer), "yes", "{what}: {answer:?}");
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store", "{what}");
        assert!(!answer.headers.contains_key(header::CONTENT_ENCODING), "{what} is compressed");
        seen += 1;
    }
    assert!(seen > 60, "only {seen} rows were looked at");
}

#[tokio::test]
async fn sr_web_05_a_page_under_the_name_of_a_file_is_not_there() {
    let stage = Stage::set().await;
    let pages = stage.endpoints().into_iter();
    let pages =
        pages.filter(|row| row.method == "GET" && matches!(row.access, Access::Session(_) | Access::Member(..)));
    for endpoint in pages {
        stage.renew(&stage.control).await;
        let path = requests::path(&stage, &endpoint).await;
        let path = path.split('?').next().unwrap();
        for file in ["/x.css", "/x.js", ".css", ";x.css", "%2fx.css", "/%2e%2e/x.png"] {
            let answer = stage.ask_at(&stage.control, &endpoint, &format!("{path}{file}")).await;
            // Where a form is sent to an address of that shape, opening it is no method of it.
            let is_nothing = matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED);
            assert!(is_nothing, "{path}{file}: {answer:?}");
            assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store", "{path}{file}");
        }
    }
}

#[tokio::test]
async fn sr_web_05_signing_out_has_the_browser_forget_everything() {
    let stage = Stage::set().await;
    let logout = stage.endpoints().into_iter().find(|row| row.path == "/logout").unwrap();
    let answer = stage.ask(&stage.control, &logout).await;
    let forgotten = answer.headers["clear-site-data"].to_str().unwrap();
    assert!(["\"cache\"", "\"cookies\"", "\"storage\""].iter().all(|kind| forgotten.contains(kind)), "{forgotten}");
}
