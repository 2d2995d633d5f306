//! HTTP: one path, three methods.

use crate::{Api, jsonrpc};
use futures_util::{Stream, StreamExt};
use std::{convert::Infallible, future::Future, sync::Arc, time::Duration};
use tokio::{net::TcpListener, sync::Semaphore};
use warp::{
    Buf, Filter, Reply,
    http::{Response, StatusCode, header::CONTENT_TYPE},
};

/// How the service is bounded.
#[derive(Clone, Copy, Debug)]
pub struct RpcConfig {
    /// Bytes of a request's body.
    pub max_body: usize,
    /// Requests worked on at once; more wait.
    pub concurrency: usize,
    /// How long the answer to a transaction waits for its block, if it does. Where blocks are made at once it should:
    /// a client that finds no receipt waits for the next block, and on a quiet chain there is none.
    pub settle: Option<Duration>,
}

impl Default for RpcConfig {
    /// geth's five megabytes; and as many blocking threads as keep two cores busy while some wait for the disk.
    fn default() -> Self {
        Self { max_body: 5 * 1024 * 1024, concurrency: 16, settle: None }
    }
}

type Answer = Response<Vec<u8>>;

/// Serves until `stop` is done, then finishes what is under way.
pub async fn serve(
    api: Api,
    listener: TcpListener,
    config: RpcConfig,
    stop: impl Future<Output = ()> + Send + 'static,
) {
    let service = Arc::new(Service { api, config, slots: Arc::new(Semaphore::new(config.concurrency)) });
    let post = warp::post().and(warp::body::stream()).then(move |body| {
        let service = Arc::clone(&service);
        async move { service.post(body).await }
    });
    let get = warp::get().map(|| plain(StatusCode::OK, "Zexus JSON-RPC: send requests here, by POST.\n"));
    let cors = warp::cors()
        .allow_any_origin()
        .allow_methods(["GET", "POST", "OPTIONS"])
        .allow_headers(["content-type", "authorization", "x-requested-with"])
        .build();
    let routes = warp::path::end().and(post.or(get)).recover(refuse).with(cors);
    warp::serve(routes).incoming(listener).graceful(stop).run().await;
}

struct Service {
    api: Api,
    config: RpcConfig,
    slots: Arc<Semaphore>,
}

impl Service {
    async fn post(&self, body: impl Stream<Item = Result<impl Buf, warp::Error>>) -> Answer {
        let body = match self.read(body).await {
            Ok(body) => body,
            Err(answer) => return answer,
        };
        // The semaphore is never closed. The work keeps its slot even if the client hangs up.
        let slot = Arc::clone(&self.slots).acquire_owned().await;
        let api = self.api.for_request();
        let request = api.clone();
        let work = move || {
            let _slot = slot;
            jsonrpc::answer(&request, &body)
        };
        let answer = tokio::task::spawn_blocking(work).await;
        if let Some(limit) = self.config.settle {
            let sent = std::mem::take(&mut *api.sent());
            // Past the limit the transaction waits on, and its sender need not.
            let _ = tokio::time::timeout(limit, api.chain.settled(&sent)).await;
        }
        match answer {
            Ok(answer) => json(answer.unwrap_or_default()),
            Err(error) => {
                tracing::error!(%error, "a request panicked");
                plain(StatusCode::INTERNAL_SERVER_ERROR, "internal error\n")
            }
        }
    }

    /// Reads a body, and no more of it than is allowed.
    async fn read(&self, body: impl Stream<Item = Result<impl Buf, warp::Error>>) -> Result<Vec<u8>, Answer> {
        let mut body = std::pin::pin!(body);
        let mut bytes = Vec::new();
        while let Some(part) = body.next().await {
            let mut part = part.map_err(|_| plain(StatusCode::BAD_REQUEST, "the body could not be read\n"))?;
            if bytes.len() + part.remaining() > self.config.max_body {
                let text = format!("request body too large: limit {} bytes\n", self.config.max_body);
                return Err(plain(StatusCode::PAYLOAD_TOO_LARGE, text));
            }
            while part.has_remaining() {
                let chunk = part.chunk();
                bytes.extend_from_slice(chunk);
                let read = chunk.len();
                part.advance(read);
            }
        }
        Ok(bytes)
    }
}

fn json(body: Vec<u8>) -> Answer {
    let mut answer = Response::new(body);
    answer.headers_mut().insert(CONTENT_TYPE, warp::http::HeaderValue::from_static("application/json"));
    answer
}

fn plain(status: StatusCode, text: impl Into<String>) -> Answer {
    let mut answer = Response::new(text.into().into_bytes());
    *answer.status_mut() = status;
    answer
}

/// Whatever matched nothing: a preflight without its headers, another path, another method.
async fn refuse(rejection: warp::Rejection) -> Result<impl Reply, Infallible> {
    let (status, text) = if rejection.is_not_found() {
        (StatusCode::NOT_FOUND, "not found: JSON-RPC is served at /\n")
    } else {
        (StatusCode::METHOD_NOT_ALLOWED, "method not allowed: JSON-RPC wants POST\n")
    };
    Ok(plain(status, text))
}
