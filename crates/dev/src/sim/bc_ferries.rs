//! Writes the model's day as BC Ferries' page of current conditions, in the layout recorded on 22 February 2026.
//!
//! Promises: the same table, classes, links and words as the recorded page: departed rows first, then today's, then the
//! first three of tomorrow; a full row has no link and so no date. Never more truthful than the real page: space is a
//! per cent of the whole deck, in a class that says "full".

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::markup::escape;
use super::model::{SailingStatus, SimSailing};
use super::timetable::BC_VESSELS;

/// How many of tomorrow's sailings the page shows.
pub(super) const ROWS_OF_TOMORROW: usize = 3;
/// How long a crossing lasts.
const CROSSING: TimeDelta = TimeDelta::minutes(95);

/// The page of one route at `now`.
pub(super) fn write(
    route: &str,
    (today, tomorrow): (&[SimSailing], &[SimSailing]),
    zone: Tz,
    now: DateTime<Utc>,
) -> String {
    let now = now.with_timezone(&zone).naive_local();
    let route = escape(route);
    let mut rows = String::new();
    for sailing in today {
        if sailing.departs_local <= now && sailing.status == SailingStatus::Scheduled {
            departed_row(&mut rows, sailing, now);
        } else {
            row(&mut rows, sailing, &route, Under::Today);
        }
    }
    for sailing in tomorrow.iter().take(ROWS_OF_TOMORROW) {
        row(&mut rows, sailing, &route, Under::Tomorrow);
    }
    let updated = now.format("%-I:%M");
    let half = now.format("%P");
    format!(
        r##"<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<title>
		{route} Status | BC Ferries</title>
<link rel="canonical" href="https://www.bcferries.com/current-conditions/{route}">
</head><body class="page-cc-route-details">
<a href="/login" class="mobile-menu-link">Login</a>
<div class="container">
<h3 class="text-dark-blue ccdetails-main-title"><b>{route}</b></h3>
<div id="tabs-1" role="tabpanel"><div class="table-responsive">
  <div class="cc-table-tr-container">
      </div><div class="col-lg-12 text-center">
          <p class="margin-bottom-17">
            <i class="cc-last-update-text">
              Last updated:&nbsp;<span>
                 {updated}<span>&nbsp;{half}</span>
                <a href="#" onclick="window.location.reload(true);">
                  Refresh details</a>
              </span></i>
          </p>
        </div><table class="col-md-12 col-sm-12 col-xs-12 text-center detail-departure-table">
    <tbody><tr>
        <th width="50%" class="cc-header-th">
          Departures</th>
        <th width="50%" class="cc-header-th">
          <span>
                Estimated vehicle space available</span>
            </th>
      </tr>
{rows}        </tbody></table>
</div></div></div>
</body></html>
"##
    )
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Under {
    Today,
    Tomorrow,
}

fn departed_row(rows: &mut String, sailing: &SimSailing, now: NaiveDateTime) {
    let time = clock(sailing.departs_local);
    let left = clock(sailing.departs_local + TimeDelta::minutes(2));
    let (code, vessel) = vessel(sailing);
    let arrives = sailing.departs_local + CROSSING;
    let message =
        if arrives <= now { format!("Arrived: {}", clock(arrives)) } else { format!("ETA : {}", clock(arrives)) };
    let _ = write!(
        rows,
        r##"      <tr class="mobile-friendly-row">
      <td width="50%" class="extra-padding">
          <p class="cc-text-grey margin-bottom-0">
            <span>
                {time}</span>
            <span class="font-italic">
                  &nbsp;Departed&nbsp;
                  {left}</span>
            <a href="/ship-info/{code}" class="sailing-ferry-name cc-text-grey" data-toggle="modal" data-target="#detailsModal">
              <br>	{vessel}</a>
            </p>
        </td>
        <td class="cc-status-td" width="50%">
          <div class="cc-percentage">
            <div class="percentage-full cc-text-grey">
              <div class="cc-message-updates cc-text-grey">
                    <span>{message}</span>
                          </div>
                </div>
          </div>
        </td>
      </tr>
"##
    );
}

fn row(rows: &mut String, sailing: &SimSailing, route: &str, under: Under) {
    let time = clock(sailing.departs_local);
    let (code, vessel) = vessel(sailing);
    let when = match under {
        Under::Today => format!("<span>\n                {time}</span>"),
        Under::Tomorrow => {
            format!("<span class=\"text-lowercase\">{time}&nbsp;</span>\n                (Tomorrow)<br>")
        }
    };
    let message = message(sailing, route, under);
    let _ = write!(
        rows,
        r##"      <tr class="mobile-friendly-row">
        <td width="50%">
          <p class=" margin-bottom-0">
            {when}
            <a href="/ship-info/{code}" class="sailing-ferry-name blue-color" data-toggle="modal" data-target="#detailsModal">
              <br>	{vessel}</a>
            </p>
        </td>
        <td class="cc-status-td" width="50%">
            <p class=" mobile-paragraph">
            {when}
            <a href="/ship-info/{code}" class="sailing-ferry-name " data-toggle="modal" data-target="#detailsModal">
                {vessel}</a>
            </p>
          <div class="cc-percentage">
            <div class="percentage-full ">
{message}                </div>
          </div>
        </td>
      </tr>
"##
    );
}

fn message(sailing: &SimSailing, route: &str, under: Under) -> String {
    if sailing.status == SailingStatus::Cancelled {
        return r#"              <div class="text-red"><p>Cancelled</p></div>
"#
        .to_owned();
    }
    let percent = sailing.classes.iter().map(|class| class.spaces).max().unwrap_or(0).min(100);
    if percent == 0 {
        return r#"              <div class="cc-message-updates">
                    <span class="font-size-22">
                            Full</span>
                      </div>
"#
        .to_owned();
    }
    let path = match under {
        Under::Today => "sailing-availability",
        Under::Tomorrow => "next-sailing-availability",
    };
    let departs = sailing.departs_local.format("%Y-%m-%d %H:%M:%S");
    format!(
        r##"              <div class="cc-message-updates">
                    <p class="mb-0 font-size-14">Estimated vehicle space available</p>
                        <span class="cc-vessel-percent-full">
                          {percent}%
                          &nbsp;
                        </span>
                        <a class="vehicle-info-link btn-styled-2" href="/{path}?departureTime={departs}&amp;routeCode={route}" data-toggle="modal" data-target="#routeInfoDetails">
                            <span>Details</span>
                          </a>
                        </div>
"##
    )
}

fn vessel(sailing: &SimSailing) -> (&'static str, String) {
    let code = BC_VESSELS.iter().find(|(_, name)| *name == sailing.vessel).map_or("SBC", |(code, _)| code);
    (code, escape(&sailing.vessel))
}

fn clock(time: NaiveDateTime) -> String {
    time.format("%-I:%M %P").to_string()
}
