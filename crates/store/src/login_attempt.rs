//! Attempts to sign in, from the moment a browser is sent to a provider until it comes back. Promises that an attempt is taken once, by
//! who holds both its state and the cookie of the browser it began in, within its life. Never keeps either in the clear, nor where the browser goes afterwards.

use crate::{Act, Credentials, Result, Session, word};
use chrono::{DateTime, Utc};
use domain::{
    id::SessionId,
    login::{ATTEMPT_LIFE, AttemptPurpose},
    token::Token,
};
use sqlx::PgExecutor;

/// An attempt that begins.
#[derive(Clone, Debug)]
pub struct NewAttempt<'a> {
    /// What the provider will send back.
    pub state: &'a Token,
    /// What the browser will.
    pub cookie: &'a Token,
    /// The provider, by its name and its issuer in our configuration.
    pub provider: (&'a str, &'a str),
    /// What the ID Token must repeat.
    pub nonce: &'a Token,
    /// What redeems the code.
    pub pkce_verifier: &'a Token,
    /// What it is for.
    pub purpose: AttemptPurpose,
    /// Now.
    pub now: DateTime<Utc>,
}

/// An attempt that was taken: this is the only time.
pub struct Attempt {
    /// The issuer it began with.
    pub issuer: String,
    /// What the ID Token must repeat.
    pub nonce: String,
    /// What redeems the code.
    pub pkce_verifier: String,
    /// What it is for.
    pub purpose: AttemptPurpose,
    /// Whose session links or confirms.
    pub session: Option<SessionId>,
    /// When it began.
    pub started_at: DateTime<Utc>,
}

impl Credentials {
    /// Begins an attempt: a stranger's, or that of whose session links or confirms, with the line of the audit log that says so.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn start_attempt(&self, new: &NewAttempt<'_>, by: Option<(&Session, Act)>) -> Result<()> {
        let Some((session, act)) = by else { return insert(&self.store.pool, new, None).await };
        let mut tx = self.begin(session).await?;
        insert(&mut *tx.tx, new, Some(session.id())).await?;
        tx.commit(act).await
    }

    /// Takes the attempt with this state that began in the browser with this cookie, at this provider; `None` when there is none (any
    /// more). One that was begun elsewhere is left alone.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn take_attempt(
        &self,
        (state, cookie): (&Token, &Token),
        provider: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Attempt>> {
        let row = sqlx::query!(
            r#"select issuer as "issuer!", nonce as "nonce!", pkce_verifier as "pkce_verifier!", purpose as "purpose!", session_id,
                      started_at as "started_at!"
               from take_login_attempt($1, $2, $3, $4)"#,
            &state.hash()[..],
            &cookie.hash()[..],
            provider,
            now
        )
        .fetch_optional(&self.store.pool)
        .await?;
        let attempt = row.map(|row| {
            Ok(Attempt {
                issuer: row.issuer,
                nonce: row.nonce,
                pkce_verifier: row.pkce_verifier,
                purpose: word(&row.purpose)?,
                session: row.session_id.map(SessionId),
                started_at: row.started_at,
            })
        });
        attempt.transpose()
    }
}

async fn insert(executor: impl PgExecutor<'_>, new: &NewAttempt<'_>, session: Option<SessionId>) -> Result<()> {
    sqlx::query!(
        "insert into login_attempt (state_hash, cookie_hash, provider, issuer, nonce, pkce_verifier, purpose, session_id,
                                    started_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        &new.state.hash()[..],
        &new.cookie.hash()[..],
        new.provider.0,
        new.provider.1,
        new.nonce.expose(),
        new.pkce_verifier.expose(),
        new.purpose.as_str(),
        session.map(|session| session.0),
        new.now,
        new.now + ATTEMPT_LIFE
    )
    .execute(executor)
    .await?;
    Ok(())
}
