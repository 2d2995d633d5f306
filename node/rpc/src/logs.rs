//! `eth_getLogs`.

use crate::{
    Api, CallLimits, convert,
    error::{RpcError, code},
    wanted::Wanted,
};
use alloy_rpc_types_eth::{Filter, FilterBlockOption, Log};
use zx_chain::{HeadView, LogQuery};
use zx_primitives::{Block, Receipt};

/// Entries of the index that one request may look at: less than a second, the first time.
const MAX_LOOKS: usize = 250_000;
/// Bytes of data that the logs of one request may carry.
const MAX_BYTES: usize = 25 * 1024 * 1024;
/// Blocks and transactions that one request may read to look for logs in them: some seconds.
const MAX_SEARCHED: usize = 1_000_000;
/// Topics that a filter may name in all; geth's bound is alike.
const MAX_TOPICS: usize = 1_000;

pub(crate) fn get(api: &Api, filter: Wanted) -> Result<Vec<Log>, RpcError> {
    find(api, &filter)
}

/// Refuses a filter that names too much.
pub(crate) fn check(filter: &Filter) -> Result<(), RpcError> {
    let named: usize = filter.topics.iter().map(|topic| topic.len()).sum();
    if named > MAX_TOPICS || filter.address.len() > MAX_TOPICS {
        return Err(RpcError::params(format!("exceed max topics or addresses: limit {MAX_TOPICS}")));
    }
    Ok(())
}

/// Logs that a filter matches, in the range that it names.
pub(crate) fn find(api: &Api, filter: &Wanted) -> Result<Vec<Log>, RpcError> {
    check(filter)?;
    let view = api.chain.view()?;
    let (from, to) = range(&view, filter)?;
    between(&view, filter, (from, to), &api.limits)
}

/// Logs that a filter matches, whatever range it names itself.
fn between(
    view: &HeadView<'_>,
    filter: &Wanted,
    (from, to): (u64, u64),
    limits: &CallLimits,
) -> Result<Vec<Log>, RpcError> {
    if query(filter) == LogQuery::default() {
        check_width(from, to, limits)?;
    }
    let found = first(view, filter, (from, to), limits)?;
    match found.rest {
        None => Ok(found.logs),
        Some((next, reason)) => {
            let before = next.saturating_sub(1);
            Err(RpcError::server(format!("{reason}: try with this block range [{from:#x}, {before:#x}]")))
        }
    }
}

/// The logs of a range, or of as much of it as one answer has room for.
pub(crate) struct First {
    pub(crate) logs: Vec<Log>,
    /// Where to go on, and why it stops there.
    pub(crate) rest: Option<(u64, String)>,
}

/// Logs that a filter matches from a block on: those of one block at least, and as many more as fit.
pub(crate) fn first(
    view: &HeadView<'_>,
    filter: &Wanted,
    (from, to): (u64, u64),
    limits: &CallLimits,
) -> Result<First, RpcError> {
    check_kept(view, from, to)?;
    let blocks = view.log_blocks(&query(filter), from..=to, MAX_LOOKS)?;
    let mut logs = Vec::new();
    let (mut bytes, mut searched) = (0, 0);
    for number in blocks.heights {
        let whole = logs.len();
        searched += search(view, number, filter, &mut logs)?;
        bytes += logs.iter().skip(whole).map(|log| log.inner.data.data.len()).sum::<usize>();
        let reason = if logs.len() > limits.logs || bytes > MAX_BYTES {
            format!("query returned more than {} results or {MAX_BYTES} bytes", limits.logs)
        } else if searched > MAX_SEARCHED {
            format!("query reads more than {MAX_SEARCHED} blocks and transactions")
        } else {
            continue;
        };
        // One block is answered whatever it has, so that whoever goes on from where it stops gets on.
        if number > from {
            logs.truncate(whole);
            return Ok(First { logs, rest: Some((number, reason)) });
        }
    }
    let reason = || format!("query looks at more than {MAX_LOOKS} entries of the log index");
    Ok(First { logs, rest: blocks.next.map(|next| (next, reason())) })
}

/// Refuses a range with blocks that are not here: an answer without their logs would be wrong.
fn check_kept(view: &HeadView<'_>, from: u64, to: u64) -> Result<(), RpcError> {
    let first = view.first_block()?;
    // The first block of a chain is always here, and has no logs.
    match from.max(1) {
        from if from < first && from <= to => Err(RpcError::new(
            code::PRUNED,
            format!("pruned history unavailable: this node has its blocks from block {first} on"),
        )),
        _ => Ok(()),
    }
}

/// The filter without its range.
fn query(filter: &Filter) -> LogQuery {
    let topics = [0, 1, 2, 3].map(|place: usize| {
        filter.topics.get(place).map(|topics| topics.iter().copied().collect()).unwrap_or_default()
    });
    LogQuery { addresses: filter.address.iter().copied().collect(), topics }
}

/// Refuses a range that takes too long to look through without an address or a topic.
pub(crate) fn check_width(from: u64, to: u64, limits: &CallLimits) -> Result<(), RpcError> {
    match to.saturating_sub(from) {
        blocks if blocks >= limits.log_blocks => {
            let (blocks, limit) = (blocks.saturating_add(1), limits.log_blocks);
            Err(RpcError::params(format!("block range is too wide: {blocks} blocks, limit {limit}")))
        }
        _ => Ok(()),
    }
}

/// The heights that a filter spans.
fn range(view: &HeadView<'_>, filter: &Filter) -> Result<(u64, u64), RpcError> {
    let (from, to) = match filter.block_option {
        FilterBlockOption::AtBlockHash(hash) => {
            let number = view.resolve(hash.into())?.ok_or_else(|| RpcError::server("unknown block"))?;
            (number, number)
        }
        FilterBlockOption::Range { from_block, to_block } => {
            (view.height(from_block.unwrap_or_default()), view.height(to_block.unwrap_or_default()))
        }
    };
    if from > to {
        return Err(RpcError::params(format!("invalid block range params: from block {from} to block {to}")));
    }
    if to > view.head.number() {
        return Err(RpcError::params("block range extends beyond current head block"));
    }
    Ok((from, to))
}

/// Puts a block's logs to those that were found, and says how much was read for it.
fn search(view: &HeadView<'_>, number: u64, filter: &Wanted, found: &mut Vec<Log>) -> Result<usize, RpcError> {
    let Some(block) = view.block(number.into())? else { return Ok(1) };
    let read = block.transactions.len() + 1;
    if !filter.matches_bloom(block.header.logs_bloom) {
        return Ok(read);
    }
    found.extend(of_block(&block, &view.receipts(number)?, filter));
    Ok(read)
}

/// The logs of a block that a filter matches.
pub(crate) fn of_block(block: &Block, receipts: &[Receipt], filter: &Wanted) -> Vec<Log> {
    let mut found = Vec::new();
    let mut first = 0;
    for (index, receipt) in receipts.iter().enumerate() {
        let logs = convert::logs(block, receipt, index, first);
        found.extend(logs.filter(|log| filter.matches(&log.inner)));
        first += receipt.logs.len();
    }
    found
}
