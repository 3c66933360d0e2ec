//! The whole surface: one row a route, its access beside it, and in a sentence what it is. Nothing is routed anywhere else.

mod table;

pub use table::{Endpoint, Table};

use crate::{
    App, about,
    access::Recency::{Any, Fresh, Unattended},
    account, alerts, assets, audit, board, channels, docs, invitations,
    keys::{self, managed},
    links, live,
    login::{self, link},
    members,
    openapi::{self, doc},
    operators, page, privacy,
    public::{crawlers, ferries, installed, kept, landing, onward, pricing, route, search, security, status},
    sailings, sheet, tenants, watches, web,
};
use axum::http::Method;
use domain::{
    access::Action::{ManageKeys, ManageMembers, ManageTenant, ReadAudit, ReadMembers, ReadWatches, WriteWatches},
    allowance::Allowance,
};
use store::Purpose;

const GET: Method = Method::GET;
const POST: Method = Method::POST;

/// The routes of the app.
#[must_use]
pub fn table(app: App) -> Table {
    let table = of_people(for_signing_in(of_links(of_ferries(for_anybody(Table::new(app))))));
    of_programs(of_channels(of_alerts(of_watches(of_keys(of_members(of_tenants(of_boards(table))))))))
}

fn for_anybody(table: Table) -> Table {
    table
        .public(GET, "/", (landing::show, "The first page"))
        .public(GET, "/bot", (page::bot, "How we ask operators"))
        .public(GET, "/healthz", (page::healthz, "Whether this installation is well"))
        .public(GET, "/assets/{version}/{file}", (assets::show, "How pages look, and what their scripts add"))
        .visitor(POST, "/language", (sheet::choose, "Choose a language"))
        .public(GET, "/privacy", (kept::show, "What is kept of people, and for how long"))
        .public(GET, "/problems/{code}", (page::problem, "What a kind of problem means"))
}

fn of_ferries(table: Table) -> Table {
    table
        .public(GET, "/search", (search::show, "Search for sailings with space"))
        .public(GET, "/ferries", (ferries::show, "Every route, by operator"))
        .public(GET, "/ferries/{operator}/{route}", (route::show, "A month of a route"))
        .public(GET, "/status", (status::show, "How each operator answers"))
        .public(GET, "/status/feed.atom", (status::feed::show, "Incidents as a feed"))
        .public(GET, "/pricing", (pricing::show, "What each plan allows and costs"))
        .public(GET, "/security", (security::show, "What is demanded of us, and what proves it"))
        .session(GET, "/watch", Any, (onward::begin, "Go on to a new watch"))
        .public(GET, "/.well-known/security.txt", (crawlers::security, "Whom to write to about a hole"))
        .public(GET, "/robots.txt", (crawlers::robots, "What crawlers may read"))
        .public(GET, "/sitemap.xml", (crawlers::sitemap, "What there is to read"))
        .public(GET, "/manifest.webmanifest", (installed::manifest, "FerryAlert as an app"))
        .public(GET, "/sw.js", (installed::worker, "What the app keeps"))
        .public(GET, "/offline", (installed::offline, "What is said without a network"))
}

fn of_links(table: Table) -> Table {
    table
        .link(GET, "/l/stop/{token}", Purpose::Stop, (links::ask, "Ask whether a watch has found its space"))
        .link(POST, "/l/stop/{token}", Purpose::Stop, (links::stop, "End a watch that has found its space"))
        .link(GET, "/l/keep/{token}", Purpose::Keep, (links::ask, "Ask whether a watch goes on"))
        .link(POST, "/l/keep/{token}", Purpose::Keep, (links::keep, "Let a watch go on"))
        .link(GET, "/l/unsubscribe/{token}", Purpose::Unsubscribe, (links::ask, "Ask whether mail is to stop"))
        .link(POST, "/l/unsubscribe/{token}", Purpose::Unsubscribe, (links::unsubscribe, "Stop mail to an address"))
        .link(GET, "/l/invitation/{token}", Purpose::Invitation, (invitations::show, "See what one is invited to"))
}

fn for_signing_in(table: Table) -> Table {
    table
        .public(GET, "/login", (login::page, "Choose how to sign in"))
        .visitor(POST, "/login/{provider}", (login::start, "Go to a provider to sign in"))
        .counted(Allowance::SignIn)
        .attempt(GET, "/login/{provider}/callback", (login::callback, "Come back from a provider, signed in"))
        .counted(Allowance::Callback)
        .public(
            POST,
            "/login/{provider}/callback",
            (login::posted, "Bring a provider's posted answer to the row above"),
        )
        .session(POST, "/logout", Any, (account::sign_out, "Sign out"))
}

fn of_people(table: Table) -> Table {
    table
        .session(GET, "/account", Any, (account::show, "See one's account"))
        .session(POST, "/account", Any, (account::change, "Change one's name and time zone"))
        .session(GET, "/account/confirm", Any, (link::ask, "Ask somebody to prove again who they are"))
        .session(POST, "/account/confirm", Any, (link::confirm, "Go to one's provider to prove again who one is"))
        .counted(Allowance::SignIn)
        .session(GET, "/account/identities", Fresh, (link::show, "See one's ways to sign in"))
        .session(POST, "/account/identities/{provider}", Fresh, (link::start, "Add a way to sign in"))
        .counted(Allowance::SignIn)
        .session(POST, "/account/remove-identity", Fresh, (link::remove, "Remove a way to sign in"))
        .session(GET, "/account/sessions", Any, (account::sessions, "See where one is signed in"))
        .session(POST, "/account/sessions/end-others", Any, (account::end_others, "Sign out everywhere else"))
        .session(POST, "/account/sessions/{session}/end", Any, (account::end_session, "Sign out somewhere"))
        .session(GET, "/account/invitations/{link}", Any, (invitations::ask, "See an invitation that one may accept"))
        .session(POST, "/account/invitations/{link}", Any, (invitations::accept, "Accept an invitation"))
        .counted(Allowance::Invitation)
        .session(GET, "/account/data", Fresh, (privacy::own, "See what one can do with one's data"))
        .session(POST, "/account/data/export", Fresh, (privacy::export, "Take a copy of one's data"))
        .counted(Allowance::Export)
        .session(POST, "/account/data/erase", Fresh, (privacy::erase, "Erase oneself"))
        .counted(Allowance::Erasure)
}

fn of_boards(table: Table) -> Table {
    table
        .session(GET, "/home", Any, (board::home, "Go to one's watches"))
        .member(GET, "/t/{tenant}", (ReadWatches, Any), (board::show, "See the watches of a tenant"))
        .member(
            GET,
            "/t/{tenant}/live",
            (ReadWatches, Unattended),
            (live::show, "Be told what changes of watches on a page"),
        )
        .member(GET, "/t/{tenant}/about", (ReadMembers, Any), (about::show, "See a tenant"))
}

fn of_tenants(table: Table) -> Table {
    table
        .session(GET, "/account/tenants", Any, (tenants::list, "See one's tenants"))
        .session(POST, "/account/tenants", Any, (tenants::open, "Open a further tenant"))
        .member(GET, "/t/{tenant}/audit", (ReadAudit, Any), (audit::show, "Read the tenant's audit log"))
        .member(GET, "/t/{tenant}/settings", (ManageTenant, Any), (tenants::settings, "See a tenant's settings"))
        .member(POST, "/t/{tenant}/settings", (ManageTenant, Any), (tenants::rename, "Rename a tenant"))
        .member(
            GET,
            "/t/{tenant}/close",
            (ManageTenant, Fresh),
            (tenants::ask_to_close, "Ask whether to close a tenant"),
        )
        .member(POST, "/t/{tenant}/close", (ManageTenant, Fresh), (tenants::close, "Close a tenant"))
        .member(GET, "/t/{tenant}/transfer", (ManageTenant, Fresh), (members::owner::ask, "Choose a new owner"))
        .member(POST, "/t/{tenant}/transfer", (ManageTenant, Fresh), (members::owner::transfer, "Hand a tenant over"))
}

fn of_members(table: Table) -> Table {
    table
        .member(GET, "/t/{tenant}/leave", (ReadMembers, Any), (members::going::ask, "Ask whether to leave a tenant"))
        .member(POST, "/t/{tenant}/leave", (ReadMembers, Any), (members::going::leave, "Leave a tenant"))
        .member(GET, "/t/{tenant}/members", (ReadMembers, Any), (members::list, "See the members"))
        .member(GET, "/t/{tenant}/members/{user}", (ManageMembers, Any), (members::show, "See a member"))
        .member(POST, "/t/{tenant}/members/{user}", (ManageMembers, Any), (members::change, "Change a member's role"))
        .member(POST, "/t/{tenant}/members/{user}/remove", (ManageMembers, Any), (members::remove, "Remove a member"))
        .member(POST, "/t/{tenant}/invitations", (ManageMembers, Any), (members::invited::invite, "Invite somebody"))
        .counted(Allowance::Invitation)
        .member(
            POST,
            "/t/{tenant}/invitations/{invitation}/revoke",
            (ManageMembers, Any),
            (members::invited::revoke, "Withdraw an invitation"),
        )
        .member(
            POST,
            "/t/{tenant}/invitations/{invitation}/resend",
            (ManageMembers, Any),
            (members::invited::resend, "Send an invitation again"),
        )
        .counted(Allowance::Invitation)
}

fn of_keys(table: Table) -> Table {
    table
        .member(GET, "/t/{tenant}/keys", (ManageKeys, Any), (managed::list, "See the API keys"))
        .member(GET, "/t/{tenant}/keys/new", (ManageKeys, Fresh), (managed::ask_new, "Ask what a new key may do"))
        .member(POST, "/t/{tenant}/keys", (ManageKeys, Fresh), (managed::create, "Make an API key"))
        .counted(Allowance::Key)
        .member(
            GET,
            "/t/{tenant}/keys/{key}/rotate",
            (ManageKeys, Fresh),
            (managed::ask_rotate, "Ask how a key is to be replaced"),
        )
        .member(POST, "/t/{tenant}/keys/{key}/rotate", (ManageKeys, Fresh), (managed::rotate, "Replace an API key"))
        .counted(Allowance::Key)
        .member(POST, "/t/{tenant}/keys/{key}/revoke", (ManageKeys, Any), (managed::revoke, "Revoke an API key"))
}

fn of_watches(table: Table) -> Table {
    use web::watches;
    const WATCHES: &str = "/t/{tenant}/watches";
    const WATCH: &str = "/t/{tenant}/watches/{watch}";
    const DELETE: &str = "/t/{tenant}/watches/{watch}/delete";
    let write = (WriteWatches, Any);
    table
        .member(GET, "/t/{tenant}/watches/new", write, (watches::new, "Go the way to a new watch"))
        .member(POST, WATCHES, write, (watches::begin, "Begin a watch"))
        .member(GET, WATCH, (ReadWatches, Any), (watches::show, "See a watch"))
        .member(POST, WATCH, write, (watches::change, "Change a watch"))
        .member(GET, "/t/{tenant}/watches/{watch}/edit", write, (watches::edit, "See what of a watch can be changed"))
        .member(POST, "/t/{tenant}/watches/{watch}/pause", write, (watches::pause, "Hold a watch"))
        .member(POST, "/t/{tenant}/watches/{watch}/resume", write, (watches::resume, "Let a watch go on"))
        .member(POST, "/t/{tenant}/watches/{watch}/snooze", write, (watches::snooze, "Let a watch sleep until a day"))
        .member(
            POST,
            "/t/{tenant}/watches/{watch}/stop",
            write,
            (watches::stop, "End a watch that has found its space"),
        )
        .member(GET, DELETE, write, (watches::ask_to_delete, "Ask whether to delete a watch"))
        .member(POST, DELETE, write, (watches::delete, "Delete a watch"))
}

fn of_alerts(table: Table) -> Table {
    use web::alerts;
    const ALERT: &str = "/t/{tenant}/alerts/{alert}";
    let (read, write) = ((ReadWatches, Any), (WriteWatches, Any));
    table
        .member(GET, "/t/{tenant}/alerts", read, (alerts::list, "See the alerts"))
        .member(GET, "/t/{tenant}/alerts.csv", read, (alerts::export, "Take the alerts as a table"))
        .member(GET, ALERT, read, (alerts::show, "See an alert"))
        .member(POST, "/t/{tenant}/alerts/{alert}/booked", write, (alerts::booked, "Answer an alert: booked"))
        .member(POST, "/t/{tenant}/alerts/{alert}/keep", write, (alerts::keep, "Answer an alert: keep watching"))
}

fn of_channels(table: Table) -> Table {
    use web::channels;
    const CHANNELS: &str = "/t/{tenant}/channels";
    const CONFIRM: &str = "/account/channels/{confirmation}";
    let write = (WriteWatches, Any);
    table
        .member(GET, CHANNELS, (ReadWatches, Any), (channels::list, "See where one is told"))
        .member(POST, CHANNELS, write, (channels::add, "Add an address to be told at"))
        .counted(Allowance::Invitation)
        .member(POST, "/t/{tenant}/channels/{channel}/ask", write, (channels::ask, "Have an address asked to confirm"))
        .counted(Allowance::Invitation)
        .member(POST, "/t/{tenant}/channels/{channel}/test", write, (channels::test, "Send a test to an address"))
        .counted(Allowance::Invitation)
        .member(
            POST,
            "/t/{tenant}/channels/{channel}/default",
            write,
            (channels::set_default, "Say whether new watches tell an address"),
        )
        .member(POST, "/t/{tenant}/channels/{channel}/remove", write, (channels::remove, "Remove an address"))
        .session(GET, CONFIRM, Any, (channels::ask_to_confirm, "See an address that one may confirm"))
        .session(POST, CONFIRM, Any, (channels::confirm, "Confirm an address"))
}

fn of_programs(table: Table) -> Table {
    const ROUTE: &str = "/api/v1/operators/{operator}/routes/{route}";
    const SAILINGS: &str = "/api/v1/operators/{operator}/routes/{route}/sailings";
    let key = doc("What this key is and may do").returns::<keys::KeyView>(200);
    table
        .public_api(GET, "/api/v1/openapi.json", (openapi::show, doc("This document").returns_any(200)))
        .api(GET, "/api/v1/key", ReadWatches, (keys::show, key))
        .api(GET, "/api/v1/operators", ReadWatches, (operators::list, docs::list_operators()))
        .api(GET, "/api/v1/operators/{operator}", ReadWatches, (operators::show, docs::show_operator()))
        .api(GET, "/api/v1/operators/{operator}/routes", ReadWatches, (operators::routes, docs::list_routes()))
        .api(GET, ROUTE, ReadWatches, (operators::route, docs::show_route()))
        .api(GET, SAILINGS, ReadWatches, (sailings::list, docs::list_sailings()))
        .api(GET, "/api/v1/watches", ReadWatches, (watches::list, docs::list_watches()))
        .api(POST, "/api/v1/watches", WriteWatches, (watches::create, docs::create_watch()))
        .api(GET, "/api/v1/watches/{watch}", ReadWatches, (watches::show, docs::show_watch()))
        .api(Method::PATCH, "/api/v1/watches/{watch}", WriteWatches, (watches::change, docs::change_watch()))
        .api(Method::DELETE, "/api/v1/watches/{watch}", WriteWatches, (watches::delete, docs::delete_watch()))
        .api(POST, "/api/v1/watches/{watch}/pause", WriteWatches, (watches::pause, docs::pause_watch()))
        .api(POST, "/api/v1/watches/{watch}/resume", WriteWatches, (watches::resume, docs::resume_watch()))
        .api(GET, "/api/v1/alerts", ReadWatches, (alerts::list, docs::list_alerts()))
        .api(GET, "/api/v1/alerts/{alert}", ReadWatches, (alerts::show, docs::show_alert()))
        .api(GET, "/api/v1/channels", ReadWatches, (channels::list, docs::list_channels()))
        .api(GET, "/api/v1/channels/{channel}", ReadWatches, (channels::show, docs::show_channel()))
}
