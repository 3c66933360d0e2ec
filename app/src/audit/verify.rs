//! Walks every chain of the audit log to its end. Promises that an edited, deleted, moved, inserted or cut off row is found and
//! named, the platform's chain first: its rows `audit.heads` say what the tenants' chains once were, and anchors from
//! outside the database say what it was itself. Reads page by page, whatever there is.

use anyhow::{Context, bail};
use domain::{
    audit::{Chain, Defect, Entry, HEADS, Head, Walk, Wrong},
    id::TenantId,
};
use serde::Deserialize;
use std::collections::HashMap;
use store::{
    Store,
    anchor::Anchor,
    audit::{After, Line},
};

/// What was checked, and found whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Rows of all chains.
    pub rows: u64,
    /// Chains, the platform's among them.
    pub chains: u64,
    /// Rows of tenants' chains that the platform's chain names.
    pub recorded: u64,
    /// Anchors.
    pub anchors: u64,
}

/// Checks everything; `seen` is told how many rows were, again and again. As `ferry_admin`.
///
/// # Errors
/// With the first defect, or when the database cannot be read.
pub async fn verify(store: &Store, anchors: &[Anchor], seen: impl Fn(u64)) -> anyhow::Result<Checked> {
    let mut checked = Checked { anchors: anchors.len() as u64, ..Checked::default() };
    platform(store, anchors, &mut checked).await?;
    seen(checked.rows);
    tenants(store, &mut checked, seen).await?;
    Ok(checked)
}

async fn platform(store: &Store, anchors: &[Anchor], checked: &mut Checked) -> anyhow::Result<()> {
    let anchored = Anchored::new(anchors);
    let mut walk = Walk::new(Chain::Platform);
    // Each page begins after the last row of the one before.
    loop {
        let (lines, more) = store.platform_audit_page(walk.last().seq).await?;
        for entry in lines.iter().filter_map(|line| line.entry.as_ref()) {
            walk.step(entry)?;
            anchored.hold(&walk)?;
            if entry.action == HEADS {
                checked.recorded += recorded(store, entry).await?;
            }
            checked.rows += 1;
        }
        if !more {
            walk.end(lines.first().and_then(|line| line.head.as_ref()))?;
            break;
        }
    }
    anchored.end(&walk)?;
    checked.chains += 1;
    Ok(())
}

async fn tenants(store: &Store, checked: &mut Checked, seen: impl Fn(u64)) -> anyhow::Result<()> {
    let mut open: Option<(Walk, Option<Head>)> = None;
    let mut after = After::NOTHING;
    // Each page begins after the last row of the one before.
    loop {
        let (lines, more) = store.audit_page(after).await?;
        for Line { chain, head, entry } in lines {
            let Chain::Tenant(tenant) = chain else { bail!("BUG: a page of tenants' chains holds another's") };
            let mut walk = match open.take() {
                Some((walk, _)) if walk.chain() == chain => walk,
                before => {
                    close(before.as_ref(), checked)?;
                    Walk::new(chain)
                }
            };
            if let Some(entry) = &entry {
                walk.step(entry)?;
                checked.rows += 1;
            }
            after = After::row(tenant, walk.last().seq);
            open = Some((walk, head));
        }
        seen(checked.rows);
        if !more {
            return Ok(close(open.as_ref(), checked)?);
        }
    }
}

/// The chain ends where its head says, as both stood with its last line.
fn close(open: Option<&(Walk, Option<Head>)>, checked: &mut Checked) -> Result<(), Defect> {
    let Some((walk, head)) = open else { return Ok(()) };
    walk.end(head.as_ref())?;
    checked.chains += u64::from(walk.last().seq > 0);
    Ok(())
}

/// What a row `audit.heads` holds.
#[derive(Deserialize)]
struct Heads {
    heads: Vec<(TenantId, i64, String)>,
}

/// Each row of a tenant's chain that the platform's chain names is still the one it names.
async fn recorded(store: &Store, entry: &Entry) -> anyhow::Result<u64> {
    let Heads { heads } = serde_json::from_str(&entry.detail)
        .with_context(|| format!("{}: row {} names no heads", Chain::Platform, entry.seq))?;
    let asked: Vec<_> = heads.iter().map(|(tenant, seq, _)| (*tenant, *seq)).collect();
    let found = store.audit_hashes(&asked).await?;
    for ((tenant, seq, hash), found) in heads.iter().zip(found) {
        let wrong = match found {
            None => Wrong::Missing,
            Some(found) if hex::encode(&found) != *hash => Wrong::NotAsRecorded(entry.seq),
            Some(_) => continue,
        };
        bail!(Defect { chain: Chain::Tenant(*tenant), seq: *seq, wrong });
    }
    Ok(heads.len() as u64)
}

/// The anchors by the rows that they name.
struct Anchored<'a>(HashMap<i64, Vec<&'a Anchor>>);

impl Anchored<'_> {
    fn new(anchors: &[Anchor]) -> Anchored<'_> {
        let mut by_row: HashMap<i64, Vec<&Anchor>> = HashMap::new();
        for anchor in anchors {
            by_row.entry(anchor.head.seq).or_default().push(anchor);
        }
        Anchored(by_row)
    }

    /// The row that was just checked is the one that its anchors name.
    fn hold(&self, walk: &Walk) -> Result<(), Defect> {
        let named = self.0.get(&walk.last().seq).into_iter().flatten();
        match named.copied().find(|anchor| anchor.head != *walk.last()) {
            Some(anchor) => Err(walk.defect(anchor.head.seq, Wrong::NotAsAnchored(anchor.at))),
            None => Ok(()),
        }
    }

    /// No anchor names a row after the last.
    fn end(&self, walk: &Walk) -> Result<(), Defect> {
        let beyond = self.0.values().flatten().filter(|anchor| anchor.head.seq > walk.last().seq);
        match beyond.min_by_key(|anchor| anchor.head.seq) {
            Some(anchor) => Err(walk.defect(anchor.head.seq, Wrong::CutOff(anchor.at))),
            None => Ok(()),
        }
    }
}
