//! Channels on pages: where somebody is told, and what they do with that. Promises that an address works only once whoever reads there and its
//! owner have both said so, that nobody acts on another's channel, and that of others' only who manages members sees that they exist.

use crate::{
    channels::masked,
    error::Error,
    form::{Form, Refusals},
    input::Path,
    members::NoFields,
    problem::{Code, Problem},
    signed_in::{Frame, MemberCx, SessionCx},
    web::told::Instant,
};
use askama::Template;
use axum::{
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use domain::{
    access::{
        Action::{ManageMembers, WriteWatches},
        allows,
    },
    address::Address,
    id::{ChannelId, TenantId, UserId},
};
use serde::Deserialize;
use std::collections::HashMap;
use store::{
    Audit, Capability, Hold, PAGE_MAX, Purpose, TenantTx,
    channel::{self, Added, CHANNELS_MAX, Confirmed, Held, ShownChannel},
    member,
};
use words::Said;

/// The field of an address.
const ADDRESS: &str = "address";

/// The page of channels.
fn address(tenant: TenantId) -> String {
    format!("/t/{tenant}/channels")
}

/// A channel of the person's own.
struct Own {
    id: ChannelId,
    address: String,
    state: (&'static str, Said),
    since: Instant,
    works: bool,
    waits: bool,
    is_default: bool,
}

/// Somebody else's.
struct Other {
    owner: String,
    address: String,
    works: bool,
}

#[derive(Template)]
#[template(path = "channels.html")]
struct ChannelsPage {
    frame: Frame,
    tenant: TenantId,
    own: Vec<Own>,
    others: Vec<Other>,
    sees_others: bool,
    writes: bool,
    typed: AddressForm,
    refused: Refusals,
    most: usize,
}

/// An address to be told at.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddressForm {
    address: String,
}

pub(crate) async fn list(cx: MemberCx) -> Result<Response, Problem> {
    page(&cx, AddressForm::default(), Refusals::default()).await
}

async fn page(cx: &MemberCx, typed: AddressForm, refused: Refusals) -> Result<Response, Problem> {
    let frame = cx.frame().await?;
    let mut tx = cx.begin().await?;
    let membership = cx.membership();
    let sees_others = allows(membership.role(), ManageMembers);
    let own = channel::of_user(&mut tx, membership.user()).await?;
    let others = if sees_others { others(&mut tx, membership.user()).await? } else { Vec::new() };
    let status = if refused.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let own = own.iter().map(|channel| Own {
        id: channel.id,
        address: channel.address.clone(),
        state: state(channel),
        since: Instant::of(channel.created_at, cx.now(), &frame.zone),
        works: channel.works(),
        waits: channel.verified_at.is_none(),
        is_default: channel.is_default,
    });
    let page = ChannelsPage {
        tenant: membership.tenant(),
        own: own.collect(),
        others,
        sees_others,
        writes: allows(membership.role(), WriteWatches),
        typed,
        refused,
        most: CHANNELS_MAX,
        frame,
    };
    Ok((status, Html(page.render()?)).into_response())
}

/// That others have channels, and enough of each to tell them apart.
async fn others(tx: &mut TenantTx, reader: UserId) -> Result<Vec<Other>, Problem> {
    let names: HashMap<UserId, String> =
        member::list(tx).await?.into_iter().map(|member| (member.user, member.name)).collect();
    let channels = channel::list(tx, None, PAGE_MAX).await?.rows;
    let others = channels.into_iter().filter(|channel| channel.user != reader).map(|channel| Other {
        owner: names.get(&channel.user).cloned().unwrap_or_default(),
        address: masked(channel.kind, &channel.address),
        works: channel.works(),
    });
    Ok(others.collect())
}

fn state(channel: &ShownChannel) -> (&'static str, Said) {
    match (channel.disabled_at, channel.verified_at) {
        (Some(_), _) => ("full", Said::new("channel-off")),
        (None, None) => ("heed", Said::new("channel-waits")),
        (None, Some(_)) => ("open", Said::new("channel-works")),
    }
}

pub(crate) async fn add(cx: MemberCx, Form(typed): Form<AddressForm>) -> Result<Response, Problem> {
    let mut refused = Refusals::default();
    let Ok(to) = typed.address.parse::<Address>() else {
        refused.say(ADDRESS, Said::new("channel-no-address"));
        return page(&cx, typed, refused).await;
    };
    let (mut tx, me) = cx.begin_writing(WriteWatches, Hold::Shared).await?;
    let why = match channel::add(&mut tx, me.user(), &to, cx.now()).await? {
        Added::Done(id) => {
            cx.commit(tx, "channel.add", format!("channel:{id}")).await?;
            return Ok(Redirect::to(&address(me.tenant())).into_response());
        }
        Added::There(_) => Said::new("channel-there"),
        Added::TooMany => Said::new("channel-too-many").with("n", CHANNELS_MAX),
    };
    drop(tx);
    refused.say(ADDRESS, why);
    page(&cx, typed, refused).await
}

/// Opens a transaction that may write, with a channel of whoever asks; somebody else's is missing.
async fn begin_own(cx: &MemberCx, id: ChannelId) -> Result<(TenantTx, ShownChannel), Problem> {
    let (mut tx, me) = cx.begin_writing(WriteWatches, Hold::Shared).await?;
    let found = channel::find(&mut tx, id).await?.filter(|channel| channel.user == me.user());
    Ok((tx, found.ok_or_else(Problem::not_found)?))
}

/// Commits what was done with a channel, and leads back to all of them.
async fn done(cx: &MemberCx, tx: TenantTx, (action, id): (&'static str, ChannelId)) -> Result<Response, Problem> {
    cx.commit(tx, action, format!("channel:{id}")).await?;
    Ok(Redirect::to(&address(cx.membership().tenant())).into_response())
}

/// Has whoever reads at an address asked again: one that was never confirmed, or that was switched off.
pub(crate) async fn ask(
    cx: MemberCx,
    Path((tenant, id)): Path<(TenantId, ChannelId)>,
    Form(NoFields {}): Form<NoFields>,
) -> Result<Response, Problem> {
    let (mut tx, channel) = begin_own(&cx, id).await?;
    if channel.works() {
        return Ok(Redirect::to(&address(tenant)).into_response());
    }
    if let Err(Held(until)) = channel::ask(&mut tx, &channel, cx.now()).await? {
        let again = Said::new("channel-asked-enough").with("span", until - cx.now());
        return Err(Problem::said(Code::TooManyRequests, again).leading(address(tenant), "channels-back"));
    }
    done(&cx, tx, ("channel.ask", id)).await
}

pub(crate) async fn test(
    cx: MemberCx,
    Path((tenant, id)): Path<(TenantId, ChannelId)>,
    Form(NoFields {}): Form<NoFields>,
) -> Result<Response, Problem> {
    let (mut tx, channel) = begin_own(&cx, id).await?;
    if !channel.works() {
        let why = Problem::said(Code::Conflict, Said::new("channel-not-yet"));
        return Err(why.leading(address(tenant), "channels-back"));
    }
    channel::test(&mut tx, &channel, cx.now()).await?;
    done(&cx, tx, ("channel.test", id)).await
}

/// Whether new watches tell it by themselves.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DefaultForm {
    default: YesOrNo,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum YesOrNo {
    Yes,
    No,
}

pub(crate) async fn set_default(
    cx: MemberCx,
    Path((_, id)): Path<(TenantId, ChannelId)>,
    Form(typed): Form<DefaultForm>,
) -> Result<Response, Problem> {
    let (mut tx, _) = begin_own(&cx, id).await?;
    channel::set_default(&mut tx, id, typed.default == YesOrNo::Yes).await?;
    done(&cx, tx, ("channel.default", id)).await
}

pub(crate) async fn remove(
    cx: MemberCx,
    Path((_, id)): Path<(TenantId, ChannelId)>,
    Form(NoFields {}): Form<NoFields>,
) -> Result<Response, Problem> {
    let (mut tx, _) = begin_own(&cx, id).await?;
    channel::remove(&mut tx, id).await?;
    done(&cx, tx, ("channel.remove", id)).await
}

#[derive(Template)]
#[template(path = "channel_confirm.html")]
struct ConfirmPage {
    frame: Frame,
    token: String,
    channel: ShownChannel,
}

/// What the link of a confirmation shows, to the person who asked for it and to nobody else.
pub(crate) async fn ask_to_confirm(cx: SessionCx, Path(token): Path<String>) -> Result<Response, Problem> {
    let frame = cx.frame().await?;
    let Some(link) = open(&cx, &token) else { return Ok(Error::LinkUnknown.into_response()) };
    let mut tx = cx.app().store.begin_capability(&link).await?;
    match channel::asked(&mut tx, &link, cx.session().user(), cx.now()).await? {
        Some(channel) => Ok(Html(ConfirmPage { frame, token, channel }.render()?).into_response()),
        None => Ok(Error::LinkUnknown.into_response()),
    }
}

/// Confirms: whoever holds the link reads at the address, and whoever is signed in asked for it.
pub(crate) async fn confirm(
    cx: SessionCx,
    Path(token): Path<String>,
    Form(NoFields {}): Form<NoFields>,
) -> Result<Response, Problem> {
    let Some(link) = open(&cx, &token) else { return Ok(Error::LinkUnknown.into_response()) };
    let Some(mut tx) = cx.app().store.begin_joining(&link).await? else {
        return Ok(Error::LinkUnknown.into_response());
    };
    let tenant = tx.tenant();
    match channel::confirm(&mut tx, &link, cx.session().user(), cx.now()).await? {
        Confirmed::Done(id) => {
            tx.commit(Audit::Act(cx.act("channel.confirm", format!("channel:{id}")))).await?;
            Ok(Redirect::to(&address(tenant)).into_response())
        }
        Confirmed::Missing => Ok(Error::LinkUnknown.into_response()),
    }
}

fn open(cx: &SessionCx, token: &str) -> Option<Capability> {
    cx.app().link_key.open(Purpose::Channel, token, cx.now())
}
