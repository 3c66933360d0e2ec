//! `cargo dev shots`: pictures of every page, at three sizes, light and dark, for people to look at. Writes below `target/shots` alone, and
//! changes nothing in the world it looks at.

mod index;

use crate::{
    checkout::{self, Build},
    chromium::{self, Chromium, Look, Scheme, Screen, Window},
    cluster::Purpose,
    crawl::{self, Found},
    progress::Progress,
    stage::{Setting, Stage, Voices},
};
use anyhow::{Context, Result};
use sqlx::{Connection, PgConnection};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};
use url::Url;

/// The sizes, as directories are called.
pub(crate) const SCREENS: [(Screen, &str); 3] =
    [(Screen::Phone, "390"), (Screen::Tablet, "820"), (Screen::Desktop, "1440")];
const SCHEMES: [Scheme; 2] = [Scheme::Light, Scheme::Dark];
/// Pages that no other leads to.
const UNLINKED: [&str; 2] = ["/nothing/here", "/login"];
/// Where the pages of somebody who is signed in begin.
const ACCOUNT: &str = "/account";
/// Who looks at the pages that need a sign-in.
const WHO: &str = "Alice";
/// How long operators may take to be asked for the first time.
const FIRST_POLLS_WITHIN: Duration = Duration::from_secs(30);

/// What is pictured.
#[derive(Clone, Debug, clap::Args)]
pub struct Shots {
    /// A running product, such as http://localhost:8080; otherwise one is started.
    #[arg(long)]
    at: Option<Url>,
    /// Only pages whose path begins so.
    #[arg(long, default_value = "/")]
    only: String,
}

/// A product to look at: one that runs already, or one of our own for as long as we look.
pub(crate) struct Ground {
    /// Where its app answers.
    pub(crate) base: Url,
    _own: Option<Stage>,
}

impl Ground {
    /// Takes what runs, or starts one of this purpose.
    pub(crate) async fn of(at: Option<Url>, purpose: Purpose) -> Result<Ground> {
        if let Some(base) = at {
            return Ok(Ground { base, _own: None });
        }
        let setting = Setting { purpose, scale: 60, voices: Voices::Filed, build: Build::Debug };
        let stage = Stage::set(setting).await?;
        polled(&stage.super_url()).await?;
        Ok(Ground { base: stage.app_url("/").parse()?, _own: Some(stage) })
    }
}

/// Takes the pictures.
///
/// # Errors
/// With a sentence, when the product or the browser does not start, or a page does not load.
pub async fn run(shots: Shots) -> Result<()> {
    let progress = Progress::start("Starting Chromium");
    let installed = chromium::install(&progress)?;
    progress.done();
    let ground = Ground::of(shots.at, Purpose::Shots).await?;
    let chromium = Chromium::start(&installed, Purpose::ShotsBrowser).await?;
    let directory = checkout::target_dir().join("shots");
    if directory.exists() {
        fs::remove_dir_all(&directory)?;
    }
    let progress = Progress::start("Finding the pages");
    let looked = Look::at(Screen::Desktop).still();
    let (stranger, member) = (chromium.window(looked).await?, chromium.window(looked).await?);
    let public = public_pages(&stranger, &ground.base).await?;
    let home = sign_in(&member, &ground.base).await?;
    let private = crawl::pages(&member, vec![home, ground.base.join(ACCOUNT)?]).await?;
    progress.done();
    let is_new = |page: &Found| public.iter().all(|known| known.name != page.name);
    let mut visits = Vec::new();
    visits.extend(public.iter().map(|page| (page, 0)));
    visits.extend(private.iter().filter(|page| is_new(page)).map(|page| (page, 1)));
    visits.retain(|(page, _)| page.url.path().starts_with(&shots.only));
    let progress = Progress::of(visits.len() as u64);
    let mut windows = [stranger, member];
    let mut names = Vec::new();
    for (page, who) in visits {
        progress.next(page.url.path());
        let taken = take(&mut windows[who], page, &directory).await;
        taken.with_context(|| format!("no pictures of {}", page.url))?;
        names.push(page.name.as_str());
    }
    progress.done();
    let index = directory.join("index.html");
    fs::write(&index, index::html(&names))?;
    println!("{} pages: {}", names.len(), index.display());
    Ok(())
}

/// All pages for which nobody has to sign in.
pub(crate) async fn public_pages(window: &Window, base: &Url) -> Result<Vec<Found>> {
    let mut from = vec![base.clone()];
    for path in UNLINKED {
        from.push(base.join(path)?);
    }
    crawl::pages(window, from).await
}

/// All pictures of a page.
async fn take(window: &mut Window, page: &Found, directory: &Path) -> Result<()> {
    for (screen, width) in SCREENS {
        window.look(Look::at(screen).still()).await?;
        window.go(page.url.as_str()).await?;
        for scheme in SCHEMES {
            window.look(Look::at(screen).still().in_scheme(scheme)).await?;
            let folder: PathBuf = directory.join(format!("{width}-{}", scheme.as_str()));
            fs::create_dir_all(&folder)?;
            fs::write(folder.join(format!("{}.png", page.name)), window.picture().await?)?;
        }
    }
    Ok(())
}

/// Signs in at the simulated provider, as a person does, and says where that leads.
async fn sign_in(window: &Window, base: &Url) -> Result<Url> {
    window.go(base.join("/login")?.as_str()).await?;
    window.click(window.find("button", "Sign in with Harbour ID").await?).await?;
    window.click(window.find("button", WHO).await?).await?;
    let home = window.until("somebody who is signed in", async || {
        let address: Url = window.address().await?.parse()?;
        Ok((address.origin() == base.origin() && !address.path().starts_with("/login")).then_some(address))
    });
    home.await
}

/// Waits until every operator that somebody waits for was asked once.
async fn polled(super_url: &str) -> Result<()> {
    let mut database = PgConnection::connect(super_url).await?;
    let asked = async {
        let waiting = "select count(*) from target t where last_good_at is null
                       and exists (select from watch_target wt where wt.target_id = t.id)";
        while sqlx::query_scalar::<_, i64>(waiting).fetch_one(&mut database).await? > 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        anyhow::Ok(())
    };
    // An operator that does not answer is something to look at, too.
    match tokio::time::timeout(FIRST_POLLS_WITHIN, asked).await {
        Ok(asked) => asked?,
        Err(_) => eprintln!("some targets were not asked within {} s", FIRST_POLLS_WITHIN.as_secs()),
    }
    Ok(database.close().await?)
}
