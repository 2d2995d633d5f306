//! JSON schemas, as far as OpenRPC documents of nodes use them. A keyword that is not known here is an error, so that
//! nothing passes because nobody looked.

use eyre::{Result, bail, ensure, eyre};
use regex_lite::Regex;
use serde_json::{Map, Value};

/// Keywords that say nothing about a value.
const WORDS: &[&str] = &["title", "description", "examples", "$schema", "components", "default", "format"];

/// A schema with the document that its references go into.
#[derive(Clone, Copy, Debug)]
pub struct Schema<'a> {
    schema: &'a Value,
    document: &'a Value,
}

impl<'a> Schema<'a> {
    /// A schema of a document.
    pub fn new(schema: &'a Value, document: &'a Value) -> Self {
        Self { schema, document }
    }

    fn of(self, schema: &'a Value) -> Self {
        Self { schema, ..self }
    }

    /// Whether a value is of this schema.
    ///
    /// # Errors
    /// What is wrong with the value, and where; or with the schema.
    pub fn check(self, value: &Value) -> Result<()> {
        self.at(value, "$")
    }

    fn at(self, value: &Value, place: &str) -> Result<()> {
        let keywords = match self.schema {
            Value::Bool(true) => return Ok(()),
            Value::Object(keywords) => keywords,
            other => bail!("{place}: a schema that is none: {other}"),
        };
        keywords.iter().try_for_each(|(keyword, wanted)| self.keyword(keyword, wanted, keywords, value, place))
    }

    fn keyword(
        self,
        keyword: &str,
        wanted: &'a Value,
        all: &'a Map<String, Value>,
        value: &Value,
        place: &str,
    ) -> Result<()> {
        match keyword {
            "$ref" => self.of(self.resolve(wanted)?).at(value, place),
            "type" => ensure_at(is_type(wanted, value), place, || format!("{value} is not of type {wanted}")),
            "enum" => ensure_at(list(wanted)?.contains(value), place, || format!("{value} is none of {wanted}")),
            "const" => ensure_at(wanted == value, place, || format!("{value} is not {wanted}")),
            "pattern" => pattern(wanted, value, place),
            "minimum" => ensure_at(number(value) >= number(wanted), place, || format!("{value} is below {wanted}")),
            "maximum" => ensure_at(number(value) <= number(wanted), place, || format!("{value} is above {wanted}")),
            "allOf" => list(wanted)?.iter().try_for_each(|schema| self.of(schema).at(value, place)),
            "anyOf" => self.some_of(wanted, value, place, |fitting| fitting >= 1),
            // Nothing tells an empty list of one thing from an empty list of another.
            "oneOf" if value.as_array().is_some_and(Vec::is_empty) => {
                self.some_of(wanted, value, place, |fitting| fitting >= 1)
            }
            "oneOf" => self.some_of(wanted, value, place, |fitting| fitting == 1),
            "items" => match value {
                Value::Array(values) => values
                    .iter()
                    .enumerate()
                    .try_for_each(|(nth, value)| self.of(wanted).at(value, &format!("{place}[{nth}]"))),
                _ => Ok(()),
            },
            "required" => match value {
                Value::Object(fields) => list(wanted)?.iter().try_for_each(|name| {
                    let there = name.as_str().is_some_and(|name| fields.contains_key(name));
                    ensure_at(there, place, || format!("{name} is missing"))
                }),
                _ => Ok(()),
            },
            "properties" => self.properties(wanted, value, place),
            "additionalProperties" => self.additional(wanted, all, value, place),
            word if WORDS.contains(&word) => Ok(()),
            other => bail!("{place}: the schema has a keyword that is not known here: {other}"),
        }
    }

    fn resolve(self, target: &Value) -> Result<&'a Value> {
        let pointer = target.as_str().and_then(|target| target.strip_prefix('#'));
        let found = pointer.and_then(|pointer| self.document.pointer(pointer));
        found.ok_or_else(|| eyre!("the document has no {target}"))
    }

    fn properties(self, wanted: &'a Value, value: &Value, place: &str) -> Result<()> {
        let (Value::Object(fields), Value::Object(schemas)) = (value, wanted) else { return Ok(()) };
        schemas.iter().try_for_each(|(name, schema)| match fields.get(name) {
            Some(field) => self.of(schema).at(field, &format!("{place}.{name}")),
            None => Ok(()),
        })
    }

    fn additional(self, wanted: &'a Value, all: &Map<String, Value>, value: &Value, place: &str) -> Result<()> {
        let Value::Object(fields) = value else { return Ok(()) };
        let known = |name: &str| all.get("properties").is_some_and(|known| known.get(name).is_some());
        fields.iter().filter(|(name, _)| !known(name)).try_for_each(|(name, field)| match wanted {
            Value::Bool(false) => Err(eyre!("{place}: {name} has no place here")),
            schema => self.of(schema).at(field, &format!("{place}.{name}")),
        })
    }

    fn some_of(self, wanted: &'a Value, value: &Value, place: &str, enough: impl Fn(usize) -> bool) -> Result<()> {
        let outcomes: Vec<Result<()>> = list(wanted)?.iter().map(|schema| self.of(schema).at(value, place)).collect();
        let fitting = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        if enough(fitting) {
            return Ok(());
        }
        let wrong: Vec<String> = outcomes.into_iter().filter_map(Result::err).map(|error| error.to_string()).collect();
        Err(eyre!("{place}: {fitting} of the alternatives fit:\n  {}", wrong.join("\n  ")))
    }
}

fn ensure_at(holds: bool, place: &str, why: impl Fn() -> String) -> Result<()> {
    ensure!(holds, "{place}: {}", why());
    Ok(())
}

fn list(value: &Value) -> Result<&Vec<Value>> {
    value.as_array().ok_or_else(|| eyre!("the schema has {value} where a list belongs"))
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

fn is_type(wanted: &Value, value: &Value) -> bool {
    match wanted {
        Value::Array(types) => types.iter().any(|one| is_type(one, value)),
        Value::String(name) => match name.as_str() {
            "null" => value.is_null(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "string" => value.is_string(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            _ => false,
        },
        _ => false,
    }
}

fn pattern(wanted: &Value, value: &Value, place: &str) -> Result<()> {
    let (Some(pattern), Value::String(text)) = (wanted.as_str(), value) else { return Ok(()) };
    let pattern = Regex::new(pattern)?;
    let shown = text.get(..120).unwrap_or(text);
    ensure_at(pattern.is_match(text), place, || format!("{shown:?} does not match {wanted}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fits(schema: Value, value: Value) -> bool {
        let document =
            json!({ "components": { "schemas": { "Quantity": { "type": "string", "pattern": "^0x[0-9a-f]+$" } } } });
        Schema::new(&schema, &document).check(&value).is_ok()
    }

    #[test]
    fn every_keyword_is_looked_at() {
        let quantity = json!({ "$ref": "#/components/schemas/Quantity" });
        for (schema, good, bad) in [
            (quantity.clone(), json!("0x1"), json!("1")),
            (json!({ "type": ["null", "integer"] }), json!(null), json!("1")),
            (json!({ "enum": ["a", "b"] }), json!("a"), json!("c")),
            (json!({ "const": 3 }), json!(3), json!(4)),
            (json!({ "minimum": 1, "maximum": 2 }), json!(1), json!(3)),
            (json!({ "items": quantity }), json!(["0x1"]), json!(["0x1", "1"])),
            (json!({ "required": ["a"] }), json!({ "a": 1 }), json!({ "b": 1 })),
            (json!({ "properties": { "a": quantity } }), json!({ "a": "0x1" }), json!({ "a": 1 })),
            (
                json!({ "properties": { "a": true }, "additionalProperties": false }),
                json!({ "a": 1 }),
                json!({ "b": 1 }),
            ),
            (json!({ "additionalProperties": quantity }), json!({ "a": "0x1" }), json!({ "a": "x" })),
            (json!({ "allOf": [quantity, { "enum": ["0x1"] }] }), json!("0x1"), json!("0x2")),
            (json!({ "anyOf": [quantity, { "type": "null" }] }), json!(null), json!(1)),
            (json!({ "oneOf": [quantity, { "type": "string" }] }), json!("x"), json!("0x1")),
        ] {
            assert!(fits(schema.clone(), good.clone()), "{schema} {good}");
            assert!(!fits(schema.clone(), bad.clone()), "{schema} {bad}");
        }
        assert!(!fits(json!({ "unheard": 1 }), json!(1)), "a keyword that nobody looks at");
    }
}
