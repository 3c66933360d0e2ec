//! An operator's robots.txt is asked for once, kept for a day, and obeyed when in doubt (RFC 9309).

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::TimeDelta;
use outbound::{Client, HostAllowlist, Robots, RobotsVerdict};
use url::Url;

use crate::egress::server::{Canary, Server, answer};
use crate::egress::{client_of, now};

const ALLOWED: RobotsVerdict = RobotsVerdict::Allowed { crawl_delay: None };

/// An operator with one robots.txt, which counts how often it is asked for.
struct Operator {
    server: Server,
    asked: Arc<AtomicUsize>,
    client: Client,
    robots: Robots,
}

impl Operator {
    async fn with(status: &'static str, headers: &'static [&'static str], file: impl Into<String>) -> Self {
        let asked = Arc::new(AtomicUsize::new(0));
        let (count, file) = (Arc::clone(&asked), file.into());
        let server = Server::says(move |head| {
            assert!(head.starts_with("GET /robots.txt HTTP/1.1\r\n"), "{head}");
            assert!(head.contains("user-agent: FerryAlertBot/1.0 "), "{head}");
            count.fetch_add(1, Ordering::SeqCst);
            answer(status, headers, &file)
        })
        .await;
        let client = client_of(&[server.socket]);
        Self { server, asked, client, robots: Robots::new() }
    }

    async fn verdict(&self, path: &str, after: TimeDelta) -> RobotsVerdict {
        let url = Url::parse(&self.server.url(path)).expect("a URL");
        self.robots.verdict(&self.client, &url, &HostAllowlist::of_url(&url), now() + after).await
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn rules_are_obeyed_and_the_file_is_asked_for_once_a_day() {
    let file = "User-agent: *\nDisallow: /\n\nUser-agent: ferryalertbot\nDisallow: /booking\nCrawl-delay: 10\n";
    let operator = Operator::with("200 OK", &["content-type: text/plain"], file).await;
    let slowly = RobotsVerdict::Allowed { crawl_delay: Some(TimeDelta::seconds(10)) };
    let day = TimeDelta::hours(24);
    let (here, there) = tokio::join!(
        operator.verdict("/conditions?route=A-B", TimeDelta::zero()),
        operator.verdict("/conditions", TimeDelta::zero()),
    );
    assert_eq!((here, there), (slowly, slowly));
    assert_eq!(
        operator.verdict("/booking/1", TimeDelta::zero()).await,
        RobotsVerdict::Disallowed { until: now() + day }
    );
    assert_eq!(operator.verdict("/conditions", day - TimeDelta::seconds(1)).await, slowly);
    assert_eq!(operator.asked(), 1);
    assert_eq!(operator.verdict("/conditions", day).await, slowly);
    assert_eq!(operator.asked(), 2);
}

#[tokio::test]
async fn no_file_is_permission() {
    for status in ["404 Not Found", "410 Gone", "403 Forbidden", "400 Bad Request"] {
        let operator = Operator::with(status, &[], "User-agent: *\nDisallow: /").await;
        assert_eq!(operator.verdict("/a", TimeDelta::zero()).await, ALLOWED, "{status}");
        assert_eq!(operator.verdict("/a", TimeDelta::hours(23)).await, ALLOWED, "{status}");
        assert_eq!(operator.asked(), 1);
    }
}

#[tokio::test]
async fn no_answer_is_a_refusal_until_we_ask_again() {
    let soon = TimeDelta::minutes(10);
    for status in ["500 Internal Server Error", "503 Service Unavailable", "429 Too Many Requests"] {
        let operator = Operator::with(status, &[], "").await;
        let refused = RobotsVerdict::Disallowed { until: now() + soon };
        assert_eq!(operator.verdict("/a", TimeDelta::zero()).await, refused, "{status}");
        assert_eq!(operator.verdict("/b", soon - TimeDelta::seconds(1)).await, refused, "{status}");
        assert_eq!(operator.asked(), 1);
        operator.verdict("/a", soon).await;
        assert_eq!(operator.asked(), 2);
    }
    let huge = Operator::with("200 OK", &[], "#".repeat(3 * 1024 * 1024)).await;
    assert!(matches!(huge.verdict("/a", TimeDelta::zero()).await, RobotsVerdict::Disallowed { .. }));
}

#[tokio::test]
async fn a_redirect_is_followed_on_the_same_host_only() {
    let served = Server::says(|head| {
        if head.starts_with("GET /robots.txt ") {
            answer("301 Moved Permanently", &["location: /rules.txt"], "")
        } else {
            answer("200 OK", &[], "User-agent: *\nDisallow: /private")
        }
    })
    .await;
    let mut canary = Canary::listen().await;
    let away = format!("location: http://{}/robots.txt", canary.socket);
    let away = Server::says(move |_| answer("302 Found", &[&away], "")).await;
    let client = client_of(&[served.socket, away.socket, canary.socket]);
    let verdict_of = async |server: &Server, path: &str| {
        let url = Url::parse(&server.url(path)).unwrap();
        Robots::new().verdict(&client, &url, &HostAllowlist::of_url(&url), now()).await
    };
    assert_eq!(verdict_of(&served, "/public").await, ALLOWED);
    assert!(matches!(verdict_of(&served, "/private").await, RobotsVerdict::Disallowed { .. }));
    assert!(matches!(verdict_of(&away, "/public").await, RobotsVerdict::Disallowed { .. }));
    assert_eq!(canary.touches().await, 0);
}
