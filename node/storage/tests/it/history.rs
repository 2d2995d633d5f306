//! The past, held against a model at every height.

use crate::world::{Act, Home, Made, begin, blocks, chain, key, put, slot, some_chain, stored, who};
use alloy_primitives::U256;
use proptest::prelude::*;
use zx_primitives::Overwritten;
use zx_storage::{Changed, History, Store, StoreConfig, StoreError};

pub(crate) fn check(store: &Store, chain: &[Made], from: usize, base: usize) {
    let view = store.view();
    assert_eq!(view.history_from(), from as u64);
    for (height, made) in (0..).zip(chain) {
        for number in 0..6 {
            let found = view.account_at(key(number), height as u64);
            if height < from {
                assert!(matches!(found, Err(StoreError::NotKept { number, from: at })
                    if number == height as u64 && at == from as u64));
                continue;
            }
            if height > base {
                assert!(matches!(found, Err(StoreError::NotFinal { .. })));
                continue;
            }
            let expected = made.model.get(&who(number));
            assert_eq!(found.unwrap(), expected.map(|account| account.0), "account {number} at {height}");
            for place in 0..9 {
                let value = expected.and_then(|account| account.1.get(&U256::from(place))).copied();
                let found = view.slot_at(key(number), slot(place), height as u64).unwrap();
                assert_eq!(found, value.unwrap_or_default(), "slot {place} of {number} at {height}");
            }
        }
    }
}

/// Every change of an account that the chain's blocks say they made.
fn changes_of(chain: &[Made], number: u8, heights: std::ops::RangeInclusive<usize>) -> Vec<(u64, u32)> {
    let mut all = Vec::new();
    for height in heights.filter(|height| *height > 0 && *height < chain.len()) {
        let trail = chain[height].changes.trail.iter();
        let mine = trail.filter(|overwritten| overwritten.accounts.contains_key(&who(number)));
        all.extend(mine.map(|overwritten| (height as u64, overwritten.transaction)));
    }
    all
}

#[test]
fn a_slot_that_goes_with_its_account_was_there_before() {
    let home = Home::new();
    let blocks = [
        vec![vec![Act::Write(1, 1, 2), Act::Write(1, 2, 3)]],
        vec![vec![Act::Write(1, 1, 3)], vec![Act::Remove(1)]],
        vec![vec![Act::Write(1, 2, 1)]],
    ];
    let chain = chain(&blocks);
    let store = stored(&home, &chain, 0);
    check(&store, &chain, 0, 3);
    let slots = |number| store.view().slot_changes(key(1), slot(number), 0..=9, 9).unwrap();
    let value = |value: u64| U256::from(value) << 64;
    let change = |block, transaction, before| Changed { block, transaction, before };
    assert_eq!(slots(1), [change(1, 0, U256::ZERO), change(2, 0, value(2))]);
    assert_eq!(slots(2), [change(1, 0, U256::ZERO), change(2, Overwritten::BLOCK, value(3)), change(3, 0, U256::ZERO)]);
}

#[test]
fn changes_are_listed_in_order_up_to_a_limit() {
    let home = Home::new();
    let chain = some_chain(40);
    let store = stored(&home, &chain, 5);
    let view = store.view();
    for number in 0..6 {
        for (from, to) in [(0, 35), (10, 20), (20, 20), (30, 99), (36, 40)] {
            let found = view.account_changes(key(number), from as u64..=to as u64, 1_000).unwrap();
            let places: Vec<_> = found.iter().map(|change| (change.block, change.transaction)).collect();
            assert_eq!(places, changes_of(&chain, number, from..=to.min(35)));
            for limit in 0..=found.len() {
                let some = view.account_changes(key(number), from as u64..=to as u64, limit).unwrap();
                assert_eq!(some, found[..limit]);
            }
        }
    }
}

#[test]
fn a_store_that_keeps_little_forgets_as_it_folds() {
    let home = Home::new();
    let chain = some_chain(60);
    let store = home.open_with(StoreConfig { history: History::Last(10), ..StoreConfig::default() });
    begin(&store, &chain[0]);
    put(&store, &chain, 1, 3);
    check(&store, &chain, 47, 57);
    let error = store.view().account_at(key(0), 46).unwrap_err().to_string();
    assert!(error.contains("the state of block 46 is not kept: history begins at block 47"), "{error}");
    let changes = |heights| store.view().account_changes(key(0), heights, 9);
    assert!(matches!(changes(47..=57), Err(StoreError::NotKept { number: 46, from: 47 })));
    assert!(changes(48..=57).is_ok());
    drop(store);
    check(&home.open(), &chain, 47, 57);
}

#[test]
fn keeping_less_than_before_clears_a_little_at_a_time() {
    let home = Home::new();
    let chain = some_chain(200);
    drop(stored(&home, &chain[..197], 0));
    let store = home.open_with(StoreConfig { history: History::Last(0), ..StoreConfig::default() });
    put(&store, &chain[..198], 197, 0);
    let first = store.view().history_from();
    assert!(first > 0 && first < 100, "{first}");
    put(&store, &chain, 198, 0);
    check(&store, &chain, usize::try_from(store.view().history_from()).unwrap(), 200);
    assert_eq!(store.view().history_from(), 199);
}

#[test]
fn pruning_leaves_the_rest_as_it_is() {
    let home = Home::new();
    let chain = some_chain(80);
    let store = stored(&home, &chain, 2);
    let before = store.view();
    let mut steps = Vec::new();
    assert_eq!(store.prune(30, &mut |progress| steps.push(progress)).unwrap(), 48);
    check(&store, &chain, 48, 78);
    assert_eq!(before.history_from(), 0);
    assert_eq!(before.account_at(key(3), 7).unwrap(), chain[7].model.get(&who(3)).map(|account| account.0));
    drop(before);
    assert!(steps.iter().any(|progress| progress.done == 48 && progress.of == Some(48)), "{steps:?}");
    assert_eq!(store.prune(30, &mut |_| {}).unwrap(), 0);
    assert_eq!(store.prune(1_000, &mut |_| {}).unwrap(), 0);
    crate::commits::check(&store, &chain, 78);
    assert_eq!(store.prune(0, &mut |_| {}).unwrap(), 30);
    check(&store, &chain, 78, 78);
    drop(store);
    check(&home.open(), &chain, 78, 78);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_past_is_what_it_was(
        blocks in blocks(16), lag in 0..5_usize, keep in 0..16_usize, restarts in proptest::collection::vec(1..16_usize, 0..3),
    ) {
        let home = Home::new();
        let chain = chain(&blocks);
        let base = (chain.len() - 1).saturating_sub(lag);
        let mut store = stored(&home, &chain[..1], lag);
        for height in 1..chain.len() {
            if restarts.contains(&height) {
                // What was in the log is in files then.
                drop(store);
                store = home.open();
            }
            put(&store, &chain[..=height], height, lag);
        }
        check(&store, &chain, 0, base);
        store.prune(keep as u64, &mut |_| {}).unwrap();
        check(&store, &chain, base.saturating_sub(keep), base);
    }
}
