//! The simulated operators and mail server: one process, one model, no network beyond this machine.
//!
//! Promises: one model of sailings is served as Harbour's JSON and as BC Ferries' page; what is freed here is on the
//! next answer; every request is in the log; a mail accepted here is in the inbox. Everything is bounded. Never ships.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, RwLock};
use std::time::Duration;

use anyhow::Context;
use axum::serve::ListenerExt as _;
use bytes::Bytes;
use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::operator::Operator;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

mod bc_ferries;
mod harbour;
mod http;
mod inbox;
mod markup;
mod misbehaviour;
mod model;
mod pages;
mod requests;
mod smtp;
mod tally;
mod timetable;

pub use inbox::Mail;
pub use misbehaviour::Misbehaviour;
pub use model::{ClassSpace, Place, SailingStatus, SimSailing};
pub use requests::SeenRequest;
pub use smtp::MailMisbehaviour;
pub use tally::Tally;

use inbox::Inbox;
use model::Model;
use requests::RequestLog;
use smtp::MailServer;

/// The most written answers kept; past it a day is written anew for each request.
const MAX_WRITTEN: usize = 4_096;
const ROBOTS: &str = "User-agent: *\nDisallow: /sim\nDisallow: /inbox\n";

/// Where the simulator listens. Port 0 takes any free one.
#[derive(Clone, Copy, Debug)]
pub struct Addresses {
    /// Operators and pages.
    pub http: SocketAddr,
    /// Mail.
    pub smtp: SocketAddr,
}

/// Whether answers carry an ETag and unchanged ones become 304.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validators {
    /// ETag and 304.
    On,
    /// Every poll transfers the whole answer.
    Off,
}

/// A running simulator; it ends when this is dropped.
#[derive(Debug)]
pub struct Sim {
    /// Where operators and pages answer.
    pub http: SocketAddr,
    /// Where mail is taken in.
    pub smtp: SocketAddr,
    ground: Arc<Playground>,
    stop: CancellationToken,
}

/// Why an operator's page does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NotAsked {
    NoSuchRoute,
    BadQuery,
}

/// What the HTTP side, the mail server and the tests share.
#[derive(Debug)]
struct Playground {
    model: Mutex<Model>,
    /// Harbour's answers by query, as long as the model stays as it is. Locked after `model`.
    written: RwLock<HashMap<String, Bytes>>,
    misbehaviours: Mutex<HashMap<Operator, Misbehaviour>>,
    frozen: Mutex<Option<DateTime<Utc>>>,
    validates: AtomicBool,
    robots: Mutex<String>,
    requests: RequestLog,
    inbox: Arc<Inbox>,
    mail: Arc<MailServer>,
}

impl Sim {
    /// Starts on free ports of the loopback address. Days nobody touches follow from `today` alone.
    pub async fn start(today: NaiveDate) -> anyhow::Result<Sim> {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        Sim::start_on(Addresses { http: any, smtp: any }, today).await
    }

    /// Starts on given addresses.
    pub async fn start_on(addresses: Addresses, today: NaiveDate) -> anyhow::Result<Sim> {
        let listen = async |address: SocketAddr| {
            TcpListener::bind(address).await.with_context(|| format!("the simulator cannot listen on {address}"))
        };
        let (http, smtp) = (listen(addresses.http).await?, listen(addresses.smtp).await?);
        let ground = Arc::new(Playground::new(today));
        let stop = CancellationToken::new();
        let sim =
            Sim { http: http.local_addr()?, smtp: smtp.local_addr()?, ground: Arc::clone(&ground), stop: stop.clone() };
        tokio::spawn(smtp::serve(smtp, Arc::clone(&ground.mail), stop.clone()));
        // Without this small answers wait for the client's acknowledgement.
        let http = http.tap_io(|stream| drop(stream.set_nodelay(true)));
        let router = http::router(ground);
        tokio::spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                // axum's server never ends by itself.
                _ = axum::serve(http, router) => {}
            }
        });
        Ok(sim)
    }

    /// The base URL of both operators.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.http)
    }

    /// The mail server's URL for the mailer.
    pub fn smtp_url(&self) -> String {
        format!("smtp://{}", self.smtp)
    }

    /// The sailings of a route on a local day.
    pub fn sailings(&self, operator: Operator, route: &str, date: NaiveDate) -> Vec<SimSailing> {
        self.ground.sailings(operator, route, date)
    }

    /// Sets how many spaces a class has: 0 is full. For BC Ferries it is a per cent of the deck.
    pub fn free(&self, place: &Place, spaces: u32) -> anyhow::Result<SimSailing> {
        self.ground.set_spaces(place, spaces)
    }

    /// Takes all space of a class.
    pub fn take(&self, place: &Place) -> anyhow::Result<SimSailing> {
        self.ground.set_spaces(place, 0)
    }

    /// Takes all space of all classes on a day, and says which sailings there are.
    pub fn take_all(&self, operator: Operator, route: &str, date: NaiveDate) -> anyhow::Result<Vec<SimSailing>> {
        for sailing in self.sailings(operator, route, date) {
            for class in &sailing.classes {
                self.take(&sailing.place(&class.class))?;
            }
        }
        Ok(self.sailings(operator, route, date))
    }

    /// Sets the price of a class, in cents.
    pub fn set_price(&self, place: &Place, minor: i64) -> anyhow::Result<SimSailing> {
        self.ground.change(|model| model.set_price(place, minor))
    }

    /// Sets how many cabins, and how many of them for pets, a sailing has left.
    pub fn set_cabins(&self, sailing: &SimSailing, cabins: u32, pet_cabins: u32) -> anyhow::Result<SimSailing> {
        self.ground.change(|model| {
            model.change(sailing.operator, &sailing.route, &sailing.key, |sailing| {
                (sailing.cabins, sailing.pet_cabins) = (Some(cabins), Some(pet_cabins));
                Ok(())
            })
        })
    }

    /// Puts a sailing on sale, cancels it or takes it off sale.
    pub fn set_status(&self, sailing: &SimSailing, status: SailingStatus) -> anyhow::Result<SimSailing> {
        self.ground.set_status(sailing.operator, &sailing.route, &sailing.key, status)
    }

    /// Makes an operator misbehave until told otherwise.
    pub fn misbehave(&self, operator: Operator, misbehaviour: Misbehaviour) {
        self.ground.misbehave(operator, misbehaviour);
    }

    /// Makes the mail server misbehave.
    pub fn misbehave_mail(&self, misbehaviour: MailMisbehaviour) {
        self.ground.mail.misbehave(misbehaviour);
    }

    /// Switches ETags on or off; they are off at first.
    pub fn set_validators(&self, validators: Validators) {
        self.ground.set_validators(validators);
    }

    /// Replaces robots.txt, for both operators.
    pub fn set_robots(&self, text: &str) {
        text.clone_into(&mut lock(&self.ground.robots));
    }

    /// Stops the simulator's clock, which decides what BC Ferries' page calls departed, today and tomorrow.
    pub fn freeze(&self, at: DateTime<Utc>) {
        *lock(&self.ground.frozen) = Some(at);
    }

    /// The newest requests, oldest first.
    pub fn requests(&self) -> Vec<SeenRequest> {
        self.ground.requests.all()
    }

    /// How many requests came since the start or the last reset.
    pub fn request_count(&self) -> u64 {
        self.ground.requests.total()
    }

    /// The newest mails, oldest first.
    pub fn inbox(&self) -> Vec<Mail> {
        self.ground.inbox.all()
    }

    /// Waits until `count` mails arrived since the start or the last reset, and hands out all of them.
    pub async fn wait_for_mail(&self, count: u64, timeout: Duration) -> anyhow::Result<Vec<Mail>> {
        self.ground.inbox.wait_for(count, timeout).await
    }

    /// How many mails came since the start or the last reset, and how many of them twice.
    pub fn tally(&self) -> Tally {
        self.ground.inbox.tally()
    }

    /// Forgets changes, misbehaviour, requests and mails.
    pub fn reset(&self) {
        self.ground.reset();
    }

    /// Runs until `stop`.
    pub async fn run_until(self, stop: CancellationToken) {
        stop.cancelled().await;
    }
}

impl Drop for Sim {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Nothing panics while holding one of the simulator's locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("BUG: nothing panics under this lock")
}

impl Playground {
    fn new(today: NaiveDate) -> Self {
        let inbox = Arc::new(Inbox::new());
        Self {
            model: Mutex::new(Model::new(today)),
            written: RwLock::default(),
            misbehaviours: Mutex::default(),
            frozen: Mutex::default(),
            validates: AtomicBool::new(false),
            robots: Mutex::new(ROBOTS.to_owned()),
            requests: RequestLog::default(),
            mail: Arc::new(MailServer::new(Arc::clone(&inbox))),
            inbox,
        }
    }

    fn now(&self) -> DateTime<Utc> {
        lock(&self.frozen).unwrap_or_else(Utc::now)
    }

    fn sailings(&self, operator: Operator, route: &str, date: NaiveDate) -> Vec<SimSailing> {
        lock(&self.model).day(operator, route, date)
    }

    /// The day a page shows first: today, and for Harbour the seed day.
    fn first_day(&self, operator: Operator) -> NaiveDate {
        match operator {
            Operator::Harbour => lock(&self.model).seed(),
            Operator::BcFerries => self.now().with_timezone(&chrono_tz::America::Vancouver).date_naive(),
        }
    }

    /// Harbour's answer to a query, written at most once between two changes.
    fn harbour_day(&self, query: &str) -> Result<Bytes, NotAsked> {
        let written = self.written.read().expect("BUG: nothing panics under this lock");
        if let Some(body) = written.get(query) {
            return Ok(body.clone());
        }
        drop(written);
        let (route, date) = read_query(query)?;
        // The model stays locked while the answer is stored: a change that came between would leave it stale.
        let model = lock(&self.model);
        let sailings = model.day(Operator::Harbour, &route, date);
        if sailings.is_empty() {
            return Err(NotAsked::NoSuchRoute);
        }
        let body = Bytes::from(harbour::write(&route, date, &sailings));
        let mut written = self.written.write().expect("BUG: nothing panics under this lock");
        if written.len() < MAX_WRITTEN {
            written.insert(query.to_owned(), body.clone());
        }
        Ok(body)
    }

    fn bc_page(&self, route: &str) -> Result<Bytes, NotAsked> {
        let zone = timetable::zone_of(Operator::BcFerries, route).ok_or(NotAsked::NoSuchRoute)?;
        let now = self.now();
        let today = now.with_timezone(&zone).date_naive();
        let day = |date| self.sailings(Operator::BcFerries, route, date);
        let tomorrow = today.checked_add_days(Days::new(1)).ok_or(NotAsked::BadQuery)?;
        let page = bc_ferries::write(route, (&day(today), &day(tomorrow)), zone, now);
        Ok(Bytes::from(page))
    }

    /// Changes the model, and throws away what was written of it.
    fn change<T>(&self, change: impl FnOnce(&mut Model) -> T) -> T {
        let mut model = lock(&self.model);
        let changed = change(&mut model);
        self.written.write().expect("BUG: nothing panics under this lock").clear();
        changed
    }

    fn set_spaces(&self, place: &Place, spaces: u32) -> anyhow::Result<SimSailing> {
        self.change(|model| model.set_spaces(place, spaces))
    }

    fn set_status(
        &self,
        operator: Operator,
        route: &str,
        key: &str,
        status: SailingStatus,
    ) -> anyhow::Result<SimSailing> {
        self.change(|model| {
            model.change(operator, route, key, |sailing| {
                sailing.status = status;
                Ok(())
            })
        })
    }

    fn misbehave(&self, operator: Operator, misbehaviour: Misbehaviour) {
        lock(&self.misbehaviours).insert(operator, misbehaviour);
    }

    fn misbehaviour(&self, operator: Operator) -> Misbehaviour {
        lock(&self.misbehaviours).get(&operator).copied().unwrap_or_default()
    }

    fn set_validators(&self, validators: Validators) {
        self.validates.store(validators == Validators::On, Ordering::Relaxed);
    }

    fn validates(&self) -> bool {
        self.validates.load(Ordering::Relaxed)
    }

    fn reset(&self) {
        self.change(Model::reset);
        lock(&self.misbehaviours).clear();
        ROBOTS.clone_into(&mut lock(&self.robots));
        self.mail.misbehave(MailMisbehaviour::None);
        self.requests.clear();
        self.inbox.clear();
    }
}

/// Reads `route=…&date=…` in any order; anything else is a bad request.
fn read_query(query: &str) -> Result<(String, NaiveDate), NotAsked> {
    let value = |name: &str| {
        url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    };
    let route = value("route").filter(|_| query.len() <= 128).ok_or(NotAsked::BadQuery)?;
    let date = value("date").and_then(|date| date.parse().ok()).ok_or(NotAsked::BadQuery)?;
    Ok((route, date))
}

#[cfg(test)]
mod tests;
