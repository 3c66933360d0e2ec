//! The mail server that accepts everything and sends nothing on (RFC 5321, the part our mailer uses).
//!
//! Promises: bounded lines, recipients, messages and connections; a message is in the inbox before its 250 is sent.
//! Never relays, authenticates or speaks TLS: it listens on the loopback address for the development mailer only.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::Utc;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::inbox::{Inbox, Received};

const MAX_LINE_BYTES: usize = 4 * 1024;
const MAX_MESSAGE_BYTES: usize = 4 * 1024 * 1024;
const MAX_RECIPIENTS: usize = 100;
const MAX_CONNECTIONS: usize = 256;
const IDLE: Duration = Duration::from_secs(120);

/// How the mail server behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailMisbehaviour {
    /// Accepts every message.
    #[default]
    None,
    /// Answers the next message with 451 and accepts those after it.
    RefuseOnce,
    /// Answers every message with 451.
    RefuseAlways,
    /// Answers every recipient with 550.
    UnknownRecipient,
    /// Takes the next message in, then hangs up without an answer: the sender cannot know. Those after it are accepted.
    DropAfterData,
}

/// The server's state, shared by its connections.
#[derive(Debug)]
pub(super) struct MailServer {
    inbox: Arc<Inbox>,
    misbehaviour: Mutex<MailMisbehaviour>,
}

impl MailServer {
    pub(super) fn new(inbox: Arc<Inbox>) -> Self {
        Self { inbox, misbehaviour: Mutex::new(MailMisbehaviour::None) }
    }

    pub(super) fn misbehave(&self, misbehaviour: MailMisbehaviour) {
        *self.misbehaviour.lock().expect("BUG: nothing panics under this lock") = misbehaviour;
    }

    pub(super) fn misbehaviour(&self) -> MailMisbehaviour {
        *self.misbehaviour.lock().expect("BUG: nothing panics under this lock")
    }

    /// What to do with the message that has just arrived; once-only kinds are used up by it.
    fn take_misbehaviour(&self) -> MailMisbehaviour {
        let mut current = self.misbehaviour.lock().expect("BUG: nothing panics under this lock");
        let taken = *current;
        if matches!(taken, MailMisbehaviour::RefuseOnce | MailMisbehaviour::DropAfterData) {
            *current = MailMisbehaviour::None;
        }
        taken
    }
}

/// Serves until `stop`.
pub(super) async fn serve(listener: TcpListener, server: Arc<MailServer>, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        // A refused accept (out of descriptors) passes; the listener itself stays good.
        let Ok((stream, _)) = accepted else { continue };
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let (server, stop) = (Arc::clone(&server), stop.clone());
        tokio::spawn(async move {
            let talk = tokio::time::timeout(IDLE * 30, converse(stream, &server));
            tokio::select! {
                () = stop.cancelled() => {}
                // A client that hangs up or breaks the rules ends its own conversation only.
                _ = talk => {}
            }
            drop(place);
        });
    }
}

/// The envelope being built.
#[derive(Default)]
struct Envelope {
    from: Option<String>,
    to: Vec<String>,
}

/// Whether the conversation goes on.
enum Next {
    Go(&'static str),
    Data,
    Quit,
}

async fn converse(stream: TcpStream, server: &MailServer) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 sim.ferryalert.test FerryAlert simulator\r\n").await?;
    let mut envelope = Envelope::default();
    while let Some(line) = read_line(&mut stream).await? {
        match command(&line, &mut envelope, server) {
            Next::Go(reply) => stream.write_all(reply.as_bytes()).await?,
            Next::Quit => {
                stream.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            Next::Data => {
                stream.write_all(b"354 go ahead\r\n").await?;
                let taken = std::mem::take(&mut envelope);
                match receive(&mut stream, taken, server).await? {
                    Some(reply) => stream.write_all(reply.as_bytes()).await?,
                    None => return Ok(()),
                }
            }
        }
    }
    Ok(())
}

fn command(line: &str, envelope: &mut Envelope, server: &MailServer) -> Next {
    let verb = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
    match verb.as_str() {
        "EHLO" => {
            *envelope = Envelope::default();
            Next::Go("250-sim.ferryalert.test\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 PIPELINING\r\n")
        }
        "HELO" => {
            *envelope = Envelope::default();
            Next::Go("250 sim.ferryalert.test\r\n")
        }
        "MAIL" => match address(line, "FROM:") {
            Some(from) if envelope.from.is_none() => {
                envelope.from = Some(from);
                Next::Go("250 ok\r\n")
            }
            Some(_) => Next::Go("503 one sender at a time\r\n"),
            None => Next::Go("501 MAIL FROM:<address>\r\n"),
        },
        "RCPT" => recipient(line, envelope, server),
        "DATA" if envelope.to.is_empty() => Next::Go("503 MAIL and RCPT first\r\n"),
        "DATA" => Next::Data,
        "RSET" => {
            *envelope = Envelope::default();
            Next::Go("250 ok\r\n")
        }
        "NOOP" => Next::Go("250 ok\r\n"),
        "QUIT" => Next::Quit,
        _ => Next::Go("502 not here\r\n"),
    }
}

fn recipient(line: &str, envelope: &mut Envelope, server: &MailServer) -> Next {
    let Some(to) = address(line, "TO:").filter(|to| !to.is_empty()) else {
        return Next::Go("501 RCPT TO:<address>\r\n");
    };
    if envelope.from.is_none() {
        return Next::Go("503 MAIL first\r\n");
    }
    if server.misbehaviour() == MailMisbehaviour::UnknownRecipient {
        return Next::Go("550 5.1.1 no such mailbox\r\n");
    }
    if envelope.to.len() >= MAX_RECIPIENTS {
        return Next::Go("452 too many recipients\r\n");
    }
    envelope.to.push(to);
    Next::Go("250 ok\r\n")
}

/// The address in `MAIL FROM:<a@b> SIZE=1`.
fn address(line: &str, keyword: &str) -> Option<String> {
    let rest = line.get(4..)?.trim_start();
    let (word, rest) = rest.split_at_checked(keyword.len())?;
    if !word.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let (address, _) = rest.trim_start().strip_prefix('<')?.split_once('>')?;
    Some(address.to_owned())
}

/// Reads the message and takes it in; `None` when we hang up.
async fn receive(
    stream: &mut BufReader<TcpStream>,
    envelope: Envelope,
    server: &MailServer,
) -> std::io::Result<Option<&'static str>> {
    let Some(raw) = read_message(stream).await? else {
        return Ok(Some("552 message too large\r\n"));
    };
    let misbehaviour = server.take_misbehaviour();
    if matches!(misbehaviour, MailMisbehaviour::RefuseOnce | MailMisbehaviour::RefuseAlways) {
        return Ok(Some("451 4.3.0 not now\r\n"));
    }
    server.inbox.deliver(Received {
        from: envelope.from.unwrap_or_default(),
        to: envelope.to,
        raw,
        received_at: Utc::now(),
    });
    match misbehaviour {
        MailMisbehaviour::DropAfterData => Ok(None),
        _ => Ok(Some("250 2.0.0 taken\r\n")),
    }
}

/// Reads up to the lone dot; `None` if it was more than we take, in which case the rest is read and dropped.
async fn read_message(stream: &mut BufReader<TcpStream>) -> std::io::Result<Option<Vec<u8>>> {
    let mut raw = Vec::new();
    let mut too_large = false;
    loop {
        let line = read_raw_line(stream).await?;
        match line.as_deref() {
            None => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            Some(b".\r\n" | b".\n") => break,
            Some(line) if raw.len() + line.len() > MAX_MESSAGE_BYTES => too_large = true,
            Some(line) => raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(line)),
        }
    }
    Ok((!too_large).then_some(raw))
}

async fn read_line(stream: &mut BufReader<TcpStream>) -> std::io::Result<Option<String>> {
    let line = read_raw_line(stream).await?;
    Ok(line.map(|line| String::from_utf8_lossy(&line).trim_end().to_owned()))
}

/// One line with its end; `None` at the end of the stream. A longer line is an error and ends the conversation.
async fn read_raw_line(stream: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let limit = u64::try_from(MAX_LINE_BYTES).unwrap_or(u64::MAX);
    let mut limited = stream.take(limit);
    let read = tokio::time::timeout(IDLE, limited.read_until(b'\n', &mut line)).await??;
    if read == 0 {
        return Ok(None);
    }
    if line.last() != Some(&b'\n') {
        return Err(std::io::ErrorKind::InvalidData.into());
    }
    Ok(Some(line))
}
