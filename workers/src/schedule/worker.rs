//! The apalis worker around a handler, and the loop that starts it anew should it ever end early.
//!
//! Promises that a handler which hangs is cut off, one that panics is caught, and that `run` returns only after shutdown
//! was asked for, once the handlers that ran have ended or the shutdown timeout is over. Never retries in place: a
//! failed id is due again later.

use super::ack::NextDue;
use super::backend::{Backend, Claimed};
use super::{Load, Schedule, Settings};
use apalis::layers::WorkerBuilderExt;
use apalis::layers::tracing::{MakeSpan, TraceLayer};
use apalis_core::error::WorkerError;
use apalis_core::task::Task;
use apalis_core::worker::builder::WorkerBuilder;
use apalis_core::worker::context::WorkerContext;
use apalis_core::worker::ext::parallelize::ParallelizeExt;
use futures::FutureExt;
use futures::future::BoxFuture;
use std::pin::pin;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tower::service_fn;
use tracing::Span;

/// The pause before a worker that ended early is started anew.
const RESTART_PAUSE: Duration = Duration::from_secs(1);

/// Runs `handler` on everything that falls due, until `shutdown`.
pub async fn run<L, H, F>(schedule: Schedule<L>, handler: H, shutdown: CancellationToken)
where
    L: Load,
    H: Fn(Claimed<L::Row>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = anyhow::Result<NextDue>> + Send + 'static,
{
    while !shutdown.is_cancelled() {
        let context = WorkerContext::new(&schedule.settings.name);
        let worker = worker(&context, schedule.clone(), handler.clone());
        let ended = until_shutdown(worker, &context, &schedule.settings, &shutdown).await;
        if !shutdown.is_cancelled() {
            let name = &schedule.settings.name;
            tracing::error!(name, ?ended, "a worker ended early and is started anew");
            let pause = tokio::time::sleep(RESTART_PAUSE);
            let _ = shutdown.run_until_cancelled(pause).await;
        }
    }
}

/// Lets the worker run; on shutdown lets its handlers end, but not for ever.
async fn until_shutdown(
    worker: BoxFuture<'static, Result<(), WorkerError>>,
    context: &WorkerContext,
    settings: &Settings,
    shutdown: &CancellationToken,
) -> Result<(), WorkerError> {
    let mut worker = pin!(worker);
    tokio::select! {
        // The worker first: it must have started before it can be stopped.
        biased;
        ended = &mut worker => return ended,
        () = shutdown.cancelled() => {}
    }
    context.stop()?;
    match tokio::time::timeout(settings.shutdown_timeout, worker).await {
        Ok(ended) => ended,
        Err(_) => {
            let name = &settings.name;
            tracing::warn!(name, "shut down while handlers ran: their leases will end");
            Ok(())
        }
    }
}

fn worker<L, H, F>(
    context: &WorkerContext,
    schedule: Schedule<L>,
    handler: H,
) -> BoxFuture<'static, Result<(), WorkerError>>
where
    L: Load,
    H: Fn(Claimed<L::Row>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = anyhow::Result<NextDue>> + Send + 'static,
{
    let settings = schedule.settings.clone();
    let call = service_fn(move |task: Task<Claimed<L::Row>>| handler(task.args));
    // The first layer is the outermost. Without a concurrency limit an apalis worker is unbounded.
    WorkerBuilder::new(context)
        .backend(Backend::new(schedule))
        .concurrency(settings.concurrency)
        .parallelize(tokio::spawn)
        .timeout(settings.timeout)
        .layer(TraceLayer::new().make_span_with(ClaimSpan))
        .catch_panic()
        .build(call)
        .run()
        .boxed()
}

/// Names the claim in every log line of its handler.
#[derive(Clone)]
struct ClaimSpan;

impl<R> MakeSpan<Claimed<R>> for ClaimSpan {
    fn make_span(&mut self, task: &Task<Claimed<R>>) -> Span {
        let claim = &task.args.claim;
        tracing::info_span!("claim", partition = %claim.partition, id = claim.id)
    }
}
