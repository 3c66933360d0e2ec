//! Every page that a browser can open by GET, from the route table: none can be forgotten. A row with a path parameter that is not known
//! here fails.

use super::Place;
use crate::harness::{Person, motorhome_days};
use app::{
    access::Access,
    routes::{self, Endpoint},
};
use axum::http::Method;
use domain::{access::Role, key::Scope, plan::Plan};
use uuid::Uuid;

/// Rows that answer for as long as somebody listens: no page, and never done.
const STREAMS: [&str; 1] = ["/t/{tenant}/live"];
/// Rows that only lead on, to pages that are rows themselves.
const WAYS_ON: [&str; 2] = ["/home", "/watch"];
/// Paths that no row has, for the pages that say so.
const LOST: [&str; 2] = ["/nothing/here", "/l/stop/forged"];

/// Pages that were asked for something, and what they are called: what a row shows of itself is what nobody asked anything.
const ASKED: [(Who, &str); 4] = [
    (
        Who::Stranger,
        "/search?start=Portmouth+Sim&end=Santo%C3%B1a+Sim&from=2026-07-11&to=2026-07-12&vehicle=coachbuilt_700",
    ),
    (Who::Stranger, "/search?start=Portmouth+Sim&end=Atlantis&from=yesterday&vehicle=own&length=long"),
    (Who::Owner, "/t/{tenant}/watches/new?operator=harbour&route=POR-SAN&from=2026-07-11&to=2026-07-12"),
    (
        Who::Owner,
        "/t/{tenant}/watches/new?operator=harbour&route=POR-SAN&from=2026-07-11&to=2026-07-12&vehicle=coachbuilt_700",
    ),
];
/// An address that its owner has still to confirm.
const SECOND: &str = "second@example.test";

/// Who opens a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Stranger,
    Owner,
}

/// A page.
pub(super) struct Page {
    pub(super) who: Who,
    pub(super) path: String,
    /// Its row of the table, or its path where no row has it.
    pub(super) route: &'static str,
    /// The statuses it may have.
    pub(super) statuses: &'static [u64],
}

/// The owner of a tenant in which there is one of everything, with what leads to each.
pub(super) struct Owner {
    pub(super) person: Person,
    objects: Vec<(&'static str, String)>,
}

/// Seeds a tenant with one of everything.
pub(super) async fn owner(place: &Place) -> Owner {
    let sailing = place.everything_is_full(1).remove(0);
    let person = place.person("Alice", Plan::Fleet).await;
    let guest = place.member(person.tenant, "Guest", Role::Viewer).await;
    let watch = place.watch(&person, &motorhome_days(1)).await;
    place.poll().await;
    place.settle().await;
    place.open(&sailing);
    place.an_hour_later().await;
    let host = place.person("Zelda", Plan::Fleet).await;
    let invitation = place.invite(&person, "new@example.test", Role::Editor).await.unwrap();
    place.invite(&host, &person.email, Role::Viewer).await.unwrap();
    place.ask_channel(&person, SECOND).await;
    place.deliver_with(&place.parts).await;
    place.key(&person, &[Scope::Read, Scope::Write]).await;
    let id = async |sql: &'static str| {
        let id = sqlx::query_scalar(sql).bind(person.tenant.0).fetch_one(&place.admin).await;
        id.map(|id: Uuid| id.to_string()).unwrap()
    };
    let objects = vec![
        ("tenant", person.tenant.to_string()),
        ("user", guest.user.to_string()),
        ("watch", watch.to_string()),
        ("alert", id("select id from alert where tenant_id = $1 limit 1").await),
        ("key", id("select id from api_key where tenant_id = $1 limit 1").await),
        ("channel", person.channel.to_string()),
        ("invitation", invitation.to_string()),
        ("confirmation", place.channel_token(SECOND)),
        ("link", place.invitation_token(&person.email)),
        ("operator", "harbour".to_owned()),
        ("route", "POR-SAN".to_owned()),
        ("code", "invalid".to_owned()),
        ("provider", "harbour-id".to_owned()),
        ("version", app::assets::version().to_owned()),
        ("file", "site.css".to_owned()),
    ];
    Owner { person, objects }
}

/// All pages.
pub(super) fn all(place: &Place, owner: &Owner) -> Vec<Page> {
    let table = routes::table(place.web());
    let rows = table.endpoints().iter().filter(|row| row.method == Method::GET && row.doc.is_none());
    let mut pages: Vec<Page> = rows
        .filter(|row| !STREAMS.contains(&row.path) && !WAYS_ON.contains(&row.path))
        .filter_map(|row| page(place, owner, row))
        .collect();
    pages.extend(LOST.map(|path| Page { who: Who::Stranger, path: path.to_owned(), route: path, statuses: &[404] }));
    // What was asked wrongly is said on the page of the question.
    pages.extend(ASKED.map(|(who, route)| Page { who, path: filled_in(route, owner), route, statuses: &[200, 422] }));
    pages
}

fn page(place: &Place, owner: &Owner, row: &Endpoint) -> Option<Page> {
    let who = match row.access {
        Access::Public | Access::Visitor | Access::Link(_) => Who::Stranger,
        Access::Session(_) | Access::Member(..) => Who::Owner,
        // An answer of a provider is a way to a page, and a key is nothing that browsers send.
        Access::Attempt | Access::Key(_) => return None,
    };
    let path = match row.access {
        Access::Link(purpose) => {
            let link = place.mailed(&owner.person.email, &format!("/l/{}/", purpose.as_str()));
            link.parse::<url::Url>().unwrap().path().to_owned()
        }
        _ => filled_in(row.path, owner),
    };
    Some(Page { who, path, route: row.path, statuses: &[200] })
}

/// A path with an object in the place of each parameter.
fn filled_in(route: &str, owner: &Owner) -> String {
    let segments =
        route.split('/').map(|segment| match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            None => segment,
            Some(name) => {
                let object = owner.objects.iter().find(|(known, _)| *known == name);
                &object.unwrap_or_else(|| panic!("{{{name}}} has no object: add one in tests/it/browser/pages.rs")).1
            }
        });
    segments.collect::<Vec<_>>().join("/")
}
