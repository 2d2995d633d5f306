//! One frame: take an instance, enter it, and sort what came of it.

use crate::{
    engine::LoadedModule,
    host::{Frame, Host},
    instance::Warm,
    interrupt,
    linker::Exit,
    meter::UNREACHABLE,
    profile,
};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, atomic::Ordering},
};
use wasmer::RuntimeError;
use wasmer_types::TrapCode;
use zx_host_functions::fuel;

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
    /// Gas that is left; 0 unless it succeeded or reverted.
    pub gas_left: u64,
    /// What it returned, or why it reverted.
    pub output: Vec<u8>,
    /// Immutables that a constructor has written.
    pub immutables: Vec<u8>,
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
    /// It did what no contract may, and loses its gas for it.
    Trap(Trap),
    /// The host failed, or has ended it (see [`Interruptible`](crate::Interruptible)); the transaction must not be
    /// included.
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
    /// An immutable written after the constructor.
    ImmutableWrite,
    /// Immutables past their limit.
    ImmutablesTooLarge,
    /// The host panicked while it did what the guest asked for.
    Host,
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
            Self::ImmutableWrite => "wasm trap: immutable written outside of a constructor",
            Self::ImmutablesTooLarge => "wasm trap: more than 4096 bytes of immutables",
            Self::Host => "wasm trap: the host failed",
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
        Self { status, gas_left: 0, output: Vec::new(), immutables: Vec::new() }
    }
}

pub(crate) fn run(
    module: &Arc<LoadedModule>,
    entry: Entry,
    frame: &Frame<'_>,
    gas: u64,
    host: &mut dyn Host,
) -> Outcome {
    let opened = module.profiled.map(|code| profile::open(code, gas, module.entry_fuel(frame.is_first)));
    let outcome = run_frame(module, entry, frame, gas, host);
    if let Some(opened) = opened {
        profile::close(opened, outcome.gas_left);
    }
    outcome
}

fn run_frame(module: &Arc<LoadedModule>, entry: Entry, frame: &Frame<'_>, gas: u64, host: &mut dyn Host) -> Outcome {
    let tank = gas.saturating_mul(fuel::FUEL_PER_GAS).min(i64::MAX as u64);
    let Some(tank) = tank.checked_sub(module.entry_fuel(frame.is_first)) else {
        return Outcome::without_gas(Status::OutOfGas);
    };
    // wasmer panics when there is no memory for a stack. That ends this frame and nothing else: the instance goes with
    // it, and the caller gives up the transaction.
    let ran = catch_unwind(AssertUnwindSafe(|| {
        let mut warm = module.take()?;
        let result = warm.enter(entry, tank, frame, host);
        let outcome = sort(module, &mut warm, result);
        if let Status::Success | Status::Revert = outcome.status {
            module.give_back(warm);
        }
        Ok(outcome)
    }));
    ran.unwrap_or(Err(Status::Fatal)).unwrap_or_else(Outcome::without_gas)
}

/// An error that is no trap, and not ours, is the host's: [`Status::Fatal`].
fn sort(module: &LoadedModule, warm: &mut Warm, result: Result<i32, RuntimeError>) -> Outcome {
    let trapped_at = warm.env().trapped_at.swap(0, Ordering::Relaxed);
    let status = match (result, warm.env().exit()) {
        _ if warm.starved() || interrupt::has_ended() => Status::Fatal,
        (Ok(_), _) if warm.fuel() < 0 => Status::OutOfGas,
        (Ok(0), _) => Status::Success,
        (Ok(_), _) | (Err(_), Some(Exit::Revert)) => Status::Revert,
        (Err(_), Some(Exit::OutOfGas)) => Status::OutOfGas,
        (Err(_), Some(Exit::Trap(trap))) => Status::Trap(trap),
        (Err(_), Some(Exit::Fatal)) => Status::Fatal,
        (Err(_), None) if warm.fuel() < 0 => Status::OutOfGas,
        (Err(_), None) if warm.stack() == UNREACHABLE => Status::Trap(Trap::Unreachable),
        (Err(_), None) if warm.stack() < 0 => Status::Trap(Trap::StackExhausted),
        (Err(error), None) => {
            let code = if trapped_at == 0 { error.to_trap() } else { module.trap_at(trapped_at) };
            code.and_then(Trap::of).map_or(Status::Fatal, Status::Trap)
        }
    };
    match status {
        Status::Success | Status::Revert => {
            let gas_left = warm.fuel().max(0) as u64 / fuel::FUEL_PER_GAS;
            let (output, immutables) = (warm.env().take_output(), warm.env().take_immutables());
            Outcome { status, gas_left, output, immutables }
        }
        _ => Outcome::without_gas(status),
    }
}
