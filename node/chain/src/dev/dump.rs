//! The state as a document: taken out of one chain, put into another.

use super::{Edit, EditError};
use crate::{chain::Chain, error::ChainError};
use alloy_primitives::{Address, Bytes, KECCAK256_EMPTY, U256};
use std::{collections::BTreeMap, sync::Arc};
use zx_primitives::{Block, StateReader};

/// An account with all that is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DumpedAccount {
    /// Next nonce.
    pub nonce: u64,
    /// Wei.
    pub balance: U256,
    /// Code.
    pub code: Bytes,
    /// Slots that are not zero.
    pub storage: BTreeMap<U256, U256>,
}

/// Accounts by their addresses.
pub type Dump = BTreeMap<Address, DumpedAccount>;

impl Chain {
    /// Everything that the state after the head has, and the head.
    ///
    /// # Errors
    /// If the state cannot be read.
    pub fn dump(&self) -> Result<(Arc<Block>, Dump), ChainError> {
        let known = self.dev.known.as_ref().map(|known| known.lock().all()).unwrap_or_default();
        let view = self.view()?;
        let state = view.head_state();
        let mut dump = Dump::new();
        for (address, slots) in known {
            let Some(info) = state.account(address)? else { continue };
            let code = match info.code_hash {
                KECCAK256_EMPTY => Bytes::new(),
                hash => state.code(hash)?,
            };
            let mut storage = BTreeMap::new();
            for slot in slots {
                let value = state.storage(address, slot)?;
                if !value.is_zero() {
                    storage.insert(slot, value);
                }
            }
            dump.insert(address, DumpedAccount { nonce: info.nonce, balance: info.balance, code, storage });
        }
        Ok((Arc::clone(&view.head), dump))
    }

    /// Puts accounts of a dump over those that there are, in one block. Slots that a dump does not name stay.
    ///
    /// # Errors
    /// If code is not valid, or the chain fails; then nothing is changed.
    pub fn load(&self, dump: &Dump) -> Result<Arc<Block>, EditError> {
        let edits = |(address, account): (&Address, &DumpedAccount)| {
            let slots = account.storage.iter().map(|(slot, value)| Edit::Slot { slot: *slot, value: *value });
            let rest = [Edit::Nonce(account.nonce), Edit::Balance(account.balance), Edit::Code(account.code.clone())];
            let address = *address;
            rest.into_iter().chain(slots).map(move |edit| (address, edit)).collect::<Vec<_>>()
        };
        let edits: Vec<(Address, Edit)> = dump.iter().flat_map(edits).collect();
        self.edit(&edits)
    }
}
