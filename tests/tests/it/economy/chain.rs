//! One chain of the economy: a node process, its accounts, and the books of every account's holdings, which are kept beside
//! it and held against it.

use super::abi::{balanceOfCall, totalSupplyCall};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, hex};
use alloy_sol_types::{SolCall, SolEvent};
use eyre::{OptionExt as _, Result, ensure};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};
use zx_tests::{Account, Node, Rpc, RpcError, artifacts, quantity};

/// The chain's own coin, among tokens.
pub(super) const COIN: Address = Address::ZERO;
/// Gas that a transaction may use: a block.
const GAS: u64 = 30_000_000;
/// Whom a transaction is sent by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Alice,
    Bob,
    Carol,
}

/// A transaction that was mined.
#[derive(Debug)]
pub(super) struct Mined(Value);

impl Mined {
    pub(super) fn succeeded(&self) -> bool {
        self.0["status"] == "0x1"
    }

    /// The only event of this kind that a contract has emitted.
    pub(super) fn event<E: SolEvent>(&self, contract: Address) -> Result<E> {
        let logs: Vec<alloy_primitives::Log> =
            self.0["logs"].as_array().ok_or_eyre("logs")?.iter().map(log).collect::<Result<_>>()?;
        let mut found = logs.iter().filter(|log| log.address == contract).filter_map(|log| E::decode_log(log).ok());
        let event = found.next().ok_or_eyre("the event is missing")?.data;
        ensure!(found.next().is_none(), "there is more than one such event");
        Ok(event)
    }
}

fn log(value: &Value) -> Result<alloy_primitives::Log> {
    let topics: Vec<B256> = serde_json::from_value(value["topics"].clone())?;
    let data: Bytes = serde_json::from_value(value["data"].clone())?;
    alloy_primitives::Log::new(serde_json::from_value(value["address"].clone())?, topics, data).ok_or_eyre("a log")
}

/// The chain.
pub(super) struct Chain {
    pub(super) id: u64,
    node: Option<Node>,
    folder: PathBuf,
    rpc: Rpc,
    accounts: [Account; 3],
    /// What everybody should have, by token and account: coins too, less what gas has cost.
    books: BTreeMap<(Address, Address), U256>,
}

impl Chain {
    /// A new chain of this id. Its three accounts have what a development node gives them.
    pub(super) fn start(folder: &Path, id: u64) -> Result<Self> {
        let node = start(folder, id)?;
        let mut rpc = node.rpc()?;
        let account = |index| Ok::<_, eyre::Report>(Account::dev(index)?.on(id));
        let accounts = [account(0)?, account(1)?, account(2)?];
        let mut books = BTreeMap::new();
        for account in &accounts {
            books.insert((COIN, account.address()), rpc.balance(account.address())?);
        }
        Ok(Self { id, node: Some(node), folder: folder.to_owned(), rpc, accounts, books })
    }

    /// Stops the node, which must end well, and starts it again on what it has kept.
    pub(super) fn restart(&mut self) -> Result<()> {
        self.node.take().ok_or_eyre("it runs")?.stop()?;
        let node = start(&self.folder, self.id)?;
        self.rpc = node.rpc()?;
        self.node = Some(node);
        Ok(())
    }

    pub(super) fn stop(mut self) -> Result<()> {
        self.node.take().ok_or_eyre("it runs")?.stop()
    }

    pub(super) fn address(&self, who: Who) -> Address {
        self.account(who).address()
    }

    fn account(&self, who: Who) -> &Account {
        let [alice, bob, carol] = &self.accounts;
        match who {
            Who::Alice => alice,
            Who::Bob => bob,
            Who::Carol => carol,
        }
    }

    /// Deploys a contract of `contracts/`.
    pub(super) fn deploy(&mut self, who: Who, package: &str, arguments: &[u8]) -> Result<Address> {
        let input = artifacts::package_deployment(package, arguments)?;
        let mined = self.transact(who, TxKind::Create, U256::ZERO, input)?;
        ensure!(mined.succeeded(), "{package} cannot be deployed: {}", mined.0);
        Ok(serde_json::from_value(mined.0["contractAddress"].clone())?)
    }

    /// A call that has to succeed.
    pub(super) fn send<C: SolCall>(&mut self, who: Who, to: Address, call: &C) -> Result<Mined> {
        self.pay(who, to, U256::ZERO, call)
    }

    /// A call with coins that has to succeed.
    pub(super) fn pay<C: SolCall>(&mut self, who: Who, to: Address, value: U256, call: &C) -> Result<Mined> {
        let mined = self.transact(who, TxKind::Call(to), value, call.abi_encode().into())?;
        ensure!(mined.succeeded(), "{} failed: {}", C::SIGNATURE, self.reason(who, to, value, call));
        self.moved(COIN, self.address(who), to, value)?;
        Ok(mined)
    }

    /// The same, of calldata.
    pub(super) fn raw(&mut self, who: Who, to: Address, data: Bytes) -> Result<()> {
        let mined = self.transact(who, TxKind::Call(to), U256::ZERO, data)?;
        ensure!(mined.succeeded(), "{}", mined.0);
        Ok(())
    }

    /// A call that must fail, with an error that has this selector.
    pub(super) fn refused<C: SolCall>(&mut self, who: Who, to: Address, call: &C, selector: [u8; 4]) -> Result<()> {
        let mined = self.transact(who, TxKind::Call(to), U256::ZERO, call.abi_encode().into())?;
        let reason = self.reason(who, to, U256::ZERO, call);
        ensure!(!mined.succeeded() && reason.contains(&hex::encode(selector)), "{}: {reason}", C::SIGNATURE);
        Ok(())
    }

    /// Why a call fails.
    fn reason<C: SolCall>(&mut self, who: Who, to: Address, value: U256, call: &C) -> String {
        let data = Bytes::from(call.abi_encode());
        let request = json!([{ "from": self.address(who), "to": to, "value": value, "data": data }, "latest"]);
        match self.rpc.call("eth_call", request) {
            Ok(_) => "it would succeed now".to_owned(),
            Err(error) => match error.downcast_ref::<RpcError>() {
                Some(RpcError { message, data, .. }) => format!("{message}: {data}"),
                None => format!("{error:?}"),
            },
        }
    }

    fn transact(&mut self, who: Who, to: TxKind, value: U256, input: Bytes) -> Result<Mined> {
        let [alice, bob, carol] = &mut self.accounts;
        let account = match who {
            Who::Alice => alice,
            Who::Bob => bob,
            Who::Carol => carol,
        };
        let sender = account.address();
        let hash = self.rpc.send_raw(&account.sign(to, value, input, GAS)?)?;
        let receipt = self.rpc.receipt(hash)?;
        let fee = quantity(&receipt["gasUsed"])? * quantity(&receipt["effectiveGasPrice"])?;
        self.lost(COIN, sender, fee)?;
        Ok(Mined(receipt))
    }

    /// Asks a view.
    pub(super) fn ask<C: SolCall>(&mut self, to: Address, call: &C) -> Result<C::Return> {
        Ok(C::abi_decode_returns(&self.rpc.read(to, call.abi_encode())?)?)
    }

    /// Lets so many blocks pass, with a second between them.
    pub(super) fn mine(&mut self, blocks: u64) -> Result<()> {
        self.rpc.call("anvil_mine", json!([format!("{blocks:#x}"), "0x1"])).map(drop)
    }

    /// Lets so many seconds pass.
    pub(super) fn wait(&mut self, seconds: u64) -> Result<()> {
        self.rpc.call("evm_increaseTime", json!([seconds]))?;
        self.rpc.call("evm_mine", json!([])).map(drop)
    }

    /// Books tokens that have been made for somebody.
    pub(super) fn made(&mut self, token: Address, to: Address, amount: U256) {
        *self.books.entry((token, to)).or_default() += amount;
    }

    /// Books tokens that somebody has no longer.
    pub(super) fn lost(&mut self, token: Address, from: Address, amount: U256) -> Result<()> {
        let held = self.books.entry((token, from)).or_default();
        *held = held.checked_sub(amount).ok_or_else(|| eyre::eyre!("{from} has {held} of {token}, not {amount}"))?;
        Ok(())
    }

    /// Books a transfer.
    pub(super) fn moved(&mut self, token: Address, from: Address, to: Address, amount: U256) -> Result<()> {
        self.lost(token, from, amount)?;
        self.made(token, to, amount);
        Ok(())
    }

    /// What the books say.
    pub(super) fn booked(&self, token: Address, account: Address) -> U256 {
        self.books.get(&(token, account)).copied().unwrap_or_default()
    }

    /// Everybody has what the books say, and each token's supply is what all have together.
    pub(super) fn balances(&mut self) -> Result<()> {
        let mut sums = BTreeMap::<Address, U256>::new();
        for ((token, account), expected) in self.books.clone() {
            let found = match token {
                COIN => self.rpc.balance(account)?,
                token => self.ask(token, &balanceOfCall { account })?,
            };
            ensure!(
                found == expected,
                "chain {}: {account} has {found} of {token}, and should have {expected}",
                self.id
            );
            *sums.entry(token).or_default() += expected;
        }
        for (token, sum) in sums.into_iter().filter(|(token, _)| *token != COIN) {
            let supply = self.ask(token, &totalSupplyCall {})?;
            ensure!(supply == sum, "chain {}: there are {supply} of {token}, and {sum} in the books", self.id);
        }
        Ok(())
    }
}

fn start(folder: &Path, id: u64) -> Result<Node> {
    Node::start_with(folder, &["--chain-id", &id.to_string()])
}
