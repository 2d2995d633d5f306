//! Files that leave a node: snapshots, and blocks.
//!
//! A file begins with a magic number, its version and what it has. Chunks follow, each with its kind, its length and a
//! checksum, in which its place counts too; the last one says how many there were, and the SHA-256 of everything before
//! it. So a file that is cut off, damaged or put together wrongly is noticed, and where.
//!
//! A file is written under another name, `.part` behind its own, and gets its own when all of it is on the disk.

mod error;
mod reader;
mod writer;

pub use error::FileError;
pub use reader::{Chunk, FileReader};
pub use writer::{FileWriter, Resumed};

use sha2::{Digest, Sha256};

/// Not text, and not to be taken for it: a transfer that changes line ends changes this too.
const MAGIC: [u8; 8] = *b"\x89ZEXUS\r\n";
/// Version of what follows.
const VERSION: u16 = 1;
/// Magic number, version (u16, big endian), contents (a byte).
const PRELUDE: usize = 8 + 2 + 1;
/// Kind (a byte), length of the payload (u32, big endian).
const HEAD: usize = 1 + 4;
/// Bytes of the SHA-256 of place (u64, big endian), head and payload that stand behind it.
const SUM: usize = 8;
/// Bytes of payload from which on a chunk is written.
const CHUNK: usize = 1 << 20;
/// Most bytes of payload that are read: a record is never divided, and the largest, a pending block with all that it
/// does to the state, stays far below this.
const MOST: usize = 256 << 20;
/// Kind of the last chunk: number of chunks before it (u64, big endian), SHA-256 of everything before it.
const END: u8 = 0xff;

/// What a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    /// A state with what is needed to go on from it.
    Snapshot = 1,
    /// Blocks.
    Blocks = 2,
}

impl Contents {
    fn name(self) -> &'static str {
        match self {
            Self::Snapshot => "a snapshot",
            Self::Blocks => "a file of blocks",
        }
    }

    fn of(byte: u8) -> Option<Self> {
        [Self::Snapshot, Self::Blocks].into_iter().find(|contents| *contents as u8 == byte)
    }

    fn prelude(self) -> [u8; PRELUDE] {
        let mut bytes = [0; PRELUDE];
        let parts = MAGIC.into_iter().chain(VERSION.to_be_bytes()).chain([self as u8]);
        bytes.iter_mut().zip(parts).for_each(|(byte, part)| *byte = part);
        bytes
    }
}

fn checksum(number: u64, head: &[u8], payload: &[u8]) -> [u8; SUM] {
    let hash = Sha256::new().chain_update(number.to_be_bytes()).chain_update(head).chain_update(payload).finalize();
    let mut sum = [0; SUM];
    sum.iter_mut().zip(hash).for_each(|(byte, hash)| *byte = hash);
    sum
}

#[cfg(test)]
mod tests;
