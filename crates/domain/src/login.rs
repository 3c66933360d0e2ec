//! Attempts to sign in: what for, and for how long.
//!
//! Promises: an attempt is for one thing, fixed when it begins.

use chrono::TimeDelta;

/// How long an attempt waits for its browser to come back.
pub const ATTEMPT_LIFE: TimeDelta = TimeDelta::minutes(10);

closed_set! {
    /// What an attempt is for.
    pub enum AttemptPurpose ("purpose of an attempt") {
        /// To sign in, as whoever comes back.
        SignIn = "sign_in",
        /// To add who comes back to the person of a session.
        Link = "link",
        /// To prove anew who the person of a session is.
        Confirm = "confirm",
    }
}
