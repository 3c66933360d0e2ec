//! Nouns and decisions of FerryAlert.
//!
//! Promises: every function is a pure function of its arguments, so a decision can be tested, replayed
//! and explained. Never does I/O, never reads a clock, never draws a random number: `now` and `random`
//! are arguments.

#[macro_use]
mod closed_set;

pub mod access;
pub mod address;
pub mod allowance;
pub mod audit;
pub mod cadence;
pub mod cap;
pub mod change;
pub mod code;
pub mod delivery;
pub mod facts;
pub mod id;
pub mod invitation;
pub mod key;
pub mod length;
pub mod letter;
pub mod login;
pub mod membership;
pub mod name;
pub mod operator;
pub mod outage;
pub mod plan;
pub mod plausible;
pub mod sailing;
pub mod seal;
pub mod session;
pub mod status;
pub mod target;
pub mod text;
pub mod token;
pub mod watch;

pub use closed_set::NotInSet;

#[cfg(test)]
mod samples;
