//! A standard OpenID Provider that is not ours: npm's certified `oidc-provider`, which `cargo dev test` installs. That sign-in works with
//! it is a matter of three settings and of nothing else.

use crate::harness::{Browser, World};
use app::login::settings::Providers;
use axum::http::StatusCode;
use chrono::Utc;
use dev::{
    npm::STANDARD_PROVIDER,
    standard_provider::{Client, StandardProvider, sign_in},
};
use outbound::{Development, Egress, UserAgent};
use std::sync::Arc;

const ID: &str = "ferryalert";
/// Basic authentication has to encode it.
const SECRET: &str = "s3cret: 50% of/it+known";

/// A router of an app that was told of the provider by its settings.
fn configured(world: &World, provider: &StandardProvider) -> axum::Router {
    let settings = |name: &str| {
        let value = match name {
            "FERRY_SIGN_IN" => "standard",
            "FERRY_SIGN_IN_STANDARD_ISSUER" => &provider.issuer,
            "FERRY_SIGN_IN_STANDARD_CLIENT_ID" => ID,
            "FERRY_SIGN_IN_STANDARD_CLIENT_SECRET" => SECRET,
            _ => return None,
        };
        Some(value.to_owned())
    };
    let mut app = world.web();
    app.providers = Arc::new(Providers::read(&settings).unwrap());
    let proof = Development::attested_by("development").expect("it says so");
    let agent = UserAgent::new(&world.config.base_url, &world.config.contact).unwrap();
    app.outbound = outbound::Client::new(Egress::development(proof, vec![provider.address]), &agent).unwrap();
    app::router(app)
}

/// A browser signs in by this name and ends at the account page.
async fn signs_in(router: &axum::Router, name: &str) -> Browser {
    let mut browser = Browser::new(router.clone());
    let login = browser.get("/login?return_to=%2Faccount").await;
    assert!(login.text.contains("/login/standard"), "{}", login.text);
    let sent = browser.post("/login/standard", &[("return_to", "/account")]).await;
    let back = sign_in(&super::leads_to(&sent), name).await.unwrap();
    let back = format!("{}?{}", back.path(), back.query().unwrap());
    let landed = browser.get(&back).await;
    assert_eq!((landed.status, landed.location()), (StatusCode::SEE_OTHER, "/account"), "{}", landed.text);
    let account = browser.get("/account").await;
    assert_eq!(account.status, StatusCode::OK);
    assert!(account.text.contains(&format!("{name} of the standard")), "{}", account.text);
    browser
}

#[tokio::test]
async fn sign_in_with_a_standard_provider_is_configuration_alone() {
    let installed = STANDARD_PROVIDER.from_environment().unwrap();
    // The provider's clock is the real one.
    let world = World::at(Utc::now()).await;
    for (people, algorithm) in (1..).zip(["RS256", "ES256", "EdDSA"]) {
        let redirect_uri = world.config.base_url.join("login/standard/callback").unwrap();
        let client = Client { id: ID, secret: SECRET, redirect_uri: redirect_uri.as_str(), algorithm };
        let provider = StandardProvider::start(&installed, client).await.unwrap();
        let router = configured(&world, &provider);
        signs_in(&router, "Zoe").await;
        signs_in(&router, "Zoe").await;
        // A provider of another address is another issuer: the same name there is somebody else.
        assert_eq!(world.count("select count(*) from user_account").await, people, "{algorithm}");
        assert_eq!(world.count("select count(*) from session").await, 2 * people, "{algorithm}");
    }
}
