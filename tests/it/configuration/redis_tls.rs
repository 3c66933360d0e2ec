//! `rediss://` is TLS, and its certificate is checked before a word of ours is sent.

use super::PASSWORD;
use crate::egress::tls::Authority;
use std::{sync::Arc, time::Duration};
use tokio::{io::AsyncReadExt, net::TcpListener, sync::Mutex};

/// The first byte of a TLS record that holds a handshake (RFC 8446, section 5.1).
const HANDSHAKE: u8 = 22;

#[tokio::test]
async fn sr_cfg_02_a_redis_with_a_certificate_of_nobody_we_know_is_told_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (heard, decrypted) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(Vec::new())));
    let (hears, decrypts) = (Arc::clone(&heard), Arc::clone(&decrypted));
    tokio::spawn(async move {
        let tls = Authority::new().acceptor_for("localhost");
        while let Ok((stream, _)) = listener.accept().await {
            let mut first = [0];
            stream.peek(&mut first).await.unwrap();
            hears.lock().await.push(first[0]);
            if let Ok(mut stream) = tls.accept(stream).await {
                let _ = stream.read_to_end(&mut *decrypts.lock().await).await;
            }
        }
    });

    let url = format!("rediss://ferry_worker:{PASSWORD}@localhost:{port}/0");
    let connected = workers::schedule::connect(&url, Duration::from_secs(10)).await;

    let Err(refused) = connected else { panic!("an authority of nobody we know was trusted") };
    assert!(refused.to_string().contains("certificate"), "{refused}");
    let heard = heard.lock().await;
    assert!(!heard.is_empty() && heard.iter().all(|first| *first == HANDSHAKE), "{heard:?}");
    assert_eq!(decrypted.lock().await.len(), 0, "nothing was sent after the handshake was refused");
}
