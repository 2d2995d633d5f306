//! The declarations that the SDK leaves in a module, a line each: Solidity's, with the names of structs and enums behind
//! their types.
//!
//! ```text
//! function f((uint256 amount,uint8:Kind kind):Order[] orders) external view returns (bool)
//! ```

use serde_json::{Map, Value, json};

/// What a line declares.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    /// What there can be one of: kind, and signature.
    pub(crate) identity: (&'static str, String),
    /// As an item of a JSON ABI.
    pub(crate) json: Value,
}

/// Reads a line.
pub(crate) fn parse(line: &str) -> Result<Item, String> {
    let mut rest = Cursor(line);
    let word = rest.word();
    match word {
        "function" => function(&mut rest),
        "constructor" => constructor(&mut rest),
        "event" => event(&mut rest),
        "error" => {
            let (name, inputs) = (rest.name()?, rest.parameters()?);
            let json = json!({ "type": "error", "name": name, "inputs": jsons(&inputs) });
            rest.end(Item { identity: ("error", signature(name, &inputs)), json })
        }
        "receive" | "fallback" => {
            rest.parameters()?;
            let mutability = rest.mutability()?;
            // A fallback that only looks is none to Solidity.
            let mutability = if mutability == "payable" { mutability } else { "nonpayable" };
            let kind = if word == "receive" { "receive" } else { "fallback" };
            rest.end(Item {
                identity: (kind, String::new()),
                json: json!({ "type": kind, "stateMutability": mutability }),
            })
        }
        _ => Err(format!("`{word}` declares nothing that an ABI has")),
    }
}

fn function(rest: &mut Cursor<'_>) -> Result<Item, String> {
    let (name, inputs) = (rest.name()?, rest.parameters()?);
    let mutability = rest.mutability()?;
    let outputs = if rest.take("returns") { rest.parameters()? } else { Vec::new() };
    let json = json!({
        "type": "function", "name": name, "inputs": jsons(&inputs), "outputs": jsons(&outputs),
        "stateMutability": mutability,
    });
    rest.end(Item { identity: ("function", signature(name, &inputs)), json })
}

fn constructor(rest: &mut Cursor<'_>) -> Result<Item, String> {
    let inputs = rest.parameters()?;
    let mutability = rest.mutability()?;
    let json = json!({ "type": "constructor", "inputs": jsons(&inputs), "stateMutability": mutability });
    rest.end(Item { identity: ("constructor", String::new()), json })
}

fn event(rest: &mut Cursor<'_>) -> Result<Item, String> {
    let (name, inputs) = (rest.name()?, rest.parameters()?);
    let anonymous = rest.take("anonymous");
    let members: Vec<_> = inputs.iter().map(Parameter::indexed_json).collect();
    let json = json!({ "type": "event", "name": name, "inputs": members, "anonymous": anonymous });
    rest.end(Item { identity: ("event", signature(name, &inputs)), json })
}

fn signature(name: &str, inputs: &[Parameter]) -> String {
    let types: Vec<_> = inputs.iter().map(|p| p.ty.canonical()).collect();
    format!("{name}({})", types.join(","))
}

fn jsons(parameters: &[Parameter]) -> Vec<Value> {
    parameters.iter().map(Parameter::json).collect()
}

/// A type, its name if it is the author's, and its array suffixes.
#[derive(Debug)]
struct Type {
    /// A word, or nothing for a tuple.
    base: String,
    components: Vec<Parameter>,
    label: Option<String>,
    suffix: String,
}

/// A parameter, or a component of a struct.
#[derive(Debug)]
struct Parameter {
    ty: Type,
    name: String,
    indexed: bool,
}

impl Type {
    fn is_tuple(&self) -> bool {
        self.base.is_empty()
    }

    fn canonical(&self) -> String {
        if !self.is_tuple() {
            return format!("{}{}", self.base, self.suffix);
        }
        let members: Vec<_> = self.components.iter().map(|c| c.ty.canonical()).collect();
        format!("({}){}", members.join(","), self.suffix)
    }
}

impl Parameter {
    fn json(&self) -> Value {
        Value::Object(self.members())
    }

    fn indexed_json(&self) -> Value {
        let mut members = self.members();
        members.insert("indexed".into(), self.indexed.into());
        Value::Object(members)
    }

    fn members(&self) -> Map<String, Value> {
        let Type { base, components, label, suffix } = &self.ty;
        let base = if self.ty.is_tuple() { "tuple" } else { base.as_str() };
        let mut members = Map::new();
        members.insert("name".into(), self.name.clone().into());
        members.insert("type".into(), format!("{base}{suffix}").into());
        if let Some(label) = label {
            let kind = if self.ty.is_tuple() { "struct" } else { "enum" };
            members.insert("internalType".into(), format!("{kind} {label}{suffix}").into());
        }
        if self.ty.is_tuple() {
            members.insert("components".into(), jsons(components).into());
        }
        members
    }
}

/// A type that Solidity has a word for.
fn elementary(name: &str) -> Result<String, String> {
    let digits = name.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let number: Option<usize> = digits.parse().ok();
    let known = match (name.strip_suffix(digits).unwrap_or(name), number) {
        ("bool" | "address" | "string" | "bytes", None) => digits.is_empty(),
        ("uint" | "int", Some(bits)) => bits.is_multiple_of(8) && (8..=256).contains(&bits),
        ("bytes", Some(bytes)) => (1..=32).contains(&bytes),
        _ => false,
    };
    if known { Ok(name.to_owned()) } else { Err(format!("`{name}` is no type of the ABI")) }
}

/// What is left of a line.
struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    fn skip_spaces(&mut self) {
        self.0 = self.0.trim_start();
    }

    /// Letters, digits, `_` and `$`; empty if there are none.
    fn word(&mut self) -> &'a str {
        self.skip_spaces();
        let end = self.0.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '$').unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        self.0 = rest;
        word
    }

    fn name(&mut self) -> Result<&'a str, String> {
        match self.word() {
            "" => Err(format!("a name is missing before `{}`", self.0)),
            name => Ok(name),
        }
    }

    /// Whether this comes next, which is then taken.
    fn take(&mut self, text: &str) -> bool {
        self.skip_spaces();
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

    /// `external`, then what the state is to it.
    fn mutability(&mut self) -> Result<&'static str, String> {
        self.take("external");
        for known in ["view", "pure", "payable"] {
            if self.take(known) {
                return Ok(known);
            }
        }
        Ok("nonpayable")
    }

    fn parameters(&mut self) -> Result<Vec<Parameter>, String> {
        self.want("(")?;
        let mut parameters = Vec::new();
        if self.take(")") {
            return Ok(parameters);
        }
        loop {
            let ty = self.ty()?;
            let indexed = self.take("indexed ");
            let name = self.word().to_owned();
            parameters.push(Parameter { ty, name, indexed });
            if !self.take(",") {
                self.want(")")?;
                return Ok(parameters);
            }
        }
    }

    fn ty(&mut self) -> Result<Type, String> {
        self.skip_spaces();
        let (base, components) = match self.0.starts_with('(') {
            true => (String::new(), self.parameters()?),
            false => (elementary(self.name()?)?, Vec::new()),
        };
        let label = if self.0.starts_with(':') {
            self.take(":");
            Some(self.name()?.to_owned())
        } else {
            None
        };
        let mut suffix = String::new();
        while self.0.starts_with('[') {
            let end = self.0.find(']').ok_or_else(|| format!("`]` is missing in `{}`", self.0))?;
            let (array, rest) = self.0.split_at(end + 1);
            suffix.push_str(array);
            self.0 = rest;
        }
        Ok(Type { base, components, label, suffix })
    }

    /// The item, if nothing is left.
    fn end(&mut self, item: Item) -> Result<Item, String> {
        self.skip_spaces();
        if self.0.is_empty() { Ok(item) } else { Err(format!("`{}` is one too many", self.0)) }
    }
}
