//! One private Redis: in memory only, on a unix socket only, with a database for each test.

use super::{find::Programs, private::Private};
use crate::leash::{Leashed, Order, Output};
use anyhow::{Context, Result, ensure};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

/// How long the server may take to answer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(20);
/// How often we ask.
const ASK_EVERY: Duration = Duration::from_millis(10);
/// Each test takes a database of its own.
const DATABASES: u16 = 10_000;

/// A running server.
pub(super) struct Redis {
    _process: Leashed,
    dir: PathBuf,
}

impl Redis {
    /// Starts the server and waits until it answers.
    ///
    /// # Errors
    /// When it does not; the sentence holds its log.
    pub(super) async fn start(programs: &Programs, private: &Private) -> Result<Redis> {
        let dir = private.dir.clone();
        let log = dir.join("redis.log");
        let order = Order::new("redis-server", &programs.redis_server)
            .account(private.account)
            .args(["--port", "0", "--unixsocketperm", "700", "--save", "", "--appendonly", "no", "--daemonize", "no"])
            .args(["--databases".to_owned(), DATABASES.to_string()])
            .args(["--unixsocket".into(), socket(&dir), "--dir".into(), dir.clone()]);
        let mut process = order.start(Output::Append(log.clone()))?;
        let answer = async {
            while say(&dir, "PING").await.is_err() {
                let ended = process.ended()?.is_some();
                ensure!(!ended, "it ended at once:\n{}", fs::read_to_string(&log).unwrap_or_default());
                tokio::time::sleep(ASK_EVERY).await;
            }
            Ok(())
        };
        tokio::time::timeout(ANSWERS_WITHIN, answer).await.context("no answer")??;
        Ok(Redis { _process: process, dir })
    }

    /// URL of one of the numbered databases.
    pub(super) fn url(&self, number: u16) -> String {
        url(&self.dir, number)
    }

    /// The socket.
    pub(super) fn socket(&self) -> PathBuf {
        socket(&self.dir)
    }
}

/// Ends the server that a killed leash left behind in a directory whose lock we hold.
pub(super) async fn end_leftover(dir: &Path) {
    // It hangs up instead of answering; and nearly always there is none.
    let _ = say(dir, "SHUTDOWN").await;
}

async fn say(dir: &Path, word: &str) -> ::redis::RedisResult<()> {
    let mut connection = ::redis::Client::open(url(dir, 0))?.get_multiplexed_async_connection().await?;
    ::redis::cmd(word).exec_async(&mut connection).await
}

fn url(dir: &Path, number: u16) -> String {
    format!("redis+unix://{}?db={number}", socket(dir).display())
}

fn socket(dir: &Path) -> PathBuf {
    dir.join("redis.sock")
}
