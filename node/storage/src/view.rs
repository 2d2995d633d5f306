//! Reading from a snapshot.

use crate::{
    store::{Store, StoreError},
    tables::{self, Table},
};
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use alloy_rlp::Decodable;
use alloy_trie::TrieAccount;
use rocksdb::{Direction, IteratorMode, ReadOptions, Snapshot};
use zx_primitives::{AccountInfo, Block, Receipt, StateError, StateReader, block::decode_receipts};
use zx_state::TrieSource;

/// Where a transaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TxPlace {
    /// Height of its block.
    pub block: u64,
    /// Place in it, from 0.
    pub index: u32,
}

/// The store at one moment.
pub struct View<'a> {
    store: &'a Store,
    snapshot: Snapshot<'a>,
}

impl std::fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("View").finish_non_exhaustive()
    }
}

impl<'a> View<'a> {
    pub(crate) fn new(store: &'a Store) -> Self {
        Self { store, snapshot: store.db().snapshot() }
    }

    fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.snapshot.get_cf(self.store.family(table)?, key).map_err(|e| self.store.failed(e))
    }

    fn height(&self, bytes: Vec<u8>) -> Result<u64, StoreError> {
        bytes.try_into().map(u64::from_be_bytes).map_err(|_| self.store.damaged("a height is not a u64"))
    }

    /// Height of the head; `None` in an empty store.
    ///
    /// # Errors
    /// If the store fails.
    pub fn head(&self) -> Result<Option<u64>, StoreError> {
        self.get(tables::META, b"head")?.map(|bytes| self.height(bytes)).transpose()
    }

    /// Block at a height.
    ///
    /// # Errors
    /// If the store fails.
    pub fn block(&self, number: u64) -> Result<Option<Block>, StoreError> {
        let bytes = self.get(tables::BLOCKS, &number.to_be_bytes())?;
        Ok(bytes.map(|bytes| Block::decode(&bytes)).transpose()?)
    }

    /// Height of a block.
    ///
    /// # Errors
    /// If the store fails.
    pub fn block_number(&self, hash: B256) -> Result<Option<u64>, StoreError> {
        self.get(tables::BLOCK_NUMBERS, hash.as_slice())?.map(|bytes| self.height(bytes)).transpose()
    }

    /// Receipts of the block at a height.
    ///
    /// # Errors
    /// If the store fails.
    pub fn receipts(&self, number: u64) -> Result<Option<Vec<Receipt>>, StoreError> {
        let bytes = self.get(tables::RECEIPTS, &number.to_be_bytes())?;
        Ok(bytes.map(|bytes| decode_receipts(&bytes)).transpose()?)
    }

    /// Where a transaction is.
    ///
    /// # Errors
    /// If the store fails.
    pub fn transaction(&self, hash: B256) -> Result<Option<TxPlace>, StoreError> {
        let Some(bytes) = self.get(tables::TRANSACTIONS, hash.as_slice())? else { return Ok(None) };
        let damaged = || self.store.damaged("a transaction's place is not twelve bytes");
        let (block, index) = bytes.split_first_chunk::<8>().ok_or_else(damaged)?;
        let index = index.try_into().map_err(|_| damaged())?;
        Ok(Some(TxPlace { block: u64::from_be_bytes(*block), index: u32::from_be_bytes(index) }))
    }

    fn scan(
        &self,
        table: Table,
        prefix: &[u8],
        mut visit: impl FnMut(&[u8], &[u8]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut options = ReadOptions::default();
        options.set_snapshot(&self.snapshot);
        // A scan of everything would push what is hot out of the cache.
        options.fill_cache(false);
        let mode = match prefix {
            [] => IteratorMode::Start,
            prefix => IteratorMode::From(prefix, Direction::Forward),
        };
        for row in self.store.db().iterator_cf_opt(self.store.family(table)?, options, mode) {
            let (key, value) = row.map_err(|e| self.store.failed(e))?;
            let Some(rest) = key.strip_prefix(prefix) else { break };
            visit(rest, &value)?;
        }
        Ok(())
    }

    fn key(&self, bytes: &[u8]) -> Result<B256, StoreError> {
        B256::try_from(bytes).map_err(|_| self.store.damaged("a state key is not 32 bytes"))
    }

    fn decode_account(&self, bytes: &[u8]) -> Result<TrieAccount, StoreError> {
        TrieAccount::decode(&mut &*bytes)
            .map_err(|e| self.store.damaged(&format!("an account does not read back: {e}")))
    }

    fn decode_value(&self, bytes: &[u8]) -> Result<U256, StoreError> {
        U256::try_from_be_slice(bytes).ok_or_else(|| self.store.damaged("a storage value is over 32 bytes"))
    }
}

impl From<StoreError> for StateError {
    fn from(e: StoreError) -> Self {
        Self(e.to_string())
    }
}

impl StateReader for View<'_> {
    fn account(&self, address: Address) -> Result<Option<AccountInfo>, StateError> {
        let account = self.trie_account(keccak256(address))?;
        Ok(account.map(|a| AccountInfo { nonce: a.nonce, balance: a.balance, code_hash: a.code_hash }))
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, StateError> {
        let key = [keccak256(address), keccak256(slot.to_be_bytes::<32>())].concat();
        match self.get(tables::STORAGE, &key)? {
            Some(bytes) => Ok(self.decode_value(&bytes)?),
            None => Ok(U256::ZERO),
        }
    }

    fn code(&self, hash: B256) -> Result<Bytes, StateError> {
        let code = self.get(tables::CODES, hash.as_slice())?;
        Ok(code.map(Bytes::from).ok_or_else(|| self.store.damaged(&format!("code {hash} is missing")))?)
    }

    fn block_hash(&self, number: u64) -> Result<B256, StateError> {
        Ok(self.block(number)?.map(|block| block.hash).unwrap_or_default())
    }
}

impl TrieSource for View<'_> {
    fn trie_account(&self, account: B256) -> Result<Option<TrieAccount>, StateError> {
        let bytes = self.get(tables::ACCOUNTS, account.as_slice())?;
        Ok(bytes.map(|bytes| self.decode_account(&bytes)).transpose()?)
    }

    fn each_account(&self, visit: &mut dyn FnMut(B256, TrieAccount)) -> Result<(), StateError> {
        Ok(self.scan(tables::ACCOUNTS, &[], |key, value| {
            visit(self.key(key)?, self.decode_account(value)?);
            Ok(())
        })?)
    }

    fn each_slot(&self, account: B256, visit: &mut dyn FnMut(B256, U256)) -> Result<(), StateError> {
        Ok(self.scan(tables::STORAGE, account.as_slice(), |key, value| {
            visit(self.key(key)?, self.decode_value(value)?);
            Ok(())
        })?)
    }
}
