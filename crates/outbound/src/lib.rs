//! The one way out: every HTTP request this product makes goes through [`Client`].
//!
//! It promises that a request reaches only a public address (or, in a development deployment, a simulator's
//! exact socket), over verified TLS, within limits of time and size that hold while bytes arrive, under an
//! honest name. It never follows a redirect of a user's URL, never leaves an operator's host, never reads a
//! proxy or a trust anchor from the environment, never retries, and never repeats a URL in an error.

mod agent;
mod client;
mod egress;
mod error;
mod guard;
mod request;
mod retry_after;
mod robots;
mod tls;

pub use agent::{AgentError, UserAgent};
pub use client::{Client, ConnectionLimits};
pub use egress::{Development, Egress, Lookup};
pub use error::{BuildError, FetchError, Phase, Refusal};
pub use guard::is_public;
pub use request::{HostAllowlist, Limits, Method, Purpose, Request, Response, Validators};
pub use retry_after::parse_retry_after;
pub use robots::{Robots, RobotsVerdict};
