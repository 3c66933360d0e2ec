//! Where a browser goes after it signed in.

use super::{Site, leads_to};
use dev::sim::identity::{NEIGHBOURS, Provider};
use url::Url;

/// What would lead elsewhere, if it were followed by some browser or some proxy.
const HOSTILE: [&str; 34] = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/%09/evil.example",
    "/\n/evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https://evil.example",
    "http://evil.example",
    "HTTPS://evil.example/",
    "javascript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "@evil.example",
    "/@evil.example/..//evil.example",
    "/..//evil.example",
    "/.//evil.example",
    "/a/..//evil.example",
    "/%2f/evil.example",
    "/%2F%2Fevil.example",
    "/%5cevil.example",
    "/%255cevil.example",
    "/x%0d%0aLocation:%20https://evil.example",
    "/x?y=%0d%0aSet-Cookie:%20a=b",
    "/x\r\nLocation: https://evil.example",
    "/x%00",
    "/x%zz",
    "/x#//evil.example",
    "/é",
    "",
    " /account",
];

#[tokio::test]
async fn sr_aut_07_after_signing_in_a_browser_goes_to_a_path_of_ours_or_home() {
    let site = Site::new().await;
    let alice = NEIGHBOURS[0].at(Provider::HarbourId);
    let long = format!("/{}", "x".repeat(600));
    let vectors = HOSTILE.iter().copied().chain([long.as_str()]).map(|vector| (vector, "/"));
    let good = ["/", "/account", "/account?a=b%20c", "/t/x/watches?page=2&q=%2Faccount"].map(|path| (path, path));
    for (asked, expected) in vectors.chain(good) {
        let mut browser = site.browser();
        let page = browser.post("/login/harbour-id", &[("return_to", asked)]).await;
        let callback = site.world.sim.sign_in(&leads_to(&page), &alice).unwrap();
        let page = browser.get(&callback.path_and_query()).await;
        assert_eq!(page.location(), expected, "{asked:?}");
        let base = Url::parse("https://ferryalert.test/login/harbour-id/callback").unwrap();
        assert_eq!(base.join(page.location()).unwrap().origin(), base.origin(), "{asked:?}");
    }
}

#[tokio::test]
async fn sr_aut_07_the_page_to_sign_in_never_repeats_what_leads_elsewhere() {
    let site = Site::new().await;
    let mut browser = site.browser();
    for asked in HOSTILE {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("return_to", asked).finish();
        let page = browser.get(&format!("/login?{query}")).await;
        assert!(page.text.contains("name=\"return_to\" value=\"/\""), "{asked:?}: {}", page.text);
        assert!(!page.text.contains("evil.example"), "{asked:?}");
    }
    let page = browser.get("/login?return_to=%2Faccount%3Fa%3Db").await;
    assert!(page.text.contains("value=\"/account?a=b\""), "{}", page.text);
}
