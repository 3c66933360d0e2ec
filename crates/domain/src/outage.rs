//! Outages: when those who wait are told that we cannot check, and when that it works again.
//!
//! Promises: one notice each of an outage; nobody hears that checks work again who was not told that they failed; a notice
//! that is no longer true is not sent. Never decides from one failure: those are ours to wait out.

use crate::cadence::TimeScale;
use crate::delivery::{CancelReason, Permission};
use chrono::{DateTime, TimeDelta, Utc};

/// So many polls of a target, polls of its operator, or checks of a plan's own, failed or missed in a row make an outage. The
/// breaker opens at the same number: what stops us from asking is what we tell of.
pub const IN_A_ROW: u32 = 5;

/// For how long checks must be good again before that is told, in seconds; the database doubles it, up to 32 times,
/// for each outage of the same tenant and operator that ended within a day.
pub const HOLD_S: u32 = 600;

/// A wait that an operator asks of us and that is longer than this is an outage from its start, in seconds.
const LONG_WAIT_S: u32 = 300;

closed_set! {
    /// Why checks are missed.
    pub enum Cause ("cause of an outage") {
        /// Some of the operator's pages fail.
        Failing = "failing",
        /// The operator does not answer us, or asked us to stay away.
        Silent = "silent",
        /// An administrator switched the operator off.
        Off = "off",
    }
}

closed_set! {
    /// What a notice says.
    pub enum Notice ("notice") {
        /// We cannot check.
        Degraded = "degraded",
        /// We can check again.
        Recovered = "recovered",
    }
}

/// What bears on whether an operator is checked at all.
#[derive(Clone, Copy, Debug)]
pub struct Health {
    /// Whether it may be asked.
    pub polled: bool,
    /// Its failed polls in a row, over all targets.
    pub failures_in_row: u32,
    /// Until when its breaker is open.
    pub open_until: Option<DateTime<Utc>>,
}

impl Health {
    /// Why checks of this operator would be missed now; `Failing` where only single targets can be the cause.
    pub fn cause(&self, now: DateTime<Utc>, scale: TimeScale) -> Cause {
        let told_to_wait = self.open_until.is_some_and(|until| until > now + scale.scaled(LONG_WAIT_S));
        if !self.polled {
            Cause::Off
        } else if self.failures_in_row >= IN_A_ROW || told_to_wait {
            Cause::Silent
        } else {
            Cause::Failing
        }
    }
}

/// How far the first notice of an outage got on the channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstNotice {
    /// It left.
    Sent,
    /// It may be leaving just now.
    Due,
    /// It did not leave.
    NotSent,
}

/// All that decides whether a notice may still go out, read just before it does.
#[derive(Clone, Copy, Debug)]
pub struct NoticeFacts {
    /// What it says.
    pub notice: Notice,
    /// Whether the person may be told anything on the channel.
    pub permission: Permission,
    /// A check that the tenant waits for is missed now.
    pub still_missed: bool,
    /// The outage has not ended.
    pub outage_open: bool,
    /// The tenant still waits for something at the operator.
    pub still_waits: bool,
    /// How far the first notice got.
    pub first: FirstNotice,
}

/// What is to be done with a notice that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Send it.
    Send,
    /// Look again this much later.
    Wait(TimeDelta),
    /// Never.
    Cancel(CancelReason),
}

/// How long a second notice waits for the first to be settled.
const WAIT_FOR_FIRST: TimeDelta = TimeDelta::seconds(60);

/// What is to be done with a notice now. Permission is judged before truth.
pub fn still_wanted(facts: &NoticeFacts) -> Verdict {
    if let Some(reason) = facts.permission.refused() {
        return Verdict::Cancel(reason);
    }
    if !facts.still_waits {
        return Verdict::Cancel(CancelReason::WatchInactive);
    }
    match (facts.notice, facts.first) {
        (Notice::Degraded, _) if facts.outage_open && facts.still_missed => Verdict::Send,
        (Notice::Degraded, _) => Verdict::Cancel(CancelReason::Recovered),
        (Notice::Recovered, FirstNotice::Sent) => Verdict::Send,
        (Notice::Recovered, FirstNotice::Due) => Verdict::Wait(WAIT_FOR_FIRST),
        (Notice::Recovered, FirstNotice::NotSent) => Verdict::Cancel(CancelReason::NotTold),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERMITTED: Permission = Permission {
        tenant_live: true,
        member_present: true,
        channel_enabled: true,
        channel_verified: true,
        plan_allows: true,
    };

    fn well(notice: Notice) -> NoticeFacts {
        NoticeFacts {
            notice,
            permission: PERMITTED,
            still_missed: notice == Notice::Degraded,
            outage_open: notice == Notice::Degraded,
            still_waits: true,
            first: FirstNotice::Sent,
        }
    }

    #[test]
    fn a_notice_goes_while_it_is_true_and_allowed() {
        for notice in [Notice::Degraded, Notice::Recovered] {
            let well = well(notice);
            assert_eq!(still_wanted(&well), Verdict::Send);
            let refused = |permission| NoticeFacts { permission, ..well };
            for (facts, reason) in [
                (refused(Permission { tenant_live: false, ..PERMITTED }), CancelReason::TenantGone),
                (refused(Permission { member_present: false, ..PERMITTED }), CancelReason::MemberGone),
                (refused(Permission { channel_enabled: false, ..PERMITTED }), CancelReason::ChannelDisabled),
                (refused(Permission { channel_verified: false, ..PERMITTED }), CancelReason::ChannelUnverified),
                (refused(Permission { plan_allows: false, ..PERMITTED }), CancelReason::PlanForbids),
                (NoticeFacts { still_waits: false, ..well }, CancelReason::WatchInactive),
            ] {
                assert_eq!(still_wanted(&facts), Verdict::Cancel(reason));
            }
        }
    }

    #[test]
    fn what_recovered_before_its_notice_left_is_told_neither_way() {
        let degraded = well(Notice::Degraded);
        let recovered = Verdict::Cancel(CancelReason::Recovered);
        assert_eq!(still_wanted(&NoticeFacts { still_missed: false, ..degraded }), recovered);
        assert_eq!(still_wanted(&NoticeFacts { outage_open: false, ..degraded }), recovered);
        let second = well(Notice::Recovered);
        let untold = NoticeFacts { first: FirstNotice::NotSent, ..second };
        assert_eq!(still_wanted(&untold), Verdict::Cancel(CancelReason::NotTold));
        assert!(matches!(still_wanted(&NoticeFacts { first: FirstNotice::Due, ..second }), Verdict::Wait(_)));
    }

    #[test]
    fn an_operator_is_off_silent_or_fails_in_part() {
        let now = crate::samples::at("2026-07-01T12:00:00Z");
        let cause = |polled, failures_in_row, wait_s: Option<i64>| {
            let open_until = wait_s.map(|s| now + TimeDelta::seconds(s));
            Health { polled, failures_in_row, open_until }.cause(now, TimeScale::REAL)
        };
        assert_eq!(cause(true, 4, None), Cause::Failing);
        assert_eq!(cause(true, 5, None), Cause::Silent);
        assert_eq!(cause(true, 0, Some(300)), Cause::Failing, "a short Retry-After is no outage");
        assert_eq!(cause(true, 0, Some(301)), Cause::Silent);
        assert_eq!(cause(false, 9, None), Cause::Off);
    }
}
