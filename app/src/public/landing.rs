//! The first page: the search, what is open right now, and what FerryAlert is. Promises that what it shows as open is what the
//! least plan was told, with how old that is. Never shows a made-up sailing.

use super::{
    answers::{Answers, Sentence},
    board::{self, Line as BoardLine},
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

/// The first page.
pub(crate) async fn show(State(app): State<App>, frame: Sheet) -> Result<Html<String>, Problem> {
    let mut tx = app.store.look().await?;
    let reader = Reader::of_nobody(&app, &mut tx).await?;
    let board = board::now(&mut tx, &reader).await?;
    let page = LandingPage {
        frame,
        canonical: app.base_url.to_string(),
        sentence: Sentence::new(Answers::default(), Refusals::default(), reader.now.date_naive()),
        board,
        lines: Line::all(&reader),
        cards: pricing::cards(),
    };
    Ok(Html(page.render()?))
}
