//! One poll, from a due target to recorded changes. Asks only what Postgres says is due; a poll that
//! finds nothing new writes nothing but its share of the batched heartbeat; a poll that finds something
//! commits by compare-and-set; an answer that is not to be believed is held and changes nothing. Never writes an
//! alert: that is the fan-out's.

mod belief;

use crate::{
    clock::{Chance, Clock},
    heartbeat::Heartbeat,
    operators::{self, AccessCodes, BaseUrls},
    schedule::{DueSet, NextDue},
};
use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    cadence::{self, Admits, Breaker, PollFailure},
    change,
    facts::{self, Sighting},
    plan::Plan,
    plausible::Turns,
};
use outbound::{Client, FetchError, Request, Response, Validators};
use std::sync::Arc;
use store::{
    Store,
    target::{Found, TargetRow},
};

/// What a poller works with. Cheap to clone.
#[derive(Clone)]
pub struct Poller {
    /// The database, as `ferry_worker`.
    pub store: Store,
    /// The one way out.
    pub client: Client,
    /// Where operators answer.
    pub base_urls: Arc<BaseUrls>,
    /// What some operators ask for with each request.
    pub access_codes: Arc<AccessCodes>,
    /// The budgets that a second request to an operator is taken from.
    pub budgets: DueSet,
    /// Good polls that changed nothing, waiting for their batched write.
    pub heartbeat: Heartbeat,
    /// Validators of the last answers and the operators' robots rules.
    pub memory: Arc<crate::memory::Memory>,
    /// Time.
    pub clock: Clock,
    /// Jitter.
    pub chance: Chance,
}

/// Bodies above this many bytes are parsed off the async threads; below, the hop costs more than the parse.
const PARSE_INLINE_BYTES: usize = 32 * 1024;
/// How soon a target is looked at again whose operator may not be asked now.
const RECHECK_S: i64 = 60;
/// How long the others wait for the one probe of a half-open breaker.
const PROBE_S: i64 = 20;

/// Why a poll failed.
enum PollError {
    Fetch(FetchError),
    Parse(operators::ParseError),
    Robots,
}

impl std::fmt::Display for PollError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PollError::Fetch(cause) => write!(f, "{cause}"),
            PollError::Parse(cause) => write!(f, "{cause}"),
            PollError::Robots => f.write_str("the operator's robots.txt does not allow this page"),
        }
    }
}

/// How the operator's breaker let a poll through.
#[derive(Clone, Copy)]
struct Admission {
    /// As it was read.
    breaker: Breaker,
    /// Until when the row says it is open now: a probe has moved it on.
    open_until: Option<DateTime<Utc>>,
}

/// What an answer says.
enum Answer {
    NotModified,
    Sightings(Page),
}

/// A page as it was read.
struct Page {
    seen: Vec<Sighting>,
    digest: [u8; 32],
    /// For the next request, where what is recorded is the page as it came.
    validators: Validators,
}

impl Poller {
    /// Polls a claimed target if it is due by its row, and says when it is due next.
    ///
    /// # Errors
    /// When the database fails; then the target is due again after the schedule's retry delay.
    pub async fn poll(&self, mut target: TargetRow) -> anyhow::Result<NextDue> {
        let now = self.clock.now();
        if let Some(polled_at) = self.heartbeat.last(target.id) {
            target.state.last_polled_at = target.state.last_polled_at.max(Some(polled_at));
            target.last_good_at = target.last_good_at.max(Some(polled_at));
        }
        target.state.last_polled_at = target.state.last_polled_at.max(self.memory.unrecorded(target.id));
        let Some(due) = cadence::due(&target.state, &target.pace) else { return Ok(NextDue(None)) };
        if due > now {
            return Ok(NextDue(Some(due)));
        }
        // The row may still say otherwise for a moment after a start without the operator's access code.
        if !target.polled || self.access_codes.missing(target.operator).is_some() {
            return Ok(NextDue(Some(now + TimeDelta::seconds(RECHECK_S))));
        }
        let breaker = Breaker { failures_in_row: target.operator_failures, open_until: target.open_until };
        let mut admission = Admission { breaker, open_until: breaker.open_until };
        match breaker.admits(now) {
            Admits::All => {}
            Admits::NothingUntil(until) => return Ok(NextDue(Some(until))),
            Admits::Probe => {
                // The first to move the instant on is the one probe; the others wait for what it finds.
                let until = now + TimeDelta::seconds(PROBE_S);
                if !self.store.take_probe(target.operator, breaker.open_until, until).await? {
                    return Ok(NextDue(Some(until)));
                }
                admission.open_until = Some(until);
            }
        }
        let settled = match self.ask(&target, now).await {
            Ok(Answer::NotModified) => self.settle_unchanged(&target, admission, now).await,
            Ok(Answer::Sightings(page)) => self.settle(&target, admission, page, now).await,
            Err(failure) => self.settle_failure(&target, breaker, &failure, now).await,
        };
        if settled.is_err() {
            self.memory.note_unrecorded(target.id, now);
        }
        settled
    }

    async fn ask(&self, target: &TargetRow, now: DateTime<Utc>) -> Result<Answer, PollError> {
        let request =
            operators::request(target.operator, &target.question, &self.base_urls, now).map_err(PollError::Parse)?;
        let hosts = self.base_urls.hosts(target.operator);
        if !self.memory.may_ask(&self.client, &request.url, hosts, now).await {
            return Err(PollError::Robots);
        }
        let request =
            request.unless_current(target.digest.and_then(|digest| self.memory.validators(target.id, digest)));
        self.fetch(target, request, now).await
    }

    async fn fetch(&self, target: &TargetRow, request: Request, now: DateTime<Utc>) -> Result<Answer, PollError> {
        let request = self.access_codes.signed(target.operator, request);
        let response = self.client.fetch(request, now).await.map_err(PollError::Fetch)?;
        if self.access_codes.repeated_in(target.operator, &response.body) {
            return Err(PollError::Parse(operators::ParseError::RepeatsAccessCode));
        }
        if response.not_modified {
            return Ok(Answer::NotModified);
        }
        let validators = response.validators.clone();
        let seen = parse(target, response, now).await.map_err(PollError::Parse)?;
        Ok(Answer::Sightings(Page { digest: facts::digest(&seen), seen, validators }))
    }

    async fn settle(
        &self,
        target: &TargetRow,
        admission: Admission,
        page: Page,
        polled_at: DateTime<Utc>,
    ) -> anyhow::Result<NextDue> {
        if target.digest == Some(page.digest) {
            return self.settle_same(target, admission, page, polled_at).await;
        }
        let known = self.store.known_facts(target.id).await.context("reading known facts")?;
        let page = match self.confirm(target, &known, page, polled_at).await {
            Ok(page) if target.digest == Some(page.digest) => {
                return self.settle_same(target, admission, page, polled_at).await;
            }
            Ok(page) => page,
            Err(failure) => return self.settle_failure(target, admission.breaker, &failure, polled_at).await,
        };
        let turns = Turns::count(&known, &page.seen, polled_at);
        if let Some(suspicion) = self.suspicion(target, &turns, &page, polled_at).await? {
            self.hold(target, suspicion, &page, polled_at).await?;
            self.close_breaker(target, admission).await?;
            return Ok(self.next(target, polled_at));
        }
        let found = Found {
            polled_at,
            digest: page.digest,
            changes: change::diff(&known, &page.seen),
            releases: cadence::releases(target.id, &target.pace, target.last_good_at, polled_at),
            turns_over: turns.turn_over(),
            recorded_at: self.clock.now(),
        };
        let recorded = self.store.record_found(target, &found).await.context("recording changes")?;
        if recorded {
            // Only now: an answer that is not on record must come whole the next time.
            self.memory.remember(target.id, page.digest, page.validators);
            tracing::info!(target = %target.id, operator = %target.operator, changes = found.changes.len(), "poll found changes");
            self.settle_held(target).await?;
        }
        self.close_breaker(target, admission).await?;
        Ok(self.next(target, polled_at))
    }

    async fn settle_same(
        &self,
        target: &TargetRow,
        admission: Admission,
        page: Page,
        polled_at: DateTime<Utc>,
    ) -> anyhow::Result<NextDue> {
        self.memory.remember(target.id, page.digest, page.validators);
        self.settle_unchanged(target, admission, polled_at).await
    }

    async fn settle_unchanged(
        &self,
        target: &TargetRow,
        admission: Admission,
        polled_at: DateTime<Utc>,
    ) -> anyhow::Result<NextDue> {
        self.heartbeat.note(target.id, polled_at);
        self.settle_held(target).await?;
        self.close_breaker(target, admission).await?;
        Ok(self.next(target, polled_at))
    }

    async fn close_breaker(&self, target: &TargetRow, admission: Admission) -> anyhow::Result<()> {
        if admission.breaker != Breaker::default() {
            self.store.close_breaker(target.operator, admission.open_until).await?;
        }
        Ok(())
    }

    async fn settle_failure(
        &self,
        target: &TargetRow,
        breaker: Breaker,
        failure: &PollError,
        polled_at: DateTime<Utc>,
    ) -> anyhow::Result<NextDue> {
        let retry_after = match failure {
            PollError::Fetch(FetchError::Status { retry_after, .. }) => *retry_after,
            PollError::Fetch(_) | PollError::Parse(_) | PollError::Robots => None,
        };
        let now = self.clock.now();
        let cause = retry_after.map_or(PollFailure::Other, PollFailure::RetryAfter);
        let interval = cadence::interval(target.state.plan.unwrap_or(Plan::Free), &target.pace);
        let not_before = cadence::not_before(cause, now, target.failures_in_row + 1, interval, self.chance.draw());
        self.store.record_failure(target.id, polled_at, not_before, &failure.to_string()).await?;
        let opened = match retry_after {
            Some(wait) => breaker.after_retry_after(now, wait),
            None => breaker.after_failure(now, target.pace.scale),
        };
        self.store.set_breaker(target.operator, opened.failures_in_row, opened.open_until).await?;
        tracing::warn!(target = %target.id, operator = %target.operator, %failure, %not_before, "poll failed");
        let mut state = target.state;
        state.last_polled_at = Some(polled_at);
        state.not_before = Some(not_before);
        Ok(NextDue(cadence::due(&state, &target.pace)))
    }

    fn next(&self, target: &TargetRow, polled_at: DateTime<Utc>) -> NextDue {
        let mut state = target.state;
        state.last_polled_at = Some(polled_at);
        state.not_before = None;
        NextDue(cadence::due(&state, &target.pace))
    }
}

async fn parse(
    target: &TargetRow,
    response: Response,
    now: DateTime<Utc>,
) -> Result<Vec<Sighting>, operators::ParseError> {
    if response.body.len() <= PARSE_INLINE_BYTES {
        return operators::parse(target.operator, &target.question, &response.body, now);
    }
    let (operator, question) = (target.operator, target.question.clone());
    tokio::task::spawn_blocking(move || operators::parse(operator, &question, &response.body, now))
        .await
        .expect("BUG: parsers never panic")
}
