//! Tries of more and more accounts and slots.

use crate::{
    middle::{median, milliseconds},
    peer::Peer,
    table,
};
use alloy_primitives::{Address, B256, KECCAK256_EMPTY, U256, keccak256};
use rayon::ThreadPool;
use std::{
    collections::BTreeMap,
    hint::black_box,
    path::Path,
    time::{Duration, Instant},
};
use zx_primitives::{AccountChange, AccountInfo, Block, ChainSpec, SlotChange, StateChanges, StateReader};
use zx_state::{State, StateUpdate, TrieAccount};
use zx_storage::{Commit, Folded, Store, StoreConfig};

/// Accounts that a block changes.
const UPDATES: u64 = 10_000;
/// Transfers of the token's block: each changes two slots.
const TRANSFERS: u64 = 1_000;
/// Blocks that bring the tries into the state in which a node has them.
const WARM: u64 = 6;
/// Blocks that count: half of them with one thread, half with two.
const ROUNDS: u64 = 22;
/// Accounts, or slots, that are written at once when a trie is made.
const CHUNK: u64 = 50_000;
/// The token whose storage trie has as many slots as there are accounts.
const TOKEN: Address = Address::repeat_byte(0x70);
/// Slots of the token that are made in a block.
const SLOTS: u64 = 1_000_000;
/// The largest trie that the peer makes too: ten times as many accounts take it longer than all the rest.
const PEERS: u64 = 1_000_000;
/// Blocks that are folded together, as the chain does it.
const FOLD: usize = 32;

/// A store, and the state in it.
struct World {
    store: Store,
    spec: ChainSpec,
    head: Block,
    state: State,
    nonce: u64,
    slots: BTreeMap<U256, U256>,
    seed: u64,
}

pub(crate) fn run(sizes: &[u64]) -> eyre::Result<()> {
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    let two = rayon::ThreadPoolBuilder::new().num_threads(2).build()?;
    let mut rows = Vec::new();
    for size in sizes {
        eprintln!("a trie of {size} accounts, and a token of {size} slots");
        rows.push(measure(*size, &one, &two)?);
    }
    print(&rows);
    Ok(())
}

/// Figures of one size: milliseconds, or microseconds for reads.
struct Figures {
    size: u64,
    read: f64,
    root_one: f64,
    root_two: f64,
    write_every: f64,
    write_folded: f64,
    /// The peer's time, and that of hashing alone, by the peer's account of nodes.
    peer: Option<(f64, f64)>,
    token_one: f64,
    token_two: f64,
    hot: (f64, f64),
    cold: (f64, f64),
}

fn measure(size: u64, one: &ThreadPool, two: &ThreadPool) -> eyre::Result<Figures> {
    let folder = tempfile::tempdir()?;
    let mut peer = if size <= PEERS { Some(Peer::open(&folder.path().join("peer"))?) } else { None };
    let path = folder.path().join("ours").join("db");
    let mut world = World::make(&path, size, peer.as_mut())?;
    let mut series = BTreeMap::<&str, Vec<f64>>::new();
    for round in 0..WARM + ROUNDS {
        let changes = world.updates(size, round);
        let leaves = leaves(&changes);
        // As the block's execution does before its root is worked out.
        let (before, ()) = timed(|| world.read(&changes))?;
        // In turn: a second time the nodes would be in the cache that the first has loaded.
        let (name, pool) = if round % 2 == 0 { ("one", one) } else { ("two", two) };
        let (time, (state, update)) = timed(|| pool.install(|| world.apply(&changes)))?;
        let mut times = vec![(name, time), ("read", before)];
        if let Some(peer) = &mut peer {
            let (theirs, root) = timed(|| peer.write(&leaves))?;
            eyre::ensure!(root == state.root(), "the tries disagree: {root} and {}", state.root());
            times.extend([("peer", theirs), ("keccak", hashing(&peer.written(), &changes))]);
        }
        let (written, ()) = timed(|| world.write(&changes, &update, state))?;
        times.push(("write", written));
        for (name, time) in times.into_iter().filter(|_| round >= WARM) {
            series.entry(name).or_default().push(milliseconds(time));
        }
    }
    let folded = world.write_together(size)?;
    world.make_slots(size)?;
    let token = |pool: &ThreadPool, world: &mut World| -> eyre::Result<f64> {
        let mut times = Vec::new();
        for round in 0..WARM + ROUNDS {
            let changes = world.transfers(size, round);
            let (time, (state, update)) = timed(|| pool.install(|| world.apply(&changes)))?;
            world.write(&changes, &update, state)?;
            if round >= WARM {
                times.push(milliseconds(time));
            }
        }
        Ok(median(times))
    };
    let (token_one, token_two) = (token(one, &mut world)?, token(two, &mut world)?);
    drop(world);
    let (hot, cold) = reads(&path, size)?;
    let of = |name| median(series.get(name).cloned().unwrap_or_default());
    Ok(Figures {
        size,
        read: of("read"),
        root_one: of("one"),
        root_two: of("two"),
        write_every: of("write"),
        write_folded: folded,
        peer: peer.map(|_| (of("peer"), of("keccak"))),
        token_one,
        token_two,
        hot,
        cold,
    })
}

fn timed<T>(work: impl FnOnce() -> eyre::Result<T>) -> eyre::Result<(Duration, T)> {
    let start = Instant::now();
    let result = work()?;
    Ok((start.elapsed(), result))
}

fn address(index: u64) -> Address {
    Address::from_slice(keccak256(index.to_be_bytes()).get(..20).expect("32 bytes"))
}

/// Leaves as the peer wants them.
fn leaves(changes: &StateChanges) -> Vec<(B256, Vec<u8>)> {
    let leaf = |(address, change): (&Address, &AccountChange)| {
        let info = change.info?;
        let account = TrieAccount { nonce: info.nonce, balance: info.balance, ..Default::default() };
        Some((keccak256(address), alloy_rlp::encode(account)))
    };
    changes.accounts.iter().filter(|(address, _)| **address != TOKEN).filter_map(leaf).collect()
}

/// The time of the hashing that the root cannot do without: of keys, and of each node that is new, by the peer's
/// account of them.
fn hashing(nodes: &[Vec<u8>], changes: &StateChanges) -> Duration {
    let start = Instant::now();
    changes.accounts.keys().for_each(|address| _ = black_box(keccak256(address)));
    nodes.iter().for_each(|node| _ = black_box(keccak256(node)));
    start.elapsed()
}

impl World {
    fn make(path: &Path, size: u64, mut peer: Option<&mut Peer>) -> eyre::Result<Self> {
        std::fs::create_dir_all(path.parent().expect("a folder"))?;
        let spec = ChainSpec::dev(Vec::new());
        let store = Store::open(path, StoreConfig::default())?;
        let head = spec.genesis(State::empty().root());
        store.begin(&head, &StateUpdate::default(), &StateChanges::default())?;
        let mut world = Self { store, spec, head, state: State::empty(), nonce: 1, slots: BTreeMap::new(), seed: 1 };
        for from in (0..size).step_by(CHUNK as usize) {
            let mut changes = StateChanges::default();
            for index in from..size.min(from + CHUNK) {
                changes.accounts.insert(address(index), plain(1));
            }
            let (state, update) = world.apply(&changes)?;
            if let Some(peer) = &mut peer {
                peer.write(&leaves(&changes))?;
            }
            world.write(&changes, &update, state)?;
            // What a node has in memory after a start: nothing.
            world.state = State::stored(world.state.root());
        }
        Ok(world)
    }

    /// Another number.
    fn random(&mut self) -> u64 {
        // SplitMix64.
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn updates(&mut self, size: u64, round: u64) -> StateChanges {
        let mut changes = StateChanges::default();
        while changes.accounts.len() < UPDATES.min(size / 2) as usize {
            let index = self.random() % size;
            changes.accounts.insert(address(index), plain(round + 2));
        }
        changes
    }

    /// The token's slots.
    fn make_slots(&mut self, size: u64) -> eyre::Result<()> {
        for from in (0..size).step_by(SLOTS as usize) {
            let mut token = self.token();
            for index in from..size.min(from + SLOTS) {
                self.slots.insert(U256::from(index), U256::from(1));
                token.storage.insert(U256::from(index), SlotChange { before: U256::ZERO, after: U256::from(1) });
            }
            let changes = StateChanges { accounts: [(TOKEN, token)].into(), ..Default::default() };
            let (state, update) = self.apply(&changes)?;
            self.write(&changes, &update, state)?;
        }
        Ok(())
    }

    fn token(&mut self) -> AccountChange {
        self.nonce += 1;
        plain(self.nonce)
    }

    fn transfers(&mut self, size: u64, round: u64) -> StateChanges {
        let mut token = self.token();
        while token.storage.len() < (2 * TRANSFERS).min(size / 2) as usize {
            let slot = U256::from(self.random() % size);
            let before = self.slots.get(&slot).copied().unwrap_or_default();
            let after = before + U256::from(round + 1);
            self.slots.insert(slot, after);
            token.storage.entry(slot).or_insert(SlotChange { before, after }).after = after;
        }
        StateChanges { accounts: [(TOKEN, token)].into(), ..Default::default() }
    }

    fn apply(&self, changes: &StateChanges) -> eyre::Result<(State, StateUpdate)> {
        Ok(self.state.apply(&self.store.view(), self.head.number() + 1, changes)?)
    }

    fn read(&self, changes: &StateChanges) -> eyre::Result<()> {
        let view = self.store.view();
        changes.accounts.keys().try_for_each(|address| {
            black_box(StateReader::account(&view, *address)?);
            Ok(())
        })
    }

    /// Makes a block of changes part of the base: rows of values and nodes, one synced batch.
    fn write(&mut self, changes: &StateChanges, update: &StateUpdate, state: State) -> eyre::Result<()> {
        let block = self.next(state.root());
        let fold = vec![Folded { block: &block, receipts: &[], changes, update }];
        self.store.commit(&Commit { append: None, head: block.hash, fold, dropped: Vec::new() })?;
        (self.head, self.state) = (block, state);
        Ok(())
    }

    fn next(&self, root: B256) -> Block {
        let mut header = self.spec.next_header(&self.head, 0);
        header.state_root = root;
        Block::seal(header, Vec::new())
    }

    /// Milliseconds a block if several are written together, as the chain does it.
    fn write_together(&mut self, size: u64) -> eyre::Result<f64> {
        let mut blocks = Vec::new();
        for round in 0..FOLD as u64 {
            let changes = self.updates(size, 100 + round);
            let (state, update) = self.apply(&changes)?;
            let block = self.next(state.root());
            (self.head, self.state) = (block.clone(), state);
            blocks.push((block, changes, update));
        }
        let fold = blocks.iter().map(|(block, changes, update)| Folded { block, receipts: &[], changes, update });
        let commit = Commit { append: None, head: self.head.hash, fold: fold.collect(), dropped: Vec::new() };
        let (time, ()) = timed(|| Ok(self.store.commit(&commit)?))?;
        Ok(milliseconds(time) / FOLD as f64)
    }
}

fn plain(nonce: u64) -> AccountChange {
    let info = AccountInfo { nonce, balance: U256::from(10).pow(U256::from(18)), code_hash: KECCAK256_EMPTY };
    AccountChange { info: Some(info), ..Default::default() }
}

/// Microseconds of a read of an account and of a slot: hot, and the first after a start.
fn reads(path: &Path, size: u64) -> eyre::Result<((f64, f64), (f64, f64))> {
    let store = Store::open(path, StoreConfig::default())?;
    let view = store.view();
    let count = 1_000.min(size);
    let places: Vec<u64> = (0..count).map(|n| n * (size / count)).collect();
    let pass = || -> eyre::Result<(f64, f64)> {
        let per = |time: Duration| time.as_secs_f64() * 1e6 / count as f64;
        let addresses: Vec<Address> = places.iter().map(|place| address(*place)).collect();
        let start = Instant::now();
        for address in &addresses {
            eyre::ensure!(black_box(view.account(*address)?).is_some(), "an account is missing");
        }
        let accounts = per(start.elapsed());
        let start = Instant::now();
        for place in &places {
            eyre::ensure!(!black_box(view.storage(TOKEN, U256::from(*place))?).is_zero(), "a slot is missing");
        }
        Ok((accounts, per(start.elapsed())))
    };
    let cold = pass()?;
    let hot: Vec<_> = (0..ROUNDS).map(|_| pass()).collect::<Result<_, _>>()?;
    let hot = (median(hot.iter().map(|h| h.0).collect()), median(hot.iter().map(|h| h.1).collect()));
    Ok((hot, cold))
}

fn print(rows: &[Figures]) {
    let header = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let ms = |value: f64| format!("{value:.1} ms");
    let us = |value: f64| format!("{value:.2} us");
    let mut table = vec![header(&[
        "accounts",
        "read",
        "root",
        "two threads",
        "rows alone",
        "of 32 blocks",
        "eth_trie",
        "keccak",
        "to eth_trie",
        "to keccak",
        "two: to eth_trie",
        "to keccak",
    ])];
    table.extend(rows.iter().map(|f| {
        let (one, two) = (f.root_one + f.write_folded, f.root_two + f.write_folded);
        let ours = [ms(f.read), ms(f.root_one), ms(f.root_two), ms(f.write_every), ms(f.write_folded)];
        let theirs = f.peer.map(|(peer, keccak)| {
            let ratios = |time: f64| [format!("{:.1}x faster", peer / time), format!("{:.2}", time / keccak)];
            [ms(peer), ms(keccak)].into_iter().chain(ratios(one)).chain(ratios(two)).collect::<Vec<_>>()
        });
        [f.size.to_string()].into_iter().chain(ours).chain(theirs.unwrap_or_default()).collect()
    }));
    table::print("Root after 10,000 random account updates, with the rows that it writes", &table);
    let mut table = vec![header(&["slots", "root", "two threads", "account, hot", "cold", "slot, hot", "cold"])];
    table.extend(rows.iter().map(|f| {
        let (hot, cold) = (f.hot, f.cold);
        vec![f.size.to_string(), ms(f.token_one), ms(f.token_two), us(hot.0), us(cold.0), us(hot.1), us(cold.1)]
    }));
    table::print("Root after 1,000 transfers of a token; reads of the store", &table);
}
