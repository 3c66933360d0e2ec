//! What signed-in people read, in each language: every page of theirs asked for in one must not say anything of the other. Promises that
//! no page and no form is forgotten, since both come from the route table. Never judges a translation.

use super::{Stage, word};
use crate::harness::{Browser, Page, Person};
use app::access::Access;
use axum::http::{Method, StatusCode, header};
use domain::{access::Role, plan::Plan};
use std::collections::BTreeSet;
use uuid::Uuid;
use words::Language;

/// Pieces of messages shorter than this say nothing of a language.
const PIECE_CHARS_MIN: usize = 10;

/// Rows that people open and that are no pages: a stream, and a table for spreadsheets.
const NO_PAGES: [&str; 2] = ["/t/{tenant}/live", "/t/{tenant}/alerts.csv"];

/// What one language says and the other does not.
struct Tongue {
    /// Messages without gaps, which stand alone in a page.
    whole: BTreeSet<String>,
    /// What stands between the gaps of the others, and the sentences among the first.
    pieces: BTreeSet<String>,
}

/// The texts of a language's messages, each branch of a plural by itself, split at their gaps.
fn texts(language: Language) -> Vec<Vec<String>> {
    let lines = words::catalogue(language).iter().flat_map(|(_, text)| text.lines());
    let lines = lines.filter(|line| !line.starts_with('#') && !line.is_empty());
    let texts = lines.map(|line| {
        let text = match line.strip_prefix("    [").or_else(|| line.strip_prefix("   *[")) {
            Some(branch) => branch.split_once("] ").expect("a branch has a text").1,
            None => line.split_once(" = ").map_or(line, |(_, text)| text),
        };
        let pieces = text.split('{').map(|piece| piece.split_once('}').map_or(piece, |(_, rest)| rest));
        pieces.map(|piece| piece.trim().to_owned()).filter(|piece| !piece.contains('$')).collect()
    });
    texts.collect()
}

impl Tongue {
    fn of(language: Language) -> Tongue {
        let other = if language == Language::English { Language::French } else { Language::English };
        let theirs: String = texts(other).into_iter().flatten().collect::<Vec<_>>().join("\n");
        let (mut whole, mut pieces) = (BTreeSet::new(), BTreeSet::new());
        for text in texts(language) {
            let [ref alone] = text[..] else {
                pieces.extend(text);
                continue;
            };
            whole.insert(alone.clone());
            pieces.insert(alone.clone());
        }
        let is_own = |piece: &String| piece.chars().any(char::is_alphabetic) && !theirs.contains(piece.as_str());
        whole.retain(is_own);
        pieces.retain(|piece| is_own(piece) && piece.chars().count() >= PIECE_CHARS_MIN && piece.contains(' '));
        Tongue { whole, pieces }
    }

    /// What of it a page says.
    fn heard_in(&self, page: &str) -> Vec<String> {
        let said = said(page);
        let spoken = self.pieces.iter().filter(|piece| said.iter().any(|text| text.contains(piece.as_str())));
        spoken.chain(self.whole.iter().filter(|text| said.contains(text))).cloned().collect()
    }
}

/// What a page says: its texts, and the attributes that are read out.
fn said(page: &str) -> Vec<String> {
    let mut said = Vec::new();
    for part in page.split('<') {
        let (tag, text) = part.split_once('>').unwrap_or(("", part));
        said.push(text);
        for attribute in [" aria-label=\"", " title=\"", " placeholder=\""] {
            said.extend(tag.split(attribute).skip(1).filter_map(|rest| rest.split('"').next()));
        }
    }
    let plain = said.into_iter().map(|text| {
        text.replace("&#34;", "\"")
            .replace("&#39;", "'")
            .replace("&#60;", "<")
            .replace("&#62;", ">")
            .replace("&#38;", "&")
    });
    plain.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
}

/// The values of an attribute.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let parts = page.split(&format!(" {attribute}=\"")).skip(1).collect::<Vec<_>>();
    parts.into_iter().map(|rest| rest.split('"').next().unwrap_or_default()).collect()
}

/// That a page names each thing once, and that its labels and refusals belong to something.
fn assert_well_named(page: &str, what: &str) {
    let ids = values(page, "id");
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{what} has one id twice: {ids:?}");
    for named in values(page, "for").into_iter().chain(values(page, "aria-describedby")) {
        assert!(ids.contains(&named), "{what} has nothing that is called {named}");
    }
}

fn other(language: Language) -> Tongue {
    Tongue::of(if language == Language::English { Language::French } else { Language::English })
}

#[test]
fn a_page_in_another_language_is_heard() {
    let english = Tongue::of(Language::English);
    assert!(
        english.whole.len() > 200 && english.pieces.len() > 150,
        "{} {}",
        english.whole.len(),
        english.pieces.len()
    );
    for page in [
        "<h1>Your account</h1>",
        "<a aria-label=\"Your account\">x</a>",
        "<p>Members of Zoé</p><p>The plan Flotte has room for 3 people; invitations</p>",
        "<p>This is not the tenant’s name. Type it as it stands above.</p>",
    ] {
        assert!(!english.heard_in(page).is_empty(), "{page}");
    }
    assert_eq!(english.heard_in("<p title=\"x\">Votre compte</p><p>Plus</p><p>Sessions</p>"), [""; 0]);
}

/// Everything that the lists of a tenant and of a person can hold.
async fn furnish(stage: &Stage) {
    let admin = &stage.world.admin;
    let deeds = include_str!("../../../app/src/audit/words.rs");
    let deeds: Vec<&str> = deeds.split("(\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert!(deeds.contains(&"key.rotate"), "{deeds:?}");
    let acts = "insert into audit (tenant_id, at, actor, action, subject, request_id)
                select $1, now(), (array['admin', 'key:x', 'link:stop', 'user:' || $2])[1 + n % 4], action, 'x', gen_random_uuid()
                from unnest($3::text[]) with ordinality as a (action, n)";
    let acts = sqlx::query(acts).bind(stage.alice.tenant.0).bind(stage.anna.user.to_string());
    acts.bind(deeds.iter().map(|deed| (*deed).to_owned()).collect::<Vec<_>>()).execute(admin).await.unwrap();
    for (name, ends) in [
        ("soon", "expires_at = now() + interval '2 days'"),
        ("over", "expires_at = created_at + interval '1 second'"),
        ("revoked", "revoked_at = now()"),
        ("", "last_used_at = created_at"),
    ] {
        let key = stage.world.key(&stage.alice, &super::BOTH).await;
        let changed = format!("update api_key set name = $2, {ends} where public_id = $1");
        let changed = sqlx::query(sqlx::AssertSqlSafe(changed)).bind(key.split('_').nth(2).unwrap().to_owned());
        changed.bind(name).execute(admin).await.unwrap();
    }
    stage.world.write_session(&stage.anna, &domain::token::Token::mint(crate::harness::chance())).await;
}

/// Every row that somebody signed in opens, asked for as Anna, who owns Alice's tenant.
async fn crawl(language: Language) {
    let stage = Stage::set().await;
    furnish(&stage).await;
    let foreign = other(language);
    let mut opened = 0;
    for row in stage.endpoints() {
        let is_of_people = matches!(row.access, Access::Session(_) | Access::Member(..));
        if row.method != Method::GET || !is_of_people || NO_PAGES.contains(&row.path) {
            continue;
        }
        stage.renew(&stage.control).await;
        let path = super::requests::path(&stage, &row).await;
        if row.path.ends_with("/members") {
            stage.world.invite(&stage.alice, "waiting@example.test", Role::Viewer).await.unwrap();
        }
        let mut request = stage.request(&stage.control, &row, &path);
        request.headers_mut().insert(header::ACCEPT_LANGUAGE, language.tag().parse().unwrap());
        let page = stage.send(request).await;
        assert_eq!(word(&page), "yes", "{path}: {page:?}");
        if page.status != StatusCode::OK {
            continue;
        }
        opened += 1;
        assert!(page.text.contains(&format!("<html lang=\"{}\">", language.tag())), "{}", row.path);
        assert_eq!(foreign.heard_in(&page.text), [""; 0], "{} in {language:?}", row.path);
        assert_well_named(&page.text, row.path);
    }
    assert!(opened >= 17, "{opened} pages");
}

#[tokio::test]
async fn no_signed_in_page_says_anything_english_in_french() {
    crawl(Language::French).await;
}

#[tokio::test]
async fn no_signed_in_page_says_anything_french_in_english() {
    crawl(Language::English).await;
}

/// A form that is refused: where it is sent, what was typed, what stands in the page afterwards.
type Refused<'a> = (String, &'a [(&'a str, &'a str)], &'a [&'a str]);

/// Every form of the account and of the tenant that somebody types into, filled in wrongly.
fn forms(tenant: &str, guest: &Person, key: Uuid) -> Vec<Refused<'static>> {
    let at = |path: &str| format!("/t/{tenant}{path}");
    vec![
        (
            "/account".to_owned(),
            &[("name", "evil.example <b>"), ("zone", "Europe/Paris")],
            &["value=\"evil.example &#60;b&#62;\"", "<option selected>Europe/Paris", "Un nom ne peut pas contenir"],
        ),
        ("/account".to_owned(), &[("name", "Anna"), ("zone", "Moon/Sea")], &["Choisissez un fuseau horaire"]),
        ("/account/tenants".to_owned(), &[("name", " ")], &["value=\" \"", "Indiquez un nom."]),
        (
            "/account/data/erase".to_owned(),
            &[("words", "effacez <moi>")],
            &["value=\"effacez &#60;moi&#62;\"", "Rien n’a été effacé. Tapez «\u{a0}tout effacer\u{a0}»"],
        ),
        (at("/settings"), &[("name", "www.x.test")], &["value=\"www.x.test\"", "Un nom ne peut pas contenir"]),
        (at("/close"), &[("name", "Alicia")], &["value=\"Alicia\"", "Ce n’est pas le nom de l’espace."]),
        (
            at("/transfer"),
            &[("to", ""), ("then", "owner")],
            &["value=\"owner\" checked", "Choisissez un membre dans la liste."],
        ),
        (
            at("/invitations"),
            &[("address", "personne"), ("role", "editor")],
            &[
                "value=\"personne\"",
                "value=\"editor\" checked",
                "Indiquez une adresse de courriel",
                "Personne n’a encore",
            ],
        ),
        (at("/invitations"), &[("address", "x@example.test"), ("role", "owner")], &["La propriété se transmet"]),
        (at(&format!("/members/{}", guest.user)), &[("role", "king")], &["Choisissez un rôle dans la liste."]),
        (
            at("/keys"),
            &[("name", "evil.example <b>"), ("days", "bientôt")],
            &[
                "value=\"bientôt\"",
                "Choisissez ce que la clé peut faire.",
                "Indiquez un nombre entier de jours de 1 à 365.",
            ],
        ),
        (
            at(&format!("/keys/{key}/rotate")),
            &[("days", "9"), ("overlap", "400")],
            &["value=\"400\"", "value=\"9\"", "Indiquez un nombre entier de jours de 0 à"],
        ),
    ]
}

async fn french(stage: &Stage, person: &Person) -> Browser {
    stage.world.signed_in(person).await.with("accept-language", "fr")
}

#[tokio::test]
async fn a_form_that_is_refused_in_french_keeps_what_was_typed_and_says_why_in_french() {
    let stage = Stage::set().await;
    let guest = stage.world.member(stage.alice.tenant, "Guest", Role::Viewer).await;
    let key = stage.world.key(&stage.alice, &super::BOTH).await;
    let id = sqlx::query_scalar("select id from api_key where public_id = $1").bind(key.split('_').nth(2).unwrap());
    let id: Uuid = id.fetch_one(&stage.world.admin).await.unwrap();
    let foreign = other(Language::French);
    let mut browser = french(&stage, &stage.anna).await;
    for (path, fields, expected) in forms(&stage.alice.tenant.to_string(), &guest, id) {
        let page: Page = browser.post(&path, fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}: {page:?}");
        for expected in expected {
            assert!(page.text.contains(expected), "{path} lacks {expected}: {}", page.text);
        }
        assert_eq!(foreign.heard_in(&page.text), [""; 0], "{path}");
        assert!(page.text.contains("role=\"alert\""), "{path} says at its top that it was refused");
        assert_well_named(&page.text, &path);
    }
}

#[tokio::test]
async fn a_problem_on_a_page_is_said_in_french_and_never_in_the_words_for_programs() {
    let stage = Stage::set().await;
    let foreign = other(Language::French);
    let own = sqlx::query_as("select issuer, subject from identity where user_id = $1").bind(stage.anna.user.0);
    let mut browser = french(&stage, &stage.anna).await;
    let (issuer, subject): (String, String) = own.fetch_one(&stage.world.admin).await.unwrap();
    let sole = stage.world.person("Sole", Plan::Plus).await;
    let mut alone = french(&stage, &sole).await;
    let viewer = stage.world.member(stage.alice.tenant, "Guest", Role::Viewer).await;
    let mut guest = french(&stage, &viewer).await;
    let audit = format!("/t/{}/audit", stage.alice.tenant);
    let keys = format!("/t/{}/keys", sole.tenant);
    let key = [("name", "x"), ("read", "yes"), ("days", "9")];
    for (page, status, sentence) in [
        (
            browser.post("/account/remove-identity", &[("issuer", &issuer), ("subject", &subject)]).await,
            409,
            "Vous vous êtes connecté avec celle-ci.",
        ),
        (browser.get(&format!("{audit}?before=x")).await, 400, "Rien n’a été changé. Revenez en arrière"),
        (
            browser.post("/account", &[("name", "x"), ("zone", "UTC"), ("plan", "fleet")]).await,
            422,
            "Revenez en arrière",
        ),
        (alone.post(&keys, &key).await, 409, "La formule Plus n’a pas de clés d’API"),
        (alone.post(&format!("/t/{}/leave", sole.tenant), &[]).await, 422, "Un espace a besoin d’un propriétaire."),
        (guest.get(&audit).await, 403, "le rôle lecteur ne permet pas cela"),
    ] {
        assert_eq!(page.status.as_u16(), status, "{page:?}");
        assert!(page.text.contains(sentence), "{sentence} is not in {}", page.text);
        assert_eq!(foreign.heard_in(&page.text), [""; 0], "{sentence}");
        for programs in ["parameter", "unknown field", "does not allow"] {
            assert!(!page.text.contains(programs), "{programs} in {}", page.text);
        }
    }
}
