//! How many messages came, and how often the same one: by the hash of the Message-ID, so that a hundred thousand take
//! a few megabytes. Never keeps a message.

use super::timetable::hash_bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::{collections::HashSet, sync::Mutex};

/// The most messages told apart; past it a message counts as received and as nothing else.
const MAX_TOLD_APART: usize = 2_000_000;

/// What came since the start or the last reset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Messages taken in.
    pub received: u64,
    /// Different Message-IDs.
    pub distinct: u64,
    /// Messages whose Message-ID had come before.
    pub repeated: u64,
    /// When the first came, in microseconds since 1970.
    pub first_at_us: Option<i64>,
    /// When the last came that was no repeat.
    pub last_at_us: Option<i64>,
}

/// The count, as it goes on.
#[derive(Debug, Default)]
pub(super) struct Count(Mutex<(Tally, HashSet<u64>)>);

impl Count {
    /// Counts a message.
    pub(super) fn hear(&self, raw: &[u8], at: DateTime<Utc>) {
        let (tally, known) = &mut *self.0.lock().expect("BUG: nothing panics under this lock");
        tally.received += 1;
        if known.len() >= MAX_TOLD_APART {
            return;
        }
        if known.insert(hash_bytes(message_id(raw))) {
            tally.distinct += 1;
            tally.first_at_us.get_or_insert(at.timestamp_micros());
            tally.last_at_us = Some(at.timestamp_micros());
        } else {
            tally.repeated += 1;
        }
    }

    pub(super) fn tally(&self) -> Tally {
        self.0.lock().expect("BUG: nothing panics under this lock").0
    }

    pub(super) fn clear(&self) {
        *self.0.lock().expect("BUG: nothing panics under this lock") = Default::default();
    }
}

/// The value of the header; the whole message where it has none.
fn message_id(raw: &[u8]) -> &[u8] {
    const NAME: &[u8] = b"message-id:";
    let lines = raw.split(|byte| *byte == b'\n');
    let mut head = lines.take_while(|line| !line.trim_ascii().is_empty());
    let is_it = |line: &&[u8]| line.get(..NAME.len()).is_some_and(|name| name.eq_ignore_ascii_case(NAME));
    head.find(is_it).map_or(raw, |line| line[NAME.len()..].trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeat_is_told_from_a_new_message_by_its_message_id_alone() {
        let count = Count::default();
        let message =
            |id: &str, body: &str| format!("Subject: x\r\nMessage-ID: <{id}>\r\n\r\nMessage-ID: <{body}>\r\n");
        for (id, body) in [("a", "1"), ("b", "1"), ("a", "2")] {
            count.hear(message(id, body).as_bytes(), DateTime::UNIX_EPOCH);
        }
        let Tally { received, distinct, repeated, .. } = count.tally();
        assert_eq!((received, distinct, repeated), (3, 2, 1));
        count.clear();
        assert_eq!(count.tally(), Tally::default());
    }
}
