//! The state as a file: JSON with the accounts as anvil's dumps have them.

use super::amount::Amount;
use crate::{Api, error::RpcError};
use alloy_primitives::{Address, B256, Bytes, U64};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use zx_chain::{
    Chain, ChainError,
    dev::{Dump, DumpedAccount, EditError},
};

/// A state cannot be dumped, or loaded.
#[derive(Debug, thiserror::Error)]
pub enum StateFileError {
    /// It is not JSON of this form.
    #[error("not a dump of a state: {0}")]
    Form(#[from] serde_json::Error),
    /// The state cannot be read: ours.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The state cannot be put in place.
    #[error(transparent)]
    Edit(#[from] EditError),
}

#[derive(Serialize)]
struct Written {
    block: Head,
    accounts: BTreeMap<Address, WrittenAccount>,
}

#[derive(Serialize)]
struct Head {
    number: U64,
    timestamp: U64,
    hash: B256,
}

#[derive(Serialize)]
struct WrittenAccount {
    nonce: u64,
    balance: alloy_primitives::U256,
    code: Bytes,
    storage: BTreeMap<B256, B256>,
}

#[derive(Deserialize)]
struct Read {
    accounts: BTreeMap<Address, ReadAccount>,
}

#[derive(Deserialize)]
struct ReadAccount {
    nonce: Amount,
    balance: Amount,
    #[serde(default)]
    code: Bytes,
    #[serde(default)]
    storage: BTreeMap<B256, B256>,
}

/// The state after the head, as JSON.
///
/// # Errors
/// If the state cannot be read.
pub fn dump_state(chain: &Chain) -> Result<Vec<u8>, StateFileError> {
    let (head, dump) = chain.dump()?;
    let account = |(address, account): (Address, DumpedAccount)| {
        let DumpedAccount { nonce, balance, code, storage } = account;
        let storage = storage.into_iter().map(|(slot, value)| (slot.into(), value.into())).collect();
        (address, WrittenAccount { nonce, balance, code, storage })
    };
    let (number, timestamp) = (U64::from(head.number()), U64::from(head.header.timestamp));
    let block = Head { number, timestamp, hash: head.hash };
    Ok(serde_json::to_vec(&Written { block, accounts: dump.into_iter().map(account).collect() })?)
}

/// Puts the accounts of a dump over those that there are.
///
/// # Errors
/// If it is not a dump, or has code that cannot be; then nothing is changed.
pub fn load_state(chain: &Chain, json: &[u8]) -> Result<(), StateFileError> {
    let Read { accounts } = serde_json::from_slice(json)?;
    let mut dump = Dump::new();
    for (address, ReadAccount { nonce, balance, code, storage }) in accounts {
        let nonce = u64::try_from(nonce.0)
            .map_err(|_| serde::de::Error::custom(format!("the nonce of {address} is more than 64 bits")))
            .map_err(StateFileError::Form)?;
        let storage = storage.into_iter().map(|(slot, value)| (slot.into(), value.into())).collect();
        dump.insert(address, DumpedAccount { nonce, balance: balance.0, code, storage });
    }
    chain.load(&dump)?;
    Ok(())
}

impl From<StateFileError> for RpcError {
    fn from(error: StateFileError) -> Self {
        match error {
            StateFileError::Form(_) => Self::params(format!("invalid argument 0: {error}")),
            StateFileError::Chain(error) => error.into(),
            StateFileError::Edit(error) => error.into(),
        }
    }
}

pub(crate) fn dump(api: &Api, _historical: Option<bool>) -> Result<Bytes, RpcError> {
    Ok(dump_state(&api.chain)?.into())
}

pub(crate) fn load(api: &Api, state: Bytes) -> Result<bool, RpcError> {
    load_state(&api.chain, &state)?;
    Ok(true)
}
