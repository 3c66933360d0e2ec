//! Everything is in `it`.
