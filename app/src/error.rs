//! What can go wrong in a request, as a page for people. The cause goes to the log once, never to the page.

use crate::{
    notice::{Notice, notice},
    problem::Problem,
};
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
            Error::LinkUnknown => notice(StatusCode::NOT_FOUND, &UNKNOWN_LINK),
            Error::Store(error) => Problem::from(error).into_response(),
            Error::Render(_) | Error::TenantLeftBehind => {
                tracing::error!(error = %self, "request failed");
                notice(StatusCode::INTERNAL_SERVER_ERROR, &FAILED)
            }
        }
    }
}

const UNKNOWN_LINK: Notice<'static> = Notice {
    title: "This link does not work any more",
    text: "It may be cut short, too old, or for an alert that is no longer kept. Open the newest mail of this watch and use its link.",
};

const FAILED: Notice<'static> = Notice {
    title: "That did not work",
    text: "Nothing was changed. The mistake is ours and has been noted; please try again in a minute.",
};
