//! Erasure at a person's own word. Promises that it happens whole or not at all, that a tenant in which others stay keeps an
//! owner, and that what stays behind is ids that lead nowhere. Never erases anybody but the person of its transaction.

use crate::{Act, Error, Result, UserTx};
use domain::id::TenantId;

/// How long the database may take over it: a tenant of the largest plan has some hundred thousand rows. Within
/// what a request may take.
const PATIENCE: &str = "25s";

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
    /// These tenants need another owner first; nothing has happened.
    InTheWay(Vec<String>),
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

/// Erases the person of this transaction: their memberships with all that is theirs, the tenants that are theirs alone, their
/// sessions, identities and account.
///
/// # Errors
/// When the database refuses; then nothing has happened.
pub async fn erase(mut tx: UserTx, act: Act) -> Result<Erasure> {
    sqlx::query_scalar!("select set_config('statement_timeout', $1, true)", PATIENCE).fetch_one(&mut *tx.tx).await?;
    let in_the_way =
        sqlx::query_scalar!(r#"select name as "name!" from end_memberships($1, $2)"#, act.at, act.request_id)
            .fetch_all(&mut *tx.tx)
            .await?;
    if !in_the_way.is_empty() {
        return Ok(Erasure::InTheWay(in_the_way));
    }
    sqlx::query!("delete from user_account where user_id = $1", tx.user).execute(&mut *tx.tx).await?;
    tx.commit(act).await?;
    Ok(Erasure::Done)
}
