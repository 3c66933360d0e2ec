//! Every hostile mode does what it says, and is over when it is told so.

use std::collections::HashSet;

use openidconnect::TokenResponse as _;
use serde_json::Value;

use super::*;
use crate::sim::Misbehaviour;

/// What openidconnect's verifier leaves to its user: not wrong by its rules, or not known to it.
const LEFT_TO_THE_USER: [TokenMutation; 8] = [
    TokenMutation::ForeignParty,
    TokenMutation::IssuedInTheFuture,
    TokenMutation::IssuedYesterday,
    TokenMutation::EmptySubject,
    TokenMutation::EndlessSubject,
    TokenMutation::OtherAccessTokenHash,
    TokenMutation::StaleAuthTime,
    TokenMutation::MissingAuthTime,
];

/// The answer of the token endpoint, unread.
async fn raw_tokens(app: &App, code: &str) -> Value {
    let provider = app.provider;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &redirect_uri(provider)),
        ("client_id", provider.client_id()),
        ("client_secret", &provider.client_secret()),
        ("code_verifier", &app.verifier),
    ];
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let request = http().post(app.client.token_uri().unwrap().as_str()).body(body);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    serde_json::from_slice(&request.send().await.unwrap().bytes().await.unwrap()).unwrap()
}

#[tokio::test]
async fn every_forged_token_differs_from_the_good_one_and_from_the_others() {
    let sim = sim().await;
    for provider in OPENID {
        let app = App::start(&sim, provider, &[]).await;
        let mut seen = HashSet::new();
        for mutation in [None].into_iter().chain(TokenMutation::ALL.iter().copied().map(Some)) {
            sim.behave(provider);
            if let Some(mutation) = mutation {
                sim.turn_hostile(provider, Hostility::Token(mutation));
            }
            let callback = sim.sign_in(&app.url, &NEIGHBOURS[0].at(provider)).unwrap();
            let tokens = raw_tokens(&app, callback.get("code").unwrap()).await;
            assert!(tokens["access_token"].is_string(), "{mutation:?}: {tokens}");
            let shape = tokens["id_token"].as_str().map(|token| shape(token, &sim.ground.identities.key(provider)));
            assert_eq!(shape.is_none(), mutation == Some(TokenMutation::Missing), "{mutation:?}");
            assert!(seen.insert(shape), "{mutation:?} at {provider:?} is like one before");
        }
    }
    assert!(TokenMutation::ALL.len() >= 35, "{}", TokenMutation::ALL.len());
}

/// A token without what differs between any two: times to the hour, which hash, whether the good key signed it.
fn shape(token: &str, key: &Key) -> String {
    use base64::Engine as _;
    let decode = |part: &str| base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
    let parts: Vec<&str> = token.split('.').collect();
    let mut claims: Value =
        parts.get(1).and_then(|part| serde_json::from_slice(&decode(part)).ok()).unwrap_or_default();
    let now = Utc::now().timestamp();
    for name in ["iat", "exp", "auth_time"] {
        if let Some(at) = claims[name].as_i64() {
            claims[name] = Value::from((at - now + 1_800).div_euclid(3_600));
        }
    }
    if claims["at_hash"].as_str().is_some_and(|hash| hash.starts_with("MDEy")) {
        claims["at_hash"] = "other".into();
    } else if claims["at_hash"].is_string() {
        claims["at_hash"] = "some".into();
    }
    let header = String::from_utf8_lossy(&decode(parts[0])).into_owned();
    let signature = parts.get(2).map(|part| decode(part));
    // Both kinds of key sign the same text the same way each time.
    let is_signed = token.rsplit_once('.').is_some_and(|(text, _)| signature == Some(key.sign(text)));
    format!("{header}|{claims}|{}|{is_signed}|{:?}", parts.len(), signature.map(|bytes| bytes.len()))
}

#[tokio::test]
async fn a_client_of_openidconnect_refuses_all_but_what_it_leaves_to_its_user() {
    let sim = sim().await;
    for provider in OPENID {
        let app = App::start(&sim, provider, &[]).await;
        let mut accepted = Vec::new();
        for mutation in TokenMutation::ALL {
            sim.turn_hostile(provider, Hostility::Token(*mutation));
            let callback = sim.sign_in(&app.url, &NEIGHBOURS[0].at(provider)).unwrap();
            let tokens = app.redeem(callback.get("code").unwrap()).await;
            let claims = tokens.as_ref().and_then(|tokens| tokens.id_token()).and_then(|token| app.verified(token));
            accepted.extend(claims.map(|_| *mutation));
        }
        assert_eq!(accepted, LEFT_TO_THE_USER, "{provider:?}");
        sim.behave(provider);
        assert!(app.sign_in(&sim, &NEIGHBOURS[0].at(provider)).await.is_some(), "good again");
    }
}

#[tokio::test]
async fn a_foreign_document_names_what_it_was_told_to() {
    let sim = sim().await;
    let (quay, harbour) = (Provider::QuayId, sim.issuer(Provider::HarbourId));
    let url = at(sim.http, "/id/quay-id/.well-known/openid-configuration");
    let inside = || "http://169.254.169.254/latest".to_owned();
    for (foreign, member, value) in [
        (ForeignDiscovery::IssuerOf(Provider::HarbourId), "issuer", Value::from(harbour)),
        (ForeignDiscovery::IssuerWithSlash, "issuer", Value::from(format!("{}/", sim.issuer(quay)))),
        (ForeignDiscovery::MissingIssuer, "issuer", Value::Null),
        (ForeignDiscovery::TokenAt(inside()), "token_endpoint", Value::from(inside())),
        (ForeignDiscovery::JwksAt(inside()), "jwks_uri", Value::from(inside())),
        (ForeignDiscovery::UserinfoAt(inside()), "userinfo_endpoint", Value::from(inside())),
        (
            ForeignDiscovery::AuthorizationAt("javascript:alert(1)".into()),
            "authorization_endpoint",
            "javascript:alert(1)".into(),
        ),
        (ForeignDiscovery::WithoutPkce, "code_challenge_methods_supported", Value::Null),
        (
            ForeignDiscovery::Algorithms(&["HS256", "none"]),
            "id_token_signing_alg_values_supported",
            Value::from(vec!["HS256", "none"]),
        ),
    ] {
        sim.turn_hostile(quay, Hostility::Discovery(foreign.clone()));
        let body = reqwest_json(&url).await;
        assert_eq!(body[member], value, "{foreign:?}");
    }
    sim.behave(quay);
    assert_eq!(reqwest_json(&url).await["issuer"], Value::from(sim.issuer(quay)));
}

async fn reqwest_json(url: &str) -> Value {
    serde_json::from_slice(&http().get(url).send().await.unwrap().bytes().await.unwrap()).unwrap()
}

#[tokio::test]
async fn trouble_is_at_one_address_of_one_provider() {
    let sim = sim().await;
    let app = App::start(&sim, Provider::HarbourId, &[]).await;
    let trouble = Misbehaviour::RepeatsRequest { status: 500 };
    sim.turn_hostile(Provider::HarbourId, Hostility::Trouble(Endpoint::Token, trouble));
    let callback = sim.sign_in(&app.url, &NEIGHBOURS[0].at(Provider::HarbourId)).unwrap();
    assert!(app.redeem(callback.get("code").unwrap()).await.is_none());
    App::start(&sim, Provider::HarbourId, &[]).await;
    let other = App::start(&sim, Provider::QuayId, &[]).await;
    assert!(other.sign_in(&sim, &NEIGHBOURS[0].at(Provider::QuayId)).await.is_some());
    sim.reset();
    assert!(app.sign_in(&sim, &NEIGHBOURS[0].at(Provider::HarbourId)).await.is_some());
}

#[tokio::test]
async fn the_way_back_and_what_is_told_of_people_are_changed_on_demand() {
    let sim = sim().await;
    let (harbour, alice) = (Provider::HarbourId, NEIGHBOURS[0].at(Provider::HarbourId));
    let app = App::start(&sim, harbour, &[]).await;
    let way_back = |mutation| {
        sim.turn_hostile(harbour, Hostility::Callback(mutation));
        sim.sign_in(&app.url, &alice).unwrap()
    };
    let issuer_of = |callback: &Callback| callback.get("iss").map(str::to_owned);
    assert_eq!(issuer_of(&way_back(CallbackMutation::IssuerOf(Provider::QuayId))), Some(sim.issuer(Provider::QuayId)));
    assert_eq!(issuer_of(&way_back(CallbackMutation::WithoutIssuer)), None);
    assert_eq!(way_back(CallbackMutation::WithoutState).get("state"), None);
    assert_eq!(way_back(CallbackMutation::Code("another".into())).get("code"), Some("another"));
    assert_eq!(way_back(CallbackMutation::CodeAndError).get("error"), Some("access_denied"));
    sim.turn_hostile(harbour, Hostility::Userinfo(UserinfoMutation::OtherSubject));
    assert!(app.sign_in(&sim, &alice).await.is_none(), "openidconnect compares the subjects");
}
