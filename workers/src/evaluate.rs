//! One watch against what is known now. Used when a watch is new, edited or resumed, and for return
//! watches that want both legs, whose truth no single change can tell. The watch's questions are locked
//! and its targets share-locked by the caller's transaction, so nothing slips between read and mark.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    change::AlertKind,
    id::SailingId,
    watch::{Leg, ReturnRule, Wish},
};
use store::{
    TenantTx,
    alert::{self, NewAlert},
    watch::{self, JudgedWatch, KnownSailing, WatchTarget},
};

/// Records what is true now and not yet told; returns how many alerts are new.
///
/// # Errors
/// When the database fails.
pub(crate) async fn evaluate(tx: &mut TenantTx, watch: &JudgedWatch, now: DateTime<Utc>) -> anyhow::Result<u64> {
    let targets: Vec<i64> = watch.targets.iter().map(|asked| asked.target.0).collect();
    // Facts no older than the plan's interval are what the plan promises; for older ones the next poll is waited for.
    let fresh_from = watch.changed_at - TimeDelta::seconds(i64::from(watch.plan.limits().interval_s));
    let known = watch::known_sailings(tx, &targets, watch.plan, fresh_from).await?;
    let wants_both = watch.return_leg.as_ref().is_some_and(|back| back.rule == ReturnRule::Both);
    let made =
        if wants_both { judge_pair(tx, watch, &known, now).await? } else { judge_each(tx, watch, &known, now).await? };
    watch::mark_evaluated(tx, watch, fresh_from, now).await?;
    Ok(made)
}

/// A sailing that holds for a watch, with the question that told it.
struct Holding<'a> {
    asked: &'a WatchTarget,
    known: &'a KnownSailing,
}

async fn judge_each(
    tx: &mut TenantTx,
    watch: &JudgedWatch,
    known: &[KnownSailing],
    now: DateTime<Utc>,
) -> anyhow::Result<u64> {
    let holds = |sailing: SailingId| {
        let all = watch.targets.iter().flat_map(|asked| holding(watch, asked, known, now));
        all.into_iter().any(|holding| holding.known.id == sailing)
    };
    for open in alert::open(tx, watch.id).await? {
        // What was open for an earlier wish, or ended while the watch was not judged, must not stand in the way.
        let told = known.iter().any(|known| known.id == open.sailing && known.target == open.target);
        if open.watch_version != watch.version || (told && !holds(open.sailing)) {
            alert::close(tx, open.id, now).await?;
        }
    }
    let mut made = 0;
    for asked in watch.targets.iter().filter(|asked| !asked.evaluated) {
        for holding in holding(watch, asked, known, now) {
            let alert = new_alert(watch, &holding, None, AlertKind::AlreadyOpen);
            made += u64::from(alert::record(tx, &alert, now).await?);
        }
    }
    Ok(made)
}

/// Keeps at most one open alert: on the earliest sailing out and the earliest back after it, for as
/// long as both hold.
async fn judge_pair(
    tx: &mut TenantTx,
    watch: &JudgedWatch,
    known: &[KnownSailing],
    now: DateTime<Utc>,
) -> anyhow::Result<u64> {
    let of_leg = |leg: i16| -> Vec<Holding<'_>> {
        let asked = watch.targets.iter().filter(|asked| asked.leg == leg);
        let mut all: Vec<_> = asked.flat_map(|asked| holding(watch, asked, known, now)).collect();
        all.sort_by_key(|holding| holding.known.sailing.departs_at);
        all
    };
    let (out, back) = (of_leg(0), of_leg(1));
    let mut told = false;
    for open in alert::open(tx, watch.id).await? {
        let holds = open.watch_version == watch.version
            && out.iter().any(|one| one.known.id == open.sailing)
            && open.pair.is_some_and(|pair| back.iter().any(|one| one.known.id == pair));
        if holds {
            told = true;
        } else {
            alert::close(tx, open.id, now).await?;
        }
    }
    let pair = out.iter().find_map(|first| {
        let after = |second: &&Holding<'_>| second.known.sailing.departs_at > first.known.sailing.departs_at;
        back.iter().find(after).map(|second| (first, second))
    });
    let Some((first, second)) = pair.filter(|_| !told) else { return Ok(0) };
    let kind =
        if watch.targets.iter().all(|asked| asked.evaluated) { AlertKind::Opening } else { AlertKind::AlreadyOpen };
    let mut alert = new_alert(watch, first, Some(second), kind);
    alert.held_until = alert.held_until.max(held_until(second.known));
    Ok(u64::from(alert::record(tx, &alert, now).await?))
}

fn holding<'a>(
    watch: &'a JudgedWatch,
    asked: &'a WatchTarget,
    known: &'a [KnownSailing],
    now: DateTime<Utc>,
) -> Vec<Holding<'a>> {
    let wish = Wish { criteria: &watch.criteria, leg: leg(watch, asked), class: &asked.class };
    known
        .iter()
        .filter(|known| known.target == asked.target && known.sailing.departs_at > now)
        .filter(|known| wish.holds(&known.sailing, &known.facts))
        .map(|known| Holding { asked, known })
        .collect()
}

fn leg<'a>(watch: &'a JudgedWatch, asked: &WatchTarget) -> &'a Leg {
    match (&watch.return_leg, asked.leg) {
        (Some(back), 1) => &back.leg,
        _ => &watch.criteria.leg,
    }
}

fn new_alert(watch: &JudgedWatch, first: &Holding<'_>, second: Option<&Holding<'_>>, kind: AlertKind) -> NewAlert {
    NewAlert {
        watch: watch.id,
        watch_version: watch.version,
        target: first.asked.target,
        sailing: first.known.id,
        pair: second.map(|second| second.known.id),
        leg: first.asked.leg,
        class: first.asked.class.clone(),
        kind,
        seen_at: first.known.last_good_at,
        held_until: held_until(first.known),
    }
}

/// Facts a plan may not know yet are held until its tick.
fn held_until(known: &KnownSailing) -> Option<DateTime<Utc>> {
    known.release_at.filter(|at| *at > known.last_good_at)
}
