//! The app of a test's world on a socket of its own, as browsers reach it: its address is in its pages, its mails and at the providers.
//! What workers do happens when the test says so.

use super::{CHROMIUM, TURNS, Visitor, chromium, visitor::Hands};
use crate::harness::{World, today};
use app::shield::Bounds;
use axum::Router;
use dev::chromium::Look;
use std::{ops::Deref, time::Duration};
use tokio::{net::TcpListener, sync::SemaphorePermit};
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

/// A world with its app on a socket. Both end with it.
pub(super) struct Place {
    world: World,
    pub(super) base: Url,
    _served: DropGuard,
    _turn: SemaphorePermit<'static>,
}

impl Deref for Place {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl Place {
    /// Served as the product serves it.
    pub(super) async fn open() -> Place {
        Place::served(async |listener, world, stop| {
            let app = world.web();
            tokio::spawn(async move { app::serve(app, listener, stop).await });
        })
        .await
    }

    /// Served so that pages that stand open are told what changes, and only when it does: none of them looks by itself.
    pub(super) async fn told() -> Place {
        let long = Duration::from_secs(3_600);
        let bounds = Bounds { stream_looks_every: long, stream_life: long, ..Bounds::default() };
        Place::served(async |listener, world, stop| {
            let app = world.web_with(bounds);
            tokio::spawn(async move { app::serve(app, listener, stop).await });
        })
        .await
    }

    /// Served with something around its router: for planting in answers what an attacker would.
    pub(super) async fn with(around: impl FnOnce(Router) -> Router) -> Place {
        Place::served(async |listener, world, stop| {
            let router = around(app::router(world.web()));
            let serve = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned());
            tokio::spawn(serve.into_future());
        })
        .await
    }

    async fn served(serve: impl AsyncFnOnce(TcpListener, &World, CancellationToken)) -> Place {
        let turn = TURNS.acquire().await.expect("BUG: nobody closes this");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        // Browsers keep `__Host-` cookies of a site without TLS only where it is this machine by name.
        let base = format!("http://localhost:{}/", listener.local_addr().unwrap().port());
        let world = World::reached_at(&base, today().and_hms_opt(12, 0, 0).unwrap().and_utc()).await;
        world.sim.freeze(world.clock.now());
        let stop = CancellationToken::new();
        serve(listener, &world, stop.clone()).await;
        Place { world, base: base.parse().unwrap(), _served: stop.drop_guard(), _turn: turn }
    }

    /// Where the newest mail to an address leads to, by the link whose path has this in it.
    pub(super) fn mailed(&self, to: &str, path: &str) -> String {
        let mails = self.sim.inbox();
        let links = mails.iter().rev().filter(|mail| mail.to == [to]).flat_map(|mail| mail.links());
        links.into_iter().find(|link| link.contains(path)).unwrap_or_else(|| panic!("no mail to {to} leads to {path}"))
    }

    /// Somebody with a window that was never here.
    pub(super) async fn visitor(&self, look: Look, hands: Hands) -> Visitor {
        let window = chromium().await.window(look).await.unwrap();
        Visitor::new(window, self.base.clone(), hands)
    }
}

/// How a window looked at last and what its page held, seen from another line: the test's own stands still.
pub(super) fn last_sight(target: &str) -> anyhow::Result<(Vec<u8>, String)> {
    let chromium = CHROMIUM.get().expect("BUG: a window is of a browser");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(chromium.last_sight(target))
}
