//! The ways to sign in, as settings: what is wrong is named, with the way out.

use crate::harness::World;
use app::login::settings::Providers;
use std::collections::BTreeMap;

const PEM: &str = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2\nOF/2NxApJCzGCEDdfSp6VQO30hyhRANCAAQRWz+jn65BtOMvdyHKcvjBeBSDZH2r\n1RTwjmYSi9R/zpBnuQ4EiMnCqfMPWiZqB4QdbAd0E7oH50VpuZ1P087G\n-----END PRIVATE KEY-----\n";

fn good() -> BTreeMap<String, String> {
    let secret = "Canary-4f81c2d09be7";
    [
        ("", "google,microsoft,apple,github,my-own"),
        ("_GOOGLE_CLIENT_ID", "id"),
        ("_GOOGLE_CLIENT_SECRET", secret),
        ("_MICROSOFT_CLIENT_ID", "id"),
        ("_MICROSOFT_CLIENT_SECRET", secret),
        ("_MICROSOFT_TENANT", "9188040d-6c67-4c5b-b112-36a304b66dad"),
        ("_APPLE_CLIENT_ID", "id"),
        ("_APPLE_TEAM_ID", "ABCDE12345"),
        ("_APPLE_KEY_ID", "KEY1234567"),
        ("_APPLE_PRIVATE_KEY", PEM),
        ("_GITHUB_CLIENT_ID", "id"),
        ("_GITHUB_CLIENT_SECRET", secret),
        ("_MY_OWN_ISSUER", "https://login.firm.example/realms/all"),
        ("_MY_OWN_CLIENT_ID", "id"),
        ("_MY_OWN_CLIENT_SECRET", secret),
        ("_MY_OWN_TITLE", "The firm"),
        ("_MY_OWN_EMAIL_DOMAINS", "firm.example, firm.test"),
    ]
    .map(|(name, value)| (format!("FERRY_SIGN_IN{name}"), value.to_owned()))
    .into()
}

/// What is said against these settings, read and then held against production.
fn refused(settings: &BTreeMap<String, String>) -> Option<String> {
    let read = Providers::read(&|name: &str| settings.get(name).cloned());
    let checked = read.and_then(|providers| providers.check_production());
    checked.err().map(|error| format!("{error:#}"))
}

#[test]
fn good_settings_are_taken_and_none_at_all_too() {
    assert_eq!(refused(&good()), None);
    assert_eq!(refused(&BTreeMap::new()), None);
}

#[test]
fn sr_aut_02_each_unfit_setting_is_named_with_the_way_out_and_no_secret() {
    for (name, value, way_out) in [
        ("", "google,google", "twice"),
        ("", "Google", "lower-case"),
        ("", "my_own", "lower-case"),
        ("_GOOGLE_CLIENT_ID", "", "set FERRY_SIGN_IN_GOOGLE_CLIENT_ID"),
        ("_GOOGLE_CLIENT_SECRET", "", "set FERRY_SIGN_IN_GOOGLE_CLIENT_SECRET"),
        ("_GOOGLE_CLIENT_SECRET", "Canary", "copy the whole secret"),
        ("_GOOGLE_ISSUER", "https://accounts.google.com", "leave it out"),
        ("_MICROSOFT_TENANT", "", "set FERRY_SIGN_IN_MICROSOFT_TENANT"),
        ("_MICROSOFT_TENANT", "common", "one directory's id"),
        ("_MICROSOFT_TENANT", "organizations", "one directory's id"),
        ("_MICROSOFT_TENANT", "firm.onmicrosoft.com", "one directory's id"),
        ("_APPLE_KEY_ID", "short", "ten letters and digits"),
        ("_APPLE_PRIVATE_KEY", "Canary", ".p8 file"),
        ("_GITHUB_ISSUER", "https://github.evil.example", "leave it out"),
        ("_MY_OWN_ISSUER", "", "set FERRY_SIGN_IN_MY_OWN_ISSUER"),
        ("_MY_OWN_ISSUER", "login.firm.example", "https://"),
        ("_MY_OWN_ISSUER", "http://login.firm.example", "must be https in production"),
        ("_MY_OWN_ISSUER", "https://Canary:x@login.firm.example", "exactly as the provider writes it"),
        ("_MY_OWN_ISSUER", "https://login.firm.example/?tenant=1", "exactly as the provider writes it"),
        ("_MY_OWN_ISSUER", "https://login.microsoftonline.com/common/v2.0", "name one"),
        ("_MY_OWN_ISSUER", "https://login.microsoftonline.com/{tenantid}/v2.0", "name one"),
        ("_MY_OWN_ISSUER", "https://accounts.google.com", "issuer of another name"),
        ("_MY_OWN_TITLE", "two\nlines", "one line"),
        ("_MY_OWN_EMAIL_DOMAINS", "@firm.example", "lists domains"),
    ] {
        let mut settings = good();
        settings.insert(format!("FERRY_SIGN_IN{name}"), value.to_owned());
        let said = refused(&settings).unwrap_or_else(|| panic!("{name}={value} was taken"));
        let short = name.rsplit_once('_').map_or(name, |(provider, _)| provider);
        let provider = short.split('_').nth(1).unwrap_or_default();
        let named = said.to_uppercase().replace('-', "_");
        assert!(said.contains("FERRY_SIGN_IN") && named.contains(provider), "{name}: {said}");
        assert!(said.contains(way_out) && !said.contains("Canary"), "{name}={value}: {said}");
    }
}

#[tokio::test]
async fn an_installation_without_providers_says_so() {
    let world = World::new().await;
    let app = app::App { providers: Default::default(), ..world.web() };
    let mut browser = crate::harness::Browser::new(app::router(app));
    let page = browser.get("/login").await;
    assert!(page.text.contains("no provider set up"), "{}", page.text);
    assert_eq!(browser.post("/login/google", &[]).await.status, 404);
}
