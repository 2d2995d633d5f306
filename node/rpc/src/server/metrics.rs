//! `GET /metrics`, in Prometheus' text format: one prefix, base units, `_total` for what only grows.

use super::{health::head_age, process, replies::typed};
use crate::{
    NodeStatus,
    error::{RpcError, code},
    subscriptions::Topic,
};
use prometheus::{
    HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder,
    core::Collector,
};
use std::time::Duration;
use warp::{http::StatusCode, reply::Response};
use zx_chain::Chain;

/// Seconds up to which calls are counted together: most take microseconds, the longest seconds.
const BUCKETS: [f64; 12] = [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.25, 1.0, 2.5, 10.0];

/// Figures of the last block, in the order in which they are looked up.
const CHAIN: [(&str, &str); 8] = [
    ("chain_head_number", "Height of the last block."),
    ("chain_head_timestamp_seconds", "Time of the last block, since 1970."),
    ("chain_head_age_seconds", "Time since the last block."),
    ("chain_lag_blocks", "Blocks behind the best that a peer has told of."),
    ("chain_head_gas_used", "Gas that the last block used."),
    ("chain_head_gas_limit", "Gas that the last block could use."),
    ("chain_head_base_fee_wei", "Base fee of the last block."),
    ("chain_head_transactions", "Transactions of the last block."),
];

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Ok,
    /// The caller's fault, or the contract's.
    Error,
    /// No such method here.
    Unknown,
    /// Refused for coming too soon.
    Limited,
    /// The node's own fault.
    Failed,
}

impl Outcome {
    pub(super) fn of<T>(result: &Result<T, RpcError>) -> Self {
        match result {
            Ok(_) => Self::Ok,
            Err(error) if error.code == code::METHOD_NOT_FOUND => Self::Unknown,
            Err(error) if error.code == code::LIMIT => Self::Limited,
            Err(error) if error.code == code::INTERNAL => Self::Failed,
            Err(_) => Self::Error,
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error => "error",
            Self::Unknown => "unknown",
            Self::Limited => "limited",
            Self::Failed => "failed",
        }
    }
}

/// Every metric.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    calls: IntCounterVec,
    call_time: HistogramVec,
    answers: IntCounterVec,
    refused: IntCounterVec,
    connections: IntGauge,
    sockets: IntGauge,
    subscriptions: IntGaugeVec,
    notifications: IntCounterVec,
    too_slow: IntCounter,
    chain: Vec<IntGauge>,
    peers: IntGauge,
    pool: IntGaugeVec,
    sandbox: IntCounterVec,
    sandbox_time: prometheus::CounterVec,
    modules: IntGauge,
    instances: IntGauge,
    db: IntGauge,
    process: process::Gauges,
}

/// A registry and its prefix.
pub(super) struct Maker(Registry);

impl Maker {
    pub(super) fn keep<C: Collector + Clone + 'static>(&self, made: prometheus::Result<C>) -> prometheus::Result<C> {
        let collector = made?;
        self.0.register(Box::new(collector.clone()))?;
        Ok(collector)
    }

    fn counter(&self, name: &str, help: &str) -> prometheus::Result<IntCounter> {
        self.keep(IntCounter::new(name, help))
    }

    fn counters(&self, name: &str, help: &str, labels: &[&str]) -> prometheus::Result<IntCounterVec> {
        self.keep(IntCounterVec::new(Opts::new(name, help), labels))
    }

    pub(super) fn gauge(&self, name: &str, help: &str) -> prometheus::Result<IntGauge> {
        self.keep(IntGauge::new(name, help))
    }

    fn gauges(&self, name: &str, help: &str, labels: &[&str]) -> prometheus::Result<IntGaugeVec> {
        self.keep(IntGaugeVec::new(Opts::new(name, help), labels))
    }
}

impl Metrics {
    /// All of them, at nought.
    ///
    /// # Errors
    /// If a name is not one, which a test rules out.
    pub(super) fn new(version: &str) -> prometheus::Result<Self> {
        let make = Maker(Registry::new_custom(Some("zx".to_owned()), None)?);
        make.gauges("node_info", "The node's version; always 1.", &["version"])?.with_label_values(&[version]).set(1);
        let durations = HistogramOpts::new("rpc_call_duration_seconds", "Time that calls take, by method.");
        let call_time = make.keep(HistogramVec::new(durations.buckets(BUCKETS.to_vec()), &["method"]))?;
        let sandbox_time = Opts::new("sandbox_seconds_total", "Time spent on modules, by what was done.");
        Ok(Self {
            calls: make.counters("rpc_calls_total", "Calls, by method and outcome.", &["method", "outcome"])?,
            call_time,
            answers: make.counters("rpc_http_responses_total", "HTTP answers, by status.", &["status"])?,
            refused: make.counters("rpc_connections_refused_total", "Connections turned away.", &["reason"])?,
            connections: make.gauge("rpc_connections", "Open connections, WebSockets too.")?,
            sockets: make.gauge("rpc_websockets", "Open WebSockets.")?,
            subscriptions: make.gauges("rpc_subscriptions", "Subscriptions, by topic.", &["topic"])?,
            notifications: make.counters("rpc_notifications_total", "Notifications sent, by topic.", &["topic"])?,
            too_slow: make.counter("rpc_slow_consumers_total", "WebSockets dropped because they read too slowly.")?,
            chain: CHAIN.iter().map(|(name, help)| make.gauge(name, help)).collect::<Result<_, _>>()?,
            peers: make.gauge("network_peers", "Peers.")?,
            pool: make.gauges("pool_transactions", "Transactions that wait.", &["state"])?,
            sandbox: make.counters(
                "sandbox_modules_total",
                "Modules that were asked for, by where from.",
                &["from"],
            )?,
            sandbox_time: make.keep(prometheus::CounterVec::new(sandbox_time, &["doing"]))?,
            modules: make.gauge("sandbox_modules", "Modules in memory.")?,
            instances: make.gauge("sandbox_instances", "Instances of modules, running or idle.")?,
            db: make.gauge("db_size_bytes", "Files of the database.")?,
            process: process::Gauges::new(&make)?,
            registry: make.0,
        })
    }

    /// A call has ended. What is no method has no name here: names that callers make up would fill the memory.
    pub(super) fn called(&self, method: &str, outcome: Outcome, took: Duration) {
        let known = !matches!(outcome, Outcome::Unknown | Outcome::Limited);
        let method = if known { method } else { "" };
        self.calls.with_label_values(&[method, outcome.label()]).inc();
        if known {
            self.call_time.with_label_values(&[method]).observe(took.as_secs_f64());
        }
    }

    pub(super) fn answered(&self, status: StatusCode) {
        self.answers.with_label_values(&[status.as_str()]).inc();
    }

    pub(super) fn refused(&self, reason: &str) {
        self.refused.with_label_values(&[reason]).inc();
    }

    pub(crate) fn socket(&self, change: i64) {
        self.sockets.add(change);
    }

    pub(crate) fn subscribed(&self, topic: Topic, change: i64) {
        self.subscriptions.with_label_values(&[topic.name()]).add(change);
    }

    pub(crate) fn notified(&self, topic: Topic) {
        self.notifications.with_label_values(&[topic.name()]).inc();
    }

    pub(crate) fn too_slow(&self) {
        self.too_slow.inc();
    }

    /// Everything as text, with what is only looked up when somebody asks.
    pub(super) fn text(&self, chain: &Chain, status: &NodeStatus, connections: usize) -> Response {
        self.connections.set(i64::try_from(connections).unwrap_or(i64::MAX));
        self.look(chain, status);
        match TextEncoder::new().encode_to_string(&self.registry.gather()) {
            Ok(text) => typed(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", text),
            Err(error) => typed(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", format!("{error}\n")),
        }
    }

    fn look(&self, chain: &Chain, status: &NodeStatus) {
        let clamp = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let head = chain.head();
        let values = [
            head.number(),
            head.header.timestamp,
            head_age(chain),
            status.lag(head.number()),
            head.header.gas_used,
            head.header.gas_limit,
            head.header.base_fee_per_gas.unwrap_or_default(),
            head.transactions.len() as u64,
        ];
        self.chain.iter().zip(values).for_each(|(gauge, value)| gauge.set(clamp(value)));
        self.peers.set(clamp(status.peer_count()));
        let pool = chain.pool_status();
        self.pool.with_label_values(&["pending"]).set(clamp(pool.pending as u64));
        self.pool.with_label_values(&["queued"]).set(clamp(pool.queued as u64));
        self.look_at_sandbox(chain);
        self.db.set(clamp(chain.database_bytes()));
        self.process.look();
    }

    fn look_at_sandbox(&self, chain: &Chain) {
        let figures = chain.cache_figures();
        for (from, count) in [
            ("compiler", figures.stats.compiled),
            ("disk", figures.stats.disk_hits),
            ("memory", figures.stats.memory_hits),
            ("rejected", figures.stats.rejected),
        ] {
            let counter = self.sandbox.with_label_values(&[from]);
            counter.inc_by(count.saturating_sub(counter.get()));
        }
        for (doing, time) in [("compile", figures.compile_time), ("load", figures.load_time)] {
            let counter = self.sandbox_time.with_label_values(&[doing]);
            counter.inc_by((time.as_secs_f64() - counter.get()).max(0.0));
        }
        self.modules.set(i64::try_from(figures.modules).unwrap_or(i64::MAX));
        self.instances.set(i64::try_from(figures.instances).unwrap_or(i64::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_callers_make_up_are_not_kept() {
        let metrics = Metrics::new("test").unwrap();
        for n in 0..100 {
            metrics.called(&format!("no_such{n}"), Outcome::Unknown, Duration::ZERO);
            metrics.called(&format!("too_soon{n}"), Outcome::Limited, Duration::ZERO);
        }
        metrics.called("eth_call", Outcome::Ok, Duration::from_millis(3));
        let text = TextEncoder::new().encode_to_string(&metrics.registry.gather()).unwrap();
        assert!(text.contains("zx_rpc_calls_total{method=\"\",outcome=\"unknown\"} 100\n"), "{text}");
        assert!(text.contains("zx_rpc_call_duration_seconds_bucket{method=\"eth_call\",le=\"0.005\"} 1\n"), "{text}");
        assert!(!text.contains("no_such") && !text.contains("too_soon"), "{text}");
        assert!(text.lines().all(|line| line.starts_with("# ") || line.starts_with("zx_")), "{text}");
    }
}
