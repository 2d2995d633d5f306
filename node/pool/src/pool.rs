//! The pool: what comes in, what goes, and what a block changes.

use crate::{
    account::{Account, Waiting},
    admission::{Origin, SenderState, Visit},
    bids::Bid,
    config::{MAX_LOCALS, PoolConfig, Rules},
    error::PoolError,
    evict,
    index::Index,
    screen::Incoming,
};
use alloy_primitives::{
    Address, B256,
    map::{HashMap, HashSet},
};
use std::sync::Arc;
use zx_primitives::RecoveredTx;

/// Transactions that wait.
#[derive(Debug)]
pub struct Pool {
    config: PoolConfig,
    rules: Rules,
    /// The block that it has last been told of, and the base fee of the next.
    head: B256,
    pub(crate) base_fee: u64,
    pub(crate) accounts: HashMap<Address, Account>,
    pub(crate) index: Index,
    /// Senders whose transactions are kept.
    locals: HashSet<Address>,
    arrivals: u64,
}

impl Pool {
    /// An empty pool.
    pub fn new(config: PoolConfig, rules: Rules) -> Self {
        Self {
            locals: config.locals.iter().copied().collect(),
            config,
            rules,
            head: B256::ZERO,
            base_fee: 0,
            accounts: HashMap::default(),
            index: Index::default(),
            arrivals: 0,
        }
    }

    /// The chain's rules.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// How much may wait.
    pub fn config(&self) -> &PoolConfig {
        &self.config
    }

    /// The block that the pool has last been told of: states of senders must be of it, or of a later one.
    pub fn head(&self) -> B256 {
        self.head
    }

    /// Admits a transaction, or says why not. `state` is its sender's, after the pool's head or a later block.
    ///
    /// # Errors
    /// The first rule that it breaks; what waits is then as before.
    pub fn add(&mut self, incoming: Incoming, state: &SenderState, origin: Origin) -> Result<B256, PoolError> {
        let hash = *incoming.tx.inner().tx_hash();
        if self.index.by_hash.contains_key(&hash) {
            return Err(PoolError::AlreadyKnown);
        }
        let sender = incoming.sender();
        self.set_state(sender, *state);
        let local = self.is_local(&sender) || origin.is_local();
        let visit = Visit {
            incoming: &incoming,
            state,
            origin,
            local,
            base_fee: self.base_fee,
            account: self.accounts.get(&sender),
        };
        visit.check(&self.config, &self.index, &self.accounts)?;
        let gone = evict::room_for(&visit, &self.config, &self.index, &self.accounts)?;
        for (address, nonce) in gone {
            self.take_out(&address, nonce);
        }
        if local {
            self.make_local(sender);
        }
        self.put(incoming, *state, local);
        Ok(hash)
    }

    fn put(&mut self, incoming: Incoming, state: SenderState, local: bool) {
        self.arrivals = self.arrivals.wrapping_add(1);
        let bid = Bid::new(&incoming.tx, self.arrivals);
        let Incoming { tx, size, cost, authorities } = incoming;
        let account = self.accounts.entry(bid.sender).or_insert_with(|| Account::new(state));
        let waiting = Waiting { tx, bid, cost, size, authorities, local, since: 0, told: false };
        account.insert(waiting, &mut self.index);
    }

    /// Whether a sender's transactions are kept when the pool is full.
    pub fn is_local(&self, address: &Address) -> bool {
        self.locals.contains(address)
    }

    /// From now on what a sender has waiting is kept.
    fn make_local(&mut self, address: Address) {
        if self.locals.len() < MAX_LOCALS.saturating_add(self.config.locals.len()) {
            self.locals.insert(address);
        }
        if let Some(account) = self.accounts.get_mut(&address) {
            account.make_local(&mut self.index);
        }
    }

    /// Takes note of a new head: the base fee of the block that follows it, and the states of the senders that it has
    /// changed, which may be back at lower nonces after a reorganisation. What the nonces have used up goes.
    pub fn on_head(&mut self, head: B256, base_fee: u64, states: impl IntoIterator<Item = (Address, SenderState)>) {
        self.head = head;
        self.set_base_fee(base_fee);
        for (address, state) in states {
            self.set_state(address, state);
        }
    }

    /// It is so many seconds past some moment that is always the same. Lets go of what has been queued for longer than a
    /// transaction may be; says how many. Local transactions stay.
    pub fn set_time(&mut self, now: u64) -> usize {
        self.index.now = now;
        let mut gone = 0;
        while let Some((address, nonce)) = self.index.outlived(self.config.lifetime) {
            self.take_out(&address, nonce);
            gone += 1_usize;
        }
        gone
    }

    /// Base fee of the block that is to be made, in wei a gas.
    pub fn set_base_fee(&mut self, base_fee: u64) {
        if base_fee != self.base_fee {
            self.base_fee = base_fee;
            self.index.set_base_fee(base_fee);
        }
    }

    fn set_state(&mut self, address: Address, state: SenderState) {
        let Some(account) = self.accounts.get_mut(&address) else { return };
        account.set_state(state, &mut self.index);
        if state.is_contract {
            account.clear(&mut self.index);
        }
        self.tidy(&address);
    }

    /// Forgets a transaction; those behind it wait for another of its nonce.
    pub fn remove(&mut self, hash: &B256) -> Option<Arc<RecoveredTx>> {
        let (address, nonce) = *self.index.by_hash.get(hash)?;
        let tx = Arc::clone(&self.accounts.get(&address)?.get(nonce)?.tx);
        self.take_out(&address, nonce);
        Some(tx)
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        for account in self.accounts.values_mut() {
            account.clear(&mut self.index);
        }
        self.accounts.clear();
    }

    fn take_out(&mut self, address: &Address, nonce: u64) {
        if let Some(account) = self.accounts.get_mut(address) {
            account.remove(nonce, &mut self.index);
        }
        self.tidy(address);
    }

    /// An account of which nothing waits is not followed.
    fn tidy(&mut self, address: &Address) {
        if self.accounts.get(address).is_some_and(Account::is_empty) {
            self.accounts.remove(address);
        }
    }

    /// Transactions that have become pending since this was last called, in that order; each is told of once.
    pub fn take_news(&mut self) -> Vec<Arc<RecoveredTx>> {
        std::mem::take(&mut self.index.news)
    }
}
