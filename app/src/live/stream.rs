//! One stream, from its first look to its end. Promises that each look begins by asking who still looks, and gives back all it took
//! before the stream waits again. Never says anything because something moved that is not its own.

use super::{Live, Places};
use crate::{
    board::{Card, Cards},
    problem::Problem,
    reader::Reader,
    signed_in::MemberCx,
};
use axum::response::sse::Event;
use domain::{access::Action, id::AlertId};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::{collections::HashMap, mem, pin::Pin, time::Duration};
use store::board;
use tokio::{
    sync::watch,
    time::{Instant, Interval, MissedTickBehavior, Sleep, interval, sleep, sleep_until},
};
use uuid::Uuid;

/// When a browser comes again after a stream has ended.
const COME_AGAIN: Duration = Duration::from_secs(2);
/// Two looks that movements asked for lie apart by this at the least.
const APART: Duration = Duration::from_secs(1);

/// A stream that waits.
pub(super) struct Stream {
    eye: Eye,
    ends: Pin<Box<Sleep>>,
    _places: Places,
}

impl Stream {
    pub(super) fn begin((live, places): (Live, Places), cx: MemberCx, cards: Cards, seen: Option<String>) -> Stream {
        let bounds = live.0.bounds;
        let mut regular = interval(bounds.stream_looks_every);
        regular.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let moved = live.0.moved.subscribe();
        let looked = Instant::now();
        let eye = Eye { live, cx, cards, seen, sent: HashMap::new(), open: Vec::new(), regular, moved, looked };
        Stream { eye, ends: Box::pin(sleep(bounds.stream_life)), _places: places }
    }

    /// The next event, and the stream that waits for the one after; nothing at its end.
    pub(super) async fn next(mut self) -> Option<(Event, Stream)> {
        let stopping = self.eye.live.0.stopping.clone();
        let event = tokio::select! {
            biased;
            () = stopping.cancelled() => None,
            () = &mut self.ends => None,
            event = self.eye.watch() => event,
        };
        event.map(|event| (event, self))
    }
}

/// What looks.
struct Eye {
    live: Live,
    cx: MemberCx,
    cards: Cards,
    /// What the browser had of an earlier stream.
    seen: Option<String>,
    /// What it has of this one: each card as it was sent.
    sent: HashMap<Uuid, Value>,
    /// The alerts that were open at the last look.
    open: Vec<AlertId>,
    regular: Interval,
    moved: watch::Receiver<()>,
    looked: Instant,
}

/// Why it looks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Because {
    /// Its time has come.
    Regularly,
    /// Something moved, perhaps not its own.
    Moved,
}

/// It may not look any more, or cannot.
struct Over;

impl From<store::Error> for Over {
    fn from(error: store::Error) -> Over {
        Problem::from(error).into()
    }
}

/// The cause is in the log already.
impl From<Problem> for Over {
    fn from(_: Problem) -> Over {
        Over
    }
}

/// What an event tells.
#[derive(Serialize)]
struct Told {
    /// How many watches of the page have space.
    open: usize,
    /// The cards that changed.
    cards: Vec<Value>,
    /// Those that are no cards any more.
    gone: Vec<Uuid>,
}

impl Eye {
    /// Looks whenever there is reason to, until there is something to say; nothing when it may not look any more.
    async fn watch(&mut self) -> Option<Event> {
        loop {
            let because = tokio::select! {
                biased;
                _ = self.regular.tick() => Because::Regularly,
                () = movement(&mut self.moved, self.looked + APART) => Because::Moved,
            };
            match self.look(because).await {
                Ok(None) => {}
                Ok(event) => return event,
                Err(Over) => return None,
            }
        }
    }

    async fn look(&mut self, because: Because) -> Result<Option<Event>, Over> {
        let live = self.live.clone();
        let _turn = live.turn().await;
        self.looked = Instant::now();
        let cx = self.cx.again(Action::ReadWatches).await?.ok_or(Over)?;
        let mut tx = cx.begin().await?;
        let open = board::open(&mut tx, self.cards.ids()).await?;
        let before = mem::replace(&mut self.open, open);
        // Of what moved, only the tenant's own alerts count: all else waits for the regular look, whoever moved.
        if because == Because::Moved && before == self.open {
            return Ok(None);
        }
        let reader = Reader::of_member(&cx, &mut tx).await?;
        let cards = self.cards.read((&cx, &reader), &mut tx).await?;
        drop(tx);
        Ok(Some(self.event(&cards)))
    }

    /// What changed since it was sent; a comment, which keeps the connection, if nothing did.
    fn event(&mut self, cards: &[Card]) -> Event {
        let sheet = self.cx.signed_in().sheet();
        let now: HashMap<Uuid, Value> = cards.iter().map(|card| (card.id.0, card.told(sheet))).collect();
        let digest = digest(self.cards.ids().iter().filter_map(|id| now.get(&id.0)));
        let before = mem::replace(&mut self.sent, now);
        let has_it = self.seen.take().is_some_and(|seen| seen == digest);
        let changed = |card: &&Card| before.get(&card.id.0) != self.sent.get(&card.id.0);
        let told = Told {
            open: cards.iter().filter(|card| card.is_open()).count(),
            cards: cards.iter().filter(changed).filter_map(|card| self.sent.get(&card.id.0).cloned()).collect(),
            gone: before.into_keys().filter(|id| !self.sent.contains_key(id)).collect(),
        };
        let event = Event::default().retry(COME_AGAIN);
        if has_it || (told.cards.is_empty() && told.gone.is_empty()) {
            return event.comment("");
        }
        event.event("watches").id(digest).json_data(told).expect("BUG: cards are JSON")
    }
}

/// Something moves, and the last look is long enough ago.
async fn movement(moved: &mut watch::Receiver<()>, not_before: Instant) {
    moved.changed().await.expect("BUG: a stream holds what moves it");
    sleep_until(not_before).await;
}

/// What a browser is told to come back with: it stands for all it was shown.
fn digest<'a>(cards: impl Iterator<Item = &'a Value>) -> String {
    let mut digest = Sha256::new();
    for card in cards {
        digest.update(card.to_string());
    }
    hex::encode(&digest.finalize()[..12])
}
