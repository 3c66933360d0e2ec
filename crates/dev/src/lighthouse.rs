//! `cargo dev lighthouse`: what Lighthouse says of the public pages. Promises a table, and a failure where a page scores less than
//! [`LEAST`] in any category. No part of `cargo dev test`: it takes ten seconds a page, and its performance score is a measurement that
//! whatever else the machine does can lower, so it would fail for no fault of the change at hand.

use crate::{
    chromium::{self, Chromium, Look, Screen},
    cluster::Purpose,
    leash::{Order, Output},
    npm::{self, LIGHTHOUSE},
    progress::Progress,
    shots::{Ground, public_pages},
};
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::mpsc;
use url::{Position, Url};

/// The least score of a page, of 100.
pub const LEAST: u32 = 98;
/// As the columns of the table.
const CATEGORIES: [&str; 4] = ["performance", "accessibility", "best practices", "SEO"];
/// Before the beginning of an address, in `robots.txt`, that search engines are to leave alone: its SEO is not asked.
const UNLISTED: &str = "Disallow: ";

/// What is measured.
#[derive(Clone, Debug, clap::Args)]
pub struct Measure {
    /// A running product, such as http://localhost:8080; otherwise one is started.
    #[arg(long)]
    at: Option<Url>,
}

/// What was measured of a page.
#[derive(Deserialize)]
struct Measured {
    url: Url,
    scores: [u32; 4],
    lost: Vec<String>,
}

/// Measures all public pages.
///
/// # Errors
/// With a sentence, when something does not start, or a page scores too little.
pub async fn run(measure: Measure) -> Result<()> {
    let progress = Progress::start("Installing Lighthouse and Chromium");
    let (lighthouse, chromium) = (LIGHTHOUSE.install(&progress)?, chromium::install(&progress)?);
    progress.done();
    let ground = Ground::of(measure.at, Purpose::Lighthouse).await?;
    let chromium = Chromium::start(&chromium, Purpose::LighthouseBrowser).await?;
    let window = chromium.window(Look::at(Screen::Phone)).await?;
    let mut urls = Vec::new();
    for page in public_pages(&window, &ground.base).await? {
        window.go(page.url.as_str()).await?;
        let is_page =
            window.seen().requests.iter().any(|request| request.url == page.url.as_str() && request.status == 200);
        if is_page {
            urls.push(page.url);
        }
    }
    window.go(ground.base.as_str()).await?;
    let robots = window.evaluate("fetch('/robots.txt').then((answer) => answer.text())").await?;
    let robots = robots.as_str().unwrap_or_default();
    let unlisted: Vec<&str> = robots.lines().filter_map(|line| line.strip_prefix(UNLISTED)).collect();
    drop(window);
    println!("{:44} {}", "page", CATEGORIES.map(|category| format!("{category:>15}")).concat());
    let too_low = measured(&lighthouse, chromium.port()?, (&urls, &unlisted)).await?;
    ensure!(too_low == 0, "{too_low} of {} pages score less than {LEAST}", urls.len());
    Ok(())
}

/// Measures, prints each page when it is measured, and counts those that score too little.
async fn measured(lighthouse: &npm::Installed, port: u16, (urls, unlisted): (&[Url], &[&str])) -> Result<usize> {
    let told = json!({ "port": port, "urls": urls }).to_string();
    let order = Order::new("Lighthouse", &lighthouse.node)
        .args([lighthouse.directory.join("lighthouse.mjs").into_os_string(), told.into()]);
    let (line, mut heard) = mpsc::channel(urls.len().max(1));
    let mut process = order.start(Output::Stdout(Box::new(move |text| drop(line.try_send(text.to_owned())))))?;
    let progress = Progress::of(urls.len() as u64);
    let mut too_low = 0;
    while let Some(line) = heard.recv().await {
        let page: Measured = serde_json::from_str(&line).with_context(|| format!("Lighthouse says {line}"))?;
        progress.next(page.url.path());
        progress.aside(|| println!("{page}"));
        let is_unlisted = unlisted.iter().any(|path| page.url[Position::BeforePath..].starts_with(path));
        let asked = if is_unlisted { &page.scores[..3] } else { &page.scores[..] };
        too_low += usize::from(asked.iter().any(|score| *score < LEAST));
    }
    progress.done();
    let status = process.wait().await?;
    ensure!(status.success(), "Lighthouse failed ({status})");
    Ok(too_low)
}

impl std::fmt::Display for Measured {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = &self.url.as_str()[self.url.origin().ascii_serialization().len()..];
        write!(to, "{path:44} {}", self.scores.map(|score| format!("{score:>15}")).concat())?;
        if self.lost.is_empty() { Ok(()) } else { write!(to, "  {}", self.lost.join(", ")) }
    }
}
