//! Frames that are listened to: what revm's inspecting handler does around a frame, for both kinds of frames.

use crate::evm::{FrameError, ZxEvm};
use revm::{
    context_interface::context::ContextError,
    handler::{EvmTr, FrameInitOrResult, ItemOrResult, evm::FrameInitResult},
    inspector::{
        Inspector,
        handler::{frame_end, frame_start, inspect_instructions},
    },
    interpreter::interpreter_action::FrameInit,
};

type Frame<'a> = <ZxEvm<'a> as EvmTr>::Frame;

impl<'a> ZxEvm<'a> {
    /// Begins a frame, telling the recorder. A WASM frame is over when it is back: the recorder has heard of its end.
    pub(crate) fn listened_init(&mut self, mut init: FrameInit) -> Result<FrameInitResult<'_, Frame<'a>>, FrameError> {
        if let Some(recorder) = self.recorder.as_deref_mut() {
            if let Some(why) = recorder.stop() {
                return Err(ContextError::Custom(why.to_owned()));
            }
            frame_start(&mut self.inner.ctx, recorder, &mut init.frame_input);
        }
        let input = init.frame_input.clone();
        let over = match self.begin(init)? {
            ItemOrResult::Item(_) => None,
            ItemOrResult::Result(result) => Some(result),
        };
        let (ctx, recorder) = (&mut self.inner.ctx, self.recorder.as_deref_mut());
        if let Some(mut result) = over {
            if let Some(recorder) = recorder {
                frame_end(ctx, recorder, &input, &mut result);
            }
            return Ok(ItemOrResult::Result(result));
        }
        let frame = self.inner.frame_stack.get();
        if let Some(recorder) = recorder {
            recorder.initialize_interp(&mut frame.interpreter, ctx);
        }
        Ok(ItemOrResult::Item(frame))
    }

    /// Runs the innermost EVM frame until it ends or calls, telling the recorder of every opcode.
    pub(crate) fn listened_run(&mut self) -> Result<FrameInitOrResult<Frame<'a>>, FrameError> {
        let Some(recorder) = self.recorder.as_deref_mut() else { return self.inner.frame_run() };
        let (ctx, instructions) = (&mut self.inner.ctx, &self.inner.instruction);
        let frame = self.inner.frame_stack.get();
        let (table, gas) = (instructions.instruction_table(), instructions.gas_table());
        let action = inspect_instructions(ctx, &mut frame.interpreter, &mut *recorder, table, gas);
        let mut result = frame.process_next_action(ctx, action);
        if let Ok(ItemOrResult::Result(result)) = &mut result {
            frame_end(ctx, recorder, &frame.input, result);
            frame.set_finished(true);
        }
        result
    }
}
