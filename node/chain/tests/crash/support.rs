//! Folders, chance, and how a chain of these tests is set up.

use alloy_consensus::{SignableTransaction, TxEip1559};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{B256, Bytes, TxKind, U256};
use alloy_signer::SignerSync;
use alloy_signer_local::PrivateKeySigner;
use std::{
    fs,
    path::Path,
    sync::mpsc::{RecvTimeoutError, Sender, channel},
    time::Duration,
};
use zx_chain::{ChainConfig, Finality};
use zx_primitives::{ChainSpec, Tx, spec::COIN};

/// Blocks in memory: few, so that every third block takes three into the base.
pub(crate) const WINDOW: u64 = 3;

/// Bytes of cache: little, as there are many chains.
pub(crate) const CACHE: usize = 8 << 20;

pub(crate) fn signer(nth: u8) -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&B256::repeat_byte(nth)).expect("a valid key")
}

pub(crate) fn spec() -> ChainSpec {
    ChainSpec::dev((1..5).map(|nth| (signer(nth).address(), COIN)).collect())
}

pub(crate) fn config(datadir: &Path) -> ChainConfig {
    let mut config = ChainConfig::new(spec(), datadir);
    config.finality = Finality::Depth(WINDOW);
    config.window = WINDOW;
    config.store.cache_bytes = CACHE;
    config
}

pub(crate) fn sign(nth: u8, nonce: u64, to: TxKind, value: u64, input: Vec<u8>) -> Vec<u8> {
    let tx = TxEip1559 {
        chain_id: spec().chain_id,
        nonce,
        gas_limit: 3_000_000,
        max_fee_per_gas: 3_000_000_000,
        max_priority_fee_per_gas: 1_000_000_000,
        to,
        value: U256::from(value),
        input: Bytes::from(input),
        ..Default::default()
    };
    let signature = signer(nth).sign_hash_sync(&tx.signature_hash()).expect("signed");
    Tx::from(tx.into_signed(signature)).encoded_2718()
}

/// Numbers that look random, and are the same every time (SplitMix64, Steele and others, OOPSLA 2014).
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to below a bound.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    pub(crate) fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next().to_le_bytes()[0]).collect()
    }
}

/// Ends the process, loudly, if what it stands for takes too long: what hangs must not hang the tests.
#[derive(Debug)]
pub(crate) struct Limit(#[expect(dead_code, reason = "is dropped")] Sender<()>);

/// Many times what anything here takes on a busy machine.
const LONGEST: Duration = Duration::from_secs(120);

impl Limit {
    pub(crate) fn new(what: String) -> Self {
        let (sender, done) = channel();
        std::thread::spawn(move || {
            if done.recv_timeout(LONGEST) == Err(RecvTimeoutError::Timeout) {
                eprintln!("HANGS: {what}");
                std::process::abort();
            }
        });
        Self(sender)
    }
}

/// How many times as much of what is left to chance.
pub(crate) fn rounds() -> u64 {
    std::env::var("ZX_CRASH_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(1)
}

/// Copies a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder to read") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        match entry.file_type().expect("a type").is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).expect("copied")),
        }
    }
}
