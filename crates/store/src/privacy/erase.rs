//! Erasure at a person's own word. Promises that a tenant in which others stay keeps an owner and is held for a moment only, that what
//! broke off half way ends whole when it is begun again, and that what stays behind is ids that lead nowhere. Never erases anybody
//! but the person of its session.

use crate::{Act, Credentials, Error, Result, Session, UserTx};
use domain::id::TenantId;
use std::ops::ControlFlow;

/// How long the database may take over one step: a tenant of the largest plan has some hundred thousand rows. Within
/// what a request may take.
const PATIENCE: &str = "25s";

/// Steps of one erasure: a tenant that is the person's alone is one. After that many it is [`Erasure::Unfinished`].
const STEPS_MAX: usize = 100;

/// What becomes of a tenant of a person who is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nobody else is in it: it goes with them.
    Erased,
    /// Others would stay without an owner: it needs another one first.
    NeedsOwner,
    /// They leave it.
    Left,
}

/// A tenant of a person, and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// Which.
    pub tenant: TenantId,
    /// What it is called.
    pub name: String,
    /// What becomes of it.
    pub fate: Fate,
}

/// What came of an erasure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Erasure {
    /// The person is gone.
    Done,
    /// These tenants need another owner first: the person is still there. Nothing has happened, unless it came to that half way.
    InTheWay(Vec<String>),
    /// Some tenants that were theirs alone are gone, and the person is still there; the same again goes on.
    Unfinished,
}

/// What an erasure would do to each tenant of the person.
///
/// # Errors
/// When the database cannot be read.
pub async fn outlook(tx: &mut UserTx) -> Result<Vec<Outlook>> {
    let rows =
        sqlx::query!(r#"select tenant_id as "tenant_id!", name as "name!", fate as "fate!" from erasure_outlook()"#)
            .fetch_all(&mut *tx.tx)
            .await?;
    let fate = |word: &str| match word {
        "erased" => Ok(Fate::Erased),
        "needs_owner" => Ok(Fate::NeedsOwner),
        "left" => Ok(Fate::Left),
        other => Err(Error::Stored(format!("{other:?} is no fate"))),
    };
    let outlook = |tenant, name, word: &str| Ok(Outlook { tenant: TenantId(tenant), name, fate: fate(word)? });
    rows.into_iter().map(|row| outlook(row.tenant_id, row.name, &row.fate)).collect()
}

/// Erases whoever is signed in, in steps that each happen whole: every tenant that is theirs alone; then at once their memberships
/// with all that is theirs, their sessions, identities and account. Nothing is begun while a tenant needs another owner.
///
/// # Errors
/// When the database refuses; then nothing has happened in this erasure.
pub async fn erase((credentials, session): (&Credentials, &Session), act: Act) -> Result<Erasure> {
    for begun in 0..STEPS_MAX {
        match step(credentials.begin(session).await?, &act).await {
            Ok(ControlFlow::Continue(())) => {}
            Ok(ControlFlow::Break(erasure)) => return Ok(erasure),
            Err(error) if begun > 0 => {
                tracing::error!(%error, "an erasure stops half way");
                break;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(Erasure::Unfinished)
}

/// Does what is next, by what becomes of the person's tenants as they are now.
async fn step(mut tx: UserTx, act: &Act) -> Result<ControlFlow<Erasure>> {
    sqlx::query_scalar!("select set_config('statement_timeout', $1, true)", PATIENCE).fetch_one(&mut *tx.tx).await?;
    let outlook = outlook(&mut tx).await?;
    let of = |fate| outlook.iter().filter(move |tenant| tenant.fate == fate);
    let in_the_way: Vec<String> = of(Fate::NeedsOwner).map(|tenant| tenant.name.clone()).collect();
    if !in_the_way.is_empty() {
        return Ok(ControlFlow::Break(Erasure::InTheWay(in_the_way)));
    }
    if of(Fate::Erased).next().is_some() {
        // The tenant's own log says so.
        sqlx::query!("select empty_own_tenant($1, $2)", act.at, act.request_id).execute(&mut *tx.tx).await?;
        tx.commit_unrecorded().await?;
        return Ok(ControlFlow::Continue(()));
    }
    let ended = sqlx::query_scalar!(r#"select end_memberships($1, $2) as "ended!""#, act.at, act.request_id);
    if !ended.fetch_one(&mut *tx.tx).await? {
        // Somebody came, went or got another role just now: what becomes of the tenants is another question.
        return Ok(ControlFlow::Continue(()));
    }
    sqlx::query!("delete from user_account where user_id = $1", tx.user).execute(&mut *tx.tx).await?;
    tx.commit(act.clone()).await?;
    Ok(ControlFlow::Break(Erasure::Done))
}
