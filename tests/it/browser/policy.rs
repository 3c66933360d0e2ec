//! The policy that stands around every page, judged by csp_evaluator and by a browser that is given a page with a script in it.

use super::{Hands, Place, examined::pages};
use crate::harness::{Browser, World};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, header},
    middleware::{map_request, map_response},
    response::Response,
};
use dev::{
    chromium::{Look, Screen},
    npm::PAGE_CHECKS,
};
use serde_json::Value;
use std::{collections::BTreeSet, process::Command};

/// csp_evaluator's word for high; a syntax error is 20, medium 30 and so on.
const HIGH: u64 = 10;
const SYNTAX: u64 = 20;

#[tokio::test]
async fn sr_web_03_csp_evaluator_has_no_high_finding_on_any_page() {
    // Nonces differ from page to page and mean the same.
    let policies: BTreeSet<String> = pages().await.iter().map(|page| without_nonce(&page.policy)).collect();
    assert!(!policies.contains(""), "a page without a policy");
    let policies: Vec<String> = policies.into_iter().collect();
    let checks = PAGE_CHECKS.from_environment().unwrap();
    let judged = Command::new(&checks.node)
        .arg(checks.directory.join("csp.mjs"))
        .arg(serde_json::to_string(&policies).unwrap())
        .output()
        .unwrap();
    assert!(judged.status.success(), "{}", String::from_utf8_lossy(&judged.stderr));
    let findings: Vec<Vec<Value>> = serde_json::from_slice(&judged.stdout).unwrap();
    assert_eq!(findings.len(), policies.len());
    for (policy, findings) in policies.iter().zip(findings) {
        let severe = findings.iter().filter(|found| matches!(found["severity"].as_u64(), Some(HIGH | SYNTAX) | None));
        assert_eq!(severe.collect::<Vec<_>>(), Vec::<&Value>::new(), "{policy}");
        for directive in ["default-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"] {
            assert!(policy.contains(directive), "{directive} in {policy}");
        }
        assert!(!policy.contains("unsafe-"), "{policy}");
    }
}

/// A policy with the same nonce whatever it was.
fn without_nonce(policy: &str) -> String {
    let mut parts = policy.split("'nonce-");
    let mut same = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        same.push_str("'nonce-AAAAAAAAAAAAAAAAAAAAAA");
        same.push_str(part.find('\'').map_or("", |end| &part[end..]));
    }
    same
}

#[tokio::test]
async fn sr_web_03_a_thousand_nonces_are_distinct_and_each_is_its_pages_own() {
    let world = World::new().await;
    let mut browser = Browser::new(app::router(world.web()));
    let mut nonces = BTreeSet::new();
    for _ in 0..1_000 {
        let page = browser.get("/bot").await;
        let policy = page.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        let (_, nonce) = policy.split_once("'nonce-").unwrap_or_else(|| panic!("a nonce in {policy}"));
        let nonce = nonce.split('\'').next().unwrap().to_owned();
        assert!(nonce.len() >= 22, "{nonce} holds less than 128 bits");
        let scripts = page.text.matches("<script").count();
        assert_eq!(page.text.matches(&format!(" nonce=\"{nonce}\"")).count(), scripts, "{}", page.text);
        assert!(scripts > 0 && nonces.insert(nonce), "given before, or to no script");
    }
}

/// What somebody planted in a page: as an element, an attribute, a link and a style.
const PLANTED: &str = r#"<script>document.body.dataset.planted = "script"</script>
<img alt="" src="/nothing/here" onerror="document.body.dataset.planted = 'attribute'">
<a id="planted" href="javascript:void(document.body.dataset.planted = 'link')">planted</a>
<iframe title="planted" srcdoc="<script>parent.document.body.dataset.planted = 'frame'</script>"></iframe></body>"#;

/// A request for a page that can be read on its way.
async fn uncompressed(mut request: Request<Body>) -> Request<Body> {
    request.headers_mut().remove(header::ACCEPT_ENCODING);
    request
}

/// A page in which it was planted.
async fn planted(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let is_page = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_page {
        return Response::from_parts(parts, body);
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    let page = to_bytes(body, 1 << 20).await.unwrap();
    let page = String::from_utf8(page.to_vec()).unwrap().replace("</body>", PLANTED);
    Response::from_parts(parts, Body::from(page))
}

/// The same in a page without its policy.
async fn undefended(mut response: Response) -> Response {
    response.headers_mut().remove(header::CONTENT_SECURITY_POLICY);
    planted(response).await
}

/// What of it ran, once the page has loaded and its link was followed.
async fn what_ran(around: impl FnOnce(Router) -> Router) -> (Value, Vec<String>) {
    let place = Place::with(around).await;
    let visitor = place.visitor(Look::at(Screen::Desktop), Hands::Pointer).await;
    visitor.window.go(place.base.join("/bot").unwrap().as_str()).await.unwrap();
    let link = visitor.window.find("link", "planted").await.unwrap();
    visitor.window.click(link).await.unwrap();
    // The answer comes after all that the click brought about.
    let ran =
        visitor.window.evaluate("new Promise((done) => setTimeout(() => done(document.body.dataset.planted ?? null)))");
    let ran = ran.await.unwrap();
    (ran, visitor.take_seen().complaints)
}

#[tokio::test]
async fn sr_web_03_a_script_injected_into_a_page_does_not_run() {
    let (ran, complaints) =
        what_ran(|router| router.layer(map_response(planted)).layer(map_request(uncompressed))).await;
    assert_eq!(ran, Value::Null);
    assert!(complaints.iter().any(|complaint| complaint.starts_with("policy: ")), "{complaints:#?}");
    let (ran, _) = what_ran(|router| router.layer(map_response(undefended)).layer(map_request(uncompressed))).await;
    assert_ne!(ran, Value::Null, "without the policy it runs, so this test would see it");
}
