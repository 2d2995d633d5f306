//! Final blocks become a part of the base.

use crate::{
    cache::Advance,
    commit::Folded,
    logs, past,
    store::{Batch, Store, StoreError},
    tables::{self, Table},
};
use alloy_primitives::{B256, Bytes, U256};
use alloy_trie::TrieAccount;
use std::collections::{BTreeMap, BTreeSet};
use zx_primitives::{Block, Receipt, StateChanges, block::encode_receipts};
use zx_state::{Nibbles, Node, StateUpdate, StorageUpdate};

/// What several blocks make of the base's rows, taken together: of a row that many write, the last one's is written.
pub(crate) struct Fold<'a> {
    store: &'a Store,
    accounts: Vec<(B256, Option<TrieAccount>)>,
    storage: BTreeMap<B256, Storage<'a>>,
    nodes: Nodes<'a>,
    codes: BTreeMap<B256, &'a Bytes>,
}

type Nodes<'a> = Vec<(&'a Nibbles, Option<&'a Node>)>;

/// What becomes of one account's storage.
#[derive(Default)]
struct Storage<'a> {
    /// Whether everything that the base has goes first.
    wiped: bool,
    slots: Vec<(B256, U256)>,
    nodes: Nodes<'a>,
}

impl<'a> Storage<'a> {
    fn add(&mut self, update: &'a StorageUpdate) {
        if update.wiped {
            *self = Self { wiped: true, ..Self::default() };
        }
        self.slots.extend_from_slice(&update.slots);
        self.nodes.extend(update.nodes.iter().map(|(path, node)| (path, node.as_ref())));
    }
}

/// Rows in order, each key once, with what was written to it last. What each block has written is nearly in order
/// already, and a stable sort makes use of that.
fn settle<K: Ord + Copy, V>(rows: &mut Vec<(K, V)>) {
    rows.sort_by_key(|(key, _)| *key);
    // Of neighbours with one key the first stays, so the last is moved there.
    rows.dedup_by(|later, earlier| {
        let same = later.0 == earlier.0;
        if same {
            std::mem::swap(later, earlier);
        }
        same
    });
}

impl<'a> Fold<'a> {
    pub(crate) fn new(store: &'a Store) -> Self {
        let (accounts, storage, nodes, codes) = Default::default();
        Self { store, accounts, storage, nodes, codes }
    }

    /// The first block, on top of nothing.
    pub(crate) fn genesis(
        &mut self,
        block: &'a Block,
        update: &'a StateUpdate,
        changes: &'a StateChanges,
        batch: &mut Batch<'_>,
    ) -> Result<(), StoreError> {
        put_block(block, &[], batch)?;
        self.add(update, changes);
        self.put(batch)?;
        put_base((block.number(), block.hash), batch)
    }

    /// Blocks on top of the base. Says which one is the base afterwards.
    pub(crate) fn blocks(
        &mut self,
        base: (u64, B256),
        blocks: &[Folded<'a>],
        batch: &mut Batch<'_>,
    ) -> Result<(u64, B256), StoreError> {
        let mut last = base;
        for folded in blocks {
            let block = folded.block;
            if (block.number(), block.header.parent_hash) != (last.0.saturating_add(1), last.1) {
                let what =
                    format!("block {} ({}) does not follow block {} ({})", block.number(), block.hash, last.0, last.1);
                return Err(StoreError::Misfit(what));
            }
            put_block(block, folded.receipts, batch)?;
            past::Rows::new(folded).put(block.number(), batch)?;
            self.add(folded.update, folded.changes);
            last = (block.number(), block.hash);
        }
        if last != base {
            self.put(batch)?;
            put_base(last, batch)?;
        }
        Ok(last)
    }

    fn add(&mut self, update: &'a StateUpdate, changes: &'a StateChanges) {
        self.accounts.extend_from_slice(&update.accounts);
        self.nodes.extend(update.nodes.iter().map(|(path, node)| (path, node.as_ref())));
        self.codes.extend(changes.codes.iter().map(|(hash, code)| (*hash, code)));
        for (account, update) in &update.storage {
            self.storage.entry(*account).or_default().add(update);
        }
    }

    fn put(&mut self, batch: &mut Batch<'_>) -> Result<(), StoreError> {
        settle(&mut self.accounts);
        settle(&mut self.nodes);
        for storage in self.storage.values_mut() {
            settle(&mut storage.slots);
            settle(&mut storage.nodes);
        }
        for (key, account) in &self.accounts {
            match account {
                Some(account) => batch.put(tables::ACCOUNTS, key.as_slice(), &alloy_rlp::encode(account))?,
                None => batch.delete(tables::ACCOUNTS, key.as_slice())?,
            }
        }
        for (account, storage) in &self.storage {
            self.put_slots(*account, storage, batch)?;
        }
        put_nodes(tables::ACCOUNT_NODES, &[], &self.nodes, batch)?;
        for (account, storage) in &self.storage {
            if storage.wiped {
                self.wipe(tables::STORAGE_NODES, *account, batch)?;
            }
            put_nodes(tables::STORAGE_NODES, account.as_slice(), &storage.nodes, batch)?;
        }
        self.codes.iter().try_for_each(|(hash, code)| batch.put(tables::CODES, hash.as_slice(), code))
    }

    fn put_slots(&self, account: B256, storage: &Storage<'_>, batch: &mut Batch<'_>) -> Result<(), StoreError> {
        if storage.wiped {
            self.wipe(tables::STORAGE, account, batch)?;
        }
        for (slot, value) in &storage.slots {
            let key = [account.as_slice(), slot.as_slice()].concat();
            match value.is_zero() {
                true => batch.delete(tables::STORAGE, &key)?,
                false => batch.put(tables::STORAGE, &key, &value.to_be_bytes_trimmed_vec())?,
            }
        }
        Ok(())
    }

    /// Removes what the base has of an account's storage. Nobody else writes meanwhile, so a snapshot has all of it.
    fn wipe(&self, table: Table, account: B256, batch: &mut Batch<'_>) -> Result<(), StoreError> {
        self.store.view().scan(table, account.as_slice(), |key, _| batch.delete(table, key))
    }

    /// The same, for the rows in memory.
    pub(crate) fn into_advance(self) -> Advance {
        let slots = |(account, storage): (B256, Storage<'_>)| {
            storage.slots.into_iter().map(move |(slot, value)| ((account, slot), value))
        };
        Advance {
            wiped: self.storage.values().any(|storage| storage.wiped),
            accounts: self.accounts,
            slots: self.storage.into_iter().flat_map(slots).collect(),
        }
    }
}

fn put_nodes(table: Table, of: &[u8], nodes: &Nodes<'_>, batch: &mut Batch<'_>) -> Result<(), StoreError> {
    let (mut key, mut row) = (Vec::new(), Vec::new());
    for (path, node) in nodes {
        key.clear();
        key.extend_from_slice(of);
        key.extend(path.iter());
        match node {
            None => batch.delete(table, &key)?,
            Some(node) => {
                row.clear();
                node.encode(&mut row);
                batch.put(table, &key, &row)?;
            }
        }
    }
    Ok(())
}

fn put_base(base: (u64, B256), batch: &mut Batch<'_>) -> Result<(), StoreError> {
    batch.put(tables::META, b"base", &[&base.0.to_be_bytes(), base.1.as_slice()].concat())
}

pub(crate) fn put_block(block: &Block, receipts: &[Receipt], batch: &mut Batch<'_>) -> Result<(), StoreError> {
    let height = block.number().to_be_bytes();
    batch.put(tables::BLOCKS, &height, &block.encode())?;
    batch.put(tables::RECEIPTS, &height, &encode_receipts(receipts))?;
    batch.put(tables::BLOCK_NUMBERS, block.hash.as_slice(), &height)?;
    let places = (0_u32..).zip(&block.transactions).map(|(index, tx)| (*tx.inner().tx_hash(), index));
    for (hash, index) in places.collect::<BTreeSet<_>>() {
        batch.put(tables::TRANSACTIONS, hash.as_slice(), &[&height[..], &index.to_be_bytes()].concat())?;
    }
    logs::put(block.number(), receipts, batch)
}
