//! A request that breaks a rule is refused, in the way the standards say.

use super::*;

fn changed(url: &str, change: impl Fn(&mut Vec<(String, String)>)) -> String {
    let mut url = url::Url::parse(url).unwrap();
    let mut pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    change(&mut pairs);
    url.query_pairs_mut().clear().extend_pairs(pairs);
    url.into()
}

fn set(name: &'static str, value: &'static str) -> impl Fn(&mut Vec<(String, String)>) {
    move |pairs| {
        pairs.retain(|(known, _)| known != name);
        pairs.push((name.into(), value.into()));
    }
}

#[tokio::test]
async fn what_is_asked_wrongly_goes_back_with_its_error() {
    let sim = sim().await;
    let app = App::start(&sim, Provider::HarbourId, &[]).await;
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("response_type", "", "invalid_request"),
        ("response_mode", "fragment", "invalid_request"),
        ("scope", "profile email", "invalid_scope"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge", "short", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("max_age", "soon", "invalid_request"),
        ("max_age", "-1", "invalid_request"),
        ("prompt", "none", "login_required"),
        ("prompt", "none login", "invalid_request"),
        ("prompt", "nicely", "invalid_request"),
        ("request", "a.b.c", "request_not_supported"),
        ("request_uri", "https://x.test/r", "request_uri_not_supported"),
        ("registration", "{}", "registration_not_supported"),
    ] {
        let url = changed(&app.url, set(name, value));
        let callback = sim.sign_in(&url, &NEIGHBOURS[0].at(Provider::HarbourId)).unwrap();
        assert_eq!((callback.get("error"), callback.get("code")), (Some(error), None), "{name}={value}");
        assert_eq!(callback.get("state"), Some("the-state"));
        assert_eq!(callback.get("iss"), Some(sim.issuer(Provider::HarbourId).as_str()));
    }
    let refused = sim.refuse_sign_in(&app.url).unwrap();
    assert_eq!(refused.get("error"), Some("access_denied"));
}

#[tokio::test]
async fn nobody_is_sent_to_an_address_that_is_not_the_clients() {
    let sim = sim().await;
    let app = App::start(&sim, Provider::HarbourId, &[]).await;
    for (name, value) in [
        ("client_id", "somebody-else"),
        ("redirect_uri", ""),
        ("redirect_uri", "https://evil.example/login/harbour-id/callback"),
        ("redirect_uri", "https://ferryalert.test/login/quay-id/callback"),
        ("redirect_uri", "https://ferryalert.test/login/harbour-id/callback/"),
        ("redirect_uri", "https://ferryalert.test/login/harbour-id/callback?next=x"),
        ("redirect_uri", "https://me@ferryalert.test/login/harbour-id/callback"),
        ("redirect_uri", "https://ferryalert.test/login/../login/harbour-id/callback"),
        ("redirect_uri", "javascript:alert(1)"),
    ] {
        let url = changed(&app.url, set(name, value));
        assert!(sim.sign_in(&url, &NEIGHBOURS[0].at(Provider::HarbourId)).is_err(), "{name}={value}");
        let answer = http().get(&url).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.headers().get("location")), (400, None), "{name}={value}");
    }
    let twice = format!("{}&state=another", app.url);
    assert!(sim.sign_in(&twice, &NEIGHBOURS[0].at(Provider::HarbourId)).is_err());
}

#[tokio::test]
async fn a_code_is_redeemed_once_and_a_second_time_voids_the_first() {
    let sim = sim().await;
    let app = App::start(&sim, Provider::HarbourId, &[]).await;
    let callback = sim.sign_in(&app.url, &NEIGHBOURS[0].at(Provider::HarbourId)).unwrap();
    let code = callback.get("code").unwrap();
    let tokens = app.redeem(code).await.unwrap();
    let claims = app.verified(tokens.id_token().unwrap()).unwrap();
    assert!(app.userinfo(tokens.access_token(), &claims).await.is_some());
    assert!(app.redeem(code).await.is_none());
    assert!(app.userinfo(tokens.access_token(), &claims).await.is_none());
}

#[tokio::test]
async fn a_code_belongs_to_its_attempt_and_ends_after_a_minute() {
    let sim = sim().await;
    let now = Utc::now();
    sim.freeze(now);
    let (app, other) =
        (App::start(&sim, Provider::HarbourId, &[]).await, App::start(&sim, Provider::HarbourId, &[]).await);
    let alice = NEIGHBOURS[0].at(Provider::HarbourId);
    let code = |app: &App| sim.sign_in(&app.url, &alice).unwrap().get("code").unwrap().to_owned();
    assert!(other.redeem(&code(&app)).await.is_none(), "the verifier of another attempt");
    let quay = App::start(&sim, Provider::QuayId, &[]).await;
    assert!(quay.redeem(&code(&app)).await.is_none(), "another provider");
    let mut elsewhere = App::start(&sim, Provider::HarbourId, &[]).await;
    let late = code(&elsewhere);
    let moved = RedirectUrl::new("http://localhost:8080/login/harbour-id/callback".into()).unwrap();
    elsewhere.client = elsewhere.client.set_redirect_uri(moved);
    assert!(elsewhere.redeem(&late).await.is_none(), "another redirect_uri");
    let late = code(&app);
    sim.freeze(now + chrono::TimeDelta::seconds(61));
    assert!(app.redeem(&late).await.is_none(), "too late");
    assert!(app.redeem(&code(&app)).await.is_some(), "in time");
}

#[tokio::test]
async fn the_token_endpoint_knows_its_client_by_one_way_at_a_time() {
    let sim = sim().await;
    let mut app = App::start(&sim, Provider::HarbourId, &[]).await;
    let alice = NEIGHBOURS[0].at(Provider::HarbourId);
    let code = sim.sign_in(&app.url, &alice).unwrap().get("code").unwrap().to_owned();
    app.client = app.client.set_client_secret(ClientSecret::new("guessed".into()));
    assert!(app.redeem(&code).await.is_none());
    let url = at(sim.http, "/id/harbour-id/token");
    let ask = async |body: &str, kind: &str| {
        let request = http().post(&url).header("content-type", kind).body(body.to_owned());
        let request = request.basic_auth("ferryalert-at-harbour", Some("harbour-id%3A+known%2Bto%2Feverybody"));
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let form = "application/x-www-form-urlencoded";
    for (body, kind, error) in [
        ("client_secret=x&grant_type=authorization_code", form, "invalid_request"),
        ("grant_type=password", form, "unsupported_grant_type"),
        ("grant_type=authorization_code", form, "invalid_request"),
        ("grant_type=authorization_code&code=x&redirect_uri=y", form, "invalid_grant"),
        ("grant_type=authorization_code&code=x&code=y", form, "invalid_request"),
        ("{}", "application/json", "invalid_request"),
    ] {
        let (status, text) = ask(body, kind).await;
        assert!(status == 400 && text.contains(error), "{body}: {status} {text}");
    }
    let anonymous = http().post(&url).header("content-type", form).body("grant_type=authorization_code");
    let answer = anonymous.send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 401);
    assert!(answer.headers().contains_key("www-authenticate"));
}
