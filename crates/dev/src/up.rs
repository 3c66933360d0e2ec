//! `cargo dev up`: the product, running, until Ctrl-C. What was booked, watched and mailed stays for
//! the next time; `cargo dev reset` forgets it.

use crate::{
    checkout::Build,
    cluster::Purpose,
    stage::{Setting, Stage, Voices},
    world::{self, DevKey},
};
use anyhow::Result;
use chrono::Utc;

/// Runs until it is dropped.
///
/// # Errors
/// When something does not start, or ends by itself.
pub async fn run(scale: u32) -> Result<()> {
    let mut stage =
        Stage::set(Setting { purpose: Purpose::Up, scale, voices: Voices::Aloud, build: Build::Debug }).await?;
    println!();
    println!("  app         {}", stage.app_url("/"));
    println!("  sign in     {}   one click as Alice, Bob, Chloé or Théo at Harbour ID", stage.app_url("/login"));
    println!("  simulator   {}   one click frees a space on a sailing", stage.simulator_url("/sim"));
    println!("  inbox       {}   every mail that was sent", stage.simulator_url("/inbox"));
    println!();
    println!("  API         {}   the document that describes it", stage.app_url("/api/v1/openapi.json"));
    for DevKey { name, plan, key } in world::keys(Utc::now().date_naive()) {
        println!("  {:11} {}   {plan}", format!("{name}'s key"), key.expose());
    }
    if let Some(DevKey { key, .. }) = world::keys(Utc::now().date_naive()).first() {
        println!("  try         curl -H 'Authorization: Bearer {}' {}", key.expose(), stage.app_url("/api/v1/key"));
    }
    println!();
    println!("  A minute lasts {:.1} s. Ctrl-C stops everything.", 60.0 / f64::from(scale));
    println!();
    Err(stage.falls().await)
}
