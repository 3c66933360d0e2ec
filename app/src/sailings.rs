//! Sailings of a route with what the reader's plan may know of them. Never shows what a faster plan was told and this one
//! was not yet, nor when it was checked for anybody else.

use crate::{
    access::ApiCx,
    cursor,
    facts::{FactsView, SailingView},
    input::{Path, Query},
    list::list,
    problem::{Code, Problem},
    reader::Reader,
};
use axum::Json;
use chrono::{DateTime, Days, NaiveDate, Utc};
use domain::{
    code::{RouteCode, VehicleClass},
    operator::Operator,
    watch::MAX_DAYS,
};
use serde::{Deserialize, Serialize};
use store::sailing::{self, Asked, ReleasedSailing};
use utoipa::{IntoParams, ToSchema};

/// Which sailings.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct SailingQuery {
    /// The first day, on the clock of the terminal of departure; today without.
    from: Option<NaiveDate>,
    /// The last day, at most 62 days in all; 62 days without.
    to: Option<NaiveDate>,
    /// Only sailings of which something is known for this class of the operator.
    #[param(value_type = Option<String>)]
    class: Option<VehicleClass>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Rows of a page, 1 to 100; 25 without.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
}

/// A sailing and what is known of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReleasedSailingView {
    #[serde(flatten)]
    sailing: SailingView,
    /// What is known of it, as far as your plan was told by now.
    facts: FactsView,
    /// When this was last checked for your plan.
    checked_at: Option<DateTime<Utc>>,
}

list!(
    /// Sailings, in the order of their departure. One of which nothing is known is absent.
    SailingList of ReleasedSailingView
);

pub(crate) async fn list(
    cx: ApiCx,
    Path((operator, route)): Path<(Operator, RouteCode)>,
    Query(query): Query<SailingQuery>,
) -> Result<Json<SailingList>, Problem> {
    let zone = operator.zone_of(&route).ok_or_else(Problem::not_found)?;
    let limit = cursor::limit(query.limit)?;
    let (from, to) = days(&query, cx.now().with_timezone(&zone).date_naive())?;
    let manifest = operator.manifest();
    if let Some(class) = query.class.as_ref().filter(|class| manifest.class(class.as_str()).is_none()) {
        let classes: Vec<&str> = manifest.classes.iter().map(|class| class.name).collect();
        let detail = format!("class is one of {}, not {class}.", classes.join(", "));
        return Err(Problem::bad_request(Code::BadRequest, detail));
    }
    let class = query.class.as_ref().map_or("", VehicleClass::as_str);
    let name = format!("sailings:{operator}:{route}:{from}:{to}:{class}");
    let after = cursor::read(&name, query.cursor.as_deref())?;

    let mut tx = cx.begin().await?;
    let reader = Reader::of(&cx, &mut tx).await?;
    let asked =
        Asked { operator, route: &route, from, to, class: query.class.as_ref(), plan: reader.plan, now: reader.now };
    let page = sailing::released(&mut tx, &asked, after.as_ref(), limit).await?;
    let data = page.rows.iter().map(|released| view(&reader, released)).collect();
    Ok(Json(SailingList::new(data, page.next.map(|next| cursor::write(&name, &next)))))
}

/// How far from today the first day asked for may lie: history and horizons end sooner.
const DAYS_AWAY_MAX: i64 = 1_100;

/// The days asked for.
fn days(query: &SailingQuery, today: NaiveDate) -> Result<(NaiveDate, NaiveDate), Problem> {
    let from = query.from.unwrap_or(today);
    if (from - today).num_days().abs() > DAYS_AWAY_MAX {
        let detail = format!("from is within {DAYS_AWAY_MAX} days of today.");
        return Err(Problem::bad_request(Code::BadRequest, detail));
    }
    let last = from.checked_add_days(Days::new(MAX_DAYS as u64 - 1)).unwrap_or(from);
    let to = query.to.unwrap_or(last);
    if to < from || to > last {
        let detail = format!("to is {from} to {last}: a page covers at most {MAX_DAYS} days.");
        return Err(Problem::bad_request(Code::BadRequest, detail));
    }
    Ok((from, to))
}

fn view(reader: &Reader, released: &ReleasedSailing) -> ReleasedSailingView {
    ReleasedSailingView {
        sailing: SailingView::of(&released.sailing),
        facts: FactsView::of(&released.facts),
        checked_at: reader.checked_at(released),
    }
}
