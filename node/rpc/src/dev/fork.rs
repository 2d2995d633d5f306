//! A fork's answers about what was before it: the remote gives them.

use crate::{
    Api,
    error::RpcError,
    registry::{
        Answered, Method, answered,
        params::{Params, Placed},
    },
};
use alloy_eips::BlockId;
use alloy_primitives::U64;
use serde_json::{Map, Value, json};
use zx_chain::{Fork, RemoteError};

/// What an answer depends on.
enum Kind {
    /// The state after the block that a parameter names, the last one if it names none.
    State(usize),
    /// The block that the first parameter names.
    Block,
    /// A hash that may be one of the remote's.
    Hash,
    /// A range of blocks.
    Logs,
}

fn kind(method: &Method) -> Option<Kind> {
    Some(match method.name() {
        "eth_getBalance"
        | "eth_getTransactionCount"
        | "eth_getCode"
        | "eth_call"
        | "eth_estimateGas"
        | "eth_createAccessList" => Kind::State(1),
        "eth_getStorageAt" | "eth_getProof" => Kind::State(2),
        "eth_getBlockByNumber"
        | "eth_getHeaderByNumber"
        | "eth_getBlockReceipts"
        | "eth_getBlockTransactionCountByNumber"
        | "eth_getTransactionByBlockNumberAndIndex" => Kind::Block,
        "eth_getBlockByHash"
        | "eth_getHeaderByHash"
        | "eth_getTransactionByHash"
        | "eth_getTransactionReceipt"
        | "eth_getTransactionByBlockHashAndIndex" => Kind::Hash,
        "eth_getLogs" => Kind::Logs,
        _ => return None,
    })
}

/// Answers a request to a fork: the chain does, or the remote.
pub(crate) fn answer(api: &Api, fork: &Fork, method: &Method, params: &Placed<'_>) -> Result<Answered, RpcError> {
    let own = || (method.run)(api, params);
    let mut values = params.values();
    match kind(method) {
        None => own(),
        Some(Kind::State(at)) => match before(api, fork, values.get(at), false)? {
            Some(block) => forward(fork, method, place(&mut values, at, block)),
            None => own(),
        },
        Some(Kind::Block) => match before(api, fork, values.first(), true)? {
            Some(block) => forward(fork, method, place(&mut values, 0, block)),
            None => own(),
        },
        Some(Kind::Hash) => match own()? {
            nothing if nothing.get() == "null" => answered(by_hash(fork, method, values)?),
            found => Ok(found),
        },
        Some(Kind::Logs) => logs(api, fork, method, params),
    }
}

fn forward(fork: &Fork, method: &Method, params: Vec<Value>) -> Result<Answered, RpcError> {
    answered(fork.ask(method.name(), params.into())?)
}

fn place(values: &mut Vec<Value>, at: usize, block: Value) -> Vec<Value> {
    values.resize(values.len().max(at.saturating_add(1)), Value::Null);
    if let Some(value) = values.get_mut(at) {
        *value = block;
    }
    std::mem::take(values)
}

/// The block that is named, as the remote is to be asked for it: if it comes before the pinned one, or is that one and
/// `pinned` says that this counts.
fn before(api: &Api, fork: &Fork, named: Option<&Value>, pinned: bool) -> Result<Option<Value>, RpcError> {
    let named = named.cloned().unwrap_or_default();
    // What is no block id is for the method itself to refuse.
    let id = match &named {
        Value::Null => BlockId::latest(),
        named => match serde_json::from_value::<BlockId>(named.clone()) {
            Ok(id) => id,
            Err(_) => return Ok(None),
        },
    };
    let view = api.chain.view()?;
    let last = fork.pinned().number();
    let number = match id {
        BlockId::Hash(hash) if hash.block_hash == fork.pinned().hash => last,
        BlockId::Hash(_) => return Ok(view.resolve(id)?.is_none().then_some(named)),
        BlockId::Number(tag) => view.height(tag),
    };
    let theirs = number < last || (pinned && number == last);
    Ok(theirs.then(|| json!(U64::from(number))))
}

/// What the remote has under a hash, unless it came after the fork.
fn by_hash(fork: &Fork, method: &Method, params: Vec<Value>) -> Result<Value, RpcError> {
    let found = fork.ask(method.name(), params.into())?;
    let number = found.get("blockNumber").or_else(|| found.get("number")).cloned().unwrap_or_default();
    let number = serde_json::from_value::<U64>(number).ok();
    Ok(match number {
        Some(number) if number.to::<u64>() <= fork.pinned().number() => found,
        _ => Value::Null,
    })
}

/// Logs of a range: the remote's part, then the fork's.
fn logs(api: &Api, fork: &Fork, method: &Method, params: &Placed<'_>) -> Result<Answered, RpcError> {
    let values = params.values();
    let Some(Value::Object(filter)) = values.first() else { return (method.run)(api, params) };
    if let Some(hash) = filter.get("blockHash").filter(|hash| !hash.is_null()) {
        return match before(api, fork, Some(hash), true)? {
            Some(_) => forward(fork, method, values),
            None => (method.run)(api, params),
        };
    }
    let last = fork.pinned().number();
    let Some((from, to)) = range(api, filter)? else { return (method.run)(api, params) };
    if from > last || to < from {
        return (method.run)(api, params);
    }
    let within = |from: u64, to: u64| {
        let mut part = filter.clone();
        part.insert("fromBlock".to_owned(), json!(U64::from(from)));
        part.insert("toBlock".to_owned(), json!(U64::from(to)));
        vec![Value::Object(part)]
    };
    let theirs = fork.ask(method.name(), within(from, to.min(last)).into())?;
    let ours = match to > last {
        true => (method.run)(api, &Params::List(within(last.saturating_add(1), to)).of(method)?)?,
        false => answered(json!([]))?,
    };
    let ours = serde_json::from_str::<Vec<Value>>(ours.get()).unwrap_or_default();
    let theirs = serde_json::from_value::<Vec<Value>>(theirs).unwrap_or_default();
    answered([theirs, ours].concat())
}

/// First and last height of a filter; `None` if they are none.
fn range(api: &Api, filter: &Map<String, Value>) -> Result<Option<(u64, u64)>, RpcError> {
    let view = api.chain.view()?;
    let height = |name: &str| match filter.get(name) {
        None | Some(Value::Null) => Some(view.head.number()),
        Some(named) => serde_json::from_value(named.clone()).ok().map(|tag| view.height(tag)),
    };
    Ok(height("fromBlock").zip(height("toBlock")))
}

impl From<RemoteError> for RpcError {
    fn from(error: RemoteError) -> Self {
        match error {
            // The same would be answered again.
            RemoteError::Refused { .. } | RemoteError::NoBlock { .. } | RemoteError::Other { .. } => {
                Self::server(error.to_string())
            }
            RemoteError::Unreachable { .. } | RemoteError::Answer { .. } | RemoteError::Cache(_) => {
                Self::new(crate::error::code::INTERNAL, error.to_string())
            }
        }
    }
}
