//! Servers that want our memory or our time get a typed error within the bounds they were given.
//!
//! The limits are arguments, so these tests use short ones; that the defaults are the promised ones is a test
//! of its own.

use std::io::Write;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use outbound::{Client, ConnectionLimits, Egress, FetchError, Limits, Phase, Request, Response};
use tokio::io::AsyncWriteExt;
use tokio::time::interval;

use super::server::{Server, Wire, answer};
use super::{Liar, agent, alone, assert_passed, client_of, development, fetch, operator_url, user_url};

const MIB: usize = 1024 * 1024;
const CAP: usize = 2 * MIB;

async fn fetch_from(server: &Server, limits: Limits) -> Result<Response, FetchError> {
    fetch(&client_of(&[server.socket]), operator_url(&server.url("/page?key=secret")).within(limits)).await
}

/// Time limits of a test; all others as in production.
fn hasty(total_ms: u64, idle_ms: u64) -> Limits {
    Limits {
        total_timeout: Duration::from_millis(total_ms),
        idle_timeout: Duration::from_millis(idle_ms),
        ..Limits::default()
    }
}

/// Sends `head`, then `piece` for ever.
async fn endless(mut wire: Wire, head: String, piece: Vec<u8>) {
    let mut sent = wire.write_all(head.as_bytes()).await;
    while sent.is_ok() {
        sent = wire.write_all(&piece).await;
    }
}

/// Sends `head`, then one byte at a time for ever.
async fn drip(mut wire: Wire, head: &str, byte: u8, every: Duration) {
    let mut sent = wire.write_all(head.as_bytes()).await;
    let mut ticks = interval(every);
    while sent.is_ok() {
        ticks.tick().await;
        sent = wire.write_all(&[byte]).await;
    }
}

fn head_with(header: &str) -> String {
    format!("HTTP/1.1 200 OK\r\n{header}\r\n\r\n")
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut compressed = Vec::new();
    brotli::CompressorWriter::new(&mut compressed, 64 * 1024, 1, 22).write_all(bytes).unwrap();
    compressed
}

/// Gzip members of 4 MiB each, for ever: there is no end of the decoded body to reach.
async fn gzip_bomb() -> Server {
    let member = gzip(&vec![0; 4 * MIB]);
    Server::does(move |wire| endless(wire, head_with("content-encoding: gzip"), member.clone())).await
}

#[tokio::test]
async fn sr_opr_02_the_default_limits_are_the_promised_ones() {
    let limits = Limits::default();
    assert_eq!(ConnectionLimits::default().connect_timeout, Duration::from_secs(5));
    assert_eq!(limits.total_timeout, Duration::from_secs(15));
    assert_eq!(limits.max_body_bytes, CAP);
    assert!(limits.max_redirects <= 5 && limits.max_headers <= 100 && limits.max_header_bytes <= 64 * 1024);
}

#[tokio::test]
async fn sr_opr_02_decompression_bombs_are_cut_at_the_limit_after_decoding() {
    let outcome = fetch_from(&gzip_bomb().await, hasty(10_000, 5_000)).await;
    assert_eq!(outcome.unwrap_err(), FetchError::TooLarge { limit_bytes: CAP });

    let bomb = brotli(&vec![0; 12 * MIB]);
    assert!(bomb.len() < CAP / 100, "as sent it is well within the limit: {} bytes", bomb.len());
    let server = Server::says(move |_| answer("200 OK", &["content-encoding: br"], &bomb)).await;
    let outcome = fetch_from(&server, hasty(10_000, 5_000)).await;
    assert_eq!(outcome.unwrap_err(), FetchError::TooLarge { limit_bytes: CAP });
}

#[tokio::test]
async fn sr_opr_02_what_fits_is_read_to_its_last_byte() {
    let page: Vec<u8> = (0..CAP).map(|at| u8::try_from(at % 251).unwrap()).collect();
    let forms = [("identity", page.clone()), ("gzip", gzip(&page)), ("br", brotli(&page))];
    for (encoding, body) in forms {
        let header = format!("content-encoding: {encoding}");
        let server = Server::says(move |_| answer("200 OK", &[&header], &body)).await;
        let response = fetch_from(&server, hasty(10_000, 5_000)).await.unwrap();
        assert!(response.body == page, "{encoding}: {} bytes", response.body.len());
    }
}

#[tokio::test]
async fn sr_opr_02_endless_and_overlong_bodies_are_cut_at_the_limit() {
    let chunk = [b"10000\r\n".to_vec(), vec![b'x'; 0x10000], b"\r\n".to_vec()].concat();
    let chunked = Server::does(move |wire| endless(wire, head_with("transfer-encoding: chunked"), chunk.clone())).await;
    let unframed = Server::does(|wire| endless(wire, head_with("connection: close"), vec![b'x'; 65_536])).await;
    let declared = Server::does(|mut wire| async move {
        let head = head_with("content-length: 2097153");
        let _ = wire.write_all(head.as_bytes()).await;
        // Nothing follows: the length alone must be enough.
        std::future::pending::<()>().await;
    })
    .await;
    for (kind, server) in [("chunked", chunked), ("unframed", unframed), ("declared", declared)] {
        let outcome = fetch_from(&server, hasty(10_000, 5_000)).await;
        assert_eq!(outcome.unwrap_err(), FetchError::TooLarge { limit_bytes: CAP }, "{kind}");
    }
    let tiny = b"1\r\nx\r\n".repeat(4_096);
    let tiny = Server::does(move |wire| endless(wire, head_with("transfer-encoding: chunked"), tiny.clone())).await;
    let outcome = fetch_from(&tiny, Limits { max_body_bytes: 10_000, ..hasty(10_000, 5_000) }).await;
    assert_eq!(outcome.unwrap_err(), FetchError::TooLarge { limit_bytes: 10_000 });
}

#[tokio::test]
async fn sr_opr_02_dripping_and_silent_servers_run_out_of_time() {
    let tick = Duration::from_millis(20);
    let body = Server::does(move |wire| async move {
        drip(wire, &head_with("content-length: 100000"), b'x', tick).await;
    })
    .await;
    let head = Server::does(move |wire| drip(wire, "HTTP/1.1 200 OK\r\nx: ", b'x', tick)).await;
    let silent = Server::does(|wire| async move {
        let _open = wire;
        std::future::pending::<()>().await;
    })
    .await;
    // A gzip header whose file name never ends: bytes pass the decoder for ever, and none comes out.
    let name = head_with("content-encoding: gzip") + "\u{1f}";
    let nothing = Server::does(move |mut wire| {
        let name = name.clone();
        async move {
            let _ = wire.write_all(name.as_bytes()).await;
            let _ = wire.write_all(&[0x8b, 8, 8, 0, 0, 0, 0, 0, 0xff]).await;
            endless(wire, String::new(), vec![b'x'; 4_096]).await;
        }
    })
    .await;
    let total = FetchError::Timeout(Phase::Total);
    for (kind, server) in [("body", &body), ("head", &head), ("silent", &silent), ("nothing", &nothing)] {
        assert_eq!(fetch_from(server, hasty(400, 10_000)).await.unwrap_err(), total, "{kind}");
    }
    let stalls = Server::does(|mut wire| async move {
        let _ = wire.write_all(head_with("content-length: 9").as_bytes()).await;
        let _ = wire.write_all(b"some").await;
        std::future::pending::<()>().await;
    })
    .await;
    let outcome = fetch_from(&stalls, hasty(10_000, 200)).await;
    assert_eq!(outcome.unwrap_err(), FetchError::Timeout(Phase::Idle));
}

#[tokio::test]
async fn sr_opr_02_a_handshake_that_never_ends_is_given_up() {
    // A TLS client waits here for a server that never says hello.
    let server = Server::does(|_| std::future::pending()).await;
    let egress =
        Egress::development(development(), vec![server.socket]).resolving_with(Liar::saying([vec![server.socket]]));
    let pool = ConnectionLimits { connect_timeout: Duration::from_millis(200), ..ConnectionLimits::default() };
    let client = Client::with_pool(egress, &agent(), pool).unwrap();
    let request: Request = user_url("https://hooks.example.com/").within(hasty(10_000, 10_000));
    assert_eq!(fetch(&client, request).await.unwrap_err(), FetchError::Timeout(Phase::Connect));
}

#[tokio::test]
async fn sr_opr_02_too_many_or_too_large_headers_are_refused() {
    let lines = |count: usize| (0..count).map(|at| format!("x-{at}: y\r\n")).collect::<String>();
    let heads = [
        ("10,000 headers", format!("HTTP/1.1 200 OK\r\n{}\r\n", lines(10_000))),
        ("80 headers", format!("HTTP/1.1 200 OK\r\n{}\r\n", lines(80))),
        ("one of 40 KiB", head_with(&format!("x: {}", "y".repeat(40 * 1024)))),
        ("one of 4 MiB", head_with(&format!("x: {}", "y".repeat(4 * MIB)))),
    ];
    for (kind, head) in heads {
        let server = Server::says(move |_| head.clone().into_bytes()).await;
        assert_eq!(fetch_from(&server, hasty(10_000, 5_000)).await.unwrap_err(), FetchError::Headers, "{kind}");
    }
    let endless_head =
        Server::does(|wire| endless(wire, "HTTP/1.1 200 OK\r\n".to_owned(), b"x: y\r\n".repeat(1_000))).await;
    assert_eq!(fetch_from(&endless_head, hasty(10_000, 5_000)).await.unwrap_err(), FetchError::Headers);
    let ordinary = Server::says(move |_| format!("HTTP/1.1 200 OK\r\n{}\r\n", lines(40)).into_bytes()).await;
    assert!(fetch_from(&ordinary, hasty(10_000, 5_000)).await.is_ok());
}

#[tokio::test]
async fn sr_opr_02_only_the_expected_content_types_and_encodings_are_read() {
    let limits = Limits { content_types: &["text/html", "application/json"], ..hasty(10_000, 5_000) };
    let cases: [(&[&str], Result<(), FetchError>); 10] = [
        (&["content-type: text/html"], Ok(())),
        (&["content-type: Application/JSON; charset=utf-8"], Ok(())),
        (&["content-type: application/octet-stream"], Err(FetchError::ContentType)),
        (&["content-type: text/htmlx"], Err(FetchError::ContentType)),
        (&["content-type: image/png; text/html"], Err(FetchError::ContentType)),
        (&[], Err(FetchError::ContentType)),
        (&["content-type: text/html", "content-encoding: zstd"], Err(FetchError::Encoding)),
        (&["content-type: text/html", "content-encoding: gzip, gzip"], Err(FetchError::Encoding)),
        (&["content-type: text/html", "content-encoding: gzip"], Err(FetchError::Encoding)),
        (&["content-type: text/html", "content-encoding: br"], Err(FetchError::Encoding)),
    ];
    for (headers, expected) in cases {
        let server = Server::says(move |_| answer("200 OK", headers, "neither gzip nor brotli")).await;
        assert_eq!(fetch_from(&server, limits).await.map(|_| ()), expected, "{headers:?}");
    }
}

#[tokio::test]
async fn sr_opr_02_broken_answers_are_typed_and_say_nothing_of_the_url() {
    let cases: [(&[u8], FetchError); 5] = [
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", FetchError::Broken),
        (b"", FetchError::Broken),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nshort", FetchError::Broken),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", FetchError::Broken),
        (b"HTTP/1.1 304 Not Modified\r\n\r\n", FetchError::Status { code: 304, retry_after: None }),
    ];
    for (bytes, expected) in cases {
        let server = Server::says(move |_| bytes.to_vec()).await;
        let error = fetch_from(&server, hasty(10_000, 5_000)).await.unwrap_err();
        assert_eq!(error, expected, "{}", String::from_utf8_lossy(bytes));
        assert!(!format!("{error} {error:?}").contains("secret"));
    }
    let closed = Server::says(|_| Vec::new()).await.socket;
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    assert_ne!(closed, nobody);
    let outcome = fetch(&client_of(&[nobody]), user_url(&format!("http://{nobody}/"))).await;
    assert_eq!(outcome.unwrap_err(), FetchError::Connect);
}

/// The most memory this process ever held, where the system tells.
fn peak_memory_bytes() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<usize>().ok()? * 1024)
}

#[tokio::test]
async fn sr_opr_02_memory_stays_bounded_whatever_the_server_sends() {
    let test = "egress::hostile::sr_opr_02_memory_stays_bounded_whatever_the_server_sends";
    if let Some(output) = alone(test, &[]).await {
        return assert_passed(&output);
    }
    let bomb = gzip_bomb().await;
    let unframed = Server::does(|wire| endless(wire, head_with("connection: close"), vec![b'x'; 65_536])).await;
    let before = peak_memory_bytes();
    for server in [&bomb, &unframed] {
        for _ in 0..4 {
            let _ = fetch_from(server, hasty(4_000, 4_000)).await;
        }
    }
    if let (Some(before), Some(after)) = (before, peak_memory_bytes()) {
        let grown = after.saturating_sub(before);
        assert!(grown < 32 * MIB, "grew by {} MiB", grown / MIB);
    }
}
