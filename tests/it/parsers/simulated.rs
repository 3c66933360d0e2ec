//! The simulator and the connectors speak of the same sailings.

use super::{at, availability, route_day, route_now, terminal_now};
use chrono::{DateTime, NaiveDate, Utc};
use dev::sim::{ACCESS_CODE, Nesting, SailingStatus, Sim};
use domain::facts::{Availability, Sighting};
use domain::operator::Operator;
use domain::target::{Monday, PetAsked, Question};
use outbound::{Client, Development, Egress, UserAgent};
use telemetry::Secret;
use workers::operators::{AccessCodes, BaseUrls, parse, request};

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

/// Asks the simulator as a worker would, and reads its answer.
async fn ask(sim: &Sim, operator: Operator, question: &Question, now: DateTime<Utc>) -> Vec<Sighting> {
    let base = sim.base_url().parse().unwrap();
    let bases = BaseUrls::new(&[(operator, base)].into()).unwrap();
    let mut codes = AccessCodes::default();
    codes.add(Operator::Wsf, Secret::new(ACCESS_CODE.to_owned())).unwrap();
    let proof = Development::attested_by("development").unwrap();
    let agent = UserAgent::new(&"https://ferryalert.test/".parse().unwrap(), "bot@ferryalert.test").unwrap();
    let client = Client::new(Egress::development(proof, vec![sim.http]), &agent).unwrap();
    let request = codes.signed(operator, request(operator, question, &bases, now).unwrap());
    let response = client.fetch(request, now).await.unwrap();
    parse(operator, question, &response.body, now).unwrap()
}

fn week_of(route: &str, date: NaiveDate, class: &str, pet: PetAsked) -> Question {
    let (route, class) = (route.parse().unwrap(), class.parse().unwrap());
    Question::RouteWeek { route, monday: Monday::of(date), class, pet }
}

#[tokio::test]
async fn every_route_of_brittany_and_of_washington_is_played_and_understood() {
    let sim = Sim::start(day(7, 1)).await.unwrap();
    let now = at("2026-07-01T11:00:00Z");
    sim.freeze(now);
    for route in Operator::Brittany.manifest().routes {
        for nesting in [Nesting::Flat, Nesting::ByDay] {
            sim.set_nesting(nesting);
            let question = week_of(route.code, day(7, 15), "700x300", PetAsked::Dog);
            let seen = ask(&sim, Operator::Brittany, &question, now).await;
            assert_eq!(seen.len(), 14, "{}", route.code);
            assert!(seen.iter().all(|seen| seen.facts.cabin.is_some() && seen.facts.pet_cabin.is_some()));
        }
    }
    for terminal in Operator::Wsf.manifest().terminals {
        let seen = ask(&sim, Operator::Wsf, &terminal_now(terminal.code), now).await;
        let routes = Operator::Wsf.manifest().routes.iter().filter(|route| route.from == terminal.code).count();
        // 04:00 in Seattle: all ten of each route are to come.
        assert_eq!(seen.len(), 10 * routes, "{}", terminal.name);
        assert!(seen[0].facts.classes.values().all(|class| !class.availability.is_known()), "at the maximum");
    }
}

#[tokio::test]
async fn what_is_freed_in_the_simulator_is_read_by_brittanys_connector() {
    let sim = Sim::start(day(7, 1)).await.unwrap();
    let (now, date) = (at("2026-07-01T12:00:00Z"), day(7, 15));
    let sailings = sim.take_all(Operator::Brittany, "GBPME-ESBIO", date).unwrap();
    let question = week_of("GBPME-ESBIO", date, "600x300", PetAsked::None);
    let read = async || {
        let seen = ask(&sim, Operator::Brittany, &question, now).await;
        seen.into_iter().find(|seen| seen.sailing.key.as_str() == sailings[0].key).unwrap()
    };
    assert_eq!(availability(&read().await, "600x300"), Availability::Full);
    sim.free(&sailings[0].place("700x300"), 1).unwrap();
    assert_eq!(availability(&read().await, "600x300"), Availability::Full, "another size");
    sim.free(&sailings[0].place("600x300"), 1).unwrap();
    assert_eq!(availability(&read().await, "600x300"), Availability::Available { spaces: None });
}

#[tokio::test]
async fn what_is_asked_of_brittany_holds_nothing_of_a_person() {
    let sim = Sim::start(day(7, 1)).await.unwrap();
    let question = week_of("GBPME-ESBIO", day(7, 2), "600x300", PetAsked::None);
    ask(&sim, Operator::Brittany, &question, at("2026-07-02T12:00:00Z")).await;
    let body: serde_json::Value = serde_json::from_str(&sim.requests()[0].body).unwrap();
    let expected = serde_json::json!({
        "bookingReference": null,
        "pets": { "smallDogs": 0, "largeDogs": 0, "cats": 0 },
        "passengers": { "adults": 2, "children": 0, "infants": 0 },
        "vehicle": {
            "type": "CAR", "registrations": ["TBC"], "height": 300, "length": 600,
            "extras": { "rearMountedBikeCarrier": false },
        },
        "departurePort": "GBPME", "arrivalPort": "ESBIO", "disability": null, "direction": "outbound",
        // Monday and Tuesday have passed.
        "fromDate": "2026-07-02T00:00:00", "toDate": "2026-07-05T23:59:59",
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn what_is_freed_in_the_simulator_is_read_by_washingtons_connector() {
    let sim = Sim::start(day(7, 1)).await.unwrap();
    let now = at("2026-07-01T12:00:00Z");
    sim.freeze(now);
    let sailings = sim.take_all(Operator::Wsf, "7-3", day(7, 1)).unwrap();
    let read = async || {
        let seen = ask(&sim, Operator::Wsf, &terminal_now("7"), now).await;
        seen.into_iter()
            .find(|seen| seen.sailing.route.as_str() == "7-3" && seen.sailing.key.as_str() == sailings[3].key)
    };
    assert_eq!(availability(&read().await.unwrap(), "standard"), Availability::Full);
    sim.free(&sailings[3].place("standard"), 5).unwrap();
    assert_eq!(availability(&read().await.unwrap(), "standard"), Availability::Available { spaces: Some(5) });
    sim.set_status(&sailings[3], SailingStatus::Cancelled).unwrap();
    assert_eq!(availability(&read().await.unwrap(), "oversize"), Availability::Cancelled);
}
