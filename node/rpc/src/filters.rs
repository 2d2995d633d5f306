//! Filters: what came since the last question. ethers and viem poll them for events where there is no WebSocket.

use crate::{Api, error::RpcError, jsonrpc::Params, logs, methods::encode};
use alloy_primitives::{B256, U64, map::HashMap};
use alloy_rpc_types_eth::{Filter, FilterBlockOption};
use serde_json::{Value, json};
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// A filter that is not asked for this long is forgotten; geth's five minutes.
const IDLE: Duration = Duration::from_secs(300);
/// Filters that are kept at once: one of logs may name a thousand topics and addresses, some 50 KB.
const MAX_FILTERS: usize = 1_000;

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
    /// First block that has not been reported.
    next: u64,
    asked: Instant,
}

#[derive(Clone, Debug)]
enum Kind {
    Logs(Box<Filter>),
    Blocks,
}

impl Filters {
    fn table(&self) -> MutexGuard<'_, Table> {
        // The table is whole at every point where a panic could strike.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn install(&self, kind: Kind, next: u64) -> Result<Value, RpcError> {
        let mut table = self.table();
        table.filters.retain(|_, filter| filter.asked.elapsed() < IDLE);
        if table.filters.len() >= MAX_FILTERS {
            return Err(RpcError::server(format!("too many filters: limit {MAX_FILTERS}")));
        }
        table.last_id += 1;
        let id = table.last_id;
        table.filters.insert(id, Polled { kind, next, asked: Instant::now() });
        encode(U64::from(id))
    }
}

fn not_found() -> RpcError {
    RpcError::server("filter not found")
}

pub(crate) fn new_logs(api: &Api, params: &Params) -> Result<Value, RpcError> {
    let filter: Filter = params.required(0)?;
    logs::check(&filter)?;
    if matches!(filter.block_option, FilterBlockOption::AtBlockHash(_)) {
        return Err(RpcError::params("a filter that is polled spans a range: blockHash is for eth_getLogs"));
    }
    api.filters.install(Kind::Logs(Box::new(filter)), api.chain.head().number() + 1)
}

pub(crate) fn new_blocks(api: &Api, _: &Params) -> Result<Value, RpcError> {
    api.filters.install(Kind::Blocks, api.chain.head().number() + 1)
}

pub(crate) fn uninstall(api: &Api, params: &Params) -> Result<Value, RpcError> {
    let id = params.required::<U64>(0)?.to();
    Ok(json!(api.filters.table().filters.remove(&id).is_some()))
}

/// What came since the last question: logs, or hashes of blocks.
pub(crate) fn changes(api: &Api, params: &Params) -> Result<Value, RpcError> {
    let id = params.required::<U64>(0)?.to();
    let view = api.chain.view()?;
    let head = view.head.number();
    let (kind, from) = {
        let mut table = api.filters.table();
        let filter = table.filters.get_mut(&id).ok_or_else(not_found)?;
        filter.asked = Instant::now();
        (filter.kind.clone(), filter.next)
    };
    let (changes, next) = match kind {
        Kind::Logs(filter) => {
            let (first, last) = match filter.block_option {
                FilterBlockOption::Range { from_block, to_block } => (from_block, to_block),
                FilterBlockOption::AtBlockHash(_) => (None, None),
            };
            let first = first.and_then(|tag| tag.as_number()).unwrap_or_default();
            let last = last.and_then(|tag| tag.as_number()).unwrap_or(u64::MAX);
            // What one answer has no room for comes with the next.
            let found = logs::first(&view, &filter, from.max(first), head.min(last))?;
            (encode(found.logs)?, found.rest.map_or(head + 1, |(next, _)| next))
        }
        Kind::Blocks => {
            logs::check_width(from, head)?;
            let hashes: Vec<B256> = (from..=head)
                .filter_map(|number| view.block(number.into()).transpose())
                .map(|block| block.map(|block| block.hash))
                .collect::<Result<_, _>>()?;
            (encode(hashes)?, head + 1)
        }
    };
    // Only what has been answered counts as reported; a slower question does not take that back.
    if let Some(filter) = api.filters.table().filters.get_mut(&id) {
        filter.next = filter.next.max(next);
    }
    Ok(changes)
}

/// Everything that a filter of logs matches.
pub(crate) fn all(api: &Api, params: &Params) -> Result<Value, RpcError> {
    let id = params.required::<U64>(0)?.to();
    let kind = {
        let mut table = api.filters.table();
        let filter = table.filters.get_mut(&id).ok_or_else(not_found)?;
        filter.asked = Instant::now();
        filter.kind.clone()
    };
    match kind {
        Kind::Logs(filter) => logs::find(api, &filter),
        Kind::Blocks => Err(not_found()),
    }
}
