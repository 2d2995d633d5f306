//! What traces show of EVM and WASM frames, and that looking changes nothing.

use crate::{
    contracts::{
        ADD, Asm, CALLDATACOPY, CALLDATALOAD, GAS, JUMP, JUMPDEST, Kind, POP, RETURN, SLOAD, SSTORE, STATICCALL,
        forwarder_evm, forwarder_wasm, init, reverter_evm, reverter_wasm, wasm_call, writer_evm, writer_wasm,
    },
    world::{ALICE, BOB, GAS_DEPLOY, World, payload, word},
};
use alloy_primitives::{Address, B256, Bytes, TxKind, U64, U256, hex, keccak256};
use alloy_rpc_types_trace::geth::{CallConfig, PreStateConfig};
use alloy_sol_types::{Revert, SolError as _};
use serde_json::{Value, json};
use zx_executor::{CallEnv, Cancel, StructOptions, TraceError, Traced, Tracer, TxError, Wanted};
use zx_host_functions::deploy::account_code;
use zx_primitives::{Block, RecoveredTx};

const MIB: usize = 1024 * 1024;
const STRUCTS: StructOptions =
    StructOptions { stack: true, memory: false, storage: true, return_data: false, limit: 0 };

fn calls() -> Tracer {
    Tracer::Calls(CallConfig { only_top_call: None, with_log: Some(true) })
}

/// Every tracer there is.
fn tracers() -> Vec<Tracer> {
    vec![
        Tracer::Structs(StructOptions { memory: true, return_data: true, ..STRUCTS }),
        calls(),
        Tracer::Flat(Default::default()),
        Tracer::Parity,
        Tracer::Prestate(PreStateConfig::default()),
        Tracer::FourByte,
        Tracer::Noop,
        Tracer::Zx,
        Tracer::Entries,
        Tracer::Operations,
    ]
}

fn block(world: &World, transactions: Vec<RecoveredTx>) -> Block {
    Block { header: world.header.clone(), hash: B256::repeat_byte(0xbb), transactions }
}

fn trace_all(world: &World, transactions: Vec<RecoveredTx>, tracer: &Tracer) -> Result<Vec<Traced>, TraceError> {
    let block = block(world, transactions);
    world.executor.trace_block(&world.state, &block, Wanted::All, tracer, 64 * MIB, &Cancel::default())
}

/// The trace of Alice's next transaction.
fn trace(world: &World, to: TxKind, value: u64, data: impl Into<Bytes>, tracer: &Tracer) -> Value {
    let tx = world.tx(to, value, data, if to.is_create() { GAS_DEPLOY } else { 5_000_000 });
    let traced = trace_all(world, vec![tx], tracer).unwrap().remove(0);
    serde_json::to_value(traced.trace).unwrap()
}

fn number(value: &Value) -> u64 {
    match value {
        Value::Number(number) => number.as_u64().unwrap(),
        quantity => serde_json::from_value::<U64>(quantity.clone()).unwrap().to(),
    }
}

/// A contract that calls into both kinds: EVM on top of WASM on top of EVM, or the other way round.
fn tower(world: &mut World, top_is_wasm: bool, inner: Address) -> (Address, Address) {
    let (middle, top);
    if top_is_wasm {
        middle = world.place(0x44, forwarder_evm(Kind::Call, inner));
        top = world.place_wasm(0x33, &forwarder_wasm(Kind::Call, middle));
    } else {
        middle = world.place_wasm(0x44, &forwarder_wasm(Kind::Call, inner));
        top = world.place(0x33, forwarder_evm(Kind::Call, middle));
    }
    (top, middle)
}

#[test]
fn looking_changes_nothing() {
    let mut world = World::new();
    let (evm, wasm) = (world.place(0x11, writer_evm()), world.place_wasm(0x12, &writer_wasm()));
    let (reverts, traps) = (world.place(0x21, reverter_evm()), world.place_wasm(0x22, &wasm_call("unreachable")));
    let (top, _) = tower(&mut world, false, wasm);
    let endless = world.place_wasm(0x23, &wasm_call("(loop $on (br $on))"));
    let clears = world.place(0x24, Asm::default().push(0).push(0).op(SSTORE).0);
    world.state.storage.insert((clears, U256::ZERO), U256::from(1));
    let mut transactions = Vec::new();
    let targets = [evm, wasm, reverts, traps, top, endless, clears, BOB, Address::with_last_byte(2)].map(TxKind::Call);
    for to in targets.into_iter().chain([TxKind::Create]) {
        let data = if to.is_create() { payload(&writer_wasm(), &[]) } else { word(7).to_vec() };
        let tx = world.tx(to, 3, data, 4_000_000);
        world.state.accounts.get_mut(&ALICE).unwrap().nonce += 1;
        transactions.push(tx);
    }
    world.state.accounts.get_mut(&ALICE).unwrap().nonce = 0;
    let done = world.executor.execute_block(&world.state, &world.header, transactions.clone()).unwrap();
    assert!(done.refused.is_empty(), "{:?}", done.refused);
    for tracer in tracers() {
        let traces = trace_all(&world, transactions.clone(), &tracer).unwrap();
        assert_eq!(traces.len(), done.receipts.len());
        let mut before = 0;
        for (traced, receipt) in traces.iter().zip(&done.receipts) {
            let gas = receipt.cumulative_gas_used - before;
            before = receipt.cumulative_gas_used;
            assert_eq!(traced.outcome.gas_used(), gas, "{tracer:?}");
            let shown = serde_json::to_value(&traced.trace).unwrap();
            match tracer {
                Tracer::Structs(_) => assert_eq!(number(&shown["gas"]), gas),
                Tracer::Calls(_) | Tracer::Zx => assert_eq!(number(&shown["gasUsed"]), gas),
                _ => {}
            }
        }
    }
}

#[test]
fn the_call_tree_goes_through_both_kinds_of_frames() {
    for top_is_wasm in [false, true] {
        let mut world = World::new();
        let inner = if top_is_wasm { world.place_wasm(0x11, &writer_wasm()) } else { world.place(0x11, writer_evm()) };
        let (top, middle) = tower(&mut world, top_is_wasm, inner);
        let tree = trace(&world, TxKind::Call(top), 5, word(7), &calls());
        let receipt = world.send(top, 5, word(7));
        assert_eq!(number(&tree["gasUsed"]), receipt.cumulative_gas_used);
        assert_eq!(number(&tree["gas"]), 5_000_000);
        let mut frame = &tree;
        for (from, to) in [(ALICE, top), (top, middle), (middle, inner)] {
            assert_eq!((&frame["type"], &frame["value"]), (&json!("CALL"), &json!("0x5")));
            assert_eq!((&frame["from"], &frame["to"]), (&json!(from), &json!(to)), "{top_is_wasm}");
            assert_eq!(frame["input"], json!(Bytes::from(word(7).to_vec())));
            assert_eq!(frame["output"].as_str().unwrap().len(), 2 + 2 * 96);
            assert!(frame["error"].is_null());
            match frame["calls"].as_array() {
                Some(calls) => {
                    assert_eq!(calls.len(), 1);
                    let (outer, inner) = (number(&frame["gasUsed"]), number(&calls[0]["gasUsed"]));
                    assert!(inner > 0 && inner < outer, "{inner} of {outer}");
                    assert!(number(&calls[0]["gas"]) < number(&frame["gas"]));
                    frame = &calls[0];
                }
                None => assert_eq!(frame["to"], json!(inner)),
            }
        }
        let logs = frame["logs"].as_array().unwrap();
        assert_eq!((&logs[0]["address"], &logs[0]["topics"][0]), (&json!(inner), &json!(B256::from(word(7)))));
        assert_eq!((logs[0]["index"].clone(), tree["logs"].clone()), (json!("0x0"), Value::Null));
    }
}

#[test]
fn delegate_and_static_calls_have_their_types() {
    for wasm in [false, true] {
        for (kind, name) in [(Kind::Delegate, "DELEGATECALL"), (Kind::Static, "STATICCALL")] {
            let mut world = World::new();
            let inner = world.place_wasm(0x11, &wasm_call("(call $caller (i32.const 12))"));
            let outer = match wasm {
                true => world.place_wasm(0x33, &forwarder_wasm(kind, inner)),
                false => world.place(0x33, forwarder_evm(kind, inner)),
            };
            let tree = trace(&world, TxKind::Call(outer), 0, word(1), &calls());
            let call = &tree["calls"][0];
            assert_eq!((&call["type"], &call["from"], &call["to"]), (&json!(name), &json!(outer), &json!(inner)));
            assert_eq!(call["value"].is_null(), kind == Kind::Static);
        }
    }
}

#[test]
fn what_fails_says_why_and_loses_its_logs() {
    let mut world = World::new();
    let text = Revert::from("bad").abi_encode();
    for reverter in [world.place(0x11, reverter_evm()), world.place_wasm(0x12, &reverter_wasm())] {
        let (top, _) = tower(&mut world, false, reverter);
        let tree = trace(&world, TxKind::Call(top), 0, text.clone(), &calls());
        let inner = &tree["calls"][0]["calls"][0];
        for frame in [&tree, inner] {
            assert_eq!((&frame["error"], &frame["revertReason"]), (&json!("execution reverted"), &json!("bad")));
            assert_eq!(frame["output"], json!(Bytes::from(text.clone())));
            assert!(frame["logs"].is_null());
        }
    }
    let traps = world.place_wasm(0x22, &wasm_call("unreachable"));
    let tree = trace(&world, TxKind::Call(traps), 0, [], &calls());
    assert_eq!(tree["revertReason"], "wasm trap: unreachable");
    let endless = world.place_wasm(0x23, &wasm_call("(loop $on (br $on))"));
    let tree = trace(&world, TxKind::Call(endless), 0, [], &calls());
    assert_eq!((&tree["error"], &tree["gasUsed"]), (&json!("out of gas"), &tree["gas"]));
}

#[test]
fn deployments_of_both_kinds_are_creations() {
    let world = World::new();
    let code = account_code(&crate::world::module(&writer_wasm()));
    for (data, output) in [(payload(&writer_wasm(), &[]), code), (init(&writer_evm()), writer_evm())] {
        let tree = trace(&world, TxKind::Create, 0, data.clone(), &calls());
        assert_eq!((&tree["type"], &tree["to"]), (&json!("CREATE"), &json!(ALICE.create(0))));
        assert_eq!((&tree["input"], &tree["output"]), (&json!(Bytes::from(data)), &json!(Bytes::from(output))));
    }
    let refused = trace(&world, TxKind::Create, 1, payload(&writer_wasm(), &[]), &calls());
    assert_eq!(refused["error"], "execution reverted");
    assert!(refused["to"].is_null() && refused["revertReason"].as_str().unwrap().contains("no constructor"));
}

#[test]
fn struct_logs_show_every_opcode_before_it_runs() {
    let mut world = World::new();
    let code = Asm::default().push(9).push(1).op(SSTORE).push(1).op(SLOAD).push(32).op(CALLDATALOAD).0;
    let to = world.place(0x11, code);
    let shown = trace(&world, TxKind::Call(to), 0, [], &Tracer::Structs(STRUCTS));
    assert_eq!((&shown["failed"], &shown["returnValue"]), (&json!(false), &json!("0x")));
    let logs = shown["structLogs"].as_array().unwrap();
    let seen: Vec<_> = logs.iter().map(|log| (number(&log["pc"]), log["op"].as_str().unwrap())).collect();
    let expected = [
        (0, "PUSH1"),
        (2, "PUSH1"),
        (4, "SSTORE"),
        (5, "PUSH1"),
        (7, "SLOAD"),
        (8, "PUSH1"),
        (10, "CALLDATALOAD"),
        (11, "STOP"),
    ];
    assert_eq!(seen, expected);
    assert_eq!(logs[2]["stack"], json!(["0x9", "0x1"]));
    let costs: Vec<u64> = logs.iter().map(|log| number(&log["gasCost"])).collect();
    assert_eq!(costs, [3, 3, 22_100, 3, 100, 3, 3, 0]);
    let slot = json!({ format!("0x{:064x}", 1): format!("0x{:064x}", 9) });
    assert_eq!((&logs[2]["storage"], &logs[4]["storage"]), (&slot, &slot));
    assert!(logs[3]["storage"].is_null());
    let first = number(&logs[0]["gas"]);
    for (at, log) in logs.iter().enumerate() {
        assert_eq!(number(&log["gas"]), first - costs[..at].iter().sum::<u64>());
        assert_eq!(number(&log["depth"]), 1);
    }
    assert_eq!(number(&shown["gas"]), 5_000_000 - first + costs.iter().sum::<u64>());
}

#[test]
fn struct_logs_show_what_is_asked_for() {
    let mut world = World::new();
    let inner = world.place(0x11, writer_evm());
    let to = world.place(0x33, forwarder_evm(Kind::Call, inner));
    let all = StructOptions { memory: true, return_data: true, ..STRUCTS };
    let shown = trace(&world, TxKind::Call(to), 0, word(7), &Tracer::Structs(all));
    let last = shown["structLogs"].as_array().unwrap().last().unwrap();
    assert_eq!((last["op"].as_str(), number(&last["depth"])), (Some("RETURN"), 1));
    assert_eq!(last["memory"].as_array().unwrap().len(), 3);
    assert_eq!(last["memory"][0], json!(B256::from(to.into_word())), "who called the writer");
    assert_eq!(last["returnData"], shown["returnValue"]);
    let few = StructOptions { stack: false, storage: false, limit: 12, ..STRUCTS };
    let shown = trace(&world, TxKind::Call(to), 0, word(7), &Tracer::Structs(few));
    let logs = shown["structLogs"].as_array().unwrap();
    assert_eq!(logs.len(), 12);
    for log in logs {
        for absent in ["stack", "storage", "memory", "returnData"] {
            assert!(log[absent].is_null(), "{absent}");
        }
    }
}

/// Host calls of the writer, and what is read of them.
#[test]
fn struct_logs_show_host_calls_among_the_opcodes() {
    let mut world = World::new();
    let inner = world.place_wasm(0x11, &writer_wasm());
    let outer = world.place(0x33, forwarder_evm(Kind::Call, inner));
    let shown = trace(&world, TxKind::Call(outer), 0, word(7), &Tracer::Structs(STRUCTS));
    let logs = shown["structLogs"].as_array().unwrap();
    let at = logs.iter().position(|log| log["op"] == "CALL").unwrap();
    let names = [
        "zx.enter",
        "zx.calldata_copy",
        "zx.storage_write",
        "zx.log",
        "zx.caller",
        "zx.value",
        "zx.address",
        "zx.output",
        "zx.exit",
    ];
    let program = &logs[at + 1..=at + names.len()];
    assert_eq!(program.iter().map(|log| log["op"].as_str().unwrap()).collect::<Vec<_>>(), names);
    assert_eq!(logs[at + 1 + names.len()]["op"], "RETURNDATASIZE", "and the caller goes on");
    for (pc, log) in program.iter().enumerate() {
        assert_eq!((number(&log["pc"]), number(&log["depth"])), (pc as u64, 2));
        assert_eq!((&log["stack"], number(&log["gas"])), (&json!([]), number(&log["fuel"]) / 1_000));
    }
    let copy = &program[1];
    assert_eq!(copy["args"], json!({ "offset": "0x0", "len": "0x20" }));
    assert_eq!(copy["out"], json!({ "dst": B256::from(word(7)) }));
    assert_eq!((number(&copy["fuelCost"]), number(&copy["gasCost"]) <= 1), (800, true));
    let write = &program[2];
    assert_eq!(write["args"], json!({ "key": B256::ZERO, "value": B256::from(word(7)) }));
    assert_eq!(number(&write["fuelCost"]), 22_100 * 1_000 + 500, "the price of an SSTORE, and the crossing");
    assert_eq!(program[3]["args"]["topics"], json!(B256::from(word(7))));
    assert_eq!(program[4]["out"], json!({ "dst": outer }));
    assert_eq!(program[6]["out"], json!({ "dst": inner }));
    assert_eq!(number(&shown["gas"]), world.send(outer, 0, word(7)).cumulative_gas_used);
}

#[test]
fn the_own_tracer_shows_programs_with_their_fuel_and_host_calls() {
    let mut world = World::new();
    let inner = world.place_wasm(0x11, &writer_wasm());
    let (top, middle) = tower(&mut world, true, inner);
    let tree = trace(&world, TxKind::Call(top), 0, word(7), &Tracer::Zx);
    let frames = [&tree, &tree["calls"][0], &tree["calls"][0]["calls"][0]];
    assert_eq!(frames.map(|frame| frame["vm"].as_str().unwrap()), ["wasm", "evm", "wasm"]);
    assert_eq!(frames.map(|frame| frame["to"].clone()), [top, middle, inner].map(|address| json!(address)));
    assert!(frames[1]["hostCalls"].is_null());
    let inside = frames[2];
    assert_eq!(inside["codeHash"], json!(keccak256(account_code(&crate::world::module(&writer_wasm())))));
    assert_eq!(number(&inside["fuel"]), number(&inside["gas"]) * 1_000);
    assert_eq!(number(&inside["gasUsed"]), (number(&inside["fuel"]) - number(&inside["fuelLeft"])) / 1_000);
    assert_eq!(inside["hostCalls"].as_array().unwrap().len(), 7);
    assert_eq!(inside["logs"].as_array().unwrap().len(), 1);
    let calls = tree["hostCalls"].as_array().unwrap();
    let call = calls.iter().find(|call| call["op"] == "zx.call").unwrap();
    assert_eq!((&call["args"]["to"], &call["result"]), (&json!(middle), &json!("0x0")));
    assert!(number(&call["gasCost"]) > number(&frames[1]["gasUsed"]), "what it cost, with all below it");
    assert_eq!(calls.last().unwrap()["op"], "zx.output");
}

#[test]
fn a_host_call_that_ends_the_frame_says_so() {
    let mut world = World::new();
    let writes = world.place_wasm(0x11, &wasm_call("(call $sstore (i32.const 0) (i32.const 0))"));
    let reads = world.place_wasm(0x33, &forwarder_wasm(Kind::Static, writes));
    let tree = trace(&world, TxKind::Call(reads), 0, [], &Tracer::Zx);
    let last = tree["calls"][0]["hostCalls"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["op"], &last["error"]), (&json!("zx.storage_write"), &json!("the frame ends here")));
    let reverts = world.place_wasm(0x12, &wasm_call("(call $revert (i32.const 0) (i32.const 3))"));
    let tree = trace(&world, TxKind::Call(reverts), 0, [], &Tracer::Zx);
    let last = tree["hostCalls"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["args"]["data"], last["error"].is_null()), (&json!("0x000000"), true));
}

#[test]
fn the_state_before_and_what_changed_of_it() {
    let mut world = World::new();
    let to = world.place_wasm(0x11, &writer_wasm());
    world.state.storage.insert((to, U256::ZERO), U256::from(5));
    let zero = format!("0x{:064x}", 0);
    let before = trace(&world, TxKind::Call(to), 1, word(7), &Tracer::Prestate(PreStateConfig::default()));
    assert_eq!(before[to.to_string().to_lowercase()]["storage"], json!({ &zero: B256::from(word(5)) }));
    let code = json!(world.state.codes[&world.state.accounts[&to].code_hash]);
    assert_eq!(before[to.to_string().to_lowercase()]["code"], code);
    assert_eq!(before[ALICE.to_string().to_lowercase()]["balance"], json!(world.balance(ALICE)));
    let config = PreStateConfig { diff_mode: Some(true), ..PreStateConfig::default() };
    let diff = trace(&world, TxKind::Call(to), 1, word(7), &Tracer::Prestate(config));
    let name = to.to_string().to_lowercase();
    assert_eq!(diff["pre"][&name]["storage"], json!({ &zero: B256::from(word(5)) }));
    assert_eq!(diff["post"][&name]["storage"], json!({ &zero: B256::from(word(7)) }));
    assert_eq!(diff["post"][&name]["balance"], "0x1");
    assert!(diff["post"][&name]["code"].is_null(), "what has not changed");
    assert_eq!(diff["post"][ALICE.to_string().to_lowercase()]["nonce"], 1);
}

#[test]
fn selectors_are_counted_with_the_size_of_their_arguments() {
    let mut world = World::new();
    let inner = world.place_wasm(0x11, &wasm_call(""));
    let outer = world.place_wasm(0x33, &forwarder_wasm(Kind::Call, inner));
    let seen = trace(&world, TxKind::Call(outer), 0, hex!("0102030405").to_vec(), &Tracer::FourByte);
    assert_eq!(seen, json!({ "0x01020304-1": 2 }));
}

#[test]
fn operations_inside_a_transaction_are_those_below_its_call() {
    let mut world = World::new();
    let (top, middle) = tower(&mut world, true, BOB);
    let seen = trace(&world, TxKind::Call(top), 5, [], &Tracer::Operations);
    let transfer = |from: Address, to: Address| json!({ "type": 0, "from": from, "to": to, "value": "0x5" });
    assert_eq!(seen, json!([transfer(top, middle), transfer(middle, BOB)]));
    let frames = trace(&world, TxKind::Call(top), 5, [], &Tracer::Entries);
    let frames: Vec<_> = frames.as_array().unwrap().iter().map(|f| (number(&f["depth"]), f["to"].clone())).collect();
    assert_eq!(frames, [(0, json!(top)), (1, json!(middle)), (2, json!(BOB))]);
}

#[test]
fn transactions_before_it_have_run() {
    let mut world = World::new();
    let to = world.place(0x11, Asm::default().push(0).op(SLOAD).push(1).op(ADD).push(0).op(SSTORE).0);
    let first = world.tx(TxKind::Call(to), 0, [], 1_000_000);
    world.state.accounts.get_mut(&ALICE).unwrap().nonce = 1;
    let second = world.tx(TxKind::Call(to), 0, [], 1_000_000);
    world.state.accounts.get_mut(&ALICE).unwrap().nonce = 0;
    let block = block(&world, vec![first, second]);
    let config = PreStateConfig { diff_mode: Some(true), ..PreStateConfig::default() };
    let tracer = Tracer::Prestate(config);
    let run = |wanted| world.executor.trace_block(&world.state, &block, wanted, &tracer, MIB, &Cancel::default());
    let alone = run(Wanted::One(1)).unwrap();
    assert_eq!(alone.len(), 1);
    let shown = serde_json::to_value(&alone[0].trace).unwrap();
    let name = to.to_string().to_lowercase();
    assert_eq!(shown["post"][&name]["storage"], json!({ format!("0x{:064x}", 0): B256::from(word(2)) }));
    let all = serde_json::to_value(&run(Wanted::All).unwrap()[1].trace).unwrap();
    assert_eq!(all, shown);
}

#[test]
fn a_call_is_traced_on_a_state_that_stays_as_it_is() {
    let mut world = World::new();
    let to = world.place_wasm(0x11, &writer_wasm());
    let before = world.state.clone();
    let call = CallEnv { from: BOB, to: TxKind::Call(to), data: word(7).to_vec().into(), ..CallEnv::default() };
    let never = Cancel::default();
    let traced = world.executor.trace_call(&world.state, &world.header, &call, &calls(), MIB, &never).unwrap();
    assert_eq!(serde_json::to_value(&traced.trace).unwrap()["from"], json!(BOB));
    let plain = world.executor.simulate(&world.state, &world.header, &call, &never).unwrap();
    assert_eq!((traced.outcome, world.state), (plain, before));
}

/// Loops in both kinds of code, calls with much data, and deep memories: none makes a trace larger than may be.
#[test]
fn a_trace_is_bounded_whatever_runs() {
    let mut world = World::new();
    let forever = world.place(0x11, Asm::default().op(JUMPDEST).push(0).op(JUMP).0);
    let reads = world.place_wasm(0x12, &wasm_call("(loop $on (call $caller (i32.const 0)) (br $on))"));
    // Calls the identity precompile with 100,000 bytes again and again.
    let copies = Asm::default().op(JUMPDEST).push(0).push(0).push_bytes(&100_000_u32.to_be_bytes()).push(0).push(4);
    let copies = copies.op(GAS).op(STATICCALL).op(POP).push(0).op(JUMP).0;
    let copies = world.place(0x13, copies);
    let wide = StructOptions { memory: true, ..STRUCTS };
    let cases = [
        (forever, Tracer::Structs(STRUCTS)),
        (reads, Tracer::Structs(STRUCTS)),
        (reads, Tracer::Zx),
        (copies, calls()),
        (copies, Tracer::Flat(Default::default())),
        (copies, Tracer::Entries),
        (copies, Tracer::Structs(wide)),
    ];
    for (to, tracer) in cases {
        let block = block(&world, vec![world.tx(TxKind::Call(to), 0, [], 16_000_000)]);
        let traced = world.executor.trace_block(&world.state, &block, Wanted::All, &tracer, MIB, &Cancel::default());
        let error = traced.unwrap_err();
        assert!(matches!(error, TraceError::TooLarge { limit: MIB }), "{to} {tracer:?}: {error}");
        assert_eq!(error.to_string(), "trace too large: more than 1048576 bytes");
    }
    // What is shown is about as large as it was said to be.
    let tx = world.tx(TxKind::Call(reads), 0, [], 40_000);
    let traced = trace_all(&world, vec![tx.clone()], &Tracer::Structs(STRUCTS)).unwrap();
    let size = serde_json::to_vec(&traced[0].trace).unwrap().len();
    let block = block(&world, vec![tx]);
    let run = |bytes| {
        let tracer = Tracer::Structs(STRUCTS);
        world.executor.trace_block(&world.state, &block, Wanted::All, &tracer, bytes, &Cancel::default())
    };
    assert!(run(size / 2).is_err() && run(2 * size).is_ok(), "{size}");
}

#[test]
fn a_trace_is_given_up_in_the_middle_of_a_loop() {
    let mut world = World::new();
    let forever = world.place(0x11, Asm::default().op(JUMPDEST).push(0).op(JUMP).0);
    let flag = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let cancel = Cancel::default().or_when(flag);
    for tracer in tracers() {
        let block = block(&world, vec![world.tx(TxKind::Call(forever), 0, [], 16_000_000)]);
        let traced = world.executor.trace_block(&world.state, &block, Wanted::All, &tracer, MIB, &cancel);
        assert!(matches!(traced, Err(TraceError::Tx(TxError::Cancelled))), "{tracer:?}");
    }
}

#[test]
fn a_state_that_cannot_be_read_is_an_error() {
    let mut world = World::new();
    let to = world.place_wasm(0x11, &wasm_call("(call $sload (i32.const 0) (i32.const 0))"));
    world.state.broken = Some(to);
    for tracer in tracers() {
        let tx = world.tx(TxKind::Call(to), 0, [], 1_000_000);
        let error = trace_all(&world, vec![tx], &tracer).unwrap_err();
        assert!(matches!(error, TraceError::Tx(TxError::State(_))), "{tracer:?}: {error}");
    }
}

#[test]
fn code_that_is_passed_on_is_copied_once_a_frame() {
    let mut world = World::new();
    let copier = Asm::default().push(64).push(0).push(0).op(CALLDATACOPY).push(64).push(0).op(RETURN).0;
    let to = world.place(0x11, copier);
    let tree = trace(&world, TxKind::Call(to), 0, vec![1; 64], &calls());
    assert_eq!(tree["output"], json!(Bytes::from(vec![1; 64])));
}
