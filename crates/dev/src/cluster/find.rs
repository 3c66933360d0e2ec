//! Finds the programs we run: on the PATH, where Debian puts PostgreSQL, and where brew puts both.
//! Only looks; never installs.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The oldest PostgreSQL that knows what the schema uses.
const POSTGRES_AT_LEAST: u32 = 15;
/// The oldest Redis that knows what the due set uses.
const REDIS_AT_LEAST: u32 = 7;
/// The oldest Node that the standard identity provider runs on.
const NODE_AT_LEAST: u32 = 20;
/// The oldest Chromium whose headless mode is the browser itself.
const CHROMIUM_AT_LEAST: u32 = 132;

/// What packages call it.
const CHROMIUMS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/// Where macOS keeps it.
const APPLICATIONS: [&str; 2] = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/// Prefixes under which brew keeps what it installs.
const BREW_PREFIXES: [&str; 3] = ["/opt/homebrew", "/usr/local", "/home/linuxbrew/.linuxbrew"];

/// The programs a cluster needs.
#[derive(Clone, Debug)]
pub(super) struct Programs {
    /// Directory of `postgres` and `initdb` of one version.
    pub(super) postgres_dir: PathBuf,
    /// `redis-server`.
    pub(super) redis_server: PathBuf,
}

/// The directory of the newest PostgreSQL that is new enough.
pub(super) fn postgres_dir() -> Option<PathBuf> {
    places()
        .into_iter()
        .filter(|dir| dir.join("initdb").exists())
        .filter_map(|dir| Some((major_version(&dir.join("postgres"))?, dir)))
        .filter(|(version, _)| *version >= POSTGRES_AT_LEAST)
        .max_by_key(|(version, _)| *version)
        .map(|(_, dir)| dir)
}

/// The first Redis that is new enough.
pub(super) fn redis_server() -> Option<PathBuf> {
    let programs = places().into_iter().map(|dir| dir.join("redis-server"));
    programs.into_iter().find(|program| major_version(program).is_some_and(|version| version >= REDIS_AT_LEAST))
}

/// Node, with its package manager.
#[derive(Clone, Debug)]
pub struct Node {
    /// `node`.
    pub node: PathBuf,
    /// `npm`.
    pub npm: PathBuf,
}

/// The first Node that is new enough, if npm is here too.
pub(super) fn node() -> Option<Node> {
    let programs = places().into_iter().map(|dir| dir.join("node"));
    let is_new = |program: &PathBuf| major_version(program).is_some_and(|version| version >= NODE_AT_LEAST);
    Some(Node { node: programs.into_iter().find(is_new)?, npm: program("npm")? })
}

/// The first Chromium, or a browser made of it, that is new enough.
pub(super) fn chromium() -> Option<PathBuf> {
    let places = places();
    let on_path = CHROMIUMS.iter().flat_map(|name| places.iter().map(move |dir| dir.join(name)));
    let applications = APPLICATIONS.map(PathBuf::from);
    let is_new = |program: &PathBuf| major_version(program).is_some_and(|version| version >= CHROMIUM_AT_LEAST);
    on_path.chain(applications).find(is_new)
}

/// The first `psql`.
pub(super) fn psql() -> Option<PathBuf> {
    program("psql")
}

/// The first program of this name.
pub(super) fn program(name: &str) -> Option<PathBuf> {
    places().into_iter().map(|dir| dir.join(name)).find(|program| program.is_file())
}

fn places() -> Vec<PathBuf> {
    let mut places: Vec<PathBuf> =
        std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    places.extend(children(Path::new("/usr/lib/postgresql")).map(|version| version.join("bin")));
    for prefix in BREW_PREFIXES.map(Path::new) {
        places.push(prefix.join("bin"));
        places.extend(children(&prefix.join("opt")).map(|formula| formula.join("bin")));
    }
    places
}

fn children(dir: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path())
}

fn major_version(program: &Path) -> Option<u32> {
    let output = program.is_file().then(|| Command::new(program).arg("--version").output().ok())??;
    major_in(&String::from_utf8_lossy(&output.stdout))
}

/// The first number after a space, `v` or `v=`: "postgres (PostgreSQL) 15.18", "Redis server v=7.0.15 sha=…", "v22.4.0".
fn major_in(text: &str) -> Option<u32> {
    let words = text.split_whitespace().map(|word| word.trim_start_matches('v').trim_start_matches('='));
    words
        .filter(|word| word.starts_with(|first: char| first.is_ascii_digit()))
        .find_map(|word| word.split(|sign: char| !sign.is_ascii_digit()).next()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::major_in;

    #[test]
    fn versions_are_read_from_what_servers_say() {
        assert_eq!(major_in("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(major_in("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64"), Some(7));
        assert_eq!(major_in("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major_in("v20.20.2"), Some(20));
        assert_eq!(major_in("Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)"), Some(156));
        assert_eq!(major_in("no version here"), None);
    }
}
