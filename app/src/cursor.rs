//! Places in lists, as opaque text. Promises that a cursor is bounded, is good for the list and filters it was given
//! out for and for nothing else, and that a changed one is refused. It only positions: what may be read is decided by
//! the transaction, whatever stands in a cursor, so it is summed and not signed.

use crate::problem::{Code, Problem};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Datelike};
use sha2::{Digest, Sha256};
use std::{fmt::Display, str::FromStr};
use store::{PAGE_MAX, Place};

/// The longest cursor that is looked at: the longest key has 64 characters.
const TEXT_MAX: usize = 120;
/// Rows of a page where nobody says how many.
const PAGE_USUAL: i64 = 25;
const SUM_BYTES: usize = 8;
const HEAD_BYTES: usize = SUM_BYTES + 8;

/// The cursor of a place in a list. `list` names the list with its filters.
pub(crate) fn write<K: Display>(list: &str, place: &Place<K>) -> String {
    let mut body = place.at.timestamp_micros().to_be_bytes().to_vec();
    body.extend_from_slice(place.key.to_string().as_bytes());
    let mut text = sum(list, &body).to_vec();
    text.extend_from_slice(&body);
    URL_SAFE_NO_PAD.encode(text)
}

/// The place a cursor of this list names.
pub(crate) fn read<K: FromStr>(list: &str, cursor: Option<&str>) -> Result<Option<Place<K>>, Problem> {
    let Some(text) = cursor else { return Ok(None) };
    let place = || -> Option<Place<K>> {
        let bytes = (text.len() <= TEXT_MAX).then(|| URL_SAFE_NO_PAD.decode(text).ok()).flatten()?;
        let (head, key) = bytes.split_at_checked(HEAD_BYTES)?;
        if head[..SUM_BYTES] != sum(list, &bytes[SUM_BYTES..]) {
            return None;
        }
        let micros = i64::from_be_bytes(head[SUM_BYTES..].try_into().ok()?);
        let key = std::str::from_utf8(key).ok().filter(|key| key.bytes().all(|byte| byte.is_ascii_graphic()))?;
        // Anybody can sum up a place that no list has: one that the database could not read is none.
        let at = DateTime::from_timestamp_micros(micros).filter(|at| (1970..=9999).contains(&at.year()))?;
        Some(Place { at, key: key.parse().ok()? })
    };
    let refused = "The cursor is not one of this list with these filters. Begin without one.";
    place().map(Some).ok_or_else(|| Problem::bad_request(Code::BadRequest, refused))
}

/// How many rows a page has.
pub(crate) fn limit(asked: Option<i64>) -> Result<i64, Problem> {
    match asked {
        None => Ok(PAGE_USUAL),
        Some(limit) if (1..=PAGE_MAX).contains(&limit) => Ok(limit),
        Some(_) => Err(Problem::bad_request(Code::BadRequest, format!("limit is 1 to {PAGE_MAX}."))),
    }
}

fn sum(list: &str, body: &[u8]) -> [u8; SUM_BYTES] {
    let digest = Sha256::new().chain_update(list).chain_update([0]).chain_update(body).finalize();
    *digest.first_chunk().expect("BUG: a digest has 32 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_cursor_reads_back_for_its_own_list_and_no_other_and_a_changed_one_is_refused() {
        let place =
            Place { at: DateTime::from_timestamp_micros(1_767_225_600_123_456).unwrap(), key: Uuid::from_u128(7) };
        let text = write("watches", &place);
        let reads = |list: &str, text: &str| read::<Uuid>(list, Some(text)).map(|place| place.unwrap());
        assert_eq!(reads("watches", &text).unwrap(), place);
        assert!(reads("watches:paused", &text).is_err());
        assert!(read::<i64>("watches", Some(&text)).is_err(), "a key of another type");
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert!(reads("watches", std::str::from_utf8(&changed).unwrap()).is_err(), "changed at {at}");
            assert!(reads("watches", &text[..at]).is_err(), "cut at {at}");
        }
        for text in ["", "!", "é", &"A".repeat(1_000)] {
            assert!(reads("watches", text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_page_has_one_to_a_hundred_rows() {
        assert_eq!(limit(None).unwrap(), PAGE_USUAL);
        for (asked, good) in [(1, true), (100, true), (0, false), (101, false), (-1, false), (i64::MAX, false)] {
            assert_eq!(limit(Some(asked)).is_ok(), good, "{asked}");
        }
    }
}
