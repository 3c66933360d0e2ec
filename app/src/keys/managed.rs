//! A tenant's keys as its people manage them: made, rotated and revoked in person, with a fresh proof of who they are for
//! whatever makes one. Promises that a key is shown on one page, once, and that what ends here has ended for the very next
//! request. Never puts a key into an address, a redirect, a list or a log, and never writes by a right that was lost since
//! the request came.

use crate::{
    form::{Form, Refusals},
    input::Path,
    problem::{Code, Problem},
    signed_in::{Frame, MemberCx},
    spoken::Spoken,
    when::When,
};
use askama::Template;
use axum::response::{Html, IntoResponse, Redirect, Response};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    id::{KeyId, TenantId},
    key::{
        ApiKey, KEYS_MAX, KEYS_MAX_IN_OVERLAP, LIFE_DAYS, LIFE_DAYS_MAX, OVERLAP_DAYS_MAX, Scope, State, WARNED_BEFORE,
    },
    name::Name,
    plan::{ApiKeys, Plan},
};
use serde::Deserialize;
use store::{
    TenantTx,
    key::{self, KeyRow, NewKey},
};
use words::{Phrase, Said};

#[derive(Template)]
#[template(path = "keys.html")]
struct KeysPage {
    frame: Frame,
    tenant: TenantId,
    lacking: Option<Said>,
    keys: Vec<Shown>,
}

/// A key in the list.
struct Shown {
    id: KeyId,
    public_id: String,
    /// None of one that an administrator made.
    name: Option<String>,
    scopes: Vec<Said>,
    made_at: When,
    made_by: String,
    used: Option<(When, Said)>,
    standing: Standing,
    works: bool,
    rotates: bool,
}

/// What has become of a key: in a word with its colour, and since or until when.
struct Standing {
    word: Said,
    class: &'static str,
    at: When,
    sentence: Said,
}

#[derive(Template)]
#[template(path = "key_new.html")]
struct NewKeyPage {
    frame: Frame,
    tenant: TenantId,
    lacking: Option<Said>,
    typed: NewKeyForm,
    refused: Refusals,
}

/// What somebody says of a key to make.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKeyForm {
    name: String,
    read: Option<String>,
    write: Option<String>,
    days: String,
}

#[derive(Template)]
#[template(path = "key_rotate.html")]
struct RotatePage {
    frame: Frame,
    tenant: TenantId,
    id: KeyId,
    name: String,
    public_id: String,
    typed: RotateForm,
    refused: Refusals,
}

impl RotatePage {
    fn heading(&self) -> Phrase {
        let heading = self.frame.say("key-rotate-title");
        let name = &self.name;
        if name.is_empty() { heading.with("name", Said::new("key-unnamed")) } else { heading.with("name", name) }
    }
}

/// What somebody says of a key to replace.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotateForm {
    days: String,
    overlap: String,
}

#[derive(Template)]
#[template(path = "key_made.html")]
struct MadePage<'a> {
    frame: Frame,
    tenant: TenantId,
    key: &'a str,
    until: When,
    replaced: Option<Said>,
}

pub(crate) async fn list(cx: MemberCx) -> Result<Html<String>, Problem> {
    let mut tx = cx.begin().await?;
    let rows = key::list(&mut tx, cx.now()).await?;
    let frame = cx.frame().await?;
    let keys = rows.into_iter().map(|row| shown(row, &frame)).collect();
    let membership = cx.membership();
    Ok(Html(KeysPage { frame, tenant: membership.tenant(), lacking: lacking(membership.plan()), keys }.render()?))
}

pub(crate) async fn ask_new(cx: MemberCx) -> Result<Response, Problem> {
    let typed = NewKeyForm { name: String::new(), read: Some(String::new()), write: None, days: LIFE_DAYS.to_string() };
    new_page(&cx, typed, Refusals::default()).await
}

pub(crate) async fn create(cx: MemberCx, Form(typed): Form<NewKeyForm>) -> Result<Response, Problem> {
    let mut refused = Refusals::default();
    let name = refused.take("name", Name::parse(&typed.name));
    let days = refused.take("days", days(&typed.days, 1, LIFE_DAYS_MAX));
    let chosen = [(Scope::Read, &typed.read), (Scope::Write, &typed.write)];
    let scopes: Vec<Scope> = chosen.iter().filter(|(_, ticked)| ticked.is_some()).map(|(scope, _)| *scope).collect();
    if scopes.is_empty() {
        refused.say("scopes", Said::new("key-scopes-none"));
    }
    let (Some(name), Some(days), true) = (name, days, refused.is_empty()) else {
        return new_page(&cx, typed, refused).await;
    };
    let (mut tx, by) = cx.begin_keys().await?;
    must_have_keys(by.plan())?;
    must_have_room(&mut tx, KEYS_MAX, cx.now()).await?;
    let (key, until) = (draw(&cx), cx.now() + TimeDelta::days(days));
    insert(&mut tx, &cx, &key, (KeyId(cx.app().chance.id()), name.as_str(), &scopes, until)).await?;
    cx.commit(tx, "key.create", key.public_id().to_owned()).await?;
    made(&cx, &key, until, None).await
}

pub(crate) async fn ask_rotate(cx: MemberCx, Path((_, id)): Path<(TenantId, KeyId)>) -> Result<Response, Problem> {
    let row = rotatable(&cx, id).await?;
    let typed = RotateForm { days: LIFE_DAYS.to_string(), overlap: "1".to_owned() };
    rotate_page(&cx, &row, typed, Refusals::default()).await
}

/// Makes a key for the same purpose, and has the old one end. Who rotates is the maker of the new one: they see it.
pub(crate) async fn rotate(
    cx: MemberCx,
    Path((_, id)): Path<(TenantId, KeyId)>,
    Form(typed): Form<RotateForm>,
) -> Result<Response, Problem> {
    let old = rotatable(&cx, id).await?;
    let mut refused = Refusals::default();
    let (life, overlap) = (days(&typed.days, 1, LIFE_DAYS_MAX), days(&typed.overlap, 0, OVERLAP_DAYS_MAX));
    let (Some(life), Some(overlap)) = (refused.take("days", life), refused.take("overlap", overlap)) else {
        return rotate_page(&cx, &old, typed, refused).await;
    };
    let (mut tx, by) = cx.begin_keys().await?;
    must_have_keys(by.plan())?;
    must_have_room(&mut tx, KEYS_MAX_IN_OVERLAP, cx.now()).await?;
    let (key, until) = (draw(&cx), cx.now() + TimeDelta::days(life));
    let new = KeyId(cx.app().chance.id());
    insert(&mut tx, &cx, &key, (new, &old.name, &old.scopes, until)).await?;
    let ends_at = cx.now() + TimeDelta::days(overlap);
    if !key::replace(&mut tx, (id, new), ends_at, cx.now()).await? {
        return Err(ended());
    }
    cx.commit(tx, "key.rotate", format!("{} {}", old.public_id, key.public_id())).await?;
    made(&cx, &key, until, Some((&old.public_id, ends_at.min(old.life.expires_at)))).await
}

/// Ends a key at once. Never counted and without a new proof of who it is: what protects must always work.
pub(crate) async fn revoke(cx: MemberCx, Path((_, id)): Path<(TenantId, KeyId)>) -> Result<Redirect, Problem> {
    let (mut tx, _) = cx.begin_keys().await?;
    let public_id = key::revoke(&mut tx, id, cx.now()).await?.ok_or_else(Problem::not_found)?;
    cx.commit(tx, "key.revoke", public_id).await?;
    Ok(Redirect::to(&format!("/t/{}/keys", cx.membership().tenant())))
}

/// A number of days that somebody typed.
fn days(text: &str, least: i64, most: i64) -> Result<i64, Said> {
    let number = text.trim().parse().ok().filter(|days| (least..=most).contains(days));
    number.ok_or_else(|| Said::new("days-wrong").with("least", least).with("most", most))
}

/// Which plan has keys, for whoever has none.
fn lacking(plan: Plan) -> Option<Said> {
    let said = || Said::new("keys-lacking").with("plan", plan.said()).with("least", Plan::least_with_keys().said());
    (plan.limits().api_keys == ApiKeys::None).then(said)
}

fn must_have_keys(plan: Plan) -> Result<(), Problem> {
    lacking(plan).map_or(Ok(()), |why| Err(Problem::said(Code::PlanLimit, why)))
}

/// Holds up whoever else makes a key here, and refuses one too many.
async fn must_have_room(tx: &mut TenantTx, most: i64, now: DateTime<Utc>) -> Result<(), Problem> {
    key::lock(tx).await?;
    if key::count(tx, now).await? < most {
        return Ok(());
    }
    Err(Problem::said(Code::Conflict, Said::new("keys-too-many").with("most", most)))
}

fn draw(cx: &MemberCx) -> ApiKey {
    let (id, secret) = (cx.app().chance.bytes(), cx.app().chance.bytes());
    ApiKey::mint(*id.first_chunk().expect("BUG: 32 bytes hold 8"), secret)
}

async fn insert(
    tx: &mut TenantTx,
    cx: &MemberCx,
    key: &ApiKey,
    (id, name, scopes, until): (KeyId, &str, &[Scope], DateTime<Utc>),
) -> Result<(), Problem> {
    let by = cx.membership().user();
    Ok(key::insert(tx, &NewKey { id, key, name, scopes, by, life: (cx.now(), until) }).await?)
}

/// The key, if it works and was not replaced yet.
async fn rotatable(cx: &MemberCx, id: KeyId) -> Result<KeyRow, Problem> {
    let mut tx = cx.begin().await?;
    let row = key::show(&mut tx, id).await?.ok_or_else(Problem::not_found)?;
    if row.life.state(cx.now()) == State::Live { Ok(row) } else { Err(ended()) }
}

fn ended() -> Problem {
    Problem::said(Code::Conflict, Said::new("key-over"))
}

fn shown(row: KeyRow, frame: &Frame) -> Shown {
    let state = row.life.state(frame.now);
    Shown {
        id: row.id,
        public_id: row.public_id,
        name: Some(row.name).filter(|name| !name.is_empty()),
        scopes: row.scopes.iter().map(Spoken::said).collect(),
        made_at: frame.when(row.life.created_at),
        made_by: row.made_by,
        used: row.last_used_at.map(|at| (frame.when(at), frame.ago(at))),
        standing: standing(state, row.life.expires_at, frame),
        works: matches!(state, State::Live | State::Replaced),
        rotates: state == State::Live,
    }
}

fn standing(state: State, expires_at: DateTime<Utc>, frame: &Frame) -> Standing {
    let (word, class, at, sentence) = match state {
        State::Live if expires_at <= frame.now + WARNED_BEFORE => ("keys-soon-chip", "heed", expires_at, "keys-soon"),
        State::Live => ("keys-live", "open", expires_at, "keys-until"),
        State::Replaced => ("keys-replaced", "heed", expires_at, "keys-replaced-until"),
        State::Expired => ("keys-ended", "", expires_at, "keys-ended-at"),
        State::Revoked(at) => ("keys-revoked", "full", at, "keys-revoked-at"),
    };
    let at = frame.when(at);
    Standing { word: Said::new(word), class, at, sentence: Said::new(sentence).with("at", at) }
}

async fn new_page(cx: &MemberCx, typed: NewKeyForm, refused: Refusals) -> Result<Response, Problem> {
    let membership = cx.membership();
    let (status, lacking) = (refused.status(), lacking(membership.plan()));
    let page = NewKeyPage { frame: cx.frame().await?, tenant: membership.tenant(), lacking, typed, refused };
    Ok((status, Html(page.render()?)).into_response())
}

async fn rotate_page(cx: &MemberCx, old: &KeyRow, typed: RotateForm, refused: Refusals) -> Result<Response, Problem> {
    let (name, public_id) = (old.name.clone(), old.public_id.clone());
    let (frame, tenant, status) = (cx.frame().await?, cx.membership().tenant(), refused.status());
    let page = RotatePage { frame, tenant, id: old.id, name, public_id, typed, refused };
    Ok((status, Html(page.render()?)).into_response())
}

/// The one page that shows a key. `shield` has it kept nowhere.
async fn made(
    cx: &MemberCx,
    key: &ApiKey,
    until: DateTime<Utc>,
    old: Option<(&str, DateTime<Utc>)>,
) -> Result<Response, Problem> {
    let frame = cx.frame().await?;
    let until = frame.when(until);
    let replaced = old.map(|(public_id, ends_at)| match ends_at <= cx.now() {
        true => Said::new("key-made-replaced").with("key", public_id),
        false => Said::new("key-made-overlap").with("key", public_id).with("at", frame.when(ends_at)),
    });
    let page = MadePage { frame, tenant: cx.membership().tenant(), key: key.expose(), until, replaced };
    Ok(Html(page.render()?).into_response())
}
