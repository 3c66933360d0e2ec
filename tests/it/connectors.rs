//! From an operator's answer to a mail, for the operators that are not our own simulator's; and what becomes of the access
//! code that one of them gives.

mod access_code;

use crate::harness::{Person, World, leg, today};
use chrono::{Days, NaiveDate, TimeDelta};
use dev::sim::{Nesting, SimSailing};
use domain::{
    operator::Operator,
    plan::Plan,
    watch::{Criteria, Party, Vehicle, VehicleKind, Want, Wants},
};

/// A campervan of 5.99 m on a route and day.
fn campervan(route: &str, day: NaiveDate, height_mm: u32) -> Criteria {
    Criteria {
        leg: leg(route, day, day),
        vehicle: Vehicle {
            kind: VehicleKind::Campervan,
            length_mm: 5_990,
            height_mm,
            width_mm: 2_050,
            trailer_length_mm: 0,
            bike_rack_mm: 0,
        },
        party: Party { adults: 2, children: 1, infants: 0, pets: 1 },
        wants: Wants::default(),
    }
}

async fn enable(world: &World, operator: Operator) {
    let sql = "update operator set enabled = true, disabled_reason = null where id = $1";
    sqlx::query(sql).bind(operator.as_str()).execute(&world.admin).await.unwrap();
}

/// The simulator's time goes with the workers'.
async fn minutes_later(world: &World, minutes: i64) {
    world.clock.advance(TimeDelta::minutes(minutes));
    world.sim.freeze(world.clock.now());
    world.poll().await;
    world.settle().await;
}

fn asked(world: &World, operator: Operator) -> usize {
    world.sim.requests().iter().filter(|request| request.operator == Some(operator)).count()
}

/// The seed's own case: Alice waits for Portsmouth to Bilbao with her campervan, and everything is full.
async fn alice_waits_for_bilbao(nesting: Nesting) -> (World, SimSailing) {
    let world = World::new().await;
    world.sim.set_nesting(nesting);
    enable(&world, Operator::Brittany).await;
    let day = today() + Days::new(10);
    let sailing = world.sim.take_all(Operator::Brittany, "GBPME-ESBIO", day).unwrap().remove(0);
    let alice = world.person("Alice", Plan::Fleet).await;
    world.watch_of(&alice, Operator::Brittany, &campervan("GBPME-ESBIO", day, 2_700), None).await;
    minutes_later(&world, 0).await;
    assert_eq!(world.sim.inbox().len(), 0, "full is no news");
    (world, sailing)
}

#[tokio::test]
async fn space_from_portsmouth_to_bilbao_for_a_campervan_becomes_a_mail() {
    for nesting in [Nesting::Flat, Nesting::ByDay] {
        let (world, sailing) = alice_waits_for_bilbao(nesting).await;
        world.sim.free(&sailing.place("500x300"), 1).unwrap();
        minutes_later(&world, 60).await;
        assert_eq!(world.sim.inbox().len(), 0, "space for a shorter one is none");
        world.sim.free(&sailing.place("600x300"), 1).unwrap();
        minutes_later(&world, 60).await;
        minutes_later(&world, 60).await;
        let mails = world.sim.inbox();
        assert_eq!(mails.len(), 1, "{nesting:?}");
        assert!(mails[0].subject.starts_with("Space for your campervan: "), "{}", mails[0].subject);
        assert!(mails[0].subject.ends_with("Portsmouth to Bilbao"), "{}", mails[0].subject);
        let text = mails[0].text.as_deref().unwrap();
        assert!(text.contains("https://www.brittany-ferries.co.uk/"), "{text}");
        assert!(
            text.contains("Price: £")
                && text.contains("The price is for: 2 adults and the largest vehicle of the class"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn brittany_is_asked_once_a_quarter_hour_however_many_wish_for_days_of_one_week() {
    let (world, sailing) = alice_waits_for_bilbao(Nesting::Flat).await;
    let day = sailing.departs_local.date();
    for (name, days_on, height_mm) in [("Bob", 0, 2_400), ("Carol", 1, 2_950)] {
        let person: Person = world.person(name, Plan::Fleet).await;
        let mut wish = campervan("GBPME-ESBIO", day + Days::new(days_on), height_mm);
        wish.vehicle.length_mm = 5_500;
        world.watch_of(&person, Operator::Brittany, &wish, None).await;
    }
    // Bob's van is 2.40 m high: another size, another question. Carol's is asked for with Alice's.
    assert_eq!(world.count("select count(*) from target").await, 2);
    let before = asked(&world, Operator::Brittany);
    for _ in 0..30 {
        minutes_later(&world, 2).await;
    }
    let in_an_hour = asked(&world, Operator::Brittany) - before;
    assert!((6..=8).contains(&in_an_hour), "{in_an_hour} requests about two questions in an hour");
}

#[tokio::test]
async fn who_wants_a_cabin_with_a_dog_is_told_when_there_is_one() {
    let world = World::new().await;
    enable(&world, Operator::Brittany).await;
    let day = today() + Days::new(10);
    let sailing = world.sim.take_all(Operator::Brittany, "GBPME-ESBIO", day).unwrap().remove(0);
    world.sim.set_cabins(&sailing, 5, 0).unwrap();
    let mut wish = campervan("GBPME-ESBIO", day, 2_700);
    wish.wants.pet_cabin = Want::Yes;
    let alice = world.person("Alice", Plan::Fleet).await;
    world.watch_of(&alice, Operator::Brittany, &wish, None).await;
    minutes_later(&world, 0).await;
    world.sim.free(&sailing.place("600x300"), 1).unwrap();
    minutes_later(&world, 60).await;
    assert_eq!(world.sim.inbox().len(), 0, "the word on pets in general is no cabin");
    world.sim.set_cabins(&sailing, 5, 1).unwrap();
    minutes_later(&world, 60).await;
    minutes_later(&world, 60).await;
    assert_eq!(world.sim.inbox().len(), 1);
}

#[tokio::test]
async fn brittany_is_not_asked_until_somebody_enables_it_and_the_reason_is_shown() {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Fleet).await;
    let wish = campervan("GBPME-ESBIO", today() + Days::new(10), 2_700);
    world.watch_of(&alice, Operator::Brittany, &wish, None).await;
    minutes_later(&world, 60).await;
    assert_eq!(world.sim.request_count(), 0);
    let shown =
        "select count(*) from operator where id = 'brittany' and not enabled and disabled_reason like '%permits it'";
    assert_eq!(world.count(shown).await, 1);
}

/// Alice waits for Seattle to Bainbridge tonight with her low campervan, and everything is full.
async fn alice_waits_for_bainbridge() -> (World, SimSailing) {
    let world = World::new().await;
    let sailing = world.sim.take_all(Operator::Wsf, "7-3", today()).unwrap().remove(8);
    let alice = world.person("Alice", Plan::Fleet).await;
    world.watch_of(&alice, Operator::Wsf, &campervan("7-3", today(), 2_000), None).await;
    (world, sailing)
}

#[tokio::test]
async fn drive_up_space_from_seattle_today_becomes_a_mail() {
    let (world, sailing) = alice_waits_for_bainbridge().await;
    minutes_later(&world, 0).await;
    assert_eq!(world.sim.inbox().len(), 0, "full is no news");
    world.sim.free(&sailing.place("standard"), 144).unwrap();
    minutes_later(&world, 60).await;
    assert_eq!(world.sim.inbox().len(), 0, "a count at its maximum hours ahead is no news either");
    world.sim.free(&sailing.place("standard"), 5).unwrap();
    minutes_later(&world, 60).await;
    minutes_later(&world, 60).await;
    let mails = world.sim.inbox();
    assert_eq!(mails.len(), 1);
    let text = mails[0].text.as_deref().unwrap();
    assert!(text.contains("Spaces left: 5") && text.contains("https://www.wsdot.wa.gov/ferries/"), "{text}");
}
