//! How each row of the table is asked for as it should be. A row that is missing here fails every test of access.

use super::{
    Stage,
    fields::{account, address, begun, handed_over, invited, named, slept},
};
use crate::{
    api::motorhome,
    harness::{Browser, motorhome_days},
    login::leads_to,
};
use app::{access::Access, login::COOKIE, routes::Endpoint};
use chrono::{DateTime, Utc};
use dev::sim::identity::{NEIGHBOURS, Provider};
use domain::{access::Role, id::TenantId, token::Token};
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

/// Every row, with the body it takes. Links and pages that need no proof are here too.
pub(super) const REQUESTS: &[(&str, &str, Body)] = &[
    ("GET", "/", Body::Nothing),
    ("GET", "/bot", Body::Nothing),
    ("GET", "/search", Body::Nothing),
    ("GET", "/ferries", Body::Nothing),
    ("GET", "/ferries/{operator}/{route}", Body::Nothing),
    ("GET", "/status", Body::Nothing),
    ("GET", "/status/feed.atom", Body::Nothing),
    ("GET", "/pricing", Body::Nothing),
    ("GET", "/security", Body::Nothing),
    ("GET", "/watch", Body::Nothing),
    ("GET", "/.well-known/security.txt", Body::Nothing),
    ("GET", "/robots.txt", Body::Nothing),
    ("GET", "/sitemap.xml", Body::Nothing),
    ("GET", "/manifest.webmanifest", Body::Nothing),
    ("GET", "/sw.js", Body::Nothing),
    ("GET", "/offline", Body::Nothing),
    ("GET", "/healthz", Body::Nothing),
    ("GET", "/assets/{version}/{file}", Body::Nothing),
    ("POST", "/language", Body::Form(|_| vec![("language", "fr".into())])),
    ("GET", "/privacy", Body::Nothing),
    ("GET", "/problems/{code}", Body::Nothing),
    ("GET", "/l/stop/{token}", Body::Nothing),
    ("POST", "/l/stop/{token}", Body::Nothing),
    ("GET", "/l/keep/{token}", Body::Nothing),
    ("POST", "/l/keep/{token}", Body::Nothing),
    ("GET", "/l/unsubscribe/{token}", Body::Nothing),
    ("POST", "/l/unsubscribe/{token}", Body::Nothing),
    ("GET", "/l/invitation/{token}", Body::Nothing),
    ("GET", "/login", Body::Nothing),
    ("POST", "/login/{provider}", BUTTON),
    ("GET", "/login/{provider}/callback", Body::Nothing),
    ("POST", "/login/{provider}/callback", Body::Form(|_| vec![("state", "A".repeat(43)), ("code", "x".into())])),
    ("GET", "/account/confirm", Body::Nothing),
    ("POST", "/account/confirm", BUTTON),
    ("GET", "/account/identities", Body::Nothing),
    ("POST", "/account/identities/{provider}", BUTTON),
    ("POST", "/account/remove-identity", Body::Form(second)),
    ("POST", "/logout", BUTTON),
    ("GET", "/account", Body::Nothing),
    ("POST", "/account", Body::Form(account)),
    ("GET", "/account/sessions", Body::Nothing),
    ("POST", "/account/sessions/end-others", BUTTON),
    ("POST", "/account/sessions/{session}/end", BUTTON),
    ("GET", "/account/tenants", Body::Nothing),
    ("POST", "/account/tenants", Body::Form(named)),
    ("GET", "/account/invitations/{link}", Body::Nothing),
    ("POST", "/account/invitations/{link}", BUTTON),
    ("GET", "/account/data", Body::Nothing),
    ("POST", "/account/data/export", BUTTON),
    ("POST", "/account/data/erase", Body::Form(|_| vec![("words", "erase everything".into())])),
    ("GET", "/home", Body::Nothing),
    ("GET", "/t/{tenant}", Body::Nothing),
    ("GET", "/t/{tenant}/live", Body::Nothing),
    ("GET", "/t/{tenant}/about", Body::Nothing),
    ("GET", "/t/{tenant}/audit", Body::Nothing),
    ("GET", "/t/{tenant}/settings", Body::Nothing),
    ("POST", "/t/{tenant}/settings", Body::Form(named)),
    ("GET", "/t/{tenant}/close", Body::Nothing),
    ("POST", "/t/{tenant}/close", Body::Form(named)),
    ("GET", "/t/{tenant}/transfer", Body::Nothing),
    ("POST", "/t/{tenant}/transfer", Body::Form(handed_over)),
    ("GET", "/t/{tenant}/leave", Body::Nothing),
    ("POST", "/t/{tenant}/leave", BUTTON),
    ("GET", "/t/{tenant}/members", Body::Nothing),
    ("GET", "/t/{tenant}/members/{user}", Body::Nothing),
    ("POST", "/t/{tenant}/members/{user}", Body::Form(|_| vec![("role", "editor".into())])),
    ("POST", "/t/{tenant}/members/{user}/remove", BUTTON),
    ("POST", "/t/{tenant}/invitations", Body::Form(invited)),
    ("POST", "/t/{tenant}/invitations/{invitation}/revoke", BUTTON),
    ("POST", "/t/{tenant}/invitations/{invitation}/resend", BUTTON),
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
    ("GET", "/t/{tenant}/watches/new", Body::Nothing),
    ("POST", "/t/{tenant}/watches", Body::Form(begun)),
    ("GET", "/t/{tenant}/watches/{watch}", Body::Nothing),
    ("POST", "/t/{tenant}/watches/{watch}", Body::Form(begun)),
    ("GET", "/t/{tenant}/watches/{watch}/edit", Body::Nothing),
    ("POST", "/t/{tenant}/watches/{watch}/pause", BUTTON),
    ("POST", "/t/{tenant}/watches/{watch}/resume", BUTTON),
    ("POST", "/t/{tenant}/watches/{watch}/snooze", Body::Form(slept)),
    ("POST", "/t/{tenant}/watches/{watch}/stop", BUTTON),
    ("GET", "/t/{tenant}/watches/{watch}/delete", Body::Nothing),
    ("POST", "/t/{tenant}/watches/{watch}/delete", BUTTON),
    ("GET", "/t/{tenant}/alerts", Body::Nothing),
    ("GET", "/t/{tenant}/alerts.csv", Body::Nothing),
    ("GET", "/t/{tenant}/alerts/{alert}", Body::Nothing),
    ("POST", "/t/{tenant}/alerts/{alert}/booked", BUTTON),
    ("POST", "/t/{tenant}/alerts/{alert}/keep", BUTTON),
    ("GET", "/t/{tenant}/channels", Body::Nothing),
    ("POST", "/t/{tenant}/channels", Body::Form(address)),
    ("POST", "/t/{tenant}/channels/{channel}/ask", BUTTON),
    ("POST", "/t/{tenant}/channels/{channel}/test", BUTTON),
    ("POST", "/t/{tenant}/channels/{channel}/default", Body::Form(|_| vec![("default", "no".into())])),
    ("POST", "/t/{tenant}/channels/{channel}/remove", BUTTON),
    ("GET", "/account/channels/{confirmation}", Body::Nothing),
    ("POST", "/account/channels/{confirmation}", BUTTON),
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
const SHARED: [&str; 6] = ["code", "link", "operator", "provider", "route", "sailing"];

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
        "channel" => channel(stage, true).await,
        "confirmation" => confirmation(stage).await,
        "watch" => stage.world.watch(&stage.alice, &motorhome_days(1)).await.to_string(),
        "alert" => alert(stage).await,
        "tenant" => tenant(stage).await,
        "user" => guest(stage).await,
        "invitation" => invitation(stage, stage.alice.tenant, "guest@example.test").await,
        "link" => link(stage).await,
        "session" => session(stage).await,
        "provider" => Provider::HarbourId.name().to_owned(),
        "key" => key(stage).await,
        "code" => "invalid".to_owned(),
        "version" => app::assets::version().to_owned(),
        "file" => "site.css".to_owned(),
        "token" => "not-signed-by-us".to_owned(),
        other => panic!("{{{other}}} has no object: add one in tests/it/access/requests.rs"),
    }
}

/// Alice's, with nobody invited.
async fn tenant(stage: &Stage) -> String {
    sqlx::query("delete from invitation").execute(&stage.world.admin).await.unwrap();
    stage.alice.tenant.to_string()
}

/// A channel of the control's, in the place of the last.
async fn channel(stage: &Stage, is_confirmed: bool) -> String {
    let gone = "delete from channel where tenant_id = $1 and user_id = $2 and id <> $3";
    let (tenant, anna) = (stage.alice.tenant.0, &stage.anna);
    sqlx::query(gone).bind(tenant).bind(anna.user.0).bind(anna.channel.0).execute(&stage.world.admin).await.unwrap();
    let id = Uuid::new_v4();
    let (address, index) = dev::world::Seals::default().of_channel(tenant, id, &format!("{id}@example.test"));
    let made = "insert into channel (tenant_id, id, user_id, kind, address, address_index, verified_at)
                values ($1, $2, $3, 'email', $4, $5, case when $6 then now() end)";
    let made = sqlx::query(made).bind(tenant).bind(id).bind(anna.user.0).bind(address).bind(index).bind(is_confirmed);
    made.execute(&stage.world.admin).await.unwrap();
    id.to_string()
}

/// What confirms a channel that the control has asked for.
async fn confirmation(stage: &Stage) -> String {
    channel(stage, true).await;
    let address = format!("{}@example.test", Uuid::new_v4());
    stage.world.ask_channel(&stage.anna, &address).await;
    stage.world.deliver_with(&stage.world.parts).await;
    stage.world.channel_token(&address)
}

/// A member of Alice's, in the place of the last.
async fn guest(stage: &Stage) -> String {
    let gone = "delete from member using user_account u where member.user_id = u.user_id and u.name = 'Guest'";
    sqlx::query(gone).execute(&stage.world.admin).await.unwrap();
    stage.world.member(stage.alice.tenant, "Guest", Role::Viewer).await.user.to_string()
}

/// An invitation of this tenant that waits.
async fn invitation(stage: &Stage, tenant: TenantId, to: &str) -> String {
    let tenants_owner = if tenant == stage.alice.tenant { &stage.alice } else { &stage.mallory_owner };
    stage.world.invite(tenants_owner, to, Role::Viewer).await.unwrap().to_string()
}

/// The link of an invitation to another tenant, for who asks as the control.
async fn link(stage: &Stage) -> String {
    let left = sqlx::query("delete from member where tenant_id = $1 and user_id = $2");
    left.bind(stage.mallory_tenant.0).bind(stage.anna.user.0).execute(&stage.world.admin).await.unwrap();
    sqlx::query("delete from invitation").execute(&stage.world.admin).await.unwrap();
    invitation(stage, stage.mallory_tenant, &stage.anna.email).await;
    stage.world.deliver_with(&stage.world.parts).await;
    stage.world.invitation_token(&stage.anna.email)
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

/// A session of the control's on another device.
async fn session(stage: &Stage) -> String {
    let token = Token::mint(crate::harness::chance());
    stage.world.write_session(&stage.anna, &token).await;
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

/// A second identity of Anna's.
fn second(_: &Stage) -> Vec<(&'static str, String)> {
    vec![("issuer", "https://second.test".into()), ("subject", "anna".into())]
}

async fn write_second(stage: &Stage) {
    sqlx::query(
        "insert into identity (issuer, subject, user_id, provider, linked_at, last_used_at)
         values ('https://second.test', 'anna', $1, 'second', $2, $2) on conflict do nothing",
    )
    .bind(stage.anna.user.0)
    .bind(stage.world.clock.now())
    .execute(&stage.world.admin)
    .await
    .unwrap();
}

/// What a provider sends back to a browser that has just begun to sign in there; the stage keeps the browser's cookie.
async fn answer(stage: &Stage) -> String {
    stage.world.sim.freeze(stage.world.clock.now());
    let mut browser = Browser::new(stage.router.clone());
    let page = browser.post("/login/harbour-id", &[]).await;
    let person = NEIGHBOURS[0].at(Provider::HarbourId);
    let callback = stage.world.sim.sign_in(&leads_to(&page), &person).unwrap();
    *stage.attempt.lock().unwrap() = format!("{COOKIE}={}", browser.cookies[COOKIE]);
    callback.path_and_query()
}

/// The path of a good request.
pub(super) async fn path(stage: &Stage, endpoint: &Endpoint) -> String {
    let admin = &stage.world.admin;
    // Many personas ask from one place: here nobody has asked before.
    sqlx::query("delete from token_bucket").execute(admin).await.unwrap();
    // What is asked for was there before the tenant was suspended, if it is.
    let tenant = stage.alice.tenant.0;
    let suspended = sqlx::query_scalar("select suspended_at from tenant where tenant_id = $1").bind(tenant);
    let suspended: Option<DateTime<Utc>> = suspended.fetch_one(admin).await.unwrap();
    let suspend = "update tenant set suspended_at = $2 where tenant_id = $1";
    sqlx::query(suspend).bind(tenant).bind(None::<DateTime<Utc>>).execute(admin).await.unwrap();
    let path = path_of(stage, endpoint).await;
    sqlx::query(suspend).bind(tenant).bind(suspended).execute(admin).await.unwrap();
    path
}

async fn path_of(stage: &Stage, endpoint: &Endpoint) -> String {
    if endpoint.access == Access::Attempt {
        return answer(stage).await;
    }
    if endpoint.path == "/account/remove-identity" {
        write_second(stage).await;
    }
    let mut path = String::new();
    for segment in endpoint.path.split('/').skip(1) {
        path.push('/');
        match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            // One that works has nothing to be asked.
            Some("channel") if endpoint.path.ends_with("/ask") => path.push_str(&channel(stage, false).await),
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
