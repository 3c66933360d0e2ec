//! What is fixed about an operator: what it sells and to whom, how it may be asked, and how we know.
//!
//! Promises: plain values, one constant an operator; what nobody has checked says so. Never holds a key or a secret.

use crate::facts::Currency;
use crate::watch::metres;
use chrono_tz::Tz;

/// A terminal of an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalSpec {
    /// The operator's code.
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The zone of its clock.
    pub zone: Tz,
}

/// An ordered pair of terminals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteSpec {
    /// The two codes, joined by `-`.
    pub code: &'static str,
    /// Where it leaves from.
    pub from: &'static str,
    /// Where it goes to.
    pub to: &'static str,
}

/// Whether an operator's answers say if there is space for a vehicle class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpaceTold {
    /// They do.
    Yes,
    /// They can say that a sailing is full or cancelled, never that it has space: a wish for it is refused.
    Never,
}

/// A vehicle class of an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassSpec {
    /// The operator's bucket, in our spelling.
    pub name: &'static str,
    /// The longest vehicle in it, with all it tows and carries; `None` where the operator states no bound.
    pub max_length_mm: Option<u32>,
    /// The highest vehicle in it.
    pub max_height_mm: Option<u32>,
    /// Whether its answers say if there is space.
    pub space: SpaceTold,
}

impl ClassSpec {
    /// A class with both bounds, of whose space the operator's answers tell.
    pub const fn to(name: &'static str, max_length_mm: u32, max_height_mm: u32) -> ClassSpec {
        let (max_length_mm, max_height_mm) = (Some(max_length_mm), Some(max_height_mm));
        ClassSpec { name, max_length_mm, max_height_mm, space: SpaceTold::Yes }
    }

    /// A class for whatever is larger than all others, of whose space the operator's answers never tell.
    pub const fn untold(name: &'static str) -> ClassSpec {
        ClassSpec { name, max_length_mm: None, max_height_mm: None, space: SpaceTold::Never }
    }

    /// The bounds in words, such as `7.50 m x 3.20 m`.
    pub fn bounds_in_words(&self) -> String {
        let bound = |mm: Option<u32>| mm.map_or_else(|| "any".to_owned(), metres);
        format!("{} x {}", bound(self.max_length_mm), bound(self.max_height_mm))
    }

    /// Whether it takes a vehicle of this size.
    pub fn takes(&self, length_mm: u32, height_mm: u32) -> bool {
        self.max_length_mm.is_none_or(|max| length_mm <= max) && self.max_height_mm.is_none_or(|max| height_mm <= max)
    }
}

/// Something that an operator's answers tell, besides whether there is space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tells {
    /// Whether there is a cabin.
    Cabin,
    /// Whether there is a cabin that takes pets.
    PetCabin,
    /// Prices.
    Price {
        /// In this currency.
        currency: Currency,
        /// What a price is for, where our question fixes it for everybody.
        basis: Option<&'static str>,
    },
}

/// What kind of source an operator's answers come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// It shows what can be bought and may be stale or cached: an opening needs a second, fresh look.
    Listing,
    /// It is asked for the state itself: what it answers holds now.
    Api,
}

/// When an operator lets go of space, so that watching closer is worth it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Release {
    /// What becomes free.
    pub what: &'static str,
    /// When.
    pub when: ReleaseTime,
    /// How well this is known.
    pub tag: EvidenceTag,
}

/// An instant relative to a sailing or a season, on the clock of the terminal it leaves from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReleaseTime {
    /// So many months before the season opens, at this hour.
    MonthsBeforeSeason {
        /// How many.
        months: u8,
        /// Full hour of the day.
        hour: u8,
    },
    /// So many days before the sailing, at this hour.
    DaysBefore {
        /// How many.
        days: u16,
        /// Full hour of the day.
        hour: u8,
    },
    /// Each day once the sailing lies within so many days.
    Rolling {
        /// How many.
        days: u16,
    },
    /// Shortly before the sailing leaves.
    MinutesBefore {
        /// How many.
        minutes: u16,
    },
}

/// How something is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvidenceTag {
    /// The operator documents it.
    Doc,
    /// From a recorded answer.
    Rec,
    /// Read out of somebody's program.
    Code,
    /// Heard of, never checked.
    Unverified,
}

/// Where something we know comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// How it is known.
    pub tag: EvidenceTag,
    /// What is known.
    pub what: &'static str,
    /// Where from.
    pub source: &'static str,
}

/// On what ground we may ask. `None` means that nobody has done it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission {
    /// When its terms were reviewed, and by whom.
    pub terms_reviewed: Option<&'static str>,
    /// Where its permission is written down.
    pub permission_ref: Option<&'static str>,
    /// When a person read its robots.txt; the workers read it themselves before they ask.
    pub robots_checked: Option<&'static str>,
}

/// What is fixed about an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Its name.
    pub name: &'static str,
    /// What its answers are.
    pub source_kind: SourceKind,
    /// Seconds between two polls of one target at the very least, whatever was bought.
    pub floor_s: u32,
    /// Requests per minute to all of it.
    pub requests_per_min: u32,
    /// Requests that may start together after a quiet time; 1 spaces all of them.
    pub burst: u32,
    /// Requests at the same time.
    pub concurrency_cap: u8,
    /// Whether a new installation asks it without more ado.
    pub enabled_by_default: bool,
    /// If not, why.
    pub disabled_reason: Option<&'static str>,
    /// The workers' setting with the access code it gives to who registers. Without one it is not asked.
    pub key_setting: Option<&'static str>,
    /// The host whose robots.txt is obeyed; also the only host that is asked.
    pub robots_host: &'static str,
    /// The only hosts that a booking link leads to.
    pub link_hosts: &'static [&'static str],
    /// Its terminals.
    pub terminals: &'static [TerminalSpec],
    /// Its routes.
    pub routes: &'static [RouteSpec],
    /// Its vehicle classes, from small to large.
    pub classes: &'static [ClassSpec],
    /// What its answers tell besides space.
    pub tells: &'static [Tells],
    /// How many days ahead its answers reach.
    pub horizon_days: u16,
    /// When it lets go of space.
    pub releases: &'static [Release],
    /// Where what we know of it comes from.
    pub evidence: &'static [Evidence],
    /// On what ground we may ask.
    pub permission: Permission,
}

impl Manifest {
    /// One of its vehicle classes.
    pub fn class(&self, name: &str) -> Option<&'static ClassSpec> {
        self.classes.iter().find(|class| class.name == name)
    }

    /// The smallest class that takes a vehicle of this size.
    pub fn class_for(&self, length_mm: u32, height_mm: u32) -> Option<&'static ClassSpec> {
        self.classes.iter().find(|class| class.takes(length_mm, height_mm))
    }

    /// What its prices are for, where our question fixes it.
    pub fn price_basis(&self) -> Option<&'static str> {
        self.tells.iter().find_map(|told| match told {
            Tells::Price { basis, .. } => *basis,
            Tells::Cabin | Tells::PetCabin => None,
        })
    }
}
