//! The private directory of one set of servers: ours alone, locked while the set runs. Never
//! follows a directory somebody else put in its place.

use super::{Purpose, account};
use crate::{checkout, leash::Account};
use anyhow::{Context, Result, bail, ensure};
use nix::unistd::{Gid, Uid};
use std::{
    fs::{self, DirBuilder, File, TryLockError},
    io::ErrorKind,
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
};

/// A locked directory. The lock ends with the value, or with the process; dropping the value removes what no later run
/// reads, of which a run of the tests leaves some ten gigabytes.
pub(crate) struct Private {
    /// Where the servers keep their files and sockets.
    pub(crate) dir: PathBuf,
    /// Who owns it, when it is not us.
    pub(crate) account: Option<Account>,
    keeps_rows: bool,
    _lock: File,
}

impl Drop for Private {
    fn drop(&mut self) {
        if !self.keeps_rows {
            // What cannot be removed now is removed, or told of, when the next run begins.
            let _ = self.empty();
        }
    }
}

impl Private {
    /// The one of this checkout, owned by the account that servers run as.
    ///
    /// # Errors
    /// When the set already runs, or the directory is not ours.
    pub(crate) fn for_purpose(purpose: Purpose) -> Result<Private> {
        Private::open(&checkout::private_dir(&checkout::root()), purpose, account::of_servers()?)
    }

    /// Makes and locks the directory of this purpose.
    ///
    /// # Errors
    /// When the set already runs, or the directory is not ours.
    fn open(base: &Path, purpose: Purpose, account: Option<Account>) -> Result<Private> {
        // Others may pass through the base, to reach what is theirs below; they may not look around.
        own_dir(base, 0o711, None)?;
        let lock = lock(base, purpose.as_str())?;
        let dir = base.join(purpose.as_str());
        own_dir(&dir, 0o700, account)?;
        Ok(Private { dir, account, keeps_rows: purpose.keeps_rows(), _lock: lock })
    }

    /// Removes what earlier runs left in the directory.
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub(crate) fn empty(&self) -> Result<()> {
        for entry in fs::read_dir(&self.dir)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                fs::remove_dir_all(entry.path())?;
            } else {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

/// Removes the base and all in it.
///
/// # Errors
/// When a set in it runs.
pub(super) fn remove(base: &Path) -> Result<()> {
    if !base.exists() {
        return Ok(());
    }
    let mut locks = Vec::new();
    for entry in fs::read_dir(base)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "lock") {
            let purpose = path.file_stem().unwrap_or_default().to_string_lossy();
            locks.push(lock(base, &purpose)?);
        }
    }
    fs::remove_dir_all(base).with_context(|| format!("{} cannot be removed", base.display()))
}

fn lock(base: &Path, purpose: &str) -> Result<File> {
    let path = base.join(format!("{purpose}.lock"));
    let file = File::options().create(true).append(true).open(&path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => bail!("`cargo dev {purpose}` already runs in this checkout"),
        Err(TryLockError::Error(cause)) => Err(cause).with_context(|| format!("{} cannot be locked", path.display())),
    }
}

fn own_dir(dir: &Path, mode: u32, account: Option<Account>) -> Result<()> {
    match DirBuilder::new().mode(mode).create(dir) {
        Ok(()) => {
            if let Some(Account { uid, gid }) = account {
                nix::unistd::chown(dir, Some(Uid::from_raw(uid)), Some(Gid::from_raw(gid)))?;
            }
        }
        Err(cause) if cause.kind() == ErrorKind::AlreadyExists => {}
        Err(cause) => return Err(cause).with_context(|| format!("{} cannot be made", dir.display())),
    }
    let owner = account.map_or_else(|| Uid::effective().as_raw(), |account| account.uid);
    let found = fs::symlink_metadata(dir)?;
    ensure!(found.is_dir() && found.uid() == owner, "{} is not ours: somebody else made it", dir.display());
    Ok(())
}
