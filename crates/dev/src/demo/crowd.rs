//! The same with a crowd: one space that very many wait for, and while they are told another that Alice waits for.
//! Fails when somebody is told late, twice or not at all, or when the crowd keeps Alice waiting.

use super::{Told, Wished, simulators::Simulators, told, until, wished};
use crate::{
    progress::Progress,
    sim::Tally,
    world::{
        self,
        crowd::{Crowd, Wish},
        readable,
    },
};
use anyhow::{Context, Result, ensure};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::{
    operator::Operator,
    plan::Plan,
    watch::{Criteria, Dates},
};
use sqlx::{Connection, FromRow, PgConnection, types::Json};
use std::{fmt, time::Duration};

/// From the change to the last alert.
const RECORDED_WITHIN: TimeDelta = TimeDelta::seconds(8);
/// From the change to the last mail.
const MAILED_WITHIN: TimeDelta = TimeDelta::minutes(5);
/// From the first poll that could see the other space to the mail that tells of it.
const OTHER_WITHIN: TimeDelta = TimeDelta::seconds(5);
/// How long we look on before we give up: longer than promised, to say how late it was.
const PATIENCE: Duration = Duration::from_secs(900);
/// How often we look.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// The crowd's change, as recorded.
#[derive(Clone, Debug, FromRow)]
struct Change {
    id: i64,
    polled_at: DateTime<Utc>,
    recorded_at: DateTime<Utc>,
}

/// What became of it.
#[derive(Clone, Debug, FromRow)]
struct Outcome {
    fanned_out_at: DateTime<Utc>,
    alerts: i64,
    sent: i64,
    attempts: i64,
}

/// The other opening, from the first poll that could see it.
struct Other {
    polled: DateTime<Utc>,
    told: Told,
    received: DateTime<Utc>,
}

/// All that the demonstration shows.
struct Shown {
    watchers: i64,
    opened: DateTime<Utc>,
    change: Change,
    outcome: Outcome,
    other: Other,
    tally: Tally,
    /// All deliveries there are, of whatever opening.
    sent_in_all: i64,
}

/// Frees both spaces and looks on.
pub(super) async fn show(super_url: String, simulators: Simulators, watchers: i64) -> Result<()> {
    let progress = Progress::start("Waiting for the first polls");
    let mut database = PgConnection::connect(&super_url).await?;
    let two = async || Ok(Some(wished(&mut database).await?).filter(|wished| wished.len() > 1));
    let both = until("no two days with a full sailing became known", two).await?;
    let (first, second) = (&both[0], &both[1]);
    let wishes = [wish(&mut database, first).await?];
    let crowd = Crowd { name: "crowd", tenants: watchers, watches: watchers, plan: Plan::Fleet, wishes: &wishes };
    crowd.write(&super_url, &progress).await?;
    progress.step(&format!("Freeing a space for a {} on {}", first.class, first.sailing));
    let opened = Utc::now();
    simulators.free_a_space(first).await?;
    let change = until("the space was not seen", async || change(&mut database, first).await).await?;
    progress.step("Freeing another while the crowd is told");
    let mut beside = PgConnection::connect(&super_url).await?;
    let (other, (outcome, tally)) = tokio::try_join!(
        other(&mut beside, &simulators, second),
        crowd_is_told(&mut database, &simulators, &change, watchers, &progress),
    )?;
    let sent_in_all =
        sqlx::query_scalar("select count(*) from delivery where state = 'sent'").fetch_one(&mut database).await?;
    progress.done();
    let shown = Shown { watchers, opened, change, outcome, other, tally, sent_in_all };
    println!("A space for a {} opened on {} {}.\n\n{shown}", first.class, first.operator, first.sailing);
    shown.keeps_the_promises()
}

/// Alice's wish, on the day of that sailing alone.
async fn wish(database: &mut PgConnection, wished: &Wished) -> Result<Wish> {
    let sql = "select criteria from watch join channel using (tenant_id, user_id) where channel.id = $1 and watch.state = 'active'";
    let criteria: Json<Criteria> =
        sqlx::query_scalar(sql).bind(world::channel_of(world::ALICE)).fetch_one(database).await?;
    let day: NaiveDate = wished.day.parse()?;
    let mut criteria = criteria.0;
    criteria.leg.dates = Dates::Range { from: day, to: day };
    let operator: Operator = wished.operator.parse().context("an operator of ours")?;
    Wish::new(operator, criteria, Utc::now())
}

async fn change(database: &mut PgConnection, wished: &Wished) -> Result<Option<Change>> {
    let change = sqlx::query_as(
        "select c.id, c.polled_at, c.recorded_at from change c join sailing s on s.id = c.sailing_id
         where s.operator_id = $1 and s.route_code = $2 and s.key = $3 and c.before is not null order by c.id limit 1",
    );
    Ok(change.bind(&wished.operator).bind(&wished.route).bind(&wished.sailing).fetch_optional(database).await?)
}

/// Frees the other space and waits until Alice has her mail.
async fn other(database: &mut PgConnection, simulators: &Simulators, wished: &Wished) -> Result<Other> {
    let opened = Utc::now();
    simulators.free_a_space(wished).await?;
    let told = until("no mail was sent of the other space", async || told(database, wished).await).await?;
    let id = told.message_id.to_string();
    let arrives = async || simulators.received_at(world::ALICE, &id).await;
    let received = until("the mail of the other space did not arrive", arrives).await?;
    let polled = simulators.first_poll_after(wished, opened).await?.context("no poll could see the other space")?;
    Ok(Other { polled, told, received })
}

/// Waits until every mail of the change has arrived and is written down.
async fn crowd_is_told(
    database: &mut PgConnection,
    simulators: &Simulators,
    change: &Change,
    watchers: i64,
    progress: &Progress,
) -> Result<(Outcome, Tally)> {
    let (mut said, mut tally) = (0, Tally::default());
    let looking = async {
        loop {
            tally = simulators.tally().await?;
            if tally.distinct - said >= 5_000 {
                said = tally.distinct;
                let of = readable(watchers);
                progress.step(&format!("{} of {of} mails have arrived", readable(i64::try_from(said)?)));
            }
            if i64::try_from(tally.distinct)? >= watchers
                && let Some(outcome) = outcome(database, change).await?
            {
                return Ok((outcome, simulators.tally().await?));
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    let told = tokio::time::timeout(PATIENCE, looking).await;
    told.with_context(|| format!("after {} s {tally:?}", PATIENCE.as_secs()))?
}

/// What is written down, once no delivery of the change waits.
async fn outcome(database: &mut PgConnection, change: &Change) -> Result<Option<Outcome>> {
    let outcome = sqlx::query_as(
        "select c.fanned_out_at, count(distinct a.id) as alerts, count(d.id) filter (where d.state = 'sent') as sent,
                coalesce(sum(d.attempts), 0)::bigint as attempts
         from change c join alert a on a.change_id = c.id
           join delivery d on d.tenant_id = a.tenant_id and d.alert_id = a.id
         where c.id = $1 and c.fanned_out_at is not null
         group by c.id having count(*) filter (where d.next_attempt_at is not null) = 0",
    );
    Ok(outcome.bind(change.id).fetch_optional(database).await?)
}

impl Shown {
    fn recorded(&self) -> TimeDelta {
        self.outcome.fanned_out_at - self.change.recorded_at
    }

    fn mailed(&self) -> TimeDelta {
        let last = self.tally.last_at_us.and_then(DateTime::from_timestamp_micros);
        last.map_or(TimeDelta::MAX, |last| last - self.change.recorded_at)
    }

    fn other_told(&self) -> TimeDelta {
        self.other.received - self.other.polled
    }

    /// Mails a second, from the first to the last.
    fn pace(&self) -> i64 {
        let span_us = self.tally.last_at_us.unwrap_or(0) - self.tally.first_at_us.unwrap_or(0);
        i64::try_from(self.tally.distinct).unwrap_or(i64::MAX).saturating_mul(1_000_000) / span_us.max(1)
    }

    /// Whether everybody was told in time, once.
    ///
    /// # Errors
    /// With a sentence, when not.
    fn keeps_the_promises(&self) -> Result<()> {
        let Shown { watchers, outcome, tally, .. } = self;
        ensure!(outcome.alerts > *watchers, "{} alerts for {watchers} watchers and Alice", outcome.alerts);
        ensure!(outcome.sent == outcome.alerts, "{} of {} alerts were sent", outcome.sent, outcome.alerts);
        ensure!(outcome.attempts == outcome.sent, "{} attempts for {} mails", outcome.attempts, outcome.sent);
        ensure!(tally.repeated == 0, "{} mails came twice", tally.repeated);
        let distinct = i64::try_from(tally.distinct)?;
        ensure!(
            distinct == self.sent_in_all,
            "{} mails were sent and {distinct} different ones came",
            self.sent_in_all
        );
        for (what, took, promised) in [
            ("the alerts were recorded", self.recorded(), RECORDED_WITHIN),
            ("the last mail came", self.mailed(), MAILED_WITHIN),
            ("the mail of the other space came", self.other_told(), OTHER_WITHIN),
        ] {
            ensure!(
                took <= promised,
                "{what} after {} ms; {} ms are promised",
                took.num_milliseconds(),
                promised.num_milliseconds()
            );
        }
        Ok(())
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |us: Option<i64>| us.and_then(DateTime::from_timestamp_micros).unwrap_or(self.opened);
        let mut steps = [
            ("opened", self.opened, "a space is free at the operator".to_owned()),
            ("polled", self.change.polled_at, "the poll that saw it started".to_owned()),
            ("change", self.change.recorded_at, "facts before and after are recorded".to_owned()),
            (
                "alerts",
                self.outcome.fanned_out_at,
                format!("{} watches have their one alert", readable(self.outcome.alerts)),
            ),
            ("first", at(self.tally.first_at_us), "the first mail lies in the inbox".to_owned()),
            ("other", self.other.polled, "a poll could see the other space".to_owned()),
            ("other", self.other.told.sent_at, "the mail server took the mail that tells of it".to_owned()),
            ("other", self.other.received, "and it lies in Alice's inbox".to_owned()),
            (
                "last",
                at(self.tally.last_at_us),
                format!("{} different mails came, {} twice", self.tally.distinct, self.tally.repeated),
            ),
        ];
        steps.sort_by_key(|(_, at, _)| *at);
        for (name, at, meaning) in steps {
            writeln!(to, "{:>8} ms  {name:<7} {meaning}", (at - self.opened).num_milliseconds())?;
        }
        writeln!(
            to,
            "\nAlerts {} ms after the change, the last mail {:.1} s after it ({} a second), the other mail {} ms after it could be known.",
            self.recorded().num_milliseconds(),
            self.mailed().as_seconds_f64(),
            self.pace(),
            self.other_told().num_milliseconds(),
        )
    }
}
