//! What the simulated boats look like now: sailings, their spaces, and every change made to them.
//!
//! Promises: one model stands behind both operators' formats; a day nobody touched is the same for the same seed
//! date, whoever asks and whenever; only touched days take memory. Never knows how an answer is written.

use std::collections::HashMap;

use anyhow::{Context, bail};
use chrono::{NaiveDate, NaiveDateTime};
use chrono_tz::Tz;
use domain::operator::Operator;
use serde::{Deserialize, Serialize};

use super::timetable;

/// The most days that may differ from the timetable; past it a change is refused.
const MAX_TOUCHED_DAYS: usize = 10_000;

/// Whether a sailing is sold, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SailingStatus {
    /// On sale.
    Scheduled,
    /// Will not sail.
    Cancelled,
    /// Not on sale yet.
    NotReleased,
}

/// One vehicle class of one sailing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClassSpace {
    /// The operator's code of the class.
    pub class: String,
    /// Longest vehicle, with what it tows or carries behind.
    pub max_length_mm: u32,
    /// Highest vehicle.
    pub max_height_mm: u32,
    /// Spaces left; for BC Ferries per cent of the deck, 0 to 100.
    pub spaces: u32,
    /// Price in the currency's minor unit.
    pub price_minor: i64,
}

/// One sailing as the simulator has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SimSailing {
    /// Who sails it.
    pub operator: Operator,
    /// Route code, for example `POR-SAN`.
    pub route: String,
    /// The operator's id of the sailing.
    pub key: String,
    /// Departure by the terminal's clock.
    pub departs_local: NaiveDateTime,
    /// The terminal's zone.
    pub zone: Tz,
    /// The boat.
    pub vessel: String,
    /// On sale or not.
    pub status: SailingStatus,
    /// Space by class.
    pub classes: Vec<ClassSpace>,
    /// Cabins left; `None` where the operator sells none.
    pub cabins: Option<u32>,
    /// Cabins left in which a pet may sleep.
    pub pet_cabins: Option<u32>,
}

/// A class of a sailing: what space is freed on or taken from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Who sails it.
    pub operator: Operator,
    /// Route code.
    pub route: String,
    /// The operator's id of the sailing.
    pub sailing: String,
    /// The operator's code of the class.
    pub class: String,
}

impl SimSailing {
    /// The place of one class on this sailing.
    pub fn place(&self, class: &str) -> Place {
        Place { operator: self.operator, route: self.route.clone(), sailing: self.key.clone(), class: class.to_owned() }
    }
}

/// A route of an operator on one local day.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Day {
    operator: Operator,
    route: String,
    date: NaiveDate,
}

/// All sailings: the timetable, and over it the days somebody changed.
#[derive(Debug)]
pub(super) struct Model {
    seed: NaiveDate,
    touched: HashMap<Day, Vec<SimSailing>>,
}

impl Model {
    /// A model whose untouched days follow from `seed` alone.
    pub(super) fn new(seed: NaiveDate) -> Self {
        Self { seed, touched: HashMap::new() }
    }

    /// The day the model was started for.
    pub(super) fn seed(&self) -> NaiveDate {
        self.seed
    }

    /// The sailings of a day in order of departure; none where the operator has no such route.
    pub(super) fn day(&self, operator: Operator, route: &str, date: NaiveDate) -> Vec<SimSailing> {
        let day = Day { operator, route: route.to_owned(), date };
        match self.touched.get(&day) {
            Some(sailings) => sailings.clone(),
            None => timetable::day(self.seed, operator, route, date),
        }
    }

    /// Changes one sailing.
    pub(super) fn change(
        &mut self,
        operator: Operator,
        route: &str,
        key: &str,
        change: impl FnOnce(&mut SimSailing) -> anyhow::Result<()>,
    ) -> anyhow::Result<SimSailing> {
        let date = timetable::date_of(key).with_context(|| format!("{key:?} is not the id of a simulated sailing"))?;
        let day = Day { operator, route: route.to_owned(), date };
        if !self.touched.contains_key(&day) && self.touched.len() >= MAX_TOUCHED_DAYS {
            bail!("{MAX_TOUCHED_DAYS} days were changed already: reset the simulator first");
        }
        let mut sailings = self.day(operator, route, date);
        let sailing = sailings
            .iter_mut()
            .find(|sailing| sailing.key == key)
            .with_context(|| format!("{operator} has no sailing {key:?} on {route:?}"))?;
        change(sailing)?;
        let changed = sailing.clone();
        self.touched.insert(day, sailings);
        Ok(changed)
    }

    /// Sets the spaces of one class of one sailing.
    pub(super) fn set_spaces(&mut self, place: &Place, spaces: u32) -> anyhow::Result<SimSailing> {
        self.change(place.operator, &place.route, &place.sailing, |sailing| {
            class_mut(sailing, &place.class)?.spaces = spaces;
            Ok(())
        })
    }

    /// Sets the price of one class of one sailing.
    pub(super) fn set_price(&mut self, place: &Place, minor: i64) -> anyhow::Result<SimSailing> {
        self.change(place.operator, &place.route, &place.sailing, |sailing| {
            class_mut(sailing, &place.class)?.price_minor = minor;
            Ok(())
        })
    }

    /// Forgets every change.
    pub(super) fn reset(&mut self) {
        self.touched.clear();
    }
}

fn class_mut<'a>(sailing: &'a mut SimSailing, class: &str) -> anyhow::Result<&'a mut ClassSpace> {
    let key = sailing.key.clone();
    sailing
        .classes
        .iter_mut()
        .find(|known| known.class == class)
        .with_context(|| format!("sailing {key} has no vehicle class {class:?}"))
}
