//! The store: opened, begun, committed to.

use crate::{
    cache::HotRows,
    commit::{Commit, Pending},
    config::{Stage, StoreConfig},
    fold::Fold,
    note::{Acknowledged, Note},
    tables::{self, Table},
    verify::node_key,
    view::{Moment, View},
};
use alloy_primitives::B256;
use borsh::{BorshDeserialize, BorshSerialize};
use parking_lot::Mutex;
use rocksdb::{ColumnFamily, DB, WriteBatch, WriteOptions};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};
use zx_primitives::{
    Block, StateChanges,
    block::{decode_receipts, encode_receipts},
};
use zx_state::{Nibbles, Node, StateUpdate};

pub(crate) use crate::error::StoreError;

/// An open database.
#[derive(Debug)]
pub struct Store {
    pub(crate) db: DB,
    pub(crate) path: PathBuf,
    pub(crate) config: StoreConfig,
    pub(crate) hot: HotRows,
    pub(crate) writer: Mutex<Writer>,
}

/// What whoever writes has to know; there is one at a time.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) note: Note,
    /// Commits so far.
    pub(crate) commits: u64,
    /// Heights and hashes of the pending blocks.
    pub(crate) pending: BTreeSet<(u64, B256)>,
    /// Where a pending block's row is made, over and over: a megabyte of memory that is new costs as much as filling it.
    pub(crate) row: Vec<u8>,
}

/// A pending block's row.
#[derive(BorshSerialize)]
struct PendingRef<'a> {
    block: Vec<u8>,
    receipts: Vec<u8>,
    changes: &'a StateChanges,
}

/// The same, read.
#[derive(BorshDeserialize)]
struct PendingRow {
    block: Vec<u8>,
    receipts: Vec<u8>,
    changes: StateChanges,
}

impl Store {
    /// Writes the first block as base and head of an empty store, synced.
    ///
    /// # Errors
    /// If the store is not empty, or fails.
    pub fn begin(&self, genesis: &Block, update: &StateUpdate, changes: &StateChanges) -> Result<(), StoreError> {
        let mut writer = self.writer.lock();
        if let Some(found) = self.genesis()? {
            return Err(StoreError::Misfit(format!("it is begun already, with block 0 {found}")));
        }
        let mut batch = Batch::new(self);
        let mut fold = Fold::new(self);
        fold.genesis(genesis, update, changes, &mut batch)?;
        batch.put(tables::META, b"genesis", genesis.hash.as_slice())?;
        let first = genesis.number().to_be_bytes();
        batch.put(tables::META, b"history_from", &first)?;
        if genesis.number() > 0 {
            // A fork begins where another chain is.
            batch.put(tables::META, b"blocks_from", &first)?;
        }
        let commits = writer.commits.saturating_add(1);
        batch.head(genesis.hash, commits)?;
        batch.write(true)?;
        self.hot.advance(None, genesis.number(), fold.into_advance());
        writer.acknowledge(commits, genesis.number(), genesis.hash);
        Ok(())
    }

    /// Writes a block above the base, and makes older ones a part of the base: one batch, synced. When this returns,
    /// all of it outlives a power cut.
    ///
    /// # Errors
    /// If the commit does not follow from what the store holds, or the store fails; then nothing of it is written.
    pub fn commit(&self, commit: &Commit<'_>) -> Result<(), StoreError> {
        let mut writer = self.writer.lock();
        self.reach(Stage::Begun);
        let moment = self.moment()?;
        let mut batch = Batch::new(self);
        let Writer { pending, row, .. } = &mut *writer;
        let pending = put_pending(pending, commit, row, &mut batch)?;
        let mut fold = Fold::new(self);
        let base = fold.blocks(moment.base, &commit.fold, &mut batch)?;
        self.prune_with(&moment, base.0, commit.fold.len(), &mut batch)?;
        let height = head_height(commit.head, base, &pending)?;
        let commits = writer.commits.saturating_add(1);
        batch.head(commit.head, commits)?;
        self.reach(Stage::Encoded);
        batch.write(true)?;
        self.reach(Stage::Written);
        if !commit.fold.is_empty() {
            self.hot.advance(Some(moment.base.0), base.0, fold.into_advance());
        }
        writer.pending = pending;
        writer.acknowledge(commits, height, commit.head);
        self.reach(Stage::Noted);
        Ok(())
    }

    /// The blocks above the base, by height.
    ///
    /// # Errors
    /// If the store fails, or a row does not read back.
    pub fn pending(&self) -> Result<Vec<Pending>, StoreError> {
        let mut all = Vec::new();
        self.view().scan(tables::PENDING, &[], |key, row| {
            all.push(self.pending_of(key, row)?);
            Ok(())
        })?;
        Ok(all)
    }

    pub(crate) fn pending_of(&self, key: &[u8], row: &[u8]) -> Result<Pending, StoreError> {
        let row = PendingRow::try_from_slice(row)
            .map_err(|e| self.damaged(format!("a pending block does not read back: {e}")))?;
        let block = Block::decode(&row.block)?;
        if key != pending_key(block.number(), block.hash) {
            return Err(self.damaged(format!("block {} is pending under another name", block.number())));
        }
        Ok(Pending { block, receipts: decode_receipts(&row.receipts)?, changes: row.changes })
    }

    /// Hash of the first block of the chain that the store holds, if it holds one.
    ///
    /// # Errors
    /// If the store fails.
    pub fn genesis(&self) -> Result<Option<B256>, StoreError> {
        let Some(bytes) = self.get(tables::META, b"genesis")? else { return Ok(None) };
        B256::try_from(bytes.as_slice()).map(Some).map_err(|_| self.damaged("genesis is not a hash"))
    }

    /// Refuses a store of another chain.
    ///
    /// # Errors
    /// [`StoreError::OtherChain`] if its genesis is another than `expected`.
    pub fn check_genesis(&self, expected: B256) -> Result<(), StoreError> {
        match self.genesis()? {
            Some(found) if found != expected => {
                Err(StoreError::OtherChain { path: self.path.clone(), found, expected })
            }
            _ => Ok(()),
        }
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A snapshot to read from.
    pub fn view(&self) -> View<'_> {
        View::new(self)
    }

    /// Where the store is, in a store that is begun.
    pub(crate) fn moment(&self) -> Result<Moment, StoreError> {
        Moment::read(self, |key| self.get(tables::META, key))?
            .ok_or_else(|| StoreError::Misfit("the store has no first block yet".into()))
    }

    fn reach(&self, stage: Stage) {
        if let Some(stages) = &self.config.stages {
            stages(stage);
        }
    }

    pub(crate) fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.db.get_cf(self.family(table)?, key).map_err(|e| self.failed(e))
    }

    pub(crate) fn family(&self, table: Table) -> Result<&ColumnFamily, StoreError> {
        self.db.cf_handle(table.name).ok_or_else(|| self.damaged(format!("table {} is missing", table.name)))
    }

    pub(crate) fn failed(&self, source: rocksdb::Error) -> StoreError {
        StoreError::database(&self.path, source)
    }

    pub(crate) fn damaged(&self, what: impl Into<String>) -> StoreError {
        StoreError::Damaged { path: self.path.clone(), what: what.into() }
    }
}

impl Writer {
    fn acknowledge(&mut self, commits: u64, height: u64, head: B256) {
        self.commits = commits;
        self.note.write(Acknowledged { commits, height, head });
    }
}

/// Bytes of a row whose memory is kept for the next: what a full block takes.
const ROW: usize = 4 << 20;

/// Puts a commit's new block among the pending ones, and takes out those that are final or given up. Says which ones
/// are pending afterwards.
fn put_pending(
    before: &BTreeSet<(u64, B256)>,
    commit: &Commit<'_>,
    row: &mut Vec<u8>,
    batch: &mut Batch<'_>,
) -> Result<BTreeSet<(u64, B256)>, StoreError> {
    let folded = commit.fold.iter().map(|folded| (folded.block.number(), folded.block.hash));
    let gone: BTreeSet<(u64, B256)> = folded.chain(commit.dropped.iter().copied()).collect();
    for (height, hash) in gone.intersection(before) {
        batch.delete(tables::PENDING, &pending_key(*height, *hash))?;
    }
    let mut pending: BTreeSet<_> = before.difference(&gone).copied().collect();
    if let Some(new) = &commit.append
        && let place = (new.block.number(), new.block.hash)
        && !gone.contains(&place)
    {
        let (block, receipts) = (new.block.encode(), encode_receipts(new.receipts));
        row.clear();
        PendingRef { block, receipts, changes: new.changes }
            .serialize(row)
            .map_err(|e| StoreError::Misfit(format!("a block cannot be encoded: {e}")))?;
        batch.put(tables::PENDING, &pending_key(place.0, place.1), row)?;
        row.shrink_to(ROW);
        pending.insert(place);
    }
    Ok(pending)
}

pub(crate) fn pending_key(height: u64, hash: B256) -> Vec<u8> {
    [&height.to_be_bytes(), hash.as_slice()].concat()
}

fn head_height(head: B256, base: (u64, B256), pending: &BTreeSet<(u64, B256)>) -> Result<u64, StoreError> {
    let mut known = pending.iter().chain([&base]);
    let found = known.find(|(_, hash)| *hash == head).map(|(height, _)| *height);
    found.ok_or_else(|| StoreError::Misfit(format!("its head {head} is neither pending nor the base")))
}

/// Writes that go together.
pub(crate) struct Batch<'a> {
    store: &'a Store,
    /// `None` if nothing is to be written.
    batch: Option<WriteBatch>,
    rows: usize,
}

impl<'a> Batch<'a> {
    pub(crate) fn new(store: &'a Store) -> Self {
        Self { store, batch: Some(WriteBatch::default()), rows: 0 }
    }

    /// One that only counts.
    pub(crate) fn dry(store: &'a Store) -> Self {
        Self { store, batch: None, rows: 0 }
    }

    pub(crate) fn put(&mut self, table: Table, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        self.rows = self.rows.saturating_add(1);
        if let Some(batch) = &mut self.batch {
            batch.put_cf(self.store.family(table)?, key, value);
        }
        Ok(())
    }

    pub(crate) fn delete(&mut self, table: Table, key: &[u8]) -> Result<(), StoreError> {
        self.rows = self.rows.saturating_add(1);
        if let Some(batch) = &mut self.batch {
            batch.delete_cf(self.store.family(table)?, key);
        }
        Ok(())
    }

    /// Puts a node of the accounts' trie, or of one account's slots, in its place, or takes it away.
    pub(crate) fn node(&mut self, of: Option<B256>, path: &Nibbles, node: Option<&Node>) -> Result<(), StoreError> {
        let (table, key) = node_key(of, path);
        let Some(node) = node else { return self.delete(table, &key) };
        let mut row = Vec::new();
        node.encode(&mut row);
        self.put(table, &key, &row)
    }

    fn head(&mut self, head: B256, commits: u64) -> Result<(), StoreError> {
        self.put(tables::META, b"head", head.as_slice())?;
        self.put(tables::META, b"commits", &commits.to_be_bytes())
    }

    /// Rows so far.
    pub(crate) fn len(&self) -> usize {
        self.rows
    }

    /// Writes all, or nothing.
    pub(crate) fn write(self, sync: bool) -> Result<(), StoreError> {
        let Some(batch) = self.batch else { return Ok(()) };
        let mut options = WriteOptions::default();
        options.set_sync(sync);
        self.store.db.write_opt(batch, &options).map_err(|e| self.store.failed(e))
    }
}
