//! What is answered where.

use super::{
    Visitor,
    port::{Peer, Port},
    replies::plain,
};
use std::{convert::Infallible, sync::Arc};
use warp::{Filter, Rejection, filters::BoxedFilter, http::StatusCode, reply::Response};

/// The filter of a port. Requests come with their [`Peer`], and have been let in.
pub(super) fn routes(port: &Arc<Port>) -> BoxedFilter<(Response,)> {
    let with = {
        let port = Arc::clone(port);
        warp::any().map(move || Arc::clone(&port))
    };
    let length = warp::header::optional::<u64>("content-length");
    let post = warp::path::end().and(warp::post()).and(with.clone()).and(warp::ext::get::<Peer>()).and(length);
    let post = post.and(warp::body::stream()).then(|port: Arc<Port>, peer: Peer, length, body| async move {
        let Some(namespaces) = &port.http else {
            return plain(StatusCode::NOT_FOUND, "this port serves WebSockets only\n");
        };
        let visitor = Visitor { address: peer.address, namespaces: Arc::clone(namespaces) };
        port.service.post(&visitor, length, body).await
    });
    let socket = warp::path::end().and(warp::ws()).and(with.clone()).and(warp::ext::get::<Peer>());
    let socket = socket.map(|ws, port: Arc<Port>, peer| port.upgrade(ws, peer));
    let get = |path: BoxedFilter<()>, answer: fn(&Port) -> Response| {
        path.and(warp::path::end()).and(warp::get()).and(with.clone()).map(move |port: Arc<Port>| answer(&port))
    };
    let health = get(warp::path("health").boxed(), |port| port.service.health());
    let ready = get(warp::path("ready").boxed(), |port| port.service.ready());
    let metrics = get(warp::path("metrics").boxed(), |port| match port.metrics {
        true => port.service.metrics_text(),
        false => plain(StatusCode::NOT_FOUND, "metrics are served at another port\n"),
    });
    let about = get(warp::any().boxed(), |port| port.service.describe());
    let found = post.or(socket).unify().or(health).unify().or(ready).unify().or(metrics).unify().or(about).unify();
    found.recover(refuse).unify().boxed()
}

/// Whatever matched nothing: another path, another method.
async fn refuse(rejection: Rejection) -> Result<Response, Infallible> {
    Ok(match rejection.is_not_found() {
        true => plain(StatusCode::NOT_FOUND, "not found: JSON-RPC is served at /\n"),
        false => plain(StatusCode::METHOD_NOT_ALLOWED, "method not allowed: JSON-RPC wants POST\n"),
    })
}
