//! A fork: a chain that goes on from a block of another chain, whose state it reads as it needs it.
//!
//! The block that it is pinned to is the chain's first, header and hash as they are there. What the fork changes is in
//! its own trie, which begins empty: so the roots of its blocks are those of what was changed here, and there are no
//! proofs of the rest. An account or a slot that the trie does not have is the remote's, at the pinned block, unless it
//! was taken away here: of that the state itself keeps marks ([`marks`]), so that going back, history and restarts know
//! of it as of everything else. What was read from the remote is kept in the datadir ([`cache`]), and is not asked for
//! again: a fork of which everything is read already needs no remote.

mod cache;
pub(crate) mod marks;
mod remote;

pub use remote::{Remote, RemoteError};

pub(crate) use marks::Local;

use alloy_consensus::Header;
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256};
use cache::Cache;
use parking_lot::{Condvar, Mutex};
use serde_json::{Value, json};
use std::{collections::BTreeMap, path::Path, sync::Arc};
use zx_host_functions::{AccountCode, ProgramCode};
use zx_primitives::{AccountInfo, Block, StateError};

/// Requests that wait for the remote at once.
const AT_ONCE: usize = 16;

/// The remote chain at the block that a fork is pinned to.
#[derive(Debug)]
pub struct Fork {
    remote: Arc<dyn Remote>,
    pinned: Arc<Block>,
    chain_id: u64,
    /// Wei that accounts have at the fork's start, whatever they have at the remote.
    funded: BTreeMap<Address, U256>,
    cache: Mutex<Cache>,
    asking: Mutex<usize>,
    asked: Condvar,
}

impl Fork {
    /// Pins a fork to a block, the remote's last one if none is named. A datadir that has a fork already goes on with
    /// that, and does not ask the remote for it.
    ///
    /// # Errors
    /// If the remote cannot be asked, has no such block, or the datadir is another fork's.
    pub fn open(
        datadir: &Path,
        remote: Arc<dyn Remote>,
        number: Option<u64>,
        funded: BTreeMap<Address, U256>,
    ) -> Result<Self, RemoteError> {
        let (cache, kept) = Cache::open(&datadir.join("fork")).map_err(RemoteError::Cache)?;
        let (chain_id, header) = match kept {
            Some((_, header)) if number.is_some_and(|number| number != header.number) => {
                return Err(RemoteError::Other { kept: header.number, asked: number.unwrap_or_default() });
            }
            Some(kept) => kept,
            None => pin(&*remote, number)?,
        };
        let mut cache = cache;
        cache.pin(chain_id, &header).map_err(RemoteError::Cache)?;
        let pinned = Arc::new(Block::seal(header, Vec::new()));
        let (asking, asked) = Default::default();
        Ok(Self { remote, pinned, chain_id, funded, cache: Mutex::new(cache), asking, asked })
    }

    /// The block that it is pinned to, without its transactions.
    pub fn pinned(&self) -> &Arc<Block> {
        &self.pinned
    }

    /// EIP-155 id of the remote chain, which is the fork's.
    pub fn chain_id(&self) -> u64 {
        self.chain_id
    }

    /// Where the remote is.
    pub fn url(&self) -> &str {
        self.remote.url()
    }

    /// Asks the remote anything: a bounded number of callers at once.
    ///
    /// # Errors
    /// If it cannot be asked, or answers with an error.
    pub fn ask(&self, method: &str, params: Value) -> Result<Value, RemoteError> {
        {
            let mut asking = self.asking.lock();
            while *asking >= AT_ONCE {
                self.asked.wait(&mut asking);
            }
            *asking += 1;
        }
        let answer = self.remote.call(method, params);
        *self.asking.lock() -= 1;
        self.asked.notify_one();
        answer
    }

    fn at(&self) -> Value {
        json!(format!("{:#x}", self.pinned.number()))
    }

    /// An account of the remote.
    pub(crate) fn account(&self, address: Address) -> Result<Option<AccountInfo>, StateError> {
        if let Some(known) = self.cache.lock().account(&address) {
            return Ok(self.fund(address, known));
        }
        let read = |method: &str| self.ask(method, json!([address, self.at()]));
        let (nonce, code): (U256, Bytes) = (parse(read("eth_getTransactionCount")?)?, parse(read("eth_getCode")?)?);
        let balance: U256 = parse(read("eth_getBalance")?)?;
        let nonce = u64::try_from(nonce).unwrap_or(u64::MAX);
        let code_hash = if code.is_empty() { KECCAK256_EMPTY } else { alloy_primitives::keccak256(&code) };
        let info = AccountInfo { nonce, balance, code_hash };
        let empty = nonce == 0 && balance.is_zero() && code.is_empty();
        let found = (!empty).then_some(info);
        self.read_template(&code)?;
        self.cache.lock().keep_account(address, found, code).map_err(|error| failed(&error))?;
        Ok(self.fund(address, found))
    }

    /// Reads the code that an instance runs.
    fn read_template(&self, code: &Bytes) -> Result<(), StateError> {
        let Some(ProgramCode::Template(hash)) = AccountCode::parse(code).map(|code| code.program) else {
            return Ok(());
        };
        let hash = B256::from(hash);
        if self.code(&hash).is_some() {
            return Ok(());
        }
        let template: Option<Bytes> = parse(self.ask("zx_getCodeByHash", json!([hash]))?)?;
        match template.filter(|code| alloy_primitives::keccak256(code) == hash) {
            Some(code) => self.cache.lock().keep_code(code).map_err(|error| failed(&error)),
            None => Err(StateError(format!("the remote has no code {hash}, which one of its contracts runs"))),
        }
    }

    fn fund(&self, address: Address, account: Option<AccountInfo>) -> Option<AccountInfo> {
        let Some(balance) = self.funded.get(&address) else { return account };
        let nobody = AccountInfo { nonce: 0, balance: U256::ZERO, code_hash: KECCAK256_EMPTY };
        // Somebody may have delegated a key that everybody has (EIP-7702); here it is to be its owner's again.
        let AccountInfo { nonce, .. } = account.unwrap_or(nobody);
        Some(AccountInfo { nonce, balance: *balance, code_hash: KECCAK256_EMPTY })
    }

    /// A slot of the remote.
    pub(crate) fn storage(&self, address: Address, slot: U256) -> Result<U256, StateError> {
        // Only code has storage: an account without any need not be asked for.
        if self.account(address)?.is_none_or(|account| account.code_hash == KECCAK256_EMPTY) {
            return Ok(U256::ZERO);
        }
        if let Some(known) = self.cache.lock().slot(&(address, slot)) {
            return Ok(known);
        }
        let value: U256 = parse(self.ask("eth_getStorageAt", json!([address, B256::from(slot), self.at()]))?)?;
        self.cache.lock().keep_slot((address, slot), value).map_err(|error| failed(&error))?;
        Ok(value)
    }

    /// Code that some account of the remote has, which was read.
    pub(crate) fn code(&self, hash: &B256) -> Option<Bytes> {
        self.cache.lock().code(hash)
    }

    /// Hash of a block up to the pinned one.
    pub(crate) fn block_hash(&self, number: u64) -> Result<B256, StateError> {
        if number >= self.pinned.number() {
            return Ok(if number == self.pinned.number() { self.pinned.hash } else { B256::ZERO });
        }
        if number.saturating_add(1) == self.pinned.number() {
            return Ok(self.pinned.header.parent_hash);
        }
        if let Some(known) = self.cache.lock().hash(number) {
            return Ok(known);
        }
        let block = self.ask("eth_getBlockByNumber", json!([format!("{number:#x}"), false]))?;
        let hash: B256 = parse(block.get("hash").cloned().unwrap_or_default())?;
        self.cache.lock().keep_hash(number, hash).map_err(|error| failed(&error))?;
        Ok(hash)
    }
}

/// Id of the remote chain, and the header of a block of it.
fn pin(remote: &dyn Remote, number: Option<u64>) -> Result<(u64, Header), RemoteError> {
    let id: U256 = read("eth_chainId", remote.call("eth_chainId", json!([]))?)?;
    let tag = number.map_or_else(|| json!("latest"), |number| json!(format!("{number:#x}")));
    let block = remote.call("eth_getBlockByNumber", json!([tag, false]))?;
    if block.is_null() {
        return Err(RemoteError::NoBlock { url: remote.url().to_owned(), number: number.unwrap_or_default() });
    }
    let header = header(&block).ok_or_else(|| RemoteError::Answer {
        method: "eth_getBlockByNumber".to_owned(),
        reason: "its header has not the fields of an Ethereum header".to_owned(),
    })?;
    let said: B256 = read("eth_getBlockByNumber", block.get("hash").cloned().unwrap_or_default())?;
    match header.hash_slow() {
        hash if hash == said => Ok((id.saturating_to(), header)),
        hash => Err(RemoteError::Answer {
            method: "eth_getBlockByNumber".to_owned(),
            reason: format!("block {} says that its hash is {said}; of its header it is {hash}", header.number),
        }),
    }
}

/// The header in a block as JSON-RPC has it.
fn header(block: &Value) -> Option<Header> {
    fn get<T: serde::de::DeserializeOwned>(block: &Value, name: &str) -> Option<T> {
        serde_json::from_value(block.get(name)?.clone()).ok()
    }
    let number = |name: &str| -> Option<u64> { get::<U256>(block, name)?.try_into().ok() };
    Some(Header {
        parent_hash: get(block, "parentHash")?,
        ommers_hash: get(block, "sha3Uncles")?,
        beneficiary: get(block, "miner")?,
        state_root: get(block, "stateRoot")?,
        transactions_root: get(block, "transactionsRoot")?,
        receipts_root: get(block, "receiptsRoot")?,
        logs_bloom: get(block, "logsBloom")?,
        difficulty: get(block, "difficulty").unwrap_or_default(),
        number: number("number")?,
        gas_limit: number("gasLimit")?,
        gas_used: number("gasUsed")?,
        timestamp: number("timestamp")?,
        extra_data: get(block, "extraData")?,
        mix_hash: get(block, "mixHash").unwrap_or_default(),
        nonce: get(block, "nonce").unwrap_or_default(),
        base_fee_per_gas: number("baseFeePerGas"),
        withdrawals_root: get(block, "withdrawalsRoot"),
        blob_gas_used: number("blobGasUsed"),
        excess_blob_gas: number("excessBlobGas"),
        parent_beacon_block_root: get(block, "parentBeaconBlockRoot"),
        requests_hash: get(block, "requestsHash"),
        ..Header::default()
    })
}

fn read<T: serde::de::DeserializeOwned>(method: &str, value: Value) -> Result<T, RemoteError> {
    serde_json::from_value(value)
        .map_err(|error| RemoteError::Answer { method: method.to_owned(), reason: error.to_string() })
}

fn parse<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, StateError> {
    Ok(read("a read of the state", value)?)
}

fn failed(error: &std::io::Error) -> StateError {
    RemoteError::Cache(std::io::Error::new(error.kind(), error.to_string())).into()
}

impl From<RemoteError> for StateError {
    fn from(error: RemoteError) -> Self {
        Self(error.to_string())
    }
}
