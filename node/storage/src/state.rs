//! The base's state, as the executor, the trie and whoever checks it read it.

use crate::{
    store::StoreError,
    tables,
    view::{View, Walk},
};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_rlp::Decodable;
use alloy_trie::TrieAccount;
use zx_primitives::{AccountInfo, StateError, StateReader};
use zx_state::{Nibbles, Reader, Rows};

impl View<'_> {
    /// An account's row, from memory if it is hot.
    pub(crate) fn account_row(&self, account: B256) -> Result<Option<TrieAccount>, StoreError> {
        let Some(base) = self.moment()?.map(|moment| moment.base.0) else { return Ok(None) };
        if let Some(row) = self.store.hot.account(base, account) {
            return Ok(row);
        }
        let bytes = self.get(tables::ACCOUNTS, account.as_slice())?;
        let row = bytes.map(|bytes| self.account_of(&bytes)).transpose()?;
        self.store.hot.fill_account(base, account, row);
        Ok(row)
    }

    /// A slot's value in the base, by the Keccak-256 of its account's address and its own; zero if there is none.
    ///
    /// # Errors
    /// If the store fails.
    pub fn slot_row(&self, account: B256, slot: B256) -> Result<U256, StoreError> {
        let Some(base) = self.moment()?.map(|moment| moment.base.0) else { return Ok(U256::ZERO) };
        if let Some(value) = self.store.hot.slot(base, (account, slot)) {
            return Ok(value);
        }
        let bytes = self.get(tables::STORAGE, &[account.as_slice(), slot.as_slice()].concat())?;
        let value = bytes.map(|bytes| self.value(&bytes)).transpose()?.unwrap_or_default();
        self.store.hot.fill_slot(base, (account, slot), value);
        Ok(value)
    }

    pub(crate) fn account_of(&self, bytes: &[u8]) -> Result<TrieAccount, StoreError> {
        TrieAccount::decode(&mut &*bytes).map_err(|e| self.store.damaged(format!("an account does not read back: {e}")))
    }

    pub(crate) fn value(&self, bytes: &[u8]) -> Result<U256, StoreError> {
        U256::try_from_be_slice(bytes).ok_or_else(|| self.store.damaged("a storage value is over 32 bytes"))
    }

    fn key(&self, bytes: &[u8]) -> Result<B256, StoreError> {
        B256::try_from(bytes).map_err(|_| self.store.damaged("a state key is not of its length"))
    }

    fn first_account(&self, from: B256) -> Result<Option<(B256, TrieAccount)>, StoreError> {
        let mut rows = self.cursor(tables::ACCOUNTS, Walk::Prefix)?;
        rows.seek(from);
        let found = rows.item().map(|(key, row)| Ok((self.key(key)?, self.account_of(row)?))).transpose();
        rows.status().map_err(|e| self.store.failed(e))?;
        found
    }

    fn first_slot(&self, account: B256, from: B256) -> Result<Option<(B256, U256)>, StoreError> {
        let mut rows = self.cursor(tables::STORAGE, Walk::Prefix)?;
        rows.seek([account.as_slice(), from.as_slice()].concat());
        let within = rows.item().and_then(|(key, value)| Some((key.strip_prefix(account.as_slice())?, value)));
        let found = within.map(|(key, value)| Ok((self.key(key)?, self.value(value)?))).transpose();
        rows.status().map_err(|e| self.store.failed(e))?;
        found
    }
}

impl StateReader for View<'_> {
    fn account(&self, address: Address) -> Result<Option<AccountInfo>, StateError> {
        let account = self.account_row(keccak256(address))?;
        Ok(account.map(|a| AccountInfo { nonce: a.nonce, balance: a.balance, code_hash: a.code_hash }))
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, StateError> {
        Ok(self.slot_row(keccak256(address), keccak256(slot.to_be_bytes::<32>()))?)
    }

    fn code(&self, hash: B256) -> Result<Bytes, StateError> {
        let code = self.get(tables::CODES, hash.as_slice())?;
        Ok(code.map(Bytes::from).ok_or_else(|| self.store.damaged(format!("code {hash} is missing")))?)
    }

    fn block_hash(&self, number: u64) -> Result<B256, StateError> {
        Ok(self.hash(number)?.unwrap_or_default())
    }
}

impl Reader for View<'_> {
    fn account(&self, account: B256) -> Result<Option<TrieAccount>, StateError> {
        Ok(self.account_row(account)?)
    }

    fn account_from(&self, from: B256) -> Result<Option<(B256, TrieAccount)>, StateError> {
        Ok(self.first_account(from)?)
    }

    fn slot_from(&self, account: B256, from: B256) -> Result<Option<(B256, U256)>, StateError> {
        Ok(self.first_slot(account, from)?)
    }

    fn node(&self, of: Option<B256>, path: &Nibbles) -> Result<Option<Vec<u8>>, StateError> {
        let (table, mut key) = match of {
            None => (tables::ACCOUNT_NODES, Vec::with_capacity(path.len())),
            Some(account) => (tables::STORAGE_NODES, account.to_vec()),
        };
        key.extend(path.iter());
        Ok(self.get(table, &key)?)
    }
}

impl Rows for View<'_> {
    fn each_account(
        &self,
        visit: &mut dyn FnMut(B256, TrieAccount) -> Result<(), StateError>,
    ) -> Result<(), StateError> {
        Ok(self.scan(tables::ACCOUNTS, &[], |key, row| Ok(visit(self.key(key)?, self.account_of(row)?)?))?)
    }

    fn each_slot(
        &self,
        account: B256,
        visit: &mut dyn FnMut(B256, U256) -> Result<(), StateError>,
    ) -> Result<(), StateError> {
        Ok(self.scan(tables::STORAGE, account.as_slice(), |key, value| {
            let slot = key.strip_prefix(account.as_slice()).unwrap_or_default();
            Ok(visit(self.key(slot)?, self.value(value)?)?)
        })?)
    }
}
