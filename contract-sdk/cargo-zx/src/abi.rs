//! The JSON ABI of a module: what the SDK declared, or what an earlier build embedded.

use crate::{BuildError, module::CustomSection};
use alloy_json_abi::{AbiItem, Fallback, JsonAbi, Receive, StateMutability};
use std::collections::BTreeSet;
use zx_host_functions::{ABI_SECTION, SIGNATURE_SECTION};

/// Reads the ABI from a module's custom sections. A module that says nothing has an empty one.
///
/// # Errors
/// A section cannot be read.
pub fn read(sections: &[CustomSection<'_>]) -> Result<JsonAbi, BuildError> {
    let find = |name| sections.iter().find(|s| s.name == name).map(|s| s.data);
    match (find(SIGNATURE_SECTION), find(ABI_SECTION)) {
        (Some(declarations), _) => from_declarations(&text(SIGNATURE_SECTION, declarations)?),
        (None, Some(json)) => {
            let json = text(ABI_SECTION, json)?;
            JsonAbi::from_json_str(&json).map_err(|e| unreadable(ABI_SECTION, &json, e))
        }
        (None, None) => Ok(JsonAbi::new()),
    }
}

/// The ABI as a JSON array, without whitespace.
///
/// # Errors
/// None in practice: serialisation is fallible by its signature.
pub fn to_json(abi: &JsonAbi) -> Result<String, BuildError> {
    Ok(serde_json::to_string(abi)?)
}

/// One Solidity declaration a line. An event or error that several crates declare counts once.
fn from_declarations(text: &str) -> Result<JsonAbi, BuildError> {
    let lines: BTreeSet<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut abi = JsonAbi::new();
    for line in lines {
        if add_unnamed(&mut abi, line) {
            continue;
        }
        let item = AbiItem::parse(line).map_err(|e| unreadable(SIGNATURE_SECTION, line, e))?;
        add(&mut abi, item, line)?;
    }
    Ok(abi)
}

fn add(abi: &mut JsonAbi, item: AbiItem<'_>, line: &str) -> Result<(), BuildError> {
    let twice = || unreadable(SIGNATURE_SECTION, line, "the module has a second one");
    match item {
        AbiItem::Function(f) => abi.functions.entry(f.name.clone()).or_default().push(f.into_owned()),
        AbiItem::Event(e) => abi.events.entry(e.name.clone()).or_default().push(e.into_owned()),
        AbiItem::Error(e) => abi.errors.entry(e.name.clone()).or_default().push(e.into_owned()),
        AbiItem::Constructor(c) => {
            if abi.constructor.replace(c.into_owned()).is_some() {
                return Err(twice());
            }
        }
        AbiItem::Fallback(f) => abi.fallback = Some(*f),
        AbiItem::Receive(r) => abi.receive = Some(*r),
    }
    Ok(())
}

/// Adds a `receive` or `fallback`, as the SDK declares them: the parser does not know those.
fn add_unnamed(abi: &mut JsonAbi, line: &str) -> bool {
    let payable = StateMutability::Payable;
    match line {
        "receive() external payable" => abi.receive = Some(Receive { state_mutability: payable }),
        "fallback() external payable" => abi.fallback = Some(Fallback { state_mutability: payable }),
        "fallback() external" | "fallback() external view" => {
            abi.fallback = Some(Fallback { state_mutability: StateMutability::NonPayable });
        }
        _ => return false,
    }
    true
}

fn text(section: &'static str, data: &[u8]) -> Result<String, BuildError> {
    String::from_utf8(data.to_vec()).map_err(|e| unreadable(section, "", e))
}

fn unreadable(section: &'static str, line: &str, reason: impl ToString) -> BuildError {
    BuildError::Declaration { section, line: line.chars().take(120).collect(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, data: &str) -> Result<JsonAbi, BuildError> {
        read(&[CustomSection { name, data: data.as_bytes() }])
    }

    #[test]
    fn declarations_become_an_abi_and_repeated_ones_count_once() {
        let event = "event Transfer(address indexed from, address indexed to, uint256 value)\n";
        let abi = of(
            SIGNATURE_SECTION,
            &format!(
                "{event}{event}error Empty()\nconstructor(string name) payable\nreceive() external payable\n\
                 function f((uint256,bool) pair, bytes4[2][] ids) external view returns (uint256,bool)\n"
            ),
        )
        .expect("readable");
        assert_eq!(abi.events["Transfer"].len(), 1);
        assert_eq!(abi.functions["f"][0].signature(), "f((uint256,bool),bytes4[2][])");
        assert_eq!(abi.functions["f"][0].outputs.len(), 2);
        assert!(abi.receive.is_some() && abi.constructor.is_some() && abi.errors.contains_key("Empty"));
        assert_eq!(of(ABI_SECTION, &to_json(&abi).expect("json")).expect("readable"), abi);
    }

    #[test]
    fn what_cannot_be_read_is_shown() {
        let error = of(SIGNATURE_SECTION, "function f(\n").expect_err("unfinished").to_string();
        assert!(error.contains("`zx_signatures`") && error.contains("`function f(`"), "{error}");
        assert!(of(SIGNATURE_SECTION, "constructor()\nconstructor(string a)\n").is_err(), "two constructors");
        assert!(of(ABI_SECTION, "{").is_err());
    }

    #[test]
    fn a_module_without_declarations_has_an_empty_abi() {
        assert_eq!(to_json(&read(&[]).expect("nothing to read")).expect("json"), "[]");
    }
}
