//! Channels: where a tenant's people are told. Promises that one that was added works only once its address has answered and its owner
//! has said so in their own session, by a letter that confirms once and within ten minutes. Never tells one tenant that another has an address.

use crate::{Listed, Place, Result, TenantTx, word};
use chrono::{DateTime, Utc};
use domain::{
    delivery::ChannelKind,
    id::{ChannelId, UserId},
};
use uuid::Uuid;

mod added;

pub use added::{Added, CHANNELS_MAX, Confirmed, Held, add, ask, asked, confirm, remove, set_default, test};

/// A channel, read back.
#[derive(Clone, Debug)]
pub struct ShownChannel {
    /// Which.
    pub id: ChannelId,
    /// Whose.
    pub user: UserId,
    /// How it reaches them.
    pub kind: ChannelKind,
    /// Where. Shown in full to its owner only.
    pub address: String,
    /// When its owner confirmed it.
    pub verified_at: Option<DateTime<Utc>>,
    /// Since when nothing is sent to it.
    pub disabled_at: Option<DateTime<Utc>>,
    /// Whether a new watch tells it unless somebody says otherwise.
    pub is_default: bool,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

impl ShownChannel {
    /// Whether anything is sent to it.
    #[must_use]
    pub fn works(&self) -> bool {
        self.verified_at.is_some() && self.disabled_at.is_none()
    }
}

struct Row {
    id: Uuid,
    user_id: Uuid,
    kind: String,
    address: Vec<u8>,
    verified_at: Option<DateTime<Utc>>,
    disabled_at: Option<DateTime<Utc>>,
    is_default: bool,
    created_at: DateTime<Utc>,
}

impl Row {
    fn read(self, tx: &TenantTx) -> Result<ShownChannel> {
        Ok(ShownChannel {
            id: ChannelId(self.id),
            user: UserId(self.user_id),
            kind: word(&self.kind)?,
            address: tx.address(self.id, &self.address)?,
            verified_at: self.verified_at,
            disabled_at: self.disabled_at,
            is_default: self.is_default,
            created_at: self.created_at,
        })
    }
}

/// Channels, oldest first, after a place.
///
/// # Errors
/// When the database cannot be read.
pub async fn list(tx: &mut TenantTx, after: Option<&Place<Uuid>>, limit: i64) -> Result<Listed<ShownChannel, Uuid>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id, user_id, kind, address as "address!", verified_at, disabled_at, is_default, created_at from channel
         where $1::timestamptz is null or (created_at, id) > ($1, $2)
         order by created_at, id
         limit least($3::bigint, 100) + 1"#,
        after.map(|place| place.at),
        after.map(|place| place.key),
        limit
    )
    .fetch_all(&mut *tx.tx)
    .await?;
    Ok(Listed::read(rows, limit, |row| Place { at: row.created_at, key: row.id }, |row| row.read(tx)))
}

/// One channel; `None` if there is none or it is another tenant's.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(tx: &mut TenantTx, id: ChannelId) -> Result<Option<ShownChannel>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id, user_id, kind, address as "address!", verified_at, disabled_at, is_default, created_at from channel where id = $1"#,
        id.0
    )
    .fetch_optional(&mut *tx.tx)
    .await?;
    row.map(|row| row.read(tx)).transpose()
}

/// All channels of one person: those that their watches may tell.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_user(tx: &mut TenantTx, user: UserId) -> Result<Vec<ShownChannel>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id, user_id, kind, address as "address!", verified_at, disabled_at, is_default, created_at from channel
         where user_id = $1 order by created_at, id limit 100"#,
        user.0
    )
    .fetch_all(&mut *tx.tx)
    .await?;
    rows.into_iter().map(|row| row.read(tx)).collect()
}
