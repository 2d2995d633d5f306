//! The pool after a block or a reorganisation.

use crate::{
    chain::{Chain, Loss},
    error::ChainError,
    tree::Entry,
};
use alloy_primitives::{Address, KECCAK256_EMPTY, map::HashMap};
use std::collections::BTreeSet;
use zx_pool::{Incoming, Origin, Pool, SenderState};
use zx_primitives::{AccountInfo, StateError, StateReader};

/// First bytes of the code of an account that is delegated (EIP-7702): it stays its owner's.
const DELEGATION: [u8; 3] = [0xef, 0x01, 0x00];

fn of_account(state: &dyn StateReader, account: Option<AccountInfo>) -> Result<SenderState, StateError> {
    let Some(AccountInfo { nonce, balance, code_hash }) = account else { return Ok(SenderState::default()) };
    let plain = SenderState { nonce, balance, ..SenderState::default() };
    if code_hash == KECCAK256_EMPTY {
        return Ok(plain);
    }
    let is_delegated = state.code(code_hash)?.starts_with(&DELEGATION);
    Ok(SenderState { is_delegated, is_contract: !is_delegated, ..plain })
}

impl Chain {
    /// What the pool wants to know of a sender.
    pub(crate) fn sender_state(&self, state: &dyn StateReader, sender: Address) -> Result<SenderState, ChainError> {
        Ok(self.state_of(state, &sender, state.account(sender)?)?)
    }

    /// A development node sends for contracts too.
    fn state_of(
        &self,
        state: &dyn StateReader,
        sender: &Address,
        account: Option<AccountInfo>,
    ) -> Result<SenderState, StateError> {
        let mut found = of_account(state, account)?;
        found.is_contract = found.is_contract && !self.control(|controls| controls.impersonates(sender));
        Ok(found)
    }

    /// Looks through what waits after the head has changed: `gone` are blocks that it no longer stands on, whose
    /// transactions come back unless they are to be forgotten, and `new` those that it stands on now; both oldest first.
    pub(crate) fn revalidate(&self, gone: &[Entry], new: &[Entry], loss: Loss) {
        let returned = match loss {
            Loss::Return => self.returned(gone),
            Loss::Forget => Vec::new(),
        };
        let kept = {
            let mut pool = self.pool.lock();
            let states = self.changed(&pool, gone, new);
            self.expire(&mut pool);
            pool.on_head(self.head().hash, self.next_base_fee(), states);
            let kept = self.take_back(&mut pool, returned);
            (kept, pool.take_news())
        };
        let (kept, news) = kept;
        if !news.is_empty() {
            self.work.notify_one();
        }
        self.tell(news);
        self.keep(&kept);
    }

    /// Transactions of blocks that have lost, with whom they delegate, which takes a recovery for each.
    fn returned(&self, gone: &[Entry]) -> Vec<Incoming> {
        let lost: Vec<_> = gone.iter().flat_map(|entry| &entry.block().transactions).collect();
        self.spread(&lost, |tx| Incoming::known((*tx).clone()))
    }

    /// States of the senders in the pool that these blocks have changed.
    fn changed(&self, pool: &Pool, gone: &[Entry], new: &[Entry]) -> Vec<(Address, SenderState)> {
        let entries = gone.iter().chain(new);
        let accounts = entries.flat_map(|entry| entry.sealed.changes.accounts.keys());
        let touched: BTreeSet<&Address> = accounts.filter(|address| pool.state_of(address).is_some()).collect();
        if touched.is_empty() {
            return Vec::new();
        }
        let view = match self.view() {
            Ok(view) => view,
            Err(error) => {
                tracing::warn!(%error, "the pool is not looked through after a block: the state cannot be read");
                return Vec::new();
            }
        };
        let state = view.head_state();
        // The newest change says what the account is now, unless blocks have gone that changed it last.
        let latest: HashMap<&Address, Option<AccountInfo>> = new
            .iter()
            .flat_map(|entry| &entry.sealed.changes.accounts)
            .map(|(address, change)| (address, change.info))
            .collect();
        let now = |address: &Address| match latest.get(address) {
            Some(info) => self.state_of(&state, address, *info),
            None => self.state_of(&state, address, state.account(*address)?),
        };
        let read = touched.into_iter().map(|address| (address, now(address)));
        read.filter_map(|(address, state)| match state {
            Ok(state) => Some((*address, state)),
            Err(error) => {
                tracing::warn!(%address, %error, "a sender is not looked at after a block: its state cannot be read");
                None
            }
        })
        .collect()
    }

    fn take_back(&self, pool: &mut Pool, returned: Vec<Incoming>) -> Vec<crate::waiting::Kept> {
        if returned.is_empty() {
            return Vec::new();
        }
        let view = match self.view() {
            Ok(view) => view,
            Err(error) => {
                tracing::warn!(%error, "transactions of blocks that lost are not taken back");
                return Vec::new();
            }
        };
        let state = view.head_state();
        let mut kept = Vec::new();
        for incoming in returned {
            let (sender, tx) = (incoming.sender(), std::sync::Arc::clone(incoming.tx()));
            let local = pool.is_local(&sender);
            let taken = self.sender_state(&state, sender).map_err(|error| error.to_string()).and_then(|now| {
                pool.add(incoming, &now, Origin::Returned { local }).map_err(|error| error.to_string())
            });
            match taken {
                Ok(_) => kept.push((tx, local)),
                // What the new chain has as well, or rules out, is refused, and that is right.
                Err(error) => {
                    let hash = tx.inner().tx_hash();
                    tracing::debug!(%hash, %error, "a transaction of a block that lost is not taken back");
                }
            }
        }
        kept
    }
}
