//! Sign-in.
pub(crate) mod apple;
pub(crate) mod claims;
pub(crate) mod discovery;
pub(crate) mod email;
pub(crate) mod github;
pub(crate) mod id_token;
pub(crate) mod provider;
pub mod return_to;
pub mod settings;
pub(crate) mod wire;
