//! A wish, held against its operator and found good: the one door through which criteria become a watch.
//!
//! Promises: everything that is wrong is said at once, each with its field; what comes out can be asked, has a
//! class and an end. Never knows who wants it or what their plan allows.

use super::{Criteria, FieldError, Leg, ReturnLeg, Wrong, expires_at, watched_days};
use crate::facts::Currency;
use crate::operator::{Ask, AskError, ClassFit, Operator, Tells};
use chrono::{DateTime, NaiveDate, Utc};

/// A wish that its operator can answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Who is asked.
    pub operator: Operator,
    /// What is wanted.
    pub criteria: Criteria,
    /// The way back, if wanted.
    pub way_back: Option<ReturnLeg>,
    /// The class the vehicle falls in, and why.
    pub fit: ClassFit,
    /// The questions that answer it.
    pub asks: Vec<Ask>,
    /// The days it counts for against a plan.
    pub days: u32,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
}

impl Wanted {
    /// Holds a wish against the bounds and against its operator. `now` tells which day it is at each terminal.
    pub fn parse(
        operator: Operator,
        criteria: Criteria,
        way_back: Option<ReturnLeg>,
        now: DateTime<Utc>,
    ) -> Result<Wanted, Vec<FieldError>> {
        let mut errors = Vec::new();
        let today = |leg: &Leg| today_on(operator, leg, now);
        errors.extend(unknown_route(operator, &criteria.leg, "leg.route"));
        errors.extend(criteria.clone().validate(today(&criteria.leg)).err().unwrap_or_default());
        if let Some(back) = &way_back {
            errors.extend(unknown_route(operator, &back.leg, "return.route"));
            errors.extend(back.clone().validate(&criteria, today(&back.leg)).err().unwrap_or_default());
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let asks = operator.asks(&criteria, way_back.as_ref()).map_err(|error| vec![refused(error)])?;
        let fit = operator.class_of(&criteria.vehicle).expect("BUG: what can be asked has a class");
        let days = watched_days(&criteria, way_back.as_ref());
        let expires_at = expires_at(&criteria, way_back.as_ref(), operator);
        Ok(Wanted { operator, criteria, way_back, fit, asks, days, expires_at })
    }

    /// The currency of the operator's prices; euro where it tells none.
    pub fn currency(&self) -> Currency {
        let told = self.operator.manifest().tells.iter().find_map(|told| match told {
            Tells::Price { currency, .. } => Some(*currency),
            Tells::Cabin | Tells::PetCabin => None,
        });
        told.unwrap_or(Currency::EUR)
    }
}

/// The day at the terminal a leg leaves from; on a route that is none, the day of UTC.
fn today_on(operator: Operator, leg: &Leg, now: DateTime<Utc>) -> NaiveDate {
    operator.zone_of(&leg.route).map_or_else(|| now.date_naive(), |zone| now.with_timezone(&zone).date_naive())
}

fn unknown_route(operator: Operator, leg: &Leg, field: &'static str) -> Option<FieldError> {
    let error = AskError::UnknownRoute { operator: operator.manifest().name, route: leg.route.clone() };
    operator.route(&leg.route).is_none().then_some(FieldError { field, wrong: Wrong::NotAnswered(error) })
}

fn refused(error: AskError) -> FieldError {
    let field = match &error {
        AskError::UnknownRoute { .. } => "leg.route",
        AskError::NoClass { .. } | AskError::SpaceNotTold { .. } => "vehicle",
        AskError::NotTold { what: "cabins", .. } => "wants.cabin",
        AskError::NotTold { what: "pet cabins", .. } => "wants.pet_cabin",
        AskError::NotTold { .. } | AskError::OtherCurrency { .. } => "wants.price_ceiling",
        AskError::NoDay => "leg.dates",
    };
    FieldError { field, wrong: Wrong::NotAnswered(error) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::RouteCode;
    use crate::facts::Price;
    use crate::samples::{at, criteria, vehicle};
    use crate::watch::{ReturnRule, Want};

    fn fields(errors: Vec<FieldError>) -> Vec<&'static str> {
        errors.into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn a_good_wish_has_a_class_questions_days_and_an_end() {
        let wanted = Wanted::parse(Operator::Harbour, criteria(), None, at("2026-07-01T12:00:00Z")).unwrap();
        assert_eq!(wanted.fit.class.as_str(), "motorhome");
        assert_eq!((wanted.asks.len(), wanted.days), (7, 7));
        assert_eq!(wanted.expires_at, at("2026-12-25T00:00:00Z"));
        assert_eq!(wanted.currency(), Currency::EUR);
    }

    #[test]
    fn all_that_is_wrong_with_both_legs_and_the_vehicle_is_said_at_once() {
        let mut wish = criteria();
        wish.leg.route = RouteCode::parse("POR-MARS").unwrap();
        wish.vehicle.length_mm = 10;
        let mut way_back = ReturnLeg { leg: criteria().leg, rule: ReturnRule::Either };
        way_back.leg.route = RouteCode::parse("MARS-POR").unwrap();
        let errors = Wanted::parse(Operator::Harbour, wish, Some(way_back), at("2026-07-01T12:00:00Z")).unwrap_err();
        assert_eq!(fields(errors), ["leg.route", "vehicle.length_mm", "return.route"]);
    }

    #[test]
    fn what_the_operator_cannot_answer_names_the_field_that_asks_it() {
        let now = at("2026-02-01T12:00:00Z");
        let refused = |operator, wish| fields(Wanted::parse(operator, wish, None, now).unwrap_err());
        let mut huge = criteria();
        huge.vehicle = vehicle(13_000, 4_500);
        assert_eq!(refused(Operator::Harbour, huge), ["vehicle"]);
        let mut dear = criteria();
        let pounds = Currency::parse("GBP").unwrap();
        dear.wants.price_ceiling = Some(Price { minor: 1, currency: pounds });
        assert_eq!(refused(Operator::Harbour, dear), ["wants.price_ceiling"]);
        let mut berth = criteria();
        berth.leg.route = RouteCode::parse("TSA-SWB").unwrap();
        berth.wants.cabin = Want::Yes;
        assert_eq!(refused(Operator::BcFerries, berth), ["wants.cabin"]);
    }

    #[test]
    fn the_day_that_has_passed_is_the_terminals() {
        let mut wish = criteria();
        wish.leg.dates = crate::watch::Dates::Picked([crate::samples::day("2026-12-18")].into());
        // Half past midnight of the 19th in Madrid is still the 18th in Portsmouth.
        let now = at("2026-12-18T23:30:00Z");
        assert!(Wanted::parse(Operator::Harbour, wish.clone(), None, now).is_ok());
        wish.leg.route = RouteCode::parse("SAN-POR").unwrap();
        assert_eq!(fields(Wanted::parse(Operator::Harbour, wish, None, now).unwrap_err()), ["leg.dates"]);
    }
}
