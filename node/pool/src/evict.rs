//! Room in a full pool.
//!
//! Queued transactions go before pending ones, and among either the one that pays least says whose turn it is: its
//! sender loses the last of what it has waiting. So no gap is made, and a well-paid transaction behind a badly paid one
//! of the same sender counts for no more than that one, because it cannot be in a block before it. Local transactions
//! stay. What is refused has made nobody go.

use crate::{
    account::{Account, Waiting},
    admission::Visit,
    bids::Bid,
    config::PoolConfig,
    error::PoolError,
    index::Index,
};
use alloy_consensus::Transaction;
use alloy_primitives::{Address, map::HashMap};

/// Who has to go for a transaction that is otherwise welcome: sender and nonce, a sender's last first.
pub(crate) fn room_for(
    visit: &Visit<'_>,
    config: &PoolConfig,
    index: &Index,
    accounts: &HashMap<Address, Account>,
) -> Result<Vec<(Address, u64)>, PoolError> {
    let mut room = Room::needed(visit, config, index);
    if room.is_there() {
        return Ok(Vec::new());
    }
    let newcomer = Bid::new(&visit.incoming.tx, 0);
    let end = visit.account.map_or(visit.state.nonce, Account::end);
    let ready = newcomer.nonce <= end;
    let full =
        PoolError::Full { count: index.count(), bytes: index.bytes, most: config.capacity, most_bytes: config.bytes };
    if !ready && !visit.local {
        return Err(full);
    }
    let mut tails = Tails { accounts, last_first: HashMap::default() };
    for bid in index.queued.worst_first() {
        if room.is_there() {
            return Ok(room.victims);
        }
        tails.next(&bid.sender).inspect(|last| room.take(last, &newcomer));
    }
    let pending = index.pending.worst_first().take_while(|_| ready);
    for bid in pending {
        if room.is_there() {
            return Ok(room.victims);
        }
        let pays_more = newcomer.price(visit.base_fee) > bid.price(visit.base_fee) && bid.sender != newcomer.sender;
        if !visit.local && !pays_more {
            let needed = bid.effective(visit.base_fee).map_or(0, |tip| tip.saturating_add(1));
            return Err(PoolError::Underpriced { tip: newcomer.effective(visit.base_fee).unwrap_or(0), needed });
        }
        tails.next(&bid.sender).inspect(|last| room.take(last, &newcomer));
    }
    if room.is_there() { Ok(room.victims) } else { Err(full) }
}

/// What is still missing, and who goes for it.
struct Room {
    transactions: usize,
    bytes: usize,
    victims: Vec<(Address, u64)>,
}

impl Room {
    fn needed(visit: &Visit<'_>, config: &PoolConfig, index: &Index) -> Self {
        let (less, less_bytes) = visit.replaced().map_or((0, 0), |old| (1, old.size));
        let count = index.count().saturating_sub(less).saturating_add(1);
        let bytes = index.bytes.saturating_sub(less_bytes).saturating_add(visit.incoming.size);
        Self {
            transactions: count.saturating_sub(config.capacity),
            bytes: bytes.saturating_sub(config.bytes),
            victims: Vec::new(),
        }
    }

    fn is_there(&self) -> bool {
        self.transactions == 0 && self.bytes == 0
    }

    fn take(&mut self, last: &Waiting, newcomer: &Bid) {
        let nonce = last.tx.inner().nonce();
        // The one that is replaced goes anyway, and is counted already.
        if (last.bid.sender, nonce) == (newcomer.sender, newcomer.nonce) {
            return;
        }
        self.transactions = self.transactions.saturating_sub(1);
        self.bytes = self.bytes.saturating_sub(last.size);
        self.victims.push((last.bid.sender, nonce));
    }
}

/// What each sender loses, its last first.
struct Tails<'a, I> {
    accounts: &'a HashMap<Address, Account>,
    last_first: HashMap<Address, I>,
}

impl<'a> Tails<'a, Box<dyn Iterator<Item = &'a Waiting> + 'a>> {
    fn next(&mut self, sender: &Address) -> Option<&'a Waiting> {
        if !self.last_first.contains_key(sender) {
            let account = self.accounts.get(sender)?;
            self.last_first.insert(*sender, Box::new(account.last_first()));
        }
        self.last_first.get_mut(sender)?.next()
    }
}
