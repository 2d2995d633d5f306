//! The disk is full, or a sync of it fails: that is an error and no acknowledgement, and nothing that was is lost.

use crate::{
    audit::{audit, goes_on},
    child::{End, Orders, data},
    disk::{Kind, Then},
    record::Record,
};
use std::path::Path;

fn life(scratch: &Path) -> Orders {
    Orders::new(scratch).with("blocks", 5).with("sessions", 4)
}

/// Spoils some of the calls of a kind: the first, some in between, the last ones. Gives what was said where it must have
/// been noticed: by whoever writes the log at once, else before the process has done much more.
fn spoil(kind: Kind, then: Then) -> Vec<Record> {
    let folder = tempfile::tempdir().expect("a folder");
    let (end, record) = life(folder.path()).trip(Some(kind), u64::MAX, then).run();
    assert_eq!((end, record.failures), (End::Lived, Vec::new()));
    let calls = record.hits;
    assert!(calls > 0, "{kind:?} is never written");
    let mut places = vec![1, 2, calls / 3, calls / 2, calls * 4 / 5, calls];
    places.retain(|place| (1..=calls).contains(place));
    places.dedup();
    let noticed = |place: u64| kind == Kind::Wal || place * 2 <= calls;
    let records = places.into_iter().map(|nth| (nth, spoil_one(kind, nth, then)));
    records.filter(|(nth, _)| noticed(*nth)).map(|(_, record)| record).collect()
}

fn spoil_one(kind: Kind, nth: u64, then: Then) -> Record {
    let folder = tempfile::tempdir().expect("a folder");
    let scratch = folder.path();
    let (end, record) = life(scratch).trip(Some(kind), nth, then).run();
    assert_eq!((end, record.done), (End::Lived, true), "{kind:?} {nth}");
    let fault = |fault| panic!("{then:?} {kind:?} {nth}: {fault:?}; {:?}", record.failures);
    audit(&data(scratch), &record).unwrap_or_else(fault);
    goes_on(scratch, &data(scratch), &record).unwrap_or_else(fault);
    record
}

fn all_say(records: &[Record], what: &str) {
    assert!(!records.is_empty());
    for record in records {
        assert!(record.failures.iter().any(|failure| failure.contains(what)), "{:?}", record.failures);
        assert!(record.failures.iter().all(|failure| failure.contains("/data")), "{:?}", record.failures);
    }
}

const NO_SPACE: &str = "No space left on device";

#[test]
fn full_at_the_log() {
    all_say(&spoil(Kind::Wal, Then::Full), NO_SPACE);
}

#[test]
fn full_at_a_table() {
    all_say(&spoil(Kind::Table, Then::Full), NO_SPACE);
}

#[test]
fn full_at_the_list_of_files() {
    all_say(&spoil(Kind::Manifest, Then::Full), NO_SPACE);
    all_say(&spoil(Kind::Current, Then::Full), NO_SPACE);
    spoil(Kind::Options, Then::Full);
}

/// A note that cannot be written is no failure, for the block is safe; the next block is one.
#[test]
fn full_at_the_note() {
    all_say(&spoil(Kind::Note, Then::Full), NO_SPACE);
}

/// What is neither of the database nor needed: the module cache, RocksDB's own diary.
#[test]
fn full_at_anything_else() {
    spoil(Kind::Other, Then::Full);
}

#[test]
fn a_sync_fails() {
    for kind in [Kind::Wal, Kind::Table, Kind::Manifest] {
        all_say(&spoil(kind, Then::Fail), "Input/output error");
    }
}
