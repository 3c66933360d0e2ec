//! FerryAlert on a home screen.

use super::{attributes, get, read};
use crate::harness::{World, motorhome_days};
use axum::{
    body::Body,
    http::{Request, header},
};
use domain::plan::Plan;
use serde_json::Value;
use tower::ServiceExt;

#[tokio::test]
async fn the_manifest_names_icons_that_are_there() {
    let world = World::new().await;
    let page = get(&world, "/manifest.webmanifest").await;
    assert_eq!(page.headers[header::CONTENT_TYPE], "application/manifest+json");
    let manifest: Value = serde_json::from_str(&page.text).unwrap();
    assert_eq!((manifest["name"].as_str(), manifest["scope"].as_str()), (Some("FerryAlert"), Some("/")));
    let router = app::router(world.web());
    for icon in manifest["icons"].as_array().unwrap() {
        let request = Request::get(icon["src"].as_str().unwrap()).body(Body::empty()).unwrap();
        let answer = router.clone().oneshot(request).await.unwrap();
        assert!(answer.status().is_success(), "{icon}");
        assert_eq!(answer.headers()[header::CONTENT_TYPE], icon["type"].as_str().unwrap());
    }
    let document = read(&get(&world, "/").await);
    assert_eq!(attributes(&document, "link[rel=manifest]", "href"), ["/manifest.webmanifest"]);
    assert_eq!(attributes(&document, "link[rel=apple-touch-icon]", "href").len(), 1);
}

/// What the worker says it keeps.
async fn kept(world: &World) -> Vec<String> {
    let page = get(world, "/sw.js").await;
    assert_eq!(page.headers[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
    let names = page.text.strip_prefix("const KEPT = ").unwrap().split(";\n").next().unwrap();
    let names: Value = serde_json::from_str(names).unwrap();
    assert_eq!(names["version"], app::assets::version());
    let files = names["files"].as_array().unwrap().iter().chain([&names["offline"]]);
    files.map(|file| file.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn sr_web_05_a_worker_keeps_our_own_files_and_one_page_that_is_nobodys() {
    let world = World::new().await;
    let files = kept(&world).await;
    assert!(files.iter().all(|file| file.starts_with("/assets/") || file == "/offline"), "{files:?}");
    let alice = world.person("Alice", Plan::Fleet).await;
    world.watch(&alice, &motorhome_days(1)).await;
    let mut browser = world.signed_in(&alice).await;
    for file in files {
        let page = browser.get(&file).await;
        assert!(page.status.is_success(), "{file}");
        assert!(!page.text.contains("Alice") && !page.text.contains(&alice.tenant.to_string()), "{file}");
    }
    // Nothing else is put into its cache: there is one place that does, and it names these.
    let script = get(&world, "/sw.js").await.text;
    assert_eq!((script.matches(".addAll(").count(), script.matches(".put(").count()), (1, 0));
    assert!(script.contains("credentials: \"omit\""));
}

#[tokio::test]
async fn one_policy_makes_one_address_of_a_script() {
    let world = World::new().await;
    let policy = get(&world, "/").await.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
    let types: Vec<&str> = policy.split("; ").filter(|part| part.starts_with("trusted-types")).collect();
    assert_eq!(types, ["trusted-types worker"]);
    let script = get(&world, &format!("/assets/{}/site.js", app::assets::version())).await.text;
    assert_eq!(script.matches("createPolicy(").count(), 1);
    assert!(script.contains("createPolicy(\"worker\"") && script.contains("url !== \"/sw.js\""), "{script}");
}
