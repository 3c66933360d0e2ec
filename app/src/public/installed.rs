//! FerryAlert as an app on a home screen: what it is called, what it keeps, and what it says without a network. Promises that the
//! worker keeps our own files and one page that is nobody's, of this version alone. Never keeps a private page or an answer.

use crate::{assets, problem::Problem, sheet::Sheet};
use askama::Template;
use axum::{
    http::{HeaderName, header},
    response::{Html, IntoResponse},
};
use serde_json::json;

const MANIFEST: (HeaderName, &str) = (header::CONTENT_TYPE, "application/manifest+json");
const SCRIPT: (HeaderName, &str) = (header::CONTENT_TYPE, "text/javascript; charset=utf-8");

/// What the worker keeps for when there is no network.
const KEPT: [&str; 3] = ["site.css", "icons.svg", "site.js"];

/// The page it shows then.
const OFFLINE: &str = "/offline";

/// What the app is called and how it begins.
pub(crate) async fn manifest(frame: Sheet) -> impl IntoResponse {
    let icon = |file: &str, sizes: &str, purpose: &str| {
        let kind = if file.ends_with(".svg") { "image/svg+xml" } else { "image/png" };
        json!({ "src": frame.asset(file), "sizes": sizes, "type": kind, "purpose": purpose })
    };
    let shortcut = |name: &'static str, url: &str| json!({ "name": frame.say(name).to_string(), "url": url });
    let manifest = json!({
        "id": "/",
        "name": "FerryAlert",
        "short_name": "FerryAlert",
        "description": frame.say("foot-what").to_string(),
        "lang": frame.language.tag(),
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#fbfaf7",
        "theme_color": "#fbfaf7",
        "categories": ["travel"],
        "icons": [
            icon("icon.svg", "any", "any"),
            icon("icon-192.png", "192x192", "any"),
            icon("icon-512.png", "512x512", "any"),
            icon("icon-maskable-512.png", "512x512", "maskable"),
        ],
        "shortcuts": [shortcut("nav-home", "/home"), shortcut("nav-search", "/search")],
    });
    ([MANIFEST], manifest.to_string())
}

/// The worker, with the names of what it keeps of this version.
pub(crate) async fn worker() -> impl IntoResponse {
    let kept: Vec<String> = KEPT.iter().map(|file| assets::address(file)).collect();
    let names = json!({ "version": assets::version(), "offline": OFFLINE, "files": kept });
    ([SCRIPT], format!("const KEPT = {names};\n{}", include_str!("../../assets/worker.js")))
}

#[derive(Template)]
#[template(path = "public/offline.html")]
struct OfflinePage {
    frame: Sheet,
}

/// What is said without a network.
pub(crate) async fn offline(frame: Sheet) -> Result<Html<String>, Problem> {
    Ok(Html(OfflinePage { frame }.render()?))
}
