//! The storage layout of a module: what the SDK said of its fields, in the shape of solc's `storageLayout`, and beside it
//! a list `immutables` of what is part of the code, if anything is.
//!
//! The SDK writes a type as `struct Name{label@slot:offset=immutable type;...}`, `mapping(key=>value)`, `enum Name{A,B}`,
//! `element[]`, `element[N]`, or by its Solidity name. A member has the part after `=` if it has immutables, and the part
//! before it if it has anything else; both are relative to the struct.

use crate::{BuildError, module::CustomSection};
use serde_json::{Map, Value, json};
use zx_host_functions::{FIELDS_SECTION, LAYOUT_SECTION, deploy::IMMUTABLE_BYTES, metadata};

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
    let mut immutables = Vec::new();
    contract.immutables("", 0, &mut immutables).map_err(|e| unreadable(FIELDS_SECTION, text, e))?;
    let mut layout = json!({ "storage": contract.storage(&mut types), "types": types });
    if !immutables.is_empty() {
        layout["immutables"] = immutables.into();
    }
    Ok(serde_json::to_string(&layout)?)
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
    /// `None` for what has nothing in the sequence of slots.
    place: Option<Place>,
    /// Where its immutables begin.
    immutable: Option<u64>,
    ty: Type,
}

#[derive(Debug)]
struct Place {
    /// A number, or a whole slot in hex.
    slot: String,
    offset: u64,
}

/// A member that is in storage.
struct Stored<'a> {
    label: String,
    contract: &'a str,
    place: &'a Place,
    ty: &'a Type,
}

impl Struct {
    fn storage(&self, types: &mut Map<String, Value>) -> Vec<Value> {
        self.stored().into_iter().map(|stored| stored.json(types)).collect()
    }

    /// The members that are in storage. A struct of members in slots of their own, and of what is immutable, has no place
    /// itself: the former stand for it.
    fn stored(&self) -> Vec<Stored<'_>> {
        let mut stored = Vec::new();
        for Member { label, place, immutable, ty } in &self.members {
            match (place, ty) {
                (Some(_), Type::Struct(inner)) if immutable.is_some() && inner.stored().is_empty() => {}
                (Some(place), ty) => stored.push(Stored { label: label.clone(), contract: &self.name, place, ty }),
                (None, Type::Struct(inner)) => {
                    let own = inner.stored().into_iter().filter(|member| member.place.is_absolute());
                    stored.extend(own.map(|member| Stored { label: format!("{label}.{}", member.label), ..member }));
                }
                (None, _) => {}
            }
        }
        stored
    }

    /// Lists the immutables of this struct, which begin at `base`.
    fn immutables(&self, prefix: &str, base: u64, list: &mut Vec<Value>) -> Result<(), String> {
        for Member { label, immutable, ty, .. } in &self.members {
            let Some(offset) = immutable else { continue };
            let (label, offset) = (format!("{prefix}{label}"), base.saturating_add(*offset));
            if let Type::Struct(inner) = ty {
                inner.immutables(&format!("{label}."), offset, list)?;
                continue;
            }
            let bytes = ty.bytes();
            if offset.saturating_add(bytes) > IMMUTABLE_BYTES as u64 {
                return Err(format!(
                    "the immutable `{label}` ends behind byte {IMMUTABLE_BYTES}, of which no contract has more"
                ));
            }
            list.push(json!({ "label": label, "offset": offset, "bytes": bytes, "type": ty.label() }));
        }
        Ok(())
    }
}

impl Place {
    fn is_absolute(&self) -> bool {
        self.slot.starts_with("0x")
    }
}

impl Stored<'_> {
    fn json(&self, types: &mut Map<String, Value>) -> Value {
        let id = self.ty.add_to(types);
        let Place { slot, offset } = self.place;
        json!({ "label": self.label, "slot": slot, "offset": offset, "type": id, "contract": self.contract })
    }
}

impl Member {
    /// Whether its places are those that its type needs.
    fn check(&self) -> Result<(), String> {
        let Self { label, place, immutable, ty } = self;
        let has_immutables = match ty {
            Type::Struct(inner) => inner.members.iter().any(|member| member.immutable.is_some()),
            Type::Value(name) if name == "string" || name == "bytes" => false,
            Type::Value(_) | Type::Enum(..) => place.is_none(),
            _ => false,
        };
        match (has_immutables, immutable) {
            (true, None) => return Err(format!("the place of `{label}` is missing")),
            (false, Some(_)) => return Err(format!("`{label}` has a place among the immutables, and none of them")),
            _ => {}
        }
        match (place, ty) {
            (None, Type::Struct(inner)) => match inner.stored().iter().find(|member| member.needs_place()) {
                Some(inner) => Err(format!("`{label}.{}` has a slot, which `{label}` has not", inner.label)),
                None => Ok(()),
            },
            (None, _) if immutable.is_none() => Err(format!("the slot of `{label}` is missing")),
            _ => Ok(()),
        }
    }
}

impl Stored<'_> {
    /// Whether it lies in the slots of the struct that it is in.
    fn needs_place(&self) -> bool {
        !self.place.is_absolute() && self.ty.bytes() > 0
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
                entry["members"] = inner.storage(types).into();
            }
        }
        types.insert(id.clone(), entry);
        id
    }

    /// The same, as what a mapping, a list or an array is of: nothing in it is immutable.
    fn of_entry(self) -> Result<Self, String> {
        match &self {
            Self::Struct(inner) if inner.members.iter().any(|member| member.immutable.is_some()) => {
                Err(format!("an entry is a struct {}, which has immutables", inner.name))
            }
            _ => Ok(self),
        }
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
                let members: Vec<_> = inner.stored().iter().map(|m| m.ty.id()).collect();
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
                .stored()
                .iter()
                .filter_map(|m| {
                    let first = m.place.slot.parse::<u64>().ok()?.saturating_mul(32).saturating_add(m.place.offset);
                    Some(first.saturating_add(m.ty.bytes()))
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
            members.push(self.member()?);
        }
        Ok(Struct { name, members })
    }

    fn member(&mut self) -> Result<Member, String> {
        let label = self.until(&['@'])?.to_owned();
        self.want("@")?;
        let place = match self.0.starts_with(['=', ' ']) {
            true => None,
            false => Some(self.place(&label)?),
        };
        let immutable = match self.take("=") {
            true => Some(self.number(&[' '], || format!("the place of `{label}` among the immutables"))?),
            false => None,
        };
        self.want(" ")?;
        let ty = self.ty()?;
        self.want(";")?;
        let member = Member { label, place, immutable, ty };
        member.check()?;
        Ok(member)
    }

    fn place(&mut self, label: &str) -> Result<Place, String> {
        let slot = self.until(&[':'])?.to_owned();
        self.want(":")?;
        let offset = self.number(&['=', ' '], || format!("the offset of `{label}`"))?;
        Ok(Place { slot, offset })
    }

    fn number(&mut self, end: &[char], what: impl Fn() -> String) -> Result<u64, String> {
        self.until(end)?.parse().map_err(|e| format!("{}: {e}", what()))
    }

    /// What a mapping, a list or an array is of.
    fn entry(&mut self) -> Result<Type, String> {
        self.ty()?.of_entry()
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
            let key = self.entry()?;
            self.want("=>")?;
            let value = self.entry()?;
            self.want(")")?;
            Type::Mapping(Box::new(key), Box::new(value))
        } else {
            Type::Value(self.until(&[';', ')', '[', '='])?.to_owned())
        };
        while self.take("[") {
            let len = self.until(&[']'])?;
            self.want("]")?;
            ty = ty.of_entry()?;
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

    #[test]
    fn immutables_are_listed_by_their_bytes_and_are_in_no_slot() {
        let layout = of("struct Vault{asset@=0 address;total@0:0 uint128;fee@=20 uint16;held@0:16 uint64;\
             domain@=22 struct Domain{name@=0 bytes32;inner@=32 struct Inner{salt@=0 bool;};};\
             mixed@1:0=55 struct Mixed{a@0:0 uint256;b@=0 int64;c@1:0 string;};last@3:0 bool;}");
        let rows = |list: &Value, of: &[&str]| -> Vec<Value> {
            list.as_array().expect("a list").iter().map(|row| of.iter().map(|key| row[key].clone()).collect()).collect()
        };
        assert_eq!(
            rows(&layout["immutables"], &["label", "offset", "bytes", "type"]),
            [
                json!(["asset", 0, 20, "address"]),
                json!(["fee", 20, 2, "uint16"]),
                json!(["domain.name", 22, 32, "bytes32"]),
                json!(["domain.inner.salt", 54, 1, "bool"]),
                json!(["mixed.b", 55, 8, "int64"]),
            ]
        );
        assert_eq!(
            rows(&layout["storage"], &["label", "slot", "offset", "type"]),
            [
                json!(["total", "0", 0, "t_uint128"]),
                json!(["held", "0", 16, "t_uint64"]),
                json!(["mixed", "1", 0, "t_struct(Mixed:t_uint256,t_string_storage)_storage"]),
                json!(["last", "3", 0, "t_bool"]),
            ]
        );
        let mixed = &layout["types"]["t_struct(Mixed:t_uint256,t_string_storage)_storage"];
        assert_eq!(rows(&mixed["members"], &["label"]), [json!(["a"]), json!(["c"])]);
        assert_eq!(mixed["numberOfBytes"], "64");
        assert!(layout["types"].get("t_address").is_none(), "a type that nothing in storage has: {layout}");
    }

    #[test]
    fn what_has_a_slot_of_its_own_is_in_storage_though_its_struct_is_not() {
        let layout =
            of("struct P{proxy@=4 struct Proxy{impl@0x36:0 address;none@0:0 struct Empty{};beacon@=0 address;};\
             domain@ struct Domain{names@0x37:0 struct Names{name@0:0 string;};};\
             keys@0x38:0=24 struct Keys{key@=0 bytes32;};}");
        let storage = layout["storage"].as_array().expect("a list");
        assert_eq!(storage.len(), 2, "{layout}");
        assert_eq!((&storage[1]["label"], &storage[1]["slot"]), (&json!("domain.names"), &json!("0x37")));
        assert_eq!((&storage[0]["label"], &storage[0]["slot"]), (&json!("proxy.impl"), &json!("0x36")));
        assert_eq!(storage[0]["contract"], "Proxy");
        assert_eq!(layout["immutables"][0]["offset"], 4);
    }

    #[test]
    fn a_contract_without_immutables_has_no_list_of_them() {
        assert_eq!(of("struct A{x@0:0 uint8;}").get("immutables"), None);
    }

    #[test]
    fn places_that_do_not_fit_the_type_are_refused() {
        for (wrong, say) in [
            ("struct A{x@ uint8;}", "the place of `x` is missing"),
            ("struct A{x@ mapping(uint8=>bool);}", "the slot of `x` is missing"),
            ("struct A{x@=y uint8;}", "the place of `x` among the immutables"),
            ("struct A{x@0:0=0 uint8;}", "`x` has a place among the immutables, and none of them"),
            ("struct A{x@=0 string;}", "`x` has a place among the immutables, and none of them"),
            ("struct A{x@=0 uint8[];}", "`x` has a place among the immutables, and none of them"),
            ("struct A{x@0:0=0 struct B{y@0:0 bool;};}", "`x` has a place among the immutables, and none of them"),
            ("struct A{x@0:0 struct B{y@=0 bool;};}", "the place of `x` is missing"),
            ("struct A{x@=0 struct B{y@0:0 bool;z@=0 bool;};}", "`x.y` has a slot, which `x` has not"),
            ("struct A{x@=4095 uint16;}", "the immutable `x` ends behind byte 4096"),
            ("struct A{x@=18446744073709551615 bool;}", "the immutable `x` ends behind byte 4096"),
            ("struct A{x@=4096 struct B{y@=0 bool;};}", "the immutable `x.y` ends behind byte 4096"),
            ("struct A{x@0:0 struct B{y@=0 bool;}[];}", "an entry is a struct B, which has immutables"),
            ("struct A{x@0:0 mapping(bool=>struct B{y@=0 bool;});}", "an entry is a struct B, which has immutables"),
        ] {
            let section = CustomSection { name: FIELDS_SECTION, data: wrong.as_bytes() };
            let error = read(&[section]).expect_err(wrong).to_string();
            assert!(error.contains(say), "{wrong}: {error}");
        }
    }
}
