//! The pages that need no sign-in, and what stands around every response.

use crate::harness::World;
use app::{access::Access, routes};
use axum::{
    body::{Body, to_bytes},
    http::{Method, Request, StatusCode, header},
    response::Response,
};
use std::collections::HashSet;
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
            let path = endpoint.path.replace("{code}", "invalid");
            let path = path.replace("{operator}", "harbour").replace("{route}", "POR-SAN");
            let path = path.replace("{version}", app::assets::version()).replace("{file}", "site.css");
            (path, StatusCode::OK)
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
        let kept = if path.starts_with("/assets/") { "public, max-age=31536000, immutable" } else { "no-store" };
        assert_eq!(headers[header::CACHE_CONTROL], kept, "{path}");
    }
}

#[tokio::test]
async fn what_a_browser_keeps_for_a_year_is_never_another_version() {
    let world = World::new().await;
    for (path, status) in [
        (format!("/assets/{}/site.css", app::assets::version()), StatusCode::OK),
        (format!("/assets/{}/icons.svg", app::assets::version()), StatusCode::OK),
        ("/assets/000000000000/site.css".to_owned(), StatusCode::NOT_FOUND),
        (format!("/assets/{}/nothing.css", app::assets::version()), StatusCode::NOT_FOUND),
        (format!("/assets/{}/..%2fsite.css", app::assets::version()), StatusCode::NOT_FOUND),
    ] {
        assert_eq!(get(&world, &path).await.status(), status, "{path}");
    }
}

/// A page's policy, and the nonce in it.
async fn policy(world: &World, path: &str) -> (String, String, String) {
    let response = get(world, path).await;
    let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
    let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
    let body = to_bytes(response.into_body(), 512 * 1024).await.unwrap();
    (policy, nonce, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn sr_web_03_every_answer_has_a_nonce_of_its_own_that_its_scripts_carry_and_nothing_else_runs() {
    let world = World::new().await;
    let mut seen = HashSet::new();
    for _ in 0..1_000 {
        let (_, nonce, _) = policy(&world, "/healthz").await;
        assert!(nonce.len() >= 22, "128 bits in base64 are 22 characters: {nonce}");
        assert!(seen.insert(nonce), "a nonce came twice");
    }
    for path in ["/", "/login", "/search", "/ferries/harbour/POR-SAN", "/security", "/nothing/here", "/l/stop/forged"] {
        let (policy, nonce, page) = policy(&world, path).await;
        let scripts = page.matches("<script").count();
        assert!(scripts > 0 && page.matches(&format!("nonce=\"{nonce}\"")).count() == scripts, "{path}: {page}");
        for directive in [
            "default-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types worker",
        ] {
            assert!(policy.split("; ").any(|part| part == directive), "{path} lacks {directive}: {policy}");
        }
        for loose in ["unsafe-inline", "unsafe-eval", "data:", "http:", "https:", "*"] {
            assert!(!policy.contains(loose), "{path} allows {loose}: {policy}");
        }
    }
}

#[tokio::test]
async fn a_page_speaks_the_language_that_was_chosen_else_the_one_the_browser_likes() {
    let world = World::new().await;
    let said = async |headers: &[(&str, &str)]| {
        let request =
            headers.iter().fold(Request::get("/nothing/here"), |request, (name, value)| request.header(*name, *value));
        let response = app::router(world.web()).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        String::from_utf8(to_bytes(response.into_body(), 64 * 1024).await.unwrap().to_vec()).unwrap()
    };
    let (english, french) = ("<h1>There is nothing here</h1>", "<h1>Il n’y a rien ici</h1>");
    assert!(said(&[]).await.contains(english));
    let page = said(&[("accept-language", "fr-FR,fr;q=0.9,en;q=0.5")]).await;
    assert!(page.contains(french) && page.contains("<html lang=\"fr\">"), "{page}");
    assert!(said(&[("accept-language", "fr"), ("cookie", "__Host-language=en")]).await.contains(english));
}

#[tokio::test]
async fn the_page_for_operators_names_a_contact() {
    let world = World::new().await;
    let body = to_bytes(get(&world, "/bot").await.into_body(), 64 * 1024).await.unwrap();
    let page = String::from_utf8(body.to_vec()).unwrap();
    assert!(page.contains(&world.config.contact), "{page}");
}
