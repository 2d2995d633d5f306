//! Opening, and refusing to.

use crate::{
    cache::HotRows,
    config::StoreConfig,
    framing,
    note::{self, Note},
    snapshot::RESTORING,
    store::{Batch, Store, StoreError, Writer},
    tables::{self, SCHEMA_VERSION, TABLES},
    view::Walk,
};
use alloy_primitives::B256;
use parking_lot::Mutex;
use rocksdb::{Cache, ColumnFamilyDescriptor, DB, DBRecoveryMode, ErrorKind, IteratorMode, Options};
use std::{collections::BTreeSet, path::Path};

/// Bytes of log before the tables are flushed: what a start may have to read again.
const WAL_BYTES: u64 = 64 << 20;
/// Bytes that wait in memory in all tables together, until they are files.
const WRITE_BUFFERS: usize = 64 << 20;
/// Open files that RocksDB may keep.
const OPEN_FILES: i32 = 512;
/// Threads that write files in the background.
const BACKGROUND_JOBS: i32 = 2;

impl Store {
    /// Opens the database in a folder, or makes one. Beside the folder it keeps a note of the last commit.
    ///
    /// # Errors
    /// If it is locked, of another schema, damaged, or has lost what was acknowledged; or if RocksDB cannot open it.
    pub fn open(path: &Path, config: StoreConfig) -> Result<Self, StoreError> {
        survey(path)?;
        if note::read(&note::place(path)).is_some() && path.join("CURRENT").exists() {
            // To read only: what is missing can still be put back, which it cannot once RocksDB has cleared up.
            Self::new(read_only(path)?, path, config.clone()).load()?;
        }
        let store = Self::new(open_db(path, config.cache_bytes.saturating_sub(hot_bytes(&config)))?, path, config);
        store.check_schema()?;
        store.load()?;
        Ok(store)
    }

    pub(crate) fn new(db: DB, path: &Path, config: StoreConfig) -> Self {
        let note = Note::new(note::place(path));
        let writer = Mutex::new(Writer { note, commits: 0, pending: BTreeSet::new(), row: Vec::new() });
        Self { db, path: path.into(), hot: HotRows::new(hot_bytes(&config)), config, writer }
    }

    fn check_schema(&self) -> Result<(), StoreError> {
        match self.get(tables::META, b"schema")? {
            Some(schema) => check_schema(&self.path, schema_of(&self.path, &schema)?),
            None if self.get(tables::META, RESTORING)?.is_some() => Err(StoreError::Unfinished(self.path.clone())),
            None => {
                let mut batch = Batch::new(self);
                batch.put(tables::META, b"schema", &SCHEMA_VERSION.to_be_bytes())?;
                batch.write(true)
            }
        }
    }

    /// What the writer has to know, and whether all is there that was acknowledged.
    fn load(&self) -> Result<(), StoreError> {
        let mut writer = self.writer.lock();
        let commits = self.get(tables::META, b"commits")?.map(|bytes| bytes.try_into().map(u64::from_be_bytes));
        writer.commits = commits.unwrap_or(Ok(0)).map_err(|_| self.damaged("its count of commits is not a u64"))?;
        let view = self.view();
        let mut rows = view.cursor(tables::PENDING, Walk::All)?;
        rows.seek_to_first();
        while let Some(key) = rows.key() {
            writer.pending.insert(self.pending_place(key)?);
            rows.next();
        }
        rows.status().map_err(|e| self.failed(e))?;
        let moment = view.moment()?;
        if let Some(moment) = moment {
            self.hot.advance(None, moment.base.0, Default::default());
        }
        let blocks = moment.into_iter().flat_map(|moment| writer.pending.iter().chain([&moment.base]));
        let head = blocks.copied().find(|(_, hash)| *hash == view.head());
        if moment.is_some() && head.is_none() {
            return Err(self.damaged(format!("block {}, the head, is missing", view.head())));
        }
        self.check_note(writer.commits, head)
    }

    pub(crate) fn pending_place(&self, key: &[u8]) -> Result<(u64, B256), StoreError> {
        let place = key
            .split_first_chunk::<8>()
            .and_then(|(height, hash)| Some((u64::from_be_bytes(*height), B256::try_from(hash).ok()?)));
        place.ok_or_else(|| self.damaged("the key of a pending block is not of its length"))
    }

    /// Commits are written one after the other, so a store that has as many as the note says has all of those.
    fn check_note(&self, commits: u64, head: Option<(u64, B256)>) -> Result<(), StoreError> {
        let Some(noted) = note::read(&note::place(&self.path)) else { return Ok(()) };
        let behind = noted.commits > commits;
        let other = noted.commits == commits && head != Some((noted.height, noted.head));
        if !behind && !other {
            return Ok(());
        }
        let path = self.path.clone();
        Err(StoreError::Lost { path, acknowledged: noted.height, acknowledged_hash: noted.head, head })
    }
}

fn hot_bytes(config: &StoreConfig) -> usize {
    config.cache_bytes / 4
}

/// Looks at what a folder has before anything in it is touched.
fn survey(path: &Path) -> Result<(), StoreError> {
    if !path.join("CURRENT").exists() {
        return check_vacant(path);
    }
    framing::check(path)?;
    let found = tables_of(path)?;
    let known = |name: &String| name == "default" || TABLES.iter().any(|table| table.name == name);
    let missing = TABLES.iter().any(|table| !found.iter().any(|name| name == table.name));
    if !missing && found.iter().all(known) {
        return Ok(());
    }
    if !found.iter().any(|name| name == tables::META.name) {
        // A new database has no tables for a moment.
        return if is_empty(path)? { Ok(()) } else { Err(StoreError::Foreign(path.into())) };
    }
    match stored_schema(path)? {
        // It was not made to the end.
        None if found.iter().all(known) => Ok(()),
        None => Err(StoreError::Foreign(path.into())),
        Some(schema) => {
            check_schema(path, schema)?;
            Err(StoreError::Damaged { path: path.into(), what: "it has not the tables of its schema".into() })
        }
    }
}

/// Where there is no list of files there must be no files: RocksDB would begin anew, and remove them.
fn check_vacant(path: &Path) -> Result<(), StoreError> {
    let Ok(files) = std::fs::read_dir(path) else { return Ok(()) };
    let names = files.flatten().map(|file| file.file_name().to_string_lossy().into_owned());
    let rows = names.filter(|name| name.ends_with(".sst") || name.ends_with(".log")).count();
    if rows == 0 {
        return Ok(());
    }
    Err(StoreError::Damaged {
        path: path.into(),
        what: format!("CURRENT is missing, and {rows} files with rows are there"),
    })
}

fn tables_of(path: &Path) -> Result<Vec<String>, StoreError> {
    DB::list_cf(&Options::default(), path).map_err(|e| StoreError::database(path, e))
}

/// The schema of the database in a folder, which stays as it is; `None` if it says none.
pub(crate) fn stored_schema(path: &Path) -> Result<Option<u32>, StoreError> {
    let failed = |e| StoreError::database(path, e);
    if !tables_of(path)?.iter().any(|name| name == tables::META.name) {
        return Ok(None);
    }
    let db = DB::open_cf_for_read_only(&reading(), path, [tables::META.name], false).map_err(failed)?;
    let Some(meta) = db.cf_handle(tables::META.name) else { return Ok(None) };
    let schema = db.get_cf(meta, b"schema").map_err(failed)?;
    schema.map(|bytes| schema_of(path, &bytes)).transpose()
}

/// Opens the tables that are there, to read only.
pub(crate) fn read_only(path: &Path) -> Result<DB, StoreError> {
    let found = tables_of(path)?;
    DB::open_cf_for_read_only(&reading(), path, found, false).map_err(|e| StoreError::database(path, e))
}

/// Settings to read with. Lengths of logs are in the list of files: RocksDB would strike them out, were it not told to
/// heed them, and to read only it has nothing to do that with, and crashes.
pub(crate) fn reading() -> Options {
    let mut options = Options::default();
    options.set_wal_recovery_mode(DBRecoveryMode::TolerateCorruptedTailRecords);
    options.set_track_and_verify_wals_in_manifest(true);
    options
}

fn is_empty(path: &Path) -> Result<bool, StoreError> {
    let db = DB::open_for_read_only(&reading(), path, false).map_err(|e| StoreError::database(path, e))?;
    let first = db.iterator(IteratorMode::Start).next().transpose();
    first.map(|first| first.is_none()).map_err(|e| StoreError::database(path, e))
}

fn schema_of(path: &Path, bytes: &[u8]) -> Result<u32, StoreError> {
    let damaged = |_| StoreError::Damaged { path: path.into(), what: "schema is not a u32".into() };
    bytes.try_into().map(u32::from_be_bytes).map_err(damaged)
}

fn check_schema(path: &Path, found: u32) -> Result<(), StoreError> {
    let path = path.to_path_buf();
    match found {
        SCHEMA_VERSION => Ok(()),
        ..SCHEMA_VERSION => Err(StoreError::Older { path, found }),
        _ => Err(StoreError::Newer { path, found }),
    }
}

/// Opens every table, and makes those that are missing.
pub(crate) fn open_db(path: &Path, cache_bytes: usize) -> Result<DB, StoreError> {
    let cache = Cache::new_lru_cache(cache_bytes);
    let families = TABLES.iter().map(|table| ColumnFamilyDescriptor::new(table.name, table.options(&cache)));
    DB::open_cf_descriptors(&db_options(), path, families).map_err(|e| StoreError::database(path, e))
}

fn db_options() -> Options {
    let mut options = Options::default();
    options.create_if_missing(true);
    options.create_missing_column_families(true);
    options.set_max_open_files(OPEN_FILES);
    options.set_keep_log_file_num(2);
    options.set_max_total_wal_size(WAL_BYTES);
    options.set_db_write_buffer_size(WRITE_BUFFERS);
    options.set_max_background_jobs(BACKGROUND_JOBS);
    options.set_bytes_per_sync(1 << 20);
    // What ends a log may be a write that a crash cut short, and was not acknowledged. A record before it that is
    // damaged refuses to open. A log that is cut short and was closed is known by its length.
    options.set_wal_recovery_mode(DBRecoveryMode::TolerateCorruptedTailRecords);
    options.set_track_and_verify_wals_in_manifest(true);
    options.set_paranoid_checks(true);
    // The tables become files together: were the list of files cut short, all of them would lack the same commits.
    options.set_atomic_flush(true);
    options
}

impl StoreError {
    pub(crate) fn database(path: &Path, source: rocksdb::Error) -> Self {
        let what = source.to_string();
        match source.kind() {
            ErrorKind::IOError if what.contains("lock file") || what.contains("LOCK") => Self::Locked(path.into()),
            ErrorKind::Corruption => Self::Damaged { path: path.into(), what },
            ErrorKind::IOError if what.contains("No such file") && what.contains("While open") => {
                Self::Damaged { path: path.into(), what }
            }
            _ => Self::Database { path: path.into(), source },
        }
    }
}
