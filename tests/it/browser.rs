//! The product in a real browser: Chromium on the real app over a real socket, with the simulated providers, operators and mailboxes. What
//! a person sees and can do there, and what a page that holds something hostile cannot.

mod acts;
mod corpus;
mod examined;
mod journey;
mod live;
mod pages;
mod place;
mod policy;
mod shape;
mod signing_in;
mod visitor;

use place::Place;
use visitor::{Hands, Visitor};

use dev::{
    chromium::{Chromium, Installed},
    cluster::Purpose,
};
use tokio::sync::{OnceCell, Semaphore};

/// One browser for all tests, started by the first of them. Its leash ends it with this program.
static CHROMIUM: OnceCell<Chromium> = OnceCell::const_new();

/// How many tests may be in it at once: each has two processors' worth of work for it.
static TURNS: Semaphore = Semaphore::const_new(2);

async fn chromium() -> &'static Chromium {
    let start = async || {
        let installed = Installed::from_environment().unwrap();
        Chromium::start(&installed, Purpose::TestBrowser).await.unwrap()
    };
    CHROMIUM.get_or_init(start).await
}
