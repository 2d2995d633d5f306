//! State, as the executor reads it and as a block changes it.

use alloy_primitives::{Address, B256, Bytes, U256};
use borsh::{BorshDeserialize, BorshSerialize};
use std::collections::BTreeMap;

mod wire;

/// An account without its storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountInfo {
    /// Transactions sent, or contracts created.
    pub nonce: u64,
    /// Wei.
    pub balance: U256,
    /// Keccak-256 of the code.
    pub code_hash: B256,
}

/// What a block does to one account.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct AccountChange {
    /// The account afterwards; `None` if it is gone.
    pub info: Option<AccountInfo>,
    /// Whether the storage from before is gone.
    pub wiped: bool,
    /// Slots written.
    #[borsh(serialize_with = "wire::write_by_slot", deserialize_with = "wire::read_by_slot")]
    pub storage: BTreeMap<U256, SlotChange>,
}

/// What a block does to one slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SlotChange {
    /// Its value before the block; zero if there was none.
    #[borsh(serialize_with = "wire::write", deserialize_with = "wire::read")]
    pub before: U256,
    /// Its value afterwards; zero removes it.
    #[borsh(serialize_with = "wire::write", deserialize_with = "wire::read")]
    pub after: U256,
}

/// What one transaction has overwritten: the way back, and the trail for an audit.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Overwritten {
    /// Place of the transaction in its block, from 0; [`Overwritten::BLOCK`] for what the block does of itself.
    pub transaction: u32,
    /// Accounts as they were before it.
    pub accounts: BTreeMap<Address, Option<AccountInfo>>,
    /// Slots as they were before it, by account.
    #[borsh(serialize_with = "wire::write_slots", deserialize_with = "wire::read_slots")]
    pub slots: BTreeMap<(Address, U256), U256>,
}

impl Overwritten {
    /// Stands for the block itself: it comes after every transaction.
    pub const BLOCK: u32 = u32::MAX;
}

/// What a block does to the state.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct StateChanges {
    /// Accounts touched.
    pub accounts: BTreeMap<Address, AccountChange>,
    /// New code, by its hash.
    pub codes: BTreeMap<B256, Bytes>,
    /// What each transaction has overwritten, in order.
    pub trail: Vec<Overwritten>,
}

/// State cannot be read: the store failed, or what it holds makes no sense.
#[derive(Clone, Debug, thiserror::Error)]
#[error("cannot read state: {0}")]
pub struct StateError(pub String);

/// A state to read from: one that is stored, or a change on top of one.
pub trait StateReader {
    /// An account, if it exists.
    ///
    /// # Errors
    /// If the store fails.
    fn account(&self, address: Address) -> Result<Option<AccountInfo>, StateError>;

    /// A storage slot; zero if it was never written.
    ///
    /// # Errors
    /// If the store fails.
    fn storage(&self, address: Address, slot: U256) -> Result<U256, StateError>;

    /// Code by its hash.
    ///
    /// # Errors
    /// If the store fails or lacks it.
    fn code(&self, hash: B256) -> Result<Bytes, StateError>;

    /// Hash of a block of this chain; zero if there is none of that height.
    ///
    /// # Errors
    /// If the store fails.
    fn block_hash(&self, number: u64) -> Result<B256, StateError>;
}
