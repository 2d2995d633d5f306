//! Writing a snapshot.

use super::{SNAPSHOT_BLOCKS, SnapshotCounts, SnapshotError, SnapshotHeader, SnapshotReport, StateRow, kind, verify};
use crate::{
    file::{Contents, FileWriter},
    store::{Store, StoreError},
    tables::{self, Table},
    upkeep::Progress,
    view::{View, Walk},
};
use alloy_primitives::B256;
use borsh::BorshSerialize;
use std::{collections::BTreeSet, path::Path};
use zx_primitives::Block;

/// Rows between two reports of progress.
const PACE: u64 = 1 << 12;

/// Writes a snapshot of what a store holds, and reads it back before it gets its name.
///
/// # Errors
/// If the store or the system fails, or what the store holds does not make a snapshot that is right; then no file is
/// left behind. If there is a file of that name already, unless `force`.
pub fn create(
    store: &Store,
    chain_id: u64,
    path: &Path,
    force: bool,
    progress: &mut dyn FnMut(Progress),
) -> Result<SnapshotReport, SnapshotError> {
    let view = store.view();
    let header = header(&view, chain_id)?;
    let file = FileWriter::create(path, Contents::Snapshot, force)?;
    let mut out = Creating { view: &view, file, counts: SnapshotCounts::default(), progress };
    out.record(kind::HEADER, &header)?;
    out.blocks(header.base)?;
    out.codes()?;
    out.state()?;
    out.pending()?;
    let counts = out.counts;
    out.record(kind::COUNTS, &counts)?;
    let mut file = out.file;
    let report = verify(file.finish()?, progress)?;
    file.publish()?;
    Ok(report)
}

fn header(view: &View<'_>, chain_id: u64) -> Result<SnapshotHeader, SnapshotError> {
    let store = view.store;
    let Some(moment) = view.moment()?.copied() else { return Err(SnapshotError::Empty(store.path.clone())) };
    let genesis = store.genesis()?.ok_or_else(|| SnapshotError::Empty(store.path.clone()))?;
    let (base, base_hash) = moment.base;
    let mut known = BTreeSet::from([moment.base]);
    view.scan(tables::PENDING, &[], |key, _| {
        known.insert(store.pending_place(key)?);
        Ok(())
    })?;
    let head = known.into_iter().find(|(_, hash)| *hash == moment.head);
    let (head, head_hash) =
        head.ok_or_else(|| store.damaged(format!("block {}, the head, is missing", moment.head)))?;
    let state_root = block(view, base)?.header.state_root;
    Ok(SnapshotHeader { chain_id, genesis, base, base_hash, state_root, head, head_hash })
}

fn block(view: &View<'_>, number: u64) -> Result<Block, StoreError> {
    view.block(number)?.ok_or_else(|| view.store.damaged(format!("block {number} is missing")))
}

struct Creating<'a> {
    view: &'a View<'a>,
    file: FileWriter,
    counts: SnapshotCounts,
    progress: &'a mut dyn FnMut(Progress),
}

impl Creating<'_> {
    fn record(&mut self, kind: u8, record: &impl BorshSerialize) -> Result<(), SnapshotError> {
        let bytes = borsh::to_vec(record).map_err(|e| StoreError::Misfit(e.to_string()))?;
        Ok(self.file.put(kind, &bytes)?)
    }

    fn step(&mut self, step: &'static str, done: u64, of: Option<u64>) {
        if done.is_multiple_of(PACE) || of == Some(done) {
            (self.progress)(Progress { step, done, of });
        }
    }

    /// The first block, and the last ones up to the base.
    fn blocks(&mut self, base: u64) -> Result<(), SnapshotError> {
        let last = base.saturating_add(1).saturating_sub(SNAPSHOT_BLOCKS).max(self.view.blocks_from()?).max(1)..=base;
        for number in std::iter::once(0).chain(last) {
            let block = block(self.view, number)?;
            let missing = || self.view.store.damaged(format!("the receipts of block {number} are missing"));
            let receipts = self.view.get(tables::RECEIPTS, &number.to_be_bytes())?.ok_or_else(missing)?;
            self.record(kind::BLOCKS, &(block.encode(), receipts))?;
            self.counts.blocks = self.counts.blocks.saturating_add(1);
            self.counts.transactions = self.counts.transactions.saturating_add(block.transactions.len() as u64);
            self.step("blocks", number, Some(base));
        }
        Ok(())
    }

    fn codes(&mut self) -> Result<(), SnapshotError> {
        self.each(tables::CODES, |out, _, code| {
            out.counts.codes = out.counts.codes.saturating_add(1);
            out.step("codes", out.counts.codes, None);
            out.record(kind::CODES, &code)
        })
    }

    /// Accounts in order, each with its slots behind it. Both tables are in the same order, so one walk through each
    /// will do.
    fn state(&mut self) -> Result<(), SnapshotError> {
        let mut slots = self.view.cursor(tables::STORAGE, Walk::All)?;
        slots.seek_to_first();
        self.each(tables::ACCOUNTS, |out, key, row| {
            out.record(kind::STATE, &StateRow::Account(hash(out.view, key)?, row.to_vec()))?;
            out.counts.accounts = out.counts.accounts.saturating_add(1);
            out.step("state", out.counts.accounts, None);
            while let Some((place, value)) = slots.item()
                && let Some(slot) = place.strip_prefix(key)
            {
                out.record(kind::STATE, &StateRow::Slot(hash(out.view, slot)?, value.to_vec()))?;
                out.counts.slots = out.counts.slots.saturating_add(1);
                slots.next();
            }
            Ok(())
        })?;
        slots.status().map_err(|e| self.view.store.failed(e))?;
        match slots.valid() {
            true => Err(self.view.store.damaged("there are slots of an account that is not there").into()),
            false => Ok(()),
        }
    }

    fn pending(&mut self) -> Result<(), SnapshotError> {
        self.each(tables::PENDING, |out, key, row| {
            out.counts.pending = out.counts.pending.saturating_add(1);
            out.step("pending blocks", out.counts.pending, None);
            out.record(kind::PENDING, &(key, row))
        })
    }

    fn each(
        &mut self,
        table: Table,
        mut visit: impl FnMut(&mut Self, &[u8], &[u8]) -> Result<(), SnapshotError>,
    ) -> Result<(), SnapshotError> {
        let mut rows = self.view.cursor(table, Walk::All)?;
        rows.seek_to_first();
        while let Some((key, value)) = rows.item() {
            visit(self, key, value)?;
            rows.next();
        }
        Ok(rows.status().map_err(|e| self.view.store.failed(e))?)
    }
}

fn hash(view: &View<'_>, bytes: &[u8]) -> Result<B256, StoreError> {
    B256::try_from(bytes).map_err(|_| view.store.damaged("a state key is not of its length"))
}
