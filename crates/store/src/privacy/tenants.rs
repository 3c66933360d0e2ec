//! What is kept for tenants and their members.

use super::{
    Columns, Ended, Erased,
    Exported::{Never, Own, Row},
    Kept, OfTenant, Part, Table, inner, personal, plain, pseudonym, sealed, secret,
};
use chrono::TimeDelta;

/// The columns that lead from a row to its tenant.
const WHOSE: Columns = pseudonym(&["tenant_id"], "whose it is");
const WHOSE_AND_ID: Columns = pseudonym(&["tenant_id", "id"], "whose it is, and its own name");

/// For how long it is shown what was sent.
const SENT: TimeDelta = TimeDelta::days(90);

pub(super) const TABLES: &[Table] = &[
    Table {
        name: "tenant",
        about: "who owns watches: a person, or several together",
        part: Part::Tenant(OfTenant::Tenant),
        kept: Kept::For(TimeDelta::days(30), Ended::Tenant),
        erased: Erased::Emptied,
        columns: &[
            pseudonym(&["tenant_id"], "what everything of it is filed under"),
            pseudonym(&["opened_by"], "who opened it"),
            personal(&["name"], Row, "what its members call it"),
            personal(&["suspended_reason"], Row, "why it is suspended, as its members are told"),
            plain(&["plan", "suspended_at", "closed_at", "created_at"], "what it pays for, and whether it is open"),
        ],
    },
    Table {
        name: "member",
        about: "a person in a tenant",
        part: Part::Tenant(OfTenant::Members),
        kept: Kept::UntilErased,
        erased: Erased::Deleted,
        columns: &[
            pseudonym(&["tenant_id", "user_id"], "who, and where"),
            plain(&["role", "created_at"], "what they may do, since when"),
        ],
    },
    Table {
        name: "api_key",
        about: "what a program of a member presents",
        part: Part::Tenant(OfTenant::Keys),
        kept: Kept::For(TimeDelta::days(366), Ended::Key),
        erased: Erased::Deleted,
        columns: &[
            WHOSE_AND_ID,
            pseudonym(&["public_id"], "what logs and lists call it"),
            secret(&["secret_hash"], "the SHA-256 of its secret"),
            personal(&["name"], Row, "what it is for, as its maker wrote"),
            plain(&["scopes"], "what it may do"),
            pseudonym(&["created_by", "replaced_by"], "who made it, and the key that replaces it"),
            plain(&["created_at", "expires_at", "last_used_at", "revoked_at"], "from when to when it is good"),
            inner(&["warned_at"], "when its owners were told that it ends"),
        ],
    },
    Table {
        name: "invitation",
        about: "an address that was invited to the tenant",
        part: Part::Tenant(OfTenant::Invitations),
        // Longer than it counts for any cap.
        kept: Kept::For(TimeDelta::days(30), Ended::Invitation),
        erased: Erased::Deleted,
        columns: &[
            WHOSE_AND_ID,
            sealed(&["address"], Row, "who is invited; shown to who may invite"),
            secret(
                &["address_index", "mailbox_index"],
                "keyed hashes of the address: one invitation at a time, and caps",
            ),
            plain(&["role", "created_at", "expires_at", "accepted_at", "revoked_at"], "to what, and what came of it"),
            pseudonym(&["invited_by", "accepted_by"], "who invited, and who came"),
        ],
    },
    Table {
        name: "letter",
        about: "a mail about the tenant or a sign-in",
        part: Part::Tenant(OfTenant::Letters),
        kept: Kept::For(SENT, Ended::Letter),
        erased: Erased::Deleted,
        columns: &[
            WHOSE_AND_ID,
            plain(&["kind", "created_at"], "what it says, and since when"),
            pseudonym(&["user_id", "invitation_id", "channel_id"], "to whom"),
            secret(&["mailbox_index"], "a keyed hash of an address that is to be confirmed: caps"),
            pseudonym(&["subject"], "about whom or which provider, as an id"),
        ],
    },
    Table {
        name: "channel",
        about: "where a person is told",
        part: Part::Tenant(OfTenant::Channels),
        kept: Kept::UntilErased,
        erased: Erased::Deleted,
        columns: &[
            WHOSE_AND_ID,
            pseudonym(&["user_id"], "who is told there"),
            plain(&["kind"], "how"),
            sealed(&["address"], Own, "where messages go"),
            personal(&["address_plain"], Never, "the same from before addresses were sealed; empty"),
            secret(&["address_index"], "a keyed hash of the address, which finds an equal one in the tenant"),
            plain(&["verified_at", "disabled_at", "disabled_reason", "created_at"], "whether it is used, and why not"),
            plain(&["is_default"], "whether new watches tell it by themselves"),
        ],
    },
    Table {
        name: "watch",
        about: "what somebody waits for",
        part: Part::Tenant(OfTenant::Watches),
        // One that was deleted too: its alerts are the tenant's history.
        kept: Kept::UntilErased,
        erased: Erased::Deleted,
        columns: &[
            WHOSE_AND_ID,
            pseudonym(&["user_id"], "who waits"),
            plain(&["operator_id"], "at which operator"),
            personal(&["criteria", "return_leg"], Row, "when they want to travel, with what and with how many"),
            personal(&["first_day"], Never, "the first day of that, for the order of lists"),
            plain(&["currency"], "in which money a price is meant"),
            personal(&["note"], Row, "what they noted; shown to members of the tenant"),
            plain(&["stop_when_found", "state", "version", "expires_at"], "whether it runs, and until when"),
            plain(&["created_at", "changed_at", "watched_days"], "when it was made, and how much it is"),
            plain(&["snoozed_until"], "until when it sleeps"),
            pseudonym(&["request_id"], "by which request it came to be as it is"),
        ],
    },
    Table {
        name: "watch_target",
        about: "a question that a watch asks",
        part: Part::Within("watch"),
        kept: Kept::With("watch"),
        erased: Erased::Deleted,
        columns: &[
            WHOSE,
            pseudonym(&["watch_id"], "which watch"),
            plain(&["target_id", "leg", "class", "asked_from", "asked_until"], "what is asked, and from when to when"),
            inner(&["evaluated_at", "evaluated_version", "wanted_by"], "how far the answer was looked at"),
        ],
    },
    Table {
        name: "watch_channel",
        about: "where a watch tells",
        part: Part::Within("watch"),
        kept: Kept::With("watch"),
        erased: Erased::Deleted,
        columns: &[pseudonym(&["tenant_id", "watch_id", "channel_id"], "which watch, and where")],
    },
    Table {
        name: "alert",
        about: "one stretch of space on a sailing that somebody waits for",
        part: Part::Tenant(OfTenant::Alerts),
        // As the history of the longest plan.
        kept: Kept::For(TimeDelta::days(731), Ended::Alert),
        erased: Erased::Deleted,
        columns: &[
            WHOSE_AND_ID,
            pseudonym(&["watch_id"], "which watch"),
            plain(&["watch_version", "target_id", "sailing_id", "pair_sailing_id", "change_id"], "what it was about"),
            plain(&["leg", "class", "kind"], "in which direction, in which class, and why"),
            plain(
                &["seen_at", "held_until", "released_at", "closed_at", "closed_reason", "created_at"],
                "from when to when",
            ),
            personal(&["answer", "answered_at"], Row, "what the person answered"),
            pseudonym(&["request_id"], "by which request its watch was as it was"),
        ],
    },
    Table {
        name: "delivery",
        about: "a message: about an alert or an outage on one channel, or a letter",
        part: Part::Within("alert"),
        kept: Kept::For(SENT, Ended::Delivery),
        erased: Erased::Deleted,
        columns: &[
            WHOSE_AND_ID,
            pseudonym(&["alert_id", "outage_id", "letter_id", "channel_id"], "what it tells, and where"),
            plain(&["notice"], "which of the two messages of an outage it is"),
            pseudonym(&["message_id"], "what a mailbox knows a repeated message by"),
            plain(&["state", "attempts", "next_attempt_at", "begun_at", "sent_at", "outcome"], "what became of it"),
            plain(&["created_at"], "since when"),
            inner(&["lane"], "where it stands in the queue"),
        ],
    },
    Table {
        name: "attempt",
        about: "one try of a delivery",
        part: Part::Within("delivery"),
        kept: Kept::With("delivery"),
        erased: Erased::Deleted,
        columns: &[
            WHOSE,
            pseudonym(&["delivery_id"], "of what"),
            plain(&["number", "started_at", "finished_at", "outcome"], "which, when and with what result"),
        ],
    },
    Table {
        name: "outage",
        about: "a stretch of missed checks",
        part: Part::Tenant(OfTenant::Outages),
        kept: Kept::For(SENT, Ended::Outage),
        erased: Erased::Deleted,
        columns: &[
            WHOSE_AND_ID,
            plain(&["operator_id", "cause"], "where, and why"),
            plain(&["noticed_at", "good_since", "ended_at"], "from when to when"),
        ],
    },
    Table {
        name: "audit",
        about: "who did what in the tenant",
        part: Part::Tenant(OfTenant::Audit),
        kept: Kept::Always,
        erased: Erased::Kept,
        columns: &[
            WHOSE,
            plain(&["seq", "at", "action"], "what was done when"),
            pseudonym(&["actor", "subject", "request_id"], "by whom, to what and by which request, as ids"),
            inner(&["detail", "prev_hash", "hash"], "the links of the chain"),
        ],
    },
    Table {
        name: "audit_head",
        about: "the end of a tenant's audit log",
        part: Part::Nowhere,
        kept: Kept::Always,
        erased: Erased::Kept,
        columns: &[Columns { exported: Never, ..WHOSE }, inner(&["prev_hash", "hash"], "the links of the chain")],
    },
    Table {
        name: "idempotency",
        about: "the answer to a request that may be repeated",
        part: Part::Nowhere,
        kept: Kept::For(crate::idempotency::KEPT, Ended::Answer),
        erased: Erased::Deleted,
        columns: &[
            Columns { exported: Never, ..WHOSE },
            inner(&["route"], "what was requested"),
            personal(&["key"], Never, "what the client called the request"),
            secret(&["request_hash"], "the SHA-256 of what was sent"),
            personal(&["response"], Never, "a copy of what was answered, which is exported where it stands"),
        ],
    },
];
