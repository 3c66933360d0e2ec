//! A quarter of a year of checks that nobody made, so that the status page of a new world looks as it will: good days, a few
//! incidents, and one morning when nobody looked. Written once, into a database in which nothing was ever counted.

use anyhow::Result;
use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use domain::{operator::Operator, status::Condition};
use sqlx::PgConnection;

/// How many days, up to yesterday.
const DAYS: u64 = 90;

/// Minutes of a day on which the workers stood still, and how many days ago that was.
const UNSEEN: (u64, i16) = (61, 18);

/// A stretch that was not good.
struct Past {
    operator: Operator,
    days_ago: u64,
    what: Condition,
    began: (u32, u32),
    lasted_min: i16,
}

const INCIDENTS: [Past; 4] = [
    Past { operator: Operator::Harbour, days_ago: 74, what: Condition::Off, began: (9, 0), lasted_min: 240 },
    Past { operator: Operator::Harbour, days_ago: 40, what: Condition::Paused, began: (6, 12), lasted_min: 95 },
    Past { operator: Operator::Wsf, days_ago: 23, what: Condition::Degraded, began: (14, 5), lasted_min: 26 },
    Past { operator: Operator::Harbour, days_ago: 12, what: Condition::Degraded, began: (21, 30), lasted_min: 47 },
];

/// Writes the days before `today`, unless anything was counted already.
///
/// # Errors
/// When the database refuses.
pub(super) async fn write(connection: &mut PgConnection, today: NaiveDate) -> Result<()> {
    let counted: bool =
        sqlx::query_scalar("select exists (select from operator_day)").fetch_one(&mut *connection).await?;
    if counted {
        return Ok(());
    }
    sqlx::query(
        "insert into operator_day
           (operator_id, day, good_min, degraded_min, paused_min, off_min, condition, counted_at, checked_at)
         select o.id, past.day,
                case when o.enabled then past.seen else 0 end, 0, 0, case when o.enabled then 0 else past.seen end,
                case when o.enabled then 'good' else 'off' end,
                past.day + interval '23 hours 59 minutes', case when o.enabled then past.day + interval '23 hours 17 minutes' end
         from operator o cross join (
           select ($1::date - n) as day, case when n = $3 then 1440 - $4 else 1440 end as seen
           from generate_series(1, $2) n) past",
    )
    .bind(today)
    .bind(i32::try_from(DAYS)?)
    .bind(i32::try_from(UNSEEN.0)?)
    .bind(i32::from(UNSEEN.1))
    .execute(&mut *connection)
    .await?;
    for past in INCIDENTS {
        past.write(connection, today).await?;
    }
    Ok(())
}

impl Past {
    async fn write(&self, connection: &mut PgConnection, today: NaiveDate) -> Result<()> {
        let day = today - Days::new(self.days_ago);
        let (hour, minute) = self.began;
        let began_at = day.and_time(NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default()).and_utc();
        sqlx::query(
            "update operator_day set
               good_min = good_min - $3,
               degraded_min = degraded_min + case when $4 = 'degraded' then $3 else 0 end,
               paused_min = paused_min + case when $4 = 'paused' then $3 else 0 end,
               off_min = off_min + case when $4 = 'off' then $3 else 0 end
             where operator_id = $1 and day = $2",
        )
        .bind(self.operator.as_str())
        .bind(day)
        .bind(self.lasted_min)
        .bind(self.what.as_str())
        .execute(&mut *connection)
        .await?;
        sqlx::query("insert into operator_incident (operator_id, what, began_at, ended_at) values ($1, $2, $3, $4)")
            .bind(self.operator.as_str())
            .bind(self.what.as_str())
            .bind(began_at)
            .bind(began_at + TimeDelta::minutes(i64::from(self.lasted_min)))
            .execute(&mut *connection)
            .await?;
        Ok(())
    }
}
