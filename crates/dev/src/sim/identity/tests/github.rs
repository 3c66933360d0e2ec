//! The provider that is not OpenID Connect.

use serde_json::Value;

use super::*;

/// An authorization URL as GitHub's documents have it.
fn url(sim: &Sim, challenge: &str) -> String {
    let pairs = [
        ("client_id", Provider::Github.client_id()),
        ("redirect_uri", &redirect_uri(Provider::Github)),
        ("scope", "read:user user:email"),
        ("state", "the-state"),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256"),
    ];
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    at(sim.http, &format!("/login/oauth/authorize?{query}"))
}

async fn exchange(sim: &Sim, (code, verifier): (&str, &str), accept: &str) -> String {
    let secret = Provider::Github.client_secret();
    let form = [
        ("client_id", Provider::Github.client_id()),
        ("client_secret", &secret),
        ("code", code),
        ("redirect_uri", &redirect_uri(Provider::Github)),
        ("code_verifier", verifier),
    ];
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let request = http().post(at(sim.http, "/login/oauth/access_token")).header("accept", accept).body(body);
    let answer = request.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200, "errors too");
    answer.text().await.unwrap()
}

async fn api(sim: &Sim, path: &str, token: &str) -> (u16, Value) {
    let answer = http().get(at(sim.http, path)).bearer_auth(token).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap())
}

#[tokio::test]
async fn a_code_opens_the_user_and_the_addresses() {
    let sim = sim().await;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let verifier = verifier.into_secret();
    let url = url(&sim, challenge.as_str());
    let code = || {
        let callback = sim.sign_in(&url, &NEIGHBOURS[1].at(Provider::Github)).unwrap();
        assert_eq!((callback.get("iss"), callback.get("state")), (None, Some("the-state")));
        callback.get("code").unwrap().to_owned()
    };
    let json = exchange(&sim, (&code(), &verifier), "application/json").await;
    let token: Value = serde_json::from_str(&json).unwrap();
    let token = token["access_token"].as_str().unwrap();
    let (_, user) = api(&sim, "/user", token).await;
    assert_eq!((&user["id"], &user["email"]), (&Value::from(4_000_002), &Value::Null));
    let (_, emails) = api(&sim, "/user/emails", token).await;
    let primary = emails.as_array().unwrap().iter().find(|email| email["primary"] == true).unwrap();
    assert_eq!((&primary["email"], &primary["verified"]), (&Value::from("bob@example.test"), &Value::from(true)));
    assert_eq!(api(&sim, "/user", "guessed").await.0, 401);
    assert!(exchange(&sim, (&code(), &verifier), "*/*").await.starts_with("access_token="));
    let wrong = exchange(&sim, (&code(), &"v".repeat(43)), "application/json").await;
    assert!(wrong.contains("bad_verification_code"), "{wrong}");
    assert_eq!(sim.asked_of(Provider::Github, Endpoint::Emails), 1);
}
