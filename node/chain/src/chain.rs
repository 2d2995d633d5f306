//! Opening, submitting, producing and importing.

use crate::{
    config::{ChainConfig, Finality},
    dev::Dev,
    error::ChainError,
    feed::Changes,
    fork::Fork,
    read::HeadView,
    seal, start,
    tree::{Entry, Sealed, Tree},
    waiting::{self, Candidates},
};
use alloy_consensus::Header;
use alloy_primitives::{Address, B256};
use parking_lot::{Mutex, RwLock};
use std::{
    path::PathBuf,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::sync::{Notify, broadcast, watch};
use zx_executor::{Executed, Executor, InvalidTransaction, TxError};
use zx_pool::{Journal, Pool, Rules};
use zx_primitives::{Block, ChainSpec, RecoveredTx, StateChanges, StateError};
use zx_sandbox::{CacheFigures, CacheStats, Sandbox};
use zx_state::{State, StateUpdate};
use zx_storage::{Appended, Commit, Store};

/// Bytes of a header's free field (Yellow Paper, section 4.3.4; web3.py refuses more).
const MAX_EXTRA_DATA: usize = 32;

/// Blocks that leave the window together: what several of them write is written once.
const FOLD: u64 = 32;
/// Blocks that one commit folds at most: of a window that was made shorter the rest goes with the next ones.
const FOLDED_AT_ONCE: u64 = 4 * FOLD;

/// A chain with its store, its pool and its executor.
#[derive(Debug)]
pub struct Chain {
    pub(crate) store: Store,
    pub(crate) executor: Executor,
    pub(crate) pool: Mutex<Pool>,
    /// What the pool holds transactions to: the same as the pool has, without its lock.
    pub(crate) rules: Rules,
    /// Threads that recover senders; without any it is done by whoever asks. Not the ones that hash tries: a block
    /// would have to wait for a batch of signatures.
    pub(crate) recovery: Option<rayon::ThreadPool>,
    /// What waits, on disk; `None` if it is not to be kept, or could not be written. Never taken under the pool's lock.
    pub(crate) journal: Mutex<Option<Journal>>,
    /// Transactions that have become ready for a block.
    pub(crate) ready: broadcast::Sender<Arc<RecoveredTx>>,
    /// Whether there is to be one.
    pub(crate) journaled: bool,
    pub(crate) datadir: PathBuf,
    finality: Finality,
    window: u64,
    nodes: usize,
    /// Held while a block is made, with the trie nodes that have come together: there is one writer.
    pub(crate) writing: Mutex<usize>,
    pub(crate) tree: RwLock<Arc<Tree>>,
    heads: watch::Sender<Arc<Block>>,
    pub(crate) changes: Changes,
    /// Rung when a transaction comes in.
    pub(crate) work: Notify,
    pub(crate) dev: Dev,
    pub(crate) fork: Option<Arc<Fork>>,
}

/// A block that was executed, and the state after it.
struct Made {
    header: Header,
    executed: Executed,
    update: StateUpdate,
    state: State,
}

impl Chain {
    /// Opens the chain in a folder, or begins it there.
    ///
    /// # Errors
    /// If the folder holds another chain, is in use, or cannot be read.
    pub fn open(config: ChainConfig) -> Result<Self, ChainError> {
        let datadir = &config.datadir;
        let unusable = |source| ChainError::Datadir { path: datadir.clone(), source };
        start::make_folder(datadir).map_err(unusable)?;
        let store = Store::open(&datadir.join("db"), config.store)?;
        start::sync_folder(datadir).map_err(unusable)?;
        let known = match config.development {
            true => Some(start::known(datadir, &config.spec).map_err(unusable)?),
            false => None,
        };
        let sandbox = Sandbox::new(config.spec.modules, Some(datadir.join("modules")))?;
        let spec = Arc::new(config.spec);
        start::begin(&store, &spec, config.fork.as_deref())?;
        let mut tree = start::load(&store, config.fork.as_deref())?;
        tree.finish(config.finality.height(tree.head().number()));
        let rules = waiting::rules(&spec);
        let chain = Self {
            store,
            datadir: config.datadir.clone(),
            executor: Executor::new(spec, Arc::new(sandbox)),
            pool: Mutex::new(Pool::new(config.pool, rules)),
            rules,
            recovery: waiting::recovery_threads(),
            journal: Mutex::new(None),
            journaled: config.journal,
            ready: broadcast::Sender::new(waiting::FEED),
            finality: config.finality,
            window: config.window,
            nodes: config.nodes,
            writing: Mutex::new(0),
            heads: watch::Sender::new(Arc::clone(tree.head())),
            changes: Changes::default(),
            tree: RwLock::new(Arc::new(tree)),
            work: Notify::new(),
            dev: Dev::new(known),
            fork: config.fork,
        };
        chain.pool.lock().on_head(chain.head().hash, chain.next_base_fee(), []);
        if config.journal {
            chain.load_pool();
        }
        Ok(chain)
    }

    /// The chain's rules.
    pub fn spec(&self) -> &ChainSpec {
        self.executor.spec()
    }

    /// The last block.
    pub fn head(&self) -> Arc<Block> {
        Arc::clone(self.tree.read().head())
    }

    /// The chain that this one goes on from.
    pub fn fork(&self) -> Option<&Arc<Fork>> {
        self.fork.as_ref()
    }

    /// Sees each new head.
    pub fn heads(&self) -> watch::Receiver<Arc<Block>> {
        self.heads.subscribe()
    }

    /// The chain at this moment.
    ///
    /// # Errors
    /// If the store fails.
    pub fn view(&self) -> Result<HeadView<'_>, ChainError> {
        // The store's base moves in its commit, the tree's right after it: in between they do not fit.
        for _ in 0..VIEW_TRIES {
            let store = self.store.view();
            let tree = Arc::clone(&self.tree.read());
            if store.base().1 == tree.base().hash {
                return Ok(HeadView::new(tree, store, &self.executor, self.fork.as_deref()));
            }
            std::thread::yield_now();
        }
        // If it cannot be read, that is the reason.
        self.store.view().hash(0)?;
        Err(StateError("the store has moved on without the chain: its writer has failed".into()).into())
    }

    /// What the module cache has done.
    pub fn cache_stats(&self) -> CacheStats {
        self.executor.sandbox().stats()
    }

    /// Figures of the module cache.
    pub fn cache_figures(&self) -> CacheFigures {
        self.executor.sandbox().figures()
    }

    /// Bytes of the database's files; those that cannot be looked at do not count.
    pub fn database_bytes(&self) -> u64 {
        let Ok(files) = self.datadir.join("db").read_dir() else { return 0 };
        files.filter_map(|file| Some(file.ok()?.metadata().ok()?.len())).sum()
    }

    /// Whether a module is ready in memory, and whether its compiled code is on disk.
    pub fn holds_module(&self, code_hash: B256) -> (bool, bool) {
        self.executor.sandbox().holds(&code_hash.0)
    }

    /// Gets the modules ready that were used most before, while `go_on` says so: work for the background of a start.
    ///
    /// # Errors
    /// If the store fails.
    pub fn warm_up(&self, go_on: impl Fn() -> bool) -> Result<usize, ChainError> {
        Ok(self.executor.warm_up(&self.view()?.head_state(), go_on))
    }

    /// Address that is paid the tips of the next block.
    pub fn coinbase(&self) -> Address {
        self.control(|controls| controls.coinbase).unwrap_or(self.spec().coinbase)
    }

    /// Base fee of the next block.
    pub fn next_base_fee(&self) -> u64 {
        if let Some(set) = self.control(|controls| controls.base_fee) {
            return set;
        }
        self.head().header.next_block_base_fee(self.spec().base_fee).unwrap_or_default()
    }

    /// Makes the next block of what waits. `None` if nothing can be included and `empty` does not ask for a block.
    ///
    /// # Errors
    /// If the store or the executor fails: the node must stop.
    pub fn produce(&self, empty: bool) -> Result<Option<Arc<Block>>, ChainError> {
        let mut writing = self.writing.lock();
        let parent = self.head();
        let header = self.control(|controls| controls.header(self.spec(), &parent, now()));
        let mut candidates = Candidates::new(&self.pool, &header).peekable();
        if candidates.peek().is_none() && !empty {
            return Ok(None);
        }
        let made = match self.execute(parent.hash, header, candidates) {
            // The remote may be back soon; what waits can wait for it.
            Err(error @ (ChainError::Execution(TxError::State(_)) | ChainError::State(_))) if self.fork.is_some() => {
                tracing::warn!(%error, "no block was made: the forked node is needed for it");
                return Ok(None);
            }
            made => made?,
        };
        self.drop_impossible(&made.executed.refused);
        if made.executed.included.is_empty() && !empty {
            return Ok(None);
        }
        let Made { header, mut executed, update, state } = made;
        self.control(|controls| controls.used(&header, now()));
        let block = Arc::new(Block::seal(header, std::mem::take(&mut executed.included)));
        self.append(&mut writing, Arc::clone(&block), executed, update, state)?;
        Ok(Some(block))
    }

    /// Executes transactions on a block of the tree, and fills in the header what comes of it.
    fn execute(
        &self,
        parent: B256,
        mut header: Header,
        transactions: impl IntoIterator<Item = RecoveredTx>,
    ) -> Result<Made, ChainError> {
        let view = self.view()?;
        let (_, state) = view.tree.state(&parent).ok_or(ChainError::UnknownHead(parent))?;
        let at = view.state_of(parent, state);
        let mut executed = self.executor.execute_block(&at, &header, transactions)?;
        at.fit(&mut executed.changes)?;
        let (state, update) = state.apply(&view.store, header.number, &executed.changes)?;
        seal::fill(&mut header, &executed, &update);
        Ok(Made { header, executed, update, state })
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

    /// Takes a block that was made elsewhere: executes it on its parent, and refuses it unless every header field comes
    /// out the same. It becomes the head if it is higher than the head; of two that are as high the first stays.
    /// Its hash and its senders must have been worked out here ([`Block::seal`], recovered), not taken from a peer.
    ///
    /// # Errors
    /// [`ChainError::InvalidBlock`] if it is not what its transactions make it; [`ChainError::Unattached`] if its parent
    /// is not known, or is behind a final block.
    pub fn import(&self, block: Block) -> Result<Arc<Block>, ChainError> {
        let mut writing = self.writing.lock();
        let tree = Arc::clone(&self.tree.read());
        if let Some((known, _)) = tree.state(&block.hash) {
            return Ok(Arc::clone(known));
        }
        let parent = self.parent(&tree, &block)?;
        let number = block.number();
        let invalid = |reason: String| ChainError::InvalidBlock { number, reason };
        let extra = block.header.extra_data.len();
        if extra > MAX_EXTRA_DATA {
            return Err(invalid(format!("extra_data is {extra} bytes, the limit is {MAX_EXTRA_DATA}")));
        }
        let mut header = self.spec().next_header(&parent, block.header.timestamp);
        header.extra_data.clone_from(&block.header.extra_data);
        header.beneficiary = block.header.beneficiary;
        let made = self.execute(parent.hash, header, block.transactions.iter().cloned())?;
        if let Some((tx, error)) = made.executed.refused.first() {
            return Err(invalid(format!("transaction {}: {error}", tx.inner().tx_hash())));
        }
        if let Some(tx) = block.transactions.get(made.executed.included.len()) {
            return Err(invalid(format!("transaction {}: the block has no gas left for it", tx.inner().tx_hash())));
        }
        if let Some(difference) = seal::difference(&made.header, &block.header) {
            return Err(invalid(difference));
        }
        let block = Arc::new(block);
        self.append(&mut writing, Arc::clone(&block), made.executed, made.update, made.state)?;
        Ok(block)
    }

    /// The block that another stands on, if blocks may still be put there.
    fn parent(&self, tree: &Tree, block: &Block) -> Result<Arc<Block>, ChainError> {
        let parent = block.header.parent_hash;
        let unattached = |reason: String| ChainError::Unattached { number: block.number(), parent, reason };
        let (found, _) = tree
            .state(&parent)
            .ok_or_else(|| unattached(format!("is not known, or is older than block {}", tree.base().number())))?;
        let finished = tree.finished();
        match contains(tree, parent, finished) {
            true => Ok(Arc::clone(found)),
            false => Err(unattached(format!("does not stand on block {finished}, which is final"))),
        }
    }

    /// Makes a block of the tree the head, whether it is higher than the head or not.
    ///
    /// # Errors
    /// If it is not in the tree, or leaves a final block out.
    pub fn set_head(&self, hash: B256) -> Result<Arc<Block>, ChainError> {
        let _writing = self.writing.lock();
        let before = Arc::clone(&self.tree.read());
        let mut tree = (*before).clone();
        if !tree.set_head(hash) {
            return Err(ChainError::UnknownHead(hash));
        }
        let number = before.finished();
        if !contains(&before, hash, number) {
            return Err(ChainError::UndoesFinal { hash, number });
        }
        tree.finish(self.finality.height(tree.head().number()));
        let head = Arc::clone(tree.head());
        self.store.commit(&Commit { append: None, head: hash, fold: Vec::new(), dropped: Vec::new() })?;
        let changed = tree.clone();
        self.publish(&before, &changed, tree, Loss::Return);
        Ok(head)
    }

    /// Writes a block, then makes it the head, if it is to be, and tells of it.
    pub(crate) fn append(
        &self,
        nodes: &mut usize,
        block: Arc<Block>,
        executed: Executed,
        update: StateUpdate,
        state: State,
    ) -> Result<(), ChainError> {
        let before = Arc::clone(&self.tree.read());
        *nodes = nodes.saturating_add(update.nodes.len());
        *nodes = update.storage.values().fold(*nodes, |nodes, storage| nodes.saturating_add(storage.nodes.len()));
        let Executed { receipts, changes, .. } = executed;
        self.meet(&changes)?;
        let hash = block.hash;
        let higher = block.number() > before.head().number();
        let sealed = Arc::new(Sealed::new(block, receipts, changes, update));
        let mut tree = (*before).clone();
        tree.insert(Entry { sealed: Arc::clone(&sealed), state });
        if higher {
            tree.set_head(hash);
            tree.finish(self.finality.height(tree.head().number()));
        }
        let changed = tree.clone();
        let fold = tree.fold(self.due(&tree));
        // Before the commit: from there until the tree is shown nobody can look at the chain.
        if *nodes > self.nodes && !fold.entries.is_empty() {
            tree.trim();
            *nodes = 0;
        }
        self.store.commit(&Commit {
            append: Some(Appended { block: &sealed.block, receipts: &sealed.receipts, changes: &sealed.changes }),
            head: tree.head().hash,
            fold: fold.blocks(),
            dropped: fold.dropped.clone(),
        })?;
        self.publish(&before, &changed, tree, Loss::Return);
        Ok(())
    }

    /// A development node takes note of the addresses and slots that a block changes.
    fn meet(&self, changes: &StateChanges) -> Result<(), ChainError> {
        let Some(known) = &self.dev.known else { return Ok(()) };
        let path = self.datadir.clone();
        known.lock().meet(changes).map_err(|source| ChainError::Datadir { path, source })
    }

    /// The height up to which blocks leave the tree now.
    fn due(&self, tree: &Tree) -> u64 {
        let (head, base) = (tree.head().number(), tree.base().number());
        let to = tree.finished().min(head.saturating_sub(self.window));
        let to = self.dev.snapshots.lock().pin(head).map_or(to, |pinned| to.min(pinned));
        // A window that is short is not made longer than it is.
        match to.saturating_sub(base) {
            ready if ready >= FOLD.min(self.window.max(1)) => to.min(base.saturating_add(FOLDED_AT_ONCE)),
            _ => base,
        }
    }

    /// Shows a tree to everybody. `changed` is what it was before blocks left it.
    pub(crate) fn publish(&self, before: &Tree, changed: &Tree, mut tree: Tree, loss: Loss) {
        tree.follow(before);
        let version = tree.version();
        let head = Arc::clone(tree.head());
        let (gone, new) = before.differences(changed);
        *self.tree.write() = Arc::new(tree);
        // After the tree: who is admitted meanwhile has seen this state, or is looked at here.
        self.revalidate(&gone, &new, loss);
        if before.head().hash != head.hash {
            self.heads.send_replace(head);
            self.changes.tell(version, &gone, &new);
        }
    }
}

/// What becomes of transactions whose blocks are no longer in the head's chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    /// They wait again.
    Return,
    /// They are forgotten.
    Forget,
}

/// How often a view is tried for: the time between a commit and what follows it, many times over.
const VIEW_TRIES: u32 = 100_000;

/// Whether the head's block at a height is a block's ancestor, or itself.
fn contains(tree: &Tree, hash: B256, number: u64) -> bool {
    match tree.at(number) {
        Some(entry) => tree.ancestors(hash).any(|ancestor| ancestor.block().hash == entry.block().hash),
        // Everything in the tree stands on its base.
        None => true,
    }
}

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
