//! Sign-in against the simulated providers, strict and hostile, from the list of providers to the session.

mod addresses;
mod attempts;
mod confirming;
mod issuers;
mod linking;
mod outages;
mod people;
mod planted;
mod prehijacking;
mod return_to;
mod settings;
mod standard;
mod tokens;

use crate::harness::{Browser, Page, SESSION, World};
use app::App;
use axum::{Router, http::StatusCode};
use dev::sim::identity::{Callback, Person, Provider};
use std::sync::{Arc, OnceLock};

/// A world whose app knows the simulated providers.
struct Site {
    world: World,
    router: Router,
}

impl Site {
    async fn new() -> Site {
        let world = World::new().await;
        world.sim.freeze(world.clock.now());
        let router = app::router(world.web());
        Site { world, router }
    }

    /// A browser that was never here.
    fn browser(&self) -> Browser {
        Browser::new(self.router.clone())
    }

    /// Moves our clock and the providers'.
    fn advance(&self, by: chrono::TimeDelta) {
        self.world.clock.advance(by);
        self.world.sim.freeze(self.world.clock.now());
    }

    /// What a provider sends back when this person signs in there from this browser.
    async fn answer(&self, browser: &mut Browser, provider: Provider, person: &Person) -> Callback {
        let page = browser.post(&format!("/login/{}", provider.name()), &[("return_to", "/account")]).await;
        self.world.sim.sign_in(&leads_to(&page), person).unwrap()
    }

    /// Signs in, all the way.
    async fn sign_in(&self, browser: &mut Browser, provider: Provider, person: &Person) -> Page {
        let callback = self.answer(browser, provider, person).await;
        browser.get(&callback.path_and_query()).await
    }

    /// A browser in which this person has signed in.
    async fn signed_in(&self, provider: Provider, person: &Person) -> Browser {
        let mut browser = self.browser();
        let page = self.sign_in(&mut browser, provider, person).await;
        assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, "/account"), "{}", page.text);
        browser
    }

    async fn sessions(&self) -> i64 {
        self.world.count("select count(*) from session").await
    }

    async fn people(&self) -> i64 {
        self.world.count("select count(*) from user_account").await
    }
}

/// The app of a world with other settings of its providers.
fn app(world: &World, more: &[(&str, &str)]) -> App {
    App { providers: Arc::new(world.providers(more)), ..world.web() }
}

/// Where a page sends the browser: the link on it, and the same in its head.
pub(crate) fn leads_to(page: &Page) -> String {
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let after = |mark: &str| {
        let (_, rest) = page.text.split_once(mark).unwrap_or_else(|| panic!("{mark} in {}", page.text));
        rest.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&")
    };
    let link = after("class=\"go\" href=\"");
    assert_eq!(after("content=\"0;url="), link);
    link
}

/// That a page says no in the one way, and leaves no session in the browser.
fn assert_refused(page: &Page, browser: &Browser, what: &str) {
    assert_eq!(page.status, StatusCode::BAD_REQUEST, "{what}: {}", page.text);
    assert_eq!(&masked(page), REFUSED.get_or_init(|| masked(page)), "{what}");
    assert!(page.text.contains("That sign-in did not work"), "{what}");
    assert!(!browser.cookies.contains_key(SESSION), "{what}");
    assert!(!browser.cookies.contains_key(app::login::COOKIE), "{what}");
}

/// The page without the name of its request, and its foot.
fn masked(page: &Page) -> String {
    let text = page.masked().1;
    assert!(text.contains("name this request: [request]"), "{text}");
    // The address that the choice of a language leads back to is the one that was asked for.
    text.split("<footer").next().unwrap().to_owned()
}

/// What every refusal of all these tests says: the first one decides.
static REFUSED: OnceLock<String> = OnceLock::new();
