//! Connections: slow and idle ones end in time and hold up nobody, and what runs when we stop may end.

use crate::harness::World;
use app::{App, shield::Bounds};
use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    task::JoinHandle,
    time::{interval, timeout},
};
use tokio_util::sync::CancellationToken;

/// How long a test waits for what should happen much sooner.
const PATIENCE: Duration = Duration::from_secs(30);
const SOON: Duration = Duration::from_millis(200);
const NEVER: Duration = Duration::from_secs(3_600);

struct Server {
    address: SocketAddr,
    shutdown: CancellationToken,
    served: JoinHandle<anyhow::Result<()>>,
}

impl Server {
    async fn start(app: App) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, shutdown) = (listener.local_addr().unwrap(), CancellationToken::new());
        let served = tokio::spawn(app::serve(app, listener, shutdown.clone()));
        Server { address, shutdown, served }
    }

    /// A connection from one of this machine's own addresses.
    async fn connect_from(&self, address: &str) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(format!("{address}:0").parse().unwrap()).unwrap();
        socket.connect(self.address).await.unwrap()
    }

    async fn connect(&self) -> TcpStream {
        self.connect_from("127.0.0.1").await
    }
}

/// What still comes until the other end closes, which must be soon.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset is an end too.
    let _ = timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("the connection was not closed");
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn get(stream: &mut TcpStream, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    rest(stream).await
}

#[tokio::test]
async fn sr_dos_01_a_head_that_does_not_come_closes_the_connection_in_time() {
    let world = World::new().await;
    let server = Server::start(world.web_with(Bounds { header_timeout: SOON, ..Bounds::default() })).await;
    for half in ["", "GET / HTTP/1.1\r\nhost: x\r\nx-slow: "] {
        let mut stream = server.connect().await;
        stream.write_all(half.as_bytes()).await.unwrap();
        assert!(!rest(&mut stream).await.contains(" 200 "), "{half:?}");
    }
    // One byte at a time gains nothing: it is the whole head that must come in time.
    let mut stream = server.connect().await;
    let mut tick = interval(SOON / 10);
    let closed = timeout(PATIENCE, async {
        while stream.write_all(b"G").await.is_ok() {
            tick.tick().await;
        }
    });
    assert!(closed.await.is_ok(), "a dripping head was read on and on");
    assert!(get(&mut server.connect().await, "/bot").await.starts_with("HTTP/1.1 200"), "others are served");
}

#[tokio::test]
async fn sr_dos_01_a_client_that_never_reads_its_answers_loses_its_connection() {
    let world = World::new().await;
    let bounds = Bounds { header_timeout: NEVER, stall_timeout: SOON, ..Bounds::default() };
    let server = Server::start(world.web_with(bounds)).await;
    let mut stream = server.connect().await;
    let closed =
        timeout(PATIENCE, async { while stream.write_all(b"GET /bot HTTP/1.1\r\nhost: x\r\n\r\n").await.is_ok() {} });
    assert!(closed.await.is_ok(), "a client that asks and never reads kept its connection");
}

#[tokio::test]
async fn sr_dos_01_a_body_that_drips_is_refused_in_time() {
    let world = World::new().await;
    let server = Server::start(world.web_with(Bounds { body_timeout: SOON, ..Bounds::default() })).await;
    let mut stream = server.connect().await;
    let (mut read, mut write) = stream.split();
    let drip = async {
        write.write_all(b"POST /api/v1/key HTTP/1.1\r\nhost: x\r\ncontent-length: 60000\r\n\r\n").await.unwrap();
        let mut tick = interval(SOON / 10);
        while write.write_all(b" ").await.is_ok() {
            tick.tick().await;
        }
    };
    let answer = async {
        let mut bytes = Vec::new();
        let _ = read.read_to_end(&mut bytes).await;
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let answer = timeout(PATIENCE, async { tokio::join!(drip, answer).1 }).await.expect("it was read on and on");
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("x-content-type-options: nosniff"), "{answer}");
}

#[tokio::test]
async fn sr_dos_01_five_hundred_idle_sockets_of_one_address_do_not_block_another() {
    let world = World::new().await;
    let bounds =
        Bounds { header_timeout: NEVER, connections_max: 100, connections_per_address_max: 20, ..Bounds::default() };
    let server = Server::start(world.web_with(bounds)).await;
    let mut idle = Vec::new();
    for _ in 0..500 {
        idle.push(server.connect_from("127.0.0.2").await);
    }
    let answered = timeout(PATIENCE, async { get(&mut server.connect_from("127.0.0.3").await, "/bot").await });
    assert!(answered.await.expect("another address waits").starts_with("HTTP/1.1 200"));
    // Those past the address' share were closed, and those within it were not.
    for stream in &mut idle[20..] {
        assert_eq!(rest(stream).await, "");
    }
    assert!(get(&mut idle[0], "/bot").await.starts_with("HTTP/1.1 200"));
}

#[tokio::test]
async fn sr_dos_01_a_trusted_proxy_brings_as_many_connections_as_there_may_be() {
    let world = World::new().await;
    let bounds = Bounds { connections_per_address_max: 1, ..Bounds::default() };
    let mut app = world.web_with(bounds);
    app.proxies = "127.0.0.2".parse().unwrap();
    let server = Server::start(app).await;
    let mut streams = Vec::new();
    for _ in 0..10 {
        streams.push(server.connect_from("127.0.0.2").await);
    }
    for stream in &mut streams {
        assert!(get(stream, "/bot").await.starts_with("HTTP/1.1 200"));
    }
}

#[tokio::test]
async fn what_runs_when_we_stop_is_answered_and_nothing_new_is_taken() {
    let world = World::new().await;
    let server = Server::start(world.web()).await;
    let mut stream = server.connect().await;
    let head = b"POST /api/v1/key HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n";
    stream.write_all(head).await.unwrap();
    let mut said = [0; 25];
    timeout(PATIENCE, stream.read_exact(&mut said)).await.unwrap().unwrap();
    assert_eq!(&said, b"HTTP/1.1 100 Continue\r\n\r\n", "the request runs");
    server.shutdown.cancel();
    stream.write_all(b"{}").await.unwrap();
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 405"));
    timeout(PATIENCE, server.served).await.unwrap().unwrap().unwrap();
    assert!(TcpStream::connect(server.address).await.is_err());
}
