//! A watch as a card: what is wanted, how it stands, and how it is checked. Promises the same to a page and to the stream that follows
//! it, and that a card is loud only while an alert of its watch is open. Never shows more of a sailing than the plan was told.

use super::{
    strip::{Heard, Strip, Tick},
    when::At,
};
use crate::{icon::Icon, problem::Problem, reader::Reader, sheet::Sheet, signed_in::MemberCx, when::every};
use chrono::{DateTime, NaiveDate};
use domain::{
    cadence::IntervalBound,
    facts::Availability,
    id::WatchId,
    watch::{Leg, Vehicle, VehicleKind, WatchState},
};
use serde_json::{Value, json};
use std::collections::HashMap;
use store::{
    TenantTx,
    board::{self, Missed, Sighting, Stretch},
    watch::{self, ShownTarget, ShownWatch},
};
use words::{Arg, Said};

/// The watches of a page.
pub(crate) struct Cards {
    ids: Vec<WatchId>,
    /// On whose clock instants are shown.
    zone: String,
}

/// A watch.
pub(crate) struct Card {
    pub(crate) id: WatchId,
    pub(super) operator: &'static str,
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    pub(super) days: Said,
    pub(super) hours: Option<Said>,
    pub(super) way_back: Option<Said>,
    pub(super) vehicle: Said,
    pub(super) class: Option<String>,
    pub(super) standing: Standing,
    pub(super) checks: Option<CardChecks>,
}

/// How a watch stands, in a picture and a word.
pub(super) struct Standing {
    pub(super) icon: Icon,
    /// Which colour the word has.
    pub(super) tone: &'static str,
    pub(super) word: Said,
    /// Where there is space.
    pub(super) line: Option<Said>,
}

/// How a watch that runs is checked.
pub(super) struct CardChecks {
    pub(super) strip: Strip,
    /// What the strip shows, in words.
    pub(super) summary: Said,
    pub(super) last: Option<At>,
    pub(super) next: Option<At>,
    pub(super) missed: Option<At>,
    pub(super) every: Said,
    /// Why that is longer than the plan's.
    pub(super) why: Option<Said>,
}

/// All that is read for one card.
struct Read<'a> {
    watch: &'a ShownWatch,
    asked: &'a [ShownTarget],
    sightings: Vec<&'a Sighting>,
    stretches: Vec<&'a Stretch>,
    missed: &'a [Missed],
    reader: &'a Reader,
    zone: &'a str,
}

impl Cards {
    pub(crate) fn of(ids: Vec<WatchId>, zone: String) -> Cards {
        Cards { ids, zone }
    }

    pub(crate) fn ids(&self) -> &[WatchId] {
        &self.ids
    }

    /// The cards as they are now, in the order of the page; those of watches that are not there are left out.
    pub(crate) async fn read(
        &self,
        (cx, reader): (&MemberCx, &Reader),
        tx: &mut TenantTx,
    ) -> Result<Vec<Card>, Problem> {
        let watches = watch::of_ids(tx, &self.ids).await?;
        let mut asked: HashMap<WatchId, Vec<ShownTarget>> = HashMap::new();
        for target in watch::targets(tx, &self.ids).await? {
            asked.entry(target.watch).or_default().push(target);
        }
        let sightings = board::sightings(tx, &self.ids, cx.membership().plan(), cx.now()).await?;
        let longest = watches.iter().map(|watch| reader.interval(watch.operator)).max().unwrap_or_default();
        let ticks = i32::try_from(super::strip::TICKS).unwrap_or(i32::MAX);
        let since = cx.now().checked_sub_signed(longest * ticks).unwrap_or(DateTime::UNIX_EPOCH);
        let stretches = board::stretches(tx, &self.ids, since).await?;
        let missed = board::missed(tx, since).await?;
        let card = |watch: &ShownWatch| {
            let read = Read {
                asked: asked.get(&watch.id).map_or(&[], Vec::as_slice),
                sightings: sightings.iter().filter(|sighting| sighting.watch == watch.id).collect(),
                stretches: stretches.iter().filter(|stretch| stretch.watch == watch.id).collect(),
                missed: &missed,
                zone: &self.zone,
                reader,
                watch,
            };
            read.card()
        };
        Ok(watches.iter().map(card).collect())
    }
}

impl Read<'_> {
    fn card(&self) -> Card {
        let watch = self.watch;
        let route = watch.operator.route(&watch.criteria.leg.route);
        let place = |code: Option<&'static str>| {
            code.and_then(|code| watch.operator.terminal(code)).map_or("", |terminal| terminal.name)
        };
        let checks = (watch.state == WatchState::Active).then(|| self.checks());
        Card {
            id: watch.id,
            operator: watch.operator.manifest().name,
            from: place(route.map(|route| route.from)),
            to: place(route.map(|route| route.to)),
            days: days(&watch.criteria.leg),
            hours: watch
                .criteria
                .leg
                .window
                .map(|window| Said::new("board-hours").with("from", window.from).with("to", window.to)),
            way_back: watch.return_leg.as_ref().map(|back| Said::new("board-way-back").with("days", days(&back.leg))),
            vehicle: vehicle(&watch.criteria.vehicle),
            class: watch.operator.class_of(&watch.criteria.vehicle).map(|fit| fit.class.to_string()),
            standing: self.standing(checks.as_ref().is_some_and(|checks| checks.last.is_some())),
            checks,
        }
    }

    fn standing(&self, is_checked: bool) -> Standing {
        let buoy = |name| Icon { name, class: "icon signal" };
        let plain = |name| Icon { name, class: "icon" };
        let quiet = |icon, tone, word| Standing { icon, tone, word: Said::new(word), line: None };
        match self.watch.state {
            WatchState::Active => {}
            WatchState::Paused => return quiet(plain("pause"), "bare", "board-paused"),
            WatchState::Stopped => return quiet(plain("check"), "bare", "board-stopped"),
            WatchState::Expired | WatchState::Deleted => return quiet(plain("clock"), "bare", "board-expired"),
        }
        if let Some(open) = self.open(buoy("open")) {
            return open;
        }
        match self.best() {
            Some(Availability::Available { .. }) => quiet(buoy("open"), "heed", "board-space-partly"),
            Some(Availability::Full) => quiet(buoy("full"), "full", "space-full"),
            Some(Availability::NotReleased) => quiet(buoy("not_released"), "", "space-not-released"),
            Some(Availability::Cancelled) => quiet(buoy("cancelled"), "cancelled", "space-cancelled"),
            Some(Availability::Unknown) => quiet(buoy("unknown"), "", "space-unknown"),
            None if is_checked => quiet(buoy("unknown"), "", "board-no-sailing"),
            None => quiet(buoy("unchecked"), "", "board-not-checked"),
        }
    }

    /// Where there is space as it is wanted: what an open alert says.
    fn open(&self, icon: Icon) -> Option<Standing> {
        let open: Vec<&&Stretch> = self.stretches.iter().filter(|stretch| stretch.until.is_none()).collect();
        let first = open.first()?;
        let told = self.sightings.iter().find(|sighting| {
            (&sighting.sailing.route, &sighting.sailing.key) == (&first.sailing.route, &first.sailing.key)
        });
        let word = match told.map(|sighting| availability(sighting)) {
            Some(Availability::Available { spaces: Some(n) }) if n > 0 => Said::new("space-open-n").with("n", n),
            _ => Said::new("space-open"),
        };
        let line = match open.len() {
            1 => Said::new("board-open-on"),
            n => Said::new("board-open-on-more").with("more", n - 1),
        };
        Some(Standing { icon, tone: "open", word, line: Some(line.with("moment", first.sailing.departs_local)) })
    }

    /// The best that is known of any sailing that is wanted.
    fn best(&self) -> Option<Availability> {
        let watch = self.watch;
        let leg = |sighting: &Sighting| match sighting.leg {
            0 => Some(&watch.criteria.leg),
            _ => watch.return_leg.as_ref().map(|back| &back.leg),
        };
        let wanted = self
            .sightings
            .iter()
            .filter(|sighting| leg(sighting).is_some_and(|leg: &Leg| leg.covers(&sighting.sailing)));
        wanted.map(|sighting| availability(sighting)).max_by_key(|availability| rank(*availability))
    }

    fn checks(&self) -> CardChecks {
        let (reader, watch) = (self.reader, self.watch);
        let checked = reader.watch_checks(watch, self.asked);
        let at = (reader.now, self.zone);
        let open: Vec<_> = self.stretches.iter().map(|stretch| (stretch.since, stretch.until)).collect();
        let missed = self.missed.iter().filter(|missed| missed.operator == watch.operator);
        let missed: Vec<_> = missed.map(|missed| (missed.since, missed.until)).collect();
        let strip = Strip::of(&Heard {
            begun: watch.created_at,
            last: checked.last,
            is_missed_now: checked.degraded_since.is_some(),
            interval: reader.interval(watch.operator),
            open: &open,
            missed: &missed,
            now: reader.now,
        });
        let name = watch.operator.manifest().name;
        CardChecks {
            summary: summary(&strip),
            strip,
            last: checked.last.map(|last| At::passed(last, at)),
            next: checked.next.map(|next| At::to_come(next, at)),
            missed: checked.degraded_since.map(|since| At::passed(since, at)),
            every: every(reader.interval(watch.operator)),
            why: match reader.bound(watch.operator) {
                IntervalBound::Plan => None,
                IntervalBound::Floor => Some(Said::new("board-every-floor").with("operator", name)),
                IntervalBound::Budget => Some(Said::new("board-every-budget").with("operator", name)),
            },
        }
    }
}

impl Card {
    /// Whether there is space as it is wanted.
    pub(crate) fn is_open(&self) -> bool {
        self.standing.line.is_some()
    }

    /// What of it can change, as a page's script is told.
    pub(crate) fn told(&self, sheet: &Sheet) -> Value {
        let say = |said: &Said| sheet.tell(said).to_string();
        let at = |at: &Option<At>| at.as_ref().map(|at| at.told(sheet.language));
        let checks = self.checks.as_ref();
        let strip = checks.map(|checks| &checks.strip);
        json!({
            "id": self.id.0,
            "icon": self.standing.icon.name,
            "tone": self.standing.tone,
            "word": say(&self.standing.word),
            "line": self.standing.line.as_ref().map(say),
            "open": strip.map(Strip::open),
            "checked": strip.map(Strip::checked),
            "missed": strip.map(Strip::missed),
            "summary": checks.map(|checks| say(&checks.summary)),
            "last": checks.map(|checks| at(&checks.last)),
            "next": checks.map(|checks| at(&checks.next)),
            "failing": checks.map(|checks| at(&checks.missed)),
        })
    }
}

fn summary(strip: &Strip) -> Said {
    let (open, missed) = (strip.count(Tick::Open), strip.count(Tick::Missed));
    let all = open + missed + strip.count(Tick::Checked);
    Said::new("board-strip").with("all", all).with("open", open).with("missed", missed)
}

fn availability(sighting: &Sighting) -> Availability {
    sighting.availability.unwrap_or(Availability::Unknown)
}

/// From what says least to what is wished for.
fn rank(availability: Availability) -> u8 {
    match availability {
        Availability::Unknown => 0,
        Availability::Cancelled => 1,
        Availability::NotReleased => 2,
        Availability::Available { spaces: Some(0) } | Availability::Full => 3,
        Availability::Available { .. } => 4,
    }
}

fn days(leg: &Leg) -> Said {
    let days: Vec<NaiveDate> = leg.days().collect();
    let (Some(first), Some(last)) = (days.first().copied(), days.last().copied()) else {
        return Said::new("board-day").with("day", leg.last_day());
    };
    let span = (last - first).num_days() + 1;
    let said = match i64::try_from(days.len()) {
        _ if span == 1 => return Said::new("board-day").with("day", first),
        Ok(n) if n == span => Said::new("board-days"),
        n => Said::new("board-days-some").with("n", n.unwrap_or(i64::MAX)),
    };
    said.with("from", first).with("to", last)
}

fn vehicle(vehicle: &Vehicle) -> Said {
    let kind = match vehicle.kind {
        VehicleKind::Car => "board-car",
        VehicleKind::Campervan => "board-campervan",
        VehicleKind::Motorhome => "board-motorhome",
        VehicleKind::Caravan => "board-caravan",
        VehicleKind::Van => "board-van",
        VehicleKind::Other => "board-vehicle",
    };
    Said::new("board-what")
        .with("kind", Said::new(kind))
        .with("length", Arg::Length(vehicle.total_length_mm()))
        .with("height", Arg::Length(vehicle.height_mm))
}
