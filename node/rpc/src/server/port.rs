//! One port: what is let in, and what is answered there.

use super::{
    Service, Visitor,
    connections::Place,
    doorway::Doorway,
    jwt::JwtSecret,
    namespaces::Namespaces,
    replies::{plain, refusal},
    stall::Inflow,
};
use crate::{
    error::{RpcError, code},
    subscriptions::Session,
};
use std::{
    net::IpAddr,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::sync::{mpsc, watch};
use warp::{
    Reply,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    reply::Response,
    ws::Ws,
};

/// A port.
#[derive(Debug)]
pub(super) struct Port {
    pub(super) service: Arc<Service>,
    pub(super) doorway: Doorway,
    pub(super) secret: Option<Arc<JwtSecret>>,
    pub(super) http: Option<Arc<Namespaces>>,
    pub(super) ws: Option<Arc<Namespaces>>,
    pub(super) metrics: bool,
}

/// A connection to it.
#[derive(Clone, Debug)]
pub(super) struct Peer {
    pub(super) address: IpAddr,
    /// Its place among the connections, until the last of its requests, or its WebSocket, is done.
    pub(super) place: Arc<Place>,
    /// What it sends if it becomes a WebSocket.
    pub(super) inflow: Arc<Inflow>,
    pub(super) stopped: watch::Receiver<bool>,
    pub(super) alive: mpsc::Sender<()>,
}

impl Port {
    /// The answer to a request that is not let in, or needs nothing but what stands in its head.
    pub(super) fn at_the_door(&self, method: &Method, path: &str, headers: &HeaderMap) -> Option<Response> {
        if let Some(why) = self.doorway.refuses(headers) {
            return Some(plain(StatusCode::FORBIDDEN, why));
        }
        if let Some(answer) = self.doorway.preflight(method, headers) {
            return Some(answer);
        }
        // Probes and scrapers know no secret, and learn nothing that is one.
        let secret = self.secret.as_ref().filter(|_| path == "/")?;
        let token = headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let why = secret.check(token, now).err()?;
        let error = RpcError::new(code::INVALID_REQUEST, format!("unauthorized: {why}"));
        let mut answer = refusal(StatusCode::UNAUTHORIZED, &error, None);
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        Some(answer)
    }

    /// The other side of a WebSocket, if this port has them.
    pub(super) fn upgrade(&self, ws: Ws, peer: Peer) -> Response {
        let Some(namespaces) = &self.ws else {
            return plain(StatusCode::NOT_FOUND, "this port serves no WebSockets\n");
        };
        let visitor = Visitor { address: peer.address, namespaces: Arc::clone(namespaces) };
        let service = Arc::clone(&self.service);
        let limit = service.config.max_body;
        let ws = ws.max_message_size(limit).max_frame_size(limit);
        let upgraded = ws.on_upgrade(move |socket| async move {
            let Peer { place, inflow, stopped, alive, .. } = peer;
            Session::new(service, visitor, inflow).run(socket, stopped).await;
            drop((place, alive));
        });
        upgraded.into_response()
    }
}
