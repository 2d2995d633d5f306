//! State and blocks as a caller would have them.

use crate::error::RpcError;
use alloy_consensus::Header;
use alloy_primitives::{B256, Bytes, KECCAK256_EMPTY, U256, keccak256, map::B256HashMap};
use alloy_rpc_types_eth::{
    BlockOverrides,
    state::{AccountOverride, StateOverride},
};
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Value;
use std::collections::BTreeMap;
use zx_chain::{
    Overlay,
    deploy::{AccountCode, ProgramCode},
};
use zx_primitives::{AccountChange, AccountInfo, SlotChange, StateChanges, StateReader};

/// First bytes of the code of an account that has delegated itself, an address follows (EIP-7702).
const DELEGATION: [u8; 3] = [0xef, 0x01, 0x00];

/// The changes that make a state what is wanted of it.
pub(crate) fn state(on: &dyn StateReader, overrides: StateOverride) -> Result<StateChanges, RpcError> {
    let mut changes = StateChanges::default();
    for (address, wanted) in overrides {
        if wanted.move_precompile_to.is_some() {
            return Err(RpcError::params(format!(
                "movePrecompileToAddress of {address}: this node's precompiles stay where they are; \
                 override the code of another address instead"
            )));
        }
        if wanted.state.is_some() && wanted.state_diff.is_some() {
            return Err(RpcError::params(format!("account {address} has both 'state' and 'stateDiff'")));
        }
        let empty = AccountInfo { nonce: 0, balance: U256::ZERO, code_hash: KECCAK256_EMPTY };
        let before = on.account(address)?.unwrap_or(empty);
        let code_hash = match &wanted.code {
            None => before.code_hash,
            Some(code) if code.is_empty() => KECCAK256_EMPTY,
            Some(code) => {
                let hash = keccak256(check(code)?);
                changes.codes.insert(hash, code.clone());
                hash
            }
        };
        let info = AccountInfo {
            nonce: wanted.nonce.unwrap_or(before.nonce),
            balance: wanted.balance.unwrap_or(before.balance),
            code_hash,
        };
        let AccountOverride { state, state_diff, .. } = wanted;
        let wiped = state.is_some();
        let storage = slots(state.or(state_diff).unwrap_or_default(), |slot| match wiped {
            true => Ok(U256::ZERO),
            false => on.storage(address, slot),
        })?;
        changes.accounts.insert(address, AccountChange { info: Some(info), wiped, storage });
    }
    check_templates(on, &changes.codes)?;
    Ok(changes)
}

/// Refuses instances of what nobody has.
fn check_templates(on: &dyn StateReader, codes: &BTreeMap<B256, Bytes>) -> Result<(), RpcError> {
    for code in codes.values() {
        if let Some(AccountCode { program: ProgramCode::Template(hash), .. }) = AccountCode::parse(code) {
            let hash = B256::from(hash);
            if !codes.contains_key(&hash) && on.code(hash).is_err() {
                return Err(RpcError::params(format!(
                    "an overridden code is an instance (0xef5a5803) of the code with the hash {hash}, which is not there: \
                     override another account with that code too, or deploy it"
                )));
            }
        }
    }
    Ok(())
}

fn slots<E>(
    wanted: B256HashMap<B256>,
    before: impl Fn(U256) -> Result<U256, E>,
) -> Result<BTreeMap<U256, SlotChange>, E> {
    let change = |(slot, value): (B256, B256)| {
        let slot = slot.into();
        Ok((slot, SlotChange { before: before(slot)?, after: value.into() }))
    };
    wanted.into_iter().map(change).collect()
}

/// Refuses code that no account can have.
fn check(code: &Bytes) -> Result<&Bytes, RpcError> {
    let delegates = code.starts_with(&DELEGATION);
    if delegates && code.len() != DELEGATION.len() + 20 || code.starts_with(&[0xef, 0x01]) && !delegates {
        return Err(RpcError::params(
            "code that begins with 0xef01 is a delegation: 0xef0100 and an address (EIP-7702)",
        ));
    }
    Ok(code)
}

/// Overrides of a block as clients send them: the heights of hashes are quantities or decimal.
pub(crate) struct BlockWanted(pub(crate) BlockOverrides);

impl<'de> Deserialize<'de> for BlockWanted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut value = Value::deserialize(deserializer)?;
        if let Some(Value::Object(hashes)) = value.get_mut("blockHash") {
            let decimal = |(height, hash): (String, Value)| match height.strip_prefix("0x") {
                Some(digits) => u64::from_str_radix(digits, 16).map(|height| (height.to_string(), hash)),
                None => Ok((height, hash)),
            };
            *hashes =
                std::mem::take(hashes).into_iter().map(decimal).collect::<Result<_, _>>().map_err(D::Error::custom)?;
        }
        serde_json::from_value(value).map(Self).map_err(D::Error::custom)
    }
}

/// Makes a header what is wanted of it.
pub(crate) fn block(header: &mut Header, state: &mut Overlay<'_>, wanted: BlockOverrides) -> Result<(), RpcError> {
    if wanted.difficulty.is_some_and(|difficulty| !difficulty.is_zero()) {
        return Err(RpcError::params("block override difficulty: there is none on this chain"));
    }
    if wanted.blob_base_fee.is_some_and(|fee| fee != U256::from(1)) {
        return Err(RpcError::params("block override blobBaseFee: there are no blobs on this chain"));
    }
    let number = |name: &str, value: U256| {
        u64::try_from(value)
            .map_err(|_| RpcError::params(format!("block override {name}: {value} is more than 64 bits")))
    };
    if let Some(value) = wanted.number {
        header.number = number("number", value)?;
    }
    if let Some(value) = wanted.base_fee {
        header.base_fee_per_gas = Some(number("baseFeePerGas", value)?);
    }
    header.timestamp = wanted.time.unwrap_or(header.timestamp);
    header.gas_limit = wanted.gas_limit.unwrap_or(header.gas_limit);
    header.beneficiary = wanted.coinbase.unwrap_or(header.beneficiary);
    header.mix_hash = wanted.random.unwrap_or(header.mix_hash);
    header.parent_beacon_block_root = wanted.beacon_root.or(header.parent_beacon_block_root);
    for (number, hash) in wanted.block_hash.into_iter().flatten() {
        state.set_hash(number, hash);
    }
    Ok(())
}
