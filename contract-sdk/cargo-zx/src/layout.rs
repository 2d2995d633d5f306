//! The storage layout of a module: what the SDK said of its fields, in the shape of solc's `storageLayout`.
//!
//! The SDK writes a type as `struct Name{label@slot:offset type;...}`, `mapping(key=>value)`, `enum Name{A,B}`,
//! `element[]`, `element[N]`, or by its Solidity name.

use crate::{BuildError, module::CustomSection};
use serde_json::{Map, Value, json};
use zx_host_functions::{FIELDS_SECTION, LAYOUT_SECTION, metadata};

/// Reads the layout from a module's custom sections, as JSON without whitespace. `None` if the module says nothing.
///
/// # Errors
/// A section cannot be read.
pub fn read(sections: &[CustomSection<'_>]) -> Result<Option<String>, BuildError> {
    let find = |name| sections.iter().find(|s| s.name == name).map(|s| s.data);
    match (find(FIELDS_SECTION), find(LAYOUT_SECTION)) {
        (Some(fields), _) => from_fields(fields).map(Some),
        (None, Some(packed)) => {
            let json = metadata::unpack(packed).map_err(|e| unreadable(LAYOUT_SECTION, "", e))?;
            Ok(Some(json))
        }
        (None, None) => Ok(None),
    }
}

fn from_fields(section: &[u8]) -> Result<String, BuildError> {
    let text = std::str::from_utf8(section).map_err(|e| unreadable(FIELDS_SECTION, "", e))?.trim();
    let mut types = Map::new();
    let mut rest = Cursor(text);
    let contract = rest
        .structure()
        .and_then(|s| if rest.0.is_empty() { Ok(s) } else { Err(format!("`{}` is one too many", rest.0)) })
        .map_err(|e| unreadable(FIELDS_SECTION, text, e))?;
    let storage: Vec<_> = contract.members.iter().map(|m| m.json(&contract.name, &mut types)).collect();
    Ok(serde_json::to_string(&json!({ "storage": storage, "types": types }))?)
}

fn unreadable(section: &'static str, line: &str, reason: impl ToString) -> BuildError {
    BuildError::Declaration { section, line: line.chars().take(120).collect(), reason: reason.to_string() }
}

/// A type in storage.
#[derive(Debug)]
enum Type {
    Value(String),
    Mapping(Box<Type>, Box<Type>),
    List(Box<Type>),
    Array(Box<Type>, u64),
    Enum(String, Vec<String>),
    Struct(Struct),
}

#[derive(Debug)]
struct Struct {
    name: String,
    members: Vec<Member>,
}

#[derive(Debug)]
struct Member {
    label: String,
    /// A number, or a whole slot in hex.
    slot: String,
    offset: u64,
    ty: Type,
}

impl Member {
    fn json(&self, contract: &str, types: &mut Map<String, Value>) -> Value {
        let id = self.ty.add_to(types);
        json!({ "label": self.label, "slot": self.slot, "offset": self.offset, "type": id, "contract": contract })
    }
}

impl Type {
    /// Enters the type, and what it consists of, and returns its identifier.
    fn add_to(&self, types: &mut Map<String, Value>) -> String {
        let id = self.id();
        if types.contains_key(&id) {
            return id;
        }
        // Before its parts, so that what contains itself ends.
        types.insert(id.clone(), Value::Null);
        let mut entry =
            json!({ "label": self.label(), "encoding": self.encoding(), "numberOfBytes": self.bytes().to_string() });
        match self {
            Self::Value(_) => {}
            Self::Enum(_, variants) => entry["variants"] = json!(variants),
            Self::Mapping(key, value) => {
                entry["key"] = key.add_to(types).into();
                entry["value"] = value.add_to(types).into();
            }
            Self::List(base) | Self::Array(base, _) => entry["base"] = base.add_to(types).into(),
            Self::Struct(inner) => {
                entry["members"] = inner.members.iter().map(|m| m.json(&inner.name, types)).collect();
            }
        }
        types.insert(id.clone(), entry);
        id
    }

    fn id(&self) -> String {
        match self {
            Self::Value(name) if name == "string" || name == "bytes" => format!("t_{name}_storage"),
            Self::Value(name) => format!("t_{name}"),
            Self::Mapping(key, value) => format!("t_mapping({},{})", key.id(), value.id()),
            Self::List(base) => format!("t_array({})dyn_storage", base.id()),
            Self::Array(base, len) => format!("t_array({}){len}_storage", base.id()),
            Self::Enum(name, _) => format!("t_enum({name})"),
            // Two structs of one name, of different crates, are told apart by what is in them.
            Self::Struct(inner) => {
                let members: Vec<_> = inner.members.iter().map(|m| m.ty.id()).collect();
                format!("t_struct({}:{})_storage", inner.name, members.join(","))
            }
        }
    }

    fn label(&self) -> String {
        match self {
            Self::Value(name) => name.clone(),
            Self::Mapping(key, value) => format!("mapping({} => {})", key.label(), value.label()),
            Self::List(base) => format!("{}[]", base.label()),
            Self::Array(base, len) => format!("{}[{len}]", base.label()),
            Self::Enum(name, _) => format!("enum {name}"),
            Self::Struct(inner) => format!("struct {}", inner.name),
        }
    }

    fn encoding(&self) -> &'static str {
        match self {
            Self::Value(name) if name == "string" || name == "bytes" => "bytes",
            Self::Mapping(..) => "mapping",
            Self::List(_) => "dynamic_array",
            _ => "inplace",
        }
    }

    /// Bytes that it takes in its place.
    fn bytes(&self) -> u64 {
        match self {
            Self::Value(name) => value_bytes(name),
            Self::Mapping(..) | Self::List(_) => 32,
            Self::Enum(..) => 1,
            Self::Array(base, len) => match base.bytes() {
                small @ 1..=16 => len.div_ceil(32 / small).saturating_mul(32),
                large => len.saturating_mul(large.next_multiple_of(32)),
            },
            Self::Struct(inner) => inner
                .members
                .iter()
                .filter_map(|m| {
                    Some(m.slot.parse::<u64>().ok()?.saturating_mul(32).saturating_add(m.offset + m.ty.bytes()))
                })
                .max()
                .unwrap_or(0)
                .next_multiple_of(32),
        }
    }
}

/// Bytes of a value type, by its Solidity name.
fn value_bytes(name: &str) -> u64 {
    let digits = name.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    match (name.trim_end_matches(|c: char| c.is_ascii_digit()), digits.parse::<u64>()) {
        ("bool", _) => 1,
        ("address", _) => 20,
        ("uint" | "int", Ok(bits)) => bits / 8,
        ("bytes", Ok(bytes)) => bytes,
        _ => 32,
    }
}

/// What is left of the text.
struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    fn take(&mut self, text: &str) -> bool {
        match self.0.strip_prefix(text) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    fn want(&mut self, text: &str) -> Result<(), String> {
        if self.take(text) { Ok(()) } else { Err(format!("`{text}` is missing before `{}`", self.0)) }
    }

    fn until(&mut self, end: &[char]) -> Result<&'a str, String> {
        let at = self
            .0
            .find(end)
            .ok_or_else(|| format!("`{}` is missing behind `{}`", end.iter().collect::<String>(), self.0))?;
        let (text, rest) = self.0.split_at(at);
        self.0 = rest;
        Ok(text)
    }

    fn structure(&mut self) -> Result<Struct, String> {
        self.want("struct ")?;
        let name = self.until(&['{'])?.to_owned();
        self.want("{")?;
        let mut members = Vec::new();
        while !self.take("}") {
            let label = self.until(&['@'])?.to_owned();
            self.want("@")?;
            let slot = self.until(&[':'])?.to_owned();
            self.want(":")?;
            let offset = self.until(&[' '])?.parse().map_err(|e| format!("the offset of `{label}`: {e}"))?;
            self.want(" ")?;
            let ty = self.ty()?;
            self.want(";")?;
            members.push(Member { label, slot, offset, ty });
        }
        Ok(Struct { name, members })
    }

    fn ty(&mut self) -> Result<Type, String> {
        let mut ty = if self.0.starts_with("struct ") {
            Type::Struct(self.structure()?)
        } else if self.take("enum ") {
            let name = self.until(&['{'])?.to_owned();
            self.want("{")?;
            let variants = self.until(&['}'])?.split(',').map(str::to_owned).collect();
            self.want("}")?;
            Type::Enum(name, variants)
        } else if self.take("mapping(") {
            let key = self.ty()?;
            self.want("=>")?;
            let value = self.ty()?;
            self.want(")")?;
            Type::Mapping(Box::new(key), Box::new(value))
        } else {
            Type::Value(self.until(&[';', ')', '[', '='])?.to_owned())
        };
        while self.take("[") {
            let len = self.until(&[']'])?;
            self.want("]")?;
            ty = match len {
                "" => Type::List(Box::new(ty)),
                len => Type::Array(Box::new(ty), len.parse().map_err(|e| format!("the length of an array: {e}"))?),
            };
        }
        Ok(ty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(fields: &str) -> Value {
        let section = CustomSection { name: FIELDS_SECTION, data: fields.as_bytes() };
        let json = read(&[section]).expect("readable").expect("there");
        serde_json::from_str(&json).expect("JSON")
    }

    #[test]
    fn fields_become_a_storage_layout() {
        let layout = of("struct Token{name@0:0 string;paused@1:0 bool;kind@1:1 enum Kind{A,B};\
             orders@2:0 mapping(address=>mapping(uint64=>struct Order{amount@0:0 uint128;at@0:16 uint64;who@1:0 address;}));\
             list@3:0 uint32[3][];impl@0x36:0 address;}\n");
        let storage = layout["storage"].as_array().expect("a list");
        let places: Vec<_> =
            storage.iter().map(|m| (m["label"].as_str(), m["slot"].as_str(), m["offset"].as_u64())).collect();
        assert_eq!(places[2], (Some("kind"), Some("1"), Some(1)));
        assert_eq!(places[5], (Some("impl"), Some("0x36"), Some(0)));
        let types = &layout["types"];
        let orders = &types[storage[3]["type"].as_str().expect("named")];
        assert_eq!(orders["label"], "mapping(address => mapping(uint64 => struct Order))");
        let order = &types["t_struct(Order:t_uint128,t_uint64,t_address)_storage"];
        assert_eq!(order["numberOfBytes"], "64");
        assert_eq!(order["members"][1]["offset"], 16);
        assert_eq!(types["t_array(t_uint32)3_storage"]["numberOfBytes"], "32");
        assert_eq!(types["t_enum(Kind)"]["variants"], json!(["A", "B"]));
        assert_eq!(types["t_string_storage"]["encoding"], "bytes");
    }

    #[test]
    fn what_cannot_be_read_is_shown() {
        for wrong in ["struct A{", "struct A{x@0:0 uint8}", "struct A{x@0:y uint8;}", "struct A{} more", "list"] {
            let section = CustomSection { name: FIELDS_SECTION, data: wrong.as_bytes() };
            let error = read(&[section]).expect_err(wrong).to_string();
            assert!(error.contains("`zx_fields`"), "{error}");
        }
        assert_eq!(read(&[]).expect("nothing to read"), None);
    }
}
