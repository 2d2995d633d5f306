//! Chains made up for the tests, with a model of their states.

use alloy_consensus::{SignableTransaction as _, TxEip1559, TxType, transaction::SignerRecoverable as _};
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, Log, Signature, U256, keccak256};
use proptest::prelude::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};
use tempfile::TempDir;
use zx_primitives::{
    AccountInfo, Block, ChainSpec, Overwritten, Receipt, RecoveredTx, StateChanges, Tx,
    block::{receipts_root, transactions_root},
};
use zx_state::{Nothing, State, StateUpdate};
use zx_storage::{Appended, Commit, Folded, Store, StoreConfig};

/// What one transaction does.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// An account gets this nonce; with code, if it says so.
    Set(u8, u8, bool),
    /// A slot gets a value.
    Write(u8, u8, u8),
    /// An account goes, with its slots.
    Remove(u8),
    /// An account is made anew, without slots.
    Renew(u8, u8),
    /// An event: address, topics.
    Tell(u8, Vec<u8>),
}

pub(crate) type Txs = Vec<Vec<Act>>;

pub(crate) fn acts() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => (0..6_u8, 1..9_u8, any::<bool>()).prop_map(|(who, nonce, code)| Act::Set(who, nonce, code)),
        6 => (0..6_u8, 0..9_u8, 0..4_u8).prop_map(|(who, slot, value)| Act::Write(who, slot, value)),
        1 => (0..6_u8).prop_map(Act::Remove),
        1 => (0..6_u8, 1..9_u8).prop_map(|(who, nonce)| Act::Renew(who, nonce)),
        2 => (0..4_u8, proptest::collection::vec(0..4_u8, 0..=4)).prop_map(|(who, topics)| Act::Tell(who, topics)),
    ]
}

pub(crate) fn blocks(most: usize) -> impl Strategy<Value = Vec<Txs>> {
    let tx = proptest::collection::vec(acts(), 0..6);
    proptest::collection::vec(proptest::collection::vec(tx, 0..4), 1..most)
}

pub(crate) fn who(number: u8) -> Address {
    Address::repeat_byte(number + 1)
}

pub(crate) fn key(number: u8) -> B256 {
    keccak256(who(number))
}

pub(crate) fn slot(number: u8) -> B256 {
    keccak256(U256::from(number).to_be_bytes::<32>())
}

pub(crate) fn topic(number: u8) -> B256 {
    B256::repeat_byte(number)
}

pub(crate) fn code() -> Bytes {
    Bytes::from_static(b"some code")
}

/// A state, as a model: accounts with their slots.
pub(crate) type Model = BTreeMap<Address, (AccountInfo, BTreeMap<U256, U256>)>;

fn info(nonce: u8, code_too: bool) -> AccountInfo {
    let code_hash = if code_too { keccak256(code()) } else { KECCAK256_EMPTY };
    AccountInfo { nonce: nonce.into(), balance: U256::from(nonce) << 100, code_hash }
}

fn slot_of(model: &Model, address: Address, slot: U256) -> U256 {
    model.get(&address).and_then(|(_, slots)| slots.get(&slot)).copied().unwrap_or_default()
}

/// Does what one transaction does to a model, and says which accounts lost their storage.
fn act(model: &mut Model, acts: &[Act], touched: &mut BTreeSet<(Address, U256)>) -> BTreeSet<Address> {
    let mut wiped = BTreeSet::new();
    for act in acts {
        match act {
            Act::Set(number, nonce, code) => {
                model.entry(who(*number)).or_insert_with(|| (info(1, false), BTreeMap::new())).0 = info(*nonce, *code);
            }
            Act::Write(number, slot, value) => {
                let slots = &mut model.entry(who(*number)).or_insert_with(|| (info(1, false), BTreeMap::new())).1;
                touched.insert((who(*number), U256::from(*slot)));
                match value {
                    0 => slots.remove(&U256::from(*slot)),
                    value => slots.insert(U256::from(*slot), U256::from(*value) << 64),
                };
            }
            Act::Remove(number) => {
                model.remove(&who(*number));
                wiped.insert(who(*number));
            }
            Act::Renew(number, nonce) => {
                model.insert(who(*number), (info(*nonce, true), BTreeMap::new()));
                wiped.insert(who(*number));
            }
            Act::Tell(..) => {}
        }
    }
    wiped
}

/// What a block does, as the executor would say it, and the state afterwards.
fn changes(before: &Model, txs: &Txs) -> (StateChanges, Model) {
    let mut model = before.clone();
    let mut changes = StateChanges::default();
    changes.codes.insert(keccak256(code()), code());
    let mut written = BTreeSet::new();
    for (transaction, acts) in (0..).zip(txs) {
        let (old, mut touched) = (model.clone(), BTreeSet::new());
        for address in act(&mut model, acts, &mut touched) {
            changes.accounts.entry(address).or_default().wiped = true;
        }
        let mut overwritten = Overwritten { transaction, ..Overwritten::default() };
        for address in old.keys().chain(model.keys()) {
            let (old, new) = (old.get(address).map(|a| a.0), model.get(address).map(|a| a.0));
            if old != new {
                overwritten.accounts.insert(*address, old);
                changes.accounts.entry(*address).or_default();
            }
        }
        for (address, slot) in &touched {
            overwritten.slots.insert((*address, *slot), slot_of(&old, *address, *slot));
            changes.accounts.entry(*address).or_default();
        }
        written.extend(touched);
        changes.trail.push(overwritten);
    }
    for (address, change) in &mut changes.accounts {
        change.info = model.get(address).map(|account| account.0);
        for (_, slot) in written.range((*address, U256::ZERO)..=(*address, U256::MAX)) {
            let old = if change.wiped { U256::ZERO } else { slot_of(before, *address, *slot) };
            let after = slot_of(&model, *address, *slot);
            if change.info.is_some() {
                change.storage.insert(*slot, zx_primitives::state::SlotChange { before: old, after });
            }
        }
    }
    (changes, model)
}

fn transaction(nonce: u64) -> RecoveredTx {
    let tx = TxEip1559 { chain_id: 31_337, nonce, ..TxEip1559::default() };
    let signature = Signature::new(U256::from(1), U256::from(2), true);
    let tx: Tx = tx.into_signed(signature).into();
    let signer = tx.recover_signer().unwrap();
    RecoveredTx::new_unchecked(tx, signer)
}

fn receipt(index: u64, acts: &[Act]) -> Receipt {
    let logs = acts.iter().filter_map(|act| match act {
        Act::Tell(number, topics) => {
            let topics = topics.iter().map(|number| topic(*number)).collect();
            Some(Log::new_unchecked(who(*number), topics, vec![5].into()))
        }
        _ => None,
    });
    let cumulative_gas_used = 21_000 * (index + 1);
    Receipt { tx_type: TxType::Eip1559, success: index.is_multiple_of(2), cumulative_gas_used, logs: logs.collect() }
}

/// A block with all that it brings.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub(crate) block: Block,
    pub(crate) receipts: Vec<Receipt>,
    pub(crate) changes: StateChanges,
    pub(crate) update: StateUpdate,
    pub(crate) state: State,
    pub(crate) model: Model,
}

impl Made {
    pub(crate) fn first() -> Self {
        let txs = vec![vec![Act::Set(0, 1, false), Act::Write(0, 1, 1), Act::Write(0, 2, 3), Act::Set(5, 2, true)]];
        let (mut changes, model) = changes(&Model::new(), &txs);
        changes.trail.clear();
        let (state, update) = State::empty().apply(&Nothing, 0, &changes).unwrap();
        let block = ChainSpec::dev(vec![]).genesis(update.root);
        Self { block, receipts: vec![], changes, update, state, model }
    }

    /// The next block; another salt makes another block of the same transactions.
    pub(crate) fn next(&self, salt: u64, txs: &Txs) -> Self {
        let (changes, model) = changes(&self.model, txs);
        let mut header = ChainSpec::dev(vec![]).next_header(&self.block, salt);
        let (state, update) = self.state.apply(&Nothing, header.number, &changes).unwrap();
        let first = header.number * 1_000 + salt * 100;
        let transactions: Vec<_> = (first..).zip(txs).map(|(nonce, _)| transaction(nonce)).collect();
        let receipts: Vec<_> = (0..).zip(txs).map(|(index, acts)| receipt(index, acts)).collect();
        header.extra_data = salt.to_be_bytes().into();
        header.state_root = update.root;
        header.transactions_root = transactions_root(&transactions);
        (header.receipts_root, header.logs_bloom) = receipts_root(&receipts);
        Self { block: Block::seal(header, transactions), receipts, changes, update, state, model }
    }

    pub(crate) fn hash(&self) -> B256 {
        self.block.hash
    }

    pub(crate) fn place(&self) -> (u64, B256) {
        (self.block.number(), self.block.hash)
    }

    pub(crate) fn append(&self) -> Appended<'_> {
        Appended { block: &self.block, receipts: &self.receipts, changes: &self.changes }
    }

    pub(crate) fn fold(&self) -> Folded<'_> {
        Folded { block: &self.block, receipts: &self.receipts, changes: &self.changes, update: &self.update }
    }
}

/// A chain of made-up blocks from the first one on.
pub(crate) fn chain(blocks: &[Txs]) -> Vec<Made> {
    let mut chain = vec![Made::first()];
    for txs in blocks {
        chain.push(chain.last().unwrap().next(0, txs));
    }
    chain
}

/// Some chain of so many blocks that does a bit of everything.
pub(crate) fn some_chain(length: u8) -> Vec<Made> {
    let txs = |height: u8| -> Txs {
        vec![
            vec![
                Act::Set(height % 6, height % 8 + 1, height.is_multiple_of(2)),
                Act::Tell(height % 3, vec![height % 4, 1]),
            ],
            (0..9).map(|slot| Act::Write(height % 5, slot, (height + slot) % 4)).collect(),
            if height % 7 == 6 { vec![Act::Remove(height % 4)] } else { vec![Act::Write(0, 1, height % 3 + 1)] },
            if height % 5 == 4 { vec![Act::Renew(height % 5, 3)] } else { vec![] },
        ]
    };
    chain(&(1..=length).map(txs).collect::<Vec<_>>())
}

/// A folder with a database in it.
pub(crate) struct Home(pub(crate) TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    pub(crate) fn db(&self) -> PathBuf {
        self.0.path().join("db")
    }

    pub(crate) fn open(&self) -> Store {
        self.open_with(StoreConfig::default())
    }

    pub(crate) fn open_with(&self, config: StoreConfig) -> Store {
        Store::open(&self.db(), config).unwrap()
    }
}

pub(crate) fn begin(store: &Store, first: &Made) {
    store.begin(&first.block, &first.update, &first.changes).unwrap();
}

/// Appends the blocks of a chain from a height on, each time folding what is more than `lag` below.
pub(crate) fn put(store: &Store, chain: &[Made], from: usize, lag: usize) {
    for height in from..chain.len() {
        let base = usize::try_from(store.view().base().0).unwrap();
        let fold = (base + 1..=height.saturating_sub(lag)).map(|height| chain[height].fold()).collect();
        let append = Some(chain[height].append());
        store.commit(&Commit { append, head: chain[height].hash(), fold, dropped: vec![] }).unwrap();
    }
}

/// A store with a chain in it.
pub(crate) fn stored(home: &Home, chain: &[Made], lag: usize) -> Store {
    let store = home.open();
    begin(&store, &chain[0]);
    put(&store, chain, 1, lag);
    store
}
