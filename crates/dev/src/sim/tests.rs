//! What the simulator promises to those who develop and test against it.

use std::time::Duration;

use super::*;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

const PATH: &str = "/harbour/v1/sailings?route=POR-SAN&date=2026-12-24";

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 22).unwrap()
}

fn christmas_eve() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 12, 24).unwrap()
}

fn first(sim: &Sim) -> SimSailing {
    sim.sailings(Operator::Harbour, "POR-SAN", christmas_eve()).remove(0)
}

/// Sends one request and reads what comes within the limit, head and body.
async fn ask_with(sim: &Sim, request: &str, limit: u64) -> Vec<u8> {
    let mut stream = TcpStream::connect(sim.http).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A connection cut short is an answer too.
    let _ = stream.take(limit).read_to_end(&mut answer).await;
    answer
}

async fn get(sim: &Sim, path: &str, headers: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nHost: sim\r\nConnection: close\r\n{headers}\r\n");
    String::from_utf8(ask_with(sim, &request, 1 << 20).await).unwrap()
}

async fn post(sim: &Sim, path: &str, body: &str) -> String {
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: sim\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    String::from_utf8(ask_with(sim, &request, 1 << 20).await).unwrap()
}

#[tokio::test]
async fn an_untouched_day_follows_from_the_seed_alone_and_has_about_3_kb() {
    let (one, other) = (Sim::start(today()).await.unwrap(), Sim::start(today()).await.unwrap());
    let body = |answer: String| answer.split_once("\r\n\r\n").unwrap().1.to_owned();
    let day = body(get(&one, PATH, "").await);
    assert_eq!(day, body(get(&other, PATH, "").await));
    assert_eq!(day, body(get(&one, PATH, "").await));
    assert!((2_500..3_500).contains(&day.len()), "{} bytes", day.len());
}

#[tokio::test]
async fn a_change_is_in_the_next_answer_and_gone_after_a_reset() {
    let sim = Sim::start(today()).await.unwrap();
    let before = get(&sim, PATH, "").await;
    let place = first(&sim).place("long");
    let body = serde_json::to_string(&serde_json::json!({
        "operator": "harbour", "route": "POR-SAN", "sailing": place.sailing, "class": "long", "spaces": 77
    }));
    let answer = post(&sim, "/sim/space", &body.unwrap()).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(get(&sim, PATH, "").await.contains("\"spaces\":77"));
    sim.set_price(&place, 4_242).unwrap();
    assert!(get(&sim, PATH, "").await.contains("\"amount_minor\":4242"));
    sim.set_cabins(&first(&sim), 0, 0).unwrap();
    assert_eq!(first(&sim).cabins, Some(0));
    post(&sim, "/sim/reset", "").await;
    let body = |answer: &str| answer.split_once("\r\n\r\n").unwrap().1.to_owned();
    assert_eq!(body(&get(&sim, PATH, "").await), body(&before));
}

#[tokio::test]
async fn what_does_not_exist_is_refused() {
    let sim = Sim::start(today()).await.unwrap();
    for (path, status) in [
        ("/harbour/v1/sailings?route=POR-XXX&date=2026-12-24", "404"),
        ("/harbour/v1/sailings?route=POR-SAN&date=soon", "400"),
        ("/harbour/v1/sailings", "400"),
        ("/current-conditions/XXX-YYY", "404"),
        ("/inbox/1", "404"),
    ] {
        let answer = get(&sim, path, "").await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{path}: {answer}");
    }
    let mut place = first(&sim).place("tank");
    assert!(sim.free(&place, 1).is_err());
    place.sailing = "POR-SAN-20261224-0000".to_owned();
    assert!(sim.free(&place, 1).is_err());
}

#[tokio::test]
async fn unchanged_polls_transfer_unless_validators_are_switched_on() {
    let sim = Sim::start(today()).await.unwrap();
    assert!(!get(&sim, PATH, "").await.contains("etag"));
    sim.set_validators(Validators::On);
    let answer = get(&sim, PATH, "").await;
    let tag = answer.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap();
    let condition = format!("If-None-Match: {tag}\r\n");
    assert!(get(&sim, PATH, &condition).await.starts_with("HTTP/1.1 304"));
    sim.free(&first(&sim).place("car"), 55).unwrap();
    assert!(get(&sim, PATH, &condition).await.starts_with("HTTP/1.1 200"));
    assert_eq!(sim.requests().iter().filter(|request| request.conditional).count(), 2);
}

#[tokio::test]
async fn a_misbehaving_operator_keeps_at_it_until_told_otherwise() {
    let sim = Sim::start(today()).await.unwrap();
    sim.misbehave(Operator::Harbour, Misbehaviour::TooManyRequests { retry_after_s: 90 });
    let answer = get(&sim, PATH, "").await;
    assert!(answer.starts_with("HTTP/1.1 429") && answer.contains("retry-after: 90"), "{answer}");
    let page = get(&sim, "/current-conditions/TSA-SWB", "").await;
    assert!(page.starts_with("HTTP/1.1 200"), "only Harbour misbehaves");
    let switched = post(&sim, "/sim/misbehave", r#"{"operator":"harbour","how":{"is":"captcha"}}"#).await;
    assert!(switched.starts_with("HTTP/1.1 204"), "{switched}");
    assert!(get(&sim, PATH, "").await.contains("Are you human?"));
    sim.misbehave(Operator::Harbour, Misbehaviour::CutShort);
    let cut = get(&sim, PATH, "").await;
    assert!(cut.starts_with("HTTP/1.1 200") && !cut.contains("]}]}"), "{cut}");
    sim.misbehave(Operator::Harbour, Misbehaviour::None);
    assert!(get(&sim, PATH, "").await.contains("]}"));
}

#[tokio::test]
async fn endless_answers_go_on_and_a_bomb_decodes_to_far_more_than_it_sends() {
    let sim = Sim::start(today()).await.unwrap();
    sim.misbehave(Operator::BcFerries, Misbehaviour::EndlessBody);
    let request = "GET /current-conditions/TSA-SWB HTTP/1.1\r\nHost: sim\r\n\r\n";
    assert_eq!(ask_with(&sim, request, 8 << 20).await.len(), 8 << 20);
    sim.misbehave(Operator::BcFerries, Misbehaviour::GzipBomb);
    // reqwest decodes what it says is gzip: a real decoder agrees that it is.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let url = format!("{}/current-conditions/TSA-SWB", sim.base_url());
    let mut response = reqwest::get(url).await.unwrap();
    let mut decoded = 0;
    while decoded < 32 << 20 {
        decoded += response.chunk().await.unwrap().expect("the bomb has no end").len();
    }
}

#[tokio::test]
async fn every_request_is_in_the_log() {
    let sim = Sim::start(today()).await.unwrap();
    sim.freeze("2026-11-22T12:00:00Z".parse().unwrap());
    get(&sim, PATH, "User-Agent: FerryAlertBot/1.0\r\n").await;
    get(&sim, "/robots.txt", "").await;
    get(&sim, "/sim", "").await;
    let seen = sim.requests();
    assert_eq!(sim.request_count(), 2, "pages for people are not counted: {seen:?}");
    assert_eq!((seen[0].operator, seen[0].path.as_str()), (Some(Operator::Harbour), PATH));
    assert_eq!((seen[0].user_agent.as_str(), seen[0].at_us), ("FerryAlertBot/1.0", 1_795_348_800_000_000));
    assert_eq!(seen[1].operator, None);
}

/// Sends one message and returns all replies; `after` is sent after the message's end.
async fn converse(sim: &Sim, commands: &[&str]) -> Vec<String> {
    let mut stream = BufReader::new(TcpStream::connect(sim.smtp).await.unwrap());
    let mut replies = Vec::new();
    let mut line = String::new();
    stream.read_line(&mut line).await.unwrap();
    for command in commands {
        stream.write_all(format!("{command}\r\n").as_bytes()).await.unwrap();
        loop {
            line.clear();
            if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                replies.push("hung up".to_owned());
                return replies;
            }
            if line.as_bytes().get(3) != Some(&b'-') {
                break;
            }
        }
        replies.push(line[..3].to_owned());
    }
    replies
}

const MAIL: [&str; 5] = [
    "EHLO here",
    "MAIL FROM:<alerts@ferryalert.test> SIZE=10",
    "RCPT TO:<alice@example.test>",
    "DATA",
    "Subject: =?utf-8?q?Sant=C3=B3?=\r\nMessage-ID: <one@ferryalert.test>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n\
     Book: https://harbour.ferryalert.test/book?a=1.\r\n..dot\r\n.",
];

#[tokio::test]
async fn a_mail_that_was_accepted_is_in_the_inbox() {
    let sim = Sim::start(today()).await.unwrap();
    assert_eq!(converse(&sim, &MAIL).await, ["250", "250", "250", "354", "250"]);
    let mails = sim.wait_for_mail(1, Duration::from_secs(5)).await.unwrap();
    let mail = &mails[0];
    assert_eq!(
        (mail.to.as_slice(), mail.from.as_str()),
        (&["alice@example.test".to_owned()][..], "alerts@ferryalert.test")
    );
    assert_eq!((mail.subject.as_str(), mail.message_id.as_str()), ("Santó", "one@ferryalert.test"));
    assert_eq!(mail.header("MESSAGE-id"), Some("<one@ferryalert.test>"));
    assert_eq!(mail.links(), ["https://harbour.ferryalert.test/book?a=1"]);
    assert!(mail.text.as_deref().unwrap().contains("\n.dot"), "{:?}", mail.text);
    assert_eq!(mail.html, None);
    let page = get(&sim, "/inbox/1", "").await;
    assert!(page.contains("<a href=\"https://harbour.ferryalert.test/book?a=1."), "{page}");
    let nobody = sim.wait_for_mail(2, Duration::from_millis(1)).await;
    assert!(nobody.unwrap_err().to_string().contains("1 arrived"));
}

#[tokio::test]
async fn the_mail_server_refuses_once_always_or_hangs_up_when_told() {
    let sim = Sim::start(today()).await.unwrap();
    let last = async || converse(&sim, &MAIL).await.pop().unwrap();
    sim.misbehave_mail(MailMisbehaviour::RefuseOnce);
    assert_eq!((last().await, last().await), ("451".to_owned(), "250".to_owned()));
    sim.misbehave_mail(MailMisbehaviour::RefuseAlways);
    assert_eq!((last().await, last().await), ("451".to_owned(), "451".to_owned()));
    sim.misbehave_mail(MailMisbehaviour::DropAfterData);
    assert_eq!((last().await, last().await), ("hung up".to_owned(), "250".to_owned()));
    assert_eq!(sim.inbox().len(), 3, "the message before the hang-up was taken in");
    sim.misbehave_mail(MailMisbehaviour::UnknownRecipient);
    assert_eq!(converse(&sim, &MAIL[..3]).await, ["250", "250", "550"]);
}

#[tokio::test]
async fn commands_out_of_order_and_long_lines_are_refused() {
    let sim = Sim::start(today()).await.unwrap();
    let replies = converse(&sim, &["NOOP", "DATA", "RCPT TO:<a@b>", "MAIL FROM:a@b", "VRFY x", "RSET", "QUIT"]).await;
    assert_eq!(replies, ["250", "503", "503", "501", "502", "250", "221"]);
    let long = "x".repeat(10_000);
    assert_eq!(converse(&sim, &[&long]).await, ["hung up"]);
}

#[tokio::test]
async fn a_hostile_mail_is_shown_in_a_frame_that_can_do_nothing() {
    let sim = Sim::start(today()).await.unwrap();
    let mut mail = MAIL;
    mail[4] = "Subject: <script>alert(1)</script>\r\nContent-Type: text/html\r\n\r\n<script>alert(2)</script>\r\n.";
    converse(&sim, &mail).await;
    let page = get(&sim, "/inbox/1", "").await;
    assert!(!page.contains("<script>") && page.contains("sandbox=\"allow-popups"), "{page}");
    let frame = get(&sim, "/inbox/1/html", "").await;
    assert!(frame.contains("content-security-policy: sandbox allow-popups"), "{frame}");
}
