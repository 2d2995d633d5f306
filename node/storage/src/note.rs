//! The note beside the database: the last commit that was acknowledged.
//!
//! A store that lost its last commits, because a file of it was cut short or an old copy was put in its place, looks
//! whole. The note tells. It is not synced, so after a power cut it may be older than the store, which is no harm, and
//! one that is half written is as good as none.

use alloy_primitives::{B256, keccak256};
use std::{
    ffi::OsString,
    fs::{File, OpenOptions},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

/// Where the store was when a commit was acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Acknowledged {
    /// Commits so far: says which of two notes is older, which heads do not if the chain went back.
    pub(crate) commits: u64,
    /// Height of the head.
    pub(crate) height: u64,
    /// Hash of the head.
    pub(crate) head: B256,
}

/// Count, height, hash, and eight bytes of the Keccak-256 of these.
const NOTE_BYTES: usize = 8 + 8 + 32 + 8;

/// File beside a database's folder: its name with `.acknowledged`.
pub(crate) fn place(database: &Path) -> PathBuf {
    let mut name = database.file_name().map_or_else(|| OsString::from("db"), OsString::from);
    name.push(".acknowledged");
    database.with_file_name(name)
}

/// Reads a note; `None` if there is none that is whole.
pub(crate) fn read(path: &Path) -> Option<Acknowledged> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(NOTE_BYTES as u64 + 1).read_to_end(&mut bytes).ok()?;
    let (body, sum) = bytes.split_last_chunk::<8>()?;
    if body.len() + 8 != NOTE_BYTES || keccak256(body).get(..8)? != sum {
        return None;
    }
    let (commits, rest) = body.split_first_chunk::<8>()?;
    let (height, head) = rest.split_first_chunk::<8>()?;
    let head = B256::try_from(head).ok()?;
    Some(Acknowledged { commits: u64::from_be_bytes(*commits), height: u64::from_be_bytes(*height), head })
}

/// Writes notes into one file.
#[derive(Debug)]
pub(crate) struct Note {
    path: PathBuf,
    file: Option<File>,
}

impl Note {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, file: None }
    }

    /// Writes what is acknowledged. What it notes is safe already: if the note cannot be written, the one from before
    /// stays, or none that is whole, and the store is only watched less closely.
    pub(crate) fn write(&mut self, what: Acknowledged) {
        let mut bytes = [&what.commits.to_be_bytes(), &what.height.to_be_bytes(), what.head.as_slice()].concat();
        let sum = keccak256(&bytes);
        bytes.extend(sum.iter().take(8));
        if self.put(&bytes).is_err() {
            self.file = None;
        }
    }

    fn put(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(OpenOptions::new().create(true).truncate(false).write(true).open(&self.path)?),
        };
        file.seek(SeekFrom::Start(0))?;
        file.write_all(bytes)
    }
}
