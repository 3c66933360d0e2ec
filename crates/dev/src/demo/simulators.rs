//! Speaks to the running simulators as a person's browser would: frees a space, reads the inbox, and
//! reads which requests came in.

use super::Wished;
use crate::sim::Tally;
use anyhow::Result;
use chrono::{DateTime, Utc};
use reqwest::{Client, Response};
use serde::Deserialize;
use serde_json::json;

/// The simulators of one stage.
pub(super) struct Simulators {
    base: String,
    client: Client,
}

/// What we read of a message.
#[derive(Deserialize)]
struct Mail {
    message_id: String,
    received_at_us: i64,
}

/// What we read of the request log.
#[derive(Deserialize)]
struct Requests {
    requests: Vec<Request>,
}

/// What we read of a request.
#[derive(Deserialize)]
struct Request {
    operator: Option<String>,
    path: String,
    at_us: i64,
}

impl Simulators {
    /// Those that answer at `base`.
    pub(super) fn at(base: String) -> Simulators {
        // reqwest asks for a TLS provider even where only plain http is spoken. An error says that
        // one is there already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Simulators { base, client: Client::new() }
    }

    /// Frees one space.
    ///
    /// # Errors
    /// When the simulator refuses.
    pub(super) async fn free_a_space(&self, wished: &Wished) -> Result<()> {
        let Wished { operator, route, sailing, class, .. } = wished;
        let space = json!({ "operator": operator, "route": route, "sailing": sailing, "class": class, "spaces": 1 });
        let request = self.client.post(format!("{}/sim/space", self.base));
        let request = request.header("content-type", "application/json").body(space.to_string());
        request.send().await?.error_for_status()?;
        Ok(())
    }

    /// When the message with this id reached a mailbox; none while it has not.
    ///
    /// # Errors
    /// When the inbox does not answer.
    pub(super) async fn received_at(&self, mailbox: &str, id: &str) -> Result<Option<DateTime<Utc>>> {
        let mails: Vec<Mail> = self.read(&format!("/inbox.json?to={mailbox}")).await?;
        let found = mails.iter().find(|mail| mail.message_id.contains(id));
        Ok(found.and_then(|mail| DateTime::from_timestamp_micros(mail.received_at_us)))
    }

    /// How many messages came, and how many of them twice.
    ///
    /// # Errors
    /// When the inbox does not answer.
    pub(super) async fn tally(&self) -> Result<Tally> {
        self.read("/sim/mail").await
    }

    /// When the question that tells of this sailing was first asked after `opened`.
    ///
    /// # Errors
    /// When the request log does not answer.
    pub(super) async fn first_poll_after(
        &self,
        wished: &Wished,
        opened: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>> {
        let log: Requests = self.read("/sim/requests").await?;
        let asks = |request: &&Request| {
            request.operator.as_ref() == Some(&wished.operator)
                && request.path.contains(&wished.route)
                && request.path.contains(&wished.day)
                && request.at_us >= opened.timestamp_micros()
        };
        let first = log.requests.iter().filter(asks).map(|request| request.at_us).min();
        Ok(first.and_then(DateTime::from_timestamp_micros))
    }

    async fn read<T: for<'a> Deserialize<'a>>(&self, path: &str) -> Result<T> {
        let answer: Response = self.client.get(format!("{}{path}", self.base)).send().await?.error_for_status()?;
        Ok(serde_json::from_slice(&answer.bytes().await?)?)
    }
}
