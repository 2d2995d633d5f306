//! Methods, read from their Solidity declarations.

use super::values::{Value, encode};
use crate::{Address, declare::selector_of};

/// A type of the ABI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Bool,
    Address,
    String,
    Bytes,
    /// Bits.
    Uint(usize),
    /// Bits.
    Int(usize),
    /// Bytes.
    Fixed(usize),
    /// How many variants an enum has is not told: most numbers are none.
    List(Box<Type>),
    Array(Box<Type>, usize),
    Tuple(Vec<Type>),
}

impl Type {
    fn name(&self) -> String {
        match self {
            Self::Bool => "bool".to_owned(),
            Self::Address => "address".to_owned(),
            Self::String => "string".to_owned(),
            Self::Bytes => "bytes".to_owned(),
            Self::Uint(bits) => format!("uint{bits}"),
            Self::Int(bits) => format!("int{bits}"),
            Self::Fixed(bytes) => format!("bytes{bytes}"),
            Self::List(inner) => format!("{}[]", inner.name()),
            Self::Array(inner, len) => format!("{}[{len}]", inner.name()),
            Self::Tuple(members) => {
                format!("({})", members.iter().map(Self::name).collect::<Vec<_>>().join(","))
            }
        }
    }
}

/// A method that changes something.
#[derive(Clone, Debug)]
pub(super) struct Method {
    pub(super) contract: &'static str,
    pub(super) address: Address,
    pub(super) name: String,
    pub(super) payable: bool,
    pub(super) inputs: Vec<Type>,
    selector: [u8; 4],
}

impl Method {
    /// Reads a declaration with its documentation; `None` if it is not that of a method which changes something.
    pub(super) fn read(contract: &'static str, address: Address, text: &str) -> Option<Self> {
        let line = text.lines().find(|line| !line.starts_with("///"))?;
        let (name, rest) = line.strip_prefix("function ")?.split_once('(')?;
        let mut rest = rest;
        let inputs = types(&mut rest)?;
        let mutability = rest.trim_start().strip_prefix("external")?.trim_start();
        if mutability.starts_with("view") || mutability.starts_with("pure") {
            return None;
        }
        let payable = mutability.starts_with("payable");
        let selector = selector_of(&[name, &Type::Tuple(inputs.clone()).name()]);
        Some(Self { contract, address, name: name.to_owned(), payable, inputs, selector })
    }

    pub(super) fn calldata(&self, arguments: &[Value]) -> Vec<u8> {
        let mut data = self.selector.to_vec();
        data.extend(encode(arguments));
        data
    }
}

/// The members of a tuple, by its name; `None` if it is not one.
pub(super) fn inputs(tuple: &str) -> Option<Vec<Type>> {
    types(&mut tuple.strip_prefix('(')?)
}

/// Types up to the closing parenthesis, with or without names.
fn types(rest: &mut &str) -> Option<Vec<Type>> {
    let mut types = Vec::new();
    loop {
        *rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix(')') {
            *rest = after;
            return Some(types);
        }
        types.push(one(rest)?);
        // The name.
        let end = rest.find([',', ')'])?;
        *rest = rest.get(end..)?;
        *rest = rest.strip_prefix(',').unwrap_or(rest);
    }
}

fn one(rest: &mut &str) -> Option<Type> {
    let mut ty = if let Some(inner) = rest.strip_prefix('(') {
        *rest = inner;
        Type::Tuple(types(rest)?)
    } else {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric())?;
        let (name, after) = rest.split_at(end);
        *rest = after;
        elementary(name)?
    };
    // The author's name of a struct or enum.
    if let Some(label) = rest.strip_prefix(':') {
        *rest = label.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    }
    while let Some(array) = rest.strip_prefix('[') {
        let (len, after) = array.split_once(']')?;
        *rest = after;
        ty = if len.is_empty() { Type::List(Box::new(ty)) } else { Type::Array(Box::new(ty), len.parse().ok()?) };
    }
    Some(ty)
}

fn elementary(name: &str) -> Option<Type> {
    let number = |prefix: &str| name.strip_prefix(prefix)?.parse().ok();
    match name {
        "bool" => Some(Type::Bool),
        "address" => Some(Type::Address),
        "string" => Some(Type::String),
        "bytes" => Some(Type::Bytes),
        _ => number("uint").map(Type::Uint).or(number("int").map(Type::Int)).or(number("bytes").map(Type::Fixed)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Method> {
        Method::read("c", Address::ZERO, text)
    }

    #[test]
    fn declarations_are_read() {
        let method = read(
            "/// What it does.\nfunction f((uint256 amount,uint8:Kind kind):Order[2][] orders, bytes4, address to) external payable\n",
        )
        .unwrap();
        assert!(method.payable);
        assert_eq!(Type::Tuple(method.inputs.clone()).name(), "((uint256,uint8)[2][],bytes4,address)");
        assert_eq!(method.selector, selector_of(&["f((uint256,uint8)[2][],bytes4,address)"]));
        assert_eq!(read("function g() external returns (bool)\n").unwrap().inputs, []);
        assert!(read("function g() external view returns (bool)\n").is_none());
        assert!(read("event E(uint256 a)\n").is_none());
    }
}
