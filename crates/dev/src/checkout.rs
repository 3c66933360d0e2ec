//! Where this checkout lives and where it may put its private files. Two checkouts never share a
//! directory, and nothing private lies inside the checkout.

use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// Root of the checkout this program was built from.
#[must_use]
pub fn root() -> PathBuf {
    let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_dir.ancestors().nth(2).expect("BUG: crates/dev lies two levels below the root").to_path_buf()
}

/// The private directory of the checkout at `root`: short, because the path of a unix socket may
/// have about 100 bytes, and outside any home, because PostgreSQL runs as another user.
#[must_use]
pub fn private_dir(root: &Path) -> PathBuf {
    let digest = Sha256::digest(root.as_os_str().as_encoded_bytes());
    Path::new("/var/tmp").join(format!("ferryalert-{}", hex::encode(&digest[..4])))
}

/// Where cargo builds.
#[must_use]
pub fn target_dir() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// How a program of the workspace is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// Quickly, for use right away.
    Debug,
    /// As it ships, for measuring.
    Release,
}

/// A binary of the workspace as `cargo build` leaves it.
#[must_use]
pub fn binary(build: Build, name: &str) -> PathBuf {
    let directory = match build {
        Build::Debug => "debug",
        Build::Release => "release",
    };
    target_dir().join(directory).join(name)
}
