//! Reading a request's body: bounded in bytes, in time, and in what all bodies take together.

use super::{
    budget::{Budget, Share},
    replies::{plain, refusal},
};
use crate::error::{RpcError, code};
use futures_util::{Stream, StreamExt};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};
use warp::{Buf, http::StatusCode, reply::Response};

/// Bytes of a body that need no share of the budget: every connection may have so many.
const FREE: usize = 32 * 1024;
/// How much of a body that is too large is read and thrown away, in multiples of the limit, so that the client is not
/// cut off while it writes and sees the answer.
const DRAINED: usize = 16;
/// How long that may take.
const DRAIN_TIME: Duration = Duration::from_secs(2);

/// How a body is bounded.
#[derive(Clone, Debug)]
pub(super) struct BodyLimits {
    /// Bytes.
    pub(super) bytes: usize,
    /// From the end of the head to the end of the body.
    pub(super) time: Duration,
}

/// A body that has been read.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) bytes: Vec<u8>,
    /// Held as long as the bytes are.
    pub(super) share: Share,
}

/// Reads a body, or says why not.
pub(super) async fn read(
    body: impl Stream<Item = Result<impl Buf, warp::Error>>,
    declared: Option<u64>,
    limits: &BodyLimits,
    budget: &Budget,
) -> Result<Body, Response> {
    let mut body = std::pin::pin!(body);
    if declared.is_some_and(|length| length > limits.bytes as u64) {
        return Err(too_large(body, limits).await);
    }
    let end = Instant::now() + limits.time;
    let (mut bytes, mut share, mut room) = (Vec::new(), Share::default(), FREE);
    loop {
        let Ok(part) = timeout_at(end, body.next()).await else {
            let text = format!("the body did not come in time: limit {} s\n", limits.time.as_secs());
            return Err(closing(plain(StatusCode::REQUEST_TIMEOUT, text)));
        };
        let Some(part) = part else { return Ok(Body { bytes, share }) };
        let mut part = part.map_err(|_| closing(plain(StatusCode::BAD_REQUEST, "the body could not be read\n")))?;
        let length = bytes.len().saturating_add(part.remaining());
        if length > limits.bytes {
            drop((bytes, share));
            return Err(too_large(body, limits).await);
        }
        if length > room {
            // What has come is doubled, so that a client holds little more than it has sent.
            let more = length.max(room);
            let wait = end.saturating_duration_since(Instant::now());
            share.add(budget.take(more, wait).await.ok_or_else(no_room)?);
            room = room.saturating_add(more);
        }
        while part.has_remaining() {
            let chunk = part.chunk();
            bytes.extend_from_slice(chunk);
            let read = chunk.len();
            part.advance(read);
        }
    }
}

/// Reads the body of a request that is turned away, if it is short, so that the connection can go on; if not, it ends
/// with the answer.
pub(super) async fn skip<E>(body: impl Stream<Item = Result<impl Buf, E>>, answer: Response) -> Response {
    match drain(&mut std::pin::pin!(body), FREE).await {
        true => answer,
        false => closing(answer),
    }
}

/// Reads a body to its end and forgets it; `false` if it is longer than that, or does not come.
async fn drain<E>(body: &mut (impl Stream<Item = Result<impl Buf, E>> + Unpin), mut bytes: usize) -> bool {
    let read = async {
        while let Some(part) = body.next().await {
            match part.ok().and_then(|part| bytes.checked_sub(part.remaining())) {
                Some(left) => bytes = left,
                None => return false,
            }
        }
        true
    };
    tokio::time::timeout(DRAIN_TIME, read).await.unwrap_or_default()
}

fn no_room() -> Response {
    let error = RpcError::new(code::LIMIT, "the node is busy: large requests take all the memory that they may");
    closing(refusal(StatusCode::SERVICE_UNAVAILABLE, &error, Some(1)))
}

async fn too_large(
    mut body: impl Stream<Item = Result<impl Buf, warp::Error>> + Unpin,
    limits: &BodyLimits,
) -> Response {
    // Past that, the client finds the connection closed.
    let _ = drain(&mut body, limits.bytes.saturating_mul(DRAINED)).await;
    closing(plain(StatusCode::PAYLOAD_TOO_LARGE, format!("request body too large: limit {} bytes\n", limits.bytes)))
}

/// The rest of the body is not read, so nothing can follow it.
fn closing(mut answer: Response) -> Response {
    answer.headers_mut().insert(warp::http::header::CONNECTION, warp::http::HeaderValue::from_static("close"));
    answer
}
