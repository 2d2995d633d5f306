//! An ABI as a Solidity interface.

use alloy_json_abi::{InternalType, JsonAbi, Param};
use std::collections::BTreeMap;

/// An ABI as a Solidity interface, `I` and the name of the contract in capitals.
pub fn interface(name: &str, abi: &JsonAbi) -> String {
    let capital = |word: &str| word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect();
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let name: String = words.map(capital).collect::<Vec<String>>().concat();
    let mut abi = abi.clone();
    Tuples::default().name_all(&mut abi);
    let body = abi.to_sol(&format!("I{name}"), None);
    format!("// SPDX-License-Identifier: UNLICENSED\npragma solidity ^0.8.4;\n\n{}\n", body.trim_end())
}

/// Tuples that the author gave no name: Solidity has none but structs. Those of the same types are one struct.
#[derive(Debug, Default)]
struct Tuples {
    /// Names by types.
    names: BTreeMap<String, String>,
}

impl Tuples {
    fn name_all(&mut self, abi: &mut JsonAbi) {
        for function in abi.functions.values_mut().flatten() {
            self.name_each(&mut function.inputs);
            self.name_each(&mut function.outputs);
        }
        for error in abi.errors.values_mut().flatten() {
            self.name_each(&mut error.inputs);
        }
        for input in abi.events.values_mut().flatten().flat_map(|event| &mut event.inputs) {
            self.name(&input.ty, &mut input.components, &mut input.internal_type);
        }
    }

    fn name_each(&mut self, params: &mut [Param]) {
        for param in params {
            self.name(&param.ty, &mut param.components, &mut param.internal_type);
        }
    }

    fn name(&mut self, ty: &str, components: &mut [Param], internal: &mut Option<InternalType>) {
        self.name_each(components);
        let Some(suffix) = ty.strip_prefix("tuple") else { return };
        for (i, component) in components.iter_mut().enumerate().filter(|(_, component)| component.name.is_empty()) {
            component.name = format!("field{i}");
        }
        if matches!(internal, Some(InternalType::Struct { .. })) {
            return;
        }
        let types: Vec<_> = components.iter().map(|component| component.selector_type()).collect();
        let next = self.names.len() + 1;
        let name = self.names.entry(types.join(",")).or_insert_with(|| format!("Tuple{next}"));
        *internal = Some(InternalType::Struct { contract: None, ty: format!("{name}{suffix}") });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::CustomSection;
    use zx_host_functions::SIGNATURE_SECTION;

    #[test]
    fn tuples_without_a_name_are_structs_one_for_the_same_types() {
        let declared = "function f((uint256,address)[2] pairs,(uint256 amount,uint8:Kind kind):Order order) external \
                        returns ((bool,(uint256,address)), string)\n";
        let section = CustomSection { name: SIGNATURE_SECTION, data: declared.as_bytes() };
        let text = interface("my-token", &crate::abi::read(&[section]).expect("readable").abi);
        for part in [
            "interface IMyToken {",
            "struct Order {\n        uint256 amount;\n        Kind kind;",
            "struct Tuple1 {\n        uint256 field0;\n        address field1;\n    }",
            "struct Tuple2 {\n        bool field0;\n        Tuple1 field1;\n    }",
            "function f(Tuple1[2] memory pairs, Order memory order) external returns (Tuple2 memory, string memory);",
        ] {
            assert!(text.contains(part), "{part}\nin {text}");
        }
    }
}
