//! How each row of the table is asked for as it should be. A row that is missing here fails every test of access.

use super::Stage;
use crate::{api::motorhome, harness::motorhome_days};
use app::routes::Endpoint;
use domain::token::Token;
use serde_json::{Value, json};
use uuid::Uuid;

/// How the body of a good request is made.
#[derive(Clone, Copy)]
pub(super) enum Body {
    Nothing,
    Json(fn(&Stage) -> Value),
    Form(fn(&Stage) -> Vec<(&'static str, String)>),
}

/// The body of one.
pub(super) enum Sent {
    Nothing,
    Json(Value),
    Form(Vec<(&'static str, String)>),
}

/// A form that has but its proof.
const BUTTON: Body = Body::Form(|_| Vec::new());

fn account(_: &Stage) -> Vec<(&'static str, String)> {
    vec![("name", "Somebody Else".into()), ("zone", "Europe/Paris".into())]
}

/// Every row, with the body it takes. Links and pages that need no proof are here too.
pub(super) const REQUESTS: &[(&str, &str, Body)] = &[
    ("GET", "/", Body::Nothing),
    ("GET", "/bot", Body::Nothing),
    ("GET", "/healthz", Body::Nothing),
    ("GET", "/assets/site.css", Body::Nothing),
    ("GET", "/problems/{code}", Body::Nothing),
    ("GET", "/l/stop/{token}", Body::Nothing),
    ("POST", "/l/stop/{token}", Body::Nothing),
    ("GET", "/l/keep/{token}", Body::Nothing),
    ("POST", "/l/keep/{token}", Body::Nothing),
    ("GET", "/l/unsubscribe/{token}", Body::Nothing),
    ("POST", "/l/unsubscribe/{token}", Body::Nothing),
    ("POST", "/logout", BUTTON),
    ("GET", "/account", Body::Nothing),
    ("POST", "/account", Body::Form(account)),
    ("GET", "/account/sessions", Body::Nothing),
    ("POST", "/account/sessions/end-others", BUTTON),
    ("POST", "/account/sessions/{session}/end", BUTTON),
    ("GET", "/t/{tenant}", Body::Nothing),
    ("GET", "/t/{tenant}/keys", Body::Nothing),
    ("GET", "/t/{tenant}/keys/new", Body::Nothing),
    (
        "POST",
        "/t/{tenant}/keys",
        Body::Form(|_| vec![("name", "Importer".into()), ("read", "yes".into()), ("days", "9".into())]),
    ),
    ("GET", "/t/{tenant}/keys/{key}/rotate", Body::Nothing),
    ("POST", "/t/{tenant}/keys/{key}/rotate", Body::Form(|_| vec![("days", "9".into()), ("overlap", "1".into())])),
    ("POST", "/t/{tenant}/keys/{key}/revoke", BUTTON),
    ("GET", "/api/v1/openapi.json", Body::Nothing),
    ("GET", "/api/v1/key", Body::Nothing),
    ("GET", "/api/v1/operators", Body::Nothing),
    ("GET", "/api/v1/operators/{operator}", Body::Nothing),
    ("GET", "/api/v1/operators/{operator}/routes", Body::Nothing),
    ("GET", "/api/v1/operators/{operator}/routes/{route}", Body::Nothing),
    ("GET", "/api/v1/operators/{operator}/routes/{route}/sailings", Body::Nothing),
    ("GET", "/api/v1/watches", Body::Nothing),
    ("POST", "/api/v1/watches", Body::Json(|stage| motorhome(&stage.world, 1))),
    ("GET", "/api/v1/watches/{watch}", Body::Nothing),
    ("PATCH", "/api/v1/watches/{watch}", Body::Json(|_| json!({"note": "changed"}))),
    ("DELETE", "/api/v1/watches/{watch}", Body::Nothing),
    ("POST", "/api/v1/watches/{watch}/pause", Body::Nothing),
    ("POST", "/api/v1/watches/{watch}/resume", Body::Nothing),
    ("GET", "/api/v1/alerts", Body::Nothing),
    ("GET", "/api/v1/alerts/{alert}", Body::Nothing),
    ("GET", "/api/v1/channels", Body::Nothing),
    ("GET", "/api/v1/channels/{channel}", Body::Nothing),
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
        "tenant" => stage.alice.tenant.to_string(),
        "session" => session(stage).await,
        "key" => key(stage).await,
        "code" => "invalid".to_owned(),
        "token" => "not-signed-by-us".to_owned(),
        other => panic!("{{{other}}} has no object: add one in tests/it/access/requests.rs"),
    }
}

/// A key of Alice's. The one made before has ended, so that there is always room for one more.
async fn key(stage: &Stage) -> String {
    let ended = "update api_key set revoked_at = now() where tenant_id = $1 and name = 'an object'";
    sqlx::query(ended).bind(stage.alice.tenant.0).execute(&stage.world.admin).await.unwrap();
    let key = stage.world.key(&stage.alice, &[domain::key::Scope::Read]).await;
    let id = sqlx::query_scalar("update api_key set name = 'an object' where public_id = $1 returning id");
    let id = id.bind(key.split('_').nth(2).unwrap()).fetch_one(&stage.world.admin).await;
    id.map(|id: Uuid| id.to_string()).unwrap()
}

/// A session of Alice's on another device.
async fn session(stage: &Stage) -> String {
    let token = Token::mint(rand::random());
    stage.world.write_session(&stage.alice, &token).await;
    let id = sqlx::query_scalar("select id from session where token_hash = $1").bind(token.hash().to_vec());
    id.fetch_one(&stage.world.admin).await.map(|id: Uuid| id.to_string()).unwrap()
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
pub(super) fn body(stage: &Stage, endpoint: &Endpoint) -> Sent {
    let row = REQUESTS.iter().find(|(method, path, _)| endpoint.method == *method && endpoint.path == *path);
    match row.map(|(_, _, body)| body) {
        Some(Body::Nothing) => Sent::Nothing,
        Some(Body::Json(json)) => Sent::Json(json(stage)),
        Some(Body::Form(form)) => Sent::Form(form(stage)),
        None => panic!("{} {} has no request: add it in tests/it/access/requests.rs", endpoint.method, endpoint.path),
    }
}
