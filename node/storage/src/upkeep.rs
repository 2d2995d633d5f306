//! Upkeep: what the tables take, and history that is no longer wanted.

use crate::{
    config::History,
    past::Changed,
    store::{Batch, Store, StoreError},
    tables::{self, TABLES},
    view::Moment,
};
use borsh::BorshDeserialize;

/// How far a long piece of work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is done.
    pub step: &'static str,
    /// How much of it is.
    pub done: u64,
    /// Out of how much, if that is known.
    pub of: Option<u64>,
}

/// What a table takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableStats {
    /// Its name.
    pub table: &'static str,
    /// Rows, about.
    pub rows: u64,
    /// Bytes in files.
    pub disk: u64,
    /// Bytes in memory, without what the shared cache has of it.
    pub memory: u64,
}

/// Blocks whose history goes with one fold at most, but for as many as are folded: what a change of the setting leaves
/// is cleared a little at a time.
const PRUNED_AT_ONCE: u64 = 64;
/// Rows that one batch removes, about.
pub(crate) const BATCH_ROWS: usize = 10_000;

impl Store {
    /// Puts every table into as few files as it fits in: what was removed takes no more place.
    ///
    /// # Errors
    /// If the store fails.
    pub fn compact(&self) -> Result<(), StoreError> {
        for table in TABLES {
            let family = self.family(*table)?;
            self.db.flush_cf(family).map_err(|e| self.failed(e))?;
            self.db.compact_range_cf(family, None::<&[u8]>, None::<&[u8]>);
        }
        Ok(())
    }

    /// What each table takes.
    ///
    /// # Errors
    /// If the store fails.
    pub fn stats(&self) -> Result<Vec<TableStats>, StoreError> {
        TABLES
            .iter()
            .map(|table| {
                let family = self.family(*table)?;
                let figure = |name: &str| {
                    let figure = self.db.property_int_value_cf(family, name).map_err(|e| self.failed(e))?;
                    Ok::<_, StoreError>(figure.unwrap_or_default())
                };
                let memory = figure("rocksdb.size-all-mem-tables")?;
                // The estimate is far off where rows soon go again.
                let rows = match *table {
                    tables::PENDING => self.writer.lock().pending.len() as u64,
                    _ => figure("rocksdb.estimate-num-keys")?,
                };
                Ok(TableStats {
                    table: table.name,
                    rows,
                    disk: figure("rocksdb.total-sst-files-size")?,
                    memory: memory.saturating_add(figure("rocksdb.estimate-table-readers-mem")?),
                })
            })
            .collect()
    }

    /// Removes the history of blocks more than `keep` below the base, and gives the room back. Their states can then
    /// no longer be read. Says how many blocks it was.
    ///
    /// # Errors
    /// If the store fails; what is removed until then stays removed, and all else stays right.
    pub fn prune(&self, keep: u64, progress: &mut dyn FnMut(Progress)) -> Result<u64, StoreError> {
        let start = self.moment()?;
        let target = start.base.0.saturating_sub(keep);
        let of = Some(target.saturating_sub(start.history_from));
        loop {
            let _writing = self.writer.lock();
            let from = self.moment()?.history_from;
            progress(Progress { step: "history", done: from.saturating_sub(start.history_from), of });
            if from >= target {
                break;
            }
            let mut batch = Batch::new(self);
            self.forget(from, target, 1, &mut batch)?;
            batch.write(true)?;
        }
        for table in [tables::ACCOUNT_HISTORY, tables::SLOT_HISTORY, tables::CHANGED] {
            progress(Progress { step: table.name, done: 0, of: None });
            self.db.compact_range_cf(self.family(table)?, None::<&[u8]>, None::<&[u8]>);
        }
        Ok(target.saturating_sub(start.history_from))
    }

    /// Forgets with a fold what the setting says. Blocks of the fold itself wait for the next one.
    pub(crate) fn prune_with(
        &self,
        moment: &Moment,
        base: u64,
        folded: usize,
        batch: &mut Batch<'_>,
    ) -> Result<(), StoreError> {
        let History::Last(keep) = self.config.history else { return Ok(()) };
        if folded == 0 {
            return Ok(());
        }
        let folded = folded as u64;
        let most = moment.history_from.saturating_add(PRUNED_AT_ONCE).saturating_add(folded);
        let target = base.saturating_sub(keep).min(moment.base.0).min(most);
        self.forget(moment.history_from, target, folded, batch)
    }

    /// Removes the history of the blocks up to `target`: states before them, and no others, need it. If that is much, of
    /// `always` so many of them, and of more up to a number of rows.
    fn forget(&self, from: u64, target: u64, always: u64, batch: &mut Batch<'_>) -> Result<(), StoreError> {
        let most = batch.len().saturating_add(BATCH_ROWS);
        let mut kept = from;
        while kept < target && (kept.saturating_sub(from) < always || batch.len() < most) {
            kept = kept.saturating_add(1);
            let height = kept.to_be_bytes();
            let Some(changed) = self.get(tables::CHANGED, &height)? else { continue };
            let changed = self.changed(kept, &changed)?;
            changed.account_keys(kept).try_for_each(|key| batch.delete(tables::ACCOUNT_HISTORY, &key))?;
            changed.slot_keys(kept).try_for_each(|key| batch.delete(tables::SLOT_HISTORY, &key))?;
            batch.delete(tables::CHANGED, &height)?;
        }
        match kept > from {
            true => batch.put(tables::META, b"history_from", &kept.to_be_bytes()),
            false => Ok(()),
        }
    }

    pub(crate) fn changed(&self, height: u64, row: &[u8]) -> Result<Changed, StoreError> {
        Changed::try_from_slice(row)
            .map_err(|e| self.damaged(format!("the list of what block {height} changed does not read back: {e}")))
    }
}
