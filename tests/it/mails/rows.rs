//! One of each mail there is, made up: what each kind of alert tells, an outage and its end, and every letter.

use crate::harness::motorhome_days_from;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use domain::{
    access::Role,
    cadence::{Checks, HeadStart, Pace, TargetState, TimeScale},
    change::AlertKind,
    code::VehicleClass,
    delivery::{ChannelKind, DeliveryFacts, Permission},
    facts::{Availability, ClassFacts, Currency, Facts, Price},
    id::{AlertId, ChannelId, DeliveryId, LetterId, TargetId, TenantId, UserId, WatchId},
    key::Scope,
    letter::{LetterFacts, LetterKind},
    operator::Operator,
    outage::{Cause, FirstNotice, Notice, NoticeFacts},
    plan::Plan,
    sailing::Sailing,
    target::Question,
    text::OperatorText,
    watch::{Criteria, Vehicle, VehicleKind, WatchState},
};
use std::collections::BTreeMap;
use store::{
    check::WatchCheck,
    delivery::{DeliveryRow, Links, Told},
    letter::{About, Invited, KeyTold, LetterRow, Recipient},
    outage::NoticeRow,
};
use uuid::Uuid;

const ID: Uuid = Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_0001);
const TO: &str = "camille@example.test";
const PERMITTED: Permission = Permission {
    tenant_live: true,
    member_present: true,
    channel_enabled: true,
    channel_verified: true,
    plan_allows: true,
};

/// When the mails are read.
pub(super) fn now() -> DateTime<Utc> {
    "2026-07-20T12:38:10Z".parse().unwrap()
}

pub(super) fn links() -> Links {
    Links {
        alert: format!("/t/{ID}/alerts/{ID}"),
        stop: "/l/stop/signed".into(),
        keep: "/l/keep/signed".into(),
        unsubscribe: "/l/unsubscribe/signed".into(),
    }
}

fn sailing(operator: Operator, route: &str, leaves: &str) -> Sailing {
    let departs_local: NaiveDateTime = leaves.parse().unwrap();
    Sailing {
        operator,
        route: route.parse().unwrap(),
        key: "2230".parse().unwrap(),
        departs_local,
        zone: "Europe/London".parse().unwrap(),
        departs_at: departs_local.and_utc(),
        vessel: OperatorText::read("Santoña", 80),
    }
}

fn facts(class: &VehicleClass, spaces: Option<u32>, price: Option<i64>, cabin: Option<Availability>) -> Facts {
    let price = price.map(|minor| Price { minor, currency: Currency::GBP });
    let told = ClassFacts { availability: Availability::Available { spaces }, price };
    Facts { classes: BTreeMap::from([(class.clone(), told)]), cabin, pet_cabin: None }
}

fn campervan(leaves: &str) -> Criteria {
    let criteria = motorhome_days_from(leaves.parse::<NaiveDateTime>().unwrap().date(), 1);
    let vehicle = Vehicle { kind: VehicleKind::Campervan, length_mm: 5_400, height_mm: 1_990, ..criteria.vehicle };
    Criteria { vehicle, ..criteria }
}

fn alert(locale: &str, told: Told) -> DeliveryRow {
    let facts = DeliveryFacts {
        alert_open: true,
        watch_state: WatchState::Active,
        watch_version_same: true,
        permission: PERMITTED,
        departs_at: told.sailing.departs_at,
    };
    DeliveryRow {
        id: DeliveryId(1),
        alert: AlertId(ID),
        channel: ChannelId(ID),
        message_id: ID,
        attempts: 0,
        next_attempt_at: now(),
        facts,
        kind: ChannelKind::Email,
        address: TO.into(),
        zone: "Europe/Paris".into(),
        locale: locale.into(),
        told,
        last_until: None,
    }
}

fn told(kind: AlertKind) -> Told {
    let class: VehicleClass = "van".parse().unwrap();
    let leaves = "2026-08-14T22:30:00";
    Told {
        alert_kind: kind,
        leg: 0,
        sailing: sailing(Operator::Brittany, "GBPME-ESBIO", leaves),
        sailing_facts: facts(&class, Some(2), Some(133_450), Some(Availability::Available { spaces: None })),
        class,
        pair: None,
        pair_facts: None,
        terminals: ("Portsmouth".into(), "Bilbao".into()),
        operator_name: "Brittany Ferries".into(),
        seen_at: now() - TimeDelta::seconds(4),
        criteria: campervan(leaves),
        return_leg: None,
        plan: Plan::Free,
        target: TargetId(1),
        note: "Chez Ana, avec les vélos".into(),
        head_start: None,
    }
}

/// An opening with all that can be known; a first sight that a better plan heard of earlier; the last before a pause, both ways.
pub(super) fn alerts(locale: &str) -> Vec<(&'static str, DeliveryRow)> {
    let first = Told {
        seen_at: now() - TimeDelta::minutes(38),
        head_start: Some(HeadStart { plan: Plan::Plus, minutes: 38 }),
        note: String::new(),
        ..told(AlertKind::FirstSeen)
    };
    let class: VehicleClass = "motorhome".parse().unwrap();
    let leaves = "2026-08-14T10:15:00";
    let both = Told {
        sailing: Sailing { vessel: None, ..sailing(Operator::Harbour, "POR-SAN", leaves) },
        sailing_facts: facts(&class, None, None, None),
        pair: Some(sailing(Operator::Harbour, "SAN-POR", "2026-08-23T18:00:00")),
        class,
        terminals: ("Ouistreham".into(), "Île d’Yeu".into()),
        operator_name: "Harbour Lines".into(),
        criteria: motorhome_days_from(now().date_naive(), 1),
        note: String::new(),
        ..told(AlertKind::AlreadyOpen)
    };
    let last = DeliveryRow { last_until: Some(now() + TimeDelta::minutes(22)), ..alert(locale, both) };
    vec![
        ("an opening", alert(locale, told(AlertKind::Opening))),
        ("a first sight, told late", alert(locale, first)),
        ("both ways, the last before a pause", last),
    ]
}

fn check(question: Question) -> WatchCheck {
    let good = now() - TimeDelta::hours(3);
    let target = TargetState {
        id: TargetId(1),
        plan: Some(Plan::Plus),
        last_polled_at: Some(good),
        not_before: None,
        created_at: good - TimeDelta::days(1),
    };
    let pace = Pace { scale: TimeScale::REAL, floor_s: 30, stretch_s: 0 };
    WatchCheck {
        watch: WatchId(ID),
        operator: Operator::Brittany,
        question,
        checks: Checks { target, last_good_at: Some(good), failing_since: Some(good), pace },
        wanted_from: good - TimeDelta::days(1),
        plan: Plan::Plus,
    }
}

fn notice(locale: &str, notice: Notice, cause: Cause) -> NoticeRow {
    let routes = ["GBPME-ESBIO", "GBPME-FROUI", "FROUI-GBPME", "GBPME-FRCER", "ESBIO-GBPME"];
    let checks = routes.map(|route| check(Question::RouteNow { route: route.parse().unwrap() }));
    NoticeRow {
        id: DeliveryId(1),
        outage: ID,
        channel: ChannelId(ID),
        message_id: ID,
        attempts: 0,
        kind: ChannelKind::Email,
        address: TO.into(),
        zone: "Europe/Paris".into(),
        locale: locale.into(),
        operator: Operator::Brittany,
        operator_name: "Brittany Ferries".into(),
        cause,
        noticed_at: now() - TimeDelta::hours(2),
        good_since: Some(now() - TimeDelta::minutes(12)),
        checks: checks.into(),
        facts: NoticeFacts {
            notice,
            permission: PERMITTED,
            still_missed: true,
            outage_open: true,
            still_waits: true,
            first: FirstNotice::Sent,
        },
        last_until: None,
    }
}

pub(super) fn notices(locale: &str) -> Vec<(&'static str, NoticeRow)> {
    vec![
        ("pages fail", notice(locale, Notice::Degraded, Cause::Failing)),
        ("an operator is silent", notice(locale, Notice::Degraded, Cause::Silent)),
        ("an operator is off", notice(locale, Notice::Degraded, Cause::Off)),
        ("checks work again", notice(locale, Notice::Recovered, Cause::Silent)),
    ]
}

fn letter(locale: &str, kind: LetterKind, about: About) -> LetterRow {
    LetterRow {
        id: DeliveryId(1),
        message_id: ID,
        attempts: 0,
        tenant: TenantId(ID),
        tenant_name: "Alice & filles".into(),
        to: match kind {
            LetterKind::Invitation => Recipient::Stranger(LetterId(ID)),
            _ => Recipient::Person(UserId(ID)),
        },
        address: TO.into(),
        locale: locale.into(),
        about,
        facts: LetterFacts {
            kind,
            tenant_live: true,
            has_recipient: true,
            is_member: true,
            subject_is_member: true,
            invitation: None,
            key: None,
            channel: None,
        },
    }
}

pub(super) fn letters(locale: &str) -> Vec<(&'static str, LetterRow)> {
    let key = |name: &str, scopes: &[Scope]| KeyTold {
        public_id: "7Kp2Vn9Q".into(),
        name: name.into(),
        scopes: scopes.into(),
        made_by: "Anna".into(),
        expires_at: now() + TimeDelta::days(7),
    };
    let invited = Invited {
        inviter: "Anna".into(),
        role: Role::Editor,
        expires_at: now() + TimeDelta::days(3),
        path: "/l/invitation/signed".into(),
    };
    let confirm = About::ChannelConfirm { name: "Anna".into(), path: "/l/channel/signed".into() };
    [
        ("an invitation", LetterKind::Invitation, About::Invitation(invited)),
        ("somebody joined", LetterKind::MemberJoined, About::MemberJoined { name: "Émile".into(), role: Role::Viewer }),
        ("another role", LetterKind::RoleChanged, About::RoleChanged { role: Role::Admin }),
        ("removed", LetterKind::MemberRemoved, About::MemberRemoved),
        ("another way to sign in", LetterKind::IdentityLinked, About::IdentityLinked { provider: "GitHub".into() }),
        ("a new key", LetterKind::KeyCreated, About::KeyCreated(key("Importer", &[Scope::Read, Scope::Write]))),
        ("a key ends", LetterKind::KeyExpiring, About::KeyExpiring(key("", &[Scope::Read]))),
        ("is this your address", LetterKind::ChannelConfirm, confirm),
        ("a test", LetterKind::ChannelTest, About::ChannelTest),
    ]
    .into_iter()
    .map(|(name, kind, about)| (name, letter(locale, kind, about)))
    .collect()
}
