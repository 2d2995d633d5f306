//! Giving a run up: nobody waits for its answer any more.

use crate::evm::{FrameError, ZxEvm};
use revm::{
    context_interface::context::ContextError,
    handler::{EvmTr, FrameInitOrResult},
    interpreter::interpreter_types::LoopControl,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

/// What a run that is given up ends with. revm passes texts through; this one is known by its address-free words.
pub(crate) const CANCELLED: &str = "the run was given up";

/// Opcodes between two looks at the clock: some microseconds.
const LOOK: u32 = 1_024;

/// When a run is to be given up: at a moment, or as soon as somebody says so. The default is never.
///
/// It is looked at where a frame begins, between the runs of an estimate, and after each thousand opcodes; WASM programs
/// are ended from another thread (see [`Interruptible`](zx_sandbox::Interruptible)).
#[derive(Clone, Debug, Default)]
pub struct Cancel {
    deadline: Option<Instant>,
    flag: Option<Arc<AtomicBool>>,
}

impl Cancel {
    /// At a moment.
    pub fn at(deadline: Instant) -> Self {
        Self { deadline: Some(deadline), flag: None }
    }

    /// When this becomes true, too.
    #[must_use]
    pub fn or_when(self, flag: Arc<AtomicBool>) -> Self {
        Self { flag: Some(flag), ..self }
    }

    /// Whether the run is to be given up.
    pub fn is_due(&self) -> bool {
        self.flag.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed))
            || self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }
}

impl Cancel {
    /// Whether there is a moment to look for.
    pub(crate) fn is_possible(&self) -> bool {
        self.flag.is_some() || self.deadline.is_some()
    }
}

impl<'a> ZxEvm<'a> {
    /// Runs the innermost EVM frame until it ends or calls, as revm does, and looks now and then whether to give up.
    pub(crate) fn run_until_due(&mut self) -> Result<FrameInitOrResult<<Self as EvmTr>::Frame>, FrameError> {
        let (ctx, instructions) = (&mut self.inner.ctx, &self.inner.instruction);
        let (table, gas) = (instructions.instruction_table(), instructions.gas_table());
        let frame = self.inner.frame_stack.get();
        let mut steps = 0u32;
        let end = loop {
            if let Err(end) = frame.interpreter.step(table, gas, ctx) {
                break end;
            }
            steps = steps.wrapping_add(1);
            if steps.is_multiple_of(LOOK) && self.cancel.is_due() {
                return Err(ContextError::Custom(CANCELLED.to_owned()));
            }
        };
        if frame.interpreter.bytecode.action().is_none() {
            frame.interpreter.halt(end);
        }
        let action = frame.interpreter.take_next_action();
        let result: Result<_, FrameError> = frame.process_next_action(ctx, action);
        result.inspect(|result| {
            if result.is_result() {
                frame.set_finished(true);
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_run_is_given_up_at_its_moment_or_when_it_is_said() {
        assert!(!Cancel::default().is_due());
        assert!(Cancel::at(Instant::now()).is_due());
        let flag = Arc::new(AtomicBool::new(false));
        let cancel = Cancel::at(Instant::now() + Duration::from_secs(3_600)).or_when(Arc::clone(&flag));
        assert!(!cancel.is_due());
        flag.store(true, Ordering::Relaxed);
        assert!(cancel.is_due());
    }
}
