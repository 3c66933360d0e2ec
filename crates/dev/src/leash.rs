//! Child processes that cannot outlive us. Between us and each child stands a small process that
//! holds the other end of a pipe of ours: when we stop, fail or are killed, the pipe closes and it
//! ends the child and all that the child started. Never touches a process it did not start.

mod hold;

pub use hold::{Hold, hold};

use anyhow::{Context, Result};
use nix::sys::signal::Signal;
use std::{
    ffi::OsString,
    fs::File,
    io::{BufRead, BufReader, Read},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, ExitStatus, Stdio},
    sync::LazyLock,
    thread::{self, JoinHandle},
    time::Duration,
};

/// Environment variable that names the `dev` program to the processes it starts.
pub const DEV_PROGRAM: &str = "FERRY_DEV_BIN";

/// How often we look whether a child has ended.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What is done with each line a child writes.
pub type OnLine = Box<dyn FnMut(&str) + Send>;

/// Where the output of a child goes.
pub enum Output {
    /// To our own standard output and error.
    Ours,
    /// Both streams to the end of one file.
    Append(PathBuf),
    /// Standard output, then standard error, line by line.
    Lines(OnLine, OnLine),
    /// Standard output line by line; standard error is ours.
    Stdout(OnLine),
}

/// An unprivileged account a child runs as.
#[derive(Clone, Copy, Debug)]
pub struct Account {
    /// User id.
    pub uid: u32,
    /// Group id.
    pub gid: u32,
}

/// A command to run on a leash.
pub struct Order {
    name: String,
    command: Vec<OsString>,
    variables: Vec<(String, OsString)>,
    removed: Vec<String>,
    account: Option<Account>,
    stop: Signal,
}

impl Order {
    /// Runs `program`; `name` is what sentences call it.
    #[must_use]
    pub fn new(name: &str, program: &Path) -> Order {
        Order {
            name: name.to_owned(),
            command: vec![program.into()],
            variables: Vec::new(),
            removed: Vec::new(),
            account: None,
            stop: Signal::SIGTERM,
        }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<I: IntoIterator<Item: Into<OsString>>>(mut self, args: I) -> Order {
        self.command.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Order {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// Takes an environment variable away.
    #[must_use]
    pub fn without_env(mut self, name: &str) -> Order {
        self.removed.push(name.to_owned());
        self
    }

    /// Runs as this account instead of ours.
    #[must_use]
    pub fn account(mut self, account: Option<Account>) -> Order {
        self.account = account;
        self
    }

    /// The signal that asks it to end; SIGTERM unless said otherwise.
    #[must_use]
    pub fn stopped_by(mut self, signal: Signal) -> Order {
        self.stop = signal;
        self
    }

    /// Starts it.
    ///
    /// # Errors
    /// When the `dev` program is not found or cannot be started.
    pub fn start(self, output: Output) -> Result<Leashed> {
        let dev = dev_program()?;
        let mut command = Command::new(dev);
        command.env(DEV_PROGRAM, dev).arg("leash").arg(format!("--stop={}", self.stop.as_str()));
        if let Some(Account { uid, gid }) = self.account {
            command.args([format!("--uid={uid}"), format!("--gid={gid}")]);
        }
        command.arg("--").args(&self.command).envs(self.variables);
        for name in &self.removed {
            command.env_remove(name);
        }
        // A group of its own: Ctrl-C on the terminal reaches us alone, and we end things in order.
        command.stdin(Stdio::piped()).process_group(0);
        direct(&mut command, &output)?;
        let mut child = command.spawn().with_context(|| format!("{} does not start", self.name))?;
        let pipe = child.stdin.take();
        let ears = follow(&mut child, output);
        Ok(Leashed { name: self.name, child, pipe, ears })
    }
}

/// A running child. Dropping it ends it, and waits for that.
pub struct Leashed {
    name: String,
    child: Child,
    pipe: Option<ChildStdin>,
    ears: Vec<JoinHandle<()>>,
}

impl Leashed {
    /// What sentences call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it ended; none while it runs.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Waits until it ends by itself.
    ///
    /// # Errors
    /// When the system does not tell.
    pub async fn wait(&mut self) -> Result<ExitStatus> {
        loop {
            if let Some(status) = self.ended()? {
                return Ok(status);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

impl Drop for Leashed {
    fn drop(&mut self) {
        drop(self.pipe.take());
        // The other end kills after its grace period, so this ends too.
        if let Err(cause) = self.child.wait() {
            eprintln!("{}: {cause}", self.name);
        }
        for ear in self.ears.drain(..) {
            // It ended with the child's output; should it have panicked, that was said already.
            let _ = ear.join();
        }
    }
}

/// The `dev` program: the one that started us, or ourselves.
///
/// # Errors
/// When we are neither.
pub fn dev_program() -> Result<&'static Path> {
    // Asked once, early: a build may put a new program in our place while we run, and then the
    // system no longer knows our path.
    static PROGRAM: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
        let own = || std::env::current_exe().ok().filter(|own| own.file_stem().is_some_and(|stem| stem == "dev"));
        std::env::var_os(DEV_PROGRAM).map(PathBuf::from).or_else(own)
    });
    PROGRAM.as_deref().with_context(|| format!("{DEV_PROGRAM} is not set: start this through `cargo dev`"))
}

fn direct(command: &mut Command, output: &Output) -> Result<()> {
    match output {
        Output::Ours => {}
        Output::Append(path) => {
            let file = File::options().create(true).append(true).open(path);
            let file = file.with_context(|| format!("{} cannot be written", path.display()))?;
            command.stdout(file.try_clone()?).stderr(file);
        }
        Output::Lines(..) => {
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
        }
        Output::Stdout(_) => {
            command.stdout(Stdio::piped());
        }
    }
    Ok(())
}

fn follow(child: &mut Child, output: Output) -> Vec<JoinHandle<()>> {
    let (out, err) = match output {
        Output::Ours | Output::Append(_) => (None, None),
        Output::Lines(out, err) => (Some(out), Some(err)),
        Output::Stdout(out) => (Some(out), None),
    };
    let out = child.stdout.take().zip(out).map(|(stream, out)| thread::spawn(move || each_line(stream, out)));
    let err = child.stderr.take().zip(err).map(|(stream, err)| thread::spawn(move || each_line(stream, err)));
    out.into_iter().chain(err).collect()
}

fn each_line(stream: impl Read, mut on_line: OnLine) {
    let mut reader = BufReader::new(stream);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        on_line(String::from_utf8_lossy(&line).trim_end_matches(['\r', '\n']));
        line.clear();
    }
}
