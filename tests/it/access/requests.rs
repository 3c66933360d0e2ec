//! How each row of the table is asked for as it should be. A row that is missing here fails every test of access.

use super::Stage;
use crate::{api::motorhome, harness::motorhome_days};
use app::routes::Endpoint;
use serde_json::{Value, json};
use uuid::Uuid;

/// The body of a good request.
type Body = fn(&Stage) -> Value;

/// Every row, with the body it takes. Links and pages that need no key are here too.
pub(super) const REQUESTS: &[(&str, &str, Option<Body>)] = &[
    ("GET", "/", None),
    ("GET", "/bot", None),
    ("GET", "/healthz", None),
    ("GET", "/assets/site.css", None),
    ("GET", "/problems/{code}", None),
    ("GET", "/l/stop/{token}", None),
    ("POST", "/l/stop/{token}", None),
    ("GET", "/l/keep/{token}", None),
    ("POST", "/l/keep/{token}", None),
    ("GET", "/l/unsubscribe/{token}", None),
    ("POST", "/l/unsubscribe/{token}", None),
    ("GET", "/api/v1/openapi.json", None),
    ("GET", "/api/v1/key", None),
    ("GET", "/api/v1/operators", None),
    ("GET", "/api/v1/operators/{operator}", None),
    ("GET", "/api/v1/operators/{operator}/routes", None),
    ("GET", "/api/v1/operators/{operator}/routes/{route}", None),
    ("GET", "/api/v1/operators/{operator}/routes/{route}/sailings", None),
    ("GET", "/api/v1/watches", None),
    ("POST", "/api/v1/watches", Some(|stage| motorhome(&stage.world, 1))),
    ("GET", "/api/v1/watches/{watch}", None),
    ("PATCH", "/api/v1/watches/{watch}", Some(|_| json!({"note": "changed"}))),
    ("DELETE", "/api/v1/watches/{watch}", None),
    ("POST", "/api/v1/watches/{watch}/pause", None),
    ("POST", "/api/v1/watches/{watch}/resume", None),
    ("GET", "/api/v1/alerts", None),
    ("GET", "/api/v1/alerts/{alert}", None),
    ("GET", "/api/v1/channels", None),
    ("GET", "/api/v1/channels/{channel}", None),
];

/// Path parameters that name what all tenants share: nobody's in particular.
const SHARED: [&str; 4] = ["code", "operator", "route", "sailing"];

/// Whether a row is about an object that belongs to a tenant.
pub(super) fn is_owned(endpoint: &Endpoint) -> bool {
    let mut names = endpoint.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    names.any(|name| !SHARED.contains(&name))
}

/// An object of Alice's for this path parameter, made for this request alone.
async fn object(stage: &Stage, name: &str) -> String {
    match name {
        "operator" => "harbour".to_owned(),
        "route" => "POR-SAN".to_owned(),
        "channel" => stage.alice.channel.to_string(),
        "watch" => stage.world.watch(&stage.alice, &motorhome_days(1)).await.to_string(),
        "alert" => alert(stage).await,
        "code" => "invalid".to_owned(),
        "token" => "not-signed-by-us".to_owned(),
        other => panic!("{{{other}}} has no object: add one in tests/it/access/requests.rs"),
    }
}

/// An alert of Alice's that was released.
async fn alert(stage: &Stage) -> String {
    let watch = stage.world.watch(&stage.alice, &motorhome_days(1)).await;
    sqlx::query(
        "insert into sailing (operator_id, route_code, key, departs_local, departs_at)
         values ('harbour', 'POR-SAN', 'H-1', '2026-07-11 12:00', '2026-07-11 11:00Z') on conflict do nothing",
    )
    .execute(&stage.world.admin)
    .await
    .unwrap();
    let insert = "insert into alert (tenant_id, id, watch_id, watch_version, target_id, sailing_id, leg, class, kind, seen_at, released_at)
                  select wt.tenant_id, gen_random_uuid(), wt.watch_id, 1, wt.target_id, s.id, 0, wt.class, 'opening', $2, $2
                  from watch_target wt, sailing s where wt.watch_id = $1 returning id";
    let id: Uuid = sqlx::query_scalar(insert)
        .bind(watch.0)
        .bind(stage.world.clock.now())
        .fetch_one(&stage.world.admin)
        .await
        .unwrap();
    id.to_string()
}

/// The path of a good request.
pub(super) async fn path(stage: &Stage, endpoint: &Endpoint) -> String {
    let mut path = String::new();
    for segment in endpoint.path.split('/').skip(1) {
        path.push('/');
        match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) => path.push_str(&object(stage, name).await),
            None => path.push_str(segment),
        }
    }
    path
}

/// The same with this in the place of every object.
pub(super) fn path_with(endpoint: &Endpoint, object: &str) -> String {
    let segments = endpoint.path.split('/').map(|segment| if segment.starts_with('{') { object } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

/// The body of a good request.
pub(super) fn body(stage: &Stage, endpoint: &Endpoint) -> Option<Value> {
    let row = REQUESTS.iter().find(|(method, path, _)| endpoint.method == *method && endpoint.path == *path);
    let Some((_, _, body)) = row else {
        panic!("{} {} has no request: add it in tests/it/access/requests.rs", endpoint.method, endpoint.path)
    };
    body.map(|body| body(stage))
}
