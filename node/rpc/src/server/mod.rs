//! The service around the methods: ports, connections, bounds, health and metrics.

mod accept;
mod body;
mod budget;
mod caller;
mod config;
mod connections;
mod doorway;
mod health;
mod jwt;
mod lanes;
mod metrics;
mod namespaces;
mod port;
mod process;
mod rate;
mod replies;
mod routes;
mod service;
mod stall;
mod tls;

pub(crate) use caller::Caller;
pub use config::{Endpoint, ReadyLimits, RpcConfig, SocketLimits};
pub use doorway::{Hosts, Origins};
pub use jwt::{JwtSecret, SecretError};
pub(crate) use lanes::Unable;
pub(crate) use metrics::Metrics;
pub use namespaces::Namespaces;
pub use rate::{MethodRate, Rate};
pub(crate) use service::{Owned, Service, Visitor, busy};
pub(crate) use stall::Inflow;
pub use tls::{TlsError, tls};

use crate::{Api, NodeStatus};
use port::Port;
use std::{future::Future, sync::Arc};
use tokio::{
    sync::{mpsc, watch},
    task::JoinSet,
};

/// Serves on every port until `stop` is done, then finishes what is under way and closes WebSockets.
pub async fn serve(
    api: Api,
    endpoints: Vec<Endpoint>,
    config: RpcConfig,
    status: Arc<NodeStatus>,
    stop: impl Future<Output = ()> + Send + 'static,
) {
    let service = match Service::new(api, config, Arc::clone(&status)) {
        Ok(service) => Arc::new(service),
        Err(error) => return tracing::error!(%error, "the metrics cannot be made, and nothing is served"),
    };
    let (stopping, stopped) = watch::channel(false);
    // Held by every WebSocket: the last one that goes ends the wait below.
    let (alive, mut ended) = mpsc::channel::<()>(1);
    let feed = tokio::spawn(Arc::clone(service.feed()).run(Arc::clone(&status)));
    let mut ports = JoinSet::new();
    for Endpoint { listener, http, ws, origins, hosts, secret, tls, metrics } in endpoints {
        let doorway = doorway::Doorway { hosts, origins };
        let (http, ws) = (http.map(Arc::new), ws.map(Arc::new));
        let port = Port { service: Arc::clone(&service), doorway, secret, http, ws, metrics };
        ports.spawn(accept::run(Arc::new(port), listener, tls, stopped.clone(), alive.clone()));
    }
    drop(alive);
    stop.await;
    status.stop();
    stopping.send_replace(true);
    while ports.join_next().await.is_some() {}
    let _ = ended.recv().await;
    feed.abort();
}
