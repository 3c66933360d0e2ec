//! What is kept of people themselves, apart from any tenant.

use super::{
    Columns, Ended, Erased,
    Exported::{Never, Own, Row},
    Kept, OfPerson, Part, Table, inner, personal, plain, pseudonym, sealed, secret,
};
use chrono::TimeDelta;

pub(super) const TABLES: &[Table] = &[
    Table {
        name: "user_account",
        about: "a person",
        part: Part::Person(OfPerson::Account),
        kept: Kept::UntilErased,
        erased: Erased::Deleted,
        columns: &[
            pseudonym(&["user_id"], "what everything else calls the person"),
            personal(&["name"], Row, "what they are called; shown to members of their tenants"),
            sealed(&["email"], Own, "where they are written to, once they have proved it"),
            personal(&["email_plain"], Never, "the same from before addresses were sealed; empty"),
            personal(&["locale", "zone"], Own, "the language and the clock of what is shown and sent"),
            plain(&["created_at"], "since when"),
        ],
    },
    Table {
        name: "identity",
        about: "how a person signs in",
        part: Part::Person(OfPerson::Identities),
        kept: Kept::UntilErased,
        erased: Erased::Deleted,
        columns: &[
            personal(&["issuer", "subject"], Own, "whom the provider says they are: what a sign-in is found by"),
            pseudonym(&["user_id"], "whose it is"),
            personal(&["provider"], Own, "what the provider is called here"),
            sealed(&["email"], Own, "the address as the provider last said it; contact alone"),
            plain(&["email_verified"], "whether the provider says that it is theirs"),
            plain(
                &["linked_at", "owned_since", "last_used_at"],
                "when it was linked, found to be theirs and last used",
            ),
        ],
    },
    Table {
        name: "session",
        about: "a browser that is signed in",
        part: Part::Person(OfPerson::Sessions),
        // As soon as nobody could use it any more.
        kept: Kept::For(TimeDelta::zero(), Ended::Session),
        erased: Erased::Deleted,
        columns: &[
            pseudonym(&["id"], "what lists call it"),
            pseudonym(&["user_id"], "whose it is"),
            personal(&["issuer", "subject"], Own, "the identity that opened it"),
            secret(&["token_hash"], "the SHA-256 of what the browser holds"),
            personal(&["device"], Own, "browser and system in words, to tell sessions apart"),
            plain(&["created_at", "seen_at", "proved_at", "ends_at"], "when it began, was used and ends"),
        ],
    },
    Table {
        name: "login_attempt",
        about: "a sign-in that has begun",
        part: Part::Nowhere,
        kept: Kept::For(TimeDelta::zero(), Ended::Attempt),
        erased: Erased::Deleted,
        columns: &[
            secret(&["state_hash", "cookie_hash", "nonce", "pkce_verifier"], "what its end is known by"),
            inner(&["provider", "issuer", "purpose"], "to whom it goes, and why"),
            Columns {
                exported: Never,
                ..pseudonym(&["session_id"], "the session that links or confirms, with which it ends")
            },
        ],
    },
    Table {
        name: "platform_audit",
        about: "who did what, where it is no tenant's matter",
        part: Part::Person(OfPerson::Acts),
        kept: Kept::Always,
        erased: Erased::Kept,
        columns: &[
            plain(&["seq", "at", "action"], "what was done when"),
            pseudonym(&["actor", "subject", "request_id"], "by whom, to what and by which request, as ids"),
            inner(&["detail", "prev_hash", "hash"], "heads of chains and links of this one"),
        ],
    },
];
