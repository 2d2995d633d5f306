//! Moves of value as logs, for `eth_simulateV1`: as if wei were an ERC-20 token at `0xeeee...ee`.

use crate::evm::{FrameError, ZxEvm, counts};
use alloy_primitives::{Address, B256, Bytes, Log, U256, address, b256};
use revm::{
    context::ContextTr,
    context_interface::JournalTr,
    handler::{EvmTr, FrameResult, ItemOrResult, evm::FrameInitResult},
    interpreter::{CallValue, FrameInput, interpreter_action::FrameInit},
};

/// What stands for wei (ERC-7528).
const WEI: Address = address!("eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee");
/// `Transfer(address,address,uint256)`.
const TRANSFER: B256 = b256!("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");

/// Who gives whom how much; whom is not known of a contract that is only being made.
#[derive(Clone, Copy)]
struct Move {
    from: Address,
    to: Option<Address>,
    value: U256,
}

impl<'a> ZxEvm<'a> {
    /// A frame that revm runs itself. Its log is inside the frame's checkpoint, and goes if the frame reverts.
    pub(crate) fn evm_frame(
        &mut self,
        init: FrameInit,
    ) -> Result<FrameInitResult<'_, <Self as EvmTr>::Frame>, FrameError> {
        let moved = if self.log_transfers { moved(&init.frame_input) } else { None };
        let begun = match self.inner.frame_init(init)? {
            ItemOrResult::Item(frame) => {
                let target = frame.interpreter.input.target_address;
                self.open.enter(target, counts(&frame.input));
                Ok(target)
            }
            ItemOrResult::Result(result) => Err(result),
        };
        match begun {
            Ok(target) => {
                self.log_move(moved, target);
                Ok(ItemOrResult::Item(self.inner.frame_stack.get()))
            }
            Err(result) => {
                // An account without code, or a precompile: it is over already.
                if let (FrameResult::Call(outcome), Some(Move { to: Some(to), .. })) = (&result, moved)
                    && outcome.result.result.is_ok()
                {
                    self.log_move(moved, to);
                }
                Ok(ItemOrResult::Result(result))
            }
        }
    }

    /// Logs a move of value in the frame that is open.
    pub(crate) fn log_transfer(&mut self, from: Address, to: Address, value: U256) {
        if self.log_transfers {
            self.log_move(Some(Move { from, to: Some(to), value }), to);
        }
    }

    fn log_move(&mut self, moved: Option<Move>, target: Address) {
        let Some(Move { from, value, .. }) = moved.filter(|moved| !moved.value.is_zero()) else { return };
        let topics = vec![TRANSFER, from.into_word(), target.into_word()];
        let log = Log::new_unchecked(WEI, topics, Bytes::from(value.to_be_bytes::<32>()));
        self.inner.ctx.journal_mut().log(log);
    }
}

fn moved(input: &FrameInput) -> Option<Move> {
    match input {
        FrameInput::Call(call) => match call.value {
            CallValue::Transfer(value) => Some(Move { from: call.caller, to: Some(call.target_address), value }),
            CallValue::Apparent(_) => None,
        },
        FrameInput::Create(create) => Some(Move { from: create.caller(), to: None, value: create.value() }),
        FrameInput::Empty => None,
    }
}
