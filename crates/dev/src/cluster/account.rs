//! The account servers run as: PostgreSQL refuses root, so root steps down; anybody else stays.

use crate::leash::Account;
use anyhow::{Context, Result};
use nix::unistd::{Uid, User};

/// The account to step down to; none when we are not root.
///
/// # Errors
/// When root has nobody to step down to.
pub(super) fn of_servers() -> Result<Option<Account>> {
    if !Uid::effective().is_root() {
        return Ok(None);
    }
    let user = match User::from_name("postgres")? {
        Some(user) => user,
        None => {
            User::from_name("nobody")?.context("neither a user `postgres` nor `nobody` exists to run PostgreSQL as")?
        }
    };
    Ok(Some(Account { uid: user.uid.as_raw(), gid: user.gid.as_raw() }))
}
