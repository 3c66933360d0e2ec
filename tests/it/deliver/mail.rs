//! What a mail looks like to the relay, whatever people and operators wrote.

use super::one_due;
use crate::harness::World;
use domain::id::DeliveryId;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use store::delivery::{self, DeliveryRow, Due, Links};
use workers::channels::Sent;

const HEADERS: [&str; 10] = [
    "auto-submitted",
    "content-type",
    "date",
    "from",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "message-id",
    "mime-version",
    "subject",
    "to",
];

pub(super) async fn due_row(world: &World) -> (DeliveryRow, Links) {
    let due = world.parts.store.due_deliveries(world.clock.now(), 1).await.unwrap();
    let (door, _) = world.parts.store.claim_deliveries(&[due[0].id]).await.unwrap().remove(&due[0].id).unwrap();
    let mut tx = world.parts.store.begin_claimed(&door).await.unwrap();
    let locked = delivery::lock_due(&mut tx, DeliveryId(due[0].id), world.clock.now()).await.unwrap();
    let Due::Row(row) = locked else { panic!("the delivery is due: {locked:?}") };
    let links = delivery::links(&tx, &row, &world.config.link_key, world.clock.now());
    (*row, links)
}

/// Names of the header lines, in order of the alphabet, as a relay reads them.
fn header_names(message: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(message);
    let head = text.split("\r\n\r\n").next().unwrap();
    let mut names: Vec<String> = head
        .split("\r\n")
        .filter(|line| !line.starts_with([' ', '\t']))
        .map(|line| line.split(':').next().unwrap_or_default().to_lowercase())
        .collect();
    names.sort();
    names
}

/// Text with a taste for what breaks headers.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\r\n".to_owned()),
        Just("\n".to_owned()),
        Just("\r".to_owned()),
        Just("\0".to_owned()),
        Just("Bcc: eve@example.test".to_owned()),
        Just("\r\n\r\n".to_owned()),
        Just("\r\n.\r\n".to_owned()),
        Just("<eve@example.test>,".to_owned()),
        Just("\u{2028}".to_owned()),
        ".{0,12}",
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

#[tokio::test]
async fn sr_ntf_01_no_text_of_a_person_or_an_operator_adds_a_header_or_a_recipient() {
    let world = one_due().await;
    let (row, links) = due_row(&world).await;
    let mailer = &world.parts.deliverer.sender.email;
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(512) });
    let strategy = (hostile(), hostile(), hostile(), hostile(), hostile());
    runner
        .run(&strategy, |(from, to, vessel, operator, note)| {
            let mut row = row.clone();
            row.told.terminals = (from, to);
            row.told.sailing.vessel = vessel.try_into().ok();
            row.told.operator_name = operator;
            row.told.note = note;
            let message = mailer.compose(&row, &links).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(header_names(&message.formatted()), HEADERS);
            let recipients: Vec<String> = message.envelope().to().iter().map(ToString::to_string).collect();
            prop_assert_eq!(recipients, [row.address.clone()]);
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn sr_ntf_01_an_address_that_is_not_one_address_is_refused_and_nothing_is_sent() {
    for address in [
        "alice@example.test\r\nBcc: eve@example.test",
        "alice@example.test, eve@example.test",
        "alice@example.test>\r\nRCPT TO:<eve@example.test",
        "alice@example.test\0",
        "Alice <alice@example.test>",
        "",
    ] {
        let world = one_due().await;
        let (mut row, links) = due_row(&world).await;
        row.address = address.to_owned();
        let sent = world.parts.deliverer.sender.email.send(&row, &links).await;
        assert!(matches!(sent, Sent::Refused(_)), "{address:?}: {sent:?}");
        assert_eq!(world.sim.inbox().len(), 0);
    }
}

#[test]
fn sr_ntf_01_a_header_value_with_a_control_character_is_refused() {
    for text in ["a\rb", "a\nb", "a\0b", "a\r\nBcc: eve@example.test", "a\u{85}b"] {
        assert!(workers::channels::email::header_text(text).is_err(), "{text:?}");
    }
    assert!(workers::channels::email::header_text("Puerto de la Luz · Sat 14 Aug, 22:30").is_ok());
}

#[tokio::test]
async fn sr_ntf_01_the_relay_sees_exactly_the_declared_recipient() {
    let world = one_due().await;
    world.deliver_with(&world.parts).await;
    let mails = world.sim.inbox();
    assert_eq!(mails[0].to, ["alice@example.test"]);
    let names: Vec<String> = {
        let mut names: Vec<String> = mails[0].headers.iter().map(|(name, _)| name.to_lowercase()).collect();
        names.sort();
        names
    };
    assert_eq!(names, HEADERS);
}
