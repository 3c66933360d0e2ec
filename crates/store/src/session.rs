//! Sessions: who is signed in, by which browser, since when. Promises that a token is kept as its SHA-256 alone, that
//! every request asks the database, and that what was ended is ended for the very next one. Never tells why a token
//! opens nothing.

use crate::{Act, Credentials, Result, UserTx};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    id::{SessionId, UserId},
    session::{SESSIONS_MAX, Span},
    token::Token,
};
use uuid::Uuid;

/// How old the note of the last use may get.
const LAST_USE_WITHIN: TimeDelta = TimeDelta::minutes(1);

/// Proof that a person is signed in, as the database said for this request.
///
/// Only [`Credentials::session`] makes one.
#[derive(Clone, Debug)]
pub struct Session {
    id: Uuid,
    user: Uuid,
    issuer: String,
    subject: String,
    span: Span,
}

impl Session {
    /// What lists call it.
    #[must_use]
    pub fn id(&self) -> SessionId {
        SessionId(self.id)
    }
    /// The person.
    #[must_use]
    pub fn user(&self) -> UserId {
        UserId(self.user)
    }
    /// Who signed them in: issuer and subject.
    #[must_use]
    pub fn identity(&self) -> (&str, &str) {
        (&self.issuer, &self.subject)
    }
    /// Its instants.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span
    }
    /// Who acts, as the audit log has it.
    #[must_use]
    pub fn actor(&self) -> String {
        format!("user:{}", self.user)
    }
}

/// A session to begin, for the person of its transaction.
#[derive(Clone, Debug)]
pub struct NewSession<'a> {
    /// What lists will call it.
    pub id: SessionId,
    /// What the browser will present.
    pub token: &'a Token,
    /// Who signed them in: issuer and subject, an identity of this person.
    pub identity: (&'a str, &'a str),
    /// What the browser says it is, for the person to tell sessions apart.
    pub device: &'a str,
    /// When.
    pub now: DateTime<Utc>,
}

/// A session as its person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// What to end it by.
    pub id: SessionId,
    /// What the browser said it is.
    pub device: String,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub seen_at: DateTime<Utc>,
    /// When it ends at last.
    pub ends_at: DateTime<Utc>,
}

impl Credentials {
    /// The live session that this token opens; asking is use of it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn session(&self, token: &Token, now: DateTime<Utc>) -> Result<Option<Session>> {
        let session = self.session_unattended(token, now).await?;
        if let Some(session) = &session
            && session.span.seen_at < now - LAST_USE_WITHIN
        {
            self.note_session(session, now).await?;
        }
        Ok(session)
    }

    /// The same for what a page asks by itself: nobody need sit there, so the session idles on.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn session_unattended(&self, token: &Token, now: DateTime<Utc>) -> Result<Option<Session>> {
        let row = sqlx::query!(
            r#"select id as "id!", user_id as "user_id!", issuer as "issuer!", subject as "subject!",
                      seen_at as "seen_at!", proved_at as "proved_at!", ends_at as "ends_at!" from session_by_hash($1)"#,
            &token.hash()[..]
        )
        .fetch_optional(&self.store.pool)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let span = Span { seen_at: row.seen_at, proved_at: row.proved_at, ends_at: row.ends_at };
        let session = Session { id: row.id, user: row.user_id, issuer: row.issuer, subject: row.subject, span };
        Ok(span.is_live(now).then_some(session))
    }

    async fn note_session(&self, session: &Session, now: DateTime<Utc>) -> Result<()> {
        let mut tx = self.begin(session).await?;
        // Asked again here, so that of many requests at once one writes.
        let before = now - LAST_USE_WITHIN;
        sqlx::query!("update session set seen_at = $2 where id = $1 and seen_at < $3", session.id, now, before)
            .execute(&mut *tx.tx)
            .await?;
        tx.commit_unrecorded().await
    }
}

/// Begins a session. Past [`SESSIONS_MAX`] the one that was not used for longest ends.
///
/// # Errors
/// When the database refuses.
pub async fn start(tx: &mut UserTx, new: &NewSession<'_>) -> Result<()> {
    let span = Span::begun(new.now);
    sqlx::query!(
        "delete from session where user_id = $1 and (ends_at <= $2 or id in (
           select id from session where user_id = $1 order by seen_at desc, id offset $3))",
        tx.user,
        new.now,
        SESSIONS_MAX - 1
    )
    .execute(&mut *tx.tx)
    .await?;
    sqlx::query!(
        "insert into session (id, user_id, issuer, subject, token_hash, device, created_at, seen_at, proved_at, ends_at)
         values ($1, $2, $3, $4, $5, left($6, 80), $7, $7, $8, $9)",
        new.id.0,
        tx.user,
        new.identity.0,
        new.identity.1,
        &new.token.hash()[..],
        new.device,
        new.now,
        span.proved_at,
        span.ends_at
    )
    .execute(&mut *tx.tx)
    .await?;
    Ok(())
}

/// Gives a session a new token: the old one opens nothing from here on. False when it has ended meanwhile.
///
/// # Errors
/// When the database refuses.
pub async fn rotate(tx: &mut UserTx, session: &Session, token: &Token) -> Result<bool> {
    let hash = &token.hash()[..];
    let turned = sqlx::query!("update session set token_hash = $2 where id = $1", session.id, hash);
    Ok(turned.execute(&mut *tx.tx).await?.rows_affected() > 0)
}

/// Notes that the person of a session has just proved their identity again, and gives it a new token.
///
/// # Errors
/// When the database refuses.
pub async fn prove(tx: &mut UserTx, session: &Session, token: &Token, now: DateTime<Utc>) -> Result<bool> {
    let hash = &token.hash()[..];
    let proved =
        sqlx::query!("update session set token_hash = $2, proved_at = $3 where id = $1", session.id, hash, now);
    Ok(proved.execute(&mut *tx.tx).await?.rows_affected() > 0)
}

/// The live sessions of the person, the last used first.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(tx: &mut UserTx, now: DateTime<Utc>) -> Result<Vec<SessionRow>> {
    let rows = sqlx::query!(
        "select id, device, created_at, seen_at, proved_at, ends_at from session where user_id = $1 order by seen_at desc, id limit $2",
        tx.user,
        SESSIONS_MAX
    )
    .fetch_all(&mut *tx.tx)
    .await?;
    let live = rows
        .into_iter()
        .filter(|row| Span { seen_at: row.seen_at, proved_at: row.proved_at, ends_at: row.ends_at }.is_live(now));
    let shown = live.map(|row| SessionRow {
        id: SessionId(row.id),
        device: row.device,
        created_at: row.created_at,
        seen_at: row.seen_at,
        ends_at: row.ends_at,
    });
    Ok(shown.collect())
}

/// Whether a session of the person is still there: for what goes on after its request was let in.
///
/// # Errors
/// When the database cannot be read.
pub async fn goes_on(tx: &mut UserTx, id: SessionId) -> Result<bool> {
    let there = sqlx::query_scalar!(
        r#"select exists (select from session where user_id = $1 and id = $2) as "there!""#,
        tx.user,
        id.0
    );
    Ok(there.fetch_one(&mut *tx.tx).await?)
}

/// Ends a session of the person. False when they have no such.
///
/// # Errors
/// When the database refuses.
pub async fn end(tx: &mut UserTx, id: SessionId) -> Result<bool> {
    let ended = sqlx::query!("delete from session where user_id = $1 and id = $2", tx.user, id.0);
    Ok(ended.execute(&mut *tx.tx).await?.rows_affected() > 0)
}

/// Ends every session of the person but this one; how many ended.
///
/// # Errors
/// When the database refuses.
pub async fn end_others(tx: &mut UserTx, kept: SessionId) -> Result<u64> {
    let ended = sqlx::query!("delete from session where user_id = $1 and id <> $2", tx.user, kept.0);
    Ok(ended.execute(&mut *tx.tx).await?.rows_affected())
}

/// Ends the session that this token opens, if it opens one: what a browser held before it signed in anew.
///
/// # Errors
/// When the database refuses.
pub async fn end_of_token(credentials: &Credentials, token: &Token, act: Act) -> Result<()> {
    let Some(session) = credentials.session(token, act.at).await? else { return Ok(()) };
    let mut tx = credentials.begin(&session).await?;
    end(&mut tx, session.id()).await?;
    tx.commit(Act { actor: session.actor(), subject: format!("session:{}", session.id()), ..act }).await
}
