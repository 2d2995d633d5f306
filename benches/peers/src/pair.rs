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
const PAYEE: [u8; 20] = [3; 20];
/// Keys of the two balances in the byte contracts.
const KEYS: [[u8; 32]; 2] = [[4; 32], [5; 32]];

/// Balances of who pays and who is paid.
type Balances = [u64; 2];

/// A contract on both machines.
pub(crate) struct Pair {
    pub(crate) cosmwasm: cosmwasm::Contract,
    pub(crate) zexus: zexus::Contract,
    /// What the holders have, with them and with us.
    balances: fn(&Self) -> eyre::Result<[Balances; 2]>,
}

impl Pair {
    /// cw20-base and ZX-20.
    pub(crate) fn tokens() -> eyre::Result<Self> {
        let balances = |pair: &Self| {
            let [payer, payee] = cw20_holders();
            Ok([
                [cw20_balance(&pair.cosmwasm, &payer)?, cw20_balance(&pair.cosmwasm, &payee)?],
                [zx20_balance(&pair.zexus, zexus::PAYER)?, zx20_balance(&pair.zexus, PAYEE)?],
            ])
        };
        Self { cosmwasm: cw20()?, zexus: zx20()?, balances }.tried()
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
        let balances = |pair: &Self| {
            let [from, to] = KEYS;
            Ok([
                [number(&pair.cosmwasm.read(&from)?)?, number(&pair.cosmwasm.read(&to)?)?],
                [number(&pair.zexus.read(from))?, number(&pair.zexus.read(to))?],
            ])
        };
        Self { cosmwasm, zexus, balances }.tried()
    }

    /// Tries each way of a transfer that is timed.
    fn tried(self) -> eyre::Result<Self> {
        self.check()?;
        self.zexus.transfers(1);
        self.check()?;
        self.cosmwasm.transfers(1);
        self.check()?;
        self.cosmwasm.calls(1);
        self.check()?;
        Ok(self)
    }

    /// Makes sure that every transfer so far has moved the amount, and that cosmwasm-vm never had to load the module.
    pub(crate) fn check(&self) -> eyre::Result<()> {
        eyre::ensure!(self.cosmwasm.was_pinned(), "the module was not always in memory");
        let sent = [self.cosmwasm.sent(), self.zexus.sent()];
        let expected = sent.map(|transfers| [HOLDING - transfers * AMOUNT, HOLDING + transfers * AMOUNT]);
        let found = (self.balances)(self)?;
        eyre::ensure!(found == expected, "after {sent:?} transfers the balances are {found:?}, not {expected:?}");
        Ok(())
    }
}

fn cw20_holders() -> [String; 2] {
    ["payer", "payee"].map(|name| MockApi::default().addr_make(name))
}

fn cw20() -> eyre::Result<cosmwasm::Contract> {
    let [payer, payee] = cw20_holders();
    let context = Context { env: to_vec(&mock_env())?, info: to_vec(&mock_info(&payer, &[]))? };
    let transfer = format!(r#"{{"transfer":{{"recipient":"{payee}","amount":"{AMOUNT}"}}}}"#);
    let contract = cosmwasm::Contract::new(&build::cw20()?, context, transfer.into_bytes())?;
    let balances = [payer, payee].map(|holder| format!(r#"{{"address":"{holder}","amount":"{HOLDING}"}}"#)).join(",");
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
    let transfer = |value: u64| transferCall { to: PAYEE.into(), value: U256::from(value) }.abi_encode();
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
