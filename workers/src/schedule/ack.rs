//! The end of a claim: a layer around the handler that says when its id is due next, and the task that tells Redis,
//! many at once.
//!
//! Promises that each started claim is completed once, that one with too little lease left is not started but handed
//! back, and that a Redis which does not answer is asked again while the leases last. Never holds up a handler.

use super::Claimed;
use super::due_set::{Claim, Completion, DueSet};
use crate::clock::Clock;
use apalis_core::error::BoxDynError;
use apalis_core::task::Task;
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::{Notify, OwnedSemaphorePermit, mpsc};
use tower::{Layer, Service};

/// The most completions one flush carries.
const BATCH: usize = 500;

/// What a handler answers: when its id is due next, or `None` to take it out of the due set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextDue(pub Option<DateTime<Utc>>);

/// A worker's place for one claim, from the claim until Redis knows of its end.
pub(super) struct Seat {
    pub(super) _permit: OwnedSemaphorePermit,
    /// After this instant the lease would not outlast the handler.
    pub(super) start_by: DateTime<Utc>,
}

/// What the acknowledging task is told.
enum Ack {
    Done(Completion, Option<Seat>),
    /// Nothing follows. Needed because clones of the sender live on in services.
    Close,
}

/// The way to the acknowledging task.
#[derive(Clone)]
pub(super) struct Acks(mpsc::Sender<Ack>);

/// The end of the way, waiting to be run.
pub(super) struct Acker {
    inbox: mpsc::Receiver<Ack>,
    due_set: DueSet,
    freed: Arc<Notify>,
}

impl Acks {
    /// Both ends. `freed` is notified when leases have ended.
    pub(super) fn channel(due_set: DueSet, freed: Arc<Notify>) -> (Self, Acker) {
        let (sender, inbox) = mpsc::channel(BATCH);
        let acker = Acker { inbox, due_set, freed };
        (Self(sender), acker)
    }

    /// Ends a lease. Without an acknowledging task the lease runs out by itself.
    pub(super) async fn complete(&self, completion: Completion, seat: Option<Seat>) {
        let _ = self.0.send(Ack::Done(completion, seat)).await;
    }

    /// Hands back what was claimed and not started: it is due again when it was due before.
    pub(super) async fn hand_back(&self, claim: Claim, seat: Option<Seat>) {
        self.complete(claim.completed(Some(claim.due_us)), seat).await;
    }

    /// Asks the acknowledging task to end once it has done all that was sent before.
    pub(super) async fn close(&self) {
        let _ = self.0.send(Ack::Close).await;
    }
}

impl Acker {
    /// Tells Redis until it is closed.
    pub(super) async fn run(mut self) {
        let mut acks = Vec::with_capacity(BATCH);
        let mut open = true;
        while open && self.inbox.recv_many(&mut acks, BATCH).await > 0 {
            let mut completions = Vec::with_capacity(acks.len());
            let mut seats = Vec::with_capacity(acks.len());
            for ack in acks.drain(..) {
                match ack {
                    Ack::Done(completion, seat) => {
                        completions.push(completion);
                        seats.push(seat);
                    }
                    Ack::Close => open = false,
                }
            }
            self.flush(&completions).await;
            drop(seats);
            self.freed.notify_one();
        }
    }

    /// Tries until Redis answers, at most as long as a lease lasts: after that the tokens are stale.
    async fn flush(&self, completions: &[Completion]) {
        let mut pause = Duration::from_millis(20);
        let mut waited = Duration::ZERO;
        while let Err(error) = self.due_set.complete(completions).await {
            if waited > self.due_set.lease() {
                tracing::error!(%error, lost = completions.len(), "completions given up: their leases have ended");
                return;
            }
            tracing::warn!(%error, "completions will be tried again");
            tokio::time::sleep(pause).await;
            waited += pause;
            pause = (pause * 2).min(Duration::from_secs(2));
        }
    }
}

/// Puts [`Acknowledging`] around the handler.
#[derive(Clone)]
pub struct AckLayer {
    pub(super) acks: Acks,
    pub(super) clock: Clock,
    pub(super) retry_delay: Duration,
}

/// Sees the final outcome of a claim, after timeouts and caught panics, and completes it.
#[derive(Clone)]
pub struct Acknowledging<S> {
    inner: S,
    layer: AckLayer,
}

impl<S> Layer<S> for AckLayer {
    type Service = Acknowledging<S>;

    fn layer(&self, inner: S) -> Self::Service {
        Acknowledging { inner, layer: self.clone() }
    }
}

impl<S, R> Service<Task<Claimed<R>>> for Acknowledging<S>
where
    S: Service<Task<Claimed<R>>, Response = NextDue>,
    S::Error: Into<BoxDynError>,
    S::Future: Send + 'static,
{
    type Response = NextDue;
    type Error = BoxDynError;
    type Future = BoxFuture<'static, Result<NextDue, BoxDynError>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxDynError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, mut task: Task<Claimed<R>>) -> Self::Future {
        let claim = task.args.claim;
        let seat = task.args.seat.take();
        let layer = self.layer.clone();
        if seat.as_ref().is_some_and(|seat| layer.clock.now() >= seat.start_by) {
            tracing::debug!(id = claim.id, "handed back: too little of the lease is left");
            return Box::pin(async move {
                layer.acks.hand_back(claim, seat).await;
                Ok(NextDue(None))
            });
        }
        let outcome = self.inner.call(task);
        Box::pin(async move {
            let outcome = outcome.await.map_err(Into::into);
            let next_due = match &outcome {
                Ok(NextDue(next_due)) => *next_due,
                Err(_) => Some(layer.clock.now() + layer.retry_delay),
            };
            let next_due_us = next_due.map(|at| at.timestamp_micros());
            layer.acks.complete(claim.completed(next_due_us), seat).await;
            outcome
        })
    }
}
