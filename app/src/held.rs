//! `app held`: what the checker did not believe, and a person's word on it. Each decision is one row of the platform's
//! audit. A release lets the next poll that gives the same answer through and nothing else; nothing here records an answer.

use anyhow::ensure;
use std::fmt::Write;
use store::{
    Store,
    audit::By,
    held::{Decision, HeldRow},
};

/// Lists what is held, or decides one of it, and returns what is to be shown.
///
/// # Errors
/// When the row does not wait for a decision, or the database refuses.
pub async fn run(store: &Store, choice: Option<(Decision, i64)>, by: &By<'_>) -> anyhow::Result<String> {
    let Some((decision, id)) = choice else { return list(&store.held().await?) };
    let decided = store.decide_held(id, decision, by).await?;
    ensure!(decided, "{id} does not wait for a decision: `app held` shows what does");
    Ok(match decision {
        Decision::Release => format!("{id} released: it counts when the next poll gives the same answer\n"),
        Decision::Dismiss => format!("{id} dismissed: repeats of this answer stay without effect\n"),
    })
}

fn list(rows: &[HeldRow]) -> anyhow::Result<String> {
    let mut text = String::new();
    for row in rows {
        let HeldRow { id, state, operator, question, doubt, turned, told, times, first_seen_at, seen_at } = row;
        let (first, last) = (first_seen_at.format("%F %T"), seen_at.format("%F %T"));
        writeln!(
            text,
            "{id} {state} {operator} {question} {doubt}: {turned} of {told}, {times} times from {first} to {last} UTC"
        )?;
    }
    if rows.is_empty() {
        text.push_str("nothing is held\n");
    }
    Ok(text)
}
