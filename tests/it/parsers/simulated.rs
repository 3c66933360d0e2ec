//! The simulator and the connectors speak of the same sailings.

use super::{at, availability, route_day, route_now};
use chrono::NaiveDate;
use dev::sim::{SailingStatus, Sim};
use domain::facts::Availability;
use domain::operator::Operator;
use workers::operators::parse;

fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, month, day).expect("a date")
}

async fn fetch(sim: &Sim, path: &str) -> Vec<u8> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(sim.http).await.expect("the simulator listens");
    let request = format!("GET {path} HTTP/1.1\r\nHost: sim\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("the simulator reads");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("the simulator answers");
    let head = answer.windows(4).position(|end| end == b"\r\n\r\n").expect("a head and a body");
    answer.split_off(head + 4)
}

#[tokio::test]
async fn what_is_freed_in_the_simulator_is_read_by_harbours_connector() {
    let sim = Sim::start(day(11, 22)).await.unwrap();
    let (date, path) = (day(12, 24), "/harbour/v1/sailings?route=POR-SAN&date=2026-12-24");
    let sailings = sim.take_all(Operator::Harbour, "POR-SAN", date).unwrap();
    let read = async || {
        let question = route_day("POR-SAN", date);
        parse(Operator::Harbour, &question, &fetch(&sim, path).await, at("2026-11-22T12:00:00Z")).unwrap()
    };
    assert_eq!(availability(&read().await[1], "van"), Availability::Full);
    sim.free(&sailings[1].place("van"), 2).unwrap();
    assert_eq!(availability(&read().await[1], "van"), Availability::Available { spaces: Some(2) });
    sim.set_status(&sailings[1], SailingStatus::Cancelled).unwrap();
    assert_eq!(availability(&read().await[1], "van"), Availability::Cancelled);
    assert_eq!(read().await[1].sailing.key.as_str(), sailings[1].key);
}

#[tokio::test]
async fn every_route_of_every_operator_is_played_and_understood() {
    let sim = Sim::start(day(11, 22)).await.unwrap();
    let now = at("2026-11-22T20:05:00Z");
    sim.freeze(now);
    for route in Operator::Harbour.manifest().routes {
        let path = format!("/harbour/v1/sailings?route={}&date=2026-12-24", route.code);
        let question = route_day(route.code, day(12, 24));
        let seen = parse(Operator::Harbour, &question, &fetch(&sim, &path).await, now).unwrap();
        assert_eq!(seen.len(), 4, "{}", route.code);
    }
    for route in Operator::BcFerries.manifest().routes {
        let path = format!("/current-conditions/{}", route.code);
        let seen = parse(Operator::BcFerries, &route_now(route.code), &fetch(&sim, &path).await, now).unwrap();
        let keys: Vec<_> = seen.iter().map(|sighting| sighting.sailing.key.as_str()).collect();
        // 12:05 in Vancouver: four have left, and of tomorrow the page shows three.
        assert_eq!(keys.first(), Some(&"2026-11-22T13:00"), "{}", route.code);
        assert_eq!(keys.last(), Some(&"2026-11-23T11:00"), "{}", route.code);
        assert_eq!(keys.len(), 8, "{}", route.code);
    }
}

#[tokio::test]
async fn what_is_freed_in_the_simulator_is_read_by_bc_ferries_connector() {
    let sim = Sim::start(day(11, 22)).await.unwrap();
    let now = at("2026-11-22T16:05:00Z");
    sim.freeze(now);
    let sailings = sim.take_all(Operator::BcFerries, "TSA-SWB", day(11, 22)).unwrap();
    let read = async || {
        let page = fetch(&sim, "/current-conditions/TSA-SWB").await;
        parse(Operator::BcFerries, &route_now("TSA-SWB"), &page, now).unwrap()
    };
    assert_eq!(availability(&read().await[0], "standard"), Availability::Full);
    sim.free(&sailings[1].place("standard"), 15).unwrap();
    assert_eq!(availability(&read().await[0], "standard"), Availability::Available { spaces: None });
    sim.set_status(&sailings[1], SailingStatus::Cancelled).unwrap();
    assert_eq!(availability(&read().await[0], "oversize"), Availability::Cancelled);
}
