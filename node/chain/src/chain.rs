//! Opening, submitting, producing and importing.

use crate::{
    read::HeadView,
    seal,
    state::StateAt,
    tree::{Entry, Sealed, Tree},
};
use alloy_consensus::Header;
use alloy_primitives::{Address, B256};
use parking_lot::{Mutex, RwLock};
use std::{
    collections::BTreeSet,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::sync::{Notify, watch};
use zx_executor::{Executed, Executor, InvalidTransaction, TxError, genesis_changes};
use zx_pool::Pool;
use zx_primitives::{Block, ChainSpec, RecoveredTx, StateChanges, StateError, StateReader};
use zx_sandbox::{CacheError, CacheFigures, CacheStats, Sandbox};
use zx_state::{Nothing, State, StateUpdate};
use zx_storage::{Appended, Commit, Store, StoreConfig, StoreError};

/// Bytes of a header's free field (Yellow Paper, section 4.3.4; web3.py refuses more).
const MAX_EXTRA_DATA: usize = 32;

/// What a chain is opened with.
#[derive(Clone, Debug)]
pub struct ChainConfig {
    /// Its rules.
    pub spec: ChainSpec,
    /// Folder of the database and the module cache.
    pub datadir: PathBuf,
    /// When a block is final.
    pub finality: Finality,
    /// Blocks behind the head whose states are in memory: each can be read, proven and built upon.
    pub window: u64,
    /// Trie nodes that may come together in the head's state before it lets go of what the store has.
    pub nodes: usize,
    /// The store.
    pub store: StoreConfig,
}

/// When a block is final: nothing that does not stand on it is taken any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finality {
    /// At once: there is one who makes blocks.
    Instant,
    /// When so many stand on it.
    Depth(u64),
}

impl Finality {
    /// The last final block when a height is the head's.
    fn height(self, head: u64) -> u64 {
        match self {
            Self::Instant => head,
            Self::Depth(depth) => head.saturating_sub(depth),
        }
    }
}

/// Blocks behind the head whose states are kept in memory, unless a configuration says otherwise.
pub const WINDOW: u64 = 256;
/// Blocks that leave the window together: what several of them write is written once.
const FOLD: u64 = 32;
/// Blocks that one commit folds at most: of a window that was made shorter the rest goes with the next ones.
const FOLDED_AT_ONCE: u64 = 4 * FOLD;
/// Trie nodes that come together before they are let go, unless a configuration says otherwise: some 256 MiB.
const NODES: usize = 350_000;

impl ChainConfig {
    /// The usual: a window of [`WINDOW`] blocks, instant finality, all history.
    pub fn new(spec: ChainSpec, datadir: impl Into<PathBuf>) -> Self {
        let (finality, store) = (Finality::Instant, StoreConfig::default());
        Self { spec, datadir: datadir.into(), finality, window: WINDOW, nodes: NODES, store }
    }
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
    /// The state that is stored is not the one that its block names.
    #[error(
        "the database is damaged: at block {number} {reason}; `zx-node db verify` tells what is wrong, \
         `zx-node snapshot restore` starts again from a snapshot"
    )]
    Damaged {
        /// Height of the block.
        number: u64,
        /// What does not fit.
        reason: String,
    },
    /// The writer's thread panicked.
    #[error("the writer panicked; its message is in the log")]
    WriterPanicked,
    /// A block on one that is not here, or that is too old.
    #[error("block {number} cannot be taken: its parent {parent} {reason}")]
    Unattached {
        /// Its height.
        number: u64,
        /// Its parent.
        parent: B256,
        /// Why.
        reason: String,
    },
    /// A head that there is not.
    #[error("block {0} cannot become the head: it is not among the blocks that are kept in memory")]
    UnknownHead(B256),
    /// A head that leaves a final block out.
    #[error("block {hash} cannot become the head: block {number}, which is final, is not in its chain")]
    UndoesFinal {
        /// The head that was asked for.
        hash: B256,
        /// The last final block.
        number: u64,
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

/// A chain with its store, its pool and its executor.
#[derive(Debug)]
pub struct Chain {
    pub(crate) store: Store,
    pub(crate) executor: Executor,
    pub(crate) pool: Mutex<Pool>,
    pub(crate) datadir: PathBuf,
    finality: Finality,
    window: u64,
    nodes: usize,
    /// Held while a block is made, with the trie nodes that have come together: there is one writer.
    writing: Mutex<usize>,
    tree: RwLock<Arc<Tree>>,
    heads: watch::Sender<Arc<Block>>,
    /// Rung when a transaction comes in.
    pub(crate) work: Notify,
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
        make_folder(datadir).map_err(unusable)?;
        let store = Store::open(&datadir.join("db"), config.store)?;
        sync_folder(datadir).map_err(unusable)?;
        let sandbox = Sandbox::new(config.spec.modules, Some(datadir.join("modules")))?;
        let spec = Arc::new(config.spec);
        begin(&store, &spec)?;
        let mut tree = load(&store)?;
        tree.finish(config.finality.height(tree.head().number()));
        let chain = Self {
            store,
            datadir: config.datadir.clone(),
            executor: Executor::new(spec, Arc::new(sandbox)),
            pool: Mutex::default(),
            finality: config.finality,
            window: config.window,
            nodes: config.nodes,
            writing: Mutex::new(0),
            heads: watch::Sender::new(Arc::clone(tree.head())),
            tree: RwLock::new(Arc::new(tree)),
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
        Arc::clone(self.tree.read().head())
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
                return Ok(HeadView::new(tree, store, &self.executor));
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

    /// Gets the modules ready that were used most before, while `go_on` says so: work for the background of a start.
    ///
    /// # Errors
    /// If the store fails.
    pub fn warm_up(&self, go_on: impl Fn() -> bool) -> Result<usize, ChainError> {
        Ok(self.executor.warm_up(&self.view()?.head_state(), go_on))
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
        let mut writing = self.writing.lock();
        let parent = self.head();
        let header = self.spec().next_header(&parent, now());
        let candidates = self.pool.lock().best(header.base_fee_per_gas.unwrap_or_default());
        if candidates.is_empty() && !empty {
            return Ok(None);
        }
        let made = self.execute(parent.hash, header, candidates)?;
        self.drop_impossible(&made.executed.refused);
        if made.executed.included.is_empty() && !empty {
            return Ok(None);
        }
        let Made { header, mut executed, update, state } = made;
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
        let at = StateAt::in_tree(&view.tree, &view.store, parent, state.clone());
        let executed = self.executor.execute_block(&at, &header, transactions)?;
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
        let mut writing = self.writing.lock();
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
        self.publish(&mut writing, &before, tree);
        Ok(head)
    }

    /// Writes a block, then makes it the head, if it is to be, and tells of it.
    fn append(
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
        self.publish_from(&before, &changed, tree);
        Ok(())
    }

    /// The height up to which blocks leave the tree now.
    fn due(&self, tree: &Tree) -> u64 {
        let (head, base) = (tree.head().number(), tree.base().number());
        let to = tree.finished().min(head.saturating_sub(self.window));
        // A window that is short is not made longer than it is.
        match to.saturating_sub(base) {
            ready if ready >= FOLD.min(self.window.max(1)) => to.min(base.saturating_add(FOLDED_AT_ONCE)),
            _ => base,
        }
    }

    fn publish(&self, _: &mut usize, before: &Tree, tree: Tree) {
        let changed = tree.clone();
        self.publish_from(before, &changed, tree);
    }

    /// Shows a tree to everybody. `changed` is what it was before blocks left it.
    fn publish_from(&self, before: &Tree, changed: &Tree, tree: Tree) {
        let head = Arc::clone(tree.head());
        let (gone, new) = before.differences(changed);
        *self.tree.write() = Arc::new(tree);
        {
            // After the tree, under the pool's lock: who is admitted meanwhile has seen this state, or is looked at here.
            let mut pool = self.pool.lock();
            match gone.is_empty() {
                true => {
                    let accounts = new.iter().flat_map(|entry| &entry.sealed.changes.accounts);
                    pool.on_block(accounts.filter_map(|(address, change)| Some((*address, change.info?.nonce))));
                }
                false => self.reconsider(&mut pool, &gone, &new),
            }
        }
        for tx in gone.iter().flat_map(|entry| &entry.block().transactions) {
            // What the new chain has as well, or rules out, is refused, and that is right.
            if let Err(error) = self.resubmit(tx.clone()) {
                tracing::debug!(hash = %tx.inner().tx_hash(), %error, "a transaction of a block that lost is not taken back");
            }
        }
        if before.head().hash != head.hash {
            self.heads.send_replace(head);
        }
    }

    /// After a reorganisation nonces may be lower than they were.
    fn reconsider(&self, pool: &mut Pool, gone: &[Entry], new: &[Entry]) {
        let entries = gone.iter().chain(new);
        let touched: BTreeSet<Address> =
            entries.flat_map(|entry| entry.sealed.changes.accounts.keys().copied()).collect();
        match self.view() {
            Ok(view) => {
                let state = view.head_state();
                let nonce = |address: &Address| Some(state.account(*address).ok()?.map_or(0, |account| account.nonce));
                pool.on_reorganisation(touched.iter().filter_map(|address| Some((*address, nonce(address)?))));
            }
            Err(error) => tracing::warn!(%error, "the pool is not looked through after a reorganisation"),
        }
    }
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

/// Makes a folder, and those above it that are missing, so that a power cut does not take one with all that is in it.
fn make_folder(folder: &Path) -> io::Result<()> {
    let missing: Vec<&Path> = folder.ancestors().take_while(|folder| !folder.exists()).collect();
    fs::create_dir_all(folder)?;
    missing.into_iter().filter_map(Path::parent).try_for_each(sync_folder)
}

/// Has the names that are in a folder on the disk for good.
fn sync_folder(folder: &Path) -> io::Result<()> {
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    match cfg!(unix) {
        true => File::open(here)?.sync_all(),
        // Elsewhere a folder cannot be opened as a file is.
        false => Ok(()),
    }
}

/// Writes the first block into an empty store; refuses a store of another chain.
fn begin(store: &Store, spec: &ChainSpec) -> Result<(), ChainError> {
    let (genesis, update, changes) = first(spec)?;
    store.check_genesis(genesis.hash)?;
    if store.genesis()?.is_none() {
        store.begin(&genesis, &update, &changes)?;
    }
    Ok(())
}

/// The first block of the spec, worked out without what may be stored already.
fn first(spec: &ChainSpec) -> Result<(Block, StateUpdate, StateChanges), ChainError> {
    let changes: StateChanges = genesis_changes(spec);
    let (_, update) = State::empty().apply(&Nothing, 0, &changes)?;
    Ok((spec.genesis(update.root), update, changes))
}

/// The first block that a chain of these rules has.
///
/// # Errors
/// None that a spec could cause.
pub fn genesis(spec: &ChainSpec) -> Result<Block, ChainError> {
    Ok(first(spec)?.0)
}

/// Makes the tree of what the store has over its base. Each state is worked out again, and must be its block's.
fn load(store: &Store) -> Result<Tree, ChainError> {
    let view = store.view();
    let (number, _) = view.base();
    let missing = || ChainError::Damaged { number, reason: "the block that the state is of is missing".into() };
    let base = Arc::new(view.block(number)?.ok_or_else(missing)?);
    let damaged = |number: u64, reason: String| ChainError::Damaged { number, reason };
    // Looking a key up loads the root, which is checked.
    State::stored(base.header.state_root).prove(&view, B256::ZERO).map_err(|e| damaged(number, e.0))?;
    let mut tree = Tree::new(base);
    for pending in store.pending()? {
        let number = pending.block.number();
        let orphan = || damaged(number, format!("its parent {} is missing", pending.block.header.parent_hash));
        let (_, parent) = tree.state(&pending.block.header.parent_hash).ok_or_else(orphan)?;
        let (state, update) = parent.apply(&view, number, &pending.changes).map_err(|e| damaged(number, e.0))?;
        let expected = pending.block.header.state_root;
        if state.root() != expected {
            return Err(damaged(
                number,
                format!("the state has the root {}, the header says {expected}", state.root()),
            ));
        }
        let sealed = Sealed::new(Arc::new(pending.block), pending.receipts, pending.changes, update);
        tree.insert(Entry { sealed: Arc::new(sealed), state });
    }
    let head = view.head();
    match tree.set_head(head) {
        true => Ok(tree),
        false => Err(damaged(number, format!("the head, {head}, is missing"))),
    }
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
