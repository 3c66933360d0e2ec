//! The first page: the search, what is open right now, and what FerryAlert is. Promises that what it shows as open is what the
//! least plan was told, with how old that is. Never shows a made-up sailing.

use super::{
    answers::{Answers, Sentence},
    departures::{self, Line as BoardLine},
    ferries::Line,
    pricing::{self, Card},
};
use crate::{App, form::Refusals, problem::Problem, reader::Reader, sheet::Sheet};
use askama::Template;
use axum::{extract::State, response::Html};

#[derive(Template)]
#[template(path = "public/landing.html")]
struct LandingPage {
    frame: Sheet,
    canonical: String,
    sentence: Sentence,
    board: Vec<BoardLine>,
    lines: Vec<Line>,
    cards: Vec<Card>,
}

impl LandingPage {
    /// What is asked before anything else, each with its answer.
    fn questions(&self) -> [(&'static str, &'static str); 6] {
        [
            ("ask-book", "answer-book"),
            ("ask-fast", "answer-fast"),
            ("ask-full", "answer-full"),
            ("ask-size", "answer-size"),
            ("ask-fail", "answer-fail"),
            ("ask-leave", "answer-leave"),
        ]
    }

    fn promises(&self) -> [(&'static str, &'static str, &'static str); 6] {
        [
            ("clock", "promise-early", "promise-early-text"),
            ("check", "promise-true", "promise-true-text"),
            ("bell", "promise-once", "promise-once-text"),
            ("warning", "promise-loud", "promise-loud-text"),
            ("boat", "promise-polite", "promise-polite-text"),
            ("shield", "promise-private", "promise-private-text"),
        ]
    }
}

/// What is open now, and whom we ask.
async fn known(app: &App) -> Result<(Vec<BoardLine>, Vec<Line>), Problem> {
    let mut tx = app.store.look().await?;
    let reader = Reader::of_nobody(app, &mut tx).await?;
    let board = departures::now(&mut tx, &reader).await?;
    Ok((board, Line::all(&reader)))
}

/// The first page.
pub(crate) async fn show(State(app): State<App>, frame: Sheet) -> Result<Html<String>, Problem> {
    // Whoever comes while the database is away finds the search all the same; why it is away has been logged.
    let (board, lines) = known(&app).await.unwrap_or_default();
    let page = LandingPage {
        frame,
        canonical: app.base_url.to_string(),
        sentence: Sentence::new(Answers::default(), Refusals::default(), app.clock.now().date_naive()),
        board,
        lines,
        cards: pricing::cards(),
    };
    Ok(Html(page.render()?))
}
