//! Edits of accounts.

use super::amount::Amount;
use crate::{Api, error::RpcError, state::state_at};
use alloy_primitives::{Address, Bytes, U256};
use zx_chain::dev::Edit;
use zx_primitives::StateReader;

fn edit(api: &Api, address: Address, edit: Edit) -> Result<(), RpcError> {
    api.chain.edit(&[(address, edit)])?;
    Ok(())
}

pub(crate) fn set_balance(api: &Api, address: Address, balance: Amount) -> Result<(), RpcError> {
    edit(api, address, Edit::Balance(balance.0))
}

pub(crate) fn add_balance(api: &Api, address: Address, more: Amount) -> Result<(), RpcError> {
    let balance = {
        let view = api.chain.view()?;
        let account = state_at(&view, view.head.number())?.account(address)?;
        account.map_or(U256::ZERO, |account| account.balance)
    };
    edit(api, address, Edit::Balance(balance.saturating_add(more.0)))
}

pub(crate) fn set_nonce(api: &Api, address: Address, nonce: Amount) -> Result<(), RpcError> {
    edit(api, address, Edit::Nonce(nonce.small("the nonce")?))
}

pub(crate) fn set_code(api: &Api, address: Address, code: Bytes) -> Result<(), RpcError> {
    edit(api, address, Edit::Code(code))
}

pub(crate) fn set_storage(api: &Api, address: Address, slot: Amount, value: Amount) -> Result<bool, RpcError> {
    edit(api, address, Edit::Slot { slot: slot.0, value: value.0 })?;
    Ok(true)
}
