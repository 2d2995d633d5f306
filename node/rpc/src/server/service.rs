//! Requests on their way to the methods and back.

use super::{
    Caller,
    body::{self, Body, BodyLimits},
    budget::{Budget, Share, held},
    caller::Departure,
    config::RpcConfig,
    connections::Connections,
    health,
    lanes::{self, Brief, Lane, Unable, Workers},
    metrics::Metrics,
    namespaces::Namespaces,
    rate::Limiter,
    replies::{json, plain, refusal},
};
use crate::{
    Api, CallLimits, NodeStatus,
    error::{RpcError, code},
    jsonrpc,
    subscriptions::{Feed, Table},
};
use bytes::Bytes;
use futures_util::Stream;
use std::{
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    runtime::{Handle, RuntimeFlavor},
    sync::Semaphore,
    task::block_in_place,
};
use warp::{Buf, http::StatusCode, http::header::RETRY_AFTER, reply::Response};
use zx_chain::Chain;

/// How long a call of a contract may take where it came in.
const MOMENT: Duration = Duration::from_millis(5);

/// What all ports share.
#[derive(Debug)]
pub(crate) struct Service {
    api: Api,
    pub(crate) config: RpcConfig,
    pub(super) status: Arc<NodeStatus>,
    pub(super) connections: Arc<Connections>,
    limiter: Arc<Limiter>,
    metrics: Arc<Metrics>,
    workers: Workers,
    /// Threads of the runtime that may stand still for a call: never all of them.
    threads: Semaphore,
    pub(super) bodies: Budget,
    answers: Budget,
    feed: Arc<Feed>,
}

/// Who sends requests, and what he may ask for.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    pub(crate) address: IpAddr,
    pub(crate) namespaces: Arc<Namespaces>,
}

/// An answer, or nothing if the request had only notifications.
pub(crate) type Answered = Result<Option<Bytes>, Unable>;

impl Service {
    pub(super) fn new(api: Api, config: RpcConfig, status: Arc<NodeStatus>) -> prometheus::Result<Self> {
        let metrics = Arc::new(Metrics::new(&api.version)?);
        Ok(Self {
            connections: Arc::new(Connections::new(config.connections, config.connections_per_ip)),
            limiter: Arc::new(Limiter::new(config.rate, config.method_rates.clone())),
            workers: Workers::new(config.concurrency, config.long_concurrency, config.queue),
            threads: Semaphore::new(Handle::current().metrics().num_workers() / 2),
            bodies: Budget::new(config.body_memory),
            answers: Budget::new(config.answer_memory),
            feed: Arc::new(Feed::new(Arc::clone(&api.chain), config.sockets.backlog_all, Handle::current())),
            api: api.within(config.calls).told_by(Arc::clone(&status)),
            status,
            metrics,
            config,
        })
    }

    pub(super) fn chain(&self) -> &Arc<Chain> {
        &self.api.chain
    }

    pub(crate) fn feed(&self) -> &Arc<Feed> {
        &self.feed
    }

    pub(crate) fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// A caller for one request, with the subscriptions of its connection if it can have some.
    pub(crate) fn caller(&self, visitor: &Visitor, table: Option<Arc<Table>>) -> Arc<Caller> {
        let (limiter, metrics) = (Arc::clone(&self.limiter), Arc::clone(&self.metrics));
        Arc::new(Caller::new(Arc::clone(&visitor.namespaces), limiter, metrics, visitor.address, table))
    }

    /// Works on a body. The work is given up if this is dropped.
    pub(crate) async fn answer<B: AsRef<[u8]> + Send + 'static>(
        &self,
        caller: &Arc<Caller>,
        body: Owned<B>,
    ) -> Answered {
        let _departure: Departure = caller.departure();
        if let Err(values) = lanes::weigh(body.as_ref()) {
            let text = format!("the request has too many values: some {values}, limit {}", lanes::MAX_VALUES);
            return Ok(Some(jsonrpc::refused(&RpcError::new(code::INVALID_REQUEST, text)).into()));
        }
        let api = self.api.for_request(Arc::clone(caller));
        let answer = match self.at_once(&api, body.as_ref()) {
            Some(answer) => answer?,
            None => {
                let request = api.clone();
                let lane = lanes::lane(body.as_ref());
                self.workers.run(lane, move || jsonrpc::answer(&request, body.as_ref())).await?
            }
        };
        if let Some(limit) = self.config.settle {
            let sent = std::mem::take(&mut *api.sent());
            if !sent.is_empty() {
                // Past the limit the transaction waits on, and its sender need not.
                let _ = tokio::time::timeout(limit, api.chain.settled(&sent)).await;
            }
        }
        match answer {
            None => Ok(None),
            Some(answer) => {
                let share = self.answers.take(answer.len(), self.config.timeout).await.ok_or(Unable::Busy)?;
                Ok(Some(held(answer, share)))
            }
        }
    }

    /// Answers on this thread what most likely takes less time than to hand it to another one. Lookups are done at once.
    /// A call of a contract is given a moment; if that is not enough it is given up, to begin again where it can be
    /// cancelled when its caller goes. It may first have to compile: half of the threads at most stand still for it, on
    /// the others tasks move to another thread.
    fn at_once(&self, api: &Api, body: &[u8]) -> Option<Result<Option<Vec<u8>>, Unable>> {
        // A fork asks another node.
        let brief = lanes::brief(body).filter(|_| self.chain().fork().is_none())?;
        if brief == Brief::Lookup {
            return self.workers.here(Lane::Short, || jsonrpc::answer(api, body));
        }
        let limits = CallLimits { call_time: MOMENT, ..self.config.calls };
        if self.config.calls.call_time <= MOMENT || Handle::current().runtime_flavor() != RuntimeFlavor::MultiThread {
            return None;
        }
        let tried = api.clone().within(limits);
        api.caller.try_briefly();
        let answer = self.workers.here(Lane::Long, || match self.threads.try_acquire() {
            Ok(_thread) => jsonrpc::answer(&tried, body),
            Err(_) => block_in_place(|| jsonrpc::answer(&tried, body)),
        });
        if api.caller.has_given_up() { None } else { answer }
    }

    /// Answers a request over HTTP.
    pub(super) async fn post(
        &self,
        visitor: &Visitor,
        declared: Option<u64>,
        body: impl Stream<Item = Result<impl Buf, warp::Error>>,
    ) -> Response {
        if let Some(refused) = self.limiter.exhausted(visitor.address, Instant::now()) {
            let error = RpcError::new(code::LIMIT, refused.text());
            let answer = refusal(StatusCode::TOO_MANY_REQUESTS, &error, Some(refused.seconds()));
            return body::skip(body, answer).await;
        }
        let limits = BodyLimits { bytes: self.config.max_body, time: self.config.timeout };
        let Body { bytes, share } = match body::read(body, declared, &limits, &self.bodies).await {
            Ok(body) => body,
            Err(answer) => return answer,
        };
        let caller = self.caller(visitor, None);
        let answer = self.answer(&caller, Owned(bytes, share)).await;
        let tally = caller.tally();
        if tally.calls == 0 {
            caller.charge();
        }
        match answer {
            Ok(answer) => {
                let mut answer = json(StatusCode::OK, answer.unwrap_or_default());
                if let Some(refused) = tally.wait.filter(|_| tally.calls == tally.limited) {
                    *answer.status_mut() = StatusCode::TOO_MANY_REQUESTS;
                    answer.headers_mut().insert(RETRY_AFTER, refused.seconds().into());
                }
                answer
            }
            Err(unable) => self.unable(unable),
        }
    }

    fn unable(&self, unable: Unable) -> Response {
        match unable {
            Unable::Busy => refusal(StatusCode::SERVICE_UNAVAILABLE, &busy(), Some(1)),
            Unable::Panicked => plain(StatusCode::INTERNAL_SERVER_ERROR, "internal error\n"),
        }
    }

    pub(super) fn health(&self) -> Response {
        health::health(self.chain(), &self.api.version)
    }

    pub(super) fn ready(&self) -> Response {
        health::ready(self.chain(), &self.status, &self.config.ready)
    }

    pub(super) fn metrics_text(&self) -> Response {
        self.metrics.text(self.chain(), &self.status, self.connections.count())
    }

    /// What a person finds at `/`.
    pub(super) fn describe(&self) -> Response {
        let (version, spec) = (&self.api.version, self.chain().spec());
        let (chain, head) = (spec.chain_id, self.chain().head().number());
        let text = format!(
            "{version}: Zexus JSON-RPC. Chain {chain}, block {head}.\n\
             Send requests here, by POST or over a WebSocket. GET /health, /ready, /metrics.\n"
        );
        plain(StatusCode::OK, text)
    }
}

/// What a request is told when there are too many.
pub(crate) fn busy() -> RpcError {
    RpcError::new(code::LIMIT, "the node is busy: as many requests wait as may; try again in 1 s")
}

/// A body with its share of the memory, which is given back when it has been worked on.
pub(crate) struct Owned<B>(
    pub(crate) B,
    #[expect(dead_code, reason = "given back when it is dropped")] pub(crate) Share,
);

impl<B: AsRef<[u8]>> AsRef<[u8]> for Owned<B> {
    fn as_ref(&self) -> &[u8] {
        self.0.as_ref()
    }
}
