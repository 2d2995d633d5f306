//! Connections: each is counted, bounded in time, and ends when the node stops.

use super::{
    body,
    port::{Peer, Port},
    routes::routes,
    stall::{Inflow, Stall, Turns},
};
use http_body_util::BodyDataStream;
use hyper::{
    Request,
    body::Incoming,
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use std::{convert::Infallible, io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::{mpsc, watch},
};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};
use warp::{
    filters::BoxedFilter,
    http::{StatusCode, header::ORIGIN},
    reply::Response,
};

/// Bytes of a head, and of what is read ahead of a body.
const MAX_HEAD: usize = 64 * 1024;
/// Fields of a head.
const MAX_FIELDS: usize = 100;
/// Times the timeout that a connection may rest between two requests: as geth's two minutes are to its thirty seconds.
const REST: u32 = 4;
/// How long nothing is accepted when the system has run out of something, most likely of file descriptors.
const EXHAUSTED: Duration = Duration::from_millis(100);

/// What each connection of a port needs.
#[derive(Clone)]
struct Entrance {
    port: Arc<Port>,
    routes: BoxedFilter<(Response,)>,
    stopped: watch::Receiver<bool>,
    alive: mpsc::Sender<()>,
}

/// Takes connections until the node stops. Each then finishes the request that is under way, and holds `alive` so long.
pub(super) async fn run(
    port: Arc<Port>,
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    stopped: watch::Receiver<bool>,
    alive: mpsc::Sender<()>,
) {
    let tls = tls.map(TlsAcceptor::from);
    let entrance = Entrance { routes: routes(&port), port, stopped: stopped.clone(), alive };
    let mut stop = stopped;
    loop {
        let accepted = tokio::select! {
            biased;
            _ = stop.wait_for(|stop| *stop) => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, address)) => entrance.clone().take(stream, address, tls.clone()),
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "cannot accept connections");
                tokio::time::sleep(EXHAUSTED).await;
            }
        }
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

impl Entrance {
    fn take(self, stream: TcpStream, address: SocketAddr, tls: Option<TlsAcceptor>) {
        let service = &self.port.service;
        let place = match service.connections.admit(address.ip()) {
            Ok(place) => Arc::new(place),
            Err(full) => {
                service.metrics().refused(full.reason());
                if tls.is_none() {
                    // A new connection has room for this; if not, it is closed without.
                    let _ = stream.try_write(full.answer().as_bytes());
                }
                return;
            }
        };
        // Answers are written whole: there is nothing to wait for.
        let _ = stream.set_nodelay(true);
        let timeout = service.config.timeout;
        let (stopped, alive) = (self.stopped.clone(), self.alive.clone());
        let inflow = Arc::new(Inflow::new(service.bodies.clone()));
        let peer = Peer { address: address.ip().to_canonical(), place, inflow, stopped, alive };
        tokio::spawn(async move {
            match tls {
                None => self.serve(stream, peer).await,
                Some(tls) => match tokio::time::timeout(timeout, tls.accept(stream)).await {
                    Ok(Ok(stream)) => self.serve(stream, peer).await,
                    Ok(Err(error)) => tracing::debug!(%error, "no TLS"),
                    Err(_) => tracing::debug!("no TLS in time"),
                },
            }
        });
    }

    async fn serve(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, peer: Peer) {
        let timeout = self.port.service.config.timeout;
        let Self { port, routes, mut stopped, .. } = self;
        let inner = TowerToHyperService::new(warp::service(routes));
        let turns = Turns::default();
        let stream = Stall::new(stream, timeout, turns.clone(), Arc::clone(&peer.inflow));
        let service = service_fn(move |request| {
            turns.next();
            let answer = answer(Arc::clone(&port), inner.clone(), peer.clone(), request);
            let turns = turns.clone();
            async move {
                let answer = answer.await?;
                match answer.status() {
                    StatusCode::SWITCHING_PROTOCOLS => turns.upgraded(),
                    _ => turns.next(),
                }
                Ok::<_, Infallible>(answer)
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(timeout.saturating_mul(REST))
            .max_headers(MAX_FIELDS)
            .max_buf_size(MAX_HEAD)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        let mut connection = std::pin::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = stop(&mut stopped) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            // What others send, and when they go, is no fault of this node's.
            tracing::debug!(%error, "a connection ended early");
        }
    }
}

/// Waits until the node stops.
async fn stop(stopped: &mut watch::Receiver<bool>) {
    // An error means that the node is gone, which is a stop too.
    let _ = stopped.wait_for(|stop| *stop).await;
}

/// Lets a request in, or not.
async fn answer(
    port: Arc<Port>,
    inner: impl Service<Request<Incoming>, Response = Response, Error = Infallible>,
    peer: Peer,
    mut request: Request<Incoming>,
) -> Result<Response, Infallible> {
    let origin = request.headers().get(ORIGIN).cloned();
    let refused = port.at_the_door(request.method(), request.uri().path(), request.headers());
    let mut answer = match refused {
        Some(answer) => body::skip(BodyDataStream::new(request.into_body()), answer).await,
        None => {
            request.extensions_mut().insert(peer);
            inner.call(request).await?
        }
    };
    if answer.status() != StatusCode::FORBIDDEN {
        port.doorway.welcome(origin.as_ref(), &mut answer);
    }
    port.service.metrics().answered(answer.status());
    Ok(answer)
}
