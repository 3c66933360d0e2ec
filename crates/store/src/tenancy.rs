//! Tenants that people open, rename and close. Promises that a tenant begins on the free plan with the person who opened it as its
//! owner, and that a closed one is wanted by nobody any more. Never changes what a tenant pays for.

use crate::{
    Act, Audit, Result, Session, Store, TenantTx,
    invitation::{self, VerifiedAddress},
    member,
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{access::Role, id::TenantId, membership::FREE_TENANTS_MAX, name::Name};

/// How long a closed tenant counts among those somebody owns.
const CLOSED_COUNTS_FOR: TimeDelta = TimeDelta::days(1);

/// A tenant to open.
#[derive(Clone, Debug)]
pub struct NewTenant<'a> {
    /// Which: an id that is nobody's yet.
    pub id: TenantId,
    /// What it is called.
    pub name: &'a Name,
    /// Where its owner is told, as who signed them in says.
    pub address: &'a VerifiedAddress,
}

/// What came of opening one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// It is there.
    Done,
    /// The person owns as many on the free plan as anybody may.
    TooMany,
}

impl Store {
    /// Opens a tenant for whoever is signed in. Of many at once no more are opened than one may own.
    ///
    /// # Errors
    /// When the database refuses: an id that is somebody's.
    pub async fn open_tenant(&self, session: &Session, new: &NewTenant<'_>, act: Act) -> Result<Opened> {
        let mut tx = self.open(new.id.0).await?;
        let user = session.user();
        sqlx::query_scalar!(
            "select pg_advisory_xact_lock(hashtextextended('owner:' || $1::text, 0))",
            user.to_string()
        )
        .fetch_one(&mut *tx.tx)
        .await?;
        // A statement of its own: it must see what was committed while the lock was waited for.
        let owned =
            sqlx::query_scalar!(r#"select free_tenants_owned($1, $2) as "owned!""#, user.0, act.at - CLOSED_COUNTS_FOR)
                .fetch_one(&mut *tx.tx)
                .await?;
        if owned >= i64::from(FREE_TENANTS_MAX) {
            return Ok(Opened::TooMany);
        }
        sqlx::query!(
            "insert into tenant (tenant_id, name, opened_by, created_at) values ($1, $2, $3, $4)",
            tx.tenant,
            new.name.as_str(),
            user.0,
            act.at
        )
        .execute(&mut *tx.tx)
        .await?;
        match new.address.address() {
            Some(address) => invitation::join(&mut tx, user, (address, Role::Owner), act.at).await?,
            None => member::join(&mut tx, user, Role::Owner, act.at).await?,
        }
        tx.commit(Audit::Act(act)).await?;
        Ok(Opened::Done)
    }
}

/// What the tenant is called.
///
/// # Errors
/// When the database cannot be read.
pub async fn name(tx: &mut TenantTx) -> Result<String> {
    Ok(sqlx::query_scalar!("select name from tenant").fetch_one(&mut *tx.tx).await?)
}

/// Calls the tenant something else.
///
/// # Errors
/// When the database refuses.
pub async fn rename(tx: &mut TenantTx, name: &Name) -> Result<()> {
    sqlx::query!("update tenant set name = $1", name.as_str()).execute(&mut *tx.tx).await?;
    Ok(())
}

/// Closes the tenant for good: from the commit on nobody reaches it and nothing is asked or sent for it.
///
/// # Errors
/// When the database refuses.
pub async fn close(tx: &mut TenantTx, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!("update tenant set closed_at = $1 where closed_at is null", now).execute(&mut *tx.tx).await?;
    Ok(())
}
