//! A person, and the transaction that sees one person alone: their account, identities and sessions, as role
//! `ferry_auth`. Never sees a tenant's rows: those are a [`crate::TenantTx`]'s.

use crate::{Act, Credentials, Error, Result, Sealer, Session, word};
use chrono::{DateTime, Utc};
use domain::{
    access::Role,
    id::{TenantId, UserId},
    name::Name,
    plan::Plan,
    seal::Place,
};
use sqlx::{Postgres, Transaction};
use uuid::Uuid;

/// A transaction that sees one person. Dropping it rolls back.
pub struct UserTx {
    pub(crate) tx: Transaction<'static, Postgres>,
    pub(crate) user: Uuid,
    pub(crate) sealer: Sealer,
}

/// A tenant that a person belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Belonging {
    /// Which.
    pub tenant: TenantId,
    /// What it is called.
    pub name: String,
    /// What it pays for.
    pub plan: Plan,
    /// What the person is in it.
    pub role: Role,
    /// Since when it is suspended and why, if it is.
    pub suspended: Option<(DateTime<Utc>, String)>,
}

/// What is known of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// What they are called.
    pub name: String,
    /// Where they can be written to: an address that was proved; none if none was.
    pub email: Option<String>,
    /// Their language, as a BCP 47 tag.
    pub locale: String,
    /// Their zone, as an IANA name.
    pub zone: String,
}

impl Credentials {
    /// Opens a transaction on the person who is signed in.
    ///
    /// # Errors
    /// When no connection is to be had.
    pub async fn begin(&self, session: &Session) -> Result<UserTx> {
        self.begin_person(session.user()).await
    }

    /// The same for a person whom this crate has just read or made.
    #[expect(clippy::disallowed_methods, reason = "the one place where a person's transaction begins")]
    pub(crate) async fn begin_person(&self, user: UserId) -> Result<UserTx> {
        let mut tx = self.store.pool.begin().await?;
        sqlx::query_scalar!("select set_config('app.user', $1, true)", user.0.to_string()).fetch_one(&mut *tx).await?;
        Ok(UserTx { tx, user: user.0, sealer: self.store.sealer.clone() })
    }
}

impl UserTx {
    /// The person this transaction sees.
    #[must_use]
    pub fn user(&self) -> UserId {
        UserId(self.user)
    }

    /// Commits, with the line of the platform's audit log in the same transaction.
    ///
    /// # Errors
    /// When the database refuses; then nothing has happened.
    pub async fn commit(mut self, act: Act) -> Result<()> {
        self.note(&act).await?;
        self.tx.commit().await.map_err(Error::from)
    }

    /// A line of the platform's audit log. Its chain is held from here to the end: nothing but such lines may follow.
    pub(crate) async fn note(&mut self, act: &Act) -> Result<()> {
        sqlx::query!(
            "insert into platform_audit (at, actor, action, subject, request_id) values ($1, $2, $3, $4, $5)",
            act.at,
            act.actor,
            act.action,
            act.subject,
            act.request_id
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Commits what nobody did, such as a note of use, or what a tenant's log says.
    pub(crate) async fn commit_unrecorded(self) -> Result<()> {
        self.tx.commit().await.map_err(Error::from)
    }

    /// What is known of the person.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn account(&mut self) -> Result<Account> {
        let row = sqlx::query!("select name, email, locale, zone from user_account where user_id = $1", self.user);
        let row = row.fetch_one(&mut *self.tx).await?;
        let place = Place::UserEmail(self.user());
        let email = row.email.map(|email| self.sealer.open(&place, &email)).transpose()?;
        Ok(Account { name: row.name, email, locale: row.locale, zone: row.zone })
    }

    /// Changes what the person is called, their zone (an IANA name) and their language (a BCP 47 tag).
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn change_account(&mut self, name: &Name, zone: &str, locale: &str) -> Result<()> {
        sqlx::query!(
            "update user_account set name = $2, zone = $3, locale = $4 where user_id = $1",
            self.user,
            name.as_str(),
            zone,
            locale
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// The tenants of the person, the oldest first, at most 100.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn tenants(&mut self) -> Result<Vec<Belonging>> {
        let rows = sqlx::query!(
            r#"select tenant_id as "tenant_id!", name as "name!", plan as "plan!", role as "role!", suspended_at,
                      suspended_reason as "suspended_reason!"
               from tenants_of($1)"#,
            self.user
        )
        .fetch_all(&mut *self.tx)
        .await?;
        let belonging = rows.into_iter().map(|row| {
            Ok(Belonging {
                tenant: TenantId(row.tenant_id),
                name: row.name,
                plan: word(&row.plan)?,
                role: word(&row.role)?,
                suspended: row.suspended_at.map(|at| (at, row.suspended_reason)),
            })
        });
        belonging.collect()
    }
}
