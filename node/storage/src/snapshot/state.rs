//! The root of a state that comes row by row.

use alloy_primitives::{B256, KECCAK256_EMPTY, U256};
use alloy_rlp::{Decodable, Encodable};
use alloy_trie::{HashBuilder, Nibbles, TrieAccount};

/// Works out the root, of the accounts and of the slots of each.
#[derive(Debug, Default)]
pub(super) struct Rooting {
    accounts: HashBuilder,
    /// The account whose slots are coming, and what they make up to here.
    open: Option<(B256, TrieAccount, HashBuilder)>,
    last_slot: Option<B256>,
}

impl Rooting {
    /// Takes the next account, and says which code it has.
    pub(super) fn account(&mut self, key: B256, row: &[u8]) -> Result<Option<B256>, String> {
        let last = self.open.as_ref().map(|(last, ..)| *last);
        self.close()?;
        if last.is_some_and(|last| last >= key) {
            return Err(format!("account {key} is not in order"));
        }
        let mut rest = row;
        let account = TrieAccount::decode(&mut rest).map_err(|e| format!("account {key} does not read back: {e}"))?;
        if !rest.is_empty() || alloy_rlp::encode(account) != row {
            return Err(format!("account {key} is not written as it should be"));
        }
        self.open = Some((key, account, HashBuilder::default()));
        Ok((account.code_hash != KECCAK256_EMPTY).then_some(account.code_hash))
    }

    /// Takes the next slot of the account, and says which account that is.
    pub(super) fn slot(&mut self, key: B256, row: &[u8]) -> Result<B256, String> {
        let Some((account, _, slots)) = &mut self.open else { return Err("a slot comes before any account".into()) };
        if self.last_slot.replace(key).is_some_and(|last| last >= key) {
            return Err(format!("slot {key} of account {account} is not in order"));
        }
        let value = U256::try_from_be_slice(row).unwrap_or_default();
        if value.is_zero() || value.to_be_bytes_trimmed_vec() != row {
            return Err(format!("slot {key} of account {account} is not written as it should be"));
        }
        slots.add_leaf(Nibbles::unpack(key), &alloy_rlp::encode(value));
        Ok(*account)
    }

    fn close(&mut self) -> Result<(), String> {
        self.last_slot = None;
        let Some((key, account, mut slots)) = self.open.take() else { return Ok(()) };
        let (found, expected) = (slots.root(), account.storage_root);
        if found != expected {
            return Err(format!("the slots of account {key} have the root {found}, its row says {expected}"));
        }
        let mut row = Vec::new();
        account.encode(&mut row);
        self.accounts.add_leaf(Nibbles::unpack(key), &row);
        Ok(())
    }

    /// The root, when all have come.
    pub(super) fn root(&mut self) -> Result<B256, String> {
        self.close()?;
        Ok(self.accounts.root())
    }
}
