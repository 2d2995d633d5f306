//! Rows in memory: what a reader sees is of its own moment, whatever is folded meanwhile.

use crate::world::{Home, Made, begin, key, put, slot, some_chain, who};
use alloy_primitives::U256;
use std::sync::atomic::{AtomicBool, Ordering};
use zx_primitives::StateReader as _;
use zx_storage::{Store, StoreConfig, View};

fn check_row(view: &View<'_>, chain: &[Made], row: u8) {
    let made = &chain[usize::try_from(view.base().0).unwrap()];
    let (number, place) = (row % 6, row / 6 % 9);
    let account = made.model.get(&who(number));
    let found = zx_primitives::StateReader::account(view, who(number)).unwrap();
    assert_eq!(found, account.map(|account| account.0), "account {number} at {}", view.base().0);
    let value = account.and_then(|account| account.1.get(&U256::from(place))).copied().unwrap_or_default();
    let found = view.storage(who(number), U256::from(place)).unwrap();
    assert_eq!(found, value, "slot {place} of {number} at {}", view.base().0);
    assert_eq!(view.slot_at(key(number), slot(place), view.base().0).unwrap(), value);
}

/// Reads from views of all ages until the writer is done.
fn read(store: &Store, chain: &[Made], done: &AtomicBool, salt: u8) {
    let mut old = store.view();
    let mut row = salt;
    for round in 0_u32.. {
        let new = store.view();
        for _ in 0..40 {
            row = row.wrapping_mul(5).wrapping_add(salt | 1);
            check_row(&new, chain, row);
            check_row(&old, chain, row);
        }
        if round % 7 == 0 {
            old = new;
        }
        if done.load(Ordering::SeqCst) {
            break;
        }
    }
}

fn run(cache_bytes: usize, lag: usize) {
    let home = Home::new();
    let chain = some_chain(240);
    let store = home.open_with(StoreConfig { cache_bytes, ..StoreConfig::default() });
    begin(&store, &chain[0]);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for salt in [1, 3, 7] {
            let (store, chain, done) = (&store, &chain, &done);
            scope.spawn(move || read(store, chain, done, salt));
        }
        put(&store, &chain, 1, lag);
        done.store(true, Ordering::SeqCst);
    });
}

#[test]
fn no_reader_sees_a_row_of_another_moment() {
    run(64 << 20, 0);
    run(64 << 20, 5);
}

#[test]
fn nor_if_rows_are_pushed_out_all_the_time() {
    run(1, 0);
}
