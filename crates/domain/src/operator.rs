//! Operators: the closed set, what each manifest says, and how a wish becomes questions.
//!
//! Promises: adding an operator is one variant here and one file in `operators/`; the compiler names every
//! place that must know. A wish that an operator's answers can never fulfil is refused with the reason.
//! Never fetches or parses: that is the connector's.

pub use crate::code::{RouteCode, TerminalCode, VehicleClass};
pub use crate::target::{Ask, LegSide, Question};

use crate::facts::Currency;
use crate::operators::{bc_ferries, harbour};
use crate::sailing::Sailing;
use crate::watch::{Criteria, Leg, ReturnLeg, Vehicle, Want};
use chrono_tz::Tz;

closed_set! {
    /// A company that runs boats.
    pub enum Operator ("operator") {
        /// The simulators' own operator: no real company.
        Harbour = "harbour",
        /// BC Ferries, British Columbia.
        BcFerries = "bc_ferries",
    }
}

/// A terminal of an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalSpec {
    /// The operator's code.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The zone of its clock.
    pub zone: Tz,
}

/// An ordered pair of terminals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteSpec {
    /// The two codes, joined by `-`.
    pub code: &'static str,
    /// Where it leaves from.
    pub from: &'static str,
    /// Where it goes to.
    pub to: &'static str,
}

/// Something that an operator's answers tell, besides whether there is space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tells {
    /// Whether there is a cabin.
    Cabin,
    /// Whether there is a cabin that takes pets.
    PetCabin,
    /// Prices, in this currency.
    Price(Currency),
}

/// How near an operator's answers stand to what can be booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// A page for people that may be cached on its way: an opening is asked for a second time, afresh.
    Listing,
    /// The answer comes from where bookings are made.
    Api,
}

/// What is fixed about an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Its name.
    pub name: &'static str,
    /// Seconds between two polls of one target at the very least, whatever was bought.
    pub floor_s: u32,
    /// Requests per minute to all of it.
    pub requests_per_min: u32,
    /// Requests at the same time.
    pub concurrency_cap: u8,
    /// Whether a new installation asks it without more ado.
    pub enabled_by_default: bool,
    /// If not, why.
    pub disabled_reason: Option<&'static str>,
    /// The host whose robots.txt is obeyed; also the only host that is asked.
    pub robots_host: &'static str,
    /// Its terminals.
    pub terminals: &'static [TerminalSpec],
    /// Its routes.
    pub routes: &'static [RouteSpec],
    /// Its vehicle classes, from small to large.
    pub classes: &'static [&'static str],
    /// What its answers tell besides space.
    pub tells: &'static [Tells],
    /// How many days ahead its answers reach.
    pub horizon_days: u16,
    /// When its terms were reviewed, and by whom.
    pub terms_reviewed: Option<&'static str>,
    /// Where what we know of its pages comes from.
    pub source: &'static str,
    /// How near its answers stand to what can be booked.
    pub source_kind: SourceKind,
}

/// The class a vehicle falls in, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassFit {
    /// The operator's class.
    pub class: VehicleClass,
    /// A sentence for people.
    pub why: String,
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
        }
    }

    /// The class a vehicle falls in; `None` if it takes no such vehicle.
    pub fn class_of(self, vehicle: &Vehicle) -> Option<ClassFit> {
        match self {
            Operator::Harbour => harbour::class_of(vehicle),
            Operator::BcFerries => bc_ferries::class_of(vehicle),
        }
    }

    /// The questions whose answers tell whether a wish is fulfilled: all of them, and no other.
    pub fn asks(self, criteria: &Criteria, way_back: Option<&ReturnLeg>) -> Result<Vec<Ask>, AskError> {
        self.tells_all_of(criteria)?;
        let no_class = || AskError::NoClass { operator: self.manifest().name, size: criteria.vehicle.size_in_words() };
        let class = self.class_of(&criteria.vehicle).ok_or_else(no_class)?.class;
        let mut asks = self.asks_of_leg(&criteria.leg, LegSide::Outbound, &class)?;
        if let Some(back) = way_back {
            asks.extend(self.asks_of_leg(&back.leg, LegSide::Return, &class)?);
        }
        Ok(asks)
    }

    /// An https link to where a person books this sailing.
    pub fn booking_link(self, sailing: &Sailing) -> String {
        match self {
            Operator::Harbour => harbour::booking_link(sailing),
            Operator::BcFerries => bc_ferries::booking_link(sailing),
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

    fn asks_of_leg(self, leg: &Leg, side: LegSide, class: &VehicleClass) -> Result<Vec<Ask>, AskError> {
        let unknown = || AskError::UnknownRoute { operator: self.manifest().name, route: leg.route.clone() };
        let zone = self.zone_of(&leg.route).ok_or_else(unknown)?;
        let first_day = leg.days().next().ok_or(AskError::NoDay)?;
        let horizon_days = self.manifest().horizon_days;
        let questions = match self {
            Operator::Harbour => harbour::questions(leg),
            Operator::BcFerries => bc_ferries::questions(leg),
        };
        let asks = questions.into_iter().map(|question| Ask {
            from: question.asked_from(zone, first_day, horizon_days),
            until: question.asked_until(zone, leg.last_day()),
            question,
            class: class.clone(),
            leg: side,
        });
        Ok(asks.collect())
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
            Tells::Price(currency) => Some(*currency),
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
