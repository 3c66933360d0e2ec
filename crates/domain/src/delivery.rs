//! Deliveries: when to try again, and whether the message is still wanted.
//!
//! Promises: waits grow, attempts are bounded, and nothing is sent once the sailing has left. The last
//! look before a send cancels a message that is no longer true or no longer allowed, and says why.
//! Never sends anything.

use crate::watch::WatchState;
use chrono::{DateTime, TimeDelta, Utc};
use std::time::Duration;

closed_set! {
    /// A way to reach a person.
    pub enum ChannelKind ("channel kind") {
        /// A message over SMTP.
        Email = "email",
    }
}

/// Seconds to wait after the first, second, … failed attempt. Each is more than 1.5 times the one before,
/// so that waits grow whatever the jitter.
const WAITS_S: [u64; 7] = [5, 30, 120, 600, 1_800, 3_600, 7_200];

/// The most attempts of one delivery.
pub const MAX_ATTEMPTS: u16 = 8;

/// When a delivery is tried next, if at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextAttempt {
    /// At this instant.
    At(DateTime<Utc>),
    /// Not again.
    GiveUp(GiveUpReason),
}

closed_set! {
    /// Why a delivery is not tried again.
    pub enum GiveUpReason ("reason to give up") {
        /// All attempts failed.
        TooManyAttempts = "too_many_attempts",
        /// The sailing has left, or will have left by then.
        Departed = "departed",
    }
}

/// When to try after `attempts_made`, with `random` in 0..1 spreading the wait by a fifth either way.
pub fn next_attempt(attempts_made: u16, now: DateTime<Utc>, departs_at: DateTime<Utc>, random: f64) -> NextAttempt {
    let wait = match attempts_made {
        0 => TimeDelta::zero(),
        made if made >= MAX_ATTEMPTS => return NextAttempt::GiveUp(GiveUpReason::TooManyAttempts),
        made => spread(WAITS_S[usize::from(made - 1)], random),
    };
    let at = now + wait;
    if at >= departs_at {
        return NextAttempt::GiveUp(GiveUpReason::Departed);
    }
    NextAttempt::At(at)
}

fn spread(wait_s: u64, random: f64) -> TimeDelta {
    let factor = 0.8 + 0.4 * random.clamp(0.0, 1.0);
    let wait = Duration::from_secs(wait_s).mul_f64(factor);
    // Microseconds are what is stored; finer would not survive the database.
    let micros = i64::try_from(wait.as_micros()).expect("BUG: a wait is hours at most");
    TimeDelta::microseconds(micros)
}

/// Whether a person may be told anything on a channel, whatever it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission {
    /// The tenant is neither suspended nor closed.
    pub tenant_live: bool,
    /// The person is still a member of the tenant.
    pub member_present: bool,
    /// The channel is not disabled.
    pub channel_enabled: bool,
    /// Its address was confirmed.
    pub channel_verified: bool,
    /// The plan has this kind of channel.
    pub plan_allows: bool,
}

impl Permission {
    /// Why not, if not.
    pub fn refused(&self) -> Option<CancelReason> {
        let hindrances = [
            (self.tenant_live, CancelReason::TenantGone),
            (self.member_present, CancelReason::MemberGone),
            (self.channel_enabled, CancelReason::ChannelDisabled),
            (self.channel_verified, CancelReason::ChannelUnverified),
            (self.plan_allows, CancelReason::PlanForbids),
        ];
        hindrances.into_iter().find(|(is_well, _)| !is_well).map(|(_, reason)| reason)
    }
}

/// All that decides whether a message may still go out, read just before it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveryFacts {
    /// The alert is not closed: the space is still there.
    pub alert_open: bool,
    /// What the watch is now.
    pub watch_state: WatchState,
    /// The watch wants what it wanted when the alert was made.
    pub watch_version_same: bool,
    /// Whether the person may be told anything on the channel.
    pub permission: Permission,
    /// When the sailing leaves.
    pub departs_at: DateTime<Utc>,
}

closed_set! {
    /// Why a message is no longer wanted.
    pub enum CancelReason ("reason to cancel") {
        /// The tenant is suspended or closed.
        TenantGone = "tenant_gone",
        /// The person is no longer a member.
        MemberGone = "member_gone",
        /// The channel was disabled.
        ChannelDisabled = "channel_disabled",
        /// The channel's address was never confirmed.
        ChannelUnverified = "channel_unverified",
        /// The channel was removed.
        ChannelRemoved = "channel_removed",
        /// The plan does not have this kind of channel.
        PlanForbids = "plan_forbids",
        /// The watch is paused, stopped, expired or deleted.
        WatchInactive = "watch_inactive",
        /// The watch wants something else now.
        WatchChanged = "watch_changed",
        /// The sailing has left.
        Departed = "departed",
        /// The space is gone again.
        Gone = "gone",
        /// Checks work again, so the news of their failing is no longer true.
        Recovered = "recovered",
        /// The news of an outage did not leave, so there is nothing to take back.
        NotTold = "not_told",
        /// What a letter says is no longer so.
        Void = "void",
    }
}

/// Whether the message may go out now. Permission is judged before truth: somebody who may not be
/// told is not told why either.
pub fn still_wanted(facts: &DeliveryFacts, now: DateTime<Utc>) -> Result<(), CancelReason> {
    if let Some(reason) = facts.permission.refused() {
        return Err(reason);
    }
    let hindrances = [
        (facts.watch_state != WatchState::Active, CancelReason::WatchInactive),
        (!facts.watch_version_same, CancelReason::WatchChanged),
        (facts.departs_at <= now, CancelReason::Departed),
        (!facts.alert_open, CancelReason::Gone),
    ];
    match hindrances.into_iter().find(|(hinders, _)| *hinders) {
        Some((_, reason)) => Err(reason),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
