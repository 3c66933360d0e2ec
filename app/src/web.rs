//! Pages on which people say what they wait for, see what became of it, and say where they are told.

pub(crate) mod alerts;
pub(crate) mod channels;
mod told;
pub(crate) mod watches;
