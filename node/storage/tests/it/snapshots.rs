//! A snapshot makes the same store again, and nothing else does.

use crate::world::{Act, Home, Made, Txs, blocks, chain, put, some_chain, stored};
use alloy_primitives::B256;
use proptest::prelude::*;
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;
use zx_storage::{
    Contents, FileError, FileReader, FileWriter, Store, StoreConfig, StoreError,
    snapshot::{self, SNAPSHOT_BLOCKS, SnapshotError, SnapshotReport},
};

const CHAIN_ID: u64 = 31_337;

/// A snapshot of a store of these blocks, beside it.
fn taken(home: &Home, chain: &[Made], lag: usize) -> (PathBuf, SnapshotReport) {
    let path = home.0.path().join("snapshot");
    let report = snapshot::create(&stored(home, chain, lag), CHAIN_ID, &path, false, &mut |_| {}).unwrap();
    (path, report)
}

fn restore(path: &Path, datadir: &Path, genesis: B256) -> Result<SnapshotReport, SnapshotError> {
    snapshot::restore(path, datadir, (CHAIN_ID, genesis), &StoreConfig::default(), &mut |_| {})
}

fn verify(path: &Path) -> Result<SnapshotReport, SnapshotError> {
    snapshot::verify(path, &mut |_| {})
}

/// The second store has what the first has, as far as a snapshot has it.
fn same(one: &Store, two: &Store) {
    let (a, b) = (one.view(), two.view());
    assert_eq!((a.base(), a.head()), (b.base(), b.head()));
    assert_eq!(one.pending().unwrap(), two.pending().unwrap());
    let from = b.blocks_from().unwrap();
    for number in (from..=b.base().0).chain([0]) {
        assert_eq!(a.block(number).unwrap(), b.block(number).unwrap(), "block {number}");
        assert_eq!(a.receipts(number).unwrap(), b.receipts(number).unwrap(), "receipts of block {number}");
    }
    assert_eq!(two.verify(&mut |_| {}).unwrap().faults, Vec::<String>::new());
    let (all, kept) = (one.verify(&mut |_| {}).unwrap(), two.verify(&mut |_| {}).unwrap());
    assert_eq!((all.accounts, all.slots, all.nodes), (kept.accounts, kept.slots, kept.nodes));
    assert_eq!((b.history_from(), kept.history), (b.base().0, 0));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn what_is_restored_is_what_was_there_and_makes_the_same_snapshot(blocks in blocks(12), lag in 0..4_usize) {
        let (home, chain) = (Home::new(), chain(&blocks));
        let (path, report) = taken(&home, &chain, lag);
        assert_eq!(verify(&path).unwrap(), report);
        let there = Home::new();
        assert_eq!(restore(&path, there.0.path(), chain[0].hash()).unwrap(), report);
        let (one, two) = (home.open(), there.open());
        same(&one, &two);
        let again = there.0.path().join("again");
        snapshot::create(&two, CHAIN_ID, &again, false, &mut |_| {}).unwrap();
        assert_eq!(fs::read(&path).unwrap(), fs::read(&again).unwrap());
    }
}

fn long_chain(length: usize) -> Vec<Made> {
    let txs = |height: usize| -> Txs {
        let byte = u8::try_from(height % 250).unwrap();
        vec![vec![Act::Write(byte % 5, byte % 9, byte % 3 + 1), Act::Tell(byte % 3, vec![byte % 4])]]
    };
    chain(&(1..=length).map(txs).collect::<Vec<_>>())
}

#[test]
fn blocks_that_blockhash_does_not_reach_are_left_out_and_the_chain_goes_on() {
    let (home, chain) = (Home::new(), long_chain(300));
    let (path, report) = taken(&home, &chain[..290], 3);
    assert_eq!((report.header.base, report.counts.blocks), (286, SNAPSHOT_BLOCKS + 1));
    let there = Home::new();
    restore(&path, there.0.path(), chain[0].hash()).unwrap();
    let store = there.open();
    same(&home.open(), &store);
    assert_eq!(store.view().blocks_from().unwrap(), 31);
    assert_eq!(store.view().block(30).unwrap(), None);
    assert_eq!(store.view().block(31).unwrap().unwrap(), chain[31].block);

    put(&store, &chain, 290, 3);
    assert_eq!(store.verify(&mut |_| {}).unwrap().faults, Vec::<String>::new());
    // Its history begins where it began.
    let key = crate::world::key(1);
    assert!(matches!(store.view().account_at(key, 285), Err(StoreError::NotKept { number: 285, from: 286 })));
    store.view().account_at(key, 287).unwrap();
    drop(store);
    let again = there.0.path().join("again");
    snapshot::create(&there.open(), CHAIN_ID, &again, false, &mut |_| {}).unwrap();
    assert_eq!(verify(&again).unwrap().counts.blocks, SNAPSHOT_BLOCKS + 1);
}

#[test]
fn a_missing_block_is_a_fault_in_a_restored_store_too() {
    let (home, there, chain) = (Home::new(), Home::new(), long_chain(270));
    let (path, _) = taken(&home, &chain, 0);
    restore(&path, there.0.path(), chain[0].hash()).unwrap();
    {
        let db = crate::opening::raw(&there.db());
        db.delete_cf(db.cf_handle("blocks").unwrap(), 100_u64.to_be_bytes()).unwrap();
    }
    let faults = there.open().verify(&mut |_| {}).unwrap().faults;
    assert!(faults.iter().any(|fault| fault == "block 100 is missing"), "{faults:?}");
}

#[test]
fn every_cut_and_every_flip_is_refused_and_named() {
    let (home, chain) = (Home::new(), some_chain(12));
    let (path, _) = taken(&home, &chain, 3);
    let whole = fs::read(&path).unwrap();
    let named = |e: &SnapshotError| {
        let text = e.to_string();
        ["chunk ", "is not a snapshot", "format version"].iter().any(|part| text.contains(part))
    };
    let step = whole.len() / 199;
    for place in (0..whole.len()).step_by(step).chain(whole.len() - 60..whole.len()) {
        for cut in [true, false] {
            let mut bytes = whole.clone();
            if cut {
                bytes.truncate(place)
            } else {
                bytes[place] ^= 1 << (place % 8)
            }
            fs::write(&path, bytes).unwrap();
            let error = verify(&path).unwrap_err();
            assert!(named(&error), "{place}, cut: {cut}: {error}");
        }
    }
    for place in (0..whole.len()).step_by(whole.len() / 7) {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x20;
        fs::write(&path, bytes).unwrap();
        let there = Home::new();
        let error = restore(&path, there.0.path(), chain[0].hash()).unwrap_err();
        assert!(named(&error), "{place}: {error}");
        // Whether it had begun or not: there is no store.
        match Store::open(&there.db(), StoreConfig::default()) {
            Err(StoreError::Unfinished(_)) => {}
            Ok(store) => assert_eq!(store.genesis().unwrap(), None),
            Err(other) => panic!("{other}"),
        }
    }
}

/// Kinds whose every byte follows from hashes, and how many bytes at the start of each do not: of the header the chain
/// id, which restoring compares.
const BOUND: [(u8, usize); 5] = [(0, 8), (1, 0), (2, 0), (3, 0), (5, 0)];

#[test]
fn what_is_changed_and_has_its_checksums_right_is_refused_all_the_same() {
    let (home, chain) = (Home::new(), some_chain(9));
    let (path, _) = taken(&home, &chain, 2);
    let mut chunks = Vec::new();
    let mut file = FileReader::open(&path, Contents::Snapshot).unwrap();
    while let Some(chunk) = file.next_chunk().unwrap() {
        chunks.push(chunk);
    }
    let forged = home.0.path().join("forged");
    for (index, free) in chunks.iter().enumerate().filter_map(|(index, chunk)| {
        let (_, free) = BOUND.iter().find(|(kind, _)| *kind == chunk.kind)?;
        Some((index, *free))
    }) {
        let length = chunks[index].payload.len();
        for place in (free..length).step_by((length / 97).max(1)) {
            let mut file = FileWriter::create(&forged, Contents::Snapshot, true).unwrap();
            for (at, chunk) in chunks.iter().enumerate() {
                let mut payload = chunk.payload.clone();
                if at == index {
                    payload[place] ^= 1;
                }
                file.put(chunk.kind, &payload).unwrap();
            }
            file.finish().unwrap();
            file.publish().unwrap();
            let refused = verify(&forged);
            let kind = chunks[index].kind;
            assert!(
                matches!(refused, Err(SnapshotError::File(FileError::Invalid { .. }))),
                "kind {kind}, byte {place}: {refused:?}"
            );
        }
    }
    // A chunk that is left out, or comes twice.
    for (index, twice) in (0..chunks.len()).flat_map(|index| [(index, false), (index, true)]) {
        let mut file = FileWriter::create(&forged, Contents::Snapshot, true).unwrap();
        for (at, chunk) in chunks.iter().enumerate() {
            for _ in 0..if at == index { 2 * usize::from(twice) } else { 1 } {
                file.put(chunk.kind, &chunk.payload).unwrap();
                file.end_chunk().unwrap();
            }
        }
        file.finish().unwrap();
        file.publish().unwrap();
        assert!(verify(&forged).is_err(), "chunk {index}, twice: {twice}");
    }
}

#[test]
fn a_restore_that_was_interrupted_is_no_store_and_can_be_begun_again() {
    let (home, there, chain) = (Home::new(), Home::new(), some_chain(20));
    let (path, _) = taken(&home, &chain, 2);
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    restore(&path, there.0.path(), chain[0].hash()).unwrap_err();
    let error = Store::open(&there.db(), StoreConfig::default()).unwrap_err();
    assert!(matches!(error, StoreError::Unfinished(_)), "{error}");
    assert!(error.to_string().contains("zx-node snapshot restore"), "{error}");

    fs::write(&path, whole).unwrap();
    restore(&path, there.0.path(), chain[0].hash()).unwrap();
    same(&home.open(), &there.open());
}

#[test]
fn nothing_is_written_over() {
    let (home, chain) = (Home::new(), some_chain(5));
    let (path, _) = taken(&home, &chain, 0);
    let store = home.open();
    let again = snapshot::create(&store, CHAIN_ID, &path, false, &mut |_| {});
    assert!(matches!(again, Err(SnapshotError::File(FileError::Exists(_)))), "{again:?}");
    snapshot::create(&store, CHAIN_ID, &path, true, &mut |_| {}).unwrap();
    drop(store);
    let full = restore(&path, home.0.path(), chain[0].hash());
    assert!(matches!(full, Err(SnapshotError::NotEmpty(_))), "{full:?}");
    assert_eq!(home.open().view().head(), chain[5].hash());

    let there = TempDir::new().unwrap();
    let other = restore(&path, there.path(), B256::ZERO);
    assert!(matches!(other, Err(SnapshotError::OtherChain { .. })), "{other:?}");
    assert_eq!(fs::read_dir(there.path()).unwrap().count(), 0);
    let stranger = there.path().join("stranger");
    fs::write(&stranger, b"mine").unwrap();
    assert!(matches!(restore(&path, there.path(), chain[0].hash()), Err(SnapshotError::NotEmpty(_))));
    assert!(matches!(verify(&stranger), Err(SnapshotError::File(FileError::Other { .. } | FileError::CutOff { .. }))));
}

#[test]
fn an_empty_store_has_no_snapshot() {
    let home = Home::new();
    let path = home.0.path().join("snapshot");
    let none = snapshot::create(&home.open(), CHAIN_ID, &path, false, &mut |_| {});
    assert!(matches!(none, Err(SnapshotError::Empty(_))), "{none:?}");
    assert!(!path.exists() && !path.with_file_name("snapshot.part").exists());
}
