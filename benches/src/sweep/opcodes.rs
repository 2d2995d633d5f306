//! Arithmetic, locals and globals. Operands come from calldata, and no two instructions in a row have the same, so
//! that the compiler finds nothing to leave out.
//!
//! Most rows have two variants. In the *chain* each instruction waits for the one before; in the *stream* four chains
//! run side by side.

use crate::bench::{Bench, Label, Program};
use std::fmt::Write as _;

/// Instructions in a turn.
const UNITS: usize = 64;

/// Adds every row of this file, and the baseline.
pub(crate) fn add(bench: &mut Bench) -> eyre::Result<()> {
    bench.add(Label::new("baseline", "plain arithmetic", ""), 1, &plain())?;
    for width in [Width::I32, Width::I64] {
        arithmetic(bench, width)?;
        divisions(bench, width)?;
        comparisons(bench, width)?;
    }
    conversions(bench)?;
    locals(bench)?;
    globals(bench)
}

/// What a turn of a plain loop over 64-bit words compiles to, in a hash function, say:
///
/// ```text
/// while n != 0 {
///     a = (a ^ b).rotate_left(13).wrapping_mul(K).wrapping_add(c);
///     b = a.wrapping_add(b).rotate_left(7) ^ c;
///     n -= 1;
/// }
/// ```
///
/// Twenty-one plain instructions and the branch back. Each line waits for the one before.
fn plain() -> Program {
    Program::turn(
        "local.get $a  local.get $b  i64.xor  i64.const 13  i64.rotl  i64.const -7046029254386353131  i64.mul
         local.get $c  i64.add  local.tee $a
         local.get $b  i64.add  i64.const 7  i64.rotl  local.get $c  i64.xor  local.set $b",
    )
}

#[derive(Clone, Copy)]
struct Names {
    ty: &'static str,
    locals: [&'static str; 6],
}

#[derive(Clone, Copy)]
enum Width {
    I32,
    I64,
}

impl Width {
    fn names(self) -> Names {
        match self {
            Self::I32 => Names { ty: "i32", locals: ["i", "j", "k", "l", "m", "n"] },
            Self::I64 => Names { ty: "i64", locals: ["a", "b", "c", "d", "e", "f"] },
        }
    }
}

/// `$first` through so many instructions; the operands of `with` go round.
fn chain(first: &str, step: impl Fn(usize) -> String) -> String {
    let mut text = format!("local.get ${first}\n");
    for n in 0..UNITS {
        let _ = writeln!(text, "{}", step(n));
    }
    let _ = writeln!(text, "local.set ${first}");
    text
}

fn arithmetic(bench: &mut Bench, width: Width) -> eyre::Result<()> {
    let Names { ty, locals } = width.names();
    for op in ["add", "sub", "mul", "and", "or", "xor", "shl", "shr_s", "shr_u"] {
        let step = |n: usize| format!("local.get ${} {ty}.{op}", locals[1 + n % 4]);
        row(bench, ty, op, "chain", &chain(locals[0], step))?;
        let step = |n: usize| {
            let (of, with) = (locals[n % 4], locals[4 + n / 4 % 2]);
            format!("local.get ${of} local.get ${with} {ty}.{op} local.set ${of}")
        };
        row(bench, ty, op, "stream", &(0..UNITS).map(step).collect::<Vec<_>>().join("\n"))?;
    }
    // Two rotations in a row are one.
    for op in ["rotl", "rotr"] {
        let step =
            |n: usize| format!("local.get ${} {ty}.{op} local.get ${} {ty}.xor", locals[1 + n % 4], locals[1 + n % 3]);
        row(bench, ty, op, "chain with xor", &chain(locals[0], step))?;
    }
    for op in ["clz", "ctz", "popcnt"] {
        row(bench, ty, op, "chain", &chain(locals[0], |_| format!("{ty}.{op}")))?;
        let step = |n: usize| {
            let of = locals[n % 4];
            format!("local.get ${of} {ty}.{op} local.get ${} {ty}.xor local.set ${of}", locals[4 + n / 4 % 2])
        };
        row(bench, ty, op, "stream", &(0..UNITS).map(step).collect::<Vec<_>>().join("\n"))?;
    }
    Ok(())
}

fn row(bench: &mut Bench, ty: &str, op: &str, variant: &str, turn: &str) -> eyre::Result<()> {
    bench.add(Label::new("arithmetic", format!("{ty}.{op}"), variant), UNITS as u32, &Program::turn(turn))
}

/// Dividends stay large: a divider may be quicker on small quotients.
fn divisions(bench: &mut Bench, width: Width) -> eyre::Result<()> {
    let Names { ty, locals } = width.names();
    for op in ["div_s", "div_u", "rem_s", "rem_u"] {
        // c / (c / (c / ..)), from the square root of c or thereabouts: it stays there.
        if op.starts_with("div") {
            let (a, c) = (locals[0], locals[2]);
            let (dividends, divisions) =
                (format!("local.get ${c} ").repeat(UNITS), format!("{ty}.{op}\n").repeat(UNITS));
            let half = if ty == "i64" { 31 } else { 15 };
            let program = Program {
                before: format!("(local.set ${a} ({ty}.shr_u (local.get ${c}) ({ty}.const {half})))"),
                ..Program::turn(format!("{dividends} local.get ${a} {divisions} local.set ${a}"))
            };
            bench.add(Label::new("arithmetic", format!("{ty}.{op}"), "chain"), UNITS as u32, &program)?;
        }
        let step = |n: usize| format!("local.get $small_{ty} {ty}.{op} local.get ${} {ty}.xor", locals[1 + n % 4]);
        small(bench, ty, op, "small divisor, xor", &chain(locals[0], step))?;
        let step = |n: usize| {
            let (of, big) = (locals[n % 3], locals[3 + n / 3 % 3]);
            format!("local.get ${big} local.get ${of} {ty}.{op} local.get ${big} {ty}.or local.set ${of}")
        };
        row(bench, ty, op, "stream", &(0..UNITS).map(step).collect::<Vec<_>>().join("\n"))?;
    }
    Ok(())
}

fn small(bench: &mut Bench, ty: &str, op: &str, variant: &str, turn: &str) -> eyre::Result<()> {
    let program = Program {
        locals: "(local $small_i32 i32) (local $small_i64 i64)".into(),
        before: "(local.set $small_i32 (i32.or (i32.and (local.get $j) (i32.const 15)) (i32.const 3)))
                 (local.set $small_i64 (i64.or (i64.and (local.get $b) (i64.const 15)) (i64.const 3)))"
            .into(),
        ..Program::turn(turn)
    };
    bench.add(Label::new("arithmetic", format!("{ty}.{op}"), variant), UNITS as u32, &program)
}

fn comparisons(bench: &mut Bench, width: Width) -> eyre::Result<()> {
    let Names { ty, locals } = width.names();
    let widen = if ty == "i64" { "i64.extend_i32_u" } else { "" };
    for op in ["eq", "ne", "lt_s", "lt_u", "gt_s", "gt_u", "le_s", "le_u", "ge_s", "ge_u"] {
        let step = |n: usize| format!("local.get ${} {ty}.{op} {widen}", locals[1 + n % 4]);
        let widened = if ty == "i64" { " and i64.extend_i32_u" } else { "" };
        row(bench, ty, op, &format!("chain{widened}"), &chain(locals[0], step))?;
    }
    let step = |n: usize| format!("{ty}.eqz {widen} local.get ${} {ty}.xor", locals[1 + n % 4]);
    row(bench, ty, "eqz", "chain with xor", &chain(locals[0], step))?;
    let step = |n: usize| format!("local.get ${} local.get ${} select", locals[1 + n % 4], ["i", "j", "k"][n % 3]);
    row(bench, ty, "select", "chain", &chain(locals[0], step))?;
    if ty == "i32" {
        let pushes: Vec<_> = (0..UNITS).map(|n| format!("local.get ${} local.get $j", locals[2 + n % 4])).collect();
        let selects = "select\n".repeat(UNITS);
        let turn = format!("{} local.get $i {selects} local.set $i", pushes.join(" "));
        row(bench, ty, "select", "chain of conditions", &turn)?;
    }
    Ok(())
}

fn conversions(bench: &mut Bench) -> eyre::Result<()> {
    for op in ["extend_i32_s", "extend_i32_u"] {
        let step = |n: usize| format!("i32.wrap_i64 i64.{op} local.get ${} i64.add", ["b", "c", "d", "e"][n % 4]);
        row(bench, "i64", op, "chain with i32.wrap_i64 and add", &chain("a", step))?;
    }
    Ok(())
}

fn locals(bench: &mut Bench) -> eyre::Result<()> {
    let rotate = (0..UNITS).map(|n| {
        let (from, to) = (["a", "b", "c", "d"][n % 4], ["b", "c", "d", "a"][n % 4]);
        format!("local.get ${from} local.get ${to} local.set ${from} local.set ${to}\n")
    });
    let label = |name, variant: &str| Label::new("locals", name, variant);
    bench.add(
        label("local.get, local.set", "swaps of four"),
        UNITS as u32,
        &Program::turn(rotate.collect::<String>()),
    )?;
    let tees = (0..UNITS).map(|n| format!("local.tee ${} local.get $e i64.add\n", ["b", "c", "d"][n % 3]));
    let turn = format!("local.get $a {} local.set $a", tees.collect::<String>());
    bench.add(label("local.tee", "chain with add"), UNITS as u32, &Program::turn(turn))?;
    // A loop that moves every value one further: more of them than there are registers.
    for count in [40, 500] {
        let names: Vec<_> = (0..count).map(|n| format!("$v{n}")).collect();
        let declared: String = names.iter().map(|name| format!("(local {name} i64)")).collect();
        let set = |n: usize, name: &String| format!("(local.set {name} (i64.add (local.get $a) (i64.const {n})))");
        let get: String = names.iter().map(|name| format!("local.get {name} ")).collect();
        let put: String = names.iter().map(|name| format!("local.set {name} ")).collect();
        let sum: String = names.iter().map(|name| format!("local.get {name} i64.xor ")).collect();
        // The order turns round: the last that was pushed is popped first. In the last turn all of them are summed.
        let keep =
            format!("(block (br_if 0 (i32.ne (local.get $turns) (i32.const 1))) local.get $a {sum} local.set $a)");
        let program = Program {
            locals: declared,
            before: names.iter().enumerate().map(|(n, name)| set(n, name)).collect(),
            turn: format!("{get} {put} local.get $v0 local.get $b i64.add local.set $v0 {keep}"),
            ..Program::default()
        };
        bench.add(label("local.get, local.set", &format!("{count} turned round")), count, &program)?;
    }
    for count in [50, 500, 1_900] {
        zeroing(bench, count)?;
    }
    Ok(())
}

/// A function with many locals, which all have to be there: a loop changes them, after it has begun with zeros.
fn zeroing(bench: &mut Bench, count: u32) -> eyre::Result<()> {
    let locals = "i64 ".repeat(count as usize);
    let names = || 1..=count;
    let add: String = names().map(|n| format!("(local.set {n} (i64.add (local.get {n}) (local.get 0)))")).collect();
    let sum: String = names().map(|n| format!("local.get {n} i64.xor ")).collect();
    let program = Program {
        fields: format!(
            "(func $f (param i64) (result i64) (local {locals})
               (block $out (loop $on (br_if $out (i64.eqz (local.get 0))) {add}
                 (local.set 0 (i64.shr_u (local.get 0) (i64.const 63))) (br $on)))
               local.get 0 {sum})"
        ),
        turn: "(local.set $a (i64.or (i64.const 1) (i64.add (local.get $b) (call $f (i64.const 0)))))".into(),
        ..Program::default()
    };
    bench.add(Label::new("locals", "zeroing", format!("{count} locals, summed")), count, &program)
}

/// Every value comes from the global that was written last but one, so that none can be kept in a register.
fn globals(bench: &mut Bench) -> eyre::Result<()> {
    for ty in ["i32", "i64"] {
        let with = if ty == "i32" { "i" } else { "a" };
        let fields: String = (0..4).map(|n| format!("(global $g{n} (mut {ty}) ({ty}.const {n}))")).collect();
        let copy = |(n, _): (usize, ())| {
            let (from, to) = ([0, 2, 1, 3][n % 4], [1, 3, 0, 2][n % 4]);
            format!("global.get $g{from} global.set $g{to}\n")
        };
        let turn: String = std::iter::repeat_n((), UNITS).enumerate().map(copy).collect();
        let turn = format!("{turn} global.get $g0 local.get ${with} {ty}.add global.set $g0");
        let program = Program { fields: fields.clone(), ..Program::turn(turn) };
        bench.add(Label::new("globals", format!("global.get, global.set {ty}"), "chain"), UNITS as u32, &program)?;
        let turn: String = (0..UNITS).map(|n| format!("local.get ${with} global.set $g{}\n", n % 4)).collect();
        let program = Program { fields: fields.clone(), ..Program::turn(turn) };
        bench.add(Label::new("globals", format!("global.set {ty}"), "stream"), UNITS as u32, &program)?;
        let gets: String = (0..UNITS)
            .map(|n| format!("global.get $g{} {ty}.xor global.get $g{} global.set $g3\n", n % 3, (n + 1) % 3))
            .collect();
        let program = Program { fields, ..Program::turn(format!("local.get ${with} {gets} local.set ${with}")) };
        bench.add(Label::new("globals", format!("global.get {ty}"), "stream"), 2 * UNITS as u32, &program)?;
    }
    Ok(())
}
