//! A node's state, read over its JSON-RPC when it is asked for, at one block, once.

use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U64, U256, keccak256};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{cell::RefCell, collections::BTreeMap, time::Duration};
use ureq::Agent;
use zx_host_functions::{AccountCode, ProgramCode};
use zx_primitives::{AccountInfo, StateError};

/// How long a node may take for an answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes of the longest answer that is read: code of 128 KiB in hexadecimal, several times over.
const ANSWER_BYTES: u64 = 8 << 20;

/// Why a node's state cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ForkError {
    /// No answer.
    #[error(
        "no answer from the node at {url}: {cause}\n  fix: start it, or fork another; a fork is read while the test runs"
    )]
    Unreachable {
        /// Its URL.
        url: String,
        /// What the connection failed with.
        cause: String,
    },
    /// An error object.
    #[error("the node at {url} refused {method}: {message}{hint}")]
    Refused {
        /// Its URL.
        url: String,
        /// Method of JSON-RPC.
        method: &'static str,
        /// What it said.
        message: String,
        /// What may help.
        hint: &'static str,
    },
    /// What came is no answer.
    #[error("the answer of {url} to {method} cannot be read: {cause}\n  is it a node?")]
    Strange {
        /// Its URL.
        url: String,
        /// Method of JSON-RPC.
        method: &'static str,
        /// Why not.
        cause: String,
    },
    /// It has no such block.
    #[error(
        "the node at {url} has no block {number}\n  fix: fork one that it has, or leave the number out for the latest"
    )]
    NoBlock {
        /// Its URL.
        url: String,
        /// Number of the block.
        number: u64,
    },
}

impl From<ForkError> for StateError {
    fn from(error: ForkError) -> Self {
        Self(error.to_string())
    }
}

/// The block that is forked, as `eth_getBlockByNumber` shows it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Head {
    pub(crate) number: U64,
    pub(crate) timestamp: U64,
    pub(crate) base_fee_per_gas: Option<U256>,
    pub(crate) gas_limit: U64,
    pub(crate) miner: Address,
    #[serde(default)]
    pub(crate) mix_hash: B256,
}

/// A node at one block.
pub(crate) struct Fork {
    url: String,
    agent: Agent,
    head: Head,
    chain_id: u64,
    known: RefCell<Known>,
}

/// What it has told.
#[derive(Default)]
struct Known {
    accounts: BTreeMap<Address, Option<AccountInfo>>,
    codes: BTreeMap<B256, Bytes>,
    slots: BTreeMap<(Address, U256), U256>,
    hashes: BTreeMap<u64, B256>,
}

impl std::fmt::Debug for Fork {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fork").field("url", &self.url).field("head", &self.head).finish_non_exhaustive()
    }
}

impl Fork {
    /// Finds the block, by default the latest.
    pub(crate) fn open(url: &str, block: Option<u64>) -> Result<Self, ForkError> {
        let config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE));
        let agent: Agent = config.build().into();
        let client = Client { url, agent: &agent };
        let chain_id: U64 = client.call("eth_chainId", json!([]))?;
        let tag = block.map_or(json!("latest"), |number| json!(U64::from(number)));
        let head: Option<Head> = client.call("eth_getBlockByNumber", json!([tag, false]))?;
        let missing = || ForkError::NoBlock { url: url.to_owned(), number: block.unwrap_or_default() };
        let head = head.ok_or_else(missing)?;
        let known = RefCell::default();
        Ok(Self { url: url.to_owned(), agent, head, chain_id: chain_id.to(), known })
    }

    pub(crate) fn number(&self) -> u64 {
        self.head.number.to()
    }

    pub(crate) fn head(&self) -> &Head {
        &self.head
    }

    pub(crate) fn chain_id(&self) -> u64 {
        self.chain_id
    }

    fn client(&self) -> Client<'_> {
        Client { url: &self.url, agent: &self.agent }
    }

    pub(crate) fn account(&self, address: Address) -> Result<Option<AccountInfo>, StateError> {
        if let Some(known) = self.known.borrow().accounts.get(&address) {
            return Ok(*known);
        }
        let (client, at) = (self.client(), self.head.number);
        let balance: U256 = client.call("eth_getBalance", json!([address, at]))?;
        let nonce: U64 = client.call("eth_getTransactionCount", json!([address, at]))?;
        let code: Bytes = client.call("eth_getCode", json!([address, at]))?;
        if let Some(ProgramCode::Template(hash)) = AccountCode::parse(&code).map(|code| code.program) {
            self.read_template(hash.into())?;
        }
        let code_hash = if code.is_empty() { KECCAK256_EMPTY } else { keccak256(&code) };
        let info = AccountInfo { nonce: nonce.to(), balance, code_hash };
        let is_there = info.nonce > 0 || !balance.is_zero() || !code.is_empty();
        let account = is_there.then_some(info);
        let mut known = self.known.borrow_mut();
        known.codes.insert(code_hash, code);
        known.accounts.insert(address, account);
        Ok(account)
    }

    /// Reads the code that an instance runs.
    fn read_template(&self, hash: B256) -> Result<(), StateError> {
        if self.code(hash).is_some() {
            return Ok(());
        }
        let code: Option<Bytes> = self.client().call("zx_getCodeByHash", json!([hash]))?;
        match code.filter(|code| keccak256(code) == hash) {
            Some(code) => _ = self.known.borrow_mut().codes.insert(hash, code),
            None => {
                return Err(StateError(format!("{} has no code {hash}, which one of its contracts runs", self.url)));
            }
        }
        Ok(())
    }

    /// Code of an account that has been read.
    pub(crate) fn code(&self, hash: B256) -> Option<Bytes> {
        self.known.borrow().codes.get(&hash).cloned()
    }

    pub(crate) fn storage(&self, address: Address, slot: U256) -> Result<U256, StateError> {
        if let Some(known) = self.known.borrow().slots.get(&(address, slot)) {
            return Ok(*known);
        }
        // A word, which keeps its leading zeros.
        let word: B256 =
            self.client().call("eth_getStorageAt", json!([address, B256::from(slot), self.head.number]))?;
        self.known.borrow_mut().slots.insert((address, slot), word.into());
        Ok(word.into())
    }

    pub(crate) fn block_hash(&self, number: u64) -> Result<B256, StateError> {
        #[derive(Deserialize)]
        struct Hash {
            hash: B256,
        }
        if let Some(known) = self.known.borrow().hashes.get(&number) {
            return Ok(*known);
        }
        let block: Option<Hash> = self.client().call("eth_getBlockByNumber", json!([U64::from(number), false]))?;
        let hash = block.map_or(B256::ZERO, |block| block.hash);
        self.known.borrow_mut().hashes.insert(number, hash);
        Ok(hash)
    }
}

struct Client<'a> {
    url: &'a str,
    agent: &'a Agent,
}

impl Client<'_> {
    fn call<T: DeserializeOwned>(&self, method: &'static str, params: Value) -> Result<T, ForkError> {
        let text = self.post(&json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string())?;
        let strange = |cause: String| ForkError::Strange { url: self.url.to_owned(), method, cause };
        let mut answer: Value = serde_json::from_str(&text).map_err(|e| strange(e.to_string()))?;
        if let Some(error) = answer.get("error").filter(|error| !error.is_null()) {
            let message = error.get("message").and_then(Value::as_str).unwrap_or("no message").to_owned();
            let hint =
                "\n  does the node still have the state of that block? Only an archive node has that of old ones";
            return Err(ForkError::Refused { url: self.url.to_owned(), method, message, hint });
        }
        let result = answer.get_mut("result").map(Value::take);
        let result = result.ok_or_else(|| strange("there is neither a result nor an error".to_owned()))?;
        serde_json::from_value(result).map_err(|e| strange(e.to_string()))
    }

    fn post(&self, body: &str) -> Result<String, ForkError> {
        let unreachable = |cause: String| ForkError::Unreachable { url: self.url.to_owned(), cause };
        let answer = self.agent.post(self.url).content_type("application/json").send(body);
        let mut answer = answer.map_err(|e| unreachable(e.to_string()))?;
        let text = answer.body_mut().with_config().limit(ANSWER_BYTES).read_to_string();
        text.map_err(|e| unreachable(e.to_string()))
    }
}
