//! From an older schema to this one.
//!
//! Schema 1 held the state of the head as rows, all blocks with their receipts, and neither nodes nor indices of logs.
//! Each step can be interrupted and begun again: what it writes it can write twice, and receipts, which are read in one
//! form and written in another, note how far they are. The schema is written last, with all that the store says of
//! itself; until then no program takes it for a store of either schema that is whole.

use crate::{
    config::StoreConfig,
    logs, open,
    store::{Batch, Store, StoreError},
    tables::{self, SCHEMA_VERSION, Table},
    upkeep::{BATCH_ROWS, Progress},
    view::View,
};
use alloy_consensus::ReceiptWithBloom;
use alloy_eips::eip2718::Decodable2718;
use alloy_primitives::B256;
use borsh::BorshDeserialize;
use std::path::Path;
use zx_primitives::{
    Block, Receipt, StateError,
    block::{DecodeError, decode_receipts, encode_receipts, receipts_root},
};
use zx_state::{rebuild, root_of};

/// What a migration did, or would do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MigrationReport {
    /// Schema before.
    pub from: u32,
    /// Schema afterwards.
    pub to: u32,
    /// Height of the head, which is the base afterwards, and the first block whose state can be read.
    pub head: u64,
    /// Accounts.
    pub accounts: u64,
    /// Slots.
    pub slots: u64,
    /// Nodes of the tries, made anew.
    pub nodes: u64,
    /// Rows of the log index.
    pub log_index: u64,
}

/// Schema that can be brought here.
const FROM: u32 = 1;
/// Blocks whose receipts are written at once.
const BLOCKS_AT_ONCE: u64 = 256;
/// Name in `meta` of the height from which on receipts are as they were.
const MIGRATED: &[u8] = b"migrated";

/// Brings the database in a folder to this program's schema, or with `dry_run` only reads all that this would read and
/// writes nothing. If it is interrupted, it can be called again.
///
/// # Errors
/// If the database is in use, damaged, newer or none of a node. Its state must have the root that its head says.
pub fn migrate(path: &Path, dry_run: bool, progress: &mut dyn FnMut(Progress)) -> Result<MigrationReport, StoreError> {
    let found = open::stored_schema(path)?.ok_or_else(|| StoreError::Foreign(path.into()))?;
    let report = MigrationReport { from: found, to: SCHEMA_VERSION, ..MigrationReport::default() };
    match found {
        SCHEMA_VERSION => return Ok(report),
        FROM => {}
        _ => return Err(StoreError::Newer { path: path.into(), found }),
    }
    let config = StoreConfig::default();
    let db = if dry_run { open::read_only(path)? } else { open::open_db(path, config.cache_bytes)? };
    let store = Store::new(db, path, config);
    Migration { store: &store, dry_run, report, progress }.run()
}

struct Migration<'a> {
    store: &'a Store,
    dry_run: bool,
    report: MigrationReport,
    progress: &'a mut dyn FnMut(Progress),
}

impl<'a> Migration<'a> {
    fn run(mut self) -> Result<MigrationReport, StoreError> {
        if let Some(head) = self.store.get(tables::META, b"head")? {
            let head = head.try_into().map(u64::from_be_bytes);
            let head = self.block(head.map_err(|_| self.store.damaged("head is not a u64"))?)?;
            self.report.head = head.number();
            self.state(&head)?;
            self.receipts(head.number())?;
            self.finish(Some(&head))?;
        } else {
            self.finish(None)?;
        }
        Ok(self.report)
    }

    fn batch(&self) -> Batch<'a> {
        if self.dry_run { Batch::dry(self.store) } else { Batch::new(self.store) }
    }

    fn block(&self, height: u64) -> Result<Block, StoreError> {
        let bytes = self.store.get(tables::BLOCKS, &height.to_be_bytes())?;
        let bytes = bytes.ok_or_else(|| self.store.damaged(format!("block {height} is missing")))?;
        Ok(Block::decode(&bytes)?)
    }

    /// The rows have the root that the head says; and their nodes, made anew, have it too.
    fn state(&mut self, head: &Block) -> Result<(), StoreError> {
        (self.progress)(Progress { step: "state root", done: 0, of: None });
        let view = self.store.view();
        let expected = head.header.state_root;
        for make in [|_: &mut Self, view: &View<'_>| root_of(view), Self::nodes] {
            let root = make(self, &view).map_err(|e| self.store.damaged(e.0))?;
            if root != expected {
                let what = format!("its state has the root {root}, block {} says {expected}", head.number());
                return Err(self.store.damaged(what));
            }
        }
        self.report.accounts = self.count(&view, tables::ACCOUNTS)?;
        self.report.slots = self.count(&view, tables::STORAGE)?;
        Ok(())
    }

    fn count(&self, view: &View<'_>, table: Table) -> Result<u64, StoreError> {
        let mut rows = 0_u64;
        view.scan(table, &[], |_, _| {
            rows = rows.saturating_add(1);
            Ok(())
        })?;
        Ok(rows)
    }

    fn nodes(&mut self, view: &View<'_>) -> Result<B256, StateError> {
        let mut batch = self.batch();
        let root = rebuild(view, &mut |of, path, node| {
            batch.node(of, &path, node.as_ref())?;
            self.report.nodes = self.report.nodes.saturating_add(node.is_some().into());
            if batch.len() >= BATCH_ROWS {
                std::mem::replace(&mut batch, self.batch()).write(false)?;
                (self.progress)(Progress { step: "trie nodes", done: self.report.nodes, of: None });
            }
            Ok(())
        })?;
        batch.write(false)?;
        Ok(root)
    }

    /// Writes receipts without their blooms, and what they have for the index of logs.
    fn receipts(&mut self, head: u64) -> Result<(), StoreError> {
        let done = self.store.get(tables::META, MIGRATED)?.map(|bytes| bytes.try_into().map(u64::from_be_bytes));
        let done = done.unwrap_or(Ok(0)).map_err(|_| self.store.damaged("migrated is not a u64"))?;
        let mut height = 0;
        while height <= head {
            (self.progress)(Progress { step: "receipts", done: height, of: Some(head) });
            let mut batch = self.batch();
            let end = height.saturating_add(BLOCKS_AT_ONCE).min(head.saturating_add(1));
            for height in height..end {
                self.receipts_of(height, height < done, &mut batch)?;
            }
            batch.put(tables::META, MIGRATED, &end.max(done).to_be_bytes())?;
            batch.write(false)?;
            height = end;
        }
        Ok(())
    }

    fn receipts_of(&mut self, height: u64, done: bool, batch: &mut Batch<'_>) -> Result<(), StoreError> {
        let key = height.to_be_bytes();
        let bytes = self.store.get(tables::RECEIPTS, &key)?;
        let bytes = bytes.ok_or_else(|| self.store.damaged(format!("the receipts of block {height} are missing")))?;
        let receipts = if done { decode_receipts(&bytes) } else { decode_receipts_1(&bytes) }?;
        if receipts_root(&receipts).0 != self.block(height)?.header.receipts_root {
            return Err(self.store.damaged(format!("the receipts of block {height} are not what its header says")));
        }
        batch.put(tables::RECEIPTS, &key, &encode_receipts(&receipts))?;
        let before = batch.len();
        logs::put(height, &receipts, batch)?;
        self.report.log_index = self.report.log_index.saturating_add(batch.len().saturating_sub(before) as u64);
        Ok(())
    }

    /// Writes what the store says of itself, synced, and with it all that was written before.
    fn finish(&self, head: Option<&Block>) -> Result<(), StoreError> {
        let mut batch = self.batch();
        if let Some(head) = head {
            let height = head.number().to_be_bytes();
            batch.put(tables::META, b"base", &[&height, head.hash.as_slice()].concat())?;
            batch.put(tables::META, b"head", head.hash.as_slice())?;
            batch.put(tables::META, b"history_from", &height)?;
            batch.put(tables::META, b"commits", &1_u64.to_be_bytes())?;
        }
        batch.delete(tables::META, MIGRATED)?;
        batch.put(tables::META, b"schema", &SCHEMA_VERSION.to_be_bytes())?;
        batch.write(true)
    }
}

/// Reads receipts as schema 1 had them: a Borsh list of EIP-2718 bytes with blooms.
fn decode_receipts_1(bytes: &[u8]) -> Result<Vec<Receipt>, DecodeError> {
    let stored = Vec::<Vec<u8>>::try_from_slice(bytes).map_err(|e| DecodeError::new("receipts", e))?;
    let one = |bytes: &Vec<u8>| {
        ReceiptWithBloom::<Receipt>::decode_2718(&mut bytes.as_slice())
            .map(|with_bloom| with_bloom.receipt)
            .map_err(|e| DecodeError::new("receipt", e))
    };
    stored.iter().map(one).collect()
}
