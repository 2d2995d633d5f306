//! What a module can ask for besides storage and calls, held against what the EVM answers and charges.

use crate::{
    contracts::{
        Asm, BLOCKHASH, CALLDATACOPY, CALLDATASIZE, CREATE2, EXTCODEHASH, EXTCODESIZE, GASPRICE, Kind, MSTORE, POP,
        PREVRANDAO, RETURN, SSTORE, STOP, TLOAD, TSTORE, data, forwarder_evm, forwarder_wasm, init, module_of, program,
        writer_evm, writer_wasm,
    },
    world::{ALICE, BOB, PRICE, World, error_text, payload, signed, word},
};
use alloy_consensus::{Transaction as _, TxEip1559};
use alloy_primitives::{Address, B256, KECCAK256_EMPTY, TxKind, U256, hex, keccak256};
use zx_executor::Simulated;

/// Two contracts that do the same, on either machine.
struct Twins {
    evm: Asm,
    wasm: String,
}

/// Address at which the contracts find the account that they ask about.
const SUBJECT: u32 = 512;

impl Twins {
    /// Asks for a word and returns it: `evm` leaves it on the stack, `wasm` at 0.
    fn word(&self, world: &mut World, subject: Address) -> [B256; 2] {
        let evm = self.evm.clone().push(0).op(MSTORE).push(32).push(0).op(RETURN).0;
        let body = format!("{} (call $output (i32.const 0) (i32.const 32))", self.wasm);
        let [evm, wasm] = [world.place(0x41, evm), place(world, 0x42, &body, subject)];
        [evm, wasm].map(|contract| B256::from_slice(&world.read(contract, vec![])))
    }

    /// Gas of the hundred times after the first, when the EVM pops what it has been told.
    fn hundred(&self, world: &mut World, subject: Address, pops: bool) -> [u64; 2] {
        let gas = |world: &mut World, times: usize| {
            let once = |asm: Asm, more: &Asm| Asm([asm.0, more.0.clone()].concat());
            let unit = if pops { self.evm.clone().op(POP) } else { self.evm.clone() };
            let evm = (0..times).fold(Asm::default(), |asm, _| once(asm, &unit)).op(STOP).0;
            let [evm, wasm] = [world.place(0x41, evm), place(world, 0x42, &self.wasm.repeat(times), subject)];
            [world.gas(evm, vec![]), world.gas(wasm, vec![])]
        };
        let (once, more) = (gas(world, 1), gas(world, 101));
        [more[0] - once[0], more[1] - once[1]]
    }
}

/// A module with this body that knows an address.
fn place(world: &mut World, at: u8, body: &str, subject: Address) -> Address {
    let text = program(body).replace("(func (export", &format!("{} (func (export", data(SUBJECT, subject.as_slice())));
    world.place_wasm(at, &text)
}

fn about(op: u8, subject: Address, wasm: &str) -> Twins {
    Twins { evm: Asm::default().push_bytes(subject.as_slice()).op(op), wasm: wasm.into() }
}

fn code_size(subject: Address) -> Twins {
    about(
        EXTCODESIZE,
        subject,
        "(i32.store8 (i32.const 30) (i32.shr_u (local.tee $s (call $code_size (i32.const 512))) (i32.const 8))) (i32.store8 (i32.const 31) (local.get $s))",
    )
}

fn code_hash(subject: Address) -> Twins {
    about(EXTCODEHASH, subject, "(call $code_hash (i32.const 512) (i32.const 0))")
}

#[test]
fn code_is_as_the_evm_sees_it() {
    let mut world = World::new();
    let wasm = world.place_wasm(0x11, &writer_wasm());
    let evm = world.place(0x12, writer_evm());
    let delegated = world.place(0x13, [&[0xef, 0x01, 0x00], wasm.as_slice()].concat());
    let nobody = Address::repeat_byte(0x99);
    let codes = |world: &World, who: Address| world.state.codes[&world.state.accounts[&who].code_hash].clone();
    for subject in [wasm, evm, delegated] {
        let code = codes(&world, subject);
        let size = B256::from(word(code.len() as u64));
        assert_eq!(code_size(subject).word(&mut world, subject), [size; 2], "{subject}");
        assert_eq!(code_hash(subject).word(&mut world, subject), [keccak256(&code); 2], "{subject}");
    }
    for (subject, hash) in [(BOB, KECCAK256_EMPTY), (nobody, B256::ZERO), (Address::with_last_byte(1), B256::ZERO)] {
        assert_eq!(code_size(subject).word(&mut world, subject), [B256::ZERO; 2], "{subject}");
        assert_eq!(code_hash(subject).word(&mut world, subject), [hash; 2], "{subject}");
    }
}

#[test]
fn code_costs_what_it_costs_on_the_evm() {
    let mut world = World::new();
    let subject = world.place_wasm(0x11, &writer_wasm());
    let size = Twins { wasm: "(drop (call $code_size (i32.const 512)))".into(), ..code_size(subject) };
    // PUSH20 and POP; in fuel: an argument 10, the call 400, the crossing 500.
    assert_eq!(size.hundred(&mut world, subject, true), [100 * (100 + 3 + 2), 100 * 100 + 91]);
    // One argument more.
    assert_eq!(code_hash(subject).hundred(&mut world, subject, true), [100 * (100 + 3 + 2), 100 * 100 + 92]);
    // The first is cold: 2,500 more.
    for twins in [size, code_hash(subject)] {
        let text = |subject| {
            let body = twins.wasm.clone();
            program(&body).replace("(func (export", &format!("{} (func (export", data(SUBJECT, subject)))
        };
        let cold = world.place_wasm(0x42, &text(subject.as_slice()));
        // The sender is warm.
        let warm = world.place_wasm(0x43, &text(ALICE.as_slice()));
        assert_eq!(world.gas(cold, vec![]) - world.gas(warm, vec![]), 2_500);
    }
}

fn block_hash(number: u64) -> Twins {
    Twins {
        evm: Asm::default().push_bytes(&number.to_be_bytes()).op(BLOCKHASH),
        wasm: format!("(call $block_hash (i64.const {}) (i32.const 0))", number as i64),
    }
}

#[test]
fn the_last_256_blocks_have_hashes() {
    let mut world = World::new();
    world.header.number = 300;
    for (number, expected) in [
        (0, B256::ZERO),
        (43, B256::ZERO),
        (44, keccak256(word(44))),
        (299, keccak256(word(299))),
        (300, B256::ZERO),
        (301, B256::ZERO),
        (u64::MAX, B256::ZERO),
    ] {
        assert_eq!(block_hash(number).word(&mut world, ALICE), [expected; 2], "{number}");
        // PUSH8 and POP; in fuel: two arguments 20, the call 400, the crossing 500.
        assert_eq!(block_hash(number).hundred(&mut world, ALICE, true), [100 * (20 + 3 + 2), 100 * 20 + 92]);
    }
    world.header.number = 2;
    assert_eq!(block_hash(0).word(&mut world, ALICE), [keccak256(word(0)); 2], "a young chain");
    assert_eq!(block_hash(u64::MAX - 250).word(&mut world, ALICE), [B256::ZERO; 2]);
}

#[test]
fn the_block_has_its_randomness() {
    let mut world = World::new();
    world.header.mix_hash = B256::repeat_byte(0x5d);
    let twins = Twins { evm: Asm::default().op(PREVRANDAO), wasm: "(call $prev_randao (i32.const 0))".into() };
    assert_eq!(twins.word(&mut world, ALICE), [B256::repeat_byte(0x5d); 2]);
}

/// Keeps a word in slot 0.
fn keeps(word: &str) -> String {
    program(&format!("{word} (call $storage_write (i32.const 0) (i32.const 32))"))
}

#[test]
fn the_gas_price_is_what_is_paid() {
    let mut world = World::new();
    let wasm = world.place_wasm(0x42, &keeps("(call $gas_price (i32.const 32))"));
    let evm = world.place(0x41, Asm::default().op(GASPRICE).push(0).op(SSTORE).0);
    let tx = |nonce, to| {
        signed(TxEip1559 {
            chain_id: 31_337,
            nonce,
            gas_limit: 100_000,
            max_fee_per_gas: 50,
            max_priority_fee_per_gas: 3,
            to: TxKind::Call(to),
            ..TxEip1559::default()
        })
    };
    let done = world.block(vec![tx(0, wasm), tx(1, evm)]);
    assert!(done.receipts.iter().all(|receipt| receipt.success));
    assert_eq!(world.slot(wasm, 0), U256::from(PRICE + 3), "base fee and tip");
    assert_eq!(world.slot(evm, 0), U256::from(PRICE + 3));
    assert_eq!(world.read(wasm, vec![]).len(), 0);
    let free = Twins { evm: Asm::default().op(GASPRICE), wasm: "(call $gas_price (i32.const 0))".into() };
    assert_eq!(free.word(&mut world, ALICE), [B256::ZERO; 2], "a read pays nothing");
}

#[test]
fn a_transaction_has_its_hash_in_every_frame_and_a_read_has_none() {
    let mut world = World::new();
    let inner = world.place_wasm(0x42, &keeps("(call $transaction_hash (i32.const 32))"));
    let through = world.place(0x41, forwarder_evm(Kind::Call, inner));
    let outer = world.place_wasm(0x43, &forwarder_wasm(Kind::Delegate, through));
    let first = world.tx(TxKind::Call(inner), 0, vec![], 100_000);
    let nonce = first.inner().nonce() + 1;
    let second = signed(TxEip1559 {
        chain_id: 31_337,
        nonce,
        gas_limit: 200_000,
        max_fee_per_gas: PRICE.into(),
        to: TxKind::Call(outer),
        ..TxEip1559::default()
    });
    let hashes = [*first.inner().tx_hash(), *second.inner().tx_hash()];
    assert_ne!(hashes[0], hashes[1]);
    assert!(world.block(vec![first.clone()]).receipts[0].success);
    assert_eq!(world.slot(inner, 0), U256::from_be_bytes(hashes[0].0));
    assert!(world.block(vec![second]).receipts[0].success);
    assert_eq!(world.slot(inner, 0), U256::from_be_bytes(hashes[1].0));
    // Both in one block: each its own.
    let twice = module_of(
        r#"(func (export "call") (result i32)
             (call $transaction_hash (i32.const 32))
             (call $storage_read (i32.const 0) (i32.const 64))
             (i32.store8 (i32.const 31) (i32.const 1))
             (call $storage_write (i32.const 0) (i32.const 64))
             (i32.store8 (i32.const 31) (i32.const 0))
             (call $storage_write (i32.const 0) (i32.const 32))
             (i32.const 0))"#,
    );
    let twice = world.place_wasm(0x44, &twice);
    let of = |nonce| {
        signed(TxEip1559 {
            chain_id: 31_337,
            nonce,
            gas_limit: 200_000,
            max_fee_per_gas: PRICE.into(),
            to: TxKind::Call(twice),
            ..TxEip1559::default()
        })
    };
    let pair = [of(2), of(3)];
    let hashes = pair.clone().map(|tx| U256::from_be_bytes(tx.inner().tx_hash().0));
    world.block(pair.into());
    assert_eq!([world.slot(twice, 1), world.slot(twice, 0)], hashes);
    let read = "(call $transaction_hash (i32.const 0)) (call $output (i32.const 0) (i32.const 32))";
    let read = world.place_wasm(0x45, &program(read));
    assert_eq!(world.read(read, vec![]).to_vec(), [0; 32]);
}

#[test]
fn transient_storage_costs_100_for_each_act() {
    let mut world = World::new();
    let write = Twins {
        evm: Asm::default().push(7).push(0).op(TSTORE),
        wasm: "(call $transient_write (i32.const 0) (i32.const 32))".into(),
    };
    let read = Twins {
        evm: Asm::default().push(0).op(TLOAD),
        wasm: "(call $transient_read (i32.const 64) (i32.const 0))".into(),
    };
    // Two PUSH1; PUSH1 and POP; in fuel as above.
    assert_eq!(write.hundred(&mut world, ALICE, false), [100 * (100 + 6), 100 * 100 + 92]);
    assert_eq!(read.hundred(&mut world, ALICE, true), [100 * (100 + 5), 100 * 100 + 92]);
    assert_eq!(read.word(&mut world, ALICE), [B256::ZERO; 2]);
}

/// Returns what slot 0 of the transient storage holds, and then writes the word of the calldata to it, if there is one.
fn transient() -> String {
    program(
        "(call $transient_read (i32.const 0) (i32.const 64))
         (if (call $calldata_size) (then
           (call $calldata_copy (i32.const 32) (i32.const 0) (i32.const 32))
           (call $transient_write (i32.const 0) (i32.const 32))))
         (call $output (i32.const 64) (i32.const 32))",
    )
}

/// Calls `to` with the calldata, ignores how that ends, and then calls it with nothing and returns what it says.
fn twice(to: Address, first: &str) -> String {
    let body = format!(
        "(call $calldata_copy (i32.const 32) (i32.const 0) (i32.const 32))
         {first}
         (if (call $call (i64.const -1) (i32.const {SUBJECT}) (i32.const 96) (i32.const 0) (i32.const 0)) (then unreachable))
         (call $return_data_copy (i32.const 0) (i32.const 0) (i32.const 32))
         (call $output (i32.const 0) (i32.const 32))"
    );
    program(&body).replace("(func (export", &format!("{} (func (export", data(SUBJECT, to.as_slice())))
}

#[test]
fn transient_storage_lasts_as_long_as_the_transaction_and_belongs_to_the_contract() {
    let mut world = World::new();
    let keeper = world.place_wasm(0x42, &transient());
    let call = "(drop (call $call (i64.const 1000000) (i32.const 512) (i32.const 96) (i32.const 32) (i32.const 32)))";
    let calls = world.place_wasm(0x43, &twice(keeper, call));
    assert_eq!(world.read(calls, word(9)).to_vec(), word(9));
    // A library writes its caller's: the keeper's own stays empty.
    let delegate = "(drop (call $delegate_call (i64.const -1) (i32.const 512) (i32.const 32) (i32.const 32)))";
    let delegates = world.place_wasm(0x44, &twice(keeper, delegate));
    assert_eq!(world.read(delegates, word(9)).to_vec(), word(0));
    // The EVM sees what the module wrote, through its own code on the module's account, and the other way round.
    let loads = world.place(0x45, Asm::default().push(0).op(TLOAD).push(0).op(MSTORE).push(32).push(0).op(RETURN).0);
    let asks = format!(
        "(i32.store8 (i32.const 63) (i32.const 6)) (call $transient_write (i32.const 0) (i32.const 32))
         (drop (call $delegate_call (i64.const -1) (i32.const {SUBJECT}) (i32.const 0) (i32.const 0)))
         (call $return_data_copy (i32.const 0) (i32.const 0) (i32.const 32)) (call $output (i32.const 0) (i32.const 32))"
    );
    let asks = place(&mut world, 0x46, &asks, loads);
    assert_eq!(world.read(asks, vec![]).to_vec(), word(6));
    // Two transactions of one block: the second finds nothing.
    let stores = program(
        "(call $transient_read (i32.const 0) (i32.const 64)) (i32.store8 (i32.const 63) (i32.const 3))
         (call $transient_write (i32.const 0) (i32.const 32))
         (i32.store8 (i32.const 95) (i32.add (i32.load8_u (i32.const 95)) (i32.const 5)))
         (call $storage_write (i32.const 0) (i32.const 64))",
    );
    let stores = world.place_wasm(0x47, &stores);
    let tx = |nonce| {
        signed(TxEip1559 {
            chain_id: 31_337,
            nonce,
            gas_limit: 100_000,
            max_fee_per_gas: PRICE.into(),
            to: TxKind::Call(stores),
            ..TxEip1559::default()
        })
    };
    assert!(world.block(vec![tx(0), tx(1)]).receipts.iter().all(|receipt| receipt.success));
    assert_eq!(world.slot(stores, 0), U256::from(5));
}

#[test]
fn a_revert_undoes_transient_writes() {
    let mut world = World::new();
    let keeper = world.place_wasm(0x42, &transient());
    let fails = program(
        "(if (call $calldata_size) (then
           (call $calldata_copy (i32.const 32) (i32.const 0) (i32.const 32))
           (call $transient_write (i32.const 0) (i32.const 32))
           (call $revert (i32.const 0) (i32.const 0))))
         (call $transient_read (i32.const 0) (i32.const 64))
         (call $output (i32.const 64) (i32.const 32))",
    );
    let failing = world.place_wasm(0x43, &fails);
    let call = "(drop (call $call (i64.const 1000000) (i32.const 512) (i32.const 96) (i32.const 32) (i32.const 32)))";
    for (to, expected) in [(keeper, word(8)), (failing, word(0))] {
        let calls = world.place_wasm(0x44, &twice(to, call));
        assert_eq!(world.read(calls, word(8)).to_vec(), expected);
    }
}

#[test]
fn a_static_call_refuses_transient_writes_and_creations() {
    let create = "(drop (call $create2 (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))";
    for body in ["(call $transient_write (i32.const 0) (i32.const 32))", create] {
        let mut world = World::new();
        let writes = world.place_wasm(0x42, &program(body));
        assert!(world.send(writes, 0, vec![]).success);
        for wasm in [true, false] {
            let outer = match wasm {
                true => world.place_wasm(0x43, &forwarder_wasm(Kind::Static, writes)),
                false => world.place(0x43, forwarder_evm(Kind::Static, writes)),
            };
            let Simulated::Revert { output, .. } = world.simulate(outer, vec![]) else { panic!("reverts: {body}") };
            assert_eq!(error_text(&output), "wasm trap: write in a static call");
        }
    }
    // Reads are none.
    let mut world = World::new();
    let reads = program(
        "(call $transient_read (i32.const 0) (i32.const 32)) (call $code_hash (i32.const 0) (i32.const 32))
         (drop (call $code_size (i32.const 0))) (call $block_hash (i64.const 0) (i32.const 32))",
    );
    let reads = world.place_wasm(0x42, &reads);
    let outer = world.place_wasm(0x43, &forwarder_wasm(Kind::Static, reads));
    assert_eq!(world.read(outer, vec![]).len(), 0);
}

const SALT: u8 = 0x5a;

/// Creates what its calldata say, by the salt, with its value, and returns status and address.
fn factory() -> String {
    let salt = data(96, &[SALT; 32]);
    let body = "(call $value (i32.const 64))
         (call $calldata_copy (i32.const 512) (i32.const 0) (call $calldata_size))
         (i32.store8 (i32.const 20)
           (call $create2 (i32.const 64) (i32.const 96) (i32.const 512) (call $calldata_size) (i32.const 0)))
         (call $output (i32.const 0) (i32.const 21))";
    program(body).replace("(func (export", &format!("{salt} (func (export"))
}

/// The same in EVM code, which returns the address in a word.
fn factory_evm() -> Vec<u8> {
    let copy = Asm::default().op(CALLDATASIZE).push(0).push(0).op(CALLDATACOPY);
    let create = copy.push_bytes(&[SALT; 32]).op(CALLDATASIZE).push(0).op(0x34).op(CREATE2);
    create.push(0).op(MSTORE).push(32).push(0).op(RETURN).0
}

fn says(address: Option<Address>, status: u8) -> Vec<u8> {
    [address.unwrap_or_default().as_slice(), &[status]].concat()
}

#[test]
fn create2_is_at_the_address_of_eip_1014() {
    for code in [payload(&writer_wasm(), &[]), init(&writer_evm())] {
        let mut world = World::new();
        let (wasm, evm) = (world.place_wasm(0x42, &factory()), world.place(0x41, factory_evm()));
        let at = |factory: Address| factory.create2([SALT; 32], keccak256(&code));
        assert_eq!(world.read(wasm, code.clone()).to_vec(), says(Some(at(wasm)), 0));
        assert_eq!(world.read(evm, code.clone())[12..], at(evm)[..]);
        for factory in [wasm, evm] {
            let made = at(factory);
            assert!(world.send(factory, 0, code.clone()).success);
            assert_eq!((world.state.accounts[&factory].nonce, world.state.accounts[&made].nonce), (2, 1));
            assert!(world.send(made, 0, word(4)).success);
            assert_eq!(world.slot(made, 0), U256::from(4));
        }
        // There is one there now: the creation fails, and takes what it was given.
        assert_eq!(world.read(wasm, code.clone()).to_vec(), says(None, 2));
        assert!(world.send(wasm, 0, code.clone()).success);
        assert_eq!(world.state.accounts[&wasm].nonce, 3, "the nonce is used");
        assert_eq!(world.slot(at(wasm), 0), U256::from(4));
    }
}

#[test]
fn create2_moves_value_and_gives_it_back() {
    let mut world = World::new();
    let factory = world.place_wasm(0x42, &factory());
    let takes = module_of(
        r#"(func (export "deploy") (result i32) (i32.const 0)) (func (export "call") (result i32) (i32.const 0))"#,
    );
    let refuses = takes.replacen("(i32.const 0)", "(i32.const 1)", 1);
    for (text, there) in [(takes, 5), (refuses, 0)] {
        let code = payload(&text, &[]);
        let made = factory.create2([SALT; 32], keccak256(&code));
        let before = world.balance(factory);
        assert!(world.send(factory, 5, code).success);
        assert_eq!(world.balance(made), U256::from(there));
        assert_eq!(world.balance(factory) - before, U256::from(5 - there));
        assert_eq!(world.state.accounts.contains_key(&made), there > 0);
    }
}

#[test]
fn create2_costs_what_it_costs_on_the_evm() {
    // Init code that returns no code, longer and longer: the words of it, hashed and counted.
    let gas = |len: usize| {
        let mut world = World::new();
        let (wasm, evm) = (world.place_wasm(0x42, &factory()), world.place(0x41, factory_evm()));
        let code = [&[0x5f, 0x5f, 0xf3][..], &vec![0; len - 3]].concat();
        [wasm, evm].map(|factory| world.gas(factory, code.clone()))
    };
    let (short, long) = (gas(32), gas(32 * 101));
    let data = 100 * 32 * 4;
    // The words: hashed 6, counted 2; calldata to memory 300 fuel and memory to the host 400 fuel a word.
    assert_eq!(long[0] - short[0] - data, 100 * (6 + 2) + (100 * (300 + 400)) / 1_000);
    // CALLDATACOPY 3 a word, and the memory: 3 a word and its square by 512.
    let memory = |words: u64| 3 * words + words * words / 512;
    assert_eq!(long[1] - short[1] - data, 100 * (6 + 2 + 3) + memory(101) - memory(1));
}

/// RFC 8032, section 7.1, test 3.
const KEY: &str = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025";
const SIGNATURE: &str = "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac\
                         18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a";

/// Verifies a signature of its calldata, and returns the answer.
fn verifier(signature: &[u8]) -> String {
    let given = [data(0, &hex::decode(KEY).unwrap()), data(32, signature)].concat();
    let body = "(call $calldata_copy (i32.const 512) (i32.const 0) (call $calldata_size))
         (i32.store8 (i32.const 96)
           (call $ed25519_verify (i32.const 512) (call $calldata_size) (i32.const 32) (i32.const 0)))
         (call $output (i32.const 96) (i32.const 1))";
    program(body).replace("(func (export", &format!("{given} (func (export"))
}

#[test]
fn an_ed25519_signature_is_valid_or_not() {
    let mut world = World::new();
    let signature = hex::decode(SIGNATURE).unwrap();
    let verifier_at = world.place_wasm(0x42, &verifier(&signature));
    assert_eq!(world.read(verifier_at, vec![0xaf, 0x82]).to_vec(), [0]);
    assert_eq!(world.read(verifier_at, vec![0xaf, 0x83]).to_vec(), [1]);
    assert_eq!(world.read(verifier_at, vec![]).to_vec(), [1]);
    let mut other = signature;
    other[63] ^= 0x10;
    let other = world.place_wasm(0x43, &verifier(&other));
    assert_eq!(world.read(other, vec![0xaf, 0x82]).to_vec(), [1]);
}

#[test]
fn an_ed25519_signature_costs_the_same_whether_it_is_valid_or_not() {
    let mut world = World::new();
    let signature = hex::decode(SIGNATURE).unwrap();
    let (right, wrong) = (verifier(&signature), verifier(&[0xff; 64]));
    let (right, wrong) = (world.place_wasm(0x42, &right), world.place_wasm(0x43, &wrong));
    assert_eq!(world.gas(right, vec![0xaf, 0x82]), world.gas(wrong, vec![0xaf, 0x82]));
    let mut gas = |len: u32, times: usize| {
        let one = format!("(drop (call $ed25519_verify (i32.const 0) (i32.const {len}) (i32.const 0) (i32.const 0)))");
        let contract = world.place_wasm(0x44, &program(&one.repeat(times)));
        world.gas(contract, vec![])
    };
    // In fuel: four arguments 40, the call 400, the crossing 500.
    assert_eq!(gas(0, 101) - gas(0, 1), 100 * 3_000 + 94);
    assert_eq!([1, 32, 33, 3_200].map(|len| gas(len, 1) - gas(0, 1)), [12, 12, 24, 1_200]);
}
