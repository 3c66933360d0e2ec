//! Channels: where a tenant's people are told. An address is shown in full to its owner and to nobody else.

use crate::{
    access::ApiCx,
    cursor,
    input::{Path, Query},
    list::list,
    problem::Problem,
};
use axum::Json;
use chrono::{DateTime, Utc};
use domain::{
    delivery::ChannelKind,
    id::{ChannelId, UserId},
};
use serde::{Deserialize, Serialize};
use store::channel::{self, ShownChannel};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChannelQuery {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows of a page, 1 to 100; 25 without.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
}

/// Where a person is told.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChannelView {
    /// Its id.
    id: Uuid,
    /// How it reaches its owner.
    #[schema(example = "email")]
    kind: &'static str,
    /// Where; of other people's channels only enough to tell them apart.
    #[schema(example = "alice@example.test")]
    address: String,
    /// Whether it is yours: your watches may name only these.
    yours: bool,
    /// Whether its owner has confirmed it. Nothing is sent to an address that was not confirmed.
    verified: bool,
    /// Since when nothing is sent to it, if so.
    disabled_at: Option<DateTime<Utc>>,
    /// When it was added.
    created_at: DateTime<Utc>,
}

list!(
    /// Channels, the oldest first.
    ChannelList of ChannelView
);

pub(crate) async fn list(cx: ApiCx, Query(query): Query<ChannelQuery>) -> Result<Json<ChannelList>, Problem> {
    let limit = cursor::limit(query.limit)?;
    let after = cursor::read("channels", query.cursor.as_deref())?;
    let mut tx = cx.begin().await?;
    let page = channel::list(&mut tx, after.as_ref(), limit).await?;
    let data = page.rows.iter().map(|channel| view(channel, cx.membership().user())).collect();
    Ok(Json(ChannelList::new(data, page.next.map(|next| cursor::write("channels", &next)))))
}

pub(crate) async fn show(cx: ApiCx, Path(id): Path<ChannelId>) -> Result<Json<ChannelView>, Problem> {
    let found = channel::find(&mut cx.begin().await?, id).await?.ok_or_else(Problem::not_found)?;
    Ok(Json(view(&found, cx.membership().user())))
}

fn view(channel: &ShownChannel, reader: UserId) -> ChannelView {
    let yours = channel.user == reader;
    ChannelView {
        id: channel.id.0,
        kind: channel.kind.as_str(),
        address: if yours { channel.address.clone() } else { masked(channel.kind, &channel.address) },
        yours,
        verified: channel.verified_at.is_some(),
        disabled_at: channel.disabled_at,
        created_at: channel.created_at,
    }
}

/// Enough of an address to tell it from another: its first character and, of a mail address, where it is kept.
pub(crate) fn masked(kind: ChannelKind, address: &str) -> String {
    let first: String = address.chars().take(1).collect();
    match kind {
        ChannelKind::Email => {
            let host = address.rsplit_once('@').map_or("", |(_, host)| host);
            format!("{first}…@{host}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_address_keeps_one_character_and_the_host() {
        assert_eq!(masked(ChannelKind::Email, "alice@example.test"), "a…@example.test");
        assert_eq!(masked(ChannelKind::Email, "é"), "é…@");
    }
}
