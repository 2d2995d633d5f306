//! Loads and stores, in the cache and out of it, `memory.size` and `memory.grow`.

use crate::bench::{Bench, Label, Program};

/// Instructions in a turn.
const UNITS: u32 = 64;
/// The width of each load and store in bits, and what the type is.
const LOADS: [(&str, &str, u32); 12] = [
    ("i32", "load", 32),
    ("i32", "load8_s", 8),
    ("i32", "load8_u", 8),
    ("i32", "load16_s", 16),
    ("i32", "load16_u", 16),
    ("i64", "load", 64),
    ("i64", "load8_s", 8),
    ("i64", "load8_u", 8),
    ("i64", "load16_s", 16),
    ("i64", "load16_u", 16),
    ("i64", "load32_s", 32),
    ("i64", "load32_u", 32),
];
const STORES: [(&str, &str); 7] = [
    ("i32", "store"),
    ("i32", "store8"),
    ("i32", "store16"),
    ("i64", "store"),
    ("i64", "store8"),
    ("i64", "store16"),
    ("i64", "store32"),
];
/// Grows to 4 MiB and makes a walk through it: each of 65,536 lines of 64 bytes holds the address of the next, in an
/// order that no prefetcher guesses.
const WALK: &str = "
    (drop (memory.grow (i32.sub (i32.const 64) (memory.size))))
    (local.set $i (i32.const 0))
    (loop $more
      (local.set $j (i32.and (i32.add (i32.mul (local.get $i) (i32.const 25173)) (i32.const 13849)) (i32.const 65535)))
      (i64.store (i32.shl (local.get $i) (i32.const 6)) (i64.extend_i32_u (i32.shl (local.get $j) (i32.const 6))))
      (local.set $k (i32.add (local.get $k) (i32.const 1)))
      (local.set $i (local.get $j))
      (br_if $more (local.get $i)))
    (local.set $i (i32.const 64))";
/// Grows to 4 MiB and touches each page of the processor's.
const TOUCH: &str = "
    (drop (memory.grow (i32.sub (i32.const 64) (memory.size))))
    (local.set $i (i32.const 4194304))
    (loop $more
      (i64.store (local.tee $i (i32.sub (local.get $i) (i32.const 64))) (local.get $a))
      (br_if $more (local.get $i)))
    (local.set $i (i32.const 64))";

/// Adds every row of this file.
pub(crate) fn add(bench: &mut Bench) -> eyre::Result<()> {
    near_loads(bench)?;
    far_loads(bench)?;
    near_stores(bench)?;
    far_stores(bench)?;
    sizes(bench)
}

fn load(bench: &mut Bench, name: &str, variant: &str, units: u32, program: &Program) -> eyre::Result<()> {
    bench.add(Label::new("load", name, variant), units, program)
}

fn store(bench: &mut Bench, name: &str, variant: &str, units: u32, program: &Program) -> eyre::Result<()> {
    bench.add(Label::new("store", name, variant), units, program)
}

/// A cell that holds its own address, whatever the width.
fn near_loads(bench: &mut Bench) -> eyre::Result<()> {
    let before = "(i64.store (i32.const 112) (i64.const 112)) (local.set $i (i32.const 112))";
    for (ty, op, _) in LOADS {
        let wrap = if ty == "i64" { "i32.wrap_i64" } else { "" };
        let turn = format!("local.get $i {} local.set $i", format!("{ty}.{op} {wrap}\n").repeat(UNITS as usize));
        let program = Program { before: before.into(), ..Program::turn(turn) };
        load(bench, &format!("{ty}.{op}"), "in L1, chain", UNITS, &program)?;
        let one = |n: u32| format!("local.get $i {ty}.{op} offset={} {ty}.xor\n", 8 * (n % 40));
        let local = if ty == "i64" { "$a" } else { "$j" };
        let turn = format!("local.get {local} {} local.set {local}", (0..UNITS).map(one).collect::<String>());
        let program = Program { before: before.into(), ..Program::turn(turn) };
        load(bench, &format!("{ty}.{op}"), "in L1, stream", UNITS, &program)?;
    }
    // Over the end of a line, and over the end of a page of the processor's.
    for (variant, at) in [("over two lines, chain", 188), ("over two pages, chain", 4092)] {
        let before = format!("(i64.store (i32.const {at}) (i64.const {at})) (local.set $i (i32.const {at}))");
        let turn = format!("local.get $i {} local.set $i", "i64.load i32.wrap_i64\n".repeat(UNITS as usize));
        load(bench, "i64.load", variant, UNITS, &Program { before, ..Program::turn(turn) })?;
    }
    Ok(())
}

/// Through the whole memory.
fn far_loads(bench: &mut Bench) -> eyre::Result<()> {
    for (ty, op, bits) in LOADS {
        let local = if ty == "i64" { "$a" } else { "$j" };
        if bits >= 32 {
            let wrap = if ty == "i64" { "i32.wrap_i64" } else { "" };
            let turn = format!("local.get $i {} local.set $i", format!("{ty}.{op} {wrap}\n").repeat(UNITS as usize));
            let program = Program { before: WALK.into(), ..Program::turn(turn) };
            load(bench, &format!("{ty}.{op}"), "4 MiB, chain", UNITS, &program)?;
        }
        // Every fifth page and a line more, 16 loads from each address.
        let one =
            |n: u32| format!("local.get $i {ty}.{op} offset={} {ty}.xor\n", n * 262_144 % 4_194_304 + n / 16 * 4096);
        let turn = format!(
            "(local.set $i (i32.and (i32.add (local.get $i) (i32.const 20544)) (i32.const 229376)))
             local.get {local} {} local.set {local}",
            (0..UNITS).map(one).collect::<String>()
        );
        let program = Program { before: TOUCH.into(), ..Program::turn(turn) };
        load(bench, &format!("{ty}.{op}"), "4 MiB, stream", UNITS, &program)?;
    }
    Ok(())
}

fn near_stores(bench: &mut Bench) -> eyre::Result<()> {
    for (ty, op) in STORES {
        let value = if ty == "i64" { "$a" } else { "$j" };
        let before = "(local.set $i (i32.const 112))";
        let one = |n: u32| format!("local.get $i local.get {value} {ty}.{op} offset={}\n", 8 * (n % 40));
        let program = Program { before: before.into(), ..Program::turn((0..UNITS).map(one).collect::<String>()) };
        store(bench, &format!("{ty}.{op}"), "in L1, stream", UNITS, &program)?;
        // What is stored is loaded again at once, wider than it was stored.
        let pair = format!(
            "(local.set $a (i64.add (local.get $b) (block (result i64) (local.set $j (i32.wrap_i64 (local.get $a)))
            ({ty}.{op} (local.get $i) (local.get {value})) (i64.load (local.get $i)))))\n"
        );
        let turn = pair.repeat(UNITS as usize / 4);
        let program = Program { before: before.into(), ..Program::turn(turn) };
        store(bench, &format!("{ty}.{op}"), "and a load of it, chain", UNITS / 4, &program)?;
    }
    for (variant, at) in [("over two lines, stream", 188), ("over two pages, stream", 4092)] {
        let before = format!("(local.set $i (i32.const {at}))");
        let one = |n: u32| format!("local.get $i local.get $a i64.store offset={}\n", n % 2 * 4096);
        let turn = (0..UNITS).map(one).collect::<String>();
        store(bench, "i64.store", variant, UNITS, &Program { before, ..Program::turn(turn) })?;
    }
    Ok(())
}

fn far_stores(bench: &mut Bench) -> eyre::Result<()> {
    for (ty, op) in STORES {
        let value = if ty == "i64" { "$a" } else { "$j" };
        // The next line of the walk, without waiting for it.
        let one = format!(
            "(local.set $i (i32.and (i32.add (i32.mul (local.get $i) (i32.const 25173)) (i32.const 886336)) (i32.const 4194240)))
             ({ty}.{op} (local.get $i) (local.get {value}))\n"
        );
        let program = Program { before: TOUCH.into(), ..Program::turn(one.repeat(UNITS as usize)) };
        store(bench, &format!("{ty}.{op}"), "4 MiB, random", UNITS, &program)?;
        let one = |n: u32| {
            format!("local.get $i local.get {value} {ty}.{op} offset={}\n", n * 262_144 % 4_194_304 + n / 16 * 4096)
        };
        let turn = format!(
            "(local.set $i (i32.and (i32.add (local.get $i) (i32.const 20544)) (i32.const 229376))) {}",
            (0..UNITS).map(one).collect::<String>()
        );
        let program = Program { before: TOUCH.into(), ..Program::turn(turn) };
        store(bench, &format!("{ty}.{op}"), "4 MiB, stream", UNITS, &program)?;
    }
    Ok(())
}

fn sizes(bench: &mut Bench) -> eyre::Result<()> {
    let label = |name, variant: &str| Label::new("memory", name, variant);
    let turn = "(local.set $i (i32.add (local.get $i) (memory.size)))".repeat(UNITS as usize);
    bench.add(label("memory.size", ""), UNITS, &Program::turn(turn))?;
    for (variant, by) in [("by none", 0), ("by one, refused", 1), ("by many, refused", 200)] {
        let program = Program {
            before: TOUCH.into(),
            ..Program::turn(format!("(local.set $j (i32.add (local.get $j) (memory.grow (i32.const {by}))))"))
        };
        bench.add(label("memory.grow", variant), 1, &program)?;
    }
    Ok(())
}
