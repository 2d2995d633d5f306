//! A fault of RocksDB 11.8 that these tests have found: its reader of logs and of lists of files goes round in a circle.
//!
//! `Reader::ReadPhysicalRecord` (`db/log_reader.cc`) answers "bad record" to a record of a recycled kind in a file that
//! began otherwise, and does not go past it; `ReadRecord` asks again, for ever. One bit of a kind's byte is enough: 1, a
//! whole record, becomes 5, the same in a recycled file. The store never recycles a file, and looks for such records
//! before RocksDB does.

use crate::{
    audit::{Fault, audit},
    child::{End, Orders, data},
    disk::Kind,
};
use std::fs;

/// Bytes of a page; no record goes over the end of one.
const PAGE: usize = 32 << 10;
/// Bytes of a record's head: checksum, length, kind.
const HEAD: usize = 7;

/// Places of records, and their kinds, as far as each page can be followed.
fn kinds(bytes: &[u8]) -> Vec<(usize, u8)> {
    let mut found = Vec::new();
    for (page, bytes) in bytes.chunks(PAGE).enumerate() {
        let mut at = 0;
        while let Some([_, _, _, _, low, high, kind]) = bytes.get(at..at + HEAD) {
            found.push((page * PAGE + at, *kind));
            let length = usize::from(u16::from_le_bytes([*low, *high]));
            if (*kind, length) == (0, 0) {
                break;
            }
            at += HEAD + length;
        }
    }
    found
}

#[test]
fn a_record_of_a_recycled_kind_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let (end, record) = Orders::new(folder.path()).with("blocks", 5).run();
    assert_eq!(end, End::Lived);
    let database = data(folder.path()).join("db");
    let files = fs::read_dir(&database).expect("a folder").map(|entry| entry.expect("an entry").path());
    let log = files.filter(|path| Kind::of(path) == Kind::Wal).max().expect("a log");
    let mut bytes = fs::read(&log).expect("a file");
    let (at, _) = kinds(&bytes).into_iter().find(|(at, kind)| *at > 0 && *kind == 1).expect("a whole record");
    bytes[at + HEAD - 1] = 5;
    fs::write(&log, bytes).expect("written");
    assert!(matches!(audit(&data(folder.path()), &record), Err(Fault::Named(_))));
}
