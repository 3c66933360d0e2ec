//! Text that would be a page: stored past every check, wherever people and operators can write, and looked at on every page.

use super::{
    Hands, Place,
    pages::{self, Owner, Who},
};
use dev::chromium::{Look, Screen};
use domain::{access::Role, key::Scope};
use serde_json::Value;

/// Each marks the page if it is taken for more than text. None is longer than the shortest column.
const CORPUS: [&str; 12] = [
    "<script>planted=1</script>",
    "<img src=x onerror=planted=1>",
    "<svg onload=planted=1>",
    "\"><b data-planted>x</b>",
    "' autofocus onfocus=planted=1 x='",
    "</title><b data-planted>x</b>",
    "</textarea><b data-planted>x</b>",
    "<!--><b data-planted>x</b>-->",
    "<iframe srcdoc='<b data-planted>'>",
    "{{7*7}}${7*7}{% raw %}<%=7*7%>",
    "&lt;b data-planted&gt;x&lt;/b&gt;",
    "javascript:planted=1//\\u0022<b>",
];

/// Whether anything of the corpus became part of the page.
const BECAME_PAGE: &str = "(() => {
  const runs = ({ name, value }) => name.startsWith('on') || (/^(href|src|action|formaction)$/.test(name) && /^\\s*javascript:/i.test(value));
  const isPlanted = (e) => e.matches('[data-planted], iframe, object, embed') || [...e.attributes].some(runs);
  const planted = [...document.querySelectorAll('*')].filter(isPlanted);
  return [...planted.map((e) => e.outerHTML), ...(window.planted === undefined ? [] : ['a script ran'])];
})()";

/// Writes it wherever text is kept that pages show; the last of each kind is the owner's own.
async fn plant(place: &Place, owner: &Owner) {
    let tenant = owner.person.tenant;
    for (at, text) in CORPUS.iter().enumerate() {
        let member = place.member(tenant, &format!("m{at}"), Role::Editor).await;
        place.key(&owner.person, &[Scope::Read]).await;
        place.watch(&owner.person, &crate::harness::motorhome_days(1)).await;
        let [name, key, note] = [
            "update user_account set name = $1 where user_id = $2",
            "update api_key set name = $1 where id = (select id from api_key where tenant_id = $2 and name = '' limit 1)",
            "update watch set note = $1 where id = (select id from watch where tenant_id = $2 and note = '' limit 1)",
        ];
        for (sql, whose) in [(name, member.user.0), (key, tenant.0), (note, tenant.0)] {
            sqlx::query(sql).bind(text).bind(whose).execute(&place.admin).await.unwrap();
        }
    }
    for (sql, text) in [
        ("update tenant set name = $1", CORPUS[3]),
        ("update user_account set name = $1 where name in ('Alice', 'Guest', 'Zelda')", CORPUS[1]),
        ("update sailing set vessel = $1", CORPUS[2]),
        ("update session set device = $1", CORPUS[5]),
        ("update operator set name = $1", CORPUS[0]),
        ("update terminal set name = $1", CORPUS[7]),
    ] {
        sqlx::query(sql).bind(text).execute(&place.admin).await.unwrap();
    }
}

#[tokio::test]
async fn sr_web_02_a_corpus_in_every_text_is_shown_as_it_was_written_and_is_inert() {
    let place = Place::open().await;
    let owner = pages::owner(&place).await;
    let stranger = place.visitor(Look::at(Screen::Desktop), Hands::Pointer).await;
    let member = place.visitor(Look::at(Screen::Desktop), Hands::Pointer).await;
    member.signed_in(&place, &owner.person).await;
    plant(&place, &owner).await;
    let visitors = [stranger, member];
    let mut shown = vec![false; CORPUS.len()];
    let mut pages_seen = 0;
    for page in pages::all(&place, &owner) {
        let visitor = &visitors[usize::from(page.who == Who::Owner)];
        if !visitor.reaches(&page.path).await {
            continue;
        }
        let became = visitor.window.evaluate(BECAME_PAGE).await.unwrap();
        assert_eq!(became, Value::Array(Vec::new()), "{}", page.route);
        let seen = visitor.take_seen();
        assert!(seen.dialogs.is_empty() && seen.complaints.is_empty(), "{}: {seen:#?}", page.route);
        let text = visitor.window.text().await.unwrap();
        for (shown, planted) in shown.iter_mut().zip(CORPUS) {
            *shown |= text.contains(planted);
        }
        pages_seen += 1;
    }
    assert!(pages_seen > 20, "{pages_seen} pages cannot be all");
    let missing: Vec<&str> = CORPUS.iter().zip(shown).filter(|(_, shown)| !shown).map(|(text, _)| *text).collect();
    assert_eq!(missing, Vec::<&str>::new(), "shown nowhere as it was written");
}

/// Addresses that pages may repeat what they were asked with.
const REPEATING: [&str; 5] = ["/login?return_to=", "/search?from=", "/ferries/", "/problems/", "/nothing/"];

#[tokio::test]
async fn a_corpus_in_every_address_that_a_page_may_repeat_is_inert() {
    let place = Place::open().await;
    let visitor = place.visitor(Look::at(Screen::Desktop), Hands::Pointer).await;
    for path in REPEATING {
        for planted in CORPUS {
            let planted: String = url::form_urlencoded::byte_serialize(planted.as_bytes()).collect();
            let path = format!("{path}{}", planted.replace('+', "%20"));
            assert!(visitor.reaches(&path).await, "{path} is a page");
            let became = visitor.window.evaluate(BECAME_PAGE).await.unwrap();
            assert_eq!(became, Value::Array(Vec::new()), "{path}");
            let seen = visitor.take_seen();
            assert!(seen.dialogs.is_empty() && seen.complaints.is_empty(), "{path}: {seen:#?}");
        }
    }
}
