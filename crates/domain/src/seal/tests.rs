//! What a sealed text withstands: moving, changing, cutting, another key.

use super::*;
use proptest::prelude::*;

const ONE: &str = "1:c41f0a97d2e85b3610f7ac942e6b58d31b7d90e4a8f26c5539d1e07b84fa6c2d";
const TWO: &str = "2:5d0be3a964c1f78202e9d6b34f8a17c5bb60d2497ec3158fa0d7642c9be8f513";
const TEXT: &str = "alice@example.test";

fn ring(text: &str) -> Keyring {
    text.parse().unwrap()
}

fn tenant(number: u128) -> TenantId {
    TenantId(Uuid::from_u128(number))
}

fn channel(tenant_number: u128, row: u128) -> Place<'static> {
    Place::ChannelAddress(tenant(tenant_number), ChannelId(Uuid::from_u128(row)))
}

/// One place of each kind, and of one kind several that differ in one part.
fn places() -> Vec<Place<'static>> {
    vec![
        channel(1, 1),
        channel(1, 2),
        channel(2, 1),
        Place::InvitationAddress(tenant(1), Uuid::from_u128(1)),
        Place::UserEmail(UserId(Uuid::from_u128(1))),
        Place::UserEmail(UserId(Uuid::from_u128(2))),
        Place::IdentityEmail { issuer: "https://a.test", subject: "1" },
        Place::IdentityEmail { issuer: "https://a.test1", subject: "" },
        Place::IdentityEmail { issuer: "", subject: "https://a.test1" },
        Place::KeyProof(1),
    ]
}

#[test]
fn sr_cry_01_a_sealed_text_opens_at_its_own_place_and_at_no_other() {
    let ring = ring(ONE);
    for (at, place) in places().into_iter().enumerate() {
        let sealed = ring.seal(&place, TEXT, [7; NONCE_BYTES]);
        for (elsewhere, other) in places().into_iter().enumerate() {
            let opened = ring.open(&other, &sealed);
            let expected = if at == elsewhere { Ok(TEXT.to_owned()) } else { Err(OpenError::Refused) };
            assert_eq!(opened, expected, "{place:?} at {other:?}");
        }
    }
}

#[test]
fn sr_cry_01_any_key_of_the_ring_opens_and_the_first_one_seals() {
    let place = channel(1, 1);
    let (before, both, after) = (ring(ONE), ring(&format!("{TWO},{ONE}")), ring(TWO));
    let old = before.seal(&place, TEXT, [7; NONCE_BYTES]);
    assert_eq!(both.open(&place, &old), Ok(TEXT.to_owned()));
    let new = both.seal(&place, TEXT, [8; NONCE_BYTES]);
    assert!(new.starts_with(&both.prefix()) && !old.starts_with(&both.prefix()));
    assert_eq!(after.open(&place, &new), Ok(TEXT.to_owned()));
    assert_eq!(after.open(&place, &old), Err(OpenError::UnknownKey(1)));
    assert_eq!(before.open(&place, &new), Err(OpenError::UnknownKey(2)));
    // The id alone does not make it the key.
    let impostor = ring(&TWO.replace("2:", "1:"));
    assert_eq!(impostor.open(&place, &old), Err(OpenError::Refused));
    assert_eq!(
        impostor.open(&Place::KeyProof(1), &before.proof(1, [1; NONCE_BYTES]).unwrap()),
        Err(OpenError::Refused)
    );
    assert_eq!(before.open(&Place::KeyProof(1), &both.proof(1, [1; NONCE_BYTES]).unwrap()), Ok(String::new()));
    assert_eq!(before.proof(2, [1; NONCE_BYTES]), None);
}

#[test]
fn sr_cry_01_what_is_cut_off_or_changed_anywhere_is_an_error() {
    let (ring, place) = (ring(ONE), channel(1, 1));
    let sealed = ring.seal(&place, TEXT, [7; NONCE_BYTES]);
    assert_eq!(sealed.len(), HEADER_BYTES + TEXT.len() + 16);
    assert!(
        !sealed.windows(5).any(|part| TEXT.as_bytes().windows(5).any(|piece| piece == part)),
        "nothing of the text"
    );
    for length in 0..sealed.len() {
        let expected = if length < HEADER_BYTES { OpenError::CutOff } else { OpenError::Refused };
        assert_eq!(ring.open(&place, &sealed[..length]), Err(expected), "{length} bytes");
    }
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(ring.open(&place, &changed).is_err(), "byte {at}");
    }
    assert_eq!(ring.open(&place, &[&sealed[..], &[0]].concat()), Err(OpenError::Refused));
    assert_eq!(
        ring.open(&place, TEXT.repeat(3).as_bytes()),
        Err(OpenError::Version(b'a')),
        "a text that was never sealed"
    );
}

#[test]
fn sr_cry_01_equal_addresses_are_found_in_their_tenant_and_column_and_nowhere_else() {
    let both = ring(&format!("{ONE},{TWO}"));
    let here = Index::ChannelAddress(tenant(1));
    assert_eq!(both.index(here, "Alice@Example.test "), both.index(here, TEXT), "as it is compared");
    let index = both.index(here, TEXT);
    for other in [
        both.index(here, "alice@example.tes"),
        both.index(Index::ChannelAddress(tenant(2)), TEXT),
        both.index(Index::InvitationAddress(tenant(1)), TEXT),
        ring(TWO).index(here, TEXT),
    ] {
        assert_ne!(index, other);
    }
    let known = both.indexes(here, TEXT);
    assert_eq!(known, [index.to_vec(), ring(TWO).index(here, TEXT).to_vec()], "one for each key, the first first");
}

#[test]
fn sr_cry_01_each_defect_of_a_ring_is_named_and_no_digit_of_a_key_is_repeated() {
    let key = &ONE[2..];
    for (text, defect) in [
        (String::new(), KeyringError::Missing),
        (format!("{ONE},"), KeyringError::Missing),
        (key.to_owned(), KeyringError::NoId),
        (format!("{ONE};{TWO}"), KeyringError::Key(1)),
        (format!("0:{key}"), KeyringError::Id),
        (format!("-1:{key}"), KeyringError::Id),
        (format!("65536:{key}"), KeyringError::Id),
        (format!("new:{key}"), KeyringError::Id),
        (ONE[..64].to_owned(), KeyringError::Key(1)),
        (format!("{ONE}00"), KeyringError::Key(1)),
        (ONE.replace('c', "x"), KeyringError::Key(1)),
        (format!("3:{}", "ab".repeat(32)), KeyringError::Placeholder(3)),
        (
            format!("{ONE},{}", "2:0001020304050607".to_owned() + "08090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"),
            KeyringError::Placeholder(2),
        ),
        (format!("{ONE},{}", TWO.replace("2:", "1:")), KeyringError::SameId(1)),
        (format!("{ONE},{ONE}"), KeyringError::SameId(1)),
        (format!("{ONE},{}", ONE.replace("1:", "2:")), KeyringError::SameKey(1, 2)),
        (many(9), KeyringError::TooMany),
    ] {
        let said = text.parse::<Keyring>().expect_err(&text);
        assert_eq!(said, defect, "{text}");
        let pieces = || text.as_bytes().windows(8).filter(|piece| piece.iter().all(u8::is_ascii_hexdigit));
        assert!(!pieces().any(|piece| said.to_string().as_bytes().windows(8).any(|part| part == piece)), "{said}");
    }
    assert_eq!(ring(&many(8)).ids().count(), 8);
    assert_eq!(ring(&format!(" {TWO} , {ONE} ")).ids().collect::<Vec<_>>(), [2, 1]);
}

/// A ring of so many different keys.
fn many(keys: u8) -> String {
    let key = |id: u8| format!("{}:{}{id:02x}", id + 1, &ONE[2..64]);
    (0..keys).map(key).collect::<Vec<_>>().join(",")
}

#[test]
fn sr_cry_01_debug_shows_ids_and_no_key() {
    assert_eq!(format!("{:?}", ring(&format!("{TWO},{ONE}"))), "Keyring([2, 1])");
}

#[test]
fn the_published_ring_is_known_in_any_company() {
    let published = published_setting();
    assert!(ring(&published).is_published());
    assert!(ring(&format!("{TWO},{published}")).is_published());
    assert!(ring(&published.replace("1:", "9:")).is_published(), "under any id");
    assert!(!ring(&format!("{TWO},{ONE}")).is_published());
}

proptest! {
    #[test]
    fn sr_cry_01_every_text_comes_back_and_two_seals_of_it_differ(
        text in any::<String>(), one in any::<[u8; NONCE_BYTES]>(), other in any::<[u8; NONCE_BYTES]>(), row in any::<u128>(),
    ) {
        let (ring, place) = (ring(ONE), channel(1, row));
        let sealed = ring.seal(&place, &text, one);
        prop_assert_eq!(ring.open(&place, &sealed).unwrap(), text.clone());
        let again = ring.seal(&place, &text, other);
        prop_assert_eq!(one == other, again == sealed);
        // What is encrypted differs too, not the nonce before it alone.
        prop_assert_eq!(one == other, again[HEADER_BYTES..] == sealed[HEADER_BYTES..]);
    }

    #[test]
    fn sr_cry_01_hostile_bytes_are_refused_and_never_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..120), has_header in any::<bool>(),
    ) {
        let ring = ring(ONE);
        let bytes = if has_header { [&ring.prefix()[..], &bytes].concat() } else { bytes };
        prop_assert!(ring.open(&channel(1, 1), &bytes).is_err());
    }

    #[test]
    fn hostile_settings_never_panic(text in "[0-9a-f:, xé]{0,200}") {
        let _ = text.parse::<Keyring>();
    }
}
