//! Tenants and their members, at the pages: who may do what to whom, what becomes of what they leave behind, and that nobody writes who
//! has just lost the right to.

mod closing;
mod coming;
mod going;
mod interleaved;
mod opening;
mod roles;
mod suspended;

use crate::harness::{Browser, Page, Person, World};
use axum::http::StatusCode;
use domain::{access::Role, plan::Plan};
use sqlx::AssertSqlSafe;

/// Alice's tenant with one member of each role.
struct Team {
    world: World,
    alice: Person,
    anna: Person,
    ed: Person,
    vic: Person,
}

async fn team() -> Team {
    let world = World::new().await;
    let alice = world.person("Alice", Plan::Fleet).await;
    let anna = world.member(alice.tenant, "Anna", Role::Admin).await;
    let ed = world.member(alice.tenant, "Ed", Role::Editor).await;
    let vic = world.member(alice.tenant, "Vic", Role::Viewer).await;
    Team { world, alice, anna, ed, vic }
}

impl Team {
    /// A page of the tenant.
    fn at(&self, path: &str) -> String {
        format!("/t/{}{path}", self.alice.tenant)
    }

    /// The page of a member.
    fn of(&self, person: &Person) -> String {
        self.at(&format!("/members/{}", person.user))
    }

    async fn browser(&self, person: &Person) -> Browser {
        self.world.signed_in(person).await
    }

    /// What a member is now; nothing when they are none.
    async fn role(&self, person: &Person) -> Option<String> {
        let role = sqlx::query_scalar("select role from member where tenant_id = $1 and user_id = $2");
        role.bind(self.alice.tenant.0).bind(person.user.0).fetch_optional(&self.world.admin).await.unwrap()
    }
}

/// Does something as the superuser.
async fn sql(world: &World, text: &str) {
    sqlx::query(AssertSqlSafe(text.to_owned())).execute(&world.admin).await.unwrap();
}

/// Asserts that a form was done and led on.
fn assert_done(page: &Page) {
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{page:?}");
}

/// Asserts that a form was shown again with this sentence.
fn assert_refused(page: &Page, sentence: &str) {
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{page:?}");
    assert!(page.text.contains(sentence), "{sentence:?} is not in {}", page.text);
}

/// Asserts that this act gave the browser a new token, and that who had copied the old one is out.
async fn assert_rotated(before: &mut Browser, after: &Browser) {
    assert_ne!(before.token(), after.token());
    assert!(before.get("/account").await.location().starts_with("/login"));
}
