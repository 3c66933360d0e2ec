//! Which fields an answer has, seen in live answers: a field more or less shows as a change of this text.

use super::{Client, motorhome, person_with_key};
use crate::harness::World;
use app::{access::Access, routes};
use chrono::Days;
use domain::{access::Role, key::Scope, operator::Operator, plan::Plan};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

/// The paths of all fields in a value; the items of an array are one.
fn paths(value: &Value, at: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let path = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                found.insert(path.clone());
                paths(value, &path, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| paths(item, &format!("{at}[]"), found)),
        _ => {}
    }
}

/// A tenant with something of everything, and a viewer in it.
async fn stage() -> (World, Client, Client, BTreeMap<&'static str, String>) {
    let world = World::new().await;
    let out = world.everything_is_full(1).remove(0);
    let home = world.first_day + Days::new(7);
    let back = world.sim.take_all(Operator::Harbour, "SAN-POR", home).unwrap().remove(0);
    let (alice, owner) = person_with_key(&world, "Alice", Plan::Fleet).await;
    let victor = world.member(alice.tenant, "Victor", Role::Viewer).await;
    let viewer = Client::new(&world, Some(world.key(&victor, &[Scope::Read]).await));
    let mut both = motorhome(&world, 1);
    both["return"] = json!({"route": "SAN-POR", "dates": {"picked": [home]}, "rule": "both"});
    both["leg"]["window"] = json!({"from": "00:00:00", "to": "23:59:59"});
    both["wants"] = json!({"price_ceiling": {"minor": 9_000_000, "currency": "EUR"}});
    let watch = owner.create(&both).await;
    world.poll().await;
    world.settle().await;
    world.open(&out);
    world.open(&back);
    world.an_hour_later().await;
    let alert = owner.get("/api/v1/alerts").await.json()["data"][0]["id"].as_str().unwrap().to_owned();
    let objects = BTreeMap::from([
        ("{operator}", "harbour".to_owned()),
        ("{route}", "POR-SAN".to_owned()),
        ("{watch}", watch["id"].as_str().unwrap().to_owned()),
        ("{alert}", alert),
        ("{channel}", alice.channel.to_string()),
    ]);
    (world, owner, viewer, objects)
}

#[tokio::test]
async fn sr_auz_04_answers_have_these_fields_and_no_others_for_whoever_reads() {
    let (world, owner, viewer, objects) = stage().await;
    let table = routes::table(world.web());
    let mut text = String::new();
    for row in table.endpoints().iter().filter(|row| row.method == "GET" && matches!(row.access, Access::Key(_))) {
        let path = objects.iter().fold(row.path.to_owned(), |path, (name, object)| path.replace(name, object));
        let mut seen = Vec::new();
        for client in [&owner, &viewer] {
            let answer = client.get(&path).await;
            assert!(answer.status.is_success(), "{path}: {answer:?}");
            let mut found = BTreeSet::new();
            paths(&answer.json(), "", &mut found);
            seen.push(found);
        }
        assert_eq!(seen[0], seen[1], "{path}: a viewer sees the same fields");
        writeln!(text, "{}", row.path).unwrap();
        seen[0].iter().for_each(|path| writeln!(text, "  {path}").unwrap());
    }
    insta::assert_snapshot!("fields", text);
}
