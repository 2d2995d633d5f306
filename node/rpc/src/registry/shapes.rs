//! Shapes of parameters and results: JSON schemas, each with an example.

use super::Shape;
use serde_json::{Map, Value};
use std::sync::OnceLock;

const SHAPES: &str = include_str!("shapes.json");

/// Every shape by its name.
pub(crate) fn all() -> &'static Map<String, Value> {
    static ALL: OnceLock<Map<String, Value>> = OnceLock::new();
    // A test reads the file: it cannot fail to read here.
    ALL.get_or_init(|| serde_json::from_str(SHAPES).unwrap_or_default())
}

/// Where an OpenRPC document has a shape.
pub(crate) fn reference(shape: Shape) -> Value {
    serde_json::json!({ "$ref": format!("#/components/schemas/{shape}") })
}

/// An example of a shape, if it has one.
pub(crate) fn example(shape: Shape) -> Option<&'static Value> {
    all().get(shape)?.get("examples")?.get(0)
}

/// Whether a shape is an object, and nothing else.
pub(crate) fn is_object(shape: Shape) -> bool {
    all().get(shape).and_then(|schema| schema.get("type")).and_then(Value::as_str) == Some("object")
}

/// Refuses a string that a lenient reader would take for something else than its sender meant: hex without its `0x`,
/// a hash that is too short.
pub(crate) fn check(shape: Shape, value: &Value) -> Result<(), String> {
    let Value::String(text) = value else { return Ok(()) };
    match shape {
        "Address" => digits(text, Some(40)),
        "Hash" => digits(text, Some(64)),
        "Bytes" | "StateDump" => digits(text, None).and_then(|()| whole_bytes(text)),
        "Quantity" => digits(text, None),
        "BlockNumber" | "BlockId" if is_tag(text) => Ok(()),
        "BlockNumber" => digits(text, None).and_then(|()| match text.len() {
            ..=18 => Ok(()),
            _ => Err("hex number > 64 bits".to_owned()),
        }),
        "BlockId" => digits(text, None),
        "StorageKey" => digits(text, None).and_then(|()| match text.len() {
            ..=66 => Ok(()),
            _ => Err(format!("storage key too long (want at most 32 bytes): {text:?}")),
        }),
        _ => Ok(()),
    }
}

fn is_tag(text: &str) -> bool {
    matches!(text, "latest" | "pending" | "safe" | "finalized" | "earliest")
}

/// Hex digits behind `0x`, as many as are wanted.
fn digits(text: &str, want: Option<usize>) -> Result<(), String> {
    let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) else {
        return Err("hex string without 0x prefix".to_owned());
    };
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err("invalid hex string".to_owned());
    }
    match want {
        Some(want) if digits.len() != want => Err(format!("hex string has {} hex digits, want {want}", digits.len())),
        _ => Ok(()),
    }
}

fn whole_bytes(text: &str) -> Result<(), String> {
    if text.len().is_multiple_of(2) { Ok(()) } else { Err("hex string of odd length".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{methods, subscriptions::Topic};
    use serde_json::json;
    use std::collections::BTreeSet;

    #[test]
    fn every_shape_is_used_and_every_shape_that_is_used_is_there() {
        let shapes: Map<String, Value> = serde_json::from_str(SHAPES).expect("the file of shapes is JSON");
        let mut named: BTreeSet<String> = BTreeSet::new();
        for method in methods::all() {
            named.insert(method.result.to_owned());
            named.extend(method.params.iter().map(|param| param.shape.to_owned()));
        }
        for topic in Topic::ALL {
            named.extend(topic.about().results.iter().chain(&topic.about().options).map(|name| (*name).to_owned()));
        }
        for schema in shapes.values() {
            references(schema, &mut named);
        }
        assert_eq!(named, shapes.keys().cloned().collect());
        for (name, schema) in &shapes {
            assert!(schema["description"].is_string(), "{name} is not described");
        }
    }

    fn references(schema: &Value, named: &mut BTreeSet<String>) {
        match schema {
            Value::Object(fields) => {
                if let Some(Value::String(target)) = fields.get("$ref") {
                    named.insert(target.rsplit('/').next().unwrap().to_owned());
                }
                fields.values().for_each(|value| references(value, named));
            }
            Value::Array(values) => values.iter().for_each(|value| references(value, named)),
            _ => {}
        }
    }

    #[test]
    fn the_topics_of_subscriptions_are_those_that_there_are() {
        assert_eq!(all()["SubscriptionTopic"]["enum"], json!(Topic::ALL.map(Topic::name)));
    }

    #[test]
    fn parameters_have_examples_that_pass() {
        for method in methods::all() {
            for param in method.params {
                let example = example(param.shape).unwrap_or_else(|| panic!("{} has no example", param.shape));
                assert_eq!(check(param.shape, example), Ok(()), "{}", param.shape);
            }
        }
    }

    #[test]
    fn hex_is_what_it_is_said_to_be() {
        assert_eq!(check("BlockNumber", &json!("0x10")), Ok(()));
        assert_eq!(check("BlockNumber", &json!("safe")), Ok(()));
        for (shape, text) in [
            ("BlockNumber", "16"),
            ("BlockNumber", "newest"),
            ("BlockNumber", "0x10000000000000000"),
            ("Hash", "0x"),
            ("Address", "0xzz"),
            ("Bytes", "0x1"),
            ("Quantity", "1"),
            ("StorageKey", &format!("0x{}", "0".repeat(65))),
            ("StorageKey", "0xasdf"),
        ] {
            assert!(check(shape, &json!(text)).is_err(), "{shape} {text}");
        }
    }
}
