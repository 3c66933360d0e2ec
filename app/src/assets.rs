//! The files beside pages: how they look and what their scripts do. Promises one address for each version of all of them, so
//! that a browser may keep what it has for a year. Never reads a disk.

use crate::{input::Path, problem::Problem};
use axum::{
    http::{HeaderName, header},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// A file and its type.
struct Asset {
    name: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
}

const CSS: &str = "text/css; charset=utf-8";
const SVG: &str = "image/svg+xml";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const PNG: &str = "image/png";

/// How pages look, from what everything rests on to what stands on it.
const LOOK: &str = concat!(
    include_str!("../assets/look/tokens.css"),
    include_str!("../assets/look/base.css"),
    include_str!("../assets/look/layout.css"),
    include_str!("../assets/look/components.css"),
    include_str!("../assets/look/charts.css"),
    include_str!("../assets/look/public.css"),
    include_str!("../assets/look/board.css"),
);

const ASSETS: &[Asset] = &[
    Asset { name: "site.css", content_type: CSS, bytes: LOOK.as_bytes() },
    Asset { name: "icons.svg", content_type: SVG, bytes: include_bytes!("../assets/icons.svg") },
    Asset { name: "site.js", content_type: SCRIPT, bytes: include_bytes!("../assets/site.js") },
    Asset { name: "month.js", content_type: SCRIPT, bytes: include_bytes!("../assets/month.js") },
    Asset { name: "icon.svg", content_type: SVG, bytes: include_bytes!("../assets/icon.svg") },
    Asset { name: "icon-180.png", content_type: PNG, bytes: include_bytes!("../assets/icon-180.png") },
    Asset { name: "icon-192.png", content_type: PNG, bytes: include_bytes!("../assets/icon-192.png") },
    Asset { name: "icon-512.png", content_type: PNG, bytes: include_bytes!("../assets/icon-512.png") },
    Asset {
        name: "icon-maskable-512.png",
        content_type: PNG,
        bytes: include_bytes!("../assets/icon-maskable-512.png"),
    },
    Asset { name: "live.js", content_type: SCRIPT, bytes: include_bytes!("../assets/live.js") },
];

/// Names the present version of all of them.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut digest = Sha256::new();
    for asset in ASSETS {
        digest.update(asset.name);
        digest.update(asset.bytes);
    }
    hex::encode(&digest.finalize()[..6])
});

/// What the present version is called in addresses.
#[must_use]
pub fn version() -> &'static str {
    &VERSION
}

const KEEP: (HeaderName, &str) = (header::CACHE_CONTROL, "public, max-age=31536000, immutable");

/// Where a file of ours is.
pub(crate) fn address(file: &str) -> String {
    format!("/assets/{}/{file}", *VERSION)
}

/// One of them, for as long as the browser likes. An address of another version leads nowhere: what is kept must be what it says.
pub(crate) async fn show(Path((version, file)): Path<(String, String)>) -> Result<Response, Problem> {
    let asset = ASSETS.iter().find(|asset| asset.name == file && version == *VERSION);
    let Asset { content_type, bytes, .. } = asset.ok_or_else(Problem::not_found)?;
    Ok(([KEEP, (header::CONTENT_TYPE, *content_type)], *bytes).into_response())
}
