//! Proofs, and the trail of what changed.

use crate::{
    Api,
    error::RpcError,
    state::{MAX_SLOTS, height, state_at},
};
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U64, U256};
use alloy_rpc_types_eth::{EIP1186AccountProofResponse, EIP1186StorageProof};
use alloy_serde::JsonStorageKey;
use serde_json::{Value, json};
use zx_chain::{Changed, Found, HeadView};
use zx_primitives::{AccountInfo, Overwritten};

/// Changes that one request may list.
const MAX_CHANGES: usize = 10_000;

/// `eth_getProof` (EIP-1186).
pub(crate) fn account(
    api: &Api,
    address: Address,
    keys: Option<Vec<JsonStorageKey>>,
    block: Option<BlockId>,
) -> Result<EIP1186AccountProofResponse, RpcError> {
    let keys = keys.unwrap_or_default();
    if keys.len() > MAX_SLOTS {
        return Err(RpcError::params(format!("too many storage keys: {}, limit {MAX_SLOTS}", keys.len())));
    }
    let view = api.chain.view()?;
    let number = height(&view, block)?;
    state_at(&view, number)?;
    let slots: Vec<U256> = keys.iter().map(|key| key.as_b256().into()).collect();
    let proof = view.prove(number, address, &slots)?;
    let account = proof.account.unwrap_or_default();
    let code_hash = if proof.account.is_some() { account.code_hash } else { KECCAK256_EMPTY };
    let storage_proof = keys.into_iter().zip(proof.slots);
    Ok(EIP1186AccountProofResponse {
        address,
        balance: account.balance,
        code_hash,
        nonce: account.nonce,
        storage_hash: account.storage_root,
        account_proof: proof.proof,
        storage_proof: storage_proof
            .map(|(key, (_, value, proof))| EIP1186StorageProof { key, value, proof })
            .collect(),
    })
}

/// What a proof of a transaction or receipt shows.
fn item(found: &Found, root: B256, value: Bytes, proof: Vec<Bytes>) -> Value {
    json!({
        "blockHash": found.block.hash,
        "blockNumber": U64::from(found.block.number()),
        "transactionIndex": U64::from(found.index),
        "root": root,
        "value": value,
        "proof": proof,
        "header": Bytes::from(alloy_rlp::encode(&found.block.header)),
    })
}

/// Proof that a transaction is in its block, against the header's transactions root.
pub(crate) fn transaction(api: &Api, hash: B256) -> Result<Option<Value>, RpcError> {
    let view = api.chain.view()?;
    let Some(found) = view.transaction(hash)? else { return Ok(None) };
    let (value, proof) = view.prove_transaction(&found)?;
    Ok(Some(item(&found, found.block.header.transactions_root, value, proof)))
}

/// Proof that a transaction has its receipt, against the header's receipts root.
pub(crate) fn receipt(api: &Api, hash: B256) -> Result<Option<Value>, RpcError> {
    let view = api.chain.view()?;
    let Some(found) = view.transaction(hash)? else { return Ok(None) };
    let (value, proof) = view.prove_receipt(&found)?;
    Ok(Some(item(&found, found.block.header.receipts_root, value, proof)))
}

/// A height or a tag that may be left out.
pub(crate) type Tag = Option<BlockNumberOrTag>;

/// The heights that two parameters name: from the first that is kept to the head, if they name none.
fn heights(view: &HeadView<'_>, from: Tag, to: Tag) -> Result<(u64, u64), RpcError> {
    let height = |tag: Tag| tag.map(|tag| view.height(tag));
    span((height(from), height(to)), view.first_state(), view.head.number())
}

/// The heights from one that is named to another, or what there is.
fn span((from, to): (Option<u64>, Option<u64>), first_state: u64, head: u64) -> Result<(u64, u64), RpcError> {
    // What the first block whose state is kept has changed itself is gone with the state before it.
    let first = match first_state {
        0 => 0,
        kept => kept + 1,
    };
    if from.is_none() && to.is_none_or(|to| to == head) {
        // The head may be the first block whose state is kept: then there is no change to list, and nothing wrong.
        return Ok((first, head));
    }
    let (from, to) = (from.unwrap_or(first), to.unwrap_or(head));
    if from > to || to > head {
        return Err(RpcError::params(format!("invalid block range: {from} to {to}, the head is {head}")));
    }
    if from < first {
        return Err(RpcError::server(format!(
            "changes of block {from} are not kept: the trail begins at block {first}"
        )));
    }
    Ok((from, to))
}

/// A list of changes; each with what was overwritten and what came in its place.
fn list<T: Copy>(changes: Vec<Changed<T>>, last: T, show: impl Fn(T) -> Value) -> Result<Vec<Value>, RpcError> {
    if let Some(over) = changes.get(MAX_CHANGES) {
        let last = over.block.saturating_sub(1);
        return Err(RpcError::server(format!("more than {MAX_CHANGES} changes: ask for blocks up to {last:#x}")));
    }
    let after: Vec<T> = changes.iter().skip(1).map(|change| change.before).chain([last]).collect();
    let rows = changes.iter().zip(after).map(|(change, after)| {
        let transaction = (change.transaction != Overwritten::BLOCK).then(|| U64::from(change.transaction));
        json!({
            "blockNumber": U64::from(change.block),
            "transactionIndex": transaction,
            "before": show(change.before),
            "after": show(after),
        })
    });
    Ok(rows.collect())
}

/// Each change of an account: its block, its transaction, the account before it and after it.
pub(crate) fn account_history(api: &Api, address: Address, from: Tag, to: Tag) -> Result<Vec<Value>, RpcError> {
    let view = api.chain.view()?;
    let (from, to) = heights(&view, from, to)?;
    let changes = view.account_changes(address, from..=to, MAX_CHANGES + 1)?;
    let last = zx_primitives::StateReader::account(&view.state(to), address)?;
    list(changes, last, |account: Option<AccountInfo>| match account {
        None => Value::Null,
        Some(a) => json!({ "nonce": U64::from(a.nonce), "balance": a.balance, "codeHash": a.code_hash }),
    })
}

/// Each change of a slot: its block, its transaction, the value before it and after it.
pub(crate) fn storage_history(
    api: &Api,
    address: Address,
    slot: JsonStorageKey,
    from: Tag,
    to: Tag,
) -> Result<Vec<Value>, RpcError> {
    let slot = slot.as_b256().into();
    let view = api.chain.view()?;
    let (from, to) = heights(&view, from, to)?;
    let changes = view.slot_changes(address, slot, from..=to, MAX_CHANGES + 1)?;
    let last = zx_primitives::StateReader::storage(&view.state(to), address, slot)?;
    list(changes, last, |value: U256| json!(B256::from(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_span_of_a_trail_is_what_is_named_or_what_is_there() {
        assert_eq!(span((None, None), 0, 9).ok(), Some((0, 9)));
        assert_eq!(span((None, Some(9)), 5, 9).ok(), Some((6, 9)));
        assert_eq!(span((Some(6), Some(7)), 5, 9).ok(), Some((6, 7)));
        // After a migration the head is all that there is, and no change leads to it.
        assert_eq!(span((None, None), 9, 9).ok(), Some((10, 9)));
        let refused = |from, to| span((from, to), 5, 9).unwrap_err().message;
        assert!(refused(Some(5), None).contains("changes of block 5 are not kept: the trail begins at block 6"));
        for (from, to) in [(Some(8), Some(7)), (None, Some(4)), (Some(6), Some(10)), (Some(10), None)] {
            assert!(refused(from, to).contains("invalid block range"), "{from:?} {to:?}");
        }
    }
}
