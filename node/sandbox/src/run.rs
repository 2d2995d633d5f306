//! One frame: instantiate, enter, and sort what came of it.

use crate::{
    engine::LoadedModule,
    host::{Frame, Host},
    linker::{Env, Exit},
    meter,
};
use std::panic::{AssertUnwindSafe, catch_unwind};
use wasmer::{FunctionEnv, Global, Instance, InstantiationError, RuntimeError, Store, Value};
use wasmer_types::TrapCode;
use zx_host_functions::{EXPORT_CALL, EXPORT_DEPLOY, EXPORT_MEMORY, ModuleLimits, fuel};

/// Which export to enter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// The constructor.
    Deploy,
    /// A call.
    Call,
}

/// What became of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How it ended.
    pub status: Status,
    /// Gas that is left; 0 unless it succeeded, reverted or trapped.
    pub gas_left: u64,
    /// What it returned, or why it reverted.
    pub output: Vec<u8>,
}

/// How a frame ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Its changes stand.
    Success,
    /// It asked for its changes to be undone.
    Revert,
    /// It used up its gas.
    OutOfGas,
    /// It did what no contract may.
    Trap(Trap),
    /// The host failed; the transaction must not be included.
    Fatal,
}

/// What no contract may do. The texts are part of the protocol: they are revert data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trap {
    /// `unreachable` was executed.
    Unreachable,
    /// Memory, or a pointer given to the host, out of bounds.
    MemoryOutOfBounds,
    /// Table index out of bounds.
    TableOutOfBounds,
    /// Indirect call of an empty element.
    UndefinedElement,
    /// Indirect call with another signature.
    SignatureMismatch,
    /// Quotient that does not fit.
    IntegerOverflow,
    /// Division by zero.
    DivisionByZero,
    /// Calls nested deeper than the metered stack allows.
    StackExhausted,
    /// A write in a static call.
    StaticWrite,
    /// Return data read past its end.
    ReturnDataOutOfBounds,
    /// A log with more than four topics.
    TooManyTopics,
    /// A data or element segment that does not fit.
    Instantiation,
}

impl Trap {
    /// Fixed text.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Unreachable => "wasm trap: unreachable",
            Self::MemoryOutOfBounds => "wasm trap: memory access out of bounds",
            Self::TableOutOfBounds => "wasm trap: table access out of bounds",
            Self::UndefinedElement => "wasm trap: undefined element",
            Self::SignatureMismatch => "wasm trap: indirect call signature mismatch",
            Self::IntegerOverflow => "wasm trap: integer overflow",
            Self::DivisionByZero => "wasm trap: division by zero",
            Self::StackExhausted => "wasm trap: stack exhausted",
            Self::StaticWrite => "wasm trap: write in a static call",
            Self::ReturnDataOutOfBounds => "wasm trap: return data out of bounds",
            Self::TooManyTopics => "wasm trap: more than four topics",
            Self::Instantiation => "wasm trap: segment does not fit",
        }
    }

    /// What the guest did; `None` if it was not the guest (no memory for the host, say).
    fn of(code: TrapCode) -> Option<Self> {
        match code {
            TrapCode::UnreachableCodeReached => Some(Self::Unreachable),
            TrapCode::StackOverflow => Some(Self::StackExhausted),
            TrapCode::HeapAccessOutOfBounds | TrapCode::HeapMisaligned => Some(Self::MemoryOutOfBounds),
            TrapCode::TableAccessOutOfBounds => Some(Self::TableOutOfBounds),
            TrapCode::IndirectCallToNull => Some(Self::UndefinedElement),
            TrapCode::BadSignature => Some(Self::SignatureMismatch),
            TrapCode::IntegerOverflow => Some(Self::IntegerOverflow),
            TrapCode::IntegerDivisionByZero => Some(Self::DivisionByZero),
            _ => None,
        }
    }
}

impl Outcome {
    fn without_gas(status: Status) -> Self {
        Self { status, gas_left: 0, output: Vec::new() }
    }
}

/// Fuel for entering a module.
fn entry_fuel(initial_pages: u32) -> u64 {
    let paid = u64::from(initial_pages.saturating_sub(fuel::FREE_PAGES));
    fuel::ENTRY.saturating_add(paid.saturating_mul(fuel::PAGE))
}

pub(crate) fn run(
    module: &LoadedModule,
    limits: &ModuleLimits,
    entry: Entry,
    frame: &Frame<'_>,
    gas: u64,
    host: &mut dyn Host,
) -> Outcome {
    let tank = gas.saturating_mul(fuel::FUEL_PER_GAS).min(i64::MAX as u64);
    let Some(tank) = tank.checked_sub(entry_fuel(module.initial_pages)) else {
        return Outcome::without_gas(Status::OutOfGas);
    };
    debug_assert!(module.initial_pages <= limits.initial_pages);
    // A panic of the host, or of wasmer (no memory for a stack), ends this frame and nothing else: the store goes with
    // it, and the caller gives up the transaction.
    catch_unwind(AssertUnwindSafe(|| run_metered(module, entry, frame, tank, host)))
        .unwrap_or_else(|_| Outcome::without_gas(Status::Fatal))
}

fn run_metered(module: &LoadedModule, entry: Entry, frame: &Frame<'_>, tank: u64, host: &mut dyn Host) -> Outcome {
    let mut store = Store::new(module.engine.clone());
    // SAFETY: `env` is only reached from host functions of `instance`, which run inside `enter` below, while `frame`
    // and `host` are borrowed.
    let env = FunctionEnv::new(&mut store, unsafe { Env::new(frame, host) });
    match Running::instantiate(&mut store, module, &env, tank) {
        Ok(running) => {
            let result = running.enter(&mut store, entry);
            running.sort(&mut store, &env, result)
        }
        Err(status) => {
            let gas_left = if status == Status::Fatal { 0 } else { tank / fuel::FUEL_PER_GAS };
            Outcome { gas_left, ..Outcome::without_gas(status) }
        }
    }
}

struct Running {
    instance: Instance,
    fuel: Global,
    stack: Global,
}

impl Running {
    /// A segment that does not fit is the guest's fault; that the host has no memory to give is not.
    fn instantiate(
        store: &mut Store,
        module: &LoadedModule,
        env: &FunctionEnv<Env>,
        tank: u64,
    ) -> Result<Self, Status> {
        let imports: Vec<_> = module.imports.iter().map(|import| import.link(store, env)).collect();
        let instance = Instance::new_by_index(store, &module.module, &imports).map_err(|error| match error {
            InstantiationError::Start(error) if error.clone().to_trap().is_some() => Status::Trap(Trap::Instantiation),
            _ => Status::Fatal,
        })?;
        Self::attach(store, instance, env, tank).ok_or(Status::Fatal)
    }

    fn attach(store: &mut Store, instance: Instance, env: &FunctionEnv<Env>, tank: u64) -> Option<Self> {
        let fuel = instance.exports.get_global(meter::FUEL).ok()?.clone();
        let stack = instance.exports.get_global(meter::STACK).ok()?.clone();
        fuel.set(store, Value::I64(tank as i64)).ok()?;
        let memory = instance.exports.get_memory(EXPORT_MEMORY).ok()?.clone();
        env.as_mut(store).attach(memory, fuel.clone());
        Some(Self { instance, fuel, stack })
    }

    /// An error that is no trap, and not ours, is the host's: [`Status::Fatal`].
    fn enter(&self, store: &mut Store, entry: Entry) -> Result<i32, RuntimeError> {
        let name = match entry {
            Entry::Deploy => EXPORT_DEPLOY,
            Entry::Call => EXPORT_CALL,
        };
        let function = self
            .instance
            .exports
            .get_typed_function::<(), i32>(store, name)
            .map_err(|e| RuntimeError::new(e.to_string()))?;
        function.call(store)
    }

    fn sort(&self, store: &mut Store, env: &FunctionEnv<Env>, result: Result<i32, RuntimeError>) -> Outcome {
        let fuel_left = self.fuel.get(store).i64().unwrap_or_default();
        let stack_left = self.stack.get(store).i32().unwrap_or_default();
        let status = match result {
            Ok(0) => Status::Success,
            Ok(_) => Status::Revert,
            Err(error) => match error.downcast::<Exit>() {
                Ok(Exit::Revert) => Status::Revert,
                Ok(Exit::OutOfGas) => Status::OutOfGas,
                Ok(Exit::Trap(trap)) => Status::Trap(trap),
                Ok(Exit::Fatal) => Status::Fatal,
                Err(_) if fuel_left < 0 => Status::OutOfGas,
                Err(_) if stack_left < 0 => Status::Trap(Trap::StackExhausted),
                Err(error) => error.to_trap().and_then(Trap::of).map_or(Status::Fatal, Status::Trap),
            },
        };
        match status {
            Status::OutOfGas | Status::Fatal => Outcome::without_gas(status),
            _ => {
                let gas_left = u64::try_from(fuel_left).unwrap_or_default() / fuel::FUEL_PER_GAS;
                let output = match status {
                    Status::Trap(_) => Vec::new(),
                    _ => env.as_mut(store).take_output(),
                };
                Outcome { status, gas_left, output }
            }
        }
    }
}
