//! What is committed is there, whole, from then on.

use crate::world::{Act, Home, Made, begin, blocks, chain, code, key, put, slot, some_chain, stored, who};
use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256, keccak256};
use proptest::prelude::*;
use zx_primitives::{
    AccountChange, AccountInfo, Block, ChainSpec, SlotChange, StateChanges, StateError, StateReader as _,
};
use zx_state::{Nibbles, Reader, Rows, State, StateUpdate, rebuild, root_of};
use zx_storage::{Appended, Commit, Folded, Store, StoreError, TxPlace, View};

/// Everything that a store says, held against the chain that it was given.
pub(crate) fn check(store: &Store, chain: &[Made], base: usize) {
    let view = store.view();
    assert_eq!(view.base(), chain[base].place());
    assert_eq!(view.head(), chain.last().unwrap().hash());
    check_state(&view, &chain[base]);
    check_blocks(&view, chain, base);
    let pending = store.pending().unwrap();
    assert_eq!(pending.len(), chain.len() - base - 1);
    for (pending, made) in pending.iter().zip(&chain[base + 1..]) {
        assert_eq!(pending.block, made.block);
        assert_eq!(pending.receipts, made.receipts);
        assert_eq!(pending.changes, made.changes);
    }
}

pub(crate) fn check_state(view: &View<'_>, made: &Made) {
    assert_eq!(root_of(view).unwrap(), made.block.header.state_root);
    for number in 0..6 {
        let expected = made.model.get(&who(number));
        assert_eq!(StateReaderOf(view).account(number), expected.map(|account| account.0));
        for slot in 0..9 {
            let value = expected.and_then(|account| account.1.get(&U256::from(slot))).copied().unwrap_or_default();
            assert_eq!(view.storage(who(number), U256::from(slot)).unwrap(), value);
        }
    }
    check_nodes(view, made);
}

/// `account` of the two traits that have one.
struct StateReaderOf<'a>(&'a View<'a>);

impl StateReaderOf<'_> {
    fn account(&self, number: u8) -> Option<zx_primitives::AccountInfo> {
        zx_primitives::StateReader::account(self.0, who(number)).unwrap()
    }
}

/// The nodes that are stored are those that the rows have, and no others: a trie that reads them goes on as one that
/// has all in memory does.
fn check_nodes(view: &View<'_>, made: &Made) {
    let mut nodes = std::collections::BTreeMap::new();
    rebuild(view, &mut |of, path, node| {
        nodes.insert((of, path), node);
        Ok::<_, StateError>(())
    })
    .unwrap();
    for ((of, path), node) in nodes {
        let expected = node.map(|node| {
            let mut row = Vec::new();
            node.encode(&mut row);
            row
        });
        assert_eq!(view.node(of, &path).unwrap(), expected, "{of:?} {path:?}");
    }
    let all = vec![(0..6).flat_map(|who| [Act::Set(who, 7, true), Act::Write(who, 3, 2)]).collect()];
    let next = made.next(0, &all);
    let (state, _) = State::stored(made.state.root()).apply(view, next.block.number(), &next.changes).unwrap();
    assert_eq!(state.root(), next.state.root());
}

fn check_blocks(view: &View<'_>, chain: &[Made], base: usize) {
    for (height, made) in (0..).zip(chain) {
        let number = made.block.number();
        let is_final = height <= base;
        assert_eq!(view.block(number).unwrap(), is_final.then(|| made.block.clone()));
        assert_eq!(view.receipts(number).unwrap(), is_final.then(|| made.receipts.clone()));
        assert_eq!(view.block_number(made.hash()).unwrap(), is_final.then_some(number));
        assert_eq!(view.block_hash(number).unwrap(), if is_final { made.hash() } else { B256::ZERO });
        for (index, tx) in (0..).zip(&made.block.transactions) {
            let place = view.transaction(*tx.inner().tx_hash()).unwrap();
            assert_eq!(place, is_final.then_some(TxPlace { block: number, index }));
        }
    }
}

#[test]
fn an_empty_store_has_nothing() {
    let home = Home::new();
    let store = home.open();
    let view = store.view();
    assert_eq!((view.base(), view.head(), view.history_from()), ((0, B256::ZERO), B256::ZERO, 0));
    assert_eq!(store.genesis().unwrap(), None);
    assert!(store.check_genesis(B256::ZERO).is_ok());
    assert!(store.pending().unwrap().is_empty());
    assert_eq!(view.block(0).unwrap(), None);
    assert_eq!(view.block_number(B256::ZERO).unwrap(), None);
    assert_eq!(view.receipts(0).unwrap(), None);
    assert_eq!(view.transaction(B256::ZERO).unwrap(), None);
    assert_eq!(StateReaderOf(&view).account(1), None);
    assert_eq!(view.storage(who(1), U256::ZERO).unwrap(), U256::ZERO);
    assert_eq!(view.block_hash(0).unwrap(), B256::ZERO);
    assert!(view.code(B256::repeat_byte(7)).unwrap_err().to_string().contains("is missing"));
    assert_eq!((view.account_from(B256::ZERO).unwrap(), view.slot_from(key(0), B256::ZERO).unwrap()), (None, None));
    assert_eq!(view.node(None, &Nibbles::default()).unwrap(), None);
    view.each_account(&mut |_, _| panic!("no accounts")).unwrap();
    view.each_slot(B256::ZERO, &mut |_, _| panic!("no slots")).unwrap();
    assert!(matches!(view.account_at(key(0), 0), Err(StoreError::NotFinal { .. })));
    let made = Made::first().next(0, &vec![]);
    let commit = Commit { append: Some(made.append()), head: made.hash(), ..Commit::default() };
    assert!(matches!(store.commit(&commit), Err(StoreError::Misfit(_))));
}

#[test]
fn what_is_committed_reads_back_also_after_a_restart() {
    for lag in [0, 1, 3, 100] {
        let home = Home::new();
        let chain = some_chain(12);
        let base = 12_usize.saturating_sub(lag);
        check(&stored(&home, &chain, lag), &chain, base);
        let store = home.open();
        check(&store, &chain, base);
        assert_eq!(store.genesis().unwrap(), Some(chain[0].hash()));
        assert_eq!(store.view().code(keccak256(code())).unwrap(), code());
    }
}

#[test]
fn one_fold_takes_many_blocks_together() {
    let (one, many) = (Home::new(), Home::new());
    let chain = some_chain(40);
    let one = stored(&one, &chain, 0);
    let many = stored(&many, &chain, 100);
    let fold = chain[1..].iter().map(Made::fold).collect();
    many.commit(&Commit { append: None, head: chain[40].hash(), fold, dropped: vec![] }).unwrap();
    check(&one, &chain, 40);
    check(&many, &chain, 40);
    for store in [&one, &many] {
        let view = store.view();
        for height in 0..=40 {
            assert_eq!(
                view.account_at(key(0), height).unwrap(),
                chain[height as usize].model.get(&who(0)).map(|a| a.0)
            );
        }
    }
}

#[test]
fn siblings_are_kept_until_they_are_dropped() {
    let home = Home::new();
    let store = home.open();
    let first = Made::first();
    begin(&store, &first);
    let (a, b) = (first.next(0, &vec![vec![Act::Set(0, 3, false)]]), first.next(1, &vec![vec![Act::Set(1, 3, false)]]));
    let c = b.next(0, &vec![vec![Act::Write(1, 1, 1)]]);
    for made in [&a, &b, &c] {
        store.commit(&Commit { append: Some(made.append()), head: made.hash(), ..Commit::default() }).unwrap();
    }
    assert_eq!(store.pending().unwrap().len(), 3);
    // Back to the shorter branch, and to the longer one for good.
    store.commit(&Commit { head: a.hash(), ..Commit::default() }).unwrap();
    assert_eq!(store.view().head(), a.hash());
    let commit = Commit { append: None, head: c.hash(), fold: vec![b.fold()], dropped: vec![a.place()] };
    store.commit(&commit).unwrap();
    drop(store);
    let store = home.open();
    check(&store, &[first, b, c.clone()], 1);
    let gone = Commit { head: a.hash(), ..Commit::default() };
    assert!(matches!(store.commit(&gone), Err(StoreError::Misfit(_))));
    assert_eq!(store.view().head(), c.hash());
}

#[test]
fn a_block_can_be_final_at_once() {
    let home = Home::new();
    let chain = some_chain(3);
    let store = stored(&home, &chain, 0);
    check(&store, &chain, 3);
    assert!(store.pending().unwrap().is_empty());
}

#[test]
fn what_does_not_follow_is_refused_and_changes_nothing() {
    let home = Home::new();
    let chain = some_chain(4);
    let store = stored(&home, &chain, 3);
    let bad = [
        Commit { head: B256::repeat_byte(1), ..Commit::default() },
        Commit { head: chain[4].hash(), fold: vec![chain[3].fold()], ..Commit::default() },
        Commit { head: chain[4].hash(), fold: vec![chain[2].fold(), chain[4].fold()], ..Commit::default() },
        Commit { head: chain[1].hash(), fold: vec![chain[2].fold()], ..Commit::default() },
        Commit { head: chain[4].hash(), dropped: vec![chain[4].place()], ..Commit::default() },
    ];
    for commit in &bad {
        assert!(matches!(store.commit(commit), Err(StoreError::Misfit(_))), "{commit:?}");
    }
    let again = store.begin(&chain[0].block, &chain[0].update, &chain[0].changes);
    assert!(matches!(again, Err(StoreError::Misfit(_))));
    check(&store, &chain, 1);
}

#[test]
fn a_view_does_not_move() {
    let home = Home::new();
    let chain = some_chain(30);
    let store = home.open();
    begin(&store, &chain[0]);
    let mut views = vec![store.view()];
    for height in 1..chain.len() {
        put(&store, &chain[..=height], height, 0);
        views.push(store.view());
    }
    for (view, made) in views.iter().zip(&chain) {
        assert_eq!((view.base(), view.head()), (made.place(), made.hash()));
        check_state(view, made);
        assert_eq!(view.block(made.block.number() + 1).unwrap(), None);
    }
}

#[test]
fn rows_come_in_the_order_of_the_trie() {
    let home = Home::new();
    let txs = vec![(0..100).flat_map(|who| (0..who).map(move |slot| Act::Write(who, slot, 3))).collect()];
    let store = stored(&home, &chain(&[txs]), 0);
    let view = store.view();
    let mut accounts = Vec::new();
    view.each_account(&mut |key, _| {
        accounts.push(key);
        Ok(())
    })
    .unwrap();
    assert_eq!(accounts.len(), 100);
    assert!(accounts.is_sorted());
    for number in 6..100 {
        let mut found = Vec::new();
        view.each_slot(key(number), &mut |key, _| {
            found.push(key);
            Ok(())
        })
        .unwrap();
        let mut expected: Vec<_> = (0..number).map(slot).collect();
        expected.sort();
        assert_eq!(found, expected, "{number}");
        let after = |slot: &B256| expected.get(expected.partition_point(|other| other < slot)).copied();
        for from in [B256::ZERO, expected[0], expected[1], B256::repeat_byte(0x80), B256::repeat_byte(0xff)] {
            assert_eq!(view.slot_from(key(number), from).unwrap().map(|found| found.0), after(&from));
        }
    }
    let middle = accounts[50];
    assert_eq!(view.account_from(middle).unwrap().unwrap().0, middle);
    assert_eq!(view.account_from(B256::repeat_byte(0xff)).unwrap(), None);
}

/// A block that gives each of these accounts a nonce and a slot.
fn touch(parent: &Block, state: &State, store: &Store, accounts: &[u64]) -> (Block, StateChanges, State, StateUpdate) {
    let height = parent.number() + 1;
    let mut changes = StateChanges::default();
    for account in accounts {
        let info = AccountInfo { nonce: height, balance: U256::from(*account), code_hash: KECCAK256_EMPTY };
        let slot = (U256::from(height), SlotChange { before: U256::ZERO, after: U256::from(height) });
        let change = AccountChange { info: Some(info), wiped: false, storage: [slot].into() };
        changes.accounts.insert(Address::left_padding_from(&account.to_be_bytes()), change);
    }
    let (state, update) = state.apply(&store.view(), height, &changes).unwrap();
    let mut header = ChainSpec::dev(vec![]).next_header(parent, 0);
    header.state_root = update.root;
    (Block::seal(header, vec![]), changes, state, update)
}

#[test]
fn a_state_of_thousands_goes_on_from_its_rows() {
    const LAG: u64 = 3;
    let home = Home::new();
    let store = home.open();
    let first = Made::first();
    begin(&store, &first);
    let mut made = vec![];
    let (mut parent, mut state) = (first.block.clone(), first.state);
    for height in 1..=40_u64 {
        let accounts: Vec<u64> = (0..200).map(|n| (height * 977 + n * n * 31) % 3_000).collect();
        let (block, changes, after, update) = touch(&parent, &state, &store, &accounts);
        made.push((block.clone(), changes, update));
        let fold = height.checked_sub(LAG + 1).and_then(|index| made.get(usize::try_from(index).unwrap()));
        let fold = fold.map(|(block, changes, update)| Folded { block, receipts: &[], changes, update });
        let (new, changes, _) = made.last().unwrap();
        let append = Some(Appended { block: new, receipts: &[], changes });
        let fold = fold.into_iter().collect();
        store.commit(&Commit { append, head: block.hash, fold, dropped: vec![] }).unwrap();
        // What the store has need not be in memory.
        state = after.trim(store.view().base().0);
        parent = block;
    }
    let found = store.verify(&mut |_| {}).unwrap();
    assert_eq!(found.faults, Vec::<String>::new());
    assert!(found.accounts > 2_000 && found.slots > 5_000 && found.nodes > 500, "{found:?}");
    let (base, view) = (usize::try_from(40 - LAG).unwrap() - 1, store.view());
    assert_eq!(root_of(&view).unwrap(), made[base].0.header.state_root);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_chain_is_there_after_any_folds(blocks in blocks(16), lag in 0..5_usize, restart in any::<bool>()) {
        let home = Home::new();
        let chain = chain(&blocks);
        let base = (chain.len() - 1).saturating_sub(lag);
        let mut store = stored(&home, &chain, lag);
        if restart {
            drop(store);
            store = home.open();
        }
        check(&store, &chain, base);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// What several blocks write, wipe and write again comes out as it does one by one.
    #[test]
    fn blocks_that_are_folded_together_are_as_those_that_are_folded_alone(blocks in blocks(16), at_once in 2..9_usize) {
        let home = Home::new();
        let chain = chain(&blocks);
        let store = home.open();
        begin(&store, &chain[0]);
        for height in 1..chain.len() {
            let base = usize::try_from(store.view().base().0).unwrap();
            let to = if height % at_once == 0 { height } else { base };
            let fold = chain[base + 1..=to].iter().map(Made::fold).collect();
            let append = Some(chain[height].append());
            store.commit(&Commit { append, head: chain[height].hash(), fold, dropped: vec![] }).unwrap();
            check(&store, &chain[..=height], to);
            crate::history::check(&store, &chain[..=height], 0, to);
        }
        prop_assert_eq!(store.verify(&mut |_| {}).unwrap().faults, Vec::<String>::new());
    }
}
