//! `cargo dev demo`: the main job without hands. Frees a space on a sailing somebody waits for, waits
//! for the mail and shows what happened when. Fails when the mail comes later than promised. With many
//! watchers it frees one for all of them, and meanwhile another.

mod crowd;
mod simulators;
mod timeline;

use crate::{
    checkout::Build,
    cluster::Purpose,
    progress::Progress,
    stage::{self, Setting, Stage, Voices},
    world,
};
use anyhow::{Context, Result};
use chrono::Utc;
use simulators::Simulators;
use sqlx::{Connection, FromRow, PgConnection};
use std::time::Duration;
use timeline::{Timeline, Told};

/// A minute is a second.
const SCALE: u32 = 60;
/// How long each thing we wait for may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often we look.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// From so many watchers on, everything is built as it ships.
const MANY: i64 = 10_000;

/// Runs the demonstration to its end, with so many who wait for the space.
///
/// # Errors
/// With a sentence on what did not happen, or not in time.
pub async fn run(watchers: i64) -> Result<()> {
    let build = if watchers < MANY { Build::Debug } else { Build::Release };
    let mut stage = Stage::set(Setting { purpose: Purpose::Demo, scale: SCALE, voices: Voices::Filed, build }).await?;
    let (super_url, simulators) = (stage.super_url(), Simulators::at(stage.simulator_url("")));
    let show = async {
        match watchers {
            1 => show(super_url, simulators).await,
            many => crowd::show(super_url, simulators, many).await,
        }
    };
    let shown = tokio::select! {
        shown = show => shown,
        cause = stage.falls() => Err(cause),
    };
    shown.with_context(|| format!("the logs are in {}", stage::logs().display()))
}

/// A sailing that is full for the class of a watch of Alice's.
#[derive(Clone, Debug, FromRow)]
struct Wished {
    operator: String,
    route: String,
    sailing: String,
    class: String,
    day: String,
}

async fn show(super_url: String, simulators: Simulators) -> Result<()> {
    let progress = Progress::start("Waiting for the first polls");
    let mut database = PgConnection::connect(&super_url).await?;
    let wished =
        until("no full sailing became known", async || Ok(wished(&mut database).await?.into_iter().next())).await?;
    progress.step(&format!("Freeing a space for a {} on {}", wished.class, wished.sailing));
    let opened = Utc::now();
    simulators.free_a_space(&wished).await?;
    progress.step("Waiting for the mail");
    let told = until("no mail was sent", async || told(&mut database, &wished).await).await?;
    let id = told.message_id.to_string();
    let received = until("the mail did not arrive", async || simulators.received_at(world::ALICE, &id).await).await?;
    let polled = simulators.first_poll_after(&wished, opened).await?.context("no poll could see the space")?;
    database.close().await?;
    progress.done();
    let timeline = Timeline { opened, polled, told, received };
    println!("A space for a {} opened on {} {}.\n\n{timeline}", wished.class, wished.operator, wished.sailing);
    timeline.keeps_the_promise()
}

/// Looks until there is something to see.
async fn until<T>(missing: &'static str, mut look: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
    let looking = async {
        loop {
            if let Some(seen) = look().await? {
                return Ok(seen);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    tokio::time::timeout(PATIENCE, looking)
        .await
        .with_context(|| format!("{missing} within {} s", PATIENCE.as_secs()))?
}

/// The first wished sailing of each day that is full, once the schedule has polled and the watch was evaluated.
async fn wished(database: &mut PgConnection) -> Result<Vec<Wished>> {
    let wished = sqlx::query_as(
        "select distinct on (t.id) t.operator_id as operator, s.route_code as route, s.key as sailing, wt.class,
                to_char(s.departs_local, 'YYYY-MM-DD') as day
         from channel c
           join watch_target wt using (tenant_id)
           join target t on t.id = wt.target_id
           join fact f on f.target_id = t.id
           join sailing s on s.id = f.sailing_id
         where c.id = $1 and wt.evaluated_at is not null and t.last_good_at is not null
           and f.facts -> 'classes' -> wt.class -> 'availability' ->> 'is' = 'full'
         order by t.id, s.departs_at",
    );
    Ok(wished.bind(world::channel_of(world::ALICE)).fetch_all(database).await?)
}

/// What the workers recorded of the opening, once the mail is out of their hands.
async fn told(database: &mut PgConnection, wished: &Wished) -> Result<Option<Told>> {
    let told = sqlx::query_as(
        "select ch.polled_at, ch.recorded_at as changed_at, a.created_at as alerted_at, d.sent_at, d.message_id
         from sailing s
           join change ch on ch.sailing_id = s.id
           join alert a on a.change_id = ch.id
           join delivery d on d.tenant_id = a.tenant_id and d.alert_id = a.id
           join channel c on c.tenant_id = d.tenant_id and c.id = d.channel_id
         where s.operator_id = $1 and s.route_code = $2 and s.key = $3 and a.kind = 'opening'
           and c.id = $4 and d.sent_at is not null
         order by ch.id limit 1",
    );
    let told = told.bind(&wished.operator).bind(&wished.route).bind(&wished.sailing);
    let told = told.bind(world::channel_of(world::ALICE));
    Ok(told.fetch_optional(database).await?)
}
