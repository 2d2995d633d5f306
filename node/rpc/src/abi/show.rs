//! ABI values to JSON: numbers are decimal texts, since JSON's own lose digits; what has names is an object.

use alloy_dyn_abi::DynSolValue;
use alloy_json_abi::Param;
use alloy_primitives::hex;
use serde_json::{Map, Value, json};

/// Values by the names of their parameters; one without a name goes by its place.
pub(crate) fn named(params: &[Param], values: &[DynSolValue]) -> Value {
    let name = |(place, param): (usize, &Param)| match param.name.as_str() {
        "" => place.to_string(),
        name => name.to_owned(),
    };
    let names = params.iter().enumerate().map(name);
    let values = values.iter().zip(params).map(|(given, param)| value(given, &param.components));
    Value::Object(names.zip(values).collect::<Map<_, _>>())
}

/// A value; `components` are the fields of the tuple that it is, or that it has.
pub(super) fn value(given: &DynSolValue, components: &[Param]) -> Value {
    match given {
        DynSolValue::Bool(truth) => json!(truth),
        DynSolValue::Int(number, _) => json!(number.to_string()),
        DynSolValue::Uint(number, _) => json!(number.to_string()),
        DynSolValue::FixedBytes(word, size) => json!(hex::encode_prefixed(word.get(..*size).unwrap_or_default())),
        DynSolValue::Address(address) => json!(address.to_checksum(None)),
        DynSolValue::Function(function) => json!(hex::encode_prefixed(function)),
        DynSolValue::Bytes(bytes) => json!(hex::encode_prefixed(bytes)),
        DynSolValue::String(text) => json!(text),
        DynSolValue::Array(values) | DynSolValue::FixedArray(values) => {
            values.iter().map(|given| value(given, components)).collect()
        }
        DynSolValue::Tuple(values) | DynSolValue::CustomStruct { tuple: values, .. } => named(components, values),
    }
}

/// As a line: `Name(first: 1, second: 2)`.
pub(crate) fn text(name: &str, params: &[Param], values: &[DynSolValue]) -> String {
    let one = |(param, given): (&Param, &DynSolValue)| {
        let shown = match value(given, &param.components) {
            Value::String(text) => text,
            other => other.to_string(),
        };
        if param.name.is_empty() { shown } else { format!("{}: {shown}", param.name) }
    };
    let args: Vec<String> = params.iter().zip(values).map(one).collect();
    format!("{name}({})", args.join(", "))
}
