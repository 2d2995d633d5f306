//! A state with changes on top that nobody writes: overrides of a call, and blocks that are only simulated.

use alloy_primitives::{Address, B256, Bytes, U256};
use std::collections::{BTreeMap, BTreeSet};
use zx_primitives::{AccountInfo, StateChanges, StateError, StateReader};

/// Changes on top of a state.
pub struct Overlay<'a> {
    base: &'a dyn StateReader,
    accounts: BTreeMap<Address, Option<AccountInfo>>,
    /// Accounts of whose storage nothing is left in the base.
    wiped: BTreeSet<Address>,
    slots: BTreeMap<(Address, U256), U256>,
    codes: BTreeMap<B256, Bytes>,
    hashes: BTreeMap<u64, B256>,
}

impl std::fmt::Debug for Overlay<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Overlay").field("accounts", &self.accounts.len()).finish_non_exhaustive()
    }
}

impl<'a> Overlay<'a> {
    /// Nothing on top of a state.
    pub fn new(base: &'a dyn StateReader) -> Self {
        Self {
            base,
            accounts: BTreeMap::new(),
            wiped: BTreeSet::new(),
            slots: BTreeMap::new(),
            codes: BTreeMap::new(),
            hashes: BTreeMap::new(),
        }
    }

    /// Puts changes on top of those that are there.
    pub fn apply(&mut self, changes: &StateChanges) {
        for (address, change) in &changes.accounts {
            self.accounts.insert(*address, change.info);
            if change.wiped {
                self.wiped.insert(*address);
                self.slots.retain(|(account, _), _| account != address);
            }
            self.slots.extend(change.storage.iter().map(|(slot, value)| ((*address, *slot), value.after)));
        }
        self.codes.extend(changes.codes.iter().map(|(hash, code)| (*hash, code.clone())));
    }

    /// Says what the hash of a block is.
    pub fn set_hash(&mut self, number: u64, hash: B256) {
        self.hashes.insert(number, hash);
    }
}

impl StateReader for Overlay<'_> {
    fn account(&self, address: Address) -> Result<Option<AccountInfo>, StateError> {
        self.accounts.get(&address).map_or_else(|| self.base.account(address), |account| Ok(*account))
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, StateError> {
        match self.slots.get(&(address, slot)) {
            Some(value) => Ok(*value),
            None if self.wiped.contains(&address) => Ok(U256::ZERO),
            None => self.base.storage(address, slot),
        }
    }

    fn code(&self, hash: B256) -> Result<Bytes, StateError> {
        self.codes.get(&hash).map_or_else(|| self.base.code(hash), |code| Ok(code.clone()))
    }

    fn block_hash(&self, number: u64) -> Result<B256, StateError> {
        self.hashes.get(&number).map_or_else(|| self.base.block_hash(number), |hash| Ok(*hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zx_primitives::{AccountChange, SlotChange};

    /// A state in which every slot has its own number, and every account one wei.
    struct Base;

    impl StateReader for Base {
        fn account(&self, _: Address) -> Result<Option<AccountInfo>, StateError> {
            let code_hash = alloy_primitives::KECCAK256_EMPTY;
            Ok(Some(AccountInfo { nonce: 0, balance: U256::from(1), code_hash }))
        }

        fn storage(&self, _: Address, slot: U256) -> Result<U256, StateError> {
            Ok(slot)
        }

        fn code(&self, hash: B256) -> Result<Bytes, StateError> {
            Err(StateError(format!("no code {hash}")))
        }

        fn block_hash(&self, number: u64) -> Result<B256, StateError> {
            Ok(B256::with_last_byte(number as u8))
        }
    }

    fn write(wiped: bool, slot: u64, after: u64) -> StateChanges {
        let value = SlotChange { before: U256::ZERO, after: U256::from(after) };
        let change = AccountChange { info: None, wiped, storage: BTreeMap::from([(U256::from(slot), value)]) };
        StateChanges { accounts: BTreeMap::from([(Address::ZERO, change)]), ..Default::default() }
    }

    #[test]
    fn the_last_change_counts_and_the_rest_is_the_base() {
        let mut overlay = Overlay::new(&Base);
        let slot = |overlay: &Overlay<'_>, slot: u64| overlay.storage(Address::ZERO, U256::from(slot)).unwrap();
        overlay.apply(&write(false, 1, 7));
        assert_eq!((slot(&overlay, 1), slot(&overlay, 2)), (U256::from(7), U256::from(2)));
        assert_eq!(overlay.account(Address::ZERO).unwrap(), None);
        assert!(overlay.account(Address::repeat_byte(1)).unwrap().is_some());
        overlay.apply(&write(true, 3, 9));
        assert_eq!([1, 2, 3].map(|at| slot(&overlay, at)), [0, 0, 9].map(U256::from));
        overlay.set_hash(5, B256::repeat_byte(5));
        assert_eq!(overlay.block_hash(5).unwrap(), B256::repeat_byte(5));
        assert_eq!(overlay.block_hash(6).unwrap(), B256::with_last_byte(6));
    }
}
