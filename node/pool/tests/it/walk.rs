//! A million random operations, against the model.
//!
//! `ZX_POOL_OPS` says how many, `ZX_POOL_SEED` which. After each operation, for the senders that it was about, and every
//! so often for all:
//! - pending are a sender's nonces without a gap from its next, and its balance pays for all of them together (geth
//!   asks only that it pays for each); everything else is queued;
//! - counts and bytes are those of what waits, and within the limits;
//! - each waiting transaction is found by its hash and by its nonce, and nothing else is: what was replaced, evicted,
//!   included or used up is gone;
//! - a block takes the best tip first, then who came first, and a sender's in the order of their nonces;
//! - what has been queued for longer than the lifetime goes, unless it is local, and nothing else does;
//! - a refusal names the rule that the model names, and changes nothing;
//! - after a restart from the journal all that is still valid waits again.

use crate::{
    model::{Model, Sender, Way, cost, kind},
    support::{BASE_FEE, Offer, RULES, address},
};
use alloy_consensus::Transaction;
use alloy_eips::eip2718::{Decodable2718, Encodable2718};
use alloy_primitives::{
    B256, U256,
    map::{HashMap, HashSet},
};
use std::{collections::VecDeque, env};
use zx_pool::{Best, Incoming, Journal, Origin, Pool, PoolConfig, SenderState};
use zx_primitives::{RecoveredTx, Tx};

const SENDERS: u8 = 12;
/// Blocks that can be undone.
const HISTORY: usize = 4;

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn sender(&mut self) -> u8 {
        self.below(u64::from(SENDERS)) as u8
    }
}

fn state(sender: Sender) -> SenderState {
    SenderState { nonce: sender.nonce, balance: U256::from(sender.balance), ..SenderState::default() }
}

/// A block that can be undone: the states before it, and what it has included.
struct Undo {
    senders: Vec<Sender>,
    included: Vec<RecoveredTx>,
}

struct Walk {
    dice: Dice,
    pool: Pool,
    model: Model,
    history: VecDeque<Undo>,
    /// Offers by hash, of everything that was ever taken and may come back.
    offers: HashMap<B256, Offer>,
    salt: u64,
    folder: tempfile::TempDir,
    /// How often each thing has happened: a walk that never evicts proves nothing of eviction.
    happened: HashMap<&'static str, u64>,
}

fn config() -> PoolConfig {
    PoolConfig {
        capacity: 40,
        bytes: 4_400,
        per_sender: 10,
        per_sender_bytes: 1_100,
        gapped: 4,
        min_tip: 2,
        lifetime: 20,
        ..PoolConfig::default()
    }
}

impl Walk {
    fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let senders = (0..SENDERS).map(|_| Sender { nonce: 0, balance: u128::from(dice.below(12_000_000)) }).collect();
        let mut pool = Pool::new(config(), RULES);
        pool.set_base_fee(BASE_FEE);
        Self {
            dice,
            pool,
            model: Model::new(config(), senders),
            history: VecDeque::new(),
            offers: HashMap::default(),
            salt: 0,
            folder: tempfile::tempdir().expect("a folder"),
            happened: HashMap::default(),
        }
    }

    fn count(&mut self, what: &'static str) {
        *self.happened.entry(what).or_default() += 1;
    }

    /// One operation; the sender that it was about, or all.
    fn step(&mut self) -> Option<u8> {
        match self.dice.below(10_000) {
            0..7_400 => Some(self.add()),
            7_400..8_700 => self.replace(),
            8_700..8_900 => self.remove(),
            8_900..9_500 => self.block(),
            9_500..9_700 => self.reorganise(),
            9_700..9_850 => self.balances(),
            9_850..9_920 => self.base_fee(),
            9_920..9_998 => self.pass(),
            _ => self.restart(),
        }
    }

    fn offer(&mut self, sender: u8) -> Offer {
        let next = self.model.sender(sender).nonce;
        self.salt += 1;
        let tip = u128::from(self.dice.below(40));
        let legacy = self.dice.below(4) == 0;
        let cap = tip + u128::from(self.dice.below(30));
        Offer {
            sender,
            nonce: (next + self.dice.below(12)).saturating_sub(u64::from(self.dice.below(9) == 0)),
            tip: if legacy { cap } else { tip },
            cap,
            value: self.dice.below(100_000),
            input: self.dice.below(40) as usize,
            legacy,
            salt: self.salt,
        }
    }

    fn add(&mut self) -> u8 {
        let sender = self.dice.sender();
        let mut offer = self.offer(sender);
        if self.dice.below(2) == 0 {
            // The next one in the row, so that rows become long.
            offer.nonce = self.model.sender(sender).nonce + self.model.split(sender).0.len() as u64;
        }
        let way = if self.dice.below(60) == 0 { Way::Local } else { Way::External };
        self.hand_in(offer, offer.tx(), way);
        sender
    }

    fn replace(&mut self) -> Option<u8> {
        let count = self.model.waits.len() as u64;
        if count == 0 {
            return None;
        }
        let old = self.model.waits[self.dice.below(count) as usize].offer;
        if self.dice.below(10) == 0 {
            // The very same.
            self.hand_in(old, old.tx(), Way::External);
            return Some(old.sender);
        }
        self.salt += 1;
        let percent = 100 + u128::from(self.dice.below(20));
        let (tip, cap) = (old.tip * percent / 100 + 1, old.cap * percent / 100 + 1);
        let offer = Offer { tip: if old.legacy { cap } else { tip }, cap, salt: self.salt, ..old };
        self.hand_in(offer, offer.tx(), Way::External);
        Some(old.sender)
    }

    /// The same to the pool and to the model: both must say the same.
    fn hand_in(&mut self, offer: Offer, tx: RecoveredTx, way: Way) {
        let incoming = Incoming::known(tx);
        let (hash, size) = (*incoming.tx().inner().tx_hash(), incoming.tx().inner().encode_2718_len());
        let before = self.model.waits.len();
        let replaces = self.model.waits.iter().any(|w| (w.offer.sender, w.offer.nonce) == (offer.sender, offer.nonce));
        let expected = self.model.add(offer, hash, size, way);
        let origin = match way {
            Way::External => Origin::External,
            Way::Local => Origin::Local,
            Way::Returned(local) => Origin::Returned { local },
        };
        let said = self.pool.add(incoming, &state(self.model.sender(offer.sender)), origin);
        let said = said.map(|taken| assert_eq!(taken, hash)).map_err(|error| kind(&error));
        assert_eq!(said, expected, "{offer:?} {way:?} at a base fee of {}", self.model.base_fee);
        match said {
            Ok(()) if replaces => self.count("replaced"),
            Ok(()) if self.model.waits.len() <= before => self.count("evicted"),
            Ok(()) => self.count("added"),
            Err(kind) => self.count(kind),
        }
        if said.is_ok() {
            self.offers.insert(hash, offer);
        }
    }

    fn remove(&mut self) -> Option<u8> {
        let count = self.model.waits.len() as u64;
        if count == 0 {
            return None;
        }
        let waits = self.model.waits[self.dice.below(count) as usize];
        let removed = self.pool.remove(&waits.hash).expect("it waits");
        assert_eq!(*removed.inner().tx_hash(), waits.hash);
        assert!(self.pool.remove(&waits.hash).is_none());
        self.model.remove(&waits.hash);
        Some(waits.offer.sender)
    }

    /// Some of the best are included, and somebody has included something else.
    fn block(&mut self) -> Option<u8> {
        let size = self.dice.below(9) as usize;
        let taken = self.pool.take(&mut Best::default(), size);
        let mut senders = self.model.senders.clone();
        let included: Vec<RecoveredTx> = taken.iter().map(|tx| (**tx).clone()).collect();
        for tx in &included {
            let sender = &mut senders[usize::from(tx.signer().0[0])];
            assert_eq!(tx.inner().nonce(), sender.nonce, "executable in this order");
            let most = cost(&self.offers[tx.inner().tx_hash()]);
            assert!(most <= sender.balance, "a block includes nothing that its sender cannot pay");
            sender.nonce += 1;
            sender.balance -= most - u128::from(self.dice.below(10_000)).min(most);
        }
        for _ in 0..self.dice.below(3) {
            let foreign = &mut senders[usize::from(self.dice.sender())];
            foreign.nonce += 1 + self.dice.below(3);
            foreign.balance += u128::from(self.dice.below(3_000_000));
        }
        self.history.push_back(Undo { senders: self.model.senders.clone(), included });
        if self.history.len() > HISTORY {
            self.history.pop_front();
        }
        let base_fee = self.drift();
        self.head(base_fee, senders);
        self.count("block");
        None
    }

    /// Some blocks are undone; what they had comes back, unless what came instead rules it out.
    fn reorganise(&mut self) -> Option<u8> {
        let depth = 1 + self.dice.below(HISTORY as u64 - 1) as usize;
        let mut included = Vec::new();
        let mut senders = None;
        for undo in self.history.drain(self.history.len().saturating_sub(depth)..) {
            senders.get_or_insert(undo.senders);
            included.extend(undo.included);
        }
        let mut senders = senders?;
        if self.dice.below(2) == 0 {
            let instead = &mut senders[usize::from(self.dice.sender())];
            instead.nonce += self.dice.below(3);
        }
        let base_fee = self.drift();
        self.head(base_fee, senders);
        for tx in included {
            let offer = self.offers[tx.inner().tx_hash()];
            let local = self.pool.is_local(&tx.signer());
            self.hand_in(offer, tx, Way::Returned(local));
        }
        self.count("reorganisation");
        None
    }

    fn balances(&mut self) -> Option<u8> {
        let mut senders = self.model.senders.clone();
        for _ in 0..3 {
            senders[usize::from(self.dice.sender())].balance = u128::from(self.dice.below(12_000_000));
        }
        self.head(self.model.base_fee, senders);
        None
    }

    fn base_fee(&mut self) -> Option<u8> {
        let base_fee = self.drift();
        self.head(base_fee, self.model.senders.clone());
        None
    }

    /// Time goes on.
    fn pass(&mut self) -> Option<u8> {
        let now = self.model.now + self.dice.below(30);
        let gone = self.model.pass(now);
        assert_eq!(self.pool.set_time(now), gone);
        if gone > 0 {
            self.count("expired");
        }
        None
    }

    fn drift(&mut self) -> u64 {
        let step = self.dice.below(5);
        (self.model.base_fee + step).saturating_sub(2).min(45)
    }

    fn head(&mut self, base_fee: u64, senders: Vec<Sender>) {
        let changed: Vec<_> = (0..SENDERS)
            .zip(senders.iter().zip(&self.model.senders))
            .filter(|(_, (new, old))| new != old)
            .map(|(sender, (new, _))| (address(sender), state(*new)))
            .collect();
        self.pool.on_head(B256::ZERO, base_fee, changed);
        self.model.head(base_fee, senders);
    }

    /// Another pool reads what this one has written.
    fn restart(&mut self) -> Option<u8> {
        let path = self.folder.path().join("pool");
        let all: Vec<(Vec<u8>, bool)> = self.pool.all().map(|(tx, local)| (tx.inner().encoded_2718(), local)).collect();
        Journal::write(&path, all.iter().map(|(tx, local)| (&**tx, *local))).expect("written");
        let (journaled, wrong) = Journal::read(&path).expect("read");
        assert_eq!((wrong, journaled.len()), (None, self.model.waits.len()));
        self.pool = Pool::new(config(), RULES);
        self.pool.set_base_fee(self.model.base_fee);
        self.pool.set_time(self.model.now);
        self.model.waits.clear();
        self.model.locals.clear();
        for entry in journaled {
            let tx = Tx::decode_2718(&mut &entry.tx[..]).expect("a transaction");
            let offer = self.offers[tx.tx_hash()];
            let tx = RecoveredTx::new_unchecked(tx, address(offer.sender));
            self.hand_in(offer, tx, Way::Returned(entry.local));
        }
        let kept: Vec<B256> = self.model.waits.iter().map(|w| w.hash).collect();
        let old = self.history.iter().flat_map(|undo| &undo.included).map(|tx| *tx.inner().tx_hash());
        let kept: std::collections::BTreeSet<B256> = old.chain(kept).collect();
        self.offers.retain(|hash, _| kept.contains(hash));
        self.count("restart");
        None
    }

    /// What must hold of one sender.
    fn check_sender(&self, sender: u8) {
        let content = self.pool.content_from(&address(sender));
        let (pending, queued) = self.model.split(sender);
        let hashes = |list: &[std::sync::Arc<RecoveredTx>]| -> Vec<B256> {
            list.iter().map(|tx| *tx.inner().tx_hash()).collect()
        };
        let expected = |list: &[crate::model::Waits]| -> Vec<B256> { list.iter().map(|w| w.hash).collect() };
        assert_eq!(hashes(&content.pending), expected(&pending), "pending of {sender}");
        assert_eq!(hashes(&content.queued), expected(&queued), "queued of {sender}");
        for waits in pending.iter().chain(&queued) {
            let by_hash = self.pool.get(&waits.hash).expect("found by its hash");
            let by_nonce = self.pool.by_nonce(&address(sender), waits.offer.nonce).expect("found by its nonce");
            assert!(std::sync::Arc::ptr_eq(by_hash, by_nonce));
            let is_pending = waits.offer.nonce < self.model.sender(sender).nonce + pending.len() as u64;
            assert_eq!(self.pool.is_pending(&waits.hash), is_pending);
        }
        let next = self.model.sender(sender).nonce + pending.len() as u64;
        let known = !(pending.is_empty() && queued.is_empty());
        assert_eq!(self.pool.next_nonce(&address(sender)), known.then_some(next));
    }

    /// What must hold of all.
    fn check(&self) {
        let status = self.pool.status();
        assert_eq!(status.pending + status.queued, self.model.waits.len());
        assert_eq!(status.bytes, self.model.bytes());
        assert!(self.model.waits.len() <= config().capacity && status.bytes <= config().bytes);
        let pending: usize = (0..SENDERS).map(|sender| self.model.split(sender).0.len()).sum();
        assert_eq!(status.pending, pending);
        (0..SENDERS).for_each(|sender| self.check_sender(sender));
        // Nothing is found that does not wait.
        assert_eq!(self.pool.all().count(), self.model.waits.len());
        let waits: HashSet<B256> = self.model.waits.iter().map(|w| w.hash).collect();
        assert!(self.offers.keys().all(|hash| self.pool.get(hash).is_some() == waits.contains(hash)));
        let best = self.pool.take(&mut Best::default(), usize::MAX);
        let best: Vec<B256> = best.iter().map(|tx| *tx.inner().tx_hash()).collect();
        assert_eq!(best, self.model.best(), "the order of a block at a base fee of {}", self.model.base_fee);
    }
}

fn setting(name: &str, otherwise: u64) -> u64 {
    env::var(name).map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is not a number")))
}

#[test]
fn a_million_operations_keep_its_laws() {
    let (operations, seed) = (setting("ZX_POOL_OPS", 1_000_000), setting("ZX_POOL_SEED", 7));
    let mut walk = Walk::new(seed);
    for nth in 0..operations {
        match walk.step() {
            Some(sender) => walk.check_sender(sender),
            None => (0..SENDERS).for_each(|sender| walk.check_sender(sender)),
        }
        if nth % 32 == 0 {
            walk.check();
        }
        walk.pool.take_news();
    }
    walk.check();
    let rare = operations / 10_000;
    for what in [
        "added",
        "replaced",
        "evicted",
        "block",
        "reorganisation",
        "restart",
        "expired",
        "known",
        "fee cap",
        "underpriced",
        "nonce low",
        "nonce high",
        "funds",
        "replacement",
        "share",
        "full",
    ] {
        let times = walk.happened.get(what).copied().unwrap_or_default();
        assert!(times >= rare, "`{what}` has happened {times} times only: {:?}", walk.happened);
    }
}
