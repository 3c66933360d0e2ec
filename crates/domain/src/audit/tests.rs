//! A chain is whole or its first defect is named, whatever is done to it.

use super::*;
use proptest::prelude::*;

const TENANT: Chain = Chain::Tenant(TenantId(Uuid::from_u128(7)));

fn linked(chain: Chain, said: &[(&str, &str)]) -> Vec<Entry> {
    let mut last = Head::default();
    let mut entries = Vec::new();
    for (at, (actor, action)) in (0..).zip(said) {
        let mut entry = Entry {
            seq: last.seq + 1,
            prev_hash: last.hash,
            hash: Vec::new(),
            at: DateTime::from_timestamp_micros(1_782_907_200_000_001 + at).unwrap(),
            actor: (*actor).to_owned(),
            action: (*action).to_owned(),
            subject: "s".to_owned(),
            request_id: (at % 2 == 0).then(|| Uuid::from_u128(9)),
            detail: "{}".to_owned(),
        };
        entry.hash = entry.digest(chain).to_vec();
        last = Head { seq: entry.seq, hash: entry.hash.clone() };
        entries.push(entry);
    }
    entries
}

fn walk(entries: &[Entry], head: &Head) -> Result<(), Defect> {
    let mut walk = Walk::new(TENANT);
    entries.iter().try_for_each(|entry| walk.step(entry))?;
    walk.end(Some(head))
}

fn five() -> (Vec<Entry>, Head) {
    let entries = linked(TENANT, &[("a", "b"); 5]);
    let head = Head { seq: 5, hash: entries[4].hash.clone() };
    (entries, head)
}

fn said(entries: &[Entry], head: &Head) -> String {
    walk(entries, head).unwrap_err().to_string()
}

#[test]
fn sr_aud_01_a_chain_that_nobody_touched_is_whole() {
    let (entries, head) = five();
    assert_eq!(walk(&entries, &head), Ok(()));
    assert_eq!(walk(&[], &Head::default()), Ok(()));
    assert_eq!(Walk::new(TENANT).end(None), Ok(()));
}

#[test]
fn sr_aud_01_each_kind_of_damage_is_named_with_its_row() {
    let (entries, head) = five();
    let name = "the chain of tenant 00000000-0000-0000-0000-000000000007: row";
    let mut edited = entries.clone();
    edited[2].actor = "x".to_owned();
    assert_eq!(said(&edited, &head), format!("{name} 3 was changed: its hash is of something else"));
    edited[2].hash = edited[2].digest(TENANT).to_vec();
    assert_eq!(said(&edited, &head), format!("{name} 4 does not follow the row before it"));
    let mut deleted = entries.clone();
    deleted.remove(1);
    assert_eq!(said(&deleted, &head), format!("{name} 2 is missing"));
    assert_eq!(said(&entries[..4], &head), format!("{name} 5 is missing"));
    assert_eq!(said(&[], &head), format!("{name} 1 is missing"));
    let mut moved = entries.clone();
    moved.swap(1, 2);
    (moved[1].seq, moved[2].seq) = (2, 3);
    assert_eq!(said(&moved, &head), format!("{name} 2 does not follow the row before it"));
    let longer = linked(TENANT, &[("a", "b"); 6]);
    assert_eq!(said(&longer, &head), format!("{name} 6 was inserted: by its end on record the chain has 5 rows"));
    let other = linked(TENANT, &[("a", "c"); 5]);
    assert_eq!(said(&other, &head), format!("{name} 5 is not the row that the chain's end on record names"));
    let foreign = linked(Chain::Platform, &[("a", "b"); 5]);
    assert_eq!(said(&foreign, &head), format!("{name} 1 was changed: its hash is of something else"));
}

proptest! {
    /// Two rows that differ anywhere have different hashes: no character can move from one field into the next.
    #[test]
    fn sr_aud_01_what_a_hash_is_of_is_unambiguous(
        one in ("[ab:\0]{0,4}", "[ab:\0]{0,4}", "[ab:\0]{0,4}", any::<bool>()),
        other in ("[ab:\0]{0,4}", "[ab:\0]{0,4}", "[ab:\0]{0,4}", any::<bool>()),
    ) {
        let hash = |(actor, action, subject, named): &(String, String, String, bool)| {
            let mut entry = linked(TENANT, &[("a", "b")]).remove(0);
            (entry.actor, entry.action, entry.subject) = (actor.clone(), action.clone(), subject.clone());
            entry.request_id = named.then_some(Uuid::nil());
            entry.digest(TENANT)
        };
        prop_assert_eq!(hash(&one) == hash(&other), one == other);
    }
}
