//! The state that tests run on.

use crate::fork::Fork;
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256};
use std::{collections::BTreeMap, rc::Rc};
use zx_primitives::{AccountInfo, StateChanges, StateError, StateReader};

/// Accounts, codes and slots. What is not here is a fork's, or empty.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    accounts: BTreeMap<Address, Account>,
    codes: BTreeMap<B256, Bytes>,
    fork: Option<Rc<Fork>>,
    /// Transactions so far: they are numbered as the native host numbers them.
    pub(crate) transactions: u64,
}

/// What is known of an account; the rest is the fork's.
#[derive(Clone, Debug, Default)]
struct Account {
    /// `None`: as the fork has it. `Some(None)`: gone.
    info: Option<Option<AccountInfo>>,
    storage: BTreeMap<U256, U256>,
    /// Whether the fork's storage is gone.
    wiped: bool,
}

const EMPTY: AccountInfo = AccountInfo { nonce: 0, balance: U256::ZERO, code_hash: KECCAK256_EMPTY };

impl World {
    /// A world in which nobody but these has anything.
    pub(crate) fn new(accounts: impl IntoIterator<Item = Address>, balance: U256) -> Self {
        let account =
            |address| (address, Account { info: Some(Some(AccountInfo { balance, ..EMPTY })), ..Account::default() });
        Self { accounts: accounts.into_iter().map(account).collect(), ..Self::default() }
    }

    /// From now on what is not here is read from this node. Accounts that are here keep their balances, and go on with
    /// the node's nonces: contracts that they create must not land where the node has some.
    pub(crate) fn fork(&mut self, fork: Fork) -> Result<(), StateError> {
        for (address, account) in &mut self.accounts {
            if let Some(Some(info)) = &mut account.info {
                info.nonce = info.nonce.max(fork.account(*address)?.map_or(0, |theirs| theirs.nonce));
            }
        }
        self.fork = Some(Rc::new(fork));
        Ok(())
    }

    /// Changes an account.
    pub(crate) fn edit(&mut self, address: Address, edit: impl FnOnce(&mut AccountInfo)) -> Result<(), StateError> {
        let mut info = self.account(address)?.unwrap_or(EMPTY);
        edit(&mut info);
        self.accounts.entry(address).or_default().info = Some(Some(info));
        Ok(())
    }

    /// Puts code at an address.
    pub(crate) fn set_code(&mut self, address: Address, code: Bytes) -> Result<(), StateError> {
        let hash = keccak256(&code);
        self.codes.insert(hash, code);
        // A contract begins at one (EIP-161).
        self.edit(address, |info| *info = AccountInfo { nonce: info.nonce.max(1), code_hash: hash, ..*info })
    }

    /// Applies what a transaction did.
    pub(crate) fn apply(&mut self, changes: StateChanges) {
        self.codes.extend(changes.codes);
        for (address, change) in changes.accounts {
            let account = self.accounts.entry(address).or_default();
            if change.wiped {
                account.wiped = true;
                account.storage.clear();
            }
            account.info = Some(change.info);
            account.storage.extend(change.storage.into_iter().map(|(slot, change)| (slot, change.after)));
        }
    }
}

impl StateReader for World {
    fn account(&self, address: Address) -> Result<Option<AccountInfo>, StateError> {
        match (self.accounts.get(&address).and_then(|account| account.info), &self.fork) {
            (Some(known), _) => Ok(known),
            (None, Some(fork)) => fork.account(address),
            (None, None) => Ok(None),
        }
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, StateError> {
        let account = self.accounts.get(&address);
        if let Some(value) = account.and_then(|account| account.storage.get(&slot)) {
            return Ok(*value);
        }
        match &self.fork {
            Some(fork) if !account.is_some_and(|account| account.wiped) => fork.storage(address, slot),
            _ => Ok(U256::ZERO),
        }
    }

    fn code(&self, hash: B256) -> Result<Bytes, StateError> {
        if hash == KECCAK256_EMPTY {
            return Ok(Bytes::new());
        }
        let fork = || self.fork.as_ref().and_then(|fork| fork.code(hash));
        self.codes.get(&hash).cloned().or_else(fork).ok_or_else(|| StateError(format!("there is no code {hash}")))
    }

    fn block_hash(&self, number: u64) -> Result<B256, StateError> {
        match &self.fork {
            Some(fork) if number <= fork.number() => fork.block_hash(number),
            _ => Ok(number_hash(number)),
        }
    }
}

/// Stands for the hash of what has this number, as on the native host.
pub(crate) fn number_hash(number: u64) -> B256 {
    keccak256(U256::from(number).to_be_bytes::<32>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use zx_primitives::{AccountChange, SlotChange};

    const A: Address = Address::repeat_byte(1);
    const B: Address = Address::repeat_byte(2);

    fn change(info: Option<AccountInfo>, wiped: bool, storage: &[(u64, u64)]) -> AccountChange {
        let slot = |(slot, after): &(u64, u64)| {
            (U256::from(*slot), SlotChange { before: U256::ZERO, after: U256::from(*after) })
        };
        AccountChange { info, wiped, storage: storage.iter().map(slot).collect() }
    }

    #[test]
    fn changes_are_read_back_and_a_copy_keeps_what_was() {
        let mut world = World::new([A], U256::from(9));
        let before = world.clone();
        let info = AccountInfo { nonce: 1, ..EMPTY };
        world
            .apply(StateChanges { accounts: [(B, change(Some(info), false, &[(1, 7)]))].into(), ..Default::default() });
        assert_eq!(world.account(B).unwrap(), Some(info));
        assert_eq!(world.storage(B, U256::from(1)).unwrap(), U256::from(7));
        world.apply(StateChanges { accounts: [(B, change(None, true, &[]))].into(), ..Default::default() });
        assert_eq!((world.account(B).unwrap(), world.storage(B, U256::from(1)).unwrap()), (None, U256::ZERO));
        assert_eq!(before.account(A).unwrap().map(|info| info.balance), Some(U256::from(9)));
        assert_eq!(before.account(B).unwrap(), None);
    }

    #[test]
    fn code_is_found_by_its_hash_and_a_contract_begins_at_one() {
        let mut world = World::default();
        world.set_code(A, Bytes::from_static(&[1, 2])).unwrap();
        let info = world.account(A).unwrap().unwrap();
        assert_eq!((info.nonce, world.code(info.code_hash).unwrap()), (1, Bytes::from_static(&[1, 2])));
        assert_eq!(world.code(KECCAK256_EMPTY).unwrap(), Bytes::new());
        assert!(world.code(B256::ZERO).unwrap_err().to_string().contains("there is no code 0x0000"));
    }
}
