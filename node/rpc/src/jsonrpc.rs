//! The envelope: requests and batches.

pub(crate) use crate::registry::params::Params;
use crate::{
    Api,
    error::{RpcError, code},
    registry::Answered,
};
use serde::Serialize;
use serde_json::Value;
use std::time::Instant;

/// An answer: with a result, or with an error.
#[derive(Serialize)]
struct Answer {
    jsonrpc: &'static str,
    id: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Answered>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<RpcError>,
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
        Ok(Value::Array(requests)) if requests.len() > api.limits.batch => {
            let message = format!("batch too large: {} requests, limit {}", requests.len(), api.limits.batch);
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
    let (begun, limits) = (Instant::now(), &api.limits);
    let mut size = 0;
    let mut answers = Vec::new();
    for request in requests {
        if api.caller.is_gone() {
            break;
        }
        let refused = if size >= limits.answer {
            Some(format!("response too large: limit {} bytes", limits.answer))
        } else if begun.elapsed() > limits.batch_time {
            Some(format!("batch takes too long: limit {} s", limits.batch_time.as_secs()))
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

/// The answer to what was not looked at.
pub(crate) fn refused(error: &RpcError) -> Vec<u8> {
    encode(&refusal(error.clone())).unwrap_or_default()
}

fn refusal(error: RpcError) -> Answer {
    Answer { jsonrpc: "2.0", id: Value::Null, result: None, error: Some(error) }
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
    let params = Params::read(fields.remove("params"));
    let (result, error) = match params.and_then(|params| api.caller.call(api, &method, params)) {
        Ok(result) => (Some(result), None),
        Err(error) => (None, Some(error)),
    };
    Some(Answer { jsonrpc: "2.0", id: id?, result, error })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;
    use std::sync::{Arc, OnceLock};
    use zx_chain::{Chain, ChainConfig};
    use zx_primitives::ChainSpec;

    /// A chain of its own, without blocks.
    fn api() -> &'static Api {
        static API: OnceLock<(tempfile::TempDir, Api)> = OnceLock::new();
        let (_, api) = API.get_or_init(|| {
            let folder = tempfile::tempdir().unwrap();
            let config = ChainConfig::new(ChainSpec::dev(Vec::new()), folder.path());
            let api = Api::new(Arc::new(Chain::open(config).unwrap()), "test".to_owned());
            (folder, api)
        });
        api
    }

    fn value() -> impl Strategy<Value = Value> {
        let address = json!("0x0000000000000000000000000000000000000001");
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(|n| json!(format!("{n:#x}"))),
            prop_oneof![Just("latest"), Just("pending"), Just("0x"), Just("0xzz"), Just("")].prop_map(Value::from),
            Just(address),
            Just(json!("0x".to_owned() + &"11".repeat(32))),
            ".{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 6, |inner| {
            let field =
                prop_oneof![Just("to"), Just("data"), Just("gas"), Just("fromBlock"), Just("topics"), Just("x")];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map(field.prop_map(str::to_owned), inner, 0..5)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    fn method() -> impl Strategy<Value = &'static str> {
        prop::sample::select(crate::methods::names().collect::<Vec<_>>())
    }

    proptest! {
        /// Every method, with whatever parameters: an answer with the id, and either a result or an error.
        #[test]
        fn whatever_the_parameters_there_is_an_answer(method in method(), params in prop::collection::vec(value(), 0..4)) {
            let request = json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params });
            let answer = answer(api(), request.to_string().as_bytes()).expect("an answer");
            let answer: Value = serde_json::from_slice(&answer).expect("JSON");
            prop_assert_eq!(&answer["id"], &json!(7));
            prop_assert!(answer.get("result").is_some() != answer.get("error").is_some(), "{}", answer);
            prop_assert_ne!(&answer["error"]["code"], &json!(code::INTERNAL), "no request is our own failure");
        }

        /// Whatever the body, the answer is JSON, or there is none.
        #[test]
        fn whatever_the_body_the_answer_is_json(body in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..64),
            value().prop_map(|value| value.to_string().into_bytes()),
        ]) {
            if let Some(answer) = answer(api(), &body) {
                serde_json::from_slice::<Value>(&answer).expect("JSON");
            }
        }
    }
}
