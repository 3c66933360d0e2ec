//! `app audit …`, as an administrator: verify, anchor, trace. Promises a sentence and an error for the first defect. Writes nothing
//! but the rows that name the chains' ends, and lines at the end of the file it is told.

use super::verify::{Checked, verify};
use anyhow::{Context, bail, ensure};
use clap::Subcommand;
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    fmt::Write as _,
    fs::File,
    io::{Read, Write as _},
    path::{Path, PathBuf},
};
use store::{
    Store,
    anchor::{Anchor, AnchorKey},
    audit::{By, Traced},
};
use uuid::Uuid;

/// The most that is read of a file of anchors: a line a day for a thousand years.
const ANCHORS_BYTES_MAX: u64 = 100 * 1024 * 1024;

/// What to do with the audit log.
#[derive(Subcommand)]
pub enum AuditCommand {
    /// Walk every chain; fails with the first row that is not as it was written.
    Verify {
        /// Compare with the anchors of this file too (FERRY_ANCHOR_KEY).
        #[arg(long)]
        anchors: Option<PathBuf>,
    },
    /// Print the end of the chains as one line with a MAC, to be kept outside the database (FERRY_ANCHOR_KEY).
    Anchor {
        /// Append the line to this file too.
        #[arg(long)]
        to: Option<PathBuf>,
    },
    /// Follow a message back to its alert, its watch, and who asked for it by which request.
    Trace {
        /// The Message-ID of the mail, or the part before its `@`.
        message_id: String,
    },
}

impl AuditCommand {
    /// Whether it needs the key of the anchors.
    #[must_use]
    pub fn anchors(&self) -> bool {
        matches!(self, AuditCommand::Verify { anchors: Some(_) } | AuditCommand::Anchor { .. })
    }

    /// Does it, and returns what is to be shown.
    ///
    /// # Errors
    /// With the first defect; when a file, the key or the database is not to be used.
    pub async fn run(self, store: &Store, key: Option<&AnchorKey>, by: &By<'_>) -> anyhow::Result<String> {
        match self {
            AuditCommand::Verify { anchors } => {
                let anchors = match (&anchors, key) {
                    (None, _) => Vec::new(),
                    (Some(path), Some(key)) => read(path, key)?,
                    (Some(_), None) => bail!("set FERRY_ANCHOR_KEY"),
                };
                let bar = ProgressBar::new(store.audit_size().await?).with_style(style());
                let checked = verify(store, &anchors, |rows| bar.set_position(rows)).await?;
                bar.finish_and_clear();
                Ok(whole(checked))
            }
            AuditCommand::Anchor { to } => anchor(store, key.context("set FERRY_ANCHOR_KEY")?, to.as_deref(), by).await,
            AuditCommand::Trace { message_id } => {
                let id = message_id.trim_start_matches('<').split('@').next().unwrap_or_default();
                let id: Uuid = id.parse().with_context(|| format!("{message_id:?} is no Message-ID of ours"))?;
                let traced = store.trace_message(id).await?;
                ensure!(!traced.is_empty(), "no message of ours has the id {id}");
                story(&traced)
            }
        }
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{bar:40} {pos}/{len} rows {eta}").expect("BUG: the template is a constant")
}

fn whole(Checked { rows, chains, recorded, anchors }: Checked) -> String {
    format!(
        "{rows} rows in {chains} chains are as they were written; {recorded} recorded ends and {anchors} anchors agree\n"
    )
}

/// Reads a file of anchors, every line of which has to be one.
fn read(path: &Path, key: &AnchorKey) -> anyhow::Result<Vec<Anchor>> {
    let name = path.display();
    let mut text = String::new();
    let file = File::open(path).with_context(|| format!("reading {name}"))?;
    file.take(ANCHORS_BYTES_MAX).read_to_string(&mut text).with_context(|| format!("reading {name}"))?;
    let read = |(at, line): (usize, &str)| {
        key.read(line).with_context(|| format!("{name}: line {} is no anchor that this key made", at + 1))
    };
    let anchors: Vec<Anchor> = text.lines().enumerate().map(read).collect::<anyhow::Result<_>>()?;
    ensure!(!anchors.is_empty(), "{name} holds no anchor");
    Ok(anchors)
}

/// Covers the tenants' chains by the platform's, and writes down where that ends.
async fn anchor(store: &Store, key: &AnchorKey, to: Option<&Path>, by: &By<'_>) -> anyhow::Result<String> {
    // Opened first: where no line can be written, nothing is.
    let open = |path: &Path| File::options().append(true).create(true).open(path);
    let file = to.map(|path| open(path).with_context(|| format!("writing {}", path.display()))).transpose()?;
    let (_, head) = store.cover_heads(by).await?;
    let line = key.line(&Anchor { at: by.at, head }) + "\n";
    if let Some(mut file) = file {
        file.write_all(line.as_bytes()).and_then(|()| file.sync_all()).context("writing the anchor")?;
    }
    Ok(line)
}

fn story(traced: &[Traced]) -> anyhow::Result<String> {
    let mut text = String::new();
    let Traced { tenant, delivery: (delivery, state), sent_at, alert, watch, request_id, .. } = &traced[0];
    let sent = sent_at.map(|at| format!(" at {} UTC", at.format("%F %T"))).unwrap_or_default();
    writeln!(text, "delivery {delivery} of tenant {tenant}: {state}{sent}")?;
    match alert {
        Some((alert, seen_at)) => writeln!(text, "alert {alert}: seen at {} UTC", seen_at.format("%F %T"))?,
        None => writeln!(text, "a notice of an outage: nobody asked for it")?,
    }
    if let Some(watch) = watch {
        writeln!(text, "watch {watch}")?;
    }
    if let Some(request) = request_id {
        writeln!(text, "request {request}")?;
    }
    for act in traced.iter().filter_map(|line| line.act.as_ref()) {
        let at = act.at.format("%F %T");
        writeln!(text, "row {} of the audit log: {} {} {} at {at} UTC", act.seq, act.actor, act.action, act.subject)?;
    }
    Ok(text)
}
