//! A world in which somebody waits at an operator whose answers are a page for people: BC Ferries, switched on and at dawn, so that
//! none of the day's nine sailings has left and three of tomorrow's are shown.

use super::{Person, World, leg};
use chrono::{Days, TimeDelta};
use dev::sim::SimSailing;
use domain::{
    operator::Operator,
    plan::Plan,
    watch::{Vehicle, VehicleKind},
};

/// The route of the page.
pub(crate) const ROUTE: &str = "TSA-SWB";

/// Alice, on the fastest plan, waits for space for her car on one of today's sailings; all are full and known to be. Returns
/// the sailings that the page shows.
pub(crate) async fn alice_waits_at_a_listing() -> (World, Person, Vec<SimSailing>) {
    let world = World::new().await;
    sqlx::query("update operator set enabled = true where id = 'bc_ferries'").execute(&world.admin).await.unwrap();
    let today = world.clock.now().date_naive();
    let mut sailings = Vec::new();
    for (day, shown) in [(0, 9), (1, 3)] {
        let all = world.sim.take_all(Operator::BcFerries, ROUTE, today + Days::new(day)).unwrap();
        sailings.extend(all.into_iter().take(shown));
    }
    let alice = world.person("Alice", Plan::Fleet).await;
    let mut criteria = super::motorhome_days(1);
    criteria.leg = leg(ROUTE, today, today + Days::new(1));
    criteria.vehicle = Vehicle { kind: VehicleKind::Car, length_mm: 4_500, height_mm: 1_600, ..criteria.vehicle };
    world.watch_of(&alice, Operator::BcFerries, &criteria, None).await;
    world.listing_polled().await;
    world.settle().await;
    (world, alice, sailings)
}

impl World {
    /// Moves the clock by a minute, polls and settles. The page keeps the time of day at which the world began.
    pub(crate) async fn a_minute_later(&self) {
        self.clock.advance(TimeDelta::minutes(1));
        self.listing_polled().await;
        self.settle().await;
    }

    async fn listing_polled(&self) {
        self.sim.freeze(self.clock.now());
        self.poll().await;
    }

    /// Space for a car on these sailings of the listing.
    pub(crate) fn open_listed(&self, sailings: &[SimSailing]) {
        for sailing in sailings {
            self.sim.free(&sailing.place("standard"), 40).unwrap();
        }
    }

    /// Takes that space again.
    pub(crate) fn fill_listed(&self, sailings: &[SimSailing]) {
        for sailing in sailings {
            self.sim.take(&sailing.place("standard")).unwrap();
        }
    }

    /// How many requests BC Ferries saw.
    pub(crate) fn listing_requests(&self) -> usize {
        self.sim.requests().iter().filter(|request| request.operator == Some(Operator::BcFerries)).count()
    }
}
