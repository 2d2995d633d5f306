//! How the service is bounded, and where it listens.

use super::{
    doorway::{Hosts, Origins},
    jwt::JwtSecret,
    namespaces::Namespaces,
    rate::{MethodRate, Rate},
};
use crate::CallLimits;
use std::{sync::Arc, time::Duration};
use tokio::net::TcpListener;
use tokio_rustls::rustls::ServerConfig;

/// Bounds that all ports share.
#[derive(Clone, Debug)]
pub struct RpcConfig {
    /// Bytes of a request's body, or of a WebSocket message.
    pub max_body: usize,
    /// Bytes that all bodies together may take beyond the first 32 KiB of each.
    pub body_memory: usize,
    /// Bytes that all answers that are not sent yet may take.
    pub answer_memory: usize,
    /// Short requests worked on at once.
    pub concurrency: usize,
    /// Requests worked on at once that may take long: calls of contracts, logs, traces.
    pub long_concurrency: usize,
    /// Requests that wait until one of those is done; more are refused.
    pub queue: usize,
    /// Time for the head of a request; then for its body, and for each part of an answer. A connection may rest four
    /// times as long between two requests.
    pub timeout: Duration,
    /// Connections of all callers.
    pub connections: usize,
    /// Connections of one address.
    pub connections_per_ip: usize,
    /// Calls of one address; without it, any number.
    pub rate: Option<Rate>,
    /// Calls of one address to some methods.
    pub method_rates: Vec<MethodRate>,
    /// Bounds of WebSockets.
    pub sockets: SocketLimits,
    /// Bounds of calls.
    pub calls: CallLimits,
    /// When the node is not ready.
    pub ready: ReadyLimits,
    /// How long the answer to a transaction waits for its block, if it does. Where blocks are made at once it should:
    /// a client that finds no receipt waits for the next block, and on a quiet chain there is none.
    pub settle: Option<Duration>,
}

/// Bounds of WebSockets.
#[derive(Clone, Copy, Debug)]
pub struct SocketLimits {
    /// Subscriptions of one connection.
    pub subscriptions: usize,
    /// Requests of one connection that are worked on at once; the next is read when one is done.
    pub requests: usize,
    /// Bytes of notifications that may wait for one connection before it is dropped as too slow.
    pub backlog: usize,
    /// The same for all connections: beyond it, those with the most behind are dropped.
    pub backlog_all: usize,
    /// A ping is sent so often; who says nothing at all for four of them is gone.
    pub ping: Duration,
}

/// When the node is not ready to be sent requests.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadyLimits {
    /// Age of the head above which it is not.
    pub head_age: Option<Duration>,
    /// Peers below which it is not.
    pub peers: u64,
    /// Blocks behind the best that a peer has told of, above which it is not.
    pub lag: u64,
}

/// A port.
#[derive(Debug)]
pub struct Endpoint {
    /// What it is bound to.
    pub listener: TcpListener,
    /// Namespaces over HTTP; none if it serves none.
    pub http: Option<Namespaces>,
    /// Namespaces over WebSocket; none if it serves none.
    pub ws: Option<Namespaces>,
    /// Pages of which origins may use it.
    pub origins: Origins,
    /// Names under which it may be reached.
    pub hosts: Hosts,
    /// Callers prove that they know this.
    pub secret: Option<Arc<JwtSecret>>,
    /// TLS, if it is spoken.
    pub tls: Option<Arc<ServerConfig>>,
    /// Whether `GET /metrics` is answered.
    pub metrics: bool,
}

impl Default for RpcConfig {
    /// geth's bounds where it has them; as many threads as keep two cores busy while some wait for the disk.
    fn default() -> Self {
        Self {
            max_body: 5 * 1024 * 1024,
            body_memory: 128 * 1024 * 1024,
            answer_memory: 256 * 1024 * 1024,
            concurrency: 16,
            long_concurrency: 8,
            queue: 4_096,
            timeout: Duration::from_secs(30),
            connections: 4_096,
            connections_per_ip: 4_096,
            rate: None,
            method_rates: Vec::new(),
            sockets: SocketLimits::default(),
            calls: CallLimits::default(),
            ready: ReadyLimits::default(),
            settle: None,
        }
    }
}

impl Default for SocketLimits {
    fn default() -> Self {
        Self {
            subscriptions: 128,
            requests: 16,
            backlog: 1024 * 1024,
            backlog_all: 256 * 1024 * 1024,
            ping: Duration::from_secs(30),
        }
    }
}
