//! Transactions on their way in, and what waits across a restart.

use crate::{chain::Chain, error::ChainError};
use alloy_consensus::{Transaction, crypto::RecoveryError, transaction::SignerRecoverable};
use alloy_eips::eip2718::{Decodable2718, Encodable2718};
use alloy_primitives::{Address, B256};
use std::{
    fs::{self, File},
    io::{self, Write},
    sync::Arc,
};
use zx_executor::DeployRefusal;
use zx_host_functions::deploy::is_wasm;
use zx_pool::{PoolError, PoolStatus, Rules, SenderState};
use zx_primitives::{RecoveredTx, StateReader, Tx};

/// Transactions that may wait, in all and of one sender, and what a replacement must pay more; as geth has it.
const POOL_CAPACITY: usize = 8_192;
const POOL_PER_SENDER: usize = 1_024;
const POOL_GAPPED: u64 = 64;
const POOL_PRICE_BUMP: u128 = 10;

/// File in the datadir that keeps what waits while the node is down: Borsh list of EIP-2718 bytes.
const POOL_FILE: &str = "pool";

/// Why a transaction is not taken.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// The bytes are not a transaction.
    #[error("invalid transaction encoding: {0}")]
    Decode(String),
    /// No key has made the signature.
    #[error("invalid transaction signature: {0}")]
    Signature(#[from] RecoveryError),
    /// The pool says no.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// It deploys something that cannot be.
    #[error(transparent)]
    Deploy(#[from] DeployRefusal),
    /// Too much init code (EIP-3860).
    #[error("max initcode size exceeded: code size {size}, limit {limit}")]
    InitCode {
        /// Bytes.
        size: usize,
        /// Most bytes.
        limit: usize,
    },
    /// The state cannot be read: ours.
    #[error(transparent)]
    Chain(#[from] ChainError),
}

impl Chain {
    /// Takes a signed transaction, as EIP-2718 bytes.
    ///
    /// # Errors
    /// Why it is not taken; nothing is then kept of it.
    pub fn submit(&self, mut bytes: &[u8]) -> Result<B256, SubmitError> {
        let tx = Tx::decode_2718(&mut bytes).map_err(|e| SubmitError::Decode(e.to_string()))?;
        if !bytes.is_empty() {
            return Err(SubmitError::Decode(format!("{} bytes follow the transaction", bytes.len())));
        }
        // A signature over no chain id recovers too, but to replay it anywhere is what EIP-155 prevents.
        let tx = tx.try_into_recovered()?;
        if tx.inner().is_create() {
            self.check_create(tx.inner().input())?;
        }
        let hash = self.admit(tx)?;
        self.work.notify_one();
        Ok(hash)
    }

    fn admit(&self, tx: RecoveredTx) -> Result<B256, SubmitError> {
        let intrinsic = self.executor.intrinsic_gas(&tx);
        let rules = self.pool_rules();
        let mut pool = self.pool.lock();
        // Read under the pool's lock: a block that comes now will look at the pool again, and at this transaction.
        let view = self.view()?;
        if view.transaction(*tx.inner().tx_hash()).map_err(ChainError::from)?.is_some() {
            return Err(PoolError::AlreadyKnown.into());
        }
        let sender = self.sender_state(&view.head_state(), &tx)?;
        let hash = pool.add(tx, intrinsic, &sender, &rules)?;
        if self.ready.receiver_count() > 0
            && pool.is_ready(&hash)
            && let Some(tx) = pool.get(&hash)
        {
            // Nobody may be listening any more, and that is no failure.
            let _ = self.ready.send(Arc::new(tx.clone()));
        }
        Ok(hash)
    }

    /// Takes a transaction back that was in a block.
    pub(crate) fn resubmit(&self, tx: RecoveredTx) -> Result<B256, SubmitError> {
        let hash = self.admit(tx)?;
        self.work.notify_one();
        Ok(hash)
    }

    fn check_create(&self, input: &[u8]) -> Result<(), SubmitError> {
        let limit = match is_wasm(input) {
            true => self.spec().wasm_deploy_bytes(),
            false => self.spec().evm_init_code_bytes(),
        };
        if input.len() > limit {
            return Err(SubmitError::InitCode { size: input.len(), limit });
        }
        Ok(self.executor.check_deployment(input)?)
    }

    fn sender_state(&self, state: &dyn StateReader, tx: &RecoveredTx) -> Result<SenderState, ChainError> {
        let Some(account) = state.account(tx.signer())? else {
            return Ok(SenderState { nonce: 0, balance: Default::default(), is_contract: false });
        };
        let has_code = account.code_hash != alloy_primitives::KECCAK256_EMPTY;
        // An EIP-7702 delegation (0xef0100 and an address) leaves the account its owner's.
        let is_contract = has_code && !state.code(account.code_hash)?.starts_with(&[0xef, 0x01, 0x00]);
        Ok(SenderState { nonce: account.nonce, balance: account.balance, is_contract })
    }

    fn pool_rules(&self) -> Rules {
        let spec = self.spec();
        Rules {
            chain_id: spec.chain_id,
            block_gas_limit: spec.block_gas_limit,
            tx_gas_limit: spec.tx_gas_limit,
            base_fee: self.next_base_fee(),
            capacity: POOL_CAPACITY,
            per_sender: POOL_PER_SENDER,
            per_sender_gapped: POOL_GAPPED,
            price_bump: POOL_PRICE_BUMP,
        }
    }

    /// How many transactions wait.
    pub fn pool_status(&self) -> PoolStatus {
        self.pool.lock().status()
    }

    /// A waiting transaction.
    pub fn waiting(&self, hash: &B256) -> Option<RecoveredTx> {
        self.pool.lock().get(hash).cloned()
    }

    /// Returns when none of these transactions is ready any more: they are in blocks, or gone.
    pub async fn settled(&self, hashes: &[B256]) {
        let mut heads = self.heads();
        for hash in hashes {
            // The pool is asked after the head is marked as seen, so that no block slips between.
            while self.pool.lock().is_ready(hash) {
                if heads.changed().await.is_err() {
                    return;
                }
            }
        }
    }

    /// A sender's next nonce, counting what waits.
    ///
    /// # Errors
    /// If the state cannot be read.
    pub fn next_nonce(&self, address: Address) -> Result<u64, ChainError> {
        let waiting = self.pool.lock().next_nonce(&address);
        let stored = self.view()?.head_state().account(address)?.map_or(0, |account| account.nonce);
        Ok(waiting.map_or(stored, |waiting| waiting.max(stored)))
    }

    /// Writes what waits to the datadir. For a clean stop: whoever was given a hash will find the transaction again.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save_pool(&self) -> Result<(), ChainError> {
        let waiting: Vec<Vec<u8>> = self.pool.lock().all().map(|tx| tx.inner().encoded_2718()).collect();
        let path = self.datadir.join(POOL_FILE);
        let write = || -> io::Result<()> {
            if waiting.is_empty() {
                return match fs::remove_file(&path) {
                    Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
                    _ => Ok(()),
                };
            }
            let temporary = path.with_extension("tmp");
            let mut file = File::create(&temporary)?;
            file.write_all(&borsh::to_vec(&waiting)?)?;
            file.sync_all()?;
            fs::rename(&temporary, &path)
        };
        write().map_err(|source| ChainError::Datadir { path: path.clone(), source })
    }

    /// Takes back what waited when the node stopped. What is no longer valid is dropped, as it would have been.
    pub(crate) fn load_pool(&self) {
        let path = self.datadir.join(POOL_FILE);
        let Ok(bytes) = fs::read(&path) else { return };
        let Ok(waiting) = borsh::from_slice::<Vec<Vec<u8>>>(&bytes) else {
            tracing::warn!(file = %path.display(), "the file of waiting transactions does not read back; ignored");
            return;
        };
        for tx in &waiting {
            if let Err(error) = self.submit(tx) {
                tracing::debug!(%error, "a transaction that waited is no longer valid");
            }
        }
        tracing::info!(waiting = self.pool_status().pending, "transactions wait from before");
    }
}
