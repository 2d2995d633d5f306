//! Filters: what came since the last question. ethers and viem poll them for events where there is no WebSocket.

use crate::{Api, CallLimits, convert, error::RpcError, logs, wanted::Wanted};
use alloy_primitives::{B256, U64, map::HashMap};
use alloy_rpc_types_eth::{FilterBlockOption, Log, Transaction};
use serde::Serialize;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::broadcast::{Receiver, error::TryRecvError};
use zx_chain::{HeadView, LostBlock};
use zx_primitives::{RecoveredTx, Tx};

/// A filter that is not asked for this long is forgotten; geth's five minutes.
const IDLE: Duration = Duration::from_secs(300);
/// Filters that are kept at once: one of logs may name a thousand topics and addresses, some 50 KB.
const MAX_FILTERS: usize = 1_000;
/// Waiting transactions that one answer tells of; the rest comes with the next.
const MAX_PENDING: usize = 10_000;

/// Every filter that someone polls.
#[derive(Debug, Default)]
pub(crate) struct Filters(Mutex<Table>);

#[derive(Debug, Default)]
struct Table {
    last_id: u64,
    filters: HashMap<u64, Polled>,
}

#[derive(Debug)]
struct Polled {
    kind: Kind,
    asked: Instant,
}

#[derive(Clone, Debug)]
enum Kind {
    Logs(Box<Wanted>, Reported),
    Blocks(Reported),
    /// The feed, and whether whole transactions are wanted.
    Pending(Arc<Mutex<Receiver<Arc<RecoveredTx>>>>, bool),
}

/// The last block that has been reported, or that was there before.
#[derive(Clone, Copy, Debug)]
struct Reported {
    number: u64,
    hash: B256,
}

/// What came.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Changes {
    Logs(Vec<Log>),
    Hashes(Vec<B256>),
    Transactions(Vec<Transaction<Tx>>),
}

impl Filters {
    fn table(&self) -> MutexGuard<'_, Table> {
        // The table is whole at every point where a panic could strike.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn install(&self, kind: Kind) -> Result<U64, RpcError> {
        let mut table = self.table();
        table.filters.retain(|_, filter| filter.asked.elapsed() < IDLE);
        if table.filters.len() >= MAX_FILTERS {
            return Err(RpcError::server(format!("too many filters: limit {MAX_FILTERS}")));
        }
        table.last_id += 1;
        let id = table.last_id;
        table.filters.insert(id, Polled { kind, asked: Instant::now() });
        Ok(U64::from(id))
    }

    /// A filter that someone asks for.
    fn get(&self, id: U64) -> Result<Kind, RpcError> {
        let mut table = self.table();
        let filter = table.filters.get_mut(&id.to()).ok_or_else(not_found)?;
        filter.asked = Instant::now();
        Ok(filter.kind.clone())
    }

    /// Takes note of what has been answered. Of two questions at once the one that got further counts, unless the chain
    /// has gone back meanwhile.
    fn advance(&self, id: U64, from: Reported, to: Reported) {
        if let Some(Polled { kind: Kind::Logs(_, reported) | Kind::Blocks(reported), .. }) =
            self.table().filters.get_mut(&id.to())
            && (reported.hash == from.hash || reported.number < to.number)
        {
            *reported = to;
        }
    }
}

fn not_found() -> RpcError {
    RpcError::server("filter not found")
}

fn head(api: &Api) -> Reported {
    let head = api.chain.head();
    Reported { number: head.number(), hash: head.hash }
}

pub(crate) fn new_logs(api: &Api, filter: Wanted) -> Result<U64, RpcError> {
    logs::check(&filter)?;
    if matches!(filter.block_option, FilterBlockOption::AtBlockHash(_)) {
        return Err(RpcError::params("a filter that is polled spans a range: blockHash is for eth_getLogs"));
    }
    api.filters.install(Kind::Logs(Box::new(filter), head(api)))
}

pub(crate) fn new_blocks(api: &Api) -> Result<U64, RpcError> {
    api.filters.install(Kind::Blocks(head(api)))
}

pub(crate) fn new_pending(api: &Api, full: Option<bool>) -> Result<U64, RpcError> {
    let feed = Arc::new(Mutex::new(api.chain.ready()));
    api.filters.install(Kind::Pending(feed, full.unwrap_or_default()))
}

pub(crate) fn uninstall(api: &Api, id: U64) -> Result<bool, RpcError> {
    Ok(api.filters.table().filters.remove(&id.to()).is_some())
}

/// What came since the last question: logs, hashes of blocks, or transactions that wait.
pub(crate) fn changes(api: &Api, id: U64) -> Result<Changes, RpcError> {
    let (changes, from, to) = match api.filters.get(id)? {
        Kind::Pending(feed, full) => return Ok(pending(&feed, full)),
        Kind::Logs(filter, reported) => {
            let (logs, to) = new_logs_of(&api.chain.view()?, &filter, reported, &api.limits)?;
            (Changes::Logs(logs), reported, to)
        }
        Kind::Blocks(reported) => {
            let (hashes, to) = new_hashes(&api.chain.view()?, reported, &api.limits)?;
            (Changes::Hashes(hashes), reported, to)
        }
    };
    // Only what has been answered counts as reported.
    api.filters.advance(id, from, to);
    Ok(changes)
}

/// Blocks that were reported and are gone, newest first, and the height of the last one that has stayed.
fn gone(view: &HeadView<'_>, reported: Reported) -> Result<(Vec<LostBlock>, u64), RpcError> {
    // Too long ago to tell: the client has to look at the whole range again.
    view.lost(reported.hash)?.ok_or_else(not_found)
}

fn new_logs_of(
    view: &HeadView<'_>,
    filter: &Wanted,
    reported: Reported,
    limits: &CallLimits,
) -> Result<(Vec<Log>, Reported), RpcError> {
    let (first, last) = match filter.block_option {
        FilterBlockOption::Range { from_block, to_block } => (from_block, to_block),
        FilterBlockOption::AtBlockHash(_) => (None, None),
    };
    let first = first.and_then(|tag| tag.as_number()).unwrap_or_default();
    let last = last.and_then(|tag| tag.as_number()).unwrap_or(u64::MAX);
    let (lost, stayed) = gone(view, reported)?;
    let mut answer = Vec::new();
    for (block, receipts) in lost.iter().filter(|(block, _)| (first..=last).contains(&block.number())) {
        // The last one first, as subscribers hear of them.
        let removed = logs::of_block(block, receipts, filter).into_iter().rev();
        answer.extend(removed.map(|log| Log { removed: true, ..log }));
    }
    let head = view.head.number();
    // What one answer has no room for comes with the next.
    let found = logs::first(view, filter, (first.max(stayed.saturating_add(1)), head.min(last)), limits)?;
    answer.extend(found.logs);
    let number = found.rest.map_or(head, |(next, _)| next.saturating_sub(1));
    Ok((answer, at(view, number)?))
}

fn new_hashes(view: &HeadView<'_>, reported: Reported, limits: &CallLimits) -> Result<(Vec<B256>, Reported), RpcError> {
    let (_, stayed) = gone(view, reported)?;
    let head = view.head.number();
    let from = stayed.saturating_add(1);
    logs::check_width(from, head, limits)?;
    let blocks = (from..=head).filter_map(|number| view.block(number.into()).transpose());
    let hashes = blocks.map(|block| block.map(|block| block.hash)).collect::<Result<_, _>>()?;
    Ok((hashes, Reported { number: head, hash: view.head.hash }))
}

/// The head's block at a height.
fn at(view: &HeadView<'_>, number: u64) -> Result<Reported, RpcError> {
    let block = view.block(number.into())?.ok_or_else(not_found)?;
    Ok(Reported { number, hash: block.hash })
}

fn pending(feed: &Mutex<Receiver<Arc<RecoveredTx>>>, full: bool) -> Changes {
    let mut feed = feed.lock().unwrap_or_else(PoisonError::into_inner);
    let mut came = Vec::new();
    while came.len() < MAX_PENDING {
        match feed.try_recv() {
            Ok(tx) => came.push(tx),
            // Some were missed; those that are there still come.
            Err(TryRecvError::Lagged(_)) => {}
            Err(TryRecvError::Empty | TryRecvError::Closed) => break,
        }
    }
    match full {
        true => Changes::Transactions(came.iter().map(|tx| convert::waiting((**tx).clone())).collect()),
        false => Changes::Hashes(came.iter().map(|tx| *tx.inner().tx_hash()).collect()),
    }
}

/// Everything that a filter of logs matches.
pub(crate) fn all(api: &Api, id: U64) -> Result<Vec<Log>, RpcError> {
    match api.filters.get(id)? {
        Kind::Logs(filter, _) => logs::find(api, &filter),
        Kind::Blocks(_) | Kind::Pending(..) => Err(not_found()),
    }
}

#[cfg(test)]
mod tests;
