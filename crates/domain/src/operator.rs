//! Operators: the closed set, what each manifest says, and how a wish becomes questions.
//!
//! Promises: adding an operator is one variant here and one file in `operator/`; the compiler names every
//! place that must know. A wish that an operator's answers can never fulfil is refused with the reason.
//! Never fetches or parses: that is the connector's.

pub use crate::code::{RouteCode, TerminalCode, VehicleClass};
pub use crate::target::{Ask, LegSide, Question};
pub use manifest::{
    ClassSpec, Evidence, EvidenceTag, Manifest, Permission, Release, ReleaseTime, RouteSpec, SourceKind, SpaceTold,
    Tells, TerminalSpec,
};
pub use verdict::{ClassVerdict, Measured, TooLarge};

use crate::facts::Currency;
use crate::sailing::Sailing;
use crate::watch::{Criteria, Leg, ReturnLeg, Vehicle, Want};
use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use std::ops::RangeInclusive;

mod bc_ferries;
mod brittany;
mod harbour;
mod manifest;
pub mod search;
mod verdict;
mod wsf;

closed_set! {
    /// A company that runs boats.
    pub enum Operator ("operator") {
        /// The simulators' own operator: no real company.
        Harbour = "harbour",
        /// BC Ferries, British Columbia.
        BcFerries = "bc_ferries",
        /// Brittany Ferries, between Britain, Ireland, France and Spain.
        Brittany = "brittany",
        /// Washington State Ferries.
        Wsf = "wsf",
    }
}

/// The class a vehicle falls in, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassFit {
    /// The operator's class.
    pub class: VehicleClass,
    /// A sentence for people.
    pub why: String,
}

/// What of a wish may be part of a question. It is little, so that many wishes share one question.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    /// The vehicle class.
    pub(crate) class: &'a VehicleClass,
    /// Whether a cabin that takes pets is wanted.
    pub(crate) pet_cabin: Want,
}

/// Why an operator cannot answer a wish.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// It has no such route.
    #[error("{operator} has no route {route}")]
    UnknownRoute {
        /// The operator's name.
        operator: &'static str,
        /// The route in question.
        route: RouteCode,
    },
    /// No class takes the vehicle.
    #[error("{operator} takes no vehicle that is {size}")]
    NoClass {
        /// The operator's name.
        operator: &'static str,
        /// The vehicle's size in words.
        size: String,
    },
    /// Its answers never say that there is space for such a vehicle, so the watch would never alert.
    #[error("{operator} does not tell of space for a vehicle that is {size}")]
    SpaceNotTold {
        /// The operator's name.
        operator: &'static str,
        /// The vehicle's size in words.
        size: String,
    },
    /// Something is wanted that its answers never tell, so the watch would never alert.
    #[error("{operator} does not tell of {what}")]
    NotTold {
        /// The operator's name.
        operator: &'static str,
        /// What it does not tell.
        what: &'static str,
    },
    /// The price ceiling is in another currency than its prices.
    #[error("{operator} has prices in {currency}")]
    OtherCurrency {
        /// The operator's name.
        operator: &'static str,
        /// The currency of its prices.
        currency: Currency,
    },
    /// The leg has no day.
    #[error("no day is wanted")]
    NoDay,
}

impl Operator {
    /// What is fixed about it.
    pub fn manifest(self) -> &'static Manifest {
        match self {
            Operator::Harbour => &harbour::MANIFEST,
            Operator::BcFerries => &bc_ferries::MANIFEST,
            Operator::Brittany => &brittany::MANIFEST,
            Operator::Wsf => &wsf::MANIFEST,
        }
    }

    /// The setting that names another address than its own for it; development only.
    pub fn url_setting(self) -> String {
        format!("FERRY_{}_URL", self.as_str().to_uppercase())
    }

    /// The class a vehicle falls in; `None` if it takes no such vehicle.
    pub fn class_of(self, vehicle: &Vehicle) -> Option<ClassFit> {
        match self {
            Operator::Harbour => harbour::class_of(vehicle),
            Operator::BcFerries => bc_ferries::class_of(vehicle),
            Operator::Brittany => brittany::class_of(vehicle),
            Operator::Wsf => wsf::class_of(vehicle),
        }
    }

    /// The questions whose answers tell whether a wish is fulfilled: all of them, and no other.
    pub fn asks(self, criteria: &Criteria, way_back: Option<&ReturnLeg>) -> Result<Vec<Ask>, AskError> {
        self.tells_all_of(criteria)?;
        let no_class = || AskError::NoClass { operator: self.manifest().name, size: criteria.vehicle.size_in_words() };
        let class = self.class_of(&criteria.vehicle).ok_or_else(no_class)?.class;
        self.tells_space_for(&class, &criteria.vehicle)?;
        let wanted = Wanted { class: &class, pet_cabin: criteria.wants.pet_cabin };
        let mut asks = self.asks_of_leg(&criteria.leg, LegSide::Outbound, wanted)?;
        if let Some(back) = way_back {
            asks.extend(self.asks_of_leg(&back.leg, LegSide::Return, wanted)?);
        }
        Ok(asks)
    }

    /// An https link to where a person books this sailing.
    pub fn booking_link(self, sailing: &Sailing) -> String {
        match self {
            Operator::Harbour => harbour::booking_link(sailing),
            Operator::BcFerries => bc_ferries::booking_link(sailing),
            Operator::Brittany => brittany::booking_link(sailing),
            Operator::Wsf => wsf::booking_link(sailing),
        }
    }

    /// A route of this operator.
    pub fn route(self, code: &RouteCode) -> Option<&'static RouteSpec> {
        self.manifest().routes.iter().find(|route| route.code == code.as_str())
    }

    /// A terminal of this operator.
    pub fn terminal(self, code: &str) -> Option<&'static TerminalSpec> {
        self.manifest().terminals.iter().find(|terminal| terminal.code == code)
    }

    /// The zone on whose clock the sailings of a route leave.
    pub fn zone_of(self, route: &RouteCode) -> Option<Tz> {
        let route = self.route(route)?;
        Some(self.terminal(route.from)?.zone)
    }

    /// The first and the last day of which it tells on a route, on the clock of the terminal.
    pub fn days_told(self, route: &RouteCode, now: DateTime<Utc>) -> Option<RangeInclusive<NaiveDate>> {
        let today = now.with_timezone(&self.zone_of(route)?).date_naive();
        Some(today..=today.checked_add_days(Days::new(u64::from(self.manifest().horizon_days)))?)
    }

    fn asks_of_leg(self, leg: &Leg, side: LegSide, wanted: Wanted<'_>) -> Result<Vec<Ask>, AskError> {
        let unknown = || AskError::UnknownRoute { operator: self.manifest().name, route: leg.route.clone() };
        let zone = self.zone_of(&leg.route).ok_or_else(unknown)?;
        let first_day = leg.days().next().ok_or(AskError::NoDay)?;
        let horizon_days = self.manifest().horizon_days;
        let questions = match self {
            Operator::Harbour => harbour::questions(leg),
            Operator::BcFerries => bc_ferries::questions(leg),
            Operator::Brittany => brittany::questions(leg, wanted),
            Operator::Wsf => wsf::questions(leg),
        };
        let asks = questions.into_iter().map(|question| Ask {
            from: question.asked_from(zone, first_day, horizon_days),
            until: question.asked_until(zone, leg.last_day()),
            question,
            class: wanted.class.clone(),
            leg: side,
        });
        Ok(asks.collect())
    }

    fn tells_space_for(self, class: &VehicleClass, vehicle: &Vehicle) -> Result<(), AskError> {
        let manifest = self.manifest();
        match manifest.class(class.as_str()).map(|class| class.space) {
            Some(SpaceTold::Yes) => Ok(()),
            Some(SpaceTold::Never) | None => {
                Err(AskError::SpaceNotTold { operator: manifest.name, size: vehicle.size_in_words() })
            }
        }
    }

    fn tells_all_of(self, criteria: &Criteria) -> Result<(), AskError> {
        let Manifest { name: operator, tells, .. } = *self.manifest();
        let wants = &criteria.wants;
        if wants.cabin == Want::Yes && !tells.contains(&Tells::Cabin) {
            return Err(AskError::NotTold { operator, what: "cabins" });
        }
        if wants.pet_cabin == Want::Yes && !tells.contains(&Tells::PetCabin) {
            return Err(AskError::NotTold { operator, what: "pet cabins" });
        }
        let Some(ceiling) = wants.price_ceiling else {
            return Ok(());
        };
        let currency = tells.iter().find_map(|told| match told {
            Tells::Price { currency, .. } => Some(*currency),
            Tells::Cabin | Tells::PetCabin => None,
        });
        match currency {
            None => Err(AskError::NotTold { operator, what: "prices" }),
            Some(currency) if currency != ceiling.currency => Err(AskError::OtherCurrency { operator, currency }),
            Some(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
