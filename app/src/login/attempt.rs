//! An attempt to sign in, from sending a browser off to taking its answer. Promises that what handles an answer holds an attempt that was
//! begun in this very browser, at this provider, within its life and not taken before; and for whoever links or confirms that their
//! session is still the one it began with. Every refusal is the same page; its cause goes to the log.

use super::{
    answer::{Answer, Outcome},
    cookie::AttemptCookie,
    provider::{Answered, Asked, Freshness, Proved, Provider},
    return_to::ReturnTo,
    wire::Wire,
};
use crate::{App, problem::Problem, session, sheet::Sheet, shield::RequestId};
use anyhow::{Context, anyhow, ensure};
use askama::Template;
use axum::{
    extract::{RawPathParams, Request},
    response::{Html, IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use domain::{
    login::{ATTEMPT_LIFE, AttemptPurpose},
    name::Name,
    token::Token,
};
use oauth2::{AuthorizationCode, CsrfToken, RedirectUrl};
use openidconnect::Nonce;
use std::sync::Arc;
use store::{
    Act, Session,
    identity::Proof,
    login_attempt::{Attempt, NewAttempt},
};
use telemetry::Secret;
use uuid::Uuid;

/// The browser that an attempt began in.
pub const COOKIE: &str = "__Host-login";

/// Longest cause in the log: some of it is the provider's text.
const CAUSE_CHARS_MAX: usize = 300;

#[derive(Template)]
#[template(path = "leaving.html")]
struct LeavingPage<'a> {
    frame: &'a Sheet,
    title: &'a str,
    url: &'a str,
}

/// What an attempt begins with.
pub(crate) struct Beginning<'a> {
    pub(crate) purpose: AttemptPurpose,
    /// Whose session links or confirms, and the line of the audit log that says so.
    pub(crate) by: Option<(&'a Session, Act)>,
    pub(crate) return_to: ReturnTo,
    /// What the page in between is written on.
    pub(crate) sheet: Sheet,
}

/// Begins an attempt and sends the browser to the provider, by a page: a redirect of a form to another site is what our own policy
/// (`form-action 'self'`) forbids.
pub(crate) async fn begin(app: &App, provider: &Provider, beginning: Beginning<'_>) -> Result<Response, Problem> {
    let now = app.clock.now();
    let [state, token, nonce, verifier] = [(); 4].map(|()| app.chance.token());
    let asked = Asked {
        state: CsrfToken::new(state.expose().to_owned()),
        nonce: Nonce::new(nonce.expose().to_owned()),
        verifier: Secret::new(verifier.expose().to_owned()),
        is_fresh: freshness(beginning.purpose),
    };
    let wire = Wire { client: &app.outbound, now };
    let url = provider.authorization(asked, redirect(app, &provider.name), wire).await.map_err(|error| {
        tracing::error!(provider = provider.name, cause = cause(&error), "a provider of identities cannot be used");
        Problem::provider_silent(&provider.title)
    })?;
    let cookie = AttemptCookie::new(token, beginning.return_to);
    let attempt = NewAttempt {
        state: &state,
        cookie: &cookie.proof(),
        provider: (&provider.name, provider.issuer.as_str()),
        nonce: &nonce,
        pkce_verifier: &verifier,
        purpose: beginning.purpose,
        now,
    };
    app.credentials.start_attempt(&attempt, beginning.by).await?;
    let page = LeavingPage { frame: &beginning.sheet, title: &provider.title, url: url.as_str() };
    let mut response = Html(page.render()?).into_response();
    session::set(response.headers_mut(), COOKIE, &cookie.value(), ATTEMPT_LIFE.num_seconds());
    Ok(response)
}

/// Whoever links or confirms proves themself to the provider anew; for signing in its word is enough.
fn freshness(purpose: AttemptPurpose) -> Freshness {
    match purpose {
        AttemptPurpose::SignIn => Freshness::Any,
        AttemptPurpose::Link | AttemptPurpose::Confirm => Freshness::WithinAttempt,
    }
}

/// Where a provider sends people back to: an address of its own for each, so that one's answer is never taken for another's.
fn redirect(app: &App, provider: &str) -> RedirectUrl {
    let base = app.base_url.as_str().trim_end_matches('/');
    RedirectUrl::new(format!("{base}/login/{provider}/callback")).expect("BUG: a path under our own URL is one")
}

/// What the handler of a provider's answer may use. Only `enforce` makes one.
#[derive(Clone)]
pub(crate) struct AttemptCx {
    pub(crate) app: App,
    pub(crate) purpose: AttemptPurpose,
    pub(crate) return_to: ReturnTo,
    /// Of whoever links or confirms.
    pub(crate) session: Option<Session>,
    /// What the browser holds of a session before.
    pub(crate) presented: Option<Token>,
    pub(crate) device: String,
    pub(crate) request_id: Uuid,
    pub(crate) now: DateTime<Utc>,
    provider: String,
    attempt: Arc<Attempt>,
    code: AuthorizationCode,
    iss: Option<String>,
}

/// What of a request tells which attempt it answers.
pub(crate) struct Arrived {
    provider: String,
    answer: Option<Answer>,
    cookie: Option<AttemptCookie>,
    presented: Option<Token>,
    device: String,
    request_id: Uuid,
}

impl Arrived {
    pub(crate) fn of(request: &Request, params: &RawPathParams) -> Arrived {
        let headers = request.headers();
        let provider = params.iter().find(|(name, _)| *name == "provider").map_or("", |(_, provider)| provider);
        Arrived {
            provider: provider.to_owned(),
            answer: Answer::parse(request.uri().query().unwrap_or_default().as_bytes()),
            cookie: session::value(headers, COOKIE).and_then(|value| AttemptCookie::parse(&value)),
            presented: session::presented(headers, session::COOKIE),
            device: session::device(headers),
            request_id: RequestId::of(request),
        }
    }
}

/// Takes the attempt that a request answers, or says no.
pub(crate) async fn taken(app: App, arrived: Arrived) -> Result<AttemptCx, Response> {
    let provider = arrived.provider.clone();
    match take(app, arrived).await {
        Ok(Ok(cx)) => Ok(cx),
        Ok(Err(error)) => Err(refused(&provider, &error)),
        Err(error) => Err(Problem::from(error).into_response()),
    }
}

/// A failure of ours, or a refusal with its cause.
type Taken = store::Result<anyhow::Result<AttemptCx>>;

async fn take(app: App, arrived: Arrived) -> Taken {
    let Arrived { provider, answer, cookie, presented, device, request_id } = arrived;
    let now = app.clock.now();
    let Some(answer) = answer else { return Ok(Err(anyhow!("the answer cannot be read"))) };
    let Some(cookie) = cookie else { return Ok(Err(anyhow!("the browser has no cookie of an attempt"))) };
    let Some(attempt) = app.credentials.take_attempt((&answer.state, &cookie.proof()), &provider, now).await? else {
        return Ok(Err(anyhow!("no attempt waits for this state in this browser")));
    };
    let session = match (attempt.session, &presented) {
        (Some(id), Some(token)) => app.credentials.session(token, now).await?.filter(|session| session.id() == id),
        _ => None,
    };
    if attempt.session.is_some() && session.is_none() {
        return Ok(Err(anyhow!("the session that began this attempt is not this browser's")));
    }
    let code = match answer.outcome {
        Outcome::Code(code) => code,
        Outcome::Refused(why) => return Ok(Err(anyhow!("the provider said {why}"))),
    };
    Ok(Ok(AttemptCx {
        purpose: attempt.purpose,
        return_to: cookie.return_to,
        attempt: Arc::new(attempt),
        iss: answer.iss,
        session,
        presented,
        device,
        request_id,
        now,
        provider,
        code,
        app,
    }))
}

impl AttemptCx {
    /// Who came back, by the provider the attempt began with.
    pub(crate) async fn prove(&self) -> anyhow::Result<Proof> {
        let provider = self.app.providers.find(&self.provider).context("the provider is not configured any more")?;
        ensure!(
            provider.issuer.as_str() == self.attempt.issuer,
            "the provider has another issuer since the attempt began"
        );
        let answered = Answered {
            code: self.code.clone(),
            iss: self.iss.clone(),
            nonce: Nonce::new(self.attempt.nonce.clone()),
            verifier: Secret::new(self.attempt.pkce_verifier.clone()),
            started_at: self.attempt.started_at,
            is_fresh: freshness(self.purpose),
        };
        let wire = Wire { client: &self.app.outbound, now: self.now };
        let Proved { subject, name, email, email_verified } =
            provider.prove(answered, redirect(&self.app, &provider.name), wire).await?;
        Ok(Proof {
            provider: provider.name.clone(),
            issuer: provider.issuer.to_string(),
            subject,
            name: Name::salvage(&name.unwrap_or_default(), "Traveller"),
            email: email.unwrap_or_default(),
            email_verified,
        })
    }

    /// The one answer to whatever proves nothing.
    pub(crate) fn refused(&self, error: &anyhow::Error) -> Response {
        refused(&self.provider, error)
    }
}

/// Says no, always in the same words; why goes to the log.
pub(crate) fn refused(provider: &str, error: &anyhow::Error) -> Response {
    let provider: String = provider.chars().take(CAUSE_CHARS_MAX).collect();
    tracing::warn!(provider, cause = cause(error), "a sign-in was refused");
    let mut response = Problem::sign_in_refused().into_response();
    session::forget(response.headers_mut(), COOKIE);
    response
}

fn cause(error: &anyhow::Error) -> String {
    format!("{error:#}").chars().take(CAUSE_CHARS_MAX).collect()
}
