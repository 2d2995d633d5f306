//! Opening, submitting, producing and importing.

use crate::{
    history::{History, Overwritten},
    read::HeadView,
    seal,
};
use alloy_primitives::B256;
use parking_lot::{Mutex, RwLock};
use std::{
    path::PathBuf,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::sync::{Notify, watch};
use zx_executor::{Executed, Executor, InvalidTransaction, TxError, genesis_changes};
use zx_pool::Pool;
use zx_primitives::{Block, ChainSpec, RecoveredTx, StateError, StateReader};
use zx_sandbox::{CacheError, CacheFigures, CacheStats, Sandbox};
use zx_state::StateUpdate;
use zx_storage::{Commit, Store, StoreError, View};

/// Bytes of a header's free field (Yellow Paper, section 4.3.4; web3.py refuses more).
const MAX_EXTRA_DATA: usize = 32;

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
    /// The state that is stored is not the one that the head names.
    #[error(
        "the database is damaged: its state has the root {found}, block {number} says {expected}; \
         restore it from a backup, or start with an empty --datadir"
    )]
    DamagedState {
        /// Height of the head.
        number: u64,
        /// Root of what is stored.
        found: B256,
        /// Root in the header.
        expected: B256,
    },
    /// The writer's thread panicked.
    #[error("the writer panicked; its message is in the log")]
    WriterPanicked,
    /// A block that is not what its transactions make it.
    #[error("block {number} is invalid: {reason}")]
    InvalidBlock {
        /// Its height.
        number: u64,
        /// What differs.
        reason: String,
    },
}

/// The head, and the way back from it.
#[derive(Debug)]
struct Tip {
    head: Arc<Block>,
    /// Shared with whoever reads, so that a view costs no copy of it.
    history: Arc<History>,
}

/// A chain with its store, its pool and its executor.
#[derive(Debug)]
pub struct Chain {
    pub(crate) store: Store,
    pub(crate) executor: Executor,
    pub(crate) pool: Mutex<Pool>,
    pub(crate) datadir: PathBuf,
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
        let chain = Self {
            store,
            datadir: config.datadir.clone(),
            executor: Executor::new(spec, Arc::new(sandbox)),
            pool: Mutex::default(),
            writing: Mutex::new(()),
            heads: watch::Sender::new(Arc::clone(&head)),
            tip: RwLock::new(Tip { head, history: Arc::default() }),
            work: Notify::new(),
        };
        chain.load_pool();
        Ok(chain)
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
    ///
    /// # Errors
    /// If the store fails.
    pub fn view(&self) -> Result<HeadView<'_>, ChainError> {
        // A block is written before it becomes the head: the snapshot says which head it ends in.
        let store = self.store.view();
        let height = store.head()?.unwrap_or_default();
        let (head, history) = {
            let tip = self.tip.read();
            (Arc::clone(&tip.head), Arc::clone(&tip.history))
        };
        let head = match head.number() == height {
            true => head,
            false => Arc::new(store.block(height)?.ok_or(StateError(format!("block {height} is missing")))?),
        };
        Ok(HeadView::new(head, store, history, &self.executor))
    }

    /// What the module cache has done.
    pub fn cache_stats(&self) -> CacheStats {
        self.executor.sandbox().stats()
    }

    /// Figures of the module cache.
    pub fn cache_figures(&self) -> CacheFigures {
        self.executor.sandbox().figures()
    }

    /// Gets the modules ready that were used most before, while `go_on` says so: work for the background of a start.
    ///
    /// # Errors
    /// If the store fails.
    pub fn warm_up(&self, go_on: impl Fn() -> bool) -> Result<usize, ChainError> {
        Ok(self.executor.warm_up(&self.store.view(), go_on))
    }

    /// Base fee of the next block.
    pub fn next_base_fee(&self) -> u64 {
        self.head().header.next_block_base_fee(self.spec().base_fee).unwrap_or_default()
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
    /// Its hash and its senders must have been worked out here ([`Block::seal`], recovered), not taken from a peer.
    ///
    /// # Errors
    /// [`ChainError::InvalidBlock`] if it does not follow the head or is not what its transactions make it.
    pub fn import(&self, block: Block) -> Result<Arc<Block>, ChainError> {
        let _writing = self.writing.lock();
        let parent = self.head();
        let number = block.number();
        let invalid = |reason: String| ChainError::InvalidBlock { number, reason };
        let extra = block.header.extra_data.len();
        if extra > MAX_EXTRA_DATA {
            return Err(invalid(format!("extra_data is {extra} bytes, the limit is {MAX_EXTRA_DATA}")));
        }
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

    /// Writes a block, then makes it the head and tells of it.
    fn commit(
        &self,
        before: &dyn StateReader,
        block: &Arc<Block>,
        executed: &Executed,
        state: &StateUpdate,
    ) -> Result<(), ChainError> {
        let overwritten = Overwritten::by(&executed.changes, before)?;
        // The way back is there before the block is, so that whoever sees the block can look behind it.
        Arc::make_mut(&mut self.tip.write().history).push(block.number(), overwritten);
        self.store.commit(&Commit { block, receipts: &executed.receipts, state, codes: &executed.changes.codes })?;
        {
            // Under the pool's lock: who is admitted meanwhile has seen this state, or is looked at here.
            let mut pool = self.pool.lock();
            self.tip.write().head = Arc::clone(block);
            let accounts = executed.changes.accounts.iter();
            pool.on_block(accounts.filter_map(|(address, change)| Some((*address, change.info?.nonce))));
        }
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
    let Some(height) = view.head()? else {
        store.commit(&Commit { block: &genesis, receipts: &[], state: &update, codes: &changes.codes })?;
        return Ok(genesis);
    };
    let head = view.block(height)?.ok_or(StateError(format!("block {height}, the head, is missing from the store")))?;
    check_state(&view, &head)?;
    Ok(head)
}

/// Works the root out from every row, as after a crash nothing less would show that all of a block is there.
fn check_state(view: &View<'_>, head: &Block) -> Result<(), ChainError> {
    let found = zx_state::root_of(view)?;
    if found == head.header.state_root {
        return Ok(());
    }
    let (number, expected) = (head.number(), head.header.state_root);
    Err(ChainError::DamagedState { number, found, expected })
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
