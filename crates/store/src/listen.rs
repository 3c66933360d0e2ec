//! Waking up. A notification only says "look again": whoever listens also looks by itself now and
//! then, so that a lost notification costs a moment and never an alert.

use crate::{Result, Store};
use domain::id::TargetId;
use sqlx::postgres::PgListener;

/// What to look at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// The demand for this target changed.
    Target(TargetId),
    /// A change waits for its fan-out.
    Change,
    /// A delivery is due.
    Delivery,
    /// The connection was lost or the word unknown: look at everything.
    Everything,
}

/// A listening connection.
pub struct Listener(PgListener);

impl Store {
    /// Starts to listen. Load what there is only after this returns.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn listen(&self) -> Result<Listener> {
        let mut listener = PgListener::connect_with(&self.pool).await?;
        listener.listen("ferry").await?;
        Ok(Listener(listener))
    }
}

impl Listener {
    /// Waits for the next notification.
    ///
    /// # Errors
    /// When the connection is lost and cannot be made again.
    pub async fn next(&mut self) -> Result<Wake> {
        let Some(notification) = self.0.try_recv().await? else { return Ok(Wake::Everything) };
        Ok(match notification.payload() {
            "change" => Wake::Change,
            "delivery" => Wake::Delivery,
            text => text
                .strip_prefix("target:")
                .and_then(|id| id.parse().ok())
                .map_or(Wake::Everything, |id| Wake::Target(TargetId(id))),
        })
    }
}
