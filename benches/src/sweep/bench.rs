//! Programs that do one thing in a loop, and their measurement.

use crate::world::{World, address, transaction};
use alloy_primitives::{Address, TxKind, keccak256};
use cpu_time::ThreadTime;
use std::{fmt::Write as _, hint::black_box, sync::Arc, time::Duration};
use tempfile::TempDir;
use zx_host_functions::{HOST_FUNCTIONS, WasmType, deploy::account_code};
use zx_primitives::{RecoveredTx, spec::COIN};
use zx_sandbox::{ModuleLimits, Sandbox};

/// Rounds; odd, so that the median is one of them.
const ROUNDS: usize = 15;
/// Cases between two runs of the baseline, which is the first case.
const BETWEEN: usize = 16;
/// A loop is run for about this long.
const TARGET: Duration = Duration::from_micros(800);
/// Gas of the longest loop: it must fit into a transaction.
const MOST_GAS: u64 = 24_000_000;
/// Hides the number of turns, a power of two, in bytes that are not zero: they cost the same, whatever it is.
const MASK: u32 = 0x55AA_55AB;
/// Gas of a transaction.
const TX_GAS: u64 = 30_000_000;

/// A module that does something in a loop. The number of turns is in the calldata, and so are values for the locals
/// that every program has: `$a` to `$f` (i64), `$i` to `$n` (i32), none of them zero. Calldata stays at address 0 of
/// memory, 96 bytes.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// Functions, tables and globals.
    pub(crate) fields: String,
    pub(crate) locals: String,
    /// Runs once, before the loop, and is not measured.
    pub(crate) before: String,
    /// A turn.
    pub(crate) turn: String,
    pub(crate) pages: u32,
    pub(crate) data: Vec<(u32, Vec<u8>)>,
}

impl Default for Program {
    fn default() -> Self {
        Self {
            fields: String::new(),
            locals: String::new(),
            before: String::new(),
            turn: String::new(),
            pages: 2,
            data: Vec::new(),
        }
    }
}

impl Program {
    /// A program that does nothing else.
    pub(crate) fn turn(turn: impl Into<String>) -> Self {
        Self { turn: turn.into(), ..Self::default() }
    }

    fn text(&self) -> String {
        let mut text = format!("(memory (export \"memory\") {})\n{}\n", self.pages, self.fields);
        for (at, bytes) in &self.data {
            let _ = writeln!(text, "(data (i32.const {at}) \"{}\")", escaped(bytes));
        }
        let _ = write!(text, "(func (export \"call\") (result i32) (local $turns i32) {}", self.locals);
        text.push_str("(local $a i64) (local $b i64) (local $c i64) (local $d i64) (local $e i64) (local $f i64)\n");
        text.push_str("(local $i i32) (local $j i32) (local $k i32) (local $l i32) (local $m i32) (local $n i32)\n");
        text.push_str("(call $calldata_copy (i32.const 0) (i32.const 0) (i32.const 96))\n");
        let _ = writeln!(text, "(local.set $turns (i32.xor (i32.load (i32.const 0)) (i32.const {MASK})))");
        for (n, name) in ["a", "b", "c", "d", "e", "f"].iter().enumerate() {
            let _ = writeln!(text, "(local.set ${name} (i64.load (i32.const {})))", 8 + 8 * n);
        }
        for (n, name) in ["i", "j", "k", "l", "m", "n"].iter().enumerate() {
            let _ = writeln!(text, "(local.set ${name} (i32.load (i32.const {})))", 56 + 4 * n);
        }
        let Self { before, turn, .. } = self;
        let _ = write!(
            text,
            "{before}\n(if (local.get $turns) (then (loop $again {turn}
               (br_if $again (local.tee $turns (i32.sub (local.get $turns) (i32.const 1)))))))\n"
        );
        // Nothing that was computed is dead.
        for name in ["a", "b", "c", "d", "e", "f"] {
            let _ = writeln!(text, "(i64.store (i32.const 0) (i64.xor (i64.load (i32.const 0)) (local.get ${name})))");
        }
        for name in ["i", "j", "k", "l", "m", "n"] {
            let _ = writeln!(text, "(i32.store (i32.const 0) (i32.xor (i32.load (i32.const 0)) (local.get ${name})))");
        }
        text.push_str("(i32.const 0))");
        module_text(&text)
    }
}

/// A module of these fields, with the host functions that they call.
pub(crate) fn module_text(fields: &str) -> String {
    let mut text = String::from("(module\n");
    for function in HOST_FUNCTIONS {
        if !fields.contains(&format!("${} ", function.name)) && !fields.contains(&format!("${})", function.name)) {
            continue;
        }
        let ty = |ty| if ty == WasmType::I64 { "i64" } else { "i32" };
        let params: Vec<_> = function.params.iter().map(|(_, _, param)| ty(*param)).collect();
        let result = function.result.map(|result| format!("(result {})", ty(result))).unwrap_or_default();
        let (name, params) = (function.name, params.join(" "));
        let _ = writeln!(text, "(import \"zx\" \"{name}\" (func ${name} (param {params}) {result}))");
    }
    text.push_str(fields);
    text.push(')');
    text
}

/// Bytes as WebAssembly text.
pub(crate) fn escaped(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\{byte:02x}")).collect()
}

/// A row's name, and where it comes from.
#[derive(Clone, Debug)]
pub(crate) struct Label {
    pub(crate) group: &'static str,
    pub(crate) name: String,
    /// Of a name with several, the slowest counts.
    pub(crate) variant: String,
}

impl Label {
    pub(crate) fn new(group: &'static str, name: impl Into<String>, variant: impl Into<String>) -> Self {
        Self { group, name: name.into(), variant: variant.into() }
    }
}

/// Transactions that run a program's loop, and those that leave it out.
#[derive(Debug)]
struct Case {
    label: Label,
    /// What a turn does so often.
    units: u32,
    turns: u32,
    gas: f64,
    with: Vec<RecoveredTx>,
    without: Vec<RecoveredTx>,
    /// Nanoseconds of the loop, round by round.
    rounds: Vec<f64>,
}

/// A row of the table.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) label: Label,
    /// Nanoseconds of a unit.
    pub(crate) nanoseconds: f64,
    /// Gas of a unit.
    pub(crate) gas: f64,
}

impl Row {
    pub(crate) fn nanoseconds_per_gas(&self) -> f64 {
        self.nanoseconds / self.gas
    }
}

/// A chain, and what is measured on it.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) world: World,
    sandbox: Arc<Sandbox>,
    filter: Option<String>,
    cases: Vec<Case>,
    /// Kept until the end of the measurement.
    _folder: TempDir,
}

/// Who sends every transaction.
pub(crate) fn sender() -> Address {
    address("sender", 0)
}

impl Bench {
    pub(crate) fn new(filter: Option<String>) -> eyre::Result<Self> {
        let folder = tempfile::tempdir()?;
        let sandbox = Arc::new(Sandbox::new(ModuleLimits::DEFAULT, Some(folder.path().into()))?);
        let world = World::on(&[sender()], Arc::clone(&sandbox))?;
        Ok(Self { world, sandbox, filter, cases: Vec::new(), _folder: folder })
    }

    /// Puts a module on an account of its own.
    pub(crate) fn install(&mut self, text: &str) -> eyre::Result<Address> {
        let code = account_code(&wat::parse_str(text)?);
        let address = Address::from_word(keccak256(&code));
        self.world.install(address, code);
        if let Some(account) = self.world.state.accounts.get_mut(&address) {
            account.balance = COIN;
        }
        Ok(address)
    }

    /// Adds a case, whose turn does its thing `units` times.
    pub(crate) fn add(&mut self, label: Label, units: u32, program: &Program) -> eyre::Result<()> {
        let whole = format!("{} {} {}", label.group, label.name, label.variant);
        if self.filter.as_ref().is_some_and(|filter| label.group != "baseline" && !whole.contains(filter)) {
            return Ok(());
        }
        let contract = self.install(&program.text())?;
        let without = vec![loops(contract, 0)];
        let failed = |error: eyre::Report| error.wrap_err(whole.clone());
        let (floor, base) = self.least_time(&without).map_err(failed)?;
        let mut turns = 1;
        loop {
            let with = vec![loops(contract, turns)];
            let (time, gas) = self.least_time(&with).map_err(failed)?;
            let gas = gas.saturating_sub(base);
            // Setting up may take long, and not always as long.
            if time.saturating_sub(floor) >= TARGET.max(floor) || 2 * gas > MOST_GAS {
                let (gas, rounds) = (gas as f64, Vec::new());
                self.cases.push(Case { label, units, turns, gas, with, without, rounds });
                return Ok(());
            }
            turns *= 2;
        }
    }

    /// Gas of a block, and the least time of three.
    fn least_time(&self, block: &[RecoveredTx]) -> eyre::Result<(Duration, u64)> {
        let done = self.world.run(block.to_vec())?;
        let gas = done.receipts.last().map_or(0, |receipt| receipt.cumulative_gas_used);
        Ok(((0..3).map(|_| time(&self.world, block)).min().unwrap_or_default(), gas))
    }

    /// Runs every case once a round, after a first round that does not count. Modules are loaded, and instances made,
    /// in a run before; there are too many of them to keep those of all cases. The baseline is run again and again.
    pub(crate) fn measure(self) -> eyre::Result<Vec<Row>> {
        let Self { world, sandbox, mut cases, .. } = self;
        let (baseline, others) = cases.split_first_mut().ok_or_else(|| eyre::eyre!("nothing to measure"))?;
        for round in 0..=ROUNDS {
            for some in others.chunks_mut(BETWEEN) {
                std::iter::once(&mut *baseline).chain(some).for_each(|case| {
                    sandbox.forget();
                    case.run(&world, round > 0);
                });
            }
        }
        Ok(cases.into_iter().map(Case::row).collect())
    }
}

impl Case {
    fn run(&mut self, world: &World, counts: bool) {
        time(world, &self.without);
        let without = time(world, &self.without);
        let with = time(world, &self.with);
        if counts {
            self.rounds.push(with.as_nanos() as f64 - without.as_nanos() as f64);
        }
    }

    fn row(mut self) -> Row {
        self.rounds.sort_by(f64::total_cmp);
        let median = self.rounds.get(self.rounds.len() / 2).copied().unwrap_or(f64::NAN);
        let units = f64::from(self.units) * f64::from(self.turns);
        Row { label: self.label, nanoseconds: median / units, gas: self.gas / units }
    }
}

/// What a block takes of the processor: whatever else the machine does meanwhile does not count.
fn time(world: &World, block: &[RecoveredTx]) -> Duration {
    let block = block.to_vec();
    let start = ThreadTime::now();
    let done = world.executor.execute_block(&world.state, &world.header, block);
    let time = start.elapsed();
    black_box(done).expect("it ran before");
    time
}

/// A transaction that runs a program's loop so many times.
fn loops(contract: Address, turns: u32) -> RecoveredTx {
    let mut input = (turns ^ MASK).to_le_bytes().to_vec();
    input.extend([1; 4]);
    let noise = keccak256("values").0.into_iter().chain(keccak256("more values").0).chain(keccak256("and more").0);
    // Odd, and with the highest bit clear: no zero, and no negative divisor.
    input.extend(noise.take(88).enumerate().map(|(n, byte)| match n % 4 {
        0 => byte | 1,
        3 => byte & 0x7F | 0x10,
        _ => byte | 0x10,
    }));
    transaction(sender(), 0, TxKind::Call(contract), TX_GAS, input)
}
