//! The due set as an apalis `Backend`.
//!
//! Promises that polling it never fails, so nothing in Redis or Postgres can end a worker, and that closing it hands back
//! what was not started and waits for what was completed. Never polls Redis itself: a background task does.

use super::ack::{AckLayer, Acker, Acks, Seat};
use super::claimer::Claimer;
use super::due_set::Claim;
use super::{Load, Schedule, Settings};
use apalis_core::backend::finalize::Ephemeral;
use apalis_core::backend::{self, BackendConfig};
use apalis_core::task::Task;
use apalis_core::worker::context::WorkerContext;
use futures::FutureExt;
use futures::future::BoxFuture;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::{Notify, Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long closing waits for Redis and the loader; after that leases end by themselves.
const CLOSING: Duration = Duration::from_secs(5);

/// A leased id and the row behind it.
pub struct Claimed<R> {
    /// The lease.
    pub claim: Claim,
    /// The row, as it was when the id was claimed.
    pub row: R,
    pub(super) seat: Option<Seat>,
}

/// One worker's life on a due set. It cannot be restarted; [`super::run`] makes a new one.
pub struct Backend<L: Load> {
    settings: Settings,
    state: State<L>,
    line: mpsc::Receiver<Claimed<L::Row>>,
    acks: Acks,
    stop: CancellationToken,
}

enum State<L: Load> {
    New(Box<(Claimer<L>, Acker)>),
    Running { claimer: JoinHandle<()>, acker: JoinHandle<()> },
    // The mutex makes it `Sync`, which apalis demands of backends; it is never contended.
    Closing(Mutex<BoxFuture<'static, ()>>),
    Closed,
}

impl<L: Load> Backend<L> {
    /// A backend that claims nothing until it is polled.
    #[must_use]
    pub fn new(schedule: Schedule<L>) -> Self {
        let settings = schedule.settings.clone();
        let seats = settings.concurrency + settings.prefetch;
        let freed = Arc::new(Notify::new());
        let (acks, acker) = Acks::channel(schedule.due_set.clone(), freed.clone());
        let (sender, line) = mpsc::channel(seats);
        let stop = CancellationToken::new();
        let claimer = Claimer {
            schedule,
            seats: Arc::new(Semaphore::new(seats)),
            line: sender,
            acks: acks.clone(),
            freed,
            stop: stop.clone(),
        };
        Self { settings, state: State::New(Box::new((claimer, acker))), line, acks, stop }
    }

    fn start(&mut self) {
        if let State::New(parts) = std::mem::replace(&mut self.state, State::Closed) {
            let (claimer, acker) = *parts;
            self.state = State::Running { claimer: tokio::spawn(claimer.run()), acker: tokio::spawn(acker.run()) };
        }
    }

    /// Stops claiming, hands back what waits in line, and lets the completions be written.
    fn closing(&mut self, claimer: JoinHandle<()>, acker: JoinHandle<()>) -> BoxFuture<'static, ()> {
        self.stop.cancel();
        let (_, nothing) = mpsc::channel(1);
        let mut line = std::mem::replace(&mut self.line, nothing);
        let acks = self.acks.clone();
        let orderly = async move {
            line.close();
            let _ = claimer.await;
            while let Some(claimed) = line.recv().await {
                acks.hand_back(claimed.claim, claimed.seat).await;
            }
            acks.close().await;
            let _ = acker.await;
        };
        async move {
            if tokio::time::timeout(CLOSING, orderly).await.is_err() {
                tracing::warn!("closed before all claims were handed back: their leases will end");
            }
        }
        .boxed()
    }
}

impl<L: Load> Drop for Backend<L> {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl<L: Load> backend::Backend for Backend<L> {
    type Task = Task<Claimed<L::Row>>;
    type Error = Infallible;

    fn poll_ready(&mut self, _: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Infallible>> {
        if matches!(self.state, State::New(_)) {
            self.start();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_next(&mut self, cx: &mut Context<'_>, _: &WorkerContext) -> Poll<Option<Result<Self::Task, Infallible>>> {
        self.line.poll_recv(cx).map(|claimed| claimed.map(|claimed| Ok(Task::new(claimed))))
    }

    fn poll_close(&mut self, cx: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Infallible>> {
        match std::mem::replace(&mut self.state, State::Closed) {
            State::New(_) | State::Closed => return Poll::Ready(Ok(())),
            State::Running { claimer, acker } => {
                self.state = State::Closing(Mutex::new(self.closing(claimer, acker)));
            }
            closing @ State::Closing(_) => self.state = closing,
        }
        let State::Closing(closing) = &mut self.state else {
            return Poll::Ready(Ok(()));
        };
        let closing = closing.get_mut().unwrap_or_else(PoisonError::into_inner);
        closing.poll_unpin(cx).map(|()| {
            self.state = State::Closed;
            Ok(())
        })
    }
}

impl<L: Load> BackendConfig for Backend<L> {
    type Args = Claimed<L::Row>;
    type Id = i64;
    type Kind = Ephemeral;
    type Config = Settings;
    type Layer = AckLayer;

    fn config(&self) -> &Settings {
        &self.settings
    }

    fn middleware(&mut self, _: &mut WorkerContext) -> AckLayer {
        AckLayer { acks: self.acks.clone(), clock: self.settings.clock.clone(), retry_delay: self.settings.retry_delay }
    }
}
