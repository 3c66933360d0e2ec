//! Mails as people read them: one of each kind, whole, in every language, in both parts. Promises that the words are the ones that
//! somebody has read and found right, that both parts say the same, and that a mail brings nothing along that a mail program would run or fetch.

mod rows;

use chrono::NaiveDate;
use dev::sim::{Mail, Sim};
use scraper::{Html, Selector};
use words::Language;
use workers::{channels::email::Mailer, clock::Clock};

/// Every mail there is in a language, as it arrives.
async fn all(language: Language) -> Vec<(&'static str, Mail)> {
    let sim = Sim::start(NaiveDate::from_ymd_opt(2026, 7, 20).unwrap()).await.unwrap();
    let base = "https://ferryalert.test/".parse().unwrap();
    let mailer =
        Mailer::new(&sim.smtp_url(), "FerryAlert <alerts@ferryalert.test>", base, Clock::new(rows::now)).unwrap();
    let mut names = Vec::new();
    for (name, row) in rows::alerts(language.tag()) {
        names.push(name);
        mailer.send(&row, &rows::links()).await;
    }
    for (name, row) in rows::notices(language.tag()) {
        names.push(name);
        mailer.send_notice(&row, "/l/unsubscribe/signed").await;
    }
    for (name, row) in rows::letters(language.tag()) {
        names.push(name);
        mailer.send_letter(&row).await;
    }
    let mails = sim.inbox();
    assert_eq!(mails.len(), names.len(), "each is sent");
    names.into_iter().zip(mails).collect()
}

fn text(mail: &Mail) -> String {
    mail.text.as_deref().unwrap().replace("\r\n", "\n")
}

fn html(mail: &Mail) -> String {
    mail.html.as_deref().unwrap().replace("\r\n", "\n")
}

/// The subjects and the text parts of all of them.
async fn read(language: Language) -> String {
    let mails = all(language).await;
    let shown = mails.iter().map(|(name, mail)| format!("=== {name}\nSubject: {}\n\n{}", mail.subject, text(mail)));
    shown.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn every_mail_reads_well_in_english() {
    insta::assert_snapshot!("text_in_english", read(Language::English).await);
}

#[tokio::test]
async fn every_mail_reads_well_in_french() {
    insta::assert_snapshot!("text_in_french", read(Language::French).await);
}

#[tokio::test]
async fn an_alert_a_notice_and_a_letter_are_laid_out_as_they_were_looked_at() {
    for (language, name) in [(Language::English, "html_in_english"), (Language::French, "html_in_french")] {
        let shown = ["an opening", "pages fail", "is this your address"];
        let mails = all(language).await;
        let mails = mails.iter().filter(|(name, _)| shown.contains(name));
        let shown: Vec<String> = mails.map(|(name, mail)| format!("=== {name}\n{}", html(mail))).collect();
        insta::assert_snapshot!(name, shown.join("\n"));
    }
}

/// What is seen of a page, in one line.
fn seen(html: &str) -> String {
    let document = Html::parse_document(html);
    let body = document.select(&Selector::parse("body").unwrap()).next().unwrap();
    body.text().flat_map(str::split_ascii_whitespace).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn both_parts_of_a_mail_say_the_same_and_lead_to_the_same_places() {
    for language in Language::ALL {
        for (name, mail) in all(language).await {
            let html = html(&mail);
            let seen = seen(&html);
            for line in text(&mail).lines().skip(1).filter(|line| !line.is_empty()) {
                match line.split_once("https://") {
                    Some((_, address)) => {
                        let links = Html::parse_document(&html);
                        let link = Selector::parse(&format!("a[href=\"https://{address}\"]")).unwrap();
                        assert_eq!(links.select(&link).count(), 1, "{name} leads to {address} once: {html}");
                    }
                    None => {
                        // A label and its value are two cells.
                        let said =
                            |words: &str| seen.contains(&words.split_ascii_whitespace().collect::<Vec<_>>().join(" "));
                        let colon = if language == Language::French { "\u{a0}: " } else { ": " };
                        let parts = line.split_once(colon);
                        let is_there = said(line) || parts.is_some_and(|(label, value)| said(label) && said(value));
                        assert!(is_there, "{name} does not show {line:?}: {seen}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn a_mail_runs_nothing_fetches_nothing_and_is_not_cut_off() {
    for (name, mail) in all(Language::French).await {
        let html = html(&mail);
        for foreign in ["<script", "<img", "<link", "<iframe", "<form", "url(", "@import", " src="] {
            assert!(!html.contains(foreign), "{name} has {foreign}");
        }
        assert!(html.contains("name=\"color-scheme\" content=\"light dark\""), "{name} would be turned inside out");
        assert!(html.len() < 60_000, "{name}: past 102 kB mail programs cut a mail off");
    }
}

/// Signs that French keeps from the word before them by a space that does not break.
fn loose(text: &str) -> Option<String> {
    let signs: Vec<char> = text.chars().collect();
    let places = signs.windows(3).position(|three| {
        let is_apart = matches!(three[0], '\u{a0}' | '\u{202f}');
        (matches!(three[1], ':' | ';' | '?' | '!') && three[2].is_whitespace() && !is_apart) || three[1] == '\''
    })?;
    Some(signs[places.saturating_sub(20)..(places + 3).min(signs.len())].iter().collect())
}

#[tokio::test]
async fn what_is_put_together_in_french_is_set_as_french_is() {
    assert_eq!(loose("Prix: 3\u{a0}€ "), Some("Prix: ".to_owned()));
    assert_eq!(loose("Prix\u{a0}: 3\u{a0}€, 22:30 "), None);
    for (name, mail) in all(Language::French).await {
        for part in [mail.subject.clone(), text(&mail), seen(&html(&mail)) + " "] {
            assert_eq!(loose(&part), None, "{name}: {part}");
        }
    }
}
