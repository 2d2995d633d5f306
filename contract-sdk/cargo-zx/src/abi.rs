//! The JSON ABI of a module: what the SDK declared, or what an earlier build embedded.

use crate::{BuildError, declaration, module::CustomSection};
use alloy_json_abi::JsonAbi;
use serde_json::Value;
use std::collections::BTreeMap;
use zx_host_functions::{ABI_SECTION, SIGNATURE_SECTION, metadata};

/// The ABI of a module.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModuleAbi {
    /// As a JSON array, without whitespace; an item with documentation has it as `notice`.
    pub json: String,
    /// The same, read.
    pub abi: JsonAbi,
}

/// Reads the ABI from a module's custom sections. A module that says nothing has an empty one.
///
/// # Errors
/// A section cannot be read.
pub fn read(sections: &[CustomSection<'_>]) -> Result<ModuleAbi, BuildError> {
    let find = |name| sections.iter().find(|s| s.name == name).map(|s| s.data);
    let json = match (find(SIGNATURE_SECTION), find(ABI_SECTION)) {
        (Some(declarations), _) => from_declarations(declarations)?,
        (None, Some(packed)) => metadata::unpack(packed).map_err(|e| unreadable(ABI_SECTION, "", e))?,
        (None, None) => "[]".to_owned(),
    };
    let abi = JsonAbi::from_json_str(&json).map_err(|e| unreadable(ABI_SECTION, &json, e))?;
    Ok(ModuleAbi { json, abi })
}

/// One Solidity declaration a line. What several crates declare counts once, and so does a method that stands for a
/// component's: the contract's own comes first.
fn from_declarations(section: &[u8]) -> Result<String, BuildError> {
    let text = std::str::from_utf8(section).map_err(|e| unreadable(SIGNATURE_SECTION, "", e))?;
    let mut items = BTreeMap::new();
    let mut docs = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(doc) = line.strip_prefix("///") {
            docs.push(doc.trim());
            continue;
        }
        let notice = docs.join(" ").trim().to_owned();
        docs.clear();
        let mut item = declaration::parse(line).map_err(|e| unreadable(SIGNATURE_SECTION, line, e))?;
        if !notice.is_empty() {
            item.json["notice"] = Value::String(notice);
        }
        if let Some(first) = items.get(&item.identity)
            && item.identity.0 == "constructor"
            && *first != item.json
        {
            return Err(unreadable(SIGNATURE_SECTION, line, "the module has a second one"));
        }
        items.entry(item.identity).or_insert(item.json);
    }
    let items: Vec<_> = items.into_values().collect();
    Ok(serde_json::to_string(&items)?)
}

fn unreadable(section: &'static str, line: &str, reason: impl ToString) -> BuildError {
    BuildError::Declaration { section, line: line.chars().take(120).collect(), reason: reason.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, data: &str) -> Result<ModuleAbi, BuildError> {
        read(&[CustomSection { name, data: data.as_bytes() }])
    }

    #[test]
    fn declarations_become_an_abi_and_repeated_ones_count_once() {
        let event = "event Transfer(address indexed from, address indexed to, uint256 value)\n";
        let read = of(
            SIGNATURE_SECTION,
            &format!(
                "{event}{event}error Empty()\n/// Names it.\n/// Once.\nconstructor(string name) payable\n\
                 receive() external payable\n\
                 function f((uint256,bool) pair, bytes4[2][] ids) external view returns (uint256,bool)\n\
                 function f((uint256,bool) other, bytes4[2][] ids) external\n\
                 event Blind(uint8 a) anonymous\nfunction p() external pure\n"
            ),
        )
        .expect("readable");
        let abi = &read.abi;
        assert_eq!(abi.events["Transfer"].len(), 1);
        assert!(abi.events["Blind"][0].anonymous && !abi.events["Transfer"][0].anonymous);
        assert_eq!(abi.functions["f"].len(), 1);
        assert_eq!(abi.functions["f"][0].signature(), "f((uint256,bool),bytes4[2][])");
        assert_eq!(abi.functions["f"][0].inputs[0].name, "pair");
        assert_eq!(abi.functions["f"][0].outputs.len(), 2);
        assert_eq!(abi.functions["p"][0].state_mutability, alloy_json_abi::StateMutability::Pure);
        assert!(abi.receive.is_some() && abi.constructor.is_some() && abi.errors.contains_key("Empty"));
        assert!(read.json.contains("\"notice\":\"Names it. Once.\""));
        assert_eq!(of(ABI_SECTION, &read.json).expect("readable"), read);
    }

    #[test]
    fn structs_and_enums_keep_their_names() {
        let read = of(
            SIGNATURE_SECTION,
            "function f((uint256 amount,(address who,uint8:Kind kind):Owner[] owners):Order[2] orders) external \
             returns (uint8:Kind)\n",
        )
        .expect("readable");
        let f = &read.abi.functions["f"][0];
        assert_eq!(f.signature(), "f((uint256,(address,uint8)[])[2])");
        let order = &f.inputs[0];
        assert_eq!((order.ty.as_str(), order.components[1].ty.as_str()), ("tuple[2]", "tuple[]"));
        assert_eq!(order.components[1].components[1].name, "kind");
        assert_eq!(order.internal_type.as_ref().expect("named").to_string(), "struct Order[2]");
        assert_eq!(f.outputs[0].internal_type.as_ref().expect("named").to_string(), "enum Kind");
    }

    #[test]
    fn what_cannot_be_read_is_shown() {
        let error = of(SIGNATURE_SECTION, "function f(\n").expect_err("unfinished").to_string();
        assert!(error.contains("`zx_signatures`") && error.contains("`function f(`"), "{error}");
        assert!(of(SIGNATURE_SECTION, "constructor()\nconstructor(string a)\n").is_err(), "two constructors");
        assert!(of(SIGNATURE_SECTION, "function f(thing x) external\n").is_err(), "no such type");
        assert!(of(ABI_SECTION, "{").is_err());
    }

    #[test]
    fn a_module_without_declarations_has_an_empty_abi() {
        assert_eq!(read(&[]).expect("nothing to read").json, "[]");
    }
}
