//! Opening, submitting, producing and importing.

use crate::{
    history::{History, Overwritten},
    read::HeadView,
    seal,
};
use alloy_consensus::{Transaction, crypto::RecoveryError, transaction::SignerRecoverable};
use alloy_eips::eip2718::Decodable2718;
use alloy_primitives::B256;
use parking_lot::{Mutex, RwLock};
use std::{
    path::PathBuf,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::sync::{Notify, watch};
use zx_executor::{DeployRefusal, Executed, Executor, InvalidTransaction, TxError, genesis_changes};
use zx_host_functions::deploy::is_wasm;
use zx_pool::{Pool, PoolError, PoolStatus, Rules, SenderState};
use zx_primitives::{Block, ChainSpec, RecoveredTx, StateError, StateReader, Tx};
use zx_sandbox::{CacheError, CacheStats, Sandbox};
use zx_state::StateUpdate;
use zx_storage::{Commit, Store, StoreError};

/// Transactions that may wait, in all and of one sender, and what a replacement must pay more; as geth has it.
const POOL_CAPACITY: usize = 8_192;
const POOL_PER_SENDER: usize = 1_024;
const POOL_PRICE_BUMP: u128 = 10;

/// What a chain is opened with.
#[derive(Clone, Debug)]
pub struct ChainConfig {
    /// Its rules.
    pub spec: ChainSpec,
    /// Folder of the database and the module cache.
    pub datadir: PathBuf,
}

/// The chain cannot be opened, or a block cannot be written: ours, and fatal.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The module cache cannot be used.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// State cannot be read.
    #[error(transparent)]
    State(#[from] StateError),
    /// The executor fails.
    #[error("cannot execute a block: {0}")]
    Execution(#[from] TxError),
    /// The datadir cannot be made.
    #[error("cannot use the data directory {}: {source}", path.display())]
    Datadir {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A block that is not what its transactions make it.
    #[error("block {number} is invalid: {reason}")]
    InvalidBlock {
        /// Its height.
        number: u64,
        /// What differs.
        reason: String,
    },
}

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

/// The head, and the way back from it.
#[derive(Debug)]
struct Tip {
    head: Arc<Block>,
    history: History,
}

/// A chain with its store, its pool and its executor.
#[derive(Debug)]
pub struct Chain {
    store: Store,
    executor: Executor,
    pool: Mutex<Pool>,
    /// Held while a block is made: there is one writer.
    writing: Mutex<()>,
    tip: RwLock<Tip>,
    heads: watch::Sender<Arc<Block>>,
    /// Rung when a transaction comes in.
    pub(crate) work: Notify,
}

impl Chain {
    /// Opens the chain in a folder, or begins it there.
    ///
    /// # Errors
    /// If the folder holds another chain, is in use, or cannot be read.
    pub fn open(config: ChainConfig) -> Result<Self, ChainError> {
        let datadir = &config.datadir;
        std::fs::create_dir_all(datadir).map_err(|source| ChainError::Datadir { path: datadir.clone(), source })?;
        let store = Store::open(&datadir.join("db"))?;
        let sandbox = Sandbox::new(config.spec.modules, Some(datadir.join("modules")))?;
        let spec = Arc::new(config.spec);
        let head = Arc::new(open_head(&store, &spec)?);
        Ok(Self {
            store,
            executor: Executor::new(spec, Arc::new(sandbox)),
            pool: Mutex::default(),
            writing: Mutex::new(()),
            heads: watch::Sender::new(Arc::clone(&head)),
            tip: RwLock::new(Tip { head, history: History::default() }),
            work: Notify::new(),
        })
    }

    /// The chain's rules.
    pub fn spec(&self) -> &ChainSpec {
        self.executor.spec()
    }

    /// The last block.
    pub fn head(&self) -> Arc<Block> {
        Arc::clone(&self.tip.read().head)
    }

    /// Sees each new head.
    pub fn heads(&self) -> watch::Receiver<Arc<Block>> {
        self.heads.subscribe()
    }

    /// The stored chain at this moment.
    pub fn view(&self) -> HeadView<'_> {
        // Head and snapshot must agree: no block is written between the two.
        let tip = self.tip.read();
        HeadView::new(Arc::clone(&tip.head), self.store.view(), tip.history.clone(), &self.executor)
    }

    /// What the module cache has done.
    pub fn cache_stats(&self) -> CacheStats {
        self.executor.sandbox().stats()
    }

    /// How many transactions wait.
    pub fn pool_status(&self) -> PoolStatus {
        self.pool.lock().status()
    }

    /// A waiting transaction.
    pub fn waiting(&self, hash: &B256) -> Option<RecoveredTx> {
        self.pool.lock().get(hash).cloned()
    }

    /// A sender's next nonce, counting what waits.
    ///
    /// # Errors
    /// If the state cannot be read.
    pub fn next_nonce(&self, address: alloy_primitives::Address) -> Result<u64, ChainError> {
        let waiting = self.pool.lock().next_nonce(&address);
        let stored = self.store.view().account(address)?.map_or(0, |account| account.nonce);
        Ok(waiting.map_or(stored, |waiting| waiting.max(stored)))
    }

    /// Base fee of the next block.
    pub fn next_base_fee(&self) -> u64 {
        self.head().header.next_block_base_fee(self.spec().base_fee).unwrap_or_default()
    }

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
        let view = self.store.view();
        if view.transaction(*tx.inner().tx_hash()).map_err(ChainError::from)?.is_some() {
            return Err(PoolError::AlreadyKnown.into());
        }
        let sender = self.sender_state(&view, &tx)?;
        let intrinsic = self.executor.intrinsic_gas(&tx);
        let hash = self.admit(tx, intrinsic, &sender)?;
        self.work.notify_one();
        Ok(hash)
    }

    fn admit(&self, tx: RecoveredTx, intrinsic: u64, sender: &SenderState) -> Result<B256, SubmitError> {
        if tx.inner().is_create() {
            self.check_create(tx.inner().input())?;
        }
        Ok(self.pool.lock().add(tx, intrinsic, sender, &self.pool_rules())?)
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
            price_bump: POOL_PRICE_BUMP,
        }
    }

    /// Makes the next block of what waits. `None` if nothing can be included and `empty` does not ask for a block.
    ///
    /// # Errors
    /// If the store or the executor fails: the node must stop.
    pub fn produce(&self, empty: bool) -> Result<Option<Arc<Block>>, ChainError> {
        let writing = self.writing.lock();
        let parent = self.head();
        let mut header = self.spec().next_header(&parent, now());
        let candidates = self.pool.lock().best(header.base_fee_per_gas.unwrap_or_default());
        if candidates.is_empty() && !empty {
            return Ok(None);
        }
        let view = self.store.view();
        let mut executed = self.executor.execute_block(&view, &header, candidates)?;
        self.drop_impossible(&executed.refused);
        if executed.included.is_empty() && !empty {
            return Ok(None);
        }
        let update = zx_state::apply(&view, &executed.changes)?;
        seal::fill(&mut header, &executed, &update);
        let block = Arc::new(Block::seal(header, std::mem::take(&mut executed.included)));
        self.commit(&view, &block, &executed, &update)?;
        drop(writing);
        Ok(Some(block))
    }

    /// Transactions that did not fit wait on; those that can never be included go.
    fn drop_impossible(&self, refused: &[(RecoveredTx, TxError)]) {
        let mut pool = self.pool.lock();
        for (tx, error) in refused {
            let waits = matches!(
                error,
                TxError::Invalid(
                    InvalidTransaction::CallerGasLimitMoreThanBlock
                        | InvalidTransaction::NonceTooHigh { .. }
                        | InvalidTransaction::GasPriceLessThanBasefee
                )
            );
            if !waits {
                tracing::debug!(hash = %tx.inner().tx_hash(), %error, "transaction dropped");
                pool.remove(tx.inner().tx_hash());
            }
        }
    }

    /// Takes a block that was made elsewhere: executes it, and refuses it unless every header field comes out the same.
    ///
    /// # Errors
    /// [`ChainError::InvalidBlock`] if it does not follow the head or is not what its transactions make it.
    pub fn import(&self, block: Block) -> Result<Arc<Block>, ChainError> {
        let _writing = self.writing.lock();
        let parent = self.head();
        let number = block.number();
        let invalid = |reason: String| ChainError::InvalidBlock { number, reason };
        let mut header = self.spec().next_header(&parent, block.header.timestamp);
        header.extra_data.clone_from(&block.header.extra_data);
        header.beneficiary = block.header.beneficiary;
        let view = self.store.view();
        let executed = self.executor.execute_block(&view, &header, block.transactions.iter().cloned())?;
        if let Some((tx, error)) = executed.refused.first() {
            return Err(invalid(format!("transaction {}: {error}", tx.inner().tx_hash())));
        }
        let update = zx_state::apply(&view, &executed.changes)?;
        seal::fill(&mut header, &executed, &update);
        if let Some(difference) = seal::difference(&header, &block.header) {
            return Err(invalid(difference));
        }
        let block = Arc::new(block);
        self.commit(&view, &block, &executed, &update)?;
        Ok(block)
    }

    /// Writes a block, then tells of it. Readers wait for the moment between store and head.
    fn commit(
        &self,
        before: &dyn StateReader,
        block: &Arc<Block>,
        executed: &Executed,
        state: &StateUpdate,
    ) -> Result<(), ChainError> {
        let overwritten = Overwritten::by(&executed.changes, before)?;
        let commit = Commit { block, receipts: &executed.receipts, state, codes: &executed.changes.codes };
        {
            let mut tip = self.tip.write();
            self.store.commit(&commit)?;
            tip.head = Arc::clone(block);
            tip.history.push(overwritten);
        }
        self.pool.lock().on_block(&block.transactions);
        self.heads.send_replace(Arc::clone(block));
        Ok(())
    }
}

fn open_head(store: &Store, spec: &ChainSpec) -> Result<Block, ChainError> {
    let view = store.view();
    let changes = genesis_changes(spec);
    // The genesis of the spec, worked out without what may be stored already.
    let update = zx_state::apply(&zx_state::Nothing, &changes)?;
    let genesis = spec.genesis(update.root);
    store.check_genesis(genesis.hash)?;
    let Some(head) = view.head()? else {
        store.commit(&Commit { block: &genesis, receipts: &[], state: &update, codes: &changes.codes })?;
        return Ok(genesis);
    };
    Ok(view.block(head)?.ok_or(StateError(format!("block {head}, the head, is missing from the store")))?)
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
