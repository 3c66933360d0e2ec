//! Counts what is logged as an error while it stands: what a person would be called for.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tracing::{
    Event, Level, Metadata, Subscriber,
    span::{Attributes, Id, Record},
    subscriber::DefaultGuard,
};

/// Errors logged on this thread since it was made.
pub(crate) struct Errors {
    count: Arc<AtomicU64>,
    _guard: DefaultGuard,
}

impl Errors {
    pub(crate) fn counted() -> Errors {
        let count = Arc::new(AtomicU64::new(0));
        let guard = tracing::subscriber::set_default(Counter(Arc::clone(&count)));
        Errors { count, _guard: guard }
    }

    pub(crate) fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}

struct Counter(Arc<AtomicU64>);

impl Subscriber for Counter {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        if *event.metadata().level() == Level::ERROR {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}
