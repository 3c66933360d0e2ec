//! Who loses a right while they use it: in whichever order the two happen, what is written was allowed when it was.

use super::{Team, team};
use crate::{
    api::{Client, motorhome},
    harness::{Browser, Other, Person},
};
use axum::http::{Method, StatusCode};
use dev::world::Seals;
use domain::{access::Role, key::Scope};
use tokio::join;

/// What somebody does with their right.
#[derive(Clone, Copy, Debug)]
enum Act {
    Invite,
    ChangeRole,
    Remove,
    Rename,
    HandOver,
    Close,
    MakeWatch,
}

const ACTS: [Act; 7] =
    [Act::Invite, Act::ChangeRole, Act::Remove, Act::Rename, Act::HandOver, Act::Close, Act::MakeWatch];

/// How somebody loses it.
const LOSSES: [&str; 4] = [
    "update member set role = 'viewer' where user_id = '{user}'",
    "delete from member where user_id = '{user}'",
    "update tenant set suspended_at = now() where tenant_id = '{tenant}'",
    "update tenant set closed_at = now() where tenant_id = '{tenant}'",
];

/// Olga, a second owner, with a session and a key.
struct Olga {
    team: Team,
    olga: Person,
    browser: Browser,
    client: Client,
}

async fn olga() -> Olga {
    let team = team().await;
    let olga = team.world.member(team.alice.tenant, "Olga", Role::Owner).await;
    let (browser, client) = (team.browser(&olga).await, Client::new(&team.world, None));
    Olga { team, olga, browser, client }
}

impl Olga {
    /// Undoes all acts and losses of before.
    async fn reset(&mut self) -> i64 {
        for text in [
            "update tenant set name = 'Alice', suspended_at = null, closed_at = null",
            "delete from letter",
            "delete from invitation",
            "delete from watch",
            "delete from audit",
            "delete from audit_head",
        ] {
            super::sql(&self.team.world, text).await;
        }
        let roles = [(&self.olga, "owner"), (&self.team.anna, "admin"), (&self.team.vic, "viewer")];
        for (person, role) in roles {
            let member = "insert into member (tenant_id, user_id, role) values ($1, $2, $3)
                          on conflict (tenant_id, user_id) do update set role = excluded.role";
            let member = sqlx::query(member).bind(self.olga.tenant.0).bind(person.user.0).bind(role);
            member.execute(&self.team.world.admin).await.unwrap();
            let (address, index) = Seals::default().of_channel(self.olga.tenant.0, person.channel.0, &person.email);
            let channel = "insert into channel (tenant_id, id, user_id, kind, address, address_index, verified_at)
                           values ($1, $2, $3, 'email', $4, $5, now()) on conflict do nothing";
            let channel = sqlx::query(channel).bind(self.olga.tenant.0).bind(person.channel.0).bind(person.user.0);
            channel.bind(address).bind(index).execute(&self.team.world.admin).await.unwrap();
        }
        self.browser = self.team.browser(&self.olga).await;
        self.client = Client::new(&self.team.world, Some(self.team.world.key(&self.olga, Scope::ALL).await));
        // So that the key's last use is noted already.
        assert!(self.client.get("/api/v1/key").await.status.is_success());
        self.traces().await
    }

    fn loss(&self, sql: &str) -> String {
        sql.replace("{user}", &self.olga.user.to_string()).replace("{tenant}", &self.olga.tenant.to_string())
    }

    async fn act(&self, act: Act) -> StatusCode {
        let (team, mut browser) = (&self.team, self.browser.clone());
        let anna = team.anna.user.to_string();
        let (path, fields): (String, Vec<(&str, &str)>) = match act {
            Act::Invite => (team.at("/invitations"), vec![("address", "new@example.test"), ("role", "viewer")]),
            Act::ChangeRole => (team.of(&team.vic), vec![("role", "editor")]),
            Act::Remove => (format!("{}/remove", team.of(&team.vic)), vec![]),
            Act::Rename => (team.at("/settings"), vec![("name", "Other")]),
            Act::HandOver => (team.at("/transfer"), vec![("to", &anna), ("then", "owner")]),
            Act::Close => (team.at("/close"), vec![("name", "Alice")]),
            Act::MakeWatch => {
                let watch = motorhome(&team.world, 1);
                return self.client.send(Method::POST, "/api/v1/watches", Some(&watch)).await.status;
            }
        };
        browser.post(&path, &fields).await.status
    }

    /// What the acts leave behind: nothing of it may be there when one was too late.
    async fn traces(&self) -> i64 {
        let traces = "select (select count(*) from invitation) + (select count(*) from member m where role = 'editor')
                           + (select count(*) from letter) + (select count(*) from tenant where name = 'Other')
                           + (select count(*) from watch) + (select count(*) from audit where action <> 'key.create')
                           + (select count(*) from member m join user_account u using (user_id) where u.name = 'Anna' and m.role = 'owner')";
        self.team.world.count(traces).await
    }
}

#[tokio::test]
async fn sr_auz_06_who_loses_the_right_before_it_is_asked_again_under_the_lock_writes_nothing() {
    let mut stage = olga().await;
    for act in ACTS {
        for loss in LOSSES {
            let before = stage.reset().await;
            let mut other = Other::begin(&stage.team.world).await;
            other.run(&stage.loss(loss)).await;
            let lose = async {
                // The request was let in by what was so before, and waits where it is asked again.
                other.waited_for(&stage.team.world, 1).await;
                other.commit().await;
            };
            let (status, ()) = join!(stage.act(act), lose);
            assert!(status.is_client_error(), "{act:?} beside {loss}: {status}");
            assert_eq!(stage.traces().await, before, "{act:?} beside {loss}");
        }
    }
}

#[tokio::test]
async fn sr_auz_06_who_lost_the_right_earlier_writes_nothing() {
    let mut stage = olga().await;
    for loss in LOSSES {
        for act in ACTS {
            let before = stage.reset().await;
            super::sql(&stage.team.world, &stage.loss(loss)).await;
            let status = stage.act(act).await;
            assert!(status.is_client_error(), "{act:?} after {loss}: {status}");
            assert_eq!(stage.traces().await, before, "{act:?} after {loss}");
        }
    }
}

#[tokio::test]
async fn sr_auz_06_who_is_asked_first_has_written_before_the_right_is_lost() {
    let mut stage = olga().await;
    for act in ACTS {
        for loss in LOSSES {
            let before = stage.reset().await;
            // Every act ends with its line in the log: there it is held up, with what decides it locked.
            let mut barrier = Other::begin(&stage.team.world).await;
            barrier.run("lock table audit in access exclusive mode").await;
            let mut other = Other::begin(&stage.team.world).await;
            let lost = async {
                barrier.waited_for(&stage.team.world, 1).await;
                let losing = stage.loss(loss);
                let lose = async {
                    other.run(&losing).await;
                    let done = stage.traces().await;
                    other.commit().await;
                    done
                };
                let release = async {
                    barrier.waited_for(&stage.team.world, 2).await;
                    barrier.commit().await;
                };
                join!(lose, release).0
            };
            let (status, done) = join!(stage.act(act), lost);
            assert!(status.is_success() || status.is_redirection(), "{act:?} before {loss}: {status}");
            assert!(done > before, "{act:?} was committed before {loss} went on: {done}");
        }
    }
}
