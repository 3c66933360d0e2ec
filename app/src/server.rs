//! Serves connections. Promises that a head which does not come in time closes its connection, that no address holds
//! more of them than its share, that all together are bounded, and that requests which run when we stop may end. Never
//! reads a request's content: that is `shield`'s.

use crate::{App, client::Peer, seats::Seats, shield::Bounds};
use anyhow::Context;
use axum::{Router, body::Body, http::Request};
use domain::allowance::Household;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
};
#[cfg(target_os = "linux")]
use socket2::SockRef;
use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{interval, sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// Largest head of a request: 431 from hyper, and the connection closes.
pub(crate) const HEAD_BYTES_MAX: usize = 16 * 1024;
/// How often full buckets are forgotten.
const FORGET_EVERY: Duration = Duration::from_secs(60);
/// How long we wait when no socket is to be had, for one to become free.
const OUT_OF_SOCKETS: Duration = Duration::from_millis(250);

/// Serves until `shutdown`; requests that run then may end, and pages that stand open are left at once.
///
/// # Errors
/// When they do not end in time.
pub async fn serve(app: App, listener: TcpListener, shutdown: CancellationToken) -> anyhow::Result<()> {
    let (bounds, router) = (app.bounds, crate::router(app.clone()));
    let all = Arc::new(Semaphore::new(bounds.connections_max));
    let seats = Seats::<Household>::default();
    let connections = GracefulShutdown::new();
    let mut forget = interval(FORGET_EVERY);
    tokio::spawn(app.live.clone().listen(app.store.clone()));
    loop {
        tokio::select! {
            () = shutdown.cancelled() => break,
            _ = forget.tick() => app.rates.forget(),
            (permit, accepted) = accept(&listener, &all) => {
                let Some((stream, peer)) = ready(accepted).await else { continue };
                // Proxies bring everybody's connections: their share is the whole.
                let share = if app.proxies.trust(peer.ip()) { usize::MAX } else { bounds.connections_per_address_max };
                let Some(seat) = seats.take(Household::of(peer.ip()), share) else { continue };
                let connection = converse(stream, peer, router.clone(), (bounds, connections.watcher()));
                tokio::spawn(async move {
                    connection.await;
                    drop((seat, permit));
                });
            }
        }
    }
    drop(listener);
    // They would run on for minutes.
    app.live.stop();
    timeout(bounds.shutdown_timeout, connections.shutdown()).await.context("requests did not end in time")
}

/// The next connection, once there is room for one more.
async fn accept(
    listener: &TcpListener,
    all: &Arc<Semaphore>,
) -> (OwnedSemaphorePermit, io::Result<(TcpStream, SocketAddr)>) {
    let permit = all.clone().acquire_owned().await.expect("BUG: nobody closes this semaphore");
    (permit, listener.accept().await)
}

async fn ready(accepted: io::Result<(TcpStream, SocketAddr)>) -> Option<(TcpStream, SocketAddr)> {
    let error = match accepted {
        Ok((stream, peer)) => {
            // What is written leaves at once: the last packet of a page would wait for the other end to acknowledge the one before, which
            // it puts off by 40 ms. It fails where the other end is gone already.
            drop(stream.set_nodelay(true));
            return Some((stream, peer));
        }
        Err(error) => error,
    };
    // The other end's doing: on to the next. Anything else is ours, most likely no file descriptor left.
    if !matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset) {
        tracing::error!(%error, "no connection can be accepted");
        sleep(OUT_OF_SOCKETS).await;
    }
    None
}

/// Answers the requests of one connection until either end closes it.
async fn converse(stream: TcpStream, peer: SocketAddr, router: Router, (bounds, watcher): (Bounds, Watcher)) {
    let answer = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(peer));
        router.clone().oneshot(request)
    });
    bound_writes(&stream, bounds.stall_timeout);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(bounds.header_timeout)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), answer);
    if let Err(error) = watcher.watch(connection).await {
        // Broken off, too slow or not HTTP: the other end's doing.
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Has the kernel close the connection once a client has taken nothing of what we sent for so long, whether it is gone or
/// only never reads (tcp(7), TCP_USER_TIMEOUT; Linux alone has it).
fn bound_writes(stream: &TcpStream, stall_timeout: Duration) {
    #[cfg(target_os = "linux")]
    if let Err(error) = SockRef::from(stream).set_tcp_user_timeout(Some(stall_timeout)) {
        tracing::debug!(%error, "a connection without a bound on its writes");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (stream, stall_timeout);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;
    use tokio::net::TcpSocket;

    #[tokio::test]
    async fn what_is_written_to_a_connection_leaves_at_once() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let client = TcpSocket::new_v4().unwrap();
        let _client = client.connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = ready(listener.accept().await).await.unwrap();
        assert!(stream.nodelay().unwrap());
    }
}
