//! What the simulator's HTTP side, its mail server and the tests share.
//!
//! Promises: an answer is written from the model as it is at that moment; what is kept written is thrown away with the
//! next change. Never panics while holding a lock.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, RwLock};

use bytes::Bytes;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::America::{Los_Angeles, Vancouver};
use domain::operator::Operator;

use super::brittany::{self, Asked, Nesting};
use super::identity::Identities;
use super::inbox::Inbox;
use super::misbehaviour::Misbehaviour;
use super::model::{Model, Place, SailingStatus, SimSailing};
use super::requests::RequestLog;
use super::smtp::{MailMisbehaviour, MailServer};
use super::{Validators, bc_ferries, harbour, timetable, wsf};

/// The most written answers kept; past it a day is written anew for each request.
const MAX_WRITTEN: usize = 4_096;
const ROBOTS: &str = "User-agent: *\nDisallow: /sim\nDisallow: /inbox\n";

/// Why an operator's page does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotAsked {
    NoSuchRoute,
    BadQuery,
    Forbidden,
}

/// What the HTTP side, the mail server and the tests share.
#[derive(Debug)]
pub(super) struct Playground {
    pub(super) model: Mutex<Model>,
    /// Harbour's answers by query, as long as the model stays as it is. Locked after `model`.
    pub(super) written: RwLock<HashMap<String, Bytes>>,
    pub(super) misbehaviours: Mutex<HashMap<Operator, Misbehaviour>>,
    /// Pages of BC Ferries that are served once more, by route.
    pub(super) cached: Mutex<HashMap<String, Bytes>>,
    pub(super) frozen: Mutex<Option<DateTime<Utc>>>,
    pub(super) validates: AtomicBool,
    pub(super) robots: Mutex<String>,
    pub(super) requests: RequestLog,
    pub(super) inbox: Arc<Inbox>,
    pub(super) mail: Arc<MailServer>,
    pub(super) nesting: Mutex<Nesting>,
    pub(super) access_code: Mutex<String>,
    pub(super) identities: Identities,
}

/// Nothing panics while holding one of the simulator's locks.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("BUG: nothing panics under this lock")
}

impl Playground {
    pub(super) fn new(today: NaiveDate, base_url: String) -> Self {
        let inbox = Arc::new(Inbox::new());
        Self {
            model: Mutex::new(Model::new(today)),
            written: RwLock::default(),
            misbehaviours: Mutex::default(),
            cached: Mutex::default(),
            frozen: Mutex::default(),
            validates: AtomicBool::new(false),
            robots: Mutex::new(ROBOTS.to_owned()),
            requests: RequestLog::default(),
            mail: Arc::new(MailServer::new(Arc::clone(&inbox))),
            inbox,
            nesting: Mutex::default(),
            access_code: Mutex::new(wsf::ACCESS_CODE.to_owned()),
            identities: Identities::new(base_url),
        }
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        lock(&self.frozen).unwrap_or_else(Utc::now)
    }

    pub(super) fn sailings(&self, operator: Operator, route: &str, date: NaiveDate) -> Vec<SimSailing> {
        lock(&self.model).day(operator, route, date)
    }

    /// The day a page shows first: today where nothing else is answered, else the seed day.
    pub(super) fn first_day(&self, operator: Operator) -> NaiveDate {
        match operator {
            Operator::Harbour | Operator::Brittany => lock(&self.model).seed(),
            Operator::BcFerries => self.now().with_timezone(&Vancouver).date_naive(),
            Operator::Wsf => self.now().with_timezone(&Los_Angeles).date_naive(),
        }
    }

    /// Harbour's answer to a query, written at most once between two changes.
    pub(super) fn harbour_day(&self, query: &str) -> Result<Bytes, NotAsked> {
        let written = self.written.read().expect("BUG: nothing panics under this lock");
        if let Some(body) = written.get(query) {
            return Ok(body.clone());
        }
        drop(written);
        let (route, date) = read_query(query)?;
        // The model stays locked while the answer is stored: a change that came between would leave it stale.
        let model = lock(&self.model);
        let sailings = model.day(Operator::Harbour, &route, date);
        if sailings.is_empty() {
            return Err(NotAsked::NoSuchRoute);
        }
        let body = Bytes::from(harbour::write(&route, date, &sailings));
        let mut written = self.written.write().expect("BUG: nothing panics under this lock");
        if written.len() < MAX_WRITTEN {
            written.insert(query.to_owned(), body.clone());
        }
        Ok(body)
    }

    pub(super) fn bc_page(&self, route: &str) -> Result<Bytes, NotAsked> {
        if let Some(page) = lock(&self.cached).remove(route) {
            return Ok(page);
        }
        let zone = timetable::zone_of(Operator::BcFerries, route).ok_or(NotAsked::NoSuchRoute)?;
        let now = self.now();
        let today = now.with_timezone(&zone).date_naive();
        let day = |date| self.sailings(Operator::BcFerries, route, date);
        let tomorrow = today.checked_add_days(Days::new(1)).ok_or(NotAsked::BadQuery)?;
        let page = bc_ferries::write(route, (&day(today), &day(tomorrow)), zone, now);
        Ok(Bytes::from(page))
    }

    /// Brittany's answer to what was posted.
    pub(super) fn brittany_week(&self, body: &[u8]) -> Result<Bytes, NotAsked> {
        let asked: Asked = serde_json::from_slice(body).map_err(|_| NotAsked::BadQuery)?;
        let days = asked.days().ok_or(NotAsked::BadQuery)?;
        let route = asked.route();
        timetable::zone_of(Operator::Brittany, &route).ok_or(NotAsked::NoSuchRoute)?;
        let sailings: Vec<SimSailing> =
            days.into_iter().flat_map(|date| self.sailings(Operator::Brittany, &route, date)).collect();
        let nesting = *lock(&self.nesting);
        Ok(Bytes::from(brittany::write(&asked, &sailings, nesting)))
    }

    /// Washington's answer about one terminal: the sailings from 03:00 to 03:00.
    pub(super) fn wsf_terminal(&self, terminal: &str, query: &str) -> Result<Bytes, NotAsked> {
        let code = format!("apiaccesscode={}", lock(&self.access_code));
        if query != code {
            return Err(NotAsked::Forbidden);
        }
        let terminal = Operator::Wsf.terminal(terminal).ok_or(NotAsked::NoSuchRoute)?;
        let opens = NaiveTime::from_hms_opt(3, 0, 0).unwrap_or_default();
        let now = self.now().with_timezone(&terminal.zone).naive_local();
        let first = (now - TimeDelta::hours(3)).date();
        let second = first.checked_add_days(Days::new(1)).ok_or(NotAsked::BadQuery)?;
        let service_day = first.and_time(opens)..second.and_time(opens);
        let routes = Operator::Wsf.manifest().routes.iter().filter(|route| route.from == terminal.code);
        let mut sailings: Vec<SimSailing> = routes
            .flat_map(|route| [first, second].map(|date| self.sailings(Operator::Wsf, route.code, date)))
            .flatten()
            .filter(|sailing| service_day.contains(&sailing.departs_local))
            .collect();
        sailings.sort_by_key(|sailing| sailing.departs_local);
        Ok(Bytes::from(wsf::write(terminal, &sailings)))
    }

    /// Changes the model, and throws away what was written of it.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Model) -> T) -> T {
        let mut model = lock(&self.model);
        let changed = change(&mut model);
        self.written.write().expect("BUG: nothing panics under this lock").clear();
        changed
    }

    pub(super) fn set_spaces(&self, place: &Place, spaces: u32) -> anyhow::Result<SimSailing> {
        self.change(|model| model.set_spaces(place, spaces))
    }

    pub(super) fn set_status(
        &self,
        operator: Operator,
        route: &str,
        key: &str,
        status: SailingStatus,
    ) -> anyhow::Result<SimSailing> {
        self.change(|model| {
            model.change(operator, route, key, |sailing| {
                sailing.status = status;
                Ok(())
            })
        })
    }

    pub(super) fn misbehave(&self, operator: Operator, misbehaviour: Misbehaviour) {
        lock(&self.misbehaviours).insert(operator, misbehaviour);
    }

    pub(super) fn misbehaviour(&self, operator: Operator) -> Misbehaviour {
        lock(&self.misbehaviours).get(&operator).copied().unwrap_or_default()
    }

    pub(super) fn set_validators(&self, validators: Validators) {
        self.validates.store(validators == Validators::On, Ordering::Relaxed);
    }

    pub(super) fn validates(&self) -> bool {
        self.validates.load(Ordering::Relaxed)
    }

    pub(super) fn reset(&self) {
        self.change(Model::reset);
        lock(&self.misbehaviours).clear();
        lock(&self.cached).clear();
        ROBOTS.clone_into(&mut lock(&self.robots));
        *lock(&self.nesting) = Nesting::default();
        wsf::ACCESS_CODE.clone_into(&mut lock(&self.access_code));
        self.mail.misbehave(MailMisbehaviour::None);
        self.identities.reset();
        self.requests.clear();
        self.inbox.clear();
    }
}

/// Reads `route=…&date=…` in any order; anything else is a bad request.
fn read_query(query: &str) -> Result<(String, NaiveDate), NotAsked> {
    let value = |name: &str| {
        url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    };
    let route = value("route").filter(|_| query.len() <= 128).ok_or(NotAsked::BadQuery)?;
    let date = value("date").and_then(|date| date.parse().ok()).ok_or(NotAsked::BadQuery)?;
    Ok((route, date))
}
