//! Blocks: order, limits, errors, roots.

use crate::{
    contracts::{Kind, forwarder_evm, forwarder_wasm, reverter_wasm, wasm, wasm_call, writer_evm, writer_wasm},
    world::{ALICE, BOB, Memory, PRICE, World, signed, word},
};
use alloy_consensus::{Transaction as _, TxEip1559};
use alloy_primitives::{Address, B256, TxKind, U256};
use zx_executor::{InvalidTransaction, TxError};
use zx_primitives::{AccountChange, RecoveredTx, SlotChange, StateChanges, StateError};
use zx_state::{Nothing, State};

fn transfer(nonce: u64, gas_limit: u64) -> RecoveredTx {
    signed(TxEip1559 {
        chain_id: 31_337,
        nonce,
        gas_limit,
        max_fee_per_gas: PRICE.into(),
        to: TxKind::Call(BOB),
        value: U256::from(1),
        ..TxEip1559::default()
    })
}

#[test]
fn a_transfer_costs_21000_and_pays_nobody_but_the_receiver() {
    let mut world = World::new();
    let (alice, bob) = (world.balance(ALICE), world.balance(BOB));
    let done = world.block(vec![transfer(0, 21_000)]);
    assert_eq!(done.gas_used, 21_000);
    assert_eq!(world.balance(BOB) - bob, U256::from(1));
    assert_eq!(alice - world.balance(ALICE), U256::from(21_000 * PRICE + 1), "the base fee is burned");
    assert!(!world.state.accounts.contains_key(&world.header.beneficiary), "no tip, no account");
}

#[test]
fn what_does_not_fit_is_refused_and_the_rest_goes_on() {
    let mut world = World::new();
    world.header.gas_limit = 100_000;
    let done = world.block(vec![
        transfer(0, 50_000),
        transfer(1, 80_000),
        transfer(1, 79_000),
        transfer(2, 58_000),
        transfer(3, 21_000),
    ]);
    assert_eq!(
        done.included.iter().map(|tx| tx.inner().gas_limit()).collect::<Vec<_>>(),
        [50_000, 79_000, 58_000, 21_000]
    );
    assert_eq!(done.gas_used, 84_000);
    let cumulative: Vec<_> = done.receipts.iter().map(|r| r.cumulative_gas_used).collect();
    assert_eq!(cumulative, [21_000, 42_000, 63_000, 84_000]);
    assert!(matches!(done.refused[..], [(_, TxError::Invalid(InvalidTransaction::CallerGasLimitMoreThanBlock))]));
}

#[test]
fn each_broken_rule_is_refused_and_charges_nothing() {
    let mut world = World::new();
    let before = world.state.clone();
    let broken = |change: &dyn Fn(&mut TxEip1559)| {
        let mut tx = TxEip1559 {
            chain_id: 31_337,
            gas_limit: 50_000,
            max_fee_per_gas: PRICE.into(),
            to: TxKind::Call(BOB),
            ..TxEip1559::default()
        };
        change(&mut tx);
        signed(tx)
    };
    let done = world.block(vec![
        broken(&|tx| tx.chain_id = 1),
        broken(&|tx| tx.nonce = 1),
        broken(&|tx| tx.gas_limit = 20_999),
        broken(&|tx| tx.max_fee_per_gas = (PRICE - 1).into()),
        broken(&|tx| tx.max_priority_fee_per_gas = (PRICE + 1).into()),
        broken(&|tx| tx.value = U256::MAX),
        broken(&|tx| tx.gas_limit = 30_000_001),
        broken(&|tx| {
            tx.to = TxKind::Create;
            tx.gas_limit = 20_000_000;
            tx.input = vec![0; 49_153].into();
        }),
    ]);
    assert_eq!((done.included.len(), done.refused.len(), done.gas_used), (0, 8, 0));
    assert!(done.refused.iter().all(|(_, why)| matches!(why, TxError::Invalid(_))), "{:?}", done.refused);
    assert_eq!(world.state, before);
}

#[test]
fn logs_stand_in_the_order_in_which_they_were_emitted_across_frames() {
    let mut world = World::new();
    let writer = world.place_wasm(0x11, &writer_wasm());
    let evm_writer = world.place(0x12, writer_evm());
    let reverter = world.place_wasm(0x13, &reverter_wasm());
    let through = world.place(0x14, forwarder_evm(Kind::Call, writer));
    // Logs 1 itself, lets each of the others log, and logs 2.
    let call = |to: Address| {
        let place = 512 + u32::from(to[0]) * 32;
        let bytes: String = to.iter().map(|byte| format!("\\{byte:02x}")).collect();
        (
            format!(r#"(data (i32.const {place}) "{bytes}")"#),
            format!(
                "(drop (call $call (i64.const -1) (i32.const {place}) (i32.const 32) (i32.const 0) (i32.const 32)))"
            ),
        )
    };
    let (data, calls): (Vec<_>, Vec<_>) = [writer, reverter, evm_writer, through].map(call).into_iter().unzip();
    let log = "(call $log (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))";
    let top = wasm(&format!(
        r#"{} (func (export "call") (result i32) {log} {} {log} (i32.const 0))"#,
        data.concat(),
        calls.concat()
    ));
    let top = world.place_wasm(0x33, &top);
    let receipt = world.send(top, 0, vec![]);
    let from: Vec<_> = receipt.logs.iter().map(|log| log.address).collect();
    assert_eq!(from, [top, writer, evm_writer, writer, top], "the reverted one is missing");
}

#[test]
fn execution_is_deterministic() {
    let mut world = World::new();
    let writer = world.place_wasm(0x11, &writer_wasm());
    let through = world.place_wasm(0x12, &forwarder_wasm(Kind::Call, writer));
    let transactions = || {
        (0..6u64).map(|nonce| {
            let to = if nonce % 2 == 0 { through } else { writer };
            signed(TxEip1559 {
                chain_id: 31_337,
                nonce,
                gas_limit: 500_000,
                max_fee_per_gas: PRICE.into(),
                to: TxKind::Call(to),
                input: word(nonce).into(),
                ..TxEip1559::default()
            })
        })
    };
    let run = || world.executor.execute_block(&world.state, &world.header, transactions()).unwrap();
    let first = run();
    world.executor.sandbox().forget();
    let second = run();
    assert_eq!((first.receipts, first.changes, first.gas_used), (second.receipts, second.changes, second.gas_used));
}

#[test]
fn a_panic_below_a_contract_costs_its_gas_and_disturbs_nothing_else() {
    let mut world = World::new();
    // PUSH0 SLOAD
    let bad = world.place(0x11, vec![0x5f, 0x54]);
    world.state.panics = Some(bad);
    let between = world.place(0x12, forwarder_evm(Kind::Call, bad));
    let between = world.place(0x13, forwarder_evm(Kind::Call, between));
    let bytes = |address: Address| -> String { address.iter().map(|byte| format!("\\{byte:02x}")).collect() };
    // Writes its slot 0, then calls what panics in an EVM frame below an EVM frame.
    let doomed = format!(
        r#"(data (i32.const 0) "{}") (func (export "call") (result i32)
            (call $sstore (i32.const 96) (i32.const 0))
            (call $call (i64.const -1) (i32.const 0) (i32.const 32) (i32.const 64) (i32.const 0)))"#,
        bytes(between)
    );
    let doomed = world.place_wasm(0x14, &wasm(&doomed));
    // Gives that 100,000 gas, writes down how it ended, and lets another contract write.
    let writer = world.place_wasm(0x15, &writer_wasm());
    let cautious = format!(
        r#"(data (i32.const 0) "{}") (data (i32.const 200) "{}") (func (export "call") (result i32)
            (i32.store8 (i32.const 159)
                (call $call (i64.const 100000) (i32.const 0) (i32.const 32) (i32.const 64) (i32.const 0)))
            (call $sstore (i32.const 96) (i32.const 128))
            (call $call (i64.const -1) (i32.const 200) (i32.const 32) (i32.const 128) (i32.const 32)))"#,
        bytes(doomed),
        bytes(writer)
    );
    let cautious = world.place_wasm(0x16, &wasm(&cautious));

    let nonce = world.state.accounts[&ALICE].nonce;
    let call = |to, nonce| {
        signed(TxEip1559 {
            chain_id: 31_337,
            nonce,
            gas_limit: 1_000_000,
            max_fee_per_gas: PRICE.into(),
            to: TxKind::Call(to),
            ..TxEip1559::default()
        })
    };
    let done = world.block(vec![call(doomed, nonce), call(cautious, nonce + 1), call(writer, nonce + 2)]);
    let ended: Vec<_> = done.receipts.iter().map(|receipt| receipt.success).collect();
    assert_eq!((ended, done.refused.len()), (vec![false, true, true], 0));
    assert_eq!(done.receipts[0].cumulative_gas_used, 1_000_000, "all of its gas");
    assert_eq!(world.slot(doomed, 0), U256::ZERO, "what it wrote is undone");
    // The child trapped, which a caller sees as a revert.
    assert_eq!((world.slot(cautious, 0), world.slot(writer, 0)), (U256::ONE, U256::ZERO));
    assert_eq!(done.receipts[1].logs.len(), 1, "what came after it stands");
}

#[test]
fn a_state_that_cannot_be_read_fails_the_block_from_any_depth() {
    for depth in 0..3u8 {
        let mut world = World::new();
        let mut to = world.place_wasm(0x11, &wasm_call("(call $sload (i32.const 0) (i32.const 32))"));
        world.state.broken = Some(to);
        for at in 0..depth {
            to = if at % 2 == 0 {
                world.place(0x50 + at, forwarder_evm(Kind::Call, to))
            } else {
                world.place_wasm(0x50 + at, &forwarder_wasm(Kind::Call, to))
            };
        }
        let tx = world.tx(TxKind::Call(to), 0, vec![], 1_000_000);
        let error = world.executor.execute_block(&world.state, &world.header, vec![tx]).unwrap_err();
        assert!(
            matches!(&error, TxError::State(StateError(why)) if why.contains("the test breaks it")),
            "{depth}: {error}"
        );
    }
    // The slot read by an EVM frame below a WASM frame.
    let mut world = World::new();
    let evm = world.place(0x11, vec![0x5f, 0x54]);
    world.state.broken = Some(evm);
    let to = world.place_wasm(0x12, &forwarder_wasm(Kind::Call, evm));
    let tx = world.tx(TxKind::Call(to), 0, vec![], 1_000_000);
    let error = world.executor.execute_block(&world.state, &world.header, vec![tx]).unwrap_err();
    assert!(matches!(error, TxError::State(_)), "{error}");
}

/// The root of a state, worked out from all of it.
fn root(state: &Memory) -> B256 {
    alloy_trie::root::state_root_unhashed(state.accounts.iter().map(|(address, info)| {
        let slots = state.storage.iter().filter(|((of, _), _)| of == address);
        let storage_root =
            alloy_trie::root::storage_root_unhashed(slots.map(|((_, slot), value)| (B256::from(*slot), *value)));
        let (nonce, balance, code_hash) = (info.nonce, info.balance, info.code_hash);
        (*address, alloy_trie::TrieAccount { nonce, balance, storage_root, code_hash })
    }))
}

/// A state as changes of one without anything.
fn all_of(state: &Memory) -> StateChanges {
    let mut changes = StateChanges::default();
    for (address, info) in &state.accounts {
        changes.accounts.insert(*address, AccountChange { info: Some(*info), ..Default::default() });
    }
    for ((address, slot), after) in &state.storage {
        let account = changes.accounts.get_mut(address).unwrap();
        account.storage.insert(*slot, SlotChange { before: U256::ZERO, after: *after });
    }
    changes
}

/// A state before some changes, going back by what they have overwritten.
fn undone(state: &Memory, changes: &StateChanges) -> Memory {
    let mut state = state.clone();
    for trail in changes.trail.iter().rev() {
        for (address, before) in &trail.accounts {
            match before {
                Some(info) => state.accounts.insert(*address, *info),
                None => state.accounts.remove(address),
            };
        }
        for ((address, slot), before) in &trail.slots {
            match before.is_zero() {
                true => state.storage.remove(&(*address, *slot)),
                false => state.storage.insert((*address, *slot), *before),
            };
        }
    }
    state
}

#[test]
fn the_root_of_the_changes_is_the_root_of_the_state_after_them_and_the_trail_leads_back() {
    let mut world = World::new();
    let writer = world.place_wasm(0x11, &writer_wasm());
    let bomb = world.place(0x77, [&[0x73][..], ALICE.as_slice(), &[0xff]].concat());
    let bytes: String = bomb.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let short_lived = wasm(&format!(
        r#"(data (i32.const 0) "{bytes}")
           (func (export "deploy") (result i32)
             (call $sstore (i32.const 0) (i32.const 0))
             (call $delegatecall (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 0)))
           (func (export "call") (result i32) (i32.const 0))"#
    ));
    let steps: Vec<(TxKind, Vec<u8>)> = vec![
        (TxKind::Call(BOB), vec![]),
        (TxKind::Call(writer), word(5).to_vec()),
        (TxKind::Create, crate::world::payload(&writer_wasm(), &[])),
        (TxKind::Create, crate::world::payload(&short_lived, &[])),
        (TxKind::Call(writer), word(0).to_vec()),
        (TxKind::Call(Address::repeat_byte(0x99)), vec![]),
    ];
    for (to, data) in steps {
        let tx = world.tx(to, 0, data, 20_000_000);
        let done = world.executor.execute_block(&world.state, &world.header, vec![tx]).unwrap();
        assert!(done.receipts[0].success, "{to:?}");
        let before = world.state.clone();
        let (trie, _) = State::empty().apply(&Nothing, 1, &all_of(&before)).unwrap();
        assert_eq!(trie.root(), root(&before));
        world.state.apply(&done.changes);
        assert_eq!(trie.apply(&Nothing, 2, &done.changes).unwrap().0.root(), root(&world.state), "{to:?}");
        for trail in &done.changes.trail {
            let same = |(address, before): (&Address, &Option<_>)| world.state.accounts.get(address) == before.as_ref();
            assert!(!trail.accounts.iter().any(same), "an account that is as it was: {to:?}");
            let value = |place| world.state.storage.get(place).copied().unwrap_or_default();
            assert!(!trail.slots.iter().any(|(place, before)| value(place) == *before), "a slot as it was: {to:?}");
        }
        let mut undone = undone(&world.state, &done.changes);
        // Codes stay where they are: nobody refers to one that is not deployed.
        undone.codes.clone_from(&before.codes);
        assert_eq!(undone, before, "{to:?}");
    }
}
