//! The OpenRPC document, which `rpc.discover` answers (<https://spec.open-rpc.org>).

use super::{Method, Param, shapes};
use crate::{error, methods, subscriptions::Topic};
use serde_json::{Value, json};

/// Version of the OpenRPC specification.
const OPENRPC: &str = "1.3.2";

/// The document; methods of namespaces that `open` refuses are left out.
pub(crate) fn document(open: impl Fn(&str) -> bool) -> Value {
    let named = methods::all().flat_map(|method| method.names.iter().map(move |name| (*name, method)));
    let mut named: Vec<_> = named.filter(|(name, _)| open(name)).collect();
    named.sort_unstable_by_key(|(name, _)| *name);
    json!({
        "openrpc": OPENRPC,
        "info": {
            "title": "Zexus JSON-RPC",
            "description": "Methods of a Zexus node: Ethereum's, and the chain's own.",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0" },
        },
        "methods": named.into_iter().map(|(name, method)| describe(name, method)).collect::<Vec<_>>(),
        "components": { "schemas": shapes::all() },
        // OpenRPC has no words for notifications; extensions begin with `x-`.
        "x-subscriptions": Topic::ALL.map(subscription),
    })
}

/// A topic of `eth_subscribe`: what it takes, and what its notifications bring.
fn subscription(topic: Topic) -> Value {
    let about = topic.about();
    let results: Vec<Value> = about.results.iter().map(|shape| shapes::reference(shape)).collect();
    json!({
        "name": about.name,
        "description": about.docs,
        "options": about.options.map(shapes::reference),
        "notifications": ["eth_subscription", "zx_subscription"],
        "params": {
            "type": "object",
            "properties": {
                "subscription": shapes::reference("SubscriptionId"),
                "result": { "oneOf": results },
            },
            "required": ["subscription", "result"],
        },
    })
}

fn describe(name: &str, method: &Method) -> Value {
    let text = method.text();
    let summary = text.split_inclusive(". ").next().unwrap_or_default().trim();
    let result = match method.nullable {
        true => json!({ "oneOf": [{ "type": "null" }, shapes::reference(method.result)] }),
        false => shapes::reference(method.result),
    };
    json!({
        "name": name,
        "summary": summary,
        "description": text,
        "tags": [{ "name": super::namespace(name) }],
        "paramStructure": "either",
        "params": method.params.iter().map(param).collect::<Vec<_>>(),
        "result": { "name": method.result, "schema": result },
        "errors": error::table::GENERAL.iter().map(|row| json!({ "code": row.code, "message": row.text })).collect::<Vec<_>>(),
    })
}

fn param(param: &Param) -> Value {
    json!({ "name": param.name, "required": param.required, "schema": shapes::reference(param.shape) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_document_names_every_method_once() {
        let document = document(|_| true);
        let methods = document["methods"].as_array().unwrap();
        let names: BTreeSet<&str> = methods.iter().map(|method| method["name"].as_str().unwrap()).collect();
        assert_eq!(names.len(), methods.len(), "a name is declared twice");
        assert_eq!(names, methods::names().collect());
        for method in methods {
            assert!(!method["summary"].as_str().unwrap().is_empty(), "{} is not documented", method["name"]);
        }
    }

    #[test]
    fn what_is_closed_is_left_out() {
        let document = document(|name| name.starts_with("net_"));
        assert_eq!(document["methods"].as_array().unwrap().len(), 3);
    }
}
