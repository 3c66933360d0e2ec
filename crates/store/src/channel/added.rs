//! What the owner of a channel does with it: adds it, proves it, tries it, lets it go.

use super::{ShownChannel, find, of_user};
use crate::{
    Capability, Result, TenantTx,
    letter::{ToChannel, write_to_channel},
};
use chrono::{DateTime, Utc};
use domain::{
    address::Address,
    cap::{self, Slot, Spent},
    delivery::ChannelKind,
    id::{ChannelId, UserId},
    letter::{CONFIRMED_WITHIN, LetterKind},
    seal::{Index, Place},
};
use uuid::Uuid;

/// The most channels of one person in one tenant.
pub const CHANNELS_MAX: usize = 20;

/// What came of adding a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is there, and a letter is on its way to it.
    Done(ChannelId),
    /// It was there before.
    There(ChannelId),
    /// The person has as many as anybody may.
    TooMany,
}

/// Why no letter was written: so many went to the address that the next waits until then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held(pub DateTime<Utc>);

/// What came of a link that confirms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// The channel works from now on.
    Done(ChannelId),
    /// It is nobody's, somebody else's, used, too old, or not the last one that was sent.
    Missing,
}

/// Adds a mail address as a channel of a person, and writes the letter that asks whoever reads there.
///
/// # Errors
/// When the database refuses.
pub async fn add(tx: &mut TenantTx, owner: UserId, address: &Address, now: DateTime<Utc>) -> Result<Added> {
    let own = of_user(tx, owner).await?;
    let indexes = tx.sealer.indexes(Index::ChannelAddress(tx.tenant()), address.as_str())?;
    let there = sqlx::query_scalar!(
        "select id from channel where user_id = $1 and kind = $2 and address_index = any($3)",
        owner.0,
        ChannelKind::Email.as_str(),
        &indexes
    )
    .fetch_optional(&mut *tx.tx)
    .await?;
    if let Some(there) = there {
        return Ok(Added::There(ChannelId(there)));
    }
    if own.len() >= CHANNELS_MAX {
        return Ok(Added::TooMany);
    }
    let id = sqlx::query_scalar!(r#"select gen_random_uuid() as "id!""#).fetch_one(&mut *tx.tx).await?;
    let sealed = tx.sealer.seal(&Place::ChannelAddress(tx.tenant(), ChannelId(id)), address.as_str())?;
    let added = sqlx::query!(
        "insert into channel (tenant_id, id, user_id, kind, address, address_index, created_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
        tx.tenant,
        id,
        owner.0,
        ChannelKind::Email.as_str(),
        sealed,
        tx.sealer.index(Index::ChannelAddress(tx.tenant()), address.as_str())?,
        now
    )
    .execute(&mut *tx.tx)
    .await?;
    if added.rows_affected() == 0 {
        // Somebody's other window was faster.
        return Ok(Added::There(ChannelId(id)));
    }
    let mailbox = tx.sealer.index(Index::Mailbox, address.as_str())?;
    write_to_channel(tx, (owner, ChannelId(id)), &ToChannel::Confirm(mailbox), now).await?;
    Ok(Added::Done(ChannelId(id)))
}

/// Writes the letter that asks whoever reads at a channel's address once more; the earlier one's link opens nothing any more.
///
/// # Errors
/// When the database refuses.
pub async fn ask(
    tx: &mut TenantTx,
    channel: &ShownChannel,
    now: DateTime<Utc>,
) -> Result<std::result::Result<(), Held>> {
    let row = sqlx::query!(
        r#"select count(*) filter (where created_at >= $3) as "hour!", count(*) as "day!"
           from letter where channel_id = $1 and kind = $2 and created_at >= $4"#,
        channel.id.0,
        LetterKind::ChannelConfirm.as_str(),
        cap::hour_of(now),
        cap::day_of(now)
    )
    .fetch_one(&mut *tx.tx)
    .await?;
    let count = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
    if let Slot::Held(until) = cap::STRANGER.slot(Spent { hour: count(row.hour), day: count(row.day) }, now) {
        return Ok(Err(Held(until)));
    }
    let mailbox = tx.sealer.index(Index::Mailbox, &channel.address)?;
    write_to_channel(tx, (channel.user, channel.id), &ToChannel::Confirm(mailbox), now).await?;
    Ok(Ok(()))
}

/// Sends a message to a channel that works, to see how one looks there.
///
/// # Errors
/// When the database refuses.
pub async fn test(tx: &mut TenantTx, channel: &ShownChannel, now: DateTime<Utc>) -> Result<()> {
    write_to_channel(tx, (channel.user, channel.id), &ToChannel::Test, now).await
}

/// The channel that a link is about, while it confirms for this person: asked for by them within ten minutes, not used, and the
/// last one that was asked for.
async fn meant(tx: &mut TenantTx, link: &Capability, user: UserId, now: DateTime<Utc>) -> Result<Option<Uuid>> {
    let meant = sqlx::query_scalar!(
        "select c.id
         from letter l join channel c on c.tenant_id = l.tenant_id and c.id = l.channel_id
         where l.id = $1 and l.kind = $2 and l.user_id = $3 and c.user_id = $3 and l.created_at > $4
           and (c.verified_at is null or c.verified_at < l.created_at)
           and not exists (select from letter o where o.channel_id = l.channel_id and o.kind = l.kind
                             and (o.created_at, o.id) > (l.created_at, l.id))
         for no key update of c",
        link.subject(),
        LetterKind::ChannelConfirm.as_str(),
        user.0,
        now - CONFIRMED_WITHIN
    )
    .fetch_optional(&mut *tx.tx)
    .await?;
    Ok(meant)
}

/// The channel that a link would confirm, if this person may confirm it now.
///
/// # Errors
/// When the database cannot be read.
pub async fn asked(
    tx: &mut TenantTx,
    link: &Capability,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<Option<ShownChannel>> {
    match meant(tx, link, user, now).await? {
        Some(channel) => find(tx, ChannelId(channel)).await,
        None => Ok(None),
    }
}

/// Confirms a channel by the link of its letter, for the person who asked for it.
///
/// # Errors
/// When the database refuses.
pub async fn confirm(tx: &mut TenantTx, link: &Capability, user: UserId, now: DateTime<Utc>) -> Result<Confirmed> {
    let Some(channel) = meant(tx, link, user, now).await? else { return Ok(Confirmed::Missing) };
    sqlx::query!(
        "update channel set verified_at = $2, disabled_at = null, disabled_reason = null where id = $1",
        channel,
        now
    )
    .execute(&mut *tx.tx)
    .await?;
    Ok(Confirmed::Done(ChannelId(channel)))
}

/// Whether new watches tell a channel by themselves.
///
/// # Errors
/// When the database refuses.
pub async fn set_default(tx: &mut TenantTx, channel: ChannelId, is_default: bool) -> Result<()> {
    sqlx::query!("update channel set is_default = $2 where id = $1", channel.0, is_default)
        .execute(&mut *tx.tx)
        .await?;
    Ok(())
}

/// Removes a channel; no watch tells it any more.
///
/// # Errors
/// When the database refuses.
pub async fn remove(tx: &mut TenantTx, channel: ChannelId) -> Result<()> {
    sqlx::query!("delete from channel where id = $1", channel.0).execute(&mut *tx.tx).await?;
    Ok(())
}
