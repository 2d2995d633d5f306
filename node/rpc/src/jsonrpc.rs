//! The envelope: requests, batches, parameters.

use crate::{
    Api,
    error::{RpcError, code},
    methods,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::time::{Duration, Instant};

/// Requests in a batch; geth's bound. ethers sends up to a hundred.
const MAX_BATCH: usize = 1_000;

/// Bytes that the answers of a batch may take together; geth's bound.
const MAX_RESPONSE: usize = 25 * 1024 * 1024;

/// How long the requests of a batch may take together; what is left then is refused.
const MAX_TIME: Duration = Duration::from_secs(10);

/// An answer.
#[derive(Serialize)]
struct Answer {
    jsonrpc: &'static str,
    id: Value,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Result(Value),
    Error(RpcError),
}

/// Parameters of a call, by position.
#[derive(Debug)]
pub(crate) struct Params(Vec<Value>);

impl Params {
    fn read(value: Option<Value>) -> Result<Self, RpcError> {
        match value {
            None | Some(Value::Null) => Ok(Self(Vec::new())),
            Some(Value::Array(values)) => Ok(Self(values)),
            Some(_) => Err(RpcError::params("non-array args: parameters go by position, in a list")),
        }
    }

    /// A parameter that must be there.
    pub(crate) fn required<T: DeserializeOwned>(&self, at: usize) -> Result<T, RpcError> {
        self.optional(at)?.ok_or_else(|| RpcError::params(format!("missing value for required argument {at}")))
    }

    /// A parameter that may be left out, or null.
    pub(crate) fn optional<T: DeserializeOwned>(&self, at: usize) -> Result<Option<T>, RpcError> {
        match self.0.get(at) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => T::deserialize(value)
                .map(Some)
                .map_err(|error| RpcError::params(format!("invalid argument {at}: {error}"))),
        }
    }
}

/// Answers a body. `None` if it holds nothing but notifications.
pub(crate) fn answer(api: &Api, body: &[u8]) -> Option<Vec<u8>> {
    let answers = match serde_json::from_slice(body) {
        Err(error) => {
            return encode(&refusal(RpcError::new(code::PARSE, format!("parse error: {error}"))));
        }
        Ok(Value::Array(requests)) if requests.is_empty() => {
            return encode(&refusal(RpcError::new(code::INVALID_REQUEST, "empty batch")));
        }
        Ok(Value::Array(requests)) if requests.len() > MAX_BATCH => {
            let message = format!("batch too large: {} requests, limit {MAX_BATCH}", requests.len());
            return encode(&refusal(RpcError::new(code::INVALID_REQUEST, message)));
        }
        Ok(Value::Array(requests)) => batch(api, requests),
        Ok(request) => return one(api, request).and_then(|answer| encode(&answer)),
    };
    if answers.is_empty() {
        return None;
    }
    let mut out = vec![b'['];
    out.extend(answers.join(&b','));
    out.push(b']');
    Some(out)
}

fn batch(api: &Api, requests: Vec<Value>) -> Vec<Vec<u8>> {
    let begun = Instant::now();
    let mut size = 0;
    let mut answers = Vec::new();
    for request in requests {
        let refused = if size >= MAX_RESPONSE {
            Some(format!("response too large: limit {MAX_RESPONSE} bytes"))
        } else if begun.elapsed() > MAX_TIME {
            Some(format!("batch takes too long: limit {} s", MAX_TIME.as_secs()))
        } else {
            None
        };
        let answer = match refused {
            None => one(api, request),
            Some(why) => Some(Answer { id: id_of(&request), ..refusal(RpcError::server(why)) }),
        };
        let bytes = answer.and_then(|answer| encode(&answer));
        size += bytes.as_ref().map_or(0, Vec::len);
        answers.extend(bytes);
    }
    answers
}

fn id_of(request: &Value) -> Value {
    request.get("id").cloned().unwrap_or_default()
}

fn encode(answer: &Answer) -> Option<Vec<u8>> {
    serde_json::to_vec(answer).ok()
}

fn refusal(error: RpcError) -> Answer {
    Answer { jsonrpc: "2.0", id: Value::Null, outcome: Outcome::Error(error) }
}

/// Answers one request. A notification, which has no id, is done and not answered.
fn one(api: &Api, request: Value) -> Option<Answer> {
    let Value::Object(mut fields) = request else {
        return Some(refusal(RpcError::new(code::INVALID_REQUEST, "invalid request: not an object")));
    };
    let id = fields.remove("id");
    let Some(Value::String(method)) = fields.remove("method") else {
        let error = RpcError::new(code::INVALID_REQUEST, "invalid request: no method");
        return Some(Answer { id: id.unwrap_or_default(), ..refusal(error) });
    };
    let result = Params::read(fields.remove("params")).and_then(|params| methods::call(api, &method, &params));
    let outcome = match result {
        Ok(value) => Outcome::Result(value),
        Err(error) => Outcome::Error(error),
    };
    Some(Answer { jsonrpc: "2.0", id: id?, outcome })
}
