//! Commits, disk, and starts.

use crate::{
    middle::{median, milliseconds},
    table,
};
use alloy_consensus::{SignableTransaction, TxEip1559, transaction::Recovered};
use alloy_primitives::{Address, B256, Bytes, Signature, TxKind, U256, keccak256};
use alloy_sol_types::{SolCall, SolValue, sol};
use cargo_zx::{Request, Source};
use std::{
    collections::VecDeque,
    fs::{self, File},
    io::Write as _,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use zx_chain::{Chain, ChainConfig};
use zx_executor::{Executed, Executor, genesis_changes};
use zx_host_functions::DeployPayload;
use zx_primitives::{
    AccountInfo, Block, ChainSpec, RecoveredTx, StateChanges, StateError, StateReader,
    block::{receipts_root, transactions_root},
    spec::{COIN, DEV_CHAIN_ID},
};
use zx_sandbox::Sandbox;
use zx_state::{Lookup, Nothing, Reader, State, StateUpdate};
use zx_storage::{Appended, Commit, Folded, Store, StoreConfig, View};

sol! {
    function transfer(address to, uint256 value) returns (bool);
}

/// Transfers in a block.
const TRANSFERS: u64 = 1_000;
/// Those who hold tokens, and send them in turn, on the chain whose disk is told by table: each once in a block at most.
const HOLDERS: u64 = 5_500;
/// Transfers for each line of the table of growth.
const GROWN: u64 = 100_000;
/// Times that a chain is opened.
const STARTS: usize = 5;

pub(crate) fn run(sizes: &[u64]) -> eyre::Result<()> {
    let number = |name: &str, usual: u64| std::env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(usual);
    let transfers = number("ZX_BENCH_TRANSFERS", 1_000_000);
    eprintln!("{transfers} transfers of ZX-20");
    disk(transfers)?;
    if sizes.is_empty() {
        return Ok(());
    }
    growth(sizes)?;
    let head = ["blocks", "start"].map(str::to_owned).to_vec();
    let mut table = vec![head];
    for blocks in sizes {
        eprintln!("a chain of {blocks} blocks");
        table.push(vec![blocks.to_string(), format!("{:.0} ms", start(*blocks)?)]);
    }
    table::print("Start on a chain of so many blocks", &table);
    Ok(())
}

fn sender(index: u64) -> Address {
    Address::from_slice(keccak256(index.to_le_bytes()).get(..20).expect("32 bytes"))
}

/// A transaction with its sender. Recovery is the pool's work and no part of this: the signature is a dummy.
fn transaction(from: Address, nonce: u64, to: TxKind, gas_limit: u64, input: Vec<u8>) -> RecoveredTx {
    let tx = TxEip1559 {
        chain_id: DEV_CHAIN_ID,
        nonce,
        gas_limit,
        max_fee_per_gas: 10_000_000_000_000,
        max_priority_fee_per_gas: 1,
        to,
        input: input.into(),
        ..TxEip1559::default()
    };
    Recovered::new_unchecked(tx.into_signed(Signature::new(U256::ONE, U256::ONE, false)).into(), from)
}

fn zx20() -> eyre::Result<Vec<u8>> {
    let folder = tempfile::tempdir()?;
    let request = Request {
        source: Source::Package(Some("zx20".to_owned())),
        manifest: Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml")),
        out_dir: Some(folder.path().to_owned()),
        ..Request::default()
    };
    Ok(cargo_zx::build(&request)?.module)
}

/// A chain on which tokens are sent: executor, trie and store, as the node's chain uses them.
struct Tokens {
    store: Store,
    executor: Executor,
    state: State,
    head: Block,
    /// Blocks that are not folded yet.
    window: VecDeque<(Block, Executed, StateUpdate)>,
    folded: u64,
    sent: u64,
    token: Address,
    holders: u64,
}

/// A state to execute on.
struct Now<'a>(&'a State, &'a View<'a>);

impl StateReader for Now<'_> {
    fn account(&self, address: Address) -> Result<Option<AccountInfo>, StateError> {
        let key = keccak256(address);
        let account = match self.0.account(key) {
            Lookup::Found(account) => Some(account),
            Lookup::Absent => None,
            Lookup::Stored => Reader::account(self.1, key)?,
        };
        Ok(account.map(|a| AccountInfo { nonce: a.nonce, balance: a.balance, code_hash: a.code_hash }))
    }

    fn storage(&self, address: Address, slot: U256) -> Result<U256, StateError> {
        match self.0.slot(keccak256(address), keccak256(slot.to_be_bytes::<32>())) {
            Lookup::Found(value) => Ok(value),
            Lookup::Absent => Ok(U256::ZERO),
            Lookup::Stored => StateReader::storage(self.1, address, slot),
        }
    }

    fn code(&self, hash: B256) -> Result<Bytes, StateError> {
        StateReader::code(self.1, hash)
    }

    fn block_hash(&self, number: u64) -> Result<B256, StateError> {
        StateReader::block_hash(self.1, number)
    }
}

/// Blocks that are in memory, and how many of them are folded at once: as the chain has it.
const WINDOW: usize = 256;
const FOLD: usize = 32;

impl Tokens {
    /// A chain with a token, so many holders of it, and nothing that waits to be folded.
    fn deploy(folder: &Path, holders: u64) -> eyre::Result<Self> {
        let alloc = (0..holders).map(|n| (sender(n), COIN * U256::from(1_000_000))).collect();
        let mut spec = ChainSpec::dev(alloc);
        spec.block_gas_limit = 80_000_000;
        let store = Store::open(&folder.join("db"), StoreConfig::default())?;
        let changes = genesis_changes(&spec);
        let (state, update) = State::empty().apply(&Nothing, 0, &changes)?;
        let head = spec.genesis(update.root);
        store.begin(&head, &update, &changes)?;
        let sandbox = Sandbox::new(spec.modules, Some(folder.join("modules")))?;
        let executor = Executor::new(Arc::new(spec), Arc::new(sandbox));
        let token = sender(0).create(0);
        let window = VecDeque::new();
        let mut tokens = Self { store, executor, state, head, window, folded: 0, sent: 0, token, holders };
        let module = zx20()?;
        let args = ("Token".to_owned(), "TOK".to_owned(), U256::from(18), U256::from(u128::MAX)).abi_encode_params();
        let input = DeployPayload::of(&module, &args).encode();
        tokens.block(vec![transaction(sender(0), 0, TxKind::Create, 20_000_000, input)])?;
        // The code is read from the base.
        tokens.fold(0)?;
        for from in (1..holders).step_by(TRANSFERS as usize) {
            let give = |to| {
                let input = transferCall { to: sender(to), value: U256::from(1_000_000) }.abi_encode();
                transaction(sender(0), to, TxKind::Call(token), 80_000, input)
            };
            tokens.block((from..holders.min(from + TRANSFERS)).map(give).collect())?;
        }
        tokens.fold(0)?;
        Ok(tokens)
    }

    /// A block of transfers, from one holder to another.
    fn transfers(&mut self) -> eyre::Result<Duration> {
        let others = self.holders - 1;
        let one = |place: u64| {
            let from = place % others + 1;
            let to = (from * 7 + place / 13) % others + 1;
            let input = transferCall { to: sender(to), value: U256::from(1) }.abi_encode();
            // Each sends once in every turn of all of them.
            transaction(sender(from), place / others, TxKind::Call(self.token), 80_000, input)
        };
        let all = (self.sent..self.sent + TRANSFERS).map(one).collect();
        self.sent += TRANSFERS;
        self.block(all)
    }

    /// Executes and commits a block; says how long the commit took.
    fn block(&mut self, transactions: Vec<RecoveredTx>) -> eyre::Result<Duration> {
        let mut header = self.executor.spec().next_header(&self.head, 0);
        // Filled blocks would raise it without end.
        header.base_fee_per_gas = Some(1_000_000_000);
        let (executed, state, update) = {
            let view = self.store.view();
            let mut executed = self.executor.execute_block(&Now(&self.state, &view), &header, transactions)?;
            if let Some((_, error)) = executed.refused.first() {
                eyre::bail!("a transaction is refused: {error}");
            }
            eyre::ensure!(executed.receipts.iter().all(|receipt| receipt.success), "a transaction failed");
            let (state, update) = self.state.apply(&view, header.number, &executed.changes)?;
            header.state_root = update.root;
            let (receipts_root, bloom) = receipts_root(&executed.receipts);
            (header.receipts_root, header.logs_bloom) = (receipts_root, bloom);
            header.transactions_root = transactions_root(&executed.included);
            header.gas_used = executed.gas_used;
            let block = Block::seal(header, std::mem::take(&mut executed.included));
            self.head = block.clone();
            (executed, state, update)
        };
        self.state = state;
        let due = if self.window.len() >= WINDOW + FOLD { FOLD } else { 0 };
        let time = self.commit(Some((&self.head, &executed)), due)?;
        self.window.drain(..due);
        self.window.push_back((self.head.clone(), executed, update));
        if due > 0 {
            self.folded += 1;
            if self.folded.is_multiple_of(16) {
                self.state = self.state.trim(self.head.number() - self.window.len() as u64);
            }
        }
        Ok(time)
    }

    fn commit(&self, append: Option<(&Block, &Executed)>, fold: usize) -> eyre::Result<Duration> {
        let folded = self.window.iter().take(fold).map(|(block, executed, update)| Folded {
            block,
            receipts: &executed.receipts,
            changes: &executed.changes,
            update,
        });
        let fold = folded.collect();
        let start = Instant::now();
        let append = append.map(|(block, executed)| Appended {
            block,
            receipts: &executed.receipts,
            changes: &executed.changes,
        });
        self.store.commit(&Commit { append, head: self.head.hash, fold, dropped: Vec::new() })?;
        Ok(start.elapsed())
    }

    /// Folds all but some.
    fn fold(&mut self, keep: usize) -> eyre::Result<()> {
        let due = self.window.len() - keep;
        self.commit(None, due)?;
        self.window.drain(..due);
        Ok(())
    }
}

/// Commits against plain writes of as many bytes, in milliseconds.
#[derive(Default)]
struct Commits {
    ours: Vec<f64>,
    plain: Vec<f64>,
    bytes: Vec<f64>,
}

impl Commits {
    /// Sends so many tokens, in full blocks.
    fn measure(tokens: &mut Tokens, folder: &Path, transfers: u64) -> eyre::Result<Self> {
        let db = folder.join("db");
        let mut plain = File::create(folder.join("plain"))?;
        let mut commits = Self::default();
        while tokens.sent < transfers {
            let before = log_bytes(&db)?;
            let commit = tokens.transfers()?;
            // A log that was begun anew says nothing.
            if let Some(written) = log_bytes(&db)?.checked_sub(before) {
                let buffer = vec![0x5a; usize::try_from(written)?];
                let start = Instant::now();
                plain.write_all(&buffer)?;
                plain.sync_data()?;
                commits.ours.push(milliseconds(commit));
                commits.plain.push(milliseconds(start.elapsed()));
                commits.bytes.push(written as f64);
            }
        }
        tokens.fold(0)?;
        Ok(commits)
    }

    /// Ours, plain, and the ratio.
    fn medians(&self) -> [String; 3] {
        compared(median(self.ours.clone()), median(self.plain.clone()))
    }

    /// The same, in which blocks are that fold.
    fn means(&self) -> [String; 3] {
        compared(mean(&self.ours), mean(&self.plain))
    }
}

fn compared(ours: f64, plain: f64) -> [String; 3] {
    [format!("{ours:.2} ms"), format!("{plain:.2} ms"), format!("{:.2}", ours / plain)]
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

fn total(tables: &[(String, u64)]) -> u64 {
    tables.iter().map(|(_, bytes)| bytes).sum()
}

/// Commits, and what transfers take on disk, by table.
fn disk(transfers: u64) -> eyre::Result<()> {
    let folder = tempfile::tempdir()?;
    let mut tokens = Tokens::deploy(folder.path(), HOLDERS)?;
    let commits = Commits::measure(&mut tokens, folder.path(), transfers)?;
    let line = |name: &str, figures: [String; 3]| [name.to_owned()].into_iter().chain(figures).collect::<Vec<_>>();
    let mut table = vec![["", "commit", "plain write", "ratio"].map(str::to_owned).to_vec()];
    table.push(line("median", commits.medians()));
    table.push(line("mean, folds included", commits.means()));
    let kilobytes = mean(&commits.bytes) / 1e3;
    table::print(&format!("Commit of a block of {TRANSFERS} transfers, {kilobytes:.0} KB in the log, synced"), &table);
    let archive = sizes(&tokens.store)?;
    tokens.store.prune(0, &mut |_| {})?;
    let pruned = sizes(&tokens.store)?;
    let mut table = vec![["table", "archive", "pruned"].map(str::to_owned).to_vec()];
    let size = |of: &[(String, u64)], name: &str| of.iter().find(|(n, _)| n == name).map_or(0, |(_, bytes)| *bytes);
    for (name, bytes) in &archive {
        table.push(vec![name.clone(), megabytes(*bytes), megabytes(size(&pruned, name))]);
    }
    table.push(vec!["all".to_owned(), megabytes(total(&archive)), megabytes(total(&pruned))]);
    table::print(&format!("Disk after {transfers} transfers of ZX-20"), &table);
    Ok(())
}

/// How commits, disk and starts grow with the number of accounts that hold coins and tokens.
fn growth(holders: &[u64]) -> eyre::Result<()> {
    let mut table = vec![
        ["holders", "commit", "plain", "ratio", "with folds", "plain", "ratio", "archive", "pruned", "start"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for holders in holders {
        eprintln!("{GROWN} transfers among {holders} holders");
        let folder = tempfile::tempdir()?;
        let mut tokens = Tokens::deploy(folder.path(), *holders)?;
        // What made the holders is no part of what the transfers take.
        tokens.store.prune(0, &mut |_| {})?;
        let before = total(&sizes(&tokens.store)?);
        let commits = Commits::measure(&mut tokens, folder.path(), GROWN)?;
        let archive = total(&sizes(&tokens.store)?).saturating_sub(before);
        tokens.store.prune(0, &mut |_| {})?;
        let pruned = total(&sizes(&tokens.store)?).saturating_sub(before);
        let (spec, head) = (tokens.executor.spec().clone(), tokens.head.number());
        drop(tokens);
        let opened = opened(&spec, folder.path(), head)?;
        let million = |bytes: u64| megabytes(bytes * (1_000_000 / GROWN));
        let figures = commits.medians().into_iter().chain(commits.means());
        let rest = [million(archive), million(pruned), format!("{opened:.0} ms")];
        table.push([holders.to_string()].into_iter().chain(figures).chain(rest).collect());
    }
    let title = "Commit of a block of 1,000 transfers among so many holders (median; mean with folds), disk for a million of \
                 them, start";
    table::print(title, &table);
    Ok(())
}

fn log_bytes(db: &Path) -> eyre::Result<u64> {
    let mut bytes = 0;
    for file in fs::read_dir(db)? {
        let file = file?;
        if file.path().extension().is_some_and(|extension| extension == "log") {
            bytes += file.metadata()?.len();
        }
    }
    Ok(bytes)
}

/// Bytes of each table on disk, once everything is in its place.
fn sizes(store: &Store) -> eyre::Result<Vec<(String, u64)>> {
    store.compact()?;
    Ok(store.stats()?.into_iter().map(|table| (table.table.to_owned(), table.disk)).collect())
}

/// Milliseconds until a chain is open.
fn opened(spec: &ChainSpec, folder: &Path, head: u64) -> eyre::Result<f64> {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let start = Instant::now();
        let chain = Chain::open(ChainConfig::new(spec.clone(), folder))?;
        times.push(milliseconds(start.elapsed()));
        eyre::ensure!(chain.head().number() == head, "the chain is not whole");
    }
    Ok(median(times))
}

/// Milliseconds until a chain is open that has so many blocks.
fn start(blocks: u64) -> eyre::Result<f64> {
    let folder = tempfile::tempdir()?;
    let spec = ChainSpec::dev(vec![(sender(0), COIN)]);
    let changes = genesis_changes(&spec);
    let (_, update) = State::empty().apply(&Nothing, 0, &changes)?;
    let store = Store::open(&folder.path().join("db"), StoreConfig::default())?;
    let mut head = spec.genesis(update.root);
    store.begin(&head, &update, &changes)?;
    let (nothing, no_update) = (StateChanges::default(), StateUpdate { root: update.root, ..Default::default() });
    let mut left = blocks;
    while left > 0 {
        let count = left.min(10_000);
        let mut made = Vec::new();
        for _ in 0..count {
            let mut header = spec.next_header(&head, 0);
            header.state_root = update.root;
            head = Block::seal(header, Vec::new());
            made.push(head.clone());
        }
        let fold = made.iter().map(|block| Folded { block, receipts: &[], changes: &nothing, update: &no_update });
        store.commit(&Commit { append: None, head: head.hash, fold: fold.collect(), dropped: Vec::new() })?;
        left -= count;
    }
    drop(store);
    opened(&spec, folder.path(), blocks)
}
