//! Somebody before a browser: opens pages, clicks, types, reads, and waits for what they expect to see. Promises to count what they do, to
//! fail where a page complains (on its console, or of its own policy) or asks with a dialog, and to leave a picture and the page's source
//! in `target/dev/browser` where a test fails.

use super::place::last_sight;
use crate::harness::{Person, SESSION, World, chance};
use dev::chromium::{Element, Key, Seen, Window};
use domain::token::Token;
use std::{fs, path::PathBuf, thread};
use url::Url;

/// More steps than from one end of any page to the other.
const TABS_MAX: usize = 400;

/// What somebody uses a page with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hands {
    /// A mouse, or fingers where the screen takes them.
    Pointer,
    /// Keys alone.
    Keys,
}

/// Somebody, with a window of their own.
pub(super) struct Visitor {
    pub(super) window: Window,
    base: Url,
    hands: Hands,
    interactions: u32,
}

impl Visitor {
    pub(super) fn new(window: Window, base: Url, hands: Hands) -> Visitor {
        Visitor { window, base, hands, interactions: 0 }
    }

    /// What they did so far: clicks, fields filled in, keys pressed. Going on to the next field by Tab is not counted.
    pub(super) fn interactions(&self) -> u32 {
        self.interactions
    }

    /// Types an address of ours.
    pub(super) async fn open(&mut self, path: &str) {
        self.window.go(self.base.join(path).unwrap().as_str()).await.unwrap();
        self.assert_calm();
    }

    /// Goes to an address of ours, whose complaints the caller is to judge; says whether it is a page, and no file.
    pub(super) async fn reaches(&self, path: &str) -> bool {
        let gone = self.window.go(self.base.join(path).unwrap().as_str()).await;
        // So ends what is a file to keep.
        if gone.as_ref().is_err_and(|why| why.to_string().ends_with("net::ERR_ABORTED")) {
            return false;
        }
        gone.unwrap();
        let is_page = self.window.evaluate("document.contentType").await.unwrap() == "text/html";
        if !is_page {
            // What the browser shows files with is no page of ours.
            self.window.forget();
        }
        is_page
    }

    /// Follows a link from elsewhere, such as a mail.
    pub(super) async fn follow(&mut self, url: &str) {
        self.interactions += 1;
        self.window.go(url).await.unwrap();
        self.assert_calm();
    }

    /// Uses what is called so: a `link`, a `button`, a `radio`, a `checkbox`, a `summary`, …
    pub(super) async fn click(&mut self, role: &str, name: &str) {
        let element = self.window.find(role, name).await.unwrap();
        self.interactions += 1;
        match self.hands {
            Hands::Pointer => self.window.click(element).await.unwrap(),
            Hands::Keys => {
                self.reach(element).await;
                // Being reached ticks a choice of several.
                let key = if role == "radio" || role == "checkbox" { Key::Space } else { Key::Enter };
                self.window.press(key).await.unwrap();
            }
        }
        self.assert_calm();
    }

    /// Types into the field with this label, in the place of what stands there.
    pub(super) async fn fill(&mut self, label: &str, text: &str) {
        let field = self.enter(label).await;
        self.window.replace(field, text).await.unwrap();
        self.assert_calm();
    }

    /// Chooses from the list with this label.
    pub(super) async fn choose(&mut self, label: &str, option: &str) {
        let list = self.window.field(label).await.unwrap();
        self.interactions += 1;
        match self.hands {
            Hands::Pointer => self.window.focus(list).await.unwrap(),
            Hands::Keys => self.reach(list).await,
        }
        self.window.choose(list, option).await.unwrap();
        self.assert_calm();
    }

    /// Presses a key.
    pub(super) async fn press(&mut self, key: Key) {
        self.interactions += 1;
        self.window.press(key).await.unwrap();
        self.assert_calm();
    }

    /// Waits until the page says this, whatever the spaces between its words.
    pub(super) async fn sees(&self, text: &str) {
        let seen = async || Ok(self.window.text().await?.contains(text).then_some(()));
        if let Err(cause) = self.window.until(&format!("{text:?}"), seen).await {
            let page = self.window.text().await.unwrap_or_default();
            panic!("{cause:#} on a page that says {page:?}");
        }
        self.assert_calm();
    }

    /// Waits until it is here: a path of ours.
    pub(super) async fn is_at(&self, path: &str) {
        let wanted = self.base.join(path).unwrap();
        let there = async || Ok((self.window.address().await? == wanted.as_str()).then_some(()));
        if let Err(cause) = self.window.until(&format!("the page {wanted}"), there).await {
            panic!("{cause:#} at {:?}", self.window.address().await);
        }
        self.assert_calm();
    }

    /// Has signed in as this person before the test began.
    pub(super) async fn signed_in(&self, world: &World, person: &Person) {
        let token = Token::mint(chance());
        world.write_session(person, &token).await;
        self.window.keep_cookie(self.base.as_str(), SESSION, token.expose()).await.unwrap();
    }

    /// What was seen so far, which is then forgotten: complaints too, which the caller is to judge.
    pub(super) fn take_seen(&self) -> Seen {
        let seen = self.window.seen();
        self.window.forget();
        seen
    }

    /// Puts the focus into a field, as somebody does before typing.
    async fn enter(&mut self, label: &str) -> Element {
        let field = self.window.field(label).await.unwrap();
        self.interactions += 1;
        match self.hands {
            Hands::Pointer => self.window.click(field).await.unwrap(),
            Hands::Keys => self.reach(field).await,
        }
        field
    }

    /// Goes on from what has the focus until this has it: by Tab, and within a group of choices by arrow keys.
    async fn reach(&self, element: Element) {
        for _ in 0..TABS_MAX {
            if self.window.has_focus(element).await.unwrap() {
                return;
            }
            let is_in_group = self.window.is_next_to_focus(element).await.unwrap();
            self.window.press(if is_in_group { Key::Down } else { Key::Tab }).await.unwrap();
        }
        panic!("no number of Tabs leads there");
    }

    fn assert_calm(&self) {
        let seen = self.window.seen();
        assert!(seen.complaints.is_empty(), "a page complains: {:#?}", seen.complaints);
        assert!(seen.dialogs.is_empty(), "a page asks: {:#?}", seen.dialogs);
    }

    /// Writes how the window looks now, and what its page holds.
    fn leave_traces(&self) {
        let test = thread::current().name().unwrap_or("unnamed").replace("::", ".");
        let directory: PathBuf = dev::checkout::target_dir().join("dev/browser").join(test);
        let target = self.window.target();
        // The line of this window may be in the middle of an order, and its runtime is in the middle of this panic.
        let sight = thread::scope(|scope| scope.spawn(|| last_sight(target)).join());
        let written = sight.unwrap_or_else(|_| Err(anyhow::anyhow!("looking failed"))).and_then(|(picture, html)| {
            fs::create_dir_all(&directory)?;
            fs::write(directory.join(format!("{target}.png")), picture)?;
            Ok(fs::write(directory.join(format!("{target}.html")), html)?)
        });
        match written {
            Ok(()) => eprintln!("how it looked: {}", directory.display()),
            Err(cause) => eprintln!("how it looked is not known: {cause:#}"),
        }
    }
}

impl Drop for Visitor {
    fn drop(&mut self) {
        if thread::panicking() {
            self.leave_traces();
        } else {
            self.assert_calm();
        }
    }
}
