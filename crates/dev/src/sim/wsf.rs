//! Writes a terminal's day as Washington State Ferries' sailing space, in the shape that is documented and recorded.
//!
//! Promises: the recorded fields, with the recorded traps left in: the terminal named beside a count is the one the boat
//! leaves from, an id is now a number and now a text, a date shows an offset that is not to be added, and drive-up space
//! that nobody has touched stands at its maximum. Never answers without the access code: that is looked at before.

use chrono::{Offset, TimeZone};
use domain::operator::{Operator, TerminalSpec};
use serde_json::{Value, json};

use super::model::{SailingStatus, SimSailing};

/// The access code that is asked for unless a test chooses another.
pub const ACCESS_CODE: &str = "simulated-access-code";
/// Car spaces of each boat.
pub(super) const MAX_SPACES: u32 = 144;

/// The answer about one terminal.
pub(super) fn write(terminal: &TerminalSpec, sailings: &[SimSailing]) -> Vec<u8> {
    let departures: Vec<Value> = sailings.iter().map(|sailing| departure(terminal, sailing)).collect();
    json!({
        "TerminalID": number(terminal.code),
        "TerminalSubjectID": 100 + number(terminal.code),
        "RegionID": 4,
        "TerminalName": terminal.name,
        "TerminalAbbrev": terminal.code,
        "SortSeq": 40,
        "DepartingSpaces": if departures.is_empty() { Value::Null } else { departures.into() },
        "IsNoFareCollected": null,
        "NoFareCollectedMsg": null,
    })
    .to_string()
    .into_bytes()
}

fn departure(terminal: &TerminalSpec, sailing: &SimSailing) -> Value {
    let departs = sailing.zone.from_local_datetime(&sailing.departs_local).earliest();
    let (instant, offset_min) = departs
        .map_or((sailing.departs_local.and_utc(), 0), |at| (at.to_utc(), at.offset().fix().local_minus_utc() / 60));
    let sign = if offset_min < 0 { '-' } else { '+' };
    let offset = format!("{sign}{:02}{:02}", offset_min.abs() / 60, offset_min.abs() % 60);
    let spaces = sailing.classes.first().map_or(0, |class| class.spaces).min(MAX_SPACES);
    let to =
        Operator::Wsf.manifest().routes.iter().find(|route| route.code == sailing.route).map_or("0", |route| route.to);
    let name = Operator::Wsf.terminal(to).map_or(to, |terminal| terminal.name);
    json!({
        "Departure": format!("/Date({}{offset})/", instant.timestamp_millis()),
        "IsCancelled": sailing.status == SailingStatus::Cancelled,
        "VesselID": 37,
        "VesselName": sailing.vessel,
        "MaxSpaceCount": MAX_SPACES,
        "SpaceForArrivalTerminals": [{
            "TerminalID": number(terminal.code),
            "TerminalName": format!("{} -> {name}", terminal.name),
            "VesselID": "37",
            "VesselName": sailing.vessel,
            "DisplayReservableSpace": false,
            "ReservableSpaceCount": null,
            "ReservableSpaceHexColor": null,
            "DisplayDriveUpSpace": true,
            "DriveUpSpaceCount": spaces,
            "DriveUpSpaceHexColor": if spaces == 0 { "#FF0000" } else { "#00FF00" },
            "MaxSpaceCount": MAX_SPACES,
            "ArrivalTerminalIDs": [number(to)],
        }],
    })
}

fn number(code: &str) -> u32 {
    code.parse().unwrap_or(0)
}
