//! A state in memory, and blocks executed on it.

use alloy_consensus::{Header, SignableTransaction as _, TxEip1559};
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, Signature, TxKind, U256, keccak256};
use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};
use zx_executor::{CallEnv, Cancel, Executed, Executor, Simulated};
use zx_host_functions::{DeployPayload, deploy::account_code};
use zx_primitives::{AccountInfo, ChainSpec, Receipt, RecoveredTx, StateChanges, StateError, StateReader};
use zx_sandbox::Sandbox;

/// Who sends.
pub(crate) const ALICE: Address = Address::repeat_byte(0xa1);
pub(crate) const BOB: Address = Address::repeat_byte(0xb0);
/// Wei a gas; the base fee of the test's block.
pub(crate) const PRICE: u64 = 10;
/// Gas for any deployment here.
pub(crate) const GAS_DEPLOY: u64 = 20_000_000;

#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub(crate) struct Memory {
    pub(crate) accounts: BTreeMap<Address, AccountInfo>,
    pub(crate) storage: BTreeMap<(Address, U256), U256>,
    pub(crate) codes: BTreeMap<B256, Bytes>,
    /// Reading a slot of this account fails.
    pub(crate) broken: Option<Address>,
    /// Reading a slot of this account panics: a fault of the node itself.
    pub(crate) panics: Option<Address>,
}

impl StateReader for Memory {
    fn account(&self, address: Address) -> Result<Option<AccountInfo>, StateError> {
        Ok(self.accounts.get(&address).copied())
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, StateError> {
        assert_ne!(self.panics, Some(address), "the state panics, as the test wants");
        if self.broken == Some(address) {
            return Err(StateError("the test breaks it".into()));
        }
        Ok(self.storage.get(&(address, slot)).copied().unwrap_or_default())
    }

    fn code(&self, hash: B256) -> Result<Bytes, StateError> {
        self.codes.get(&hash).cloned().ok_or_else(|| StateError(format!("no code {hash}")))
    }

    fn block_hash(&self, number: u64) -> Result<B256, StateError> {
        Ok(keccak256(word(number)))
    }
}

impl Memory {
    pub(crate) fn apply(&mut self, changes: &StateChanges) {
        for (address, change) in &changes.accounts {
            if change.wiped || change.info.is_none() {
                self.storage.retain(|(of, _), _| of != address);
            }
            match change.info {
                Some(info) => self.accounts.insert(*address, info),
                None => self.accounts.remove(address),
            };
            for (slot, change) in &change.storage {
                match change.after.is_zero() {
                    true => self.storage.remove(&(*address, *slot)),
                    false => self.storage.insert((*address, *slot), change.after),
                };
            }
        }
        self.codes.extend(changes.codes.clone());
    }
}

/// An executor and the state that it has made so far.
pub(crate) struct World {
    pub(crate) state: Memory,
    pub(crate) executor: Executor,
    pub(crate) header: Header,
}

fn shared_sandbox() -> Arc<Sandbox> {
    static SANDBOX: OnceLock<Arc<Sandbox>> = OnceLock::new();
    let new = || Arc::new(Sandbox::new(ChainSpec::dev(vec![]).modules, None).unwrap());
    Arc::clone(SANDBOX.get_or_init(new))
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with_spec(ChainSpec::dev(vec![]))
    }

    pub(crate) fn with_spec(spec: ChainSpec) -> Self {
        let header = Header {
            number: 1,
            timestamp: 1_000,
            gas_limit: spec.block_gas_limit,
            base_fee_per_gas: Some(PRICE),
            beneficiary: Address::repeat_byte(0xcb),
            ..Header::default()
        };
        let mut world =
            Self { state: Memory::default(), executor: Executor::new(Arc::new(spec), shared_sandbox()), header };
        for who in [ALICE, BOB] {
            world.fund(who, U256::from(10).pow(U256::from(18)));
        }
        world
    }

    pub(crate) fn fund(&mut self, who: Address, balance: U256) {
        self.state.accounts.insert(who, AccountInfo { nonce: 0, balance, code_hash: KECCAK256_EMPTY });
    }

    /// Puts code at an address, as if it had been there before.
    pub(crate) fn place(&mut self, at: u8, code: impl Into<Bytes>) -> Address {
        let (address, code) = (Address::repeat_byte(at), code.into());
        let code_hash = keccak256(&code);
        self.state.codes.insert(code_hash, code);
        self.state.accounts.insert(address, AccountInfo { nonce: 1, balance: U256::ZERO, code_hash });
        address
    }

    pub(crate) fn place_wasm(&mut self, at: u8, wat: &str) -> Address {
        self.place(at, account_code(&module(wat)))
    }

    pub(crate) fn balance(&self, who: Address) -> U256 {
        self.state.accounts.get(&who).map_or(U256::ZERO, |a| a.balance)
    }

    pub(crate) fn slot(&self, of: Address, slot: u64) -> U256 {
        self.state.storage.get(&(of, U256::from(slot))).copied().unwrap_or_default()
    }

    /// Executes a block and keeps what it changes.
    pub(crate) fn block(&mut self, transactions: Vec<RecoveredTx>) -> Executed {
        let done = self.executor.execute_block(&self.state, &self.header, transactions).unwrap();
        self.state.apply(&done.changes);
        done
    }

    /// Alice's next transaction.
    pub(crate) fn tx(&self, to: TxKind, value: u64, data: impl Into<Bytes>, gas_limit: u64) -> RecoveredTx {
        let nonce = self.state.accounts.get(&ALICE).unwrap().nonce;
        signed(TxEip1559 {
            chain_id: self.executor.spec().chain_id,
            nonce,
            gas_limit,
            max_fee_per_gas: PRICE.into(),
            to,
            value: U256::from(value),
            input: data.into(),
            ..TxEip1559::default()
        })
    }

    /// Sends it in a block of its own.
    pub(crate) fn send(&mut self, to: Address, value: u64, data: impl Into<Bytes>) -> Receipt {
        self.send_with(TxKind::Call(to), value, data, 5_000_000)
    }

    pub(crate) fn send_with(&mut self, to: TxKind, value: u64, data: impl Into<Bytes>, gas: u64) -> Receipt {
        let tx = self.tx(to, value, data, gas);
        let done = self.block(vec![tx]);
        assert!(done.refused.is_empty(), "{:?}", done.refused);
        done.receipts[0].clone()
    }

    pub(crate) fn deploy(&mut self, wat: &str, args: &[u8], value: u64) -> (Receipt, Address) {
        let nonce = self.state.accounts.get(&ALICE).unwrap().nonce;
        let receipt = self.send_with(TxKind::Create, value, payload(wat, args), GAS_DEPLOY);
        (receipt, ALICE.create(nonce))
    }

    pub(crate) fn simulate(&self, to: Address, data: impl Into<Bytes>) -> Simulated {
        let call = CallEnv { from: ALICE, to: TxKind::Call(to), data: data.into(), ..CallEnv::default() };
        self.executor.simulate(&self.state, &self.header, &call, &Cancel::default()).unwrap()
    }

    /// What a call returns.
    pub(crate) fn read(&self, to: Address, data: impl Into<Bytes>) -> Bytes {
        match self.simulate(to, data) {
            Simulated::Success { output, .. } => output,
            other => panic!("{other:?}"),
        }
    }

    /// Gas that a call takes.
    pub(crate) fn gas(&self, to: Address, data: impl Into<Bytes>) -> u64 {
        match self.simulate(to, data) {
            Simulated::Success { gas_used, .. } => gas_used,
            other => panic!("{other:?}"),
        }
    }
}

pub(crate) fn signed(tx: TxEip1559) -> RecoveredTx {
    let signature = Signature::new(U256::from(1), U256::from(2), true);
    RecoveredTx::new_unchecked(tx.into_signed(signature).into(), ALICE)
}

pub(crate) fn module(wat: &str) -> Vec<u8> {
    wat::parse_str(wat).unwrap_or_else(|e| panic!("{e}\n{wat}"))
}

pub(crate) fn payload(wat: &str, args: &[u8]) -> Vec<u8> {
    DeployPayload::of(&module(wat), args).encode()
}

/// `Error(string)` in the way the EVM world writes it.
pub(crate) fn error_text(output: &[u8]) -> String {
    use alloy_sol_types::SolError as _;
    alloy_sol_types::Revert::abi_decode(output).unwrap().reason
}

/// A word with a number in it.
pub(crate) fn word(value: u64) -> [u8; 32] {
    U256::from(value).to_be_bytes()
}
