//! A window with one page: goes to addresses, looks, takes pictures. Promises to wait for what is asked of it, and no longer than
//! `PATIENCE`. Never changes a page: what a person does there is in `hands`.

use super::{look::Look, seen::Seen, wire::Wire};
use anyhow::{Context, Result, bail, ensure};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

/// How long a page may take until it shows what is waited for.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often we look.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// The tallest picture.
const PICTURE_HEIGHT_MAX: f64 = 12_000.0;

/// A window. Dropping it closes it, and forgets its cookies.
pub struct Window {
    wire: Wire,
    session: String,
    target: String,
    context: String,
    seen: Arc<watch::Sender<Seen>>,
    look: Look,
}

impl Window {
    /// Opens one of its own.
    pub(super) async fn open(address: &str, look: Look) -> Result<Window> {
        let (wire, seen) = Wire::open(address).await?;
        let context = wire.order(None, "Target.createBrowserContext", json!({ "disposeOnDetach": true })).await?;
        let context = word(&context, "browserContextId")?;
        let target = json!({ "url": "about:blank", "browserContextId": context });
        let target = word(&wire.order(None, "Target.createTarget", target).await?, "targetId")?;
        let mut window = Window::attached(wire, seen, (target, context)).await?;
        for order in ["Page.enable", "Runtime.enable", "Network.enable", "Log.enable", "Audits.enable"] {
            window.order(order, json!({})).await?;
        }
        window.order("Page.setLifecycleEventsEnabled", json!({ "enabled": true })).await?;
        // Windows that are not in front behave as if they were.
        window.order("Emulation.setFocusEmulationEnabled", json!({ "enabled": true })).await?;
        window.look(look).await?;
        Ok(window)
    }

    /// Looks through another line's window, which stays as it is.
    pub(super) async fn share(address: &str, target: &str) -> Result<Window> {
        let (wire, seen) = Wire::open(address).await?;
        Window::attached(wire, seen, (target.to_owned(), String::new())).await
    }

    async fn attached(
        wire: Wire,
        seen: Arc<watch::Sender<Seen>>,
        (target, context): (String, String),
    ) -> Result<Window> {
        let attach = json!({ "targetId": target, "flatten": true });
        let session = word(&wire.order(None, "Target.attachToTarget", attach).await?, "sessionId")?;
        Ok(Window { wire, session, target, context, seen, look: Look::at(super::Screen::Desktop) })
    }

    /// Its name, for [`super::Chromium::last_sight`].
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// How it looks at pages.
    #[must_use]
    pub fn how(&self) -> Look {
        self.look
    }

    /// Looks in another way from now on. Scripts of a page that is already there go on as they began.
    ///
    /// # Errors
    /// When Chromium refuses.
    pub async fn look(&mut self, look: Look) -> Result<()> {
        for (method, params) in look.orders() {
            self.order(method, params).await?;
        }
        self.look = look;
        Ok(())
    }

    /// Goes to an address and waits until all of its page has loaded.
    ///
    /// # Errors
    /// When there is no page.
    pub async fn go(&self, url: &str) -> Result<()> {
        let gone = self.order("Page.navigate", json!({ "url": url })).await?;
        if let Some(why) = gone["errorText"].as_str() {
            bail!("{url}: {why}");
        }
        let loader = word(&gone, "loaderId")?;
        let mut seen = self.seen.subscribe();
        let loaded = seen.wait_for(|seen| seen.has_loaded(&loader));
        timeout(PATIENCE, loaded)
            .await
            .with_context(|| format!("{url} does not finish loading"))?
            .context("a window")?;
        Ok(())
    }

    /// Waits until nothing runs any more that its page is made of.
    ///
    /// # Errors
    /// When that never is.
    pub async fn quiet(&self) -> Result<()> {
        let mut seen = self.seen.subscribe();
        let quiet = timeout(PATIENCE, seen.wait_for(Seen::is_quiet)).await;
        quiet.context("the page does not come to rest")?.context("a window")?;
        Ok(())
    }

    /// What was seen so far.
    #[must_use]
    pub fn seen(&self) -> Seen {
        self.seen.borrow().clone()
    }

    /// Forgets what was seen so far.
    pub fn forget(&self) {
        self.seen.send_modify(Seen::forget);
    }

    /// Fetches everything anew from now on, as on a first visit.
    ///
    /// # Errors
    /// When Chromium refuses.
    pub async fn without_cache(&self) -> Result<()> {
        self.order("Network.setBypassServiceWorker", json!({ "bypass": true })).await?;
        self.order("Network.setCacheDisabled", json!({ "cacheDisabled": true })).await.map(drop)
    }

    /// What an expression gives in its page: a value, or the value of a promise.
    ///
    /// # Errors
    /// When it throws, or the page goes meanwhile.
    pub async fn evaluate(&self, expression: &str) -> Result<Value> {
        let order = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let told = self.order("Runtime.evaluate", order).await?;
        let thrown = &told["exceptionDetails"];
        ensure!(thrown.is_null(), "{expression} throws {}", thrown["exception"]["description"]);
        Ok(told["result"]["value"].clone())
    }

    /// The text of its page as people read it, with one space between words.
    ///
    /// # Errors
    /// When there is no page.
    pub async fn text(&self) -> Result<String> {
        let text = self.evaluate("document.body?.innerText ?? ''").await?;
        let words: Vec<&str> = text.as_str().unwrap_or_default().split_whitespace().collect();
        Ok(words.join(" "))
    }

    /// The source of its page as it stands.
    ///
    /// # Errors
    /// When there is no page.
    pub async fn html(&self) -> Result<String> {
        let html = self.evaluate("document.documentElement.outerHTML").await?;
        Ok(html.as_str().unwrap_or_default().to_owned())
    }

    /// Where it is.
    ///
    /// # Errors
    /// When there is no page.
    pub async fn address(&self) -> Result<String> {
        Ok(self.evaluate("location.href").await?.as_str().unwrap_or_default().to_owned())
    }

    /// A picture (PNG) of the whole page.
    ///
    /// # Errors
    /// When there is no page.
    pub async fn picture(&self) -> Result<Vec<u8>> {
        let size = self.order("Page.getLayoutMetrics", json!({})).await?;
        let [width, height] = ["width", "height"].map(|side| size["cssContentSize"][side].as_f64().unwrap_or(1.0));
        let clip = json!({ "x": 0, "y": 0, "width": width, "height": height.min(PICTURE_HEIGHT_MAX), "scale": 1 });
        let order = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let taken = self.order("Page.captureScreenshot", order).await?;
        Ok(BASE64_STANDARD.decode(taken["data"].as_str().unwrap_or_default())?)
    }

    /// Puts a cookie of this site into the window.
    ///
    /// # Errors
    /// When Chromium refuses the cookie, as it would from the site itself.
    pub async fn keep_cookie(&self, site: &str, name: &str, value: &str) -> Result<()> {
        let cookie =
            json!({ "name": name, "value": value, "url": site, "path": "/", "secure": true, "httpOnly": true });
        let order = json!({ "cookies": [cookie], "browserContextId": self.context });
        self.wire.order(None, "Storage.setCookies", order).await?;
        Ok(())
    }

    /// Looks until there is something to see. What fails meanwhile (a page that goes) is looked at again.
    ///
    /// # Errors
    /// When there is nothing in time.
    pub async fn until<T>(&self, what: &str, mut look: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
        let mut last = None;
        let looking = async {
            loop {
                match look().await {
                    Ok(Some(seen)) => return seen,
                    Ok(None) => last = None,
                    Err(cause) => last = Some(cause),
                }
                sleep(LOOK_EVERY).await;
            }
        };
        match timeout(PATIENCE, looking).await {
            Ok(seen) => Ok(seen),
            Err(_) => match last {
                Some(cause) => Err(cause.context(format!("waited in vain for {what}"))),
                None => bail!("waited in vain for {what}"),
            },
        }
    }

    /// An order to its page.
    pub(super) async fn order(&self, method: &str, params: Value) -> Result<Value> {
        self.wire.order(Some(&self.session), method, params).await
    }
}

fn word(answer: &Value, name: &str) -> Result<String> {
    answer[name].as_str().map(str::to_owned).with_context(|| format!("no {name} in {answer}"))
}
