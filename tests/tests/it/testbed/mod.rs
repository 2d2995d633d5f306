//! What contracts are tested on: the same gas as on a node, a node's state as a fork, and `cargo zx test` and `gas` as an
//! author uses them.

mod author;
mod fork;
mod gas;

use eyre::{WrapErr as _, bail};
use std::path::Path;
use zx_sdk::testing::protocol::{Answer, BlockEnv, CallOutcome, Request};
use zx_testbed::{Machine, Settings};
use zx_tests::{Account, CHAIN_ID, artifacts};

/// 10,000 coins, as a dev node gives each of its accounts.
const BALANCE: u128 = 10_000_000_000_000_000_000_000;

fn word(number: u128) -> [u8; 32] {
    let mut word = [0; 32];
    word[16..].copy_from_slice(&number.to_be_bytes());
    word
}

/// A machine whose world is that of a dev node's first block, with these accounts.
fn machine(cache: &Path, accounts: &[Account]) -> eyre::Result<Machine> {
    let artifacts = artifacts::folder()?.to_owned();
    let mut machine = Machine::new(Settings { artifacts, cache: Some(cache.to_owned()), ..Settings::default() })?;
    let block = BlockEnv {
        number: 1,
        timestamp: 1_700_000_000,
        base_fee: word(1_000_000_000),
        gas_limit: 30_000_000,
        coinbase: [0; 20],
        chain_id: CHAIN_ID,
        gas_price: word(2_000_000_000),
        prev_randao: [0; 32],
    };
    let accounts = accounts.iter().map(|account| account.address().into_array()).collect();
    machine.answer(Request::Reset { accounts, balance: word(BALANCE), block, test: "it".to_owned() })?;
    Ok(machine)
}

fn outcome(machine: &mut Machine, request: Request) -> eyre::Result<CallOutcome> {
    match machine.answer(request).wrap_err("the machine")? {
        Answer::Outcome(outcome) => Ok(outcome),
        other => bail!("{other:?} is no outcome"),
    }
}
