//! The lower bound: `transfer` as native Rust on revm's journal, inside an ordinary transaction.
//!
//! [`NativeToken`] is a precompile with storage. [`run`] does around it what `Executor::execute_block` does around a
//! contract: validity, fees, nonces, journal, receipts, bundle and changes.

use crate::world::MemoryState;
use alloy_consensus::{Header, Transaction};
use alloy_primitives::{Address, B256, U256, keccak256};
use alloy_sol_types::{SolCall, SolEvent, SolValue, sol};
use revm::{
    Database, DatabaseCommit, ExecuteEvm, MainBuilder,
    context::{BlockEnv, ContextTr, TxEnv},
    context_interface::JournalTr,
    database::{State, states::bundle_state::BundleRetention},
    handler::{EthPrecompiles, MainnetContext, PrecompileProvider},
    interpreter::{CallInputs, Gas, InstructionResult, InterpreterResult},
    primitives::{AddressSet, Log, hardfork::SpecId},
    state::{AccountInfo, Bytecode},
};
use std::convert::Infallible;
use zx_primitives::{AccountChange, Receipt, RecoveredTx, SlotChange, StateChanges};

sol! {
    #[derive(Debug)]
    function transfer(address to, uint256 value) external returns (bool);
    #[derive(Debug, PartialEq)]
    event Transfer(address indexed from, address indexed to, uint256 value);
}

/// Where the native token lives.
pub(crate) const TOKEN: Address = Address::repeat_byte(0x7A);

/// Slot of an account's balance: `mapping(address => uint256)` at slot 0, as OpenZeppelin has it.
pub(crate) fn balance_slot(account: Address) -> U256 {
    keccak256((account, U256::ZERO).abi_encode()).into()
}

type Ctx<'a> = MainnetContext<State<Reader<'a>>>;

/// The precompiles of Ethereum, and the token.
#[derive(Debug)]
struct NativeToken {
    ethereum: EthPrecompiles,
    addresses: AddressSet,
}

impl NativeToken {
    fn new() -> Self {
        let ethereum = EthPrecompiles::new(SpecId::OSAKA);
        let mut addresses = ethereum.warm_addresses().clone();
        addresses.insert(TOKEN);
        Self { ethereum, addresses }
    }
}

impl<'a> PrecompileProvider<Ctx<'a>> for NativeToken {
    type Output = InterpreterResult;

    fn set_spec(&mut self, spec: SpecId) -> bool {
        PrecompileProvider::<Ctx<'a>>::set_spec(&mut self.ethereum, spec)
    }

    fn run(&mut self, context: &mut Ctx<'a>, inputs: &CallInputs) -> Result<Option<InterpreterResult>, String> {
        if inputs.bytecode_address != TOKEN {
            return self.ethereum.run(context, inputs);
        }
        let input = inputs.input.bytes(context);
        let call = transferCall::abi_decode(&input).map_err(|e| e.to_string())?;
        let journal = context.journal_mut();
        let moved = move_tokens(journal, inputs.caller, call.to, call.value).map_err(|e| e.to_string())?;
        let (result, output) = match moved {
            true => (InstructionResult::Return, true.abi_encode()),
            false => (InstructionResult::Revert, Vec::new()),
        };
        Ok(Some(InterpreterResult { result, output: output.into(), gas: Gas::new(inputs.gas_limit) }))
    }

    fn warm_addresses(&self) -> &AddressSet {
        &self.addresses
    }
}

/// The logic of ZX-20: two reads, two writes, one log. False if there is too little.
fn move_tokens<J: JournalTr>(
    journal: &mut J,
    from: Address,
    to: Address,
    value: U256,
) -> Result<bool, <J::Database as Database>::Error> {
    if from.is_zero() || to.is_zero() {
        return Ok(false);
    }
    let (from_slot, to_slot) = (balance_slot(from), balance_slot(to));
    let Some(rest) = journal.sload(TOKEN, from_slot)?.data.checked_sub(value) else { return Ok(false) };
    journal.sstore(TOKEN, from_slot, rest)?;
    let Some(sum) = journal.sload(TOKEN, to_slot)?.data.checked_add(value) else { return Ok(false) };
    journal.sstore(TOKEN, to_slot, sum)?;
    journal.log(Log { address: TOKEN, data: Transfer { from, to, value }.encode_log_data() });
    Ok(true)
}

/// Runs transactions as `Executor::execute_block` does.
pub(crate) fn run(
    state: &MemoryState,
    header: &Header,
    chain_id: u64,
    transactions: Vec<RecoveredTx>,
) -> eyre::Result<(Vec<Receipt>, StateChanges)> {
    let db = State::builder().with_database(Reader(state)).with_bundle_update().build();
    let mut evm = Ctx::new(db, SpecId::OSAKA)
        .with_block(block_env(header))
        .modify_cfg_chained(|cfg| {
            cfg.chain_id = chain_id;
            cfg.tx_gas_limit_cap = Some(u64::MAX);
        })
        .build_mainnet()
        .with_precompiles(NativeToken::new());
    let mut receipts = Vec::new();
    let mut cumulative_gas_used = 0;
    for tx in transactions {
        let result = evm.transact_one(tx_env(&tx))?;
        let changed = evm.finalize();
        evm.ctx.db_mut().commit(changed);
        cumulative_gas_used += result.tx_gas_used();
        receipts.push(Receipt {
            tx_type: tx.inner().tx_type(),
            success: result.is_success(),
            cumulative_gas_used,
            logs: result.into_logs(),
        });
    }
    let db = evm.ctx.db_mut();
    db.merge_transitions(BundleRetention::PlainState);
    let mut changes = StateChanges::default();
    for (address, account) in &db.take_bundle().state {
        let info = account.info.as_ref().map(|info| zx_primitives::AccountInfo {
            nonce: info.nonce,
            balance: info.balance,
            code_hash: info.code_hash,
        });
        let written = account.storage.iter().filter(|(_, slot)| slot.is_changed());
        let storage = written.map(|(slot, value)| {
            let (before, after) = (value.previous_or_original_value, value.present_value);
            (*slot, SlotChange { before, after })
        });
        let storage = storage.collect();
        changes.accounts.insert(*address, AccountChange { info, wiped: false, storage });
    }
    Ok((receipts, changes))
}

fn block_env(header: &Header) -> BlockEnv {
    BlockEnv {
        number: U256::from(header.number),
        beneficiary: header.beneficiary,
        timestamp: U256::from(header.timestamp),
        gas_limit: header.gas_limit,
        basefee: header.base_fee_per_gas.unwrap_or_default(),
        prevrandao: Some(header.mix_hash),
        ..BlockEnv::default()
    }
}

fn tx_env(tx: &RecoveredTx) -> TxEnv {
    let inner = tx.inner();
    TxEnv {
        tx_type: inner.tx_type() as u8,
        caller: tx.signer(),
        gas_limit: inner.gas_limit(),
        gas_price: inner.max_fee_per_gas(),
        gas_priority_fee: inner.max_priority_fee_per_gas(),
        kind: inner.kind(),
        value: inner.value(),
        data: inner.input().clone(),
        nonce: inner.nonce(),
        chain_id: inner.chain_id(),
        access_list: inner.access_list().cloned().unwrap_or_default(),
        ..TxEnv::default()
    }
}

/// The state, behind revm's interface.
#[derive(Debug)]
struct Reader<'a>(&'a MemoryState);

impl Database for Reader<'_> {
    type Error = Infallible;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, Infallible> {
        Ok(self.0.accounts.get(&address).map(|a| AccountInfo {
            balance: a.balance,
            nonce: a.nonce,
            code_hash: a.code_hash,
            account_id: None,
            code: None,
        }))
    }

    fn code_by_hash(&mut self, _: B256) -> Result<Bytecode, Infallible> {
        Ok(Bytecode::default())
    }

    fn storage(&mut self, address: Address, slot: U256) -> Result<U256, Infallible> {
        Ok(self.0.storage.get(&(address, slot)).copied().unwrap_or_default())
    }

    fn block_hash(&mut self, _: u64) -> Result<B256, Infallible> {
        Ok(B256::ZERO)
    }
}
