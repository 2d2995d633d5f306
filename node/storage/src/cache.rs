//! Rows of the state that are hot, in memory.
//!
//! Why no reader sees a stale row. Every shard says of which base its rows are, and a view knows its own base from the
//! snapshot that it reads: the two are never taken from different sources. A base stands for one state, as it only ever
//! rises, and what it names is written in the same batch as the rows.
//!
//! 1. *A shard of base B holds rows of the state of B, and no others.* It is so at the start, when it is empty. A row
//!    enters by `fill`, which takes it, under the shard's lock, only from a view of base B, that is
//!    from a snapshot of the state of B. And a fold from B to C goes through `advance`: under the
//!    lock it puts in what the fold changes, keeps the rest, which is the same in both states, and names C. If the
//!    shard is not at B, because a write failed halfway, it is emptied.
//! 2. *A view of base B takes rows from shards of base B, and no others*, under the lock. With 1 they are what its
//!    snapshot has.
//!
//! Between the write of a fold and its `advance` new views find shards of an older base, and older views find, after
//! it, newer ones: both read the files, and put nothing in.

use alloy_primitives::{B256, U256};
use alloy_trie::TrieAccount;
use lru::LruCache;
use parking_lot::Mutex;
use std::hash::Hash;

/// Parts that are locked apart.
const SHARDS: usize = 64;
/// Bytes that a row takes in memory, about: key, value, the links of the list, the table.
const ROW_BYTES: usize = 288;

/// What a fold does to the rows that are in memory.
#[derive(Debug, Default)]
pub(crate) struct Advance {
    /// Accounts written, or gone.
    pub(crate) accounts: Vec<(B256, Option<TrieAccount>)>,
    /// Slots written; zero removes one.
    pub(crate) slots: Vec<((B256, B256), U256)>,
    /// Whether slots went that are not among these.
    pub(crate) wiped: bool,
}

/// The rows.
#[derive(Debug)]
pub(crate) struct HotRows {
    accounts: Vec<Mutex<Shard<B256, Option<TrieAccount>>>>,
    slots: Vec<Mutex<Shard<(B256, B256), U256>>>,
}

#[derive(Debug)]
struct Shard<K: Hash + Eq, V> {
    /// Height of the block whose state the rows are of; `None` if there is no state yet.
    base: Option<u64>,
    rows: LruCache<K, V>,
    most: usize,
}

impl<K: Hash + Eq, V: Copy> Shard<K, V> {
    fn new(most: usize) -> Mutex<Self> {
        Mutex::new(Self { base: None, rows: LruCache::unbounded(), most })
    }

    fn put(&mut self, key: K, value: V) {
        self.rows.put(key, value);
        if self.rows.len() > self.most {
            self.rows.pop_lru();
        }
    }
}

impl HotRows {
    /// Keeps at most so many bytes, about.
    pub(crate) fn new(bytes: usize) -> Self {
        let most = (bytes / ROW_BYTES / SHARDS / 2).max(1);
        Self {
            accounts: (0..SHARDS).map(|_| Shard::new(most)).collect(),
            slots: (0..SHARDS).map(|_| Shard::new(most)).collect(),
        }
    }

    /// What memory says of an account at a base; `None` if nothing.
    pub(crate) fn account(&self, base: u64, key: B256) -> Option<Option<TrieAccount>> {
        find(&self.accounts, base, of_account(&key), &key)
    }

    /// What memory says of a slot at a base; `None` if nothing.
    pub(crate) fn slot(&self, base: u64, key: (B256, B256)) -> Option<U256> {
        find(&self.slots, base, of_slot(&key), &key)
    }

    /// Takes an account that was read from a snapshot of a base.
    pub(crate) fn fill_account(&self, base: u64, key: B256, row: Option<TrieAccount>) {
        fill(&self.accounts, base, of_account(&key), key, row);
    }

    /// Takes a slot that was read from a snapshot of a base.
    pub(crate) fn fill_slot(&self, base: u64, key: (B256, B256), row: U256) {
        fill(&self.slots, base, of_slot(&key), key, row);
    }

    /// Goes from one base to another. Only after what is between them is written.
    pub(crate) fn advance(&self, from: Option<u64>, to: u64, changes: Advance) {
        advance(&self.accounts, from, to, changes.accounts, of_account, false);
        advance(&self.slots, from, to, changes.slots, of_slot, changes.wiped);
    }
}

fn of_account(key: &B256) -> usize {
    usize::from(key.0[31])
}

/// Slots of one account are spread too: one contract may be what everybody reads.
fn of_slot((account, slot): &(B256, B256)) -> usize {
    usize::from(account.0[31] ^ slot.0[31])
}

type Shards<K, V> = [Mutex<Shard<K, V>>];

fn find<K: Hash + Eq, V: Copy>(shards: &Shards<K, V>, base: u64, place: usize, key: &K) -> Option<V> {
    let mut shard = shards.get(place % SHARDS)?.lock();
    if shard.base == Some(base) { shard.rows.get(key).copied() } else { None }
}

fn fill<K: Hash + Eq, V: Copy>(shards: &Shards<K, V>, base: u64, place: usize, key: K, row: V) {
    let Some(shard) = shards.get(place % SHARDS) else { return };
    let mut shard = shard.lock();
    if shard.base == Some(base) {
        shard.put(key, row);
    }
}

fn advance<K: Hash + Eq, V: Copy>(
    shards: &Shards<K, V>,
    from: Option<u64>,
    to: u64,
    changes: Vec<(K, V)>,
    place: fn(&K) -> usize,
    wiped: bool,
) {
    let mut parts: Vec<Vec<(K, V)>> = shards.iter().map(|_| Vec::new()).collect();
    for (key, row) in changes {
        if let Some(part) = parts.get_mut(place(&key) % SHARDS) {
            part.push((key, row));
        }
    }
    for (shard, part) in shards.iter().zip(parts) {
        let mut shard = shard.lock();
        if wiped || shard.base != from {
            shard.rows.clear();
        }
        shard.base = Some(to);
        part.into_iter().for_each(|(key, row)| shard.put(key, row));
    }
}
