//! JSON to ABI values. What does not fit is refused with the argument's name, its type, and what was given.

use alloy_dyn_abi::{DynSolType, DynSolValue};
use alloy_json_abi::Param;
use alloy_primitives::{Address, B256, I256, Sign, U256, hex};
use serde_json::{Map, Value};

/// Characters of a wrong value that an error shows.
const SHOWN: usize = 80;
/// Arrays inside each other; Solidity's own front ends stop far earlier.
const MAX_DEPTH: usize = 16;

/// The arguments that `args` has for these inputs: a list by position, or an object by name.
pub(super) fn arguments(inputs: &[Param], args: &Value) -> Result<Vec<DynSolValue>, String> {
    match args {
        Value::Null if inputs.is_empty() => Ok(Vec::new()),
        Value::Null => Err(format!("no arguments given: {} are wanted", signature(inputs))),
        Value::Array(values) => list(inputs, values),
        Value::Object(fields) => object(inputs, fields),
        other => Err(format!("args are a list or an object, not {}", given(other))),
    }
}

fn signature(inputs: &[Param]) -> String {
    let one = |input: &Param| format!("{} {}", input.ty, input.name).trim().to_owned();
    format!("({})", inputs.iter().map(one).collect::<Vec<_>>().join(", "))
}

fn list(inputs: &[Param], values: &[Value]) -> Result<Vec<DynSolValue>, String> {
    if values.len() != inputs.len() {
        return Err(format!("{} arguments given, {} wanted: {}", values.len(), inputs.len(), signature(inputs)));
    }
    let one = |(place, (input, value)): (usize, (&Param, &Value))| {
        let name = if input.name.is_empty() { place.to_string() } else { input.name.clone() };
        read(&name, input, value)
    };
    inputs.iter().zip(values).enumerate().map(one).collect()
}

fn object(inputs: &[Param], fields: &Map<String, Value>) -> Result<Vec<DynSolValue>, String> {
    if let Some(stranger) = fields.keys().find(|name| !inputs.iter().any(|input| input.name == **name)) {
        return Err(format!("there is no argument {stranger:?}: {} are wanted", signature(inputs)));
    }
    let one = |input: &Param| match fields.get(&input.name) {
        Some(value) => read(&input.name, input, value),
        None => Err(format!("argument {:?} ({}) is missing: {} are wanted", input.name, input.ty, signature(inputs))),
    };
    inputs.iter().map(one).collect()
}

fn read(name: &str, input: &Param, value: &Value) -> Result<DynSolValue, String> {
    typed(name, (&input.ty, &input.components), value, 0)
}

/// A value of a type, which for a tuple has components.
fn typed(name: &str, (ty, components): (&str, &[Param]), value: &Value, depth: usize) -> Result<DynSolValue, String> {
    let wrong = |why: &str| format!("argument {name:?} ({ty}): {} is {why}", given(value));
    if depth > MAX_DEPTH {
        return Err(wrong("too deep"));
    }
    if let Some((element, length)) = array(ty) {
        let Value::Array(values) = value else { return Err(wrong("not a list")) };
        let one = |(place, value): (usize, &Value)| {
            typed(&format!("{name}[{place}]"), (element, components), value, depth + 1)
        };
        let elements: Vec<_> = values.iter().enumerate().map(one).collect::<Result<_, _>>()?;
        return match length {
            None => Ok(DynSolValue::Array(elements)),
            Some(length) if length == elements.len() => Ok(DynSolValue::FixedArray(elements)),
            Some(length) => Err(wrong(&format!("a list of {}, {length} are wanted", values.len()))),
        };
    }
    if ty == "tuple" {
        let fields = match value {
            Value::Array(_) | Value::Object(_) => arguments(components, value),
            _ => Err("neither a list nor an object".to_owned()),
        };
        return fields.map(DynSolValue::Tuple).map_err(|why| format!("argument {name:?}: {why}"));
    }
    match DynSolType::parse(ty) {
        Ok(ty) => leaf(&ty, value).map_err(|why| wrong(&why)),
        Err(error) => Err(format!("argument {name:?}: the ABI has a type {ty:?} that is none: {error}")),
    }
}

/// The element type of an array type, and its length if that is fixed.
fn array(ty: &str) -> Option<(&str, Option<usize>)> {
    let (element, length) = ty.strip_suffix(']')?.rsplit_once('[')?;
    match length {
        "" => Some((element, None)),
        length => Some((element, Some(length.parse().ok()?))),
    }
}

fn given(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

fn leaf(ty: &DynSolType, value: &Value) -> Result<DynSolValue, String> {
    let text = value.as_str();
    match ty {
        DynSolType::Bool => match (value.as_bool(), text) {
            (Some(given), _) => Ok(given.into()),
            (None, Some("true")) => Ok(true.into()),
            (None, Some("false")) => Ok(false.into()),
            _ => Err("neither true nor false".into()),
        },
        DynSolType::Uint(bits) => unsigned(value, *bits).map(|number| DynSolValue::Uint(number, *bits)),
        DynSolType::Int(bits) => signed(value, *bits).map(|number| DynSolValue::Int(number, *bits)),
        DynSolType::Address => match text.and_then(|text| text.strip_prefix("0x")?.parse::<Address>().ok()) {
            Some(address) => Ok(address.into()),
            None => Err("not an address: 0x and 40 hex digits".into()),
        },
        DynSolType::FixedBytes(size) => {
            let bytes = bytes(text)?;
            if bytes.len() != *size {
                return Err(format!("{} bytes, {size} are wanted", bytes.len()));
            }
            Ok(DynSolValue::FixedBytes(B256::right_padding_from(&bytes), *size))
        }
        DynSolType::Bytes => bytes(text).map(DynSolValue::Bytes),
        DynSolType::String => match text {
            Some(text) => Ok(DynSolValue::String(text.to_owned())),
            None => Err("not a text".into()),
        },
        other => Err(format!("of a type that cannot be said in JSON: {other}")),
    }
}

fn bytes(text: Option<&str>) -> Result<Vec<u8>, String> {
    let digits = text.and_then(|text| text.strip_prefix("0x"));
    digits.and_then(|digits| hex::decode(digits).ok()).ok_or_else(|| "not bytes: 0x and two hex digits for each".into())
}

/// A number: of JSON, or a text in decimal, or in hexadecimal behind `0x`.
fn digits(value: &Value) -> Result<(bool, U256), String> {
    let text = match value {
        Value::Number(number) if number.is_i64() || number.is_u64() => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => return Err("not a whole number: 7, \"7\" or \"0x7\"".into()),
    };
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.as_str()),
    };
    let parsed = match digits.strip_prefix("0x") {
        Some(hex) => U256::from_str_radix(hex, 16),
        None => U256::from_str_radix(digits, 10),
    };
    match parsed {
        Ok(number) if !digits.is_empty() && digits != "0x" => Ok((negative, number)),
        _ => Err("not a whole number: 7, \"7\" or \"0x7\"".into()),
    }
}

fn unsigned(value: &Value, bits: usize) -> Result<U256, String> {
    match digits(value)? {
        (true, number) if !number.is_zero() => Err("negative".into()),
        (_, number) if number.bit_len() > bits => Err(format!("more than {bits} bits hold")),
        (_, number) => Ok(number),
    }
}

fn signed(value: &Value, bits: usize) -> Result<I256, String> {
    let (negative, number) = digits(value)?;
    let sign = if negative { Sign::Negative } else { Sign::Positive };
    let number = I256::checked_from_sign_and_abs(sign, number).filter(|number| number.bits() as usize <= bits);
    number.ok_or_else(|| format!("more than {bits} bits hold"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn param(name: &str, ty: &str, components: Vec<Param>) -> Param {
        Param { ty: ty.to_owned(), name: name.to_owned(), components, internal_type: None }
    }

    fn one(ty: &str, value: Value) -> Result<DynSolValue, String> {
        arguments(&[param("it", ty, vec![])], &json!([value])).map(|mut values| values.remove(0))
    }

    #[test]
    fn numbers_are_read_in_every_form_and_held_to_their_width() {
        for value in [json!(7), json!("7"), json!("0x7")] {
            assert_eq!(one("uint8", value), Ok(DynSolValue::Uint(U256::from(7), 8)));
        }
        assert_eq!(one("int8", json!(-128)), Ok(DynSolValue::Int(I256::try_from(-128).unwrap(), 8)));
        assert_eq!(one("uint256", json!(U256::MAX.to_string())), Ok(DynSolValue::Uint(U256::MAX, 256)));
        assert_eq!(one("int256", json!(I256::MIN.to_string())), Ok(DynSolValue::Int(I256::MIN, 256)));
        assert_eq!(one("uint8", json!(256)), Err("argument \"it\" (uint8): 256 is more than 8 bits hold".into()));
        for (ty, value) in [
            ("int8", json!(128)),
            ("int8", json!(-129)),
            ("uint256", json!(-1)),
            ("uint256", json!(1.5)),
            ("uint256", json!("")),
            ("uint256", json!("0x")),
            ("uint256", json!("1e18")),
            ("uint256", json!(null)),
            ("int256", json!(U256::MAX.to_string())),
        ] {
            assert!(one(ty, value.clone()).is_err(), "{ty} {value}");
        }
    }

    #[test]
    fn bytes_addresses_texts_and_truths() {
        let address = Address::repeat_byte(0xab);
        assert_eq!(one("address", json!(address)), Ok(address.into()));
        assert_eq!(one("bytes", json!("0x0102")), Ok(DynSolValue::Bytes(vec![1, 2])));
        assert_eq!(one("string", json!("text")), Ok(DynSolValue::String("text".into())));
        assert_eq!(one("bool", json!(true)), Ok(DynSolValue::Bool(true)));
        for (ty, value) in [
            ("address", json!("0x12")),
            ("address", json!("ab".repeat(20))),
            ("bytes4", json!("0x0102")),
            ("bytes", json!("0x123")),
            ("string", json!(7)),
            ("bool", json!(1)),
        ] {
            assert!(one(ty, value.clone()).unwrap_err().starts_with(&format!("argument \"it\" ({ty}): ")), "{value}");
        }
    }

    #[test]
    fn lists_and_tuples_nest_and_errors_say_where() {
        let point = vec![param("x", "uint8", vec![]), param("y", "uint8", vec![])];
        let inputs = [param("path", "tuple[2][]", point)];
        let good = json!({ "path": [[{ "x": 1, "y": 2 }, [3, 4]]] });
        let path = arguments(&inputs, &good).unwrap().remove(0);
        let pairs = path.as_array().unwrap();
        assert!(matches!(pairs, [DynSolValue::FixedArray(pair)] if pair.len() == 2));
        let bad = json!({ "path": [[{ "x": 1, "y": 2 }, [3, 400]]] });
        let error = arguments(&inputs, &bad).unwrap_err();
        assert_eq!(error, "argument \"path[0][1]\": argument \"y\" (uint8): 400 is more than 8 bits hold");
        assert!(arguments(&inputs, &json!([[[[1, 2]]]])).unwrap_err().contains("a list of 1, 2 are wanted"));
    }

    #[test]
    fn arguments_go_by_name_or_by_place() {
        let inputs = [param("to", "address", vec![]), param("value", "uint256", vec![])];
        let address = Address::ZERO;
        let by_name = arguments(&inputs, &json!({ "value": 7, "to": address }));
        assert_eq!(by_name, arguments(&inputs, &json!([address, 7])));
        assert!(by_name.is_ok());
        for (args, why) in [
            (json!({ "to": address }), "argument \"value\" (uint256) is missing"),
            (
                json!({ "to": address, "value": 1, "fee": 2 }),
                "there is no argument \"fee\": (address to, uint256 value)",
            ),
            (json!([address]), "1 arguments given, 2 wanted"),
            (json!(null), "no arguments given"),
            (json!("x"), "args are a list or an object"),
        ] {
            assert!(arguments(&inputs, &args).unwrap_err().contains(why), "{args}");
        }
    }
}
