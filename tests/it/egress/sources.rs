//! What no source may say: a second way out, or a way around verification.
//!
//! Reads the checkout itself, so that a new crate is covered on the day it appears.

use std::fs;
use std::path::{Path, PathBuf};

/// Crates that may name an HTTP client: the one way out, and the development tools.
const WITH_CLIENT: [&str; 2] = ["crates/outbound/", "crates/dev/"];

/// HTTP clients that no manifest may depend on.
const CLIENTS: [&str; 9] = ["reqwest", "ureq", "isahc", "curl", "attohttpc", "surf", "minreq", "awc", "hyper-rustls"];

/// Ways around the verification of a certificate, of this or another TLS library.
const WAYS_AROUND: [&str; 6] = [
    "danger_accept",
    "dangerous()",
    "danger::",
    "ServerCertVerifier",
    "SslVerifyMode",
    "with_custom_certificate_verifier",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// All files of the checkout with this ending, as (path from the root, text).
fn files(ending: &str) -> Vec<(String, String)> {
    let root = root();
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !name.starts_with('.') && !name.starts_with("target") {
                    folders.push(path);
                }
            } else if name.ends_with(ending) {
                let from_root = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
                found.push((from_root, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(found.len() > 5, "the checkout is read");
    found
}

/// Lines that are code: the lists of this file, comments and bans are not.
fn code_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim_start().starts_with("//"))
}

#[test]
fn sr_opr_05_no_source_turns_verification_off() {
    for (path, text) in files(".rs") {
        if path.ends_with("egress/sources.rs") {
            continue;
        }
        for line in code_lines(&text) {
            for way in WAYS_AROUND {
                assert!(!line.contains(way), "{path}: {}", line.trim());
            }
        }
    }
}

#[test]
fn sr_egr_01_only_outbound_and_dev_know_an_http_client() {
    for (path, text) in files("Cargo.toml") {
        let may = path == "Cargo.toml" || WITH_CLIENT.iter().any(|allowed| path.starts_with(allowed));
        for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
            let name = line.trim().trim_start_matches("[dependencies.");
            let name = name.split(['=', '.', ' ', ']']).next().unwrap_or_default();
            assert!(may || !CLIENTS.contains(&name), "{path}: {line}");
            // Under another name it would pass unseen, so not even the workspace may rename one.
            let renames = CLIENTS.iter().any(|client| line.contains(&format!("package = \"{client}\"")));
            assert!(!renames, "{path}: {line}");
        }
    }
    // The tests' own manifest is covered above; their sources plant such lines to see them found.
    for (path, text) in files(".rs") {
        if path.starts_with("tests/") || WITH_CLIENT.iter().any(|allowed| path.starts_with(allowed)) {
            continue;
        }
        for line in code_lines(&text) {
            assert!(!line.contains("reqwest::"), "{path}: {}", line.trim());
        }
    }
}

#[test]
fn sr_egr_01_outbound_reads_no_environment_and_sets_no_proxy() {
    let sources: Vec<_> = files(".rs").into_iter().filter(|(path, _)| path.starts_with("crates/outbound/")).collect();
    assert!(sources.len() > 5);
    for (path, text) in sources {
        for line in code_lines(&text) {
            for word in ["env::", "std::env", ".proxy(", "Proxy::"] {
                assert!(!line.contains(word), "{path}: {}", line.trim());
            }
        }
    }
}
