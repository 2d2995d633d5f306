//! A file that keeps what waits, so that a restart loses nothing that was taken.
//!
//! It begins with [`MAGIC`]; then come records: length of the payload and the first four bytes of its Keccak-256, both
//! four bytes (the length little-endian), then the payload: a byte that says whether the transaction is local, and its
//! EIP-2718 bytes. Records are appended as transactions come in, and not synced one by one: a killed process loses none,
//! a power cut may cost the last. What a cut leaves of a record is noticed by its checksum, and ignored with what
//! follows. When the file has grown well beyond what waits it is written anew, under another name first.

use crate::screen::MAX_TX_BYTES;
use alloy_primitives::{Bytes, keccak256};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufReader, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

/// First bytes of the file: what it is, and the version of what follows.
const MAGIC: &[u8; 8] = b"zxpool\x00\x01";
/// Bytes of a record before its payload.
const HEADER: usize = 8;
/// Longest payload.
const MAX_PAYLOAD: usize = MAX_TX_BYTES + 1;
/// Bytes by which the file may outgrow twice what it had when it was last written anew.
const SLACK: u64 = 8 << 20;

/// A transaction of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journaled {
    /// EIP-2718 bytes.
    pub tx: Bytes,
    /// Whether it is local.
    pub local: bool,
}

/// The file, open for appending.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    size: u64,
    /// Its size when it was last written anew.
    fresh: u64,
}

impl Journal {
    /// Reads what a file has; none is the same as an empty one. The second value says what is wrong with the end of it.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn read(path: &Path) -> io::Result<(Vec<Journaled>, Option<String>)> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((Vec::new(), None)),
            Err(error) => return Err(error),
        };
        let mut file = BufReader::new(file);
        let mut magic = [0; MAGIC.len()];
        match fill(&mut file, &mut magic)? {
            0 => return Ok((Vec::new(), None)),
            _ if magic != *MAGIC => return Ok((Vec::new(), Some("it is not a journal of this version".to_owned()))),
            _ => {}
        }
        let mut found = Vec::new();
        loop {
            match record(&mut file)? {
                Record::Whole(journaled) => found.push(journaled),
                Record::End => return Ok((found, None)),
                Record::Torn(why) => {
                    let told = format!("record {} {why}; it and what follows are ignored", found.len());
                    return Ok((found, Some(told)));
                }
            }
        }
    }

    /// Writes a file with these transactions in the place of what there is, and opens it.
    ///
    /// # Errors
    /// If it cannot be written; the file from before is then untouched.
    pub fn write<'a>(path: &Path, all: impl IntoIterator<Item = (&'a [u8], bool)>) -> io::Result<Self> {
        let temporary = path.with_extension("tmp");
        let mut buffer = BufWriter::new(private(&temporary)?);
        buffer.write_all(MAGIC)?;
        let mut size = MAGIC.len() as u64;
        for (tx, local) in all {
            let bytes = encode(tx, local);
            size = size.saturating_add(bytes.len() as u64);
            buffer.write_all(&bytes)?;
        }
        let file = buffer.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        sync_folder(path)?;
        Ok(Self { path: path.to_owned(), file, size, fresh: size })
    }

    /// Appends transactions.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn append<'a>(&mut self, all: impl IntoIterator<Item = (&'a [u8], bool)>) -> io::Result<()> {
        let bytes: Vec<u8> = all.into_iter().flat_map(|(tx, local)| encode(tx, local)).collect();
        self.file.write_all(&bytes)?;
        self.size = self.size.saturating_add(bytes.len() as u64);
        Ok(())
    }

    /// Whether most of it is about transactions that no longer wait, as far as its size tells.
    pub fn is_overgrown(&self) -> bool {
        self.size > self.fresh.saturating_mul(2).saturating_add(SLACK)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

enum Record {
    Whole(Journaled),
    Torn(String),
    End,
}

fn record(file: &mut impl Read) -> io::Result<Record> {
    let mut header = [0; HEADER];
    match fill(file, &mut header)? {
        0 => return Ok(Record::End),
        HEADER => {}
        read => return Ok(Record::Torn(format!("has {read} of {HEADER} bytes of its header"))),
    }
    let [a, b, c, d, sum @ ..] = header;
    let length = u32::from_le_bytes([a, b, c, d]) as usize;
    if length == 0 || length > MAX_PAYLOAD {
        return Ok(Record::Torn(format!("announces {length} bytes, the limit is {MAX_PAYLOAD}")));
    }
    let mut payload = vec![0; length];
    let read = fill(file, &mut payload)?;
    if read < length {
        return Ok(Record::Torn(format!("has {read} of {length} bytes")));
    }
    if checksum(&payload) != sum {
        return Ok(Record::Torn("does not have its checksum".to_owned()));
    }
    let local = payload.first() == Some(&1);
    Ok(Record::Whole(Journaled { tx: Bytes::from(payload).slice(1..), local }))
}

fn encode(tx: &[u8], local: bool) -> Vec<u8> {
    let payload = [&[u8::from(local)], tx].concat();
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    [&length.to_le_bytes()[..], &checksum(&payload), &payload].concat()
}

fn checksum(payload: &[u8]) -> [u8; 4] {
    let [a, b, c, d, ..] = keccak256(payload).0;
    [a, b, c, d]
}

/// Reads until the buffer is full or the file is at its end, and says how much that is.
fn fill(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut read = 0_usize;
    while let Some(rest) = buffer.get_mut(read..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(more) => read = read.saturating_add(more),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}

/// A new file that nobody else may read: it tells what people are about to do.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Has the new name on the disk for good.
fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if cfg!(unix) => {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            File::open(folder)?.sync_all()
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> [(Vec<u8>, bool); 3] {
        [(vec![1; 100], false), (vec![2; 300], true), (vec![3], false)]
    }

    fn written(folder: &Path) -> (PathBuf, Journal) {
        let path = folder.join("pool");
        let [first, second, _] = three();
        let journal = Journal::write(&path, [(&*first.0, first.1), (&*second.0, second.1)]).unwrap();
        (path, journal)
    }

    #[test]
    fn what_is_written_and_appended_reads_back() {
        let folder = tempfile::tempdir().unwrap();
        let (path, mut journal) = written(folder.path());
        let [_, _, third] = three();
        journal.append([(&*third.0, third.1)]).unwrap();
        let (found, wrong) = Journal::read(&path).unwrap();
        assert_eq!(wrong, None);
        assert_eq!(found, three().map(|(tx, local)| Journaled { tx: tx.into(), local }));
        assert_eq!(Journal::read(&folder.path().join("none")).unwrap(), (Vec::new(), None));
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = written(folder.path());
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    /// Wherever the file ends or is damaged, what is before that reads back, and nothing that was not written does.
    #[test]
    fn a_torn_or_damaged_end_costs_only_what_it_hits() {
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = written(folder.path());
        let whole = fs::read(&path).unwrap();
        let all = Journal::read(&path).unwrap().0;
        let second = MAGIC.len() + HEADER + 101;
        for cut in 0..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            let (found, wrong) = Journal::read(&path).unwrap();
            let kept = usize::from(cut >= second);
            assert_eq!(found, all[..kept], "cut at {cut}");
            let between = cut == 0 || cut == MAGIC.len() || cut == second;
            assert_eq!(wrong.is_none(), between, "cut at {cut}: {wrong:?}");
        }
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x20;
            fs::write(&path, &bytes).unwrap();
            let (found, wrong) = Journal::read(&path).unwrap();
            assert_eq!(found, all[..usize::from(at >= second)], "flipped at {at}");
            assert!(wrong.is_some(), "flipped at {at}");
        }
    }

    #[test]
    fn it_is_overgrown_when_most_of_it_is_old() {
        let folder = tempfile::tempdir().unwrap();
        let (_, mut journal) = written(folder.path());
        let large = vec![7; 1 << 20];
        for n in 0..10 {
            assert_eq!(journal.is_overgrown(), n == 9, "after {n} megabytes");
            journal.append([(&*large, false)]).unwrap();
        }
    }
}
