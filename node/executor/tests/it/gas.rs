//! Storage, refunds and forwarding cost what they cost on the EVM.

use crate::{
    contracts::{Asm, CALL, GAS, Kind, POP, SLOAD, SSTORE, STOP, forwarder_wasm, wasm_call},
    world::{World, word},
};
use alloy_primitives::U256;

/// Reads and writes of slots, in order.
#[derive(Clone, Copy, Debug)]
enum Act {
    Read(u8),
    Write(u8, u8),
}
use Act::{Read, Write};

fn evm(acts: &[Act]) -> Vec<u8> {
    let one = |asm: Asm, act: &Act| match *act {
        Read(slot) => asm.push(slot).op(SLOAD).op(POP),
        Write(slot, value) => asm.push(value).push(slot).op(SSTORE),
    };
    acts.iter().fold(Asm::default(), one).op(STOP).0
}

fn wasm(acts: &[Act]) -> String {
    let one = |act: &Act| match *act {
        Read(slot) => {
            format!("(i32.store8 (i32.const 31) (i32.const {slot})) (call $sload (i32.const 0) (i32.const 64))")
        }
        Write(slot, value) => format!(
            "(i32.store8 (i32.const 31) (i32.const {slot})) (i32.store8 (i32.const 63) (i32.const {value}))
             (call $sstore (i32.const 0) (i32.const 32))"
        ),
    };
    wasm_call(&acts.iter().map(one).collect::<String>())
}

/// Gas that a transaction takes for the acts, besides its own 21,000.
fn price(acts: &[Act], is_wasm: bool) -> u64 {
    let mut world = World::new();
    let contract = if is_wasm { world.place_wasm(0x11, &wasm(acts)) } else { world.place(0x11, evm(acts)) };
    // Slot 9 holds something at the start.
    world.state.storage.insert((contract, U256::from(9)), U256::from(1));
    world.send(contract, 0, vec![]).cumulative_gas_used - 21_000
}

/// Gas of the acts without the instructions around them.
fn dynamic(acts: &[Act], is_wasm: bool) -> u64 {
    let sum =
        |read: u64, write: u64| acts.iter().map(|act| if matches!(act, Read(_)) { read } else { write }).sum::<u64>();
    let instructions = match is_wasm {
        // In fuel: two pages more than entering pays for 3,000,000, a local and the result 20. Storing the slot (and the
        // value) takes 520 each, two arguments 20, the call 400, the crossing 500.
        true => (3_000_020 + sum(1_440, 1_960)).div_ceil(1_000),
        // PUSH1 3 and POP 2; two PUSH1.
        false => sum(5, 6),
    };
    price(acts, is_wasm) - instructions
}

#[test]
fn slots_cost_the_same_on_both_machines() {
    let sequences: &[&[Act]] = &[
        &[Read(1)],
        &[Read(1), Read(1)],
        &[Read(1), Read(2), Read(1)],
        &[Write(1, 5)],
        &[Read(1), Write(1, 5)],
        &[Write(1, 5), Write(1, 6)],
        &[Write(9, 2)],
        &[Write(9, 1)],
        &[Write(9, 2), Write(9, 1)],
        &[Write(1, 5), Read(1), Write(2, 5), Write(1, 5)],
    ];
    for acts in sequences {
        assert_eq!(dynamic(acts, true), dynamic(acts, false), "{acts:?}");
    }
    assert_eq!(dynamic(&[Read(1)], true), 2_100);
    assert_eq!(dynamic(&[Read(1), Read(1)], true), 2_200);
    assert_eq!(dynamic(&[Write(1, 5)], true), 22_100);
}

#[test]
fn refunds_are_the_same_on_both_machines() {
    // Clearing slot 9 refunds 4,800, at most a fifth of the gas used; as does undoing a write.
    let sequences: &[&[Act]] = &[
        &[Write(9, 0)],
        &[Write(9, 0), Write(1, 1), Write(2, 1)],
        &[Write(9, 0), Write(9, 1), Write(1, 1)],
        &[Write(1, 1), Write(1, 0), Write(2, 1)],
    ];
    for acts in sequences {
        let (w, e) = (price(acts, true), price(acts, false));
        // The WASM frame costs its 3,000 of pages and some; a fifth of that can be a larger refund.
        let gap = w as i64 - e as i64;
        assert!((2_300..3_100).contains(&gap), "{acts:?}: {w} and {e}");
    }
    let full = [Write(9, 0), Write(1, 1), Write(2, 1)];
    let kept = [Write(9, 5), Write(1, 1), Write(2, 1)];
    assert_eq!(price(&kept, true) - price(&full, true), 4_800);
    assert_eq!(price(&kept, false) - price(&full, false), 4_800);
}

#[test]
fn a_refund_of_a_frame_that_reverts_is_none() {
    // Clears slot 9 and then reverts, if there is calldata; the caller ignores how it ends.
    let clears = wasm_call(
        "(i32.store8 (i32.const 31) (i32.const 9)) (call $sstore (i32.const 0) (i32.const 32))
         (if (call $size) (then (call $revert (i32.const 0) (i32.const 0))))",
    );
    let ignores = |len: u32| {
        wasm_call(&format!(
            "(i64.store (i32.const 0) (i64.const 0x1111111111111111)) (i64.store (i32.const 8) (i64.const 0x1111111111111111))
             (i32.store (i32.const 16) (i32.const 0x11111111))
             (drop (call $call (i64.const -1) (i32.const 0) (i32.const 32) (i32.const 64) (i32.const {len})))
             (i32.store8 (i32.const 127) (i32.const 1)) (call $sstore (i32.const 96) (i32.const 96))"
        ))
    };
    let used = |len| {
        let mut world = World::new();
        let callee = world.place_wasm(0x11, &clears);
        world.state.storage.insert((callee, U256::from(9)), U256::from(1));
        let caller = world.place_wasm(0x33, &ignores(len));
        let receipt = world.send(caller, 0, vec![]);
        assert!(receipt.success);
        assert_eq!(world.slot(callee, 9), U256::from(u64::from(len > 0)));
        receipt.cumulative_gas_used
    };
    let (kept, reverted) = (used(0), used(1));
    assert!((4_795..4_810).contains(&(reverted - kept)), "{kept} {reverted}");
}

#[test]
fn a_callee_without_end_leaves_its_caller_a_64th() {
    for wasm in [true, false] {
        let mut world = World::new();
        let spin = match wasm {
            true => world.place_wasm(0x11, &wasm_call("(loop (br 0))")),
            false => world.place(0x11, Asm::default().op(0x5b).push(0).op(0x56).0),
        };
        // Calls, and then still writes a slot.
        let bytes: String = spin.iter().map(|byte| format!("\\{byte:02x}")).collect();
        let caller = world.place_wasm(
            0x33,
            &crate::contracts::wasm(&format!(
                r#"(data (i32.const 0) "{bytes}")
                (func (export "call") (result i32)
                  (i32.store8 (i32.const 95) (call $call (i64.const -1) (i32.const 0) (i32.const 32) (i32.const 0) (i32.const 0)))
                  (call $sstore (i32.const 96) (i32.const 64)) (i32.const 0))"#
            )),
        );
        let receipt = world.send_with(caller.into(), 0, vec![], 5_000_000);
        assert!(receipt.success, "{wasm}");
        assert_eq!(world.slot(caller, 0), U256::from(2), "the status of a call that ran out of gas");
        // What is left of 5,000,000 after the call: a 64th, less the slot.
        let left = 5_000_000 - receipt.cumulative_gas_used;
        assert!((50_000..56_000).contains(&left), "{left}");
    }
}

#[test]
fn a_caller_passes_on_no_more_than_it_says() {
    let mut world = World::new();
    let spin = world.place_wasm(0x11, &wasm_call("(loop (br 0))"));
    let limited = forwarder_wasm(Kind::Call, spin).replace("i64.const -1", "i64.const 40000");
    let caller = world.place_wasm(
        0x33,
        &limited.replace("(if (local.get $s) (then (call $revert (i32.const 64) (call $returned))))", ""),
    );
    let receipt = world.send(caller, 0, vec![]);
    assert!(receipt.success);
    let used = receipt.cumulative_gas_used - 21_000;
    assert!((45_000..46_500).contains(&used), "40,000, a cold account 2,600 and the frame 3,300: {used}");
}

#[test]
fn wasm_and_evm_see_the_same_gas_in_a_call() {
    // The EVM contract returns what `GAS` says at once; called from both, with a limit on the gas.
    let mut world = World::new();
    let tells = world.place(0x11, Asm::default().op(GAS).push(0).op(0x52).push(32).push(0).op(0xf3).0);
    let from_wasm =
        world.place_wasm(0x33, &forwarder_wasm(Kind::Call, tells).replace("i64.const -1", "i64.const 50000"));
    let from_evm = Asm::default()
        .push(32)
        .push(0)
        .push(0)
        .push(0)
        .push(0)
        .push_bytes(tells.as_slice())
        .push_bytes(&[0xc3, 0x50])
        .op(CALL)
        .push(32)
        .push(0)
        .op(0xf3)
        .0;
    let from_evm = world.place(0x34, from_evm);
    assert_eq!(world.read(from_wasm, vec![]), world.read(from_evm, vec![]));
    assert_eq!(U256::from_be_slice(&world.read(from_wasm, vec![])), U256::from(50_000 - 2));
}

#[test]
fn a_warm_account_is_cheaper_by_2500() {
    let twice = |to: u8, second: u8| {
        let mut world = World::new();
        world.place_wasm(0x11, &wasm_call(""));
        world.place_wasm(0x12, &wasm_call(""));
        let fill = |byte: u8| {
            let eight = format!("(i64.const 0x{})", format!("{byte:02x}").repeat(8));
            format!(
                "(i64.store (i32.const 0) {eight}) (i64.store (i32.const 8) {eight}) (i64.store (i32.const 16) {eight})
                (drop (call $call (i64.const -1) (i32.const 0) (i32.const 32) (i32.const 0) (i32.const 0)))
                (i64.store (i32.const 0) (i64.const 0))"
            )
        };
        let caller = world.place_wasm(0x33, &wasm_call(&format!("{}{}", fill(to), fill(second))));
        world.gas(caller, word(0))
    };
    assert_eq!(twice(0x11, 0x12) - twice(0x11, 0x11), 2_500);
}
