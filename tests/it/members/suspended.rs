//! Tenants that an administrator suspends and resumes.

use super::{Team, team};
use crate::{
    api::Client,
    harness::{Other, World, motorhome_days, sealer},
};
use axum::http::StatusCode;
use chrono::TimeDelta;
use domain::key::Scope;
use store::{DatabaseRole, Store, audit::By};
use tokio::join;

const REASON: &str = "The last payment was returned.";

impl Team {
    async fn set_standing(&self, reason: Option<&str>) -> anyhow::Result<String> {
        let admin = Store::connect(DatabaseRole::Admin, &self.world.database.url("ferry_admin"), 1, sealer()).await?;
        let by = By { at: self.world.clock.now(), actor: "Ada", request_id: uuid::Uuid::new_v4() };
        app::suspension::run(&admin, self.alice.tenant, reason, &by).await
    }

    async fn suspend(&self) {
        self.set_standing(Some(REASON)).await.unwrap();
    }

    async fn resume(&self) {
        self.set_standing(None).await.unwrap();
    }
}

#[tokio::test]
async fn sr_ses_03_nobody_reaches_a_suspended_tenant_and_its_members_read_why() {
    let team = team().await;
    let key = team.world.key(&team.alice, Scope::ALL).await;
    let client = Client::new(&team.world, Some(key));
    let mut vic = team.browser(&team.vic).await;
    assert_eq!(vic.get(&team.at("")).await.status, StatusCode::OK);
    team.suspend().await;
    assert_eq!(client.get("/api/v1/key").await.status, StatusCode::UNAUTHORIZED);
    for page in ["", "/members", "/leave"] {
        assert_eq!(vic.get(&team.at(page)).await.status, StatusCode::NOT_FOUND, "{page}");
    }
    for page in ["/account", "/account/tenants"] {
        let page = vic.get(page).await;
        assert!(page.text.contains("suspended since") && page.text.contains(REASON), "{}", page.text);
        assert!(!page.text.contains(&team.at("")), "nothing leads to a page that cannot be opened");
    }
    team.resume().await;
    assert_eq!(vic.get(&team.at("")).await.status, StatusCode::OK);
    assert!(client.get("/api/v1/key").await.status.is_success());
    assert!(!vic.get("/account").await.text.contains("suspended"));
}

#[tokio::test]
async fn a_suspension_stands_in_the_tenants_log_and_the_platforms_and_is_done_once() {
    let team = team().await;
    for (reason, sentence) in [("", "is a sentence"), (" \n", "is a sentence"), (&*"x".repeat(201), "at most 200")] {
        let error = team.set_standing(Some(reason)).await.unwrap_err().to_string();
        assert!(error.contains(sentence), "{error}");
    }
    assert!(team.set_standing(None).await.unwrap_err().to_string().contains("is not suspended"));
    team.suspend().await;
    assert!(team.set_standing(Some(REASON)).await.unwrap_err().to_string().contains("suspended already"));
    team.resume().await;
    assert!(team.set_standing(None).await.unwrap_err().to_string().contains("is not suspended"));
    let log = "select string_agg(actor || ' ' || action || ' ' || (subject = 'tenant:' || tenant_id)::text, ', ' order by action desc) from audit";
    let log: String = sqlx::query_scalar(log).fetch_one(&team.world.admin).await.unwrap();
    assert_eq!(log, "admin tenant.suspend true, admin tenant.resume true");
    let log = "select string_agg(actor || ' ' || action || ' ' || detail::text, ', ' order by action desc) from platform_audit where action like 'tenant.%'";
    let log: String = sqlx::query_scalar(log).fetch_one(&team.world.admin).await.unwrap();
    assert_eq!(log, format!("Ada tenant.suspend {{\"reason\": \"{REASON}\"}}, Ada tenant.resume {{}}"));
    super::sql(&team.world, "update tenant set closed_at = now()").await;
    assert!(team.set_standing(Some(REASON)).await.unwrap_err().to_string().contains("it is closed"));
}

/// Ed waits; everything is full and known to be.
async fn ed_waits() -> (Team, dev::sim::SimSailing) {
    let team = team().await;
    let sailing = team.world.everything_is_full(1).remove(0);
    team.world.watch(&team.ed, &motorhome_days(1)).await;
    team.world.poll().await;
    team.world.settle().await;
    (team, sailing)
}

fn mails(world: &World) -> usize {
    world.sim.inbox().len()
}

#[tokio::test]
async fn nobody_is_asked_and_nothing_is_sent_for_a_suspended_tenant_and_it_is_told_what_is_open_when_it_is_resumed() {
    let (team, sailing) = ed_waits().await;
    team.suspend().await;
    let asked = team.world.sim.requests().len();
    team.world.open(&sailing);
    team.world.an_hour_later().await;
    assert_eq!((team.world.sim.requests().len(), mails(&team.world)), (asked, 0));
    team.resume().await;
    team.world.an_hour_later().await;
    assert_eq!(mails(&team.world), 1);
}

#[tokio::test]
async fn an_alert_of_before_a_suspension_hides_no_opening_of_after_it() {
    let (team, sailing) = ed_waits().await;
    team.world.open(&sailing);
    team.world.an_hour_later().await;
    assert_eq!(mails(&team.world), 1);
    team.suspend().await;
    team.world.fill(&sailing);
    team.world.an_hour_later().await;
    team.resume().await;
    assert_eq!(team.world.count("select count(*) from alert where closed_reason = 'withdrawn'").await, 1);
    team.world.an_hour_later().await;
    assert_eq!(mails(&team.world), 1, "it is full");
    team.world.open(&sailing);
    team.world.an_hour_later().await;
    assert_eq!(mails(&team.world), 2);
}

#[tokio::test]
async fn a_watch_that_is_written_beside_a_suspension_is_wanted_by_nobody() {
    let team = team().await;
    let mut other = Other::begin(&team.world).await;
    other.run("update tenant set suspended_at = now()").await;
    // Without the app's own lock: by what the workers stand on alone.
    let criteria = motorhome_days(1);
    let watch = team.world.watch(&team.ed, &criteria);
    let commit = async {
        other.waited_for(&team.world, 1).await;
        other.commit().await;
    };
    join!(watch, commit);
    assert_eq!(team.world.count("select count(*) from watch_target").await, 1);
    assert_eq!(team.world.count("select count(*) from watch_target where wanted_by is not null").await, 0);
    team.world.clock.advance(TimeDelta::hours(1));
    let asked = team.world.sim.requests().len();
    team.world.poll().await;
    assert_eq!(team.world.sim.requests().len(), asked);
}
