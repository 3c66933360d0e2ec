//! Members of one tenant: who they are, what they are to be, and their going. Promises that whoever goes leaves their watches to
//! somebody who stays. Never decides who may: `domain::membership` does, under the hold that `begin_writing` took.

use crate::{Result, TenantTx, word};
use chrono::{DateTime, Utc};
use domain::{access::Role, id::UserId, seal::Place};
use std::collections::HashMap;
use uuid::Uuid;

/// Members listed at most, those who came first; no plan has as many.
const LISTED: i64 = 200;

/// A member, as fellow members may know them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub user: UserId,
    /// What they are called.
    pub name: String,
    /// What they are here.
    pub role: Role,
    /// Since when.
    pub since: DateTime<Utc>,
}

struct Row {
    user_id: Uuid,
    name: String,
    role: String,
    created_at: DateTime<Utc>,
}

impl Row {
    fn read(self) -> Result<Member> {
        Ok(Member { user: UserId(self.user_id), name: self.name, role: word(&self.role)?, since: self.created_at })
    }
}

/// The members, those who came first before the others.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(tx: &mut TenantTx) -> Result<Vec<Member>> {
    let rows = sqlx::query_as!(
        Row,
        "select m.user_id, u.name, m.role, m.created_at from member m join user_account u on u.user_id = m.user_id
         order by m.created_at, m.user_id limit $1",
        LISTED
    )
    .fetch_all(&mut *tx.tx)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

/// One member; `None` if there is none of this id.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(tx: &mut TenantTx, user: UserId) -> Result<Option<Member>> {
    let row = sqlx::query_as!(
        Row,
        "select m.user_id, u.name, m.role, m.created_at from member m join user_account u on u.user_id = m.user_id
         where m.user_id = $1",
        user.0
    )
    .fetch_optional(&mut *tx.tx)
    .await?;
    row.map(Row::read).transpose()
}

/// Where each member can be written to: for whoever manages members. Who has proved no address is not among them.
///
/// # Errors
/// When the database cannot be read, or an address does not open.
pub async fn addresses(tx: &mut TenantTx) -> Result<HashMap<UserId, String>> {
    let rows = sqlx::query!(
        r#"select u.user_id, u.email as "email!" from member m join user_account u on u.user_id = m.user_id
           where u.email is not null order by m.created_at, m.user_id limit $1"#,
        LISTED
    )
    .fetch_all(&mut *tx.tx)
    .await?;
    let opened = rows.into_iter().map(|row| {
        let user = UserId(row.user_id);
        Ok((user, tx.sealer.open(&Place::UserEmail(user), &row.email)?))
    });
    opened.collect()
}

/// How many of them are owners.
///
/// # Errors
/// When the database cannot be read.
pub async fn owners(tx: &mut TenantTx) -> Result<u32> {
    let owners = sqlx::query_scalar!(r#"select count(*) as "owners!" from member where role = 'owner'"#)
        .fetch_one(&mut *tx.tx)
        .await?;
    Ok(u32::try_from(owners).unwrap_or(u32::MAX))
}

/// How many of the tenant's watches are theirs and have not ended.
///
/// # Errors
/// When the database cannot be read.
pub async fn watches(tx: &mut TenantTx, user: UserId) -> Result<u64> {
    let watches = sqlx::query_scalar!(
        r#"select count(*) as "watches!" from watch where user_id = $1 and state in ('active', 'paused')"#,
        user.0
    )
    .fetch_one(&mut *tx.tx)
    .await?;
    Ok(watches.unsigned_abs())
}

/// To whom the watches pass of somebody who leaves: whoever has been an owner here for longest besides them.
///
/// # Errors
/// When the database cannot be read.
pub async fn heir(tx: &mut TenantTx, leaving: UserId) -> Result<Option<Member>> {
    let row = sqlx::query_as!(
        Row,
        "select m.user_id, u.name, m.role, m.created_at from member m join user_account u on u.user_id = m.user_id
         where m.role = 'owner' and m.user_id <> $1 order by m.created_at, m.user_id limit 1",
        leaving.0
    )
    .fetch_optional(&mut *tx.tx)
    .await?;
    row.map(Row::read).transpose()
}

/// Gives a member another role. False if there is no such member.
///
/// # Errors
/// When the database refuses.
pub async fn set_role(tx: &mut TenantTx, user: UserId, role: Role) -> Result<bool> {
    let changed = sqlx::query!("update member set role = $2 where user_id = $1", user.0, role.as_str());
    Ok(changed.execute(&mut *tx.tx).await?.rows_affected() > 0)
}

/// Ends a membership, with its channels and keys. Its watches pass to the heir, who is told by them from here on. How many
/// running ones passed; `None` if there is no such member.
///
/// # Errors
/// When the database refuses: an heir who is no member, or themself.
pub async fn depart(tx: &mut TenantTx, user: UserId, heir: UserId) -> Result<Option<u64>> {
    let passed = sqlx::query_scalar!("select depart($1, $2)", user.0, heir.0).fetch_one(&mut *tx.tx).await?;
    Ok(passed.map(i64::unsigned_abs))
}

/// Makes somebody a member.
///
/// # Errors
/// When the database refuses: they are one.
pub(crate) async fn join(tx: &mut TenantTx, user: UserId, role: Role, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!(
        "insert into member (tenant_id, user_id, role, created_at) values ($1, $2, $3, $4)",
        tx.tenant,
        user.0,
        role.as_str(),
        now
    )
    .execute(&mut *tx.tx)
    .await?;
    Ok(())
}
