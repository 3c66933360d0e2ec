//! The security page: it equals the threat model and the tests there are.

use super::{attributes, get, get_in, read, said, text_of};
use crate::harness::World;
use dev::threats::{Texts, model::Model, published, unproved::Unproved};
use words::Language;

#[test]
fn what_is_published_is_what_the_model_and_the_tests_say_today() {
    let file = std::fs::read_to_string(dev::checkout::root().join(published::FILE)).unwrap();
    assert!(file == published::text().unwrap(), "{} is old: run `cargo dev threats --publish`", published::FILE);
}

#[tokio::test]
async fn sr_dev_01_the_security_page_shows_every_requirement_and_calls_proved_only_what_is() {
    let world = World::new().await;
    let texts = Texts::read().unwrap();
    let model = Model::parse(&texts.model).unwrap();
    let open = Unproved::parse(&texts.unproved).unwrap();
    for language in Language::ALL {
        let document = read(&get_in(&world, "/security", language).await);
        let shown = attributes(&document, ".demands details", "id");
        let wanted: Vec<&str> = model.rows("requirements").iter().map(|row| row.id()).collect();
        assert_eq!(shown.len(), wanted.len());
        for id in wanted {
            assert!(shown.iter().any(|shown| shown == id), "{id}");
            let line = text_of(&document, &format!("#{id} summary"));
            let is_proved = line.starts_with(&said("security-is-proved", language));
            assert_eq!(is_proved, !open.contains(id), "{line}");
            if is_proved {
                assert!(!text_of(&document, &format!("#{id} h3 ~ h3 + ul li")).is_empty(), "{id} names its tests");
            }
        }
    }
}

#[tokio::test]
async fn whoever_found_a_hole_is_told_whom_to_write_to() {
    let world = World::new().await;
    let document = read(&get(&world, "/security").await);
    assert!(text_of(&document, "#report").contains(&world.config.contact));
    assert!(attributes(&document, "#report a", "href").contains(&"/.well-known/security.txt".to_owned()));
}
