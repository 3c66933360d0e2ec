//! What the workers are told from outside: checked before anything starts, named when it is wrong.

use std::collections::BTreeMap;
use workers::Config;

const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

fn production() -> BTreeMap<&'static str, &'static str> {
    BTreeMap::from([
        ("FERRY_DATABASE_URL", "postgres://ferry_worker@db/ferry"),
        ("FERRY_REDIS_URL", "rediss://redis"),
        ("FERRY_BASE_URL", "https://ferryalert.example"),
        ("FERRY_CONTACT", "bot@ferryalert.example"),
        ("FERRY_SMTP_URL", "smtps://user:password@mail.example"),
        ("FERRY_MAIL_FROM", "FerryAlert <alerts@ferryalert.example>"),
        ("FERRY_LINK_KEY", KEY),
    ])
}

fn refused(environment: &str, name: &'static str, value: &'static str) -> Option<String> {
    let mut settings = production();
    settings.insert(name, value);
    let read = Config::read(|name| settings.get(name).map(|value| (*value).to_owned()));
    let checked = read.and_then(|config| config.check_against(environment));
    checked.err().map(|error| format!("{error:#}"))
}

#[test]
fn production_refuses_what_only_development_may_have() {
    for (name, value) in [
        ("FERRY_TIME_SCALE", "60"),
        ("FERRY_SIMULATORS", "127.0.0.1:8300"),
        ("FERRY_HARBOUR_URL", "http://127.0.0.1:8300"),
        ("FERRY_BRITTANY_URL", "http://127.0.0.1:8300"),
        ("FERRY_WSF_URL", "http://127.0.0.1:8300"),
        ("FERRY_BASE_URL", "http://ferryalert.example"),
        ("FERRY_SMTP_URL", "smtp://mail.example"),
    ] {
        assert!(refused("production", name, value).is_some(), "{name}={value}");
        assert_eq!(refused("development", name, value), None, "{name}={value}");
    }
    assert_eq!(refused("production", "FERRY_LOG", "info"), None, "and takes what it should");
    assert_eq!(refused("production", "FERRY_WSF_ACCESS_CODE", "0123-4567-89ab"), None);
}

#[test]
fn a_setting_that_is_wrong_is_named_and_a_secret_is_not_repeated() {
    for (name, value) in [
        ("FERRY_LINK_KEY", "secret-but-short"),
        ("FERRY_LINK_KEY", "0000000000000000000000000000000000000000000000000000000000000000"),
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
        assert!(!said.contains("secret"), "{said}");
    }
}
