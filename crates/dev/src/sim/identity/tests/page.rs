//! What a person in a browser sees and does, without scripts.

use super::*;

/// What the page's hidden field holds, as a browser reads it.
fn hidden(page: &str) -> String {
    let value = page.split("name=\"request\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    value.replace("&amp;", "&").replace("&#39;", "'")
}

async fn click(sim: &Sim, path: &str, fields: &[(&str, &str)]) -> reqwest::Response {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    http().post(at(sim.http, path)).body(body).send().await.unwrap()
}

fn location(answer: &reqwest::Response) -> url::Url {
    answer.headers()["location"].to_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn one_click_signs_in_as_a_neighbour() {
    let sim = sim().await;
    let app = App::start(&sim, Provider::HarbourId, &[("login_hint", "bob@example.test")]).await;
    let page = http().get(&app.url).send().await.unwrap().text().await.unwrap();
    for neighbour in NEIGHBOURS {
        assert!(page.contains(neighbour.name) && page.contains(neighbour.email), "{page}");
    }
    assert_eq!(page.matches("class=\"strong\"").count(), 1, "the one who is expected stands out");
    let request = hidden(&page);
    let back = location(&click(&sim, "/id/harbour-id/sign-in", &[("request", &request), ("sub", "harbour-1")]).await);
    let code = back.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    let tokens = app.redeem(&code).await.unwrap();
    assert_eq!(app.verified(tokens.id_token().unwrap()).unwrap().subject().as_str(), "harbour-1");
    let refused = location(&click(&sim, "/id/harbour-id/sign-in", &[("request", &request), ("refuse", "yes")]).await);
    assert!(refused.query().unwrap().contains("error=access_denied"));
    let nobody = click(&sim, "/id/harbour-id/sign-in", &[("request", &request), ("sub", "nobody")]).await;
    assert_eq!(nobody.status().as_u16(), 422);
}

#[tokio::test]
async fn somebody_new_comes_back_as_the_same_and_is_shown_as_text() {
    let sim = sim().await;
    let app = App::start(&sim, Provider::QuayId, &[]).await;
    let page = async || http().get(&app.url).send().await.unwrap().text().await.unwrap();
    let request = hidden(&page().await);
    let new = [("request", request.as_str()), ("name", "<b>Zoë"), ("email", "zoe@example.test")];
    click(&sim, "/id/quay-id/sign-in", &new).await;
    click(&sim, "/id/quay-id/sign-in", &new).await;
    let page = page().await;
    assert_eq!(page.matches("&lt;b&gt;Zoë").count(), 1, "{page}");
    assert!(page.contains("zoe@example.test, not verified") && !page.contains("<b>Zoë"));
}

#[tokio::test]
async fn the_way_back_can_be_a_form_and_a_browser_that_is_expected_need_not_click() {
    let sim = sim().await;
    let app = App::start(&sim, Provider::HarbourId, &[("response_mode", "form_post")]).await;
    let callback = sim.sign_in(&app.url, &NEIGHBOURS[2].at(Provider::HarbourId)).unwrap();
    assert_eq!(callback.mode, Mode::FormPost);
    assert!(callback.form().contains("code=") && callback.form().contains("state=the-state"));
    sim.signs_in_next(Provider::HarbourId, NEIGHBOURS[2].at(Provider::HarbourId));
    let page = http().get(&app.url).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("<form method=\"post\" action=\"https://ferryalert.test/login/harbour-id/callback\">"));
    assert!(page.contains("name=\"code\"") && page.contains("value=\"the-state\""));
    let next = http().get(&app.url).send().await.unwrap().text().await.unwrap();
    assert!(next.contains("Somebody new"), "only the next one is expected");
}
