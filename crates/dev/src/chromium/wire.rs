//! A line to Chromium by its own protocol (CDP): orders, their answers, and events, as JSON over a WebSocket. Promises that each order is
//! answered or says that the browser is gone, and that all that was made through a line ends with it. Never waits for a dialog: it is
//! noted and dismissed, or the page would stand still.

use super::seen::{Event, Seen};
use anyhow::{Context, Result, anyhow};
use futures::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::{
    net::TcpStream,
    sync::{mpsc, oneshot, watch},
    time::timeout,
};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};

/// Orders that wait to be sent; whoever gives one more waits.
const ORDERS_MAX: usize = 64;
/// How long Chromium may take to carry out an order.
const ANSWERS_WITHIN: Duration = Duration::from_secs(30);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;
type Answer = Result<Value, String>;

/// An order, and who waits for its answer.
struct Order {
    message: Value,
    answer: oneshot::Sender<Answer>,
}

/// A line. It ends when this is dropped.
pub(super) struct Wire {
    orders: mpsc::Sender<Order>,
}

/// A message of Chromium's: an answer, which has the number of its order, or an event.
#[derive(Deserialize)]
struct Heard {
    id: Option<u64>,
    #[serde(default)]
    result: Value,
    error: Option<Failure>,
    #[serde(default)]
    method: String,
    #[serde(default)]
    params: Value,
    #[serde(rename = "sessionId")]
    session: Option<String>,
}

#[derive(Deserialize)]
struct Failure {
    message: String,
}

impl Wire {
    /// Opens a line, and what is seen of its events.
    pub(super) async fn open(address: &str) -> Result<(Wire, Arc<watch::Sender<Seen>>)> {
        // A picture of a long page is one frame.
        let config = WebSocketConfig::default().max_frame_size(None).max_message_size(Some(256 << 20));
        let connecting = connect_async_with_config(address, Some(config), true);
        let (socket, _) = connecting.await.with_context(|| format!("Chromium does not answer at {address}"))?;
        let (orders, waiting) = mpsc::channel(ORDERS_MAX);
        let seen = Arc::new(watch::Sender::new(Seen::default()));
        tokio::spawn(converse(socket, waiting, Arc::clone(&seen)));
        Ok((Wire { orders }, seen))
    }

    /// Has an order carried out; in a page's session, or in the browser as a whole.
    pub(super) async fn order(&self, session: Option<&str>, method: &str, params: Value) -> Result<Value> {
        let mut message = json!({ "method": method, "params": params });
        if let Some(session) = session {
            message["sessionId"] = session.into();
        }
        let (answer, answered) = oneshot::channel();
        let gone = || anyhow!("Chromium is gone ({method})");
        self.orders.send(Order { message, answer }).await.map_err(|_| gone())?;
        let answer = timeout(ANSWERS_WITHIN, answered).await.with_context(|| format!("{method} is not answered"))?;
        answer.map_err(|_| gone())?.map_err(|why| anyhow!("{method}: {why}"))
    }
}

/// Carries orders out and events in, until nobody gives orders any more or Chromium is gone.
async fn converse(mut socket: Socket, mut orders: mpsc::Receiver<Order>, seen: Arc<watch::Sender<Seen>>) {
    let mut waiting: HashMap<u64, oneshot::Sender<Answer>> = HashMap::new();
    let mut last = 0;
    loop {
        let message = tokio::select! {
            order = orders.recv() => {
                let Some(Order { message, answer }) = order else { break };
                last += 1;
                waiting.insert(last, answer);
                numbered(message, last)
            }
            heard = socket.next() => {
                let Some(Ok(heard)) = heard else { break };
                let Message::Text(text) = heard else { continue };
                let Ok(heard) = serde_json::from_str::<Heard>(&text) else { continue };
                let Some(reaction) = hear(heard, &mut waiting, &seen) else { continue };
                last += 1;
                numbered(reaction, last)
            }
        };
        if socket.send(Message::text(message.to_string())).await.is_err() {
            break;
        }
    }
}

fn numbered(mut message: Value, id: u64) -> Value {
    message["id"] = id.into();
    message
}

/// Hands an answer to who waits for it and an event to what is seen; gives back what an event demands at once.
fn hear(
    heard: Heard,
    waiting: &mut HashMap<u64, oneshot::Sender<Answer>>,
    seen: &watch::Sender<Seen>,
) -> Option<Value> {
    let Some(id) = heard.id else {
        let is_dialog = heard.method == "Page.javascriptDialogOpening";
        seen.send_modify(|seen| seen.take_in(&Event { method: &heard.method, params: &heard.params }));
        return is_dialog.then(|| {
            json!({ "method": "Page.handleJavaScriptDialog", "params": { "accept": false }, "sessionId": heard.session })
        });
    };
    if let Some(answer) = waiting.remove(&id) {
        // Whoever gave up waiting needs no answer.
        let _ = answer.send(match heard.error {
            Some(Failure { message }) => Err(message),
            None => Ok(heard.result),
        });
    }
    None
}
