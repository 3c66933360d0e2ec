//! People, their tenants and their watches: written the way the product writes them wherever it can.

use super::{World, today};
use chrono::{Days, NaiveDate};
use dev::sim::SimSailing;
use domain::{
    access::Role,
    id::{ChannelId, TenantId, UserId, WatchId},
    operator::Operator,
    plan::Plan,
    watch::{Criteria, Dates, Leg, Party, ReturnLeg, Vehicle, VehicleKind, Wants, Weekdays, expires_at},
};
use store::{Audit, Membership, watch};
use uuid::Uuid;

/// Somebody with a tenant of their own and a verified address.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) tenant: TenantId,
    pub(crate) user: UserId,
    pub(crate) channel: ChannelId,
    pub(crate) email: String,
}

/// A motorhome of 7.0 m by 2.9 m from Portmouth to Santoña, on `days` days from ten days ahead.
pub(crate) fn motorhome_days(days: u64) -> Criteria {
    motorhome_days_from(today() + Days::new(10), days)
}

/// The same from another day.
pub(crate) fn motorhome_days_from(first: NaiveDate, days: u64) -> Criteria {
    Criteria {
        leg: leg("POR-SAN", first, first + Days::new(days - 1)),
        vehicle: Vehicle {
            kind: VehicleKind::Motorhome,
            length_mm: 7_000,
            height_mm: 2_900,
            width_mm: 2_300,
            trailer_length_mm: 0,
            bike_rack_mm: 0,
        },
        party: Party { adults: 2, children: 0, infants: 0, pets: 0 },
        wants: Wants::default(),
    }
}

pub(crate) fn leg(route: &str, from: NaiveDate, to: NaiveDate) -> Leg {
    let dates = Dates::Range { from, to };
    Leg { route: route.parse().unwrap(), dates, weekdays: Weekdays::ALL, window: None }
}

/// Alice, on the fastest plan, waits for space for her motorhome; everything is full and known to be.
pub(crate) async fn alice_waits() -> (World, SimSailing) {
    let world = World::new().await;
    let sailing = world.everything_is_full(1).remove(0);
    let alice = world.person("Alice", Plan::Fleet).await;
    world.watch(&alice, &motorhome_days(1)).await;
    world.poll().await;
    world.settle().await;
    (world, sailing)
}

impl World {
    /// A person on a plan, sole owner of a tenant.
    pub(crate) async fn person(&self, name: &str, plan: Plan) -> Person {
        let tenant = TenantId(Uuid::now_v7());
        sqlx::query("insert into tenant (tenant_id, name, plan) values ($1, $2, $3)")
            .bind(tenant.0)
            .bind(name)
            .bind(plan.as_str())
            .execute(&self.admin)
            .await
            .unwrap();
        self.member(tenant, name, Role::Owner).await
    }

    /// A person in a tenant, with a verified address.
    pub(crate) async fn member(&self, tenant: TenantId, name: &str, role: Role) -> Person {
        let person = Person {
            tenant,
            user: UserId(Uuid::now_v7()),
            channel: ChannelId(Uuid::now_v7()),
            email: format!("{}@example.test", name.to_lowercase()),
        };
        let seals = dev::world::Seals::default();
        sqlx::query("insert into user_account (user_id, name, email) values ($1, $2, $3)")
            .bind(person.user.0)
            .bind(name)
            .bind(seals.of_user(person.user.0, &person.email))
            .execute(&self.admin)
            .await
            .unwrap();
        sqlx::query("insert into member (tenant_id, user_id, role) values ($1, $2, $3)")
            .bind(person.tenant.0)
            .bind(person.user.0)
            .bind(role.as_str())
            .execute(&self.admin)
            .await
            .unwrap();
        let (address, index) = seals.of_channel(person.tenant.0, person.channel.0, &person.email);
        let channel = "insert into channel (tenant_id, id, user_id, kind, address, address_index, verified_at)
                       values ($1, $2, $3, 'email', $4, $5, now())";
        sqlx::query(channel)
            .bind(person.tenant.0)
            .bind(person.channel.0)
            .bind(person.user.0)
            .bind(address)
            .bind(index)
            .execute(&self.admin)
            .await
            .unwrap();
        person
    }

    /// The membership a request of this person would prove.
    pub(crate) async fn membership(&self, person: &Person) -> Membership {
        self.app.membership(&self.session(person).await, person.tenant).await.unwrap().expect("a member")
    }

    /// A watch, made as the app makes one.
    pub(crate) async fn watch(&self, person: &Person, criteria: &Criteria) -> WatchId {
        self.watch_with_return(person, criteria, None).await
    }

    /// A watch with a way back.
    pub(crate) async fn watch_with_return(
        &self,
        person: &Person,
        criteria: &Criteria,
        back: Option<&ReturnLeg>,
    ) -> WatchId {
        self.watch_of(person, Operator::Harbour, criteria, back).await
    }

    /// A watch on any operator.
    pub(crate) async fn watch_of(
        &self,
        person: &Person,
        operator: Operator,
        criteria: &Criteria,
        back: Option<&ReturnLeg>,
    ) -> WatchId {
        let mut tx = self.app.begin(&self.membership(person).await).await.unwrap();
        let new = watch::NewWatch {
            user: person.user,
            operator,
            criteria,
            return_leg: back,
            currency: "EUR",
            expires_at: expires_at(criteria, back, operator),
            asks: &operator.asks(criteria, back).unwrap(),
            channels: &[person.channel],
            note: "",
            stop_when_found: true,
        };
        let id = watch::insert(&mut tx, &new, self.clock.now()).await.unwrap();
        tx.commit(Audit::OwnRecord).await.unwrap();
        id
    }

    /// Fills every sailing of the days that [`motorhome_days`] asks for, and returns the first day's.
    pub(crate) fn everything_is_full(&self, days: u64) -> Vec<SimSailing> {
        for day in 0..days {
            self.sim.take_all(Operator::Harbour, "POR-SAN", self.first_day + Days::new(day)).unwrap();
        }
        self.sim.sailings(Operator::Harbour, "POR-SAN", self.first_day)
    }

    /// Space for one motorhome on a sailing.
    pub(crate) fn open(&self, sailing: &SimSailing) {
        self.sim.free(&sailing.place("motorhome"), 1).unwrap();
    }

    /// Takes that space again.
    pub(crate) fn fill(&self, sailing: &SimSailing) {
        self.sim.take(&sailing.place("motorhome")).unwrap();
    }
}
