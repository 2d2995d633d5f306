//! The envelope: requests and batches.

mod batch;

pub(crate) use crate::registry::params::Params;
use crate::{
    Api,
    error::{RpcError, code},
    registry::Answered,
};
use serde::Serialize;
use serde_json::Value;

/// A request, taken apart.
struct Request {
    /// None if it is a notification, which is done and not answered.
    id: Option<Value>,
    method: String,
    params: Result<Params, RpcError>,
}

/// What is no request, as far as it could be read.
struct Malformed {
    id: Value,
    why: &'static str,
}

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
    match serde_json::from_slice(body) {
        Err(error) => encode(&Answer::refusal(RpcError::new(code::PARSE, format!("parse error: {error}")))),
        Ok(Value::Array(requests)) => batch::answer(api, requests),
        Ok(request) => encode(&one(api, request)?),
    }
}

/// Answers one request. A notification, which has no id, is done and not answered.
fn one(api: &Api, request: Value) -> Option<Answer> {
    match Request::read(request) {
        Ok(request) => request.call(api),
        Err(malformed) => Some(malformed.answer()),
    }
}

fn encode(answer: &Answer) -> Option<Vec<u8>> {
    serde_json::to_vec(answer).ok()
}

/// The answer to what was not looked at.
pub(crate) fn refused(error: &RpcError) -> Vec<u8> {
    encode(&Answer::refusal(error.clone())).unwrap_or_default()
}

impl Answer {
    /// To whatever has no id, or none that could be read.
    fn refusal(error: RpcError) -> Self {
        Self::new(Value::Null, Err(error))
    }

    fn new(id: Value, outcome: Result<Answered, RpcError>) -> Self {
        let (result, error) = match outcome {
            Ok(result) => (Some(result), None),
            Err(error) => (None, Some(error)),
        };
        Self { jsonrpc: "2.0", id, result, error }
    }
}

impl Malformed {
    fn answer(self) -> Answer {
        let text = format!("invalid request: {}", self.why);
        Answer::new(self.id, Err(RpcError::new(code::INVALID_REQUEST, text)))
    }
}

impl Request {
    /// Takes a request apart.
    ///
    /// # Errors
    /// If it is none.
    fn read(request: Value) -> Result<Self, Malformed> {
        let Value::Object(mut fields) = request else {
            return Err(Malformed { id: Value::Null, why: "not an object" });
        };
        let id = fields.remove("id");
        match fields.remove("method") {
            Some(Value::String(method)) => Ok(Self { id, method, params: Params::read(fields.remove("params")) }),
            _ => Err(Malformed { id: id.unwrap_or_default(), why: "no method" }),
        }
    }

    fn call(self, api: &Api) -> Option<Answer> {
        let outcome = self.params.and_then(|params| api.caller.call(api, &self.method, params));
        Some(Answer::new(self.id?, outcome))
    }
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
