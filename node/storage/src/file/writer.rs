//! Writing.

use super::{CHUNK, Chunk, Contents, END, FileError, FileReader, MOST, checksum};
use sha2::{Digest, Sha256};
use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

/// A file that is being written.
#[derive(Debug)]
pub struct FileWriter {
    path: PathBuf,
    part: PathBuf,
    out: File,
    force: bool,
    /// Of everything written.
    sum: Sha256,
    chunks: u64,
    kind: u8,
    payload: Vec<u8>,
    /// Whether the part goes if the file does not come to its end.
    temporary: bool,
}

/// A file whose writing was interrupted.
#[derive(Debug)]
pub struct Resumed {
    /// Writes what is missing.
    pub file: FileWriter,
    /// Its first chunk.
    pub first: Chunk,
    /// Its last chunk that is whole.
    pub last: Chunk,
}

impl FileWriter {
    /// Begins a file. If it does not come to its end, nothing stays.
    ///
    /// # Errors
    /// [`FileError::Exists`] unless `force`; or if the system says no.
    pub fn create(path: &Path, contents: Contents, force: bool) -> Result<Self, FileError> {
        refuse_existing(path, force)?;
        let part = part_of(path);
        let out = File::create(&part).map_err(FileError::io("create", &part))?;
        let mut file = Self::new(path, part, out, force);
        file.write(&contents.prelude())?;
        Ok(file)
    }

    /// The same, but what is written stays for [`FileWriter::resume`] if the file does not come to its end.
    ///
    /// # Errors
    /// As of [`FileWriter::create`].
    pub fn create_resumable(path: &Path, contents: Contents, force: bool) -> Result<Self, FileError> {
        Ok(Self::create(path, contents, force)?.keep())
    }

    fn keep(mut self) -> Self {
        self.temporary = false;
        self
    }

    /// Goes on with a file that did not come to its end, behind its last whole chunk. `None` if there is none, or
    /// nothing to go on from.
    ///
    /// # Errors
    /// As of [`FileWriter::create`].
    pub fn resume(path: &Path, contents: Contents, force: bool) -> Result<Option<Resumed>, FileError> {
        refuse_existing(path, force)?;
        let part = part_of(path);
        let Ok(mut reader) = FileReader::open(&part, contents) else { return Ok(None) };
        let (mut first, mut last) = (None, None);
        while let Ok(Some(chunk)) = reader.next_chunk() {
            match first {
                None => first = Some(chunk),
                Some(_) => last = Some(chunk),
            }
        }
        let (Some(first), Some(last)) = (first, last) else { return Ok(None) };
        let mut out = OpenOptions::new().write(true).open(&part).map_err(FileError::io("open", &part))?;
        let end = reader.offset();
        let cut = out.set_len(end).and_then(|()| out.seek(SeekFrom::Start(end)));
        cut.map_err(FileError::io("write", &part))?;
        let mut file = Self::new(path, part, out, force).keep();
        (file.sum, file.chunks) = (reader.sum(), last.number.saturating_add(1));
        Ok(Some(Resumed { file, first, last }))
    }

    fn new(path: &Path, part: PathBuf, out: File, force: bool) -> Self {
        let (chunks, kind, payload) = Default::default();
        let sum = Sha256::new();
        Self { path: path.into(), part, out, force, sum, chunks, kind, payload, temporary: true }
    }

    /// Adds a record. Those of one kind share chunks.
    ///
    /// # Errors
    /// If it is too large, or the system says no.
    pub fn put(&mut self, kind: u8, record: &[u8]) -> Result<(), FileError> {
        if record.len() > MOST - CHUNK {
            return Err(FileError::TooLarge { path: self.path.clone(), length: record.len(), limit: MOST - CHUNK });
        }
        if kind != self.kind {
            self.end_chunk()?;
            self.kind = kind;
        }
        self.payload.extend_from_slice(record);
        if self.payload.len() >= CHUNK { self.end_chunk() } else { Ok(()) }
    }

    /// Writes the chunk that is waiting, so that it outlives this process.
    ///
    /// # Errors
    /// If the system says no.
    pub fn end_chunk(&mut self) -> Result<(), FileError> {
        if self.payload.is_empty() {
            return Ok(());
        }
        let payload = std::mem::take(&mut self.payload);
        self.chunk(self.kind, &payload)?;
        self.payload = payload;
        self.payload.clear();
        Ok(())
    }

    fn chunk(&mut self, kind: u8, payload: &[u8]) -> Result<(), FileError> {
        let length = u32::try_from(payload.len()).unwrap_or(u32::MAX).to_be_bytes();
        let head = [&[kind], length.as_slice()].concat();
        let sum = checksum(self.chunks, &head, payload);
        for part in [head.as_slice(), payload, &sum] {
            self.write(part)?;
        }
        self.chunks = self.chunks.saturating_add(1);
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.sum.update(bytes);
        self.out.write_all(bytes).map_err(FileError::io("write", &self.part))
    }

    /// Writes the end, waits until all is on the disk, and says where it is: still under the other name, for whoever
    /// reads it first.
    ///
    /// # Errors
    /// If the system says no.
    pub fn finish(&mut self) -> Result<&Path, FileError> {
        self.end_chunk()?;
        let sum: [u8; 32] = self.sum.clone().finalize().into();
        let end = [self.chunks.to_be_bytes().as_slice(), &sum].concat();
        self.chunk(END, &end)?;
        self.out.sync_all().map_err(FileError::io("write", &self.part))?;
        Ok(&self.part)
    }

    /// Gives a finished file its name.
    ///
    /// # Errors
    /// [`FileError::Exists`] if there is one of this name by now, unless it was forced; or if the system says no.
    pub fn publish(mut self) -> Result<(), FileError> {
        refuse_existing(&self.path, self.force)?;
        fs::rename(&self.part, &self.path).map_err(FileError::io("name", &self.path))?;
        self.temporary = false;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(FileError::io("write", folder))
    }
}

impl Drop for FileWriter {
    fn drop(&mut self) {
        if self.temporary {
            // It failed already, and whoever asked knows why.
            let _ = fs::remove_file(&self.part);
        }
    }
}

fn refuse_existing(path: &Path, force: bool) -> Result<(), FileError> {
    if !force && path.exists() { Err(FileError::Exists(path.into())) } else { Ok(()) }
}

fn part_of(path: &Path) -> PathBuf {
    let mut name = path.file_name().map_or_else(OsString::new, OsString::from);
    name.push(".part");
    path.with_file_name(name)
}
