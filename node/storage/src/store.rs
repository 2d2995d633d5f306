//! Opening and writing.

use crate::{
    tables::{self, SCHEMA_VERSION, TABLES, Table},
    view::View,
};
use alloy_primitives::{B256, Bytes};
use rocksdb::{
    BlockBasedOptions, Cache, ColumnFamily, ColumnFamilyDescriptor, DB, DBCompressionType, Direction, IteratorMode,
    Options, WriteBatch, WriteOptions,
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};
use zx_primitives::{
    Block, Receipt,
    block::{DecodeError, encode_receipts},
};
use zx_state::StateUpdate;

/// Bytes of the block cache, shared by the tables: a bound on what reads keep in memory.
const BLOCK_CACHE: usize = 256 << 20;
/// Bits of the Bloom filter for each key: one miss in a hundred reads the disk.
const BLOOM_BITS: f64 = 10.0;
/// Bytes of log before the tables are flushed: what a start may have to read again.
const WAL_BYTES: u64 = 64 << 20;
/// Open files that RocksDB may keep.
const OPEN_FILES: i32 = 512;

/// The store fails, or is not one that this program can use.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// RocksDB says no.
    #[error("the database at {} fails: {source}", path.display())]
    Database {
        /// Its folder.
        path: PathBuf,
        /// What RocksDB says.
        source: rocksdb::Error,
    },
    /// Another process has it open.
    #[error("the database at {} is in use by another process; stop that node, or choose another --datadir", .0.display())]
    Locked(PathBuf),
    /// Written by a newer program.
    #[error("the database at {} has schema {found}, this program knows up to {SCHEMA_VERSION}; use a newer zx-node", path.display())]
    Newer {
        /// Its folder.
        path: PathBuf,
        /// Its schema.
        found: u32,
    },
    /// Holds another chain.
    #[error("the database at {} holds another chain (genesis {found}, expected {expected}); choose another --datadir", path.display())]
    OtherChain {
        /// Its folder.
        path: PathBuf,
        /// Genesis hash in the store.
        found: B256,
        /// Genesis hash of the chain spec.
        expected: B256,
    },
    /// What is stored does not read back.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// What is stored contradicts itself.
    #[error("the database at {} is damaged: {what}", path.display())]
    Damaged {
        /// Its folder.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
}

/// All that one block writes.
#[derive(Clone, Debug)]
pub struct Commit<'a> {
    /// The block.
    pub block: &'a Block,
    /// Its receipts.
    pub receipts: &'a [Receipt],
    /// Its state rows.
    pub state: &'a StateUpdate,
    /// Its new code.
    pub codes: &'a BTreeMap<B256, Bytes>,
}

/// An open database.
#[derive(Debug)]
pub struct Store {
    db: DB,
    path: PathBuf,
}

impl Store {
    /// Opens the database in a folder, or makes one.
    ///
    /// # Errors
    /// If it is locked, of a newer schema, or RocksDB cannot open it.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let cache = Cache::new_lru_cache(BLOCK_CACHE);
        let families = TABLES.iter().map(|t| ColumnFamilyDescriptor::new(t.name, table_options(&cache)));
        let mut options = Options::default();
        options.create_if_missing(true);
        options.create_missing_column_families(true);
        options.set_max_open_files(OPEN_FILES);
        options.set_keep_log_file_num(2);
        options.set_max_total_wal_size(WAL_BYTES);
        let db = DB::open_cf_descriptors(&options, path, families).map_err(|source| {
            let locked = source.to_string().contains("lock file") || source.to_string().contains("LOCK");
            if locked { StoreError::Locked(path.into()) } else { StoreError::Database { path: path.into(), source } }
        })?;
        let store = Self { db, path: path.into() };
        store.check_schema()?;
        Ok(store)
    }

    fn check_schema(&self) -> Result<(), StoreError> {
        let found = match self.get(tables::META, b"schema")? {
            None => return self.put_meta(b"schema", &SCHEMA_VERSION.to_be_bytes()),
            Some(bytes) => bytes.try_into().map(u32::from_be_bytes).map_err(|_| self.damaged("schema is not a u32"))?,
        };
        if found > SCHEMA_VERSION {
            return Err(StoreError::Newer { path: self.path.clone(), found });
        }
        Ok(())
    }

    fn put_meta(&self, name: &[u8], value: &[u8]) -> Result<(), StoreError> {
        let mut batch = WriteBatch::default();
        batch.put_cf(self.family(tables::META)?, name, value);
        self.write(batch)
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

    /// Writes a block and makes it the head: one batch, synced. When this returns, the block outlives a power cut.
    ///
    /// # Errors
    /// If the store fails; then nothing of it is written.
    pub fn commit(&self, commit: &Commit<'_>) -> Result<(), StoreError> {
        let mut batch = WriteBatch::default();
        self.put_block(&mut batch, commit)?;
        self.put_state(&mut batch, commit.state)?;
        for (hash, code) in commit.codes {
            batch.put_cf(self.family(tables::CODES)?, hash, code);
        }
        self.write(batch)
    }

    fn put_block(&self, batch: &mut WriteBatch, commit: &Commit<'_>) -> Result<(), StoreError> {
        let block = commit.block;
        let height = block.number().to_be_bytes();
        batch.put_cf(self.family(tables::BLOCKS)?, height, block.encode());
        batch.put_cf(self.family(tables::RECEIPTS)?, height, encode_receipts(commit.receipts));
        batch.put_cf(self.family(tables::BLOCK_NUMBERS)?, block.hash, height);
        for (index, tx) in (0u32..).zip(&block.transactions) {
            let place = [&height[..], &index.to_be_bytes()].concat();
            batch.put_cf(self.family(tables::TRANSACTIONS)?, tx.inner().tx_hash(), place);
        }
        let meta = self.family(tables::META)?;
        if block.number() == 0 {
            batch.put_cf(meta, b"genesis", block.hash);
        }
        batch.put_cf(meta, b"head", height);
        Ok(())
    }

    fn put_state(&self, batch: &mut WriteBatch, state: &StateUpdate) -> Result<(), StoreError> {
        let accounts = self.family(tables::ACCOUNTS)?;
        for (key, account) in &state.accounts {
            match account {
                Some(account) => batch.put_cf(accounts, key, alloy_rlp::encode(account)),
                None => batch.delete_cf(accounts, key),
            }
        }
        let storage = self.family(tables::STORAGE)?;
        for (account, update) in &state.storage {
            if update.wiped {
                for slot in self.slots_of(*account)? {
                    batch.delete_cf(storage, slot);
                }
            }
            for (slot, value) in &update.slots {
                let key = [account.as_slice(), slot.as_slice()].concat();
                match value.is_zero() {
                    true => batch.delete_cf(storage, key),
                    false => batch.put_cf(storage, key, value.to_be_bytes_trimmed_vec()),
                }
            }
        }
        Ok(())
    }

    fn slots_of(&self, account: B256) -> Result<Vec<Box<[u8]>>, StoreError> {
        let from = IteratorMode::From(account.as_slice(), Direction::Forward);
        let rows = self.db.iterator_cf(self.family(tables::STORAGE)?, from);
        let mut keys = Vec::new();
        for row in rows {
            let (key, _) = row.map_err(|e| self.failed(e))?;
            if !key.starts_with(account.as_slice()) {
                break;
            }
            keys.push(key);
        }
        Ok(keys)
    }

    /// A snapshot to read from.
    pub fn view(&self) -> View<'_> {
        View::new(self)
    }

    fn write(&self, batch: WriteBatch) -> Result<(), StoreError> {
        let mut options = WriteOptions::default();
        options.set_sync(true);
        self.db.write_opt(batch, &options).map_err(|e| self.failed(e))
    }

    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.db.get_cf(self.family(table)?, key).map_err(|e| self.failed(e))
    }

    pub(crate) fn db(&self) -> &DB {
        &self.db
    }

    pub(crate) fn family(&self, table: Table) -> Result<&ColumnFamily, StoreError> {
        self.db.cf_handle(table.name).ok_or_else(|| self.damaged(&format!("table {} is missing", table.name)))
    }

    pub(crate) fn failed(&self, source: rocksdb::Error) -> StoreError {
        StoreError::Database { path: self.path.clone(), source }
    }

    pub(crate) fn damaged(&self, what: &str) -> StoreError {
        StoreError::Damaged { path: self.path.clone(), what: what.to_owned() }
    }
}

fn table_options(cache: &Cache) -> Options {
    let mut blocks = BlockBasedOptions::default();
    blocks.set_block_cache(cache);
    blocks.set_bloom_filter(BLOOM_BITS, false);
    blocks.set_cache_index_and_filter_blocks(true);
    let mut options = Options::default();
    options.set_block_based_table_factory(&blocks);
    options.set_compression_type(DBCompressionType::Lz4);
    options
}
