//! What the forms of good requests hold.

use super::Stage;
use uuid::Uuid;

pub(super) fn account(_: &Stage) -> Vec<(&'static str, String)> {
    vec![("name", "Somebody Else".into()), ("zone", "Europe/Paris".into()), ("language", "fr".into())]
}

/// The name of Alice's tenant.
pub(super) fn named(_: &Stage) -> Vec<(&'static str, String)> {
    vec![("name", "Alice".into())]
}

pub(super) fn invited(_: &Stage) -> Vec<(&'static str, String)> {
    vec![("address", "new@example.test".into()), ("role", "viewer".into())]
}

/// To Alice, so that there is an owner whoever hands over.
pub(super) fn handed_over(stage: &Stage) -> Vec<(&'static str, String)> {
    vec![("to", stage.alice.user.to_string()), ("then", "admin".into())]
}

/// A watch as the wizard's last page sends it.
pub(super) fn begun(stage: &Stage) -> Vec<(&'static str, String)> {
    let day = stage.world.first_day.to_string();
    vec![
        ("operator", "harbour".into()),
        ("route", "POR-SAN".into()),
        ("from", day.clone()),
        ("to", day),
        ("vehicle", "coachbuilt_700".into()),
        ("adults", "2".into()),
        ("note", "Christmas".into()),
    ]
}

/// An address that nobody has here yet.
pub(super) fn address(_: &Stage) -> Vec<(&'static str, String)> {
    vec![("address", format!("{}@example.test", Uuid::new_v4()))]
}

/// The day before a watch's only day.
pub(super) fn slept(stage: &Stage) -> Vec<(&'static str, String)> {
    vec![("until", (stage.world.first_day - chrono::Days::new(1)).to_string())]
}
