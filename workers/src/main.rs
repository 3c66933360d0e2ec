//! workers
fn main() {}
