//! Pages that stand open: what changes of the watches on one, sent to it (server-sent events, HTML standard, section 9.2). Promises
//! that before every event, and at the least every 15 seconds, the session and the membership are asked again; that a stream holds no
//! database connection, no transaction and no seat of a request while it waits; that a person's streams, a tenant's and a process' are
//! counted, and one too many is refused, for an oldest that gave way would come again in the place of the next; and that all end in five
//! minutes, or at once when we stop. What moves in the database only says "look again", and then nothing but the tenant's own open alerts
//! is looked at: nobody learns from a stream that somebody else's watch moved. Never writes.

mod stream;

use crate::{
    board::Cards,
    input::Query,
    problem::Problem,
    seats::{Seat, Seats},
    shield::Bounds,
    signed_in::MemberCx,
};
use axum::{
    http::{HeaderMap, HeaderName, header},
    response::{IntoResponse, Response, Sse},
};
use domain::id::{TenantId, UserId, WatchId};
use futures::{StreamExt, stream::unfold};
use serde::Deserialize;
use std::{convert::Infallible, sync::Arc, time::Duration};
use store::{Membership, Store, board::CARDS_MAX};
use stream::Stream;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit, watch},
    time::sleep,
};
use tokio_util::sync::CancellationToken;
use words::Said;

/// How many streams, and tables that are being taken, look at the database at once: fewer than a process has connections, so that
/// pages never wait for them.
const LOOKS_AT_ONCE: usize = 4;
/// How long until we listen again where the database could not be heard. Every stream looks by itself meanwhile.
const LISTEN_AGAIN: Duration = Duration::from_secs(5);
/// How long a page that was refused waits before it asks again.
const AGAIN_IN_S: u64 = 60;

/// The streams of this process. Cheap to clone; all clones are the same.
#[derive(Clone)]
pub struct Live(Arc<Streams>);

struct Streams {
    of_persons: Seats<UserId>,
    of_tenants: Seats<TenantId>,
    all: Arc<Semaphore>,
    looks: Semaphore,
    moved: watch::Sender<()>,
    stopping: CancellationToken,
    bounds: Bounds,
}

/// One stream's places, given back when dropped.
struct Places {
    _of_person: Seat<UserId>,
    _of_tenant: Seat<TenantId>,
    _of_process: OwnedSemaphorePermit,
}

impl Live {
    /// Room for streams, and none there.
    #[must_use]
    pub fn new(bounds: &Bounds) -> Live {
        Live(Arc::new(Streams {
            of_persons: Seats::default(),
            of_tenants: Seats::default(),
            all: Arc::new(Semaphore::new(bounds.streams_max)),
            looks: Semaphore::new(LOOKS_AT_ONCE),
            moved: watch::Sender::new(()),
            stopping: CancellationToken::new(),
            bounds: *bounds,
        }))
    }

    /// Has streams look again whenever something moves, until they are to stop. One connection listens for all of them.
    pub(crate) async fn listen(self, store: Store) {
        let heard = async {
            loop {
                let Err(error) = self.hear(&store).await;
                tracing::warn!(%error, "not listening; streams look by themselves, trying again");
                sleep(LISTEN_AGAIN).await;
            }
        };
        self.0.stopping.run_until_cancelled(heard).await;
    }

    async fn hear(&self, store: &Store) -> store::Result<Infallible> {
        let mut listener = store.listen().await?;
        loop {
            self.0.moved.send_replace(());
            // Whatever it says and whomever it is about, it says no more than that.
            listener.next().await?;
        }
    }

    /// Ends every stream, and lets none begin.
    pub(crate) fn stop(&self) {
        self.0.stopping.cancel();
    }

    /// A turn at the database for what goes on after its request was let in.
    pub(crate) async fn turn(&self) -> SemaphorePermit<'_> {
        self.0.looks.acquire().await.expect("BUG: nobody closes this semaphore")
    }

    fn take(&self, membership: &Membership) -> Result<Places, Problem> {
        let refused = |n: usize| Problem::too_often(Said::new("too-many-streams").with("n", n), AGAIN_IN_S);
        let Bounds { streams_per_person, streams_per_tenant, streams_max, .. } = self.0.bounds;
        let (person, tenant) = (membership.user(), membership.tenant());
        let of_person =
            self.0.of_persons.take(person, streams_per_person).ok_or_else(|| refused(streams_per_person))?;
        let of_tenant =
            self.0.of_tenants.take(tenant, streams_per_tenant).ok_or_else(|| refused(streams_per_tenant))?;
        let of_process = self.0.all.clone().try_acquire_owned().map_err(|_| refused(streams_max))?;
        Ok(Places { _of_person: of_person, _of_tenant: of_tenant, _of_process: of_process })
    }
}

/// Which watches are on the page.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OnPage {
    /// Their ids, with commas between. Those that are no watches of the tenant are nothing here.
    #[serde(default)]
    watches: String,
}

impl OnPage {
    fn ids(&self) -> Vec<WatchId> {
        let ids = self.watches.split(',').filter_map(|id| id.parse().ok());
        ids.take(usize::try_from(CARDS_MAX).unwrap_or_default()).collect()
    }
}

/// What changes of these watches, as it does.
pub(crate) async fn show(cx: MemberCx, Query(page): Query<OnPage>, headers: HeaderMap) -> Result<Response, Problem> {
    let live = cx.app().live.clone();
    let places = live.take(cx.membership())?;
    let seen = headers.get("last-event-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    let zone = cx.frame().await?.zone;
    let stream = Stream::begin((live, places), cx, Cards::of(page.ids(), zone), seen);
    let events = unfold(stream, Stream::next).map(Ok::<_, Infallible>);
    let headers = [(header::CACHE_CONTROL, "no-store"), (HeaderName::from_static("x-accel-buffering"), "no")];
    Ok((headers, Sse::new(events)).into_response())
}
