//! Pages that stand open: what they are told, until when, and what they hold meanwhile.

use crate::harness::{Browser, Person, SESSION, World, eventually, motorhome_days};
use app::{App, shield::Bounds};
use axum::{
    Router,
    body::{Body, BodyDataStream},
    http::{HeaderMap, Request, StatusCode, header},
};
use chrono::TimeDelta;
use dev::sim::SimSailing;
use domain::{access::Role, id::WatchId, plan::Plan};
use futures::StreamExt;
use serde_json::Value;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// How long a test waits for what should happen much sooner.
const PATIENCE: Duration = Duration::from_secs(30);
const SOON: Duration = Duration::from_millis(20);
const NEVER: Duration = Duration::from_secs(3_600);

/// Streams that look all the time and end only when they must.
fn bounds() -> Bounds {
    Bounds {
        stream_looks_every: SOON,
        stream_life: NEVER,
        requests_per_address: 100_000,
        requests_per_tenant_at_once: 2,
        ..Bounds::default()
    }
}

/// A page's stream, as a browser reads it.
struct Told {
    status: StatusCode,
    headers: HeaderMap,
    body: BodyDataStream,
    text: String,
}

/// One event: its id and what it says; a comment has neither.
#[derive(Debug)]
struct Event {
    id: Option<String>,
    told: Option<Value>,
}

impl Told {
    /// The next event, or nothing when the stream has ended.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
                let (id, told) = (field("id: "), field("data: ").map(|text| serde_json::from_str(&text).unwrap()));
                self.text = rest.to_owned();
                return Some(Event { id, told });
            }
            let chunk = timeout(PATIENCE, self.body.next()).await.expect("nothing came, and the stream did not end")?;
            self.text.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
        }
    }

    /// The next event that says something.
    async fn told(&mut self) -> Value {
        loop {
            let event = self.next().await.expect("the stream ended");
            if let Some(told) = event.told {
                return told;
            }
        }
    }

    /// Asserts that it ends, whatever it still says.
    async fn ends(mut self) {
        let ended = timeout(PATIENCE, async { while self.next().await.is_some() {} });
        ended.await.expect("the stream goes on");
    }
}

async fn open(router: &Router, browser: &Browser, path: &str, seen: Option<&str>) -> Told {
    let cookie = format!("{SESSION}={}", browser.cookies.get(SESSION).map_or("", String::as_str));
    let mut request = Request::get(path).header(header::COOKIE, cookie);
    if let Some(seen) = seen {
        request = request.header("last-event-id", seen);
    }
    let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    Told { status: parts.status, headers: parts.headers, body: body.into_data_stream(), text: String::new() }
}

fn path(person: &Person, watches: &[WatchId]) -> String {
    let ids: Vec<String> = watches.iter().map(ToString::to_string).collect();
    format!("/t/{}/live?watches={}", person.tenant, ids.join(","))
}

/// Alice waits for a day that is full and known to be; her page stands open.
struct Stage {
    world: World,
    app: App,
    router: Router,
    alice: Person,
    watch: WatchId,
    sailing: SimSailing,
}

impl Stage {
    async fn set(bounds: Bounds) -> Stage {
        let world = World::new().await;
        let sailing = world.everything_is_full(1).remove(0);
        let alice = world.person("Alice", Plan::Fleet).await;
        let watch = world.watch(&alice, &motorhome_days(1)).await;
        world.poll().await;
        world.settle().await;
        let app = world.web_with(bounds);
        let router = app::router(app.clone());
        Stage { world, app, router, alice, watch, sailing }
    }

    async fn browser(&self, person: &Person) -> Browser {
        self.world.signed_in_at(self.router.clone(), person, domain::token::Token::mint(crate::harness::chance())).await
    }

    /// Alice's page as it stands open.
    async fn stream(&self) -> (Browser, Told) {
        let browser = self.browser(&self.alice).await;
        let told = open(&self.router, &browser, &path(&self.alice, &[self.watch]), None).await;
        assert_eq!(told.status, StatusCode::OK);
        (browser, told)
    }

    async fn space_opens(&self) {
        self.world.open(&self.sailing);
        self.world.clock.advance(TimeDelta::minutes(2));
        self.world.poll().await;
        self.world.settle().await;
    }
}

#[tokio::test]
async fn a_page_is_told_what_changes_and_only_that() {
    let stage = Stage::set(bounds()).await;
    let (_, mut told) = stage.stream().await;
    assert_eq!(told.headers[header::CONTENT_TYPE], "text/event-stream");
    assert_eq!(told.headers[header::CACHE_CONTROL], "no-store");
    let first = told.told().await;
    assert_eq!((&first["open"], &first["cards"][0]["word"]), (&0.into(), &"Full".into()), "{first}");
    for _ in 0..3 {
        assert!(told.next().await.unwrap().told.is_none(), "nothing changed: only the connection is kept");
    }
    stage.space_opens().await;
    let card = loop {
        let told = told.told().await;
        if told["open"] == 1 {
            break told["cards"][0].clone();
        }
    };
    assert_eq!((&card["id"], &card["tone"]), (&stage.watch.to_string().into(), &"open".into()), "{card}");
    assert_eq!((&card["word"], &card["icon"]), (&"1 space".into(), &"open".into()), "{card}");
    assert!(card["line"].as_str().unwrap().starts_with("Sat 11 Jul, "), "{card}");
}

#[tokio::test]
async fn who_comes_again_with_what_they_have_is_told_nothing_twice() {
    let stage = Stage::set(bounds()).await;
    let (browser, mut told) = stage.stream().await;
    let id = told.next().await.unwrap().id.expect("what it tells has an id");
    drop(told);
    let page = path(&stage.alice, &[stage.watch]);
    let mut again = open(&stage.router, &browser, &page, Some(&id)).await;
    assert!(again.next().await.unwrap().told.is_none(), "it has it");
    stage.space_opens().await;
    let mut later = open(&stage.router, &browser, &page, Some(&id)).await;
    assert!(later.next().await.unwrap().told.is_some(), "that was before");
}

#[tokio::test]
async fn sr_web_07_a_stream_tells_nothing_of_another_tenants_watches() {
    let stage = Stage::set(bounds()).await;
    let mallory = stage.world.person("Mallory", Plan::Fleet).await;
    let browser = stage.browser(&mallory).await;
    let mut told = open(&stage.router, &browser, &path(&mallory, &[stage.watch]), None).await;
    assert!(told.next().await.unwrap().told.is_none(), "the watch is nothing in her tenant");
    stage.space_opens().await;
    for _ in 0..5 {
        assert!(told.next().await.unwrap().told.is_none());
    }
    let foreign = open(&stage.router, &browser, &path(&stage.alice, &[stage.watch]), None).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn sr_web_07_what_moves_elsewhere_makes_no_page_say_anything() {
    // Two pages that look only when something moves: what they are told at once is told because of their own alert alone.
    let stage = Stage::set(Bounds { stream_looks_every: NEVER, ..bounds() }).await;
    let bob = stage.world.person("Bob", Plan::Fleet).await;
    let other = stage.world.watch(&bob, &motorhome_days(2)).await;
    stage.world.poll().await;
    let server = Server::start(stage.app.clone()).await;
    let (_, mut told) = stage.stream().await;
    let browser = stage.browser(&bob).await;
    let mut others = open(&stage.router, &browser, &path(&bob, &[other]), None).await;
    told.told().await;
    others.told().await;
    // Bob's watch is over: what opens now moves Alice's page alone.
    sqlx::query("update watch set state = 'paused' where id = $1")
        .bind(other.0)
        .execute(&stage.world.admin)
        .await
        .unwrap();
    stage.space_opens().await;
    let card = told.told().await;
    assert_eq!(card["open"], 1, "pushed, for no stream looks by itself here: {card}");
    let quiet = timeout(Duration::from_millis(1_500), others.next()).await;
    assert!(quiet.is_err(), "Bob's page was told {quiet:?}");
    server.stop().await;
}

#[tokio::test]
async fn sr_ses_03_a_stream_ends_with_the_session_the_membership_and_the_tenant() {
    for ended in [
        "delete from session",
        "delete from member where role = 'viewer'",
        "update tenant set suspended_at = now()",
        "update tenant set closed_at = now()",
    ] {
        let stage = Stage::set(bounds()).await;
        let emil = stage.world.member(stage.alice.tenant, "Emil", Role::Viewer).await;
        let browser = stage.browser(&emil).await;
        let mut told = open(&stage.router, &browser, &path(&stage.alice, &[stage.watch]), None).await;
        told.told().await;
        sqlx::query(ended).execute(&stage.world.admin).await.unwrap();
        stage.space_opens().await;
        let mut heard = Vec::new();
        while let Some(event) = timeout(PATIENCE, told.next()).await.expect(ended) {
            heard.extend(event.told);
        }
        assert!(heard.iter().all(|told| told["open"] == 0), "{ended}: {heard:?}");
    }
}

#[tokio::test]
async fn sr_ses_03_signing_out_ends_every_page_that_stands_open() {
    let stage = Stage::set(bounds()).await;
    let (mut browser, mut told) = stage.stream().await;
    told.told().await;
    assert_eq!(browser.post("/logout", &[]).await.status, StatusCode::SEE_OTHER);
    told.ends().await;
}

#[tokio::test]
async fn sr_ses_04_a_page_that_stands_open_does_not_keep_its_session_from_idling() {
    let stage = Stage::set(bounds()).await;
    let (browser, mut told) = stage.stream().await;
    for _ in 0..11 {
        stage.world.clock.advance(TimeDelta::hours(1));
        let mut again = open(&stage.router, &browser, &path(&stage.alice, &[stage.watch]), None).await;
        assert_eq!(again.status, StatusCode::OK);
        again.told().await;
    }
    told.told().await;
    stage.world.clock.advance(TimeDelta::hours(1));
    told.ends().await;
    let late = open(&stage.router, &browser, &path(&stage.alice, &[stage.watch]), None).await;
    assert_eq!(late.status, StatusCode::SEE_OTHER, "to the sign-in");
}

#[tokio::test]
async fn sr_web_07_a_tenant_and_a_process_have_so_many_streams_and_give_them_back() {
    let stage = Stage::set(Bounds { streams_per_tenant: 2, streams_max: 3, ..bounds() }).await;
    let bob = stage.world.person("Bob", Plan::Fleet).await;
    let (alices, bobs) = (stage.browser(&stage.alice).await, stage.browser(&bob).await);
    let (page, other) = (path(&stage.alice, &[stage.watch]), path(&bob, &[]));
    let held = [open(&stage.router, &alices, &page, None).await, open(&stage.router, &alices, &page, None).await];
    assert!(held.iter().all(|told| told.status == StatusCode::OK));
    let refused = open(&stage.router, &alices, &page, None).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers["retry-after"], "60");
    let third = open(&stage.router, &bobs, &other, None).await;
    assert_eq!(third.status, StatusCode::OK, "another tenant is not held up");
    assert_eq!(
        open(&stage.router, &bobs, &other, None).await.status,
        StatusCode::TOO_MANY_REQUESTS,
        "a process is full"
    );
    drop((held, third));
    assert_eq!(open(&stage.router, &alices, &page, None).await.status, StatusCode::OK);
}

#[tokio::test]
async fn sr_web_07_a_person_has_so_many_streams_in_all_their_tenants_and_those_that_stand_open_stay() {
    let stage = Stage::set(Bounds { streams_per_person: 2, ..bounds() }).await;
    let (alice, world) = (&stage.alice, &stage.world);
    let bob = world.person("Bob", Plan::Fleet).await;
    let joined = "insert into member (tenant_id, user_id, role) values ($1, $2, 'viewer')";
    sqlx::query(joined).bind(bob.tenant.0).bind(alice.user.0).execute(&world.admin).await.unwrap();
    let (alices, bobs) = (stage.browser(alice).await, stage.browser(&bob).await);
    let (page, other) = (path(alice, &[stage.watch]), path(&bob, &[]));
    let mut first = open(&stage.router, &alices, &page, None).await;
    let second = open(&stage.router, &stage.browser(alice).await, &other, None).await;
    assert_eq!((first.status, second.status), (StatusCode::OK, StatusCode::OK));
    for page in [&page, &other] {
        let refused = open(&stage.router, &alices, page, None).await;
        assert_eq!(
            (refused.status, &refused.headers["retry-after"]),
            (StatusCode::TOO_MANY_REQUESTS, &"60".parse().unwrap())
        );
    }
    assert_eq!(open(&stage.router, &bobs, &other, None).await.status, StatusCode::OK, "her fellow is not held up");
    first.told().await;
    drop(second);
    assert_eq!(open(&stage.router, &alices, &page, None).await.status, StatusCode::OK);
}

#[tokio::test]
async fn sr_web_07_streams_that_wait_hold_no_seat_no_connection_and_no_transaction() {
    // More than there are seats of a tenant (2) and connections of the pool (4).
    let stage = Stage::set(Bounds { stream_looks_every: NEVER, streams_per_person: 12, ..bounds() }).await;
    let browser = stage.browser(&stage.alice).await;
    let page = path(&stage.alice, &[stage.watch]);
    let mut streams = Vec::new();
    for _ in 0..12 {
        let mut told = open(&stage.router, &browser, &page, None).await;
        told.told().await;
        streams.push(told);
    }
    let busy = "select count(*) from pg_stat_activity
                where datname = current_database() and usename in ('ferry_app', 'ferry_auth') and state <> 'idle'";
    eventually("none is in use", async || stage.world.count(busy).await == 0).await;
    let mut browser = browser;
    for _ in 0..3 {
        assert_eq!(browser.get(&format!("/t/{}", stage.alice.tenant)).await.status, StatusCode::OK);
    }
    drop(streams);
}

#[tokio::test]
async fn sr_web_07_a_stream_ends_after_its_time_and_the_browser_is_told_when_to_come_again() {
    let stage = Stage::set(Bounds { stream_life: Duration::from_millis(300), ..bounds() }).await;
    let (_, mut told) = stage.stream().await;
    let chunk = timeout(PATIENCE, told.body.next()).await.unwrap().unwrap().unwrap();
    assert!(String::from_utf8_lossy(&chunk).contains("retry: 2000"), "{chunk:?}");
    told.ends().await;
}

/// The app on a socket, which listens to the database.
struct Server {
    address: std::net::SocketAddr,
    shutdown: CancellationToken,
    served: tokio::task::JoinHandle<anyhow::Result<()>>,
}

impl Server {
    async fn start(app: App) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, shutdown) = (listener.local_addr().unwrap(), CancellationToken::new());
        let served = tokio::spawn(app::serve(app, listener, shutdown.clone()));
        Server { address, shutdown, served }
    }

    /// Stops it; whatever runs must end at once.
    async fn stop(self) {
        self.shutdown.cancel();
        timeout(PATIENCE, self.served).await.expect("it goes on").unwrap().expect("what ran did not end in time");
    }
}

#[tokio::test]
async fn sr_web_07_a_stop_of_the_app_ends_every_stream_at_once() {
    let stage = Stage::set(Bounds { shutdown_timeout: Duration::from_secs(5), ..bounds() }).await;
    let server = Server::start(stage.app.clone()).await;
    let browser = stage.browser(&stage.alice).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let request = format!(
        "GET {} HTTP/1.1\r\nhost: x\r\ncookie: {SESSION}={}\r\n\r\n",
        path(&stage.alice, &[stage.watch]),
        browser.cookies[SESSION]
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut heard = String::new();
    let mut buffer = [0; 4_096];
    while !heard.contains("event: watches") {
        let n = timeout(PATIENCE, stream.read(&mut buffer)).await.unwrap().unwrap();
        assert!(n > 0, "{heard}");
        heard.push_str(&String::from_utf8_lossy(&buffer[..n]));
    }
    assert!(heard.starts_with("HTTP/1.1 200"), "{heard}");
    server.stop().await;
    let _ = timeout(PATIENCE, stream.read_to_string(&mut heard)).await.expect("the connection was not closed");
}
