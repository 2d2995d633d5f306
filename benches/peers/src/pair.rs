//! The same contract on both machines, with the same two holders.

use crate::{
    build,
    cosmwasm::{self, Context},
    zexus,
};
use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolValue, sol};
use cosmwasm_vm::{
    testing::{MockApi, mock_env, mock_info},
    to_vec,
};
use zx_sandbox::Entry;

sol! {
    function transfer(address to, uint256 value) external returns (bool);
    function balanceOf(address account) external view returns (uint256);
}

/// What both hold at first: enough for every round.
const HOLDING: u64 = 1_000_000_000_000;
/// What a transfer moves.
const AMOUNT: u64 = 5;
/// Who is paid, with us.
const RECIPIENT: [u8; 20] = [3; 20];
/// Keys of the two balances in the byte contracts.
const KEYS: [[u8; 32]; 2] = [[4; 32], [5; 32]];

/// Balances of the sender and the recipient.
type Balances = [u64; 2];

/// A contract on both machines.
pub(crate) struct Pair {
    pub(crate) cosmwasm: cosmwasm::Contract,
    pub(crate) zexus: zexus::Contract,
}

impl Pair {
    /// cw20-base and ZX-20.
    pub(crate) fn tokens() -> eyre::Result<Self> {
        let holders = ["sender", "recipient"].map(|name| MockApi::default().addr_make(name));
        let pair = Self { cosmwasm: cw20(&holders)?, zexus: zx20()? };
        pair.check(|pair| {
            let [sender, recipient] = &holders;
            let theirs = [cw20_balance(&pair.cosmwasm, sender)?, cw20_balance(&pair.cosmwasm, recipient)?];
            let ours = [zx20_balance(&pair.zexus, zexus::SENDER)?, zx20_balance(&pair.zexus, RECIPIENT)?];
            Ok((theirs, ours))
        })?;
        Ok(pair)
    }

    /// The byte contracts.
    pub(crate) fn bytes() -> eyre::Result<Self> {
        let [from, to] = KEYS;
        let message = [&from[..], &to, &AMOUNT.to_le_bytes()].concat();
        // They read neither environment nor sender, and are given none.
        let cosmwasm = cosmwasm::Contract::new(&build::bytes("cosmwasm")?, Context::default(), message.clone())?;
        let zexus = zexus::Contract::new(&build::bytes("zexus")?, message)?;
        let mut value = [0; 32];
        value[..8].copy_from_slice(&HOLDING.to_le_bytes());
        for key in KEYS {
            cosmwasm.write(&key, &value)?;
            zexus.write(key, value);
        }
        let pair = Self { cosmwasm, zexus };
        pair.check(|pair| {
            let theirs = [number(&pair.cosmwasm.read(&from)?)?, number(&pair.cosmwasm.read(&to)?)?];
            let ours = [number(&pair.zexus.read(from))?, number(&pair.zexus.read(to))?];
            Ok((theirs, ours))
        })?;
        Ok(pair)
    }

    /// Makes sure that each way of a transfer that is timed moves the amount, on both machines.
    fn check(&self, balances: impl Fn(&Self) -> eyre::Result<(Balances, Balances)>) -> eyre::Result<()> {
        let after = |transfers: u64| [HOLDING - transfers * AMOUNT, HOLDING + transfers * AMOUNT];
        let expect = |theirs, ours| {
            let found = balances(self)?;
            eyre::ensure!(found == (after(theirs), after(ours)), "after {theirs} and {ours} transfers: {found:?}");
            Ok(())
        };
        expect(0, 0)?;
        self.zexus.transfers(1);
        expect(0, 1)?;
        self.cosmwasm.transfers(1);
        expect(1, 1)?;
        self.cosmwasm.calls(1);
        expect(2, 1)
    }
}

fn cw20(holders: &[String; 2]) -> eyre::Result<cosmwasm::Contract> {
    let [sender, recipient] = holders;
    let context = Context { env: to_vec(&mock_env())?, info: to_vec(&mock_info(sender, &[]))? };
    let transfer = format!(r#"{{"transfer":{{"recipient":"{recipient}","amount":"{AMOUNT}"}}}}"#);
    let contract = cosmwasm::Contract::new(&build::cw20()?, context, transfer.into_bytes())?;
    let balances = holders.each_ref().map(|holder| format!(r#"{{"address":"{holder}","amount":"{HOLDING}"}}"#));
    let balances = balances.join(",");
    contract
        .instantiate(&format!(r#"{{"name":"Token","symbol":"TKN","decimals":18,"initial_balances":[{balances}]}}"#))?;
    Ok(contract)
}

fn cw20_balance(contract: &cosmwasm::Contract, holder: &str) -> eyre::Result<u64> {
    let answer = String::from_utf8(contract.query(&format!(r#"{{"balance":{{"address":"{holder}"}}}}"#))?)?;
    let balance = answer.strip_prefix(r#"{"balance":""#).and_then(|rest| rest.strip_suffix(r#""}"#));
    Ok(balance.ok_or_else(|| eyre::eyre!("no balance: {answer}"))?.parse()?)
}

fn zx20() -> eyre::Result<zexus::Contract> {
    let transfer = |value: u64| transferCall { to: RECIPIENT.into(), value: U256::from(value) }.abi_encode();
    let contract = zexus::Contract::new(&build::zx20()?, transfer(AMOUNT))?;
    let supply = U256::from(2 * HOLDING);
    let args = ("Token".to_owned(), "TKN".to_owned(), U256::from(18), supply).abi_encode_params();
    contract.run(Entry::Deploy, &args)?;
    contract.run(Entry::Call, &transfer(HOLDING))?;
    Ok(contract)
}

fn zx20_balance(contract: &zexus::Contract, holder: [u8; 20]) -> eyre::Result<u64> {
    let account = Address::from(holder);
    let answer = contract.run(Entry::Call, &balanceOfCall { account }.abi_encode())?;
    Ok(balanceOfCall::abi_decode_returns(&answer)?.try_into()?)
}

/// The balance in a value of the byte contracts.
fn number(value: &[u8]) -> eyre::Result<u64> {
    let first = value.first_chunk().ok_or_else(|| eyre::eyre!("no balance: {value:?}"))?;
    Ok(u64::from_le_bytes(*first))
}
