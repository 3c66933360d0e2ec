//! Invitations to a tenant. Promises that at most one waits for an address in a tenant, that what redeems one is signed when its mail is
//! written and kept nowhere, and that of two who redeem it at once one does. Never adds anybody who has not proved
//! the address that was invited, and never tells one tenant what another has sent.

use crate::{
    Capability, Credentials, Membership, Purpose, Result, Session, TenantTx,
    letter::{self, Letter},
    word,
};
use chrono::{DateTime, Utc};
use domain::{
    access::Role,
    address::Address,
    cap,
    delivery::ChannelKind,
    id::{InvitationId, TenantId, UserId},
    invitation::{self, Acceptance, Inviting, LIFE, Refusal, Standing},
    plan::Plan,
    seal::{Index, Place, normalised},
};
use uuid::Uuid;

/// Invitations listed at most, the newest first.
const LISTED: i64 = 100;

/// What came of something that may be refused: nothing was written then.
pub type Judged<T> = std::result::Result<T, Refusal>;

/// An invitation, read back.
#[derive(Clone, Debug)]
pub struct ShownInvitation {
    /// Which.
    pub id: InvitationId,
    /// What the tenant is called.
    pub tenant_name: String,
    /// Where it was sent to.
    pub address: String,
    /// What it grants.
    pub role: Role,
    /// What whoever invited is called, while they are a member.
    pub inviter: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
    /// Why it can no longer be accepted, if it cannot.
    pub refused: Option<Refusal>,
}

/// Proof that whoever is signed in has an address: who signed them in says so.
///
/// Only [`Credentials::verified_address`] makes one.
#[derive(Clone, Debug)]
pub struct VerifiedAddress {
    user: UserId,
    address: Option<String>,
}

impl Credentials {
    /// The address that the identity by which this session began has proved; acceptance is refused if there is none.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn verified_address(&self, session: &Session) -> Result<VerifiedAddress> {
        let (issuer, subject) = session.identity();
        let mut tx = self.begin(session).await?;
        let sealed = sqlx::query_scalar!(
            r#"select email as "email!" from identity
               where issuer = $1 and subject = $2 and email_verified and email is not null"#,
            issuer,
            subject
        )
        .fetch_optional(&mut *tx.tx)
        .await?;
        let place = Place::IdentityEmail { issuer, subject };
        let address = sealed.map(|sealed| tx.sealer.open(&place, &sealed)).transpose()?;
        Ok(VerifiedAddress { user: session.user(), address })
    }
}

/// Who has become a member of what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Of which tenant.
    pub tenant: TenantId,
    /// As what.
    pub role: Role,
}

/// Lets one transaction of the tenant at a time count or change its members, until it ends.
///
/// # Errors
/// When another takes too long.
pub async fn lock_members(tx: &mut TenantTx) -> Result<()> {
    sqlx::query_scalar!(
        r#"select pg_advisory_xact_lock(hashtextextended('members:' || $1::text, 0))::text as "locked?""#,
        tx.tenant.to_string()
    )
    .fetch_one(&mut *tx.tx)
    .await?;
    Ok(())
}

/// Invites somebody, and writes the letter that tells them. Refused if the role is above the inviter's own, the plan has no
/// room, the address is invited already, or the tenant has invited too many today.
///
/// # Errors
/// When the database refuses.
pub async fn create(
    tx: &mut TenantTx,
    by: &Membership,
    (address, role): (&Address, Role),
    now: DateTime<Utc>,
) -> Result<Judged<InvitationId>> {
    lock_members(tx).await?;
    let indexes = tx.sealer.indexes(Index::InvitationAddress(tx.tenant()), address.as_str())?;
    // One that nobody took up makes room for the next.
    let row = sqlx::query!(
        r#"with ended as (
             update invitation set revoked_at = $2
             where address_index = any($1) and accepted_at is null and revoked_at is null and expires_at <= $2)
           select (select count(*) from member) as "members!",
                  (select count(*) from invitation
                   where accepted_at is null and revoked_at is null and created_at > $4 and expires_at > $2) as "pending!",
                  (select count(*) from invitation where created_at >= $3) as "made_today!",
                  exists (select from invitation where address_index = any($1) and accepted_at is null and revoked_at is null
                            and expires_at > $2) as "invited!""#,
        &indexes,
        now,
        cap::day_of(now),
        now - LIFE
    )
    .fetch_one(&mut *tx.tx)
    .await?;
    let inviting = Inviting {
        inviter: by.role(),
        role,
        seats_taken: count(row.members + row.pending),
        made_today: count(row.made_today),
        plan: by.plan(),
    };
    if let Err(refusal) = invitation::invite(&inviting) {
        return Ok(Err(refusal));
    }
    if row.invited {
        return Ok(Err(Refusal::AlreadyInvited));
    }
    let id = insert(tx, by.user(), (address, role), now).await?;
    letter::write(tx, Letter::Invitation(id), now).await?;
    Ok(Ok(id))
}

async fn insert(
    tx: &mut TenantTx,
    by: UserId,
    (address, role): (&Address, Role),
    now: DateTime<Utc>,
) -> Result<InvitationId> {
    // The address is sealed for the row, so its id must be known first.
    let id = sqlx::query_scalar!(r#"select gen_random_uuid() as "id!""#).fetch_one(&mut *tx.tx).await?;
    let sealed = tx.sealer.seal(&Place::InvitationAddress(tx.tenant(), id), address.as_str())?;
    sqlx::query!(
        "insert into invitation (tenant_id, id, address, address_index, mailbox_index, role, invited_by, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tx.tenant,
        id,
        sealed,
        tx.sealer.index(Index::InvitationAddress(tx.tenant()), address.as_str())?,
        tx.sealer.index(Index::Mailbox, address.as_str())?,
        role.as_str(),
        by.0,
        now,
        now + LIFE
    )
    .execute(&mut *tx.tx)
    .await?;
    Ok(InvitationId(id))
}

fn count(rows: i64) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}

/// The invitations that wait for somebody, the newest first, at most 100; those that can no longer be accepted say why.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(tx: &mut TenantTx, now: DateTime<Utc>) -> Result<Vec<ShownInvitation>> {
    let rows =
        sqlx::query_file_as!(Row, "src/invitation/list.sql", None::<Uuid>, LISTED).fetch_all(&mut *tx.tx).await?;
    rows.into_iter().map(|row| row.read(tx, now)).collect()
}

/// The invitation that a link names; `None` if it is not kept any more.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(tx: &mut TenantTx, link: &Capability, now: DateTime<Utc>) -> Result<Option<ShownInvitation>> {
    let Some(id) = named_by(link) else { return Ok(None) };
    let row = sqlx::query_file_as!(Row, "src/invitation/list.sql", Some(id), 1).fetch_optional(&mut *tx.tx).await?;
    row.map(|row| row.read(tx, now)).transpose()
}

fn named_by(link: &Capability) -> Option<Uuid> {
    (link.purpose() == Purpose::Invitation).then(|| link.subject())
}

/// Takes an invitation back. False if none waits under this id.
///
/// # Errors
/// When the database refuses.
pub async fn revoke(tx: &mut TenantTx, id: InvitationId, now: DateTime<Utc>) -> Result<bool> {
    let revoked = sqlx::query!(
        "update invitation set revoked_at = $2 where id = $1 and accepted_at is null and revoked_at is null",
        id.0,
        now
    )
    .execute(&mut *tx.tx)
    .await?;
    Ok(revoked.rows_affected() > 0)
}

/// Makes whoever is signed in a member by the invitation that a link names, gives them a mail channel at that address, and writes to
/// the inviter. Everything is read again here, under a lock: of two at once one accepts.
///
/// # Errors
/// When the database refuses.
pub async fn accept(
    tx: &mut TenantTx,
    link: &Capability,
    who: &VerifiedAddress,
    now: DateTime<Utc>,
) -> Result<Judged<Accepted>> {
    lock_members(tx).await?;
    // What is not kept any more was taken back with whatever it belonged to.
    let Some(id) = named_by(link) else { return Ok(Err(Refusal::Revoked)) };
    let row = sqlx::query_file_as!(Row, "src/invitation/list.sql", Some(id), 1).fetch_optional(&mut *tx.tx).await?;
    let Some(row) = row else { return Ok(Err(Refusal::Revoked)) };
    let standing = row.standing()?;
    let address = row.address(tx)?;
    let room = sqlx::query!(
        r#"select count(*) as "members!", count(*) filter (where user_id = $1) > 0 as "is_member!",
                  (select plan from tenant) as "plan!"
           from member"#,
        who.user.0
    )
    .fetch_one(&mut *tx.tx)
    .await?;
    let acceptance = Acceptance {
        same_address: who.address.as_deref().is_some_and(|proved| normalised(proved) == normalised(&address)),
        is_member: room.is_member,
        members: count(room.members),
        plan: word::<Plan>(&room.plan)?,
    };
    if let Err(refusal) = invitation::accept(&standing, &acceptance, now) {
        return Ok(Err(refusal));
    }
    let accepted = sqlx::query!(
        "update invitation set accepted_at = $2, accepted_by = $3 where id = $1 and accepted_at is null and revoked_at is null",
        id,
        now,
        who.user.0
    )
    .execute(&mut *tx.tx)
    .await?;
    // Taken back since it was read.
    if accepted.rows_affected() == 0 {
        return Ok(Err(Refusal::Revoked));
    }
    join(tx, who.user, (&address, standing.role), now).await?;
    letter::write(tx, Letter::MemberJoined { to: UserId(row.invited_by), who: who.user }, now).await?;
    Ok(Ok(Accepted { tenant: tx.tenant(), role: standing.role }))
}

/// The member, and a channel at the address they have proved twice: to who signs them in, and by the link that was sent there.
async fn join(tx: &mut TenantTx, user: UserId, (address, role): (&str, Role), now: DateTime<Utc>) -> Result<()> {
    let channel = sqlx::query_scalar!(
        r#"with joined as (
             insert into member (tenant_id, user_id, role, created_at) values ($1, $2, $3, $4))
           select gen_random_uuid() as "channel!""#,
        tx.tenant,
        user.0,
        role.as_str(),
        now
    )
    .fetch_one(&mut *tx.tx)
    .await?;
    let sealed = tx.sealer.seal(&Place::ChannelAddress(tx.tenant(), domain::id::ChannelId(channel)), address)?;
    sqlx::query!(
        "insert into channel (tenant_id, id, user_id, kind, address, address_index, verified_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $7)",
        tx.tenant,
        channel,
        user.0,
        ChannelKind::Email.as_str(),
        sealed,
        tx.sealer.index(Index::ChannelAddress(tx.tenant()), address)?,
        now
    )
    .execute(&mut *tx.tx)
    .await?;
    Ok(())
}

struct Row {
    id: Uuid,
    address: Vec<u8>,
    role: String,
    invited_by: Uuid,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    is_revoked: bool,
    is_accepted: bool,
    tenant_name: String,
    tenant_live: bool,
    inviter: Option<String>,
    inviter_role: Option<String>,
}

impl Row {
    fn standing(&self) -> Result<Standing> {
        Ok(Standing {
            tenant_live: self.tenant_live,
            role: word(&self.role)?,
            inviter: self.inviter_role.as_deref().map(word).transpose()?,
            revoked: self.is_revoked,
            accepted: self.is_accepted,
            expires_at: self.expires_at,
        })
    }

    fn address(&self, tx: &TenantTx) -> Result<String> {
        tx.sealer.open(&Place::InvitationAddress(tx.tenant(), self.id), &self.address)
    }

    fn read(self, tx: &TenantTx, now: DateTime<Utc>) -> Result<ShownInvitation> {
        Ok(ShownInvitation {
            id: InvitationId(self.id),
            address: self.address(tx)?,
            role: word(&self.role)?,
            refused: self.standing()?.refused(now),
            tenant_name: self.tenant_name,
            inviter: self.inviter,
            created_at: self.created_at,
            expires_at: self.expires_at,
        })
    }
}
