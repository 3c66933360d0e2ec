//! Tenants are apart: by the catalogue, by behaviour through every role, and by what the store lets
//! anybody write.

mod behaviour;
mod catalogue;
mod least;
mod patience;
mod public;
mod settings;
