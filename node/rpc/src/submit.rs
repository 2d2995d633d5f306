//! Signed transactions on their way in.

use crate::{
    Api, blocks,
    error::{RpcError, code},
    methods,
    registry::params::Params,
};
use alloy_primitives::{B256, Bytes};
use alloy_rpc_types_eth::TransactionReceipt;
use serde_json::json;
use std::time::Duration;

/// How long a receipt is waited for if nothing is said, and at most: as EIP-7966 suggests, and less than a request may
/// take.
const WAIT: Duration = Duration::from_secs(2);
const MAX_WAIT: Duration = Duration::from_secs(10);

/// The method that hands a signed transaction in, by its first name.
const RAW: &str = "eth_sendRawTransaction";

pub(crate) fn raw(api: &Api, transaction: Bytes) -> Result<B256, RpcError> {
    let hash = api.chain.submit(&transaction)?;
    api.sent().push(hash);
    Ok(hash)
}

/// Whether a method hands a signed transaction in, and does nothing else: many such calls are best done together.
pub(crate) fn is_raw(method: &str) -> bool {
    methods::find(method).is_some_and(|found| found.name() == RAW)
}

/// The transaction that a call of such a method brings.
pub(crate) fn transaction(method: &str, params: Params) -> Result<Bytes, RpcError> {
    let method = methods::find(method).ok_or_else(|| RpcError::method_not_found(method))?;
    let params = params.for_method(method);
    params.of(method)?.args().required("transaction")
}

/// Hands in those that could be read. Each has the answer that it would have by itself, in its place.
pub(crate) fn raw_many(api: &Api, calls: Vec<Result<Bytes, RpcError>>) -> Vec<Result<B256, RpcError>> {
    let transactions: Vec<&Bytes> = calls.iter().flatten().collect();
    let mut taken = api.chain.submit_many(&transactions).into_iter();
    let missing = || Err(RpcError::new(code::INTERNAL, "the pool has not answered"));
    let answer = |call: Result<Bytes, RpcError>| {
        call.and_then(|_| taken.next().map_or_else(missing, |answer| answer.map_err(RpcError::from)))
    };
    let answers: Vec<_> = calls.into_iter().map(answer).collect();
    api.sent().extend(answers.iter().flatten());
    answers
}

pub(crate) fn raw_and_wait(
    api: &Api,
    transaction: Bytes,
    timeout: Option<u64>,
) -> Result<TransactionReceipt, RpcError> {
    let wait = timeout.map_or(WAIT, Duration::from_millis).min(MAX_WAIT);
    // Before the transaction goes in, so that its block is not missed.
    let mut heads = api.chain.heads();
    let hash = api.chain.submit(&transaction)?;
    let mined = async {
        loop {
            if let Some(receipt) = blocks::receipt(api, hash)? {
                return Ok(receipt);
            }
            heads.changed().await.map_err(|_| RpcError::server("the node is stopping"))?;
        }
    };
    let runtime = tokio::runtime::Handle::try_current().map_err(|_| RpcError::server("nothing to wait with"))?;
    match runtime.block_on(async { tokio::time::timeout(wait, mined).await }) {
        Ok(done) => done,
        Err(_) => {
            let message = format!("the transaction is not in a block yet: waited {} ms", wait.as_millis());
            Err(RpcError::new(code::STILL_WAITS, message).with_data(json!(hash)))
        }
    }
}
