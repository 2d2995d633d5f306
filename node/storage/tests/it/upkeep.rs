//! Checking everything finds what is wrong, and nothing where nothing is.

use crate::{
    opening::raw,
    world::{Home, blocks, chain, some_chain, stored},
};
use proptest::prelude::*;
use zx_storage::{Store, TABLES};

fn faults(store: &Store) -> Vec<String> {
    store.verify(&mut |_| {}).unwrap().faults
}

#[test]
fn a_store_says_what_it_takes() {
    let home = Home::new();
    let store = stored(&home, &some_chain(50), 3);
    let stats = store.stats().unwrap();
    assert_eq!(
        stats.iter().map(|table| table.table).collect::<Vec<_>>(),
        TABLES.iter().map(|t| t.name).collect::<Vec<_>>()
    );
    let rows = |name| stats.iter().find(|table| table.table == name).unwrap().rows;
    assert_eq!(rows("blocks"), 48);
    assert!(rows("accounts") > 0 && rows("log_index") > 48);
    assert!(stats.iter().all(|table| table.memory > 0));
    drop(store);
    // What was in the log is in files now.
    let disk: u64 = home.open().stats().unwrap().iter().map(|table| table.disk).sum();
    assert!(disk > 10_000, "{disk}");
}

#[test]
fn an_empty_store_has_no_faults() {
    assert_eq!(faults(&Home::new().open()), Vec::<String>::new());
}

/// Changes one row of a table, removes one, and adds one: each has to be found.
#[test]
fn each_row_that_is_wrong_is_found() {
    let chain = some_chain(30);
    for table in TABLES.iter().filter(|table| table.name != "meta") {
        for harm in ["change", "remove", "add"] {
            let home = Home::new();
            drop(stored(&home, &chain, 3));
            {
                let db = raw(&home.db());
                let family = db.cf_handle(table.name).unwrap();
                let rows: Vec<_> = db.iterator_cf(family, rocksdb::IteratorMode::Start).map(Result::unwrap).collect();
                assert!(!rows.is_empty(), "{}", table.name);
                let (key, value) = &rows[rows.len() / 2];
                match harm {
                    "change" => {
                        let mut value = value.to_vec();
                        match value.last_mut() {
                            Some(last) => *last ^= 0x41,
                            None => value.push(0x41),
                        }
                        db.put_cf(family, key, value).unwrap();
                    }
                    "remove" => db.delete_cf(family, key).unwrap(),
                    _ => {
                        let mut key = key.to_vec();
                        match key.len().checked_sub(3) {
                            Some(middle) => key[middle] ^= 0x80,
                            None => key.push(0x80),
                        }
                        db.put_cf(family, key, value).unwrap();
                    }
                }
            }
            // What the log index has for a row, and what was before a change, say nothing of themselves.
            let says_nothing = table.name == "log_index" || table.name.ends_with("_history");
            if harm == "change" && says_nothing {
                continue;
            }
            let found = match Store::open(&home.db(), Default::default()) {
                Err(e) => e.to_string(),
                Ok(store) => store.verify(&mut |_| {}).map_or_else(|e| e.to_string(), |found| found.faults.join("; ")),
            };
            assert!(!found.is_empty(), "{harm} in {}", table.name);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn what_is_right_has_no_faults(blocks in blocks(12), lag in 0..4_usize, keep in 0..12_u64) {
        let home = Home::new();
        let chain = chain(&blocks);
        let store = stored(&home, &chain, lag);
        prop_assert_eq!(faults(&store), Vec::<String>::new());
        store.prune(keep, &mut |_| {}).unwrap();
        let found = store.verify(&mut |_| {}).unwrap();
        prop_assert_eq!(found.faults, Vec::<String>::new());
        prop_assert_eq!(found.blocks as usize + found.pending as usize, chain.len());
    }
}
