//! Who may name whom: the arrows between our crates, and the one place of each outside library.
//!
//! Promises to hold the layers of ARCHITECTURE.md against both the Cargo.tomls and the paths in the code. Never looks at what the code does.

use super::{
    assert_passes, assert_sees, assert_tidy,
    source::{self, Source, words_at},
};
use std::collections::BTreeMap;
use toml::Table;

/// Our crates, and which of ours each may depend on. `tests` may use all.
const MAY_USE: [(&str, &[&str]); 8] = [
    ("domain", &[]),
    ("telemetry", &[]),
    ("store", &["domain"]),
    ("outbound", &["domain"]),
    ("words", &["domain"]),
    ("app", &["domain", "store", "outbound", "telemetry", "words"]),
    ("workers", &["domain", "store", "outbound", "telemetry", "words"]),
    ("dev", &["domain"]),
];

/// What a crate may use on top in its own tests, benches and examples.
const MAY_USE_IN_TESTS: [(&str, &[&str]); 1] = [("dev", &["app", "outbound", "store", "telemetry", "workers"])];

/// An outside library, the crates that may depend on it, and the paths that may name it.
struct OnePlace {
    library: &'static str,
    crates: &'static [&'static str],
    paths: &'static [&'static str],
}

const ONE_PLACE: [OnePlace; 10] = [
    OnePlace { library: "sqlx", crates: &["store", "dev"], paths: &["crates/store/"] },
    OnePlace { library: "reqwest", crates: &["outbound", "dev"], paths: &["crates/outbound/"] },
    OnePlace { library: "lettre", crates: &["workers"], paths: &["workers/src/channels"] },
    OnePlace {
        library: "redis",
        crates: &["workers", "dev"],
        paths: &["workers/src/schedule", "workers/src/main.rs", "workers/src/lib.rs", "workers/src/config.rs"],
    },
    OnePlace { library: "html5ever", crates: &["workers"], paths: &["workers/src/operators"] },
    OnePlace { library: "scraper", crates: &["workers"], paths: &["workers/src/operators"] },
    OnePlace { library: "openidconnect", crates: &["app", "dev"], paths: &["app/src/login"] },
    OnePlace { library: "oauth2", crates: &["app"], paths: &["app/src/login"] },
    OnePlace { library: "p256", crates: &["app"], paths: &["app/src/login"] },
    OnePlace { library: "axum", crates: &["app", "dev"], paths: &["app/"] },
];

/// A Cargo.toml of ours that depends on something it may not, or pins a version by itself.
fn manifest(source: &Source) -> Vec<String> {
    if !source.path.ends_with("Cargo.toml") {
        return Vec::new();
    }
    let manifest: Table = source.text.parse().expect("cargo reads it, so it is TOML");
    let name = manifest["package"]["name"].as_str().expect("cargo reads it, so it has a name");
    let mut defects = Vec::new();
    for section in ["dependencies", "build-dependencies", "dev-dependencies"] {
        let Some(dependencies) = manifest.get(section).and_then(toml::Value::as_table) else { continue };
        for (dependency, source_of_version) in dependencies {
            if source_of_version.get("workspace").and_then(toml::Value::as_bool) != Some(true) {
                defects
                    .push(format!("{}: {dependency} is not `.workspace = true`: versions have one place", source.path));
            }
            if !may_depend(name, dependency, section) {
                defects.push(format!("{}: {name} may not depend on {dependency} ({section})", source.path));
            }
        }
    }
    defects
}

fn may_depend(name: &str, dependency: &str, section: &str) -> bool {
    let among = |table: &[(&str, &[&str])]| table.iter().any(|(from, to)| *from == name && to.contains(&dependency));
    if name == "tests" {
        return true;
    }
    if let Some(one_place) = ONE_PLACE.iter().find(|one| one.library == dependency) {
        return one_place.crates.contains(&name);
    }
    let is_ours = dependency == "tests" || MAY_USE.iter().any(|(ours, _)| *ours == dependency);
    !is_ours || among(&MAY_USE) || (section == "dev-dependencies" && among(&MAY_USE_IN_TESTS))
}

/// Shipped code that names a library outside its one place.
fn naming(source: &Source) -> Vec<String> {
    if !source.is_rust() || source.is_for_development() {
        return Vec::new();
    }
    let mut defects = Vec::new();
    for one in ONE_PLACE.iter().filter(|one| !source.is_in(one.paths)) {
        let sentence = format!("names {}, which only {} may", one.library, one.paths.join(", "));
        defects.extend(source.places_of(&format!("{}::", one.library), &sentence));
    }
    defects
}

/// Environment read, or a process started or ended, where neither may be.
fn surroundings(source: &Source) -> Vec<String> {
    if !source.is_rust() || source.is_for_development() {
        return Vec::new();
    }
    let mut defects = Vec::new();
    if source.stem() != "config" {
        for reading in ["env::var", "env::var_os", "env::vars", "env::vars_os"] {
            defects.extend(source.places_of(reading, "reads the environment; only config.rs does"));
        }
    }
    for process in ["process::Command", "process::exit", "process::abort"] {
        defects.extend(source.places_of(process, "starts or ends a process; shipped programs never do"));
    }
    defects
}

/// Each dependency of the workspace stands with its reason.
fn reasons(root_manifest: &str) -> Vec<String> {
    let section = root_manifest.split("[workspace.dependencies]").nth(1).expect("the root lists all dependencies");
    let entries = section.lines().take_while(|line| !line.starts_with('['));
    let is_bare = |line: &&str| line.contains(" = ") && !line.starts_with('#') && !line.contains("{ path = ");
    entries
        .filter(is_bare)
        .filter(|line| line.split_once("# ").is_none_or(|(_, reason)| reason.len() < 10))
        .map(|line| format!("Cargo.toml: no reason beside {:?}", line.split(' ').next().unwrap_or(line)))
        .collect()
}

#[test]
fn arrows_between_crates_point_down_only() {
    let plant = |name: &str, dependencies: &str| format!("[package]\nname = \"{name}\"\n{dependencies}");
    let app = plant("app", "[dependencies]\nworkers.workspace = true\n");
    assert_sees(manifest, "app/Cargo.toml", &app, "app may not depend on workers");
    let domain = plant("domain", "[dev-dependencies]\nstore.workspace = true\n");
    assert_sees(manifest, "crates/domain/Cargo.toml", &domain, "domain may not depend on store");
    let redis = plant("app", "[dependencies]\nredis.workspace = true\n");
    assert_sees(manifest, "app/Cargo.toml", &redis, "app may not depend on redis");
    let store = plant("dev", "[dependencies]\nstore.workspace = true\n");
    assert_sees(manifest, "crates/dev/Cargo.toml", &store, "dev may not depend on store (dependencies)");
    let own = plant("store", "[dependencies]\nuuid = \"1\"\n");
    assert_sees(manifest, "crates/store/Cargo.toml", &own, "uuid is not `.workspace = true`");
    let good =
        plant("store", "[dependencies]\ndomain.workspace = true\nsqlx = { workspace = true, features = [\"x\"] }\n");
    assert_passes(manifest, "crates/store/Cargo.toml", &good);
    assert_tidy(manifest);
}

#[test]
fn every_crate_has_a_layer() {
    let mut seen = BTreeMap::new();
    for source in source::all().iter().filter(|source| source.path.ends_with("Cargo.toml")) {
        let manifest: Table = source.text.parse().unwrap();
        seen.insert(manifest["package"]["name"].as_str().unwrap().to_owned(), source.path.clone());
    }
    let layered: Vec<&str> = MAY_USE.iter().map(|(name, _)| *name).chain(["tests"]).collect();
    for (name, path) in &seen {
        assert!(layered.contains(&name.as_str()), "{path}: {name} has no layer in tests/it/tidy/layers.rs");
    }
    assert_eq!(seen.len(), layered.len());
}

#[test]
fn a_library_with_one_place_is_named_nowhere_else() {
    assert_sees(naming, "app/src/watches.rs", "//! x\nuse sqlx::PgPool;", "app/src/watches.rs:2: names sqlx");
    assert_sees(naming, "workers/src/poll.rs", "async fn f() { reqwest::get(x) }", "names reqwest");
    assert_sees(naming, "workers/src/deliver.rs", "use lettre::Message;", "names lettre");
    assert_sees(naming, "app/src/main.rs", "let c = ::redis::Client::open(x);", "names redis");
    assert_sees(naming, "workers/src/reconcile.rs", "use redis::aio::X;", "names redis");
    assert_sees(naming, "workers/src/poll.rs", "use scraper::Html;", "names scraper");
    assert_sees(naming, "app/src/access.rs", "use openidconnect::Nonce;", "names openidconnect");
    assert_sees(naming, "workers/src/poll.rs", "use oauth2::Scope;", "names oauth2");
    assert_passes(naming, "app/src/login/discovery.rs", "use openidconnect::IssuerUrl;");
    assert_passes(naming, "workers/src/schedule/claim.rs", "use redis::Script;");
    assert_passes(naming, "workers/src/channels/email.rs", "use lettre::Message;");
    assert_passes(naming, "app/src/routes.rs", "// like sqlx::Pool\nuse store::Store; let s = \"redis::x\";");
    assert_tidy(naming);
}

#[test]
fn only_config_reads_the_environment_and_nothing_shipped_starts_a_process() {
    assert_sees(surroundings, "app/src/login.rs", "let x = std::env::var(\"X\");", "reads the environment");
    assert_sees(surroundings, "workers/src/main.rs", "use std::env; env::var_os(\"X\")", "reads the environment");
    assert_sees(surroundings, "workers/src/poll.rs", "std::process::Command::new(\"sh\")", "starts or ends a process");
    assert_sees(surroundings, "app/src/main.rs", "std::process::exit(1)", "starts or ends a process");
    assert_passes(surroundings, "app/src/config.rs", "let x = std::env::var(\"X\");");
    assert_passes(surroundings, "app/src/main.rs", "let root = env!(\"CARGO_MANIFEST_DIR\");");
    assert_passes(surroundings, "crates/dev/src/up.rs", "std::process::Command::new(\"sh\")");
    assert_tidy(surroundings);
}

#[test]
fn each_dependency_stands_with_its_reason() {
    let planted = "[workspace.dependencies]\n# Ours.\napp = { path = \"app\" }\nserde = \"1\"\nuuid = \"1\" # ids that leave\n\n[x]\ny = 1\n";
    assert_eq!(reasons(planted), ["Cargo.toml: no reason beside \"serde\""]);
    let root = std::fs::read_to_string(dev::checkout::root().join("Cargo.toml")).unwrap();
    assert_eq!(reasons(&root), Vec::<String>::new());
}

#[test]
fn the_top_level_holds_what_it_should_and_nothing_else() {
    let expected = [
        ".cargo",
        ".ci",
        ".git",
        ".gitignore",
        ".dockerignore",
        ".github",
        ".sqlx",
        "ARCHITECTURE.md",
        "CLAUDE.md",
        "Cargo.lock",
        "Cargo.toml",
        "Justfile",
        "LICENSE",
        "README.md",
        "app",
        "clippy.toml",
        "crates",
        "deny.toml",
        "infra",
        "migrations",
        "rust-toolchain.toml",
        "rustfmt.toml",
        "target",
        "tests",
        "threat-model.md",
        "workers",
    ];
    for entry in std::fs::read_dir(dev::checkout::root()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(expected.contains(&name.as_str()), "unexpected top-level entry {name}");
    }
}

#[test]
fn one_place_is_not_a_place_that_is_gone() {
    for one in &ONE_PLACE {
        let name = format!("{}::", one.library);
        let is_used = source::all()
            .iter()
            .any(|source| source.is_in(one.paths) && words_at(&source.code, &name).next().is_some());
        assert!(is_used, "nothing under {:?} names {}: the rule guards an empty place", one.paths, one.library);
    }
}
