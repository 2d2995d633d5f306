//! Files that are damaged: the store says so, or has everything; it never has less and says nothing.

use crate::{
    opening::copy_folder,
    world::{Home, put, some_chain, stored},
};
use std::path::{Path, PathBuf};
use zx_storage::{Store, StoreConfig, StoreError, Verified};

/// A store whose older half is in tables and whose newer half is in the log.
fn half_and_half() -> (Home, Verified) {
    let home = Home::new();
    let chain = some_chain(30);
    drop(stored(&home, &chain[..16], 3));
    let store = home.open();
    put(&store, &chain, 16, 3);
    let whole = store.verify(&mut |_| {}).unwrap();
    assert_eq!((whole.found, whole.blocks, whole.pending), (0, 28, 3), "{:?}", whole.faults);
    (home, whole)
}

fn files(folder: &Path, wanted: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let all = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut found: Vec<_> = all.filter(|path| wanted(path.file_name().unwrap().to_str().unwrap())).collect();
    found.sort();
    found
}

/// Whether a damaged store noticed. Panics if it has less than it should and did not.
fn noticed(folder: &Path, whole: &Verified, what: &str) -> bool {
    let store = match Store::open(folder, StoreConfig::default()) {
        Ok(store) => store,
        Err(StoreError::Damaged { .. } | StoreError::Lost { .. } | StoreError::Database { .. }) => return true,
        Err(other) => panic!("{what}: {other}"),
    };
    match store.verify(&mut |_| {}) {
        Err(StoreError::Damaged { .. } | StoreError::Database { .. } | StoreError::State(_)) => true,
        Err(other) => panic!("{what}: {other}"),
        Ok(found) if found.found > 0 => true,
        Ok(found) => {
            assert_eq!(&found, whole, "{what}");
            false
        }
    }
}

/// Damages every such file at some places, one at a time. Says how many times it was done, and noticed.
fn damage(wanted: impl Fn(&str) -> bool, places: usize, harm: fn(&mut Vec<u8>, usize)) -> (usize, usize) {
    let (home, whole) = half_and_half();
    let (mut done, mut seen) = (0, 0);
    let victims = files(&home.db(), wanted);
    assert!(!victims.is_empty());
    for victim in victims {
        let bytes = std::fs::read(&victim).unwrap();
        for place in (0..bytes.len()).step_by(bytes.len().div_ceil(places).max(1)) {
            let copy = Home::new();
            copy_folder(&home.db(), &copy.db());
            std::fs::copy(home.db().with_file_name("db.acknowledged"), copy.db().with_file_name("db.acknowledged"))
                .unwrap();
            let name = victim.file_name().unwrap();
            let mut harmed = bytes.clone();
            harm(&mut harmed, place);
            std::fs::write(copy.db().join(name), harmed).unwrap();
            done += 1;
            seen += usize::from(noticed(&copy.db(), &whole, &format!("{name:?} at {place}")));
        }
    }
    (done, seen)
}

#[test]
fn a_flipped_bit_in_the_log_is_noticed() {
    let (done, seen) = damage(|name| name.ends_with(".log"), 80, |bytes, place| bytes[place] ^= 0x10);
    assert_eq!(seen, done);
}

#[test]
fn a_log_that_is_cut_short_is_noticed() {
    let (done, seen) = damage(|name| name.ends_with(".log"), 40, Vec::truncate);
    assert_eq!(seen, done);
    let (done, seen) = damage(|name| name.ends_with(".log"), 40, |bytes, place| bytes[place..].fill(0));
    assert_eq!(seen, done);
}

#[test]
fn a_flipped_bit_in_a_table_is_noticed_where_it_matters() {
    let (done, seen) = damage(|name| name.ends_with(".sst"), 12, |bytes, place| bytes[place] ^= 0x10);
    assert!(seen * 2 > done, "{seen} of {done}");
}

#[test]
fn a_table_that_is_cut_short_is_noticed() {
    let (done, seen) = damage(|name| name.ends_with(".sst"), 4, Vec::truncate);
    assert_eq!(seen, done);
}

#[test]
fn a_list_of_files_that_is_damaged_is_noticed() {
    let (done, seen) = damage(|name| name.starts_with("MANIFEST"), 60, |bytes, place| bytes[place] ^= 0x10);
    assert!(seen * 2 > done, "{seen} of {done}");
    let (done, seen) = damage(|name| name.starts_with("MANIFEST"), 60, Vec::truncate);
    assert!(seen * 2 > done, "{seen} of {done}");
    damage(|name| name == "CURRENT", 16, |bytes, place| bytes[place] ^= 0x10);
    damage(|name| name == "CURRENT", 16, Vec::truncate);
}

#[test]
fn a_file_that_is_gone_is_noticed() {
    let (home, whole) = half_and_half();
    let victims = files(&home.db(), |name| {
        name.ends_with(".sst") || name.ends_with(".log") || name.starts_with("MANI") || name == "CURRENT"
    });
    for victim in victims {
        let copy = Home::new();
        copy_folder(&home.db(), &copy.db());
        std::fs::copy(home.db().with_file_name("db.acknowledged"), copy.db().with_file_name("db.acknowledged"))
            .unwrap();
        std::fs::remove_file(copy.db().join(victim.file_name().unwrap())).unwrap();
        assert!(noticed(&copy.db(), &whole, &format!("{victim:?} gone")), "{victim:?}");
    }
}
