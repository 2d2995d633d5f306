//! Making a store of a snapshot.

use super::{
    BLOCKS_FROM, SnapshotError, SnapshotHeader, SnapshotReport,
    read::{Reading, Sink, header},
};
use crate::{
    config::StoreConfig,
    file::{Contents, FileReader},
    fold::put_block,
    open::{open_db, reading},
    store::{Batch, Store, StoreError},
    tables::{self, SCHEMA_VERSION, TABLES},
    upkeep::{BATCH_ROWS, Progress},
};
use alloy_primitives::B256;
use rocksdb::{DB, FlushOptions, Options};
use std::{fs, path::Path};
use zx_primitives::{Block, Receipt};
use zx_state::rebuild;

/// Name in `meta` of a mark: the store is being made of a snapshot. It goes with the last write.
pub(crate) const RESTORING: &[u8] = b"restoring";
/// Folder of the database in a data directory.
const DATABASE: &str = "db";
/// Bytes that are written at once, if they are not so many rows.
const BYTES: usize = 4 << 20;
/// Rows of the state between two reports of progress.
const PACE: u64 = 1 << 12;

/// Makes a store of a snapshot in a folder of its own, and checks everything. It is a store only when all is there:
/// until then opening it is [`StoreError::Unfinished`], and calling this again begins anew.
///
/// # Errors
/// If the snapshot is not right or of another chain, the folder is not empty, or the system fails.
pub fn restore(
    path: &Path,
    datadir: &Path,
    (chain_id, genesis): (u64, B256),
    config: &StoreConfig,
    progress: &mut dyn FnMut(Progress),
) -> Result<SnapshotReport, SnapshotError> {
    let mut file = FileReader::open(path, Contents::Snapshot)?;
    let header = header(&mut file)?;
    if (header.chain_id, header.genesis) != (chain_id, genesis) {
        let (path, found) = (path.into(), Box::new(header));
        return Err(SnapshotError::OtherChain { path, found, chain_id, genesis });
    }
    let store = prepare(datadir, config)?;
    let mut restoring = Restoring::new(&store);
    let report = Reading::new(header).all(&mut file, &mut restoring, progress)?;
    let blocks_from = restoring.finish()?;
    nodes(&store, &header, progress)?;
    publish(&store, &header, blocks_from)?;
    Ok(report)
}

/// Makes an empty database that says that it is not finished. One that says so already is removed.
fn prepare(datadir: &Path, config: &StoreConfig) -> Result<Store, SnapshotError> {
    let folder = |source| SnapshotError::Folder { path: datadir.into(), source };
    fs::create_dir_all(datadir).map_err(folder)?;
    let path = datadir.join(DATABASE);
    let others = fs::read_dir(datadir).map_err(folder)?.filter(|entry| {
        // What cannot be looked at is something.
        entry.as_ref().map_or(true, |entry| entry.file_name() != DATABASE)
    });
    if others.count() > 0 || (path.exists() && !unfinished(&path)?) {
        return Err(SnapshotError::NotEmpty(datadir.into()));
    }
    if path.exists() {
        DB::destroy(&Options::default(), &path).map_err(|e| StoreError::database(&path, e))?;
    }
    let store = Store::new(open_db(&path, config.cache_bytes)?, &path, config.clone());
    let mut batch = Batch::new(&store);
    batch.put(tables::META, RESTORING, &[])?;
    batch.write(true)?;
    Ok(store)
}

/// Whether a folder has what an interrupted restore leaves, or nothing.
fn unfinished(path: &Path) -> Result<bool, SnapshotError> {
    if !path.join("CURRENT").exists() {
        let entries = fs::read_dir(path).map_err(|source| SnapshotError::Folder { path: path.into(), source })?;
        return Ok(entries.count() == 0);
    }
    let failed = |e| StoreError::database(path, e);
    let found = DB::list_cf(&Options::default(), path).map_err(failed)?;
    if !found.iter().any(|name| name == tables::META.name) {
        return Ok(false);
    }
    let db = DB::open_cf_for_read_only(&reading(), path, [tables::META.name], false).map_err(failed)?;
    let Some(meta) = db.cf_handle(tables::META.name) else { return Ok(false) };
    Ok(db.get_cf(meta, RESTORING).map_err(failed)?.is_some())
}

/// What comes out of the snapshot goes into the tables.
struct Restoring<'a> {
    store: &'a Store,
    batch: Batch<'a>,
    bytes: usize,
    blocks_from: Option<u64>,
}

impl<'a> Restoring<'a> {
    fn new(store: &'a Store) -> Self {
        Self { store, batch: Batch::new(store), bytes: 0, blocks_from: None }
    }

    fn put(&mut self, table: tables::Table, key: &[u8], value: &[u8]) -> Result<(), SnapshotError> {
        self.batch.put(table, key, value)?;
        self.wrote(key.len().saturating_add(value.len()))
    }

    fn wrote(&mut self, bytes: usize) -> Result<(), SnapshotError> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.batch.len() < BATCH_ROWS && self.bytes < BYTES { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Result<(), SnapshotError> {
        self.bytes = 0;
        Ok(std::mem::replace(&mut self.batch, Batch::new(self.store)).write(false)?)
    }

    /// Writes the rest, and says which block is the first behind which none is missing.
    fn finish(mut self) -> Result<u64, SnapshotError> {
        self.flush()?;
        Ok(self.blocks_from.unwrap_or_default())
    }
}

impl Sink for Restoring<'_> {
    fn block(&mut self, block: &Block, receipts: &[Receipt]) -> Result<(), SnapshotError> {
        put_block(block, receipts, &mut self.batch)?;
        match (block.number(), self.blocks_from) {
            (number @ 2.., None) => self.blocks_from = Some(number),
            (1, _) => self.blocks_from = Some(0),
            _ => {}
        }
        self.wrote(block.size())
    }

    fn code(&mut self, hash: B256, code: &[u8]) -> Result<(), SnapshotError> {
        self.put(tables::CODES, hash.as_slice(), code)
    }

    fn account(&mut self, key: B256, row: &[u8]) -> Result<(), SnapshotError> {
        self.put(tables::ACCOUNTS, key.as_slice(), row)
    }

    fn slot(&mut self, account: B256, key: B256, row: &[u8]) -> Result<(), SnapshotError> {
        self.put(tables::STORAGE, &[account.as_slice(), key.as_slice()].concat(), row)
    }

    fn pending(&mut self, key: &[u8], row: &[u8]) -> Result<(), SnapshotError> {
        self.put(tables::PENDING, key, row)
    }
}

/// Makes the trie's nodes of the rows, as they came to lie in the tables.
fn nodes(store: &Store, header: &SnapshotHeader, progress: &mut dyn FnMut(Progress)) -> Result<(), SnapshotError> {
    let view = store.view();
    let (mut batch, mut made) = (Batch::new(store), 0_u64);
    let root = rebuild(&view, &mut |of, path, node| {
        if made.is_multiple_of(PACE) {
            progress(Progress { step: "trie nodes", done: made, of: None });
        }
        made = made.saturating_add(1);
        batch.node(of, &path, node.as_ref())?;
        match batch.len() < BATCH_ROWS {
            true => Ok(()),
            false => Ok(std::mem::replace(&mut batch, Batch::new(store)).write(false)?),
        }
    })?;
    batch.write(false)?;
    if root != header.state_root {
        let what = format!("the trie has the root {root}, block {} says {}", header.base, header.state_root);
        return Err(store.damaged(what).into());
    }
    Ok(())
}

/// Has everything on the disk, then takes the mark away and says what the store is: from here on it is one.
fn publish(store: &Store, header: &SnapshotHeader, blocks_from: u64) -> Result<(), SnapshotError> {
    let families = TABLES.iter().map(|table| store.family(*table)).collect::<Result<Vec<_>, _>>()?;
    let mut options = FlushOptions::default();
    options.set_wait(true);
    store.db.flush_cfs_opt(&families, &options).map_err(|e| store.failed(e))?;
    let base = [&header.base.to_be_bytes(), header.base_hash.as_slice()].concat();
    let rows: [(&[u8], &[u8]); 7] = [
        (b"schema", &SCHEMA_VERSION.to_be_bytes()),
        (b"genesis", header.genesis.as_slice()),
        (b"base", &base),
        (b"head", header.head_hash.as_slice()),
        (b"history_from", &header.base.to_be_bytes()),
        (BLOCKS_FROM, &blocks_from.to_be_bytes()),
        (b"commits", &1_u64.to_be_bytes()),
    ];
    let mut batch = Batch::new(store);
    rows.into_iter().try_for_each(|(name, value)| batch.put(tables::META, name, value))?;
    batch.delete(tables::META, RESTORING)?;
    Ok(batch.write(true)?)
}
