//! Calls of accounts that run no WebAssembly: without code, of EVM contracts, and Ethereum's precompiles. Ethereum sets
//! their price; what the crossing adds is ours.

use crate::{
    bench::{Bench, Label, Program},
    host_calls::SIGNED,
};
use alloy_primitives::{Address, U256, hex};

/// How a call ends.
pub(crate) const SUCCESS: u32 = 0;
/// How a call ends that its callee undoes. A trap does that too.
pub(crate) const REVERT: u32 = 1;
/// How a call ends that could not be made, or ran out of gas.
pub(crate) const FAILURE: u32 = 2;

/// A program that calls `to` in each turn.
pub(crate) fn call(kind: &str, to: Address, gas: u64, input: &[u8], expected: u32) -> Program {
    let value = if kind == "call" { "(i32.const 704)" } else { "" };
    let len = input.len();
    let call = format!("(call ${kind} (i64.const {gas}) (i32.const 640) {value} (i32.const 4096) (i32.const {len}))");
    Program {
        before: format!("(if (i32.ne {call} (i32.const {expected})) (then unreachable))"),
        turn: format!("(drop {call})"),
        pages: 2 + (len as u32).div_ceil(65_536),
        data: vec![(640, to.to_vec()), (4096, input.to_vec())],
        ..Program::default()
    }
}

/// Adds every row of this file.
pub(crate) fn add(bench: &mut Bench) -> eyre::Result<()> {
    accounts(bench)?;
    creations(bench)?;
    for (name, n, inputs) in precompiles()? {
        for (variant, input, expected) in inputs {
            let to = Address::left_padding_from(&n.to_be_bytes());
            let program = call("static_call", to, 20_000_000, &input, expected);
            bench.add(Label::new("precompile", name, variant), 1, &program)?;
        }
    }
    Ok(())
}

fn accounts(bench: &mut Bench) -> eyre::Result<()> {
    let nobody = Address::repeat_byte(0xEE);
    bench.world.found(nobody);
    let evm = Address::repeat_byte(0xED);
    // PUSH0 PUSH0 RETURN
    bench.world.install(evm, vec![0x5F, 0x5F, 0xF3]);
    let reverts = Address::repeat_byte(0xEC);
    // PUSH0 PUSH0 REVERT
    bench.world.install(reverts, vec![0x5F, 0x5F, 0xFD]);
    let invalid = Address::repeat_byte(0xEB);
    bench.world.install(invalid, vec![0xFE]);
    for kind in ["call", "static_call", "delegate_call"] {
        let mut row = |variant, to, gas, expected| {
            bench.add(Label::new("call", kind, variant), 1, &call(kind, to, gas, &[], expected))
        };
        row("of an account without code", nobody, 0, SUCCESS)?;
        row("of an EVM contract", evm, 100, SUCCESS)?;
        row("of an EVM contract that reverts", reverts, 100, REVERT)?;
        row("of an EVM contract that fails", invalid, 0, FAILURE)?;
    }
    for (size, variant) in [(64 << 10, "with 64 KiB"), (1 << 20, "with 1 MiB"), (4_128_768, "with 4 MiB")] {
        let mut program = call("call", nobody, 0, &[], SUCCESS);
        let call =
            format!("(call $call (i64.const 0) (i32.const 640) (i32.const 704) (i32.const 4096) (i32.const {size}))");
        program.before = format!("(drop (memory.grow (i32.sub (i32.const 64) (memory.size)))) (drop {call})");
        program.turn = format!("(drop {call})");
        bench.add(Label::new("call", "call", variant), 1, &program)?;
    }
    // Each turn another account.
    let mut cold = call("call", Address::ZERO, 0, &[], SUCCESS);
    cold.turn = format!(
        "(i64.store (i32.const 640) (i64.add (i64.load (i32.const 640)) (i64.const 0x1000000000))) {}",
        cold.turn
    );
    cold.data = vec![(640, vec![7; 20])];
    bench.add(Label::new("call", "call", "cold, no such account"), 1, &cold)?;
    return_data(bench)
}

/// What precompile 0x04 returns, copied.
fn return_data(bench: &mut Bench) -> eyre::Result<()> {
    for (size, variant) in [(1, "1 B"), (1 << 10, "1 KiB"), (64 << 10, "64 KiB"), (1 << 20, "1 MiB")] {
        let before = format!(
            "(drop (memory.grow (i32.const 30)))
             (if (call $static_call (i64.const 20000000) (i32.const 640) (i32.const 4096) (i32.const {size})) (then unreachable))"
        );
        let turn = format!("(call $return_data_copy (i32.const 4096) (i32.const 0) (i32.const {size}))");
        let data = vec![(659, vec![4])];
        let program = Program { before: format!("{before} {turn}"), data, ..Program::turn(turn) };
        bench.add(Label::new("host", "return_data_copy", variant), 1, &program)?;
    }
    Ok(())
}

fn creations(bench: &mut Bench) -> eyre::Result<()> {
    let mut row = |variant: &str, code: &[u8], len: usize, expected: u32| {
        let call = format!("(call $create (i32.const 704) (i32.const 4096) (i32.const {len}) (i32.const 768))");
        let check = format!("(if (i32.ne {call} (i32.const {expected})) (then unreachable))");
        let grow = "(drop (memory.grow (i32.sub (i32.const 64) (memory.size))))";
        let before = if len > 65_536 { format!("{grow} {check}") } else { check };
        let program = Program { before, data: vec![(4096, code.to_vec())], ..Program::turn(format!("(drop {call})")) };
        bench.add(Label::new("create", "create", variant), 1, &program)?;
        // With a salt that has not been used: the word at 832, one more each turn.
        let fresh = "(i64.store (i32.const 832) (i64.add (i64.load (i32.const 832)) (i64.const 1)))";
        let call = format!(
            "(call $create2 (i32.const 704) (i32.const 832) (i32.const 4096) (i32.const {len}) (i32.const 768))"
        );
        let check = format!("{fresh} (if (i32.ne {call} (i32.const {expected})) (then unreachable))");
        let before = if len > 65_536 { format!("{grow} {check}") } else { check };
        let turn = format!("{fresh} (drop {call})");
        let program = Program { before, data: vec![(4096, code.to_vec())], ..Program::turn(turn) };
        bench.add(Label::new("create", "create2", variant), 1, &program)
    };
    // PUSH0 PUSH0 RETURN
    row("EVM, no code", &[0x5F, 0x5F, 0xF3], 3, SUCCESS)?;
    row("EVM, 48 KiB of init code", &[0x5F, 0x5F, 0xF3], 49_152, SUCCESS)?;
    // PUSH0 PUSH0 REVERT
    row("EVM, reverts", &[0x5F, 0x5F, 0xFD], 3, REVERT)?;
    row("too long, 64 KiB", &[0x5F], 65_536, FAILURE)?;
    row("too long, 4 MiB", &[0x5F], 4_128_768, FAILURE)?;
    let deployment = |text: &str| -> eyre::Result<Vec<u8>> {
        let module = wat::parse_str(text)?;
        Ok(zx_host_functions::DeployPayload::of(&module, &[]).encode())
    };
    let call = r#"(memory (export "memory") 1) (func (export "call") (result i32) i32.const 0)"#;
    let plain = deployment(&format!("(module {call})"))?;
    row("WASM, no constructor", &plain, plain.len(), SUCCESS)?;
    let constructor = deployment(&format!(r#"(module {call} (func (export "deploy") (result i32) i32.const 0))"#))?;
    row("WASM, constructor", &constructor, constructor.len(), SUCCESS)?;
    let invalid = deployment(&format!("(module {call} (func (drop (f32.const 0))))"))?;
    row("WASM, invalid", &invalid, invalid.len(), REVERT)
}

type Inputs = Vec<(&'static str, Vec<u8>, u32)>;

fn word(value: u64) -> [u8; 32] {
    U256::from(value).to_be_bytes()
}

/// Name, number, and inputs with how a call of them ends.
fn precompiles() -> eyre::Result<Vec<(&'static str, u16, Inputs)>> {
    let bytes = |text: &str| hex::decode(text);
    let signed = bytes(SIGNED)?;
    let recover = [&signed[..32], &word(28), &signed[32..]].concat();
    let sizes = |most: usize| -> Inputs {
        let all = [("nothing", 0), ("1 KiB", 1 << 10), ("64 KiB", 64 << 10)];
        all.into_iter().filter(|(_, size)| *size <= most).map(|(name, size)| (name, vec![7; size], SUCCESS)).collect()
    };
    let full = [0xFF; 32];
    let modexp = |base: &[u8], exponent: &[u8], modulus: &[u8]| {
        let lengths = [base, exponent, modulus].map(|part| word(part.len() as u64));
        [&lengths.concat(), base, exponent, modulus].concat()
    };
    let mut even = [0xFF; 32];
    even[31] = 0xFE;
    let generator = [word(1), word(2)].concat();
    let g2 = bytes(
        "198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2\
         1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed\
         090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b\
         12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa",
    )?;
    let pair = [generator.clone(), g2].concat();
    let blake = |rounds: u32| [&rounds.to_be_bytes()[..], &[7; 208], &[1]].concat();
    let g1 = bytes(
        "0000000000000000000000000000000017f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb\
         0000000000000000000000000000000008b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1",
    )?;
    let p256 = bytes(
        "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
         4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
    )?;
    let scalar = [0x55; 32];
    Ok(vec![
        ("0x01 ecrecover", 1, vec![("valid", recover, SUCCESS), ("nothing", vec![], SUCCESS)]),
        ("0x02 sha256", 2, sizes(64 << 10)),
        ("0x03 ripemd160", 3, sizes(64 << 10)),
        ("0x04 identity", 4, sizes(64 << 10)),
        (
            "0x05 modexp",
            5,
            vec![
                ("32 B, odd modulus", modexp(&full, &full, &[0xFD; 32]), SUCCESS),
                ("32 B, even modulus", modexp(&[0xFB; 32], &full, &even), SUCCESS),
                ("1 KiB, exponent 3", modexp(&[0xFB; 1024], &[3], &[0xFD; 1024]), SUCCESS),
                ("1 KiB, even, exponent of 32 B", modexp(&[0xFB; 1024], &full, &[0xFE; 1024]), SUCCESS),
                ("8 B, exponent of 512 B", modexp(&[0xFB; 8], &[0xFF; 512], &[0xFD; 8]), SUCCESS),
            ],
        ),
        ("0x06 bn254 add", 6, vec![("generator", [generator.clone(), generator.clone()].concat(), SUCCESS)]),
        ("0x07 bn254 mul", 7, vec![("generator", [generator, scalar.to_vec()].concat(), SUCCESS)]),
        ("0x08 bn254 pairing", 8, vec![("1 pair", pair.clone(), SUCCESS), ("8 pairs", pair.repeat(8), SUCCESS)]),
        ("0x09 blake2f", 9, vec![("1 round", blake(1), SUCCESS), ("100,000 rounds", blake(100_000), SUCCESS)]),
        ("0x0b bls12-381 g1 add", 0xB, vec![("generator", [g1.clone(), g1].concat(), SUCCESS)]),
        ("0x100 p256verify", 0x100, vec![("invalid", [&scalar[..], &scalar, &scalar, &p256].concat(), SUCCESS)]),
    ])
}
