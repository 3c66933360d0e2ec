//! What the OpenAPI document says of each row of the API, in the order of the route table. Prose only: paths, keys and
//! standard answers are the table's.

use crate::{
    alerts::{AlertList, AlertQuery, AlertView},
    channels::{ChannelList, ChannelQuery, ChannelView},
    idempotency,
    openapi::{Doc, doc},
    operators::{OperatorList, OperatorView, RouteList, RouteView},
    problem::Code,
    sailings::{SailingList, SailingQuery},
    watches::{
        request::{ChangeWatch, NewWatch, WatchQuery},
        view::{WatchDetail, WatchList},
    },
};
use utoipa::openapi::Required;

pub(crate) fn list_operators() -> Doc {
    doc("List the operators").explain("Whose boats can be watched, and if not, why.").returns::<OperatorList>(200)
}

pub(crate) fn show_operator() -> Doc {
    doc("Show an operator").returns::<OperatorView>(200)
}

pub(crate) fn list_routes() -> Doc {
    doc("List the routes of an operator")
        .explain("With the clocks of their terminals, and how often they are checked for your plan.")
        .returns::<RouteList>(200)
}

pub(crate) fn show_route() -> Doc {
    doc("Show a route").returns::<RouteView>(200)
}

pub(crate) fn list_sailings() -> Doc {
    doc("List the sailings of a route")
        .explain(
            "With what is known of them, as far as your plan was told by now. Only what somebody watches is checked: a \
             sailing of which nothing is known is absent, and that says nothing of whether it sails.",
        )
        .query::<SailingQuery>()
        .returns::<SailingList>(200)
}

pub(crate) fn list_watches() -> Doc {
    doc("List the watches").explain("Of all members, the newest first.").query::<WatchQuery>().returns::<WatchList>(200)
}

pub(crate) fn create_watch() -> Doc {
    once(doc("Create a watch"))
        .explain(
            "Give the vehicle by its size: the answer says in which class of the operator it falls and why, what will be \
             asked, when next (`next_check_at`) and how often (`effective_interval_s`). If there is space already, it \
             alerts at once. Refused if the operator does not tell what is wanted (422), is not asked (409 \
             `operator_off`), or the plan has no room (409 `plan_limit`).",
        )
        .body::<NewWatch>()
        .returns::<WatchDetail>(201)
        .fails(Code::PlanLimit)
        .fails(Code::OperatorOff)
}

pub(crate) fn show_watch() -> Doc {
    doc("Show a watch")
        .explain("With its questions: when each was last checked for your plan and when it is checked next.")
        .returns::<WatchDetail>(200)
}

pub(crate) fn change_watch() -> Doc {
    doc("Change a watch")
        .explain(
            "Each field that is given replaces what was there. A changed wish is judged anew like a new watch: open alerts \
             end, what is open for it now alerts. `if_version` guards against overwriting somebody else's change.",
        )
        .body::<ChangeWatch>()
        .returns::<WatchDetail>(200)
        .fails(Code::Conflict)
        .fails(Code::PlanLimit)
        .fails(Code::OperatorOff)
}

pub(crate) fn pause_watch() -> Doc {
    once(doc("Pause a watch"))
        .explain("Nothing is asked and nothing is sent for it until it is resumed; its open alerts end.")
        .returns::<WatchDetail>(200)
}

pub(crate) fn resume_watch() -> Doc {
    once(doc("Resume a watch"))
        .explain("It needs room in the plan again, and alerts of what is open now.")
        .returns::<WatchDetail>(200)
        .fails(Code::PlanLimit)
        .fails(Code::OperatorOff)
}

pub(crate) fn delete_watch() -> Doc {
    doc("Delete a watch").explain("It never alerts again; what was on its way is not sent.").returns_nothing(204)
}

pub(crate) fn list_alerts() -> Doc {
    doc("List the alerts")
        .explain("Those your plan was told of, the newest first, as far back as its history reaches.")
        .query::<AlertQuery>()
        .returns::<AlertList>(200)
}

pub(crate) fn show_alert() -> Doc {
    doc("Show an alert").returns::<AlertView>(200)
}

pub(crate) fn list_channels() -> Doc {
    doc("List the channels")
        .explain("Of all members, the oldest first. Other people's addresses are masked.")
        .query::<ChannelQuery>()
        .returns::<ChannelList>(200)
}

pub(crate) fn show_channel() -> Doc {
    doc("Show a channel").returns::<ChannelView>(200)
}

/// A POST that may be sent again.
fn once(doc: Doc) -> Doc {
    doc.header(
        idempotency::HEADER,
        Required::False,
        "Your own name for this request, at most 255 printable characters. Sent again within 24 hours, the same request \
         is not done again but answered as before, with `Idempotency-Replayed: true`; another request under the same name \
         is refused (422), as is one that is still being done (409).",
    )
    .fails(Code::Conflict)
}
