//! History: what each transaction overwrote, by what it overwrote.
//!
//! A row's key ends in the height and the transaction of a change, and its value is what was before. So the state after
//! a block is, for every key, the first row behind that block, or the base's row if there is none.

use crate::{
    commit::Folded,
    store::{Batch, StoreError},
    tables,
};
use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256, keccak256};
use borsh::{BorshDeserialize, BorshSerialize};
use std::collections::BTreeMap;
use zx_primitives::{AccountInfo, Overwritten};

/// Rows of one block.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    /// By account and transaction.
    accounts: BTreeMap<(B256, u32), Option<AccountInfo>>,
    /// By account, slot and transaction.
    slots: BTreeMap<(B256, B256, u32), U256>,
}

impl Rows {
    /// What a block overwrites.
    pub(crate) fn new(folded: &Folded<'_>) -> Self {
        let mut rows = Self::default();
        let mut hashed = (Address::ZERO, keccak256(Address::ZERO));
        let mut hash = |address: &Address| {
            if hashed.0 != *address {
                hashed = (*address, keccak256(address));
            }
            hashed.1
        };
        for Overwritten { transaction, accounts, slots } in &folded.changes.trail {
            for (address, before) in accounts {
                rows.accounts.insert((hash(address), *transaction), *before);
            }
            for ((address, slot), before) in slots {
                let slot = keccak256(slot.to_be_bytes::<32>());
                rows.slots.insert((hash(address), slot, *transaction), *before);
            }
        }
        for (account, update) in &folded.update.storage {
            update.lost.iter().for_each(|(slot, before)| rows.lose(*account, *slot, *before));
        }
        rows
    }

    /// A slot that goes with its account's storage. Which transaction that was the trail does not say: one that wrote
    /// the slot again comes after it, and is where the value of before is found; otherwise the block is.
    fn lose(&mut self, account: B256, slot: B256, before: U256) {
        let block = (account, slot, Overwritten::BLOCK);
        let first = self.slots.range((account, slot, 0)..=block).next().map_or(block, |(key, _)| *key);
        self.slots.insert(first, before);
    }

    /// Puts the rows into a batch, with the list of them.
    pub(crate) fn put(&self, height: u64, batch: &mut Batch<'_>) -> Result<(), StoreError> {
        let mut changed = Changed::default();
        for ((account, transaction), before) in &self.accounts {
            batch.put(
                tables::ACCOUNT_HISTORY,
                &account_key(*account, height, *transaction),
                &encode_account(before),
            )?;
            changed.accounts.push((*account, *transaction));
        }
        for ((account, slot, transaction), before) in &self.slots {
            let key = slot_key(*account, *slot, height, *transaction);
            batch.put(tables::SLOT_HISTORY, &key, &before.to_be_bytes_trimmed_vec())?;
            changed.push_slot(*account, *slot, *transaction);
        }
        if self.accounts.is_empty() && self.slots.is_empty() {
            return Ok(());
        }
        let row = borsh::to_vec(&changed)
            .map_err(|e| StoreError::Misfit(format!("the changes of block {height} cannot be encoded: {e}")))?;
        batch.put(tables::CHANGED, &height.to_be_bytes(), &row)
    }
}

/// The rows that a block has in the tables of history.
#[derive(Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct Changed {
    pub(crate) accounts: Vec<(B256, u32)>,
    pub(crate) slots: Vec<(B256, Vec<(B256, u32)>)>,
}

impl Changed {
    fn push_slot(&mut self, account: B256, slot: B256, transaction: u32) {
        match self.slots.last_mut() {
            Some((last, slots)) if *last == account => slots.push((slot, transaction)),
            _ => self.slots.push((account, vec![(slot, transaction)])),
        }
    }

    /// Keys in the history of accounts.
    pub(crate) fn account_keys(&self, height: u64) -> impl Iterator<Item = Vec<u8>> + '_ {
        self.accounts.iter().map(move |(account, transaction)| account_key(*account, height, *transaction))
    }

    /// Keys in the history of slots.
    pub(crate) fn slot_keys(&self, height: u64) -> impl Iterator<Item = Vec<u8>> + '_ {
        self.slots.iter().flat_map(move |(account, slots)| {
            slots.iter().map(move |(slot, transaction)| slot_key(*account, *slot, height, *transaction))
        })
    }
}

fn account_key(account: B256, height: u64, transaction: u32) -> Vec<u8> {
    [account.as_slice(), &height.to_be_bytes(), &transaction.to_be_bytes()].concat()
}

fn slot_key(account: B256, slot: B256, height: u64, transaction: u32) -> Vec<u8> {
    [account.as_slice(), slot.as_slice(), &height.to_be_bytes(), &transaction.to_be_bytes()].concat()
}

/// Height and transaction at the end of a key.
pub(crate) fn place(rest: &[u8]) -> Option<(u64, u32)> {
    let (height, transaction) = rest.split_first_chunk::<8>()?;
    Some((u64::from_be_bytes(*height), u32::from_be_bytes(transaction.try_into().ok()?)))
}

fn encode_account(account: &Option<AccountInfo>) -> Vec<u8> {
    let Some(account) = account else { return Vec::new() };
    let mut out = Vec::with_capacity(64);
    for number in [U256::from(account.nonce), account.balance] {
        let bytes = number.to_be_bytes_trimmed_vec();
        out.push(u8::try_from(bytes.len()).unwrap_or_default());
        out.extend(bytes);
    }
    if account.code_hash != KECCAK256_EMPTY {
        out.extend_from_slice(account.code_hash.as_slice());
    }
    out
}

/// Reads an account of the past; the outer `None` if it does not read back.
pub(crate) fn decode_account(mut bytes: &[u8]) -> Option<Option<AccountInfo>> {
    if bytes.is_empty() {
        return Some(None);
    }
    let nonce = take_number(&mut bytes)?.try_into().ok()?;
    let balance = take_number(&mut bytes)?;
    let code_hash = if bytes.is_empty() { KECCAK256_EMPTY } else { B256::try_from(bytes).ok()? };
    Some(Some(AccountInfo { nonce, balance, code_hash }))
}

fn take_number(bytes: &mut &[u8]) -> Option<U256> {
    let length = usize::from(*bytes.split_off_first()?);
    U256::try_from_be_slice(bytes.split_off(..length)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_of_the_past_read_back() {
        let code_hash = keccak256(b"code");
        for account in [
            None,
            Some(AccountInfo { nonce: 0, balance: U256::ZERO, code_hash: KECCAK256_EMPTY }),
            Some(AccountInfo { nonce: u64::MAX, balance: U256::MAX, code_hash }),
            Some(AccountInfo { nonce: 1, balance: U256::from(256), code_hash: KECCAK256_EMPTY }),
        ] {
            let bytes = encode_account(&account);
            assert_eq!(decode_account(&bytes), Some(account));
            for cut in 1..bytes.len() {
                assert_ne!(decode_account(&bytes[..cut]), Some(account), "cut at {cut}");
            }
        }
    }
}
