//! What can be wrong with a file.

use std::{
    io,
    path::{Path, PathBuf},
};

/// A file cannot be written, or is not what it should be.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The system says no.
    #[error("cannot {doing} {}: {source}{}", path.display(), hint(source))]
    Io {
        /// What was tried.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is there already.
    #[error("{} exists already; choose another name, or let --force replace it", .0.display())]
    Exists(PathBuf),
    /// It is something else.
    #[error("{} is not {expected} of zx-node: {found}", path.display())]
    Other {
        /// The file.
        path: PathBuf,
        /// What it should be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// It was written by a newer program.
    #[error("{} has format version {found}, this program knows up to {known}; use a newer zx-node", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u16,
        /// The version that is known.
        known: u16,
    },
    /// It ends too early.
    #[error(
        "{} is cut off: it ends at byte {length}, in chunk {chunk}, which begins at byte {offset} and {lacks}; \
         copy or make it again",
        path.display()
    )]
    CutOff {
        /// The file.
        path: PathBuf,
        /// Its bytes.
        length: u64,
        /// The chunk that lacks something, from 0.
        chunk: u64,
        /// Where it begins.
        offset: u64,
        /// What it lacks.
        lacks: String,
    },
    /// Bytes are not those that were written.
    #[error("{} is damaged: chunk {chunk}, at byte {offset}, {what}; copy or make it again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The chunk, from 0.
        chunk: u64,
        /// Where it begins.
        offset: u64,
        /// What is wrong.
        what: String,
    },
    /// Its bytes are those that were written, and make no sense.
    #[error("{} is not valid: chunk {chunk}, at byte {offset}: {what}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The chunk, from 0.
        chunk: u64,
        /// Where it begins.
        offset: u64,
        /// What is wrong.
        what: String,
    },
    /// Something that is to be written is too large.
    #[error("a record of {length} bytes does not fit into {}: the limit is {limit} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Bytes of the record.
        length: usize,
        /// Most bytes.
        limit: usize,
    },
}

fn hint(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; make room on that disk, or name a place on another one"
        }
        io::ErrorKind::NotFound => "; is the path right?",
        _ => "",
    }
}

impl FileError {
    pub(crate) fn io<'a>(doing: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Self + use<'a> {
        move |source| Self::Io { doing, path: path.into(), source }
    }
}
