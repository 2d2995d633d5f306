//! Reading, and noticing what is wrong.

use super::{Contents, END, FileError, HEAD, MAGIC, MOST, PRELUDE, SUM, VERSION, checksum};
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{BufReader, Read},
    path::{Path, PathBuf},
};

/// A file that is being read.
#[derive(Debug)]
pub struct FileReader {
    path: PathBuf,
    input: BufReader<File>,
    length: u64,
    /// Of every chunk that was handed out, and the prelude.
    sum: Sha256,
    offset: u64,
    chunks: u64,
}

/// A chunk, whose checksum is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Which one, from 0.
    pub number: u64,
    /// Where it begins.
    pub offset: u64,
    /// What its records are.
    pub kind: u8,
    /// Its records.
    pub payload: Vec<u8>,
}

impl FileReader {
    /// Opens a file that should have this.
    ///
    /// # Errors
    /// If it has not, or cannot be read.
    pub fn open(path: &Path, contents: Contents) -> Result<Self, FileError> {
        let file = File::open(path).map_err(FileError::io("open", path))?;
        let metadata = file.metadata().map_err(FileError::io("open", path))?;
        let other = |found: String| FileError::Other { path: path.into(), expected: contents.name(), found };
        if !metadata.is_file() {
            return Err(other("it is no file".into()));
        }
        let (input, sum) = (BufReader::new(file), Sha256::new());
        let mut reader = Self { path: path.into(), input, length: metadata.len(), sum, offset: 0, chunks: 0 };
        let prelude = reader.take(PRELUDE, "has not all of the prelude")?;
        let (magic, rest) = prelude.split_at_checked(MAGIC.len()).unwrap_or_default();
        if magic != MAGIC {
            return Err(other("it does not begin as one".into()));
        }
        match rest {
            [high, low, _] if u16::from_be_bytes([*high, *low]) != VERSION => {
                let found = u16::from_be_bytes([*high, *low]);
                return Err(FileError::Newer { path: path.into(), found, known: VERSION });
            }
            [_, _, byte] if *byte != contents as u8 => {
                let found = Contents::of(*byte).map_or("something else", Contents::name);
                return Err(other(format!("it is {found}")));
            }
            _ => {}
        }
        reader.advance(&[&prelude]);
        Ok(reader)
    }

    /// The next chunk; `None` behind the last one, if the file is whole.
    ///
    /// # Errors
    /// If the file is cut off, damaged, or cannot be read.
    pub fn next_chunk(&mut self) -> Result<Option<Chunk>, FileError> {
        let head = self.take(HEAD, "has not all of its head")?;
        let (kind, length) = match *head.as_slice() {
            [kind, a, b, c, d] => (kind, u32::from_be_bytes([a, b, c, d]) as usize),
            _ => return Err(self.damaged("has not all of its head")),
        };
        if length > MOST {
            return Err(self.damaged(format!("says that it has {length} bytes, the limit is {MOST}")));
        }
        let payload = self.take(length, "has not all of its payload")?;
        let sum = self.take(SUM, "has not all of its checksum")?;
        let found = checksum(self.chunks, &head, &payload);
        if sum != found {
            let (sum, found) = (alloy_primitives::hex::encode(sum), alloy_primitives::hex::encode(found));
            return Err(self.damaged(format!("has the checksum {found}, it says {sum}")));
        }
        if kind == END {
            return self.check_end(&payload).map(|()| None);
        }
        let chunk = Chunk { number: self.chunks, offset: self.offset, kind, payload };
        self.advance(&[&head, &chunk.payload, &sum]);
        self.chunks = self.chunks.saturating_add(1);
        Ok(Some(chunk))
    }

    fn check_end(&mut self, payload: &[u8]) -> Result<(), FileError> {
        let sum: [u8; 32] = self.sum.clone().finalize().into();
        let expected = [self.chunks.to_be_bytes().as_slice(), &sum].concat();
        if payload != expected {
            return Err(self.damaged("is the end of another file"));
        }
        let mut byte = [0];
        match self.input.read(&mut byte).map_err(FileError::io("read", &self.path))? {
            0 => Ok(()),
            _ => Err(self.damaged(format!("is the end, but the file goes on, to byte {}", self.length))),
        }
    }

    /// Reads so many bytes; never makes room for more than there are.
    fn take(&mut self, bytes: usize, lacks: &str) -> Result<Vec<u8>, FileError> {
        let mut buffer = Vec::new();
        let mut part = self.input.by_ref().take(bytes as u64);
        part.read_to_end(&mut buffer).map_err(FileError::io("read", &self.path))?;
        if buffer.len() == bytes {
            return Ok(buffer);
        }
        let lacks = format!("{lacks}: {} of {bytes} bytes are there", buffer.len());
        let (path, length, chunk, offset) = (self.path.clone(), self.length, self.chunks, self.offset);
        Err(FileError::CutOff { path, length, chunk, offset, lacks })
    }

    fn advance(&mut self, parts: &[&[u8]]) {
        for part in parts {
            self.sum.update(part);
            self.offset = self.offset.saturating_add(part.len() as u64);
        }
    }

    fn damaged(&self, what: impl Into<String>) -> FileError {
        let (path, chunk, offset) = (self.path.clone(), self.chunks, self.offset);
        FileError::Damaged { path, chunk, offset, what: what.into() }
    }

    /// What is in a chunk, and makes no sense.
    pub fn invalid(&self, chunk: &Chunk, what: impl Into<String>) -> FileError {
        FileError::Invalid { path: self.path.clone(), chunk: chunk.number, offset: chunk.offset, what: what.into() }
    }

    /// Where the next chunk begins.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Bytes of the file.
    pub fn length(&self) -> u64 {
        self.length
    }

    pub(super) fn sum(&self) -> Sha256 {
        self.sum.clone()
    }
}
