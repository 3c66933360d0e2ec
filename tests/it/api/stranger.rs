//! Somebody who has a key and the OpenAPI document, and nothing else, gets a motorhome watched.

use super::{Answer, Client, person_with_key};
use crate::harness::World;
use axum::http::{Method, StatusCode};
use chrono::{DateTime, Utc};
use domain::plan::Plan;
use serde_json::{Value, json};

/// What a stranger knows: the document and how to send a request it describes.
struct Stranger {
    client: Client,
    document: Value,
}

impl Stranger {
    /// Does an operation by its id, with these path parameters.
    async fn does(&self, operation_id: &str, parameters: &[(&str, &str)], body: Option<&Value>) -> Answer {
        let (path, method) = self.find(operation_id);
        let path = parameters.iter().fold(path, |path, (name, value)| path.replace(&format!("{{{name}}}"), value));
        assert!(!path.contains('{'), "{path}: the document names a parameter that nobody told us of");
        let answer = self.client.send(method.clone(), &path, body).await;
        let described = &self.operation(operation_id)["responses"][answer.status.as_str()];
        assert!(described.is_object(), "{operation_id} answered {}, which the document does not know", answer.status);
        answer
    }

    fn find(&self, operation_id: &str) -> (String, Method) {
        for (path, methods) in self.document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                if operation["operationId"] == operation_id {
                    return (path.clone(), method.to_uppercase().parse().unwrap());
                }
            }
        }
        panic!("the document has no operation {operation_id}")
    }

    fn operation(&self, operation_id: &str) -> &Value {
        let (path, method) = self.find(operation_id);
        &self.document["paths"][path][method.as_str().to_lowercase()]
    }

    /// Follows references to a schema.
    fn schema<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(reference) => self.schema(self.document.pointer(reference.trim_start_matches('#')).unwrap()),
            None => schema,
        }
    }

    /// A body made of what the document says alone: each required field by its example, first word or fields.
    fn fill(&self, schema: &Value) -> Value {
        let schema = self.schema(schema);
        if let Some(example) = schema.get("example") {
            return example.clone();
        }
        if let Some(first) = schema["enum"].get(0) {
            return first.clone();
        }
        if let Some(choice) = schema["oneOf"].get(0) {
            return self.fill(choice);
        }
        let required = schema["required"].as_array().into_iter().flatten();
        let fields = required.map(|name| {
            let name = name.as_str().unwrap();
            (name.to_owned(), self.fill(&schema["properties"][name]))
        });
        Value::Object(fields.collect())
    }
}

async fn stranger(world: &World) -> Stranger {
    let (_, client) = person_with_key(world, "Stranger", Plan::Pro).await;
    let document = client.get("/api/v1/openapi.json").await.json();
    Stranger { client, document }
}

#[tokio::test]
async fn the_document_alone_is_enough_to_watch_a_motorhome_and_see_when_it_is_next_checked() {
    let world = World::new().await;
    let stranger = stranger(&world).await;
    let operators = stranger.does("get_operators", &[], None).await.json();
    let operator = operators["data"].as_array().unwrap().iter().find(|one| one["state"] == "asked").unwrap();
    let operator = operator["id"].as_str().unwrap();
    let routes = stranger.does("get_operators_operator_routes", &[("operator", operator)], None).await.json();
    let route = routes["data"].as_array().unwrap().iter().find(|one| one["asked"] == true).unwrap();

    let request = &stranger.operation("post_watches")["requestBody"]["content"]["application/json"]["schema"];
    let fields = stranger.schema(request)["properties"].clone();
    let mut watch = json!({"operator": operator});
    for field in ["leg", "vehicle", "party"] {
        watch[field] = stranger.fill(&fields[field]);
    }
    watch["leg"]["route"] = route["code"].clone();
    watch["vehicle"]["kind"] = "motorhome".into();
    watch["vehicle"]["length_mm"] = 6_900.into();
    let created = stranger.does("post_watches", &[], Some(&watch)).await;
    assert_eq!(created.status, StatusCode::CREATED, "{watch}: {}", created.json());

    let id = created.json()["id"].as_str().unwrap().to_owned();
    let shown = stranger.does("get_watches_watch", &[("watch", &id)], None).await.json();
    let next: DateTime<Utc> = shown["next_check_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(next, world.clock.now(), "what was never asked is asked at once");
    assert_eq!(shown["effective_interval_s"], 120);
    assert_eq!(shown["class"]["class"], "motorhome");
    assert!(shown["class"]["why"].as_str().unwrap().contains("6.90 m"), "{shown}");
    let question = &shown["targets"][0];
    assert!(question["question"].as_str().unwrap().contains(" to "), "{question}");
    assert!(question["next_check_at"].is_string());
}

#[tokio::test]
async fn the_examples_of_the_document_are_accepted() {
    let world = World::new().await;
    let stranger = stranger(&world).await;
    let example = |id: &str| {
        let body = &stranger.operation(id)["requestBody"]["content"]["application/json"]["schema"];
        stranger.schema(body)["example"].clone()
    };
    let created = stranger.does("post_watches", &[], Some(&example("post_watches"))).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.json());
    let id = created.json()["id"].as_str().unwrap().to_owned();
    let changed = stranger.does("patch_watches_watch", &[("watch", &id)], Some(&example("patch_watches_watch"))).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.json());
    assert_eq!(changed.json()["vehicle"]["length_mm"], 7_400);
}
