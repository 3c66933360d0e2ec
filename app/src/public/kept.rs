//! What is kept of people, what for and for how long: the map itself. Promises the table that exports, erasure and retention go
//! by. Never says less than the map does.

use crate::{problem::Problem, sheet::Sheet};
use askama::Template;
use axum::response::Html;
use store::privacy::{self, Class, Columns, Ended, Erased, Exported, Kept, Table};
use words::Said;

#[derive(Template)]
#[template(path = "public/kept.html")]
struct KeptPage {
    frame: Sheet,
    tables: Vec<Kind>,
}

/// A table of the map, in words.
struct Kind {
    table: &'static Table,
}

impl Kind {
    /// For how long its rows are there.
    fn kept(&self) -> Said {
        match self.table.kept {
            Kept::UntilErased => Said::new("kept-until-erased"),
            Kept::With(other) => Said::new("kept-with").with("other", other.replace('_', " ")),
            Kept::For(span, _) if span.is_zero() => Said::new("kept-until-end"),
            Kept::For(span, ended) if span.num_days() < 2 => {
                Said::new("kept-hours").with("n", span.num_hours()).with("after", after(ended))
            }
            Kept::For(span, ended) => Said::new("kept-days").with("n", span.num_days()).with("after", after(ended)),
            Kept::Always => Said::new("kept-always"),
        }
    }

    /// What becomes of them with their person.
    fn erased(&self) -> Said {
        Said::new(match self.table.erased {
            Erased::Deleted => "kept-deleted",
            Erased::Emptied => "kept-emptied",
            Erased::Kept => "kept-ids",
            Erased::Nobodys => "kept-nobodys",
        })
    }

    /// Its columns: how near each comes to a person, and whether it is in an export.
    fn columns(&self) -> Vec<(&'static Columns, Said, Said)> {
        let shown = |columns: &'static Columns| (columns, class(columns.class), exported(columns.exported));
        self.table.columns.iter().map(shown).collect()
    }
}

fn class(class: Class) -> Said {
    Said::new(match class {
        Class::Plain => "kept-plain",
        Class::Pseudonym => "kept-pseudonym",
        Class::Personal => "kept-personal",
        Class::Sealed => "kept-sealed",
        Class::Secret => "kept-secret",
    })
}

fn exported(exported: Exported) -> Said {
    Said::new(match exported {
        Exported::Never => "kept-not-exported",
        Exported::Row => "kept-exported",
        Exported::Own => "kept-exported-own",
    })
}

/// From when on the time runs.
fn after(ended: Ended) -> Said {
    Said::new(match ended {
        Ended::Session | Ended::Attempt | Ended::Outage | Ended::Day | Ended::Incident => "after-ended",
        Ended::Key | Ended::Delivery | Ended::Invitation => "after-made",
        Ended::Letter => "after-written",
        Ended::Alert => "after-closed",
        Ended::Tenant => "after-tenant-closed",
        Ended::Answer => "after-given",
        Ended::Change => "after-recorded",
        Ended::Sailing => "after-sailing",
        Ended::Held => "after-decided",
        Ended::Bucket => "after-full",
    })
}

/// What we keep.
pub(crate) async fn show(frame: Sheet) -> Result<Html<String>, Problem> {
    let tables = privacy::tables().map(|table| Kind { table }).collect();
    Ok(Html(KeptPage { frame, tables }.render()?))
}
