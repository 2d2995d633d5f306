//! A program's calls of host functions, with their arguments read.

use alloy_primitives::{Bytes, U64};
use serde::{Serialize, Serializer};
use zx_host_functions::{HostFunction, fuel::FUEL_PER_GAS};
use zx_sandbox::Watched;

/// One call of a host function.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HostCall {
    /// `zx.` and the name of the import.
    op: String,
    /// Gas that the frame had before.
    gas: u64,
    /// Gas that it cost, with what a call passed on and did not get back.
    gas_cost: u64,
    /// Fuel that the frame had before; 1,000 are a gas.
    fuel: u64,
    /// Fuel that it cost.
    fuel_cost: u64,
    /// Arguments: numbers, and what pointers point at. Null is what lies outside of memory.
    args: Named,
    /// What the host has written.
    #[serde(skip_serializing_if = "Named::is_empty")]
    out: Named,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<U64>,
    /// Why the frame ended here, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
}

/// Values by their names, in order.
#[derive(Debug, Default)]
struct Named(Vec<(&'static str, Value)>);

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Value {
    Number(U64),
    Bytes(Option<Bytes>),
}

impl Named {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Bytes that it takes as JSON, about.
    fn size(&self) -> usize {
        let value = |value: &Value| match value {
            Value::Number(_) => 24,
            Value::Bytes(bytes) => bytes.as_ref().map_or(4, |bytes| 2 * bytes.len() + 32),
        };
        self.0.iter().map(|(name, named)| name.len() + 4 + value(named)).sum()
    }
}

impl Serialize for Named {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (*name, value)))
    }
}

impl HostCall {
    /// A call that begins.
    pub(crate) fn begin(call: &Watched<'_>) -> Self {
        let fuel = call.fuel.max(0) as u64;
        Self {
            op: format!("zx.{}", call.function.name),
            gas: fuel / FUEL_PER_GAS,
            gas_cost: 0,
            fuel,
            fuel_cost: 0,
            args: named(call, |kind| kind != "PtrMut"),
            out: Named::default(),
            result: None,
            error: None,
        }
    }

    /// A mark that is no call: where a program begins, and where it ends.
    pub(crate) fn mark(op: &str, fuel: u64) -> Self {
        Self {
            op: op.to_owned(),
            gas: fuel / FUEL_PER_GAS,
            gas_cost: 0,
            fuel,
            fuel_cost: 0,
            args: Named::default(),
            out: Named::default(),
            result: None,
            error: None,
        }
    }

    /// Bytes that it takes as JSON so far, about.
    pub(crate) fn size(&self) -> usize {
        100 + self.args.size() + self.out.size()
    }

    /// It has ended; gives the bytes that this adds.
    pub(crate) fn end(&mut self, call: &Watched<'_>, result: Result<Option<u64>, ()>) -> usize {
        let fuel = call.fuel.max(0) as u64;
        self.fuel_cost = self.fuel.saturating_sub(fuel);
        self.gas_cost = self.gas.saturating_sub(fuel / FUEL_PER_GAS);
        match result {
            Ok(result) => {
                self.result = result.map(U64::from);
                self.out = named(call, |kind| kind == "PtrMut");
            }
            Err(()) if call.function.name == "revert" => {}
            Err(()) if call.fuel < 0 => self.error = Some("out of gas"),
            Err(()) => self.error = Some("the frame ends here"),
        }
        self.out.size()
    }
}

/// The arguments of the types that are wanted.
fn named(call: &Watched<'_>, wanted: impl Fn(&str) -> bool) -> Named {
    let params = call.function.params.iter().zip(call.args);
    let values = params.filter(|((_, kind, _), _)| wanted(kind)).map(|((name, kind, _), word)| {
        let value = match *kind {
            "Ptr" | "PtrMut" => Value::Bytes(pointed(call, name, *word)),
            _ => Value::Number(U64::from(*word)),
        };
        (*name, value)
    });
    Named(values.collect())
}

fn pointed(call: &Watched<'_>, name: &str, at: u64) -> Option<Bytes> {
    let argument = |wanted: &str| {
        let mut params = call.function.params.iter().zip(call.args);
        params.find(|((name, ..), _)| *name == wanted).and_then(|(_, word)| usize::try_from(*word).ok())
    };
    let len = match width(call.function, name)? {
        Width::Bytes(bytes) => bytes,
        Width::Len => argument("len")?,
        Width::Topics => argument("topic_count")?.checked_mul(32)?,
    };
    let at = usize::try_from(at).ok()?;
    Some(Bytes::copy_from_slice(call.memory.get(at..at.checked_add(len)?)?))
}

/// How much a pointer points at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Width {
    Bytes(usize),
    /// As many bytes as the parameter `len` says.
    Len,
    /// As many words as the parameter `topic_count` says.
    Topics,
}

/// What a pointer of the table points at, by its name: the table has pointers of one kind only.
fn width(function: &HostFunction, param: &str) -> Option<Width> {
    let width = match param {
        "data" | "code" | "message" => Width::Len,
        "topics" => Width::Topics,
        "to" | "account" => Width::Bytes(20),
        "signature" => Width::Bytes(64),
        "key" | "value" | "salt" | "hash" | "public_key" => Width::Bytes(32),
        "dst" => match function.name {
            "calldata_copy" | "return_data_copy" | "immutable_read" => Width::Len,
            "caller" | "origin" | "address" | "coinbase" | "create" | "create2" | "secp256k1_recover" => {
                Width::Bytes(20)
            }
            _ => Width::Bytes(32),
        },
        _ => return None,
    };
    Some(width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use zx_host_functions::HOST_FUNCTIONS;

    fn row(name: &str) -> &'static HostFunction {
        HOST_FUNCTIONS.iter().find(|row| row.name == name).unwrap()
    }

    #[test]
    fn every_pointer_of_the_table_has_a_width() {
        for row in HOST_FUNCTIONS {
            let has = |wanted: &str| row.params.iter().any(|(name, ..)| *name == wanted);
            for (name, kind, _) in row.params {
                if kind.starts_with("Ptr") {
                    let width = width(row, name).unwrap_or_else(|| panic!("{}: {name}", row.name));
                    assert!(width != Width::Len || has("len"), "{}: {name}", row.name);
                    let copies = *name == "dst" && has("offset");
                    assert!(width == Width::Len || !copies, "{}: {name}", row.name);
                    assert!(width != Width::Topics || has("topic_count"), "{}: {name}", row.name);
                }
            }
        }
    }

    #[test]
    fn a_call_is_shown_with_what_its_pointers_point_at() {
        let mut memory = vec![0; 96];
        memory[31] = 7;
        let watched = |memory, fuel| Watched { function: row("storage_read"), args: &[0, 64], memory, fuel };
        let mut call = HostCall::begin(&watched(&memory, 5_400));
        let mut after = memory.clone();
        after[95] = 9;
        call.end(&watched(&after, 3_000), Ok(None));
        let word = |last: u8| format!("0x{:064x}", last);
        let expected = json!({
            "op": "zx.storage_read", "gas": 5, "gasCost": 2, "fuel": 5_400, "fuelCost": 2_400,
            "args": { "key": word(7) }, "out": { "dst": word(9) },
        });
        assert_eq!(serde_json::to_value(&call).unwrap(), expected);
    }

    #[test]
    fn what_points_out_of_memory_is_null() {
        let function = row("log");
        let call = Watched { function, args: &[u64::from(u32::MAX), 2, 0, 4], memory: &[1, 2, 3, 4], fuel: -1 };
        let mut shown = HostCall::begin(&call);
        shown.end(&call, Err(()));
        let shown = serde_json::to_value(&shown).unwrap();
        assert_eq!(shown["args"], json!({ "topics": null, "topic_count": "0x2", "data": "0x01020304", "len": "0x4" }));
        assert_eq!(shown["error"], "out of gas");
    }
}
