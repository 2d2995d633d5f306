//! Signed transactions on their way in.

use crate::{
    Api, blocks,
    error::{RpcError, code},
};
use alloy_primitives::{B256, Bytes};
use alloy_rpc_types_eth::TransactionReceipt;
use serde_json::json;
use std::time::Duration;

/// How long a receipt is waited for if nothing is said, and at most: as EIP-7966 suggests, and less than a request may
/// take.
const WAIT: Duration = Duration::from_secs(2);
const MAX_WAIT: Duration = Duration::from_secs(10);

pub(crate) fn raw(api: &Api, transaction: Bytes) -> Result<B256, RpcError> {
    let hash = api.chain.submit(&transaction)?;
    api.sent().push(hash);
    Ok(hash)
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
