//! What a WASM program asks for, done on revm's journal at the price of the EVM's opcode.

use crate::evm::{FrameError, ZxEvm};
use alloy_primitives::{Address, B256, B512, Bytes, Log, LogData, U256, keccak256};
use revm::{
    context::ContextTr,
    context_interface::{
        Cfg, CreateScheme, Host as _, cfg::GasParams, host::LoadError, journaled_state::AccountInfoLoad,
    },
    handler::FrameResult,
    inspector::Inspector,
    interpreter::{
        CallInput, CallInputs, CallScheme, CallValue, CreateInputs, FrameInput, InstructionResult, InterpreterResult,
        SharedMemory, instructions::contract::load_account_delegated, interpreter_action::FrameInit,
    },
    precompile::secp256k1::ecrecover,
    primitives::BLOCK_HASH_HISTORY,
};
use sha2::{Digest, Sha256};
use zx_host_functions::{deploy::is_wasm, ed25519};
use zx_sandbox::{CallKind, CallReply, CallRequest, CallStatus, CreateRequest, Gas, Host, Stop, Watched};

/// Gas of the opcodes' fixed part (Yellow Paper, appendix G; EIP-2929 for the warm ones).
mod price {
    pub(super) const LOG: u64 = 375;
    pub(super) const KECCAK256: u64 = 30;
    pub(super) const SELF_BALANCE: u64 = 5;
    /// Precompile 0x01.
    pub(super) const RECOVER: u64 = 3_000;
    /// Precompile 0x02.
    pub(super) const SHA256: u64 = 60;
    /// Precompile 0x02, each word.
    pub(super) const SHA256_WORD: u64 = 12;
    pub(super) const BLOCK_HASH: u64 = 20;
    /// Of `TLOAD` and of `TSTORE` (EIP-1153).
    pub(super) const TRANSIENT: u64 = 100;
    /// One signature takes 42 us (`ed25519_verify` of the sweep, with AVX2): 1.9 times plain arithmetic for that gas, and
    /// room for processors without.
    pub(super) const ED25519: u64 = 3_000;
    /// SHA-512 of the message, each word.
    pub(super) const ED25519_WORD: u64 = 12;
}

/// The host of one program.
pub(crate) struct JournalHost<'e, 'a> {
    evm: &'e mut ZxEvm<'a>,
    memory: SharedMemory,
    address: Address,
    caller: Address,
    value: U256,
    is_static: bool,
    depth: usize,
    refund: i64,
    error: Option<FrameError>,
}

impl<'e, 'a> JournalHost<'e, 'a> {
    pub(crate) fn new(
        evm: &'e mut ZxEvm<'a>,
        memory: SharedMemory,
        address: Address,
        caller: Address,
        value: U256,
        is_static: bool,
        depth: usize,
    ) -> Self {
        Self { evm, memory, address, caller, value, is_static, depth, refund: 0, error: None }
    }

    /// The refund that the program has earned, and what went wrong in a nested frame.
    pub(crate) fn finish(self) -> (i64, Option<FrameError>) {
        (self.refund, self.error)
    }

    fn params(&self) -> &GasParams {
        self.evm.inner.ctx.cfg().gas_params()
    }

    fn refuse_if_static(&self) -> Result<(), Stop> {
        if self.is_static { Err(Stop::StaticWrite) } else { Ok(()) }
    }

    /// Runs a nested frame on a memory context of its own, as the EVM's frames do.
    fn nested(&mut self, frame_input: FrameInput) -> Result<FrameResult, Stop> {
        let init = FrameInit { depth: self.depth + 1, memory: self.memory.new_child_context(), frame_input };
        let result = self.evm.run_nested(init);
        self.memory.free_child_context();
        // A frame that could not read the state ends like any other; revm keeps the error in the context.
        let failed = std::mem::replace(self.evm.inner.ctx.error(), Ok(()));
        result.and_then(|result| failed.map(|()| result)).map_err(|error| {
            self.error = Some(error);
            Stop::Fatal
        })
    }

    /// Settles a nested frame's gas, and says how it ended.
    fn settle(&mut self, gas: &mut Gas, result: &InterpreterResult) -> CallStatus {
        if result.result.is_ok_or_revert() {
            gas.give_back(result.gas.remaining());
        }
        if result.result.is_ok() {
            self.refund = self.refund.saturating_add(result.gas.refunded());
            CallStatus::Success
        } else if result.result == InstructionResult::Revert {
            CallStatus::Revert
        } else {
            CallStatus::Failure
        }
    }

    /// Charges for an account, and loads it.
    fn account(&mut self, gas: &mut Gas, address: [u8; 20], with_code: bool) -> Result<AccountInfoLoad<'_>, Stop> {
        gas.charge(self.params().warm_storage_read_cost())?;
        let cold = self.params().cold_account_additional_cost();
        let skip = gas.left() < cold;
        let ctx = &mut self.evm.inner.ctx;
        let account = ctx.load_account_info_skip_cold_load(address.into(), with_code, skip).map_err(stop)?;
        if account.is_cold {
            gas.charge(cold)?;
        }
        Ok(account)
    }

    /// What a caller may pass on: all but a 64th (EIP-150).
    fn forward(&self, gas: &mut Gas, wanted: u64) -> Result<u64, Stop> {
        let limit = self.params().call_stipend_reduction(gas.left()).min(wanted);
        gas.charge(limit)?;
        Ok(limit)
    }
}

fn stop(error: LoadError) -> Stop {
    match error {
        LoadError::ColdLoadSkipped => Stop::OutOfGas,
        LoadError::DBError => Stop::Fatal,
    }
}

fn words(bytes: usize) -> u64 {
    (bytes as u64).div_ceil(32)
}

impl Host for JournalHost<'_, '_> {
    fn watches(&self) -> bool {
        self.evm.recorder.as_ref().is_some_and(|recorder| recorder.watches())
    }

    fn host_call(&mut self, call: Watched<'_>) -> Result<(), Stop> {
        let Some(recorder) = &mut self.evm.recorder else { return Ok(()) };
        recorder.host_call(&call);
        let Some(why) = recorder.stop() else { return Ok(()) };
        self.error = Some(FrameError::Custom(why.to_owned()));
        Err(Stop::Fatal)
    }

    fn host_return(&mut self, call: Watched<'_>, result: Result<Option<u64>, ()>) {
        if let Some(recorder) = &mut self.evm.recorder {
            recorder.host_return(&call, result);
        }
    }

    fn storage_read(&mut self, gas: &mut Gas, key: [u8; 32]) -> Result<[u8; 32], Stop> {
        gas.charge(self.params().warm_storage_read_cost())?;
        let cold = self.params().cold_storage_additional_cost();
        let skip = gas.left() < cold;
        let key = U256::from_be_bytes(key);
        let slot = self.evm.inner.ctx.sload_skip_cold_load(self.address, key, skip).map_err(stop)?;
        if slot.is_cold {
            gas.charge(cold)?;
        }
        Ok(slot.data.to_be_bytes())
    }

    fn storage_write(&mut self, gas: &mut Gas, key: [u8; 32], value: [u8; 32]) -> Result<(), Stop> {
        self.refuse_if_static()?;
        // EIP-2200: a callee that lives on the stipend cannot write.
        if gas.left() <= self.params().call_stipend() {
            return Err(Stop::OutOfGas);
        }
        gas.charge(self.params().sstore_static_gas())?;
        let skip = gas.left() < self.params().cold_storage_cost();
        let (key, value) = (U256::from_be_bytes(key), U256::from_be_bytes(value));
        let slot = self.evm.inner.ctx.sstore_skip_cold_load(self.address, key, value, skip).map_err(stop)?;
        gas.charge(self.params().sstore_dynamic_gas(true, &slot.data, slot.is_cold))?;
        self.refund = self.refund.saturating_add(self.params().sstore_refund(true, &slot.data));
        Ok(())
    }

    fn log(&mut self, gas: &mut Gas, topics: &[[u8; 32]], data: &[u8]) -> Result<(), Stop> {
        self.refuse_if_static()?;
        gas.charge(price::LOG)?;
        gas.charge(self.params().log_cost(topics.len() as u8, data.len() as u64))?;
        let topics = topics.iter().map(B256::from).collect();
        let data = LogData::new_unchecked(topics, Bytes::copy_from_slice(data));
        let log = Log { address: self.address, data };
        if let Some(recorder) = &mut self.evm.recorder {
            recorder.log(&mut self.evm.inner.ctx, log.clone());
        }
        self.evm.inner.ctx.log(log);
        Ok(())
    }

    fn self_balance(&mut self, gas: &mut Gas) -> Result<[u8; 32], Stop> {
        gas.charge(price::SELF_BALANCE)?;
        let balance = self.evm.inner.ctx.balance(self.address).ok_or(Stop::Fatal)?;
        Ok(balance.data.to_be_bytes())
    }

    fn balance(&mut self, gas: &mut Gas, address: [u8; 20]) -> Result<[u8; 32], Stop> {
        Ok(self.account(gas, address, false)?.balance.to_be_bytes())
    }

    fn call(&mut self, gas: &mut Gas, request: CallRequest) -> Result<CallReply, Stop> {
        let to = Address::from(request.to);
        let value = U256::from_be_bytes(request.value);
        let transfers = !value.is_zero();
        if transfers {
            self.refuse_if_static()?;
            gas.charge(self.params().transfer_value_cost())?;
        }
        gas.charge(self.params().warm_storage_read_cost())?;
        let ctx = &mut self.evm.inner.ctx;
        let spec = *ctx.cfg().spec();
        let is_call = request.kind == CallKind::Call;
        let (cost, _, code, code_hash) =
            load_account_delegated(ctx, spec, gas.left(), to, transfers, is_call).map_err(stop)?;
        gas.charge(cost)?;
        let forwarded = self.forward(gas, request.gas)?;
        let stipend = if transfers { self.params().call_stipend() } else { 0 };
        let (scheme, target_address, caller, call_value) = match request.kind {
            CallKind::Call => (CallScheme::Call, to, self.address, CallValue::Transfer(value)),
            CallKind::Static => (CallScheme::StaticCall, to, self.address, CallValue::Transfer(U256::ZERO)),
            CallKind::Delegate => {
                (CallScheme::DelegateCall, self.address, self.caller, CallValue::Apparent(self.value))
            }
        };
        let inputs = CallInputs {
            input: CallInput::Bytes(request.input.into()),
            return_memory_offset: 0..0,
            gas_limit: forwarded.saturating_add(stipend),
            bytecode_address: to,
            known_bytecode: (code_hash, code),
            target_address,
            caller,
            value: call_value,
            scheme,
            is_static: self.is_static || request.kind == CallKind::Static,
            reservoir: 0,
            charged_new_account_state_gas: false,
        };
        let result = self.nested(FrameInput::Call(Box::new(inputs)))?.into_interpreter_result();
        let status = self.settle(gas, &result);
        Ok(CallReply { status, output: result.output.into(), created: None })
    }

    fn create(&mut self, gas: &mut Gas, request: CreateRequest) -> Result<CallReply, Stop> {
        self.refuse_if_static()?;
        let CreateRequest { value, code, salt } = request;
        let limit = match is_wasm(&code) {
            true => self.evm.spec.wasm_deploy_bytes(),
            false => self.evm.spec.evm_init_code_bytes(),
        };
        if code.len() > limit {
            return Ok(CallReply { status: CallStatus::Failure, output: Vec::new(), created: None });
        }
        gas.charge(self.params().initcode_cost(code.len()))?;
        let scheme = match salt {
            Some(salt) => {
                gas.charge(self.params().create2_cost(code.len()))?;
                CreateScheme::Create2 { salt: U256::from_be_bytes(salt) }
            }
            None => {
                gas.charge(self.params().create_cost())?;
                CreateScheme::Create
            }
        };
        let forwarded = self.forward(gas, u64::MAX)?;
        let value = U256::from_be_bytes(value);
        let inputs = CreateInputs::new(self.address, scheme, value, code.into(), forwarded, 0);
        let result = self.nested(FrameInput::Create(Box::new(inputs)))?;
        let created = match &result {
            FrameResult::Create(outcome) => outcome.address,
            FrameResult::Call(_) => None,
        };
        let result = result.into_interpreter_result();
        let status = match self.settle(gas, &result) {
            // revm's way to say that the creator's nonce is used up.
            CallStatus::Success if created.is_none() => CallStatus::Failure,
            status => status,
        };
        // As the EVM has it: return data is only there if the constructor reverted.
        let output = if result.result == InstructionResult::Revert { result.output.into() } else { Vec::new() };
        let created = created.filter(|_| status == CallStatus::Success).map(Address::into_array);
        Ok(CallReply { status, output, created })
    }

    fn block_hash(&mut self, gas: &mut Gas, number: u64) -> Result<[u8; 32], Stop> {
        gas.charge(price::BLOCK_HASH)?;
        let ago = self.evm.block.number.checked_sub(number);
        if !ago.is_some_and(|ago| (1..=BLOCK_HASH_HISTORY).contains(&ago)) {
            return Ok([0; 32]);
        }
        self.evm.inner.ctx.block_hash(number).map(|hash| hash.0).ok_or(Stop::Fatal)
    }

    fn code_size(&mut self, gas: &mut Gas, address: [u8; 20]) -> Result<u32, Stop> {
        let account = self.account(gas, address, true)?;
        let len = account.code.as_ref().map_or(0, |code| code.len());
        // Code of four gibibytes is in no chain.
        Ok(u32::try_from(len).unwrap_or(u32::MAX))
    }

    fn code_hash(&mut self, gas: &mut Gas, address: [u8; 20]) -> Result<[u8; 32], Stop> {
        let account = self.account(gas, address, false)?;
        Ok(if account.account.is_empty() { [0; 32] } else { account.code_hash.0 })
    }

    fn transient_read(&mut self, gas: &mut Gas, key: [u8; 32]) -> Result<[u8; 32], Stop> {
        gas.charge(price::TRANSIENT)?;
        Ok(self.evm.inner.ctx.tload(self.address, U256::from_be_bytes(key)).to_be_bytes())
    }

    fn transient_write(&mut self, gas: &mut Gas, key: [u8; 32], value: [u8; 32]) -> Result<(), Stop> {
        self.refuse_if_static()?;
        gas.charge(price::TRANSIENT)?;
        let (key, value) = (U256::from_be_bytes(key), U256::from_be_bytes(value));
        self.evm.inner.ctx.tstore(self.address, key, value);
        Ok(())
    }

    fn keccak256(&mut self, gas: &mut Gas, data: &[u8]) -> Result<[u8; 32], Stop> {
        gas.charge(price::KECCAK256)?;
        gas.charge(self.params().keccak256_cost(data.len()))?;
        Ok(keccak256(data).0)
    }

    fn sha256(&mut self, gas: &mut Gas, data: &[u8]) -> Result<[u8; 32], Stop> {
        gas.charge(price::SHA256 + price::SHA256_WORD * words(data.len()))?;
        Ok(Sha256::digest(data).into())
    }

    fn secp256k1_recover(
        &mut self,
        gas: &mut Gas,
        hash: [u8; 32],
        signature: [u8; 64],
        v: u32,
    ) -> Result<Option<[u8; 20]>, Stop> {
        gas.charge(price::RECOVER)?;
        let parity = match v {
            27 => 0,
            28 => 1,
            _ => return Ok(None),
        };
        let word = ecrecover(&B512::from(signature), parity, &B256::from(hash)).ok();
        Ok(word.map(|word| Address::from_word(word).into_array()))
    }

    fn ed25519_verify(
        &mut self,
        gas: &mut Gas,
        message: &[u8],
        signature: [u8; 64],
        public_key: [u8; 32],
    ) -> Result<bool, Stop> {
        gas.charge(price::ED25519 + price::ED25519_WORD * words(message.len()))?;
        Ok(ed25519::verify(message, &signature, &public_key))
    }
}
