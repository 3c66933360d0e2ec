//! Scripts of other sites: no answer of ours lets one read it.

use super::{Stage, requests};
use axum::http::{HeaderValue, Method};

const ORIGINS: [&str; 5] =
    ["https://evil.example", "https://app.ferryalert.test", "https://ferryalert.test", "null", "http://localhost:3000"];

#[tokio::test]
async fn sr_web_06_no_answer_lets_another_site_read_it() {
    let stage = Stage::set().await;
    for endpoint in stage.endpoints() {
        stage.renew(&stage.control).await;
        let path = requests::path(&stage, &endpoint).await;
        for origin in ORIGINS {
            for method in [Method::OPTIONS, endpoint.method.clone()] {
                let mut request = stage.request(&stage.control, &endpoint, &path);
                *request.method_mut() = method.clone();
                let headers = request.headers_mut();
                for (name, value) in [
                    ("origin", origin),
                    ("sec-fetch-site", "cross-site"),
                    ("access-control-request-method", "POST"),
                    ("access-control-request-headers", "authorization, content-type"),
                ] {
                    headers.insert(name, HeaderValue::from_static(value));
                }
                let answer = stage.send(request).await;
                let told = answer.headers.keys().find(|name| name.as_str().starts_with("access-control-"));
                assert_eq!(told, None, "{method} {path} from {origin}");
                assert_eq!(answer.headers["cross-origin-resource-policy"], "same-origin", "{method} {path}");
            }
        }
    }
}
