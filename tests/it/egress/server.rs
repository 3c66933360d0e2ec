//! Loopback servers that answer exactly what a test says, and a canary that must not be touched.
//!
//! They write raw bytes, so that they can misbehave in ways no HTTP library would. They never wait for the
//! clock unless the test's answer does.

use std::net::SocketAddr;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;

/// One side of a connection, with or without TLS.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

pub(crate) type Wire = Box<dyn Duplex>;
type Answer = Arc<dyn Fn(String, Wire) -> BoxFuture<'static, ()> + Send + Sync>;

/// A server on loopback. It lives as long as the test's runtime.
pub(crate) struct Server {
    pub(crate) socket: SocketAddr,
}

impl Server {
    /// Answers each request head with the bytes that `answer` gives, and closes.
    pub(crate) async fn says(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::start(None, says(answer)).await
    }

    /// The same, behind TLS.
    pub(crate) async fn says_over_tls(
        tls: TlsAcceptor,
        answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        Self::start(Some(tls), says(answer)).await
    }

    /// Hands the connection over after each request head.
    pub(crate) async fn does<F>(act: impl Fn(Wire) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self::start(None, Arc::new(move |_, wire| act(wire).boxed())).await
    }

    async fn start(tls: Option<TlsAcceptor>, answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let socket = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, answer) = (tls.clone(), Arc::clone(&answer));
                tokio::spawn(async move {
                    let mut wire: Wire = match tls {
                        None => Box::new(stream),
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => Box::new(stream),
                            Err(_) => return,
                        },
                    };
                    if let Some(head) = read_head(&mut wire).await {
                        answer(head, wire).await;
                    }
                });
            }
        });
        Self { socket }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.socket)
    }
}

fn says(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Answer {
    Arc::new(move |head, mut wire| {
        let bytes = answer(&head);
        async move {
            let _ = wire.write_all(&bytes).await;
            let _ = wire.shutdown().await;
        }
        .boxed()
    })
}

async fn read_head(wire: &mut Wire) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(wire.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

/// A complete answer with a body.
pub(crate) fn answer(status: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut bytes = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n", body.len());
    for header in headers {
        bytes.push_str(header);
        bytes.push_str("\r\n");
    }
    bytes.push_str("\r\n");
    [bytes.as_bytes(), body].concat()
}

/// A TLS acceptor with one certificate chain.
pub(crate) fn acceptor(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> TlsAcceptor {
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// A listener that counts who connects.
pub(crate) struct Canary {
    pub(crate) socket: SocketAddr,
    peers: mpsc::Receiver<SocketAddr>,
}

impl Canary {
    pub(crate) async fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let socket = listener.local_addr().unwrap();
        let (sender, peers) = mpsc::channel(1_024);
        tokio::spawn(async move {
            while let Ok((_, peer)) = listener.accept().await {
                if sender.send(peer).await.is_err() {
                    return;
                }
            }
        });
        Self { socket, peers }
    }

    /// How often it was touched. It knocks itself: whoever came before is seen before.
    pub(crate) async fn touches(&mut self) -> usize {
        let knock = TcpStream::connect(self.socket).await.unwrap();
        let ourselves = knock.local_addr().unwrap();
        let mut touches = 0;
        while self.peers.recv().await.expect("the canary listens") != ourselves {
            touches += 1;
        }
        touches
    }
}
