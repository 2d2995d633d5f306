//! `trace_*`: frames as a list, and what a transaction has changed, in the shapes of Parity.

use super::{Options, of_transaction, replay};
use crate::{
    Api,
    error::{RpcError, code},
};
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::{Address, B256, Bytes, U64};
use alloy_rpc_types_trace::{
    filter::{TraceFilter, TraceFilterMode},
    geth::{AccountState, DiffMode, PreStateConfig, PreStateFrame},
    parity::{AccountDiff, Delta, LocalizedTransactionTrace, StateDiff, TraceResults, TraceType},
};
use serde::Deserialize;
use std::{collections::BTreeMap, ops::RangeInclusive, sync::Arc};
use zx_chain::{Cancel, HeadView, Simulated, Trace, Traced, Tracer, Wanted};
use zx_primitives::Block;

/// Blocks that one `trace_filter` may run again; The Graph asks for 50 at a time.
const MAX_BLOCKS: u64 = 100;

pub(crate) fn transaction(api: &Api, hash: B256) -> Result<Option<Trace>, RpcError> {
    let (tracer, cancel) = (Tracer::Parity, Options::default().cancel(api)?);
    Ok(of_transaction(api, hash, &tracer, &cancel)?.map(|traced| traced.trace))
}

pub(crate) fn block(api: &Api, id: BlockId) -> Result<Option<Vec<LocalizedTransactionTrace>>, RpcError> {
    let cancel = Options::default().cancel(api)?;
    let view = api.chain.view()?;
    let Some(block) = view.block(id)? else { return Ok(None) };
    frames(api, &view, &block, &cancel).map(Some)
}

/// The frames of a block's transactions, in order.
fn frames(
    api: &Api,
    view: &HeadView<'_>,
    block: &Arc<Block>,
    cancel: &Cancel,
) -> Result<Vec<LocalizedTransactionTrace>, RpcError> {
    if block.transactions.is_empty() {
        return Ok(Vec::new());
    }
    Ok(replay(api, view, block, Wanted::All, &Tracer::Parity, cancel)?.into_iter().flat_map(flat).collect())
}

fn flat(traced: Traced) -> Vec<LocalizedTransactionTrace> {
    match traced.trace {
        Trace::Flat(frames) => frames,
        _ => Vec::new(),
    }
}

/// What `trace_filter` takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Filter {
    from_block: Option<BlockNumberOrTag>,
    to_block: Option<BlockNumberOrTag>,
    from_address: Option<Vec<Address>>,
    to_address: Option<Vec<Address>>,
    #[serde(default)]
    mode: TraceFilterMode,
    after: Option<u64>,
    count: Option<u64>,
}

impl Filter {
    /// The heights that it spans, the first block and the head where it names none.
    fn range(&self, view: &HeadView<'_>) -> Result<RangeInclusive<u64>, RpcError> {
        let (head, kept) = (view.head.number(), view.first_block()?);
        let from = self.from_block.map_or(kept, |tag| view.height(tag));
        let to = self.to_block.map_or(head, |tag| view.height(tag));
        if from > to {
            return Err(RpcError::params(format!("invalid block range params: from block {from} to block {to}")));
        }
        if to > head {
            return Err(RpcError::params("block range extends beyond current head block"));
        }
        let blocks = (to - from).saturating_add(1);
        if blocks > MAX_BLOCKS {
            return Err(RpcError::params(format!("block range is too wide: {blocks} blocks, limit {MAX_BLOCKS}")));
        }
        Ok(from..=to)
    }
}

pub(crate) fn filter(api: &Api, wanted: Filter) -> Result<Vec<LocalizedTransactionTrace>, RpcError> {
    let cancel = Options::default().cancel(api)?;
    let view = api.chain.view()?;
    let range = wanted.range(&view)?;
    let Filter { from_address, to_address, mode, after, count, .. } = wanted;
    let addresses = (from_address.unwrap_or_default(), to_address.unwrap_or_default());
    let matcher = TraceFilter { from_address: addresses.0, to_address: addresses.1, mode, ..TraceFilter::default() };
    let matcher = matcher.matcher();
    let (mut skip, mut left) = (after.unwrap_or_default(), count.unwrap_or(u64::MAX));
    let (mut found, mut bytes) = (Vec::new(), 0);
    for number in range {
        let block = view.block(number.into())?.ok_or_else(|| missing(number))?;
        for frame in frames(api, &view, &block, &cancel)? {
            if !matcher.matches(&frame.trace) {
                continue;
            }
            if skip > 0 {
                skip -= 1;
                continue;
            }
            if left == 0 {
                return Ok(found);
            }
            left -= 1;
            bytes += size(&frame);
            if bytes > api.limits.trace {
                return Err(RpcError::server(format!(
                    "trace too large: more than {} bytes; ask for fewer blocks, or for a page with `after` and `count`",
                    api.limits.trace
                )));
            }
            found.push(frame);
        }
    }
    Ok(found)
}

fn missing(number: u64) -> RpcError {
    RpcError::new(code::PRUNED, format!("pruned history unavailable: block {number} is not kept"))
}

/// Bytes of a frame, but for what every frame has.
fn size(frame: &LocalizedTransactionTrace) -> usize {
    /// The fields of fixed size, as JSON.
    const FIXED: usize = 512;
    let action = &frame.trace.action;
    let input = action.as_call().map(|call| call.input.len()).or(action.as_create().map(|create| create.init.len()));
    let output = frame.trace.result.as_ref().map_or(0, |result| result.output().len());
    FIXED.saturating_add(input.unwrap_or_default().saturating_add(output).saturating_mul(2))
}

/// What a transaction did, of the kinds that are asked for.
pub(crate) fn replay_transaction(
    api: &Api,
    hash: B256,
    kinds: Vec<TraceType>,
) -> Result<Option<TraceResults>, RpcError> {
    if kinds.contains(&TraceType::VmTrace) {
        return Err(RpcError::params(
            "invalid argument 1: vmTrace is not offered; debug_traceTransaction shows every opcode and host call",
        ));
    }
    let cancel = Options::default().cancel(api)?;
    let run = |tracer: &Tracer| of_transaction(api, hash, tracer, &cancel);
    let (mut changes, mut frames, mut outcome) = (None, Vec::new(), None);
    if kinds.contains(&TraceType::StateDiff) {
        let config = PreStateConfig { diff_mode: Some(true), ..PreStateConfig::default() };
        let Some(traced) = run(&Tracer::Prestate(config))? else { return Ok(None) };
        outcome = Some(traced.outcome);
        if let Trace::Prestate(PreStateFrame::Diff(diff)) = traced.trace {
            changes = Some(state_diff(diff));
        }
    }
    if kinds.contains(&TraceType::Trace) || outcome.is_none() {
        let Some(traced) = run(&Tracer::Parity)? else { return Ok(None) };
        outcome = Some(traced.outcome.clone());
        if kinds.contains(&TraceType::Trace) {
            frames = flat(traced).into_iter().map(|frame| frame.trace).collect();
        }
    }
    let output = match outcome {
        Some(Simulated::Success { output, .. } | Simulated::Revert { output, .. }) => output,
        Some(Simulated::Halt { .. }) | None => Bytes::new(),
    };
    Ok(Some(TraceResults { output, state_diff: changes, trace: frames, vm_trace: None }))
}

/// What geth shows as the state before and after, as Parity shows changes.
fn state_diff(DiffMode { mut pre, post }: DiffMode) -> StateDiff {
    let mut changes: BTreeMap<Address, AccountDiff> = post
        .into_iter()
        .map(|(address, after)| {
            (address, pre.remove(&address).map_or_else(|| born(&after), |before| changed(before, &after)))
        })
        .collect();
    changes.extend(pre.iter().map(|(address, before)| (*address, gone(before))));
    StateDiff(changes)
}

fn born(after: &AccountState) -> AccountDiff {
    AccountDiff {
        balance: Delta::Added(after.balance.unwrap_or_default()),
        code: Delta::Added(after.code.clone().unwrap_or_default()),
        nonce: Delta::Added(U64::from(after.nonce.unwrap_or_default())),
        storage: after.storage.iter().map(|(slot, value)| (*slot, Delta::Added(*value))).collect(),
    }
}

fn gone(before: &AccountState) -> AccountDiff {
    AccountDiff {
        balance: Delta::Removed(before.balance.unwrap_or_default()),
        code: Delta::Removed(before.code.clone().unwrap_or_default()),
        nonce: Delta::Removed(U64::from(before.nonce.unwrap_or_default())),
        storage: before.storage.iter().map(|(slot, value)| (*slot, Delta::Removed(*value))).collect(),
    }
}

/// Fields that `after` has not are as they were; slots that it has not are zero.
fn changed(mut before: AccountState, after: &AccountState) -> AccountDiff {
    let mut storage: BTreeMap<B256, Delta<B256>> = after
        .storage
        .iter()
        .map(|(slot, to)| (*slot, Delta::changed(before.storage.remove(slot).unwrap_or_default(), *to)))
        .collect();
    storage.extend(before.storage.into_iter().map(|(slot, from)| (slot, Delta::changed(from, B256::ZERO))));
    AccountDiff {
        balance: delta(before.balance.unwrap_or_default(), after.balance),
        code: delta(before.code.unwrap_or_default(), after.code.clone()),
        nonce: delta(U64::from(before.nonce.unwrap_or_default()), after.nonce.map(U64::from)),
        storage,
    }
}

fn delta<T: PartialEq>(from: T, to: Option<T>) -> Delta<T> {
    match to {
        Some(to) if to != from => Delta::changed(from, to),
        _ => Delta::Unchanged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::U256;
    use serde_json::json;

    fn state(balance: u64, nonce: Option<u64>, storage: &[(u8, u8)]) -> AccountState {
        let word = |byte: &u8| B256::with_last_byte(*byte);
        let storage = storage.iter().map(|(slot, value)| (word(slot), word(value))).collect();
        AccountState { balance: Some(U256::from(balance)), nonce, storage, code: None }
    }

    #[test]
    fn what_came_changed_and_went_is_told_apart() {
        let [new, old, lost] = [1, 2, 3].map(Address::with_last_byte);
        let after = AccountState { balance: None, ..state(0, Some(5), &[(1, 9), (3, 7)]) };
        let changes = DiffMode {
            pre: [(old, state(10, Some(4), &[(1, 8), (2, 6)])), (lost, state(1, None, &[(4, 4)]))].into(),
            post: [(new, state(3, Some(1), &[(5, 5)])), (old, after)].into(),
        };
        let diff = serde_json::to_value(state_diff(changes)).unwrap();
        let word = |byte: u8| json!(B256::with_last_byte(byte));
        let key = |byte: u8| B256::with_last_byte(byte).to_string();
        assert_eq!(diff[new.to_string()]["balance"], json!({ "+": "0x3" }));
        assert_eq!(diff[new.to_string()]["storage"], json!({ key(5): { "+": word(5) } }));
        let old = &diff[old.to_string()];
        assert_eq!((&old["balance"], &old["code"]), (&json!("="), &json!("=")));
        assert_eq!(old["nonce"], json!({ "*": { "from": "0x4", "to": "0x5" } }));
        let slot = |from: u8, to: u8| json!({ "*": { "from": word(from), "to": word(to) } });
        assert_eq!(old["storage"], json!({ key(1): slot(8, 9), key(2): slot(6, 0), key(3): slot(0, 7) }));
        assert_eq!(diff[lost.to_string()]["balance"], json!({ "-": "0x1" }));
    }
}
