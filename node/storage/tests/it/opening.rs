//! What is opened, what is refused, and what a process leaves that is killed.

use crate::{
    commits::check,
    world::{Home, Made, begin, put, some_chain, stored},
};
use alloy_primitives::B256;
use rocksdb::{DB, Options};
use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use zx_storage::{SCHEMA_VERSION, Stage, Store, StoreConfig, StoreError, TABLES};

pub(crate) fn raw(path: &Path) -> DB {
    DB::open_cf(&Options::default(), path, TABLES.iter().map(|table| table.name)).unwrap()
}

fn put_meta(path: &Path, name: &str, value: &[u8]) {
    let db = raw(path);
    db.put_cf(db.cf_handle("meta").unwrap(), name, value).unwrap();
}

fn note(home: &Home) -> PathBuf {
    home.db().with_file_name("db.acknowledged")
}

fn refused(home: &Home) -> StoreError {
    Store::open(&home.db(), StoreConfig::default()).unwrap_err()
}

#[test]
fn a_second_opening_says_who_has_it() {
    let home = Home::new();
    let _store = home.open();
    let error = refused(&home);
    assert!(matches!(&error, StoreError::Locked(path) if *path == home.db()));
    assert!(error.to_string().contains(&home.db().display().to_string()), "{error}");
}

/// More rows than stay in memory: their tables become files while the logs before them are still there.
#[test]
fn a_database_opens_again_after_it_has_outgrown_its_memory() {
    let home = Home::new();
    let mut chain = some_chain(8);
    for made in &mut chain {
        made.changes.codes.insert(made.hash(), vec![7; 20 << 20].into());
    }
    drop(stored(&home, &chain, 3));
    for _ in 0..2 {
        let store = home.open();
        assert_eq!(store.view().head(), chain[8].hash());
    }
}

#[test]
fn another_chain_is_refused_by_name() {
    let home = Home::new();
    let chain = some_chain(1);
    let store = stored(&home, &chain, 0);
    assert!(store.check_genesis(chain[0].hash()).is_ok());
    let error = store.check_genesis(B256::repeat_byte(7)).unwrap_err();
    assert!(matches!(&error, StoreError::OtherChain { found, .. } if *found == chain[0].hash()));
    assert!(error.to_string().contains(&chain[0].hash().to_string()), "{error}");
}

#[test]
fn another_schema_is_refused() {
    let home = Home::new();
    drop(home.open());
    put_meta(&home.db(), "schema", &(SCHEMA_VERSION + 1).to_be_bytes());
    assert!(matches!(refused(&home), StoreError::Newer { found, .. } if found == SCHEMA_VERSION + 1));
    let mut db = raw(&home.db());
    db.create_cf("of_a_later_day", &Options::default()).unwrap();
    drop(db);
    assert!(matches!(refused(&home), StoreError::Newer { found, .. } if found == SCHEMA_VERSION + 1));
    let db = DB::open_cf(&Options::default(), home.db(), DB::list_cf(&Options::default(), home.db()).unwrap()).unwrap();
    db.put_cf(db.cf_handle("meta").unwrap(), "schema", 1_u32.to_be_bytes()).unwrap();
    drop(db);
    let error = refused(&home);
    assert!(matches!(error, StoreError::Older { found: 1, .. }));
    assert!(error.to_string().contains("zx-node db migrate"), "{error}");
}

#[test]
fn a_database_of_somebody_else_is_refused() {
    let home = Home::new();
    DB::open_default(home.db()).unwrap().put("a", "b").unwrap();
    assert!(matches!(refused(&home), StoreError::Foreign(path) if path == home.db()));
    // One that was only begun is taken.
    let home = Home::new();
    drop(DB::open_default(home.db()).unwrap());
    drop(home.open());
}

#[test]
fn a_database_without_one_of_its_tables_is_refused() {
    let home = Home::new();
    drop(stored(&home, &some_chain(2), 0));
    raw(&home.db()).drop_cf("storage").unwrap();
    assert!(matches!(refused(&home), StoreError::Damaged { .. }));
}

#[test]
fn a_folder_that_is_a_file_is_an_error() {
    let home = Home::new();
    std::fs::write(home.db(), "x").unwrap();
    assert!(matches!(refused(&home), StoreError::Database { .. }));
}

#[test]
fn meta_that_does_not_read_back_is_damage() {
    for name in ["base", "head", "history_from", "genesis", "commits"] {
        let home = Home::new();
        drop(stored(&home, &some_chain(2), 0));
        put_meta(&home.db(), name, b"odd");
        let error = match Store::open(&home.db(), StoreConfig::default()) {
            Err(error) => error,
            Ok(store) => store.genesis().unwrap_err(),
        };
        assert!(matches!(error, StoreError::Damaged { .. }), "{name}: {error}");
        assert!(error.to_string().contains(&home.db().display().to_string()), "{error}");
    }
}

#[test]
fn blocks_that_were_acknowledged_are_not_lost_in_silence() {
    let home = Home::new();
    let chain = some_chain(8);
    drop(stored(&home, &chain[..6], 2));
    let early = std::fs::read(note(&home)).unwrap();
    let copy = home.0.path().join("copy");
    copy_folder(&home.db(), &copy);
    {
        let store = home.open();
        put(&store, &chain, 6, 2);
    }
    // A note of before is no harm: it is written after the block.
    let late = std::fs::read(note(&home)).unwrap();
    std::fs::write(note(&home), &early).unwrap();
    check(&home.open(), &chain, 6);
    // A store of before is.
    std::fs::write(note(&home), &late).unwrap();
    std::fs::remove_dir_all(home.db()).unwrap();
    copy_folder(&copy, &home.db());
    let error = refused(&home);
    assert!(matches!(&error, StoreError::Lost { acknowledged: 8, acknowledged_hash, head: Some((5, hash)), .. }
        if *acknowledged_hash == chain[8].hash() && *hash == chain[5].hash()));
    let text = error.to_string();
    assert!(text.contains("db.acknowledged") && text.contains(&chain[8].hash().to_string()), "{text}");
    // A note that is cut short, or changed, or gone, says nothing.
    for cut in [0, 1, late.len() / 2, late.len() - 1] {
        std::fs::write(note(&home), &late[..cut]).unwrap();
        check(&home.open(), &chain[..6], 3);
        let mut changed = late.clone();
        changed[cut] ^= 1;
        std::fs::write(note(&home), &changed).unwrap();
        check(&home.open(), &chain[..6], 3);
    }
    std::fs::remove_file(note(&home)).unwrap();
    check(&home.open(), &chain[..6], 3);
    // And a store that is gone altogether is lost too.
    std::fs::write(note(&home), &late).unwrap();
    std::fs::remove_dir_all(home.db()).unwrap();
    assert!(matches!(refused(&home), StoreError::Lost { acknowledged: 8, head: None, .. }));
}

#[test]
fn a_head_that_was_given_up_is_not_lost() {
    let home = Home::new();
    let store = home.open();
    let first = Made::first();
    begin(&store, &first);
    let (a, b) = (first.next(0, &vec![]), first.next(1, &vec![]));
    let append = |made: &Made| {
        store.commit(&zx_storage::Commit { append: Some(made.append()), head: made.hash(), ..Default::default() })
    };
    append(&a).unwrap();
    let noted = std::fs::read(note(&home)).unwrap();
    append(&b).unwrap();
    let dropped = vec![a.place()];
    store.commit(&zx_storage::Commit { head: b.hash(), dropped, ..Default::default() }).unwrap();
    drop(store);
    // As if the process had ended before it wrote the last notes.
    std::fs::write(note(&home), noted).unwrap();
    check(&home.open(), &[first, b], 0);
}

pub(crate) fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

const HOME: &str = "ZX_STORAGE_TEST_HOME";
const STAGE: &str = "ZX_STORAGE_TEST_STAGE";
const NTH: &str = "ZX_STORAGE_TEST_NTH";
const STAGES: [Stage; 4] = [Stage::Begun, Stage::Encoded, Stage::Written, Stage::Noted];
const LAG: usize = 2;

/// What the process does that is killed; nothing in a run of the tests.
#[test]
fn child() {
    let Ok(home) = std::env::var(HOME) else { return };
    let number = |name| std::env::var(name).unwrap().parse::<usize>().unwrap();
    let (stage, nth, seen) = (STAGES[number(STAGE)], number(NTH), AtomicUsize::new(0));
    let kill = move |reached| {
        if reached == stage && seen.fetch_add(1, Ordering::SeqCst) + 1 == nth {
            std::process::abort();
        }
    };
    let config = StoreConfig { stages: Some(Arc::new(kill)), ..StoreConfig::default() };
    let store = Store::open(&Path::new(&home).join("db"), config).unwrap();
    let chain = some_chain(8);
    begin(&store, &chain[0]);
    put(&store, &chain, 1, LAG);
    unreachable!("it was not killed");
}

#[test]
fn a_process_that_is_killed_leaves_all_of_a_commit_or_nothing() {
    let chain = some_chain(8);
    for (number, stage) in STAGES.into_iter().enumerate() {
        for nth in [1, 4, 8] {
            let home = Home::new();
            let status = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "opening::child", "--nocapture"])
                .env(HOME, home.0.path())
                .env(STAGE, number.to_string())
                .env(NTH, nth.to_string())
                .output()
                .unwrap();
            assert!(!status.status.success());
            assert!(!String::from_utf8_lossy(&status.stderr).contains("not killed"));
            let written: usize = if matches!(stage, Stage::Begun | Stage::Encoded) { nth - 1 } else { nth };
            let store = home.open();
            check(&store, &chain[..=written], written.saturating_sub(LAG));
            assert_eq!(store.verify(&mut |_| {}).unwrap().faults, Vec::<String>::new());
            put(&store, &chain, written + 1, LAG);
            check(&store, &chain, 8 - LAG);
        }
    }
}
