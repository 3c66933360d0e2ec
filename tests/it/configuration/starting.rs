//! One start of the real program for each bad setting: it ends, with a sentence that names the setting and the way
//! out and repeats no secret. With good settings it comes up.

use super::{KEY, PASSWORD, SEAL_KEYS, production};
use crate::harness::{Database, redis_url, setting};
use domain::seal::published_setting;
use futures::future::join_all;
use sqlx::Executor;
use std::{collections::BTreeMap, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
};

/// A program that ended or came up by then is not stuck, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(45);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Program {
    App,
    Workers,
}

const BOTH: &[Program] = &[Program::App, Program::Workers];
const APP: &[Program] = &[Program::App];
const WORKERS: &[Program] = &[Program::Workers];

impl Program {
    fn role(self) -> &'static str {
        match self {
            Program::App => "ferry_app",
            Program::Workers => "ferry_worker",
        }
    }

    fn on(self, settings: &BTreeMap<&'static str, String>) -> Command {
        let binary = match self {
            Program::App => setting("FERRY_BIN_APP"),
            Program::Workers => setting("FERRY_BIN_WORKERS"),
        };
        let mut command = Command::new(binary);
        command.env_clear().envs(settings).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command.kill_on_drop(true);
        command
    }
}

/// Settings with which a program does come up on this database.
fn good(program: Program, database: &Database) -> BTreeMap<&'static str, String> {
    let mut settings = production();
    settings.insert("FERRY_DATABASE_URL", database.url(program.role()));
    settings.insert("FERRY_AUTH_DATABASE_URL", database.url("ferry_auth"));
    settings.insert("FERRY_REDIS_URL", redis_url());
    settings
}

/// A database that knows the keys of production.
async fn installation() -> Database {
    let database = Database::new().await;
    database.settle_under(SEAL_KEYS).await.unwrap();
    database
}

/// Starts it, and gives back what it said at its end; or what is wrong with that end.
async fn ends(program: Program, settings: &BTreeMap<&'static str, String>) -> Result<String, String> {
    let ended = tokio::time::timeout(PATIENCE, program.on(settings).output()).await;
    let output = ended.map_err(|_| "came up".to_owned())?.unwrap();
    if output.status.success() {
        return Err("ended as if all were well".to_owned());
    }
    Ok(String::from_utf8(output.stderr).unwrap())
}

/// Whether it says that it is up.
async fn comes_up(program: Program, settings: &BTreeMap<&'static str, String>) -> Result<(), String> {
    let mut child = program.on(settings).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut said = String::new();
    let reading = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if line.contains("app is up") || line.contains("workers are up") {
                return true;
            }
            said.push_str(&line);
        }
        false
    };
    let is_up = tokio::time::timeout(PATIENCE, reading).await;
    child.kill().await.unwrap();
    if is_up == Ok(true) { Ok(()) } else { Err(said) }
}

/// Programs, setting, bad value, and a part of the way out that is said.
type Bad = (&'static [Program], &'static str, String, &'static str);

fn bad_links() -> Vec<Bad> {
    let database = |rest: &str| format!("postgres://ferry:{PASSWORD}@{rest}");
    vec![
        (BOTH, "FERRY_DATABASE_URL", String::new(), "set FERRY_DATABASE_URL"),
        (APP, "FERRY_AUTH_DATABASE_URL", String::new(), "set FERRY_AUTH_DATABASE_URL"),
        (APP, "FERRY_AUTH_DATABASE_URL", database("db.internal/ferry"), "sslmode=verify-full"),
        (APP, "FERRY_TRUSTED_PROXIES", "everybody".to_owned(), "FERRY_TRUSTED_PROXIES"),
        (BOTH, "FERRY_DATABASE_URL", database("db.internal/ferry"), "sslmode=verify-full"),
        (BOTH, "FERRY_DATABASE_URL", database("db.internal/ferry?sslmode=disable"), "sslmode=verify-full"),
        (BOTH, "FERRY_DATABASE_URL", database("db.internal/ferry?sslmode=prefer"), "sslmode=verify-full"),
        (BOTH, "FERRY_DATABASE_URL", database("db.internal/ferry?sslmode=require"), "sslmode=verify-full"),
        (BOTH, "FERRY_DATABASE_URL", database("localhost/ferry?passwort=x"), "%3F"),
        (BOTH, "FERRY_DATABASE_URL", "postgres://ferry@localhost/ferry".to_owned(), "has no password"),
        (BOTH, "FERRY_DATABASE_URL", "postgres://ferry:Canary-1@localhost/ferry".to_owned(), "openssl rand"),
        (BOTH, "FERRY_DATABASE_URL", "postgres://ferry:Canary-postgres@localhost/ferry".to_owned(), "openssl rand"),
        (BOTH, "FERRY_DATABASE_URL", "postgres://ferry:Canary-changeme@localhost/ferry".to_owned(), "openssl rand"),
        (WORKERS, "FERRY_REDIS_URL", String::new(), "set FERRY_REDIS_URL"),
        (WORKERS, "FERRY_REDIS_URL", format!("redis://ferry_worker:{PASSWORD}@redis.internal"), "rediss://"),
        (WORKERS, "FERRY_REDIS_URL", format!("rediss://f:{PASSWORD}@redis.internal/#insecure"), "leave out"),
        (WORKERS, "FERRY_REDIS_URL", "rediss://redis.internal".to_owned(), "infra/redis.acl"),
        (WORKERS, "FERRY_REDIS_URL", "rediss://f:Canary-changeme@redis.internal".to_owned(), "openssl rand"),
        (WORKERS, "FERRY_SMTP_URL", String::new(), "set FERRY_SMTP_URL"),
        (WORKERS, "FERRY_SMTP_URL", format!("smtp://user:{PASSWORD}@mail.example"), "smtps://"),
        (WORKERS, "FERRY_SMTP_URL", "smtps://user:Canary-password@mail.example".to_owned(), "openssl rand"),
    ]
}

fn bad_keys_and_development() -> Vec<Bad> {
    vec![
        (BOTH, "FERRY_LINK_KEY", String::new(), "set FERRY_LINK_KEY"),
        (BOTH, "FERRY_LINK_KEY", KEY[..32].to_owned(), "openssl rand"),
        (BOTH, "FERRY_LINK_KEY", "ab".repeat(32), "openssl rand"),
        (BOTH, "FERRY_LINK_KEY", "0123456789abcdef".repeat(4), "openssl rand"),
        (BOTH, "FERRY_LINK_KEY", dev::stage::link_key(), "openssl rand"),
        (BOTH, "FERRY_LINK_KEY", "00112233445566778899aabbccddeeff".repeat(2), "openssl rand"),
        (BOTH, "FERRY_SEAL_KEYS", String::new(), "set FERRY_SEAL_KEYS"),
        (BOTH, "FERRY_SEAL_KEYS", KEY.to_owned(), "write id:key"),
        (BOTH, "FERRY_SEAL_KEYS", format!("1:{}", &KEY[..32]), "openssl rand"),
        (BOTH, "FERRY_SEAL_KEYS", format!("1:{}", "ab".repeat(32)), "openssl rand"),
        (BOTH, "FERRY_SEAL_KEYS", format!("1:{KEY},1:{KEY}"), "two keys"),
        (BOTH, "FERRY_SEAL_KEYS", published_setting(), "openssl rand"),
        (BOTH, "FERRY_SEAL_KEYS", format!("{SEAL_KEYS},{}", published_setting()), "openssl rand"),
        // Not the installation's: its key is missing, has other bytes, or another is to seal that nobody heard of.
        (BOTH, "FERRY_SEAL_KEYS", format!("1:{KEY}"), "lacks key 7"),
        (BOTH, "FERRY_SEAL_KEYS", format!("7:{KEY}"), "lacks key 7"),
        (BOTH, "FERRY_SEAL_KEYS", format!("1:{KEY},{SEAL_KEYS}"), "app migrate"),
        (BOTH, "FERRY_BASE_URL", "http://ferryalert.example".to_owned(), "https"),
        (BOTH, "FERRY_TIME_SCALE", "60".to_owned(), "leave it out"),
        (BOTH, "FERRY_SIMULATORS", "127.0.0.1:8300".to_owned(), "leave it out"),
        (WORKERS, "FERRY_HARBOUR_URL", "http://127.0.0.1:8300".to_owned(), "leave FERRY_…_URL out"),
        (APP, "FERRY_LISTEN", "everywhere".to_owned(), "an address and a port"),
    ]
}

/// What may not be seen in what is said against a value: the value of a key, the password of a link.
fn secrets_of(value: &str) -> Vec<&str> {
    let keys = value.split([':', ',']);
    let keys = keys.filter(|key| key.len() >= 32 && key.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let password = [PASSWORD, "Canary"].into_iter().filter(|secret| value.contains(secret));
    keys.chain(password).collect()
}

#[tokio::test]
async fn sr_cfg_02_a_start_with_a_bad_setting_ends_and_names_it_and_the_way_out() {
    let database = installation().await;
    let starts =
        bad_links().into_iter().chain(bad_keys_and_development()).flat_map(|(programs, name, value, way_out)| {
            programs.iter().map(move |program| (*program, name, value.clone(), way_out))
        });
    let tried = starts.map(async |(program, name, value, way_out)| {
        let mut settings = good(program, &database);
        settings.insert(name, value.clone());
        let refused = ends(program, &settings).await.and_then(|said| {
            // Operators' addresses are refused together.
            let is_named = said.contains(name) || said.contains("FERRY_…_URL");
            let is_kept = !secrets_of(&value).into_iter().any(|secret| said.contains(secret));
            if is_named && is_kept && said.contains(way_out) { Ok(()) } else { Err(said) }
        });
        refused.err().map(|instead| format!("{program:?} with {name}={value}: {instead}"))
    });
    let tried = join_all(tried).await;
    assert!(tried.len() > 40);
    let taken: Vec<String> = tried.into_iter().flatten().collect();
    assert!(taken.is_empty(), "{taken:#?}");
}

#[tokio::test]
async fn sr_cfg_02_a_start_as_a_superuser_an_owner_or_another_role_ends() {
    let database = Database::new().await;
    let owning = Database::new().await;
    let give = "alter table app.route owner to ferry_app; alter table app.sailing owner to ferry_worker";
    owning.superuser().await.execute(sqlx::raw_sql(give)).await.unwrap();
    for program in [Program::App, Program::Workers] {
        let other = if program == Program::App { "ferry_worker" } else { "ferry_app" };
        for (url, said_of_it) in [
            (database.super_url(), "superuser"),
            (database.url("ferry_owner"), "use a runtime role"),
            (owning.url(program.role()), "owns objects"),
            (database.url(other), "another role"),
            (database.url("ferry_admin"), "another role"),
        ] {
            let mut settings = good(program, &database);
            settings.insert("FERRY_DATABASE_URL", url);
            let said =
                ends(program, &settings).await.unwrap_or_else(|instead| panic!("{program:?} {said_of_it}: {instead}"));
            assert!(said.contains("FERRY_DATABASE_URL") && said.contains(said_of_it), "{program:?}: {said}");
        }
    }
    let mut settings = good(Program::App, &database);
    settings.insert("FERRY_AUTH_DATABASE_URL", database.url("ferry_app"));
    let said = ends(Program::App, &settings).await.unwrap();
    assert!(said.contains("FERRY_AUTH_DATABASE_URL") && said.contains("another role than ferry_auth"), "{said}");
}

#[tokio::test]
async fn sr_cfg_02_a_migration_over_an_unproved_link_does_not_begin() {
    for (url, way_out) in [
        (format!("postgres://ferry_owner:{PASSWORD}@db.internal/ferry"), "sslmode=verify-full"),
        ("postgres://ferry_owner:Canary-changeme@localhost/ferry".to_owned(), "openssl rand"),
        (String::new(), "FERRY_OWNER_URL"),
    ] {
        let settings = [("FERRY_OWNER_URL", url), ("FERRY_SEAL_KEYS", SEAL_KEYS.to_owned())];
        let mut command = Program::App.on(&BTreeMap::from(settings));
        let output = tokio::time::timeout(PATIENCE, command.arg("migrate").output()).await.unwrap().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains("FERRY_OWNER_URL") && said.contains(way_out), "{said}");
        assert!(!said.contains(PASSWORD) && !said.contains("Canary"), "{said}");
    }
}

#[tokio::test]
async fn sr_cfg_02_with_good_settings_both_programs_come_up() {
    let database = installation().await;
    store::catalog::sync(&database.url("ferry_owner")).await.unwrap();
    for program in [Program::App, Program::Workers] {
        assert_eq!(comes_up(program, &good(program, &database)).await, Ok(()), "{program:?} in production");
    }
    let mark = "update deployment set environment = 'development'";
    sqlx::query(mark).execute(&database.superuser().await).await.unwrap();
    for program in [Program::App, Program::Workers] {
        let mut settings = good(program, &database);
        settings.insert("FERRY_LINK_KEY", dev::stage::link_key());
        settings.insert("FERRY_BASE_URL", "http://localhost:8080".to_owned());
        settings.insert("FERRY_TIME_SCALE", "60".to_owned());
        assert_eq!(comes_up(program, &settings).await, Ok(()), "{program:?} in development");
    }
}
