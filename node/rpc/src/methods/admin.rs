//! `admin_*`.

use crate::{admin, registry::methods};

methods! {
    /// The node: name, version, chain, head.
    "admin_nodeInfo" () -> NodeInfo = admin::node_info;
    /// Nodes that this one is connected to.
    "admin_peers" () -> List = |_: &crate::Api| Ok([(); 0]);
    /// Writes blocks to a file on the node's machine, in the format of `zx-node export`.
    "admin_exportChain" (file: Text; from: BlockNumber, to: BlockNumber) -> Exported = admin::export_chain;
    /// Every method with its parameters, result and documentation.
    "admin_rpcMethods" () -> MethodList = admin::rpc_methods;
}
