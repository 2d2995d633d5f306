//! Every host function that does not run code, with small, middling and hostile sizes, on the executor's journal.

use crate::bench::{Bench, Label, Program};
use zx_host_functions::HOST_FUNCTIONS;

/// Sizes of what is copied or hashed. The last is all of the memory.
const SIZES: [(u32, &str); 6] = [
    (1, "1 B"),
    (32, "32 B"),
    (1 << 10, "1 KiB"),
    (64 << 10, "64 KiB"),
    (1 << 20, "1 MiB"),
    ((4 << 20) - 4096, "4 MiB"),
];
/// Grows to the maximum: the largest sizes need it.
const GROW: &str = "(drop (memory.grow (i32.sub (i32.const 64) (memory.size))))";
/// Counts in the word at 512, so that each turn has a key of its own.
const COUNT: &str = "(i64.store (i32.const 512) (i64.add (i64.load (i32.const 512)) (i64.const 1)))";

/// Adds every row of this file.
pub(crate) fn add(bench: &mut Bench) -> eyre::Result<()> {
    plain(bench)?;
    sized(bench)?;
    storage(bench)?;
    transient(bench)?;
    immutables(bench)?;
    accounts(bench)?;
    block_hashes(bench)?;
    logs(bench)?;
    recovery(bench)?;
    verification(bench)
}

fn row(bench: &mut Bench, name: &str, variant: &str, before: &str, turn: &str) -> eyre::Result<()> {
    let program = Program { before: before.into(), ..Program::turn(turn) };
    bench.add(Label::new("host", name, variant), 1, &program)
}

/// The same call once before the loop: memory has been touched then, and slots are warm.
fn warm(bench: &mut Bench, name: &str, variant: &str, turn: &str) -> eyre::Result<()> {
    row(bench, name, variant, &format!("{GROW} {turn}"), turn)
}

/// Functions of no argument, or of a place for the result.
fn plain(bench: &mut Bench) -> eyre::Result<()> {
    for function in HOST_FUNCTIONS {
        let name = function.name;
        match (function.params, function.result) {
            ([], Some(_)) => row(bench, name, "", "", &format!("(drop (call ${name} ))"))?,
            ([("dst", ..)], None) => row(bench, name, "", "", &format!("(call ${name} (i32.const 256))"))?,
            _ => {}
        }
    }
    Ok(())
}

fn sized(bench: &mut Bench) -> eyre::Result<()> {
    for (size, variant) in SIZES {
        let copy =
            |offset: u32| format!("(call $calldata_copy (i32.const 4096) (i32.const {offset}) (i32.const {size}))");
        warm(bench, "calldata_copy", variant, &copy(0))?;
        warm(bench, "calldata_copy past the end", variant, &copy(1_000_000_000))?;
        warm(bench, "output", variant, &format!("(call $output (i32.const 4096) (i32.const {size}))"))?;
        for hash in ["keccak256", "sha256"] {
            let turn = format!("(call ${hash} (i32.const 4096) (i32.const {size}) (i32.const 256))");
            warm(bench, hash, variant, &turn)?;
        }
    }
    warm(bench, "keccak256", "nothing", "(call $keccak256 (i32.const 0) (i32.const 0) (i32.const 256))")?;
    // One byte more than a block of the sponge holds.
    warm(bench, "keccak256", "136 B", "(call $keccak256 (i32.const 0) (i32.const 136) (i32.const 256))")?;
    warm(bench, "sha256", "nothing", "(call $sha256 (i32.const 0) (i32.const 0) (i32.const 256))")?;
    warm(bench, "sha256", "56 B", "(call $sha256 (i32.const 0) (i32.const 56) (i32.const 256))")
}

fn storage(bench: &mut Bench) -> eyre::Result<()> {
    let read = "(call $storage_read (i32.const 512) (i32.const 256))";
    let write = "(call $storage_write (i32.const 512) (i32.const 544))";
    warm(bench, "storage_read", "warm", read)?;
    row(bench, "storage_read", "cold", "", &format!("{COUNT} {read}"))?;
    warm(bench, "storage_write", "warm, same value", write)?;
    let change = "(i64.store (i32.const 544) (i64.add (i64.load (i32.const 544)) (i64.const 1)))";
    warm(bench, "storage_write", "warm, dirty, other value", &format!("{change} {write}"))?;
    row(bench, "storage_write", "cold, same value", "", &format!("{COUNT} {write}"))?;
    row(bench, "storage_write", "cold, from zero", change, &format!("{COUNT} {write}"))?;
    let back = "(i64.store (i32.const 544) (i64.const 0))";
    let there_and_back = format!("{COUNT} {change} {write} {back} {write}");
    row(bench, "storage_write", "cold, from zero and back", "", &there_and_back)?;
    let balance = "(call $balance (i32.const 512) (i32.const 256))";
    warm(bench, "balance", "warm", balance)?;
    row(bench, "balance", "cold, no such account", "", &format!("{COUNT} {balance}"))
}

/// Code without immutables reads as zeros, which are copied as what is there is.
fn immutables(bench: &mut Bench) -> eyre::Result<()> {
    for (variant, len) in [("a word", 32), ("4 KiB", 4_096)] {
        let read = format!("(call $immutable_read (i32.const 8192) (i32.const 0) (i32.const {len}))");
        warm(bench, "immutable_read", variant, &read)?;
    }
    Ok(())
}

fn transient(bench: &mut Bench) -> eyre::Result<()> {
    let read = "(call $transient_read (i32.const 512) (i32.const 256))";
    let write = "(call $transient_write (i32.const 512) (i32.const 544))";
    let change = "(i64.store (i32.const 544) (i64.add (i64.load (i32.const 544)) (i64.const 1)))";
    warm(bench, "transient_read", "nothing there", read)?;
    row(bench, "transient_read", "the same slot", &format!("{change} {write}"), read)?;
    row(bench, "transient_read", "each turn another slot", "", &format!("{COUNT} {read}"))?;
    warm(bench, "transient_write", "same value", write)?;
    warm(bench, "transient_write", "other value", &format!("{change} {write}"))?;
    row(bench, "transient_write", "each turn another slot", change, &format!("{COUNT} {write}"))
}

/// What is asked about an account's code; 640 holds the address of the contract itself.
fn accounts(bench: &mut Bench) -> eyre::Result<()> {
    let own = "(call $address (i32.const 640))";
    for (name, of) in [
        ("code_size", (|at| format!("(drop (call $code_size (i32.const {at})))")) as fn(u32) -> String),
        ("code_hash", |at| format!("(call $code_hash (i32.const {at}) (i32.const 256))")),
    ] {
        row(bench, name, "warm, own", own, &of(640))?;
        warm(bench, name, "warm, no such account", &of(512))?;
        row(bench, name, "cold, no such account", "", &format!("{COUNT} {}", of(512)))?;
    }
    Ok(())
}

fn block_hashes(bench: &mut Bench) -> eyre::Result<()> {
    let of = |number: &str| format!("(call $block_hash {number} (i32.const 256))");
    let last = "(i64.sub (call $block_number ) (i64.const 1))";
    warm(bench, "block_hash", "the last", &of(last))?;
    warm(bench, "block_hash", "no such block", &of("(i64.const -1)"))
}

fn logs(bench: &mut Bench) -> eyre::Result<()> {
    for topics in [0, 4] {
        for (size, variant) in
            [(0, "no data"), (32, "32 B"), (1 << 10, "1 KiB"), (64 << 10, "64 KiB"), (1 << 20, "1 MiB")]
        {
            let turn = format!("(call $log (i32.const 0) (i32.const {topics}) (i32.const 4096) (i32.const {size}))");
            warm(bench, &format!("log, {topics} topics"), variant, &turn)?;
        }
    }
    Ok(())
}

/// A valid signature: the vector of evm.codes for precompile 0x01.
pub(crate) const SIGNED: &str = "456e9aea5e197a1f1af7a3e85a3212fa4049a3ba34c2289b4c860fc0b0c64ef3\
    9242685bf161793cc25603c231bc2f568eb630ea16aa137d2664ac8038825608\
    4f8ae3bd7535248d0bd448298cc2e2071e56992d0774dc340c368ae950852ada";

fn recovery(bench: &mut Bench) -> eyre::Result<()> {
    let signed = alloy_primitives::hex::decode(SIGNED)?;
    let call =
        |v: u32| format!("(call $secp256k1_recover (i32.const 1024) (i32.const 1056) (i32.const {v}) (i32.const 256))");
    let valid = |expected: u32| format!("(if (i32.ne {} (i32.const {expected})) (then unreachable))", call(28));
    let mut no_point = signed.clone();
    // No point of the curve has this x.
    no_point.splice(32..64, [0; 31].into_iter().chain([5]));
    let mut other = signed.clone();
    other.splice(..32, [7; 32]);
    for (variant, data, v, before) in [
        ("valid", signed.clone(), 28, valid(0)),
        ("other hash", other, 28, valid(0)),
        ("not on the curve", no_point, 28, valid(1)),
        ("v of 0", signed, 0, String::new()),
    ] {
        let turn = format!("(local.set $i (i32.add (local.get $i) {}))", call(v));
        let program = Program { before, data: vec![(1024, data)], ..Program::turn(turn) };
        bench.add(Label::new("host", "secp256k1_recover", variant), 1, &program)?;
    }
    Ok(())
}

/// A key, and a signature of the message of two bytes: RFC 8032, section 7.1, test 3.
const ED25519_KEY: &str = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025";
const ED25519_SIGNED: &str = "af82";
const ED25519_SIGNATURE: &str = "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac\
    18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a";

fn verification(bench: &mut Bench) -> eyre::Result<()> {
    let [key, message, signature] = [ED25519_KEY, ED25519_SIGNED, ED25519_SIGNATURE].map(alloy_primitives::hex::decode);
    let (key, message, signature) = (key?, message?, signature?);
    let mut no_point = key.clone();
    no_point.splice(.., std::iter::once(2).chain([0; 31]));
    let mut other = signature.clone();
    other.splice(..32, key.clone());
    for (variant, key, signature, len, expected) in [
        ("valid", &key, &signature, 2, 0),
        ("not valid", &key, &other, 2, 1),
        ("no key", &no_point, &signature, 2, 1),
        ("64 KiB", &key, &signature, 64 << 10, 1),
        ("4 MiB", &key, &signature, (4 << 20) - 4_096, 1),
    ] {
        let call =
            format!("(call $ed25519_verify (i32.const 4096) (i32.const {len}) (i32.const 1024) (i32.const 1088))");
        let before = format!("{GROW} (if (i32.ne {call} (i32.const {expected})) (then unreachable))");
        let turn = format!("(local.set $i (i32.add (local.get $i) {call}))");
        let data = vec![(1024, signature.clone()), (1088, key.clone()), (4096, message.clone())];
        let program = Program { before, data, ..Program::turn(turn) };
        bench.add(Label::new("host", "ed25519_verify", variant), 1, &program)?;
    }
    Ok(())
}
