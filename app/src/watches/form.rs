//! A wish as it is written by clients and shown back to them: the same fields both ways, so that what was read can be
//! changed and sent again. Holds nothing that decides who may do what: whose a watch is, its plan, its interval and its
//! state never come from outside.

use chrono::{NaiveDate, NaiveTime};
use domain::{
    code::RouteCode,
    facts::{Currency, Price},
    watch::{Criteria, Dates, Leg, Party, ReturnLeg, ReturnRule, Vehicle, VehicleKind, Want, Wants, Weekdays, Window},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::{
    ToSchema,
    openapi::{Object, ObjectBuilder, Type},
};

/// One direction of a journey.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Leg)]
pub(crate) struct LegForm {
    /// The operator's route, from the list of its routes.
    #[schema(value_type = String, example = "POR-SAN")]
    pub(crate) route: RouteCode,
    /// On which days, at most 62, on the clock of the terminal of departure.
    #[schema(value_type = DatesFields)]
    pub(crate) dates: DatesForm,
    /// Of those, only on these days of the week; any without.
    #[serde(default)]
    #[schema(value_type = Vec<String>, example = json!(["fri", "sat", "sun"]), required = false)]
    pub(crate) weekdays: Weekdays,
    /// Leaving between these times; any time without.
    #[serde(default)]
    pub(crate) window: Option<WindowForm>,
}

/// Days: give either `range` or `picked`.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Dates, example = json!({"range": {"from": "2026-12-18", "to": "2026-12-20"}}))]
pub(crate) struct DatesFields {
    /// All days from one to another, both included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    range: Option<RangeFields>,
    /// These days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<NaiveDate>>)]
    picked: Option<BTreeSet<NaiveDate>>,
}

/// All days from one to another, both included.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = DateRange)]
pub(crate) struct RangeFields {
    /// The first.
    #[schema(example = "2026-12-18")]
    from: NaiveDate,
    /// The last.
    #[schema(example = "2026-12-20")]
    to: NaiveDate,
}

/// Days, of which one of the two ways was given.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "DatesFields", into = "DatesFields")]
pub(crate) struct DatesForm(Dates);

impl TryFrom<DatesFields> for DatesForm {
    type Error = &'static str;

    fn try_from(fields: DatesFields) -> Result<DatesForm, &'static str> {
        match fields {
            DatesFields { range: Some(RangeFields { from, to }), picked: None } => {
                Ok(DatesForm(Dates::Range { from, to }))
            }
            DatesFields { range: None, picked: Some(days) } => Ok(DatesForm(Dates::Picked(days))),
            DatesFields { .. } => Err("takes either `range` or `picked`"),
        }
    }
}

impl From<DatesForm> for DatesFields {
    fn from(DatesForm(dates): DatesForm) -> DatesFields {
        match dates {
            Dates::Range { from, to } => DatesFields { range: Some(RangeFields { from, to }), picked: None },
            Dates::Picked(days) => DatesFields { range: None, picked: Some(days) },
        }
    }
}

/// Departure times, both included, on the clock of the terminal. Never over midnight.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Window)]
pub(crate) struct WindowForm {
    /// The earliest.
    #[schema(value_type = String, example = "06:00:00")]
    pub(crate) from: NaiveTime,
    /// The latest.
    #[schema(value_type = String, example = "22:30:00")]
    pub(crate) to: NaiveTime,
}

/// A vehicle as it stands on the quay.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Vehicle)]
pub(crate) struct VehicleForm {
    #[schema(schema_with = vehicle_kinds)]
    pub(crate) kind: VehicleKind,
    /// Without rack and trailer, in millimetres: a motorhome of 6.9 m is 6900.
    #[schema(example = 6_900, minimum = 1_000, maximum = 25_000)]
    pub(crate) length_mm: u32,
    /// The highest point, roof box included.
    #[schema(example = 2_950, minimum = 500, maximum = 5_000)]
    pub(crate) height_mm: u32,
    /// Without mirrors.
    #[schema(example = 2_300, minimum = 500, maximum = 4_000)]
    pub(crate) width_mm: u32,
    /// What a trailer or caravan adds, coupling included; 0 without.
    #[serde(default)]
    #[schema(example = 0, maximum = 20_000)]
    pub(crate) trailer_length_mm: u32,
    /// What a bike rack adds; 0 without.
    #[serde(default)]
    #[schema(example = 0, maximum = 3_000)]
    pub(crate) bike_rack_mm: u32,
}

/// Who travels.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Party)]
pub(crate) struct PartyForm {
    /// Adults, the driver included.
    #[schema(example = 2, minimum = 1, maximum = 20)]
    pub(crate) adults: u8,
    /// Children.
    #[serde(default)]
    #[schema(example = 0, maximum = 20)]
    pub(crate) children: u8,
    /// Infants.
    #[serde(default)]
    #[schema(example = 0, maximum = 20)]
    pub(crate) infants: u8,
    /// Pets.
    #[serde(default)]
    #[schema(example = 0, maximum = 10)]
    pub(crate) pets: u8,
}

/// What is wanted besides space for the vehicle. An operator must tell of it, or the watch is refused.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = Wants)]
pub(crate) struct WantsForm {
    #[schema(schema_with = cabin)]
    pub(crate) cabin: Want,
    #[schema(schema_with = pet_cabin)]
    pub(crate) pet_cabin: Want,
    /// The most it may cost.
    pub(crate) price_ceiling: Option<PriceForm>,
}

impl Default for WantsForm {
    fn default() -> WantsForm {
        Wants::default().into()
    }
}

/// An amount of money.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Price)]
pub(crate) struct PriceForm {
    /// In the smallest unit of its currency: cents, pence, öre.
    #[schema(example = 35_000, minimum = 1, maximum = 10_000_000)]
    pub(crate) minor: i64,
    /// ISO 4217; the currency of the operator's prices.
    #[schema(value_type = String, example = "EUR")]
    pub(crate) currency: Currency,
}

/// The way back: a leg, and when to tell.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Return)]
pub(crate) struct ReturnForm {
    /// The operator's route of the way back.
    #[schema(value_type = String, example = "SAN-POR")]
    pub(crate) route: RouteCode,
    /// On which days, at most 62.
    #[schema(value_type = DatesFields)]
    pub(crate) dates: DatesForm,
    /// Of those, only on these days of the week; any without.
    #[serde(default)]
    #[schema(value_type = Vec<String>, example = json!(["mon"]), required = false)]
    pub(crate) weekdays: Weekdays,
    /// Leaving between these times; any time without.
    #[serde(default)]
    pub(crate) window: Option<WindowForm>,
    #[schema(schema_with = return_rules)]
    pub(crate) rule: ReturnRule,
}

/// The schema of one word out of a closed set.
pub(crate) fn words(about: &str, words: impl IntoIterator<Item = &'static str>) -> Object {
    ObjectBuilder::new().schema_type(Type::String).description(Some(about)).enum_values(Some(words)).build()
}

fn vehicle_kinds() -> Object {
    words("What kind of vehicle, in people's words.", VehicleKind::ALL.iter().map(|kind| kind.as_str()))
}

fn cabin() -> Object {
    words("Whether only a sailing with a cabin will do; no without.", Want::ALL.iter().map(|want| want.as_str()))
}

fn pet_cabin() -> Object {
    let about = "Whether only a sailing with a cabin that takes pets will do; no without.";
    words(about, Want::ALL.iter().map(|want| want.as_str()))
}

fn return_rules() -> Object {
    let about = "Tell when either leg has space, or only when both have.";
    words(about, ReturnRule::ALL.iter().map(|rule| rule.as_str()))
}

/// A wish of its parts.
pub(crate) fn criteria(leg: LegForm, vehicle: VehicleForm, party: PartyForm, wants: WantsForm) -> Criteria {
    Criteria { leg: leg.into(), vehicle: vehicle.into(), party: party.into(), wants: wants.into() }
}

impl From<LegForm> for Leg {
    fn from(LegForm { route, dates, weekdays, window }: LegForm) -> Leg {
        Leg { route, dates: dates.0, weekdays, window: window.map(|WindowForm { from, to }| Window { from, to }) }
    }
}

impl From<Leg> for LegForm {
    fn from(Leg { route, dates, weekdays, window }: Leg) -> LegForm {
        let window = window.map(|Window { from, to }| WindowForm { from, to });
        LegForm { route, dates: DatesForm(dates), weekdays, window }
    }
}

impl From<ReturnForm> for ReturnLeg {
    fn from(ReturnForm { route, dates, weekdays, window, rule }: ReturnForm) -> ReturnLeg {
        ReturnLeg { leg: LegForm { route, dates, weekdays, window }.into(), rule }
    }
}

impl From<ReturnLeg> for ReturnForm {
    fn from(ReturnLeg { leg, rule }: ReturnLeg) -> ReturnForm {
        let LegForm { route, dates, weekdays, window } = leg.into();
        ReturnForm { route, dates, weekdays, window, rule }
    }
}

// The fields of these are the same here and in the domain, so each is written once for both directions.
macro_rules! alike {
    ($form:ident = $noun:ident { $($field:ident),+ }) => {
        impl From<$form> for $noun {
            fn from($form { $($field),+ }: $form) -> $noun {
                $noun { $($field),+ }
            }
        }

        impl From<$noun> for $form {
            fn from($noun { $($field),+ }: $noun) -> $form {
                $form { $($field),+ }
            }
        }
    };
}

alike!(VehicleForm = Vehicle { kind, length_mm, height_mm, width_mm, trailer_length_mm, bike_rack_mm });
alike!(PartyForm = Party { adults, children, infants, pets });
alike!(PriceForm = Price { minor, currency });

impl From<WantsForm> for Wants {
    fn from(WantsForm { cabin, pet_cabin, price_ceiling }: WantsForm) -> Wants {
        Wants { cabin, pet_cabin, price_ceiling: price_ceiling.map(Into::into) }
    }
}

impl From<Wants> for WantsForm {
    fn from(Wants { cabin, pet_cabin, price_ceiling }: Wants) -> WantsForm {
        WantsForm { cabin, pet_cabin, price_ceiling: price_ceiling.map(Into::into) }
    }
}
