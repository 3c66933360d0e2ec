//! A browser as our pages meet one: it keeps cookies, says where a form comes from and fills in what the page put there.

use super::{Person, World};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use dev::sim::identity::Provider;
use domain::{session::Span, token::Token};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use store::Session;
use tower::ServiceExt;
use url::form_urlencoded;

/// The cookie of a session.
pub(crate) const SESSION: &str = app::session::COOKIE;

/// Largest page a test reads.
const PAGE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A browser with its cookies.
#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    pub(crate) cookies: BTreeMap<String, String>,
    headers: HeaderMap,
}

/// What it was answered.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Page {
    /// Where it leads; nowhere is the empty text.
    pub(crate) fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |location| location.to_str().unwrap())
    }

    /// The page without what every answer has anew.
    pub(crate) fn masked(&self) -> (HeaderMap, String) {
        masked(&self.headers, &self.text)
    }
}

/// An answer without what every answer has anew: the name of its request and the nonce of its policy, which is drawn at
/// random and may spell any word.
pub(crate) fn masked(headers: &HeaderMap, text: &str) -> (HeaderMap, String) {
    let (mut headers, mut text) = (headers.clone(), text.to_owned());
    if let Some(id) = headers.remove("x-request-id") {
        text = text.replace(id.to_str().unwrap(), "[request]");
    }
    if let Some(policy) = headers.remove(header::CONTENT_SECURITY_POLICY) {
        let nonce = policy.to_str().unwrap().split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next());
        text = nonce.map_or(text.clone(), |nonce| text.replace(nonce, "[nonce]"));
    }
    (headers, text)
}

impl Browser {
    /// A browser that was never here.
    pub(crate) fn new(router: Router) -> Browser {
        Browser { router, cookies: BTreeMap::new(), headers: HeaderMap::new() }
    }

    /// The same browser with one more header on every request; nothing for a header that it leaves out.
    pub(crate) fn with(&self, name: &'static str, value: &str) -> Browser {
        let mut browser = self.clone();
        browser.headers.insert(name, value.parse().unwrap());
        browser
    }

    /// The token of its session.
    pub(crate) fn token(&self) -> Option<Token> {
        Token::parse(self.cookies.get(SESSION)?).ok()
    }

    /// What a page of its session puts into a form.
    pub(crate) fn csrf(&self) -> String {
        self.token().map_or_else(String::new, |token| token.derive("csrf").expose().to_owned())
    }

    pub(crate) async fn get(&mut self, path: &str) -> Page {
        self.send(Method::GET, path, None).await
    }

    /// Sends a form as one of our own pages would.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let csrf = self.csrf();
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        let mut browser = self.clone();
        if !browser.headers.contains_key("sec-fetch-site") {
            browser = browser.with("sec-fetch-site", "same-origin");
        }
        let page = browser.send(Method::POST, path, Some(&all)).await;
        self.cookies = browser.cookies;
        page
    }

    /// Sends a request with these fields alone, and with no word of where it comes from but the headers of this browser.
    pub(crate) async fn send(&mut self, method: Method, path: &str, fields: Option<&[(&str, &str)]>) -> Page {
        let mut request = Request::builder().method(method).uri(path);
        let mut body = Body::empty();
        if let Some(fields) = fields {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into();
        }
        self.ask(request.body(body).unwrap()).await
    }

    /// Sends a request as it is, but for the cookies and headers of this browser.
    pub(crate) async fn ask(&mut self, mut request: Request<Body>) -> Page {
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request.headers_mut().insert(header::COOKIE, cookies.join("; ").parse().unwrap());
        }
        request.headers_mut().extend(self.headers.clone());
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        for line in parts.headers.get_all(header::SET_COOKIE) {
            self.keep(line.to_str().unwrap());
        }
        let text = to_bytes(body, PAGE_BYTES_MAX).await.unwrap();
        Page { status: parts.status, headers: parts.headers, text: String::from_utf8(text.to_vec()).unwrap() }
    }

    /// Keeps or forgets a cookie, as its line says.
    fn keep(&mut self, line: &str) {
        let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
        if line.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

impl World {
    /// A browser in which this person has just signed in.
    pub(crate) async fn signed_in(&self, person: &Person) -> Browser {
        self.signed_in_at(app::router(self.web()), person, Token::mint(crate::harness::chance())).await
    }

    /// The same with a given router and token.
    pub(crate) async fn signed_in_at(&self, router: Router, person: &Person, token: Token) -> Browser {
        self.write_session(person, &token).await;
        let mut browser = Browser::new(router);
        browser.cookies.insert(SESSION.to_owned(), token.expose().to_owned());
        browser
    }

    /// A live session of this person: the same one each time.
    pub(crate) async fn session(&self, person: &Person) -> Session {
        let token = Token::mint(Sha256::digest(person.user.0).into());
        self.write_session(person, &token).await;
        self.credentials.session(&token, self.clock.now()).await.unwrap().expect("just written")
    }

    /// Writes a session that begins now, by an identity that is the person's alone.
    pub(crate) async fn write_session(&self, person: &Person, token: &Token) {
        let span = Span::begun(self.clock.now());
        let subject = person.user.to_string();
        let issuer = self.sim.issuer(Provider::HarbourId);
        let email = dev::world::Seals::default().of_identity(&issuer, &subject, &person.email);
        sqlx::query(
            "insert into identity (issuer, subject, user_id, provider, email, email_verified, owned_since, linked_at, last_used_at)
             values ($5, $1, $2, 'harbour-id', $3, true, $4, $4, $4) on conflict do nothing",
        )
        .bind(&subject)
        .bind(person.user.0)
        .bind(email)
        .bind(span.seen_at)
        .bind(&issuer)
        .execute(&self.admin)
        .await
        .unwrap();
        sqlx::query(
            "insert into session (id, user_id, issuer, subject, token_hash, device, created_at, seen_at, proved_at, ends_at)
             values (gen_random_uuid(), $1, $7, $2, $3, 'Firefox on Linux', $4, $4, $5, $6)
             on conflict (token_hash) do update set seen_at = $4, proved_at = $5, ends_at = $6",
        )
        .bind(person.user.0)
        .bind(&subject)
        .bind(&token.hash()[..])
        .bind(span.seen_at)
        .bind(span.proved_at)
        .bind(span.ends_at)
        .bind(&issuer)
        .execute(&self.admin)
        .await
        .unwrap();
    }
}
