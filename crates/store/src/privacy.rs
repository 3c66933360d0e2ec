//! What is kept of people and tenants: which column, what for, for how long, how it is handed out and how it goes. Promises
//! that the export takes its columns from here, that retention takes its spans from here, and that a column which this map
//! does not know leaves in no export; a test holds the map against the schema and erasure against the map. Never holds a
//! value of anybody.

pub mod erase;
pub mod export;
mod people;
mod shared;
mod tenants;

use chrono::TimeDelta;

/// How near a column comes to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A number, an instant or a word of ours: says nothing of anybody by itself.
    Plain,
    /// An id that stands for a person or for what is theirs.
    Pseudonym,
    /// About somebody, or written by them.
    Personal,
    /// Personal, and sealed: the database holds bytes that only our programs read.
    Sealed,
    /// What would open something, or its hash.
    Secret,
}

impl Class {
    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Class::Plain => "none",
            Class::Pseudonym => "id of a person",
            Class::Personal => "personal",
            Class::Sealed => "personal, sealed",
            Class::Secret => "secret",
        }
    }
}

/// In whose export a column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exported {
    /// In nobody's.
    Never,
    /// Of everybody who gets the row: its person, and the owners of its tenant.
    Row,
    /// Of its person alone.
    Own,
}

impl Exported {
    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Exported::Never => "no",
            Exported::Row => "yes",
            Exported::Own => "yes, to its person alone",
        }
    }
}

/// What becomes of the rows of a table when their person, or their whole tenant, is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erased {
    /// They are deleted.
    Deleted,
    /// They stay without what is personal.
    Emptied,
    /// They stay: they hold ids alone, which lead nowhere any more.
    Kept,
    /// They are nobody's.
    Nobodys,
}

impl Erased {
    /// In words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Erased::Deleted => "deleted",
            Erased::Emptied => "emptied of what is personal",
            Erased::Kept => "stays: ids alone",
            Erased::Nobodys => "about nobody",
        }
    }
}

/// How long rows are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Until their person or tenant is erased.
    UntilErased,
    /// As long as a row of this other table.
    With(&'static str),
    /// For so long after this; until erasure if that is sooner.
    For(TimeDelta, Ended),
    /// As long as there is this installation: about nobody, or ids alone.
    Always,
}

/// From when on the time runs for which rows are kept; each is one statement in [`crate::prune`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// A session ended.
    Session,
    /// A sign-in that was begun can no longer be finished.
    Attempt,
    /// A key was made; none is good for longer than it is kept.
    Key,
    /// A delivery was made that is not due any more.
    Delivery,
    /// An outage ended.
    Outage,
    /// An alert closed.
    Alert,
    /// An invitation was made.
    Invitation,
    /// A letter was written.
    Letter,
    /// A tenant was closed.
    Tenant,
    /// The answer of a POST was kept.
    Answer,
    /// A change was recorded.
    Change,
    /// A sailing left.
    Sailing,
    /// A held answer was decided about.
    Held,
    /// A bucket was full again.
    Bucket,
    /// The last minute of a day was counted.
    Day,
    /// An incident ended.
    Incident,
}

impl Ended {
    /// What ended, as [`crate::prune`] calls it in SQL.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Ended::Session => "session",
            Ended::Attempt => "attempt",
            Ended::Key => "key",
            Ended::Delivery => "delivery",
            Ended::Outage => "outage",
            Ended::Alert => "alert",
            Ended::Invitation => "invitation",
            Ended::Letter => "letter",
            Ended::Tenant => "tenant",
            Ended::Answer => "answer",
            Ended::Change => "change",
            Ended::Sailing => "sailing",
            Ended::Held => "held",
            Ended::Bucket => "bucket",
            Ended::Day => "day",
            Ended::Incident => "incident",
        }
    }

    /// In words, after "days".
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Ended::Session | Ended::Attempt | Ended::Outage | Ended::Day | Ended::Incident => "after it ended",
            Ended::Key | Ended::Delivery | Ended::Invitation => "after it was made",
            Ended::Letter => "after it was written",
            Ended::Alert => "after it closed",
            Ended::Tenant => "after it was closed",
            Ended::Answer => "after it was given",
            Ended::Change => "after it was recorded",
            Ended::Sailing => "after the sailing left",
            Ended::Held => "after it was decided about",
            Ended::Bucket => "after it was full again",
        }
    }
}

/// Where the rows of a table stand in an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Among what is the person's own.
    Person(OfPerson),
    /// In each of the person's tenants.
    Tenant(OfTenant),
    /// Inside the rows of this other table.
    Within(&'static str),
    /// Nowhere.
    Nowhere,
}

/// The tables that an export pages through for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfPerson {
    /// Who they are.
    Account,
    /// How they sign in.
    Identities,
    /// Where they are signed in.
    Sessions,
    /// What they did that is no tenant's.
    Acts,
}

/// The tables that an export pages through for each tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfTenant {
    /// The tenant itself.
    Tenant,
    /// Who belongs to it.
    Members,
    /// Its keys.
    Keys,
    /// Whom it invited.
    Invitations,
    /// What was mailed about it.
    Letters,
    /// Where its people are told.
    Channels,
    /// What they wait for.
    Watches,
    /// What they were told of.
    Alerts,
    /// When checks were missed.
    Outages,
    /// Who did what.
    Audit,
}

/// Columns of a table of which the same is to be said.
#[derive(Clone, Copy, Debug)]
pub struct Columns {
    /// Their names.
    pub names: &'static [&'static str],
    /// How near they come to a person.
    pub class: Class,
    /// In whose export they are.
    pub exported: Exported,
    /// What they are for.
    pub purpose: &'static str,
}

/// A table, and what is kept in it.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// What its rows are.
    pub about: &'static str,
    /// Where they stand in an export.
    pub part: Part,
    /// How long they are kept.
    pub kept: Kept,
    /// What becomes of them at an erasure.
    pub erased: Erased,
    /// What is in them.
    pub columns: &'static [Columns],
}

impl Table {
    /// What is said of a column, if the map knows it.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Columns> {
        self.columns.iter().find(|columns| columns.names.contains(&name))
    }
}

/// Every table, in the order of an export.
pub fn tables() -> impl Iterator<Item = &'static Table> {
    people::TABLES.iter().chain(tenants::TABLES).chain(shared::TABLES)
}

/// The table of this name.
#[must_use]
pub fn table(name: &str) -> Option<&'static Table> {
    tables().find(|table| table.name == name)
}

/// What is forgotten by itself, and how long after it ended.
pub fn retention() -> impl Iterator<Item = (Ended, TimeDelta)> {
    tables().filter_map(|table| match table.kept {
        Kept::For(span, ended) => Some((ended, span)),
        Kept::UntilErased | Kept::With(_) | Kept::Always => None,
    })
}

const fn plain(names: &'static [&'static str], purpose: &'static str) -> Columns {
    Columns { names, class: Class::Plain, exported: Exported::Row, purpose }
}

const fn pseudonym(names: &'static [&'static str], purpose: &'static str) -> Columns {
    Columns { names, class: Class::Pseudonym, exported: Exported::Row, purpose }
}

const fn personal(names: &'static [&'static str], exported: Exported, purpose: &'static str) -> Columns {
    Columns { names, class: Class::Personal, exported, purpose }
}

const fn sealed(names: &'static [&'static str], exported: Exported, purpose: &'static str) -> Columns {
    Columns { names, class: Class::Sealed, exported, purpose }
}

const fn secret(names: &'static [&'static str], purpose: &'static str) -> Columns {
    Columns { names, class: Class::Secret, exported: Exported::Never, purpose }
}

/// What is ours alone to read: bookkeeping that says nothing to anybody.
const fn inner(names: &'static [&'static str], purpose: &'static str) -> Columns {
    Columns { names, class: Class::Plain, exported: Exported::Never, purpose }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn every_column() -> impl Iterator<Item = (&'static Table, &'static Columns)> {
        tables().flat_map(|table| table.columns.iter().map(move |columns| (table, columns)))
    }

    #[test]
    fn sr_prv_01_no_secret_is_exported_and_nothing_personal_outlives_its_person() {
        for (table, columns) in every_column() {
            let place = format!("{}: {:?}", table.name, columns.names);
            match columns.class {
                Class::Secret => assert_eq!(columns.exported, Exported::Never, "{place}"),
                Class::Personal | Class::Sealed => {
                    assert!(matches!(table.erased, Erased::Deleted | Erased::Emptied), "{place}");
                    assert_ne!(table.kept, Kept::Always, "{place}");
                }
                Class::Plain | Class::Pseudonym => {}
            }
            if columns.exported != Exported::Never {
                assert_ne!(table.part, Part::Nowhere, "{place} is said to be exported, and is not");
            }
            assert!(!columns.names.is_empty() && columns.purpose.len() > 2, "{place}");
        }
    }

    #[test]
    fn sr_prv_01_the_map_says_one_thing_of_each_column_and_each_span_once() {
        let mut seen = BTreeSet::new();
        for (table, columns) in every_column() {
            for name in columns.names {
                assert!(seen.insert((table.name, *name)), "{}.{name} stands there twice", table.name);
            }
        }
        let names: Vec<_> = tables().map(|table| table.name).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        for table in tables() {
            let other = match (table.kept, table.part) {
                (Kept::With(other), _) | (_, Part::Within(other)) => self::table(other),
                _ => Some(table),
            };
            assert!(other.is_some(), "{} refers to a table that is not there", table.name);
        }
        let ended: Vec<_> = retention().map(|(ended, _)| format!("{ended:?}")).collect();
        assert_eq!(ended.iter().collect::<BTreeSet<_>>().len(), ended.len(), "{ended:?}");
    }
}
