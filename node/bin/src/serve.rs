//! Flags of the RPC service, and the ports that they ask for.

use clap::{Args, ValueEnum};
use eyre::{Result, WrapErr, ensure};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::net::TcpListener;
use zx_rpc::{
    CallLimits, Endpoint, Hosts, JwtSecret, MethodRate, Namespaces, Origins, Rate, ReadyLimits, RpcConfig, SocketLimits,
};

const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Port of HTTP, and of WebSockets if they have no other.
const HTTP_PORT: u16 = 8545;
const AUTH_PORT: u16 = 8551;
/// File of the secret in the data directory, unless a flag names another.
const SECRET_FILE: &str = "jwt.hex";
const MEBIBYTE: usize = 1024 * 1024;

/// Flags of the service.
#[derive(Args)]
#[command(next_help_heading = "RPC ports")]
pub(crate) struct Options {
    /// What holds where no flag says otherwise: `development` serves everything to whoever sits before the node,
    /// `public` what may be shown to strangers.
    #[arg(long = "rpc.profile", value_name = "NAME", default_value = "development", env = "ZX_RPC_PROFILE")]
    profile: Profile,
    /// HTTP is always served; the flag is taken because other nodes want it.
    #[arg(long, hide = true)]
    http: bool,
    /// Address of the HTTP port. Anything but loopback lets others in: see docs/operations.md first.
    #[arg(long = "http.addr", value_name = "IP", default_value_t = LOOPBACK, env = "ZX_HTTP_ADDR")]
    http_addr: IpAddr,
    /// Port of HTTP; 0 takes a free one [default: 8545].
    #[arg(long = "http.port", value_name = "PORT", env = "ZX_HTTP_PORT", conflicts_with = "port")]
    http_port: Option<u16>,
    /// Namespaces over HTTP, with commas [default: all; eth,net,web3,zx,contract if public].
    #[arg(long = "http.api", value_name = "LIST|all", env = "ZX_HTTP_API")]
    http_api: Option<Namespaces>,
    /// Origins whose pages may use the node from a browser [default: *; none if public].
    #[arg(long = "http.corsdomain", value_name = "LIST|*", env = "ZX_HTTP_CORSDOMAIN")]
    http_corsdomain: Option<Origins>,
    /// Host names under which the node answers; addresses always are answered [default: localhost].
    #[arg(long = "http.vhosts", value_name = "LIST|*", env = "ZX_HTTP_VHOSTS")]
    http_vhosts: Option<Hosts>,
    /// Certificates of TLS on the HTTP and WebSocket ports, as PEM.
    #[arg(long, value_name = "FILE", env = "ZX_TLS_CERT", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Key of the first certificate, as PEM.
    #[arg(long, value_name = "FILE", env = "ZX_TLS_KEY", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Serve WebSockets. On by default, `--ws=false` turns them off.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value_t = true,
        action = clap::ArgAction::Set, value_name = "BOOL", env = "ZX_WS")]
    ws: bool,
    /// Address of a WebSocket port of its own [default: that of HTTP].
    #[arg(long = "ws.addr", value_name = "IP", env = "ZX_WS_ADDR")]
    ws_addr: Option<IpAddr>,
    /// Port for WebSockets alone [default: that of HTTP, which serves both].
    #[arg(long = "ws.port", value_name = "PORT", env = "ZX_WS_PORT")]
    ws_port: Option<u16>,
    /// Namespaces over WebSocket [default: those of HTTP].
    #[arg(long = "ws.api", value_name = "LIST|all", env = "ZX_WS_API")]
    ws_api: Option<Namespaces>,
    /// Origins whose pages may open a WebSocket on its own port [default: those of HTTP].
    #[arg(long = "ws.origins", value_name = "LIST|*", env = "ZX_WS_ORIGINS")]
    ws_origins: Option<Origins>,
    /// Address of the authenticated port, which serves every namespace.
    #[arg(long = "authrpc.addr", value_name = "IP", default_value_t = LOOPBACK, env = "ZX_AUTHRPC_ADDR")]
    authrpc_addr: IpAddr,
    /// Serve the authenticated port here [default with --authrpc.jwtsecret: 8551, else not at all].
    #[arg(long = "authrpc.port", value_name = "PORT", env = "ZX_AUTHRPC_PORT")]
    authrpc_port: Option<u16>,
    /// Secret of the authenticated port: 64 hexadecimal digits; made if missing [default: jwt.hex in the data directory].
    #[arg(long = "authrpc.jwtsecret", value_name = "FILE", env = "ZX_AUTHRPC_JWTSECRET")]
    authrpc_jwtsecret: Option<PathBuf>,
    /// Host names under which the authenticated port answers [default: localhost].
    #[arg(long = "authrpc.vhosts", value_name = "LIST|*", env = "ZX_AUTHRPC_VHOSTS")]
    authrpc_vhosts: Option<Hosts>,
    /// Serve metrics here, and only here [default: at /metrics of the HTTP port].
    #[arg(long, value_name = "IP:PORT", env = "ZX_METRICS")]
    metrics: Option<SocketAddr>,
    #[command(flatten)]
    bounds: Bounds,
}

/// Flags that bound the service.
#[derive(Args)]
#[command(next_help_heading = "RPC bounds")]
struct Bounds {
    /// Gas that a call which nobody pays for may use.
    #[arg(long = "rpc.gascap", value_name = "GAS", default_value_t = 50_000_000, env = "ZX_RPC_GASCAP")]
    gas: u64,
    /// How long such a call may take.
    #[arg(long = "rpc.evmtimeout", value_name = "SECONDS", default_value = "5", value_parser = seconds, env = "ZX_RPC_EVMTIMEOUT")]
    call_time: Duration,
    /// How long a trace may take.
    #[arg(long = "rpc.trace-timeout", value_name = "SECONDS", default_value = "30", value_parser = seconds, env = "ZX_RPC_TRACE_TIMEOUT")]
    trace_time: Duration,
    /// Mebibytes of a trace.
    #[arg(long = "rpc.max-trace-size", value_name = "MIB", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..), env = "ZX_RPC_MAX_TRACE_SIZE")]
    trace_size: u16,
    /// Mebibytes of a request.
    #[arg(long = "rpc.max-request-size", value_name = "MIB", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..), env = "ZX_RPC_MAX_REQUEST_SIZE")]
    request_size: u16,
    /// Mebibytes of the answers of a batch.
    #[arg(long = "rpc.max-response-size", value_name = "MIB", default_value_t = 25, value_parser = clap::value_parser!(u16).range(1..), env = "ZX_RPC_MAX_RESPONSE_SIZE")]
    response_size: u16,
    /// Requests in a batch.
    #[arg(
        long = "rpc.batch-request-limit",
        value_name = "COUNT",
        default_value_t = 1_000,
        env = "ZX_RPC_BATCH_REQUEST_LIMIT"
    )]
    batch: usize,
    /// How long a batch may take.
    #[arg(long = "rpc.batch-timeout", value_name = "SECONDS", default_value = "10", value_parser = seconds, env = "ZX_RPC_BATCH_TIMEOUT")]
    batch_time: Duration,
    /// Blocks that a query of logs may span if it names neither address nor topic.
    #[arg(
        long = "rpc.max-blocks-per-filter",
        value_name = "BLOCKS",
        default_value_t = 100_000,
        env = "ZX_RPC_MAX_BLOCKS_PER_FILTER"
    )]
    log_blocks: u64,
    /// Logs that one query may return.
    #[arg(
        long = "rpc.max-logs-per-response",
        value_name = "LOGS",
        default_value_t = 20_000,
        env = "ZX_RPC_MAX_LOGS_PER_RESPONSE"
    )]
    logs: usize,
    /// Connections of all callers together.
    #[arg(long = "rpc.max-connections", value_name = "COUNT", default_value_t = 4_096, env = "ZX_RPC_MAX_CONNECTIONS")]
    connections: usize,
    /// Connections of one address [default: as many as of all; 256 if public].
    #[arg(long = "rpc.max-connections-per-ip", value_name = "COUNT", env = "ZX_RPC_MAX_CONNECTIONS_PER_IP")]
    connections_per_ip: Option<usize>,
    /// Subscriptions of one WebSocket.
    #[arg(
        long = "rpc.max-subscriptions-per-connection",
        value_name = "COUNT",
        default_value_t = 128,
        env = "ZX_RPC_MAX_SUBSCRIPTIONS_PER_CONNECTION"
    )]
    subscriptions: usize,
    /// Calls a second of one address, and how many at once after a rest [default: any number; 100:1000 if public].
    #[arg(long = "rpc.rate", value_name = "RATE[:BURST]", env = "ZX_RPC_RATE")]
    rate: Option<Rate>,
    /// Calls a second of one address to some methods, such as `eth_getLogs=20,debug_*=2:5`.
    #[arg(
        long = "rpc.method-rate",
        value_name = "METHOD=RATE[:BURST]",
        value_delimiter = ',',
        env = "ZX_RPC_METHOD_RATE"
    )]
    method_rate: Vec<MethodRate>,
    /// How long the head of a request may take; then its body, and each part of an answer. A connection may rest four
    /// times as long.
    #[arg(long = "rpc.timeout", value_name = "SECONDS", default_value = "30", value_parser = seconds, env = "ZX_RPC_TIMEOUT")]
    timeout: Duration,
    /// Age of the head above which /ready says no [default: any; with --block-time four of them].
    #[arg(long = "ready.max-head-age", value_name = "SECONDS", value_parser = seconds, env = "ZX_READY_MAX_HEAD_AGE")]
    head_age: Option<Duration>,
    /// Peers below which /ready says no.
    #[arg(long = "ready.min-peers", value_name = "COUNT", default_value_t = 0, env = "ZX_READY_MIN_PEERS")]
    peers: u64,
    /// Blocks behind the best peer above which /ready says no.
    #[arg(long = "ready.max-lag", value_name = "BLOCKS", default_value_t = 8, env = "ZX_READY_MAX_LAG")]
    lag: u64,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(time) if (0.001..=86_400.0).contains(&seconds) => Ok(time),
        _ => Err("a time is between 0.001 and 86400 seconds".to_owned()),
    }
}

/// What holds where no flag says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Profile {
    Development,
    Public,
}

impl Profile {
    fn namespaces(self) -> Namespaces {
        match self {
            Self::Development => Namespaces::all(),
            Self::Public => Namespaces::open(),
        }
    }

    fn origins(self) -> Origins {
        match self {
            Self::Development => Origins::Any,
            Self::Public => Origins::none(),
        }
    }

    fn rate(self) -> Option<Rate> {
        match self {
            Self::Development => None,
            Self::Public => Some(Rate { per_second: 100, burst: 1_000 }),
        }
    }

    fn connections_per_ip(self, all: usize) -> usize {
        match self {
            Self::Development => all,
            Self::Public => all.min(256),
        }
    }
}

/// The ports, and where they are.
pub(crate) struct Ports {
    pub(crate) endpoints: Vec<Endpoint>,
    /// The HTTP port.
    pub(crate) http: String,
    /// The others, with what they are.
    pub(crate) others: Vec<(&'static str, String)>,
}

impl Options {
    /// Binds every port. `port` is that of HTTP if no flag of its own says.
    pub(crate) async fn bind(&self, port: Option<u16>, datadir: &Path) -> Result<Ports> {
        let tls = match (&self.tls_cert, &self.tls_key) {
            (Some(certificates), Some(key)) => Some(zx_rpc::tls(certificates, key)?),
            _ => None,
        };
        let secure = if tls.is_some() { "s" } else { "" };
        let api = self.http_api.clone().unwrap_or_else(|| self.profile.namespaces());
        let ws_api = self.ws_api.clone().unwrap_or_else(|| api.clone());
        let origins = self.http_corsdomain.clone().unwrap_or_else(|| self.profile.origins());
        let hosts = self.http_vhosts.clone().unwrap_or_else(Hosts::loopback);
        let own_ws = self.ws && (self.ws_port.is_some() || self.ws_addr.is_some_and(|addr| addr != self.http_addr));

        let address = SocketAddr::new(self.http_addr, self.http_port.or(port).unwrap_or(HTTP_PORT));
        let (listener, at) = listen(address, "--http.port").await?;
        let http = format!("http{secure}://{at}");
        let shared_ws = (self.ws && !own_ws).then(|| ws_api.clone());
        let (metrics, mut others) = (self.metrics.is_none(), Vec::new());
        let mut endpoints = vec![Endpoint {
            listener,
            http: Some(api),
            ws: shared_ws,
            origins: origins.clone(),
            hosts: hosts.clone(),
            secret: None,
            tls: tls.clone(),
            metrics,
        }];
        if own_ws {
            let address =
                SocketAddr::new(self.ws_addr.unwrap_or(self.http_addr), self.ws_port.unwrap_or(HTTP_PORT + 1));
            let (listener, at) = listen(address, "--ws.port").await?;
            others.push(("WebSocket", format!("ws{secure}://{at}")));
            let origins = self.ws_origins.clone().unwrap_or(origins);
            endpoints.push(Endpoint {
                listener,
                http: None,
                ws: Some(ws_api),
                origins,
                hosts,
                secret: None,
                tls,
                metrics: false,
            });
        }
        endpoints.extend(self.authenticated(datadir, &mut others).await?);
        endpoints.extend(self.metrics(&mut others).await?);
        Ok(Ports { endpoints, http, others })
    }

    async fn authenticated(
        &self,
        datadir: &Path,
        others: &mut Vec<(&'static str, String)>,
    ) -> Result<Option<Endpoint>> {
        if self.authrpc_port.is_none() && self.authrpc_jwtsecret.is_none() {
            return Ok(None);
        }
        let file = self.authrpc_jwtsecret.clone().unwrap_or_else(|| datadir.join(SECRET_FILE));
        let secret = JwtSecret::load_or_create(&file)?;
        let address = SocketAddr::new(self.authrpc_addr, self.authrpc_port.unwrap_or(AUTH_PORT));
        let (listener, at) = listen(address, "--authrpc.port").await?;
        others.push(("With JWT", format!("http://{at} (secret in {})", file.display())));
        Ok(Some(Endpoint {
            listener,
            http: Some(Namespaces::all()),
            ws: self.ws.then(Namespaces::all),
            origins: Origins::none(),
            hosts: self.authrpc_vhosts.clone().unwrap_or_else(Hosts::loopback),
            secret: Some(Arc::new(secret)),
            tls: None,
            metrics: false,
        }))
    }

    async fn metrics(&self, others: &mut Vec<(&'static str, String)>) -> Result<Option<Endpoint>> {
        let Some(address) = self.metrics else { return Ok(None) };
        let (listener, at) = listen(address, "--metrics").await?;
        others.push(("Metrics", format!("http://{at}/metrics")));
        Ok(Some(Endpoint {
            listener,
            http: None,
            ws: None,
            origins: Origins::none(),
            hosts: Hosts::Any,
            secret: None,
            tls: None,
            metrics: true,
        }))
    }

    /// How the service is bounded. `period` is the time from block to block, if it is known.
    pub(crate) fn config(&self, period: Option<Duration>, settle: Option<Duration>) -> Result<RpcConfig> {
        let bounds = &self.bounds;
        ensure!(bounds.connections > 0, "--rpc.max-connections is 0: nobody could connect");
        let usual = RpcConfig::default();
        Ok(RpcConfig {
            max_body: usize::from(bounds.request_size).saturating_mul(MEBIBYTE),
            timeout: bounds.timeout,
            connections: bounds.connections,
            connections_per_ip: bounds
                .connections_per_ip
                .unwrap_or_else(|| self.profile.connections_per_ip(bounds.connections)),
            rate: bounds.rate.or_else(|| self.profile.rate()),
            method_rates: bounds.method_rate.clone(),
            sockets: SocketLimits { subscriptions: bounds.subscriptions, ..usual.sockets },
            calls: CallLimits {
                batch: bounds.batch,
                answer: usize::from(bounds.response_size).saturating_mul(MEBIBYTE),
                batch_time: bounds.batch_time,
                call_time: bounds.call_time,
                trace_time: bounds.trace_time,
                trace: usize::from(bounds.trace_size).saturating_mul(MEBIBYTE),
                gas: bounds.gas,
                log_blocks: bounds.log_blocks,
                logs: bounds.logs,
            },
            ready: ReadyLimits {
                head_age: bounds.head_age.or(period.map(|period| period.saturating_mul(4))),
                peers: bounds.peers,
                lag: bounds.lag,
            },
            settle,
            ..usual
        })
    }
}

async fn listen(address: SocketAddr, flag: &str) -> Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address)
        .await
        .wrap_err_with(|| format!("cannot listen on {address}; is another node running? {flag} chooses another one"))?;
    let at = listener.local_addr()?;
    Ok((listener, at))
}
