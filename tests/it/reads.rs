//! What pages read: calendars, timelines, the openings and outages of a watch; each as a plan may know it, and quickly.

mod calendar;
mod scale;
mod timeline;
mod watch;

use crate::harness::{Person, World, motorhome_days};
use dev::sim::SimSailing;
use domain::{
    code::{RouteCode, VehicleClass},
    plan::Plan,
};

fn route() -> RouteCode {
    "POR-SAN".parse().unwrap()
}

fn motorhome() -> VehicleClass {
    "motorhome".parse().unwrap()
}

/// Alice's fleet watches one full day, and it was checked.
async fn alice_watches() -> (World, SimSailing, Person) {
    let world = World::new().await;
    let sailing = world.everything_is_full(1).remove(0);
    let alice = world.person("Alice", Plan::Fleet).await;
    world.watch(&alice, &motorhome_days(1)).await;
    world.poll().await;
    world.settle().await;
    (world, sailing, alice)
}
