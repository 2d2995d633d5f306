//! Which blocks may have a log.

use crate::{
    store::{Batch, StoreError},
    tables,
    view::{View, Walk},
};
use alloy_primitives::{Address, B256, Bloom, BloomInput};
use rocksdb::DBRawIterator;
use std::{collections::BTreeSet, ops::RangeInclusive};
use zx_primitives::Receipt;

/// Logs that are looked for: those that meet every clause. A clause that names nothing is met by every log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogQuery {
    /// The log's address is one of these.
    pub addresses: Vec<Address>,
    /// Its topics are among these, each at its place.
    pub topics: [Vec<B256>; 4],
}

/// Blocks that may have a log that is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogBlocks {
    /// Their heights, ascending.
    pub heights: Vec<u64>,
    /// Where to go on, if not all heights were looked at.
    pub next: Option<u64>,
}

/// Position of a log's address; its topics follow.
const ADDRESS: u8 = 0;

/// Keys of a block's logs, without the height.
pub(crate) fn prefixes(receipts: &[Receipt]) -> BTreeSet<Vec<u8>> {
    let mut found = BTreeSet::new();
    for log in receipts.iter().flat_map(|receipt| &receipt.logs) {
        found.insert(prefix(ADDRESS, log.address.as_slice()));
        let topics = (ADDRESS.saturating_add(1)..).zip(log.topics());
        found.extend(topics.map(|(position, topic)| prefix(position, topic.as_slice())));
    }
    found
}

fn prefix(position: u8, value: &[u8]) -> Vec<u8> {
    [&[position], value].concat()
}

/// Puts a block into the index.
pub(crate) fn put(height: u64, receipts: &[Receipt], batch: &mut Batch<'_>) -> Result<(), StoreError> {
    for mut key in prefixes(receipts) {
        key.extend(height.to_be_bytes());
        batch.put(tables::LOG_INDEX, &key, &[])?;
    }
    Ok(())
}

impl LogQuery {
    /// Whether a block with this bloom may have a log that is looked for.
    pub fn may_match(&self, bloom: &Bloom) -> bool {
        let has = |value: &[u8]| bloom.contains_input(BloomInput::Raw(value));
        let addresses = self.addresses.is_empty() || self.addresses.iter().any(|address| has(address.as_slice()));
        addresses && self.topics.iter().all(|topics| topics.is_empty() || topics.iter().any(|t| has(t.as_slice())))
    }

    /// Prefixes of the index for each clause that names something.
    fn clauses(&self) -> impl Iterator<Item = Vec<Vec<u8>>> {
        let addresses = self.addresses.iter().map(|address| prefix(ADDRESS, address.as_slice())).collect();
        let topics = (ADDRESS.saturating_add(1)..).zip(&self.topics);
        let topics = topics.map(|(position, topics)| topics.iter().map(|t| prefix(position, t.as_slice())).collect());
        [addresses].into_iter().chain(topics).filter(|clause: &Vec<_>| !clause.is_empty())
    }
}

impl View<'_> {
    /// Final blocks within `heights` that may have a log that is looked for: every one that has is among them. Looks at
    /// some `limit` rows of the index, at least at one for each value that is asked for, and then says where to go on.
    ///
    /// # Errors
    /// If the store fails.
    pub fn log_blocks(
        &self,
        query: &LogQuery,
        heights: RangeInclusive<u64>,
        limit: usize,
    ) -> Result<LogBlocks, StoreError> {
        let mut clauses = query.clauses().map(|prefixes| Clause::new(self, prefixes)).collect::<Result<Vec<_>, _>>()?;
        let (mut height, last) = (*heights.start(), self.base().0.min(*heights.end()));
        let (mut found, mut looked) = (LogBlocks::default(), 0_usize);
        if self.moment()?.is_none() {
            return Ok(found);
        }
        while height <= last {
            if looked >= limit.max(1) {
                found.next = Some(height);
                break;
            }
            looked = looked.saturating_add(1);
            let Some(next) = meet(&mut clauses, height, &mut looked)? else { break };
            let hit = next == height && next <= last;
            found.heights.extend(hit.then_some(height));
            match next.checked_add(hit.into()) {
                Some(next) => height = next,
                None => break,
            }
        }
        Ok(found)
    }
}

/// The first height from `height` on that one of the clauses leaves possible; if it is `height` itself, all do.
fn meet(clauses: &mut [Clause<'_>], height: u64, looked: &mut usize) -> Result<Option<u64>, StoreError> {
    let mut furthest = height;
    for clause in clauses {
        let Some(next) = clause.next_from(furthest, looked)? else { return Ok(None) };
        furthest = next;
    }
    Ok(Some(furthest))
}

/// Heights at which one of several values occurs.
struct Clause<'a> {
    view: &'a View<'a>,
    rows: DBRawIterator<'a>,
    values: Vec<Value>,
    /// Which value the rows are at.
    at: Option<usize>,
}

/// One value, and the first height not below the last that was asked for.
struct Value {
    prefix: Vec<u8>,
    next: Next,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Unknown,
    At(u64),
    Never,
}

impl<'a> Clause<'a> {
    fn new(view: &'a View<'a>, prefixes: Vec<Vec<u8>>) -> Result<Self, StoreError> {
        let rows = view.cursor(tables::LOG_INDEX, Walk::Prefix)?;
        let distinct: BTreeSet<_> = prefixes.into_iter().collect();
        let values = distinct.into_iter().map(|prefix| Value { prefix, next: Next::Unknown }).collect();
        Ok(Self { view, rows, values, at: None })
    }

    /// The first height from `height` on at which one of the values occurs. Never asked for a lower one again.
    fn next_from(&mut self, height: u64, looked: &mut usize) -> Result<Option<u64>, StoreError> {
        let mut lowest = None;
        for (index, value) in self.values.iter_mut().enumerate() {
            let behind = match value.next {
                Next::Unknown => true,
                Next::At(next) => next < height,
                Next::Never => false,
            };
            if behind {
                *looked = looked.saturating_add(1);
                // The next row may be the one, and costs less than seeking it.
                let near =
                    self.at == Some(index) && value.next == height.checked_sub(1).map_or(Next::Unknown, Next::At);
                self.at = Some(index);
                value.next = value.seek(self.view, &mut self.rows, height, near)?;
            }
            if let Next::At(next) = value.next {
                lowest = Some(lowest.map_or(next, |lowest: u64| lowest.min(next)));
            }
        }
        Ok(lowest)
    }
}

impl Value {
    fn seek(&self, view: &View<'_>, rows: &mut DBRawIterator<'_>, height: u64, near: bool) -> Result<Next, StoreError> {
        match near && rows.valid() {
            true => rows.next(),
            false => rows.seek([self.prefix.as_slice(), &height.to_be_bytes()].concat()),
        }
        let Some(rest) = rows.key().and_then(|key| key.strip_prefix(self.prefix.as_slice())) else {
            rows.status().map_err(|e| view.store.failed(e))?;
            return Ok(Next::Never);
        };
        let height = rest.try_into().map(u64::from_be_bytes);
        height.map(Next::At).map_err(|_| view.store.damaged("a key of the log index is not of its length"))
    }
}
