//! What the programs are told from outside: checked before anything is connected, named when it is wrong.

mod redis_tls;
mod starting;

use std::collections::BTreeMap;

/// A password and a key that nobody would know.
const PASSWORD: &str = "8f2c61d09be74a35";
const KEY: &str = "c41f0a97d2e85b3610f7ac942e6b58d31b7d90e4a8f26c5539d1e07b84fa6c2d";
const SEAL_KEYS: &str = "7:5d0be3a964c1f78202e9d6b34f8a17c5bb60d2497ec3158fa0d7642c9be8f513";

/// Settings that a production installation would make, for both programs.
fn production() -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("FERRY_DATABASE_URL", format!("postgres://ferry_worker:{PASSWORD}@db/ferry?sslmode=verify-full")),
        ("FERRY_AUTH_DATABASE_URL", format!("postgres://ferry_auth:{PASSWORD}@db/ferry?sslmode=verify-full")),
        ("FERRY_REDIS_URL", format!("rediss://ferry_worker:{PASSWORD}@redis")),
        ("FERRY_LISTEN", "127.0.0.1:0".to_owned()),
        ("FERRY_BASE_URL", "https://ferryalert.example".to_owned()),
        ("FERRY_CONTACT", "bot@ferryalert.example".to_owned()),
        ("FERRY_SMTP_URL", format!("smtps://user:{PASSWORD}@mail.example")),
        ("FERRY_MAIL_FROM", "FerryAlert <alerts@ferryalert.example>".to_owned()),
        ("FERRY_LINK_KEY", KEY.to_owned()),
        ("FERRY_SEAL_KEYS", SEAL_KEYS.to_owned()),
    ])
}

fn with(name: &'static str, value: &str) -> BTreeMap<&'static str, String> {
    let mut settings = production();
    settings.insert(name, value.to_owned());
    settings
}

/// What the workers say against a setting.
fn refused(environment: &str, name: &'static str, value: &str) -> Option<String> {
    let settings = with(name, value);
    let read = workers::Config::read(|name| settings.get(name).cloned());
    let checked = read.and_then(|config| config.check_against(environment));
    checked.err().map(|error| format!("{error:#}"))
}

/// What the app says against a setting.
fn refused_by_app(environment: &str, name: &'static str, value: &str) -> Option<String> {
    let settings = with(name, value);
    let read = app::Config::read(|name| settings.get(name).cloned());
    let checked = read.and_then(|config| config.check_against(environment));
    checked.err().map(|error| format!("{error:#}"))
}

#[test]
fn sr_cfg_02_production_refuses_what_only_development_may_have() {
    let link_key = dev::stage::link_key();
    let both = [
        ("FERRY_TIME_SCALE", "60"),
        ("FERRY_SIMULATORS", "127.0.0.1:8300"),
        ("FERRY_BASE_URL", "http://ferryalert.example"),
        ("FERRY_LINK_KEY", &link_key),
        ("FERRY_LINK_KEY", "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"),
    ];
    let of_workers = [
        ("FERRY_HARBOUR_URL", "http://127.0.0.1:8300"),
        ("FERRY_BRITTANY_URL", "http://127.0.0.1:8300"),
        ("FERRY_WSF_URL", "http://127.0.0.1:8300"),
        ("FERRY_BC_FERRIES_URL", "https://elsewhere.example"),
        ("FERRY_SMTP_URL", "smtp://mail.example"),
        ("FERRY_SMTP_URL", "smtp://mail.example?tls=opportunistic"),
        ("FERRY_SMTP_URL", "smtp://mail.example?tls=opportunistic&tls=required"),
        ("FERRY_SMTP_URL", "smtps://user:password@mail.example"),
    ];
    for (name, value) in both.iter().chain(&of_workers) {
        let said = refused("production", name, value).unwrap_or_else(|| panic!("{name}={value}"));
        let is_operators = ["HARBOUR", "BRITTANY", "WSF", "BC_FERRIES"].iter().any(|operator| name.contains(operator));
        assert!(said.contains(if is_operators { "_URL" } else { name }), "{said}");
        assert_eq!(refused("development", name, value), None, "{name}={value}");
    }
    for (name, value) in both {
        let said = refused_by_app("production", name, value).unwrap_or_else(|| panic!("{name}={value}"));
        assert!(said.contains(name), "{said}");
        assert_eq!(refused_by_app("development", name, value), None, "{name}={value}");
    }
    for (name, value) in [
        ("FERRY_LOG", "info"),
        ("FERRY_SMTP_URL", "smtp://127.0.0.1:25"),
        ("FERRY_SMTP_URL", "smtp://mail.example?tls=required"),
    ] {
        assert_eq!(refused("production", name, value), None, "{name}={value} is good");
    }
    assert_eq!(refused_by_app("production", "FERRY_LOG", "info"), None, "and the app takes what it should");
    assert_eq!(refused("production", "FERRY_WSF_ACCESS_CODE", "0123-4567-89ab"), None);
}

#[test]
fn sr_cfg_02_a_link_to_redis_is_encrypted_or_stays_on_this_machine_and_has_a_password() {
    for good in [
        &format!("rediss://ferry_worker:{PASSWORD}@redis.internal:6380/0"),
        &format!("redis://ferry_worker:{PASSWORD}@127.0.0.1/0"),
        &format!("redis+unix:///run/redis.sock?user=ferry_worker&pass={PASSWORD}"),
        "redis+unix:///run/redis.sock?db=3",
    ] {
        assert_eq!(refused("production", "FERRY_REDIS_URL", good), None, "{good}");
    }
    for bad in [
        &format!("redis://ferry_worker:{PASSWORD}@redis.internal/0"),
        &format!("redis://ferry_worker:{PASSWORD}@10.0.0.7/0"),
        &format!("rediss://ferry_worker:{PASSWORD}@redis.internal/#insecure"),
        &format!("valkey://ferry_worker:{PASSWORD}@redis.internal/0"),
        &format!("http://ferry_worker:{PASSWORD}@redis.internal/0"),
        "rediss://redis.internal/0",
        "redis://127.0.0.1/0",
        "rediss://ferry_worker:redis@redis.internal/0",
        "rediss://ferry_worker:changeme-changeme@redis.internal/0",
        "redis+unix:///run/redis.sock?user=ferry_worker&pass=changeme-changeme",
        "redis.internal",
        "",
    ] {
        for environment in ["production", "development"] {
            let said = refused(environment, "FERRY_REDIS_URL", bad).unwrap_or_else(|| panic!("{bad} was taken"));
            assert!(said.contains("FERRY_REDIS_URL") && !said.contains(PASSWORD), "{said}");
        }
    }
}

#[test]
fn a_setting_that_is_wrong_is_named_and_a_secret_is_not_repeated() {
    for (name, value) in [
        ("FERRY_LINK_KEY", "secret-but-short"),
        ("FERRY_LINK_KEY", "0000000000000000000000000000000000000000000000000000000000000000"),
        ("FERRY_LINK_KEY", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"),
        ("FERRY_LINK_KEY", "deadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeefdeadbeef"),
        ("FERRY_SEAL_KEYS", "secret-but-short"),
        ("FERRY_SEAL_KEYS", "1:secret-but-short"),
        ("FERRY_SEAL_KEYS", &format!("1:{KEY},1:{KEY}")),
        ("FERRY_DATABASE_URL", "postgres://ferry_worker:secret-but-sample@localhost/ferry"),
        ("FERRY_BASE_URL", "not a url"),
        ("FERRY_TIME_SCALE", "0"),
        ("FERRY_TIME_SCALE", "fast"),
        ("FERRY_SIMULATORS", "localhost"),
        ("FERRY_CONTACT", ""),
        ("FERRY_WSF_ACCESS_CODE", "secret"),
        ("FERRY_WSF_ACCESS_CODE", "secret&with=more"),
    ] {
        let said = refused("development", name, value).unwrap_or_else(|| panic!("{name}={value} was taken"));
        assert!(said.contains(name), "{name}={value}: {said}");
        assert!(!said.contains("secret-but"), "{said}");
    }
}
