//! The audit log, for who answers for an installation: its chains walked, their ends anchored outside the database, a message
//! followed back to who asked for it. Never mends anything.

pub mod command;
pub mod verify;
