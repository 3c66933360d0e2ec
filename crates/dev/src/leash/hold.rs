//! The far end of a leash: starts one command in a process group of its own, and ends that group
//! when its standard input closes or it is told to stop. Never returns before the group is gone.

use anyhow::{Context, Result};
use nix::{
    errno::Errno,
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use std::{
    ffi::OsString,
    io,
    os::unix::process::ExitStatusExt,
    process::{ExitStatus, Stdio},
    time::Duration,
};
use tokio::process::{Child, Command};

/// How long a command may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(10);

/// Arguments of the hidden `leash` command.
#[derive(Debug, clap::Args)]
pub struct Hold {
    /// The signal that asks the command to end.
    #[arg(long, default_value = "SIGTERM")]
    stop: Signal,
    /// The user to run it as.
    #[arg(long, requires = "gid")]
    uid: Option<u32>,
    /// The group to run it as.
    #[arg(long, requires = "uid")]
    gid: Option<u32>,
    /// The command.
    #[arg(last = true, required = true)]
    command: Vec<OsString>,
}

/// Runs the command until it ends, our standard input closes, or we are told to stop. Gives back
/// the exit code to end with.
///
/// # Errors
/// When the command cannot be started or the system does not tell how it ended.
pub async fn hold(order: Hold) -> Result<u8> {
    // Before the command starts: a signal must never find us without an answer to it.
    let told = crate::stop::told();
    let mut child = start(&order)?;
    let group = Pid::from_raw(child.id().context("the command ended at once")?.try_into()?);
    let ended = tokio::select! {
        status = child.wait() => Some(status?),
        () = input_closed() => None,
        () = told => None,
    };
    let status = match ended {
        Some(status) => status,
        None => end(&mut child, group, order.stop).await?,
    };
    // What the command itself left running goes with it.
    signal(group, Signal::SIGKILL)?;
    Ok(code(status))
}

fn start(order: &Hold) -> Result<Child> {
    let (program, args) = order.command.split_first().expect("BUG: clap demands a command");
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).process_group(0);
    if let (Some(uid), Some(gid)) = (order.uid, order.gid) {
        command.uid(uid).gid(gid);
    }
    command.spawn().with_context(|| format!("{} does not start", program.display()))
}

async fn end(child: &mut Child, group: Pid, stop: Signal) -> Result<ExitStatus> {
    signal(group, stop)?;
    if let Ok(status) = tokio::time::timeout(GRACE, child.wait()).await {
        return Ok(status?);
    }
    signal(group, Signal::SIGKILL)?;
    Ok(child.wait().await?)
}

fn signal(group: Pid, signal: Signal) -> Result<()> {
    match killpg(group, signal) {
        // ESRCH: nobody is left. EPERM: macOS says so when only zombies are.
        Ok(()) | Err(Errno::ESRCH | Errno::EPERM) => Ok(()),
        Err(cause) => Err(cause).context("the command cannot be signalled"),
    }
}

async fn input_closed() {
    // An error means the same as the end: nobody holds us any more.
    let _ = tokio::task::spawn_blocking(|| io::copy(&mut io::stdin(), &mut io::sink())).await;
}

/// As shells say it: the exit code, or 128 and the number of the signal.
fn code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    u8::try_from(code).unwrap_or(1)
}
