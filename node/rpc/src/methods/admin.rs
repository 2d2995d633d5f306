//! `admin_*`.

use crate::{Api, admin, dev::faucet, registry::methods};

methods! {
    /// The node: name, version, chain, head.
    "admin_nodeInfo" () -> NodeInfo = admin::node_info;
    /// Nodes that this one is connected to.
    "admin_peers" () -> Peers = |api: &Api| Ok(api.status.peers().to_vec());
    /// Keeps a connection to a node from now on. `false` on a node that has no network, as a development node has none.
    "admin_addPeer" (address: PeerAddress) -> Boolean = admin::add_peer;
    /// Writes blocks to a file on the node's machine, in the format of `zx-node export`.
    "admin_exportChain" (file: Text; from: BlockNumber, to: BlockNumber) -> Exported = admin::export_chain;
    /// Sends coins to an account from one of the node's own, one if no amount is named; in wei.
    "admin_fundAccount" (address: Address; amount: Amount) -> Hash = faucet::fund;
    /// Every method with its parameters, result and documentation.
    "admin_rpcMethods" () -> MethodList = admin::rpc_methods;
}
