//! Values, for people and for programs.

use alloy_dyn_abi::DynSolValue;
use alloy_json_abi::Param;
use alloy_primitives::hex;
use serde_json::{Map, Value, json};

/// For people: numbers in decimal, bytes in hex, texts in quotes inside lists and as they are alone.
pub fn text(value: &DynSolValue) -> String {
    match value {
        DynSolValue::String(text) => text.clone(),
        other => nested(other),
    }
}

fn nested(value: &DynSolValue) -> String {
    let list = |values: &[DynSolValue]| values.iter().map(nested).collect::<Vec<_>>().join(", ");
    match value {
        DynSolValue::Bool(value) => value.to_string(),
        DynSolValue::Int(value, _) => value.to_string(),
        DynSolValue::Uint(value, _) => value.to_string(),
        DynSolValue::FixedBytes(word, size) => hex::encode_prefixed(word.get(..*size).unwrap_or_default()),
        DynSolValue::Address(address) => address.to_string(),
        DynSolValue::Function(function) => function.to_string(),
        DynSolValue::Bytes(bytes) => hex::encode_prefixed(bytes),
        DynSolValue::String(text) => format!("{text:?}"),
        DynSolValue::Array(values) | DynSolValue::FixedArray(values) => format!("[{}]", list(values)),
        DynSolValue::Tuple(values) | DynSolValue::CustomStruct { tuple: values, .. } => format!("({})", list(values)),
    }
}

/// For programs: numbers as decimal strings, for JSON's own lose digits; bytes as hex.
pub fn value(value: &DynSolValue) -> Value {
    match value {
        DynSolValue::Bool(value) => json!(value),
        DynSolValue::String(text) => json!(text),
        DynSolValue::Array(values)
        | DynSolValue::FixedArray(values)
        | DynSolValue::Tuple(values)
        | DynSolValue::CustomStruct { tuple: values, .. } => values.iter().map(self::value).collect(),
        other => json!(nested(other)),
    }
}

/// Values with their names: `to=0x.., value=5`.
pub fn named(params: &[Param], values: &[DynSolValue]) -> String {
    let one = |(param, value): (&Param, &DynSolValue)| match param.name.as_str() {
        "" => nested(value),
        name => format!("{name}={}", nested(value)),
    };
    params.iter().zip(values).map(one).collect::<Vec<_>>().join(", ")
}

/// Values with their names and types, for programs.
pub fn fields(params: &[Param], values: &[DynSolValue]) -> Value {
    let one = |(param, value): (&Param, &DynSolValue)| {
        let mut field = Map::new();
        field.insert("name".to_owned(), json!(param.name));
        field.insert("type".to_owned(), json!(param.selector_type()));
        field.insert("value".to_owned(), self::value(value));
        Value::Object(field)
    };
    params.iter().zip(values).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::U256;

    #[test]
    fn values_are_readable_and_lose_no_digit() {
        let list = DynSolValue::Tuple(vec![
            DynSolValue::Uint(U256::MAX, 256),
            DynSolValue::Array(vec![DynSolValue::String("a \"b\"".to_owned()), DynSolValue::Bool(true)]),
            DynSolValue::FixedBytes(alloy_primitives::B256::repeat_byte(0xAB), 2),
        ]);
        assert_eq!(text(&list), format!("({}, [\"a \\\"b\\\"\", true], 0xabab)", U256::MAX));
        assert_eq!(value(&list), json!([U256::MAX.to_string(), ["a \"b\"", true], "0xabab"]));
        assert_eq!(text(&DynSolValue::String("plain".to_owned())), "plain");
    }
}
