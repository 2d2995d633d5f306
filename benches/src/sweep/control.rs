//! Control: branches, tables, calls. Unpredictable ones follow bits of a linear congruential generator.

use crate::bench::{Bench, Label, Program};
use std::fmt::Write as _;

/// Instructions in a turn.
const UNITS: u32 = 32;
/// The next number of the generator, into `$a`.
const NEXT: &str = "(local.set $a (i64.add (i64.mul (local.get $a) (i64.const 6364136223846793005))
    (i64.const 1442695040888963407)))";

/// Adds every row of this file.
pub(crate) fn add(bench: &mut Bench) -> eyre::Result<()> {
    blocks(bench)?;
    conditions(bench)?;
    tables(bench)?;
    calls(bench)?;
    indirect_calls(bench)
}

fn row(bench: &mut Bench, name: &str, variant: &str, units: u32, program: &Program) -> eyre::Result<()> {
    bench.add(Label::new("control", name, variant), units, program)
}

fn blocks(bench: &mut Bench) -> eyre::Result<()> {
    row(bench, "loop", "empty turn", 1, &Program::default())?;
    let many = |step: &str| Program::turn(step.repeat(UNITS as usize));
    row(bench, "block, br", "", UNITS, &many("(block (local.set $a (i64.add (local.get $a) (local.get $b))) (br 0))"))?;
    row(bench, "loop", "one turn", UNITS, &many("(loop (local.set $a (i64.add (local.get $a) (local.get $b))))"))?;
    let once = "(loop (local.set $a (i64.add (local.get $a) (local.get $b))) (br_if 0 (i64.eqz (local.get $a))))";
    row(bench, "loop", "one turn, br_if", UNITS, &many(once))
}

/// Bits of a random number decide, cheaply: a mask is one constant and one instruction.
fn conditions(bench: &mut Bench) -> eyre::Result<()> {
    let step = |bit: u32| format!("(i32.and (local.get $i) (i32.const {}))", 1u32 << bit);
    let shapes: [(&str, &dyn Fn(u32) -> String); 4] = [
        ("br_if", &|bit| {
            format!("(block (br_if 0 {}) (local.set $j (i32.add (local.get $j) (local.get $k))))", step(bit))
        }),
        ("br_if to one of two", &|bit| {
            format!(
                "(block (block (br_if 0 {}) (local.set $j (local.get $k)) (br 1)) (local.set $j (local.get $l)))",
                step(bit)
            )
        }),
        ("if", &|bit| format!("(if {} (then (local.set $j (i32.add (local.get $j) (local.get $k)))))", step(bit))),
        ("if else", &|bit| {
            format!(
                "(if {} (then (local.set $j (i32.xor (local.get $j) (local.get $k)))) (else (local.set $j (i32.add (local.get $j) (local.get $l)))))",
                step(bit)
            )
        }),
    ];
    for (name, shape) in shapes {
        let branches: String = (0..UNITS).map(shape).collect();
        row(bench, name, "predictable", UNITS, &Program::turn(branches.clone()))?;
        // The high bits: the low ones of such a generator repeat.
        let random =
            format!("{NEXT} (local.set $i (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const 32)))) {branches}");
        row(bench, name, "random", UNITS, &Program::turn(random))?;
    }
    Ok(())
}

/// A table of so many targets; as many of them are different as blocks may nest.
fn tables(bench: &mut Bench) -> eyre::Result<()> {
    for targets in [4, 64, 1_024] {
        let depth = targets.min(240);
        for (variant, next) in [("random", NEXT), ("same", "")] {
            let (blocks, bits) = ("(block ".repeat(depth), targets.trailing_zeros());
            let labels: String = (0..targets).map(|n| format!("{} ", n % depth)).collect();
            let index = format!("(i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const {})))", 64 - bits);
            let mut turn = format!("{next} (block $out {blocks} (br_table {labels} 0 {index})");
            for n in 0..depth {
                let _ = write!(turn, ") (local.set $b (i64.add (local.get $c) (i64.const {n}))) (br $out)");
            }
            turn.push(')');
            row(bench, &format!("br_table, {targets} targets"), variant, 1, &Program::turn(turn))?;
        }
    }
    Ok(())
}

fn calls(bench: &mut Bench) -> eyre::Result<()> {
    let leaf = "(func $leaf (param i64) (result i64) (i64.add (local.get 0) (i64.const 1)))";
    let nothing = "(func $nothing)";
    let inner = "(func $inner (param i64) (result i64) (i64.add (call $leaf (local.get 0)) (i64.const 1)))";
    let fields = format!("{leaf} {nothing} {inner}");
    let many = |step: &str| Program { fields: fields.clone(), ..Program::turn(step.repeat(UNITS as usize)) };
    row(bench, "call", "leaf", UNITS, &many("(local.set $a (call $leaf (local.get $a)))"))?;
    row(bench, "call", "of nothing", UNITS, &many("(call $nothing)"))?;
    row(bench, "call", "of one that calls", 2 * UNITS, &many("(local.set $a (call $inner (local.get $a)))"))?;
    for count in [8, 64] {
        let params = "i64 ".repeat(count);
        let fields =
            format!("(func $wide (param {params}) (result i64) (i64.xor (local.get 0) (local.get {})))", count - 1);
        let rest = "(local.get $b) (local.get $c) (local.get $d)"
            .repeat(count)
            .split_inclusive(')')
            .take(count - 1)
            .collect::<String>();
        let turn = format!("(local.set $a (call $wide (local.get $a) {rest}))").repeat(8);
        row(bench, "call", &format!("{count} parameters"), 8, &Program { fields, ..Program::turn(turn) })?;
    }
    // Down and up again: more frames than a processor's stack of return addresses holds.
    let deep = "(func $deep (param i32) (result i32)
        (if (result i32) (local.get 0) (then (i32.add (call $deep (i32.sub (local.get 0) (i32.const 1))) (i32.const 1))) (else (i32.const 0))))";
    let turn = "(local.set $i (i32.add (local.get $j) (call $deep (i32.const 1000))))";
    row(bench, "call", "1,000 deep", 1_000, &Program { fields: deep.into(), ..Program::turn(turn) })?;
    // More code than the instruction cache holds.
    let body = |n: usize| {
        format!("(func $f{n} (param i64) (result i64) (i64.xor (local.get 0) (i64.const {})))", n * 0x1234_5678_9ABC)
    };
    let fields: String = (0..1_000).map(body).collect();
    let turn: String =
        (0..1_000).map(|n| format!("(local.set $a (call $f{} (local.get $a)))", n * 389 % 1_000)).collect();
    row(bench, "call", "1,000 functions", 1_000, &Program { fields, ..Program::turn(turn) })
}

fn indirect_calls(bench: &mut Bench) -> eyre::Result<()> {
    for functions in [4, 64, 1_024] {
        let body = |n: usize| format!("(func $f{n} (type $t) (i64.add (local.get 0) (i64.const {n})))");
        let names: String = (0..functions).map(|n| format!("$f{n} ")).collect();
        let fields = format!(
            "(type $t (func (param i64) (result i64))) {} (table {functions} {functions} funcref) (elem (i32.const 0) {names})",
            (0..functions).map(body).collect::<String>()
        );
        let bits = functions.trailing_zeros();
        let index = |shift| {
            format!(
                "(i32.and (i32.wrap_i64 (i64.shr_u (local.get $a) (i64.const {shift}))) (i32.const {}))",
                functions - 1
            )
        };
        let one = |shift| format!("(local.set $b (call_indirect (type $t) (local.get $b) {}))", index(shift));
        let shifts = [64 - bits, 64 - 2 * bits, 64 - 3 * bits];
        let turn: String = shifts.iter().map(one).collect();
        let name = format!("call_indirect, {functions} functions");
        row(bench, &name, "same", 3, &Program { fields: fields.clone(), ..Program::turn(turn.clone()) })?;
        row(bench, &name, "random", 3, &Program { fields, ..Program::turn(format!("{NEXT} {turn}")) })?;
    }
    let fields = "(type $t (func (param i64) (result i64))) (func $f (type $t) (local.get 0)) (table 1 1 funcref) (elem (i32.const 0) $f)";
    let turn = "(local.set $a (call_indirect (type $t) (local.get $a) (i32.const 0)))".repeat(UNITS as usize);
    row(bench, "call_indirect", "leaf", UNITS, &Program { fields: fields.into(), ..Program::turn(turn) })
}
