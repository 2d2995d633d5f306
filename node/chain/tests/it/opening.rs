use crate::support::{fresh, open, spec};
use alloy_primitives::{Address, U256};
use zx_chain::{Chain, ChainConfig};

fn refused(config: ChainConfig) -> String {
    Chain::open(config).expect_err("must not open").to_string()
}

#[test]
fn a_folder_in_use_is_named() {
    let (folder, _chain) = fresh();
    let error = refused(ChainConfig { spec: spec(), datadir: folder.path().into() });
    assert!(
        error.contains("is in use by another process") && error.contains(&*folder.path().to_string_lossy()),
        "{error}"
    );
}

#[test]
fn a_folder_of_another_chain_is_refused_and_left_alone() {
    let (folder, chain) = fresh();
    let head = chain.head();
    drop(chain);
    let mut other = spec();
    other.alloc.push((Address::repeat_byte(1), U256::from(1)));
    let error = refused(ChainConfig { spec: other, datadir: folder.path().into() });
    assert!(error.contains("holds another chain"), "{error}");
    assert_eq!(open(folder.path()).head(), head);
}

#[test]
fn a_path_that_is_no_folder_is_named() {
    let (folder, _chain) = fresh();
    let file = folder.path().join("file");
    std::fs::write(&file, "x").expect("written");
    let error = refused(ChainConfig { spec: spec(), datadir: file.clone() });
    assert!(error.contains("cannot use the data directory") && error.contains(&*file.to_string_lossy()), "{error}");
}
