//! E-mail by SMTP (RFC 5321), one message a delivery, with text and HTML parts, one-click unsubscribe of whatever a watch
//! asks for (RFC 8058) and a Message-ID that stays the same over all attempts. Addresses are parsed, never
//! pasted; nothing that a person or an operator wrote can start a header line.

mod alert;
mod letter;
mod notice;
mod words;

use super::Sent;
use crate::clock::Clock;
use ::words::Phrase;
use anyhow::{Context, ensure};
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::PoolConfig,
};
use std::time::Duration;
use url::Url;
use uuid::Uuid;
use words::{Link, Words};

/// A relay that does not answer for so long counts as "not now". Shorter than the attempt's lease.
const SMTP_TIMEOUT: Duration = Duration::from_secs(20);
/// Connections to the relay at most.
const CONNECTIONS: u32 = 16;

/// The mail relay. Cheap to clone; clones share its connections.
#[derive(Clone)]
pub struct Mailer {
    relay: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    base_url: Url,
    clock: Clock,
}

impl Mailer {
    /// A mailer for a relay such as `smtps://user:password@host`.
    ///
    /// # Errors
    /// When the URL or the sender does not parse.
    pub fn new(smtp_url: &str, from: &str, base_url: Url, clock: Clock) -> anyhow::Result<Mailer> {
        let relay = AsyncSmtpTransport::<Tokio1Executor>::from_url(smtp_url)
            .map_err(|_| anyhow::anyhow!("FERRY_SMTP_URL is no SMTP address"))?
            .timeout(Some(SMTP_TIMEOUT))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS))
            .build();
        let from = from.parse().context("FERRY_MAIL_FROM is no mail address")?;
        Ok(Mailer { relay, from, base_url, clock })
    }

    async fn hand_over(&self, message: anyhow::Result<Message>) -> Sent {
        let message = match message {
            Ok(message) => message,
            Err(error) => return Sent::Refused(format!("the message could not be written: {error:#}")),
        };
        match tokio::time::timeout(SMTP_TIMEOUT, self.relay.send(message)).await {
            Ok(Ok(_)) => Sent::Taken,
            Ok(Err(error)) if is_about_the_mailbox(&error) => Sent::Refused(status(&error)),
            Ok(Err(error)) => Sent::NotNow(status(&error)),
            Err(_) => Sent::NotNow("the mail relay did not answer in time".to_owned()),
        }
    }

    fn message(&self, address: &str, message_id: Uuid, words: &Words) -> anyhow::Result<Message> {
        let address: Address = address.parse().context("the address is no mail address")?;
        let domain = self.base_url.host_str().context("the base URL has no host")?;
        let (text, html) = words.parts()?;
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, address))
            .subject(header_text(&words.subject)?)
            .message_id(Some(format!("<{message_id}@{domain}>")))
            .multipart(MultiPart::alternative_plain_html(text, html))?;
        if let Some(url) = &words.unsubscribe_url {
            set(&mut message, "List-Unsubscribe", header_text(&format!("<{url}>"))?);
            set(&mut message, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click".into());
        }
        set(&mut message, "Auto-Submitted", "auto-generated".into());
        Ok(message)
    }

    fn url(&self, path: &str) -> anyhow::Result<String> {
        Ok(self.base_url.join(path).context("a link could not be written")?.into())
    }

    fn link(&self, words: Phrase, path: &str) -> anyhow::Result<Link> {
        Ok(Link { words: words.to_string(), url: self.url(path)? })
    }
}

/// Text that may stand in a header: control characters, CR, LF and NUL among them, are refused (RFC 5322,
/// section 2.2).
///
/// # Errors
/// When the text has one.
pub fn header_text(text: &str) -> anyhow::Result<String> {
    ensure!(!text.chars().any(char::is_control), "a header must not contain control characters");
    Ok(text.to_owned())
}

fn set(message: &mut Message, name: &'static str, value: String) {
    message.headers_mut().insert_raw(HeaderValue::new(HeaderName::new_from_ascii_str(name), value));
}

/// Whether the relay refused this mailbox for good (RFC 5321, section 4.2.3). Any other permanent answer, such
/// as a refused password, is about us: we mend it and the mail still goes.
fn is_about_the_mailbox(error: &lettre::transport::smtp::Error) -> bool {
    error.status().is_some_and(|code| matches!(u16::from(code), 550..=553))
}

/// What the relay said, as its code alone: its text may name the recipient.
fn status(error: &lettre::transport::smtp::Error) -> String {
    match error.status() {
        Some(code) => format!("the mail relay answered {code}"),
        None if error.is_timeout() => "the mail relay did not answer in time".to_owned(),
        None => "the mail relay could not be reached".to_owned(),
    }
}
