//! Requests that another site has a browser send: they change nothing, and what only looks changes nothing either.

use super::{Stage, requests, word};
use app::{access::Access, routes::Endpoint};
use axum::{
    body::Body,
    http::{HeaderValue, Method, Request, StatusCode, header},
};
use domain::token::Token;

/// What a forged request differs in from a good one.
type Forge = fn(&mut Request<Body>);

fn says(request: &mut Request<Body>, name: &'static str, value: &str) {
    request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
}

fn says_nothing(request: &mut Request<Body>) {
    request.headers_mut().remove("sec-fetch-site");
}

/// What another site, an older browser of a victim, or a script without a browser would send.
const FORGED: [(&str, Forge); 9] = [
    ("from another site", |request| says(request, "sec-fetch-site", "cross-site")),
    ("from a sibling of our host", |request| says(request, "sec-fetch-site", "same-site")),
    ("typed into the address", |request| says(request, "sec-fetch-site", "none")),
    ("from another site that also claims our origin", |request| {
        says(request, "sec-fetch-site", "cross-site");
        says(request, "origin", "https://ferryalert.test");
    }),
    ("from nowhere", says_nothing),
    ("from another origin, in an older browser", |request| {
        says_nothing(request);
        says(request, "origin", "https://ferryalert.test.evil.example");
    }),
    ("from a hidden origin", |request| {
        says_nothing(request);
        says(request, "origin", "null");
    }),
    ("from our host without TLS", |request| {
        says_nothing(request);
        says(request, "origin", "http://ferryalert.test");
    }),
    ("from our origin by a method override", |request| {
        says_nothing(request);
        says(request, "x-http-method-override", "GET");
    }),
];

/// The rows that a browser's form reaches.
fn forms(stage: &Stage) -> Vec<Endpoint> {
    let is_form = |row: &Endpoint| {
        row.method == Method::POST && matches!(row.access, Access::Visitor | Access::Session(_) | Access::Member(..))
    };
    stage.endpoints().into_iter().filter(is_form).collect()
}

#[tokio::test]
async fn sr_web_01_a_form_that_no_page_of_ours_sent_changes_nothing() {
    let stage = Stage::set().await;
    let forms = forms(&stage);
    assert!(forms.len() > 3, "nothing to try");
    for endpoint in &forms {
        for (what, forge) in FORGED {
            stage.renew(&stage.control).await;
            let path = requests::path(&stage, endpoint).await;
            let before = stage.world.digest().await;
            let mut request = stage.request(&stage.control, endpoint, &path);
            forge(&mut request);
            let answer = stage.send(request).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{} {what}: {answer:?}", endpoint.path);
            assert_eq!(stage.world.digest().await, before, "{} {what}", endpoint.path);
        }
        let control = stage.ask(&stage.control, endpoint).await;
        assert_eq!(word(&control), "yes", "{}: {control:?}", endpoint.path);
    }
}

#[tokio::test]
async fn sr_web_01_a_form_needs_the_proof_of_its_own_session() {
    let stage = Stage::set().await;
    let own = stage.control.token().unwrap();
    let wrong = [
        None,
        Some(String::new()),
        Some("x".to_owned()),
        Some(own.hash().iter().map(|byte| format!("{byte:02x}")).collect()),
        Some(own.expose().to_owned()),
        Some(Token::mint([8; 32]).derive("csrf").expose().to_owned()),
        Some(stage.mallory.token().unwrap().derive("csrf").expose().to_owned()),
    ];
    for endpoint in forms(&stage).iter().filter(|row| row.access != Access::Visitor) {
        for field in &wrong {
            stage.renew(&stage.control).await;
            let path = requests::path(&stage, endpoint).await;
            let before = stage.world.digest().await;
            let mut request = stage.request(&stage.control, endpoint, &path);
            let csrf = field.as_ref().map_or(String::new(), |field| format!("csrf={field}"));
            *request.body_mut() = Body::from(csrf);
            let answer = stage.send(request).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{} {field:?}: {answer:?}", endpoint.path);
            assert_eq!(stage.world.digest().await, before, "{} {field:?}", endpoint.path);
        }
    }
}

#[tokio::test]
async fn sr_web_01_an_older_browser_is_known_by_its_origin() {
    let stage = Stage::set().await;
    for endpoint in forms(&stage) {
        stage.renew(&stage.control).await;
        let path = requests::path(&stage, &endpoint).await;
        let mut request = stage.request(&stage.control, &endpoint, &path);
        says_nothing(&mut request);
        says(&mut request, "origin", "https://ferryalert.test");
        let answer = stage.send(request).await;
        assert_eq!(word(&answer), "yes", "{}: {answer:?}", endpoint.path);
    }
}

#[tokio::test]
async fn sr_web_01_what_only_looks_changes_nothing() {
    let stage = Stage::set().await;
    let looks = |row: &Endpoint| row.method == Method::GET && !matches!(row.access, Access::Link(_));
    for endpoint in stage.endpoints().iter().filter(|row| looks(row)) {
        // Once before, so that the last use of key and session is noted.
        stage.ask(&stage.control, endpoint).await;
        let path = requests::path(&stage, endpoint).await;
        let before = stage.world.digest().await;
        for method in [Method::GET, Method::HEAD] {
            let mut request = stage.request(&stage.control, endpoint, &path);
            *request.method_mut() = method;
            // A link on another site may lead here: it is answered, and nothing comes of it.
            says(&mut request, "sec-fetch-site", "cross-site");
            assert!(request.headers().contains_key(header::COOKIE));
            let answer = stage.send(request).await;
            assert_eq!(word(&answer), "yes", "{path}: {answer:?}");
        }
        assert_eq!(stage.world.digest().await, before, "{path}");
    }
}
