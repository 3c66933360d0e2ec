//! Each page, opened once in each look and held against everything that is promised of all pages; the tests ask what was found. Opening them
//! is what takes time, so the first test that asks does it for all.

use super::{
    Hands, Place, Visitor,
    pages::{self, Page, Who},
};
use dev::{
    chromium::{Look, Request, Scheme, Screen, Seen},
    npm::PAGE_CHECKS,
};
use serde_json::Value;
use std::{fs, sync::LazyLock};
use tokio::sync::OnceCell;
use url::Url;

/// What was found on a page.
#[derive(Clone, Debug)]
pub(super) struct Examined {
    pub(super) route: &'static str,
    pub(super) status: u64,
    pub(super) statuses: &'static [u64],
    pub(super) policy: String,
    pub(super) complaints: Vec<String>,
    pub(super) requests: Vec<Request>,
    /// What axe-core found, with the look it found it in.
    pub(super) violations: Vec<String>,
    /// What is wider than the narrowest screen, if anything.
    pub(super) too_wide: Vec<String>,
    /// What a finger would miss on a phone.
    pub(super) too_small: Vec<String>,
    site: Url,
}

impl Examined {
    /// Bytes that came over the wire, without images.
    pub(super) fn weight(&self) -> u64 {
        let weighed = self.requests.iter().filter(|request| !request.mime.starts_with("image/"));
        weighed.map(|request| request.bytes).sum()
    }

    /// What was asked of anybody else.
    pub(super) fn strangers_asked(&self) -> Vec<&str> {
        let site = self.site.as_str();
        let urls = self.requests.iter().map(|request| request.url.as_str());
        urls.filter(|url| !url.starts_with(site) && !url.starts_with("data:")).collect()
    }
}

/// All pages, examined.
pub(super) async fn pages() -> &'static [Examined] {
    static EXAMINED: OnceCell<Vec<Examined>> = OnceCell::const_new();
    EXAMINED.get_or_init(examine).await
}

async fn examine() -> Vec<Examined> {
    let place = Place::open().await;
    let owner = pages::owner(&place).await;
    let all = pages::all(&place, &owner);
    // Two windows share the machine's processors: each page takes as long as it takes to be looked at.
    let (even, odd): (Vec<_>, Vec<_>) = all.iter().enumerate().partition(|(at, _)| at % 2 == 0);
    let walk = async |pages: Vec<(usize, &Page)>| {
        let stranger = place.visitor(DAY, Hands::Pointer).await;
        let member = place.visitor(DAY, Hands::Pointer).await;
        member.signed_in(&place, &owner.person).await;
        let mut visitors = [stranger, member];
        let mut examined = Vec::new();
        for (_, page) in pages {
            let visitor = &mut visitors[usize::from(page.who == Who::Owner)];
            examined.extend(one(visitor, page, &place.base).await);
        }
        examined
    };
    let (mut examined, more) = tokio::join!(walk(even), walk(odd));
    examined.extend(more);
    examined
}

/// The looks in which pages are held against axe-core. What moves stands still, so that no colour is on its way.
const DAY: Look = Look::at(Screen::Desktop).still();
const NIGHT: Look = DAY.in_scheme(Scheme::Dark);
const PHONE: Look = Look::at(Screen::Phone).still();
const PHONE_AT_NIGHT: Look = PHONE.in_scheme(Scheme::Dark);
const NARROW: Look = Look::at(Screen::Narrow).still();

static AXE: LazyLock<String> = LazyLock::new(|| {
    let installed = PAGE_CHECKS.from_environment().unwrap();
    fs::read_to_string(installed.directory.join("node_modules/axe-core/axe.min.js")).unwrap()
});

/// Everything that axe-core knows, or what a change of colours can change; as one line a violation.
const RUN_AXE: &str = "(async (rules) => {
  const run = rules.length ? { runOnly: { type: 'rule', values: rules } } : { rules: { 'target-size': { enabled: true } } };
  const { violations } = await axe.run(document, { ...run, resultTypes: ['violations'] });
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, any }) =>
    `${id} (${help}): ${target.join(' ')} ${any.map(({ message }) => message).join('; ')}`));
})";
const COLOURS: &str = "(['color-contrast', 'link-in-text-block'])";
const EVERYTHING: &str = "([])";

/// What reaches beyond the right edge, if the page scrolls sideways.
const TOO_WIDE: &str = "(() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  // What is fixed to the window is as wide as that became.
  const isFixed = (e) => e && (getComputedStyle(e).position === 'fixed' || isFixed(e.parentElement));
  const isBeyond = (e) => e.getBoundingClientRect().right > clientWidth + 1 && !isFixed(e);
  const beyond = [...document.body.querySelectorAll('*')].filter(isBeyond);
  return [`${scrollWidth} px`, ...beyond.slice(0, 5).map((e) => e.outerHTML.slice(0, 120))];
})()";

/// What is pressed and takes less than 44 px, labels and what lies around it included; but for links within a sentence.
const TOO_SMALL: &str = "(() => {
  const pressed = [...document.querySelectorAll('a[href], button, select, summary, input:not([type=hidden])')];
  const isShown = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getBoundingClientRect().width > 1;
  const isInText = (e) => e.matches('a') && getComputedStyle(e).display === 'inline';
  const parts = (e) => [e, ...(e.labels ?? [])];
  const isBox = (e) => parts(e).some((p) => Math.min(p.getBoundingClientRect().width, p.getBoundingClientRect().height) >= 43.5);
  const isTaken = (e) => {
    e.scrollIntoView({ block: 'center', behavior: 'instant' });
    const box = e.getBoundingClientRect();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const takes = (p) => parts(e).some((part) => p && part.contains(p));
    return [[0, -21], [0, 21], [-21, 0], [21, 0]].every(([dx, dy]) => takes(document.elementFromPoint(x + dx, y + dy)));
  };
  return pressed.filter((e) => isShown(e) && !isInText(e) && !isBox(e) && !isTaken(e)).slice(0, 5).map((e) => {
    const { width, height } = e.getBoundingClientRect();
    return `${Math.round(width)} x ${Math.round(height)} ${e.outerHTML.slice(0, 120)}`;
  });
})()";

/// Opens a page and looks at it in every way; nothing of what is a file and no page.
async fn one(visitor: &mut Visitor, page: &Page, site: &Url) -> Option<Examined> {
    let window = &mut visitor.window;
    window.look(DAY).await.unwrap();
    window.without_cache().await.unwrap();
    window.forget();
    if !visitor.reaches(&page.path).await {
        return None;
    }
    let window = &mut visitor.window;
    window.quiet().await.unwrap();
    let Seen { requests, complaints, .. } = window.seen();
    let document = requests.iter().rfind(|request| request.kind == "Document").cloned().unwrap_or_default();
    window.evaluate(&AXE).await.unwrap();
    let mut violations = Vec::new();
    for (look, rules) in [(DAY, EVERYTHING), (NIGHT, COLOURS), (PHONE_AT_NIGHT, COLOURS), (PHONE, EVERYTHING)] {
        window.look(look).await.unwrap();
        let found = lines(window.evaluate(&format!("{RUN_AXE}{rules}")).await.unwrap());
        violations.extend(found.into_iter().map(|found| format!("{:?} {:?}: {found}", look.screen, look.scheme)));
    }
    let too_small = lines(window.evaluate(TOO_SMALL).await.unwrap());
    window.look(NARROW).await.unwrap();
    let too_wide = lines(window.evaluate(TOO_WIDE).await.unwrap());
    window.forget();
    Some(Examined {
        route: page.route,
        status: document.status,
        statuses: page.statuses,
        policy: document.policy,
        complaints,
        requests,
        violations,
        too_wide,
        too_small,
        site: site.clone(),
    })
}

fn lines(found: Value) -> Vec<String> {
    serde_json::from_value(found).unwrap()
}
