//! Logs, reverts and calls in the words of the contracts' own ABIs.

use crate::{Api, abi, error::RpcError, logs, program, wanted::Wanted};
use alloy_json_abi::JsonAbi;
use alloy_primitives::{Address, B256, Bytes, keccak256};
use alloy_rpc_types_eth::Filter;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use zx_chain::HeadView;

/// A log with what it means; `null` if its contract's ABI does not say.
#[derive(Serialize)]
pub(crate) struct DecodedLog {
    #[serde(flatten)]
    log: alloy_rpc_types_eth::Log,
    event: Option<Value>,
}

pub(crate) fn logs(api: &Api, mut filter: Map<String, Value>) -> Result<Vec<DecodedLog>, RpcError> {
    let name = match filter.remove("eventName") {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) => Some(name),
        Some(other) => return Err(RpcError::params(format!("invalid argument 0: eventName is a text, not {other}"))),
    };
    let mut filter: Wanted = serde_json::from_value(filter.into())
        .map_err(|error| RpcError::params(format!("invalid argument 0: filter: {error}")))?;
    let view = api.chain.view()?;
    let mut abis = Abis { view: &view, holders: BTreeMap::new(), known: BTreeMap::new() };
    if let Some(name) = &name {
        narrow(filter.filter_mut(), &mut abis, name)?;
    }
    let mut decoded = Vec::new();
    for log in logs::find(api, &filter)? {
        let event = abis.of(log.inner.address)?.and_then(|abi| abi::event(abi, &log.inner.data));
        decoded.push(DecodedLog { log, event });
    }
    if let Some(name) = &name {
        decoded.retain(|log| log.event.as_ref().is_some_and(|event| is_called(event, name)));
    }
    Ok(decoded)
}

fn is_called(event: &Value, name: &str) -> bool {
    [event.get("name"), event.get("signature")].into_iter().flatten().any(|called| called == name)
}

/// Makes a filter look for the first topic of an event where that is known before the logs are.
fn narrow(filter: &mut Filter, abis: &mut Abis<'_, '_>, name: &str) -> Result<(), RpcError> {
    let [first, ..] = &mut filter.topics;
    if !first.is_empty() {
        return Ok(());
    }
    let mut topics: BTreeSet<B256> = BTreeSet::new();
    if name.contains('(') {
        topics.insert(keccak256(name));
    } else {
        for address in filter.address.iter().copied() {
            let Some(abi) = abis.of(address)? else { continue };
            let named = abi.events.get(name).into_iter().flatten();
            if named.clone().any(|event| event.anonymous) {
                return Ok(());
            }
            topics.extend(named.map(|event| event.selector()));
        }
    }
    if !topics.is_empty() {
        *first = topics.into_iter().collect::<Vec<_>>().into();
    }
    Ok(())
}

/// ABIs of contracts, each read once, however many instances have it: an instance is cheap to make.
struct Abis<'v, 'a> {
    view: &'v HeadView<'a>,
    /// Hashes of the codes that have the modules of accounts.
    holders: BTreeMap<Address, Option<B256>>,
    known: BTreeMap<B256, Option<JsonAbi>>,
}

impl Abis<'_, '_> {
    fn of(&mut self, address: Address) -> Result<Option<&JsonAbi>, RpcError> {
        let holder = match self.holders.get(&address) {
            Some(holder) => *holder,
            None => *self.holders.entry(address).or_insert(program::holder(self.view, address)?),
        };
        let Some(holder) = holder else { return Ok(None) };
        if !self.known.contains_key(&holder) {
            self.known.insert(holder, abi::of_code(self.view, holder)?);
        }
        Ok(self.known.get(&holder).and_then(Option::as_ref))
    }
}

pub(crate) fn revert(api: &Api, data: Bytes, address: Option<Address>) -> Result<Option<Value>, RpcError> {
    let abi = match address {
        Some(address) => abi::of_account(&api.chain.view()?, address)?,
        None => None,
    };
    Ok(abi::revert(abi.as_ref(), &data))
}

pub(crate) fn call(api: &Api, address: Address, data: Bytes) -> Result<Option<Value>, RpcError> {
    let abi = abi::of_account(&api.chain.view()?, address)?;
    Ok(abi.and_then(|abi| abi::call(&abi, &data)))
}
