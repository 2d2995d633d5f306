//! Questions to a node, in Rust's types.

use super::{Node, client::is_unknown_method};
use crate::failure::Failure;
use alloy_primitives::{Address, B256, Bytes, U64, U256, keccak256};
use serde::Deserialize;
use serde_json::{Value, json};
use zx_host_functions::{AccountCode, ProgramCode, deploy::account_code};

/// Slot of a proxy's implementation (EIP-1967): `keccak256("eip1967.proxy.implementation") - 1`.
pub const IMPLEMENTATION_SLOT: B256 =
    alloy_primitives::b256!("360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc");

/// Slot of a proxy's admin (EIP-1967): `keccak256("eip1967.proxy.admin") - 1`.
pub const ADMIN_SLOT: B256 =
    alloy_primitives::b256!("b53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103");

/// A log of a receipt.
#[derive(Clone, Debug, Deserialize)]
pub struct Log {
    /// Who emitted it.
    pub address: Address,
    /// Signature hash and indexed fields.
    pub topics: Vec<B256>,
    /// The other fields.
    pub data: Bytes,
}

/// What became of a transaction.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// Hash of the transaction.
    pub transaction_hash: B256,
    /// Number of its block.
    pub block_number: U64,
    /// 1 if it succeeded.
    pub status: U64,
    /// Gas that it used.
    pub gas_used: U64,
    /// Wei a gas.
    #[serde(default)]
    pub effective_gas_price: U256,
    /// The contract that it created.
    pub contract_address: Option<Address>,
    /// What it emitted.
    pub logs: Vec<Log>,
}

impl Receipt {
    /// Whether it succeeded.
    pub fn succeeded(&self) -> bool {
        self.status == U64::from(1)
    }
}

/// What a call is made with.
#[derive(Clone, Debug, Default)]
pub struct CallRequest {
    /// Who calls.
    pub from: Option<Address>,
    /// What is called; `None` is a deployment.
    pub to: Option<Address>,
    /// Wei that go along.
    pub value: U256,
    /// Calldata, or the deployment.
    pub input: Bytes,
}

impl CallRequest {
    fn to_json(&self) -> Value {
        let mut object = json!({ "input": self.input, "value": self.value });
        if let (Some(from), Some(object)) = (self.from, object.as_object_mut()) {
            object.insert("from".to_owned(), json!(from));
        }
        if let (Some(to), Some(object)) = (self.to, object.as_object_mut()) {
            object.insert("to".to_owned(), json!(to));
        }
        object
    }
}

/// What a WASM contract runs.
#[derive(Clone, Debug)]
pub struct Program {
    /// Its module: its own, or its template's.
    pub module: Vec<u8>,
    /// What its constructor has made part of the code.
    pub immutables: Bytes,
    /// Hash of the contract's code.
    pub code_hash: B256,
    /// Of an instance: the hash of the code that has the module.
    pub template: Option<B256>,
}

impl Program {
    /// Hash of the code that the module would be without immutables: the same for all that run it.
    pub fn hash(&self) -> B256 {
        hash_of(&self.module)
    }
}

/// Hash of the code that a module is without immutables.
pub fn hash_of(module: &[u8]) -> B256 {
    keccak256(account_code(module))
}

impl Node {
    /// Code of an account; empty if it has none.
    ///
    /// # Errors
    /// As of [`Node::call`].
    pub fn code(&self, address: Address) -> Result<Bytes, Failure> {
        self.call("eth_getCode", json!([address, "latest"]))
    }

    /// The WASM module of a contract; `None` if it is EVM code.
    ///
    /// # Errors
    /// As of [`Node::call`], or there is no code.
    pub fn module(&self, address: Address) -> Result<Option<Vec<u8>>, Failure> {
        Ok(self.program(address)?.map(|program| program.module))
    }

    /// What a contract runs; `None` if it is EVM code.
    ///
    /// # Errors
    /// As of [`Node::call`], or there is no code.
    pub fn program(&self, address: Address) -> Result<Option<Program>, Failure> {
        let code = self.code(address)?;
        if code.is_empty() {
            return Err(Failure::NoCode { address, url: self.url().to_owned() });
        }
        let Some(AccountCode { program, immutables }) = AccountCode::parse(&code) else { return Ok(None) };
        let (module, template) = match program {
            ProgramCode::Module(module) => (module.to_vec(), None),
            ProgramCode::Template(hash) => (self.module_of_code(address, hash.into())?, Some(hash.into())),
        };
        let immutables = Bytes::copy_from_slice(immutables);
        Ok(Some(Program { module, immutables, code_hash: keccak256(&code), template }))
    }

    /// The module in the code with this hash, which the contract at `address` runs.
    fn module_of_code(&self, address: Address, hash: B256) -> Result<Vec<u8>, Failure> {
        let holder: Option<Bytes> = self.call("zx_getCodeByHash", json!([hash]))?;
        let module = holder.as_ref().and_then(|code| AccountCode::parse(code)?.module());
        match module {
            Some(module) => Ok(module.to_vec()),
            None => Err(Failure::Usage(format!(
                "{address} runs the code with the hash {hash}, which {} does not have: is it a Zexus node?",
                self.url()
            ))),
        }
    }

    /// Where a proxy finds its code, by EIP-1967; `None` if it is no such proxy.
    ///
    /// # Errors
    /// As of [`Node::call`].
    pub fn implementation(&self, proxy: Address) -> Result<Option<Address>, Failure> {
        self.address_in(proxy, IMPLEMENTATION_SLOT)
    }

    /// Who upgrades a proxy, by EIP-1967; `None` if it does not say.
    ///
    /// # Errors
    /// As of [`Node::call`].
    pub fn admin(&self, proxy: Address) -> Result<Option<Address>, Failure> {
        self.address_in(proxy, ADMIN_SLOT)
    }

    fn address_in(&self, account: Address, slot: B256) -> Result<Option<Address>, Failure> {
        let word: B256 = self.call("eth_getStorageAt", json!([account, slot, "latest"]))?;
        Ok((!word.is_zero()).then(|| Address::from_word(word)))
    }

    /// Nonce of an account's next transaction, those that wait counted.
    ///
    /// # Errors
    /// As of [`Node::call`].
    pub fn nonce(&self, address: Address) -> Result<u64, Failure> {
        Ok(self.call::<U64>("eth_getTransactionCount", json!([address, "pending"]))?.to())
    }

    /// Runs a call at the head without keeping what it does.
    ///
    /// # Errors
    /// As of [`Node::call`]; a revert is a [`Failure::Rpc`] with the revert data.
    pub fn read(&self, request: &CallRequest) -> Result<Bytes, Failure> {
        self.call("eth_call", json!([request.to_json(), "latest"]))
    }

    /// Gas that a transaction would take.
    ///
    /// # Errors
    /// As of [`Node::read`].
    pub fn estimate(&self, request: &CallRequest) -> Result<u64, Failure> {
        Ok(self.call::<U64>("eth_estimateGas", json!([request.to_json()]))?.to())
    }

    /// Fees of a transaction that is to be in one of the next blocks: the most that a gas may cost, and the tip in it, in
    /// wei. The base fee can double twice before the transaction no longer pays enough.
    ///
    /// # Errors
    /// As of [`Node::call`].
    pub fn fees(&self) -> Result<(u128, u128), Failure> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Block {
            #[serde(default)]
            base_fee_per_gas: U256,
        }
        let block: Block = self.call("eth_getBlockByNumber", json!(["latest", false]))?;
        let tip: U256 = self.call("eth_maxPriorityFeePerGas", json!([]))?;
        let tip: u128 = tip.saturating_to();
        Ok((block.base_fee_per_gas.saturating_to::<u128>().saturating_mul(4).saturating_add(tip), tip))
    }

    /// The receipt of a transaction; `None` while it waits.
    ///
    /// # Errors
    /// As of [`Node::call`].
    pub fn receipt(&self, hash: B256) -> Result<Option<Receipt>, Failure> {
        self.call("eth_getTransactionReceipt", json!([hash]))
    }

    /// The tree of calls of a transaction, as geth's `callTracer` gives it; `None` if the node traces nothing.
    ///
    /// # Errors
    /// As of [`Node::call`].
    pub fn trace(&self, hash: B256) -> Result<Option<Value>, Failure> {
        let options = json!({ "tracer": "callTracer", "tracerConfig": { "withLog": true } });
        match self.call("debug_traceTransaction", json!([hash, options])) {
            Ok(trace) => Ok(Some(trace)),
            Err(failure) if is_unknown_method(&failure) => Ok(None),
            Err(failure) => Err(failure),
        }
    }
}
