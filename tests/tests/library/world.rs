//! A chain in memory on which WASM and EVM contracts run, by the node's own executor.

use super::{originals, wallet};
use alloy_primitives::{Address, Bytes, U256};
use eyre::{WrapErr as _, bail, ensure};
use std::{fmt, path::PathBuf};
use zx_sdk::testing::protocol::{Answer, BlockEnv, CallOutcome, Request};
use zx_testbed::{Machine, Settings};
use zx_tests::{CHAIN_ID, artifacts};

/// 10,000 coins for each account, in wei.
const BALANCE: u128 = 10_000_000_000_000_000_000_000;

/// A transaction, and what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    /// Name of the operation, under which it is counted.
    pub(crate) what: &'static str,
    pub(crate) from: Address,
    pub(crate) to: Address,
    /// Wei.
    pub(crate) value: U256,
    pub(crate) data: Bytes,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, from, to, value, data } = self;
        write!(f, "{what}: {from} calls {to} with {value} wei and {data}")
    }
}

/// The chain.
pub(crate) struct World {
    machine: Machine,
    block: BlockEnv,
}

impl World {
    /// A fresh one. Compiled modules are kept beside the tests, for the next.
    pub(crate) fn new() -> eyre::Result<Self> {
        let cache = originals::folder()?.join("aot");
        let machine = Machine::new(Settings { artifacts: PathBuf::new(), cache: Some(cache), ..Settings::default() })?;
        let block = BlockEnv {
            number: 1,
            timestamp: 1_700_000_000,
            base_fee: [0; 32],
            gas_limit: 30_000_000,
            coinbase: [0; 20],
            chain_id: CHAIN_ID,
            gas_price: [0; 32],
            prev_randao: [0; 32],
        };
        let mut world = Self { machine, block };
        world.reset()?;
        Ok(world)
    }

    /// Begins afresh.
    pub(crate) fn reset(&mut self) -> eyre::Result<()> {
        self.block.number = 1;
        self.block.timestamp = 1_700_000_000;
        let accounts = wallet::accounts()?.into_iter().map(Address::into_array).collect();
        let balance = U256::from(BALANCE).to_be_bytes();
        let request = Request::Reset { accounts, balance, block: self.block, test: "library".to_owned() };
        self.machine.answer(request).map(drop).wrap_err("a fresh world")
    }

    /// Number and time of the block.
    pub(crate) fn block(&self) -> (u64, u64) {
        (self.block.number, self.block.timestamp)
    }

    /// Lets a block and so many seconds pass.
    pub(crate) fn pass(&mut self, seconds: u64) -> eyre::Result<()> {
        self.block.number += 1;
        self.block.timestamp += seconds;
        self.machine.answer(Request::SetBlock(self.block)).map(drop).wrap_err("a block")
    }

    /// Deploys a contract of `contracts/`.
    pub(crate) fn deploy(&mut self, from: Address, package: &str, arguments: &[u8]) -> eyre::Result<Address> {
        let input = artifacts::package_deployment(package, arguments)?;
        self.create(from, input).wrap_err_with(|| package.to_owned())
    }

    /// Deploys a Solidity original.
    pub(crate) fn original(&mut self, from: Address, name: &str, arguments: &[u8]) -> eyre::Result<Address> {
        let input = [&originals::code(name)?[..], arguments].concat();
        self.create(from, input.into()).wrap_err_with(|| name.to_owned())
    }

    fn create(&mut self, from: Address, input: Bytes) -> eyre::Result<Address> {
        let outcome = self.run(from, None, U256::ZERO, &input)?;
        match outcome.created {
            Some(address) => Ok(address.into()),
            None => bail!("the constructor failed: {outcome:?}"),
        }
    }

    /// Sends a transaction.
    pub(crate) fn send(&mut self, call: &Call) -> eyre::Result<CallOutcome> {
        self.run(call.from, Some(call.to), call.value, &call.data)
    }

    /// Sends a transaction that has to succeed.
    pub(crate) fn must(&mut self, from: Address, to: Address, data: Vec<u8>) -> eyre::Result<Vec<u8>> {
        let outcome = self.run(from, Some(to), U256::ZERO, &data)?;
        ensure!(outcome.success, "it failed: {outcome:?}");
        Ok(outcome.data)
    }

    fn run(&mut self, from: Address, to: Option<Address>, value: U256, data: &[u8]) -> eyre::Result<CallOutcome> {
        self.outcome(Request::Transact {
            sender: from.into_array(),
            to: to.map(Address::into_array),
            value: value.to_be_bytes(),
            data: data.to_vec(),
        })
    }

    /// Asks a view.
    pub(crate) fn look(&mut self, to: Address, data: &[u8]) -> eyre::Result<CallOutcome> {
        self.outcome(Request::Look { sender: [0; 20], to: to.into_array(), data: data.to_vec() })
    }

    /// Wei of an account.
    pub(crate) fn balance(&mut self, account: Address) -> eyre::Result<U256> {
        match self.machine.answer(Request::Balance { account: account.into_array() })? {
            Answer::Word(word) => Ok(U256::from_be_bytes(word)),
            other => bail!("{other:?} is no balance"),
        }
    }

    fn outcome(&mut self, request: Request) -> eyre::Result<CallOutcome> {
        match self.machine.answer(request).wrap_err("the machine")? {
            Answer::Outcome(outcome) => Ok(outcome),
            other => bail!("{other:?} is no outcome"),
        }
    }
}
