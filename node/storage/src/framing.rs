//! A look at RocksDB's logs before RocksDB looks at them.
//!
//! Its reader (`db/log_reader.cc`, 11.8) goes round in a circle when a record says that it is of a recycled file in a
//! file that began otherwise: one bit in the wrong place, and opening never ends. And it passes over a page of zeros as
//! if nothing had been there. This store never recycles a file, and nothing follows zeros in one, so both can be told
//! from the heads of the records.

use crate::store::StoreError;
use std::{
    fs::{self, File},
    io::{ErrorKind, Read},
    path::Path,
};

/// Bytes of a page; no record goes over the end of one.
const PAGE: usize = 32 << 10;
/// Bytes of a record's head: checksum, length (little endian), kind.
const HEAD: usize = 7;

/// Refuses a database of which a log, or the list of files, would not be read as it was written.
pub(crate) fn check(database: &Path) -> Result<(), StoreError> {
    let Ok(files) = fs::read_dir(database) else { return Ok(()) };
    for path in files.flatten().map(|file| file.path()) {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if !name.ends_with(".log") && !name.starts_with("MANIFEST-") {
            continue;
        }
        // What cannot be read RocksDB says in its own words.
        let Ok(file) = File::open(&path) else { continue };
        if let Err(what) = scan(file) {
            return Err(StoreError::Damaged { path: database.into(), what: format!("{name}: {what}") });
        }
    }
    Ok(())
}

/// Goes over the heads of all records.
fn scan(mut file: impl Read) -> Result<(), String> {
    let (mut page, mut start, mut zeros) = (Vec::with_capacity(PAGE), 0_u64, None::<u64>);
    loop {
        page.clear();
        let read = file.by_ref().take(PAGE as u64).read_to_end(&mut page);
        match read {
            Ok(0) => return Ok(()),
            Err(e) if e.kind() == ErrorKind::Interrupted => continue,
            // A file that cannot be read is RocksDB's to name.
            Err(_) => return Ok(()),
            Ok(_) => {}
        }
        if let Some(at) = zeros
            && page.iter().any(|byte| *byte != 0)
        {
            return Err(format!("records follow the zeros at byte {at}"));
        }
        zeros = zeros.or(records(&page, start)?);
        start = start.saturating_add(page.len() as u64);
    }
}

/// Goes over the records of a page; says where zeros begin instead of one.
fn records(page: &[u8], start: u64) -> Result<Option<u64>, String> {
    let mut at = 0_usize;
    while let Some([_, _, _, _, low, high, kind]) = page.get(at..at.saturating_add(HEAD)) {
        let place = start.saturating_add(at as u64);
        let length = usize::from(u16::from_le_bytes([*low, *high]));
        match (kind, length) {
            (0, 0) => {
                let rest = page.get(at..).unwrap_or_default();
                return match rest.iter().all(|byte| *byte == 0) {
                    true => Ok(Some(place)),
                    false => Err(format!("records follow the zeros at byte {place}")),
                };
            }
            (5..=8 | 11 | 131, _) => {
                return Err(format!("the record at byte {place} is of kind {kind}, which this store never writes"));
            }
            _ => at = at.saturating_add(HEAD).saturating_add(length),
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u8, length: usize) -> Vec<u8> {
        let [low, high] = u16::try_from(length).unwrap().to_le_bytes();
        [vec![9, 9, 9, 9, low, high, kind], vec![7; length]].concat()
    }

    #[test]
    fn whole_records_and_zeros_at_the_end_pass() {
        let page = [record(1, 100), record(2, PAGE - 2 * HEAD - 100)].concat();
        assert_eq!(page.len(), PAGE);
        let file = [page, record(4, 10), vec![0; PAGE]].concat();
        assert_eq!(scan(file.as_slice()), Ok(()));
        assert_eq!(scan([].as_slice()), Ok(()));
        // A record that a crash cut off is RocksDB's to judge.
        assert_eq!(scan(&record(1, 100)[..50]), Ok(()));
    }

    #[test]
    fn a_kind_that_is_never_written_is_named_with_its_place() {
        let file = [record(1, 10), record(5, 10)].concat();
        assert!(scan(file.as_slice()).unwrap_err().contains("byte 17 is of kind 5"));
    }

    #[test]
    fn zeros_with_something_behind_them_are_named() {
        let within = [record(1, 10), vec![0; 100], record(1, 10)].concat();
        let pages = [vec![0; PAGE], record(1, 10)].concat();
        assert!(scan(within.as_slice()).unwrap_err().contains("zeros at byte 17"));
        assert!(scan(pages.as_slice()).unwrap_err().contains("zeros at byte 0"));
    }
}
