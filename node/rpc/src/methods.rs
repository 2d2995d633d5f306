//! Every method, by namespace: a new one is declared in the file of its namespace, a new namespace is a file and a line
//! here.

mod admin;
mod anvil;
mod contract;
mod debug;
mod eth;
mod evm;
mod miner;
mod net;
mod ots;
mod rpc;
mod trace;
mod txpool;
mod web3;
mod zx;

use crate::{
    Api, dev,
    error::RpcError,
    registry::{Answered, Method, params::Params},
};
use std::{collections::HashMap, sync::OnceLock};

/// Namespaces, in the order of the documentation, and what they are for.
pub(crate) const NAMESPACES: &[(&str, &str)] = &[
    ("eth", "Ethereum's methods, as geth answers them."),
    ("net", "The network."),
    ("web3", "The client."),
    ("personal", "Signing, under the name that wallets use."),
    (
        "zx",
        "The chain's own: Ethereum's methods under the chain's name, and what only this node has: modules, decoded logs \
         and reverts, history, proofs.",
    ),
    ("contract", "Contracts by the names of their actions and arguments: the ABI is in the module."),
    ("txpool", "What waits."),
    ("ots", "What the explorer Otterscan asks for."),
    ("erigon", "What explorers ask for under erigon's name."),
    (
        "debug",
        "Raw data, and traces: what happens inside a transaction. Its block runs again up to it, on the state before it, which must be kept.",
    ),
    ("trace", "Traces in the shapes of Parity and erigon."),
    ("admin", "The node itself: for its operator."),
    ("miner", "Making blocks: of development nodes."),
    ("evm", "Time, blocks and snapshots of development nodes, under ganache's names."),
    ("anvil", "State, senders and all else that development nodes can set, under anvil's names."),
    ("hardhat", "The same under Hardhat's names."),
    ("rpc", "The methods themselves."),
];

const DECLARED: &[&[Method]] = &[
    eth::METHODS,
    net::METHODS,
    web3::METHODS,
    zx::METHODS,
    contract::METHODS,
    txpool::METHODS,
    ots::METHODS,
    debug::METHODS,
    trace::METHODS,
    admin::METHODS,
    miner::METHODS,
    evm::METHODS,
    anvil::METHODS,
    rpc::METHODS,
];

/// Every method, in the order of its declaration.
pub(crate) fn all() -> impl Iterator<Item = &'static Method> {
    DECLARED.iter().flat_map(|methods| methods.iter())
}

/// Every name.
#[cfg(test)]
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    all().flat_map(|method| method.names.iter().copied())
}

/// A method by one of its names.
pub(crate) fn find(name: &str) -> Option<&'static Method> {
    static NAMED: OnceLock<HashMap<&str, &Method>> = OnceLock::new();
    let named = || all().flat_map(|method| method.names.iter().map(move |name| (*name, method))).collect();
    NAMED.get_or_init(named).get(name).copied()
}

/// Calls a method by its name.
pub(crate) fn call(api: &Api, name: &str, params: Params) -> Result<Answered, RpcError> {
    let served = |_: &&Method| api.chain.is_development() || !dev::is_ours(name);
    let method = find(name).filter(served).ok_or_else(|| RpcError::method_not_found(name))?;
    let params = params.for_method(method);
    let params = params.of(method)?;
    match api.chain.fork() {
        Some(fork) => dev::fork::answer(api, fork, method, &params),
        None => (method.run)(api, &params),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::namespace;
    use std::collections::BTreeSet;

    #[test]
    fn every_namespace_is_described_and_has_methods() {
        let described: BTreeSet<&str> = NAMESPACES.iter().map(|(name, _)| *name).collect();
        assert_eq!(described, names().map(namespace).collect());
    }

    #[test]
    fn parameters_that_may_be_left_out_come_last() {
        for method in all() {
            assert!(method.params.is_sorted_by_key(|param| !param.required), "{}", method.name());
        }
    }
}
