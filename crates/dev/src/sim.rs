//! The simulated operators, mail server and identity providers: one process, one model, no network beyond this machine.
//!
//! Promises: one model of sailings is served in the format of each operator; what is freed here is on the next answer; every request is in the log; a mail accepted here is in the inbox. Everything is bounded. Never ships.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::serve::ListenerExt as _;
use chrono::{DateTime, NaiveDate, Utc};
use domain::operator::Operator;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

mod answers;
mod bc_ferries;
mod brittany;
mod harbour;
mod http;
pub mod identity;
mod inbox;
mod markup;
mod misbehaviour;
mod model;
mod pages;
mod playground;
mod requests;
mod smtp;
mod tally;
mod timetable;
mod wsf;

pub use brittany::Nesting;
pub use inbox::Mail;
pub use misbehaviour::Misbehaviour;
pub use model::{ClassSpace, Place, SailingStatus, SimSailing};
pub use requests::SeenRequest;
pub use smtp::MailMisbehaviour;
pub use tally::Tally;
pub use wsf::ACCESS_CODE;

use playground::{Playground, lock};

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
        let ground = Arc::new(Playground::new(today, format!("http://{}", http.local_addr()?)));
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

    /// The base URL of all operators.
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

    /// Sets how many spaces a class has: 0 is full. For BC Ferries it is a per cent of the deck, for Washington State
    /// Ferries the car spaces of the boat.
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

    /// Keeps BC Ferries' page of a route as it is now for one more answer, whatever changes: a cache that is behind.
    pub fn answer_once_from_cache(&self, route: &str) -> anyhow::Result<()> {
        let page = self.ground.bc_page(route).ok().with_context(|| format!("no page of {route:?}"))?;
        lock(&self.ground.cached).insert(route.to_owned(), page);
        Ok(())
    }

    /// Switches ETags on or off; they are off at first.
    pub fn set_validators(&self, validators: Validators) {
        self.ground.set_validators(validators);
    }

    /// Replaces robots.txt, for all operators.
    pub fn set_robots(&self, text: &str) {
        text.clone_into(&mut lock(&self.ground.robots));
    }

    /// Chooses how Brittany Ferries nests its crossings; flat at first.
    pub fn set_nesting(&self, nesting: Nesting) {
        *lock(&self.ground.nesting) = nesting;
    }

    /// Chooses the access code that Washington State Ferries asks for; [`ACCESS_CODE`] at first.
    pub fn set_access_code(&self, code: &str) {
        code.clone_into(&mut lock(&self.ground.access_code));
    }

    /// Stops the simulator's clock, which decides what is departed, today and tomorrow.
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

#[cfg(test)]
mod tests;
