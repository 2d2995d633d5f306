//! Edits of the state: blocks without transactions that change it all the same.

use super::MARK;
use crate::{chain::Chain, error::ChainError, state::StateAt};
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256};
use std::{collections::BTreeMap, sync::Arc};
use zx_executor::{CodeRefusal, Executed};
use zx_host_functions::{AccountCode, ProgramCode};
use zx_primitives::{
    AccountChange, AccountInfo, Block, Overwritten, SlotChange, StateChanges, StateError, StateReader,
};

/// One change of an account.
#[derive(Clone, Debug)]
pub enum Edit {
    /// Its wei.
    Balance(U256),
    /// Its next nonce; it may be lower than before.
    Nonce(u64),
    /// Its code: EVM bytecode, or `0xef5a5801` and a module; none if empty.
    Code(Bytes),
    /// A slot.
    Slot {
        /// Which.
        slot: U256,
        /// Its value.
        value: U256,
    },
}

/// The state cannot be edited so.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// Code that no account can have.
    #[error("the code cannot be set: {0}")]
    Code(#[from] CodeRefusal),
    /// The chain fails: ours.
    #[error(transparent)]
    Chain(#[from] ChainError),
}

impl From<StateError> for EditError {
    fn from(error: StateError) -> Self {
        Self::Chain(error.into())
    }
}

impl Chain {
    /// Changes accounts in a block of its own, which has the time of the block before it. If they are so already there
    /// is no block. Gives the head.
    ///
    /// # Errors
    /// If code is not valid, or the chain fails; then nothing is changed.
    pub fn edit(&self, edits: &[(Address, Edit)]) -> Result<Arc<Block>, EditError> {
        let mut writing = self.writing.lock();
        let parent = self.head();
        let view = self.view()?;
        let (_, state) = view.tree.state(&parent.hash).ok_or(ChainError::UnknownHead(parent.hash))?;
        let at = view.state_of(parent.hash, state);
        let mut changes = self.edited(&at, edits)?;
        if changes.accounts.is_empty() {
            return Ok(parent);
        }
        at.fit(&mut changes)?;
        let mut header = self.spec().next_header(&parent, 0);
        header.timestamp = parent.header.timestamp;
        header.extra_data = Bytes::from_static(MARK);
        header.beneficiary = self.coinbase();
        let (state, update) = state.apply(&view.store, header.number, &changes)?;
        header.state_root = update.root;
        let executed =
            Executed { included: Vec::new(), receipts: Vec::new(), refused: Vec::new(), changes, gas_used: 0 };
        let block = Arc::new(Block::seal(header, Vec::new()));
        self.append(&mut writing, Arc::clone(&block), executed, update, state)?;
        Ok(block)
    }

    /// What edits change, with what they overwrite.
    fn edited(&self, at: &StateAt<'_, '_>, edits: &[(Address, Edit)]) -> Result<StateChanges, EditError> {
        let mut drafts: BTreeMap<Address, Draft> = BTreeMap::new();
        let mut codes: BTreeMap<B256, Bytes> = BTreeMap::new();
        for (address, edit) in edits {
            let draft = match drafts.entry(*address) {
                std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
                std::collections::btree_map::Entry::Vacant(entry) => entry.insert(Draft::of(at.account(*address)?)),
            };
            match edit {
                Edit::Balance(balance) => draft.info.balance = *balance,
                Edit::Nonce(nonce) => draft.info.nonce = *nonce,
                Edit::Code(code) => {
                    draft.info.code_hash = keccak256(code);
                    if !code.is_empty() {
                        codes.insert(draft.info.code_hash, code.clone());
                    }
                }
                Edit::Slot { slot, value } => _ = draft.slots.insert(*slot, *value),
            }
        }
        self.check_codes(at, &mut codes)?;
        let mut changes = StateChanges { codes, ..StateChanges::default() };
        let mut trail = Overwritten { transaction: Overwritten::BLOCK, ..Overwritten::default() };
        for (address, draft) in drafts {
            let storage = draft.storage(at, address)?;
            if Some(draft.info) == draft.before.or(Some(EMPTY)) && storage.is_empty() {
                continue;
            }
            if Some(draft.info) != draft.before {
                trail.accounts.insert(address, draft.before);
            }
            trail.slots.extend(storage.iter().map(|(slot, change)| ((address, *slot), change.before)));
            changes.accounts.insert(address, AccountChange { info: Some(draft.info), wiped: false, storage });
        }
        changes.trail = vec![trail];
        Ok(changes)
    }
}

impl Chain {
    /// Checks codes that are to be accounts', and adds those that instances among them run: so they are there as long as
    /// the instances, wherever they were found.
    fn check_codes(&self, at: &StateAt<'_, '_>, codes: &mut BTreeMap<B256, Bytes>) -> Result<(), EditError> {
        let find = |hash: B256| codes.get(&hash).cloned().or_else(|| at.code(hash).ok());
        let mut templates = BTreeMap::new();
        for code in codes.values() {
            self.executor.check_code(code, find)?;
            if let Some(AccountCode { program: ProgramCode::Template(hash), .. }) = AccountCode::parse(code) {
                let hash = B256::from(hash);
                templates.extend(find(hash).map(|code| (hash, code)));
            }
        }
        codes.extend(templates);
        Ok(())
    }
}

/// An account in which there is nothing.
const EMPTY: AccountInfo = AccountInfo { nonce: 0, balance: U256::ZERO, code_hash: KECCAK256_EMPTY };

/// An account while it is edited.
struct Draft {
    before: Option<AccountInfo>,
    info: AccountInfo,
    slots: BTreeMap<U256, U256>,
}

impl Draft {
    fn of(before: Option<AccountInfo>) -> Self {
        Self { before, info: before.unwrap_or(EMPTY), slots: BTreeMap::new() }
    }

    /// The slots that become others.
    fn storage(&self, at: &StateAt<'_, '_>, address: Address) -> Result<BTreeMap<U256, SlotChange>, StateError> {
        let mut storage = BTreeMap::new();
        for (slot, after) in &self.slots {
            let change = SlotChange { before: at.storage(address, *slot)?, after: *after };
            if change.before != change.after {
                storage.insert(*slot, change);
            }
        }
        Ok(storage)
    }
}
