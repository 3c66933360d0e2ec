//! The workers: poll operators, turn changes into alerts, deliver them. One process, one database role,
//! one Redis; any number of processes may run side by side. Never serves a request.

pub mod channels;
pub mod clock;
pub mod config;
pub mod deliver;
mod evaluate;
pub mod fan_out;
pub mod heartbeat;
mod letter;
pub mod memory;
pub mod operators;
pub mod outage;
pub mod poll;
pub mod prune;
pub mod reconcile;
pub mod run;
pub mod schedule;
mod status;

pub use config::Config;
pub use run::run;
