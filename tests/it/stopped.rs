//! Postgres stops: nobody is let in by that, everybody is told so, what needs no database goes on, and what comes back is
//! used without a restart. Each of the two pools has a wire of its own, which is cut as a stopped server cuts it: open
//! connections end and the socket is gone.

use crate::{
    harness::{Other, Page, World, sealer, setting, some_key},
    links::with_mail,
};
use app::{
    App,
    access::Access,
    routes::{self, Endpoint},
};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Method, Request, StatusCode, header},
};
use domain::{key::Scope, plan::Plan, token::Token};
use std::path::{Path, PathBuf};
use store::{Credentials, DatabaseRole, Store};
use tempfile::TempDir;
use tokio::{
    io::copy_bidirectional,
    join,
    net::{UnixListener, UnixStream},
    task::{JoinHandle, JoinSet},
};
use tower::ServiceExt;
use uuid::Uuid;

const SOCKET: &str = ".s.PGSQL.5432";

/// A way to the server that can be cut.
struct Wire {
    dir: TempDir,
    server: PathBuf,
    carrying: Option<JoinHandle<()>>,
}

impl Wire {
    fn new(server: &Path) -> Wire {
        let mut wire = Wire { dir: tempfile::tempdir().unwrap(), server: server.to_owned(), carrying: None };
        wire.join();
        wire
    }

    /// A URL of the server as it is reached by this wire.
    fn of(&self, url: &str) -> String {
        url.replace(&self.server.display().to_string(), &self.dir.path().display().to_string())
    }

    fn join(&mut self) {
        let listener = UnixListener::bind(self.dir.path().join(SOCKET)).unwrap();
        let server = self.server.join(SOCKET);
        self.carrying = Some(tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                let server = server.clone();
                connections.spawn(async move {
                    if let Ok(mut far) = UnixStream::connect(server).await {
                        // Either end may go at any time: that is what this is for.
                        copy_bidirectional(&mut near, &mut far).await.ok();
                    }
                });
            }
        }));
    }

    async fn cut(&mut self) {
        let carrying = self.carrying.take().expect("it was joined");
        carrying.abort();
        assert!(carrying.await.unwrap_err().is_cancelled());
        std::fs::remove_file(self.dir.path().join(SOCKET)).unwrap();
    }
}

/// Where the tests' server listens.
fn server() -> PathBuf {
    let url = url::Url::parse(&setting("FERRY_TEST_SUPER_URL")).unwrap();
    let host = url.query_pairs().find(|(name, _)| name == "host").expect("a socket's directory");
    PathBuf::from(host.1.into_owned())
}

/// An app whose pools have a wire each, and everybody it lets in.
struct Stage {
    world: World,
    router: Router,
    rows: Vec<Endpoint>,
    links: [String; 3],
    key: String,
    owner: crate::harness::Person,
    app: Wire,
    auth: Wire,
}

impl Stage {
    async fn set() -> Stage {
        let (world, links) = with_mail().await;
        let owner = world.person("Olga", Plan::Fleet).await;
        let key = world.key(&owner, &[Scope::Read, Scope::Write]).await;
        let (app, auth) = (Wire::new(&server()), Wire::new(&server()));
        let (app_url, auth_url) = (world.database.url("ferry_app"), world.database.url("ferry_auth"));
        let store = Store::connect(DatabaseRole::App, &app.of(&app_url), 4, sealer()).await.unwrap();
        let credentials = Credentials::connect(&auth.of(&auth_url), 2, sealer()).await.unwrap();
        let wired = App { store, credentials, ..world.web() };
        let rows = routes::table(wired.clone()).endpoints().to_vec();
        Stage { router: app::router(wired), rows, links, key, owner, app, auth, world }
    }

    /// Asks for a row with every proof there is.
    async fn ask(&self, row: &Endpoint) -> Page {
        let token = Token::mint(crate::harness::chance());
        self.world.write_session(&self.owner, &token).await;
        let tenant = self.owner.tenant.to_string();
        let [stop, keep, unsubscribe] = &self.links;
        let path = match row.path {
            path if path.starts_with("/l/stop/") => stop.clone(),
            path if path.starts_with("/l/keep/") => keep.clone(),
            path if path.starts_with("/l/unsubscribe/") => unsubscribe.clone(),
            path => {
                let nil = Uuid::nil().to_string();
                let part = |part: &'static str| match part {
                    "{tenant}" => tenant.clone(),
                    "{operator}" => "harbour".to_owned(),
                    "{code}" => "busy".to_owned(),
                    "{version}" => app::assets::version().to_owned(),
                    "{file}" => "site.css".to_owned(),
                    part if part.starts_with('{') => nil.clone(),
                    part => part.to_owned(),
                };
                path.split('/').map(part).collect::<Vec<_>>().join("/")
            }
        };
        let mut request = Request::builder().method(row.method.clone()).uri(path);
        let mut body = Body::empty();
        if matches!(row.access, Access::Key(_)) {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.key));
            request = request.header("idempotency-key", some_key().public_id());
        } else {
            request = request.header(header::COOKIE, format!("{}={}", crate::harness::SESSION, token.expose()));
            if row.method == Method::POST {
                request = request.header("sec-fetch-site", "same-origin");
                request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
                body = Body::from(format!("csrf={}", token.derive("csrf").expose()));
            }
        }
        let answer = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = answer.into_parts();
        // An export is sent page by page; one that breaks off is no answer, and says so by its missing end.
        let (status, text) = match to_bytes(body, 4 * 1024 * 1024).await {
            Ok(bytes) => (parts.status, String::from_utf8_lossy(&bytes).into_owned()),
            Err(_) => (StatusCode::SERVICE_UNAVAILABLE, String::new()),
        };
        Page { status, headers: parts.headers, text }
    }

    /// What every row answers now.
    async fn answers(&self) -> Vec<Page> {
        let mut answers = Vec::new();
        for row in &self.rows {
            answers.push(self.ask(row).await);
        }
        answers
    }
}

/// The public rows that have nothing to say without a database; the first page says the rest.
const LOOKS: [&str; 4] = ["/healthz", "/ferries", "/status", "/status/feed.atom"];

fn is_guarded(row: &Endpoint) -> bool {
    !matches!(row.access, Access::Public | Access::Visitor)
}

/// Asserts that an answer says that too much is going on, in the form of its address, and nothing of a cause.
fn assert_says_so(answer: &Page, what: &str) {
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{what}: {}", answer.text);
    assert_eq!(answer.headers["retry-after"], "5", "{what}");
    let is_api = answer.headers[header::CONTENT_TYPE] == "application/problem+json";
    assert_eq!(is_api, what.contains(" /api/"), "{what}");
    assert!(answer.text.contains("Nothing was changed."), "{what}: {}", answer.text);
    let text = answer.masked().1.to_lowercase();
    for cause in ["postgres", "socket", "pool", "connection", "database"] {
        assert!(!text.contains(cause), "{what} tells {cause}: {text}");
    }
}

#[tokio::test]
async fn sr_dos_02_while_postgres_is_away_nobody_is_let_in_and_all_goes_on_when_it_is_back() {
    let mut stage = Stage::set().await;
    stage.app.cut().await;
    stage.auth.cut().await;
    let mut guarded = 0;
    for (row, answer) in stage.rows.iter().zip(stage.answers().await) {
        let what = format!("{} {}", row.method, row.path);
        if is_guarded(row) {
            // A link's page that only asks reads nothing but the link.
            let reads_nothing = matches!(row.access, Access::Link(_)) && row.method == Method::GET;
            assert!(!answer.status.is_success() || reads_nothing, "{what}: {answer:?}");
            if !reads_nothing {
                assert_says_so(&answer, &what);
            }
            guarded += 1;
        } else if LOOKS.contains(&row.path) {
            assert_says_so(&answer, &what);
        } else if row.allowance.is_none() {
            assert!(answer.status.as_u16() < 500, "{what} needs no database: {answer:?}");
        } else {
            assert_says_so(&answer, &what);
        }
    }
    assert!(guarded > 30, "only {guarded} rows were tried");
    stage.app.join();
    stage.auth.join();
    for (row, answer) in stage.rows.iter().zip(stage.answers().await) {
        let what = format!("{} {}", row.method, row.path);
        assert!(answer.status.as_u16() < 500, "{what} does not recover: {answer:?}");
        let names_an_object = row.path.contains("{") && !row.path.ends_with("{tenant}");
        if row.method == Method::GET && is_guarded(row) && !names_an_object {
            assert!(answer.status.is_success() || answer.status.is_redirection(), "{what}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn sr_dos_02_with_one_of_two_pools_away_a_row_answers_as_before_or_not_at_all() {
    let mut stage = Stage::set().await;
    let before = stage.answers().await;
    for cut_auth in [false, true] {
        let wire = if cut_auth { &mut stage.auth } else { &mut stage.app };
        wire.cut().await;
        let mut away = 0;
        for ((row, answer), before) in stage.rows.iter().zip(stage.answers().await).zip(&before) {
            let what = format!("{} {}", row.method, row.path);
            if answer.status == StatusCode::SERVICE_UNAVAILABLE {
                away += 1;
                continue;
            }
            let needs_proof = matches!(row.access, Access::Key(_) | Access::Session(_) | Access::Member(..));
            assert!(!(cut_auth && needs_proof), "{what} was answered without knowing who asks: {answer:?}");
            assert_eq!(answer.status, before.status, "{what}: {answer:?}");
        }
        assert!(away > 10, "only {away} rows missed the database");
        let wire = if cut_auth { &mut stage.auth } else { &mut stage.app };
        wire.join();
    }
}

#[tokio::test]
async fn sr_dos_02_an_unknown_caller_is_never_taken_for_a_known_one_while_the_database_is_away() {
    let mut stage = Stage::set().await;
    stage.auth.cut().await;
    for row in stage.rows.iter().filter(|row| matches!(row.access, Access::Key(_))) {
        let path = row.path.replace("{operator}", "harbour");
        for authorization in [None, Some("Bearer nonsense".to_owned()), Some(format!("Bearer {}", some_key().expose()))]
        {
            let mut request = Request::builder().method(row.method.clone()).uri(path.replace(['{', '}'], ""));
            if let Some(value) = &authorization {
                request = request.header(header::AUTHORIZATION, value);
            }
            let answer = stage.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
            let expected = match &authorization {
                Some(value) if value.contains("fa_live_") => StatusCode::SERVICE_UNAVAILABLE,
                _ => StatusCode::UNAUTHORIZED,
            };
            assert_eq!(answer.status(), expected, "{} {}: {authorization:?}", row.method, row.path);
        }
    }
}

#[tokio::test]
async fn sr_prv_01_an_erasure_that_loses_its_database_half_way_says_what_may_be_done_and_goes_on_when_it_is_back() {
    let world = World::new().await;
    let (alice, second) = (world.person("Alice", Plan::Fleet).await, world.person("Second", Plan::Fleet).await);
    // The second is a tenant of hers, too, and of nobody else.
    for sql in [
        "insert into member (tenant_id, user_id, role) select tenant_id, $1, 'owner' from member where user_id = $2",
        "update channel set user_id = $1 where user_id = $2",
        "delete from member where $1 <> user_id and user_id = $2",
    ] {
        sqlx::query(sql).bind(alice.user.0).bind(second.user.0).execute(&world.admin).await.unwrap();
    }
    let mut wire = Wire::new(&server());
    let url = wire.of(&world.database.url("ferry_auth"));
    let app = App { credentials: Credentials::connect(&url, 2, sealer()).await.unwrap(), ..world.web() };
    let mut browser = world.signed_in_at(app::router(app), &alice, Token::mint(crate::harness::chance())).await;
    let mut other = Other::begin(&world).await;
    other.run(&format!("select from channel where tenant_id = '{}' for update", second.tenant)).await;
    let words = [("words", "tout effacer")];
    browser.cookies.insert("__Host-language".to_owned(), "fr".to_owned());
    let away = async {
        other.waited_for(&world, 1).await;
        wire.cut().await;
    };
    let (broken, ()) = join!(browser.post("/account/data/erase", &words), away);
    assert_eq!(broken.status, StatusCode::SERVICE_UNAVAILABLE, "{broken:?}");
    assert!(broken.text.contains("Une partie est peut-être déjà effacée, et le restera."), "{}", broken.text);
    assert!(!broken.text.contains("Rien n’a été changé"), "{}", broken.text);
    assert_eq!(world.count("select count(*) from audit where action = 'tenant.erase'").await, 1);
    other.commit().await;
    wire.join();
    let erased = browser.post("/account/data/erase", &words).await;
    assert_eq!(erased.status, StatusCode::OK, "{}", erased.text);
    assert_eq!(world.count("select count(*) from user_account where name = 'Alice'").await, 0);
}
