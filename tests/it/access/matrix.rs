//! The access matrix: what everybody is answered on every row, as a text that anybody can read.

use super::{Persona, Stage, word};
use crate::{api::Client, harness::Page, links};
use app::{access::Access, routes::Endpoint};
use chrono::TimeDelta;
use std::fmt::Write;

const LEGEND: &str = "Who is let in where. Each request below was sent as it should be, by somebody of each kind.

  yes            it was done
  confirm first  who asks is who they say, and must prove it again for this
  not allowed    their role, their key's scope or the plan does not allow it
  not found      it is somebody else's: nobody learns whether it exists
  sign in        what they hold opens nothing here
";

/// The answers, as they are listed.
const ORDER: [&str; 5] = ["yes", "confirm first", "not allowed", "not found", "sign in"];

/// One row: for each answer, who was given it.
fn write_row(text: &mut String, endpoint: &Endpoint, answers: &[(String, String)]) {
    writeln!(text, "\n{:<6} {:<54} {}", endpoint.method.as_str(), endpoint.path, endpoint.what).unwrap();
    let mut words: Vec<&str> = answers.iter().map(|(word, _)| word.as_str()).collect();
    words.sort_by_key(|word| (ORDER.iter().position(|known| known == word), *word));
    words.dedup();
    for word in &words {
        let who: Vec<&str> = answers.iter().filter(|(told, _)| told == word).map(|(_, who)| who.as_str()).collect();
        let who = if words.len() == 1 { "everybody".to_owned() } else { who.join(", ") };
        writeln!(text, "  {word:<12} {who}").unwrap();
    }
}

#[tokio::test]
async fn sr_auz_02_every_row_answers_everybody_as_its_access_says() {
    let stage = Stage::set().await;
    let (programs, people) = (stage.programs().await, stage.people().await);
    let mut text = LEGEND.to_owned();
    writeln!(text, "\nAt the pages everybody is: {}.", names(&people)).unwrap();
    writeln!(text, "At the API (/api/) everybody is: {}.", names(&programs)).unwrap();
    let rows = stage.endpoints();
    for endpoint in rows.iter().filter(|endpoint| !matches!(endpoint.access, Access::Link(_))) {
        let control = stage.ask(&stage.control, endpoint).await;
        assert_eq!(word(&control), "yes", "{} {} is asked for badly: {control:?}", endpoint.method, endpoint.path);
        let mut answers = Vec::new();
        for persona in if endpoint.path.starts_with("/api/") { &programs } else { &people } {
            let answer = stage.ask(persona, endpoint).await;
            answers.push((word(&answer), persona.name.clone()));
        }
        write_row(&mut text, endpoint, &answers);
    }
    write_links(&mut text, &rows).await;
    insta::assert_snapshot!("matrix", text);
}

fn names(personas: &[Persona]) -> String {
    personas.iter().map(|persona| persona.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// The rows of links: what opens them is the link, whoever holds it.
async fn write_links(text: &mut String, rows: &[Endpoint]) {
    let (world, [stop, keep, unsubscribe]) = links::with_mail().await;
    let client = Client::new(&world, None);
    let token = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    let tokens = [("stop", token(&stop)), ("keep", token(&keep)), ("unsubscribe", token(&unsubscribe))];
    let rows: Vec<&Endpoint> = rows.iter().filter(|row| matches!(row.access, Access::Link(_))).collect();
    let mut answers = vec![Vec::new(); rows.len()];
    for late in [false, true] {
        if late {
            world.clock.advance(TimeDelta::days(731));
        }
        for (row, answers) in rows.iter().zip(&mut answers) {
            for (purpose, token) in &tokens {
                let path = row.path.replace("{token}", token);
                let answer = client.send(row.method.clone(), &path, None).await;
                let age = if late { "an expired" } else { "a" };
                let page = Page { status: answer.status, headers: answer.headers, text: String::new() };
                answers.push((word(&page), format!("{age} link to {purpose}")));
            }
        }
    }
    for (row, answers) in rows.iter().zip(&answers) {
        write_row(text, row, answers);
    }
}
