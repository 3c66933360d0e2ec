//! Letters: what is mailed to a person and is no alert. Written in the transaction of the act they tell of, sent as deliveries
//! are, and read anew at the sending. A row holds ids; the address is read from the account or the invitation when it is needed.

use crate::{
    LinkKey, Purpose, Result, TenantTx, UserTx,
    delivery::{Due, or_given_up, spent},
    word,
};
use chrono::{DateTime, Utc};
use domain::{
    access::Role,
    cap::{self, Slot},
    id::{ChannelId, DeliveryId, InvitationId, KeyId, LetterId, TenantId, UserId},
    invitation::Standing,
    key::{Life, Scope},
    letter::{Addressed, CONFIRMED_WITHIN, LetterFacts, LetterKind},
    seal::Place,
};
use uuid::Uuid;

mod channel;

pub(crate) use channel::{ToChannel, write_to_channel};

/// A letter about a tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letter {
    /// To the address of an invitation.
    Invitation(InvitationId),
    /// To who invited, when it was accepted.
    MemberJoined {
        /// Who invited.
        to: UserId,
        /// Who has joined.
        who: UserId,
    },
    /// To a member whose role was changed by another.
    RoleChanged {
        /// Whose role it is.
        to: UserId,
    },
    /// To somebody who was removed by another.
    MemberRemoved {
        /// Who was.
        to: UserId,
    },
}

impl Letter {
    fn kind(self) -> LetterKind {
        match self {
            Letter::Invitation(_) => LetterKind::Invitation,
            Letter::MemberJoined { .. } => LetterKind::MemberJoined,
            Letter::RoleChanged { .. } => LetterKind::RoleChanged,
            Letter::MemberRemoved { .. } => LetterKind::MemberRemoved,
        }
    }
}

/// Writes a letter, which leaves once the transaction is committed.
///
/// # Errors
/// When the database refuses; then the act must not happen either.
pub async fn write(tx: &mut TenantTx, letter: Letter, now: DateTime<Utc>) -> Result<()> {
    let (user, invitation, subject) = match letter {
        Letter::Invitation(invitation) => (None, Some(invitation.0), String::new()),
        Letter::MemberJoined { to, who } => (Some(to.0), None, who.to_string()),
        Letter::RoleChanged { to } | Letter::MemberRemoved { to } => (Some(to.0), None, String::new()),
    };
    sqlx::query!(
        r#"with written as (
             insert into letter (tenant_id, kind, user_id, invitation_id, subject, created_at) values ($1, $2, $3, $4, $5, $6)
             returning tenant_id, id),
           made as (
             insert into delivery (tenant_id, letter_id, next_attempt_at) select tenant_id, id, $6 from written
             returning 1)
           select pg_notify('ferry', 'delivery')::text as notified from made"#,
        tx.tenant,
        letter.kind().as_str(),
        user,
        invitation,
        subject,
        now
    )
    .fetch_one(&mut *tx.tx)
    .await?;
    Ok(())
}

/// Tells the person of this transaction that one more account signs them in; `provider` is what our configuration calls it. False if they
/// belong to no tenant, with which the letter would be kept.
///
/// # Errors
/// When the database refuses; then the act must not happen either.
pub async fn identity_linked(tx: &mut UserTx, provider: &str, now: DateTime<Utc>) -> Result<bool> {
    let kind = LetterKind::IdentityLinked.as_str();
    let written = sqlx::query_scalar!(r#"select write_to_self($1, $2, $3) as "written!""#, kind, provider, now)
        .fetch_one(&mut *tx.tx)
        .await?;
    Ok(written > 0)
}

/// Everything one attempt of a letter needs, read under the tenant's row security with the delivery locked.
#[derive(Clone, Debug)]
pub struct LetterRow {
    /// Which delivery.
    pub id: DeliveryId,
    /// The same over all attempts.
    pub message_id: Uuid,
    /// Attempts made so far.
    pub attempts: u16,
    /// The tenant.
    pub tenant: TenantId,
    /// What it is called.
    pub tenant_name: String,
    /// To whom.
    pub to: Recipient,
    /// Where to; empty if there is nobody any more.
    pub address: String,
    /// In which language, as a BCP 47 tag: theirs, or for who has no account that of whoever invites them.
    pub locale: String,
    /// What it tells.
    pub about: About,
    /// What decides whether it is still wanted.
    pub facts: LetterFacts,
}

/// Whose caps a letter counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// A person with an account.
    Person(UserId),
    /// Whoever reads at an address that nobody has proved to be theirs: this letter's.
    Stranger(LetterId),
}

/// What a letter tells. A role that somebody does not have is the least there is; such a letter is not sent.
#[derive(Clone, Debug)]
pub enum About {
    /// Somebody is invited.
    Invitation(Invited),
    /// Somebody joined.
    MemberJoined {
        /// What they are called.
        name: String,
        /// What they are.
        role: Role,
    },
    /// The recipient's role changed.
    RoleChanged {
        /// What they are now.
        role: Role,
    },
    /// The recipient was removed.
    MemberRemoved,
    /// The recipient has one more way to sign in.
    IdentityLinked {
        /// What our configuration calls who vouches.
        provider: String,
    },
    /// Somebody made a key.
    KeyCreated(KeyTold),
    /// A key ends soon.
    KeyExpiring(KeyTold),
    /// A member wants to be told at this address.
    ChannelConfirm {
        /// What the member is called.
        name: String,
        /// The signed path that confirms it, made for this mail and kept nowhere.
        path: String,
    },
    /// A member tries a channel.
    ChannelTest,
}

/// What a letter tells of a key. Never the key.
#[derive(Clone, Debug)]
pub struct KeyTold {
    /// What lists and the audit log call it.
    pub public_id: String,
    /// What people call it.
    pub name: String,
    /// What it is for.
    pub scopes: Vec<Scope>,
    /// What its maker is called.
    pub made_by: String,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
}

/// What an invitation's mail tells.
#[derive(Clone, Debug)]
pub struct Invited {
    /// What whoever invites is called.
    pub inviter: String,
    /// What the invitation grants.
    pub role: Role,
    /// Until when.
    pub expires_at: DateTime<Utc>,
    /// The signed path of the invitation, made for this mail and kept nowhere.
    pub path: String,
}

/// Reads and locks a letter's delivery, if it is one and is due by `now`.
///
/// # Errors
/// When the database cannot be read.
pub async fn lock(tx: &mut TenantTx, id: DeliveryId, key: &LinkKey, now: DateTime<Utc>) -> Result<Due<LetterRow>> {
    let locked = sqlx::query_file_as!(Locked, "src/letter/lock.sql", id.0, now).fetch_optional(&mut *tx.tx).await?;
    let Some(locked) = locked else { return Ok(Due::Not) };
    let attempts = locked.attempts.unsigned_abs();
    let read = locked.read(id, tx, key);
    or_given_up(tx, (id, attempts), read, now).await
}

struct Locked {
    letter_id: Uuid,
    written_at: DateTime<Utc>,
    message_id: Uuid,
    attempts: i16,
    kind: String,
    subject: String,
    tenant_name: String,
    tenant_live: bool,
    user_id: Option<Uuid>,
    email: Option<Vec<u8>>,
    locale: Option<String>,
    role: Option<String>,
    subject_name: Option<String>,
    subject_role: Option<String>,
    invitation_id: Option<Uuid>,
    invited: Option<Vec<u8>>,
    invited_role: Option<String>,
    inviter: Option<String>,
    inviter_role: Option<String>,
    expires_at: Option<DateTime<Utc>>,
    is_revoked: bool,
    is_accepted: bool,
    key_name: Option<String>,
    key_scopes: Option<Vec<String>>,
    key_maker: Option<String>,
    key_created_at: Option<DateTime<Utc>>,
    key_expires_at: Option<DateTime<Utc>>,
    key_revoked_at: Option<DateTime<Utc>>,
    key_replaced_by: Option<Uuid>,
    channel_id: Option<Uuid>,
    channel_address: Option<Vec<u8>>,
    channel_works: bool,
    own_name: Option<String>,
}

impl Locked {
    fn read(&self, id: DeliveryId, tx: &TenantTx, key: &LinkKey) -> Result<LetterRow> {
        let kind = word(&self.kind)?;
        let to = match kind {
            LetterKind::Invitation | LetterKind::ChannelConfirm => Recipient::Stranger(LetterId(self.letter_id)),
            _ => Recipient::Person(UserId(self.user_id.unwrap_or_default())),
        };
        let address = self.address(kind, tx)?;
        Ok(LetterRow {
            id,
            message_id: self.message_id,
            attempts: self.attempts.unsigned_abs(),
            tenant: tx.tenant(),
            tenant_name: self.tenant_name.clone(),
            to,
            about: self.about(tx, key)?,
            facts: LetterFacts {
                kind,
                tenant_live: self.tenant_live,
                has_recipient: !address.is_empty(),
                is_member: self.role.is_some(),
                subject_is_member: self.subject_role.is_some(),
                invitation: self.standing()?,
                key: self.life(),
                channel: self.channel_id.map(|_| Addressed { works: self.channel_works, asked_at: self.written_at }),
            },
            address,
            locale: self.locale.clone().unwrap_or_default(),
        })
    }

    /// Where it goes; empty if there is nobody any more.
    fn address(&self, kind: LetterKind, tx: &TenantTx) -> Result<String> {
        let (place, sealed) = match kind {
            LetterKind::Invitation => {
                (Place::InvitationAddress(tx.tenant(), self.invitation_id.unwrap_or_default()), &self.invited)
            }
            LetterKind::ChannelConfirm | LetterKind::ChannelTest => {
                let channel = ChannelId(self.channel_id.unwrap_or_default());
                (Place::ChannelAddress(tx.tenant(), channel), &self.channel_address)
            }
            _ => (Place::UserEmail(UserId(self.user_id.unwrap_or_default())), &self.email),
        };
        sealed.as_ref().map_or(Ok(String::new()), |sealed| tx.sealer.open(&place, sealed))
    }

    fn standing(&self) -> Result<Option<Standing>> {
        let (Some(role), Some(expires_at)) = (&self.invited_role, self.expires_at) else { return Ok(None) };
        Ok(Some(Standing {
            tenant_live: self.tenant_live,
            role: word(role)?,
            inviter: self.inviter_role.as_deref().map(word).transpose()?,
            revoked: self.is_revoked,
            accepted: self.is_accepted,
            expires_at,
        }))
    }

    fn life(&self) -> Option<Life> {
        Some(Life {
            created_at: self.key_created_at?,
            expires_at: self.key_expires_at?,
            revoked_at: self.key_revoked_at,
            replaced_by: self.key_replaced_by.map(KeyId),
        })
    }

    fn key(&self) -> Result<KeyTold> {
        let scopes = self.key_scopes.iter().flatten().map(|scope| word(scope));
        Ok(KeyTold {
            public_id: self.subject.clone(),
            name: self.key_name.clone().unwrap_or_default(),
            scopes: scopes.collect::<Result<_>>()?,
            made_by: self.key_maker.clone().unwrap_or_default(),
            expires_at: self.key_expires_at.unwrap_or_default(),
        })
    }

    fn about(&self, tx: &TenantTx, key: &LinkKey) -> Result<About> {
        let role = |role: &Option<String>| role.as_deref().map_or(Ok(Role::Viewer), word);
        let (invitation, expires_at) = (self.invitation_id.unwrap_or_default(), self.expires_at.unwrap_or_default());
        Ok(match word(&self.kind)? {
            LetterKind::Invitation => About::Invitation(Invited {
                inviter: self.inviter.clone().unwrap_or_default(),
                role: role(&self.invited_role)?,
                expires_at,
                path: key.path(Purpose::Invitation, tx.tenant, invitation, expires_at),
            }),
            LetterKind::MemberJoined => About::MemberJoined {
                name: self.subject_name.clone().unwrap_or_default(),
                role: role(&self.subject_role)?,
            },
            LetterKind::RoleChanged => About::RoleChanged { role: role(&self.role)? },
            LetterKind::MemberRemoved => About::MemberRemoved,
            LetterKind::IdentityLinked => About::IdentityLinked { provider: self.subject.clone() },
            LetterKind::KeyCreated => About::KeyCreated(self.key()?),
            LetterKind::KeyExpiring => About::KeyExpiring(self.key()?),
            LetterKind::ChannelConfirm => {
                let until = self.written_at + CONFIRMED_WITHIN;
                let token = key.token(Purpose::Channel, tx.tenant, self.letter_id, until);
                About::ChannelConfirm {
                    name: self.own_name.clone().unwrap_or_default(),
                    path: format!("/account/channels/{token}"),
                }
            }
            LetterKind::ChannelTest => About::ChannelTest,
        })
    }
}

/// Whether one more letter to this recipient may begin now. Until the transaction ends, nothing else to them is asked.
///
/// # Errors
/// When the database cannot be read.
pub async fn slot(tx: &mut TenantTx, to: Recipient, now: DateTime<Utc>) -> Result<Slot> {
    let (hour, day) = (cap::hour_of(now), cap::day_of(now));
    Ok(match to {
        Recipient::Person(user) => {
            let row = sqlx::query!(
                r#"select hour as "hour!", day as "day!" from lettered_lately($1, $2, $3)"#,
                user.0,
                hour,
                day
            )
            .fetch_one(&mut *tx.tx)
            .await?;
            cap::PERSON.slot(spent(row.hour, row.day), now)
        }
        Recipient::Stranger(letter) => {
            let row = sqlx::query!(
                r#"select hour as "hour!", day as "day!" from stranger_lately($1, $2, $3)"#,
                letter.0,
                hour,
                day
            )
            .fetch_one(&mut *tx.tx)
            .await?;
            cap::STRANGER.slot(spent(row.hour, row.day), now)
        }
    })
}
