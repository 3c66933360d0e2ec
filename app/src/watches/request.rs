//! What clients send about watches, and what it comes to: a wish that its operator can answer, and beside it the channels,
//! the note and the question. Unknown fields are refused; no field here says who may do what.

use super::form::{self, LegForm, PartyForm, ReturnForm, VehicleForm, WantsForm};
use crate::problem::{Code, FieldError, Problem};
use chrono::{DateTime, Utc};
use domain::{
    facts::Currency,
    id::{ChannelId, UserId},
    operator::Operator,
    watch::{Wanted, WatchState},
};
use serde::{Deserialize, Deserializer, Serialize};
use store::{
    channel::ShownChannel,
    watch::{self, ShownWatch},
};
use utoipa::{IntoParams, ToSchema, openapi::Object};
use uuid::Uuid;

/// The longest note, in characters.
pub(crate) const NOTE_CHARS_MAX: usize = 500;
/// The most channels of one watch.
pub(crate) const CHANNELS_MAX: usize = 20;

/// Which watches.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct WatchQuery {
    /// Only those that are `active`, `paused`, `stopped` or `expired`.
    #[param(value_type = Option<String>)]
    pub(crate) state: Option<WatchState>,
    /// `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
    /// Rows of a page, 1 to 100; 25 without.
    #[param(minimum = 1, maximum = 100)]
    pub(crate) limit: Option<i64>,
}

impl WatchQuery {
    /// The state asked for; deleted ones are not there to be asked for.
    pub(crate) fn state(&self) -> Result<Option<WatchState>, Problem> {
        match self.state {
            Some(WatchState::Deleted) => {
                Err(Problem::bad_request(Code::BadRequest, "state is active, paused, stopped or expired."))
            }
            state => Ok(state),
        }
    }
}

/// A new watch.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "operator": "harbour",
    "leg": {"route": "POR-SAN", "dates": {"range": {"from": "2026-12-18", "to": "2026-12-20"}}},
    "vehicle": {"kind": "motorhome", "length_mm": 6900, "height_mm": 2950, "width_mm": 2300},
    "party": {"adults": 2, "pets": 1},
    "wants": {"cabin": "yes"},
    "note": "Christmas at Ana's"
}))]
pub(crate) struct NewWatch {
    #[schema(schema_with = operators)]
    operator: Operator,
    /// The way out.
    leg: LegForm,
    /// The way back, if it is to be watched too.
    #[serde(rename = "return", default)]
    way_back: Option<ReturnForm>,
    /// What must fit.
    vehicle: VehicleForm,
    /// Who travels.
    party: PartyForm,
    /// What else is wanted; nothing without.
    #[serde(default)]
    wants: WantsForm,
    /// The channels to tell, out of your own; without, all that are confirmed and that new watches tell by default.
    #[serde(default)]
    channels: Option<Vec<Uuid>>,
    /// A note to yourself, at most 500 characters.
    #[serde(default)]
    #[schema(max_length = 500, example = "Christmas at Ana's")]
    note: String,
    /// Whether every alert asks "got it?" with a link that ends the watch; true without.
    #[serde(default = "yes")]
    #[schema(default = true)]
    stop_when_found: bool,
}

/// What is to be changed: each field that is given replaces what was there, whole. A change of the wish (`leg`, `return`,
/// `vehicle`, `party`, `wants`) makes a new version of the watch, which is judged anew.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"vehicle": {"kind": "motorhome", "length_mm": 7400, "height_mm": 2950, "width_mm": 2300}, "if_version": 1}))]
pub(crate) struct ChangeWatch {
    /// Refuse the change (409) unless the watch is still at this version.
    #[serde(default)]
    pub(crate) if_version: Option<i32>,
    #[serde(default)]
    leg: Option<LegForm>,
    /// `null` ends watching the way back.
    #[serde(rename = "return", default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<ReturnForm>)]
    way_back: Option<Option<ReturnForm>>,
    #[serde(default)]
    vehicle: Option<VehicleForm>,
    #[serde(default)]
    party: Option<PartyForm>,
    #[serde(default)]
    wants: Option<WantsForm>,
    /// Out of the channels of whoever made the watch.
    #[serde(default)]
    channels: Option<Vec<Uuid>>,
    /// At most 500 characters.
    #[serde(default)]
    #[schema(max_length = 500)]
    note: Option<String>,
    #[serde(default)]
    stop_when_found: Option<bool>,
}

fn yes() -> bool {
    true
}

/// Tells a field that is null from one that is not there.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<ReturnForm>>, D::Error> {
    Option::<ReturnForm>::deserialize(deserializer).map(Some)
}

fn operators() -> Object {
    form::words("Whose boats, from the list of operators.", Operator::ALL.iter().map(|operator| operator.as_str()))
}

/// What a watch holds besides its wish. No alert depends on it.
pub(crate) struct Aside {
    channels: Vec<ChannelId>,
    note: String,
    stop_when_found: bool,
}

impl Aside {
    /// As a watch has it now.
    pub(crate) fn of(watch: &ShownWatch) -> Aside {
        let ShownWatch { channels, note, stop_when_found, .. } = watch.clone();
        Aside { channels, note, stop_when_found }
    }

    pub(crate) fn as_stored(&self, request_id: Uuid) -> watch::Aside<'_> {
        let Aside { channels, note, stop_when_found } = self;
        watch::Aside { channels, note, stop_when_found: *stop_when_found, request_id: Some(request_id) }
    }

    /// What is chosen.
    pub(crate) fn new(channels: Vec<ChannelId>, note: String, stop_when_found: bool) -> Aside {
        Aside { channels, note, stop_when_found }
    }

    /// What its owner notes for themself.
    pub(crate) fn note(&self) -> &str {
        &self.note
    }

    /// What is wrong with it. Somebody else's channel is as unknown as one that does not exist.
    pub(crate) fn errors(&self, own: &[ShownChannel]) -> Vec<AsideError> {
        let mut errors = Vec::new();
        let chars = self.note.chars().count();
        if chars > NOTE_CHARS_MAX {
            errors.push(AsideError::LongNote(chars));
        }
        if self.note.chars().any(|character| character.is_control() && character != '\n') {
            errors.push(AsideError::UnreadableNote);
        }
        if self.channels.len() > CHANNELS_MAX {
            errors.push(AsideError::ManyChannels);
        }
        let foreign = |id: &&ChannelId| !own.iter().any(|channel| channel.id == **id);
        errors.extend(self.channels.iter().find(foreign).map(|id| AsideError::ForeignChannel(*id)));
        errors
    }
}

/// What is wrong with what stands beside a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AsideError {
    /// The note is long.
    #[error("has {0} characters, must have {most} at most", most = NOTE_CHARS_MAX)]
    LongNote(usize),
    /// The note is no text.
    #[error("holds a control character")]
    UnreadableNote,
    /// More channels than one watch tells.
    #[error("are more than {most}", most = CHANNELS_MAX)]
    ManyChannels,
    /// Somebody else's, or nobody's.
    #[error("{0} is no channel of whoever makes the watch")]
    ForeignChannel(ChannelId),
}

impl AsideError {
    /// The field that is wrong.
    pub(crate) fn field(self) -> &'static str {
        match self {
            AsideError::LongNote(_) | AsideError::UnreadableNote => "note",
            AsideError::ManyChannels | AsideError::ForeignChannel(_) => "channels",
        }
    }
}

impl NewWatch {
    /// What it comes to for somebody with these channels.
    pub(crate) fn read(self, own: &[ShownChannel], now: DateTime<Utc>) -> Result<(Wanted, Aside), Problem> {
        let usable = |channel: &&ShownChannel| channel.works() && channel.is_default;
        let channels = match self.channels {
            Some(named) => named.into_iter().map(ChannelId).collect(),
            None => own.iter().filter(usable).take(CHANNELS_MAX).map(|channel| channel.id).collect(),
        };
        let aside = Aside::new(channels, self.note, self.stop_when_found);
        let criteria = form::criteria(self.leg, self.vehicle, self.party, self.wants);
        let wanted = Wanted::parse(self.operator, criteria, self.way_back.map(Into::into), now);
        let wanted = together(wanted, aside.errors(own))?;
        Ok((wanted, aside))
    }
}

impl ChangeWatch {
    /// What it makes of a watch whose owner has these channels: another wish, if it is another, and what stands beside it.
    pub(crate) fn read(
        self,
        watch: &ShownWatch,
        own: &[ShownChannel],
        now: DateTime<Utc>,
    ) -> Result<(Option<Wanted>, Aside), Problem> {
        let before = Aside::of(watch);
        let aside = Aside {
            channels: self.channels.map_or(before.channels, |named| named.into_iter().map(ChannelId).collect()),
            note: self.note.unwrap_or(before.note),
            stop_when_found: self.stop_when_found.unwrap_or(before.stop_when_found),
        };
        let mut criteria = watch.criteria.clone();
        criteria.leg = self.leg.map_or(criteria.leg, Into::into);
        criteria.vehicle = self.vehicle.map_or(criteria.vehicle, Into::into);
        criteria.party = self.party.map_or(criteria.party, Into::into);
        criteria.wants = self.wants.map_or(criteria.wants, Into::into);
        let way_back = self.way_back.map_or_else(|| watch.return_leg.clone(), |back| back.map(Into::into));
        let same = criteria == watch.criteria && way_back == watch.return_leg;
        let wanted = if same { Ok(None) } else { Wanted::parse(watch.operator, criteria, way_back, now).map(Some) };
        let wanted = together(wanted, aside.errors(own))?;
        Ok((wanted, aside))
    }
}

/// The wish of a watch, as it reads now.
pub(crate) fn again(watch: &ShownWatch, now: DateTime<Utc>) -> Result<Wanted, Problem> {
    let wanted = Wanted::parse(watch.operator, watch.criteria.clone(), watch.return_leg.clone(), now);
    together(wanted, Vec::new())
}

/// All that is wrong, in one answer.
fn together<T>(wanted: Result<T, Vec<domain::watch::FieldError>>, aside: Vec<AsideError>) -> Result<T, Problem> {
    let mut errors: Vec<_> = aside.into_iter().map(|error| FieldError::new(error.field(), error)).collect();
    match wanted {
        Ok(wanted) if errors.is_empty() => Ok(wanted),
        Ok(_) => Err(Problem::invalid(errors)),
        Err(wrong) => {
            errors.splice(0..0, wrong.into_iter().map(|error| FieldError::new(error.field, error.wrong)));
            Err(Problem::invalid(errors))
        }
    }
}

/// A wish as it is stored, for somebody.
pub(crate) fn as_stored<'a>(
    user: UserId,
    (wanted, currency): (&'a Wanted, &'a Currency),
    aside: &'a Aside,
    request_id: Uuid,
) -> watch::NewWatch<'a> {
    watch::NewWatch {
        user,
        operator: wanted.operator,
        criteria: &wanted.criteria,
        return_leg: wanted.way_back.as_ref(),
        currency: currency.as_str(),
        expires_at: wanted.expires_at,
        asks: &wanted.asks,
        channels: &aside.channels,
        note: &aside.note,
        stop_when_found: aside.stop_when_found,
        request_id: Some(request_id),
    }
}
