//! Coins for whoever asks: real transactions from the node's own accounts.

use super::amount::Amount;
use crate::{Api, accounts, error::RpcError, fees};
use alloy_primitives::{Address, B256, TxKind, U256};
use alloy_rpc_types_eth::TransactionRequest;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};
use zx_primitives::{StateReader, spec::COIN};

/// Coins of one request that names no amount.
const USUAL: u64 = 1;
/// Coins that an address is given in all, until the node stops.
const MOST: u64 = 100;
/// Addresses that are remembered; when there are more, the faucet is dry.
const REMEMBERED: usize = 100_000;

/// Who was given how much.
#[derive(Debug, Default)]
pub(crate) struct Faucet(Mutex<HashMap<Address, U256>>);

impl Faucet {
    /// Takes note of what an address is given, if it may have it.
    fn grant(&self, address: Address, amount: U256) -> Result<(), RpcError> {
        let mut given = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let most = coins(MOST);
        let before = given.get(&address).copied().unwrap_or_default();
        let after = before.saturating_add(amount);
        if after > most {
            return Err(RpcError::server(format!(
                "the faucet has given {before} wei to {address} and gives {most} at most: {amount} more are too much"
            )));
        }
        if given.len() >= REMEMBERED && !given.contains_key(&address) {
            return Err(RpcError::server(format!("the faucet is dry: it has served {REMEMBERED} addresses")));
        }
        given.insert(address, after);
        Ok(())
    }

    fn take_back(&self, address: Address, amount: U256) {
        let mut given = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        given.entry(address).and_modify(|sum| *sum = sum.saturating_sub(amount));
    }
}

fn coins(count: u64) -> U256 {
    COIN.saturating_mul(U256::from(count))
}

/// `zx_faucet`: a little for anybody.
pub(crate) fn ask(api: &Api, address: Address, amount: Option<Amount>) -> Result<B256, RpcError> {
    let amount = amount.map_or(coins(USUAL), |amount| amount.0);
    api.faucet.grant(address, amount)?;
    send(api, address, amount).inspect_err(|_| api.faucet.take_back(address, amount))
}

/// `admin_fundAccount`: as much as the operator likes.
pub(crate) fn fund(api: &Api, address: Address, amount: Option<Amount>) -> Result<B256, RpcError> {
    send(api, address, amount.map_or(coins(USUAL), |amount| amount.0))
}

/// From the last account that has so much: the first ones are those that people use.
fn send(api: &Api, to: Address, amount: U256) -> Result<B256, RpcError> {
    let from = payer(api, amount)?;
    let request = TransactionRequest {
        from: Some(from),
        to: Some(TxKind::Call(to)),
        value: Some(amount),
        ..TransactionRequest::default()
    };
    accounts::send_transaction(api, request)
}

fn payer(api: &Api, amount: U256) -> Result<Address, RpcError> {
    let price = u128::from(api.chain.next_base_fee()).saturating_mul(2).saturating_add(fees::SUGGESTED_TIP.into());
    // What calls of contracts take that are paid like this.
    let fee = U256::from(price).saturating_mul(U256::from(100_000));
    let view = api.chain.view()?;
    let state = view.head_state();
    for address in accounts::own(api).into_iter().rev() {
        let balance = state.account(address)?.map_or(U256::ZERO, |account| account.balance);
        if balance >= amount.saturating_add(fee) {
            return Ok(address);
        }
    }
    Err(RpcError::server(format!("none of the node's accounts has {amount} wei and the fee")))
}
