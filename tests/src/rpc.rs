//! A JSON-RPC client.

use crate::Http;
use alloy_primitives::{Address, B256, Bytes, U256};
use eyre::{OptionExt as _, WrapErr as _};
use serde_json::{Value, json};
use std::net::SocketAddr;

/// A client with one connection.
#[derive(Debug)]
pub struct Rpc {
    http: Http,
    id: u64,
}

/// An error object.
#[derive(Clone, Debug)]
pub struct RpcError {
    /// The method that was called.
    pub method: String,
    /// Its code.
    pub code: i64,
    /// Its message.
    pub message: String,
    /// What it says besides: of a call that reverted the data, of most nothing.
    pub data: Value,
}

impl std::fmt::Display for RpcError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {} ({})", self.method, self.message, self.code)
    }
}

impl std::error::Error for RpcError {}

impl Rpc {
    pub(crate) fn connect(address: SocketAddr) -> eyre::Result<Self> {
        Ok(Self { http: Http::connect(address)?, id: 0 })
    }

    /// Calls a method and gives its result.
    ///
    /// # Errors
    /// An [`RpcError`] if the node answers with one, another error if it does not answer.
    pub fn call(&mut self, method: &str, params: Value) -> eyre::Result<Value> {
        self.id += 1;
        let body = json!({ "jsonrpc": "2.0", "id": self.id, "method": method, "params": params }).to_string();
        let mut answer = self.http.post(body)?.json()?;
        if let Some(error) = answer.get("error") {
            let code = error["code"].as_i64().ok_or_eyre("an error without a code")?;
            let message = error["message"].as_str().unwrap_or_default().to_owned();
            let data = error["data"].clone();
            return Err(RpcError { method: method.to_owned(), code, message, data }.into());
        }
        answer.get_mut("result").map(Value::take).ok_or_eyre("neither result nor error")
    }

    /// Sends a signed transaction.
    ///
    /// # Errors
    /// As of [`Rpc::call`].
    pub fn send_raw(&mut self, raw: &Bytes) -> eyre::Result<B256> {
        let hash = self.call("eth_sendRawTransaction", json!([raw]))?;
        serde_json::from_value(hash).wrap_err("a hash")
    }

    /// The receipt of a transaction that has been sent: asks until it is mined.
    ///
    /// # Errors
    /// As of [`Rpc::call`].
    pub fn receipt(&mut self, hash: B256) -> eyre::Result<Value> {
        loop {
            let receipt = self.call("eth_getTransactionReceipt", json!([hash]))?;
            if !receipt.is_null() {
                return Ok(receipt);
            }
            std::thread::yield_now();
        }
    }

    /// The block at `number`, or the head, with transaction hashes.
    ///
    /// # Errors
    /// As of [`Rpc::call`].
    pub fn block(&mut self, number: Option<u64>) -> eyre::Result<Value> {
        let tag = number.map_or("latest".to_owned(), |n| format!("{n:#x}"));
        self.call("eth_getBlockByNumber", json!([tag, false]))
    }

    /// Balance in wei.
    ///
    /// # Errors
    /// As of [`Rpc::call`].
    pub fn balance(&mut self, address: Address) -> eyre::Result<U256> {
        quantity(&self.call("eth_getBalance", json!([address, "latest"]))?)
    }

    /// Number of transactions that an account has had mined.
    ///
    /// # Errors
    /// As of [`Rpc::call`].
    pub fn nonce(&mut self, address: Address) -> eyre::Result<u64> {
        Ok(quantity(&self.call("eth_getTransactionCount", json!([address, "latest"]))?)?.saturating_to())
    }

    /// What a contract answers.
    ///
    /// # Errors
    /// As of [`Rpc::call`].
    pub fn read(&mut self, to: Address, data: Vec<u8>) -> eyre::Result<Bytes> {
        let answer = self.call("eth_call", json!([{ "to": to, "data": Bytes::from(data) }, "latest"]))?;
        serde_json::from_value(answer).wrap_err("bytes")
    }
}

/// A quantity: hexadecimal, without leading zeros.
///
/// # Errors
/// If it is not one.
pub fn quantity(value: &Value) -> eyre::Result<U256> {
    let text = value.as_str().ok_or_eyre("a quantity is a string")?;
    eyre::ensure!(text == "0x0" || !text.starts_with("0x0"), "leading zeros in {text}");
    text.parse().wrap_err_with(|| format!("a quantity: {text}"))
}
