//! Channels: how a delivery leaves the house. A closed set, one file a kind; each says whether the next
//! hop took the message, will never take it, or did not take it now.

pub mod email;

use domain::delivery::ChannelKind;
use store::{
    delivery::{DeliveryRow, Links},
    letter::LetterRow,
    outage::NoticeRow,
};

/// What came of a send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// The next hop took it.
    Taken,
    /// It will never be taken; the text says why, without secrets.
    Refused(String),
    /// It was not taken now.
    NotNow(String),
}

/// The senders of all channel kinds. Cheap to clone.
#[derive(Clone)]
pub struct Sender {
    /// E-mail by SMTP.
    pub email: email::Mailer,
}

impl Sender {
    /// Sends one attempt of a delivery.
    pub async fn send(&self, delivery: &DeliveryRow, links: &Links) -> Sent {
        match delivery.kind {
            ChannelKind::Email => self.email.send(delivery, links).await,
        }
    }

    /// Sends one attempt of a notice; `unsubscribe` is the signed path that stops all messages to the channel.
    pub async fn send_notice(&self, notice: &NoticeRow, unsubscribe: &str) -> Sent {
        match notice.kind {
            ChannelKind::Email => self.email.send_notice(notice, unsubscribe).await,
        }
    }

    /// Sends one attempt of a letter: always by mail, for it needs no channel.
    pub async fn send_letter(&self, letter: &LetterRow) -> Sent {
        self.email.send_letter(letter).await
    }
}
