//! The pages that need no sign-in, and what stands around every response.

use crate::harness::World;
use app::{access::Access, routes};
use axum::{
    body::{Body, to_bytes},
    http::{Method, Request, StatusCode, header},
    response::Response,
};
use tower::ServiceExt;

async fn get(world: &World, path: &str) -> Response {
    let request = Request::builder().uri(path).body(Body::empty()).unwrap();
    app::router(world.web()).oneshot(request).await.unwrap()
}

#[tokio::test]
async fn every_public_page_answers_and_every_response_is_shielded() {
    let world = World::new().await;
    let table = routes::table(world.web());
    let public = table.endpoints().iter().filter(|endpoint| endpoint.access == Access::Public);
    // Another site's form: it is brought again by GET, and `login` tries it.
    let public =
        public.filter(|endpoint| (endpoint.method.as_str(), endpoint.path) != ("POST", "/login/{provider}/callback"));
    let mut paths: Vec<(String, StatusCode)> = public
        .map(|endpoint| {
            assert_eq!(endpoint.method, Method::GET);
            (endpoint.path.replace("{code}", "invalid"), StatusCode::OK)
        })
        .collect();
    paths.push(("/nothing/here".into(), StatusCode::NOT_FOUND));
    paths.push(("/l/stop/forged".into(), StatusCode::NOT_FOUND));
    for (path, status) in paths {
        let response = get(&world, &path).await;
        assert_eq!(response.status(), status, "{path}");
        let headers = response.headers();
        assert!(headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().starts_with("default-src 'none'"), "{path}");
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{path}");
        assert_eq!(headers[header::REFERRER_POLICY], "no-referrer", "{path}");
        assert_eq!(headers[header::CACHE_CONTROL], "no-store", "{path}");
    }
}

#[tokio::test]
async fn the_page_for_operators_names_a_contact() {
    let world = World::new().await;
    let body = to_bytes(get(&world, "/bot").await.into_body(), 64 * 1024).await.unwrap();
    let page = String::from_utf8(body.to_vec()).unwrap();
    assert!(page.contains(&world.config.contact), "{page}");
}
