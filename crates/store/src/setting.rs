//! What both programs demand of the links and secrets they are told, before anything is sent anywhere: a link
//! that leaves this machine is encrypted and its other end proved, a password is long and nobody's sample.
//! Judges what the driver would really do, not what the text looks like. Never repeats what it was given.

use domain::seal::is_placeholder;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use std::{net::IpAddr, str::FromStr};
use url::Url;

/// Why a setting cannot be used, as the end of a sentence that the setting's name begins. Holds no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unfit(pub(crate) &'static str);

/// Characters that a password has at least: 12 random ones are beyond guessing over a network.
const PASSWORD_CHARS: usize = 12;
/// Different characters in it at least; random ones have more, repeated ones fewer.
const DIFFERENT_CHARS: usize = 6;
/// What samples, defaults and placeholders are made of. A random password hardly ever holds one of them.
const SAMPLES: [&str; 17] = [
    "12345678",
    "abcdefgh",
    "admin",
    "change",
    "default",
    "example",
    "ferry",
    "insert",
    "letmein",
    "passw",
    "placeholder",
    "postgres",
    "qwerty",
    "redis",
    "replace",
    "sample",
    "secret",
];

/// Refuses a password that is short, repeated, or made of a word that stands in samples.
///
/// # Errors
/// With what is wrong and the way out.
pub fn password(text: &str) -> Result<(), Unfit> {
    // In a URL a character may be written as three.
    let chars = text.chars().count().saturating_sub(2 * text.matches('%').count());
    if chars < PASSWORD_CHARS {
        return Err(Unfit("has a password of fewer than 12 characters: make one with `openssl rand -hex 24`"));
    }
    let lower = text.to_lowercase();
    let mut different: Vec<char> = lower.chars().collect();
    different.sort_unstable();
    different.dedup();
    if different.len() < DIFFERENT_CHARS || SAMPLES.iter().any(|sample| lower.contains(sample)) {
        return Err(Unfit("has a sample password: make one with `openssl rand -hex 24`"));
    }
    Ok(())
}

/// A key of 32 random bytes, as 64 hexadecimal digits. None for what is none or looks like a placeholder that somebody
/// forgot.
#[must_use]
pub fn random_key(text: &str) -> Option<[u8; 32]> {
    let key: [u8; 32] = hex::decode(text).ok()?.try_into().ok()?;
    (!is_placeholder(&key)).then_some(key)
}

/// Whether a host, as a URL writes it, is this machine itself.
#[must_use]
pub fn is_this_machine(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Parameters of a database URL that mean something to us. The driver logs any other one with its value, and
/// that may be a password whose `?` was not escaped.
const PARAMETERS: [&str; 10] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "port",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
];

/// Refuses a link to PostgreSQL over which a password or a row could be read or answered by somebody else.
///
/// # Errors
/// With what is wrong and the way out.
pub fn database(url: &str) -> Result<(), Unfit> {
    options(url).map(drop)
}

/// The same, and the options to connect with.
pub(crate) fn options(url: &str) -> Result<PgConnectOptions, Unfit> {
    const NO_URL: Unfit = Unfit("is no URL such as postgres://role:password@host/database?sslmode=verify-full");
    let parsed = Url::parse(url).map_err(|_| NO_URL)?;
    if !["postgres", "postgresql"].contains(&parsed.scheme()) {
        return Err(NO_URL);
    }
    if parsed.query_pairs().any(|(name, _)| !PARAMETERS.contains(&&*name)) || parsed.fragment().is_some() {
        return Err(Unfit("has a parameter that is not known here: write `?` and `#` in a password as %3F and %23"));
    }
    let options = PgConnectOptions::from_str(url).map_err(|_| NO_URL)?;
    let is_socket = options.get_socket().is_some() || options.get_host().starts_with('/');
    let is_proved = matches!(options.get_ssl_mode(), PgSslMode::VerifyFull);
    if !(is_socket || is_proved || is_this_machine(options.get_host())) {
        return Err(Unfit(
            "crosses the network without proof of the server: add ?sslmode=verify-full (and sslrootcert=… for an authority of your own), or use a unix socket",
        ));
    }
    let has_certificate = parsed.query_pairs().any(|(name, _)| name == "sslcert");
    match parsed.password() {
        Some(text) => password(text)?,
        None if is_socket || has_certificate => {}
        None => return Err(Unfit("has no password: give the role one and write it into the URL")),
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "8f2c61d09be74a35";

    #[test]
    fn sr_cfg_02_short_repeated_and_sample_passwords_are_refused() {
        for bad in [
            "",
            "postgres",
            "password",
            "changeme",
            "hunter2",
            "x8Kq2",
            "aaaaaaaaaaaaaaaa",
            "1212121212121212",
            "postgres12345",
            "Password-for-prod-1",
            "CHANGEME-CHANGEME",
            "ferry_worker_99x",
            "example-9d81c4f2",
            "%41%41%41%41",
            "REPLACE-WITH-THE-PASSWORD",
        ] {
            assert!(password(bad).is_err(), "{bad}");
        }
        for good in [GOOD, "uV9-kTz_4wLm", "correct horse battery staple"] {
            assert_eq!(password(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn sr_cfg_02_a_database_link_that_leaves_this_machine_proves_the_server() {
        let at = |rest: &str| database(&format!("postgres://ferry_app:{GOOD}@{rest}"));
        for good in [
            "db.internal/ferry?sslmode=verify-full",
            "db.internal/ferry?sslmode=verify-full&sslrootcert=/etc/ferry/ca.pem",
            "localhost/ferry",
            "127.0.0.1/ferry?sslmode=disable",
            "[::1]:5433/ferry",
            "localhost/ferry?host=/var/run/postgresql",
            "%2Fvar%2Frun%2Fpostgresql/ferry",
        ] {
            assert_eq!(at(good), Ok(()), "{good}");
        }
        for bad in [
            "db.internal/ferry",
            "db.internal/ferry?sslmode=disable",
            "db.internal/ferry?sslmode=allow",
            "db.internal/ferry?sslmode=prefer",
            "db.internal/ferry?sslmode=require",
            "db.internal/ferry?sslmode=verify-ca",
            "db.internal/ferry?sslmode=verify-full&sslmode=disable",
            "localhost/ferry?host=db.internal",
            "localhost/ferry?hostaddr=203.0.113.7",
            "localhost.example.com/ferry",
            "127.0.0.1.example.com/ferry",
            "10.0.0.5/ferry",
        ] {
            assert!(at(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn sr_cfg_02_a_database_link_has_a_password_unless_a_socket_or_a_certificate_says_who_we_are() {
        for good in [
            "postgres://ferry_app@localhost/ferry?host=/run/pg",
            "postgres://ferry_app@db.internal/ferry?sslmode=verify-full&sslcert=/c.pem&sslkey=/k.pem",
        ] {
            assert_eq!(database(good), Ok(()), "{good}");
        }
        for bad in [
            "postgres://ferry_app@localhost/ferry",
            "postgres://ferry_app@db.internal/ferry?sslmode=verify-full",
            "postgres://ferry_app:postgres@localhost/ferry",
            "postgres://ferry_app:changeme@localhost/ferry?host=/run/pg",
            "mysql://ferry_app@localhost/ferry",
            "not a url",
        ] {
            assert!(database(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn sr_cfg_02_a_password_that_was_not_escaped_is_not_taken_for_a_parameter() {
        let said = database("postgres://ferry_app@localhost/ferry?Zk3vQ9=pL7sW2mX").unwrap_err().to_string();
        assert!(said.contains("%3F") && !said.contains("Zk3vQ9") && !said.contains("pL7sW2mX"), "{said}");
    }
}
