//! Which methods a port serves: a method's namespace is its name up to the first `_` or `.`.

use std::{collections::BTreeSet, fmt, str::FromStr};

/// Every namespace that a port can be told to serve.
const KNOWN: [&str; 17] = [
    "eth", "net", "web3", "zx", "contract", "txpool", "debug", "trace", "miner", "admin", "evm", "anvil", "hardhat",
    "ots", "erigon", "rpc", "personal",
];
/// What a port that anyone may reach serves unless it is told otherwise: nothing here changes the node.
const OPEN: [&str; 5] = ["eth", "net", "web3", "zx", "contract"];

/// A set of namespaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespaces(Option<BTreeSet<String>>);

impl Namespaces {
    /// All of them.
    pub fn all() -> Self {
        Self(None)
    }

    /// `eth,net,web3,zx,contract`: what may be shown to anyone.
    pub fn open() -> Self {
        Self(Some(OPEN.iter().map(|name| (*name).to_owned()).collect()))
    }

    /// Whether a method is served.
    pub(crate) fn allow(&self, method: &str) -> bool {
        match &self.0 {
            None => true,
            Some(names) => method.split(['_', '.']).next().is_some_and(|name| names.contains(name)),
        }
    }
}

impl FromStr for Namespaces {
    type Err = String;

    /// Reads a list with commas, or `all`.
    fn from_str(text: &str) -> Result<Self, String> {
        if matches!(text.trim(), "all" | "*") {
            return Ok(Self::all());
        }
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        let names: Result<BTreeSet<String>, String> = names
            .map(|name| match KNOWN.contains(&name) {
                true => Ok(name.to_owned()),
                false => Err(format!("there is no namespace {name:?}: choose among all,{}", KNOWN.join(","))),
            })
            .collect();
        Ok(Self(Some(names?)))
    }
}

impl fmt::Display for Namespaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            None => f.write_str("all"),
            Some(names) => f.write_str(&names.iter().map(String::as_str).collect::<Vec<_>>().join(",")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_of_the_namespace_before_its_first_underscore_or_dot() {
        let some: Namespaces = "eth, rpc".parse().unwrap();
        for (method, allowed) in [
            ("eth_call", true),
            ("rpc.discover", true),
            ("rpc_modules", true),
            ("ethx_call", false),
            ("debug_traceTransaction", false),
            ("", false),
        ] {
            assert_eq!(some.allow(method), allowed, "{method}");
            assert!(Namespaces::all().allow(method));
        }
        assert!(Namespaces::open().allow("contract_call") && !Namespaces::open().allow("admin_peers"));
    }

    #[test]
    fn a_namespace_that_there_is_not_is_named() {
        assert!("eth,deubg".parse::<Namespaces>().unwrap_err().contains("\"deubg\""));
        assert_eq!("all".parse(), Ok(Namespaces::all()));
        assert!(!"".parse::<Namespaces>().unwrap().allow("eth_call"), "an empty list serves nothing");
    }
}
