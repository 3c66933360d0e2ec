//! What all tenants share, and what an installation keeps of itself: about operators and sailings, and about nobody.

use super::{Columns, Ended, Erased, Exported, Kept, Part, Table, inner, personal, plain, secret};
use chrono::TimeDelta;

/// A table in which nobody is.
const fn nobodys(name: &'static str, about: &'static str, columns: &'static [Columns]) -> Table {
    Table { name, about, part: Part::Nowhere, kept: Kept::Always, erased: Erased::Nobodys, columns }
}

pub(super) const TABLES: &[Table] = &[
    Table {
        part: Part::Within("alert"),
        ..nobodys(
            "sailing",
            "a scheduled departure",
            &[
                plain(&["id", "operator_id", "route_code", "key"], "which"),
                plain(&["departs_local", "departs_at", "vessel"], "when, and with which ship"),
            ],
        )
    },
    nobodys(
        "operator",
        "a company that runs boats",
        &[inner(&["id", "name", "disabled_reason", "lacks_setting"], "who, and whether it is asked")],
    ),
    nobodys("terminal", "a place it sails from", &[inner(&["operator_id", "code", "name", "zone"], "where")]),
    nobodys("route", "from where to where", &[inner(&["operator_id", "code", "from_code", "to_code"], "which")]),
    nobodys(
        "target",
        "a question to an operator, for whoever waits for its answer; it does not say who",
        &[
            inner(&["operator_id", "question", "plan"], "what is asked, and how often"),
            inner(&["digest", "last_error"], "what was answered last"),
        ],
    ),
    Table {
        kept: Kept::For(TimeDelta::days(2), Ended::Sailing),
        ..nobodys("fact", "what is known of a sailing", &[inner(&["facts"], "what the operator shows")])
    },
    Table {
        // As the history of the longest plan.
        kept: Kept::For(TimeDelta::days(731), Ended::Change),
        ..nobodys("change", "facts before and after", &[inner(&["before", "after"], "what the operator showed")])
    },
    Table {
        // A status page shows a quarter; a year is compared with the one before.
        kept: Kept::For(TimeDelta::days(400), Ended::Day),
        ..nobodys(
            "operator_day",
            "how checks of an operator went on a day, in minutes",
            &[inner(&["operator_id", "condition"], "whose, and how the last minute went")],
        )
    },
    Table {
        kept: Kept::For(TimeDelta::days(400), Ended::Incident),
        ..nobodys(
            "operator_incident",
            "a stretch in which checks of an operator did not go well",
            &[inner(&["operator_id", "what"], "whose, and the worst of it")],
        )
    },
    Table {
        name: "held_batch",
        about: "an operator's answer that is not believed",
        part: Part::Nowhere,
        kept: Kept::For(TimeDelta::days(90), Ended::Held),
        erased: Erased::Deleted,
        columns: &[
            inner(&["operator_id", "doubt", "digest", "answer", "state"], "what was answered, and why it waits"),
            personal(&["decided_by"], Exported::Never, "what the administrator who decided is called"),
        ],
    },
    Table {
        name: "token_bucket",
        about: "how often somebody did lately what costs others something",
        part: Part::Nowhere,
        kept: Kept::For(TimeDelta::zero(), Ended::Bucket),
        // Full within three hours, and nobody can tell whose it was.
        erased: Erased::Kept,
        columns: &[
            secret(&["subject"], "a keyed hash of the person's id, or of where a stranger asks from"),
            inner(&["kind", "full_at"], "of what, and when nothing of it is counted any more"),
        ],
    },
    nobodys(
        "seal_key",
        "by what the keys of addresses are known again",
        &[secret(&["proof"], "a text that only the right key opens")],
    ),
    nobodys("deployment", "what this installation is for", &[inner(&["environment"], "production or development")]),
    nobodys(
        "platform_audit_head",
        "the end of the platform's audit log",
        &[inner(&["prev_hash", "hash"], "the links of the chain")],
    ),
];
