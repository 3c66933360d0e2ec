//! Identities: who a person is at the providers they sign in with. Promises that somebody is found by issuer and subject and by nothing
//! else, that an identity never changes hands, and that a person has always one left. An address is contact: it finds nobody and
//! links nothing. The account's own address is one that was proved, or none. What the first proof of an address takes away is in [`claim`].

mod claim;

use crate::{
    Act, Credentials, Error, Result, UserTx, letter,
    session::{self, NewSession},
};
use chrono::{DateTime, Utc};
use domain::{
    id::{ChannelId, TenantId, UserId},
    name::Name,
    seal::{Index, Place},
};
use uuid::Uuid;

/// How many identities a person has at most.
pub const IDENTITIES_MAX: i64 = 10;

/// What a provider has just proved of somebody.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The provider, by its name in our configuration; only for showing.
    pub provider: String,
    /// Who says so.
    pub issuer: String,
    /// Of whom.
    pub subject: String,
    /// What they are called.
    pub name: Name,
    /// Where they can be written to; empty when the provider does not say.
    pub email: String,
    /// Whether that is theirs, as said by who has the authority to.
    pub email_verified: bool,
}

impl Proof {
    /// Where the address is sealed.
    fn place(&self) -> Place<'_> {
        Place::IdentityEmail { issuer: &self.issuer, subject: &self.subject }
    }
}

/// Ids for whom we may meet for the first time, and what they read.
#[derive(Clone, Copy, Debug)]
pub struct NewPerson {
    /// The person.
    pub user: UserId,
    /// Their first tenant.
    pub tenant: TenantId,
    /// Their first channel.
    pub channel: ChannelId,
    /// What they read, as a BCP 47 tag: the language they signed up in.
    pub locale: &'static str,
}

/// An identity as its person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityRow {
    /// The provider, by its name in our configuration when it was last used.
    pub provider: String,
    /// Who says so.
    pub issuer: String,
    /// Of whom.
    pub subject: String,
    /// The address the provider last told; may be empty.
    pub email: String,
    /// Whether that is theirs, as said by who has the authority to.
    pub email_verified: bool,
    /// When it was added.
    pub linked_at: DateTime<Utc>,
    /// When it was last signed in with.
    pub last_used_at: DateTime<Utc>,
}

/// What became of linking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linked {
    /// It is the person's now.
    Done,
    /// It was before.
    Before,
    /// It is another person's.
    Taken,
    /// The person has [`IDENTITIES_MAX`].
    TooMany,
}

/// What became of removing one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removed {
    /// It is gone, and the sessions it opened.
    Done,
    /// There is no such.
    Missing,
    /// It is the last one.
    Last,
}

impl Credentials {
    /// Signs in whom a provider has proved: finds the person by issuer and subject, or registers them with a tenant of their own on the
    /// free plan, and begins their session.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn sign_in(&self, proof: &Proof, new: NewPerson, session: &NewSession<'_>, act: Act) -> Result<UserId> {
        match self.owner(proof).await? {
            Some(user) => self.return_person(user, proof, session, act).await,
            None => match self.register(proof, new, session, act.clone()).await {
                // Somebody with this identity came at the same moment and was first: it is the same person.
                Err(error) if error.is_duplicate() => {
                    let user = self.owner(proof).await?.ok_or(error)?;
                    self.return_person(user, proof, session, act).await
                }
                registered => registered,
            },
        }
    }

    async fn owner(&self, proof: &Proof) -> Result<Option<UserId>> {
        let owner = sqlx::query_scalar!("select identity_owner($1, $2)", proof.issuer, proof.subject);
        Ok(owner.fetch_one(&self.store.pool).await?.map(UserId))
    }

    async fn return_person(&self, user: UserId, proof: &Proof, new: &NewSession<'_>, act: Act) -> Result<UserId> {
        let mut tx = self.begin_person(user).await?;
        tx.lock_identities().await?;
        let was_owned = sqlx::query_scalar!(
            r#"select owned_since is not null as "was_owned!" from identity where issuer = $1 and subject = $2"#,
            proof.issuer,
            proof.subject
        )
        .fetch_optional(&mut *tx.tx)
        .await?;
        // It was removed since we asked: whoever comes next time is somebody new.
        let was_owned = was_owned.ok_or_else(|| Error::Stored("an identity that was just there".to_owned()))?;
        let act = Act { actor: format!("user:{user}"), subject: format!("session:{}", new.id), ..act };
        if was_owned || !proof.email_verified {
            tx.note_use(proof, act.at).await?;
            session::start(&mut tx, new).await?;
            tx.commit(Act { action: "session.start", ..act }).await?;
        } else {
            let ended = tx.end_other_ways(proof).await?;
            tx.note_use(proof, act.at).await?;
            session::start(&mut tx, new).await?;
            tx.revoke_planted(proof, ended, &act).await?;
            tx.commit(Act { action: "account.claim", ..act }).await?;
        }
        Ok(user)
    }

    async fn register(&self, proof: &Proof, new: NewPerson, session: &NewSession<'_>, act: Act) -> Result<UserId> {
        let mut tx = self.begin_person(new.user).await?;
        let name = proof.name.as_str();
        sqlx::query!(
            "insert into user_account (user_id, name, locale, created_at) values ($1, $2, $3, $4)",
            tx.user,
            name,
            new.locale,
            act.at
        )
        .execute(&mut *tx.tx)
        .await?;
        tx.insert_identity(proof, act.at).await?;
        sqlx::query!("select open_tenant($1, $2, $3, $4)", new.tenant.0, name, tx.user, act.at)
            .fetch_one(&mut *tx.tx)
            .await?;
        if !proof.email.is_empty() {
            tx.insert_channel(proof, &new, act.at).await?;
        }
        session::start(&mut tx, session).await?;
        let subject = format!("user:{}", new.user);
        tx.commit(Act { actor: subject.clone(), action: "account.create", subject, ..act }).await?;
        Ok(new.user)
    }
}

impl UserTx {
    /// Fails as a duplicate when the identity is somebody's already, whoever's.
    async fn insert_identity(&mut self, proof: &Proof, now: DateTime<Utc>) -> Result<()> {
        let email = self.sealer.seal(&proof.place(), &proof.email)?;
        sqlx::query!(
            "insert into identity (issuer, subject, user_id, provider, email, email_verified, owned_since, linked_at, last_used_at)
             values ($1, $2, $3, $4, $5, $6, case when $6 then $7::timestamptz end, $7, $7)",
            proof.issuer,
            proof.subject,
            self.user,
            proof.provider,
            email,
            proof.email_verified,
            now
        )
        .execute(&mut *self.tx)
        .await?;
        self.renew_address().await
    }

    /// The person's first channel, in the tenant that was opened for them in this transaction.
    async fn insert_channel(&mut self, proof: &Proof, new: &NewPerson, now: DateTime<Utc>) -> Result<()> {
        sqlx::query_scalar!("select set_config('app.tenant', $1, true)", new.tenant.0.to_string())
            .fetch_one(&mut *self.tx)
            .await?;
        let place = Place::ChannelAddress(new.tenant, new.channel);
        let address = self.sealer.seal(&place, &proof.email)?;
        let index = self.sealer.index(Index::ChannelAddress(new.tenant), &proof.email)?;
        sqlx::query!(
            "insert into channel (tenant_id, id, user_id, kind, address, address_index, verified_at, created_at)
             values ($1, $2, $3, 'email', $4, $5, $6, $7)",
            new.tenant.0,
            new.channel.0,
            self.user,
            address,
            index,
            proof.email_verified.then_some(now),
            now
        )
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    async fn note_use(&mut self, proof: &Proof, now: DateTime<Utc>) -> Result<()> {
        let email = self.sealer.seal(&proof.place(), &proof.email)?;
        sqlx::query!(
            "update identity set provider = $3, email = $4, email_verified = $5, last_used_at = $6,
                    owned_since = coalesce(owned_since, case when email_verified or $5 then $6::timestamptz end)
             where issuer = $1 and subject = $2",
            proof.issuer,
            proof.subject,
            proof.provider,
            email,
            proof.email_verified,
            now
        )
        .execute(&mut *self.tx)
        .await?;
        self.renew_address().await
    }

    /// Makes what follows wait for others who change this person's identities, and never for who only refers to the person. How many there are.
    async fn lock_identities(&mut self) -> Result<i64> {
        sqlx::query!("select user_id from user_account where user_id = $1 for no key update", self.user)
            .fetch_one(&mut *self.tx)
            .await?;
        let count = sqlx::query_scalar!(r#"select count(*) as "count!" from identity where user_id = $1"#, self.user);
        Ok(count.fetch_one(&mut *self.tx).await?)
    }
}

/// The person's identities, the oldest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(tx: &mut UserTx) -> Result<Vec<IdentityRow>> {
    let rows = sqlx::query!(
        "select provider, issuer, subject, email, email_verified, linked_at, last_used_at from identity
         where user_id = $1 order by linked_at, issuer, subject limit $2",
        tx.user,
        IDENTITIES_MAX
    );
    let shown = rows.fetch_all(&mut *tx.tx).await?.into_iter().map(|row| {
        let place = Place::IdentityEmail { issuer: &row.issuer, subject: &row.subject };
        let email = row.email.map_or(Ok(String::new()), |email| tx.sealer.open(&place, &email))?;
        Ok(IdentityRow {
            provider: row.provider,
            issuer: row.issuer,
            subject: row.subject,
            email,
            email_verified: row.email_verified,
            linked_at: row.linked_at,
            last_used_at: row.last_used_at,
        })
    });
    shown.collect()
}

/// Adds an identity that was proved just now to the person, who proved theirs too; they are told by mail.
///
/// # Errors
/// When the database refuses.
pub async fn link(tx: &mut UserTx, proof: &Proof, now: DateTime<Utc>) -> Result<Linked> {
    let count = tx.lock_identities().await?;
    let owner: Option<Uuid> = sqlx::query_scalar!("select identity_owner($1, $2)", proof.issuer, proof.subject)
        .fetch_one(&mut *tx.tx)
        .await?;
    match owner {
        Some(owner) if owner == tx.user => return Ok(Linked::Before),
        Some(_) => return Ok(Linked::Taken),
        None if count >= IDENTITIES_MAX => return Ok(Linked::TooMany),
        None => {}
    }
    match tx.insert_identity(proof, now).await {
        // Another person was first, a moment ago.
        Err(error) if error.is_duplicate() => Ok(Linked::Taken),
        inserted => {
            inserted?;
            letter::identity_linked(tx, &proof.provider, now).await?;
            Ok(Linked::Done)
        }
    }
}

/// Removes an identity of the person, and with it the sessions it opened.
///
/// # Errors
/// When the database refuses.
pub async fn unlink(tx: &mut UserTx, issuer: &str, subject: &str) -> Result<Removed> {
    let count = tx.lock_identities().await?;
    let is_there = sqlx::query_scalar!(
        r#"select exists (select from identity where user_id = $1 and issuer = $2 and subject = $3) as "is_there!""#,
        tx.user,
        issuer,
        subject
    );
    if !is_there.fetch_one(&mut *tx.tx).await? {
        return Ok(Removed::Missing);
    }
    if count == 1 {
        return Ok(Removed::Last);
    }
    sqlx::query!("delete from identity where user_id = $1 and issuer = $2 and subject = $3", tx.user, issuer, subject)
        .execute(&mut *tx.tx)
        .await?;
    tx.renew_address().await?;
    Ok(Removed::Done)
}
