//! Nobody gives themself a right by a field: no input type has one, and a request that brings one is refused.

use super::{Client, motorhome, person_with_key};
use crate::harness::World;
use app::{access::Access, routes};
use axum::http::{Method, StatusCode};
use domain::{access::Action, plan::Plan};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Fields that would decide who may do what.
const AUTHORITY: [&str; 14] = [
    "role",
    "tenant",
    "tenant_id",
    "owner",
    "owner_id",
    "user",
    "user_id",
    "plan",
    "verified",
    "verified_at",
    "interval",
    "interval_s",
    "state",
    "version",
];

/// Every schema that a request body is made of, by name.
fn input_schemas(document: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut open: Vec<&Value> = Vec::new();
    for methods in document["paths"].as_object().unwrap().values() {
        open.extend(methods.as_object().unwrap().values().map(|operation| &operation["requestBody"]));
    }
    while let Some(value) = open.pop() {
        match value {
            Value::Object(fields) => {
                let name = fields.get("$ref").and_then(|name| name.as_str()?.rsplit('/').next());
                if let Some(name) = name.filter(|name| names.insert((*name).to_owned())) {
                    open.push(&document["components"]["schemas"][name]);
                }
                open.extend(fields.iter().filter(|(name, _)| *name != "example").map(|(_, value)| value));
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    names
}

/// The names of all properties in a schema, and whether each object in it refuses others.
fn properties(schema: &Value, names: &mut BTreeSet<String>) {
    match schema {
        Value::Object(fields) => {
            if let Some(own) = fields.get("properties").and_then(Value::as_object) {
                assert_eq!(fields.get("additionalProperties"), Some(&json!(false)), "takes unknown fields: {schema}");
                names.extend(own.keys().cloned());
            }
            for (_, value) in fields.iter().filter(|(name, _)| *name != "example") {
                properties(value, names);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| properties(item, names)),
        _ => {}
    }
}

#[tokio::test]
async fn sr_auz_05_no_input_type_has_a_field_of_authority_or_takes_unknown_fields() {
    let world = World::new().await;
    let document = Client::new(&world, None).get("/api/v1/openapi.json").await.json();
    let inputs = input_schemas(&document);
    assert!(inputs.contains("NewWatch") && inputs.contains("Vehicle"), "{inputs:?}");
    for name in inputs {
        let mut names = BTreeSet::new();
        properties(&document["components"]["schemas"][&name], &mut names);
        let authority: Vec<_> = AUTHORITY.iter().filter(|field| names.contains(**field)).collect();
        assert!(authority.is_empty(), "{name} has {authority:?}");
    }
}

/// Every place in a body where a field can be added.
fn objects(body: &Value, at: &str, found: &mut Vec<String>) {
    if let Value::Object(fields) = body {
        found.push(at.to_owned());
        for (name, value) in fields {
            objects(value, &format!("{at}/{name}"), found);
        }
    }
}

#[tokio::test]
async fn sr_auz_05_a_write_with_a_field_of_authority_anywhere_is_refused_and_changes_nothing() {
    let world = World::new().await;
    let (_, client) = person_with_key(&world, "Alice", Plan::Fleet).await;
    let mut full = motorhome(&world, 1);
    full["wants"] = json!({"cabin": "no", "price_ceiling": {"minor": 10_000, "currency": "EUR"}});
    full["leg"]["window"] = json!({"from": "06:00:00", "to": "22:00:00"});
    full["return"] = json!({"route": "SAN-POR", "dates": {"picked": ["2026-08-01"]}, "rule": "either"});
    let watch = client.create(&full).await;
    let mut change = full.clone();
    change.as_object_mut().unwrap().remove("operator");
    let table = routes::table(world.web());
    let writes = table.endpoints().iter().filter(|row| matches!(row.access, Access::Key(Action::WriteWatches)));
    let before = world.digest().await;
    let mut tried = 0;
    for row in writes {
        let path = row.path.replace("{watch}", watch["id"].as_str().unwrap());
        let body = match row.method {
            Method::POST if row.path == "/api/v1/watches" => full.clone(),
            Method::PATCH => change.clone(),
            // These take nothing, so nothing may be brought.
            _ => json!({}),
        };
        let mut places = Vec::new();
        objects(&body, "", &mut places);
        for (place, field) in places.iter().flat_map(|place| AUTHORITY.map(|field| (place, field))) {
            let mut body = body.clone();
            body.pointer_mut(place).unwrap()[field] = json!("owner");
            let answer = client.send(row.method.clone(), &path, Some(&body)).await;
            let what = format!("{} {path} with {place}/{field}: {}", row.method, answer.json());
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{what}");
            assert!(answer.json()["errors"][0]["field"].as_str().unwrap().ends_with(field), "{what}");
            tried += 1;
        }
    }
    assert!(tried > 150, "only {tried} were tried");
    assert_eq!(world.digest().await, before);
}
