//! The start: the folder, the first block, and what the store has over its base.

use crate::{
    dev::Known,
    error::ChainError,
    fork::Fork,
    tree::{Entry, Sealed, Tree},
};
use alloy_primitives::B256;
use std::{
    fs::{self, File},
    io,
    path::Path,
    sync::Arc,
};
use zx_executor::genesis_changes;
use zx_primitives::{Block, ChainSpec, StateChanges};
use zx_state::{Nothing, State, StateUpdate};
use zx_storage::Store;

/// Makes a folder, and those above it that are missing, so that a power cut does not take one with all that is in it.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    let missing: Vec<&Path> = folder.ancestors().take_while(|folder| !folder.exists()).collect();
    fs::create_dir_all(folder)?;
    missing.into_iter().filter_map(Path::parent).try_for_each(sync_folder)
}

/// Has the names that are in a folder on the disk for good.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    match cfg!(unix) {
        true => File::open(here)?.sync_all(),
        // Elsewhere a folder cannot be opened as a file is.
        false => Ok(()),
    }
}

/// Writes the first block into an empty store; refuses a store of another chain.
pub(crate) fn begin(store: &Store, spec: &ChainSpec, fork: Option<&Fork>) -> Result<(), ChainError> {
    let (genesis, update, changes) = match fork {
        None => first(spec)?,
        // Nothing is changed here yet.
        Some(fork) => {
            let changes = StateChanges::default();
            let (_, update) = State::empty().apply(&Nothing, fork.pinned().number(), &changes)?;
            ((**fork.pinned()).clone(), update, changes)
        }
    };
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

/// The addresses that a development chain has met.
pub(crate) fn known(datadir: &Path, spec: &ChainSpec) -> io::Result<Known> {
    let mut known = Known::open(datadir)?;
    known.meet_accounts(spec.alloc.iter().map(|(address, _)| *address))?;
    Ok(known)
}

/// The first block that a chain of these rules has.
///
/// # Errors
/// None that a spec could cause.
pub fn genesis(spec: &ChainSpec) -> Result<Block, ChainError> {
    Ok(first(spec)?.0)
}

/// Makes the tree of what the store has over its base. Each state is worked out again, and must be its block's.
pub(crate) fn load(store: &Store, fork: Option<&Fork>) -> Result<Tree, ChainError> {
    let view = store.view();
    let (number, _) = view.base();
    let missing = || ChainError::Damaged { number, reason: "the block that the state is of is missing".into() };
    let base = Arc::new(view.block(number)?.ok_or_else(missing)?);
    let damaged = |number: u64, reason: String| ChainError::Damaged { number, reason };
    // The root in the header of a fork's first block is the remote's: here the trie begins.
    let pinned = fork.is_some_and(|fork| fork.pinned().number() == number);
    let state = if pinned { State::empty() } else { State::stored(base.header.state_root) };
    // Looking a key up loads the root, which is checked.
    state.prove(&view, B256::ZERO).map_err(|e| damaged(number, e.0))?;
    let mut tree = Tree::new(base, state);
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
