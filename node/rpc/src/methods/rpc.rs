//! `rpc.discover` and `rpc_modules`.

use crate::{
    Api,
    registry::{methods, openrpc},
};
use std::collections::BTreeMap;

methods! {
    /// The methods as an OpenRPC document, with schemas of parameters and results.
    "rpc.discover" | "rpc_discover" () -> OpenRpc = |_: &Api| Ok(openrpc::document(|_| true));
    /// Namespaces and their versions, as geth tells them.
    "rpc_modules" () -> Modules = |_: &Api| {
        let names = super::NAMESPACES.iter().map(|(name, _)| (*name, "1.0"));
        Ok(names.collect::<BTreeMap<_, _>>())
    };
}
