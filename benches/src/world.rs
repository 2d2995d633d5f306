//! A small chain in memory: a state, and blocks that the executor runs on it.

use alloy_consensus::{Header, SignableTransaction, TxEip1559, transaction::Recovered};
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, Signature, TxKind, U256, keccak256, map::HashMap};
use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};
use zx_executor::{Executed, Executor, genesis_changes};
use zx_primitives::{
    AccountInfo, ChainSpec, RecoveredTx, StateChanges, StateError, StateReader,
    spec::{COIN, DEV_CHAIN_ID},
};
use zx_sandbox::{ModuleLimits, Sandbox};

/// State in hash maps: nothing of a store is in the figures.
#[derive(Clone, Debug, Default)]
pub(crate) struct MemoryState {
    pub(crate) accounts: HashMap<Address, AccountInfo>,
    pub(crate) storage: HashMap<(Address, U256), U256>,
    pub(crate) codes: HashMap<B256, Bytes>,
}

impl MemoryState {
    fn apply(&mut self, changes: &StateChanges) {
        for (address, change) in &changes.accounts {
            if let Some(info) = change.info {
                self.accounts.insert(*address, info);
            }
            self.storage.extend(change.storage.iter().map(|(slot, value)| ((*address, *slot), value.after)));
        }
        self.codes.extend(changes.codes.iter().map(|(hash, code)| (*hash, code.clone())));
    }
}

impl StateReader for MemoryState {
    fn account(&self, address: Address) -> Result<Option<AccountInfo>, StateError> {
        Ok(self.accounts.get(&address).copied())
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, StateError> {
        Ok(self.storage.get(&(address, slot)).copied().unwrap_or_default())
    }

    fn code(&self, hash: B256) -> Result<Bytes, StateError> {
        self.codes.get(&hash).cloned().ok_or_else(|| StateError(format!("no code {hash}")))
    }

    fn block_hash(&self, _: u64) -> Result<B256, StateError> {
        Ok(B256::ZERO)
    }
}

/// A chain: its rules, its state, and the block that everything runs in.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) executor: Executor,
    pub(crate) state: MemoryState,
    pub(crate) header: Header,
}

impl World {
    /// A chain on which these accounts are rich.
    pub(crate) fn new(rich: &[Address]) -> eyre::Result<Self> {
        Self::on(rich, Arc::new(Sandbox::new(ModuleLimits::DEFAULT, None)?))
    }

    /// The same, on this sandbox.
    pub(crate) fn on(rich: &[Address], sandbox: Arc<Sandbox>) -> eyre::Result<Self> {
        let spec = ChainSpec::dev(rich.iter().map(|address| (*address, COIN * U256::from(10_000))).collect());
        let mut state = MemoryState::default();
        state.apply(&genesis_changes(&spec));
        // Room for every block that is measured.
        let header = Header { gas_limit: 1 << 40, ..spec.next_header(&spec.genesis(B256::ZERO), 1) };
        Ok(Self { executor: Executor::new(Arc::new(spec), sandbox), state, header })
    }

    /// Runs a block and keeps what it changed.
    pub(crate) fn advance(&mut self, transactions: Vec<RecoveredTx>) -> eyre::Result<()> {
        let done = self.run(transactions)?;
        self.state.apply(&done.changes);
        Ok(())
    }

    /// Runs a block, in which every transaction must succeed, and forgets what it changed.
    pub(crate) fn run(&self, transactions: Vec<RecoveredTx>) -> eyre::Result<Executed> {
        let done = self.executor.execute_block(&self.state, &self.header, transactions)?;
        eyre::ensure!(done.refused.is_empty(), "refused: {:?}", done.refused);
        eyre::ensure!(done.receipts.iter().all(|receipt| receipt.success), "reverted: {:?}", done.receipts);
        Ok(done)
    }

    /// Time to run a block.
    pub(crate) fn time(&self, transactions: &[RecoveredTx]) -> Duration {
        let transactions = transactions.to_vec();
        let start = Instant::now();
        let done = self.executor.execute_block(&self.state, &self.header, transactions);
        let time = start.elapsed();
        black_box(done).expect("it ran before");
        time
    }

    /// Puts code on an account.
    pub(crate) fn install(&mut self, address: Address, code: Vec<u8>) {
        let code_hash = keccak256(&code);
        self.state.codes.insert(code_hash, code.into());
        self.state.accounts.insert(address, AccountInfo { nonce: 1, balance: U256::ZERO, code_hash });
    }

    /// Puts an account without code there, so that it can have storage.
    pub(crate) fn found(&mut self, address: Address) {
        self.state.accounts.insert(address, AccountInfo { nonce: 1, balance: U256::ZERO, code_hash: KECCAK256_EMPTY });
    }
}

/// The n-th address of a kind.
pub(crate) fn address(kind: &str, n: usize) -> Address {
    Address::from_word(keccak256(format!("{kind} {n}")))
}

/// A transaction with its sender. Recovery is the pool's work and no part of this: the signature is a dummy.
pub(crate) fn transaction(from: Address, nonce: u64, to: TxKind, gas_limit: u64, input: Vec<u8>) -> RecoveredTx {
    let tx = TxEip1559 {
        chain_id: DEV_CHAIN_ID,
        nonce,
        gas_limit,
        max_fee_per_gas: 10_000_000_000,
        max_priority_fee_per_gas: 1_000_000_000,
        to,
        input: input.into(),
        ..TxEip1559::default()
    };
    let signature = Signature::new(U256::ONE, U256::ONE, false);
    Recovered::new_unchecked(tx.into_signed(signature).into(), from)
}
