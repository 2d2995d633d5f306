//! Transactions for tests of contracts: what a block would do with them, but from any account, and for nothing.
//!
//! Gas is counted to the unit as in a block: intrinsic gas, warm and cold access, refunds. Only the money is left out:
//! the sender's balance changes by the value alone, and nobody is paid, so that balances in a test are round numbers.

use crate::{
    Executor, TxError,
    evm::{StateDbError, ZxEvm},
    simulate::halt_text,
};
use alloy_consensus::Header;
use alloy_primitives::{Address, B256, Bytes, Log, TxKind, U256};
use revm::{
    context::{ContextTr, TxEnv},
    context_interface::{
        JournalTr, LocalContextTr as _, Transaction as _,
        journaled_state::account::JournaledAccountTr,
        result::{EVMError, ExecutionResult, HaltReason, InvalidTransaction, Output},
    },
    handler::{EvmTr, FrameResult, Handler, execution::create_init_frame},
    interpreter::{
        CallScheme, FrameInput, GasTracker, InitialAndFloorGas, SharedMemory, interpreter_action::FrameInit,
    },
};
use zx_primitives::{StateChanges, StateReader};

/// A transaction that nobody has signed and nobody pays for.
#[derive(Clone, Debug, Default)]
pub struct Rehearsal {
    /// Sender: any account, with code or without.
    pub from: Address,
    /// Receiver, or a create.
    pub to: TxKind,
    /// Gas limit.
    pub gas: u64,
    /// What contracts are told that it pays, in wei a gas.
    pub gas_price: u128,
    /// Wei that go along.
    pub value: U256,
    /// Calldata, or what a create is made from.
    pub data: Bytes,
    /// What contracts are told that its hash is.
    pub hash: B256,
    /// Whether writes are refused, as in a static call. Of calls only.
    pub is_static: bool,
}

/// How a rehearsal ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It succeeded.
    Success {
        /// What the call returned.
        output: Bytes,
        /// The contract that was created.
        created: Option<Address>,
    },
    /// It reverted, with these data.
    Revert(Bytes),
    /// It failed, and its gas is gone; why, in the words of geth.
    Halt(String),
}

/// What a rehearsal did.
#[derive(Clone, Debug)]
pub struct Rehearsed {
    /// How it ended.
    pub ending: Ending,
    /// Gas used, as its receipt would say.
    pub gas_used: u64,
    /// Gas that was given back for storage that was cleared; a receipt's figure is without it.
    pub refunded: u64,
    /// Logs.
    pub logs: Vec<Log>,
    /// What it did to the state.
    pub changes: StateChanges,
}

impl Executor {
    /// Runs a transaction as a block with this header would, for nothing.
    ///
    /// # Errors
    /// No block could have it (too little gas to begin with, more value than its sender has), or the state cannot be
    /// read.
    pub fn rehearse(&self, state: &dyn StateReader, header: &Header, call: &Rehearsal) -> Result<Rehearsed, TxError> {
        let nonce = state.account(call.from)?.map_or(0, |account| account.nonce);
        let mut evm = ZxEvm::new(self, state, header);
        let cfg = evm.cfg();
        cfg.disable_eip3607 = true;
        cfg.disable_base_fee = true;
        let tx = TxEnv {
            caller: call.from,
            kind: call.to,
            gas_limit: call.gas,
            gas_price: call.gas_price,
            value: call.value,
            data: call.data.clone(),
            chain_id: Some(self.spec.chain_id),
            nonce,
            ..TxEnv::default()
        };
        evm.begin_transaction(call.hash, tx);
        let result = Unpaid { is_static: call.is_static, evm: std::marker::PhantomData }.run(&mut evm)?;
        evm.commit();
        Ok(rehearsed(result, evm.into_changes(&self.codes)))
    }
}

fn rehearsed(result: ExecutionResult, changes: StateChanges) -> Rehearsed {
    let (gas_used, refunded) = (result.tx_gas_used(), result.gas().inner_refunded());
    let (ending, logs) = match result {
        ExecutionResult::Success { output, logs, .. } => {
            let created = match &output {
                Output::Create(_, created) => *created,
                Output::Call(_) => None,
            };
            (Ending::Success { output: output.into_data(), created }, logs)
        }
        ExecutionResult::Revert { output, .. } => (Ending::Revert(output), Vec::new()),
        ExecutionResult::Halt { reason, .. } => (Ending::Halt(halt_text(&reason)), Vec::new()),
    };
    Rehearsed { ending, gas_used, refunded, logs, changes }
}

/// revm's handling of transactions without the money.
struct Unpaid<'a> {
    is_static: bool,
    evm: std::marker::PhantomData<ZxEvm<'a>>,
}

impl<'a> Handler for Unpaid<'a> {
    type Evm = ZxEvm<'a>;
    type Error = EVMError<StateDbError>;
    type HaltReason = HaltReason;

    fn validate_against_state_and_deduct_caller(
        &self,
        evm: &mut Self::Evm,
        _gas: &mut InitialAndFloorGas,
    ) -> Result<(), Self::Error> {
        let (_, tx, _, journal, _, _) = evm.ctx().all_mut();
        let mut caller = journal.load_account_with_code_mut(tx.caller())?.data;
        let (value, balance) = (tx.value(), *caller.balance());
        if value > balance {
            let short = InvalidTransaction::LackOfFundForMaxFee { fee: Box::new(value), balance: Box::new(balance) };
            return Err(short.into());
        }
        // A create counts its creator's nonce itself.
        if tx.kind().is_call() {
            caller.bump_nonce();
        }
        Ok(())
    }

    fn first_frame_input(
        &mut self,
        evm: &mut Self::Evm,
        gas: &mut GasTracker,
    ) -> Result<Option<FrameInit>, Self::Error> {
        let ctx = evm.ctx_mut();
        let memory = SharedMemory::new_with_buffer(ctx.local().shared_memory_buffer().clone());
        let Some(mut frame_input) = create_init_frame(ctx, gas)? else { return Ok(None) };
        if let (true, FrameInput::Call(inputs)) = (self.is_static, &mut frame_input) {
            inputs.is_static = true;
            inputs.scheme = CallScheme::StaticCall;
        }
        Ok(Some(FrameInit { depth: 0, memory, frame_input }))
    }

    fn reimburse_caller(&self, _evm: &mut Self::Evm, _result: &mut FrameResult) -> Result<(), Self::Error> {
        Ok(())
    }

    fn reward_beneficiary(&self, _evm: &mut Self::Evm, _result: &mut FrameResult) -> Result<(), Self::Error> {
        Ok(())
    }
}
