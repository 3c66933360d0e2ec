//! Anchors: the end of the platform's chain at an instant, as one line with a MAC by a key that the database never sees. Kept in a
//! file outside the database, they find what no chain finds by itself: that whoever owns the database made it anew. Never
//! reads a line whose MAC is not ours.

use crate::setting;
use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};
use domain::audit::Head;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::str::FromStr;

/// How every line begins.
const FORMAT: &str = "ferryalert-anchor-1";

/// The key of the anchors. Only who anchors and who verifies has it.
#[derive(Clone)]
pub struct AnchorKey([u8; 32]);

/// What is wrong with an anchor key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an anchor key is 64 random hexadecimal digits: make one with `openssl rand -hex 32`")]
pub struct AnchorKeyError;

impl FromStr for AnchorKey {
    type Err = AnchorKeyError;

    fn from_str(text: &str) -> Result<AnchorKey, AnchorKeyError> {
        setting::random_key(text).map(AnchorKey).ok_or(AnchorKeyError)
    }
}

/// The end of the platform's chain at an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// When.
    pub at: DateTime<Utc>,
    /// The end, which covers the tenants' chains as far as its rows `audit.heads` name them.
    pub head: Head,
}

impl AnchorKey {
    /// The line of an anchor: `ferryalert-anchor-1 <instant> <row> <hash> <HMAC-SHA-256 of all before it>`.
    #[must_use]
    pub fn line(&self, anchor: &Anchor) -> String {
        let at = anchor.at.trunc_subsecs(0).to_rfc3339_opts(SecondsFormat::Secs, true);
        let said = format!("{FORMAT} {at} {} {}", anchor.head.seq, hex::encode(&anchor.head.hash));
        let mac = hex::encode(self.mac(&said).finalize().into_bytes());
        format!("{said} {mac}")
    }

    /// Reads a line: `None` if it is none that this key made.
    #[must_use]
    pub fn read(&self, line: &str) -> Option<Anchor> {
        let (said, mac) = line.rsplit_once(' ')?;
        self.mac(said).verify_slice(&hex::decode(mac).ok()?).ok()?;
        let [format, at, seq, hash] = said.split(' ').collect::<Vec<_>>().try_into().ok()?;
        let head = Head { seq: seq.parse().ok()?, hash: hex::decode(hash).ok()? };
        (format == FORMAT).then_some(Anchor { at: at.parse().ok()?, head })
    }

    fn mac(&self, said: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("BUG: HMAC takes a key of any length");
        mac.update(said.as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: &str) -> AnchorKey {
        format!("00112233445566778899aabbccddee{byte}00112233445566778899aabbccddeeff").parse().unwrap()
    }

    #[test]
    fn sr_aud_01_a_line_reads_back_by_its_key_and_a_changed_one_does_not() {
        let anchor =
            Anchor { at: "2026-11-22T18:00:00Z".parse().unwrap(), head: Head { seq: 42, hash: vec![0xab; 32] } };
        let line = key("ff").line(&anchor);
        assert!(
            line.starts_with(&format!("ferryalert-anchor-1 2026-11-22T18:00:00Z 42 {} ", "ab".repeat(32))),
            "{line}"
        );
        assert_eq!(key("ff").read(&line), Some(anchor));
        assert_eq!(key("fe").read(&line), None, "another key");
        for at in 0..line.len() {
            let mut changed = line.clone().into_bytes();
            changed[at] = if changed[at] == b'1' { b'2' } else { b'1' };
            assert_eq!(key("ff").read(std::str::from_utf8(&changed).unwrap()), None, "changed at {at}");
        }
        for nothing in ["", " ", "ferryalert-anchor-1", "x y z"] {
            assert_eq!(key("ff").read(nothing), None);
        }
    }
}
