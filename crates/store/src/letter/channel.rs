//! Letters to the address of a channel: the question whether it is to be one, and a test. Never to another address.

use crate::{Result, TenantTx};
use chrono::{DateTime, Utc};
use domain::{
    id::{ChannelId, UserId},
    letter::LetterKind,
};

/// A letter to a channel's address, which whoever asks for it owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ToChannel {
    /// Asks whether the channel is to be one. The index finds equal addresses among all tenants, for the cap.
    Confirm(Vec<u8>),
    /// Shows how a message looks there.
    Test,
}

/// Writes a letter to a channel, which leaves once the transaction is committed.
pub(crate) async fn write_to_channel(
    tx: &mut TenantTx,
    (owner, channel): (UserId, ChannelId),
    what: &ToChannel,
    now: DateTime<Utc>,
) -> Result<()> {
    let (kind, mailbox) = match what {
        ToChannel::Confirm(mailbox) => (LetterKind::ChannelConfirm, Some(mailbox.as_slice())),
        ToChannel::Test => (LetterKind::ChannelTest, None),
    };
    sqlx::query!(
        r#"with written as (
             insert into letter (tenant_id, kind, user_id, channel_id, mailbox_index, subject, created_at)
             values ($1, $2, $3, $4, $5, '', $6)
             returning tenant_id, id),
           made as (
             insert into delivery (tenant_id, letter_id, next_attempt_at) select tenant_id, id, $6 from written
             returning 1)
           select pg_notify('ferry', 'delivery')::text as notified from made"#,
        tx.tenant,
        kind.as_str(),
        owner.0,
        channel.0,
        mailbox,
        now
    )
    .fetch_one(&mut *tx.tx)
    .await?;
    Ok(())
}
