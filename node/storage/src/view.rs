//! Reading from a snapshot.

use crate::{
    past,
    store::{Store, StoreError},
    tables::{self, Table},
};
use alloy_primitives::{B256, U256};
use rocksdb::{DBRawIterator, ReadOptions, Snapshot};
use std::ops::RangeInclusive;
use zx_primitives::{
    AccountInfo, Block, Receipt,
    block::{decode_receipts, stored_hash},
};

/// Where a transaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TxPlace {
    /// Height of its block.
    pub block: u64,
    /// Place in it, from 0.
    pub index: u32,
}

/// A change, with what it overwrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed<T> {
    /// Height of its block.
    pub block: u64,
    /// The transaction's place in it, from 0; the highest number for what the block did of itself.
    pub transaction: u32,
    /// What was before.
    pub before: T,
}

/// What the store says of itself, all at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// The block whose state the store holds.
    pub(crate) base: (u64, B256),
    /// The last block.
    pub(crate) head: B256,
    /// The lowest block whose state can still be read.
    pub(crate) history_from: u64,
}

impl Moment {
    /// Reads it; `None` in an empty store.
    pub(crate) fn read(
        store: &Store,
        get: impl Fn(&[u8]) -> Result<Option<Vec<u8>>, StoreError>,
    ) -> Result<Option<Self>, StoreError> {
        let Some(base) = get(b"base")? else { return Ok(None) };
        let need = |name: &str| {
            get(name.as_bytes())?.ok_or_else(|| store.damaged(format!("it does not say what its {name} is")))
        };
        let damaged = |name: &str| store.damaged(format!("what it says of its {name} does not read back"));
        let base = base
            .split_first_chunk::<8>()
            .and_then(|(height, hash)| Some((u64::from_be_bytes(*height), B256::try_from(hash).ok()?)));
        let head = B256::try_from(need("head")?.as_slice()).map_err(|_| damaged("head"))?;
        let history_from = need("history_from")?.try_into().map_err(|_| damaged("history_from"))?;
        let base = base.ok_or_else(|| damaged("base"))?;
        Ok(Some(Self { base, head, history_from: u64::from_be_bytes(history_from) }))
    }
}

/// The store at one moment.
pub struct View<'a> {
    pub(crate) store: &'a Store,
    snapshot: Snapshot<'a>,
    /// What the snapshot says; `None` in an empty store, and the reason if it cannot be read.
    moment: Result<Option<Moment>, String>,
}

impl std::fmt::Debug for View<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("View").field("moment", &self.moment).finish_non_exhaustive()
    }
}

impl<'a> View<'a> {
    pub(crate) fn new(store: &'a Store) -> Self {
        let snapshot = store.db.snapshot();
        let mut view = Self { store, snapshot, moment: Ok(None) };
        view.moment = Moment::read(store, |key| view.get(tables::META, key)).map_err(|e| e.to_string());
        view
    }

    /// What the snapshot says of the store. Whatever is read asks for it first, so that a view that does not know where
    /// it is answers nothing.
    pub(crate) fn moment(&self) -> Result<Option<&Moment>, StoreError> {
        match &self.moment {
            Ok(moment) => Ok(moment.as_ref()),
            Err(reason) => Err(self.store.damaged(reason.as_str())),
        }
    }

    fn known(&self) -> Option<&Moment> {
        self.moment.as_ref().ok()?.as_ref()
    }

    /// Height and hash of the block whose state this reads; zeros in an empty store.
    pub fn base(&self) -> (u64, B256) {
        self.known().map(|moment| moment.base).unwrap_or_default()
    }

    /// Hash of the last block, which may be pending; zero in an empty store.
    pub fn head(&self) -> B256 {
        self.known().map(|moment| moment.head).unwrap_or_default()
    }

    /// The lowest block whose state can still be read.
    pub fn history_from(&self) -> u64 {
        self.known().map(|moment| moment.history_from).unwrap_or_default()
    }

    /// Final block at a height.
    ///
    /// # Errors
    /// If the store fails.
    pub fn block(&self, number: u64) -> Result<Option<Block>, StoreError> {
        let bytes = self.get(tables::BLOCKS, &number.to_be_bytes())?;
        Ok(bytes.map(|bytes| Block::decode(&bytes)).transpose()?)
    }

    /// Hash of the final block at a height.
    ///
    /// # Errors
    /// If the store fails.
    pub fn hash(&self, number: u64) -> Result<Option<B256>, StoreError> {
        let bytes = self.get(tables::BLOCKS, &number.to_be_bytes())?;
        Ok(bytes.map(|bytes| stored_hash(&bytes)).transpose()?)
    }

    /// Height of a final block.
    ///
    /// # Errors
    /// If the store fails.
    pub fn block_number(&self, hash: B256) -> Result<Option<u64>, StoreError> {
        let Some(bytes) = self.get(tables::BLOCK_NUMBERS, hash.as_slice())? else { return Ok(None) };
        let height = bytes.try_into().map(u64::from_be_bytes);
        height.map(Some).map_err(|_| self.store.damaged("a height is not a u64"))
    }

    /// Receipts of the final block at a height.
    ///
    /// # Errors
    /// If the store fails.
    pub fn receipts(&self, number: u64) -> Result<Option<Vec<Receipt>>, StoreError> {
        let bytes = self.get(tables::RECEIPTS, &number.to_be_bytes())?;
        Ok(bytes.map(|bytes| decode_receipts(&bytes)).transpose()?)
    }

    /// Where a transaction of a final block is.
    ///
    /// # Errors
    /// If the store fails.
    pub fn transaction(&self, hash: B256) -> Result<Option<TxPlace>, StoreError> {
        let Some(bytes) = self.get(tables::TRANSACTIONS, hash.as_slice())? else { return Ok(None) };
        let place = past::place(&bytes).map(|(block, index)| TxPlace { block, index });
        place.map(Some).ok_or_else(|| self.store.damaged("a transaction's place is not twelve bytes"))
    }

    /// An account, by the Keccak-256 of its address, after a final block.
    ///
    /// # Errors
    /// [`StoreError::NotKept`] or [`StoreError::NotFinal`] if the state of that block is not here; or if the store fails.
    pub fn account_at(&self, account: B256, height: u64) -> Result<Option<AccountInfo>, StoreError> {
        self.check_height(height)?;
        match self.first_change(tables::ACCOUNT_HISTORY, account.as_slice(), height)? {
            Some(before) => self.past_account(&before),
            None => Ok(self.account_row(account)?.map(|row| AccountInfo {
                nonce: row.nonce,
                balance: row.balance,
                code_hash: row.code_hash,
            })),
        }
    }

    /// A slot, by the Keccak-256 of its account's address and its own, after a final block.
    ///
    /// # Errors
    /// [`StoreError::NotKept`] or [`StoreError::NotFinal`] if the state of that block is not here; or if the store fails.
    pub fn slot_at(&self, account: B256, slot: B256, height: u64) -> Result<U256, StoreError> {
        self.check_height(height)?;
        let key = [account.as_slice(), slot.as_slice()].concat();
        match self.first_change(tables::SLOT_HISTORY, &key, height)? {
            Some(before) => self.value(&before),
            None => self.slot_row(account, slot),
        }
    }

    /// Changes of an account in final blocks, in order, at most so many.
    ///
    /// # Errors
    /// [`StoreError::NotKept`] if the changes of the first block are not here; or if the store fails.
    pub fn account_changes(
        &self,
        account: B256,
        heights: RangeInclusive<u64>,
        limit: usize,
    ) -> Result<Vec<Changed<Option<AccountInfo>>>, StoreError> {
        self.changes(tables::ACCOUNT_HISTORY, account.as_slice(), heights, limit, |bytes| self.past_account(bytes))
    }

    /// Changes of a slot in final blocks, in order, at most so many.
    ///
    /// # Errors
    /// [`StoreError::NotKept`] if the changes of the first block are not here; or if the store fails.
    pub fn slot_changes(
        &self,
        account: B256,
        slot: B256,
        heights: RangeInclusive<u64>,
        limit: usize,
    ) -> Result<Vec<Changed<U256>>, StoreError> {
        let key = [account.as_slice(), slot.as_slice()].concat();
        self.changes(tables::SLOT_HISTORY, &key, heights, limit, |bytes| self.value(bytes))
    }

    fn check_height(&self, number: u64) -> Result<(), StoreError> {
        let Some(moment) = self.moment()? else { return Err(StoreError::NotFinal { number, base: 0 }) };
        let (base, from) = (moment.base.0, moment.history_from);
        match number {
            _ if number > base => Err(StoreError::NotFinal { number, base }),
            _ if number < from => Err(StoreError::NotKept { number, from }),
            _ => Ok(()),
        }
    }

    /// What was before the first change of a key after a block.
    fn first_change(&self, table: Table, key: &[u8], height: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(next) = height.checked_add(1) else { return Ok(None) };
        let mut rows = self.cursor(table, Walk::Prefix)?;
        rows.seek([key, &next.to_be_bytes(), &[0; 4]].concat());
        let found = rows.item().filter(|(found, _)| found.starts_with(key)).map(|(_, before)| before.to_vec());
        rows.status().map_err(|e| self.store.failed(e))?;
        Ok(found)
    }

    fn changes<T>(
        &self,
        table: Table,
        key: &[u8],
        heights: RangeInclusive<u64>,
        limit: usize,
        decode: impl Fn(&[u8]) -> Result<T, StoreError>,
    ) -> Result<Vec<Changed<T>>, StoreError> {
        // What the lowest block that is kept changed itself is needed for none of the states that are.
        let number = *heights.start();
        if let Some(Moment { history_from: from @ 1.., .. }) = self.moment()?.copied()
            && number <= from
        {
            return Err(StoreError::NotKept { number: number.saturating_sub(1), from });
        }
        let mut rows = self.cursor(table, Walk::Prefix)?;
        rows.seek([key, &number.to_be_bytes(), &[0; 4]].concat());
        let mut found = Vec::new();
        while found.len() < limit
            && let Some((at, before)) = rows.item()
            && let Some(rest) = at.strip_prefix(key)
        {
            let place = past::place(rest).ok_or_else(|| self.store.damaged("a key of the history is cut off"))?;
            if place.0 > *heights.end() {
                break;
            }
            found.push(Changed { block: place.0, transaction: place.1, before: decode(before)? });
            rows.next();
        }
        rows.status().map_err(|e| self.store.failed(e))?;
        Ok(found)
    }

    fn past_account(&self, bytes: &[u8]) -> Result<Option<AccountInfo>, StoreError> {
        past::decode_account(bytes).ok_or_else(|| self.store.damaged("an account of the past does not read back"))
    }
}

/// How a table is walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Walk {
    /// Within the prefix that the table's filter is made of, if it has one.
    Prefix,
    /// From one end to the other, past the cache: it would push out what is hot.
    All,
}

impl View<'_> {
    pub(crate) fn get(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.moment()?;
        self.snapshot.get_cf(self.store.family(table)?, key).map_err(|e| self.store.failed(e))
    }

    pub(crate) fn cursor(&self, table: Table, walk: Walk) -> Result<DBRawIterator<'_>, StoreError> {
        self.moment()?;
        let mut options = ReadOptions::default();
        options.set_snapshot(&self.snapshot);
        match walk {
            Walk::Prefix => options.set_prefix_same_as_start(table.prefix().is_some()),
            Walk::All => {
                options.set_total_order_seek(true);
                options.fill_cache(false);
            }
        }
        Ok(self.store.db.raw_iterator_cf_opt(self.store.family(table)?, options))
    }

    /// Visits the rows whose keys begin so, with their whole keys.
    pub(crate) fn scan(
        &self,
        table: Table,
        prefix: &[u8],
        mut visit: impl FnMut(&[u8], &[u8]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut rows = self.cursor(table, Walk::All)?;
        rows.seek(prefix);
        while let Some((key, value)) = rows.item()
            && key.starts_with(prefix)
        {
            visit(key, value)?;
            rows.next();
        }
        rows.status().map_err(|e| self.store.failed(e))
    }
}
