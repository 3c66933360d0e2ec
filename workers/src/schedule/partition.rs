//! Names inside a due set: which set, which partition of it, and what a partition may spend.
//!
//! Promises that a name is one of a closed set, so it is safe as part of a Redis key. Never holds text that a user wrote.

use domain::operator::Operator;
use std::fmt;
use std::str::FromStr;

/// The due sets there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SetName {
    /// Targets to poll.
    Polls,
    /// Deliveries to attempt.
    Deliveries,
}

impl SetName {
    /// The name as it stands in keys.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Polls => "polls",
            Self::Deliveries => "deliveries",
        }
    }
}

/// A bulkhead inside a due set: its own queue, budget, concurrency cap and pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Kind {
    Operator(Operator),
    Deliveries(u8),
    Numbered(u16),
}

impl Partition {
    /// The targets of one operator.
    #[must_use]
    pub fn operator(operator: Operator) -> Self {
        Self(Kind::Operator(operator))
    }

    /// One lane of the deliveries: claims share evenly between the lanes that have something due.
    #[must_use]
    pub fn deliveries(lane: u8) -> Self {
        Self(Kind::Deliveries(lane))
    }

    /// A partition that only tests and benchmarks use.
    #[must_use]
    pub fn numbered(number: u16) -> Self {
        Self(Kind::Numbered(number))
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Operator(operator) => write!(f, "operator.{}", operator.as_str()),
            Kind::Deliveries(lane) => write!(f, "deliveries.{lane}"),
            Kind::Numbered(number) => write!(f, "numbered.{number}"),
        }
    }
}

/// A name in Redis that is none of ours: an operator that was removed, or something a stranger wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownPartition(pub String);

impl FromStr for Partition {
    type Err = UnknownPartition;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let kind = match name.split_once('.') {
            Some(("operator", rest)) => rest.parse().ok().map(Kind::Operator),
            Some(("deliveries", rest)) => rest.parse().ok().map(Kind::Deliveries),
            Some(("numbered", rest)) => rest.parse().ok().map(Kind::Numbered),
            _ => None,
        };
        kind.map(Self).ok_or_else(|| UnknownPartition(name.to_owned()))
    }
}

/// What one partition may spend, shared by all workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// The steady rate. 0 is served like a pause.
    pub requests_per_min: u32,
    /// How many may start at once after a quiet time. 0 counts as 1.
    pub burst: u32,
    /// How many leases may be out at once.
    pub concurrency_cap: u32,
    /// Nothing new is claimed; what runs ends in peace.
    pub paused: bool,
}

impl Budget {
    /// A budget that limits nothing a machine can do: for benchmarks and for sets whose limits lie elsewhere.
    pub const UNLIMITED: Self =
        Self { requests_per_min: u32::MAX, burst: 1_000_000, concurrency_cap: 1_000_000, paused: false };

    /// Microseconds between two starts at the steady rate.
    pub(super) fn emission_us(self) -> f64 {
        60_000_000.0 / f64::from(self.requests_per_min.max(1))
    }

    /// Whether nothing may start.
    pub(super) fn closed(self) -> bool {
        self.paused || self.requests_per_min == 0 || self.concurrency_cap == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_reads_back_from_its_name() {
        let all = Operator::ALL.iter().copied().map(Partition::operator);
        for partition in all.chain([Partition::deliveries(7), Partition::numbered(65_535)]) {
            assert_eq!(partition.to_string().parse(), Ok(partition));
        }
    }

    #[test]
    fn a_name_that_is_not_ours_is_no_partition() {
        for name in ["", "operator.", "operator.nobody", "numbered.70000", "numbered.-1", "harbour"] {
            assert!(name.parse::<Partition>().is_err(), "{name}");
        }
    }
}
