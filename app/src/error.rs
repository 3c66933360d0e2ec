//! What can go wrong in a request, as a page for people. The cause goes to the log once, never to the page.

use crate::{notice::Notice, problem::Problem};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

/// Why a request was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The link was not signed by us for this purpose, has expired, or its object is gone.
    #[error("unknown link")]
    LinkUnknown,
    /// A connection came back with a tenant set: never, or this process must not go on.
    #[error("a connection was handed back with a tenant set")]
    TenantLeftBehind,
    /// Our own failure.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// A template did not render.
    #[error(transparent)]
    Render(#[from] askama::Error),
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match self {
            Error::LinkUnknown => Notice::new("link-unknown-title", "link-unknown").answer(StatusCode::NOT_FOUND),
            Error::Store(error) => Problem::from(error).into_response(),
            Error::Render(_) | Error::TenantLeftBehind => {
                tracing::error!(error = %self, "request failed");
                Problem::failed().into_response()
            }
        }
    }
}
