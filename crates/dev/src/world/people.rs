//! Alice (fleet), Bob (free) and Chloé (plus, with Théo): tenants of different plans whose watches
//! share targets, so that what separates them shows.

use super::{
    Seals,
    keys::{self, DevKey},
};
use anyhow::{Context, Result};
use chrono::{Days, NaiveDate};
use domain::{
    code::RouteCode,
    operator::Operator,
    plan::Plan,
    watch::{
        Criteria, Dates, Leg, Party, ReturnLeg, ReturnRule, Vehicle, VehicleKind, Wants, Weekdays, expires_at,
        watched_days,
    },
};
use sha2::{Digest, Sha256};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

/// A member of a household.
struct Person {
    name: &'static str,
    email: &'static str,
    zone: &'static str,
    role: &'static str,
}

/// One tenant, its members (the first owns the watch) and its watch.
pub(super) struct Household {
    name: &'static str,
    plan: Plan,
    members: Vec<Person>,
    criteria: Criteria,
    way_back: Option<ReturnLeg>,
}

/// Everybody.
pub(super) fn households(today: NaiveDate) -> [Household; 3] {
    let leg = |route: &str, first: u64, last: u64| Leg {
        route: RouteCode::parse(route).expect("BUG: our own route is a code"),
        dates: Dates::Range { from: today + Days::new(first), to: today + Days::new(last) },
        weekdays: Weekdays::ALL,
        window: None,
    };
    let criteria = |leg, vehicle, adults, pets| Criteria {
        leg,
        vehicle,
        party: Party { adults, children: 0, infants: 0, pets },
        wants: Wants::default(),
    };
    [
        Household {
            name: "Alice's campers",
            plan: Plan::Fleet,
            members: vec![Person { name: "Alice", email: super::ALICE, zone: "Europe/London", role: "owner" }],
            criteria: criteria(leg("POR-SAN", 10, 12), vehicle(VehicleKind::Motorhome, 6_990, 2_950), 2, 1),
            way_back: None,
        },
        Household {
            name: "Bob",
            plan: Plan::Free,
            members: vec![Person { name: "Bob", email: "bob@example.test", zone: "Europe/Madrid", role: "owner" }],
            criteria: criteria(leg("POR-SAN", 10, 11), vehicle(VehicleKind::Motorhome, 7_200, 3_100), 2, 0),
            way_back: None,
        },
        Household {
            name: "Chloé et Théo",
            plan: Plan::Plus,
            members: vec![
                Person { name: "Chloé", email: "chloe@example.test", zone: "Europe/Paris", role: "owner" },
                Person { name: "Théo", email: "theo@example.test", zone: "Europe/Paris", role: "editor" },
            ],
            criteria: criteria(leg("POR-ISL", 20, 21), towing(4_800, 6_400), 2, 0),
            way_back: Some(ReturnLeg { leg: leg("ISL-POR", 34, 35), rule: ReturnRule::Either }),
        },
    ]
}

fn vehicle(kind: VehicleKind, length_mm: u32, height_mm: u32) -> Vehicle {
    Vehicle { kind, length_mm, height_mm, width_mm: 2_300, trailer_length_mm: 0, bike_rack_mm: 0 }
}

fn towing(length_mm: u32, trailer_length_mm: u32) -> Vehicle {
    Vehicle { trailer_length_mm, ..vehicle(VehicleKind::Caravan, length_mm, 2_600) }
}

impl Household {
    /// The keys of its members.
    pub(super) fn keys(&self) -> Vec<DevKey> {
        let key = |member: &Person| DevKey { name: member.name, plan: self.plan, key: keys::of(member.email) };
        self.members.iter().map(key).collect()
    }

    /// Writes what is not there yet; a watch only if none of the tenant's is active.
    ///
    /// # Errors
    /// When the database refuses.
    pub(super) async fn write(&self, connection: &mut PgConnection, seals: &Seals) -> Result<()> {
        let tenant = id(self.name);
        sqlx::query("insert into tenant (tenant_id, name, plan) values ($1, $2, $3) on conflict do nothing")
            .bind(tenant)
            .bind(self.name)
            .bind(self.plan.as_str())
            .execute(&mut *connection)
            .await?;
        for member in &self.members {
            member.write(connection, tenant, seals).await?;
        }
        let watched: bool = sqlx::query_scalar(
            "select exists (select from watch where tenant_id = $1 and state = 'active' and expires_at > now())",
        )
        .bind(tenant)
        .fetch_one(&mut *connection)
        .await?;
        if !watched {
            self.write_watch(connection, tenant).await?;
        }
        Ok(())
    }

    async fn write_watch(&self, connection: &mut PgConnection, tenant: Uuid) -> Result<()> {
        let (operator, watch) = (Operator::Harbour, Uuid::now_v7());
        let owner = self.members.first().context("a household has members")?;
        sqlx::query(
            "insert into watch (tenant_id, id, user_id, operator_id, criteria, return_leg, expires_at, watched_days)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(tenant)
        .bind(watch)
        .bind(id(owner.email))
        .bind(operator.as_str())
        .bind(Json(&self.criteria))
        .bind(self.way_back.as_ref().map(Json))
        .bind(expires_at(&self.criteria, self.way_back.as_ref(), operator))
        .bind(i32::try_from(watched_days(&self.criteria, self.way_back.as_ref()))?)
        .execute(&mut *connection)
        .await?;
        for ask in operator.asks(&self.criteria, self.way_back.as_ref())? {
            sqlx::query(
                "with asked as (
                   insert into target (operator_id, question, created_at) values ($3, $4, now())
                   on conflict (operator_id, question) do update set created_at = target.created_at
                   returning id)
                 insert into watch_target (tenant_id, watch_id, target_id, leg, class, asked_from, asked_until)
                 select $1, $2, id, $5, $6, $7, $8 from asked",
            )
            .bind(tenant)
            .bind(watch)
            .bind(operator.as_str())
            .bind(Json(&ask.question))
            .bind(ask.leg.number())
            .bind(ask.class.as_str())
            .bind(ask.from)
            .bind(ask.until)
            .execute(&mut *connection)
            .await?;
        }
        sqlx::query("insert into watch_channel (tenant_id, watch_id, channel_id) select $1, $2, id from channel where tenant_id = $1")
            .bind(tenant)
            .bind(watch)
            .execute(connection)
            .await?;
        Ok(())
    }
}

impl Person {
    async fn write(&self, connection: &mut PgConnection, tenant: Uuid, seals: &Seals) -> Result<()> {
        sqlx::query(
            "insert into user_account (user_id, name, email, zone) values ($1, $2, $3, $4)
             on conflict (user_id) do update set email = coalesce(user_account.email, excluded.email)",
        )
        .bind(id(self.email))
        .bind(self.name)
        .bind(seals.of_user(id(self.email), self.email))
        .bind(self.zone)
        .execute(&mut *connection)
        .await?;
        sqlx::query("insert into member (tenant_id, user_id, role) values ($1, $2, $3) on conflict do nothing")
            .bind(tenant)
            .bind(id(self.email))
            .bind(self.role)
            .execute(&mut *connection)
            .await?;
        let channel = channel_of(self.email);
        let (address, index) = seals.of_channel(tenant, channel, self.email);
        sqlx::query(
            "insert into channel (tenant_id, id, user_id, kind, address, address_index, verified_at)
             values ($1, $2, $3, 'email', $4, $5, now()) on conflict do nothing",
        )
        .bind(tenant)
        .bind(channel)
        .bind(id(self.email))
        .bind(address)
        .bind(index)
        .execute(&mut *connection)
        .await?;
        keys::write(connection, tenant, id(self.email), &keys::of(self.email)).await
    }
}

/// The channel of whoever has this address: an address itself is found by nobody who lacks the key.
#[must_use]
pub fn channel_of(email: &str) -> Uuid {
    id(&format!("channel {email}"))
}

/// The same id for the same name, in every world.
pub(super) fn id(name: &str) -> Uuid {
    let digest = Sha256::digest(name);
    uuid::Builder::from_custom_bytes(*digest.first_chunk().expect("BUG: a digest has 32 bytes")).into_uuid()
}
