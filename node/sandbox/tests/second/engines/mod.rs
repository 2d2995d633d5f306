//! One metered module on four engines: the sandbox, wasmer with cranelift and with singlepass, and wasmi.
//!
//! The sandbox shows status, gas, output and what the host is asked. The others run the very bytes that the sandbox
//! compiles, with a second implementation of the host functions, and show fuel, result and memory besides.

mod interpreter;
mod native;
mod oracle;
mod recorder;

pub(crate) use native::{cranelift, ended};
pub(crate) use recorder::{Callee, Recorder};

use recorder::Act;
use std::{
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};
use zx_host_functions::{HOST_FUNCTIONS, HostFunction, ModuleFacts, fuel};
use zx_sandbox::{
    BlockContext, Entry, Frame, ModuleLimits, Outcome, Prepared, Sandbox, Status, TransactionContext, Trap,
    UNREACHABLE, meter,
};

/// The frame that every module runs in, apart from its input.
pub(crate) const FRAME: Frame<'static> = Frame {
    input: &[],
    caller: [0xca; 20],
    address: [0xad; 20],
    value: [3; 32],
    immutables: &[0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f],
    is_first: false,
    is_static: false,
    is_reentrant: true,
    transaction: &TransactionContext { origin: [0x0e; 20], hash: [0x7a; 32], gas_price: [0x9a; 32] },
    block: &BlockContext {
        number: 5,
        timestamp: 6,
        base_fee: [7; 32],
        gas_limit: 8,
        coinbase: [9; 20],
        prev_randao: [0xda; 32],
        chain_id: 10,
    },
};

/// How a module is entered.
#[derive(Clone)]
pub(crate) struct How<'a> {
    pub(crate) entry: Entry,
    pub(crate) gas: u64,
    pub(crate) input: &'a [u8],
    pub(crate) recorder: Recorder,
}

/// How an engine enters a metered module.
struct Case<'a> {
    imports: &'a [&'static HostFunction],
    entry: Entry,
    fuel: i64,
    input: &'a [u8],
    recorder: Recorder,
}

impl Case<'_> {
    fn entry_name(&self) -> &'static str {
        match self.entry {
            Entry::Call => "call",
            Entry::Deploy => "deploy",
        }
    }
}

/// What a run shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) status: Status,
    result: Option<i32>,
    /// The meters' globals. A trap leaves them as the last call or return did, on every engine.
    pub(crate) fuel: i64,
    stack: i32,
    memory: Bytes,
    output: Vec<u8>,
    /// What a constructor has written.
    immutables: Vec<u8>,
    pub(crate) acts: Vec<Act>,
}

impl Seen {
    /// A segment did not fit.
    fn without_instance() -> Self {
        let status = Status::Trap(Trap::Instantiation);
        let memory = Vec::new().into();
        Self { status, result: None, fuel: 0, stack: 0, memory, output: vec![], immutables: vec![], acts: vec![] }
    }
}

/// How an entry that returned has ended.
fn returned(result: i32, fuel: i64) -> Status {
    match result {
        _ if fuel < 0 => Status::OutOfGas,
        0 => Status::Success,
        _ => Status::Revert,
    }
}

/// What the meters say of a trap; `None` if they have nothing to do with it.
fn by_the_meters(fuel: i64, stack: i32) -> Option<Status> {
    match (fuel, stack) {
        (..0, _) => Some(Status::OutOfGas),
        (_, UNREACHABLE) => Some(Status::Trap(Trap::Unreachable)),
        (_, 0..) => None,
        _ => Some(Status::Trap(Trap::StackExhausted)),
    }
}

/// The whole memory, by its length and a hash.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Bytes {
    len: usize,
    hash: u64,
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        Self { len: bytes.len(), hash: hasher.finish() }
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes, {:016x}", self.len, self.hash)
    }
}

/// All of them, ready.
pub(crate) struct Engines {
    sandbox: Arc<Sandbox>,
    cranelift: wasmer::Engine,
    singlepass: wasmer::Engine,
    wasmi: wasmi::Engine,
}

impl Engines {
    pub(crate) fn new() -> Self {
        Self {
            sandbox: Arc::new(Sandbox::new(ModuleLimits::DEFAULT, None).expect("without a folder")),
            cranelift: native::cranelift(),
            singlepass: native::singlepass(),
            wasmi: interpreter::engine(),
        }
    }

    /// The module on each of them; `None` if the chain does not accept it.
    pub(crate) fn load(&self, module: &[u8]) -> Option<Loaded> {
        let facts = zx_host_functions::validate(module, &ModuleLimits::DEFAULT).ok()?;
        let metered = meter(module, &facts, ModuleLimits::DEFAULT.stack_bytes).expect("a valid module takes meters");
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&Bytes::from(module.to_vec()).hash.to_be_bytes());
        Some(Loaded {
            imports: rows(&facts),
            facts,
            prepared: self.sandbox.prepare(&hash, module).expect("a valid module compiles"),
            sandbox: Arc::clone(&self.sandbox),
            cranelift: native::compile(&self.cranelift, &metered),
            singlepass: native::compile(&self.singlepass, &metered),
            wasmi: interpreter::compile(&self.wasmi, &metered),
        })
    }
}

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sandbox,
    Cranelift,
    Singlepass,
    Wasmi,
}

/// A module on all of them.
pub(crate) struct Loaded {
    facts: ModuleFacts,
    /// Rows of the table, in the order of the module's imports.
    imports: Vec<&'static HostFunction>,
    sandbox: Arc<Sandbox>,
    prepared: Prepared,
    cranelift: native::Compiled,
    singlepass: native::Compiled,
    wasmi: wasmi::Module,
}

impl Loaded {
    /// What every engine shows, once they have shown the same; `None` if there is nothing to run: the module has no
    /// constructor, or the gas does not pay for entering it.
    pub(crate) fn agree(&self, how: &How<'_>) -> Option<Seen> {
        if how.entry == Entry::Deploy && !self.facts.has_constructor {
            return None;
        }
        let case = self.case(how)?;
        let seen = native::run(&self.cranelift, &case);
        assert_eq!(native::run(&self.singlepass, &case), seen, "singlepass, and what cranelift shows");
        assert_eq!(interpreter::run(&self.wasmi, &case), seen, "wasmi, and what cranelift shows");
        // Twice: the second run gets the instance of the first.
        for _ in 0..2 {
            assert_eq!(self.production(how), shown(&seen), "the sandbox, and what cranelift shows");
        }
        Some(seen)
    }

    /// What the sandbox shows, or would.
    pub(crate) fn outcome(&self, engine: Engine, how: &How<'_>) -> Outcome {
        let case = self.case(how).expect("the gas pays for entering");
        let (outcome, _) = match engine {
            Engine::Sandbox => self.production(how),
            Engine::Cranelift => shown(&native::run(&self.cranelift, &case)),
            Engine::Singlepass => shown(&native::run(&self.singlepass, &case)),
            Engine::Wasmi => shown(&interpreter::run(&self.wasmi, &case)),
        };
        outcome
    }

    fn case<'a>(&'a self, how: &How<'a>) -> Option<Case<'a>> {
        let recorder = how.recorder.clone();
        Some(Case { imports: &self.imports, entry: how.entry, fuel: self.fuel(how.gas)?, input: how.input, recorder })
    }

    /// Fuel that the guest begins with; `None` if the gas does not pay for entering.
    pub(crate) fn fuel(&self, gas: u64) -> Option<i64> {
        let price = self.prepared.entry_fuel(FRAME.is_first);
        i64::try_from(gas.checked_mul(fuel::FUEL_PER_GAS)?.checked_sub(price)?).ok()
    }

    fn production(&self, how: &How<'_>) -> (Outcome, Vec<Act>) {
        let mut recorder = how.recorder.clone();
        let frame = Frame { input: how.input, is_static: recorder.is_static, ..FRAME };
        let outcome = self.sandbox.run(&self.prepared, how.entry, &frame, how.gas, &mut recorder);
        (outcome, recorder.acts)
    }
}

/// What the sandbox must show of this.
fn shown(seen: &Seen) -> (Outcome, Vec<Act>) {
    let outcome = match seen.status {
        Status::Success | Status::Revert => Outcome {
            status: seen.status,
            gas_left: seen.fuel as u64 / fuel::FUEL_PER_GAS,
            output: seen.output.clone(),
            immutables: seen.immutables.clone(),
        },
        status => Outcome { status, gas_left: 0, output: Vec::new(), immutables: Vec::new() },
    };
    (outcome, seen.acts.clone())
}

/// Rows of the table, in the order of the module's imports.
fn rows(facts: &ModuleFacts) -> Vec<&'static HostFunction> {
    facts.imports.iter().filter_map(|name| HOST_FUNCTIONS.iter().find(|row| row.name == *name)).collect()
}
