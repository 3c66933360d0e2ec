//! Sailings and facts as they are shown, in lists and in alerts alike.

use chrono::{DateTime, NaiveDateTime, Utc};
use domain::{
    facts::{Availability, ClassFacts, Facts},
    sailing::Sailing,
};
use serde::Serialize;
use utoipa::ToSchema;

/// One scheduled departure.
#[derive(Serialize, ToSchema)]
pub(crate) struct SailingView {
    /// Who runs it.
    #[schema(example = "harbour")]
    operator: &'static str,
    /// From where to where.
    #[schema(example = "POR-SAN")]
    route: String,
    /// What tells it from the others of its route.
    #[schema(example = "H-20260711-1")]
    key: String,
    /// When it is scheduled to leave, on the clock of the terminal.
    #[schema(example = "2026-07-11T22:00:00")]
    departs_local: NaiveDateTime,
    /// The IANA zone of that clock.
    #[schema(example = "Europe/London")]
    zone: &'static str,
    /// The same as an instant.
    departs_at: DateTime<Utc>,
    /// The ship, if the operator says.
    vessel: Option<String>,
    /// Where a person books it.
    #[schema(example = "https://harbour.ferryalert.test/book?route=POR-SAN&sailing=H-20260711-1")]
    booking_link: String,
}

/// What is known of a sailing.
#[derive(Serialize, ToSchema)]
pub(crate) struct FactsView {
    /// Of each vehicle class of the operator of which anything is known.
    classes: Vec<ClassFactsView>,
    /// Whether there is a cabin, if the operator tells.
    cabin: Option<AvailabilityView>,
    /// Whether there is a cabin that takes pets, if the operator tells.
    pet_cabin: Option<AvailabilityView>,
}

/// What is known of one vehicle class on a sailing.
#[derive(Serialize, ToSchema)]
pub(crate) struct ClassFactsView {
    /// The operator's class.
    #[schema(example = "motorhome")]
    class: String,
    #[serde(flatten)]
    availability: AvailabilityView,
    /// What it costs, if the operator says.
    price: Option<PriceView>,
}

/// Whether there is space.
#[derive(Serialize, ToSchema)]
pub(crate) struct AvailabilityView {
    /// `available`, `full`, `not_released`, `cancelled` or `unknown`.
    #[schema(example = "available")]
    availability: &'static str,
    /// How many are left, if the operator says.
    #[schema(example = 2)]
    spaces: Option<u32>,
}

/// An amount of money.
#[derive(Serialize, ToSchema)]
pub(crate) struct PriceView {
    /// In the smallest unit of its currency: cents, pence, öre.
    #[schema(example = 33_400)]
    minor: i64,
    /// ISO 4217.
    #[schema(example = "EUR")]
    currency: String,
}

impl SailingView {
    pub(crate) fn of(sailing: &Sailing) -> SailingView {
        SailingView {
            operator: sailing.operator.as_str(),
            route: sailing.route.to_string(),
            key: sailing.key.to_string(),
            departs_local: sailing.departs_local,
            zone: sailing.zone.name(),
            departs_at: sailing.departs_at,
            vessel: sailing.vessel.as_ref().map(ToString::to_string),
            booking_link: sailing.operator.booking_link(sailing),
        }
    }
}

impl FactsView {
    pub(crate) fn of(facts: &Facts) -> FactsView {
        let class = |(class, facts): (&domain::code::VehicleClass, &ClassFacts)| ClassFactsView {
            class: class.to_string(),
            availability: AvailabilityView::of(facts.availability),
            price: facts.price.map(|price| PriceView { minor: price.minor, currency: price.currency.to_string() }),
        };
        FactsView {
            classes: facts.classes.iter().map(class).collect(),
            cabin: facts.cabin.map(AvailabilityView::of),
            pet_cabin: facts.pet_cabin.map(AvailabilityView::of),
        }
    }
}

impl AvailabilityView {
    fn of(availability: Availability) -> AvailabilityView {
        let (availability, spaces) = match availability {
            Availability::Available { spaces } => ("available", spaces),
            Availability::Full => ("full", None),
            Availability::NotReleased => ("not_released", None),
            Availability::Cancelled => ("cancelled", None),
            Availability::Unknown => ("unknown", None),
        };
        AvailabilityView { availability, spaces }
    }
}
