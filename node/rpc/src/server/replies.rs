//! Answers of HTTP.

use crate::{error::RpcError, jsonrpc};
use bytes::Bytes;
use warp::{
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_TYPE, RETRY_AFTER},
    },
    reply::Response,
};

/// JSON.
pub(super) fn json(status: StatusCode, body: impl Into<Bytes>) -> Response {
    typed(status, "application/json", body)
}

/// Text for people.
pub(super) fn plain(status: StatusCode, text: impl Into<Bytes>) -> Response {
    typed(status, "text/plain; charset=utf-8", text)
}

/// A body of a type.
pub(super) fn typed(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Response {
    let mut answer = Response::new(body.into().into());
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}

/// A request that is not looked at: an error of JSON-RPC, and when to try again.
pub(super) fn refusal(status: StatusCode, error: &RpcError, retry_after: Option<u64>) -> Response {
    let mut answer = json(status, jsonrpc::refused(error));
    if let Some(seconds) = retry_after {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}
