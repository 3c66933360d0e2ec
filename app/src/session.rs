//! The cookie of a session. Promises that a token travels in one cookie, bound to this host and hidden from scripts, and
//! that what proves a form to be ours is made from it and says nothing of it. Never puts a token into a page, an address
//! or a log.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use cookie::{Cookie, SameSite};
use domain::{session::ABSOLUTE_LIMIT, token::Token};
use subtle::ConstantTimeEq;
use words::Said;

/// `__Host-`: browsers take it only from this very host, over TLS, for all its paths.
pub const COOKIE: &str = "__Host-session";

/// What of a session's token proves that a form came from one of its pages.
const CSRF: &str = "csrf";

/// The one token that a browser presents under this name; none when there are two, for then one of them is not ours.
pub(crate) fn presented(headers: &HeaderMap, name: &str) -> Option<Token> {
    Token::parse(&value(headers, name)?).ok()
}

/// The one value that a browser presents under this name.
pub(crate) fn value(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut found = lines.flat_map(Cookie::split_parse).flatten().filter(|cookie| cookie.name() == name);
    let cookie = found.next()?;
    if found.next().is_some() { None } else { Some(cookie.value().to_owned()) }
}

/// Hands a browser its session.
pub(crate) fn issue(headers: &mut HeaderMap, token: &Token) {
    set(headers, COOKIE, token.expose(), ABSOLUTE_LIMIT.num_seconds());
}

/// Has a browser forget a cookie of ours.
pub(crate) fn forget(headers: &mut HeaderMap, name: &'static str) {
    set(headers, name, "", 0);
}

/// Sets a cookie for so many seconds.
pub(crate) fn set(headers: &mut HeaderMap, name: &'static str, value: &str, max_age_s: i64) {
    let cookie = Cookie::build((name, value))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(cookie::time::Duration::seconds(max_age_s));
    let line = HeaderValue::try_from(cookie.to_string()).expect("BUG: a token is a header");
    headers.append(header::SET_COOKIE, line);
}

/// Has a browser forget all it holds of us: cookies, caches, what scripts stored.
pub(crate) fn forget_all(headers: &mut HeaderMap) {
    forget(headers, COOKIE);
    let all = HeaderValue::from_static("\"cache\", \"cookies\", \"storage\"");
    headers.insert(HeaderName::from_static("clear-site-data"), all);
}

/// What a page of this session puts into its forms.
pub(crate) fn csrf(token: &Token) -> Token {
    token.derive(CSRF)
}

/// Whether a form's field is what a page of this session put there.
pub(crate) fn is_csrf(token: &Token, field: &str) -> bool {
    csrf(token).expose().as_bytes().ct_eq(field.as_bytes()).into()
}

/// What stands between a browser and its system.
const ON: &str = " on ";
/// What is noted of a browser that says nothing we know.
const UNKNOWN: &str = "An unknown browser";

/// What a browser says it is, in three words, so that a person can tell their sessions apart.
pub(crate) fn device(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let known =
        |names: &[(&str, &'static str)]| names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    // The order matters: most browsers also claim to be those further down.
    let browser = known(&[
        ("Firefox/", "Firefox"),
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = known(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Mac OS X", "Mac"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser}{ON}{system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => UNKNOWN.to_owned(),
    }
}

/// The same device, which was noted when its session began, for a reader.
pub(crate) fn said_device(noted: &str) -> Said {
    match noted.split_once(ON) {
        Some((browser, system)) => Said::new("device").with("browser", browser).with("system", system),
        None if noted == UNKNOWN => Said::new("device-unknown"),
        None => Said::new("device-one").with("name", noted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookies(lines: &[&str]) -> HeaderMap {
        let lines = lines.iter().map(|line| (header::COOKIE, line.parse().unwrap()));
        lines.collect()
    }

    #[test]
    fn sr_ses_02_a_session_is_a_host_cookie_that_no_script_and_no_foreign_form_gets() {
        let token = Token::mint([3; 32]);
        let mut headers = HeaderMap::new();
        issue(&mut headers, &token);
        let line = headers[header::SET_COOKIE].to_str().unwrap();
        let mut parts: Vec<&str> = line.split("; ").collect();
        parts[1..].sort_unstable();
        assert_eq!(parts[0], format!("__Host-session={}", token.expose()));
        assert_eq!(parts[1..], ["HttpOnly", "Max-Age=1209600", "Path=/", "SameSite=Lax", "Secure"]);
    }

    #[test]
    fn sr_ses_02_one_cookie_of_the_name_is_a_session_and_two_are_none() {
        let token = Token::mint([3; 32]);
        let good = format!("{COOKIE}={}", token.expose());
        assert_eq!(presented(&cookies(&[&format!("a=b; {good}; c=d")]), COOKIE), Some(token));
        let two = format!("{COOKIE}={}", Token::mint([4; 32]).expose());
        assert_eq!(presented(&cookies(&[&format!("{good}; {two}")]), COOKIE), None);
        assert_eq!(presented(&cookies(&[&good, &two]), COOKIE), None);
        for wrong in ["", "x", &good.replace("__Host-", ""), &format!("{COOKIE}=short"), &format!("{good}x")] {
            assert_eq!(presented(&cookies(&[wrong]), COOKIE), None, "{wrong}");
        }
    }

    #[test]
    fn a_device_is_named_in_words() {
        let named = |agent: &str| device(&HeaderMap::from_iter([(header::USER_AGENT, agent.parse().unwrap())]));
        assert_eq!(named("Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0"), "Firefox on Linux");
        let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1";
        assert_eq!(named(safari), "Safari on iPhone");
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36 Edg/141.0";
        assert_eq!(named(edge), "Edge on Windows");
        assert_eq!(named("<script>"), "An unknown browser");
    }
}
